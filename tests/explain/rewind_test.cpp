// A cure keeps as much of the run as it can, and still cures.
#include "sim/explain/cure.h"
#include "sim/explain/rewind.h"
#include "sim/playback.h"
#include "tests/support/lesson.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

using namespace sim;
using namespace sim::explain;

namespace {

struct Cured {
    std::size_t kept = 0;
    Playback run;
};

// The first card's cure, applied at the place that rewind_to gives.
Cured cure(const Playback& failed)
{
    const auto cards = cured_cards(failed.trace(), failed.trace().size(), failed.plan());
    REQUIRE_FALSE(cards.empty());
    const WhyCard& card = cards.front();
    REQUIRE_FALSE(card.cure.settings.empty());
    const std::size_t kept = rewind_to(card, failed.trace(), failed.scenario());
    Plan plan = failed.plan();
    if (kept == 0) return {0, test::play(failed.scenario(), card.cure.settings)};
    for (const auto& setting : card.cure.settings)
        plan.changes.push_back({failed.trace()[kept].at, {setting.first, setting.second}});
    return {kept, Playback{std::move(plan)}};
}

// All that was kept is as it was.
void check_same_before(const Playback& failed, const Cured& cured)
{
    std::size_t same = 0;
    while (same < cured.kept && failed.trace()[same].at == cured.run.trace()[same].at &&
           failed.trace()[same].kind() == cured.run.trace()[same].kind() &&
           failed.trace()[same].host == cured.run.trace()[same].host)
        ++same;
    CHECK(same == cured.kept);
}

} // namespace

TEST_SUITE("explain.rewind")
{
    TEST_CASE("another account means the beginning of the sending: in the lesson, the start")
    {
        const Playback failed = test::play_lesson("op25b");
        const Cured cured = cure(failed);
        CHECK(cured.kept == 0);
        CHECK(cured.run.trace().count(Kind::mail_delivered) == 1);
    }

    TEST_CASE("a fault is switched off just before it strikes")
    {
        for (const char* setting : {"fault.mail.kumo.example.reply.rcpt",
                                    "fault.mx1.umi.example.reply.data",
                                    "fault.mail.kumo.example.cut"}) {
            CAPTURE(setting);
            const std::string name{setting};
            const std::string value = name.ends_with("cut")    ? "rcpt"
                                      : name.ends_with("data") ? "554"
                                                               : "550";
            const Playback failed = test::play_lesson("submission-587", {{setting, value}});
            const Cured cured = cure(failed);
            CHECK(cured.kept > 20); // names looked up, TLS made
            check_same_before(failed, cured);
            CHECK(cured.run.trace().count(Kind::mail_delivered) == 1);
            CHECK(cured.run.trace().count(Kind::mail_bounced) == 0);
        }
    }

    TEST_CASE("another account for a fetch keeps the sending and the delivery")
    {
        const Playback failed = test::play_lesson("submission-587", {{"fetch.port", "111"}});
        CHECK(failed.trace().count(Kind::mail_retrieved) == 0);
        const Cured cured = cure(failed);
        CHECK(cured.kept > 0);
        check_same_before(failed, cured);
        CHECK(cured.run.trace().count(Kind::mail_delivered) == 1);
        CHECK(cured.run.trace().count(Kind::mail_retrieved) == 1);
    }

    TEST_CASE("what cannot change under way means the start")
    {
        const Playback failed = test::play_lesson("op25b");
        auto card = cured_cards(failed.trace(), failed.trace().size(), failed.plan()).front();
        card.cure.settings = {{"client.line", "home"}};
        CHECK(rewind_to(card, failed.trace(), failed.scenario()) == 0);
        card.cure.settings.clear();
        CHECK(rewind_to(card, failed.trace(), failed.scenario()) == 0);
        card.cure.settings = {{"rule.op25b", "off"}};
        const std::size_t kept = rewind_to(card, failed.trace(), failed.scenario());
        CHECK(kept > 0);
        CHECK(failed.trace()[kept].at == failed.trace().at(card.stopped).at);
    }
}
