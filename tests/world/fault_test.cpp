// Faults that a person switches on: what comes of each of them, at the mail program's own server
// and at the one that the mail is relayed to.
#include "sim/mail/faults.h"
#include "sim/outcome.h"
#include "sim/scenario/settings.h"
#include "sim/world.h"
#include "tests/support/small_world.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace sim;
using mail::FaultPoint;

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

constexpr const char* own_server = "mail.kumo.example"; // where the mail program hands in
constexpr const char* next_hop = "mx.umi.example";

scenario::Scenario with(scenario::Scenario s, const Settings& settings)
{
    for (const auto& setting : settings) {
        INFO(setting.first, "=", setting.second);
        REQUIRE(scenario::apply_setting(s, setting.first, setting.second));
    }
    return s;
}

World run(scenario::Scenario s, WorldOptions options = {})
{
    World world{std::make_shared<const scenario::Scenario>(std::move(s)), std::move(options)};
    world.run();
    return world;
}

World run_with(const Settings& settings)
{
    return run(with(test::small_world(), settings));
}

// The same, and after 10 minutes the first of the faults is gone.
World run_with_repair(const Settings& settings)
{
    scenario::Scenario s = with(test::small_world(), settings);
    WorldOptions options;
    options.changes = {{s.start + 10min, {settings.front().first, "off"}}};
    return run(std::move(s), std::move(options));
}

template <typename What>
std::vector<What> all_of(const World& world)
{
    std::vector<What> found;
    for (std::size_t i = 0; i < world.trace().size(); ++i)
        if (const auto* what = std::get_if<What>(&world.trace()[i].what)) found.push_back(*what);
    return found;
}

SendFinished sending(const World& world)
{
    const auto finished = all_of<SendFinished>(world);
    REQUIRE(finished.size() == 1);
    return finished[0];
}

std::string key(const char* host, const char* what)
{
    return std::string{"fault."} + host + "." + what;
}

std::string reply_key(const char* host, FaultPoint point)
{
    return key(host, "reply.") + std::string{name_of(point)};
}

// The faults that acted, as their events name them.
std::vector<std::string> acted(const World& world)
{
    std::vector<std::string> details;
    for (const FaultInjected& fault : all_of<FaultInjected>(world))
        details.emplace_back(world.trace().view(fault.detail));
    return details;
}

FailureStep step_of(FaultPoint point)
{
    switch (point) {
    case FaultPoint::connect:
        return FailureStep::greeting;
    case FaultPoint::ehlo:
        return FailureStep::hello;
    case FaultPoint::starttls:
        return FailureStep::tls;
    case FaultPoint::auth:
        return FailureStep::auth;
    case FaultPoint::mail:
        return FailureStep::mail_from;
    case FaultPoint::rcpt:
        return FailureStep::rcpt_to;
    case FaultPoint::data:
        return FailureStep::data;
    case FaultPoint::text:
        return FailureStep::end_of_data;
    }
    return FailureStep::local;
}

// What the mail server of this host may be asked in these runs.
std::vector<FaultPoint> points_at(const char* host)
{
    std::vector<FaultPoint> points;
    for (const FaultPoint point : values_of<FaultPoint>())
        if (host == own_server || point != FaultPoint::auth) points.push_back(point);
    return points;
}

// A relay that has a name server of its own, which the mail program does not ask.
scenario::Scenario with_own_names()
{
    scenario::Scenario s = test::small_world();
    scenario::NameServer names = s.name_servers[0];
    names.host = "mx.umi.example";
    s.name_servers.push_back(names);
    for (scenario::Host& host : s.hosts)
        if (host.key == own_server) host.resolver = test::ip("198.51.100.25");
    return s;
}

} // namespace

