// Worlds from other people's pages and questions, each loaded, run as it is and in every variation,
// and compared with what it expects.

#include "platform/resources.h"
#include "sim/explain/cure.h"
#include "sim/playback.h"
#include "sim/report/check.h"

#include <doctest/doctest.h>

#include <functional>

using namespace sim;

namespace {

std::shared_ptr<scenario::Scenario> load_case(const std::string& name)
{
    auto loaded =
        platform::load_scenario(HIKYAKU_SOURCE_DIR "/tests/cases/" + name + "/scenario.toml");
    REQUIRE_MESSAGE(loaded.has_value(), name);
    return std::make_shared<scenario::Scenario>(std::move(*loaded));
}

Playback play_case(std::shared_ptr<const scenario::Scenario> scenario)
{
    Plan plan;
    plan.scenario = std::move(scenario);
    Playback playback{std::move(plan)};
    playback.to_end();
    return playback;
}

void check_case(const scenario::Expectation& expected, std::shared_ptr<scenario::Scenario> scenario)
{
    for (const auto& mismatch : report::compare(expected, play_case(std::move(scenario))))
        FAIL_CHECK(mismatch.what.en);
}

void check_with_variations(const std::string& name)
{
    const auto scenario = load_case(name);
    INFO(name);
    check_case(scenario->expect, scenario);
    for (const scenario::Variation& variation : scenario->variations) {
        INFO(variation.key);
        const auto changed = std::make_shared<scenario::Scenario>(*scenario);
        for (const auto& [key, value] : variation.settings)
            REQUIRE(scenario::apply_setting(*changed, key, value).has_value());
        check_case(variation.expect, changed);
    }
}

explain::WhyCard only_card(std::shared_ptr<const scenario::Scenario> scenario)
{
    const Playback playback = play_case(std::move(scenario));
    auto cards = explain::cured_cards(playback.trace(), playback.trace().size(), playback.plan());
    REQUIRE(cards.size() == 1);
    return std::move(cards.front());
}

template <typename Wanted>
std::vector<Wanted> all_of(const Trace& trace)
{
    std::vector<Wanted> found;
    for (std::size_t i = 0; i < trace.size(); ++i)
        if (const auto* what = std::get_if<Wanted>(&trace[i].what)) found.push_back(*what);
    return found;
}

} // namespace

