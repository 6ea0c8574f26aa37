// Plans as values: one is made of another, many are evaluated side by side, a long one in parts.
#include "sim/evaluate.h"
#include "sim/playback.h"
#include "tests/support/lesson.h"
#include "tests/support/small_world.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace sim;

namespace {

Plan plan_of(scenario::Scenario scenario)
{
    Plan plan;
    plan.scenario = std::make_shared<const scenario::Scenario>(std::move(scenario));
    return plan;
}

Plan lesson_plan(const std::string& name)
{
    return plan_of(test::load_lesson(name));
}

Plan changed(const Plan& plan, const SettingChange& change, Instant at)
{
    auto made = with(plan, {&change, 1}, at);
    REQUIRE(made);
    return *made;
}

std::string value_of(const scenario::Scenario& scenario, const std::string& key)
{
    const auto settings = scenario::settings_of(scenario);
    const auto found = std::ranges::find(settings, key, &scenario::Setting::key);
    REQUIRE(found != settings.end());
    return found->value;
}

} // namespace

TEST_SUITE("playback.plan")
{
    TEST_CASE("a live setting is changed at its time; the same setting's later changes go")
    {
        const Plan plan = plan_of(test::small_world());
        const Instant start = plan.scenario->start;
        Plan both = changed(plan, {"rule.op25b", "off"}, start + 5s);
        both = changed(both, {"fault.mx.umi.example.cut", "mail"}, start + 7s);
        CHECK(both.scenario == plan.scenario);
        REQUIRE(both.changes.size() == 2);

        const Plan earlier = changed(both, {"rule.op25b", "reject_rst"}, start + 3s);
        REQUIRE(earlier.changes.size() == 2);
        CHECK(earlier.changes[0].at == start + 3s);
        CHECK(earlier.changes[0].change.value == "reject_rst");
        CHECK(earlier.changes[1].change.key == "fault.mx.umi.example.cut");

        const Plan later = changed(both, {"rule.op25b", "drop"}, start + 6s);
        REQUIRE(later.changes.size() == 3);
        CHECK(later.changes[1].change.value == "drop");
        CHECK(cut(later, start + 6s).changes.size() == 1);
    }

    TEST_CASE("what cannot change under way, or is changed at the start, begins the run anew")
    {
        const Plan plan = plan_of(test::small_world());
        const Instant start = plan.scenario->start;
        const Plan live = changed(plan, {"rule.op25b", "off"}, start + 5s);

        const Plan anew =
            changed(live, {"server.mx.umi.example.certificate", "expired"}, start + 9s);
        CHECK(value_of(*anew.scenario, "server.mx.umi.example.certificate") == "expired");
        CHECK(value_of(*plan.scenario, "server.mx.umi.example.certificate") == "good");
        CHECK(anew.changes.size() == 1); // the rule is switched again, at its time

        const Plan first = changed(live, {"rule.op25b", "reject_rst"}, start);
        CHECK(first.changes.empty());
        CHECK(value_of(*first.scenario, "rule.op25b") == "reject_rst");
    }

    TEST_CASE("of several changes all are made or none")
    {
        const Plan plan = plan_of(test::small_world());
        const std::array changes{SettingChange{"rule.op25b", "off"},
                                 SettingChange{"client.port", "many"}};
        const auto made = with(plan, changes, plan.scenario->start + 5s);
        REQUIRE_FALSE(made);
        CHECK(made.error().key == "client.port");
    }
}

TEST_SUITE("playback.would_count")
{
    TEST_CASE("an account's setting counts as long as its program begins once more")
    {
        scenario::Scenario twice = test::small_world();
        const auto send =
            std::ranges::find(twice.steps, scenario::StepAction::send, &scenario::Step::action);
        REQUIRE(send != twice.steps.end());
        scenario::Step second = *send;
        second.when = scenario::StepWhen::at;
        second.delay = 120s;
        twice.steps.push_back(second);
        const Plan plan = plan_of(twice);
        Playback run{plan};
        const auto counts = [&](const std::string& key) {
            const auto setting = scenario::setting_of(*plan.scenario, key);
            REQUIRE(setting);
            return run.would_count(*setting);
        };
        run.seek_time(plan.scenario->start + 60s);
        CHECK(counts("client.port"));
        CHECK_FALSE(counts("fetch.port")); // it has been fetched
        CHECK(counts("rule.op25b"));
        CHECK_FALSE(counts("server.mx.umi.example.certificate"));
        const auto forked = run.fork({"client.server", "nowhere.example"});
        REQUIRE(forked);
        CHECK(forked->scenario == plan.scenario);
        const Outcome outcome = evaluate(*forked);
        REQUIRE(outcome.mails.size() == 2);
        CHECK(outcome.mails[0].recipients[0].became == Became::fetched);
        CHECK(outcome.mails[1].recipients[0].became != Became::fetched);

        run.seek_time(plan.scenario->start + 120s); // it has begun: it has read its account
        CHECK_FALSE(counts("client.port"));
        run.to_end();
        CHECK_FALSE(counts("client.port"));
        run.to_start();
        CHECK(counts("fetch.port"));

        // While more may come of a run, what its script still has counts.
        Playback begun = Playback::begin(plan);
        (void)begun.advance(5);
        begun.catch_up();
        begun.to_end();
        CHECK(begun.would_count(*scenario::setting_of(*plan.scenario, "client.port")));
    }
}