TEST_SUITE("world.faults")
{
    TEST_CASE("a run with every fault switched off is the same run to the byte")
    {
        const std::uint64_t plain = run(test::small_world()).trace().hash();
        Settings off;
        for (const auto& setting : scenario::settings_of(test::small_world()))
            if (setting.key.starts_with("fault.")) off.emplace_back(setting.key, "off");
        CHECK(off.size() > 15);
        CHECK(run_with(off).trace().hash() == plain);
    }

    TEST_CASE("the same faults give the same run")
    {
        const Settings some{{key(next_hop, "delay"), "5s"}, {key(own_server, "cut"), "text"}};
        CHECK(run_with(some).trace().hash() == run_with(some).trace().hash());
    }

    TEST_CASE("a reply replaced at one's own server is what the mail program shows")
    {
        for (const FaultPoint point : points_at(own_server)) {
            for (const std::uint16_t code : mail::fault_codes(point)) {
                const std::string setting = reply_key(own_server, point);
                const std::string value = std::to_string(code);
                const World world = run_with({{setting, value}});
                INFO(setting, "=", value);
                const SendFinished finished = sending(world);
                CHECK(finished.error != UserError::none);
                CHECK(finished.code == code);
                CHECK(finished.step == step_of(point));
                CHECK(all_of<MailQueued>(world).empty());
                // EHLO is asked a second time, as HELO, when it was not known.
                const auto details = acted(world);
                REQUIRE_FALSE(details.empty());
                CHECK(details.size() <= (point == FaultPoint::ehlo ? 2 : 1));
                std::string wanted = setting;
                wanted.append("=").append(value);
                CHECK(details[0] == wanted);
            }
        }
    }

    TEST_CASE("the server's own event says that the reply is the fault's")
    {
        const World world = run_with({{reply_key(own_server, FaultPoint::rcpt), "452"}});
        std::size_t seen = 0;
        for (std::size_t i = 0; i < world.trace().size(); ++i) {
            const Event& event = world.trace()[i];
            const auto* reply = std::get_if<SmtpReply>(&event.what);
            if (reply == nullptr || reply->side == Side::received) continue;
            if (reply->reason != SmtpReason::fault_injected) continue;
            ++seen;
            CHECK(reply->code == 452);
            CHECK(reply->to == SmtpVerb::rcpt);
            CHECK(world.trace().view(reply->line.bytes) ==
                  "452 4.3.1 Insufficient system storage, try again later");
            CHECK(world.trace().at(event.cause).kind() == Kind::fault_injected);
        }
        CHECK(seen == 1);
    }

    TEST_CASE("at the next hop 4yz puts the mail off and 5yz sends it back")
    {
        for (const FaultPoint point : points_at(next_hop)) {
            if (point == FaultPoint::starttls) continue;
            for (const std::uint16_t code : mail::fault_codes(point)) {
                const std::string setting = reply_key(next_hop, point);
                const World world = run_with_repair({{setting, std::to_string(code)}});
                INFO(setting, "=", code);
                CHECK(sending(world).error == UserError::none);
                const auto deferred = all_of<MailDeferred>(world);
                const auto bounced = all_of<MailBounced>(world);
                if (code / 100 == 4) {
                    REQUIRE(deferred.size() == 1);
                    CHECK(bounced.empty());
                    CHECK(deferred[0].code == code);
                    CHECK(deferred[0].step == step_of(point));
                    // The fault is gone when it is tried again.
                    CHECK(all_of<DeliveryAttempted>(world).size() == 2);
                    CHECK(all_of<MailRetrieved>(world).size() == 1);
                } else {
                    CHECK(deferred.empty());
                    REQUIRE(bounced.size() == 1);
                    CHECK(bounced[0].code == code);
                    CHECK(bounced[0].step == step_of(point));
                    CHECK(all_of<MailDelivered>(world).size() == 1); // the report to the sender
                    CHECK(all_of<MailRetrieved>(world).empty());
                }
            }
        }
    }

    TEST_CASE("a next hop that refuses STARTTLS gets the mail in the clear")
    {
        const World world = run_with({{reply_key(next_hop, FaultPoint::starttls), "454"}});
        CHECK(all_of<MailRetrieved>(world).size() == 1);
        for (std::size_t i = 0; i < world.trace().size(); ++i) {
            const Event& event = world.trace()[i];
            if (event.host != HostId{3}) continue; // the MX
            if (const auto* text = std::get_if<SmtpText>(&event.what)) CHECK_FALSE(text->encrypted);
        }
        CHECK(acted(world).size() == 1);
    }

    TEST_CASE("a fault that lasts keeps a mail waiting until the server gives up")
    {
        const World world = run_with({{reply_key(next_hop, FaultPoint::rcpt), "450"}});
        CHECK(all_of<MailDeferred>(world).size() > 5);
        const auto bounced = all_of<MailBounced>(world);
        REQUIRE(bounced.size() == 1);
        CHECK(bounced[0].code == 450);
    }

    TEST_CASE("a connection that is cut at one's own server is lost for the mail program")
    {
        for (const FaultPoint point : points_at(own_server)) {
            const World world = run_with({{key(own_server, "cut"), std::string{name_of(point)}}});
            INFO(name_of(point));
            const SendFinished finished = sending(world);
            CHECK(finished.error == UserError::connection_lost);
            CHECK(finished.code == 0);
            CHECK(all_of<MailQueued>(world).empty());
            CHECK(acted(world) ==
                  std::vector{key(own_server, "cut=") + std::string{name_of(point)}});
            bool reset = false;
            for (const ConnectionEnded& ended : all_of<ConnectionEnded>(world))
                reset = reset || ended.how == ConnectionEnd::reset_by_peer;
            CHECK(reset);
        }
    }

    TEST_CASE("a connection that is cut at the next hop is tried again later")
    {
        for (const FaultPoint point : points_at(next_hop)) {
            const World world =
                run_with_repair({{key(next_hop, "cut"), std::string{name_of(point)}}});
            INFO(name_of(point));
            CHECK(all_of<MailRetrieved>(world).size() == 1);
            CHECK(all_of<MailBounced>(world).empty());
            // The one who cut never took the mail: it is there once.
            CHECK(all_of<MailQueued>(world).size() == 2);
            const auto deferred = all_of<MailDeferred>(world);
            if (point == FaultPoint::starttls) {
                CHECK(deferred.size() <= 1); // it may be tried at once without TLS (RFC 7435)
            } else {
                REQUIRE(deferred.size() == 1);
                CHECK(deferred[0].code == 0);
            }
        }
    }

    TEST_CASE("a slow server answers later, in order, and the mail arrives")
    {
        const auto duration = [](const World& world) {
            Instant last{};
            for (std::size_t i = 0; i < world.trace().size(); ++i)
                if (world.trace()[i].kind() == Kind::mail_delivered) last = world.trace()[i].at;
            return last - world.scenario().start;
        };
        CHECK(duration(run_with({})) < 5s);
        const World slow = run_with({{key(next_hop, "delay"), "5s"}});
        CHECK(all_of<MailRetrieved>(slow).size() == 1);
        CHECK(all_of<MailDeferred>(slow).empty());
        // Greeting, EHLO, STARTTLS, EHLO, MAIL with all that goes along, and the text.
        CHECK(duration(slow) > 25s);
        CHECK(duration(slow) < 60s);
        const World slower = run_with({{key(own_server, "delay"), "60s"}});
        CHECK(sending(slower).error == UserError::none);
        CHECK(all_of<MailRetrieved>(slower).size() == 1);
        CHECK(duration(slower) > 5min);
        for (const std::string& detail : acted(slower))
            CHECK(detail == key(own_server, "delay=60s"));
    }

    TEST_CASE("each reply leaves as much later as the delay says")
    {
        const World world = run_with({{key(own_server, "delay"), "60s"}});
        Instant asked{};
        std::size_t replies = 0;
        for (std::size_t i = 0; i < world.trace().size(); ++i) {
            const Event& event = world.trace()[i];
            if (event.host != HostId{2}) continue; // the submission server
            if (const auto* opened = std::get_if<ConnectionOpened>(&event.what))
                if (opened->accepted) asked = event.at;
            if (const auto* text = std::get_if<SmtpText>(&event.what))
                if (text->side == Side::received) asked = event.at;
            if (const auto* command = std::get_if<SmtpCommand>(&event.what))
                if (command->side == Side::received) asked = event.at;
            const auto* reply = std::get_if<SmtpReply>(&event.what);
            if (reply == nullptr || reply->side == Side::received) continue;
            CHECK(event.at - asked == 60s);
            CHECK(world.trace().at(event.cause).kind() == Kind::fault_injected);
            ++replies;
        }
        CHECK(replies >= 8);
    }

    TEST_CASE("a server slower than anybody's patience is given up")
    {
        const World own = run_with({{key(own_server, "delay"), "10m"}});
        CHECK(sending(own).error == UserError::reply_timed_out);
        CHECK(all_of<MailQueued>(own).empty());
        const auto timers = all_of<TimerRanOut>(own);
        REQUIRE_FALSE(timers.empty());
        CHECK(timers[0].timer == SessionTimer::greeting_awaited);
        CHECK(timers[0].waited == 5min);

        const World next = run_with({{key(next_hop, "delay"), "10m"}});
        const auto deferred = all_of<MailDeferred>(next);
        REQUIRE_FALSE(deferred.empty());
        CHECK(deferred[0].step == FailureStep::greeting);
        CHECK(deferred[0].code == 0);
        CHECK(all_of<MailRetrieved>(next).empty());
    }

    TEST_CASE("a delay that is taken back lets what it held go, and nothing overtakes it")
    {
        scenario::Scenario s = with(test::small_world(), {{key(own_server, "delay"), "60s"}});
        WorldOptions options;
        options.changes = {{s.start + 90s, {key(own_server, "delay"), "off"}}};
        const World world = run(std::move(s), std::move(options));
        CHECK(sending(world).error == UserError::none);
        CHECK(acted(world).size() == 2);
        CHECK(all_of<MailRetrieved>(world).size() == 1);
    }

    TEST_CASE("without names the mail program finds no server, whatever way they fail")
    {
        for (const char* how : {"servfail", "nxdomain", "silent"}) {
            const World world = run_with({{key("ns.example", "dns"), how}});
            INFO(how);
            CHECK(sending(world).error == UserError::server_not_found);
            const auto details = acted(world);
            REQUIRE_FALSE(details.empty());
            CHECK(details[0] == key("ns.example", "dns=") + how);
        }
    }

    TEST_CASE("a relay waits when names cannot be looked up, and gives up when they do not exist")
    {
        const auto relayed = [](const char* how) {
            scenario::Scenario s = with(with_own_names(), {{key(next_hop, "dns"), how}});
            WorldOptions options;
            options.changes = {{s.start + 10min, {key(next_hop, "dns"), "off"}}};
            return run(std::move(s), std::move(options));
        };
        for (const char* how : {"servfail", "silent"}) {
            const World world = relayed(how);
            INFO(how);
            const auto deferred = all_of<MailDeferred>(world);
            REQUIRE(deferred.size() == 1);
            CHECK(deferred[0].step == FailureStep::name_lookup);
            CHECK(all_of<MailRetrieved>(world).size() == 1);
        }
        const World world = relayed("nxdomain");
        REQUIRE(all_of<MailBounced>(world).size() == 1);
        CHECK(all_of<MailBounced>(world)[0].step == FailureStep::name_lookup);
    }

    TEST_CASE("a silent name server sends nothing at all")
    {
        const World world = run_with({{key("ns.example", "dns"), "silent"}});
        for (const PacketSent& sent : all_of<PacketSent>(world))
            CHECK(sent.packet.source != test::ip("198.51.100.53"));
    }

    TEST_CASE("whoever shows a certificate that was made wrong is said to, each time")
    {
        using scenario::CertificateKind;
        for (const CertificateKind kind : values_of<CertificateKind>()) {
            const std::string value{name_of(kind)};
            INFO(value);
            const World own = run_with({{"server.mail.kumo.example.certificate", value}});
            const World next = run_with({{"server.mx.umi.example.certificate", value}});
            if (kind == CertificateKind::good) {
                CHECK(acted(own).empty());
                CHECK(acted(next).empty());
                continue;
            }
            CHECK(sending(own).error == UserError::certificate_problem);
            CHECK(acted(own) == std::vector{"server.mail.kumo.example.certificate=" + value});
            // The relay does not mind (RFC 7435), the one who fetches does.
            CHECK(all_of<MailDelivered>(next).size() == 1);
            CHECK(all_of<MailRetrieved>(next).empty());
            CHECK(acted(next).size() == 2);
        }
    }

    TEST_CASE("a fault that is switched on in the middle counts for open connections, too")
    {
        scenario::Scenario s = test::small_world();
        WorldOptions options;
        options.changes = {{s.start + 80ms, {reply_key(own_server, FaultPoint::text), "554"}}};
        const World world = run(std::move(s), std::move(options));
        CHECK(sending(world).code == 554);
        const auto changed = all_of<SettingChanged>(world);
        REQUIRE(changed.size() == 1);
        CHECK(world.trace().view(changed[0].key) == reply_key(own_server, FaultPoint::text));
    }

    TEST_CASE("a step of a lesson can switch a fault on and off again")
    {
        scenario::Scenario s = test::small_world();
        scenario::Step on;
        on.action = scenario::StepAction::set;
        on.key = reply_key(next_hop, FaultPoint::connect);
        on.value = "421";
        scenario::Step off = on;
        off.delay = 10min;
        off.value = "off";
        s.steps.insert(s.steps.begin(), on);
        s.steps.push_back(off);
        const World world = run(std::move(s));
        CHECK(all_of<MailDeferred>(world).size() == 1);
        CHECK(all_of<MailDelivered>(world).size() == 1);
    }

    TEST_CASE("every code that can be chosen has its own words and the class it belongs to")
    {
        for (const FaultPoint point : values_of<FaultPoint>()) {
            CHECK_FALSE(mail::fault_codes(point).empty());
            for (const std::uint16_t code : mail::fault_codes(point)) {
                const auto verdict = mail::fault_judgement(point, code);
                CHECK(verdict.code == code);
                CHECK(verdict.enhanced.category == code / 100);
                CHECK_FALSE(verdict.text.empty());
                CHECK(verdict.reason == SmtpReason::fault_injected);
            }
            if (point != FaultPoint::connect)
                CHECK(mail::fault_point(mail::verb_of(point)) == point);
        }
        CHECK(mail::fault_point(SmtpVerb::helo) == FaultPoint::ehlo);
        CHECK_FALSE(mail::fault_point(SmtpVerb::quit));
    }
}