TEST_SUITE("cases")
{
    TEST_CASE("a server at home relays through the ISP's, where it logs in under TLS")
    {
        check_with_variations("home-server");
        const Playback playback = play_case(load_case("home-server"));
        std::size_t logins = 0;
        for (const AuthTried& tried : all_of<AuthTried>(playback.trace())) {
            CHECK(tried.encrypted);
            CHECK(tried.succeeded);
            ++logins;
        }
        CHECK(logins == 1);
        // The password is hidden where the command is shown, at either end.
        for (const SmtpCommand& command : all_of<SmtpCommand>(playback.trace())) {
            if (command.verb == SmtpVerb::auth) CHECK(command.line.secret_size > 0);
        }
    }

    TEST_CASE("a server at home that sends straight out: a relay cures it, and a fixed address")
    {
        const auto world = load_case("home-straight");
        check_case(world->expect, world);
        const explain::WhyCard card = only_card(world);
        CHECK(card.obstacle == explain::Obstacle::op25b);
        CHECK(card.cure.kind == explain::CureKind::relay_through_isp);
        CHECK(card.cure.proof == explain::Proof::delivers);
        CHECK(card.cure.also == std::vector<explain::CureKind>{explain::CureKind::fixed_address});
        // Without a relay that takes it, the fixed address alone.
        std::erase_if(world->mail_servers,
                      [](const auto& server) { return server.host == "relay.sakura.example"; });
        const explain::Cure alone = only_card(world).cure;
        CHECK(alone.kind == explain::CureKind::fixed_address);
        CHECK(alone.proof == explain::Proof::delivers);
    }

    TEST_CASE("a server at home that hands its mail to the ISP without a login: the login cures it")
    {
        const auto world = load_case("home-587");
        check_case(world->expect, world);
        const explain::WhyCard card = only_card(world);
        CHECK(card.reason == SmtpReason::auth_required);
        CHECK(card.cure.kind == explain::CureKind::relay_through_isp);
        CHECK(card.cure.proof == explain::Proof::delivers);
        CHECK(card.cure.server == "relay.sakura.example");
        CHECK(card.cure.settings.empty()); // it is not Hanako's mail program that has to change
    }

    TEST_CASE("dots in a local part: the file is refused, and says how to write the address")
    {
        const auto loaded = platform::load_scenario(HIKYAKU_SOURCE_DIR
                                                    "/tests/cases/dots-in-address/scenario.toml");
        REQUIRE_FALSE(loaded.has_value());
        REQUIRE(loaded.error().size() == 1);
        const scenario::Wrong& wrong = loaded.error().front().wrong;
        CHECK(wrong.kind == scenario::ProblemKind::address_needs_quotes);
        REQUIRE_FALSE(wrong.facts.empty());
        CHECK(std::get<std::string>(wrong.facts.front().value) == "\"a..b.\"@umi.example");
    }

    TEST_CASE("one recipient of two that does not exist: told for that one, the other has the mail")
    {
        const auto world = load_case("one-of-two");
        check_case(world->expect, world);
        const explain::WhyCard card = only_card(world);
        CHECK(card.recipients == std::vector<std::string>{"nobody@kumo.example"});
        CHECK(card.reached == std::vector<std::string>{"taro@umi.example"});
        CHECK(card.reason == SmtpReason::recipient_unknown);
    }

    TEST_CASE("on port 465 the relay's TLS comes first")
    {
        const auto world = load_case("home-server");
        for (auto& server : world->mail_servers)
            if (server.host == "home.hanako.example") server.routes[0].port = 465;
        const Playback playback = play_case(world);
        CHECK(all_of<MailDelivered>(playback.trace()).size() == 1);
        const auto tried = all_of<AuthTried>(playback.trace());
        REQUIRE(tried.size() == 1);
        CHECK(tried.front().encrypted);
    }

    TEST_CASE("a relay that cannot log in keeps the mail and tells why")
    {
        struct Trouble {
            const char* name;
            std::function<void(scenario::Scenario&)> make;
            FailureStep step;
        };
        const std::vector<Trouble> troubles{
            {"wrong password",
             [](auto& world) {
                 for (auto& server : world.mail_servers)
                     if (server.host == "home.hanako.example") server.routes[0].password = "guess";
             },
             FailureStep::auth},
            {"no login offered",
             [](auto& world) {
                 static_cast<void>(scenario::apply_setting(
                     world, "server.relay.sakura.example.587.auth", "none"));
             },
             FailureStep::auth},
            {"no TLS offered",
             [](auto& world) {
                 static_cast<void>(
                     scenario::apply_setting(world, "server.relay.sakura.example.587.tls", "none"));
             },
             FailureStep::tls},
            {"somebody else's certificate",
             [](auto& world) {
                 static_cast<void>(scenario::apply_setting(
                     world, "server.relay.sakura.example.certificate", "wrong_name"));
             },
             FailureStep::tls},
        };
        for (const Trouble& trouble : troubles) {
            INFO(trouble.name);
            const auto world = load_case("home-server");
            trouble.make(*world);
            const Playback playback = play_case(world);
            const auto deferred = all_of<MailDeferred>(playback.trace());
            REQUIRE(!deferred.empty());
            CHECK(deferred.front().step == trouble.step);
            for (const MailDelivered& delivered : all_of<MailDelivered>(playback.trace()))
                CHECK(playback.trace().view(delivered.mailbox) == "me@hanako.example"); // a report
            // Five days later it is given back; nobody was ever shown the password.
            for (const SmtpCommand& command : all_of<SmtpCommand>(playback.trace()))
                CHECK((command.verb != SmtpVerb::auth || command.encrypted));
        }
    }

    TEST_CASE("what ISPs differ in are switches of the classroom")
    {
        check_with_variations("isp-policies");
    }

    TEST_CASE("an ISP may relay its customers' own servers, or only its own people's mail")
    {
        // The home server without a login: known by its address.
        const auto world = load_case("home-server");
        for (auto& server : world->mail_servers) {
            if (server.host != "home.hanako.example") continue;
            server.routes[0] = {"*", "relay.sakura.example", 25, {}, {}, {}, true};
        }
        CHECK(all_of<MailDelivered>(play_case(world).trace()).size() == 1);
        const auto changed = std::make_shared<scenario::Scenario>(*world);
        REQUIRE(scenario::apply_setting(
            *changed, "server.relay.sakura.example.relays_foreign_senders", "false"));
        const Playback refused = play_case(changed);
        const auto bounced = all_of<MailBounced>(refused.trace());
        REQUIRE(bounced.size() == 1);
        CHECK(bounced.front().step == FailureStep::mail_from);
        CHECK(bounced.front().code == 553);
    }

    TEST_CASE("POP before SMTP lasts as long as it says")
    {
        const auto world = load_case("isp-policies");
        for (const auto& [key, value] :
             {std::pair{"client.line", "hotel"},
              std::pair{"rule.hotel-25", "off"},
              std::pair{"server.relay.sakura.example.pop_before_smtp", "10m"}})
            REQUIRE(scenario::apply_setting(*world, key, value));
        world->steps.back().delay = std::chrono::minutes{11};
        CHECK(all_of<MailDelivered>(play_case(world).trace()).empty());
        world->steps.back().delay = std::chrono::minutes{9};
        CHECK(all_of<MailDelivered>(play_case(world).trace()).size() == 1);
    }

    TEST_CASE("a fault can be one recipient's alone")
    {
        const auto world = load_case("isp-policies");
        world->steps.back().message.to = {"jiro@keitai.example", "taro@umi.example"};
        REQUIRE(scenario::apply_setting(
            *world, "fault.relay.sakura.example.reply.rcpt.taro@umi.example", "550"));
        const Playback playback = play_case(world);
        const auto delivered = all_of<MailDelivered>(playback.trace());
        REQUIRE(delivered.size() == 1);
        const auto faults = all_of<FaultInjected>(playback.trace());
        REQUIRE(faults.size() == 1);
        CHECK(playback.trace().view(faults.front().detail) ==
              "fault.relay.sakura.example.reply.rcpt.taro@umi.example=550");
    }
}
