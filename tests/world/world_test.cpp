#include "sim/core/fields.h"
#include "sim/net/fabric.h"
#include "sim/outcome.h"
#include "sim/world.h"
#include "tests/support/small_world.h"

#include <doctest/doctest.h>

using namespace sim;

namespace {

std::shared_ptr<const scenario::Scenario> shared(scenario::Scenario s)
{
    return std::make_shared<const scenario::Scenario>(std::move(s));
}

World run(scenario::Scenario s, std::uint64_t seed = 1)
{
    WorldOptions options;
    options.seed = seed;
    World world{shared(std::move(s)), std::move(options)};
    world.run();
    return world;
}

template <typename What>
std::vector<What> all_of(const World& world)
{
    std::vector<What> found;
    for (std::size_t i = 0; i < world.trace().size(); ++i)
        if (const auto* what = std::get_if<What>(&world.trace()[i].what)) found.push_back(*what);
    return found;
}

template <typename What>
Event only(const World& world)
{
    const Event* found = nullptr;
    for (std::size_t i = 0; i < world.trace().size(); ++i) {
        if (!std::holds_alternative<What>(world.trace()[i].what)) continue;
        REQUIRE(found == nullptr);
        found = &world.trace()[i];
    }
    REQUIRE(found != nullptr);
    return *found;
}

Duration since_start(const World& world, const Event& event)
{
    return event.at - world.scenario().start;
}

const mail::StoredMessage& stored(const World& world, mail::StoredIn where)
{
    const mail::StoredMessage* found = nullptr;
    for (const auto& message : world.stored_messages())
        if (message.where == where) found = &message;
    REQUIRE(found != nullptr);
    return *found;
}

} // namespace

