// The card of a mail that a fault stopped: who, which fault, what was hit, and the switch that
// makes it go away.
#include "sim/explain/cure.h"
#include "sim/mail/faults.h"
#include "sim/playback.h"
#include "sim/scenario/settings.h"
#include "tests/support/small_world.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace sim;
using namespace sim::explain;
using mail::FaultPoint;

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

constexpr const char* own_server = "mail.kumo.example";
constexpr const char* next_hop = "mx.umi.example";

std::string key(const char* host, const std::string& what)
{
    return std::string{"fault."} + host + "." + what;
}

scenario::Scenario with(scenario::Scenario s, const Settings& settings)
{
    for (const auto& setting : settings) {
        INFO(setting.first, "=", setting.second);
        REQUIRE(scenario::apply_setting(s, setting.first, setting.second));
    }
    return s;
}

// Played up to the first event that says that something failed.
struct Stopped {
    explicit Stopped(scenario::Scenario s)
        : run{Plan{std::make_shared<const scenario::Scenario>(std::move(s)), 1, {}}}
    {
        run.to_start();
        REQUIRE(run.run_until([](const Event& event) {
            const auto* sent = std::get_if<SendFinished>(&event.what);
            return (sent != nullptr && sent->error != UserError::none) ||
                   event.kind() == Kind::mail_deferred || event.kind() == Kind::mail_bounced;
        }));
        const auto cards = cured_cards(run.trace(), run.cursor(), run.plan());
        REQUIRE(cards.size() == 1);
        card = cards.front();
    }
    [[nodiscard]] std::string who() const
    {
        return card.who.exists() ? run.scenario().hosts[card.who.value].key : "nobody";
    }
    [[nodiscard]] std::string hit_line() const
    {
        const auto* hit = std::get_if<HitLine>(&card.hit);
        return hit == nullptr ? std::string{} : std::string{run.trace().view(hit->line.bytes)};
    }

    Playback run;
    WhyCard card;
};

// What every such card says, whatever the fault; and that its cure cures.
void check(const Stopped& stopped, const char* host, const std::string& setting)
{
    CHECK(stopped.card.obstacle == Obstacle::fault);
    CHECK(stopped.who() == host);
    CHECK(stopped.card.cure.kind == CureKind::switch_fault);
    CHECK(stopped.card.cure.proof == Proof::delivers);
    REQUIRE(stopped.card.cure.settings.size() == 1);
    CHECK(stopped.card.cure.settings[0] == std::pair<std::string, std::string>{setting, "off"});
    REQUIRE(stopped.card.fault.exists());
    const Event& fault = stopped.run.trace().at(stopped.card.fault);
    CHECK(fault.kind() == Kind::fault_injected);
    CHECK(fault.id.value < stopped.card.outcome.value);

    Playback cured{Plan{std::make_shared<const scenario::Scenario>(
                            with(stopped.run.scenario(), stopped.card.cure.settings)),
                        1,
                        {}}};
    CHECK(cured.trace().count(Kind::mail_retrieved) == 1);
    CHECK(cured.trace().count(Kind::fault_injected) == 0);
}

std::string verb(FaultPoint point)
{
    switch (point) {
    case FaultPoint::connect:
        return "";
    case FaultPoint::ehlo:
        return "EHLO";
    case FaultPoint::starttls:
        return "STARTTLS";
    case FaultPoint::auth:
        return "AUTH";
    case FaultPoint::mail:
        return "MAIL";
    case FaultPoint::rcpt:
        return "RCPT";
    case FaultPoint::data:
    case FaultPoint::text:
        return "DATA";
    }
    return "";
}

scenario::Scenario with_own_names()
{
    scenario::Scenario s = test::small_world();
    scenario::NameServer names = s.name_servers[0];
    names.host = next_hop;
    s.name_servers.push_back(names);
    for (scenario::Host& host : s.hosts)
        if (host.key == own_server) host.resolver = test::ip("198.51.100.25");
    return s;
}

} // namespace