TEST_SUITE("playback.settings_at")
{
    TEST_CASE("what the script and the plan have changed holds from then on, not before")
    {
        scenario::Scenario scripted = test::small_world();
        scenario::Step set;
        set.action = scenario::StepAction::set;
        set.delay = 2s;
        set.key = "rule.op25b";
        set.value = "off";
        scripted.steps.push_back(set);
        Plan plan = plan_of(scripted);
        plan = changed(plan, {"fault.mx.umi.example.cut", "mail"}, plan.scenario->start + 4s);
        Playback run{plan};
        const auto held = [&](const std::string& key) {
            const auto& all = run.settings_at(run.cursor());
            return std::ranges::find(all, key, &scenario::Setting::key)->value;
        };
        CHECK(held("rule.op25b") == "drop");
        run.seek_time(plan.scenario->start + 3s);
        CHECK(held("rule.op25b") == "off");
        CHECK(held("fault.mx.umi.example.cut") == "off");
        run.to_end();
        CHECK(held("rule.op25b") == "off");
        CHECK(held("fault.mx.umi.example.cut") == "mail");
        run.to_start();
        CHECK(held("rule.op25b") == "drop");
    }

    TEST_CASE("a lesson's scripted fault holds at its end; begun without it, it never does")
    {
        const Plan plan = lesson_plan("starttls-stripped");
        Playback run{plan};
        const auto tampers = [](const Playback& of) {
            const auto& all = of.settings_at(of.end());
            const auto it =
                std::ranges::find(all, "fault.hotel-router.tamper", &scenario::Setting::key);
            return it->value == "starttls";
        };
        CHECK(tampers(run));
        const Plan without =
            changed(plan, {"fault.hotel-router.tamper", "off"}, plan.scenario->start);
        CHECK_FALSE(sets_the_same(plan, without));
        CHECK_FALSE(tampers(Playback{without}));
    }
}

