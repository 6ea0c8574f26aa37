#include "sim/report/check.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

using namespace sim;
using report::compare;
using scenario::Expectation;

namespace {

constexpr HostId ann_pc{0};
constexpr HostId server{1};
constexpr HostId bob_pc{2};

// Ann's PC, a server and Bob's PC; Ann is the client; one rule.
scenario::Scenario small()
{
    scenario::Scenario s;
    for (const char* key : {"ann-pc", "mx.far.example", "bob-pc"}) {
        scenario::Host host;
        host.key = key;
        s.hosts.push_back(host);
    }
    for (const char* key : {"ann", "bob"}) {
        scenario::MailProgram program;
        program.key = key;
        program.host = std::string{key} + "-pc";
        s.programs.push_back(program);
    }
    s.client = "ann";
    for (const char* key : {"no-25", "no-587"}) {
        scenario::FirewallRule rule;
        rule.key = key;
        s.rules.push_back(rule);
    }
    return s;
}

void finish_sending(Trace& trace, HostId host, UserError error)
{
    SendFinished what;
    what.error = error;
    trace.append(host, {}, what);
}

void stop(Trace& trace, std::uint32_t rule, DropReason reason = DropReason::rule)
{
    PacketDropped what;
    what.reason = reason;
    if (reason == DropReason::rule) what.rule = RuleId{rule};
    trace.append(server, {}, what);
}

// Puts one segment of a connection on a link.
void put_on_wire(Trace& trace,
                 std::string_view payload,
                 std::uint32_t sequence,
                 std::uint16_t source_port = 49'152,
                 std::uint32_t link = 0)
{
    PacketSent what;
    what.packet.source = {0xC000020A};
    what.packet.destination = {0xC0000219};
    what.packet.source_port = source_port;
    what.packet.destination_port = 25;
    what.packet.sequence = sequence;
    what.packet.connection = ConnectionId{source_port};
    what.packet.payload = trace.note(payload);
    what.link = LinkId{link};
    trace.append(ann_pc, what.packet.connection, what);
}

std::vector<std::string> english(const std::vector<report::Mismatch>& mismatches)
{
    std::vector<std::string> all;
    all.reserve(mismatches.size());
    for (const auto& mismatch : mismatches)
        all.push_back(mismatch.key + ": " + mismatch.what.en);
    return all;
}

using Lines = std::vector<std::string>;

} // namespace

