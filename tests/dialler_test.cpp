// A server that has several addresses is called at each in turn, by mail programs as by relays.
#include "sim/outcome.h"
#include "tests/support/lesson.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace sim;

// One more address where the records of `beside` stand, in front of them.
void add_address(scenario::Scenario& scenario,
                 std::string_view beside,
                 const std::string& name,
                 const std::string& address)
{
    for (scenario::NameServer& server : scenario.name_servers) {
        for (scenario::DnsZone& zone : server.zones) {
            const auto at =
                std::ranges::find_if(zone.records, [&](const scenario::DnsRecord& record) {
                    return record.name == beside && record.type == "A";
                });
            if (at == zone.records.end()) continue;
            zone.records.insert(at, {name, "A", address});
            return;
        }
    }
    FAIL("no such name");
}

std::vector<Endpoint> failed_at(const Trace& trace)
{
    std::vector<Endpoint> all;
    for (std::size_t i = 0; i < trace.size(); ++i) {
        const auto* failed = std::get_if<ConnectionFailed>(&trace[i].what);
        if (failed != nullptr) all.push_back(failed->remote);
    }
    return all;
}

} // namespace

TEST_SUITE("dialler")
{
    TEST_CASE("where nobody answers, a mail program tries the server's next address")
    {
        const auto nobody = parse_address("203.0.113.99").value();
        for (const char* name : {"mail.kumo.example", "pop.umi.example", "mx1.umi.example"}) {
            INFO(name);
            scenario::Scenario lesson = test::load_lesson("path");
            add_address(lesson, name, name, "203.0.113.99");
            const Playback run = test::play(std::move(lesson));
            const auto found = outcomes(run.trace(), run.trace().size());
            REQUIRE_FALSE(found.empty());
            const auto* delivered = std::get_if<Delivered>(&found.front().outcome);
            REQUIRE(delivered != nullptr);
            CHECK(delivered->retrieved);
            const auto failed = failed_at(run.trace());
            CHECK_FALSE(failed.empty());
            for (const Endpoint& each : failed)
                CHECK(each.address == nobody);
        }
    }

    TEST_CASE("a server that has only addresses of nobody is not reached, and that is told once")
    {
        scenario::Scenario lesson = test::load_lesson("submission-587");
        for (scenario::MailProgram& program : lesson.programs)
            if (program.key == "hanako") program.sending->server = "nowhere.kumo.example";
        for (const char* address : {"203.0.113.98", "203.0.113.99"})
            add_address(lesson, "mail.kumo.example", "nowhere.kumo.example", address);
        const Playback run = test::play(lesson);
        CHECK(failed_at(run.trace()).size() == 2);
        CHECK(run.trace().count(Kind::send_finished) == 1);
    }
}
