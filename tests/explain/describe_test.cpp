#include "sim/explain/describe.h"
#include "sim/explain/nouns.h"
#include "sim/explain/sentence.h"
#include "tests/support/every_happening.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace {

using namespace sim;
using namespace sim::explain;

// A world whose rules include every nature: the border's OP25B, an IP25B, a PC's firewall.
scenario::Scenario world_with_every_rule()
{
    scenario::Scenario world = test::small_town();
    scenario::FirewallRule ip25b = world.rules[1];
    ip25b.key = "ip25b";
    ip25b.kind = scenario::RuleKind::ip25b;
    ip25b.host = "mx1.umi.example";
    ip25b.except_to = {};
    world.rules.push_back(ip25b);
    return world;
}

std::string key_of(std::string_view prefix, Kind kind, const std::string& variant)
{
    std::string key = fmt::format("{}.{}", prefix, name_of(kind));
    return variant.empty() ? key : key + "." + variant;
}

// A short run of Hanako's SYN being dropped, told as PRODUCT.md tells it.
struct DroppedSyn {
    Trace trace;
    scenario::Scenario world = test::small_town();
    EventId dropped;

    DroppedSyn()
    {
        const HostId pc{test::hanako_pc};
        const ConnectionId connection{0};
        const Endpoint local{test::ip("192.0.2.10"), 49152};
        const Endpoint remote{test::ip("203.0.113.25"), 25};
        const Instant start = world.start;
        trace.set_now(start);
        trace.append(pc, connection, ConnectionAttempted{local, remote});
        PacketHead syn;
        syn.source = local.address;
        syn.source_port = local.port;
        syn.destination = remote.address;
        syn.destination_port = remote.port;
        syn.flags.syn = true;
        syn.connection = connection;
        dropped = trace.append(HostId{test::border},
                               connection,
                               PacketDropped{syn, DropReason::rule, Verdict::drop, RuleId{1}});
        trace.set_now(start + 3s);
        trace.append(pc, connection, SegmentRetransmitted{1, true, start + 9s});
        trace.set_now(start + 9s);
        trace.append(pc, connection, SegmentRetransmitted{2, true, start + 21s});
        trace.set_now(start + 21s);
        trace.append(
            pc, connection, ConnectionFailed{local, remote, ConnectFailure::timed_out, 21s});
    }

    [[nodiscard]] std::string say(const char* code, Level level) const
    {
        const Language words = test::language(code);
        return describe(trace.at(dropped), level, Context{world, trace, words});
    }
};

} // namespace

