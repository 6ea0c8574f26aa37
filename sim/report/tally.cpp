#include "sim/report/tally.h"

#include "sim/explain/describe.h"
#include "sim/explain/nouns.h"
#include "sim/report/width.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace sim::report {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_rows = 6; // of the course of time
constexpr std::size_t number_columns = 11;
constexpr std::size_t share_columns = 8;

std::string name(CrowdEnding ending, const explain::Language& language)
{
    return language.text(fmt::format("report.crowd_ending.{}", name_of(ending)));
}

// Which endings came about at all.
std::vector<CrowdEnding> endings_in(const Tally& tally)
{
    std::vector<CrowdEnding> found;
    for (const CrowdEnding ending : values_of<CrowdEnding>())
        if (tally.all().of(ending) > 0) found.push_back(ending);
    return found;
}

std::string grouped(std::uint64_t number)
{
    const std::string digits = fmt::format("{}", number);
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
        text += digits[i];
    }
    return text;
}

// Tenths of a percent, and never 0.0 of something or 100.0 of less than all.
std::string share(std::uint64_t part, std::uint64_t whole)
{
    if (whole == 0) return "-";
    std::uint64_t tenths = (part * 1000 + whole / 2) / whole;
    if (part > 0) tenths = std::max<std::uint64_t>(tenths, 1);
    if (part < whole) tenths = std::min<std::uint64_t>(tenths, 999);
    return fmt::format("{}.{} %", tenths / 10, tenths % 10);
}

class TallyTable {
public:
    TallyTable(const Tally& tally, const explain::Language& language, std::size_t columns)
        : tally_{tally}, columns_{columns}
    {
        for (const CrowdEnding ending : endings_in(tally))
            label_columns_ = std::max(label_columns_, display_width(name(ending, language)));
        for (const char* word : {"report.tally.attempts", "report.tally.open"})
            label_columns_ = std::max(label_columns_, display_width(language.text(word)));
        const std::size_t taken = label_columns_ + number_columns + share_columns + 4;
        bar_columns_ = columns > taken ? std::min<std::size_t>(columns - taken, 40) : 0;
    }

    void row(const std::string& label, std::uint64_t count, Role role)
    {
        const std::uint64_t all = tally_.all().attempts;
        const std::uint64_t full = std::max<std::uint64_t>(all, 1);
        auto length = static_cast<std::size_t>((count * bar_columns_ + full / 2) / full);
        if (count > 0 && bar_columns_ > 0) length = std::max<std::size_t>(length, 1);
        std::string bar;
        for (std::size_t i = 0; i < length; ++i)
            bar += "#";
        lines_.push_back({{{fit(label, label_columns_), role},
                           {fmt::format("{:>{}}{:>{}}  ",
                                        grouped(count),
                                        number_columns,
                                        share(count, all),
                                        share_columns)},
                           {bar, role}},
                          {}});
    }

    void line(const std::string& text, Role role = Role::plain)
    {
        for (const std::string& part : wrap(text, columns_))
            lines_.push_back({{{part, role}}, {}});
    }
    void blank() { lines_.push_back({}); }

    Lines take() { return std::move(lines_); }

private:
    const Tally& tally_;
    std::size_t columns_;
    std::size_t label_columns_ = 0;
    std::size_t bar_columns_ = 0;
    Lines lines_;
};

Role role_of(CrowdEnding ending)
{
    // What reached a mailbox is what all of this is about.
    return ending == CrowdEnding::mailbox ? Role::clear : Role::blocked;
}

void add(Tally::Counts& into, const Tally::Counts& counts)
{
    into.attempts += counts.attempts;
    for (std::size_t i = 0; i < into.endings.size(); ++i)
        into.endings.at(i) += counts.endings.at(i);
}

// The slots joined to rows that a person can read.
struct Row {
    Duration from{};
    Tally::Counts counts;
};
std::vector<Row> rows_of(const Tally& tally)
{
    const std::vector<Tally::Counts>& curve = tally.curve();
    const std::size_t at_once = (curve.size() + most_rows - 1) / most_rows;
    std::vector<Row> rows;
    for (std::size_t i = 0; i < curve.size(); ++i) {
        if (i % at_once == 0)
            rows.push_back({tally.slot_width() * static_cast<std::int64_t>(i), {}});
        add(rows.back().counts, curve[i]);
    }
    return rows;
}