TEST_SUITE("report.check")
{
    TEST_CASE("a lesson that expects nothing is content with anything")
    {
        Trace trace;
        stop(trace, 0);
        CHECK(compare({}, small(), trace).empty());
    }

    TEST_CASE("the last result of the client's mail program counts, not another program's")
    {
        Trace trace;
        Expectation expect;
        expect.sending = UserError::none;
        CHECK(english(compare(expect, small(), trace)) ==
              Lines{"expect.sending: The mail program ought to report that the mail was sent, but "
                    "it never finished sending."});
        finish_sending(trace, bob_pc, UserError::none);
        CHECK(compare(expect, small(), trace).size() == 1);
        finish_sending(trace, ann_pc, UserError::none);
        CHECK(compare(expect, small(), trace).empty());
        finish_sending(trace, ann_pc, UserError::connect_timed_out);
        CHECK(english(compare(expect, small(), trace)) ==
              Lines{"expect.sending: The mail program ought to report that the mail was sent, but "
                    "it reported that the connection timed out."});
        expect.sending = UserError::connect_timed_out;
        CHECK(compare(expect, small(), trace).empty());
    }

    TEST_CASE("mail has to reach the very mailbox that is named")
    {
        Trace trace;
        Expectation expect;
        expect.delivered = {"bob@far.example"};
        expect.fetched = {"bob@far.example"};
        MailDelivered elsewhere;
        elsewhere.mailbox = trace.note("eve@far.example");
        trace.append(server, {}, elsewhere);
        CHECK(english(compare(expect, small(), trace)) ==
              Lines{"expect.delivered: No mail reached the mailbox of bob@far.example.",
                    "expect.fetched: No mail program fetched the mail of bob@far.example."});
        MailDelivered delivered;
        delivered.mailbox = trace.note("bob@far.example");
        trace.append(server, {}, delivered);
        CHECK(compare(expect, small(), trace).size() == 1);
        MailRetrieved retrieved;
        retrieved.mailbox = delivered.mailbox;
        trace.append(bob_pc, {}, retrieved);
        CHECK(compare(expect, small(), trace).empty());
    }

    TEST_CASE("the rule that is named has to stop a packet")
    {
        Trace trace;
        Expectation expect;
        expect.stopped_by_rule = "no-25";
        stop(trace, 0, DropReason::no_route);
        CHECK(english(compare(expect, small(), trace)) ==
              Lines{"expect.stopped_by_rule: Rule no-25 ought to stop a packet, but none was "
                    "stopped."});
        stop(trace, 1);
        CHECK(english(compare(expect, small(), trace)) ==
              Lines{"expect.stopped_by_rule: Rule no-25 ought to stop a packet, but what stopped "
                    "one was no-587."});
        stop(trace, 0);
        CHECK(compare(expect, small(), trace).empty());
    }

    TEST_CASE("a text counts as readable across the borders of packets, but not of connections")
    {
        Trace trace;
        put_on_wire(trace, "AUTH PLA", 1'000);
        put_on_wire(trace, "IN AGFu\r\n", 1'008);
        put_on_wire(trace, "EHLO ", 1, 50'000);
        put_on_wire(trace, "there\r\n", 1, 50'001);
        Expectation expect;
        expect.readable = {"AUTH PLAIN AGFu"};
        expect.unreadable = {"EHLO there"};
        CHECK(compare(expect, small(), trace).empty());
        std::swap(expect.readable, expect.unreadable);
        CHECK(english(compare(expect, small(), trace)) ==
              Lines{"expect.readable: \"EHLO there\" ought to be readable on the way, but nobody "
                    "could read it.",
                    "expect.unreadable: Nobody ought to be able to read \"AUTH PLAIN AGFu\", but "
                    "it could be read on the way."});
    }

    TEST_CASE("counts have a least and a most")
    {
        Trace trace;
        for (int i = 0; i < 3; ++i)
            stop(trace, 0);
        Expectation expect;
        expect.counts = {{Kind::packet_dropped, 3, 3}, {Kind::packet_dropped, 1}};
        CHECK(compare(expect, small(), trace).empty());
        expect.counts = {
            {Kind::packet_dropped, 4, 4}, {Kind::packet_dropped, 4}, {Kind::packet_dropped, 0, 2}};
        CHECK(english(compare(expect, small(), trace)) ==
              Lines{"expect.count.packet_dropped: packet_dropped ought to happen 4 times, but it "
                    "happened 3 times.",
                    "expect.count.packet_dropped: packet_dropped ought to happen at least 4 times, "
                    "but it happened 3 times.",
                    "expect.count.packet_dropped: packet_dropped ought to happen 0 to 2 times, but "
                    "it happened 3 times."});
    }

    TEST_CASE("every result of a mail program has words of its own in both languages")
    {
        std::vector<std::string> ja;
        std::vector<std::string> en;
        for (const UserError error : values_of<UserError>()) {
            Trace trace;
            Expectation expect;
            expect.sending = error;
            const auto mismatches = compare(expect, small(), trace);
            REQUIRE(mismatches.size() == 1);
            CHECK(std::ranges::count(ja, mismatches[0].what.ja) == 0);
            CHECK(std::ranges::count(en, mismatches[0].what.en) == 0);
            CHECK(mismatches[0].what.ja.find("「」") == std::string::npos);
            CHECK(mismatches[0].what.en.find("report ,") == std::string::npos);
            ja.push_back(mismatches[0].what.ja);
            en.push_back(mismatches[0].what.en);
        }
    }
}
