// What the map's pop-up and the State tab show of hosts and connections, compared with what the
// world itself says while it runs.
#include "sim/mail/stored_message.h"
#include "sim/net/fabric.h"
#include "sim/pop3/client_session.h"
#include "sim/report/history.h"
#include "sim/report/host_view.h"
#include "sim/smtp/client_session.h"
#include "tests/support/lesson.h"
#include "tests/support/small_world.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace sim;
using namespace sim::report;

// One line a socket, as both the network and the index can write it.
template <typename Row>
std::vector<std::string> rows_of(const std::vector<Row>& rows)
{
    std::vector<std::string> lines;
    for (const Row& row : rows) {
        const auto number = row.connection.exists() ? row.connection.value : 0U;
        lines.push_back(std::string{name_of(row.transport)} + " " +
                        std::string{name_of(row.state)} + " " + to_string(row.local) + " " +
                        to_string(row.remote) + " " + std::to_string(number));
    }
    return lines;
}

std::string joined(const std::vector<std::string>& lines)
{
    std::string all;
    for (const std::string& line : lines)
        all += line + "\n";
    return all;
}

std::shared_ptr<const scenario::Scenario> shared(scenario::Scenario s)
{
    return std::make_shared<const scenario::Scenario>(std::move(s));
}

World finished(const std::shared_ptr<const scenario::Scenario>& s)
{
    World world{s, {}};
    world.run();
    return world;
}

HostId host(const scenario::Scenario& scenario, std::string_view key)
{
    for (std::size_t i = 0; i < scenario.hosts.size(); ++i)
        if (scenario.hosts[i].key == key) return HostId{static_cast<std::uint32_t>(i)};
    FAIL(key);
    return {};
}

// After each step of a run the index, made once of the whole run, lists the sockets that the
// network has at that moment. Returns how many rows were compared.
std::size_t compare_sockets(const scenario::Scenario& scenario)
{
    const auto given = shared(scenario);
    const World whole = finished(given);
    const HostIndex index{whole.trace(), *given};
    World world{given, {}};
    std::size_t compared = 0;
    while (world.step()) {
        const std::size_t cursor = world.trace().size();
        for (std::uint32_t i = 0; i < scenario.hosts.size(); ++i) {
            const auto wanted = rows_of(world.network().sockets(HostId{i}));
            const auto found = rows_of(index.sockets(HostId{i}, cursor));
            INFO(scenario.key, " ", scenario.hosts[i].key, " at event ", cursor);
            CAPTURE(joined(wanted));
            CAPTURE(joined(found));
            REQUIRE(found == wanted);
            compared += wanted.size();
        }
    }
    return compared;
}

std::vector<std::string> client_phases(Application application)
{
    std::vector<std::string> names;
    if (application == Application::smtp) {
        for (const auto phase : values_of<smtp::ClientPhase>())
            names.emplace_back(name_of(phase));
    } else {
        for (const auto phase : values_of<pop3::ClientPhase>())
            names.emplace_back(name_of(phase));
    }
    return names;
}

scenario::Scenario with_settings(scenario::Scenario scenario, const test::Settings& settings)
{
    for (const auto& setting : settings)
        REQUIRE(scenario::apply_setting(scenario, setting.first, setting.second));
    return scenario;
}

const std::vector<std::pair<const char*, test::Settings>> runs{
    {"path", {}},
    {"op25b", {}},
    {"op25b", {{"rule.op25b", "reject_rst"}}},
    {"op25b", {{"rule.op25b", "reject_icmp"}}},
    {"submission-587", {}},
    {"submissions-465", {}},
    {"submission-587", {{"client.password", "wrong"}}},
    {"submission-587", {{"client.port", "2525"}}},
    {"plain-password", {}}};

// Faults that end or bend a conversation where it would not end by itself.
const std::vector<test::Settings> faults{{{"fault.mail.kumo.example.cut", "connect"}},
                                         {{"fault.mail.kumo.example.cut", "auth"}},
                                         {{"fault.mx.umi.example.cut", "text"}},
                                         {{"fault.mx.umi.example.reply.mail", "451"}},
                                         {{"fault.mx.umi.example.reply.text", "554"}},
                                         {{"fault.mail.kumo.example.reply.rcpt", "421"}},
                                         {{"fault.mx.umi.example.reply.connect", "554"}}};

} // namespace

