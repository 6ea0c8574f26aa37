// The attacks that real mail servers have fallen to, made from outside on a whole World: what the
// wire answers, what the trace calls it, and that no mail comes of it.
#include "sim/core/base64.h"
#include "sim/core/rng.h"
#include "sim/tls/engine.h"
#include "tests/support/visited.h"

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace sim;
namespace visit = sim::mail::visit;
using test::Visited;

namespace {

constexpr const char* attacked_mx = "mx1.umi.example";
constexpr const char* attacked_provider = "mail.kumo.example"; // 25 with logins, 587, 465, 110, 995
constexpr const char* attacked_relay = "relay.sakura.example"; // repairs line ends
constexpr std::string_view forged_envelope =
    "MAIL FROM:<evil@stranger.example>\r\nRCPT TO:<taro@umi.example>\r\nDATA\r\n";

// One thing said, and what has to come of it.
struct AttackRow {
    const char* name;
    std::string said;
    std::string answer; // how it begins
    SmtpReason reason;
};

bool is_one_line(std::string_view reply)
{
    return reply.ends_with("\r\n") && reply.find("\r\n") == reply.size() - 2;
}

std::size_t times_in(std::string_view text, std::string_view what)
{
    std::size_t times = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos;
         at = text.find(what, at + 1))
        ++times;
    return times;
}

// Lines of 70 octets.
std::string text_of_lines(std::size_t lines)
{
    std::string text;
    text.reserve(70 * lines);
    for (std::size_t i = 0; i < lines; ++i)
        text += std::string(68, 'x') + "\r\n";
    return text;
}

// So many labels of 49 octets, and a last one.
std::string domain_of_labels(std::size_t labels)
{
    std::string domain;
    for (std::size_t i = 0; i < labels; ++i)
        domain += std::string(49, 'd') + ".";
    return domain + "example";
}

// Someone at Hanako's PC, whose fixed address reaches every port of every server, and what the
// servers' side of the trace says of each connection.
struct Intruder {
    // ---- on the wire --------------------------------------------------------------------------

    ConnectionId connect(const char* host, std::uint16_t port)
    {
        visited.heard.clear();
        const ConnectionId connection = visited.connect(visited.host(host), port);
        visited.wait(1s);
        return connection;
    }
    // What comes back on this connection: the ones before it may be told that they waited too long.
    std::string say(ConnectionId connection, std::string_view text, Duration span = 10s)
    {
        visited.heard.clear();
        visited.say(connection, text);
        visited.wait(span);
        std::erase_if(visited.heard, [&](const visit::Output& output) {
            const auto is_anothers = [&](const auto& what) {
                if constexpr (requires { what.connection; }) return what.connection != connection;
                return true; // a datagram
            };
            return std::visit(is_anothers, output);
        });
        return visited.text();
    }
    ConnectionId hello(const char* host = attacked_mx, std::uint16_t port = 25)
    {
        const ConnectionId connection = connect(host, port);
        REQUIRE(say(connection, "EHLO pc.example\r\n").starts_with("250-"));
        return connection;
    }
    ConnectionId envelope()
    {
        const ConnectionId connection = hello();
        REQUIRE(say(connection, "MAIL FROM:<a@stranger.example>\r\nRCPT TO:<taro@umi.example>\r\n")
                    .starts_with("250 2.1.0 Ok\r\n250 2.1.5 "));
        return connection;
    }
    ConnectionId data()
    {
        const ConnectionId connection = envelope();
        REQUIRE(say(connection, "DATA\r\n").starts_with("354"));
        return connection;
    }
    void finish(ConnectionId connection)
    {
        visited.world->visit(visited.pc,
                             [&](mail::Visitor& visitor) { visitor.finish(connection); });
    }
    void abort(ConnectionId connection)
    {
        visited.world->visit(visited.pc,
                             [&](mail::Visitor& visitor) { visitor.abort(connection); });
    }
    // By the server, since the last thing said.
    [[nodiscard]] bool is_closed() const { return visited.has<visit::PeerFinished>(); }

    // Somebody else's mail goes through.
    void check_others_are_served()
    {
        const std::uint64_t before = delivered();
        const ConnectionId other = data();
        CHECK(say(other, "Subject: x\r\n\r\nx\r\n.\r\n", 60s).starts_with("250 2.0.0 "));
        CHECK(delivered() == before + 1);
        CHECK(say(other, "QUIT\r\n").starts_with("221 "));
        finish(other);
    }

    // Plaintext that comes back under TLS; the handshake, when nothing is said.
    std::string say_under_tls(ConnectionId connection, tls::Engine& engine, std::string_view line)
    {
        std::string heard;
        const auto drain = [&] {
            while (auto output = engine.poll_output()) {
                if (const auto* sent = std::get_if<tls::SendBytes>(&*output))
                    visited.say(connection, sent->bytes);
                if (const auto* plaintext = std::get_if<tls::Plaintext>(&*output))
                    heard += plaintext->bytes;
            }
        };
        if (!line.empty()) engine.send(line, visited.world->now());
        for (int i = 0; i < 5; ++i) {
            drain();
            visited.heard.clear();
            visited.wait(1s);
            engine.handle_bytes(visited.text(), visited.world->now());
        }
        drain();
        return heard;
    }
    [[nodiscard]] tls::Engine tls_client(const char* host) const
    {
        return tls::Engine::client({.server_name = host, .trust = {}, .require_valid = false},
                                   rng_stream(1, "intruder"),
                                   visited.world->now());
    }

    // ---- in the trace -------------------------------------------------------------------------

    // Those that ran out on this connection.
    [[nodiscard]] std::vector<SessionTimer> timers(ConnectionId connection) const
    {
        std::vector<SessionTimer> found;
        for (const EventId id : visited.world->trace().index().of(connection)) {
            const auto* ran_out = std::get_if<TimerRanOut>(&visited.world->trace().at(id).what);
            if (ran_out != nullptr) found.push_back(ran_out->timer);
        }
        return found;
    }

