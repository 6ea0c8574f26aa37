// The parts of the format that are no plain values: records, settings, counts, times of steps.
#include "sim/dns/record.h"
#include "sim/scenario/quantities.h"
#include "sim/scenario/reader.h"
#include "sim/scenario/settings.h"

#include <fmt/format.h>

#include <array>
#include <type_traits>

namespace sim::scenario {

namespace {

// What may stand in a zone. Its SOA is made by the World.
struct TypeExample {
    dns::RecordType type;
    std::string_view example;
};

constexpr std::array<TypeExample, 7> type_examples{{
    {dns::RecordType::a, "mx1.umi.example A 203.0.113.70"},
    {dns::RecordType::aaaa, "mx1.umi.example AAAA 2001:db8::70"},
    {dns::RecordType::cname, "www.umi.example CNAME shop.umi.example"},
    {dns::RecordType::mx, "umi.example MX 10 mx1.umi.example"},
    {dns::RecordType::ns, "umi.example NS ns.example"},
    {dns::RecordType::ptr, "70.113.0.203.in-addr.arpa PTR mx1.umi.example"},
    {dns::RecordType::txt, "umi.example TXT \"v=spf1 mx -all\""},
}};

std::vector<std::string> type_names()
{
    std::vector<std::string> names;
    names.reserve(type_examples.size());
    for (const TypeExample& known : type_examples)
        names.push_back(dns::to_string(known.type));
    return names;
}

std::string_view take_word(std::string_view& text)
{
    constexpr std::string_view blanks = " \t";
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    const std::string_view word = text.substr(0, text.find_first_of(blanks));
    text.remove_prefix(word.size());
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return word;
}

std::optional<Wrong> parse_record(std::string_view text, DnsRecord& record)
{
    const std::string_view name = take_word(text);
    const std::string_view type_word = take_word(text);
    record.name = name.substr(0, name.size() - (name.size() > 1 && name.ends_with('.') ? 1 : 0));
    record.type = type_word;
    record.data = text;
    if (!dns::parse_name(name) || type_word.empty()) {
        return Wrong{ProblemKind::record_form};
    }
    const auto type = dns::parse_record_type(type_word);
    for (const TypeExample& known : type_examples) {
        if (type != known.type) continue;
        record.type = dns::to_string(known.type);
        if (dns::parse_record_data(known.type, text)) return std::nullopt;
        return Wrong{ProblemKind::record_data,
                     {{"type", record.type}, {"example", std::string{known.example}}}};
    }
    return Wrong{ProblemKind::record_type,
                 {{"choices", type_names()}},
                 did_you_mean(type_word, type_names())};
}

} // namespace

void Reader::ends(const About& about, std::string& a, std::string& b)
{
    const Array* array = take_array(about);
    if (array == nullptr) return;
    if (array->size() != 2) {
        reading_.problems.add(
            reading_.place_of(path_of(about.key)), path_of(about.key), ProblemKind::not_two_hosts);
        return;
    }
    read((*array)[0], element_path(about.key, 0), Form::host, a);
    read((*array)[1], element_path(about.key, 1), Form::host, b);
}

void Reader::start(const About& about, Instant& at, int& utc_offset_minutes)
{
    const Node* node = take(about);
    if (node == nullptr) return;
    const auto* moment = std::get_if<Moment>(&node->value);
    if (moment == nullptr) {
        expected(*node, path_of(about.key), ProblemTerm::offset_date);
        return;
    }
    at = moment->at;
    utc_offset_minutes = moment->utc_offset_minutes;
}

void Reader::records(const About& about, const About& ttl, std::vector<DnsRecord>& out)
{
    Duration time_to_live = DnsRecord{}.ttl;
    value(ttl, time_to_live);
    const Array* array = take_array(about);
    if (array == nullptr) return;
    for (std::size_t i = 0; i < array->size(); ++i) {
        const std::string path = element_path(about.key, i);
        std::string text;
        read((*array)[i], path, Form::line, text);
        DnsRecord record;
        record.ttl = time_to_live;
        if (!text.empty()) {
            const auto problem = parse_record(text, record);
            if (problem) reading_.problems.add((*array)[i].place, path, *problem);
        }
        out.push_back(std::move(record)); // also a wrong one: the paths of the others count on it
    }
}

void Reader::before(const About& about, const std::string& rule)
{
    const Node* node = take(about);
    if (node == nullptr) return;
    std::string other;
    read(*node, path_of(about.key), Form::rule, other);
    if (!other.empty()) reading_.rule_orders.push_back({rule, other});
}

void Reader::when(std::span<const About> abouts, StepWhen& when, Duration& delay)
{
    std::string used;
    for (const About& about : abouts) {
        const Node* node = take(about);
        if (node == nullptr) continue;
        if (!used.empty()) {
            reading_.problems.add(
                node->place, path_of(about.key), ProblemKind::second_time, {{"other", used}});
        }
        used = about.key;
        when = *parse_enum<StepWhen>(about.key);
        read(*node, path_of(about.key), about.form, delay);
    }
}

// ---- settings ---------------------------------------------------------------------------------

namespace {

std::optional<std::string> setting_text(const Node& node)
{
    if (const auto* text = std::get_if<std::string>(&node.value)) return *text;
    if (const auto* number = std::get_if<std::int64_t>(&node.value)) return std::to_string(*number);
    if (const auto* boolean = std::get_if<bool>(&node.value)) return *boolean ? "true" : "false";
    return std::nullopt;
}

} // namespace

void Reader::setting_value(const About& about, std::string& out)
{
    const Node* node = take(about);
    if (node == nullptr) return;
    if (auto text = setting_text(*node)) {
        out = *std::move(text);
    } else {
        expected(*node, path_of(about.key), ProblemTerm::setting_value);
    }
}

void Reader::settings(const About& about, std::vector<std::pair<std::string, std::string>>& out)
{
    if (const Table* table = take_table(about)) flatten(*table, path_of(about.key), {}, out);
}

// server.mail.kumo.example.587.tls is nested at each of its dots when it is written without quotes.
// In messages it is one key, as in --set.
void Reader::flatten(const Table& table,
                     const std::string& path,
                     const std::string& prefix,
                     std::vector<std::pair<std::string, std::string>>& out)
{
    for (const Entry& entry : table) {
        const std::string key = prefix + entry.key;
        const std::string setting_path = fmt::format("{}.{}", path, key);
        reading_.places[setting_path] = entry.key_place;
        if (const auto* inner = std::get_if<Table>(&entry.node.value)) {
            flatten(*inner, path, key + '.', out);
        } else if (auto text = setting_text(entry.node)) {
            out.emplace_back(key, *std::move(text));
        } else {
            expected(entry.node, setting_path, ProblemTerm::setting_value);
        }
    }
}

// ---- counts -----------------------------------------------------------------------------------

template <typename What>
void Reader::counts(const About& about, std::vector<Expectation::CountOf<What>>& out)
{
    const Table* table = take_table(about);
    if (table == nullptr) return;
    for (const Entry& entry : *table) {
        const std::string path = join(path_of(about.key), entry.key);
        const auto what = parse_enum<What>(entry.key);
        if (!what) {
            constexpr bool is_event = std::is_same_v<What, Kind>;
            reading_.problems.add(entry.key_place,
                                  path,
                                  is_event ? ProblemKind::not_an_event : ProblemKind::not_an_ending,
                                  {},
                                  did_you_mean(entry.key, choices_of<What>()));
            continue;
        }
        auto& count = out.emplace_back(Expectation::CountOf<What>{*what});
        read_count(entry, path, count.at_least, count.at_most);
    }
}

template void Reader::counts(const About& about, std::vector<Expectation::Count>& out);
template void Reader::counts(const About& about, std::vector<Expectation::Ended>& out);

void Reader::read_count(const Entry& entry,
                        const std::string& path,
                        std::uint64_t& at_least,
                        std::uint64_t& at_most)
{
    const auto* table = std::get_if<Table>(&entry.node.value);
    if (table == nullptr) {
        if (const auto exactly = as_number(entry.node, path, 0, max_count))
            at_least = at_most = static_cast<std::uint64_t>(*exactly);
        return;
    }
    reading_.places[path] = entry.key_place;
    Reader range{*table, path, entry.node.place, reading_};
    at_least = 0;
    for (auto& [key, bound] : {std::pair{"at_least", &at_least}, std::pair{"at_most", &at_most}}) {
        const Node* node = range.take({key, "how often it may happen"});
        if (node == nullptr) continue;
        const auto number = as_number(*node, join(path, key), 0, max_count);
        if (number) *bound = static_cast<std::uint64_t>(*number);
    }
    range.finish();
    if (at_least > at_most) reading_.add(path, ProblemKind::least_above_most);
}

} // namespace sim::scenario
