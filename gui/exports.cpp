#include "gui/exports.h"

#include "sim/explain/cure.h"
#include "sim/report/json.h"
#include "sim/report/pcapng.h"
#include "sim/report/transcript.h"

namespace gui {

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
        return sim::report::to_text(sim::report::transcript(source), sim::report::plain_style());
    case ExportKind::json:
        return sim::report::json(
            source, sim::explain::cured_cards(source.trace, source.end, desk.playback().plan()));
    case ExportKind::capture:
        return sim::report::pcapng(source, std::nullopt);
    }
    return {};
}

} // namespace gui
