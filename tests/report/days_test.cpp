// A run of several days says which day it is, and tells a report as a report.
#include "sim/report/days.h"
#include "sim/report/ends.h"
#include "sim/report/events.h"
#include "sim/report/ladder.h"
#include "sim/report/transcript.h"
#include "sim/report/wire.h"
#include "tests/report/packet_support.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace sim;
using namespace sim::report;

// The days that the lines name, in their order.
std::vector<std::string> days_in(const report::Lines& lines)
{
    std::vector<std::string> days;
    for (const TextLine& line : lines) {
        const bool is_day = line.spans.size() == 1 && line.spans[0].role == Role::heading &&
                            line.spans[0].text.find(", day ") != std::string::npos;
        if (is_day) days.push_back(line.spans[0].text);
    }
    return days;
}

// The lines that stand under another day than that of their events.
std::size_t misplaced(const report::Lines& lines, const Source& source)
{
    std::string day = day_of(source.scenario.start, source);
    std::size_t wrong = 0;
    for (const TextLine& line : lines) {
        if (line.spans.size() == 1 && line.spans[0].text.find(", day ") != std::string::npos)
            day = line.spans[0].text;
        const bool has_clock = !line.spans.empty() && line.spans[0].text.size() >= 12 &&
                               line.spans[0].text.find(':') == 2;
        if (line.event.exists() && has_clock &&
            day_of(source.trace.at(line.event).at, source) != day)
            ++wrong;
    }
    return wrong;
}

// The other side never recovers: after five days the mail comes back.
test::Seen five_days()
{
    return test::Seen{
        "retry-and-bounce",
        "en",
        {{"fault.mx1.umi.example.reply.mail", "451"}, {"fault.mx2.umi.example.reply.mail", "451"}}};
}

} // namespace

TEST_SUITE("report.days")
{
    TEST_CASE("every view of a run of several days says where another day begins")
    {
        const test::Seen seen = five_days();
        for (const Level level : {Level::standard, Level::expert}) {
            const Source source = seen.source(Secrets::masked, level);
            std::vector<report::Lines> views{transcript(source), ladder(source), events(source)};
            for (const TappedLink& link : tapped_links(source.trace, source.end)) {
                views.push_back(wire(source, link));
                views.push_back(said_by_ends(source, link));
            }
            for (const report::Lines& view : views)
                CHECK(misplaced(view, source) == 0);
            CHECK(days_in(views[2]).size() >= 2);
            const std::vector<std::string> told = days_in(views[0]);
            CHECK(std::ranges::find(told, days_in(views[2]).back()) != told.end());
        }
        const auto rows = ladder_rows(seen.source()).rows;
        const auto days =
            std::ranges::count_if(rows, [](const LadderRow& row) { return !row.day.empty(); });
        CHECK(static_cast<std::size_t>(days) == days_in(events(seen.source())).size());
    }

    TEST_CASE("days are counted from the one on which the scenario begins")
    {
        const test::Seen seen{"op25b"};
        const Source source = seen.source();
        CHECK(day_of(source.scenario.start, source) == "2026-04-01, day 1");
        CHECK(day_of(source.scenario.start + std::chrono::hours{14}, source) ==
              "2026-04-01, day 1");
        CHECK(day_of(source.scenario.start + std::chrono::hours{15}, source) ==
              "2026-04-02, day 2");
        for (const report::Lines& view : {transcript(source), ladder(source), events(source)})
            CHECK(days_in(view).empty());
    }

    TEST_CASE("when it will be tried again names the day, when that is another")
    {
        const test::Seen seen{"op25b"};
        const auto& scenario = seen.run.scenario();
        const auto until = [&](Duration later) {
            return explain::clock_time_from(scenario.start, scenario.start + later, scenario);
        };
        CHECK(until(std::chrono::minutes{15}) == "09:15:00.000");
        CHECK(until(std::chrono::hours{15}) == "2026-04-02 00:00:00.000");
    }

    TEST_CASE("a report is told as a report, and not as the mail")
    {
        const test::Seen seen = five_days();
        const std::string outcome_text = to_text(outcome(seen.source()), plain_style());
        CAPTURE(outcome_text);
        // The warning, and that it was given up.
        for (const char* news : {"is not delivered yet", "could not be delivered"}) {
            const auto told = outcome_text.find(
                fmt::format("A report that the mail to taro@umi.example {} has arrived", news));
            CHECK(told != std::string::npos);
        }
        CHECK(outcome_text.find("The mail has arrived in the mailbox hanako@kumo.example") ==
              std::string::npos);
        const std::string path = to_text(outcome(test::Seen{"path"}.source()), plain_style());
        CHECK(path.find("report") == std::string::npos);
        std::size_t reports = 0;
        const Trace& trace = seen.run.trace();
        for (std::uint32_t mail = 0; mail < trace.index().mails(); ++mail)
            reports += explain::is_report(MailId{mail}, trace) ? 1U : 0U;
        CHECK(reports == 2); // the warning, and that it was given up
    }
}
