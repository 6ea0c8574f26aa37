#include "sim/pop3/client_session.h"
#include "tests/pop3/pop3_server.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace sim;
using namespace sim::pop3;
using sim::pop3::test::message;
using sim::pop3::test::Server;
using sim::pop3::test::start_of_test;

namespace {

ClientConfig taro()
{
    ClientConfig config;
    config.user = "taro";
    config.password = "secret";
    config.may_reveal_password = true;
    return config;
}

// A client for tests, with a log of what happened.
class Program {
public:
    explicit Program(ClientConfig config) : session{std::move(config)} {}

    std::string hear(std::string_view bytes, Instant now = start_of_test)
    {
        session.handle_bytes(bytes, now);
        return drain();
    }
    std::string connect()
    {
        session.handle_connected(start_of_test);
        return drain();
    }
    // What it wants to send.
    std::string drain()
    {
        while (auto output = session.poll_output()) {
            outputs.push_back(*output);
            std::visit([&](const auto& what) { on(what); }, *output);
        }
        return std::exchange(wire_, {});
    }
    // Each turn of the script answers what was sent before; then the line is cut, or not.
    void play(const std::vector<std::string>& script, std::size_t split = std::string::npos)
    {
        connect();
        for (const std::string& turn : script) {
            for (std::string_view rest = turn; !rest.empty();
                 rest.remove_prefix(std::min(split, rest.size())))
                sent += hear(rest.substr(0, split));
        }
    }
    void cut()
    {
        session.handle_end_of_stream(start_of_test);
        drain();
    }

    ClientSession session;
    std::vector<client::Output> outputs;
    std::vector<client::MessageFetched> fetched;
    std::string log;
    std::string sent;
    std::optional<ClientPhase> after; // what was said or heard last
    bool wants_tls = false;
    bool tls_at_once = true; // BeginTls is answered with an established TLS

private:
    void on(const client::SendBytes& what) { wire_ += what.bytes; }
    void on(const client::BeginTls& /*begin*/)
    {
        log += "(tls)\n";
        wants_tls = true;
        if (tls_at_once) session.handle_tls_established(start_of_test);
    }
    void on(const client::MessageFetched& message)
    {
        log += "fetched " + message.uidl + ": " + std::to_string(message.text.size()) + '\n';
        fetched.push_back(message);
    }
    void on(const client::SessionFinished& end)
    {
        log += "finished: " + std::to_string(end.fetched) + " of " +
               std::to_string(end.in_mailbox) + " fetched, " + std::to_string(end.refused) +
               " refused, " + std::to_string(end.deleted) + " deleted\n";
    }
    void on(const client::SessionFailed& failed)
    {
        log += "failed: " + std::string{name_of(failed.step)};
        if (failed.problem) log += ' ' + std::string{name_of(*failed.problem)};
        log += failed.reply.empty() ? "\n" : " (" + failed.reply + ")\n";
    }
    void on(const client::CloseConnection& /*close*/) { log += "closed\n"; }
    void on(const client::CommandSent& command)
    {
        std::string line = command.line;
        if (command.secret_size > 0)
            line.replace(command.secret_offset, command.secret_size, "****");
        log += "C: " + line + '\n';
        after = command.after;
    }
    void on(const client::ReplySeen& reply)
    {
        log += "S: " + std::string{reply.to == Pop3Verb::none ? "" : name_of(reply.to)} +
               (reply.ok ? " +OK " : " -ERR ") + std::to_string(reply.size) + '\n';
        after = reply.after;
    }
    void on(const client::ProblemSeen& seen)
    {
        log += "problem: " + std::string{name_of(seen.problem)} + '\n';
    }