// What began and what ended, in one line that begins with `label`.
void add_part(TallyTable& table,
              const std::string& label,
              const Tally::Counts& counts,
              const explain::Language& language)
{
    std::string ended;
    for (const CrowdEnding ending : values_of<CrowdEnding>()) {
        if (counts.of(ending) == 0) continue;
        if (!ended.empty()) ended += language.text("noun.list_separator");
        ended += language.text(
            "report.tally.ended",
            {{"ending", name(ending, language)}, {"count", grouped(counts.of(ending))}});
    }
    const std::string none{"-"};
    table.line(language.text("report.tally.part",
                             {{"label", label},
                              {"attempts", grouped(counts.attempts)},
                              {"endings", ended.empty() ? none : ended}}));
}

void add_course(TallyTable& table,
                const Tally& tally,
                const scenario::Scenario& scenario,
                const explain::Language& language)
{
    if (tally.curve().empty()) return;
    table.blank();
    table.line(language.text("report.tally.course"), Role::heading);
    for (const Row& row : rows_of(tally)) {
        const std::string time = explain::clock_time(scenario.start + row.from, scenario);
        add_part(table, time.substr(0, time.find('.')), row.counts, language); // whole seconds
    }
}

// The ISP of a crowd: where the router is that its lines lead to.
const scenario::Area* isp_of(const scenario::Crowd& crowd, const scenario::Scenario& scenario)
{
    const auto line = std::ranges::find(scenario.lines, crowd.line, &scenario::AccessLine::key);
    if (line == scenario.lines.end()) return nullptr;
    const auto router = std::ranges::find(scenario.hosts, line->router, &scenario::Host::key);
    if (router == scenario.hosts.end()) return nullptr;
    const auto area = std::ranges::find(scenario.areas, router->area, &scenario::Area::key);
    return area == scenario.areas.end() ? nullptr : &*area;
}

// In the order in which the crowds stand.
struct IspCounts {
    const scenario::Area* isp;
    Tally::Counts counts;
};
std::vector<IspCounts> by_isp(const Tally& tally, const scenario::Scenario& scenario)
{
    std::vector<IspCounts> all;
    for (std::size_t i = 0; i < scenario.crowds.size(); ++i) {
        const scenario::Area* isp = isp_of(scenario.crowds[i], scenario);
        auto there = std::ranges::find(all, isp, &IspCounts::isp);
        if (there == all.end()) there = all.insert(all.end(), {isp, {}});
        add(there->counts, tally.crowds().at(i));
    }
    return all;
}

// Only where there is something to compare.
void add_isps(TallyTable& table,
              const Tally& tally,
              const scenario::Scenario& scenario,
              const explain::Language& language)
{
    const std::vector<IspCounts> all = by_isp(tally, scenario);
    if (all.size() < 2) return;
    table.blank();
    table.line(language.text("report.tally.isps"), Role::heading);
    for (const IspCounts& each : all) {
        const std::string label =
            each.isp == nullptr ? "-" : explain::pick(each.isp->name, language);
        add_part(table, label, each.counts, language);
    }
}

void add_ways(TallyTable& table, const Tally& tally, const explain::Language& language)
{
    const auto went = [&](CrowdWay way) { return tally.by(way).attempts > 0; };
    if (std::ranges::count_if(values_of<CrowdWay>(), went) < 2) return;
    table.blank();
    table.line(language.text("report.tally.ways"), Role::heading);
    for (const CrowdWay way : values_of<CrowdWay>()) {
        if (!went(way)) continue;
        const std::string label = language.text(fmt::format("report.crowd_way.{}", name_of(way)));
        add_part(table, label, tally.by(way), language);
    }
}

// How many of the names that were guessed are somebody's, as far as a server has told.
void add_hits(TallyTable& table, const Tally& tally, const explain::Language& language)
{
    const Tally::Counts& guessed = tally.to(CrowdTarget::guessed);
    const std::uint64_t hits = guessed.of(CrowdEnding::mailbox) + guessed.of(CrowdEnding::junk);
    const std::uint64_t told = hits + guessed.of(CrowdEnding::no_such_user);
    if (told == 0) return;
    table.blank();
    table.line(language.text(
        "report.tally.hits",
        {{"told", grouped(told)}, {"hits", grouped(hits)}, {"share", share(hits, told)}}));
}