    template <typename What, typename Test>
    [[nodiscard]] std::size_t count(const Test& test) const
    {
        const Trace& trace = visited.world->trace();
        std::size_t found = 0;
        for (std::size_t i = 0; i < trace.size(); ++i) {
            const auto* what = std::get_if<What>(&trace[i].what);
            if (what != nullptr && test(trace[i], *what)) ++found;
        }
        return found;
    }
    [[nodiscard]] std::size_t told(ConnectionId connection, SmtpReason reason) const
    {
        return count<SmtpReply>([&](const Event& event, const SmtpReply& reply) {
            return event.connection == connection && reply.side == Side::sent &&
                   reply.reason == reason;
        });
    }
    [[nodiscard]] std::size_t told(ConnectionId connection, Pop3Reason reason) const
    {
        return count<Pop3Reply>([&](const Event& event, const Pop3Reply& reply) {
            return event.connection == connection && reply.side == Side::sent &&
                   reply.reason == reason;
        });
    }
    [[nodiscard]] std::size_t taken(ConnectionId connection, SmtpVerb verb) const
    {
        return count<SmtpCommand>([&](const Event& event, const SmtpCommand& command) {
            return event.connection == connection && command.verb == verb;
        });
    }
    [[nodiscard]] std::size_t seen(ConnectionId connection, SmtpProblem problem) const
    {
        return count<SmtpProblemSeen>([&](const Event& event, const SmtpProblemSeen& what) {
            return event.connection == connection && what.problem == problem;
        });
    }
    [[nodiscard]] std::size_t seen(ConnectionId connection, TlsFailure why) const
    {
        return count<TlsFailed>([&](const Event& event, const TlsFailed& what) {
            return event.connection == connection && what.why == why;
        });
    }
    [[nodiscard]] std::size_t logins(bool succeeded) const
    {
        return count<AuthTried>([&](const Event& /*event*/, const AuthTried& tried) {
            return tried.succeeded == succeeded;
        });
    }
    // How often this server took responsibility with 250.
    [[nodiscard]] std::size_t queued(const char* host) const
    {
        const HostId server = visited.host(host);
        return count<MailQueued>(
            [&](const Event& event, const MailQueued& /*mail*/) { return event.host == server; });
    }
    [[nodiscard]] std::uint64_t delivered() const
    {
        return visited.world->trace().count(Kind::mail_delivered);
    }
    // No mail of anybody's anywhere.
    [[nodiscard]] bool nothing_came_of_it() const
    {
        return visited.world->trace().count(Kind::mail_queued) == 0 && delivered() == 0;
    }

    Visited visited{"fixed-ip"};
};

// The same with servers that take no more than so many octets.
void limit_messages(Intruder& intruder, std::uint64_t octets)
{
    Visited& visited = intruder.visited;
    auto changed = std::make_shared<scenario::Scenario>(*visited.plan.scenario);
    for (scenario::MailServer& server : changed->mail_servers)
        server.size_limit_bytes = octets;
    visited.plan.scenario = changed;
    WorldOptions options;
    options.visited = {visited.pc};
    visited.world = std::make_shared<World>(visited.plan.scenario, std::move(options));
}

// What somebody hopes that a server takes for the end of the text (CERT VU#302671). Each but the
// first two has the final dot in it.
struct SmuggledEnd {
    const char* name;
    std::string_view octets;
    SmtpReason reason;
};

std::vector<SmuggledEnd> smuggled_ends()
{
    using namespace std::string_view_literals;
    using enum SmtpReason;
    return {{"\\n", "\n"sv, bare_line_end},
            {"\\r", "\r"sv, bare_line_end},
            {"\\n.\\n", "\n.\n"sv, bare_line_end},
            {"\\n.\\r\\n", "\n.\r\n"sv, bare_line_end},
            {"\\n.\\r", "\n.\r"sv, bare_line_end},
            {"\\r.\\r", "\r.\r"sv, bare_line_end},
            {"\\r.\\n", "\r.\n"sv, bare_line_end},
            {"\\r.\\r\\n", "\r.\r\n"sv, bare_line_end},
            {"\\r\\n.\\n", "\r\n.\n"sv, bare_line_end},
            {"\\r\\n.\\r", "\r\n.\r"sv, bare_line_end},
            {"\\r\\n.\\0\\r\\n", "\r\n.\0\r\n"sv, nul_in_text},
            {"\\r\\n\\0.\\r\\n", "\r\n\0.\r\n"sv, nul_in_text},
            {"\\r\\n.\\r\\0\\n", "\r\n.\r\0\n"sv, bare_line_end},
            {"\\r\\0\\n.\\r\\n", "\r\0\n.\r\n"sv, bare_line_end}};
}

// A mail with another one in its text, and one real end.
std::string smuggling_text(const SmuggledEnd& end)
{
    return "Subject: one\r\n\r\nfirst" + std::string{end.octets} + std::string{forged_envelope} +
           "Subject: two\r\n\r\nsecond\r\n.\r\n";
}

// Ways to ask a server for `domain` to send mail on to someone else.
std::vector<std::string> relay_probes(const std::string& domain)
{
    return {"<victim@elsewhere.example>",
            "<victim@[198.51.100.200]>",
            "<victim%elsewhere.example@" + domain + ">",
            "<elsewhere.example!victim@" + domain + ">",
            "<\"victim@elsewhere.example\"@" + domain + ">",
            "<@" + domain + ":victim@elsewhere.example>",
            "<@elsewhere.example,@" + domain + ":victim@elsewhere.example>"};
}

std::string plain_login(std::string_view user, std::string_view password)
{
    std::string octets(1, '\0');
    octets += user;
    octets += '\0';
    octets += password;
    return encode_base64(octets);
}

} // namespace

