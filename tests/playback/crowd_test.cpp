// Crowds: where each attempt ends, that the endings add up whatever happens, and that a number
// leads to the session behind it.
#include "sim/core/rng.h"
#include "sim/playback.h"
#include "sim/playback_crowd.h"
#include "sim/scenario/settings.h"
#include "tests/support/crowd_town.h"

#include <doctest/doctest.h>

#include <map>
#include <set>

using namespace sim;

namespace {

Plan crowd_plan(scenario::Scenario s, std::uint64_t seed = 1)
{
    Plan plan;
    plan.scenario = std::make_shared<const scenario::Scenario>(std::move(s));
    plan.seed = seed;
    return plan;
}

Tally counted(const Plan& plan)
{
    CrowdRun run{plan};
    run.run();
    CHECK(run.world().trace().size() == 0);
    return run.tally();
}

void check_adds_up(const Tally& tally)
{
    std::uint64_t attempts = 0;
    std::uint64_t ended = 0;
    for (const Tally::Counts& crowd : tally.crowds()) {
        attempts += crowd.attempts;
        ended += crowd.ended();
    }
    CHECK(attempts == tally.all().attempts);
    CHECK(ended == tally.all().ended());
    CHECK(ended <= attempts);
    Tally::Counts in_slots;
    for (const Tally::Counts& slot : tally.curve()) {
        in_slots.attempts += slot.attempts;
        for (std::size_t i = 0; i < slot.endings.size(); ++i)
            in_slots.endings.at(i) += slot.endings.at(i);
    }
    CHECK(in_slots == tally.all());
    Tally::Counts by_way;
    Tally::Counts by_target;
    const auto add = [](Tally::Counts& into, const Tally::Counts& counts) {
        into.attempts += counts.attempts;
        for (std::size_t i = 0; i < into.endings.size(); ++i)
            into.endings.at(i) += counts.endings.at(i);
    };
    for (const CrowdWay way : values_of<CrowdWay>())
        add(by_way, tally.by(way));
    for (const CrowdTarget target : values_of<CrowdTarget>())
        add(by_target, tally.to(target));
    CHECK(by_way == tally.all());
    CHECK(by_target == tally.all());
}

WorldOptions counters_only()
{
    WorldOptions options;
    options.detail = Trace::Detail::counters;
    return options;
}

} // namespace

