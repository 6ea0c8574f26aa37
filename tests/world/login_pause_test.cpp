// Guessing passwords at a submission or POP3 server: three failures, over however many connections,
// and the address is refused for a while. Said on the wire by someone at Hanako's PC.
#include "sim/core/base64.h"
#include "sim/mail/visitor.h"
#include "sim/net/fabric.h"
#include "sim/scenario/settings.h"
#include "sim/world.h"
#include "tests/support/small_world.h"

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace sim;
namespace visit = sim::mail::visit;

namespace {

// The small network without its script, its port 587 without TLS, and someone at each of two PCs.
struct Guesser {
    explicit Guesser(const std::vector<std::pair<std::string, std::string>>& settings = {})
    {
        scenario::Scenario lab = test::small_world();
        lab.steps.clear();
        lab.mail_servers[0].tokens = scenario::TokenIssuer{"login.kumo.example", "mail.send", 1h};
        lab.mail_servers[0].listeners[1].auth = {
            Mechanism::plain, Mechanism::cram_md5, Mechanism::xoauth2, Mechanism::oauthbearer};
        std::vector<std::pair<std::string, std::string>> all = settings;
        all.emplace_back("server.mail.kumo.example.587.require_tls", "false");
        all.emplace_back("server.mx.umi.example.110.require_tls", "false");
        for (const auto& setting : all)
            REQUIRE(scenario::apply_setting(lab, setting.first, setting.second));
        WorldOptions options;
        options.visited = {hanako_pc, taro_pc};
        world = std::make_unique<World>(std::make_shared<const scenario::Scenario>(lab),
                                        std::move(options));
    }

    ConnectionId connect(HostId from = hanako_pc, std::uint16_t port = 587)
    {
        const HostId server = port == 110 ? mailboxes : submission;
        ConnectionId connection;
        const Endpoint to{world->network().host(server).addresses.front(), port};
        world->visit(from, [&](mail::Visitor& visitor) { connection = visitor.connect(to); });
        where[connection] = from;
        wait(1s);
        return connection;
    }
    void wait(Duration span)
    {
        world->advance_to(world->now() + span);
        for (const HostId host : {hanako_pc, taro_pc})
            world->visit(host, [&](mail::Visitor& visitor) { listen(visitor); });
    }
    void listen(mail::Visitor& visitor)
    {
        while (auto output = visitor.poll_output()) {
            if (const auto* said = std::get_if<visit::Received>(&*output))
                heard[said->connection] += said->bytes;
            if (const auto* end = std::get_if<visit::PeerFinished>(&*output))
                heard[end->connection] += "(closed)";
        }
    }
    // What comes back within ten seconds: longer than any failure is put off here.
    std::string say(ConnectionId connection, const std::string& line)
    {
        heard[connection].clear();
        world->visit(where[connection],
                     [&](mail::Visitor& visitor) { visitor.send(connection, line + "\r\n"); });
        wait(10s);
        return heard[connection];
    }
    std::string log_in(ConnectionId connection, const std::string& password)
    {
        using namespace std::string_literals;
        return say(connection, "AUTH PLAIN " + encode_base64("\0hanako\0"s + password));
    }
    ConnectionId greeted(HostId from = hanako_pc)
    {
        const ConnectionId connection = connect(from);
        say(connection, "EHLO [192.0.2.10]");
        return connection;
    }
    // The answer of the POP3 server to USER and PASS of Taro.
    std::string fetch(ConnectionId connection, const std::string& password)
    {
        CHECK(say(connection, "USER taro").starts_with("+OK"));
        return say(connection, "PASS " + password);
    }
    [[nodiscard]] std::vector<SmtpReason> reasons() const
    {
        std::vector<SmtpReason> all;
        for (std::size_t i = 0; i < world->trace().size(); ++i) {
            const auto* reply = std::get_if<SmtpReply>(&world->trace()[i].what);
            if (reply != nullptr && reply->side == Side::sent) all.push_back(reply->reason);
        }
        return all;
    }

    static constexpr HostId hanako_pc{0};
    static constexpr HostId submission{2};
    static constexpr HostId mailboxes{3};
    static constexpr HostId taro_pc{5};
    std::unique_ptr<World> world;
    std::map<ConnectionId, std::string> heard;
    std::map<ConnectionId, HostId> where;
};

constexpr const char* refusal = "421 4.7.0 Too many failed logins from 192.0.2.10, try again in ";

} // namespace

