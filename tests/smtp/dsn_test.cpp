// DSN parameters (RFC 3461) at both ends: kept with the envelope, said on only where they are
// offered.
#include "sim/smtp/client_session.h"
#include "sim/smtp/server_session.h"
#include "tests/smtp/client_play.h"
#include "tests/smtp/server_play.h"

#include <doctest/doctest.h>

#include <string>

namespace sim::smtp {

using test::mail_to;
using test::Play;
using test::play;
using test::Played;
using test::ServerPlay;

namespace {

Play with_wishes(const std::string& hello)
{
    Play script;
    OutgoingMail mail = mail_to({"taro@umi.example", "jiro@umi.example"});
    mail.reverse_path = "hanako@client.example";
    mail.ret = ReturnedPart::headers;
    mail.envid = "QQ+2B1";
    mail.recipient_parameters = {{Notify{true, true, false}, "rfc822;t@umi.example"},
                                 {Notify{}, ""}};
    script.mails = {mail};
    script.script = {
        "220 x\r\n", hello, "250 ok\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "250 ok\r\n"};
    return script;
}

} // namespace

TEST_SUITE("smtp.dsn")
{
    TEST_CASE("RFC 3461 section 10: what MAIL and RCPT say of reports stays with the envelope")
    {
        ServerPlay server{mx_config("mx.server.example")};
        server.become_ready();
        CHECK(server.say("MAIL FROM:<Alice@Example.ORG> RET=HDRS ENVID=QQ314159\r\n") ==
              "250 2.1.0 Ok\r\n");
        CHECK(server.say("RCPT TO:<Bob@server.example> NOTIFY=SUCCESS "
                         "ORCPT=rfc822;Bob@server.example\r\n"
                         "RCPT TO:<nobody@server.example> NOTIFY=NEVER\r\n"
                         "RCPT TO:<Carol@server.example> NOTIFY=FAILURE\r\n"
                         "RCPT TO:<Dana@server.example>\r\n") == "250 2.1.5 Ok\r\n"
                                                                 "550 5.1.1 User unknown\r\n"
                                                                 "250 2.1.5 Ok\r\n"
                                                                 "250 2.1.5 Ok\r\n");
        server.say("DATA\r\n");
        server.say("Subject: x\r\n.\r\n");
        REQUIRE(server.messages.size() == 1);
        const Envelope& envelope = server.messages[0].envelope;
        CHECK(envelope.parameters.ret == ReturnedPart::headers);
        CHECK(envelope.parameters.envid == "QQ314159");
        REQUIRE(envelope.recipient_parameters.size() == 3); // of those accepted
        CHECK(envelope.recipient_parameters[0].notify == Notify{true, false, false});
        CHECK(envelope.recipient_parameters[0].orcpt == "rfc822;Bob@server.example");
        CHECK(envelope.recipient_parameters[1].notify == Notify{false, true, false});
        CHECK_FALSE(envelope.recipient_parameters[2].any());
    }

    TEST_CASE("wrong DSN parameters are refused and change nothing")
    {
        ServerPlay server{mx_config("mx.server.example")};
        server.become_ready();
        CHECK(server.say("MAIL FROM:<a@b.example> RET=SOME\r\n").starts_with("501 5.5.4 "));
        CHECK(server.say("MAIL FROM:<a@b.example> ENVID=a ENVID=b\r\n").starts_with("501 5.5.4 "));
        CHECK(server.say("MAIL FROM:<a@b.example>\r\n") == "250 2.1.0 Ok\r\n");
        CHECK(server.say("RCPT TO:<taro@server.example> NOTIFY=NEVER,DELAY\r\n")
                  .starts_with("501 5.5.4 "));
        CHECK(server.say("DATA\r\n").starts_with("503 5.5.1 "));
    }

    TEST_CASE("where DSN is not offered, or after HELO, its parameters are unknown: 555 5.5.4")
    {
        ServerConfig config = mx_config("mx.server.example");
        config.extensions.dsn = false;
        ServerPlay without{config};
        without.become_ready();
        CHECK(without.say("MAIL FROM:<a@b.example> RET=FULL\r\n").starts_with("555 5.5.4 "));
        CHECK(without.say("MAIL FROM:<a@b.example>\r\n") == "250 2.1.0 Ok\r\n");
        CHECK(without.say("RCPT TO:<taro@server.example> NOTIFY=NEVER\r\n")
                  .starts_with("555 5.5.4 "));

        ServerPlay old{mx_config("mx.server.example")};
        old.take_wire();
        old.say("HELO client.example\r\n");
        CHECK(old.say("MAIL FROM:<a@b.example> RET=FULL\r\n").starts_with("555 5.5.4 "));
        old.say("MAIL FROM:<a@b.example>\r\n");
        CHECK(old.say("RCPT TO:<taro@server.example> NOTIFY=NEVER\r\n").starts_with("555 5.5.4 "));
    }

    TEST_CASE("limits: RET, ENVID, NOTIFY and ORCPT at their longest fit on their lines")
    {
        ServerPlay server{mx_config("mx.server.example")};
        server.become_ready();
        // xtext may take three octets for one, but the limits of RFC 3461 count them all.
        const std::string local(64, 'a');
        const std::string domain =
            "server.example"; // a longer one of ours there is not; the line is what counts
        const std::string mail = "MAIL FROM:<" + local +
                                 "@b.example> RET=FULL ENVID=" + std::string(100, 'e') +
                                 " SIZE=1 BODY=8BITMIME SMTPUTF8\r\n";
        CHECK(server.say(mail) == "250 2.1.0 Ok\r\n");
        const std::string rcpt = "RCPT TO:<" + local + "@" + domain +
                                 "> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;" +
                                 std::string(493, 'o') + "\r\n";
        CHECK(rcpt.size() > 512);
        CHECK(server.say(rcpt) == "250 2.1.5 Ok\r\n");
    }

    TEST_CASE("a client says RET, ENVID, NOTIFY and ORCPT to a server that offers DSN")
    {
        const Played played = play(with_wishes("250-mx\r\n250 DSN\r\n"));
        CHECK(played.wire.find("MAIL FROM:<hanako@client.example> RET=HDRS ENVID=QQ+2B1\r\n"
                               "RCPT TO:<taro@umi.example> NOTIFY=SUCCESS,FAILURE "
                               "ORCPT=rfc822;t@umi.example\r\n"
                               "RCPT TO:<jiro@umi.example> NOTIFY=NEVER\r\n") != std::string::npos);
        REQUIRE(played.mails.size() == 1);
        CHECK(played.mails[0].peer_offers_dsn);
    }

    TEST_CASE("and to one that does not offer it nothing of the kind")
    {
        const Played played = play(with_wishes("250-mx\r\n250 HELP\r\n"));
        CHECK(played.wire.find("RCPT TO:<taro@umi.example>\r\n") != std::string::npos);
        CHECK(played.wire.find("RET=") == std::string::npos);
        REQUIRE(played.mails.size() == 1);
        CHECK_FALSE(played.mails[0].peer_offers_dsn);
    }

    TEST_CASE("RFC 6533 section 3: an ORCPT in UTF-8 is for mail with SMTPUTF8 only")
    {
        ServerPlay server{mx_config("mx.server.example")};
        server.become_ready();
        const std::string rcpt = "RCPT TO:<taro@server.example> ORCPT=utf-8;海@umi.example\r\n";
        server.say("MAIL FROM:<a@b.example>\r\n");
        CHECK(server.say(rcpt).starts_with("553 5.6.7 "));
        server.say("RSET\r\n");
        server.say("MAIL FROM:<a@b.example> SMTPUTF8\r\n");
        CHECK(server.say(rcpt) == "250 2.1.5 Ok\r\n");

        for (const bool is_global : {true, false}) {
            Play script = with_wishes("250-mx\r\n250-SMTPUTF8\r\n250 DSN\r\n");
            script.mails[0].needs_utf8 = is_global;
            script.mails[0].recipient_parameters[0].orcpt = "utf-8;海@umi.example";
            const bool said = play(script).wire.find("ORCPT=utf-8;海@") != std::string::npos;
            CHECK(said == is_global);
        }
    }

    TEST_CASE("a client given DSN parameters that would break out of their line leaves them out")
    {
        Play script = with_wishes("250-mx\r\n250 DSN\r\n");
        script.mails[0].envid = "a\r\nRSET";
        script.mails[0].recipient_parameters[0].orcpt = "rfc822;x\r\nQUIT";
        const Played played = play(script);
        CHECK(played.wire.find("RSET") == std::string::npos);
        CHECK(played.wire.find("ORCPT") == std::string::npos);
        CHECK(played.wire.find("RET=HDRS\r\n") != std::string::npos);
    }
}

} // namespace sim::smtp
