#include "gui/exports.h"

#include "sim/explain/cure.h"
#include "sim/report/json.h"
#include "sim/report/pcapng.h"
#include "sim/report/transcript.h"

#include <fmt/format.h>

#include <system_error>

namespace gui {

namespace {

// What was looked at, what was said, and why it stopped.
std::string transcript_text(const Desk& desk)
{
    const sim::report::Source source = desk.source();
    const bool ja = desk.preferences().language == "ja";
    const auto& title = desk.scenario().title;
    std::string text = fmt::format(
        "{}\n\n{}",
        ja ? title.ja : title.en,
        sim::report::to_text(sim::report::transcript(source), sim::report::plain_style()));
    const auto number = desk.view().last_card_before(desk.cursor());
    if (!number) return text;
    const auto card = sim::explain::describe(desk.view().card(*number), source.context());
    text += fmt::format("\n{}\n", card.title);
    for (const auto& row : card.rows) {
        for (const std::string& line : row.lines)
            text += fmt::format("  {}: {}\n", row.label, line);
    }
    return text;
}

} // namespace

std::filesystem::path
free_path(const std::filesystem::path& folder, const std::string& name, std::string_view suffix)
{
    constexpr int most = 10'000;
    std::error_code error;
    for (int number = 1; number < most; ++number) {
        auto path = folder / (number == 1 ? fmt::format("{}{}", name, suffix)
                                          : fmt::format("{}-{}{}", name, number, suffix));
        if (!std::filesystem::exists(path, error)) return path;
    }
    return folder / fmt::format("{}{}", name, suffix);
}

using action::ExportKind;

std::string_view suffix_of(ExportKind kind)
{
    switch (kind) {
    case ExportKind::png:
        return ".png";
    case ExportKind::transcript:
        return ".txt";
    case ExportKind::json:
        return ".json";
    case ExportKind::capture:
        return ".pcapng";
    }
    return "";
}

std::string export_octets(const Desk& desk, ExportKind kind)
{
    const sim::report::Source source = desk.source();
    switch (kind) {
    case ExportKind::png:
        return {};
    case ExportKind::transcript:
        return transcript_text(desk);
    case ExportKind::json:
        return sim::report::json(
            source, sim::explain::cured_cards(source.trace, source.end, desk.playback().plan()));
    case ExportKind::capture:
        return sim::report::pcapng(source, std::nullopt);
    }
    return {};
}

} // namespace gui
