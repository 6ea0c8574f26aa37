// The reports on real runs of the lessons.
#include "sim/report/events.h"
#include "sim/report/golden.h"
#include "sim/report/json.h"
#include "sim/report/ladder.h"
#include "sim/report/transcript.h"
#include "sim/report/width.h"
#include "sim/report/wire.h"
#include "tests/support/lesson.h"
#include "tests/support/small_world.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace sim;
using namespace sim::report;
using explain::Language;

// A played lesson, its language and what reports are drawn from.
struct Seen {
    Playback run;
    Language words;

    explicit Seen(const std::string& lesson,
                  const std::string& code = "en",
                  const test::Settings& settings = {})
        : run{test::play_lesson(lesson, settings)}, words{test::language(code)}
    {
    }
    [[nodiscard]] Source at(Level level, Secrets secrets = Secrets::masked) const
    {
        return Source{run.trace(), run.scenario(), words, run.trace().size(), level, secrets, 80};
    }
};

std::string plain(const Lines& lines)
{
    return to_text(lines, plain_style());
}

bool has(const std::string& text, std::string_view what)
{
    return text.find(what) != std::string::npos;
}

std::vector<explain::WhyCard> cards_of(const Source& source)
{
    return explain::why_cards(source.trace, source.end, source.scenario);
}
std::string json_of(const Source& source, JsonOptions options = {})
{
    return sim::report::json(source, cards_of(source), options);
}
Lines why_of(const Source& source)
{
    return why(source, cards_of(source));
}

std::vector<Lines> every_report(const Source& source)
{
    std::vector<Lines> all{
        transcript(source), ladder(source), events(source), why_of(source), outcome(source)};
    for (const TappedLink& link : tapped_links(source.trace, source.end))
        all.push_back(wire(source, link));
    return all;
}

// What stands behind "client.password": in the settings and, as Base64, on the wire.
constexpr std::string_view password = "sakura2026";
constexpr std::string_view password_in_base64 = "c2FrdXJhMjAyNg";

} // namespace

TEST_SUITE("report")
{
    TEST_CASE("every report of every lesson, level and language fits into 80 columns")
    {
        for (const char* lesson : {"op25b", "path", "plain-password"}) {
            for (const char* code : {"ja", "en"}) {
                const Seen seen{lesson, code};
                for (const Level level : values_of<Level>()) {
                    for (const Lines& report : every_report(seen.at(level))) {
                        for (const TextLine& line : report) {
                            std::string text;
                            for (const Span& span : line.spans)
                                text += span.text;
                            INFO(text);
                            REQUIRE(display_width(text) <= 80);
                            REQUIRE(text.find('\n') == std::string::npos);
                        }
                    }
                }
            }
        }
    }

    TEST_CASE("without a terminal there are no escape codes, with one each is ended")
    {
        const Seen seen{"op25b"};
        const Lines lines = transcript(seen.at(Level::standard));
        CHECK_FALSE(has(plain(lines), "\x1b"));
        const std::string coloured = to_text(lines, terminal_style());
        CHECK(has(coloured, "\x1b["));
        std::size_t begun = 0;
        std::size_t ended = 0;
        for (std::size_t at = coloured.find("\x1b["); at != std::string::npos;
             at = coloured.find("\x1b[", at + 1))
            coloured.compare(at, 4, "\x1b[0m") == 0 ? ++ended : ++begun;
        CHECK(begun == ended);
    }

    TEST_CASE("what colour says, a word says too")
    {
        const Seen seen{"submission-587", "ja"};
        const std::string text = plain(transcript(seen.at(Level::standard)));
        CHECK(has(text, "平文"));
        CHECK(has(text, "暗号化"));
        CHECK(has(plain(transcript(Seen{"op25b", "ja"}.at(Level::standard))), "遮断"));
    }

    TEST_CASE("secrets are masked in every report but the wiretap, unless they are asked for")
    {
        const Seen seen{"submission-587"};
        for (const Level level : values_of<Level>()) {
            for (const Lines& report : {transcript(seen.at(level)),
                                        ladder(seen.at(level)),
                                        events(seen.at(level)),
                                        outcome(seen.at(level))}) {
                CHECK_FALSE(has(plain(report), password));
                CHECK_FALSE(has(plain(report), password_in_base64));
            }
            CHECK_FALSE(has(json_of(seen.at(level)), password));
            CHECK_FALSE(has(json_of(seen.at(level)), password_in_base64));
        }
        CHECK(has(plain(transcript(seen.at(Level::standard))), "AUTH PLAIN ********"));
        const std::string shown = plain(transcript(seen.at(Level::standard, Secrets::shown)));
        CHECK_FALSE(has(shown, "AUTH PLAIN ********"));
        CHECK(has(shown, password_in_base64));
    }
}

