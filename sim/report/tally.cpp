#include "sim/report/tally.h"

#include "sim/explain/describe.h"
#include "sim/report/width.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace sim::report {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_rows = 12; // of the course of time
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
    std::string text = fmt::format("{}", number);
    for (std::size_t i = text.size(); i > 3; i -= 3)
        text.insert(i - 3, ",");
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
        Tally::Counts& into = rows.back().counts;
        into.attempts += curve[i].attempts;
        for (std::size_t k = 0; k < into.endings.size(); ++k)
            into.endings.at(k) += curve[i].endings.at(k);
    }
    return rows;
}

void add_course(TallyTable& table,
                const Tally& tally,
                const scenario::Scenario& scenario,
                const explain::Language& language)
{
    const std::vector<CrowdEnding> endings = endings_in(tally);
    for (const Row& row : rows_of(tally)) {
        std::string ended;
        for (const CrowdEnding ending : endings) {
            if (row.counts.of(ending) == 0) continue;
            if (!ended.empty()) ended += language.text("noun.list_separator");
            ended += language.text(
                "report.tally.ended",
                {{"ending", name(ending, language)}, {"count", grouped(row.counts.of(ending))}});
        }
        if (ended.empty()) ended = "-";
        table.line(
            language.text("report.tally.course_row",
                          {{"time", explain::clock_time(scenario.start + row.from, scenario)},
                           {"attempts", grouped(row.counts.attempts)},
                           {"endings", ended}}));
    }
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
    if (tally.curve().empty()) return table.take();
    table.blank();
    table.line(language.text("report.tally.course"), Role::heading);
    add_course(table, tally, scenario, language);
    return table.take();
}

std::string tally_json(const Tally& tally, const scenario::Scenario& scenario)
{
    Json out;
    out["scenario"] = {{"key", scenario.key},
                       {"title", {{"ja", scenario.title.ja}, {"en", scenario.title.en}}}};
    Json all = counts_of(tally.all());
    Json crowds = Json::array();
    for (std::size_t i = 0; i < tally.crowds().size(); ++i) {
        Json crowd{{"crowd", scenario.crowds[i].key}};
        crowd.update(counts_of(tally.crowds()[i]));
        crowds.push_back(std::move(crowd));
    }
    all["crowds"] = std::move(crowds);
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