    std::string wire_;
};

// Both until neither has anything to say.
void talk(Program& program, Server& server, std::size_t split = std::string::npos)
{
    server.session.handle_connected(start_of_test);
    std::string to_server = program.connect();
    std::string to_client = server.drain();
    while (!to_server.empty() || !to_client.empty() || server.wants_tls) {
        if (std::exchange(server.wants_tls, false)) {
            server.session.handle_tls_established(start_of_test);
            to_client += server.drain();
        }
        std::string heard;
        for (std::string_view rest = to_server; !rest.empty();
             rest.remove_prefix(std::min(split, rest.size())))
            heard += server.say(rest.substr(0, split));
        to_server.clear();
        to_client += heard;
        for (std::string_view rest = to_client; !rest.empty();
             rest.remove_prefix(std::min(split, rest.size())))
            to_server += program.hear(rest.substr(0, split));
        to_client.clear();
    }
}

const std::vector<std::string> good{"+OK hello\r\n",
                                    "+OK\r\nUIDL\r\nSTLS\r\n.\r\n",
                                    "+OK\r\n",
                                    "+OK\r\n",
                                    "+OK 1 10\r\n",
                                    "+OK\r\n1 one\r\n.\r\n",
                                    "+OK\r\nSubject: 1\r\n\r\n..\r\n.\r\n",
                                    "+OK\r\n"};

} // namespace