TEST_SUITE("report.transcript")
{
    TEST_CASE("each line is said once, with its arrow and its mark")
    {
        const Seen seen{"submission-587"};
        const std::string text = plain(transcript(seen.at(Level::standard)));
        CHECK(has(text, "clear     → EHLO"));
        CHECK(has(text, "clear     → STARTTLS"));
        CHECK(has(text, "encrypted → AUTH PLAIN"));
        CHECK(has(text, "encrypted ← 235 2.7.0"));
        const std::size_t first = text.find("→ STARTTLS");
        // The next one belongs to the next hop.
        CHECK(text.find("→ STARTTLS", first + 1) > text.find("203.0.113.26:25"));
    }

    TEST_CASE("the story has no protocol in it")
    {
        const Seen seen{"path"};
        const std::string text = plain(transcript(seen.at(Level::story)));
        for (const std::string_view term : {"EHLO", "SYN", "RFC", "250", "STARTTLS", "TCP"})
            CHECK_FALSE(has(text, term));
        CHECK(has(text, "letter"));
    }

    TEST_CASE("a line leads to its event")
    {
        const Seen seen{"op25b"};
        for (const TextLine& line : transcript(seen.at(Level::standard)))
            if (!line.spans.empty()) CHECK(line.event.exists());
    }

    TEST_CASE("a live transcript says the same lines, however the run is cut into pieces")
    {
        for (const char* code : {"en", "ja"}) {
            const Seen seen{"submission-587", code};
            for (const Level level : values_of<Level>()) {
                const Source source = seen.at(level);
                LiveTranscript at_once{source};
                const std::string whole = plain(at_once.next(source.end));
                LiveTranscript piecewise{source};
                std::string joined;
                for (std::size_t end = 0; end <= source.end; ++end)
                    joined += plain(piecewise.next(end));
                CHECK(joined == whole);
                // Connections do not overlap at the sender's side: what it lists by connection
                // the live one lists by time, line for line.
                for (const char* line : {"STARTTLS", "mail.kumo.example ESMTP"})
                    CHECK(has(whole, line) == has(plain(transcript(source)), line));
            }
        }
    }

    TEST_CASE("explanations can be left out")
    {
        const Seen seen{"path"};
        const Source source = seen.at(Level::standard);
        CHECK(transcript(source, {false}).size() < transcript(source).size());
    }
}