TEST_SUITE("playback.crowd")
{
    TEST_CASE("OP25B stops all that goes straight to the MX, and none of it without the rule")
    {
        scenario::Scenario s = test::crowd_town();
        const Tally open = counted(crowd_plan(s));
        check_adds_up(open);
        CHECK(open.all().attempts == 200);
        CHECK(open.all().open() == 0);
        CHECK(open.all().of(CrowdEnding::op25b) == 0);
        CHECK(open.all().of(CrowdEnding::mailbox) > 40);
        CHECK(open.all().of(CrowdEnding::no_such_user) > 100);
        CHECK(open.all().of(CrowdEnding::mailbox) + open.all().of(CrowdEnding::no_such_user) ==
              200);

        s.rules.front().enabled = true;
        const Tally shut = counted(crowd_plan(s));
        check_adds_up(shut);
        CHECK(shut.all().of(CrowdEnding::op25b) == 200);
        CHECK(shut.all().open() == 0);
    }

    TEST_CASE("what an observer is told and what a full trace tells make the same tally")
    {
        for (const CrowdWay way : values_of<CrowdWay>()) {
            CAPTURE(name_of(way));
            scenario::Scenario s = test::crowd_town(60);
            s.crowds.front().way = way;
            const Plan plan = crowd_plan(s);
            const Tally told = counted(plan);
            const World world = [&] {
                World made = world_of(plan);
                made.run();
                return made;
            }();
            const Tally read = tally_of(world.trace(), *plan.scenario, world.trace().size());
            check_adds_up(told);
            CHECK(told.all() == read.all());
            CHECK(told.crowds() == read.crowds());
            CHECK(told.curve() == read.curve());
            for (const CrowdEnding ending : values_of<CrowdEnding>())
                CHECK(told.first(ending) == read.first(ending));
        }
    }

    TEST_CASE("by each way a mail reaches the mailbox, and a guessed name is refused at the end")
    {
        for (const CrowdWay way : values_of<CrowdWay>()) {
            CAPTURE(name_of(way));
            scenario::Scenario s = test::crowd_town(60);
            s.crowds.front().way = way;
            const Tally tally = counted(crowd_plan(s));
            check_adds_up(tally);
            CHECK(tally.all().of(CrowdEnding::mailbox) > 5);
            CHECK(tally.all().of(CrowdEnding::no_such_user) > 20);
            CHECK(tally.all().open() == 0);
        }
    }

    TEST_CASE("OP25B does not see what goes through the ISP's server or with a stolen password")
    {
        for (const CrowdWay way : {CrowdWay::isp, CrowdWay::stolen}) {
            CAPTURE(name_of(way));
            scenario::Scenario s = test::crowd_town(60);
            s.rules.front().enabled = true;
            s.rules.front().except_to = {"isp.example"};
            s.crowds.front().way = way;
            const Tally tally = counted(crowd_plan(s));
            CHECK(tally.all().of(CrowdEnding::op25b) == 0);
            CHECK(tally.all().of(CrowdEnding::mailbox) > 5);
        }
    }

    TEST_CASE("a stolen password meets the account's rate limit")
    {
        scenario::Scenario s = test::crowd_town(100);
        s.crowds.front().way = CrowdWay::stolen;
        scenario::MailServer& kumo = test::server_at(s, "mail.kumo.example");
        kumo.checks = {PolicyCheck::rate};
        kumo.account_rate.messages = 20;
        const Tally tally = counted(crowd_plan(s));
        check_adds_up(tally);
        CHECK(tally.all().of(CrowdEnding::rate) == 80);
    }

    TEST_CASE("a rule switched in the middle of a run bends the curve there")
    {
        scenario::Scenario s = test::crowd_town(600);
        s.rules.front().enabled = true;
        scenario::Step off;
        off.action = scenario::StepAction::set;
        off.delay = std::chrono::minutes{5};
        off.key = "rule.op25b";
        off.value = "off";
        s.steps = {off};
        const Tally tally = counted(crowd_plan(s));
        check_adds_up(tally);
        CHECK(tally.all().open() == 0);
        CHECK(tally.all().of(CrowdEnding::op25b) > 250);
        CHECK(tally.all().of(CrowdEnding::no_such_user) > 150);
        const Duration width = tally.slot_width();
        for (std::size_t i = 0; i < tally.curve().size(); ++i) {
            const Tally::Counts& slot = tally.curve()[i];
            const Duration end = width * static_cast<std::int64_t>(i + 1);
            const Duration begin = width * static_cast<std::int64_t>(i);
            if (end <= std::chrono::minutes{5}) CHECK(slot.of(CrowdEnding::no_such_user) == 0);
            // The last that met the rule gave up 21 seconds later.
            if (begin > std::chrono::minutes{5} + 21s) CHECK(slot.of(CrowdEnding::op25b) == 0);
        }
    }

    TEST_CASE("a way changed in the middle counts for what begins from then on")
    {
        scenario::Scenario s = test::crowd_town(200);
        s.rules.front().enabled = true;
        scenario::Step turn;
        turn.action = scenario::StepAction::set;
        turn.delay = std::chrono::minutes{5};
        turn.key = "crowd.bots.way";
        turn.value = "stolen";
        s.steps = {turn};
        const Tally tally = counted(crowd_plan(s));
        check_adds_up(tally);
        CHECK(tally.all().of(CrowdEnding::op25b) == 100);
        CHECK(tally.all().of(CrowdEnding::mailbox) + tally.all().of(CrowdEnding::no_such_user) ==
              100);
    }

    TEST_CASE("greylisting keeps those away who do not come back, and nobody else")
    {
        scenario::Scenario s = test::crowd_town(100);
        scenario::MailServer& umi = test::server_at(s, "mx.umi.example");
        umi.checks = {PolicyCheck::greylisting};
        s.crowds.front().known_percent = 100;
        s.crowds.front().duration = 30s; // or the network of the first would be known
        const Tally gone = counted(crowd_plan(s));
        check_adds_up(gone);
        CHECK(gone.all().of(CrowdEnding::greylisting) == 100);
        s.crowds.front().retries = 100;
        const Tally back = counted(crowd_plan(s));
        check_adds_up(back);
        CHECK(back.all().of(CrowdEnding::mailbox) == 100);
    }

    TEST_CASE("what each check refuses is counted under its name")
    {
        struct Case {
            PolicyCheck check;
            CrowdEnding ending;
        };
        for (const Case& one : {Case{PolicyCheck::ip25b, CrowdEnding::ip25b},
                                Case{PolicyCheck::hello, CrowdEnding::hello},
                                Case{PolicyCheck::spf, CrowdEnding::spf},
                                Case{PolicyCheck::reverse_name, CrowdEnding::reverse_name}}) {
            CAPTURE(name_of(one.check));
            scenario::Scenario s = test::crowd_town(40);
            s.crowds.front().hello = mail::CrowdHello::receiver;
            scenario::MailServer& umi = test::server_at(s, "mx.umi.example");
            umi.checks = {one.check};
            umi.dynamic_networks = {"dynamic"};
            s.name_servers.front().zones.front().records.push_back(
                {"kumo.example", "TXT", "\"v=spf1 mx -all\""});
            const Tally tally = counted(crowd_plan(s));
            check_adds_up(tally);
            CHECK(tally.all().of(one.ending) == 40);
        }
    }

    TEST_CASE("what DMARC refuses is counted under its name, and what it marks lies in Junk")
    {
        for (const char* action : {"mark", "reject"}) {
            CAPTURE(action);
            scenario::Scenario s = test::crowd_town(40);
            s.crowds.front().known_percent = 50;
            test::server_at(s, "mx.umi.example").checks = {PolicyCheck::dmarc};
            auto& records = s.name_servers.front().zones.front().records;
            records.push_back({"kumo.example", "TXT", "\"v=spf1 -all\""});
            records.push_back({"_dmarc.kumo.example", "TXT", "\"v=DMARC1; p=reject\""});
            REQUIRE(scenario::begin_with(s, "check.mx.umi.example.dmarc", action).has_value());
            const Tally tally = counted(crowd_plan(s));
            check_adds_up(tally);
            const bool refused = std::string_view{action} == "reject";
            const CrowdEnding ending = refused ? CrowdEnding::dmarc : CrowdEnding::junk;
            CHECK(tally.all().of(ending) > 10);
            CHECK(tally.all().of(ending) == tally.to(CrowdTarget::known).attempts);
            CHECK(tally.all().of(CrowdEnding::no_such_user) ==
                  tally.to(CrowdTarget::guessed).attempts);
            CHECK(tally.all().of(CrowdEnding::mailbox) == 0);
            CHECK(tally.first(ending).has_value());
            CHECK_FALSE(tally.first(CrowdEnding::mailbox).has_value());
        }
        CHECK(ending_of(SmtpReason::dkim_failed) == CrowdEnding::dkim);
        CHECK(ending_of(SmtpReason::dmarc_unaligned) == CrowdEnding::dmarc);
    }

    TEST_CASE("a guessed name is somebody's as often as there is such a mailbox")
    {
        scenario::Scenario s = test::crowd_town(300);
        const Tally before = counted(crowd_plan(s));
        CHECK(before.to(CrowdTarget::guessed).of(CrowdEnding::mailbox) == 0);
        scenario::MailServer& umi = test::server_at(s, "mx.umi.example");
        for (int i = 1; i < 100; ++i)
            umi.mailboxes.push_back({"sato" + std::to_string(i) + "@umi.example"});
        const Tally after = counted(crowd_plan(s));
        check_adds_up(after);
        // One of sixteen names.
        const std::uint64_t guesses = after.to(CrowdTarget::guessed).attempts;
        CHECK(after.to(CrowdTarget::guessed).of(CrowdEnding::mailbox) > guesses / 40);
        CHECK(after.to(CrowdTarget::guessed).of(CrowdEnding::mailbox) < guesses / 8);
    }

    TEST_CASE("where nothing gets through for a while, some PCs turn to stolen passwords")
    {
        scenario::Scenario s = test::crowd_town(400);
        s.crowds.front().known_percent = 100;
        s.crowds.front().turn = scenario::CrowdTurn{std::chrono::minutes{5}, 40, CrowdWay::stolen};
        const Tally open = counted(crowd_plan(s));
        CHECK(open.by(CrowdWay::stolen).attempts == 0);

        s.rules.front().enabled = true;
        const Tally shut = counted(crowd_plan(s));
        check_adds_up(shut);
        const Tally::Counts& stolen = shut.by(CrowdWay::stolen);
        CHECK(stolen.attempts > 50); // 40 of a hundred of the second half
        CHECK(stolen.attempts < 110);
        CHECK(stolen.of(CrowdEnding::mailbox) == stolen.attempts);
        CHECK(shut.by(CrowdWay::direct).of(CrowdEnding::op25b) ==
              shut.by(CrowdWay::direct).attempts);
    }

    TEST_CASE("PCs that have turned go the old way again when it is open again")
    {
        scenario::Scenario s = test::crowd_town(400);
        s.crowds.front().known_percent = 100;
        s.crowds.front().turn = scenario::CrowdTurn{std::chrono::minutes{2}, 40, CrowdWay::stolen};
        s.rules.front().enabled = true;
        scenario::Step off;
        off.action = scenario::StepAction::set;
        off.delay = std::chrono::minutes{5};
        off.key = "rule.op25b";
        off.value = "off";
        s.steps = {off};
        const Tally tally = counted(crowd_plan(s));
        check_adds_up(tally);
        CHECK(tally.by(CrowdWay::stolen).attempts > 20); // of the third to the fifth minute
        CHECK(tally.by(CrowdWay::stolen).attempts < 80);
    }

    TEST_CASE("the endings add up on crowds of any kind, in any world, at any moment")
    {
        for (std::uint64_t seed = 1; seed <= 30; ++seed) {
            CAPTURE(seed);
            Rng chance = rng_stream(seed, "crowd-test");
            scenario::Scenario s =
                test::crowd_town(static_cast<std::uint32_t>(10 + chance.below(60)),
                                 static_cast<std::uint32_t>(1 + chance.below(40)));
            scenario::Crowd& bots = s.crowds.front();
            bots.way = static_cast<CrowdWay>(chance.below(4));
            bots.hello = static_cast<mail::CrowdHello>(chance.below(3));
            bots.retries = static_cast<int>(chance.below(101));
            bots.known_percent = static_cast<int>(chance.below(101));
            bots.duration = std::chrono::seconds{1 + chance.below(300)};
            s.rules.front().enabled = chance.below(2) == 0;
            s.rules.front().verdict = static_cast<Verdict>(1 + chance.below(3));
            scenario::MailServer& umi = test::server_at(s, "mx.umi.example");
            if (chance.below(2) == 0) umi.checks.push_back(PolicyCheck::greylisting);
            if (chance.below(2) == 0) umi.checks.push_back(PolicyCheck::rate);
            umi.rate.connections = static_cast<std::uint16_t>(chance.below(5));
            if (chance.below(3) == 0) umi.checks.push_back(PolicyCheck::dmarc);
            s.name_servers.front().zones.front().records.push_back(
                {"_dmarc.kumo.example", "TXT", "\"v=DMARC1; p=quarantine\""});
            if (chance.below(2) == 0)
                bots.turn = scenario::CrowdTurn{30s, 50, static_cast<CrowdWay>(chance.below(4))};
            if (chance.below(4) == 0) umi.faults.cut = mail::FaultPoint::rcpt;
            CrowdRun run{crowd_plan(s, seed)};
            while (run.advance(1 + chance.below(500)))
                check_adds_up(run.tally());
            check_adds_up(run.tally());
            CHECK(run.tally().all().attempts == bots.attempts);
            CHECK(run.tally().all().open() == 0);
        }
    }

    TEST_CASE("an attempt that is kept in full is the same as in a full trace")
    {
        for (const CrowdWay way : values_of<CrowdWay>()) {
            CAPTURE(name_of(way));
            scenario::Scenario s = test::crowd_town(60);
            s.crowds.front().way = way;
            const Plan plan = crowd_plan(s);
            World full = world_of(plan);
            full.run();
            const Tally tally = counted(plan);
            for (const CrowdEnding ending : {CrowdEnding::mailbox, CrowdEnding::no_such_user}) {
                CAPTURE(name_of(ending));
                const auto name = tally.first(ending);
                REQUIRE(name.has_value());
                CrowdRun run{plan, name};
                run.run();
                const Trace& kept = run.world().trace();
                REQUIRE(kept.size() > 20);
                CHECK(kept.count(Kind::crowd_attempt) > 1); // of all of them, and one is kept
                for (std::size_t i = 1; i < kept.size(); ++i)
                    CHECK(kept[i].kind() != Kind::crowd_attempt);
                const auto& first = std::get<CrowdAttempt>(kept[0].what);
                CHECK(first.number == name->number);
                // Everything of the session, word for word.
                std::set<ConnectionId> connections;
                for (std::size_t i = 0; i < kept.size(); ++i) {
                    CHECK(kept[i].id == EventId{static_cast<std::uint32_t>(i)});
                    const bool caused_before =
                        !kept[i].cause.exists() || kept[i].cause < kept[i].id;
                    CHECK(caused_before);
                    if (kept[i].connection.exists()) connections.insert(kept[i].connection);
                }
                REQUIRE_FALSE(connections.empty());
                const auto said_on = [&](const Trace& trace) {
                    std::vector<std::string> lines;
                    for (std::size_t i = 0; i < trace.size(); ++i) {
                        const Event& event = trace[i];
                        if (event.connection != *connections.begin()) continue;
                        const auto* command = std::get_if<SmtpCommand>(&event.what);
                        const auto* reply = std::get_if<SmtpReply>(&event.what);
                        if (command != nullptr) lines.emplace_back(trace.view(command->line.bytes));
                        if (reply != nullptr) lines.emplace_back(trace.view(reply->line.bytes));
                    }
                    return lines;
                };
                CHECK(said_on(kept) == said_on(full.trace()));
                CHECK(said_on(kept).size() > 6);
            }
        }
    }

    TEST_CASE("looking changes nothing: a sampled run counts what a run of counters counts")
    {
        const Plan plan = crowd_plan(test::crowd_town(60));
        const Tally tally = counted(plan);
        World counters{plan.scenario, counters_only()};
        counters.run();
        CrowdRun run{plan};
        run.run();
        for (const Kind kind : values_of<Kind>())
            CHECK(run.world().trace().count(kind) == counters.trace().count(kind));
        const Tally again = counted(plan);
        CHECK(again.curve() == tally.curve());
    }
}