TEST_SUITE("explain.describe")
{
    TEST_CASE("every event of every kind and value has a sentence at every level in both languages")
    {
        const test::EveryHappening every;
        const scenario::Scenario world = world_with_every_rule();
        for (const char* code : {"ja", "en"}) {
            const Language words = test::language(code);
            const Context context{world, every.trace, words};
            for (std::size_t i = 0; i < every.trace.size(); ++i) {
                const Event& event = every.trace[i];
                for (const Level level : values_of<Level>()) {
                    const std::string sentence = describe(event, level, context);
                    REQUIRE_FALSE(sentence.empty());
                    REQUIRE(sentence.find('\n') == std::string::npos);
                }
                REQUIRE_FALSE(headline(event, context).empty());
            }
        }
    }

    TEST_CASE("the catalog lists exactly what events ask for, with the arguments that they give")
    {
        const test::EveryHappening every;
        const scenario::Scenario world = world_with_every_rule();
        const Language words = test::language("en");
        const Context context{world, every.trace, words};
        std::map<std::string, std::set<std::string>> asked;
        for (std::size_t i = 0; i < every.trace.size(); ++i) {
            const Event& event = every.trace[i];
            const Said said = said_of(event, context);
            std::set<std::string> given;
            for (const Argument& argument : said.arguments)
                REQUIRE(given.insert(std::string{argument.name}).second);
            asked[key_of("event", event.kind(), said.variant)] = given;
            asked[key_of("headline", event.kind(), said.headline)] = given;
        }

        std::set<std::string> listed;
        for (const MessageGroup& group : catalog()) {
            if (!group.prefix.starts_with("event.") && !group.prefix.starts_with("headline."))
                continue;
            const std::set<std::string> arguments(group.arguments.begin(), group.arguments.end());
            for (const std::string& variant : group.variants) {
                const std::string key =
                    variant.empty() ? group.prefix : group.prefix + "." + variant;
                listed.insert(key);
                CHECK_MESSAGE(asked.contains(key), "nobody says " << key);
                if (asked.contains(key)) CHECK_MESSAGE(asked[key] == arguments, key);
            }
        }
        for (const auto& entry : asked) {
            const std::string& key = entry.first;
            CHECK_MESSAGE(listed.contains(key), "not in the catalog: " << key);
        }
    }

    TEST_CASE("a SYN that OP25B drops is told at three levels as the design tells it")
    {
        const DroppedSyn run;
        CHECK(
            run.say("ja", Level::story) ==
            "手紙は町の門で止められました。門番は「25番の道で、よその町へ直接持ち込む人は通さない」"
            "と決めています。花子さんには、何も知らされません。");
        CHECK(
            run.say("en", Level::story) ==
            "The letter was stopped at the town gate. The guard lets nobody carry letters straight "
            "to another town by road 25. Hanako is told nothing.");
        CHECK(
            run.say("ja", Level::standard) ==
            "さくらネットの境界ルーターが、動的IPの回線から外部の25番ポートへの接続要求を捨てました"
            "（OP25B）。返事はありません。");
        CHECK(
            run.say("ja", Level::expert) ==
            "192.0.2.10:49152 → 203.0.113.25:25 の SYN を規則 #2「動的IP → 外部 tcp/25 を破棄」が"
            "破棄しました。RST も ICMP も返らないため、送信側は 3 秒後、9 秒後に再送し、21 秒であき"
            "らめます。");
        CHECK(
            run.say("en", Level::expert) ==
            "Rule #2, \"dynamic address → outside tcp/25: drop\", dropped the SYN 192.0.2.10:49152 "
            "→ 203.0.113.25:25. No RST, no ICMP: the sender retransmits at 3 s and 9 s and gives "
            "up "
            "at 21 s.");
    }

    TEST_CASE("a password is masked unless it is asked for, and its length is not given away")
    {
        Trace trace;
        const scenario::Scenario world = test::small_town();
        const Language words = test::language("ja");
        const std::string text = "AUTH PLAIN AGhhbmFrbwBzYWt1cmEyMDI2";
        const Line line{trace.note(text), 0, 11, static_cast<std::uint32_t>(text.size()) - 11};
        CHECK(show_line(line, Context{world, trace, words}) == "AUTH PLAIN ********");
        CHECK(show_line(line, Context{world, trace, words, Secrets::shown}) == text);

        SmtpCommand command;
        command.verb = SmtpVerb::auth;
        command.line = line;
        trace.append(HostId{test::hanako_pc}, ConnectionId{0}, command);
        for (const Level level : values_of<Level>()) {
            CHECK(describe(trace[0], level, Context{world, trace, words}).find("AGhh") ==
                  std::string::npos);
        }
    }

    TEST_CASE("what others sent is shown without control characters")
    {
        CHECK(show_bytes("EHLO \x1b[31m\x07\xff 花子") == "EHLO \\x1b[31m\\x07\\xff 花子");
    }

    TEST_CASE("a packet is known as TLS even in the middle of a record")
    {
        Trace trace;
        const ConnectionId connection{4};
        PacketHead head;
        head.flags.ack = true;
        head.connection = connection;
        head.payload = trace.note("\x81noise\x02");
        trace.append(HostId{0}, connection, ConnectionOpened{});
        trace.append(HostId{0}, connection, PacketSent{head, LinkId{0}, HostId{1}, {}});
        trace.append(HostId{0}, connection, TlsStarted{});
        trace.append(HostId{0}, connection, PacketSent{head, LinkId{0}, HostId{1}, {}});
        CHECK(nature_of(trace[1], head, trace) == PacketNature::data);
        CHECK(nature_of(trace[3], head, trace) == PacketNature::tls_data);
    }

    TEST_CASE("spans of time are said in the largest units that fit, two at most")
    {
        const Language ja = test::language("ja");
        const Language en = test::language("en");
        CHECK(describe(Duration{0}, en) == "0 s");
        CHECK(describe(31ms, en) == "31 ms");
        CHECK(describe(21s, ja) == "21 秒");
        CHECK(describe(20'984ms, en) == "20.984 s");
        CHECK(describe(15min, ja) == "15 分");
        CHECK(describe(2h + 15min + 3s, en) == "2 h 15 min");
        CHECK(describe(std::chrono::hours{120}, ja) == "5 日");
        CHECK(describe(450us, en) == "450 µs");
    }

    TEST_CASE("the clock shows the scenario's own zone")
    {
        const scenario::Scenario world = test::small_town();
        CHECK(clock_time(world.start + 31ms, world) == "09:00:00.031");
        CHECK(date_of(world.start + std::chrono::hours{15}, world) == "2026-04-02");
    }

    TEST_CASE("a PC is found by the address of the line that it is plugged into")
    {
        scenario::Scenario world = test::small_town();
        CHECK(host_at(test::ip("192.0.2.10"), world) == HostId{test::hanako_pc});
        CHECK_FALSE(host_at(test::ip("192.0.2.200"), world).exists());
        world.hosts[test::hanako_pc].line = "home-fixed";
        CHECK(host_at(test::ip("192.0.2.200"), world) == HostId{test::hanako_pc});
    }
}