TEST_SUITE("report.ladder")
{
    TEST_CASE("a stopped packet ends at the gate, and the wait is folded")
    {
        const Seen seen{"op25b"};
        const LadderRows rows = ladder_rows(seen.at(Level::standard));
        std::vector<std::string> kinds;
        std::size_t stopped = 0;
        std::size_t gaps = 0;
        for (const LadderRow& row : rows.rows) {
            if (row.stopped) ++stopped;
            if (row.shape == LadderRow::Shape::gap) ++gaps;
        }
        CHECK(stopped == 3); // SYN and two repetitions
        CHECK(gaps == 3);
        const std::string text = plain(ladder(seen.at(Level::standard)));
        CHECK(has(text, "✕"));
        CHECK(has(text, "… 12 s …"));
    }

    TEST_CASE("what is said under TLS is drawn as under TLS, with the handshake as one bar")
    {
        const Seen seen{"submission-587"};
        std::size_t bars = 0;
        bool under_tls = false;
        for (const LadderRow& row : ladder_rows(seen.at(Level::standard)).rows) {
            if (row.shape == LadderRow::Shape::tls_bar) ++bars;
            const Event* event = row.event.exists() ? &seen.run.trace().at(row.event) : nullptr;
            const auto* command =
                event != nullptr ? std::get_if<SmtpCommand>(&event->what) : nullptr;
            if (command == nullptr) continue;
            CHECK(row.under_tls == command->encrypted);
            under_tls = under_tls || row.under_tls;
        }
        CHECK(bars >= 1);
        CHECK(under_tls);
    }

    TEST_CASE("every packet is drawn at level expert")
    {
        const Seen seen{"op25b"};
        std::uint64_t packets = 0;
        for (const LadderRow& row : ladder_rows(seen.at(Level::expert)).rows) {
            if (!row.event.exists()) continue;
            const Kind kind = seen.run.trace().at(row.event).kind();
            if (kind == Kind::packet_sent || kind == Kind::packet_dropped) ++packets;
        }
        CHECK(packets == seen.run.trace().count(Kind::packet_sent) +
                             seen.run.trace().count(Kind::packet_dropped));
    }
}

TEST_SUITE("report.wire")
{
    TEST_CASE("on an open line the password can be read and its Base64 undone")
    {
        const Seen seen{"plain-password"};
        const Source source = seen.at(Level::standard);
        const auto link = link_of_sender(source);
        REQUIRE(link);
        CHECK(has(plain(wire(source, *link)), password));
        CHECK(is_readable_on_the_way(seen.run.trace(), seen.run.trace().size(), "AUTH PLAIN"));
    }

    TEST_CASE("under TLS neither password nor mail can be read on any link of the sender")
    {
        const Seen seen{"submissions-465"};
        const Source source = seen.at(Level::expert);
        const auto link = link_of_sender(source);
        REQUIRE(link);
        const std::string text = plain(wire(source, *link));
        for (const std::string_view secret : {"AUTH", "MAIL FROM", "taro@umi.example"})
            CHECK_FALSE(has(text, secret));
        CHECK_FALSE(
            is_readable_on_the_way(seen.run.trace(), seen.run.trace().size(), "AUTH PLAIN"));
    }

    TEST_CASE("a tap of a whole run says at each cursor what a run that ended there would say")
    {
        for (const char* lesson : {"plain-password", "submission-587"}) {
            const Seen seen{lesson};
            const std::size_t whole = seen.run.trace().size();
            for (std::size_t stop : {whole / 7, whole / 3, whole / 2, whole * 3 / 4, whole}) {
                World world{seen.run.plan().scenario, {}};
                while (world.trace().size() < stop && world.step()) {
                }
                const Source cut{world.trace(),
                                 seen.run.scenario(),
                                 seen.words,
                                 world.trace().size(),
                                 Level::expert};
                for (const TappedLink& link : tapped_links(cut.trace, cut.end)) {
                    const WireTap tap{seen.at(Level::expert), link};
                    CAPTURE(lesson);
                    CAPTURE(stop);
                    REQUIRE(plain(tap.lines(cut.end, whole)) == plain(wire(cut, link)));
                }
            }
        }
    }

    TEST_CASE("a tap that lists the last packets says how many came before and counts them all")
    {
        const Seen seen{"plain-password"};
        const Source source = seen.at(Level::standard);
        const auto link = link_of_sender(source);
        REQUIRE(link);
        const WireTap tap{source, *link};
        const Lines all = tap.lines(source.end, source.end);
        const Lines some = tap.lines(source.end, 3);
        CHECK(some.size() < all.size());
        CHECK(has(plain(some), "earlier packets"));
        CHECK_FALSE(has(plain(all), "earlier packets"));
        const auto summary = [](const Lines& lines) {
            const std::string text = plain(lines);
            return text.substr(text.find("\n\n"));
        };
        CHECK(summary(some) == summary(all));
    }

    TEST_CASE("a link is found by its ends in either order")
    {
        const Seen seen{"op25b"};
        const auto links = tapped_links(seen.run.trace(), seen.run.trace().size());
        const auto one = find_link(links, "hanako-pc", "sakura-router", seen.run.scenario());
        const auto other = find_link(links, "sakura-router", "hanako-pc", seen.run.scenario());
        REQUIRE(one);
        REQUIRE(other);
        CHECK(one->link == other->link);
        CHECK_FALSE(find_link(links, "hanako-pc", "taro-pc", seen.run.scenario()));
    }
}

