// A client and a server session driven back to back until neither has anything to say.
#include "sim/core/rng.h"
#include "sim/smtp/client_session.h"
#include "tests/smtp/client_play.h"
#include "tests/smtp/server_play.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>

using namespace sim;
using namespace sim::smtp;
using sim::smtp::test::mail_to;
using sim::smtp::test::ServerPlay;
using sim::smtp::test::start_of_test;

namespace {

using Outcome = client::RecipientResult::Outcome;

// The client's end and its host: logs in as hanako, keeps what came of it.
class Pair {
public:
    Pair(ClientConfig client_config, ServerConfig server_config)
        : tls_from_start_{client_config.protection == Protection::tls},
          server{std::move(server_config), tls_from_start_},
          client_{std::move(client_config)}
    {
    }

    void send(OutgoingMail mail)
    {
        client_.start_mail(std::move(mail), start_of_test);
        drain();
    }
    // From the greeting to the last octet.
    void run()
    {
        client_.handle_connected(start_of_test);
        drain();
        talk();
    }
    void finish()
    {
        client_.finish(start_of_test);
        drain();
        talk();
    }
    void talk()
    {
        std::string to_client = server.take_wire();
        while (!to_client.empty() || !to_server_.empty()) {
            for (std::string_view rest = to_client; !rest.empty();
                 rest.remove_prefix(std::min(split, rest.size()))) {
                client_.handle_bytes(rest.substr(0, split), start_of_test);
                drain();
            }
            to_client = server.say(std::exchange(to_server_, {}));
            if (server.tls_asked) { // both ends have said their last in the clear
                client_.handle_bytes(std::exchange(to_client, {}), start_of_test);
                drain();
                server.establish_tls();
                client_.handle_tls_established(start_of_test);
                drain();
            }
        }
    }

    std::vector<client::MailFinished> mails;
    std::vector<client::SessionFailed> failures;
    std::vector<client::CommandSent> commands;
    std::vector<client::ReplySeen> replies;
    std::vector<client::TextSent> texts;
    std::string password = "secret";
    std::size_t split = std::string::npos;

private:
    void drain()
    {
        while (auto output = client_.poll_output())
            std::visit([&](auto& what) { on(what); }, *output);
    }
    void on(client::SendBytes& sent) { to_server_ += sent.bytes; }
    void on(client::BeginTls& /*begin*/)
    {
        if (!tls_from_start_) return;
        client_.handle_tls_established(start_of_test);
    }
    void on(client::AuthBegin& begin)
    {
        const bool has_plain = std::ranges::find(begin.offered, "PLAIN") != begin.offered.end();
        if (!begin.may_reveal_password) {
            client_.handle_auth_impossible(SmtpProblem::auth_would_reveal_password, start_of_test);
            return;
        }
        AuthAnswer answer;
        if (has_plain) answer.octets = std::string{"\0hanako\0", 8} + password;
        client_.handle_auth_choice(has_plain ? "PLAIN" : "LOGIN", answer, start_of_test);
    }
    void on(client::AuthChallenge& challenge)
    {
        AuthAnswer answer;
        answer.octets = challenge.octets == "Username:" ? "hanako" : password;
        client_.handle_auth_response(answer, start_of_test);
    }
    void on(client::MailFinished& finished) { mails.push_back(std::move(finished)); }
    void on(client::SessionFailed& failed) { failures.push_back(std::move(failed)); }
    void on(client::CloseConnection& /*close*/) { closed = true; }
    void on(client::CommandSent& sent) { commands.push_back(std::move(sent)); }
    void on(client::ReplySeen& seen) { replies.push_back(std::move(seen)); }
    void on(client::TextSent& sent) { texts.push_back(sent); }
    void on(client::ProblemSeen& /*seen*/) {}