TEST_SUITE("explain.fault_card")
{
    TEST_CASE("a replaced reply: the server, its words, and the command that it answered")
    {
        for (const char* host : {own_server, next_hop}) {
            for (const FaultPoint point : values_of<FaultPoint>()) {
                // The MX has no AUTH, and a relay goes on without TLS.
                if (host == next_hop &&
                    (point == FaultPoint::auth || point == FaultPoint::starttls))
                    continue;
                for (const std::uint16_t code : mail::fault_codes(point)) {
                    const std::string setting = key(host, "reply." + std::string{name_of(point)});
                    const Stopped stopped{
                        with(test::small_world(), {{setting, std::to_string(code)}})};
                    INFO(setting, "=", code);
                    check(stopped, host, setting);
                    CHECK(stopped.card.reason == SmtpReason::fault_injected);
                    CHECK(stopped.card.code == code);
                    CHECK(stopped.card.reply.starts_with(std::to_string(code)));
                    // EHLO that is not known is tried again as HELO.
                    if (point != FaultPoint::ehlo || code != 502)
                        CHECK(stopped.hit_line().substr(0, 4) == verb(point).substr(0, 4));
                }
            }
        }
    }

    TEST_CASE("a connection that was cut: the server, and the command that got no answer")
    {
        for (const char* host : {own_server, next_hop}) {
            for (const FaultPoint point : values_of<FaultPoint>()) {
                if (host == next_hop &&
                    (point == FaultPoint::auth || point == FaultPoint::starttls))
                    continue;
                const Stopped stopped{
                    with(test::small_world(), {{key(host, "cut"), std::string{name_of(point)}}})};
                INFO(host, " cut at ", name_of(point));
                check(stopped, host, key(host, "cut"));
                CHECK(stopped.card.stopped == stopped.card.fault);
                CHECK(stopped.card.code == 0);
                // MAIL, RCPT and DATA leave together (PIPELINING): the last of them waits.
                if (point == FaultPoint::connect || point == FaultPoint::ehlo ||
                    point == FaultPoint::starttls || point == FaultPoint::auth) {
                    CHECK(stopped.hit_line().substr(0, 4) == verb(point).substr(0, 4));
                } else {
                    CHECK(stopped.hit_line() == "DATA");
                }
            }
        }
    }

    TEST_CASE("a server that is too slow")
    {
        for (const char* host : {own_server, next_hop}) {
            const Stopped stopped{with(test::small_world(), {{key(host, "delay"), "10m"}})};
            check(stopped, host, key(host, "delay"));
        }
    }

    TEST_CASE("names that cannot be found: the name server, and the question")
    {
        for (const char* how : {"servfail", "nxdomain", "silent"}) {
            INFO(how);
            const Stopped program{with(test::small_world(), {{key("ns.example", "dns"), how}})};
            check(program, "ns.example", key("ns.example", "dns"));
            REQUIRE(std::holds_alternative<HitName>(program.card.hit));
            CHECK(std::get<HitName>(program.card.hit).name == own_server);
            CHECK(program.card.shown == UserError::server_not_found);

            const Stopped relay{with(with_own_names(), {{key(next_hop, "dns"), how}})};
            check(relay, next_hop, key(next_hop, "dns"));
            REQUIRE(std::holds_alternative<HitName>(relay.card.hit));
            CHECK(std::get<HitName>(relay.card.hit).name == "umi.example");
        }
    }

    TEST_CASE("the name server that was asked on behalf of another is the one to blame")
    {
        // ns.example knows nothing itself and asks mx.umi.example, which fails.
        scenario::Scenario s = test::small_world();
        scenario::NameServer knowing = s.name_servers[0];
        knowing.host = next_hop;
        s.name_servers[0].zones.clear();
        s.name_servers[0].recursive = true;
        s.name_servers[0].forwards = {{"", test::ip("198.51.100.25")}};
        s.name_servers.push_back(knowing);
        const Stopped stopped{with(s, {{key(next_hop, "dns"), "servfail"}})};
        check(stopped, next_hop, key(next_hop, "dns"));
    }

    TEST_CASE("a fault that did no harm is not blamed for what did")
    {
        scenario::Scenario s = with(
            test::small_world(), {{key(own_server, "delay"), "5s"}, {"client.password", "wrong"}});
        const Stopped wrong{std::move(s)};
        CHECK(wrong.card.obstacle == Obstacle::refusal);
        CHECK(wrong.card.reason == SmtpReason::auth_failed);
        CHECK_FALSE(wrong.card.fault.exists());

        const Stopped blocked{with(test::small_world(),
                                   {{key(next_hop, "reply.mail"), "451"}, {"client.port", "25"}})};
        CHECK(blocked.card.rule == RuleId{0});
        CHECK_FALSE(blocked.card.fault.exists());
    }

    TEST_CASE("the card tells what the fault stands for, and names its switch, in both languages")
    {
        struct Fault {
            std::string setting;
            std::string value;
            std::string stands_for; // why.<this>.rule and .purpose
        };
        const std::vector<Fault> faults{
            {key(next_hop, "cut"), "text", "obstacle.connection_lost"},
            {key(next_hop, "delay"), "10m", "obstacle.reply_late"},
            {key(next_hop, "reply.rcpt"), "552", "reason.mailbox_full"},
            {key(next_hop, "reply.rcpt"), "550", "reason.recipient_unknown"},
            {key(next_hop, "reply.mail"), "451", "reason.temporary_trouble"},
            {key(own_server, "reply.auth"), "535", "reason.auth_failed"},
            {key(own_server, "reply.auth"), "454", "reason.temporary_trouble"},
            {key("ns.example", "dns"), "servfail", "obstacle.name_server_failed"},
        };
        for (const Fault& fault : faults) {
            const Stopped stopped{with(test::small_world(), {{fault.setting, fault.value}})};
            for (const char* code : {"ja", "en"}) {
                const Language words = test::language(code);
                const Context context{stopped.run.scenario(), stopped.run.trace(), words};
                const CardText text = describe(stopped.card, context);
                std::string all;
                for (const CardText::Row& row : text.rows) {
                    for (const std::string& line : row.lines)
                        all += line + "\n";
                }
                INFO(all);
                CHECK(all.find(fault.setting + " = off") != std::string::npos);
                // DNS has its own word for what its answer was.
                if (!stopped.card.dns && fault.setting.find(".cut") == std::string::npos &&
                    fault.setting.find(".delay") == std::string::npos) {
                    CHECK(all.find(words.text("why." + fault.stands_for + ".rule")) !=
                          std::string::npos);
                }
                CHECK(all.find(words.text("why." + fault.stands_for + ".purpose")) !=
                      std::string::npos);
                CHECK(all.find(words.text("why.cure.switch_fault")) != std::string::npos);
            }
        }
    }
}
