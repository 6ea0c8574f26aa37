// What is tried against a stop beyond single settings: two changes at once, the mail and its
// addresses, programs that no setting reaches.
#include "tests/explain/told.h"

#include <algorithm>

using namespace sim;
using namespace sim::explain;
using test::Told;

namespace {

scenario::FirewallRule closed_on_pc(std::uint16_t port)
{
    scenario::FirewallRule rule = test::small_world().rules.front();
    rule.key = fmt::format("own-{}", port);
    rule.kind = scenario::RuleKind::firewall;
    rule.host = "hanako-pc";
    rule.from.clear();
    rule.ports = {{port, port}};
    return rule;
}

bool sets(const Cure& cure, const std::string& key)
{
    return std::ranges::any_of(cure.settings, [&](const auto& each) { return each.first == key; });
}

} // namespace

TEST_SUITE("explain.cure")
{
    TEST_CASE("two changes that are needed at once: a rule on the PC, and the port")
    {
        scenario::Scenario s = test::small_world();
        s.rules.push_back(closed_on_pc(587));
        s.rules.push_back(closed_on_pc(465));
        const Told told{s, {{"client.port", "25"}}};
        CHECK(told.card().rule == RuleId{0}); // OP25B
        CHECK(told.card().cure.settings.size() == 2);
        CHECK(sets(told.card().cure, "client.port"));
        told.check_cure();
    }

    TEST_CASE("two changes that are needed at once: a fault, and the port behind it")
    {
        const Told told{test::small_world(),
                        {{"client.port", "25"}, {"fault.ns.example.dns", "servfail"}}};
        CHECK(told.card().obstacle == Obstacle::fault);
        CHECK(sets(told.card().cure, "client.port"));
        CHECK(sets(told.card().cure, "fault.ns.example.dns"));
        told.check_cure();
    }

    TEST_CASE("two changes that are needed at once: the right password, and the port")
    {
        const Told told{test::small_world(), {{"client.port", "25"}, {"client.password", "wrong"}}};
        const Cure& cure = told.card().cure;
        CHECK(cure.kind == CureKind::check_password);
        CHECK(cure.proof == Proof::delivers);
        CHECK(cure.settings.empty()); // the password is not told, and nothing arrives without it
        CHECK(cure.lines == std::vector<std::string>{"client.port = 587"});
    }

    TEST_CASE("two changes that are needed at once: what the program speaks, and the port")
    {
        const Told told{test::small_world(),
                        {{"client.port", "25"},
                         {"client.tls_min", "1.3"},
                         {"server.mail.kumo.example.tls_max", "1.2"}}};
        CHECK(sets(told.card().cure, "client.tls_min"));
        told.check_cure();
    }

    TEST_CASE("an address that does not exist: the run with the one that was meant")
    {
        for (const char* wrong : {"tarou@umi.example", "taro@umii.example"}) {
            scenario::Scenario s = test::small_world();
            s.steps[0].message.to = {wrong};
            s.name_servers[0].zones.push_back({"", {}}); // so that there is no such domain
            INFO(std::string{wrong});
            const Told told{s};
            CHECK(told.card().cure.kind == CureKind::check_address);
            CHECK(told.card().cure.proof == Proof::delivers);
            CHECK(told.card().cure.recipient == "taro@umi.example");
            CHECK(told.text(told.card(), CardRow::cure).find("to taro@umi.example it arrives") !=
                  std::string::npos);
        }
        // Of two recipients the wrong one, and nobody else's.
        scenario::Scenario s = test::small_world();
        s.steps[0].message.to = {"hanaka@kumo.example", "taro@umi.example"};
        CHECK(Told{s}.card().cure.recipient == "hanako@kumo.example");
    }

    TEST_CASE("a sender whose domain takes no mail: the run with the address that was meant")
    {
        scenario::Scenario s = test::small_world();
        s.rules.clear();
        s.programs[0].address = "hanako@kumoo.example";
        s.programs[0].sending = scenario::AccountSettings{
            "mx.umi.example", 25, scenario::Protection::none, scenario::AuthChoice::none, "", ""};
        s.name_servers[0].zones.push_back({"kumoo.example", {{"kumoo.example", "MX", "0 ."}}});
        s.mail_servers[1].checks = {PolicyCheck::sender_domain};
        const Told told{s};
        CHECK(told.card().reason == SmtpReason::sender_domain_takes_no_mail);
        CHECK(told.card().cure.kind == CureKind::check_address);
        CHECK(told.card().cure.proof == Proof::delivers);
        CHECK(told.card().cure.sender == "hanako@kumo.example");
        CHECK(told.text(told.card(), CardRow::cure).find("hanako@kumo.example") !=
              std::string::npos);
    }

    TEST_CASE("an address that resembles none of this world's is not tried")
    {
        scenario::Scenario s = test::small_world();
        s.steps[0].message.to = {"somebody@elsewhere.example"};
        s.name_servers[0].zones.push_back({"", {}});
        const Told told{s};
        CHECK(told.card().cure.kind == CureKind::check_address);
        CHECK(told.card().cure.proof == Proof::not_tried);
        CHECK(told.text(told.card(), CardRow::cure).find("(Not tried out)") != std::string::npos);
    }

    TEST_CASE("a sender address that is misspelt: the run with the user's own")
    {
        scenario::Scenario typo = test::small_world();
        typo.programs[0].address = "hanaka@kumo.example";
        const Told told{typo};
        CHECK(told.card().reason == SmtpReason::sender_not_yours);
        CHECK(told.card().cure.kind == CureKind::check_address);
        CHECK(told.card().cure.proof == Proof::delivers);
        CHECK(told.card().cure.sender == "hanako@kumo.example");
        CHECK(told.text(told.card(), CardRow::cure).find("sent from hanako@kumo.example it") !=
              std::string::npos);
    }

    TEST_CASE("all that is to be set is in the words: the protection, and the way to log in")
    {
        scenario::Scenario s = test::small_world();
        for (scenario::SmtpListener& listener : s.mail_servers[0].listeners)
            if (listener.port == 587) listener.auth = {Mechanism::plain};
        const Told told{s, {{"client.protection", "none"}, {"client.auth", "cram_md5"}}};
        CHECK(told.card().cure.proof == Proof::delivers);
        const std::string words = told.text(told.card(), CardRow::cure);
        INFO(words);
        CHECK(words.find("STARTTLS") != std::string::npos);
        CHECK(words.find("Set the way to log in to: automatic") != std::string::npos);

        const Told other{s, {{"client.auth", "cram_md5"}}};
        CHECK(other.card().cure.kind == CureKind::other_login);
        CHECK(other.text(other.card(), CardRow::purpose).find("encryption") == std::string::npos);
        other.check_cure();
    }

    TEST_CASE("a full mailbox, a mail that is too large: the run with room, with a small mail")
    {
        scenario::Scenario full = test::small_world();
        full.mail_servers[1].mailboxes = {{"taro@umi.example", 1}};
        full.limit = std::chrono::hours{24 * 10};
        const Told room{full};
        CHECK(room.card().cure.kind == CureKind::make_room);
        CHECK(room.card().cure.proof == Proof::delivers);
        CHECK(room.text(room.card(), CardRow::cure).find("once there is room") !=
              std::string::npos);

        scenario::Scenario large = test::small_world();
        large.mail_servers[0].size_limit_bytes = 2000;
        large.steps[0].message.text = std::string(1999, 'x') + "\n" + std::string(900, 'x') + "\n";
        const Told small{large};
        CHECK(small.card().cure.kind == CureKind::smaller_message);
        CHECK(small.card().cure.proof == Proof::delivers);
    }

    TEST_CASE("a second PC, which no setting reaches: its cure is a run, and lines for its file")
    {
        scenario::Scenario s = test::small_world();
        s.hosts.push_back(test::small_host("jiro-pc", scenario::HostKind::pc, "192.0.2.11"));
        s.links.push_back({"jiro-pc", "jiro-pc", "router", 5ms, 100'000'000});
        scenario::MailProgram jiro = s.programs[0];
        jiro.key = "jiro";
        jiro.host = "jiro-pc";
        jiro.sending->port = 25;
        s.programs.push_back(jiro);
        s.steps[0].program = "jiro";
        const Told told{s};
        const Cure& cure = told.card().cure;
        CHECK(told.card().rule == RuleId{0}); // OP25B
        CHECK(cure.kind == CureKind::submit_starttls);
        CHECK(cure.proof == Proof::delivers);
        CHECK(cure.settings.empty()); // client.port is Hanako's
        CHECK(cure.lines == std::vector<std::string>{"[program.jiro.sending]", "port = 587"});
        CHECK(told.text(told.card(), CardRow::cure).find("Port 587 with STARTTLS") == 0);

        // The same of a fetch.
        scenario::Scenario f = test::small_world();
        scenario::MailProgram other = f.programs[1];
        other.key = "other";
        other.fetching->port = 110;
        f.programs.push_back(other);
        scenario::Step fetch = f.steps[1];
        fetch.program = "other";
        fetch.when = scenario::StepWhen::after_previous;
        f.steps.push_back(fetch);
        const Told fetched{f};
        CHECK(fetched.card().cure.proof == Proof::delivers);
        CHECK(fetched.card().cure.settings.empty());
        REQUIRE(fetched.card().cure.lines.size() == 2);
        CHECK(fetched.card().cure.lines.front() == "[program.other.fetching]");
    }
}