TEST_SUITE("pop3.client_session")
{
    TEST_CASE("each command and reply says where the session stands after it")
    {
        Program program{taro()};
        program.connect();
        for (const char* said : {"+OK hello\r\n",
                                 "+OK\r\n.\r\n",
                                 "+OK\r\n",
                                 "+OK\r\n",
                                 "+OK 0 0\r\n",
                                 "+OK bye\r\n"}) {
            program.hear(said);
            INFO(said);
            REQUIRE(program.after);
            CHECK(*program.after == program.session.phase());
        }
        CHECK(program.session.phase() == ClientPhase::closed);
    }

    TEST_CASE("log in, look, fetch what is new, leave")
    {
        Program program{taro()};
        program.play(good);
        CHECK(program.log == "S:  +OK 11\n"
                             "C: CAPA\n"
                             "S: capa +OK 20\n"
                             "C: USER taro\n"
                             "S: user +OK 5\n"
                             "C: PASS ****\n"
                             "S: pass +OK 5\n"
                             "C: STAT\n"
                             "S: stat +OK 10\n"
                             "C: UIDL\n"
                             "S: uidl +OK 15\n"
                             "C: RETR 1\n"
                             "S: retr +OK 26\n"
                             "fetched one: 17\n"
                             "C: QUIT\n"
                             "S: quit +OK 5\n"
                             "finished: 1 of 1 fetched, 0 refused, 0 deleted\n"
                             "closed\n");
        CHECK(program.fetched.at(0).text == "Subject: 1\r\n\r\n.\r\n");
        CHECK(program.session.phase() == ClientPhase::closed);
        CHECK(program.session.next_timeout() == never);
    }

    TEST_CASE("what the server has and what the client gets are the same octets, TLS or not")
    {
        for (const Protection protection :
             {Protection::none, Protection::starttls, Protection::tls}) {
            for (const bool deletes : {false, true}) {
                Server server{{.hostname = "pop.tani.example",
                               .tls = protection == Protection::tls ? ServerTls::from_the_start
                                                                    : ServerTls::offered}};
                server.mailbox.push_back(message("uid-3", "\r\n.\r\n..\r\n...\r\n \r\n"));
                ClientConfig config = taro();
                config.protection = protection;
                config.may_reveal_password = protection == Protection::none;
                config.deletes_after_fetch = deletes;
                config.seen_uidls = {"uid-1", "uid-of-long-ago"};
                Program program{config};
                talk(program, server);
                REQUIRE(program.fetched.size() == 2);
                CHECK(program.fetched[0].uidl == "uid-2");
                CHECK(program.fetched[0].text == *server.mailbox[1].text);
                CHECK(program.fetched[1].text == *server.mailbox[2].text);
                CHECK(server.session.encrypted() == (protection != Protection::none));
                const std::string log = server.take_log();
                CHECK(log.find(deletes ? "update: uid-1 uid-2 uid-3\n" : "update:\n") !=
                      std::string::npos);
                CHECK(program.log.ends_with(
                    deletes ? "finished: 2 of 3 fetched, 0 refused, 3 deleted\nclosed\n"
                            : "finished: 2 of 3 fetched, 0 refused, 0 deleted\nclosed\n"));
            }
        }
    }

    TEST_CASE("the two sides understand each other however their bytes are split")
    {
        std::string expected;
        for (const std::size_t split : {std::string::npos, std::size_t{1}, std::size_t{3}}) {
            Server server;
            ClientConfig config = taro();
            config.protection = Protection::starttls;
            Program program{config};
            talk(program, server, split);
            if (expected.empty()) {
                expected = program.log + server.take_log();
            } else {
                CHECK(expected == program.log + server.take_log());
            }
        }
        CHECK(expected.find("finished: 2 of 2 fetched") != std::string::npos);
    }

    TEST_CASE("an empty mailbox, and one without anything new, are left at once")
    {
        Program empty{taro()};
        empty.play({good[0], good[1], good[2], good[3], "+OK 0 0\r\n", "+OK\r\n"});
        CHECK(empty.sent.ends_with("STAT\r\nQUIT\r\n"));
        ClientConfig config = taro();
        config.seen_uidls = {"one"};
        Program nothing_new{config};
        nothing_new.play({good[0], good[1], good[2], good[3], good[4], good[5], "+OK\r\n"});
        CHECK(nothing_new.sent.ends_with("UIDL\r\nQUIT\r\n"));
        CHECK(
            nothing_new.log.ends_with("finished: 0 of 1 fetched, 0 refused, 0 deleted\nclosed\n"));
    }

    TEST_CASE("servers of 1996: neither CAPA nor UIDL")
    {
        Program program{taro()};
        program.play({good[0],
                      "-ERR what?\r\n",
                      good[2],
                      good[3],
                      "+OK 2 20\r\n",
                      "-ERR no\r\n",
                      "+OK\r\na\r\n.\r\n",
                      "+OK\r\nb\r\n.\r\n",
                      "+OK\r\n"});
        CHECK(program.log.ends_with("finished: 2 of 2 fetched, 0 refused, 0 deleted\nclosed\n"));
        CHECK(program.fetched.at(1).uidl.empty());
    }

    TEST_CASE("a message that the server will not give is left for the next time")
    {
        ClientConfig config = taro();
        config.deletes_after_fetch = true;
        Program program{config};
        program.play({good[0],
                      good[1],
                      good[2],
                      good[3],
                      "+OK 2 20\r\n",
                      "+OK\r\n1 one\r\n2 two\r\n.\r\n",
                      "-ERR damaged\r\n",
                      "+OK\r\nb\r\n.\r\n",
                      "+OK\r\n",
                      "+OK\r\n"});
        CHECK(program.sent.ends_with("RETR 1\r\nRETR 2\r\nDELE 2\r\nQUIT\r\n"));
        CHECK(program.log.ends_with("finished: 1 of 2 fetched, 1 refused, 1 deleted\nclosed\n"));
    }

    TEST_CASE("a wrong password, a locked mailbox, a server that does not want to")
    {
        for (const auto& [turns, step] : std::vector<std::pair<std::size_t, std::string>>{
                 {0, "greeting"}, {2, "login"}, {3, "login"}, {4, "retrieve"}}) {
            Program program{taro()};
            std::vector<std::string> script(good.begin(),
                                            good.begin() + static_cast<std::ptrdiff_t>(turns));
            script.emplace_back("-ERR [AUTH] no\r\n");
            script.emplace_back("+OK\r\n");
            program.play(script);
            CHECK(program.log.find("failed: " + step + " (-ERR [AUTH] no)\nC: QUIT\n") !=
                  std::string::npos);
            CHECK(program.log.ends_with("closed\n"));
            CHECK(program.log.find("finished") == std::string::npos);
        }
    }

    TEST_CASE("the line cut at every octet: nothing is taken twice, nothing is lost silently")
    {
        std::string whole;
        for (const std::string& turn : good)
            whole += turn;
        const std::size_t fetched_from = whole.size() - good.back().size();
        for (std::size_t end = 0; end < whole.size(); ++end) {
            CAPTURE(end);
            Program program{taro()};
            program.play({whole.substr(0, end)});
            program.cut();
            CHECK(program.fetched.size() == (end >= fetched_from ? 1 : 0));
            // After QUIT with nothing to delete the session is complete without its reply.
            const bool complete = end >= fetched_from;
            CHECK((program.log.find("finished") != std::string::npos) == complete);
            CHECK((program.log.find("failed") != std::string::npos) == !complete);
            CHECK(program.log.ends_with("closed\n"));
        }
    }

    TEST_CASE("QUIT that fails with something marked as deleted is a failure: it may come again")
    {
        ClientConfig config = taro();
        config.deletes_after_fetch = true;
        std::vector<std::string> script{good.begin(), good.end()};
        Program refused{config};
        script.emplace_back("-ERR some messages not removed\r\n");
        refused.play(script);
        CHECK(refused.log.ends_with("C: QUIT\nS: quit -ERR 32\n"
                                    "failed: retrieve (-ERR some messages not removed)\nclosed\n"));
        Program lost{config};
        script.pop_back();
        lost.play(script);
        lost.cut();
        CHECK(lost.log.ends_with("problem: closed_too_early\nfailed: retrieve closed_too_early\n"
                                 "closed\n"));
    }

    // ---- TLS
    // -------------------------------------------------------------------------------------

    TEST_CASE("STLS: CAPA again under TLS, then the login")
    {
        ClientConfig config = taro();
        config.protection = Protection::starttls;
        config.may_reveal_password = false;
        Program program{config};
        program.play({good[0], good[1], "+OK go\r\n", "+OK\r\n.\r\n", good[2]});
        CHECK(program.sent == "CAPA\r\nSTLS\r\nCAPA\r\nUSER taro\r\nPASS secret\r\n");
        CHECK(program.session.encrypted());
        std::vector<std::pair<bool, std::uint64_t>> positions;
        for (const auto& output : program.outputs) {
            if (const auto* sent = std::get_if<client::CommandSent>(&output))
                positions.emplace_back(sent->encrypted, sent->stream_offset);
        }
        CHECK(positions == std::vector<std::pair<bool, std::uint64_t>>{
                               {false, 0}, {false, 6}, {true, 0}, {true, 6}, {true, 17}});
    }

    TEST_CASE("protection STARTTLS without STLS: neither user nor password is sent")
    {
        ClientConfig config = taro();
        config.protection = Protection::starttls;
        for (const char* capabilities :
             {"+OK\r\nUIDL\r\n.\r\n", "-ERR what?\r\n", "+OK\r\nXSTLS\r\nSTLSX\r\n.\r\n"}) {
            Program program{config};
            program.play({good[0], capabilities, "+OK\r\n"});
            CHECK(program.sent == "CAPA\r\nQUIT\r\n");
            CHECK(program.log.find("failed: tls starttls_not_offered\n") != std::string::npos);
        }
        Program refused{config};
        refused.play({good[0], good[1], "-ERR no certificate\r\n", "+OK\r\n"});
        CHECK(refused.sent == "CAPA\r\nSTLS\r\nQUIT\r\n");
        CHECK(refused.log.find("failed: tls starttls_refused (-ERR no certificate)\n") !=
              std::string::npos);
    }

    TEST_CASE("if available: goes on in the clear only where the password may be heard")
    {
        ClientConfig config = taro();
        config.protection = Protection::starttls_if_available;
        Program allowed{config};
        allowed.play({good[0], "+OK\r\n.\r\n"});
        CHECK(allowed.log.ends_with("problem: starttls_not_offered\nproblem: went_on_without_tls\n"
                                    "C: USER taro\n"));
        config.may_reveal_password = false;
        Program careful{config};
        careful.play({good[0], good[1], "-ERR no\r\n", "+OK\r\n"});
        CHECK(careful.sent == "CAPA\r\nSTLS\r\nQUIT\r\n");
        CHECK(careful.log.find("failed: login auth_would_reveal_password\n") != std::string::npos);
    }

    TEST_CASE("octets behind +OK to STLS are response injection")
    {
        ClientConfig config = taro();
        config.protection = Protection::starttls;
        for (const char* injected : {"+OK\r\n", "+", "\r\n"}) {
            Program program{config};
            program.play({good[0], good[1], "+OK go\r\n" + std::string{injected}});
            CHECK(program.log.ends_with("problem: response_injection\n"
                                        "failed: tls response_injection\nclosed\n"));
            CHECK(program.sent == "CAPA\r\nSTLS\r\n");
        }
        Program later{config};
        later.tls_at_once = false;
        later.play({good[0], good[1], "+OK go\r\n", "+OK injected\r\n"});
        CHECK(later.log.ends_with("failed: tls response_injection\nclosed\n"));
        later.session.handle_tls_established(start_of_test);
        CHECK_FALSE(later.session.encrypted());
    }

    TEST_CASE("TLS from the first octet, a handshake that fails, a TLS port spoken to in the clear")
    {
        ClientConfig config = taro();
        config.protection = Protection::tls;
        config.may_reveal_password = false;
        Program program{config};
        program.play({"+OK hello\r\n", "+OK\r\n.\r\n"});
        CHECK(program.log == "(tls)\nS:  +OK 11\nC: CAPA\nS: capa +OK 8\nC: USER taro\n");
        Program failing{config};
        failing.tls_at_once = false;
        failing.connect();
        failing.session.handle_tls_failed(start_of_test);
        failing.drain();
        CHECK(failing.log == "(tls)\nfailed: tls\nclosed\n");
        Program in_clear{taro()};
        in_clear.play({std::string{"\x15\x03\x03\x00\x02", 5}});
        CHECK(in_clear.log.starts_with("problem: spoke_smtp_to_tls_port\nfailed: greeting"));
    }

    // ---- hostile servers
    // ---------------------------------------------------------------------------

    TEST_CASE("garbage instead of a reply, at each step")
    {
        const std::vector<std::string> garbage{"\r\n",
                                               "OK\r\n",
                                               "+ok\r\n",
                                               "+OKAY\r\n",
                                               "-ER\r\n",
                                               "-ERROR\r\n",
                                               "220 hi\r\n",
                                               "+OK a\rb\r\n",
                                               "+OK a\nb\r\n",
                                               std::string{"+OK \0\r\n", 7}};
        for (std::size_t turns = 0; turns + 1 < good.size(); ++turns) {
            for (const std::string& reply : garbage) {
                CAPTURE(turns);
                CAPTURE(reply);
                Program program{taro()};
                std::vector<std::string> script(good.begin(),
                                                good.begin() + static_cast<std::ptrdiff_t>(turns));
                script.push_back(reply);
                program.play(script);
                CHECK(program.log.find(" reply_malformed") != std::string::npos);
                CHECK(program.log.ends_with("closed\n"));
                CHECK(program.fetched.empty());
            }
        }
    }

    TEST_CASE("lists that make no sense")
    {
        for (const char* stat : {"+OK\r\n", "+OK x\r\n", "+OK -1 0\r\n", "+OK 4294967296 0\r\n"}) {
            Program program{taro()};
            program.play({good[0], good[1], good[2], good[3], stat});
            CHECK(program.log.find("failed: retrieve reply_malformed") != std::string::npos);
        }
        for (const char* list : {"1\r\n",
                                 "1 \r\n",
                                 "x one\r\n",
                                 "0 one\r\n",
                                 "2 two\r\n",
                                 "1 one\r\n1 two\r\n",
                                 "1 o ne\r\n",
                                 "1 \xE3\x81\x82\r\n"}) {
            CAPTURE(list);
            Program program{taro()};
            program.play({good[0],
                          good[1],
                          good[2],
                          good[3],
                          good[4],
                          "+OK\r\n" + std::string{list} + ".\r\n"});
            CHECK(program.log.find("failed: retrieve reply_malformed") != std::string::npos);
        }
        Program crowded{taro()};
        crowded.play({good[0], good[1], good[2], good[3], "+OK 999999999 1\r\n", "+OK\r\n"});
        CHECK(crowded.log.find("failed: retrieve reply_too_long\nC: QUIT\n") != std::string::npos);
    }

    TEST_CASE("endless lines and endless replies are cut off, at each step")
    {
        for (std::size_t turns = 0; turns < good.size(); ++turns) {
            for (const char* piece : {"+OK and so on and on ", "+OK\r\n1 x\r\n"}) {
                ClientConfig config = taro();
                config.message_size_limit = 100'000;
                Program program{config};
                program.play({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(turns)});
                std::size_t given = 0;
                while (program.session.phase() != ClientPhase::closed) {
                    program.hear(piece);
                    given += std::string_view{piece}.size();
                    REQUIRE(given < 300'000);
                }
                CHECK(program.log.ends_with("closed\n"));
            }
        }
    }

    TEST_CASE("a server that falls silent is left after the reply's time")
    {
        Program program{taro()};
        program.connect();
        CHECK(program.session.next_timeout() == start_of_test + 1min);
        CHECK(program.session.deadline().timer == SessionTimer::greeting_awaited);
        program.hear("+OK hello\r\n", start_of_test + 30s);
        CHECK(program.session.next_timeout() == start_of_test + 90s);
        CHECK(program.session.deadline().timer == SessionTimer::reply_awaited);
        program.hear("+OK\r\nUI", start_of_test + 80s); // no reply yet
        program.session.handle_timeout(start_of_test + 89s);
        CHECK(program.session.phase() == ClientPhase::awaiting_capabilities);
        program.session.handle_timeout(start_of_test + 90s);
        program.drain();
        CHECK(program.log.ends_with("failed: hello reply_too_late (+OK)\nclosed\n"));
    }

    TEST_CASE("a long message has time as long as it keeps coming")
    {
        Program program{taro()};
        program.play({good.begin(), good.begin() + 6});
        program.hear("+OK\r\n");
        Instant now = start_of_test;
        const std::string line = std::string(1022, 'x') + "\r\n";
        for (int i = 0; i < 3 * 1024; ++i) {
            now += 3200ms; // 16 KiB in 51 s: a line of 2.6 kbit/s
            REQUIRE(now < program.session.next_timeout());
            REQUIRE(program.session.deadline().timer == SessionTimer::message_awaited);
            program.hear(line, now);
        }
        program.hear(".\r\n", now);
        CHECK(program.fetched.at(0).text.size() == std::size_t{3} * 1024 * 1024);
    }

    TEST_CASE("a name or password that no line can carry is not sent")
    {
        for (const auto& [user, password] : std::vector<std::pair<std::string, std::string>>{
                 {"taro\r\nDELE 1", "secret"},
                 {"taro", "sec\nret"},
                 {"", "secret"},
                 {"taro", ""},
                 {"taro", std::string(300, 'x')},
                 {std::string{"ta\0ro", 5}, "secret"}}) {
            ClientConfig config = taro();
            config.user = user;
            config.password = password;
            Program program{config};
            CHECK(program.connect().empty());
            CHECK(program.log == "problem: unfit_for_command\nfailed: local unfit_for_command\n"
                                 "closed\n");
        }
    }

    TEST_CASE("each command and reply says where in the stream it stood")
    {
        Program program{taro()};
        program.play(good);
        std::string heard;
        for (const std::string& turn : good)
            heard += turn;
        for (const auto& output : program.outputs) {
            if (const auto* sent = std::get_if<client::CommandSent>(&output))
                CHECK(program.sent.substr(sent->stream_offset).starts_with(sent->line + "\r\n"));
            if (const auto* seen = std::get_if<client::ReplySeen>(&output)) {
                const std::string reply = heard.substr(seen->stream_offset, seen->size);
                CHECK(reply.starts_with(seen->line + "\r\n"));
            }
        }
    }

    TEST_CASE("the state diagram is exactly this")
    {
        ClientConfig config = taro();
        config.protection = Protection::starttls;
        config.deletes_after_fetch = true;
        std::string diagram;
        for (const auto& cell : ClientSession::transition_table(config)) {
            diagram += std::string{name_of(cell.from)} + (cell.ok ? " +OK" : " -ERR");
            if (cell.says != Pop3Verb::none) diagram += " / " + std::string{name_of(cell.says)};
            diagram += " -> " + std::string{name_of(cell.to)};
            if (cell.session_fails) diagram += ", session fails";
            diagram += '\n';
        }
        CHECK(diagram == R"(awaiting_greeting +OK / capa -> awaiting_capabilities
awaiting_greeting -ERR / quit -> quitting, session fails
awaiting_capabilities +OK / stls -> awaiting_stls
awaiting_capabilities -ERR / quit -> quitting, session fails
awaiting_stls +OK -> awaiting_tls
awaiting_stls -ERR / quit -> quitting, session fails
awaiting_user +OK / pass -> awaiting_pass
awaiting_user -ERR / quit -> quitting, session fails
awaiting_pass +OK / stat -> awaiting_stat
awaiting_pass -ERR / quit -> quitting, session fails
awaiting_stat +OK / uidl -> awaiting_uidl
awaiting_stat -ERR / quit -> quitting, session fails
awaiting_uidl +OK / retr -> fetching
awaiting_uidl -ERR / retr -> fetching
fetching +OK / dele -> deleting
fetching -ERR / quit -> quitting
deleting +OK / quit -> quitting
deleting -ERR / quit -> quitting
quitting +OK -> closed
quitting -ERR -> closed
)");
    }
}
