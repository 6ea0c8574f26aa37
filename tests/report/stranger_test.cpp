// What a stranger says is shown and not obeyed: every report of a trace in which every text that a
// peer can choose holds everything that steers a display.
#include "sim/core/fields.h"
#include "sim/core/utf8.h"
#include "sim/report/ends.h"
#include "sim/report/events.h"
#include "sim/report/json.h"
#include "sim/report/ladder.h"
#include "sim/report/packet_view.h"
#include "sim/report/transcript.h"
#include "sim/report/wire.h"
#include "tests/support/every_happening.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

using namespace sim;
using namespace sim::report;

// Every such character, and every octet that is no UTF-8 alone.
std::string everything_bad()
{
    std::string bad;
    for (char32_t c = 0; c < 0x3000; ++c) {
        if (!steers_display(c)) continue;
        append_utf8(bad, c);
        bad += ' ';
    }
    for (unsigned octet = 0x80; octet < 0x100; ++octet) {
        bad += static_cast<char>(octet);
        bad += ' ';
    }
    return bad;
}

// Puts the text into whatever a happening takes from a peer.
struct Spoil {
    Blob bad;

    void operator()(std::string_view /*name*/, const Blob& blob) const
    {
        const_cast<Blob&>(blob) = bad;
    }
    void operator()(std::string_view /*name*/, const Line& line) const
    {
        const_cast<Line&>(line) = {bad};
    }
    void operator()(std::string_view /*name*/, const PacketHead& packet) const
    {
        const_cast<PacketHead&>(packet).payload = bad;
    }
    void operator()(std::string_view /*name*/, const MailId& mail) const
    {
        if (!mail.exists()) const_cast<MailId&>(mail) = MailId{0}; // outcomes count from there
    }
    void operator()(std::string_view /*name*/, const auto& /*other*/) const {}
};

// A run of every happening in which the peers say this, and nothing else.
struct Spoilt {
    Trace trace;
    scenario::Scenario world = test::small_town();
    explain::Language words = test::language("en");

    explicit Spoilt(std::string_view text)
    {
        constexpr std::size_t most = 100; // of a kind: some come in thousands of variants
        const test::EveryHappening every;
        const Blob bad = trace.note(text);
        for (std::size_t i = 0; i < every.trace.size(); ++i) {
            const Event& event = every.trace[i];
            if (trace.count(event.kind()) >= most) continue;
            Happening what = event.what;
            std::visit([&](auto& happened) { for_each_field(happened, Spoil{bad}); }, what);
            trace.set_now(event.at);
            trace.append(event.host, event.connection, what);
        }
    }

    [[nodiscard]] Source source(Level level) const
    {
        return {trace, world, words, trace.size(), level, Secrets::masked, 100};
    }
};

bool is_harmless(std::string_view text)
{
    while (!text.empty()) {
        const std::size_t size = utf8_character_size(text);
        if (size == 0 || steers_display(utf8_character(text))) return false;
        text.remove_prefix(size);
    }
    return true;
}

// What stands in the lines themselves: the window draws them as they are.
void check(const report::Lines& lines, const char* report)
{
    CAPTURE(report);
    CHECK_FALSE(lines.empty());
    for (const TextLine& line : lines) {
        for (const Span& span : line.spans)
            if (!is_harmless(span.text)) FAIL(printable(span.text));
    }
}

