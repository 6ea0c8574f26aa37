#include "sim/scenario/settings.h"
#include "tests/scenario/english.h"
#include "tests/scenario/files.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sim;
using namespace sim::scenario;

namespace {

Scenario lab()
{
    auto result = files::load(files::read_repository("tests/scenario/lab.toml"));
    REQUIRE(result);
    return *std::move(result);
}

Setting setting(const Scenario& scenario, const std::string& key)
{
    for (const Setting& each : settings_of(scenario))
        if (each.key == key) return each;
    FAIL(key);
    return {};
}

std::string problem_of(Scenario& scenario, const std::string& key, const std::string& value)
{
    const auto done = apply_setting(scenario, key, value);
    if (done) return "none";
    return done.error().key + ": " + files::english(done.error().wrong);
}

} // namespace

TEST_SUITE("scenario.settings")
{
    TEST_CASE(
        "the settings come in the order of the account, the rules, the servers and the faults")
    {
        std::vector<std::string> keys;
        for (const Setting& each : settings_of(lab()))
            keys.push_back(each.key);
        CHECK(keys == std::vector<std::string>{"client.line",
                                               "client.server",
                                               "client.port",
                                               "client.protection",
                                               "client.auth",
                                               "client.user",
                                               "client.password",
                                               "client.tls_min",
                                               "client.tls_max",
                                               "fetch.server",
                                               "fetch.port",
                                               "fetch.protection",
                                               "fetch.auth",
                                               "fetch.user",
                                               "fetch.password",
                                               "fetch.tls_min",
                                               "fetch.tls_max",
                                               "rule.no-25",
                                               "server.mx.far.example.certificate",
                                               "server.mx.far.example.tls_min",
                                               "server.mx.far.example.tls_max",
                                               "server.mx.far.example.login_pause",
                                               "server.mx.far.example.greeting_delay",
                                               "server.mx.far.example.pop_before_smtp",
                                               "server.mx.far.example.lenient_line_ends",
                                               "check.mx.far.example.client_name",
                                               "check.mx.far.example.reverse_name",
                                               "check.mx.far.example.sender_domain",
                                               "check.mx.far.example.recipient_domain",
                                               "check.mx.far.example.hello",
                                               "check.mx.far.example.spf",
                                               "check.mx.far.example.greylisting",
                                               "check.mx.far.example.dkim",
                                               "check.mx.far.example.dmarc",
                                               "check.mx.far.example.sender_address",
                                               "server.mx.far.example.25.tls",
                                               "server.mx.far.example.25.require_tls",
                                               "server.mx.far.example.25.require_auth",
                                               "server.mx.far.example.25.auth",
                                               "server.mx.far.example.587.tls",
                                               "server.mx.far.example.587.require_tls",
                                               "server.mx.far.example.587.require_auth",
                                               "server.mx.far.example.587.auth",
                                               "server.mx.far.example.995.tls",
                                               "server.mx.far.example.995.require_tls",
                                               "fault.mx.far.example.reply.connect",
                                               "fault.mx.far.example.reply.ehlo",
                                               "fault.mx.far.example.reply.starttls",
                                               "fault.mx.far.example.reply.auth",
                                               "fault.mx.far.example.reply.mail",
                                               "fault.mx.far.example.reply.rcpt",
                                               "fault.mx.far.example.reply.data",
                                               "fault.mx.far.example.reply.text",
                                               "fault.mx.far.example.cut",
                                               "fault.mx.far.example.delay",
                                               "fault.ns.example.dns",
                                               "fault.gate.tamper"});
    }

    TEST_CASE("every choice of every setting can be set, and is then its value")
    {
        const Scenario original = lab();
        for (const Setting& each : settings_of(original)) {
            CAPTURE(each.key);
            CHECK(std::ranges::count(each.choices, each.value) == (each.choices.empty() ? 0 : 1));
            for (const std::string& choice : each.choices) {
                CAPTURE(choice);
                Scenario changed = original;
                const auto done = apply_setting(changed, each.key, choice);
                if (!done) { // nothing to require, nothing to offer
                    CHECK(choice == "true");
                    CHECK(setting(changed, each.key).value == "false");
                    continue;
                }
                CHECK(setting(changed, each.key).value == choice);
            }
        }
    }

    TEST_CASE("setting a value to what it is changes nothing")
    {
        Scenario scenario = lab();
        const auto before = settings_of(scenario);
        for (const Setting& each : before)
            CHECK(problem_of(scenario, each.key, each.value) == "none");
        const auto after = settings_of(scenario);
        REQUIRE(after.size() == before.size());
        for (std::size_t i = 0; i < after.size(); ++i)
            CHECK(after[i].value == before[i].value);
    }

    TEST_CASE("a host has the faults of the programs on it, all of them off")
    {
        const Scenario scenario = lab();
        for (const Setting& each : settings_of(scenario)) {
            if (!each.key.starts_with("fault.")) continue;
            CAPTURE(each.key);
            CHECK(each.value == "off");
            REQUIRE(each.choices.size() >= 2);
            CHECK(each.choices.front() == "off");
        }
        // What a server does not offer cannot go wrong with it.
        Scenario plain = scenario;
        for (SmtpListener& port : plain.mail_servers[0].listeners) {
            port.tls = TlsMode::none;
            port.auth.clear();
        }
        plain.name_servers.clear();
        for (const Setting& each : settings_of(plain)) {
            CAPTURE(each.key);
            CHECK(each.key != "fault.mx.far.example.reply.starttls");
            CHECK(each.key != "fault.mx.far.example.reply.auth");
            CHECK_FALSE(each.key.ends_with(".dns"));
        }
        CHECK(std::ranges::count(setting(plain, "fault.mx.far.example.cut").choices, "auth") == 0);
    }

    TEST_CASE("faults are switched one by one and keep out of each other's way")
    {
        Scenario scenario = lab();
        const std::string host = "fault.mx.far.example.";
        CHECK(problem_of(scenario, host + "reply.mail", "451") == "none");
        CHECK(problem_of(scenario, host + "reply.rcpt", "550") == "none");
        CHECK(problem_of(scenario, host + "cut", "data") == "none");
        CHECK(problem_of(scenario, host + "delay", "60s") == "none");
        CHECK(problem_of(scenario, "fault.ns.example.dns", "silent") == "none");
        const mail::SmtpFaults& faults = scenario.mail_servers[0].faults;
        CHECK(faults.reply_to(mail::FaultPoint::mail) == 451);
        CHECK(faults.reply_to(mail::FaultPoint::rcpt) == 550);
        CHECK(faults.cut == mail::FaultPoint::data);
        CHECK(faults.delay == std::chrono::seconds{60});
        CHECK(scenario.name_servers[0].fault == mail::DnsFault::silent);
        for (const char* what : {"reply.mail", "reply.rcpt", "cut", "delay"})
            CHECK(problem_of(scenario, host + what, "off") == "none");
        CHECK(scenario.mail_servers[0].faults == mail::SmtpFaults{});
    }

    TEST_CASE("login_pause: seconds or a time, only where logins are offered")
    {
        Scenario scenario = lab();
        const std::string key = "server.mx.far.example.login_pause";
        CHECK(setting(scenario, key).value == "5m");
        const std::vector<std::pair<const char*, Duration>> good{
            {"90", 90s}, {"15m", 15min}, {"0", 0s}, {"0s", 0s}, {"1h", 1h}};
        for (const auto& each : good) {
            CHECK(problem_of(scenario, key, each.first) == "none");
            CHECK(scenario.mail_servers[0].login_pause == each.second);
        }
        for (const char* wrong : {"", "soon", "-5", "5 m", "1e3", "99999999999999999999"}) {
            CHECK(problem_of(scenario, key, wrong) ==
                  key + ": expected seconds, or a time as in \"5m\"; 0 is never");
        }
        CHECK(scenario.mail_servers[0].login_pause == 1h);
        for (SmtpListener& port : scenario.mail_servers[0].listeners)
            port.auth.clear();
        CHECK(problem_of(scenario, key, "90") == "none"); // POP3
        CHECK(scenario.pop_servers[0].login_pause == 90s);
        CHECK(setting(scenario, key).value == "90s");
        scenario.pop_servers.clear();
        CHECK(problem_of(scenario, key, "90").find("there is no such setting") !=
              std::string::npos);
    }

    TEST_CASE("the oldest version that is accepted is never newer than the newest that is spoken")
    {
        Scenario scenario = lab();
        for (const std::string who : {"client", "fetch", "server.mx.far.example"}) {
            INFO(who);
            CHECK(problem_of(scenario, who + ".tls_max", "1.2") == "none");
            CHECK(setting(scenario, who + ".tls_min").choices == std::vector<std::string>{"1.2"});
            CHECK(problem_of(scenario, who + ".tls_min", "1.3") != "none");
            CHECK(problem_of(scenario, who + ".tls_max", "1.3") == "none");
            CHECK(problem_of(scenario, who + ".tls_min", "1.3") == "none");
            CHECK(setting(scenario, who + ".tls_max").choices == std::vector<std::string>{"1.3"});
        }
    }

    TEST_CASE("tls_max is that of a host: its mail and its POP server speak the same versions")
    {
        Scenario scenario = lab();
        CHECK(setting(scenario, "server.mx.far.example.tls_max").value == "1.3");
        CHECK(problem_of(scenario, "server.mx.far.example.tls_max", "1.2") == "none");
        CHECK(scenario.mail_servers[0].tls_max == TlsVersion::v1_2);
        CHECK(scenario.pop_servers[0].tls_max == TlsVersion::v1_2);
        CHECK(problem_of(scenario, "server.mx.far.example.tls_max", "1.1") ==
              "server.mx.far.example.tls_max: expected 1.2 or 1.3 (did you mean \"1.2\"?)");
    }

    TEST_CASE("a code that no server gives at that point is no choice")
    {
        Scenario scenario = lab();
        CHECK(problem_of(scenario, "fault.mx.far.example.reply.starttls", "550") ==
              "fault.mx.far.example.reply.starttls: expected off, 421 or 454");
        CHECK(problem_of(scenario, "fault.mx.far.example.delay", "5") ==
              "fault.mx.far.example.delay: expected off, 5s, 60s or 10m (did you mean \"5s\"?)");
        CHECK(problem_of(scenario, "fault.mx.far.example.reply.quit", "off")
                  .starts_with("fault.mx.far.example.reply.quit: there is no such setting here"));
    }

    TEST_CASE("rules and account settings are live; the line and servers start the run anew")
    {
        for (const Setting& each : settings_of(lab())) {
            CAPTURE(each.key);
            const bool starts_anew = each.key == "client.line" || each.key.starts_with("server.");
            CHECK(each.is_live() == !starts_anew);
        }
    }

    TEST_CASE("the account of the client and of the fetching program are different ones")
    {
        Scenario scenario = lab();
        CHECK(problem_of(scenario, "client.port", "25") == "none");
        CHECK(problem_of(scenario, "client.password", "other") == "none");
        CHECK(problem_of(scenario, "fetch.port", "110") == "none");
        CHECK(scenario.programs[0].sending->port == 25);
        CHECK(scenario.programs[0].sending->password == "other");
        CHECK(scenario.programs[1].fetching->port == 110);
        CHECK(scenario.programs[1].fetching->password == "hidden");
    }

    TEST_CASE("a PC that changes its line stands where the line is")
    {
        Scenario scenario = lab();
        CHECK(setting(scenario, "client.line").choices == std::vector<std::string>{"dsl", "spare"});
        CHECK(problem_of(scenario, "client.line", "spare") == "none");
        CHECK(scenario.hosts[0].line == "spare");
        CHECK(scenario.hosts[0].area == "far");
    }

    TEST_CASE("a line that another host is plugged into is no choice")
    {
        Scenario scenario = lab();
        Host other = scenario.hosts[0];
        other.key = "eve-pc";
        other.line = "spare";
        scenario.hosts.push_back(other);
        CHECK(setting(scenario, "client.line").choices == std::vector<std::string>{"dsl"});
    }

    TEST_CASE("switching a rule off keeps what it does, and any verdict switches it on")
    {
        Scenario scenario = lab();
        CHECK(setting(scenario, "rule.no-25").choices ==
              std::vector<std::string>{"off", "pass", "drop", "reject_icmp", "reject_rst"});
        CHECK(problem_of(scenario, "rule.no-25", "off") == "none");
        CHECK_FALSE(scenario.rules[0].enabled);
        CHECK(scenario.rules[0].verdict == Verdict::drop);
        CHECK(problem_of(scenario, "rule.no-25", "reject_rst") == "none");
        CHECK(scenario.rules[0].enabled);
        CHECK(scenario.rules[0].verdict == Verdict::reject_rst);
    }

    TEST_CASE("a rule that is not about TCP cannot answer with a RST")
    {
        Scenario scenario = lab();
        scenario.rules[0].transport.reset();
        CHECK(problem_of(scenario, "rule.no-25", "reject_rst") ==
              "rule.no-25: expected off, pass, drop or reject_icmp");
    }

    TEST_CASE("server settings fit together whatever is set first")
    {
        Scenario scenario = lab();
        SmtpListener& port = scenario.mail_servers[0].listeners[1];
        CHECK(problem_of(scenario, "server.mx.far.example.587.tls", "none") == "none");
        CHECK_FALSE(port.require_tls);
        CHECK(problem_of(scenario, "server.mx.far.example.587.require_tls", "true") ==
              "server.mx.far.example.587.require_tls: there is no TLS to require: tls is none on "
              "this port");
        CHECK(problem_of(scenario, "server.mx.far.example.587.auth", "none") == "none");
        CHECK(port.auth.empty());
        CHECK_FALSE(port.require_auth);
        CHECK(problem_of(scenario, "server.mx.far.example.587.require_auth", "true") ==
              "server.mx.far.example.587.require_auth: there is nothing to log in with: auth is "
              "none on this port");
        CHECK(problem_of(scenario, "server.mx.far.example.587.auth", "login+plain") == "none");
        CHECK(port.auth == std::vector{Mechanism::login, Mechanism::plain});
        CHECK(setting(scenario, "server.mx.far.example.587.auth").value == "login+plain");
    }

    TEST_CASE("a token can be chosen, and offered, where somebody signs them")
    {
        Scenario scenario = lab();
        const std::string auth = "server.mx.far.example.587.auth";
        CHECK(problem_of(scenario, "client.token", "expired") ==
              "client.token: there is no such setting here (did you mean \"client.line\"?)");
        CHECK(problem_of(scenario, auth, "plain+oauthbearer") ==
              auth + ": nobody signs tokens for this server");
        CHECK(scenario.mail_servers[0].listeners[1].auth == std::vector{Mechanism::plain});
        scenario.mail_servers[0].tokens = TokenIssuer{"login.far.example", "mail.send", 1h};
        CHECK(problem_of(scenario, auth, "plain+oauthbearer") == "none");
        CHECK(problem_of(scenario, "client.token", "expired") == "none");
        CHECK(scenario.programs[0].sending->token == TokenKind::expired);
        CHECK(setting(scenario, "client.token").is_live());
    }

    TEST_CASE("POP3 has one way to log in, so a fetch cannot be set to SCRAM or a token")
    {
        const Scenario scenario = lab();
        CHECK(setting(scenario, "client.auth").choices.size() == count_of<AuthChoice>());
        CHECK(setting(scenario, "fetch.auth").choices ==
              std::vector<std::string>{"none", "automatic", "plain", "login"});
    }

    TEST_CASE("one certificate serves mail and POP")
    {
        Scenario scenario = lab();
        CHECK(problem_of(scenario, "server.mx.far.example.certificate", "expired") == "none");
        CHECK(scenario.mail_servers[0].certificate == CertificateKind::expired);
        CHECK(scenario.pop_servers[0].certificate == CertificateKind::expired);
    }

    TEST_CASE("a wrong key or value is explained, and nothing is changed")
    {
        Scenario scenario = lab();
        CHECK(problem_of(scenario, "client.prot", "25") ==
              "client.prot: there is no such setting here (did you mean \"client.port\"?)");
        CHECK(problem_of(scenario, "rule.no25", "off") ==
              "rule.no25: there is no such setting here (did you mean \"rule.no-25\"?)");
        CHECK(problem_of(scenario, "colour", "red") == "colour: there is no such setting here");
        CHECK(problem_of(scenario, "client.protection", "startls") ==
              "client.protection: expected none, starttls_if_available, starttls or tls (did you "
              "mean \"starttls\"?)");
        for (const char* port : {"0", "65536", "25x", "", "-1", "025", " 25", "1-2"}) {
            CAPTURE(port);
            CHECK(problem_of(scenario, "client.port", port) ==
                  "client.port: expected a port from 1 to 65535");
        }
        for (const char* auth : {"", "plain+", "+plain", "plain+plain", "PLAIN", "pop3_user"}) {
            CAPTURE(auth);
            CHECK(problem_of(scenario, "server.mx.far.example.587.auth", auth) ==
                  "server.mx.far.example.587.auth: expected none, or mechanisms joined by \"+\": "
                  "plain, login, cram_md5, scram_sha_256, xoauth2 or oauthbearer");
        }
        CHECK(scenario.programs[0].sending->port == 587);
        CHECK(scenario.mail_servers[0].listeners[1].auth == std::vector{Mechanism::plain});
    }

    TEST_CASE("a line end cannot be smuggled into an account")
    {
        Scenario scenario = lab();
        CHECK(problem_of(scenario, "client.user", "ann\r\nRSET") ==
              "client.user: has a control character in it");
        CHECK(problem_of(scenario, "client.server", "mx.far.example\r\n") ==
              "client.server: expected a host name or an IPv4 address");
        CHECK(problem_of(scenario, "client.password", std::string(256, 'x')) ==
              "client.password: is longer than 255 octets");
        CHECK(problem_of(scenario, "client.password", "") == "none");
    }

    TEST_CASE("what a run begins with holds although its script sets the same")
    {
        Scenario scripted = lab();
        for (const char* value : {"450", "off"}) {
            Step set;
            set.action = StepAction::set;
            set.key = "fault.mx.far.example.reply.rcpt";
            set.value = value;
            scripted.steps.push_back(set);
        }
        const auto before = scripted.steps;
        const auto& key = scripted.steps.back().key;
        CHECK_FALSE(begin_with(scripted, key, "no such value"));
        CHECK(scripted.steps.back().value == before.back().value);
        REQUIRE(begin_with(scripted, key, "550"));
        CHECK(setting(scripted, key).value == "550");
        CHECK(std::ranges::count(scripted.steps, "550", &Step::value) == 2);
    }

    TEST_CASE("did you mean finds slips of the pen and keeps quiet about other words")
    {
        const std::vector<std::string> words{"drop", "pass", "reject_icmp", "reject_rst"};
        CHECK(did_you_mean("dorp", words) == "drop");  // swapped
        CHECK(did_you_mean("drp", words) == "drop");   // left out
        CHECK(did_you_mean("dropp", words) == "drop"); // one too many
        CHECK(did_you_mean("DROP", words) == "drop");  // case
        CHECK(did_you_mean("reject_rts", words) == "reject_rst");
        CHECK(did_you_mean("allow", words).empty());
        CHECK(did_you_mean("x", words).empty());
        CHECK(did_you_mean("", words).empty());
        CHECK(did_you_mean(std::string(1'000, 'd'), words).empty());
        CHECK(did_you_mean("drop", {}).empty());
    }
}