TEST_SUITE("report.host_view")
{
    TEST_CASE("at every moment of a run a host has the sockets that the network says it has")
    {
        for (const auto& run : runs)
            CHECK(compare_sockets(with_settings(test::load_lesson(run.first), run.second)) > 100);
        CHECK(compare_sockets(test::small_world()) > 100);
        for (const test::Settings& fault : faults)
            CHECK(compare_sockets(with_settings(test::small_world(), fault)) > 100);
        for (const char* delay : {"5s", "10m"}) {
            CHECK(compare_sockets(with_settings(test::small_world(),
                                                {{"fault.mx.umi.example.delay", delay}})) > 100);
        }
    }

    TEST_CASE("a connection that hangs in the middle is seen as the network has it")
    {
        scenario::Scenario s = test::small_world();
        s.rules[0].ports = {{587, 587}};
        s.rules[0].enabled = false;
        scenario::Step step;
        step.action = scenario::StepAction::set;
        step.delay = 60ms;
        step.key = "rule.op25b";
        step.value = "drop";
        s.steps.push_back(step);
        CHECK(compare_sockets(s) > 100);
        // What comes back from the server is lost: half open, then forgotten without a word.
        s = test::small_world();
        s.rules[0].from.clear();
        s.groups.push_back({"answers", {"answers", "answers"}, {{test::ip("192.0.2.10"), 32}}});
        s.rules[0].to = {"answers"};
        s.rules[0].ports = {{49152, 65535}};
        CHECK(compare_sockets(s) > 100);
    }

    TEST_CASE("a blocked PC waits in SYN_SENT, then nothing of it is left but how it ended")
    {
        const Playback run = test::play_lesson("op25b");
        const HostIndex index{run.trace(), run.scenario()};
        const HostId pc = host(run.scenario(), "hanako-pc");
        std::size_t dropped = 0;
        while (run.trace()[dropped].kind() != Kind::packet_dropped)
            ++dropped;
        const auto waiting = index.sockets(pc, dropped + 1);
        REQUIRE_FALSE(waiting.empty());
        const SocketSeen& socket = waiting.back();
        CHECK(netstat_word(socket.state) == "SYN_SENT");
        CHECK(socket.remote.port == 25);
        CHECK(socket.application == Application::smtp);
        CHECK_FALSE(socket.encrypted);
        const Event& since = run.trace().at(socket.since);
        CHECK(since.kind() == Kind::socket_changed);
        CHECK(run.trace().at(since.cause).kind() == Kind::connection_attempted);
        CHECK(index.closed_sockets(pc, dropped + 1, 10).empty());

        for (const SocketSeen& left : index.sockets(pc, run.trace().size()))
            CHECK(left.transport == Transport::udp);
        const auto gone = index.closed_sockets(pc, run.trace().size(), 10);
        REQUIRE(gone.size() == 1);
        CHECK(netstat_word(gone[0].state) == "CLOSED");
        const EventId why = run.trace().at(gone[0].since).cause;
        CHECK(run.trace().at(why).kind() == Kind::connection_failed);
        CHECK(index.closed_sockets(pc, run.trace().size(), 0).empty());
    }

    TEST_CASE("listening ports say what is spoken there and how TLS comes about")
    {
        const scenario::Scenario s = test::small_world();
        const World world = finished(shared(s));
        const HostIndex index{world.trace(), s};
        const auto sockets = index.sockets(host(s, "mx.umi.example"), 0);
        REQUIRE(sockets.size() == 3);
        CHECK(sockets[0].local.port == 25);
        CHECK(sockets[0].application == Application::smtp);
        CHECK(sockets[1].local.port == 110);
        CHECK(sockets[1].application == Application::pop3);
        CHECK(sockets[1].tls == scenario::TlsMode::starttls);
        CHECK(sockets[2].tls == scenario::TlsMode::implicit);
        const auto names = index.sockets(host(s, "ns.example"), 0);
        REQUIRE(names.size() == 2); // UDP and TCP
        CHECK(names[0].application == Application::dns);
        CHECK(names[1].application == Application::dns);
        CHECK(netstat_word(names[0].state).empty());
    }

    TEST_CASE("a socket is encrypted from the end of its handshake on")
    {
        const Playback run = test::play_lesson("submission-587");
        const HostIndex index{run.trace(), run.scenario()};
        std::size_t seen = 0;
        for (std::size_t i = 0; i < run.trace().size(); ++i) {
            const Event& event = run.trace()[i];
            if (event.kind() != Kind::tls_established) continue;
            ++seen;
            for (const SocketSeen& each : index.sockets(event.host, i))
                if (each.connection == event.connection) CHECK_FALSE(each.encrypted);
            for (const SocketSeen& each : index.sockets(event.host, i + 1))
                if (each.connection == event.connection) CHECK(each.encrypted);
        }
        CHECK(seen >= 2);
    }

    TEST_CASE("mailboxes hold at the end what the world has stored, in the order of arrival")
    {
        for (const auto& run : runs) {
            const auto given = shared(with_settings(test::load_lesson(run.first), run.second));
            const World world = finished(given);
            const HostIndex index{world.trace(), *given};
            const std::size_t end = world.trace().size();
            for (std::uint32_t i = 0; i < given->hosts.size(); ++i) {
                std::vector<std::string> wanted;
                std::size_t fetched = 0;
                for (const mail::StoredMessage& stored : world.stored_messages()) {
                    if (stored.host != HostId{i}) continue;
                    if (stored.where == mail::StoredIn::mailbox) wanted.push_back(stored.owner);
                    if (stored.where == mail::StoredIn::fetched_by_program) ++fetched;
                }
                std::vector<std::string> found;
                for (const MailboxEntry& entry : index.mailbox(HostId{i}, end))
                    found.emplace_back(entry.mailbox);
                CHECK(found == wanted);
                CHECK(index.fetched(HostId{i}, end).size() == fetched);
                CHECK(index.mailbox(HostId{i}, 0).empty());
            }
        }
    }

    TEST_CASE("a mail lies in the mailbox from its delivery on, and is fetched later")
    {
        const Playback run = test::play_lesson("path");
        const HostIndex index{run.trace(), run.scenario()};
        std::size_t checked = 0;
        for (std::size_t i = 0; i < run.trace().size(); ++i) {
            const Event& event = run.trace()[i];
            if (event.kind() != Kind::mail_delivered) continue;
            CHECK(index.mailbox(event.host, i).empty());
            REQUIRE(index.mailbox(event.host, i + 1).size() == 1);
            const MailboxEntry& entry = index.mailbox(event.host, i + 1)[0];
            CHECK(entry.delivered == event.id);
            REQUIRE(entry.retrieved.exists());
            CHECK_FALSE(entry.was_retrieved(i + 1));
            CHECK_FALSE(entry.was_retrieved(entry.retrieved.value));
            CHECK(entry.was_retrieved(std::size_t{entry.retrieved.value} + 1));
            ++checked;
        }
        CHECK(checked == 1);
    }

    TEST_CASE("a queue says what waits, until when and why, and is empty at the end of a delivery")
    {
        scenario::Scenario s = test::small_world();
        scenario::FirewallRule closed = s.rules[0];
        closed.key = "closed";
        closed.from = {"mail.kumo.example"};
        s.rules.push_back(closed);
        scenario::Step step;
        step.action = scenario::StepAction::set;
        step.delay = 20min;
        step.key = "rule.closed";
        step.value = "off";
        s.steps.push_back(step);
        const World world = finished(shared(s));
        const Trace& trace = world.trace();
        const HostIndex index{trace, s};
        const HostId kumo = host(s, "mail.kumo.example");
        std::size_t deferrals = 0;
        for (std::size_t i = 0; i < trace.size(); ++i) {
            if (trace[i].kind() == Kind::mail_queued && trace[i].host == kumo) {
                CHECK(index.queue(kumo, i).empty());
                const auto queue = index.queue(kumo, i + 1);
                REQUIRE(queue.size() == 1);
                CHECK(queue[0].recipient == "taro@umi.example");
                CHECK(queue[0].queued == trace[i].id);
                CHECK_FALSE(queue[0].deferred.exists());
            }
            if (trace[i].kind() == Kind::delivery_attempted)
                CHECK(index.queue(kumo, i + 1)[0].attempt == trace[i].id);
            const auto* put_off = std::get_if<MailDeferred>(&trace[i].what);
            if (put_off == nullptr) continue;
            const auto queue = index.queue(kumo, i + 1);
            REQUIRE(queue.size() == 1);
            CHECK(queue[0].deferred == trace[i].id);
            CHECK(queue[0].until == put_off->until);
            CHECK(queue[0].attempt.exists());
            ++deferrals;
        }
        CHECK(deferrals >= 1);
        CHECK(trace.count(Kind::mail_delivered) == 1);
        for (std::uint32_t i = 0; i < s.hosts.size(); ++i)
            CHECK(index.queue(HostId{i}, trace.size()).empty());
    }

    TEST_CASE("an attempt is for those whom it names, not for all of the mail's recipients")
    {
        const scenario::Scenario s = test::small_world();
        const HostId kumo = host(s, "mail.kumo.example");
        Trace trace;
        const MailId mail{0};
        const auto add = [&](const Happening& what) { return trace.append(kumo, {}, what); };
        add(MailQueued{mail, {}, trace.note("taro@umi.example, ai@yama.example")});
        DeliveryAttempted attempt;
        attempt.mail = mail;
        attempt.recipients = trace.note("ai@yama.example");
        const EventId attempted = add(attempt);
        const HostIndex index{trace, s};
        const auto queue = index.queue(kumo, trace.size());
        REQUIRE(queue.size() == 2);
        CHECK(queue[0].recipient == "taro@umi.example");
        CHECK_FALSE(queue[0].attempt.exists());
        CHECK(queue[1].attempt == attempted);
    }

    TEST_CASE("a rule's hits are counted up to the cursor, and so is whether it is on")
    {
        const Playback run = test::play_lesson("op25b");
        const HostIndex index{run.trace(), run.scenario()};
        std::map<std::uint32_t, std::uint64_t> dropped;
        std::map<std::uint32_t, std::uint64_t> passed;
        std::uint64_t hits = 0;
        for (std::size_t i = 0; i <= run.trace().size(); ++i) {
            for (std::uint32_t rule = 0; rule < run.scenario().rules.size(); ++rule) {
                const RuleSeen seen = index.rule(RuleId{rule}, i);
                REQUIRE(seen.dropped == dropped[rule]);
                REQUIRE(seen.passed == passed[rule]);
            }
            if (i == run.trace().size()) break;
            if (const auto* drop = std::get_if<PacketDropped>(&run.trace()[i].what))
                hits += ++dropped[drop->rule.value];
            if (const auto* pass = std::get_if<PacketPassedRule>(&run.trace()[i].what))
                ++passed[pass->rule.value];
        }
        CHECK(hits > 0);

        scenario::Scenario s = test::small_world();
        scenario::Step step;
        step.action = scenario::StepAction::set;
        step.delay = 1s;
        step.key = "rule.op25b";
        step.value = "off";
        s.steps.push_back(step);
        const World world = finished(shared(s));
        const HostIndex other{world.trace(), s};
        CHECK(other.rule(RuleId{0}, 0).enabled);
        CHECK_FALSE(other.rule(RuleId{0}, world.trace().size()).enabled);
        CHECK(other.rule(RuleId{0}, world.trace().size()).verdict == Verdict::drop);
    }

    TEST_CASE("the server's phase is the one in which its session heard each command")
    {
        std::set<std::string> phases;
        const auto follow = [&](const scenario::Scenario& s) {
            const World world = finished(shared(s));
            const Trace& trace = world.trace();
            const HostIndex index{trace, s};
            for (std::size_t i = 0; i < trace.size(); ++i) {
                const Event& event = trace[i];
                std::string_view before;
                std::string_view after;
                if (const auto* command = std::get_if<SmtpCommand>(&event.what)) {
                    if (command->side == Side::sent) continue;
                    before = name_of(command->before);
                    after = name_of(command->after);
                } else if (const auto* heard = std::get_if<Pop3Command>(&event.what)) {
                    if (heard->side == Side::sent) continue;
                    before = name_of(heard->before);
                    after = name_of(heard->after);
                } else {
                    continue;
                }
                INFO(s.key, " event ", i);
                CHECK(index.session(event.connection, i).server_phase == before);
                const SessionSeen then = index.session(event.connection, i + 1);
                CHECK(then.server_phase == after);
                CHECK(then.server == event.host);
                phases.emplace(before);
                phases.emplace(after);
            }
        };
        for (const auto& run : runs)
            follow(with_settings(test::load_lesson(run.first), run.second));
        follow(test::small_world());
        for (const test::Settings& fault : faults)
            follow(with_settings(test::small_world(), fault));
        scenario::Scenario several = test::small_world();
        several.steps[0].message.to = {"nobody@umi.example", "taro@umi.example"};
        follow(several);
        for (const std::string phase : {"ready",
                                        "in_transaction",
                                        "receiving_text",
                                        "awaiting_verdict",
                                        "awaiting_tls",
                                        "authorization",
                                        "transaction",
                                        "closed"}) {
            INFO(phase);
            CHECK(phases.contains(phase));
        }
    }

    TEST_CASE("the client's phase is a state of its table, and TLS is on where it stands")
    {
        for (const auto& run : runs) {
            const scenario::Scenario s = with_settings(test::load_lesson(run.first), run.second);
            const World world = finished(shared(s));
            const Trace& trace = world.trace();
            const HostIndex index{trace, s};
            for (std::size_t i = 0; i < trace.size(); ++i) {
                const Event& event = trace[i];
                if (!event.connection.exists()) continue;
                const SessionSeen seen = index.session(event.connection, i + 1);
                REQUIRE(seen.application != Application::unknown);
                const auto known = client_phases(seen.application);
                INFO(seen.client_phase);
                REQUIRE(std::ranges::count(known, seen.client_phase) == 1);
                if (const auto* reply = std::get_if<SmtpReply>(&event.what))
                    CHECK(seen.encrypted == reply->encrypted);
                if (const auto* reply = std::get_if<Pop3Reply>(&event.what))
                    CHECK(seen.encrypted == reply->encrypted);
            }
        }
    }

    TEST_CASE("at the end of a run every session is closed at both ends")
    {
        const Playback run = test::play_lesson("path");
        const HostIndex index{run.trace(), run.scenario()};
        std::size_t sessions = 0;
        for (std::uint32_t id = 0;; ++id) {
            const SessionSeen seen = index.session(ConnectionId{id}, run.trace().size());
            if (seen.application == Application::unknown) break;
            CHECK(seen.client_phase == "closed");
            CHECK(seen.server_phase == "closed");
            CHECK(index.session(ConnectionId{id}, 0).client_phase.empty());
            ++sessions;
        }
        CHECK(sessions >= 3);
    }

    TEST_CASE("a host's log is its own stops, in order")
    {
        const Playback run = test::play_lesson("path");
        const HostIndex index{run.trace(), run.scenario()};
        for (const Unit unit : values_of<Unit>()) {
            std::size_t listed = 0;
            for (std::uint32_t i = 0; i < run.scenario().hosts.size(); ++i) {
                const auto log = index.log(HostId{i}, run.trace().size(), unit);
                listed += log.size();
                CHECK(std::ranges::is_sorted(log));
                for (const EventId id : log)
                    CHECK(run.trace().at(id).host == HostId{i});
            }
            std::size_t stops = 0;
            for (const std::uint32_t at : run.stops(unit))
                if (run.trace()[at].host.exists()) ++stops;
            CHECK(listed == stops);
        }
    }

    TEST_CASE("what is not there has nothing to show")
    {
        const Playback run = test::play_lesson("path");
        const HostIndex index{run.trace(), run.scenario()};
        const std::size_t end = run.trace().size();
        CHECK(index.sockets(HostId{}, end).empty());
        CHECK(index.queue(HostId{999}, end).empty());
        CHECK(index.mailbox(HostId{}, end).empty());
        CHECK(index.log(HostId{}, end, Unit::packet).empty());
        CHECK(index.closed_sockets(HostId{}, end, 3).empty());
        CHECK(index.rule(RuleId{}, end).dropped == 0);
        CHECK(index.session(ConnectionId{}, end).client_phase.empty());
    }
}