    bool tls_from_start_;
    std::string to_server_;

public:
    ServerPlay server;
    bool closed = false;

private:
    ClientSession client_;
};

ClientConfig program(Protection protection)
{
    ClientConfig config;
    config.hostname = "client.example";
    config.protection = protection;
    config.wants_auth = true;
    return config;
}

ClientConfig relay()
{
    ClientConfig config;
    config.hostname = "relay.example";
    config.protection = Protection::starttls_if_available;
    return config;
}

OutgoingMail mail_from_hanako(std::vector<std::string> recipients, std::string text)
{
    OutgoingMail mail = mail_to(std::move(recipients), std::move(text));
    mail.reverse_path = "hanako@client.example";
    return mail;
}

const std::vector<std::string> texts{
    "",
    "\r\n",
    ".\r\n",
    "..\r\n.\r\n...\r\n",
    "Subject: x\r\n\r\n.hidden\r\n",
    "Subject: no end",
    "Subject: no end\r\n\r\n.",
    "Subject: \xE9\xA3\x9B\xE8\x84\x9A\r\n\r\n\xFF\xFE\r\n",
    "Subject: long\r\n\r\n" + std::string(998, 'x') + "\r\n" + std::string(8192, 'y') + "\r\n",
    "\r\n.\r\nMAIL FROM:<evil@x.example>\r\nRCPT TO:<taro@server.example>\r\nDATA\r\n",
};

std::string with_end(std::string text)
{
    if (!text.empty() && !text.ends_with("\r\n")) text += "\r\n";
    return text;
}

} // namespace