TEST_SUITE("report.events")
{
    TEST_CASE("every event is listed, in order")
    {
        const Seen seen{"op25b"};
        std::uint32_t next = 0;
        for (const TextLine& line : events(seen.at(Level::expert)))
            if (line.event.value == next) ++next;
        CHECK(next == seen.run.trace().size());
    }

    TEST_CASE("a card for the mail that was stopped, none for the mail that arrived")
    {
        CHECK(why_of(Seen{"path"}.at(Level::standard)).empty());
        const Seen seen{"op25b", "ja"};
        const std::string card = plain(why_of(seen.at(Level::standard)));
        for (const std::string_view label :
             {"なぜ止まった", "止めた人", "規則", "対象", "PCの表示", "ねらい", "直し方"})
            CHECK(has(card, label));
        CHECK(has(card, "10060 / 0x800CCC0E"));
        CHECK(has(card, "#3"));
    }
}

TEST_SUITE("report.outcome")
{
    TEST_CASE("of several mails that failed each sentence says which it is about")
    {
        scenario::Scenario world = test::small_world();
        const scenario::Step send = world.steps.front();
        world.steps.clear();
        for (const char* to : {"jiro@umi.example", "goro@umi.example"}) {
            world.steps.push_back(send);
            world.steps.back().message.to = {to};
        }
        scenario::Step fetch;
        fetch.action = scenario::StepAction::fetch;
        fetch.delay = std::chrono::minutes{1};
        fetch.program = "hanako";
        world.programs.front().fetching = world.programs.back().fetching;
        auto& fetching = *world.programs.front().fetching;
        fetching.server = "mail.kumo.example";
        fetching.user = "hanako";
        fetching.password = "sakura2026";
        scenario::PopServer pop = world.pop_servers.front();
        pop.host = "mail.kumo.example";
        pop.users = {{"hanako", "sakura2026", {"hanako@kumo.example"}}};
        world.pop_servers.push_back(pop);
        world.steps.push_back(fetch);
        const Playback run = test::play(std::move(world));
        REQUIRE(run.trace().count(Kind::mail_bounced) == 2);
        REQUIRE(run.trace().count(Kind::mail_retrieved) == 2);
        for (const char* code : {"ja", "en"}) {
            const auto language = test::language(code);
            for (const Level level : values_of<Level>()) {
                Source source{run.trace(), run.scenario(), language, run.trace().size(), level};
                source.columns = 1'000;
                std::map<std::string, int> said;
                for (const TextLine& line : outcome(source))
                    ++said[plain({line})];
                CHECK(said.size() == 6); // bounced, its report delivered, and fetched
                for (const auto& each : said) {
                    const std::string& sentence = each.first;
                    INFO(sentence);
                    CHECK(each.second == 1);
                    CHECK((has(sentence, "jiro@") || has(sentence, "goro@")));
                }
            }
        }
    }

    TEST_CASE("a report names the recipients that it is about, a warning and a success, too")
    {
        const Playback run = test::play_lesson("retry-and-bounce");
        const auto language = test::language("en");
        const Source source{run.trace(), run.scenario(), language, run.trace().size()};
        int reports = 0;
        for (const EventId id : run.trace().index().of(Kind::mail_queued)) {
            const Event& event = run.trace().at(id);
            if (event.connection.exists()) continue;
            ++reports;
            const std::string said = explain::describe(event, Level::standard, source.context());
            CHECK(has(said, "for hanako@kumo.example, that the mail to taro@umi.example is not"));
        }
        CHECK(reports == 1);
    }
}

