#include "sim/core/trace.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sim;

namespace {

constexpr HostId pc{0};
constexpr HostId router{1};
constexpr HostId server{2};
constexpr ConnectionId first{0};
constexpr ConnectionId second{1};

std::vector<std::uint32_t> values(TraceIndex::Events events)
{
    std::vector<std::uint32_t> all;
    for (const EventId id : events)
        all.push_back(id.value);
    return all;
}

using List = std::vector<std::uint32_t>;

ConnectionAttempted attempted()
{
    return {{Address{1}, 49152}, {Address{2}, 25}};
}

ConnectionOpened opened(bool accepted)
{
    const Endpoint client{Address{1}, 49152};
    const Endpoint far{Address{2}, 25};
    return accepted ? ConnectionOpened{far, client, true} : ConnectionOpened{client, far, false};
}

PacketDropped dropped_by(RuleId rule)
{
    PacketDropped what;
    what.rule = rule;
    return what;
}

} // namespace

TEST_SUITE("core.trace_index")
{
    TEST_CASE("each connection has its own events, at whatever host, and the rest is beside them")
    {
        Trace trace;
        trace.append(pc, first, attempted());
        trace.append(pc, second, attempted());
        trace.append(router, first, PacketSent{});
        trace.append(pc, {}, DnsAsked{});
        trace.append(server, first, opened(true));
        CHECK(values(trace.index().of(first)) == List{0, 2, 4});
        CHECK(values(trace.index().of(second)) == List{1});
        CHECK(values(trace.index().beside_connections()) == List{3});
        CHECK(trace.index().connections() == 2);
        CHECK(trace.index().of(ConnectionId{7}).empty());
        CHECK(trace.index().of(ConnectionId{}).empty());
    }

    TEST_CASE("the list grows with the trace")
    {
        Trace trace;
        for (std::uint32_t i = 0; i < 10'000; ++i) {
            trace.append(pc, first, PacketSent{});
            CHECK(trace.index().of(first).size() == i + 1);
        }
        CHECK(trace.index().of(first).back() == EventId{9'999});
    }

    TEST_CASE("the ends of a connection are known from its attempt, its server from accepting")
    {
        Trace trace;
        trace.append(pc, first, attempted());
        const TraceIndex::Connection& connection = trace.index().connection(first);
        CHECK(connection.ends.client == pc);
        CHECK(connection.ends.client_at.port == 49152);
        CHECK(connection.ends.server_at == Endpoint{Address{2}, 25});
        CHECK_FALSE(connection.ends.server.exists());
        trace.append(pc, first, opened(false));
        CHECK_FALSE(trace.index().connection(first).ends.server.exists());
        trace.append(server, first, opened(true));
        CHECK(trace.index().connection(first).ends.server == server);
        CHECK(trace.index().connection(first).ends.client == pc);
        CHECK_FALSE(trace.index().connection(second).ends.client.exists());
    }

    TEST_CASE("a trace that begins with an opened connection still tells its ends")
    {
        Trace trace;
        trace.append(server, first, opened(true));
        CHECK(trace.index().connection(first).ends.server == server);
        CHECK(trace.index().connection(first).ends.client_at == Endpoint{Address{1}, 49152});
        CHECK_FALSE(trace.index().connection(first).ends.client.exists());
    }

    TEST_CASE("when TLS began and when it stood is kept of either end that was first")
    {
        Trace trace;
        trace.append(pc, first, attempted());
        CHECK_FALSE(trace.index().connection(first).tls_started.exists());
        trace.append(pc, first, TlsStarted{});
        trace.append(server, first, TlsStarted{});
        trace.append(pc, first, TlsEstablished{});
        trace.append(server, first, TlsEstablished{});
        CHECK(trace.index().connection(first).tls_started == EventId{1});
        CHECK(trace.index().connection(first).tls_established == EventId{3});
        CHECK(trace.index().connection(first).tls_established_both == EventId{4});
    }

    TEST_CASE("a mail has all that names it, from being written to being read")
    {
        Trace trace;
        trace.append(pc, {}, MailComposed{MailId{1}, {}, {}, 0});
        trace.append(pc, {}, MailComposed{MailId{0}, {}, {}, 0});
        trace.append(server, first, MailQueued{MailId{1}, {}, {}});
        trace.append(server, first, FieldAdded{MailId{1}, {}});
        SendFinished finished;
        finished.mail = MailId{1};
        trace.append(pc, first, finished);
        CHECK(values(trace.index().of(MailId{1})) == List{0, 2, 3, 4});
        CHECK(values(trace.index().of(MailId{0})) == List{1});
        CHECK(trace.index().mails() == 2);
        CHECK(trace.index().of(MailId{9}).empty());
        CHECK(trace.index().of(MailId{}).empty());
        CHECK(values(trace.index().of(Kind::mail_composed)) == List{0, 1});
        CHECK(values(trace.index().of(Kind::fetch_finished)).empty());
    }

    TEST_CASE(
        "a rule has its hits and how it was switched; a packet that no rule stopped counts not")
    {
        Trace trace;
        trace.append(router, first, dropped_by(RuleId{1}));
        trace.append(router, first, dropped_by(RuleId{}));
        trace.append(router, second, PacketPassedRule{{}, RuleId{1}});
        trace.append({}, {}, RuleSwitched{RuleId{1}, Verdict::drop, false});
        trace.append(router, first, dropped_by(RuleId{0}));
        CHECK(values(trace.index().drops(RuleId{1})) == List{0});
        CHECK(values(trace.index().drops(RuleId{0})) == List{4});
        CHECK(values(trace.index().passes(RuleId{1})) == List{2});
        CHECK(values(trace.index().switches(RuleId{1})) == List{3});
        CHECK(trace.index().drops(RuleId{5}).empty());
        CHECK(trace.index().passes(RuleId{}).empty());
    }

    TEST_CASE("a setting has its changes by key")
    {
        Trace trace;
        const auto change = [&](std::string_view key) {
            trace.append({}, {}, SettingChanged{trace.note(key), trace.note("x")});
        };
        change("client.port");
        change("client.user");
        change("client.port");
        CHECK(values(trace.index().changes("client.port")) == List{0, 2});
        CHECK(values(trace.index().changes("client.user")) == List{1});
        CHECK(trace.index().changes("client.host").empty());
        CHECK(values(trace.index().of(Kind::setting_changed)) == List{0, 1, 2});
    }

    TEST_CASE("only what came before a place is seen from there")
    {
        Trace trace;
        trace.append(pc, first, attempted());
        trace.append(pc, second, attempted());
        trace.append(pc, first, PeerFinished{});
        trace.append(server, first, PeerFinished{});
        CHECK(values(events_before(trace.index().of(first), 2)) == List{0});
        CHECK(values(events_before(trace.index().of(first), 0)).empty());
        CHECK(values(events_before(trace.index().of(first), 99)) == List{0, 2, 3});

        const auto at_pc = [](const Event& event) { return event.host == pc; };
        CHECK(last_before(trace, trace[3], at_pc) == &trace[2]);
        CHECK(last_before(trace, trace[2], at_pc) == &trace[0]);
        CHECK(last_before(trace, trace[0], at_pc) == nullptr);
        CHECK(last_of(trace, trace.index().of(second), 4, at_pc) == &trace[1]);
    }

    TEST_CASE("that a connection went over to TLS stays known when the event is let go")
    {
        Trace trace{Trace::Detail::lately};
        trace.append(pc, first, attempted());
        trace.append(pc, first, TlsStarted{});
        trace.append(pc, first, TlsEstablished{});
        for (std::uint32_t i = 0; i < 20'000; ++i)
            trace.append(pc, first, PacketSent{});
        trace.let_go_before(10'000);
        REQUIRE(trace.let_go() > 3);
        CHECK(trace.index().of(first).front().value >= trace.let_go());
        CHECK(trace.index().connection(first).tls_started == EventId{1});
        CHECK(trace.index().connection(first).tls_established == EventId{2});
        CHECK(trace.index().connection(first).ends.client == pc);
    }

    TEST_CASE("a trace that only counts keeps no lists")
    {
        Trace trace{Trace::Detail::counters};
        trace.append(pc, first, attempted());
        trace.append(pc, {}, MailComposed{MailId{0}, {}, {}, 0});
        trace.append(router, first, dropped_by(RuleId{0}));
        CHECK(trace.index().connections() == 0);
        CHECK(trace.index().mails() == 0);
        CHECK(trace.index().of(first).empty());
        CHECK(trace.index().drops(RuleId{0}).empty());
    }
}