TEST_SUITE("world")
{
    TEST_CASE("a mail goes from the mail program over 587 to the mailbox and to its reader")
    {
        const World world = run(test::small_world());
        const auto fates = outcomes(world.trace(), world.trace().size());
        REQUIRE(fates.size() == 1);
        REQUIRE(std::holds_alternative<Delivered>(fates[0].outcome));
        CHECK(std::get<Delivered>(fates[0].outcome).retrieved);
        CHECK(std::get<SendFinished>(only<SendFinished>(world).what).error == UserError::none);
        CHECK(std::get<FetchFinished>(only<FetchFinished>(world).what).messages == 1);
        CHECK(all_of<TlsFailed>(world).empty());
        // Submission, relay (opportunistic) and POP3, seen from both ends.
        CHECK(all_of<TlsEstablished>(world).size() == 6);
        CHECK_FALSE(world.cut_off());
    }

    TEST_CASE("what lies in the mailbox is what was sent, behind the fields that servers add")
    {
        const World world = run(test::small_world());
        const std::string sent = *stored(world, mail::StoredIn::sent_by_program).text;
        const std::string kept = *stored(world, mail::StoredIn::mailbox).text;
        CHECK(kept.ends_with(sent));
        CHECK(kept.starts_with("Return-Path: <hanako@kumo.example>\r\nDelivered-To: "));
        CHECK(kept.find("with ESMTPSA") != std::string::npos);
        CHECK(kept.find("with ESMTPS") != std::string::npos);
        CHECK(*stored(world, mail::StoredIn::fetched_by_program).text == kept);
    }

    TEST_CASE(
        "port 25 from a dynamic address is dropped in silence: SYN at 0, 3 and 9 s, end at 21 s")
    {
        scenario::Scenario s = test::small_world();
        s.programs[0].sending->port = 25;
        const World world = run(std::move(s));
        CHECK(all_of<PacketDropped>(world).size() == 3);
        const Event failed = only<ConnectionFailed>(world);
        CHECK(std::get<ConnectionFailed>(failed.what).why == ConnectFailure::timed_out);
        CHECK(std::get<ConnectionFailed>(failed.what).elapsed == 21s);
        const auto fates = outcomes(world.trace(), world.trace().size());
        REQUIRE(fates.size() == 1);
        CHECK(std::get<NotSent>(fates[0].outcome).error == UserError::connect_timed_out);
        const Event& dropped = world.trace().at(only<SendFinished>(world).cause);
        CHECK(std::holds_alternative<ConnectionFailed>(dropped.what));
    }

    TEST_CASE("a rule that answers fails at once, each in its own way")
    {
        scenario::Scenario s = test::small_world();
        s.programs[0].sending->port = 25;
        s.rules[0].verdict = Verdict::reject_rst;
        const World reset = run(s);
        const Event refused = only<ConnectionFailed>(reset);
        CHECK(std::get<ConnectionFailed>(refused.what).why == ConnectFailure::refused);
        CHECK(since_start(reset, refused) < 100ms);
        s.rules[0].verdict = Verdict::reject_icmp;
        const World icmp = run(s);
        const Event prohibited = only<ConnectionFailed>(icmp);
        CHECK(std::get<ConnectionFailed>(prohibited.what).why == ConnectFailure::prohibited);
    }

    TEST_CASE("465 speaks TLS from the first byte and delivers as well")
    {
        scenario::Scenario s = test::small_world();
        s.programs[0].sending->port = 465;
        s.programs[0].sending->protection = scenario::Protection::tls;
        const World world = run(std::move(s));
        CHECK(all_of<MailRetrieved>(world).size() == 1);
        for (const auto& command : all_of<SmtpCommand>(world))
            if (command.verb == SmtpVerb::auth) CHECK(command.encrypted);
    }

    TEST_CASE("a wrong password is refused and the mail program says so")
    {
        scenario::Scenario s = test::small_world();
        s.programs[0].sending->password = "wrong";
        const World world = run(std::move(s));
        const auto finished = std::get<SendFinished>(only<SendFinished>(world).what);
        CHECK(finished.error == UserError::auth_failed);
        CHECK(finished.code == 535);
        CHECK(all_of<MailQueued>(world).empty());
    }

    TEST_CASE("an unknown recipient bounces back into the sender's mailbox")
    {
        scenario::Scenario s = test::small_world();
        s.steps[0].message.to = {"nobody@umi.example"};
        const World world = run(std::move(s));
        const auto bounce = std::get<MailBounced>(only<MailBounced>(world).what);
        CHECK(bounce.code == 550);
        CHECK(bounce.step == FailureStep::rcpt_to);
        const auto& report = stored(world, mail::StoredIn::mailbox);
        CHECK(report.owner == "hanako@kumo.example");
        CHECK(report.reverse_path.empty());
        CHECK(report.text->find("Status: 5.1.1") != std::string::npos);
        CHECK(report.text->find("Final-Recipient: rfc822; nobody@umi.example") !=
              std::string::npos);
    }

    TEST_CASE(
        "a recipient domain with a null MX bounces, and an MX that checks refuses such a sender")
    {
        scenario::Scenario s = test::small_world();
        s.name_servers[0].zones.push_back({"silent.example", {{"silent.example", "MX", "0 ."}}});
        s.steps[0].message.to = {"nobody@silent.example"};
        const auto bounce = std::get<MailBounced>(only<MailBounced>(run(s)).what);
        CHECK(bounce.code == 556);
        CHECK(bounce.step == FailureStep::name_lookup);

        s.steps[0].message.to = {"taro@umi.example"};
        s.programs[0].address = "hanako@silent.example";
        s.mail_servers[0].users[0].addresses = {"hanako@silent.example"};
        s.mail_servers[1].checks = {PolicyCheck::sender_domain};
        // Refused, and the report about it cannot be delivered either: it ends there.
        const auto refused = all_of<MailBounced>(run(s));
        REQUIRE(refused.size() == 2);
        CHECK(refused[0].code == 550);
        CHECK(refused[0].step == FailureStep::mail_from);
        CHECK(refused[1].code == 556);
        s.mail_servers[1].checks.clear();
        CHECK(all_of<MailDelivered>(run(s)).size() == 1);
    }

    TEST_CASE("a server that does not answer is tried again, the sender is warned, then it bounces")
    {
        scenario::Scenario s = test::small_world();
        scenario::FirewallRule closed = s.rules[0];
        closed.key = "closed";
        closed.from = {"mail.kumo.example"};
        s.rules.push_back(closed);
        const Duration give_up = s.mail_servers[0].give_up;
        const World world = run(std::move(s));
        const auto deferrals = all_of<MailDeferred>(world);
        REQUIRE(deferrals.size() > 5);
        CHECK(deferrals[0].step == FailureStep::connect);
        CHECK(deferrals[1].until - deferrals[0].until == 30min + 127s);
        CHECK(all_of<MailBounced>(world).size() == 1);
        std::size_t reports = 0;
        for (const auto& message : world.stored_messages())
            if (message.where == mail::StoredIn::mailbox) ++reports;
        CHECK(reports == 2); // delayed, then failed
        CHECK(since_start(world, only<MailBounced>(world)) <= give_up);
        CHECK(since_start(world, only<MailBounced>(world)) > give_up - 5h);
    }

    TEST_CASE("the same scenario and seed give the same trace, another seed another one")
    {
        const std::uint64_t first = run(test::small_world()).trace().hash();
        CHECK(run(test::small_world()).trace().hash() == first);
        CHECK(run(test::small_world(), 2).trace().hash() != first);
    }

    TEST_CASE("looking at everything after each step changes nothing")
    {
        const World blind = run(test::small_world());
        World watched{shared(test::small_world()), {}};
        std::size_t looked_at = 0;
        while (watched.step()) {
            for (std::size_t host = 0; host < watched.network().host_count(); ++host) {
                looked_at +=
                    watched.network().sockets(HostId{static_cast<std::uint32_t>(host)}).size();
            }
            looked_at += outcomes(watched.trace(), watched.trace().size()).size();
            looked_at += watched.stored_messages().size();
            looked_at += static_cast<std::size_t>(watched.trace().hash() & 1U);
        }
        CHECK(looked_at > 0);
        CHECK(watched.trace().hash() == blind.trace().hash());
    }

    TEST_CASE("causes always lie in the past")
    {
        const World world = run(test::small_world());
        std::size_t rootless = 0;
        for (std::size_t i = 0; i < world.trace().size(); ++i) {
            const Event& event = world.trace()[i];
            if (event.cause.exists()) {
                CHECK(event.cause.value < event.id.value);
                CHECK(world.trace().at(event.cause).at <= event.at);
            } else {
                ++rootless;
                INFO(name_of(event.kind()));
                CHECK(event.kind() == Kind::step_started);
            }
        }
        CHECK(rootless == world.scenario().steps.size());
    }

    TEST_CASE("a gate that closes in the middle of a connection makes it stall and time out")
    {
        scenario::Scenario s = test::small_world();
        s.rules[0].ports = {{587, 587}};
        s.rules[0].enabled = false;
        WorldOptions options;
        options.changes = {{s.start + 60ms, {"rule.op25b", "drop"}}};
        World world{shared(std::move(s)), std::move(options)};
        world.run();
        CHECK(all_of<RuleSwitched>(world).size() == 1);
        const auto finished = std::get<SendFinished>(only<SendFinished>(world).what);
        CHECK(finished.error == UserError::connection_lost);
        bool timed_out = false;
        for (const auto& ended : all_of<ConnectionEnded>(world))
            timed_out = timed_out || ended.how == ConnectionEnd::timed_out;
        CHECK(timed_out);
    }
}