TEST_SUITE("smtp.pair")
{
    TEST_CASE("every text arrives as it was sent, on every way into every kind of server")
    {
        for (const Protection protection : {Protection::none,
                                            Protection::starttls_if_available,
                                            Protection::starttls,
                                            Protection::tls}) {
            for (const bool submission : {false, true}) {
                for (const bool pipelining : {true, false}) {
                    for (const std::string& text : texts) {
                        CAPTURE(name_of(protection));
                        CAPTURE(text);
                        ClientConfig config = submission ? program(protection) : relay();
                        config.protection = protection;
                        config.wants_pipelining = pipelining;
                        const bool in_clear = protection == Protection::none;
                        if (submission && in_clear) continue;
                        Pair pair{config,
                                  submission ? submission_config("mail.server.example")
                                             : mx_config("mx.server.example")};
                        pair.send(mail_from_hanako({"taro@server.example"}, text));
                        pair.run();
                        REQUIRE(pair.server.messages.size() == 1);
                        CHECK(pair.server.messages[0].text == with_end(text));
                        CHECK(pair.server.messages[0].client.encrypted == !in_clear);
                        CHECK(pair.server.messages[0].client.user == (submission ? "hanako" : ""));
                        CHECK(pair.mails.at(0).recipients.at(0).outcome == Outcome::accepted);
                        pair.finish();
                        CHECK(pair.closed);
                        CHECK(pair.failures.empty());
                    }
                }
            }
        }
    }

    TEST_CASE("with BDAT every text arrives as well, in one group or command by command")
    {
        for (const bool submission : {false, true}) {
            for (const bool pipelining : {true, false}) {
                for (const std::string& text : texts) {
                    CAPTURE(text);
                    ClientConfig config = submission ? program(Protection::starttls) : relay();
                    config.wants_pipelining = pipelining;
                    config.wants_chunking = true;
                    Pair pair{config,
                              submission ? submission_config("mail.server.example")
                                         : mx_config("mx.server.example")};
                    pair.send(
                        mail_from_hanako({"taro@server.example", "nobody@server.example"}, text));
                    pair.run();
                    pair.send(mail_from_hanako({"nobody@server.example"}, text));
                    pair.talk();
                    pair.send(mail_from_hanako({"taro@server.example"}, text));
                    pair.talk();
                    pair.finish();
                    REQUIRE(pair.server.messages.size() == 2);
                    CHECK(pair.server.messages[0].text == with_end(text));
                    CHECK(pair.server.messages[1].text == with_end(text));
                    REQUIRE(pair.mails.size() == 3);
                    CHECK(pair.mails[0].recipients[0].outcome == Outcome::accepted);
                    CHECK(pair.mails[0].recipients[1].outcome == Outcome::refused_for_good);
                    CHECK(pair.mails[1].recipients[0].outcome == Outcome::refused_for_good);
                    CHECK(pair.mails[2].recipients[0].outcome == Outcome::accepted);
                    CHECK(pair.failures.empty());
                    const auto is = [](SmtpVerb verb) {
                        return [verb](const auto& sent) { return sent.verb == verb; };
                    };
                    CHECK(std::ranges::count_if(pair.commands, is(SmtpVerb::bdat)) == 2);
                    CHECK(std::ranges::count_if(pair.commands, is(SmtpVerb::data)) == 0);
                }
            }
        }
    }

    TEST_CASE("a client that would use BDAT uses DATA where it is not offered")
    {
        ClientConfig config = relay();
        config.wants_chunking = true;
        ServerConfig old = mx_config("mx.server.example");
        old.extensions.chunking = false;
        Pair pair{config, old};
        pair.send(mail_from_hanako({"taro@server.example"}, "Hi\r\n"));
        pair.run();
        CHECK(pair.server.messages.size() == 1);
        CHECK(std::ranges::count_if(pair.commands, [](const auto& sent) {
                  return sent.verb == SmtpVerb::data;
              }) == 1);
    }

    TEST_CASE("both ends tell the same story, command by command, at the same positions")
    {
        for (const bool pipelining : {true, false}) {
            ClientConfig config = program(Protection::starttls);
            config.wants_pipelining = pipelining;
            Pair pair{config, submission_config("mail.server.example")};
            pair.send(mail_from_hanako({"taro@server.example", "nobody@server.example"},
                                       "Subject: x\r\n\r\n.\r\nHi\r\n"));
            pair.run();
            pair.finish();
            const auto seen = pair.server.commands();
            REQUIRE(seen.size() == pair.commands.size());
            for (std::size_t i = 0; i < seen.size(); ++i) {
                CAPTURE(seen[i].line);
                CHECK(seen[i].verb == pair.commands[i].verb);
                CHECK(seen[i].line == pair.commands[i].line);
                CHECK(seen[i].encrypted == pair.commands[i].encrypted);
                CHECK(seen[i].range.begin == pair.commands[i].stream_offset);
                CHECK(seen[i].secret_size == pair.commands[i].secret_size);
                if (seen[i].secret_size > 0)
                    CHECK(seen[i].secret_offset == pair.commands[i].secret_offset);
            }
            const auto sent = pair.server.replies();
            REQUIRE(sent.size() == pair.replies.size());
            for (std::size_t i = 0; i < sent.size(); ++i) {
                CAPTURE(pair.replies[i].wire);
                CHECK(sent[i].to == pair.replies[i].to);
                CHECK(sent[i].reply == pair.replies[i].reply);
                CHECK(sent[i].encrypted == pair.replies[i].encrypted);
                CHECK(sent[i].range.begin == pair.replies[i].stream_offset);
                CHECK(sent[i].range.size == pair.replies[i].wire.size() + 2);
            }
            for (const auto& output : pair.server.outputs) {
                const auto* text = std::get_if<server::TextReceived>(&output);
                if (text == nullptr) continue;
                CHECK(text->lines == pair.texts.at(0).lines);
                CHECK(text->size == pair.texts.at(0).size);
                CHECK(text->range.begin == pair.texts.at(0).stream_offset);
            }
        }
    }

    TEST_CASE("octets split anywhere in both directions change nothing")
    {
        std::vector<client::ReplySeen> expected;
        for (const std::size_t split : {std::string::npos, std::size_t{1}, std::size_t{3}}) {
            Pair pair{program(Protection::starttls), submission_config("mail.server.example")};
            pair.split = split;
            pair.server.split = split;
            pair.send(mail_from_hanako({"taro@server.example"}, texts[4]));
            pair.run();
            pair.finish();
            CHECK(pair.server.messages.size() == 1);
            if (expected.empty()) expected = pair.replies;
            CHECK((expected == pair.replies));
        }
    }

    TEST_CASE("a wrong password, a sender that is not the user's, a server that demands TLS")
    {
        Pair wrong{program(Protection::starttls), submission_config("mail.server.example")};
        wrong.password = "Secret";
        wrong.send(mail_from_hanako({"taro@server.example"}, texts[4]));
        wrong.run();
        CHECK(wrong.mails.empty()); // the server takes its time to say no
        wrong.server.pass(2s);
        wrong.talk();
        CHECK(test::to_line(wrong.mails.at(0).recipients.at(0)) == "refused for good auth 535");
        CHECK(wrong.closed);

        Pair spoof{program(Protection::tls), submission_config("mail.server.example")};
        OutgoingMail mail = mail_from_hanako({"taro@server.example"}, texts[4]);
        mail.reverse_path = "spoof@client.example";
        spoof.send(std::move(mail));
        spoof.run();
        CHECK(test::to_line(spoof.mails.at(0).recipients.at(0)) ==
              "refused for good mail_from 553");

        ClientConfig careless = program(Protection::none);
        careless.wants_auth = false;
        Pair in_clear{careless, submission_config("mail.server.example")};
        in_clear.send(mail_from_hanako({"taro@server.example"}, texts[4]));
        in_clear.run();
        CHECK(test::to_line(in_clear.mails.at(0).recipients.at(0)) ==
              "refused for good mail_from 530");
    }

    TEST_CASE("LOGIN where the server has nothing better")
    {
        ServerConfig config = submission_config("mail.server.example");
        config.mechanisms_under_tls = {"LOGIN"};
        Pair pair{program(Protection::starttls), config};
        pair.send(mail_from_hanako({"taro@server.example"}, texts[4]));
        pair.run();
        CHECK(pair.server.messages.size() == 1);
    }

    TEST_CASE("a server whose STARTTLS is out of order: 454 stops one, not the other")
    {
        ServerConfig broken = mx_config("mx.server.example");
        broken.tls = TlsUse::unready;
        ClientConfig strict = relay();
        strict.protection = Protection::starttls;
        Pair stops{strict, broken};
        stops.send(mail_from_hanako({"taro@server.example"}, texts[4]));
        stops.run();
        CHECK(test::to_line(stops.mails.at(0).recipients.at(0)) ==
              "refused for now tls starttls_refused 454");
        CHECK(stops.server.messages.empty());
        Pair goes_on{relay(), broken};
        goes_on.send(mail_from_hanako({"taro@server.example"}, texts[4]));
        goes_on.run();
        CHECK(goes_on.server.messages.size() == 1);
    }

    TEST_CASE("what the client calls accepted is what the server took: a thousand random mails")
    {
        Rng rng = rng_stream(1, "pair");
        const std::vector<std::string> people{"taro@server.example",
                                              "jiro@server.example",
                                              "nobody@server.example",
                                              "full@server.example",
                                              "later@server.example",
                                              "taro@elsewhere.example",
                                              "bad\r\nRSET@server.example",
                                              "a..b@server.example"};
        std::size_t accepted = 0;
        std::size_t taken = 0;
        for (int session = 0; session < 200; ++session) {
            ClientConfig config = relay();
            config.wants_pipelining = rng.below(2) == 0;
            ServerConfig server = mx_config("mx.server.example");
            server.limits.recipients = 1 + rng.below(4);
            server.limits.message_octets = 30 + rng.below(9000);
            server.extensions.size = rng.below(2) == 0;
            server.extensions.pipelining = rng.below(4) != 0;
            Pair pair{config, server};
            pair.split = 1 + rng.below(200);
            pair.run();
            const std::size_t mails = 1 + rng.below(9);
            std::size_t finished = 0;
            for (std::size_t i = 0; i < mails; ++i) {
                std::vector<std::string> recipients;
                const std::size_t count = 1 + rng.below(6);
                for (std::size_t j = 0; j < count; ++j)
                    recipients.push_back(people[rng.below(people.size())]);
                pair.send(mail_from_hanako(recipients, texts[rng.below(texts.size())]));
                pair.talk();
                REQUIRE(pair.mails.size() == ++finished);
                REQUIRE(pair.mails.back().recipients.size() == count);
            }
            pair.finish();
            REQUIRE(pair.closed);
            for (const auto& mail : pair.mails) {
                for (const auto& result : mail.recipients)
                    accepted += result.outcome == Outcome::accepted ? 1 : 0;
            }
            for (const auto& message : pair.server.messages)
                taken += message.envelope.recipients.size();
        }
        CHECK(accepted == taken);
        CHECK(accepted > 500);
    }
}