TEST_SUITE("playback.evaluate")
{
    TEST_CASE("a mail that arrives: delivered and fetched; what is said without TLS can be read")
    {
        scenario::Scenario scenario = test::small_world();
        scenario.mail_servers[1].listeners[0].tls = scenario::TlsMode::none;
        const Outcome outcome = evaluate(plan_of(scenario));
        CHECK(outcome.is_success());
        CHECK_FALSE(outcome.cut_off);
        REQUIRE(outcome.mails.size() == 1);
        REQUIRE(outcome.mails[0].recipients.size() == 1);
        CHECK(outcome.mails[0].recipients[0].address == "taro@umi.example");
        CHECK(outcome.mails[0].recipients[0].became == Became::fetched);
        REQUIRE(outcome.jobs.size() == 2);
        CHECK(outcome.jobs[0].server == HostId{2});
        CHECK(outcome.jobs[1].messages == 1);
        CHECK(outcome.stopped.empty());
        REQUIRE(outcome.readable.size() == 1); // between the two servers
        CHECK(outcome.readable[0].from == HostId{2});
        CHECK(outcome.readable[0].text);
        CHECK_FALSE(outcome.readable[0].password);
        CHECK(evaluate(plan_of(test::small_world())).readable.empty());
    }

    TEST_CASE(
        "OP25B: not sent, stopped by that rule at connecting; without the rule it is delivered")
    {
        const Plan plan = lesson_plan("op25b");
        const Outcome blocked = evaluate(plan);
        CHECK_FALSE(blocked.is_success());
        REQUIRE(blocked.jobs.size() == 1);
        CHECK(blocked.jobs[0].error == UserError::connect_timed_out);
        CHECK(blocked.jobs[0].setback.step == FailureStep::connect);
        REQUIRE(blocked.mails.size() == 1);
        CHECK(blocked.mails[0].recipients[0].became == Became::not_sent);
        REQUIRE(blocked.stopped.size() == 1);
        CHECK(plan.scenario->rules.at(blocked.stopped[0].rule.value).key == "op25b");
        CHECK(blocked.stopped[0].destination.port == 25);
        CHECK(blocked.stopped[0].packets > 1);

        const Outcome open = evaluate(changed(plan, {"rule.op25b", "off"}, plan.scenario->start));
        CHECK(open.jobs[0].server.exists());
        CHECK(open.is_success());
        CHECK(open.stopped.empty());
    }

    TEST_CASE("a password said in the clear is readable, one said by way of TLS is not")
    {
        const auto shows_password = [](const Outcome& outcome) {
            return std::ranges::any_of(outcome.readable, &Readable::password);
        };
        CHECK(shows_password(evaluate(lesson_plan("plain-password"))));
        CHECK_FALSE(shows_password(evaluate(lesson_plan("submission-587"))));
    }

    TEST_CASE("who is refused for good bounces, with the step, the code and the words")
    {
        scenario::Scenario scenario = test::small_world();
        scenario.steps[0].message.to = {"taro@umi.example", "nobody@umi.example"};
        const Outcome outcome = evaluate(plan_of(scenario));
        REQUIRE(outcome.mails.size() >= 2); // and the report of it
        const auto& recipients = outcome.mails[0].recipients;
        REQUIRE(recipients.size() == 2);
        CHECK(recipients[0].became == Became::fetched);
        CHECK(recipients[1].became == Became::bounced);
        CHECK(recipients[1].setback.step == FailureStep::rcpt_to);
        CHECK(recipients[1].setback.code == 550);
        CHECK(recipients[1].setback.said_by == "mx.umi.example");
        CHECK(outcome.mails[1].by_server);
        CHECK_FALSE(outcome.is_success());
    }

    TEST_CASE("a limit ends it")
    {
        const Plan plan = lesson_plan("submission-587");
        const Outcome outcome = evaluate(plan, {10, never});
        CHECK(outcome.cut_off);
        CHECK(outcome.steps == 10);
        CHECK(evaluate(plan, {1'000'000, plan.scenario->start + 1ms}).cut_off);
    }

    TEST_CASE("many at once come to what they come to one after the other")
    {
        std::vector<Plan> plans;
        for (const char* const name : {"op25b", "submission-587", "oauth", "starttls-stripped"}) {
            for (const std::uint64_t seed : {1U, 2U}) {
                plans.push_back(lesson_plan(name));
                plans.back().seed = seed;
            }
        }
        std::vector<Outcome> alone;
        alone.reserve(plans.size());
        for (const Plan& plan : plans)
            alone.push_back(evaluate(plan));
        std::vector<Outcome> together(plans.size());
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < plans.size(); ++i)
            threads.emplace_back([&, i] { together[i] = evaluate(plans[i]); });
        for (std::thread& thread : threads)
            thread.join();
        CHECK(alone == together);
    }
}

TEST_SUITE("playback.advance")
{
    TEST_CASE("a run played in parts is the run played at once")
    {
        const Plan plan = lesson_plan("submission-587");
        const Playback whole{plan};
        Playback parts = Playback::begin(plan);
        CHECK_FALSE(parts.is_complete());
        CHECK(parts.end() == 0);
        int calls = 0;
        float before = 0;
        while (parts.advance(100)) {
            CHECK(parts.progress() >= before);
            before = parts.progress();
            ++calls;
        }
        CHECK(calls > 1);
        CHECK(parts.end() == 0);
        CHECK(parts.catch_up());
        CHECK(parts.is_complete());
        CHECK(parts.progress() == 1.0F);
        CHECK(parts.end() == whole.end());
        CHECK(parts.trace().hash() == whole.trace().hash());
        CHECK_FALSE(parts.advance(100));
    }

    TEST_CASE("a stopped run is what there is of it")
    {
        Playback run = Playback::begin(lesson_plan("submission-587"));
        REQUIRE(run.advance(50));
        run.stop();
        CHECK(run.catch_up());
        const std::size_t end = run.end();
        CHECK(end > 0);
        CHECK(run.is_complete());
        CHECK_FALSE(run.advance(50));
        CHECK_FALSE(run.catch_up());
        CHECK(run.end() == end);
    }
}