Json counts_of(const Tally::Counts& counts)
{
    Json endings = Json::array();
    for (const CrowdEnding ending : values_of<CrowdEnding>()) {
        if (counts.of(ending) == 0) continue;
        endings.push_back({{"ending", std::string{name_of(ending)}}, {"count", counts.of(ending)}});
    }
    return {{"attempts", counts.attempts}, {"open", counts.open()}, {"endings", endings}};
}

Json part_of(const char* kind, const std::string& key, const Tally::Counts& counts)
{
    Json part{{kind, key}};
    part.update(counts_of(counts));
    return part;
}

} // namespace

Lines tally_table(const Tally& tally,
                  const scenario::Scenario& scenario,
                  const explain::Language& language,
                  std::size_t columns)
{
    TallyTable table{tally, language, columns};
    table.line(language.text("report.tally.title"), Role::heading);
    for (const CrowdEnding ending : endings_in(tally))
        table.row(name(ending, language), tally.all().of(ending), role_of(ending));
    if (tally.all().open() > 0)
        table.row(language.text("report.tally.open"), tally.all().open(), Role::quiet);
    table.row(language.text("report.tally.attempts"), tally.all().attempts, Role::emphasis);
    add_course(table, tally, scenario, language);
    add_isps(table, tally, scenario, language);
    add_ways(table, tally, language);
    add_hits(table, tally, language);
    return table.take();
}

std::string tally_json(const Tally& tally, const scenario::Scenario& scenario, bool complete)
{
    Json out;
    out["scenario"] = {{"key", scenario.key},
                       {"title", {{"ja", scenario.title.ja}, {"en", scenario.title.en}}}};
    Json all{{"complete", complete}};
    all.update(counts_of(tally.all()));
    for (const char* list : {"crowds", "isps", "ways", "targets"})
        all[list] = Json::array();
    for (std::size_t i = 0; i < tally.crowds().size(); ++i)
        all["crowds"].push_back(part_of("crowd", scenario.crowds[i].key, tally.crowds()[i]));
    for (const IspCounts& each : by_isp(tally, scenario)) {
        const std::string key = each.isp != nullptr ? each.isp->key : std::string{};
        all["isps"].push_back(part_of("isp", key, each.counts));
    }
    for (const CrowdWay way : values_of<CrowdWay>()) {
        if (tally.by(way).attempts > 0)
            all["ways"].push_back(part_of("way", std::string{name_of(way)}, tally.by(way)));
    }
    for (const CrowdTarget target : values_of<CrowdTarget>()) {
        if (tally.to(target).attempts > 0) {
            all["targets"].push_back(
                part_of("target", std::string{name_of(target)}, tally.to(target)));
        }
    }
    all["slot_ns"] = tally.slot_width().count();
    Json curve = Json::array();
    for (std::size_t i = 0; i < tally.curve().size(); ++i) {
        const Tally::Counts& counts = tally.curve()[i];
        Json slot{{"at_ns", (tally.slot_width() * static_cast<std::int64_t>(i)).count()},
                  {"attempts", counts.attempts}};
        for (const CrowdEnding ending : values_of<CrowdEnding>())
            if (counts.of(ending) > 0) slot[std::string{name_of(ending)}] = counts.of(ending);
        curve.push_back(std::move(slot));
    }
    all["curve"] = std::move(curve);
    out["tally"] = std::move(all);
    return out.dump(2) + "\n";
}

std::string tally_csv(const Tally& tally)
{
    std::string text = "at_s,attempts";
    for (const CrowdEnding ending : values_of<CrowdEnding>())
        text += fmt::format(",{}", name_of(ending));
    text += "\r\n";
    const auto width = std::chrono::duration_cast<std::chrono::seconds>(tally.slot_width());
    for (std::size_t i = 0; i < tally.curve().size(); ++i) {
        text += fmt::format(
            "{},{}", width.count() * static_cast<std::int64_t>(i), tally.curve()[i].attempts);
        for (const CrowdEnding ending : values_of<CrowdEnding>())
            text += fmt::format(",{}", tally.curve()[i].of(ending));
        text += "\r\n";
    }
    return text;
}

} // namespace sim::report
