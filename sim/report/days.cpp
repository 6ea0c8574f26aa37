#include "sim/report/days.h"

namespace sim::report {

std::string day_of(Instant at, const Source& source)
{
    const auto first = explain::local_day(source.scenario.start, source.scenario);
    const auto number = (explain::local_day(at, source.scenario) - first).count() + 1;
    return source.language.text(
        "report.day",
        {{"date", explain::date_of(at, source.scenario)}, {"day", std::to_string(number)}});
}

Days::Days(const Source& source)
    : source_{source}, shown_{explain::local_day(source.scenario.start, source.scenario)}
{
}

void Days::before(Instant at, Lines& lines)
{
    const auto day = explain::local_day(at, source_.scenario);
    if (day == shown_) return;
    shown_ = day;
    lines.push_back({{{day_of(at, source_), Role::heading}}, {}});
}

} // namespace sim::report