TEST_SUITE("report.history")
{
    TEST_CASE("a set is found as it was, at every cursor, however long its history")
    {
        struct Change {
            std::uint32_t at;
            std::uint32_t key;
            int value; // 0: gone
        };
        std::vector<Change> changes;
        std::uint32_t state = 1;
        const auto draw = [&](std::uint32_t below) {
            state = state * 1'664'525U + 1'013'904'223U;
            return (state >> 8U) % below;
        };
        std::uint32_t at = 0;
        for (int i = 0; i < 3'000; ++i) {
            at += draw(3);
            const std::uint32_t key = draw(100);
            const std::uint32_t value = draw(4);
            changes.push_back({at, key, static_cast<int>(value)});
        }
        History<int> history;
        for (const Change& change : changes) {
            if (change.value == 0) {
                history.erase(change.at, change.key);
            } else {
                history.set(change.at, change.key, change.value);
            }
        }
        std::map<std::uint32_t, int> now;
        std::size_t next = 0;
        for (std::size_t cursor = 0; cursor <= at + 1; ++cursor) {
            for (; next < changes.size() && changes[next].at < cursor; ++next) {
                if (changes[next].value == 0) {
                    now.erase(changes[next].key);
                } else {
                    now[changes[next].key] = changes[next].value;
                }
            }
            std::vector<int> wanted;
            wanted.reserve(now.size());
            for (const auto& member : now)
                wanted.push_back(member.second);
            REQUIRE(history.at(cursor) == wanted);
        }
    }
}
