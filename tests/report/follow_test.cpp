// Views that go on with a run while it grows say the same as those that are made of the whole run.
#include "sim/explain/why.h"
#include "sim/report/ends.h"
#include "sim/report/host_view.h"
#include "sim/report/ladder.h"
#include "sim/report/wire.h"
#include "tests/support/lesson.h"
#include "tests/support/small_world.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace sim;
using namespace sim::report;

std::string text_of(const report::Lines& lines)
{
    std::string all;
    for (const TextLine& line : lines) {
        for (const Span& span : line.spans)
            all += span.text;
        all += '\n';
    }
    return all;
}

std::string text_of(const LadderRows& rows)
{
    std::string all;
    for (const HostId host : rows.lifelines)
        all += std::to_string(host.value) + ' ';
    for (const LadderRow& row : rows.rows) {
        all += '\n' + std::to_string(row.event.value) + ' ' + std::to_string(row.from.value) + ' ' +
               std::to_string(row.to.value) + (row.under_tls ? " tls " : " ") + row.text;
    }
    return all;
}

std::string text_of(const explain::WhyCard& card, const explain::Context& context)
{
    std::string all = explain::describe(card, context).title;
    for (const auto& row : explain::describe(card, context).rows) {
        for (const std::string& line : row.lines)
            all += '\n' + line;
    }
    return all + '\n' + std::to_string(card.stopped.value);
}

// In any order: new ones stand behind those that stay.
std::vector<std::string> texts_of(const std::vector<explain::WhyCard>& cards,
                                  const explain::Context& context)
{
    std::vector<std::string> texts;
    texts.reserve(cards.size());
    for (const explain::WhyCard& card : cards)
        texts.push_back(text_of(card, context));
    std::ranges::sort(texts);
    return texts;
}

// Every so many steps of the world all views follow; at its end they are compared with new ones.
std::size_t compare(const scenario::Scenario& scenario, Level level, std::size_t every)
{
    const auto given = std::make_shared<const scenario::Scenario>(scenario);
    const World whole = [&] {
        World run{given, {}};
        run.run();
        return run;
    }();
    static const explain::Language words = test::language("en");
    const Source of_whole{whole.trace(), *given, words, whole.trace().size(), level};
    const std::vector<TappedLink> links = tapped_links(whole.trace(), whole.trace().size());
    REQUIRE_FALSE(links.empty());

    World world{given, {}};
    const Source growing{world.trace(), *given, words, 0, level};
    HostIndex hosts{world.trace(), *given};
    Ladder ladder{growing};
    std::vector<WireTap> taps;
    std::vector<SaidIndex> said;
    for (const TappedLink& link : links) {
        taps.emplace_back(growing, link);
        said.emplace_back(world.trace(), link);
    }
    std::vector<TappedLink> found;
    std::size_t looked = 0;
    const auto follow = [&] {
        hosts.follow(world.trace().size());
        ladder.follow(world.trace().size());
        add_tapped_links(found, world.trace(), looked, world.trace().size());
        looked = world.trace().size();
        for (WireTap& tap : taps)
            tap.follow();
        for (SaidIndex& index : said)
            index.follow();
    };
    for (std::size_t steps = 0; world.step(); ++steps)
        if (steps % every == 0) follow();
    follow();

    REQUIRE(world.trace().hash() == whole.trace().hash());
    CHECK(text_of(ladder.rows()) == text_of(ladder_rows(of_whole)));
    REQUIRE(found.size() == links.size());
    const HostIndex once{whole.trace(), *given};
    std::vector<WireTap> whole_taps;
    std::vector<SaidIndex> whole_said;
    for (const TappedLink& link : links) {
        whole_taps.emplace_back(of_whole, link);
        whole_said.emplace_back(whole.trace(), link);
    }
    for (std::size_t end = 0; end <= whole.trace().size(); end += 37) {
        for (std::size_t i = 0; i < links.size(); ++i) {
            CHECK(found[i].link == links[i].link);
            REQUIRE(text_of(taps[i].lines(end, 50)) == text_of(whole_taps[i].lines(end, 50)));
            REQUIRE(said[i].last_before(end, 50) == whole_said[i].last_before(end, 50));
        }
        for (std::uint32_t i = 0; i < given->hosts.size(); ++i) {
            const HostId host{i};
            CHECK(hosts.sockets(host, end).size() == once.sockets(host, end).size());
            CHECK(hosts.queue(host, end).size() == once.queue(host, end).size());
            CHECK(hosts.mailbox(host, end).size() == once.mailbox(host, end).size());
            CHECK(hosts.log(host, end, Unit::packet).size() ==
                  once.log(host, end, Unit::packet).size());
        }
    }
    return whole.trace().size();
}

// The same of cards; how many there are.
std::size_t compare_cards(const scenario::Scenario& scenario, std::size_t every)
{
    const auto given = std::make_shared<const scenario::Scenario>(scenario);
    static const explain::Language words = test::language("en");
    World world{given, {}};
    const Source source{world.trace(), *given, words, 0, Level::standard};
    std::vector<explain::WhyCard> cards;
    std::size_t carded = 0;
    const auto follow = [&] {
        const std::size_t end = world.trace().size();
        std::erase_if(cards, [&](const explain::WhyCard& card) {
            return explain::is_out_of_date(card, world.trace(), carded, end);
        });
        for (auto& card : explain::new_why_cards(world.trace(), carded, end, *given))
            cards.push_back(std::move(card));
        carded = end;
    };
    for (std::size_t steps = 0; world.step(); ++steps)
        if (steps % every == 0) follow();
    follow();
    const auto all = explain::why_cards(world.trace(), world.trace().size(), *given);
    CHECK(texts_of(cards, source.context()) == texts_of(all, source.context()));
    return all.size();
}

} // namespace

TEST_SUITE("report.follow")
{
    TEST_CASE("a view that follows a run shows what one made at its end shows")
    {
        CHECK(compare(test::load_lesson("path"), Level::standard, 1) > 100);
        CHECK(compare(test::load_lesson("plain-password"), Level::standard, 7) > 100);
        CHECK(compare(test::load_lesson("op25b"), Level::story, 3) > 10);
        CHECK(compare(test::load_lesson("submission-587"), Level::expert, 50) > 100);
        CHECK(compare(test::small_world(), Level::standard, 11) > 100);
    }

    TEST_CASE("cards that follow a run are those of the whole of it")
    {
        CHECK(compare_cards(test::load_lesson("op25b"), 7) == 1);
        // Put off again and again: what was told then is told no more.
        CHECK(compare_cards(test::load_lesson("retry-and-bounce"), 300) == 0);
        CHECK(compare_cards(test::load_lesson("path"), 50) == 0);
        CHECK(compare_cards(test::load_lesson("wrong-certificate"), 20) >= 1);
    }
}