std::string file_text(const std::string& name)
{
    std::ifstream in{HIKYAKU_SOURCE_DIR "/tests/report/eml/" + name, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

// A mail crosses a cable in one packet.
std::string on_the_wire(const std::string& mail)
{
    Trace trace;
    const scenario::Scenario world = test::small_town();
    const explain::Language words = test::language("ja");
    PacketHead packet;
    packet.flags.ack = true;
    packet.payload = trace.note(mail);
    trace.set_now(world.start);
    trace.append(HostId{test::hanako_pc},
                 ConnectionId{0},
                 PacketSent{packet, LinkId{0}, HostId{test::border}, world.start});
    const Source source{trace, world, words, trace.size(), Level::standard, Secrets::masked, 100};
    return to_text(wire(source, tapped_links(trace, trace.size()).front()), plain_style());
}

} // namespace

TEST_SUITE("report.stranger")
{
    TEST_CASE("no report hands on what steers a display, whatever peers say")
    {
        const Spoilt run{everything_bad()};
        for (const Level level : values_of<Level>()) {
            CAPTURE(name_of(level));
            const Source source = run.source(level);
            check(transcript(source), "transcript");
            check(report::events(source), "events");
            for (const LadderRow& row : ladder_rows(source).rows)
                if (!is_harmless(row.text)) FAIL(printable(row.text));
            for (const TappedLink& link : tapped_links(run.trace, run.trace.size())) {
                check(wire(source, link), "wire");
                check(said_by_ends(source, link), "ends");
            }
            check(outcome(source), "outcome");
            const explain::Context context = source.context();
            for (std::size_t i = 0; i < run.trace.size(); ++i) {
                const Event& event = run.trace[i];
                const bool good = is_harmless(explain::describe(event, level, context)) &&
                                  is_harmless(explain::headline(event, context));
                if (!good) FAIL(name_of(event.kind()));
            }
        }
    }

    TEST_CASE("nor do packets, field by field")
    {
        const Spoilt run{everything_bad()};
        const Source source = run.source(Level::expert);
        for (std::size_t i = 0; i < run.trace.size(); ++i) {
            const auto view = packet_view(source, run.trace[i].id);
            if (!view) continue;
            CHECK(is_harmless(view->title + view->relation_words));
            for (const Layer& layer : view->layers) {
                CHECK(is_harmless(layer.title + layer.summary + layer.meaning));
                for (const Field& field : layer.fields)
                    if (!is_harmless(field.name + field.value + field.meaning)) FAIL(field.name);
            }
        }
    }

    TEST_CASE("JSON says the same in escapes of its own")
    {
        const std::string said = "a\u009b\u202e\u2028\x7f"
                                 "b";
        Trace trace;
        const scenario::Scenario world = test::small_town();
        const explain::Language words = test::language("en");
        trace.append(HostId{test::kumo}, {}, MailQueued{MailId{0}, trace.note(said), {}});
        const std::string text =
            json({trace, world, words, trace.size(), Level::standard, Secrets::masked, 100}, {});
        std::string in_one_line = text;
        std::erase(in_one_line, '\n');
        CHECK(is_harmless(in_one_line));
        CHECK(text.find("a\\u009b\\u202e\\u2028\\u007fb") != std::string::npos);
        const auto parsed = nlohmann::json::parse(text);
        CHECK(std::ranges::any_of(parsed["events"], [](const auto& event) {
            return event.contains("queue_id") && event["queue_id"] == "a\u009b\u202e\u2028\x7f"
                                                                      "b";
        }));
    }

    TEST_CASE("a terminal gets no span as it is, not even one that somebody forgot")
    {
        const report::Lines lines{{{{"a\x1b[31m\u009b\xff", Role::plain}}, {}}};
        CHECK(to_text(lines, plain_style()) == "a\\x1b[31m\\u009b\\xff\n");
    }

    TEST_CASE("the wire shows ISO-2022-JP and Shift_JIS as octets and as what they say")
    {
        const std::string jis = on_the_wire(file_text("iso-2022-jp.eml"));
        CHECK(is_utf8(jis));
        CHECK(jis.find("\\x1b$B$4CmJ8") != std::string::npos);
        CHECK(jis.find("ISO-2022-JP として読むと： Subject: ご注文の海苔") != std::string::npos);
        CHECK(jis.find("本文です。") != std::string::npos);
        const std::string sjis = on_the_wire(file_text("sjis-subject.eml"));
        CHECK(is_utf8(sjis));
        CHECK(sjis.find("Shift_JIS として読むと： Subject: ご注文の海苔") != std::string::npos);
        CHECK(sjis.find("Shift_JIS として読むと： 本文です。") != std::string::npos);
        CHECK(sjis.find("Subject: \\x82\\xb2") != std::string::npos);
        // Where no mail says so, it is not guessed: Latin-1 could be read as Kanji, too.
        const std::string latin = on_the_wire("Subject: t\xe9l\xe9phone\r\n");
        CHECK(latin.find("Subject: t\\xe9l\\xe9phone") != std::string::npos);
        CHECK(latin.find("Shift_JIS") == std::string::npos);
    }
}
