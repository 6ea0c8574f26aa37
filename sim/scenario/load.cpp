#include "sim/scenario/load.h"

#include "sim/mail/message.h"
#include "sim/scenario/checks.h"
#include "sim/scenario/document.h"
#include "sim/scenario/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace sim::scenario {

namespace {

constexpr std::size_t max_message_octets = std::size_t{32} * 1024 * 1024;

// A path as it stands in a file, seen from where the file's reader stands.
std::string path_beside(const std::string& file, const std::string& path)
{
    return (std::filesystem::path{file}.parent_path() / path).lexically_normal().generic_string();
}

// scenarios/op25b/scenario.toml is the lesson op25b; another file is called after itself.
std::string key_of(const std::string& path)
{
    const std::filesystem::path file{path};
    if (file.filename() == "scenario.toml" && file.has_parent_path())
        return file.parent_path().filename().generic_string();
    return file.stem().generic_string();
}

class Loader {
public:
    Loader(const std::string& path, const ReadFile& read) : path_{path}, read_{read} {}

    LoadResult load();

private:
    std::optional<Table> read_table(const std::string& path, const Place& named_at);
    std::optional<Table> read_world(const Entry& world);
    void read_messages();
    void order_rules();
    void add_crowds();
    void place_hosts();
    void name_the_root();

    const std::string& path_;
    const ReadFile& read_;
    Problems problems_;
    Reading reading_{problems_};
    std::vector<std::string> files_;
    Scenario scenario_;
};

std::optional<Table> Loader::read_table(const std::string& path, const Place& named_at)
{
    const auto text = read_(path);
    if (!text) {
        const bool is_first = files_.size() == 1;
        problems_.add(named_at,
                      is_first ? "" : "world",
                      is_first ? ProblemKind::unreadable : ProblemKind::unreadable_other,
                      {{"file", path}});
        return std::nullopt;
    }
    return parse_document(*text, files_.size() - 1, problems_);
}

// Nothing when there is no world to speak of: then that is the one thing that is wrong, and all
// that the lesson does not have is not its fault.
std::optional<Table> Loader::read_world(const Entry& world)
{
    const auto* name = std::get_if<std::string>(&world.node.value);
    if (name == nullptr) {
        problems_.add(world.node.place,
                      "world",
                      ProblemKind::wrong_kind,
                      {{"found", kind_of(world.node)}, {"wanted", ProblemTerm::toml_file}});
        return std::nullopt;
    }
    if (!has_form(Form::toml_file, *name)) {
        problems_.add(world.node.place, "world", problem_of_form(Form::toml_file, *name));
        return std::nullopt;
    }
    files_.push_back(path_beside(path_, *name));
    problems_.add_file(files_.back());
    auto table = read_table(files_.back(), world.node.place);
    if (!table) return std::nullopt;
    const auto nested = std::ranges::find(*table, "world", &Entry::key);
    if (nested != table->end())
        problems_.add(nested->key_place, "world", ProblemKind::world_with_world);
    return table;
}

void Loader::read_messages()
{
    for (std::size_t i = 0; i < scenario_.steps.size(); ++i) {
        std::string& eml = scenario_.steps[i].message.eml;
        if (eml.empty()) continue;
        const std::string key = fmt::format("step[{}].message.file", i + 1);
        const Place place = reading_.place_of(key);
        const std::string path = path_beside(files_.at(place.file), eml);
        auto text = read_(path);
        if (!text) {
            problems_.add(place, key, ProblemKind::unreadable_other, {{"file", path}});
        } else if (text->empty() || text->size() > max_message_octets) {
            problems_.add(place,
                          key,
                          ProblemKind::message_size,
                          {{"most", std::to_string(max_message_octets)}});
        } else if (const auto fault = mail::fault_of_message(*text)) {
            problems_.add(place,
                          key,
                          *fault == mail::MessageFault::utf16 ? ProblemKind::message_utf16
                                                              : ProblemKind::message_nul,
                          {{"file", path}});
        } else {
            eml = text->substr(mail::preamble_size(*text));
        }
    }
}

// A rule with `before` moves in front of that rule; the others keep the order of the files.
void Loader::order_rules()
{
    std::vector<FirewallRule>& rules = scenario_.rules;
    for (const RuleOrder& order : reading_.rule_orders) {
        const auto rule = std::ranges::find(rules, order.rule, &FirewallRule::key);
        const auto before = std::ranges::find(rules, order.before, &FirewallRule::key);
        if (rule == rules.end() || before == rules.end()) continue;
        if (before < rule) {
            std::rotate(before, rule, rule + 1);
        } else {
            std::rotate(rule, rule + 1, before);
        }
    }
}

// Behind all hosts of the files. One that is called like another host is a mistake of its own.
void Loader::add_crowds()
{
    for (const Crowd& crowd : scenario_.crowds) {
        if (std::ranges::count(scenario_.hosts, crowd.key, &Host::key) == 0) {
            scenario_.hosts.push_back(node_of(crowd));
        } else {
            reading_.add(join("crowd", crowd.key), ProblemKind::crowd_like_host);
        }
    }
}

// A PC stands where its line is.
void Loader::place_hosts()
{
    for (Host& host : scenario_.hosts) {
        const auto crowd = std::ranges::find(scenario_.crowds, host.key, &Crowd::key);
        const bool is_crowd = host.is_crowd && crowd != scenario_.crowds.end();
        const std::string& key = is_crowd ? crowd->line : host.line;
        const auto line = std::ranges::find(scenario_.lines, key, &AccessLine::key);
        if (line != scenario_.lines.end()) host.area = line->area;
    }
}

// Files write "." for the root, as zone files do.
void Loader::name_the_root()
{
    for (NameServer& server : scenario_.name_servers) {
        for (DnsZone& zone : server.zones)
            if (zone.origin == ".") zone.origin.clear();
        for (NameServer::Forward& forward : server.forwards)
            if (forward.suffix == ".") forward.suffix.clear();
    }
}

LoadResult Loader::load()
{
    files_.push_back(path_);
    problems_.add_file(path_);
    auto lesson = read_table(path_, {});
    if (!lesson) return tl::make_unexpected(problems_.sorted());
    const auto world = std::ranges::find(*lesson, "world", &Entry::key);
    Table all;
    if (world != lesson->end()) {
        auto table = read_world(*world);
        if (!table) return tl::make_unexpected(problems_.sorted());
        all = *std::move(table);
    }
    merge(all, *std::move(lesson));

    scenario_.key = key_of(path_);
    scenario_.path = path_;
    Reader reader{all, {}, {}, reading_};
    fields(reader, scenario_);
    reader.finish();
    read_messages();
    add_crowds();
    place_hosts();
    order_rules();

    Checking checking{scenario_, reading_};
    check_references(checking);
    check_network(checking);
    check_rules(checking);
    check_names(checking);
    check_mail(checking);
    check_crowds(checking);
    check_lesson(checking);
    if (!problems_.none()) return tl::make_unexpected(problems_.sorted());
    name_the_root();
    return std::move(scenario_);
}

} // namespace

LoadResult load_scenario(const std::string& path, const ReadFile& read)
{
    return Loader{path, read}.load();
}

} // namespace sim::scenario
