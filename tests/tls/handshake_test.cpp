// Two honest ends: what they agree on, what they say to each other, and what can be seen of it.
#include "tests/tls/pair.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

namespace sim::tls::test {

namespace {

const std::vector<VersionRange> both_versions{only_1_2, only_1_3};

Pair established(VersionRange versions, std::size_t cut = std::string::npos)
{
    Pair pair{{.client_versions = versions, .server_versions = versions, .cut = cut}};
    pair.run();
    return pair;
}

std::vector<int> message_types(const End& end, Side side)
{
    std::vector<int> types;
    for (const HandshakeMessage& message : end.all<HandshakeMessage>())
        if (message.side == side) types.push_back(message.type);
    return types;
}

std::vector<std::string> messages(const End& end, Side side)
{
    std::vector<std::string> bytes;
    for (const HandshakeMessage& message : end.all<HandshakeMessage>())
        if (message.side == side) bytes.push_back(message.bytes);
    return bytes;
}

std::vector<Record> records(const End& end, Side side)
{
    std::vector<Record> found = end.all<Record>();
    std::erase_if(found, [&](const Record& record) { return record.side != side; });
    return found;
}

std::string first_word(const std::string& line)
{
    return line.substr(0, line.find(' '));
}

} // namespace

TEST_SUITE("tls.engine")
{
    TEST_CASE("a client and a server that speak one version agree on it")
    {
        for (const VersionRange versions : both_versions) {
            const Pair pair = established(versions);
            for (const End* end : {&pair.client, &pair.server}) {
                CHECK(end->engine.established());
                CHECK_FALSE(end->engine.ended());
                const auto parameters = end->one<Established>();
                CHECK(parameters.version == static_cast<std::uint16_t>(versions.maximum));
                CHECK(parameters.key_exchange == "x25519");
                CHECK(parameters.server_name == mx);
                CHECK(end->count<Failed>() == 0);
                CHECK(end->count<Alert>() == 0);
            }
            CHECK(pair.client.one<Established>() == pair.server.one<Established>());
        }
        CHECK(established(only_1_2).client.one<Established>().cipher_name ==
              "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
        CHECK(established(only_1_2).client.one<Established>().cipher == 0xC02C);
        CHECK(established(only_1_3).client.one<Established>().cipher_name ==
              "TLS_AES_256_GCM_SHA384");
        CHECK(established(only_1_3).client.one<Established>().cipher == 0x1302);
    }

    TEST_CASE("of two versions the newer is taken, else the one both speak")
    {
        const auto version = [](VersionRange client, VersionRange server) {
            Pair pair{{.client_versions = client, .server_versions = server}};
            pair.run();
            CHECK(pair.client.one<Established>() == pair.server.one<Established>());
            return pair.client.one<Established>().version;
        };
        CHECK(version({}, {}) == 0x0304);
        CHECK(version({}, only_1_2) == 0x0303);
        CHECK(version(only_1_2, {}) == 0x0303);
        CHECK(version(only_1_3, {}) == 0x0304);
    }

    TEST_CASE("after a downgrade every message is still told exactly once")
    {
        for (const auto& [client, server] :
             {std::pair{VersionRange{}, only_1_2}, std::pair{only_1_2, VersionRange{}}}) {
            Pair pair{{.client_versions = client, .server_versions = server}};
            pair.run();
            CHECK(message_types(pair.client, Side::sent) == std::vector{1, 16, 20});
            CHECK(message_types(pair.client, Side::received) == std::vector{2, 11, 12, 14, 20});
            CHECK(messages(pair.client, Side::sent) == messages(pair.server, Side::received));
            CHECK(messages(pair.server, Side::sent) == messages(pair.client, Side::received));
        }
    }

    TEST_CASE("no version in common ends with protocol_version")
    {
        Pair older{{.client_versions = only_1_2, .server_versions = only_1_3}};
        older.run();
        CHECK(older.server.one<Failed>().why == TlsFailure::version_refused);
        CHECK(older.server.one<Alert>() == Alert{Side::sent, true, 70});
        CHECK(older.client.one<Failed>().why == TlsFailure::peer_alert);
        CHECK(older.client.one<Failed>().alert == 70);
        CHECK(older.client.one<Alert>() == Alert{Side::received, true, 70});

        Pair newer{{.client_versions = only_1_3, .server_versions = only_1_2}};
        newer.run();
        CHECK(newer.server.one<Failed>().why == TlsFailure::version_refused);
        CHECK(newer.client.one<Failed>().alert == 70);
    }

    TEST_CASE("application data goes both ways, whatever its size")
    {
        std::string large(100'000, '\0');
        std::iota(large.begin(), large.end(), '\0');
        for (const VersionRange versions : both_versions) {
            Pair pair = established(versions);
            pair.client.engine.send("EHLO client.example\r\n", noon);
            pair.run();
            CHECK(pair.server.plaintext() == "EHLO client.example\r\n");
            pair.server.engine.send(large, noon);
            pair.client.engine.send("QUIT\r\n", noon);
            pair.run();
            CHECK(pair.client.plaintext() == large);
            CHECK(pair.server.plaintext() == "EHLO client.example\r\nQUIT\r\n");
            pair.server.engine.send("", noon);
            CHECK(pair.server.drain().empty());
        }
    }

    TEST_CASE("the outputs are the same however the ciphertext is cut")
    {
        for (const VersionRange versions : {only_1_2, only_1_3, VersionRange{}}) {
            std::vector<std::vector<Output>> runs;
            for (const std::size_t cut : {std::string::npos, std::size_t{1}, std::size_t{7}}) {
                Pair pair = established(versions, cut);
                pair.client.engine.send(std::string(40'000, 'x'), noon);
                pair.server.engine.send("250 2.0.0 Ok\r\n", noon);
                pair.run();
                pair.client.engine.close(noon);
                pair.run();
                runs.push_back(pair.client.outputs);
                runs.push_back(pair.server.outputs);
            }
            CHECK(runs[0] == runs[2]);
            CHECK(runs[1] == runs[3]);
            CHECK(runs[0] == runs[4]);
            CHECK(runs[1] == runs[5]);
        }
    }

    TEST_CASE("the messages of a handshake, in order, and who can read them")
    {
        const Pair old = established(only_1_2);
        // ClientHello, ClientKeyExchange, Finished; ServerHello, Certificate, ServerKeyExchange,
        // ServerHelloDone, Finished.
        CHECK(message_types(old.client, Side::sent) == std::vector{1, 16, 20});
        CHECK(message_types(old.client, Side::received) == std::vector{2, 11, 12, 14, 20});
        const Pair current = established(only_1_3);
        // ServerHello, EncryptedExtensions, Certificate, CertificateVerify, Finished.
        CHECK(message_types(current.client, Side::sent) == std::vector{1, 20});
        CHECK(message_types(current.client, Side::received) == std::vector{2, 8, 11, 15, 20});
        for (const Pair* pair : {&old, &current}) {
            const bool is_1_3 = pair == &current;
            CHECK(messages(pair->client, Side::sent) == messages(pair->server, Side::received));
            CHECK(messages(pair->server, Side::sent) == messages(pair->client, Side::received));
            for (const HandshakeMessage& message : pair->client.all<HandshakeMessage>())
                CHECK(message.encrypted == (is_1_3 ? message.type > 2 : message.type == 20));
        }
    }

    TEST_CASE("unencrypted messages are the very octets on the wire")
    {
        for (const VersionRange versions : both_versions) {
            const Pair pair = established(versions);
            const std::string wire = pair.client.ciphertext() + pair.server.ciphertext();
            for (const HandshakeMessage& message : pair.client.all<HandshakeMessage>()) {
                CAPTURE(static_cast<int>(message.type));
                CHECK((wire.find(message.bytes) != std::string::npos) == !message.encrypted);
            }
        }
    }

    TEST_CASE("encrypted messages account for every octet of the records that carry them")
    {
        const Pair pair = established(only_1_3);
        std::size_t in_messages = 0;
        for (const HandshakeMessage& message : pair.server.all<HandshakeMessage>()) {
            if (message.side == Side::sent && message.encrypted)
                in_messages += message.bytes.size();
        }
        std::size_t in_records = 0;
        for (const Record& record : records(pair.server, Side::sent))
            if (record.content_type == 23) in_records += record.wire_size - 5U - 1U - 16U;
        CHECK(in_messages > 0);
        CHECK(in_messages == in_records);
    }

    TEST_CASE("the records account for every octet of both streams")
    {
        for (const VersionRange versions : both_versions) {
            Pair pair = established(versions);
            const std::string mail(50'000, 'm');
            pair.client.engine.send(mail, noon);
            pair.run();
            std::uint64_t offset = 0;
            std::string text;
            for (const Record& record : records(pair.client, Side::sent)) {
                CHECK(record.stream_offset == offset);
                CHECK(record.plaintext_offset == text.size());
                CHECK(record.content_type ==
                      static_cast<std::uint8_t>(pair.client.ciphertext()[offset]));
                offset += record.wire_size;
                text += record.plaintext;
            }
            CHECK(offset == pair.client.ciphertext().size());
            CHECK(text == mail);
            std::vector<Record> seen_by_server = records(pair.server, Side::received);
            for (Record& record : seen_by_server)
                record.side = Side::sent;
            CHECK(seen_by_server == records(pair.client, Side::sent));
        }
    }

    TEST_CASE("a message sent is told before its record, a message received after it")
    {
        const Pair pair = established(only_1_2);
        const auto& outputs = pair.client.outputs;
        REQUIRE(outputs.size() > 3);
        CHECK(std::holds_alternative<HandshakeMessage>(outputs[0])); // ClientHello
        CHECK(std::holds_alternative<Record>(outputs[1]));
        CHECK(std::holds_alternative<SendBytes>(outputs[2]));
        CHECK(std::holds_alternative<Record>(outputs[3])); // ServerHello
        CHECK(std::holds_alternative<HandshakeMessage>(outputs[4]));
        // The Finished that the client sends: after the change of cipher, before its own record.
        const auto finished = std::ranges::find_if(outputs, [](const Output& output) {
            const auto* message = std::get_if<HandshakeMessage>(&output);
            return message != nullptr && message->type == 20 && message->side == Side::sent;
        });
        REQUIRE(finished != outputs.end());
        CHECK(std::get<Record>(*(finished - 1)).content_type == 20);
        CHECK(std::get<Record>(*(finished + 1)).content_type == 22);
        CHECK(std::holds_alternative<SendBytes>(*(finished + 2)));
    }

    TEST_CASE("one flight is sent as one piece")
    {
        const Pair old = established(only_1_2);
        CHECK(old.client.count<SendBytes>() == 2); // hello; key exchange to Finished
        CHECK(old.server.count<SendBytes>() == 2);
        const Pair current = established(only_1_3);
        CHECK(current.client.count<SendBytes>() == 2);
        CHECK(current.server.count<SendBytes>() == 1);
    }

    TEST_CASE("the key log has the lines of its version, the same at both ends")
    {
        const Pair old = established(only_1_2);
        REQUIRE(old.client.key_log().size() == 1);
        CHECK(first_word(old.client.key_log().front()) == "CLIENT_RANDOM");
        CHECK(old.client.key_log().front().size() ==
              std::string{"CLIENT_RANDOM"}.size() + 1 + 64 + 1 + 96);

        const Pair current = established(only_1_3);
        std::vector<std::string> labels;
        for (const std::string& line : current.client.key_log())
            labels.push_back(first_word(line));
        std::ranges::sort(labels);
        CHECK(labels == std::vector<std::string>{"CLIENT_HANDSHAKE_TRAFFIC_SECRET",
                                                 "CLIENT_TRAFFIC_SECRET_0",
                                                 "EXPORTER_SECRET",
                                                 "SERVER_HANDSHAKE_TRAFFIC_SECRET",
                                                 "SERVER_TRAFFIC_SECRET_0"});
        for (const Pair* pair : {&old, &current}) {
            std::vector<std::string> at_client = pair->client.key_log();
            std::vector<std::string> at_server = pair->server.key_log();
            std::ranges::sort(at_client);
            std::ranges::sort(at_server);
            CHECK(at_client == at_server);
            // The second word is the random of the ClientHello: octets 6 to 37 of the message.
            const std::string hello = messages(pair->client, Side::sent).front();
            std::string random;
            for (const char c : hello.substr(6, 32)) {
                random += "0123456789abcdef"[static_cast<std::uint8_t>(c) >> 4];
                random += "0123456789abcdef"[static_cast<std::uint8_t>(c) & 15];
            }
            for (const std::string& line : at_client)
                CHECK(line.substr(line.find(' ') + 1, 64) == random);
        }
    }

    TEST_CASE("an address is verified but not sent as SNI, and a final dot is dropped")
    {
        for (const VersionRange versions : both_versions) {
            Pair numeric{{.leaf = {.name = "192.0.2.25", .more_names = {mx}},
                          .dialled = "192.0.2.25",
                          .client_versions = versions}};
            numeric.run();
            CHECK(numeric.client.one<CertificateJudged>().verdict == CertificateVerdict::valid);
            CHECK(numeric.client.engine.established());
            CHECK(numeric.server.one<Established>().server_name.empty());

            Pair dotted{{.dialled = mx + ".", .client_versions = versions}};
            dotted.run();
            CHECK(dotted.client.one<CertificateJudged>().dialled == mx);
            CHECK(dotted.server.one<Established>().server_name == mx);
        }
    }

    TEST_CASE("same seed, same octets; another seed, others")
    {
        const auto run = [](std::uint64_t seed, VersionRange versions) {
            Pair pair{{.client_versions = versions, .seed = seed}};
            pair.run();
            pair.client.engine.send("MAIL FROM:<hanako@isp.example>\r\n", noon);
            pair.run();
            pair.client.engine.close(noon);
            pair.run();
            return pair;
        };
        for (const VersionRange versions : both_versions) {
            const Pair once = run(7, versions);
            const Pair again = run(7, versions);
            CHECK(once.client.outputs == again.client.outputs);
            CHECK(once.server.outputs == again.server.outputs);
            CHECK(once.client.ciphertext() != run(8, versions).client.ciphertext());
            CHECK(once.server.ciphertext() != run(8, versions).server.ciphertext());
        }
    }

    TEST_CASE("every connection is a whole handshake: nothing is resumed, no ticket is given")
    {
        for (const VersionRange versions : both_versions) {
            const Pair pair = established(versions);
            const std::vector<int> types = message_types(pair.server, Side::sent);
            CHECK(std::ranges::count(types, 4) == 0);
            CHECK(std::ranges::count(types, 11) == 1);
        }
    }
}

} // namespace sim::tls::test
