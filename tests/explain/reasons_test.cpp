// Every reason for which a server of ours says no is met, and its card tells it: by lines typed at
// the server, as a real program on a bridge would, and answered over the wire. A reason that is new
// and is not met here fails.
#include "sim/explain/card_messages.h"
#include "sim/explain/cure.h"
#include "sim/explain/why.h"
#include "tests/auth/signed_mail.h"
#include "tests/support/visited.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace sim;
using namespace sim::explain;
using test::Visited;

namespace {

using TypedLines = std::vector<std::string>;

// How somebody comes to be refused.
struct Typing {
    TypedLines lines; // each is sent by itself, a second after the one before
    std::uint16_t port = 25;
    Visited::Settings settings{};
    Visited::Edit edit{};
    int calls = 1; // the lines are said in each of so many connections, one after the other
    Duration pause = 1s;
    std::string server = "mail.kumo.example";
};

const std::string right = "AUTH PLAIN AGhhbmFrb0BrdW1vLmV4YW1wbGUAc2FrdXJhMjAyNg==\r\n";
const std::string ehlo = "EHLO pc.example\r\n";
const std::string from = "MAIL FROM:<taro@umi.example>\r\n";
const std::string to = "RCPT TO:<hanako@kumo.example>\r\n";

std::string times(int count, const std::string& text)
{
    std::string all;
    for (int i = 0; i < count; ++i)
        all += text;
    return all;
}

Typing after_hello(TypedLines lines)
{
    lines.insert(lines.begin(), ehlo);
    return {std::move(lines)};
}

Typing after_data(const std::string& text)
{
    return after_hello({from, to, "DATA\r\n", text + "\r\n.\r\n"});
}

// Where a login may go over the line as it is.
Typing at_submission(TypedLines lines)
{
    Typing typing = after_hello(std::move(lines));
    typing.port = 587;
    typing.settings = {{"server.mail.kumo.example.587.tls", "none"}};
    return typing;
}

// The server looks at this before it takes the mail of Hanako's PC, which has a dynamic address.
Typing checked(const std::string& check, Visited::Edit edit = {})
{
    Typing typing = after_hello({from, to});
    typing.settings = {{"check.mail.kumo.example." + check, "reject"}};
    typing.edit = std::move(edit);
    return typing;
}

scenario::MailServer& kumo(scenario::Scenario& world)
{
    return *std::ranges::find(
        world.mail_servers, std::string{"mail.kumo.example"}, &scenario::MailServer::host);
}

template <typename Change>
void edit_zones(scenario::Scenario& world, const Change& change)
{
    for (scenario::NameServer& server : world.name_servers)
        std::ranges::for_each(server.zones, change);
}

Visited::Edit with_record(const std::string& text)
{
    return [text](scenario::Scenario& world) {
        edit_zones(world, [&](scenario::DnsZone& zone) {
            if (zone.origin == "umi.example") zone.records.push_back({"umi.example", "TXT", text});
        });
    };
}

void umi_takes_no_mail(scenario::Scenario& world)
{
    edit_zones(world, [](scenario::DnsZone& zone) {
        std::erase_if(zone.records, [](const auto& each) {
            return each.name == "umi.example" && each.type == "MX";
        });
        if (zone.origin == "umi.example") zone.records.push_back({"umi.example", "MX", "0 ."});
    });
}

Visited::Edit with_list(auth::ListMeaning meaning)
{
    return [meaning](scenario::Scenario& world) {
        world.block_lists = {{"list.example",
                              "ns.example",
                              {{{"sakura-dynamic"}, meaning, std::nullopt, "A home line"}}}};
        kumo(world).block_lists = {"list.example"};
    };
}

Typing called(Typing typing, int calls)
{
    typing.calls = calls;
    return typing;
}

Typing with_setting(Typing typing, const std::string& key, const std::string& value)
{
    typing.settings.emplace_back(key, value);
    return typing;
}

// No server of ours says these; others do, and a fault of ours in their place. The card tells what
// they stand for.
std::optional<Typing> met_elsewhere(SmtpReason reason)
{
    switch (reason) {
    case SmtpReason::temporary_trouble:
        return with_setting(after_hello({from}), "fault.mail.kumo.example.reply.mail", "451");
    case SmtpReason::refused_by_policy:
        return with_setting(after_hello({from}), "fault.mail.kumo.example.reply.mail", "550");
    case SmtpReason::tls_unavailable:
        return with_setting(
            after_hello({"STARTTLS\r\n"}), "fault.mail.kumo.example.reply.starttls", "454");
    default:
        return std::nullopt;
    }
}

// What only the sessions' own tests meet: TLS inside of TLS, which nobody types, and a host that
// takes no more callers, of which there is none in a world.
bool is_met_by_sessions_only(SmtpReason reason)
{
    return reason == SmtpReason::tls_already_active || reason == SmtpReason::overloaded;
}

// Of whatever is typed and read before anybody is asked anything.
std::optional<Typing> met_in_syntax(SmtpReason reason)
{
    switch (reason) {
    case SmtpReason::out_of_sequence:
        return after_hello({to});
    case SmtpReason::unknown_command:
        return after_hello({"XYZZY\r\n"});
    case SmtpReason::not_offered:
        return with_setting(
            after_hello({"STARTTLS\r\n"}), "server.mail.kumo.example.25.tls", "none");
    case SmtpReason::bad_argument:
        return after_hello({"MAIL TO:<taro@umi.example>\r\n"});
    case SmtpReason::bad_hello_domain:
        return Typing{{"EHLO my pc\r\n"}};
    case SmtpReason::bad_reverse_path:
        return after_hello({"MAIL FROM:<taro@@umi.example>\r\n"});
    case SmtpReason::bad_forward_path:
        return after_hello({from, "RCPT TO:<hanako@@kumo.example>\r\n"});
    case SmtpReason::space_before_path:
        return after_hello({"MAIL FROM: <taro@umi.example>\r\n"});
    case SmtpReason::path_without_brackets:
        return after_hello({"MAIL FROM:taro@umi.example\r\n"});
    case SmtpReason::local_part_needs_quotes:
        return after_hello({"MAIL FROM:<taro..taro@umi.example>\r\n"});
    case SmtpReason::unknown_parameter:
        return after_hello({"MAIL FROM:<taro@umi.example> COLOUR=blue\r\n"});
    case SmtpReason::extension_after_helo:
        return Typing{{"HELO pc.example\r\n", "MAIL FROM:<taro@umi.example> SIZE=10\r\n"}};
    case SmtpReason::spoke_http:
        return Typing{{"GET / HTTP/1.1\r\n"}};
    case SmtpReason::spoke_tls:
        return Typing{{std::string{"\x16\x03\x01\x02\x00\x01", 6}}};
    case SmtpReason::line_too_long:
        return after_hello({"NOOP " + times(600, "x") + "\r\n"});
    case SmtpReason::text_line_too_long:
        return after_data(times(9'000, "x"));
    case SmtpReason::bare_line_end:
        return after_data("one\ntwo");
    case SmtpReason::nul_in_text:
        return after_data(std::string{"a\0b", 3});
    case SmtpReason::bad_octet_in_command:
        return Typing{{"EHLO p\x01c\r\n"}};
    case SmtpReason::line_without_cr:
        return Typing{{"EHLO pc.example\n"}};
    case SmtpReason::address_needs_smtputf8:
        return after_hello({"MAIL FROM:<\xe5\xa4\xaa@umi.example>\r\n"});
    case SmtpReason::expn_not_offered:
        return after_hello({"EXPN staff\r\n"});
    case SmtpReason::talked_out_of_turn:
        return with_setting(Typing{{"NOOP\r\n"}}, "server.mail.kumo.example.greeting_delay", "5s");
    default:
        return std::nullopt;
    }
}

// Of too much of something.
std::optional<Typing> met_by_excess(SmtpReason reason)
{
    switch (reason) {
    case SmtpReason::too_many_bad_commands:
        return after_hello({times(21, "XYZZY\r\n")});
    case SmtpReason::message_too_big:
        return after_hello({"MAIL FROM:<taro@umi.example> SIZE=99999999\r\n"});
    case SmtpReason::too_much_ahead: // while the server waits for an answer of DNS
        return with_setting(with_setting(after_hello({from + times(50'000, "NOOP x\r\n")}),
                                         "check.mail.kumo.example.spf",
                                         "reject"),
                            "fault.ns.example.dns",
                            "silent");
    case SmtpReason::too_much_sent:
        return after_hello({times(80'000, "x"), "\r\n"});
    case SmtpReason::too_many_commands:
        return after_hello({times(101, "NOOP\r\n")});
    case SmtpReason::too_many_recipients:
        return after_hello({from, times(101, to)});
    case SmtpReason::too_many_unknown_recipients:
        return after_hello({from, times(21, "RCPT TO:<nobody@kumo.example>\r\n")});
    case SmtpReason::mail_loop:
        return after_data(times(101, "Received: from a by b; Thu, 1 Jan 2026 00:00:00 +0000\r\n") +
                          "\r\ntext");
    case SmtpReason::idle_too_long: {
        Typing typing = after_hello({"NOOP\r\n"});
        typing.pause = std::chrono::minutes{6};
        return typing;
    }
    default:
        return std::nullopt;
    }
}

std::optional<Typing> met_at_login(SmtpReason reason)
{
    const std::string wrong = "AUTH PLAIN AGhhbmFrb0BrdW1vLmV4YW1wbGUAd3Jvbmc=\r\n";
    switch (reason) {
    case SmtpReason::tls_required: {
        Typing typing = after_hello({from});
        typing.port = 587;
        return typing;
    }
    case SmtpReason::auth_needs_tls: {
        Typing typing = after_hello({"AUTH PLAIN\r\n"});
        typing.port = 587;
        return typing;
    }
    case SmtpReason::auth_required:
        return at_submission({from});
    case SmtpReason::auth_failed:
        return at_submission({wrong});
    case SmtpReason::auth_unknown_mechanism:
        return at_submission({"AUTH GSSAPI\r\n"});
    case SmtpReason::auth_cancelled:
        return at_submission({"AUTH PLAIN\r\n", "*\r\n"});
    case SmtpReason::auth_bad_base64:
        return at_submission({"AUTH PLAIN\r\n", "!!!\r\n"});
    case SmtpReason::auth_malformed: { // the server is to speak first
        Typing typing = at_submission({"AUTH CRAM-MD5 YQ==\r\n"});
        typing.edit = [](scenario::Scenario& world) {
            for (scenario::SmtpListener& listener : kumo(world).listeners)
                listener.auth.push_back(Mechanism::cram_md5);
        };
        return typing;
    }
    case SmtpReason::auth_too_long:
        return at_submission({"AUTH PLAIN " + times(13'000, "A") + "\r\n"});
    case SmtpReason::auth_too_many_failures: {
        Typing typing = at_submission({wrong, wrong, wrong});
        typing.pause = 10s;
        return typing;
    }
    case SmtpReason::login_paused: {
        Typing typing = called(at_submission({wrong, wrong, wrong}), 3);
        typing.pause = 10s;
        return typing;
    }
    case SmtpReason::auth_already_done:
        return at_submission({right, right});
    case SmtpReason::sender_not_yours:
        return at_submission({right, from});
    default:
        return std::nullopt;
    }
}

// Where the server looks at who sends, and to whom.
std::optional<Typing> met_by_policy(SmtpReason reason)
{
    switch (reason) {
    case SmtpReason::no_recipients:
        return after_hello({from, "DATA\r\n"});
    case SmtpReason::recipient_unknown:
        return after_hello({from, "RCPT TO:<nobody@kumo.example>\r\n"});
    case SmtpReason::relay_denied:
        return after_hello({from, "RCPT TO:<taro@umi.example>\r\n"});
    case SmtpReason::mailbox_full: {
        Typing typing = after_data("text");
        typing.edit = [](scenario::Scenario& world) {
            kumo(world).mailboxes.front().quota_bytes = 1;
        };
        return typing;
    }
    case SmtpReason::client_without_name:
        return checked("reverse_name", [](scenario::Scenario& world) {
            edit_zones(world, [](scenario::DnsZone& zone) {
                std::erase_if(zone.records, [](const auto& each) { return each.type == "PTR"; });
            });
        });
    case SmtpReason::client_name_in_doubt:
        return with_setting(checked("reverse_name"), "fault.ns.example.dns", "servfail");
    case SmtpReason::spf_in_doubt:
        return with_setting(checked("spf"), "fault.ns.example.dns", "servfail");
    case SmtpReason::sender_domain_takes_no_mail:
        return checked("sender_domain", umi_takes_no_mail);
    case SmtpReason::recipient_domain_takes_no_mail: {
        Typing typing = at_submission(
            {right, "MAIL FROM:<hanako@kumo.example>\r\n", "RCPT TO:<taro@umi.example>\r\n"});
        typing.settings.emplace_back("check.mail.kumo.example.recipient_domain", "reject");
        typing.edit = umi_takes_no_mail;
        return typing;
    }
    case SmtpReason::dynamic_address:
        return checked("ip25b", [](scenario::Scenario& world) {
            kumo(world).dynamic_networks = {"sakura-dynamic"};
        });
    case SmtpReason::listed:
        return checked("block_list", with_list(auth::ListMeaning::spam));
    case SmtpReason::listed_by_policy:
        return checked("block_list", with_list(auth::ListMeaning::policy));
    case SmtpReason::hello_refused: {
        Typing typing = checked("hello");
        typing.lines.front() = "EHLO mail.kumo.example\r\n";
        return typing;
    }
    case SmtpReason::spf_failed:
        return checked("spf", with_record("v=spf1 -all"));
    case SmtpReason::spf_broken:
        return checked("spf", with_record("v=spf1 nonsense:"));
    case SmtpReason::greylisted:
        return checked("greylisting");
    case SmtpReason::too_many_connections:
        return called(checked("rate", [](auto& world) { kumo(world).rate.connections = 1; }), 2);
    case SmtpReason::too_fast:
        return called(checked("rate", [](auto& world) { kumo(world).rate.messages = 1; }), 2);
    case SmtpReason::too_fast_for_long:
        return called(checked("rate", [](auto& world) { kumo(world).rate.messages = 1; }), 3);
    default:
        return std::nullopt;
    }
}

// A mail of Taro's that the server looks at as a whole; both domains have a key, Taro's a policy.
Typing looked_at(const std::string& check, const std::string& text, bool dns_fails = false)
{
    Typing typing = after_data(text);
    typing.settings = {{"check.mail.kumo.example." + check, "reject"}};
    if (dns_fails) typing.settings.emplace_back("fault.ns.example.dns", "servfail");
    typing.edit = [](scenario::Scenario& world) {
        edit_zones(world, [](scenario::DnsZone& zone) {
            zone.records.push_back(
                {test::signing_name(zone.origin), "TXT", test::signing_record()});
            if (zone.origin == "umi.example")
                zone.records.push_back({"_dmarc.umi.example", "TXT", "v=DMARC1; p=reject"});
        });
    };
    return typing;
}

// Where it looks at who has signed, and at who says to have written.
std::optional<Typing> met_by_whole_mail(SmtpReason reason)
{
    const std::string author = "From: taro@umi.example\r\n";
    const std::string letter = author + "Subject: Hello\r\n\r\nHello";
    const std::string broken = test::signed_by("umi.example", letter) + " and more";
    switch (reason) {
    case SmtpReason::dkim_failed:
        return looked_at("dkim", broken);
    case SmtpReason::dkim_unacceptable: {
        std::string old = broken;
        return looked_at("dkim", old.replace(old.find("ed25519-sha256"), 14, "rsa-sha1"));
    }
    case SmtpReason::dkim_not_authors:
        return looked_at("dkim", test::signed_by("kumo.example", broken));
    case SmtpReason::dkim_in_doubt:
        return looked_at("dkim", broken, true);
    case SmtpReason::dmarc_failed:
        return looked_at("dmarc", letter);
    case SmtpReason::dmarc_unaligned:
        return looked_at("dmarc", test::signed_by("kumo.example", letter));
    case SmtpReason::dmarc_in_doubt:
        return looked_at("dmarc", letter, true);
    case SmtpReason::author_unclear:
        return looked_at("dmarc", author + letter);
    default:
        return std::nullopt;
    }
}

std::optional<Typing> how(SmtpReason reason)
{
    for (const auto& part : {met_in_syntax,
                             met_by_excess,
                             met_at_login,
                             met_by_policy,
                             met_by_whole_mail,
                             met_elsewhere})
        if (auto typing = part(reason)) return typing;
    return std::nullopt;
}

// The same of POP3, where a login may go over the line as it is.
std::optional<Typing> how(Pop3Reason reason)
{
    const auto typed = [](TypedLines lines) {
        Typing typing{std::move(lines), 110};
        typing.edit = [](scenario::Scenario& world) {
            for (scenario::PopServer& server : world.pop_servers) {
                for (scenario::PopListener& listener : server.listeners)
                    if (listener.port == 110) listener = {110, scenario::TlsMode::none, false};
            }
        };
        return typing;
    };
    const std::string user = "USER hanako@kumo.example\r\n";
    const std::string wrong = user + "PASS wrong\r\n";
    const std::string in = user + "PASS sakura2026\r\n";
    switch (reason) {
    case Pop3Reason::out_of_sequence:
        return typed({"LIST\r\n"});
    case Pop3Reason::unknown_command:
        return typed({"XYZZY\r\n"});
    case Pop3Reason::not_offered:
        return typed({"STLS\r\n"});
    case Pop3Reason::bad_argument:
        return typed({in, "RETR x\r\n"});
    case Pop3Reason::malformed_line:
        return typed({std::string{"US\0ER x\r\n", 9}});
    case Pop3Reason::line_without_cr:
        return typed({"CAPA\n"});
    case Pop3Reason::line_too_long:
        return typed({"USER " + times(600, "x") + "\r\n"});
    case Pop3Reason::no_such_message:
        return typed({in, "RETR 7\r\n"});
    case Pop3Reason::tls_required:
        return Typing{{user}, 110};
    case Pop3Reason::spoke_tls:
        return typed({std::string{"\x16\x03\x01\x02\x00\x01", 6}});
    case Pop3Reason::login_failed:
        return typed({wrong});
    case Pop3Reason::mailbox_locked:
        return called(typed({in}), 2);
    case Pop3Reason::too_many_failures:
        return typed({wrong, wrong, wrong, wrong, wrong});
    case Pop3Reason::login_paused:
        return called(typed({wrong, wrong, wrong, wrong, wrong}), 3);
    case Pop3Reason::too_much_sent:
        return typed({times(90'000, "x"), "\r\n"});
    case Pop3Reason::too_many_commands:
        return typed({times(1'005, "CAPA\r\n")});
    default:
        return std::nullopt;
    }
}

// As above: TLS inside of TLS; and what is deleted, or pipelined behind STLS, has its tests there.
bool is_met_by_sessions_only(Pop3Reason reason)
{
    return reason == Pop3Reason::tls_already_active || reason == Pop3Reason::already_deleted ||
           reason == Pop3Reason::plaintext_after_stls;
}

std::vector<WhyCard> cards_after(const Typing& typing, Visited& visited)
{
    for (int call = 0; call < typing.calls; ++call) {
        const ConnectionId connection = visited.connect(visited.host(typing.server), typing.port);
        visited.wait(1s);
        for (const std::string& line : typing.lines) {
            visited.say(connection, line);
            visited.wait(typing.pause);
        }
    }
    visited.wait(1s);
    const Trace& trace = visited.world->trace();
    return why_cards(trace, trace.size(), *visited.plan.scenario);
}

// In both languages: what the card gives as the reason, and that it says who and what it is for.
void check_words(const WhyCard& card, const std::string& key, const Visited& visited)
{
    for (const char* code : {"ja", "en"}) {
        const auto words = test::language(code);
        const Context context{*visited.plan.scenario, visited.world->trace(), words};
        const CardText text = describe(card, context);
        const auto told = std::ranges::find(text.rows, CardRow::rule, &CardText::Row::row);
        REQUIRE(told != text.rows.end());
        CHECK(told->lines.front() == words.text(key));
        for (const CardRow row : {CardRow::who, CardRow::purpose})
            CHECK(std::ranges::count(text.rows, row, &CardText::Row::row) == 1);
    }
}

template <typename Reason, typename Is>
void check_met(Reason reason, const std::string& key, const Is& is)
{
    INFO(name_of(reason));
    const auto typing = how(reason);
    if (!typing) {
        FAIL_CHECK("nobody meets it");
        return;
    }
    Visited::Settings settings{{"rule.op25b", "off"}};
    settings.insert(settings.end(), typing->settings.begin(), typing->settings.end());
    Visited visited{"submission-587", settings, typing->edit};
    const auto cards = cards_after(*typing, visited);
    INFO(visited.text());
    const auto card = std::ranges::find_if(cards, is);
    CHECK(card != cards.end());
    if (card == cards.end()) return;
    CHECK(card->who == visited.host(typing->server));
    check_words(*card, key, visited);
}

} // namespace

TEST_SUITE("explain.reasons")
{
    TEST_CASE("every reason to refuse is met, and its card says it in both languages")
    {
        for (const SmtpReason reason : values_of<SmtpReason>()) {
            if (!is_refusal(reason) || is_met_by_sessions_only(reason)) continue;
            check_met(reason,
                      fmt::format("why.reason.{}.rule", name_of(reason)),
                      [&](const WhyCard& card) {
                          return card.reason == reason || card.reason == SmtpReason::fault_injected;
                      });
        }
    }

    // Cards of other kinds come of so many things that each has a test of its own: that none is
    // without.
    TEST_CASE("every obstacle is checked by a test")
    {
        std::string tests;
        const std::filesystem::path top{HIKYAKU_SOURCE_DIR "/tests"};
        for (const auto& file : std::filesystem::recursive_directory_iterator{top}) {
            const auto& path = file.path();
            // Lists of all of them are no tests.
            if (path.extension() != ".cpp" || path.filename() == "situations_test.cpp") continue;
            std::ifstream text{path};
            tests.append(std::istreambuf_iterator<char>{text}, {});
        }
        for (const Obstacle obstacle : values_of<Obstacle>()) {
            const std::string name = fmt::format("Obstacle::{}", name_of(obstacle));
            INFO(name);
            bool found = false;
            for (std::size_t at = tests.find(name); at != std::string::npos && !found;
                 at = tests.find(name, at + 1)) {
                const std::size_t behind = at + name.size();
                found = behind < tests.size() && (tests[behind] == ')' || tests[behind] == '}' ||
                                                  tests[behind] == ',' || tests[behind] == ';');
            }
            CHECK(found);
        }
    }

    TEST_CASE("every reason of POP3 is met, too")
    {
        for (const Pop3Reason reason : values_of<Pop3Reason>()) {
            if (!is_refusal(reason) || is_met_by_sessions_only(reason)) continue;
            check_met(reason,
                      fmt::format("why.pop3.{}.rule", name_of(reason)),
                      [&](const WhyCard& card) { return card.pop3_reason == reason; });
        }
    }
}