TEST_SUITE("world.attacks")
{
    TEST_CASE("STARTTLS command injection: what came in the clear is never read under TLS")
    {
        struct Door {
            const char* host;
            std::uint16_t port;
        };
        // CVE-2011-0411; RFC 3207 §4.2: everything learned before TLS is forgotten.
        const std::array doors{
            Door{attacked_provider, 587}, Door{attacked_mx, 25}, Door{attacked_relay, 25}};
        const std::string injected = "EHLO evil.example\r\n" + std::string{forged_envelope};
        Intruder intruder;
        for (const Door& door : doors) {
            CAPTURE(door.host);
            const ConnectionId connection = intruder.hello(door.host, door.port);
            const std::string reply = intruder.say(connection, "STARTTLS\r\n" + injected);
            CHECK(reply.starts_with("220 2.0.0 "));
            CHECK(is_one_line(reply));
            CHECK(intruder.told(connection, SmtpReason::go_ahead_tls) == 1);
            CHECK(intruder.seen(connection, SmtpProblem::plaintext_after_starttls) == 1);
            const Trace& trace = intruder.visited.world->trace();
            CHECK(intruder.count<SmtpProblemSeen>(
                      [&](const Event& event, const SmtpProblemSeen& what) {
                          return event.connection == connection &&
                                 trace.view(what.detail) == "EHLO evil.example";
                      }) == 1);

            tls::Engine engine = intruder.tls_client(door.host);
            CHECK(intruder.say_under_tls(connection, engine, {}).empty());
            REQUIRE(engine.established());
            CHECK(intruder.say_under_tls(connection, engine, "RCPT TO:<taro@umi.example>\r\n")
                      .starts_with("503 5.5.1 "));
            CHECK(intruder.say_under_tls(connection, engine, "QUIT\r\n").starts_with("221 "));
            CHECK(intruder.taken(connection, SmtpVerb::ehlo) == 1); // the honest one
            CHECK(intruder.taken(connection, SmtpVerb::mail) == 0);
            CHECK(intruder.taken(connection, SmtpVerb::data) == 0);
        }
        CHECK(intruder.nothing_came_of_it());
        intruder.check_others_are_served();
    }

    TEST_CASE("STARTTLS command injection in the next segment is no TLS, and that is the end")
    {
        Intruder intruder;
        const ConnectionId connection = intruder.hello(attacked_provider, 587);
        intruder.visited.say(connection, "STARTTLS\r\n");
        CHECK(intruder.say(connection, forged_envelope).starts_with("220 2.0.0 "));
        CHECK(intruder.seen(connection, TlsFailure::not_tls) == 1);
        CHECK(intruder.taken(connection, SmtpVerb::mail) == 0);
        CHECK(intruder.is_closed());
        CHECK(intruder.nothing_came_of_it());
    }

    TEST_CASE("STLS command injection: the same for POP3")
    {
        // RFC 2595 §4.
        Intruder intruder;
        const ConnectionId connection = intruder.connect(attacked_provider, 110);
        const std::string reply = intruder.say(
            connection, "STLS\r\nUSER hanako@kumo.example\r\nPASS sakura2026\r\nDELE 1\r\n");
        CHECK(reply.starts_with("+OK "));
        CHECK(is_one_line(reply));
        CHECK(intruder.told(connection, Pop3Reason::plaintext_after_stls) == 1);

        tls::Engine engine = intruder.tls_client(attacked_provider);
        CHECK(intruder.say_under_tls(connection, engine, {}).empty());
        REQUIRE(engine.established());
        CHECK(intruder.say_under_tls(connection, engine, "STAT\r\n").starts_with("-ERR "));
        CHECK(intruder.told(connection, Pop3Reason::out_of_sequence) == 1);
        CHECK(intruder.count<Pop3Command>([](const Event&, const Pop3Command& command) {
            return command.verb != Pop3Verb::stls && command.verb != Pop3Verb::stat;
        }) == 0);
        CHECK(intruder.logins(true) + intruder.logins(false) == 0);
    }

    TEST_CASE("SMTP smuggling: an MX takes the text to its real end and refuses it")
    {
        // RFC 5321 §2.3.8 and §4.1.1.4: CR LF alone ends a line, so only CR LF . CR LF the text.
        Intruder intruder;
        for (const SmuggledEnd& end : smuggled_ends()) {
            CAPTURE(end.name);
            const ConnectionId connection = intruder.data();
            const std::string reply = intruder.say(connection, smuggling_text(end));
            CHECK(reply.starts_with("550 5.5.2 "));
            CHECK(is_one_line(reply));
            CHECK(intruder.told(connection, end.reason) == 1);
            CHECK(intruder.taken(connection, SmtpVerb::mail) == 1);
            CHECK(intruder.taken(connection, SmtpVerb::data) == 1);
            CHECK(intruder.say(connection, "NOOP\r\n") == "250 2.0.0 Ok\r\n");
        }
        CHECK(intruder.nothing_came_of_it());
        intruder.check_others_are_served();
        CHECK(intruder.queued(attacked_mx) == 1);
    }

    TEST_CASE("SMTP smuggling: where line ends are repaired, it is still one mail")
    {
        Intruder intruder;
        std::size_t mails = 0;
        for (const SmuggledEnd& end : smuggled_ends()) {
            CAPTURE(end.name);
            const bool has_nul = end.octets.find('\0') != std::string_view::npos;
            const ConnectionId connection = intruder.hello(attacked_relay);
            intruder.say(connection,
                         "MAIL FROM:<hanako@sakura.example>\r\n"
                         "RCPT TO:<hanako@sakura.example>\r\n");
            REQUIRE(intruder.say(connection, "DATA\r\n").starts_with("354"));
            const std::string reply = intruder.say(connection, smuggling_text(end));
            CHECK(reply.starts_with(has_nul ? "550 5.5.2 " : "250 2.0.0 "));
            CHECK(is_one_line(reply));
            CHECK(intruder.told(connection, SmtpReason::nul_in_text) == (has_nul ? 1 : 0));
            CHECK(intruder.taken(connection, SmtpVerb::mail) == 1);
            if (!has_nul) ++mails;
            CHECK(intruder.queued(attacked_relay) == mails);
            CHECK(intruder.delivered() == mails);
        }
        // What was to be commands stands in the text.
        for (const mail::StoredMessage& stored : intruder.visited.world->stored_messages()) {
            CHECK(stored.reverse_path == "hanako@sakura.example");
            CHECK(stored.text->find("MAIL FROM:<evil@stranger.example>") != std::string::npos);
        }
    }

    TEST_CASE("SMTP smuggling: at a server as lenient as in 2022 the second mail really arrives")
    {
        for (const SmuggledEnd& end : smuggled_ends()) {
            const bool works =
                end.octets == "\n.\n" || end.octets == "\n.\r\n" || end.octets == "\r\n.\n";
            if (!works) continue;
            CAPTURE(end.name);
            Intruder intruder{
                Visited{"fixed-ip", {{"server.mx1.umi.example.lenient_line_ends", "true"}}}};
            const ConnectionId connection = intruder.data();
            intruder.say(connection, smuggling_text(end), 60s);
            CHECK(intruder.delivered() == 2);
            CHECK(intruder.taken(connection, SmtpVerb::mail) == 2);
            CHECK(intruder.seen(connection, SmtpProblem::text_ended_by_bare_line_end) == 1);
        }
    }

    TEST_CASE("open relay: nobody's mail is sent on, in whatever disguise it is asked for")
    {
        struct Server {
            const char* host;
            const char* domain;
        };
        const std::array servers{Server{attacked_mx, "umi.example"},
                                 Server{attacked_provider, "kumo.example"}};
        Intruder intruder;
        for (const Server& server : servers) {
            const std::vector<std::string> probes = relay_probes(server.domain);
            for (const char* sender : {"<a@stranger.example>", "<>", "<taro@umi.example>"}) {
                CAPTURE(server.host);
                CAPTURE(sender);
                const ConnectionId connection = intruder.hello(server.host);
                CHECK(intruder.say(connection, std::string{"MAIL FROM:"} + sender + "\r\n")
                          .starts_with("250 2.1.0 "));
                for (const std::string& probe : probes) {
                    CAPTURE(probe);
                    CHECK(intruder.say(connection, "RCPT TO:" + probe + "\r\n")
                              .starts_with("550 5.7.1 "));
                }
                CHECK(intruder.told(connection, SmtpReason::relay_denied) == probes.size());
                CHECK(intruder.say(connection, "RCPT TO:<v@elsewhere.example@umi.example>\r\n")
                          .starts_with("501 5.1.3 "));
                CHECK(intruder.told(connection, SmtpReason::bad_forward_path) == 1);
                CHECK(intruder.say(connection, "DATA\r\n").starts_with("554 5.5.1 "));
                CHECK(intruder.told(connection, SmtpReason::no_recipients) == 1);
            }
        }
        CHECK(intruder.nothing_came_of_it());
        intruder.check_others_are_served();
    }

    TEST_CASE("address harvesting: VRFY and EXPN tell nothing, and RCPT not for long")
    {
        Intruder intruder;
        const ConnectionId connection = intruder.hello();
        // RFC 5321 §7.3.
        const std::string of_taro = intruder.say(connection, "VRFY taro@umi.example\r\n");
        CHECK(of_taro.starts_with("252 2.5.2 "));
        CHECK(intruder.say(connection, "VRFY nobody@umi.example\r\n") == of_taro);
        CHECK(intruder.told(connection, SmtpReason::vrfy_not_confirmed) == 2);
        CHECK(intruder.say(connection, "EXPN staff\r\n").starts_with("502 5.5.1 "));
        CHECK(intruder.told(connection, SmtpReason::expn_not_offered) == 1);

        intruder.say(connection, "MAIL FROM:<a@stranger.example>\r\n");
        CHECK(intruder.say(connection, "RCPT TO:<taro@umi.example>\r\n").starts_with("250 2.1.5 "));
        std::string guesses;
        for (int i = 0; i < 25; ++i)
            guesses += "RCPT TO:<guess" + std::to_string(i) + "@umi.example>\r\n";
        const std::string reply = intruder.say(connection, guesses);
        CHECK(times_in(reply, "550 5.1.1 ") == 20);
        CHECK(times_in(reply, "\r\n421 4.7.0 ") == 1);
        CHECK(intruder.told(connection, SmtpReason::recipient_unknown) == 20);
        CHECK(intruder.told(connection, SmtpReason::too_many_unknown_recipients) == 1);
        CHECK(intruder.taken(connection, SmtpVerb::rcpt) == 21);
        CHECK(intruder.is_closed());
        CHECK(intruder.nothing_came_of_it());
        intruder.check_others_are_served();
    }

    TEST_CASE("over-long commands are refused once, and no part of them is a command")
    {
        using enum SmtpReason;
        const std::string labels = domain_of_labels(5); // 257 octets; RFC 5321 §4.5.3.1.2: 255
        const std::array rows{
            AttackRow{"a line", "NOOP " + std::string(600, 'x'), "500 5.5.2 ", line_too_long},
            AttackRow{
                "a long line", "NOOP " + std::string(50'000, 'x'), "500 5.5.2 ", line_too_long},
            AttackRow{"commands in its middle",
                      "NOOP " + std::string(505, 'x') + "RSET" + std::string(505, 'x'),
                      "500 5.5.2 ",
                      line_too_long},
            AttackRow{"MAIL",
                      "MAIL FROM:<a@stranger.example> " + std::string(2000, 'x'),
                      "500 5.5.2 ",
                      line_too_long},
            AttackRow{
                "AUTH", "AUTH PLAIN " + std::string(13'000, 'A'), "500 5.5.6 ", auth_too_long},
            AttackRow{"a hello", "EHLO " + labels, "501 5.5.4 ", bad_hello_domain},
            AttackRow{"a local part",
                      "MAIL FROM:<" + std::string(65, 'a') + "@stranger.example>",
                      "501 5.1.7 ",
                      bad_reverse_path},
            AttackRow{"a label",
                      "MAIL FROM:<a@" + std::string(64, 'd') + ".example>",
                      "501 5.1.7 ",
                      bad_reverse_path},
            AttackRow{"a domain", "RCPT TO:<taro@" + labels + ">", "501 5.1.3 ", bad_forward_path},
            AttackRow{"a path",
                      "RCPT TO:<" + std::string(60, 'a') + "@" + domain_of_labels(4) + ">",
                      "501 5.1.3 ",
                      bad_forward_path}};
        Intruder intruder;
        for (const AttackRow& row : rows) {
            CAPTURE(row.name);
            const ConnectionId connection = intruder.hello();
            const std::string reply = intruder.say(connection, row.said + "\r\n");
            CHECK(reply.starts_with(row.answer));
            CHECK(is_one_line(reply));
            CHECK(intruder.told(connection, row.reason) == 1);
            CHECK(intruder.taken(connection, SmtpVerb::rset) == 0);
            CHECK(intruder.say(connection, "NOOP\r\n") == "250 2.0.0 Ok\r\n");
        }
        CHECK(intruder.nothing_came_of_it());
        intruder.check_others_are_served();
    }

    TEST_CASE("SIZE= beyond the limit, or no size at all, is refused at MAIL")
    {
        using enum SmtpReason;
        // RFC 1870 §4: 1*20DIGIT; §6.1: 552.
        const std::array rows{
            AttackRow{"one too many", "SIZE=65537", "552 5.3.4 ", message_too_big},
            AttackRow{"2^64 and more", "SIZE=99999999999999999999", "552 5.3.4 ", message_too_big},
            AttackRow{"21 digits", "SIZE=999999999999999999999", "501 5.5.4 ", bad_argument},
            AttackRow{"negative", "SIZE=-1", "501 5.5.4 ", bad_argument},
            AttackRow{"nothing", "SIZE=", "501 5.5.4 ", bad_argument},
            AttackRow{"twice", "SIZE=1 SIZE=2", "501 5.5.4 ", bad_argument}};
        Intruder intruder;
        limit_messages(intruder, 65536);
        for (const AttackRow& row : rows) {
            CAPTURE(row.name);
            const ConnectionId connection = intruder.hello();
            CHECK(intruder.say(connection, "MAIL FROM:<a@stranger.example> " + row.said + "\r\n")
                      .starts_with(row.answer));
            CHECK(intruder.told(connection, row.reason) == 1);
            CHECK(intruder.say(connection, "RCPT TO:<taro@umi.example>\r\n")
                      .starts_with("503 5.5.1 "));
        }
        CHECK(intruder.nothing_came_of_it());
    }

    TEST_CASE("size lies and over-long text lines: what comes is what counts")
    {
        Intruder intruder;
        limit_messages(intruder, 65536);
        const auto lie = [&] {
            const ConnectionId connection = intruder.hello();
            intruder.say(connection,
                         "MAIL FROM:<a@stranger.example> SIZE=10\r\n"
                         "RCPT TO:<taro@umi.example>\r\n");
            return connection;
        };
        const ConnectionId big = lie();
        intruder.say(big, "DATA\r\n");
        CHECK(intruder.say(big, text_of_lines(1000) + ".\r\n").starts_with("552 5.3.4 "));
        CHECK(intruder.told(big, SmtpReason::message_too_big) == 1);
        CHECK(intruder.say(big, "NOOP\r\n") == "250 2.0.0 Ok\r\n");

        const ConnectionId chunk = lie();
        CHECK(intruder.say(chunk, "BDAT 70000 LAST\r\n" + text_of_lines(1000))
                  .starts_with("552 5.3.4 "));
        CHECK(intruder.told(chunk, SmtpReason::message_too_big) == 1);

        const ConnectionId line = lie();
        intruder.say(line, "DATA\r\n");
        CHECK(intruder.say(line, std::string(9000, 'x') + "\r\n.\r\n").starts_with("500 5.5.2 "));
        CHECK(intruder.told(line, SmtpReason::text_line_too_long) == 1);
        CHECK(intruder.nothing_came_of_it());

        // RFC 1870 §6.1: the declared size is an estimate; a lie within the limit harms nobody.
        const ConnectionId small = lie();
        intruder.say(small, "DATA\r\n");
        CHECK(intruder.say(small, "Subject: x\r\n\r\n" + text_of_lines(10) + ".\r\n", 60s)
                  .starts_with("250 2.0.0 "));
        CHECK(intruder.queued(attacked_mx) == 1);
        CHECK(intruder.delivered() == 1);
    }

    TEST_CASE("octets without a line end: 421, and who goes on is cut off")
    {
        Intruder intruder;
        const ConnectionId connection = intruder.hello();
        const std::string reply = intruder.say(connection, std::string(70'000, 'x'), 60s);
        CHECK(reply.starts_with("500 5.5.2 "));
        CHECK(times_in(reply, "\r\n421 4.7.0 ") == 1);
        CHECK(intruder.is_closed());
        CHECK(intruder.told(connection, SmtpReason::too_much_sent) == 1);
        CHECK_FALSE(intruder.visited.has<visit::Ended>());
        bool cut_off = false;
        for (int i = 0; i < 8 && !cut_off; ++i) {
            intruder.say(connection, std::string(100'000, 'x'), 60s);
            cut_off = intruder.visited.has<visit::Ended>();
        }
        CHECK(cut_off);
        CHECK(intruder.nothing_came_of_it());
        intruder.check_others_are_served();
    }

    TEST_CASE("NUL, 8-bit octets and bare line ends in commands")
    {
        using namespace std::string_literals;
        using enum SmtpReason;
        const std::array rows{
            AttackRow{"NUL in a verb", "NO\0OP"s, "500 5.5.2 ", bad_octet_in_command},
            AttackRow{"NUL in an address",
                      "RCPT TO:<ta\0ro@umi.example>"s,
                      "500 5.5.2 ",
                      bad_octet_in_command},
            AttackRow{"8 bit in VRFY", "VRFY t\xC3\xA4ro", "500 5.5.2 ", bad_octet_in_command},
            AttackRow{"UTF-8 without SMTPUTF8",
                      "RCPT TO:<t\xC3\xA4ro@umi.example>",
                      "553 5.6.7 ",
                      address_needs_smtputf8},
            AttackRow{"no UTF-8", "RCPT TO:<t\xFFro@umi.example>", "501 5.1.3 ", bad_forward_path},
            AttackRow{"bare CR in an address",
                      "RCPT TO:<ta\rro@umi.example>",
                      "500 5.5.2 ",
                      bad_octet_in_command},
            AttackRow{"bare LF in an address",
                      "RCPT TO:<ta\nro@umi.example>",
                      "500 5.5.2 ",
                      line_without_cr},
            AttackRow{"a command behind a bare CR",
                      "RCPT TO:<taro@umi.example>\rRSET",
                      "500 5.5.2 ",
                      bad_octet_in_command},
            AttackRow{"a command behind a bare LF", "NOOP\nRSET", "500 5.5.2 ", line_without_cr}};
        Intruder intruder;
        for (const AttackRow& row : rows) {
            CAPTURE(row.name);
            const ConnectionId connection = intruder.envelope();
            const std::string reply = intruder.say(connection, row.said + "\r\n");
            CHECK(reply.starts_with(row.answer));
            CHECK(is_one_line(reply));
            CHECK(intruder.told(connection, row.reason) == 1);
            CHECK(intruder.taken(connection, SmtpVerb::rset) == 0);
        }
        // CR LF ends the line, so that none can be in an address.
        const ConnectionId connection = intruder.envelope();
        const std::string reply = intruder.say(connection, "RCPT TO:<ta\r\nro@umi.example>\r\n");
        CHECK(reply.starts_with("501 5.1.3 "));
        CHECK(times_in(reply, "\r\n500 5.5.2 ") == 1);
        CHECK(intruder.told(connection, bad_forward_path) == 1);
        CHECK(intruder.told(connection, unknown_command) == 1);
        CHECK(intruder.nothing_came_of_it());
        intruder.check_others_are_served();
    }

    TEST_CASE("BDAT sizes that are wrong")
    {
        using enum SmtpReason;
        Intruder intruder;
        // RFC 3030 §2: nothing is known of what follows a size that cannot be.
        for (const char* size : {"2147483648 LAST",
                                 "99999999999999999999 LAST",
                                 "-1",
                                 "0x5 LAST",
                                 "5 LAST LAST",
                                 "LAST",
                                 ""}) {
            CAPTURE(size);
            const ConnectionId connection = intruder.envelope();
            CHECK(intruder.say(connection, std::string{"BDAT "} + size + "\r\n")
                      .starts_with("501 5.5.4 "));
            CHECK(intruder.told(connection, bad_argument) == 1);
            CHECK(intruder.say(connection, "RCPT TO:<taro@umi.example>\r\n")
                      .starts_with("503 5.5.1 "));
            CHECK(intruder.say(connection, "DATA\r\n").starts_with("503 5.5.1 "));
            CHECK(intruder.told(connection, out_of_sequence) == 2);
        }
        // Larger than what comes: the server waits for the rest, and QUIT is in the message.
        const ConnectionId larger = intruder.envelope();
        CHECK(intruder.say(larger, "BDAT 100 LAST\r\nhello\r\nQUIT\r\n").empty());
        intruder.visited.wait(6min);
        CHECK(intruder.visited.text().starts_with("421 4.4.2 "));
        CHECK(intruder.told(larger, idle_too_long) == 1);
        CHECK(intruder.taken(larger, SmtpVerb::quit) == 0);
        CHECK(intruder.nothing_came_of_it());

        // Smaller: the message ends where it was said to, and the rest is no part of it.
        const ConnectionId smaller = intruder.envelope();
        const std::string reply =
            intruder.say(smaller, "BDAT 17 LAST\r\nSubject: x\r\n\r\nx\r\nLEFTOVER\r\n", 60s);
        CHECK(reply.starts_with("250 2.0.0 "));
        CHECK(times_in(reply, "\r\n500 5.5.2 ") == 1);
        CHECK(intruder.told(smaller, message_accepted) == 1);
        CHECK(intruder.told(smaller, unknown_command) == 1);
        CHECK(intruder.queued(attacked_mx) == 1);
        CHECK(intruder.delivered() == 1);
        for (const mail::StoredMessage& stored : intruder.visited.world->stored_messages())
            CHECK(stored.text->find("LEFTOVER") == std::string::npos);
    }

    TEST_CASE("BDAT at the wrong time: its octets are taken all the same and read by nobody")
    {
        using enum SmtpReason;
        Intruder intruder;
        const std::string chunk = "BDAT 6 LAST\r\nRSET\r\n";
        const ConnectionId before_mail = intruder.hello();
        CHECK(intruder.say(before_mail, chunk).starts_with("503 5.5.1 "));
        CHECK(intruder.told(before_mail, out_of_sequence) == 1);

        const ConnectionId before_rcpt = intruder.hello();
        intruder.say(before_rcpt, "MAIL FROM:<a@stranger.example>\r\n");
        CHECK(intruder.say(before_rcpt, chunk).starts_with("503 5.5.1 "));
        CHECK(intruder.told(before_rcpt, no_recipients) == 1);

        // RFC 3030 §2: DATA and BDAT are not mixed.
        const ConnectionId before_data = intruder.envelope();
        CHECK(intruder.say(before_data, "BDAT 6\r\nRSET\r\n").starts_with("250 2.0.0 "));
        CHECK(intruder.say(before_data, "DATA\r\n").starts_with("503 5.5.1 "));
        CHECK(intruder.told(before_data, out_of_sequence) == 1);
        CHECK(intruder.nothing_came_of_it());

        const ConnectionId after_data = intruder.data();
        CHECK(intruder.say(after_data, "Subject: x\r\n\r\nx\r\n.\r\n", 60s)
                  .starts_with("250 2.0.0 "));
        CHECK(intruder.say(after_data, chunk).starts_with("503 5.5.1 "));
        CHECK(intruder.told(after_data, out_of_sequence) == 1);
        CHECK(intruder.queued(attacked_mx) == 1);
        CHECK(intruder.delivered() == 1);

        for (const ConnectionId connection : {before_mail, before_rcpt, before_data, after_data}) {
            CHECK(intruder.say(connection, "NOOP\r\n") == "250 2.0.0 Ok\r\n");
            CHECK(intruder.taken(connection, SmtpVerb::rset) == 0);
        }
    }

    TEST_CASE("AUTH without TLS where TLS is required: not even the right password counts")
    {
        Intruder intruder;
        const std::string login = plain_login("hanako@kumo.example", "sakura2026");
        const ConnectionId connection = intruder.hello(attacked_provider, 587);
        // RFC 4954 §6.
        CHECK(intruder.say(connection, "AUTH PLAIN " + login + "\r\n").starts_with("538 5.7.11 "));
        CHECK(intruder.say(connection, "AUTH LOGIN\r\n").starts_with("538 5.7.11 "));
        CHECK(intruder.told(connection, SmtpReason::auth_needs_tls) == 2);
        CHECK(intruder.say(connection, "MAIL FROM:<hanako@kumo.example>\r\n")
                  .starts_with("530 5.7.0 "));
        CHECK(intruder.told(connection, SmtpReason::tls_required) == 1);
        // The password travelled in the clear for nothing; views mask it even so.
        CHECK(intruder.count<SmtpCommand>([&](const Event&, const SmtpCommand& command) {
            return command.verb == SmtpVerb::auth && command.line.secret_size == login.size();
        }) == 1);

        const ConnectionId pop = intruder.connect(attacked_provider, 110);
        CHECK(intruder.say(pop, "USER hanako@kumo.example\r\n").starts_with("-ERR "));
        CHECK(intruder.say(pop, "PASS sakura2026\r\n").starts_with("-ERR "));
        CHECK(intruder.told(pop, Pop3Reason::tls_required) == 2);
        CHECK(intruder.logins(true) + intruder.logins(false) == 0);
        CHECK(intruder.nothing_came_of_it());
    }

    TEST_CASE("AUTH guessing: every guess is in the trace, and after three the door is shut")
    {
        Intruder intruder;
        const auto guess = [&](ConnectionId connection, const char* user, const char* password) {
            return intruder.say(connection, "AUTH PLAIN " + plain_login(user, password) + "\r\n");
        };
        const ConnectionId connection = intruder.hello(attacked_provider);
        const std::string wrong = guess(connection, "hanako@kumo.example", "sakura2025");
        CHECK(wrong.starts_with("535 5.7.8 "));
        CHECK(guess(connection, "nobody@kumo.example", "x") == wrong); // who exists is not told
        const std::string last = guess(connection, "hanako@kumo.example", "hanako");
        CHECK(last.starts_with("535 5.7.8 "));
        CHECK(times_in(last, "\r\n421 4.7.0 ") == 1);
        CHECK(intruder.is_closed());
        CHECK(intruder.told(connection, SmtpReason::auth_failed) == 3);
        CHECK(intruder.told(connection, SmtpReason::auth_too_many_failures) == 1);
        CHECK(intruder.count<AuthTried>([&](const Event& event, const AuthTried& tried) {
            return event.connection == connection && !tried.succeeded && !tried.encrypted &&
                   tried.mechanism == Mechanism::plain && tried.flaw == AuthFlaw::wrong_secret;
        }) == 3);

        // Mail from elsewhere does not need the door that is shut.
        const ConnectionId again = intruder.hello(attacked_provider);
        CHECK(guess(again, "hanako@kumo.example", "sakura2026").starts_with("421 4.7.0 "));
        CHECK(intruder.told(again, SmtpReason::login_paused) == 1);
        CHECK(intruder.is_closed());
        CHECK(intruder.nothing_came_of_it());
        intruder.check_others_are_served();

        intruder.visited.wait(5min);
        CHECK(guess(intruder.hello(attacked_provider), "hanako@kumo.example", "sakura2026")
                  .starts_with("235 2.7.0 "));
        CHECK(intruder.logins(true) == 1);
        CHECK(intruder.logins(false) == 3);
    }

    TEST_CASE("slow trickle: an octet a minute is too slow for a command")
    {
        // RFC 5321 §4.5.3.2.7: five minutes, for a whole line and not for each octet.
        Intruder intruder;
        const ConnectionId connection = intruder.connect(attacked_mx, 25);
        CHECK(intruder.say(connection, "E", 30s).empty());
        intruder.check_others_are_served();
        std::string heard;
        for (const char* octet : {"H", "L", "O", " ", "p", "c"})
            heard += intruder.say(connection, octet, 1min);
        CHECK(heard.starts_with("421 4.4.2 "));
        CHECK(is_one_line(heard));
        CHECK(intruder.told(connection, SmtpReason::idle_too_long) == 1);
        CHECK(intruder.timers(connection) == std::vector{SessionTimer::command_awaited});
        CHECK(intruder.taken(connection, SmtpVerb::ehlo) == 0);
    }

    TEST_CASE("slow trickle: an octet a minute is too slow for a text of any length")
    {
        Intruder intruder;
        const ConnectionId connection = intruder.data();
        std::string heard;
        for (int i = 0; i < 65; ++i) {
            if (i == 30) intruder.check_others_are_served();
            heard += intruder.say(connection, "x", 1min);
        }
        CHECK(heard.starts_with("421 4.4.2 "));
        CHECK(is_one_line(heard));
        CHECK(intruder.told(connection, SmtpReason::idle_too_long) == 1);
        CHECK(intruder.timers(connection) == std::vector{SessionTimer::text_end_awaited});
        CHECK(intruder.queued(attacked_mx) == 1); // the others'
        CHECK(intruder.delivered() == 1);
    }

    TEST_CASE("slow trickle: a TLS handshake that never comes is not waited for")
    {
        Intruder intruder;
        const ConnectionId connection = intruder.connect(attacked_provider, 465);
        CHECK(intruder.say(connection, "\x16", 4min).empty());
        CHECK_FALSE(intruder.is_closed());
        CHECK(intruder.say(connection, "\x03", 2min).empty());
        CHECK(intruder.is_closed());
        CHECK(intruder.timers(connection) == std::vector{SessionTimer::tls_awaited});
        CHECK(intruder.taken(connection, SmtpVerb::ehlo) == 0);
    }

    TEST_CASE("a POP3 client that says nothing is left without a word, and the trace says why")
    {
        Intruder intruder;
        const ConnectionId connection = intruder.connect(attacked_provider, 110);
        CHECK(intruder.say(connection, "", 11min).empty());
        CHECK(intruder.is_closed());
        CHECK(intruder.timers(connection) == std::vector{SessionTimer::command_awaited});
    }

    TEST_CASE("RST in the middle of a message: it is dropped")
    {
        Intruder intruder;
        const HostId mx = intruder.visited.host(attacked_mx);
        for (const bool in_chunk : {false, true}) {
            CAPTURE(in_chunk);
            const ConnectionId connection = in_chunk ? intruder.envelope() : intruder.data();
            const char* half =
                in_chunk ? "BDAT 100 LAST\r\nSubject: x\r\n\r\nha" : "Subject: x\r\n\r\nha";
            CHECK(intruder.say(connection, half).empty());
            intruder.abort(connection);
            intruder.visited.wait(1min);
            CHECK(intruder.count<ConnectionEnded>(
                      [&](const Event& event, const ConnectionEnded& end) {
                          return event.host == mx && event.connection == connection &&
                                 end.how == ConnectionEnd::reset_by_peer;
                      }) == 1);
            CHECK(intruder.seen(connection, SmtpProblem::closed_too_early) == 1);
            CHECK(intruder.told(connection, SmtpReason::message_accepted) == 0);
        }
        CHECK(intruder.nothing_came_of_it());
        intruder.check_others_are_served();
    }

    TEST_CASE("half-closed in the middle of a transaction: it is dropped")
    {
        struct Half {
            bool in_text;
            const char* said;
        };
        // RFC 5321 §4.1.1.10: what was not finished is aborted, as by RSET.
        const std::array halves{Half{false, "NOOP\r\n"},
                                Half{false, "BDAT 100 LAST\r\nSubject: x\r\n\r\nha"},
                                Half{true, "Subject: x\r\n\r\nhalf a li"},
                                Half{true, "Subject: x\r\n\r\nwhole lines\r\n."}};
        Intruder intruder;
        for (const Half& half : halves) {
            CAPTURE(half.said);
            const ConnectionId connection = half.in_text ? intruder.data() : intruder.envelope();
            intruder.say(connection, half.said);
            intruder.finish(connection);
            intruder.visited.wait(1min);
            CHECK(intruder.seen(connection, SmtpProblem::closed_too_early) == 1);
            CHECK(intruder.visited.has<visit::Ended>());
            CHECK(intruder.told(connection, SmtpReason::message_accepted) == 0);
        }
        CHECK(intruder.nothing_came_of_it());
        intruder.check_others_are_served();
    }

    TEST_CASE("half-closed right behind the final dot: accepted, answered and delivered")
    {
        Intruder intruder;
        const ConnectionId connection = intruder.data();
        intruder.visited.heard.clear();
        intruder.visited.say(connection, "Subject: x\r\n\r\nx\r\n.\r\n");
        intruder.finish(connection);
        intruder.visited.wait(60s);
        CHECK(intruder.visited.text().starts_with("250 2.0.0 "));
        CHECK(intruder.told(connection, SmtpReason::message_accepted) == 1);
        CHECK(intruder.seen(connection, SmtpProblem::closed_too_early) == 0);
        CHECK(intruder.queued(attacked_mx) == 1);
        CHECK(intruder.delivered() == 1);
        CHECK(intruder.visited.has<visit::Ended>());
    }

    TEST_CASE("a flood of errors is cut off")
    {
        Intruder intruder;
        const ConnectionId connection = intruder.hello();
        std::string errors;
        for (int i = 0; i < 50; ++i)
            errors += "FOO\r\n";
        const std::string reply = intruder.say(connection, errors);
        CHECK(times_in(reply, "500 5.5.2 ") == 20);
        CHECK(times_in(reply, "\r\n421 4.7.0 ") == 1);
        CHECK(intruder.told(connection, SmtpReason::unknown_command) == 20);
        CHECK(intruder.told(connection, SmtpReason::too_many_bad_commands) == 1);
        CHECK(intruder.is_closed());
        CHECK(intruder.nothing_came_of_it());
        intruder.check_others_are_served();
    }

    TEST_CASE("a flood of octets while an answer is owed is cut off")
    {
        Intruder intruder;
        const ConnectionId connection = intruder.hello(attacked_provider);
        // The answer to a wrong password is put off for a second.
        const std::string reply =
            intruder.say(connection,
                         "AUTH PLAIN " + plain_login("hanako@kumo.example", "wrong") + "\r\n" +
                             std::string(300'000, 'x'));
        CHECK(reply.starts_with("421 4.7.0 "));
        CHECK(is_one_line(reply));
        CHECK(intruder.told(connection, SmtpReason::too_much_ahead) == 1);
        CHECK(intruder.told(connection, SmtpReason::auth_failed) == 0);
        CHECK(intruder.logins(false) == 1);
        CHECK(intruder.is_closed());
        intruder.check_others_are_served();
    }

    TEST_CASE("HTTP spoken to port 25: a browser made to speak to it is not listened to")
    {
        Intruder intruder;
        for (const char* method : {"GET", "POST", "CONNECT"}) {
            CAPTURE(method);
            const ConnectionId connection = intruder.connect(attacked_mx, 25);
            const std::string reply =
                intruder.say(connection,
                             std::string{method} + " / HTTP/1.1\r\nHost: mx1.umi.example\r\n\r\n" +
                                 "EHLO evil.example\r\n" + std::string{forged_envelope});
            CHECK(reply.starts_with("221 2.7.0 "));
            CHECK(is_one_line(reply));
            CHECK(intruder.told(connection, SmtpReason::spoke_http) == 1);
            CHECK(intruder.taken(connection, SmtpVerb::ehlo) == 0);
            CHECK(intruder.taken(connection, SmtpVerb::mail) == 0);
            CHECK(intruder.is_closed());
        }
        CHECK(intruder.nothing_came_of_it());
        intruder.check_others_are_served();
    }

    TEST_CASE("TLS spoken to a port where it begins with STARTTLS or STLS")
    {
        using namespace std::string_view_literals;
        constexpr std::string_view client_hello = "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03"sv;
        Intruder intruder;
        const ConnectionId smtp = intruder.connect(attacked_mx, 25);
        CHECK(intruder.say(smtp, client_hello).starts_with("554 5.5.0 "));
        CHECK(intruder.told(smtp, SmtpReason::spoke_tls) == 1);
        CHECK(intruder.seen(smtp, SmtpProblem::spoke_tls_to_smtp_port) == 1);
        CHECK(intruder.is_closed());

        const ConnectionId pop = intruder.connect(attacked_provider, 110);
        CHECK(intruder.say(pop, client_hello).starts_with("-ERR "));
        CHECK(intruder.told(pop, Pop3Reason::spoke_tls) == 1);
        CHECK(intruder.is_closed());
        CHECK(intruder.nothing_came_of_it());
    }

    TEST_CASE("SMTP and POP3 spoken to a port where TLS comes first")
    {
        Intruder intruder;
        const ConnectionId smtp = intruder.connect(attacked_provider, 465);
        CHECK(intruder.visited.text().empty()); // no greeting in the clear
        CHECK(intruder.say(smtp, "EHLO evil.example\r\n").starts_with("\x15\x03\x03")); // an alert
        CHECK(intruder.seen(smtp, TlsFailure::not_tls) == 1);
        CHECK(intruder.seen(smtp, SmtpProblem::spoke_smtp_to_tls_port) == 1);
        CHECK(intruder.taken(smtp, SmtpVerb::ehlo) == 0);
        CHECK(intruder.is_closed());

        const ConnectionId pop = intruder.connect(attacked_provider, 995);
        CHECK(intruder.say(pop, "USER hanako@kumo.example\r\n").starts_with("\x15\x03\x03"));
        CHECK(intruder.seen(pop, TlsFailure::not_tls) == 1);
        CHECK(intruder.is_closed());
        CHECK(intruder.logins(true) + intruder.logins(false) == 0);
        CHECK(intruder.nothing_came_of_it());
        intruder.check_others_are_served();
    }
}
