// How a TLS connection ends, well or badly, and what a peer that is no honest one can do.
#include "tests/tls/pair.h"

#include <doctest/doctest.h>

namespace sim::tls::test {

namespace {

Pair established(VersionRange versions)
{
    Pair pair{{.client_versions = versions, .server_versions = versions}};
    pair.run();
    return pair;
}

End lone_server(VersionRange versions = {})
{
    Authority authority{1, noon};
    return {Engine::server({.identity = authority.issue({.name = mx}, noon), .versions = versions},
                           rng_stream(1, "server"),
                           noon),
            {}};
}

End lone_client(VersionRange versions = {})
{
    return {Engine::client({.server_name = mx, .trust = {}, .versions = versions},
                           rng_stream(1, "client"),
                           noon),
            {}};
}

std::string uint16(std::size_t value)
{
    return {static_cast<char>(value >> 8U), static_cast<char>(value)};
}

// A ClientHello as an old or strange program would send it (RFC 5246 §7.4.1.2).
std::string client_hello(std::uint16_t version, const std::vector<std::uint16_t>& suites)
{
    std::string body = uint16(version) + std::string(32, '\x5a') + '\0';
    body += uint16(suites.size() * 2);
    for (const std::uint16_t suite : suites)
        body += uint16(suite);
    body += std::string{"\x01\x00", 2}; // no compression
    const std::string message = std::string{"\x01\x00", 2} + uint16(body.size()) + body;
    return "\x16" + uint16(0x0301) + uint16(message.size()) + message;
}

} // namespace

TEST_SUITE("tls.ending")
{
    TEST_CASE("close_notify from one end is answered, and both ends end cleanly")
    {
        for (const VersionRange versions : {only_1_2, only_1_3}) {
            for (const bool client_first : {true, false}) {
                Pair pair = established(versions);
                End& first = client_first ? pair.client : pair.server;
                End& second = client_first ? pair.server : pair.client;
                first.engine.send("last words", noon);
                first.engine.close(noon);
                CHECK_FALSE(first.engine.ended());
                pair.run();
                CHECK(second.plaintext() == "last words");
                CHECK(first.all<Alert>() ==
                      std::vector{Alert{Side::sent, false, 0}, Alert{Side::received, false, 0}});
                CHECK(second.all<Alert>() ==
                      std::vector{Alert{Side::received, false, 0}, Alert{Side::sent, false, 0}});
                for (End* end : {&first, &second}) {
                    CHECK(end->engine.ended());
                    CHECK(end->one<Ended>().clean);
                    CHECK(end->count<Ended>() == 1);
                    CHECK(end->count<Failed>() == 0);
                    CHECK(std::holds_alternative<Ended>(end->outputs.back()));
                    end->engine.handle_end_of_stream(noon); // the FIN behind it is no news
                    end->engine.send("too late", noon);
                    end->engine.close(noon);
                    CHECK(end->drain().empty());
                    CHECK(end->count<Ended>() == 1);
                }
            }
        }
    }

    TEST_CASE("a FIN without close_notify is a truncation")
    {
        for (const VersionRange versions : {only_1_2, only_1_3}) {
            Pair pair = established(versions);
            pair.client.engine.handle_end_of_stream(noon);
            pair.client.drain();
            CHECK(pair.client.engine.ended());
            REQUIRE(pair.client.count<Ended>() == 1);
            CHECK_FALSE(pair.client.one<Ended>().clean);
            CHECK(pair.client.engine.established());
        }
    }

    TEST_CASE("a FIN in the middle of the handshake is a failure")
    {
        End client = lone_client();
        End server = lone_server();
        const std::string hello = client.drain();
        server.engine.handle_bytes(hello.substr(0, hello.size() - 1), noon);
        for (End* end : {&client, &server}) {
            end->engine.handle_end_of_stream(noon);
            end->drain();
            CHECK(end->one<Failed>().why == TlsFailure::truncated);
            CHECK(end->engine.ended());
            CHECK_FALSE(end->engine.established());
        }
    }

    TEST_CASE("closing in the middle of the handshake tells the peer")
    {
        End client = lone_client();
        End server = lone_server();
        server.engine.handle_bytes(client.drain(), noon);
        client.engine.close(noon);
        CHECK(client.engine.ended());
        server.drain();
        server.engine.handle_bytes(client.drain(), noon);
        server.drain();
        CHECK(client.one<Alert>() == Alert{Side::sent, false, 0});
        CHECK(server.engine.ended());
        CHECK(server.one<Failed>().why == TlsFailure::peer_alert);
        client.engine.handle_end_of_stream(noon);
        client.drain();
        CHECK(client.count<Failed>() == 0);
        CHECK(client.count<Ended>() == 0);
    }

    TEST_CASE("a client that speaks SMTP in the clear to a TLS port gets an alert")
    {
        for (const VersionRange versions : {only_1_2, only_1_3, VersionRange{}}) {
            End whole = lone_server(versions);
            whole.engine.handle_bytes("EHLO client.example\r\n", noon);
            const std::string answer = whole.drain();
            CHECK(answer == std::string{"\x15\x03\x03\x00\x02\x02\x0a", 7});
            CHECK(whole.one<Failed>().why == TlsFailure::not_tls);
            CHECK(whole.one<Failed>().alert == 10);
            CHECK(whole.one<Alert>() == Alert{Side::sent, true, 10});
            CHECK(whole.engine.ended());
            whole.engine.handle_bytes("QUIT\r\n", noon);
            whole.engine.handle_end_of_stream(noon);
            CHECK(whole.drain().empty());
            CHECK(whole.count<Failed>() == 1);

            End piecemeal = lone_server(versions);
            piecemeal.engine.handle_bytes("E", noon);
            CHECK(piecemeal.drain() == answer);
            CHECK(piecemeal.outputs == whole.outputs);
        }
    }

    TEST_CASE("a server that speaks SMTP in the clear to a TLS client gets one too")
    {
        End client = lone_client();
        client.drain();
        client.engine.handle_bytes("220 mx.isp.example ESMTP\r\n", noon);
        CHECK(client.drain() == std::string{"\x15\x03\x03\x00\x02\x02\x0a", 7});
        CHECK(client.one<Failed>().why == TlsFailure::not_tls);
    }

    TEST_CASE("TLS 1.1 and 1.0 are refused with protocol_version")
    {
        for (const VersionRange versions : {only_1_2, only_1_3, VersionRange{}}) {
            for (const std::uint16_t old : {std::uint16_t{0x0302}, std::uint16_t{0x0301}}) {
                End server = lone_server(versions);
                server.engine.handle_bytes(client_hello(old, {0xC00A, 0x002F}), noon);
                const std::string answer = server.drain();
                REQUIRE(answer.size() == 7);
                CHECK(answer[0] == 21);
                CHECK(answer.substr(5) == "\x02\x46"); // fatal, 70
                CHECK(server.one<Failed>().why == TlsFailure::version_refused);
                CHECK(server.one<Failed>().alert == 70);
                CHECK(server.one<Alert>() == Alert{Side::sent, true, 70});
                CHECK(server.all<HandshakeMessage>().size() == 1);
            }
        }
    }

    TEST_CASE("no cipher in common ends with handshake_failure")
    {
        End server = lone_server(only_1_2);
        server.engine.handle_bytes(client_hello(0x0303, {0x000A, 0x002F}), noon); // CBC, no ECDHE
        server.drain();
        CHECK(server.one<Failed>().why == TlsFailure::no_common_cipher);
        CHECK(server.one<Alert>() == Alert{Side::sent, true, 40});
    }

    TEST_CASE("one octet changed on the wire is noticed")
    {
        for (const VersionRange versions : {only_1_2, only_1_3}) {
            Pair pair = established(versions);
            pair.client.engine.send("RCPT TO:<taro@isp.example>\r\n", noon);
            std::string bytes = pair.client.drain();
            bytes.back() ^= 1;
            pair.server.engine.handle_bytes(bytes, noon);
            pair.run();
            CHECK(pair.server.plaintext().empty());
            CHECK(pair.server.one<Failed>().why == TlsFailure::bad_record);
            CHECK(pair.server.one<Failed>().alert == 20);
            CHECK(pair.server.one<Alert>() == Alert{Side::sent, true, 20});
            CHECK(pair.client.one<Alert>() == Alert{Side::received, true, 20});
            CHECK(pair.client.one<Failed>().why == TlsFailure::peer_alert);
        }
    }

    TEST_CASE("octets that are no TLS in the middle of a connection end it with an alert")
    {
        for (const VersionRange versions : {only_1_2, only_1_3}) {
            Pair pair = established(versions);
            pair.server.engine.handle_bytes("QUIT\r\n", noon);
            pair.run();
            CHECK(pair.server.one<Failed>().why == TlsFailure::protocol_violation);
            CHECK(pair.server.one<Alert>() == Alert{Side::sent, true, 10});
            CHECK(pair.client.one<Alert>() == Alert{Side::received, true, 10});

            Pair large = established(versions);
            large.server.engine.handle_bytes("\x17\x03\x03\xff\xff", noon);
            large.run();
            CHECK(large.server.one<Failed>().why == TlsFailure::bad_record);
            CHECK(large.client.one<Alert>() == Alert{Side::received, true, 22});
        }
    }

    TEST_CASE("a handshake message without end does not grow without end")
    {
        for (const VersionRange versions : {only_1_2, only_1_3, VersionRange{}}) {
            End server = lone_server(versions);
            // A ClientHello that claims 16 MiB, in records of the largest size.
            std::string record = "\x16" + uint16(0x0301) + uint16(16384);
            record += std::string{"\x01\xff\xff\xff", 4} + std::string(16380, 'a');
            std::size_t given = 0;
            while (!server.engine.ended() && given < 2'000'000) {
                server.engine.handle_bytes(record, noon);
                given += record.size();
                server.drain();
            }
            CHECK(server.engine.ended());
            CHECK(given < 300'000);
            CHECK(server.count<Failed>() == 1);
            CHECK(server.one<Alert>().fatal);
        }
    }

    TEST_CASE("a client's alert ends the server's connection and nothing else")
    {
        End server = lone_server();
        server.engine.handle_bytes(std::string{"\x15\x03\x03\x00\x02\x02\x30", 7}, noon);
        server.drain();
        CHECK(server.one<Alert>() == Alert{Side::received, true, 48});
        CHECK(server.one<Failed>().why == TlsFailure::peer_alert);
    }

    TEST_CASE("data that crosses a close_notify on the way is not counted as a mistake")
    {
        for (const VersionRange versions : {only_1_2, only_1_3}) {
            Pair pair = established(versions);
            pair.client.engine.close(noon);
            pair.server.engine.send("221 2.0.0 Bye\r\n", noon);
            pair.client.engine.handle_bytes(pair.server.drain(), noon);
            pair.server.engine.handle_bytes(pair.client.drain(), noon);
            pair.run();
            CHECK(pair.client.count<Failed>() == 0);
            CHECK(pair.client.count<Ended>() == 1);
            CHECK(pair.client.count<Alert>() >= 1);
            CHECK(pair.server.one<Ended>().clean);
        }
    }

    TEST_CASE("random octets never do more than end the connection")
    {
        Rng chance = rng_stream(3, "garbage");
        for (int round = 0; round < 300; ++round) {
            Pair pair{{}};
            const auto steps = chance.below(3);
            std::string flight = pair.client.drain();
            if (steps > 0) {
                pair.server.engine.handle_bytes(flight, noon);
                flight = pair.server.drain();
            }
            End& victim = steps > 0 ? pair.client : pair.server;
            const auto changes = 1 + chance.below(4);
            for (std::uint64_t i = 0; i < changes; ++i) {
                const std::uint64_t at = chance.below(flight.size());
                flight[at] = static_cast<char>(chance.below(256));
            }
            victim.engine.handle_bytes(flight, noon);
            victim.engine.handle_end_of_stream(noon);
            victim.drain();
            CHECK(victim.count<Failed>() + victim.count<Ended>() <= 1);
            CHECK(victim.engine.ended());
            CHECK(victim.one<Failed>().why != TlsFailure::internal);
        }
    }
}

} // namespace sim::tls::test