TEST_SUITE("report.json")
{
    TEST_CASE("it is JSON, holds every event, and is the same each time")
    {
        const Seen seen{"op25b"};
        const std::string text = json_of(seen.at(Level::standard));
        CHECK(text == json_of(Seen{"op25b"}.at(Level::standard)));
        CHECK(text.ends_with("}\n"));
        const auto parsed = nlohmann::json::parse(text);
        CHECK(parsed.at("events").size() == seen.run.trace().size());
    }

    TEST_CASE("events and descriptions can be left out")
    {
        const Seen seen{"path"};
        const Source source = seen.at(Level::standard);
        CHECK(json_of(source, {true, false}).size() < json_of(source).size());
        const auto parsed = nlohmann::json::parse(json_of(source, {false, false}));
        CHECK_FALSE(parsed.contains("events"));
    }
}

TEST_SUITE("report.golden")
{
    TEST_CASE("what was said and what became of it, and one hash of all the rest")
    {
        const Seen seen{"submissions-465"};
        const std::string text = golden(seen.run.trace(), seen.run.scenario());
        CHECK(text == golden(Seen{"submissions-465"}.run.trace(), seen.run.scenario()));
        CHECK(has(text, "0:00:00 hanako-pc c0 smtp_command verb=ehlo encrypted"));
        CHECK(has(text, " dns_resolved name=\"mail.kumo.example\""));
        CHECK(has(text, " tls_established "));
        CHECK(has(text, " mail_retrieved "));
        CHECK_FALSE(has(text, " packet_sent "));
        CHECK_FALSE(has(text, " tls_record "));
        CHECK(text.ends_with(fmt::format(
            "{} events, hash {:016x}\n", seen.run.trace().size(), seen.run.trace().hash())));
        const Seen stopped{"op25b"};
        CHECK(has(golden(stopped.run.trace(), stopped.run.scenario()),
                  "0:00:03 sakura-router c0 packet_dropped tcp 192.0.2.10:49152 > "
                  "203.0.113.25:25 syn reason=rule verdict=drop rule=op25b\n"));
    }

    TEST_CASE("a name that grows by a letter changes the lines that say it, and no others")
    {
        const Seen seen{"op25b"};
        const auto text_with = [&](std::string_view name, Duration later) {
            Trace made;
            made.set_now(seen.run.scenario().start + later);
            const ConnectionId connection{0};
            SmtpCommand command;
            command.verb = SmtpVerb::ehlo;
            command.line.bytes = made.note(fmt::format("EHLO {}", name));
            made.append(HostId{0}, connection, command);
            made.set_now(seen.run.scenario().start + later + later);
            command.verb = SmtpVerb::quit;
            command.line.bytes = made.note("QUIT");
            command.line.stream_offset = name.size() + 7;
            made.append(HostId{0}, connection, command);
            return golden(made, seen.run.scenario());
        };
        const std::string before = text_with("a.example", 5ms);
        const std::string after = text_with("ab.example", 6ms);
        const auto quit = [](const std::string& text) {
            const std::size_t at = text.find("0:00:00 ", 1);
            return text.substr(at, text.find('\n', at) - at);
        };
        CHECK(before != after);
        CHECK(quit(before) == quit(after));
        CHECK(has(quit(before), "\"QUIT\""));
    }
}