TEST_SUITE("world.login_pause")
{
    TEST_CASE("after three failures the address is greeted with 421, until the pause is over")
    {
        Guesser guesser;
        const ConnectionId first = guesser.greeted();
        CHECK(guesser.log_in(first, "wrong").starts_with("535 5.7.8"));
        CHECK(guesser.log_in(first, "guess").starts_with("535 5.7.8"));
        CHECK(guesser.log_in(first, "again")
                  .ends_with("421 4.7.0 Too many failed logins, closing connection\r\n(closed)"));

        const ConnectionId second = guesser.connect(); // eleven seconds after the third failure
        CHECK(guesser.heard[second] == std::string{refusal} + "290 seconds\r\n(closed)");
        CHECK(guesser.reasons().back() == SmtpReason::login_paused);

        guesser.wait(285s);
        CHECK(guesser.heard[guesser.connect()].starts_with(refusal));
        guesser.wait(5s);
        const ConnectionId later = guesser.greeted();
        CHECK(guesser.log_in(later, "sakura2026").starts_with("235 2.7.0"));
    }

    TEST_CASE("other addresses are served meanwhile, and so are ports without logins")
    {
        Guesser guesser;
        const ConnectionId first = guesser.greeted();
        for (const char* password : {"one", "two", "three"})
            guesser.log_in(first, password);
        CHECK(guesser.log_in(guesser.greeted(Guesser::taro_pc), "sakura2026").starts_with("235"));
        const ConnectionId mx = guesser.connect(Guesser::taro_pc, 25);
        CHECK(guesser.heard[mx].starts_with("220 "));
        // The router drops Hanako's port 25 (OP25B); Taro's failures pause 587 and not 25.
        for (const char* password : {"one", "two", "three"})
            guesser.log_in(guesser.greeted(Guesser::taro_pc), password);
        CHECK(guesser.heard[guesser.connect(Guesser::taro_pc)].starts_with("421 4.7.0"));
        CHECK(guesser.heard[guesser.connect(Guesser::taro_pc, 25)].starts_with("220 "));
    }

    TEST_CASE("failures on several connections count together, and so does the growing delay")
    {
        Guesser guesser;
        CHECK(guesser.log_in(guesser.greeted(), "one").ends_with("invalid\r\n"));
        CHECK(guesser.log_in(guesser.greeted(), "two").ends_with("invalid\r\n"));
        const ConnectionId third = guesser.greeted();
        const Instant before = guesser.world->now();
        CHECK(guesser.log_in(third, "three")
                  .ends_with("421 4.7.0 Too many failed logins, closing connection\r\n(closed)"));
        const Trace& trace = guesser.world->trace();
        for (std::size_t i = trace.size(); i-- > 0;) {
            const auto* reply = std::get_if<SmtpReply>(&trace[i].what);
            if (reply == nullptr || reply->side != Side::sent) continue;
            CHECK(trace[i].at - before >= 4s); // the third delay, as on one connection
            break;
        }
        CHECK(guesser.heard[guesser.connect()].starts_with(refusal));
    }

    TEST_CASE("a connection that was open before the pause began gets no further guess")
    {
        Guesser guesser;
        const ConnectionId waiting = guesser.greeted();
        const ConnectionId half = guesser.greeted();
        CHECK(guesser.say(half, "AUTH PLAIN") == "334 \r\n");
        const ConnectionId first = guesser.greeted();
        for (const char* password : {"one", "two", "three"})
            guesser.log_in(first, password);
        CHECK(guesser.log_in(waiting, "sakura2026").starts_with(refusal));
        CHECK(guesser.say(half, encode_base64(std::string{"\0hanako\0sakura2026", 18}))
                  .starts_with(refusal));
        CHECK(guesser.heard[half].ends_with("(closed)"));
    }

    TEST_CASE("a login that succeeds clears what its address had on the slate")
    {
        Guesser guesser;
        CHECK(guesser.log_in(guesser.greeted(), "one").ends_with("invalid\r\n"));
        CHECK(guesser.log_in(guesser.greeted(), "two").ends_with("invalid\r\n"));
        CHECK(guesser.log_in(guesser.greeted(), "sakura2026").starts_with("235"));
        const ConnectionId fourth = guesser.greeted();
        CHECK(guesser.log_in(fourth, "three").ends_with("invalid\r\n"));
        CHECK(guesser.log_in(fourth, "four").ends_with("invalid\r\n"));
    }

    TEST_CASE("RFC 7628 section 3.2.2: a token that was refused counts, answered or not")
    {
        Guesser guesser;
        const std::string guess = "AUTH XOAUTH2 " + encode_base64("user=hanako\x01"
                                                                  "auth=Bearer guess\x01\x01");
        const ConnectionId first = guesser.greeted();
        CHECK(guesser.say(first, guess).starts_with("334 "));
        CHECK(guesser.say(first, "*").starts_with("501 5.7.0"));
        const ConnectionId second = guesser.greeted();
        CHECK(guesser.say(second, guess).starts_with("334 "));
        guesser.world->visit(Guesser::hanako_pc,
                             [&](mail::Visitor& visitor) { visitor.finish(second); });
        guesser.wait(1s);
        const ConnectionId third = guesser.greeted();
        CHECK(guesser.say(third, guess).starts_with("334 "));
        const std::string last = guesser.say(third, "*");
        CHECK(last.starts_with("501 5.7.0"));
        CHECK(last.ends_with("421 4.7.0 Too many failed logins, closing connection\r\n(closed)"));
        CHECK(guesser.heard[guesser.connect()].starts_with(refusal));
        std::size_t told = 0;
        const Trace& trace = guesser.world->trace();
        for (std::size_t i = 0; i < trace.size(); ++i) {
            const auto* tried = std::get_if<AuthTried>(&trace[i].what);
            if (tried == nullptr) continue;
            CHECK(tried->mechanism == Mechanism::xoauth2);
            CHECK_FALSE(tried->succeeded);
            CHECK(trace.view(tried->user) == "hanako");
            ++told;
        }
        CHECK(told == 3);
    }

    TEST_CASE("RFC 4954 section 4: an initial response to a server-first mechanism is no guess")
    {
        Guesser guesser;
        const ConnectionId connection = guesser.greeted();
        for (int i = 0; i < 4; ++i) {
            CHECK(guesser.say(connection, "AUTH CRAM-MD5 " + encode_base64("hanako 0123"))
                      .starts_with("501 5.7.0"));
        }
        CHECK(guesser.log_in(connection, "sakura2026").starts_with("235"));
    }

    TEST_CASE("a port that takes mail without a login goes on taking it during the pause")
    {
        Guesser guesser{{{"server.mail.kumo.example.25.auth", "plain"},
                         {"server.mail.kumo.example.25.tls", "none"},
                         {"rule.op25b", "off"}}};
        for (const char* password : {"one", "two", "three"})
            guesser.log_in(guesser.greeted(), password);
        CHECK(guesser.heard[guesser.connect()].starts_with(refusal));
        const ConnectionId mx = guesser.connect(Guesser::hanako_pc, 25);
        CHECK(guesser.heard[mx].starts_with("220 "));
        guesser.say(mx, "EHLO [192.0.2.10]");
        CHECK(guesser.say(mx, "MAIL FROM:<a@stranger.example>").starts_with("250 2.1.0"));
        guesser.say(mx, "RSET");
        CHECK(guesser.log_in(mx, "sakura2026").starts_with(refusal));
    }

    TEST_CASE("POP3: the same for who guesses there, and the two servers count for themselves")
    {
        const std::string paused =
            "-ERR [SYS/TEMP] Too many failed logins from 192.0.2.10, try again in ";
        Guesser guesser;
        const auto wait_there = [&] { return guesser.connect(Guesser::hanako_pc, 110); };
        const ConnectionId waiting = wait_there();
        CHECK(guesser.fetch(wait_there(), "one").starts_with("-ERR [AUTH]"));
        const ConnectionId two = wait_there();
        CHECK(guesser.fetch(two, "two").starts_with("-ERR [AUTH]"));
        CHECK(guesser.fetch(two, "three").starts_with("-ERR [AUTH]"));
        CHECK(guesser.heard[wait_there()] == paused + "290 seconds\r\n(closed)");
        CHECK(guesser.fetch(waiting, "umibozu").starts_with(paused));
        CHECK(guesser.heard[guesser.connect()].starts_with("220 "));
        CHECK(guesser.heard[guesser.connect(Guesser::taro_pc, 110)].starts_with("+OK"));
        guesser.wait(5min);
        CHECK(guesser.fetch(wait_there(), "umibozu").starts_with("+OK"));

        Guesser never_refuses{{{"server.mx.umi.example.login_pause", "0"}}};
        for (int i = 0; i < 5; ++i) {
            const ConnectionId here = never_refuses.connect(Guesser::hanako_pc, 110);
            CHECK(never_refuses.fetch(here, "wrong").starts_with("-ERR [AUTH]"));
        }
    }

    TEST_CASE("login_pause: seconds or a time; 0 never refuses")
    {
        Guesser never_refuses{{{"server.mail.kumo.example.login_pause", "0"}}};
        for (int i = 0; i < 5; ++i) {
            CHECK(never_refuses.log_in(never_refuses.greeted(), "wrong").ends_with("invalid\r\n"));
        }
        for (const char* ninety : {"90", "90s"}) {
            Guesser brief{{{"server.mail.kumo.example.login_pause", ninety}}};
            const ConnectionId first = brief.greeted();
            for (const char* password : {"one", "two", "three"})
                brief.log_in(first, password);
            CHECK(brief.heard[brief.connect()] == std::string{refusal} + "80 seconds\r\n(closed)");
            brief.wait(80s);
            CHECK(brief.heard[brief.connect()].starts_with("220 "));
        }
    }
}
