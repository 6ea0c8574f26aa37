// The TLS inspector on real handshakes of both versions, and on messages that were cut or spoilt.
#include "sim/core/rng.h"
#include "sim/explain/nouns.h"
#include "sim/report/tls_fields.h"
#include "sim/report/tls_names.h"
#include "sim/report/tls_view.h"
#include "tests/report/handmade_tls.h"
#include "tests/report/packet_support.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace sim;
using namespace sim::report;
using namespace std::string_literals;
using explain::TlsMessageKind;
using test::check_fields;
using test::check_tiling;
using test::has;
using test::Seen;

// The first connection that went over to TLS.
ConnectionId tls_connection(const Trace& trace)
{
    for (std::size_t i = 0; i < trace.size(); ++i)
        if (trace[i].kind() == Kind::tls_started) return trace[i].connection;
    return {};
}

TlsView view_of(const Seen& seen)
{
    auto view = tls_view(seen.source(), tls_connection(seen.run.trace()));
    REQUIRE(view);
    return std::move(*view);
}

std::vector<std::string> names_of(const TlsView& view)
{
    std::vector<std::string> names;
    for (const TlsMessage& message : view.messages)
        names.push_back(message.name);
    return names;
}

const TlsMessage& message_called(const TlsView& view, std::string_view name)
{
    const auto found = std::ranges::find(view.messages, name, &TlsMessage::name);
    REQUIRE(found != view.messages.end());
    return *found;
}

const Field* field_called(const TlsMessage& message, std::string_view name)
{
    const auto found = std::ranges::find(message.fields, name, &Field::name);
    return found == message.fields.end() ? nullptr : &*found;
}

std::string_view text_of(const std::vector<std::uint8_t>& bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool any_has(const std::vector<std::string>& sentences, std::string_view what)
{
    return std::ranges::any_of(sentences, [&](const std::string& s) { return has(s, what); });
}

TlsView view_of(const test::HandmadeTls& run)
{
    auto view = tls_view(run.source(), test::HandmadeTls::connection);
    REQUIRE(view);
    return std::move(*view);
}

void check_view(const TlsView& view)
{
    REQUIRE_FALSE(view.messages.empty());
    REQUIRE(has(view.heading, " ⇄ "));
    for (const TlsMessage& message : view.messages) {
        INFO(message.name);
        REQUIRE_FALSE(message.meaning.empty());
        REQUIRE_FALSE(message.sender.empty());
        check_fields(message.fields, message.bytes.size());
        check_tiling(message.fields, 0, message.bytes.size());
        CHECK(field_called(message, "unread") == nullptr);
        CHECK(message.kind != TlsMessageKind::other);
    }
    for (const std::string& sentence : view.onlooker_saw)
        REQUIRE_FALSE(sentence.empty());
    for (const std::string& sentence : view.onlooker_missed)
        REQUIRE_FALSE(sentence.empty());
    REQUIRE_FALSE(view.onlooker_missed.empty());
}

} // namespace

TEST_SUITE("report.tls_view")
{
    TEST_CASE("a handshake of TLS 1.3 in its order, each message once, with who sent it")
    {
        const Seen seen{"submission-587"};
        const TlsView view = view_of(seen);
        check_view(view);
        CHECK(names_of(view) == std::vector<std::string>{"ClientHello",
                                                         "ServerHello",
                                                         "EncryptedExtensions",
                                                         "Certificate",
                                                         "CertificateVerify",
                                                         "Finished",
                                                         "Finished"});
        CHECK(view.messages.front().from_client);
        CHECK_FALSE(view.messages.front().encrypted);
        CHECK_FALSE(view.messages[1].encrypted);
        for (std::size_t i = 2; i < view.messages.size(); ++i)
            CHECK(view.messages[i].encrypted);
        CHECK(view.messages.back().from_client);
        for (const TlsMessage& message : view.messages)
            CHECK(message.arrived);
        REQUIRE(view.agreed);
        CHECK(has(view.agreed->version, "TLS 1.3"));
        CHECK(view.agreed->key_exchange == "x25519");
        CHECK(view.agreed->server_name == "mail.kumo.example");
        CHECK_FALSE(view.failure);
    }

    TEST_CASE("a ClientHello field by field")
    {
        const Seen seen{"submission-587"};
        const TlsView view = view_of(seen);
        const TlsMessage& hello = message_called(view, "ClientHello");
        CHECK(field_called(hello, "legacy_version")->value == "TLS 1.2 (0x0303)");
        CHECK(field_called(hello, "random")->size == 32);
        CHECK(field_called(hello, "server_name")->value == "mail.kumo.example");
        CHECK(field_called(hello, "name")->value == "mail.kumo.example");
        std::set<std::string> values;
        std::set<std::string> names;
        for (const Field& field : hello.fields) {
            values.insert(field.value);
            names.insert(field.name);
        }
        for (const char* value : {"TLS_AES_256_GCM_SHA384 (0x1302)",
                                  "x25519 (0x001d)",
                                  "ecdsa_secp256r1_sha256 (0x0403)",
                                  "TLS 1.3 (0x0304)"})
            CHECK_MESSAGE(values.contains(value), value);
        for (const char* name : {"supported_versions",
                                 "supported_groups",
                                 "key_share",
                                 "signature_algorithms",
                                 "extended_master_secret",
                                 "renegotiation_info",
                                 "ec_point_formats",
                                 "session_ticket",
                                 "psk_key_exchange_modes"})
            CHECK_MESSAGE(names.contains(name), name);
        CHECK_FALSE(names.contains("extension")); // all of ours have names
    }

    TEST_CASE("TLS 1.2: the certificate can be read on the way, and the key exchange is its own")
    {
        const test::HandmadeTls run{test::only_tls_1_2};
        const TlsView view = view_of(run);
        check_view(view);
        CHECK(names_of(view) == std::vector<std::string>{"ClientHello",
                                                         "ServerHello",
                                                         "Certificate",
                                                         "ServerKeyExchange",
                                                         "ServerHelloDone",
                                                         "ClientKeyExchange",
                                                         "Finished",
                                                         "Finished"});
        CHECK_FALSE(message_called(view, "Certificate").encrypted);
        CHECK(message_called(view, "Finished").encrypted);
        CHECK(field_called(message_called(view, "ServerHello"), "version") != nullptr);
        CHECK(field_called(message_called(view, "ServerKeyExchange"), "named_curve") != nullptr);
        REQUIRE_FALSE(view.chain.empty());
        CHECK(any_has(view.onlooker_saw, view.chain.front().facts.subject.value));
        CHECK_FALSE(any_has(view.onlooker_missed, "certificate"));
        CHECK(has(view.agreed->version, "TLS 1.2"));
    }

    TEST_CASE("a lesson's server with TLS 1.2 at most: what is agreed, and what is not")
    {
        const test::Settings old{{"server.mail.kumo.example.tls_max", "1.2"}};
        for (const char* lesson : {"submission-587", "submissions-465"}) {
            for (const char* code : {"ja", "en"}) {
                const Seen seen{lesson, code, old};
                const TlsView view = view_of(seen);
                check_view(view);
                CHECK(message_called(view, "ServerKeyExchange").arrived);
                CHECK_FALSE(message_called(view, "ServerKeyExchange").encrypted);
                CHECK_FALSE(message_called(view, "Certificate").encrypted);
                CHECK(view.chain.size() == 2);
                CHECK(any_has(view.onlooker_saw, view.chain.front().facts.subject.value));
                REQUIRE(view.agreed);
                CHECK(has(view.agreed->version, "TLS 1.2"));
                CHECK(has(view.agreed->key_exchange, "x25519"));
            }
        }
        test::Settings apart = old;
        apart.emplace_back("client.tls_min", "1.3");
        const Seen seen{"submission-587", "en", apart};
        const TlsView view = view_of(seen);
        CHECK(names_of(view) == std::vector<std::string>{"ClientHello"});
        CHECK_FALSE(view.agreed);
        REQUIRE(view.failure);
        CHECK(has(view.failure_sentence, "no version of TLS in common"));
    }

    TEST_CASE("the chain says what the certificates say, the verdict what the client made of it")
    {
        for (const auto& versions : {test::only_tls_1_2, test::only_tls_1_3}) {
            const test::HandmadeTls run{versions};
            const TlsView view = view_of(run);
            REQUIRE(view.chain.size() == 2);
            const CertificateFacts& leaf = view.chain[0].facts;
            const CertificateFacts& issuer = view.chain[1].facts;
            CHECK(leaf.subject.value == "CN=mail.kumo.example");
            CHECK(leaf.names.value == "mail.kumo.example");
            CHECK(leaf.issuer.value == issuer.subject.value);
            CHECK(has(leaf.issuer.value, "O=Hikyaku Practice"));
            CHECK_FALSE(leaf.is_authority);
            CHECK(issuer.is_authority);
            CHECK(leaf.public_key.value == "EC, secp256r1");
            CHECK(leaf.signature_algorithm.value == "ecdsa-with-SHA256");
            REQUIRE(view.judgement);
            CHECK(view.judgement->verdict == CertificateVerdict::valid);
            CHECK(view.judgement->went_on);
            // The walk through the DER and the TLS library agree.
            const auto& judged =
                std::get<CertificateJudged>(run.trace.at(view.judgement->event).what);
            CHECK(run.trace.view(judged.subject) == leaf.subject.value);
            CHECK(run.trace.view(judged.issuer).size() == leaf.issuer.value.size());
            const auto text_of_time = [&](Instant at) {
                scenario::Scenario in_utc = run.world;
                in_utc.utc_offset_minutes = 0;
                return explain::date_of(at, in_utc) + " " +
                       explain::clock_time(at, in_utc).substr(0, 8) + " UTC";
            };
            CHECK(text_of_time(judged.not_before) == leaf.not_before.value);
            CHECK(text_of_time(judged.not_after) == leaf.not_after.value);
        }
    }

    TEST_CASE("an onlooker sees the server's name, but no certificate in TLS 1.3")
    {
        const Seen seen{"submissions-465"};
        const TlsView view = view_of(seen);
        CHECK(any_has(view.onlooker_saw, "mail.kumo.example"));
        CHECK(any_has(view.onlooker_saw, ":465"));
        CHECK(any_has(view.onlooker_saw, "how much data"));
        CHECK(any_has(view.onlooker_missed, "certificate"));
        CHECK(any_has(view.onlooker_missed, "all that was said inside TLS"));
    }

    TEST_CASE("a HelloRetryRequest is told from a ServerHello, which has its number")
    {
        using namespace std::string_view_literals;
        const std::string random{
            "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"
            "\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"sv};
        // RFC 8446 §4.1.4: supported_versions, and the group that the server would like.
        const std::string message = "\x02\x00\x00\x34\x03\x03"s + random +
                                    "\x00\x13\x01\x00\x00\x0c"s
                                    "\x00\x2b\x00\x02\x03\x04\x00\x33\x00\x02\x00\x17"s;
        CHECK(kind_of_message(message) == TlsMessageKind::hello_retry_request);
        CHECK(chooses_tls_1_3(message));
        const Seen seen{"op25b"};
        FieldList list{seen.words};
        add_handshake(list, Octets{message, 0}, false, 0);
        const std::vector<Field> fields = list.take();
        check_tiling(fields, 0, message.size());
        CHECK(fields.front().value == "HelloRetryRequest (2)");
        CHECK(std::ranges::any_of(fields,
                                  [](const Field& f) { return f.value == "secp256r1 (0x0017)"; }));
        CHECK_FALSE(std::ranges::any_of(fields, [](const Field& f) { return f.name == "unread"; }));
    }

    TEST_CASE("only what has happened counts")
    {
        const Seen seen{"submission-587"};
        const ConnectionId connection = tls_connection(seen.run.trace());
        Source source = seen.source();
        std::size_t most = 0;
        bool agreed = false;
        for (std::size_t end = 0; end <= seen.run.trace().size(); ++end) {
            source.end = end;
            const auto view = tls_view(source, connection);
            if (!view) {
                CHECK(most == 0);
                continue;
            }
            REQUIRE(view->messages.size() >= most);
            most = view->messages.size();
            agreed = agreed || view->agreed.has_value();
            if (most > 0 && most < 7) CHECK_FALSE(view->agreed);
            if (most == 1) CHECK(view->chain.empty());
            REQUIRE_FALSE(view->onlooker_missed.empty());
        }
        CHECK(most == 7);
        CHECK(agreed);
        CHECK_FALSE(tls_view(source, ConnectionId{}));
        CHECK_FALSE(tls_view(source, ConnectionId{9999}));
    }

    TEST_CASE("every connection of every lesson can be inspected, in both languages")
    {
        for (const char* lesson : {"submission-587", "submissions-465", "path", "own-isp-25"}) {
            for (const char* code : {"ja", "en"}) {
                const Seen seen{lesson, code};
                std::size_t inspected = 0;
                for (std::uint32_t i = 0; i < 12; ++i) {
                    const auto view = tls_view(seen.source(), ConnectionId{i});
                    if (!view) continue;
                    check_view(*view);
                    ++inspected;
                }
                CHECK(inspected > 0);
            }
        }
    }

    TEST_CASE("no key and no password is in it")
    {
        const Seen seen{"submissions-465"};
        const TlsView view = view_of(seen);
        std::vector<std::string> keys;
        for (std::size_t i = 0; i < seen.run.trace().size(); ++i) {
            const auto* logged = std::get_if<TlsKeyLogged>(&seen.run.trace()[i].what);
            if (logged == nullptr) continue;
            const std::string line{seen.run.trace().view(logged->line)};
            keys.push_back(line.substr(line.rfind(' ') + 1, 16));
        }
        REQUIRE_FALSE(keys.empty());
        for (const TlsMessage& message : view.messages) {
            std::string all;
            for (const Field& field : message.fields) {
                for (const char c : field.value)
                    if (c != ' ') all += c;
            }
            CHECK_FALSE(has(all, "sakura2026"));
            for (const std::string& key : keys)
                CHECK_FALSE(has(all, key));
        }
    }
}

TEST_SUITE("report.tls_garbage")
{
    TEST_CASE("messages that are cut or spoilt are told as far as they can be read")
    {
        for (const auto& versions : {test::only_tls_1_2, test::only_tls_1_3}) {
            const test::HandmadeTls run{versions, "ja"};
            const TlsView view = view_of(run);
            for (const TlsMessage& message : view.messages) {
                INFO(message.name);
                test::for_each_spoilt(text_of(message.bytes), [&](std::string_view octets) {
                    for (const bool tls_1_3 : {false, true}) {
                        FieldList fields{run.words};
                        add_handshake(fields, Octets{octets, 10}, tls_1_3, 0);
                        const std::vector<Field> made = fields.take();
                        check_fields(made, 10 + octets.size());
                        check_tiling(made, 10, octets.size());
                    }
                });
            }
        }
    }

    TEST_CASE("records of any octets are told")
    {
        const Seen seen{"submission-587"};
        Rng chance{11};
        for (int round = 0; round < 3000; ++round) {
            std::string octets;
            const std::uint64_t size = chance.next() % 80;
            for (std::uint64_t i = 0; i < size; ++i)
                octets += static_cast<char>(chance.next() % (round % 2 == 0 ? 256 : 24));
            if (octets.size() > 5) octets[0] = static_cast<char>(20 + round % 4);
            FieldList fields{seen.words};
            add_record_fields(fields, Octets{octets, 40}, round % 3 == 0, round % 2 == 0);
            const std::vector<Field> made = fields.take();
            check_fields(made, 40 + octets.size());
            if (!octets.empty()) check_tiling(made, 40, octets.size());
        }
    }

    TEST_CASE("certificates that are cut or spoilt are no certificates, or other ones")
    {
        const Seen seen{"submission-587"};
        const TlsView view = view_of(seen);
        REQUIRE_FALSE(view.chain.empty());
        for (const TlsCertificate& certificate : view.chain) {
            test::for_each_spoilt(text_of(certificate.bytes), [&](std::string_view octets) {
                const auto facts = read_certificate(octets, 0);
                if (facts) CHECK(facts->subject.at.end() <= octets.size());
            });
        }
    }

    TEST_CASE("what has no name has a number")
    {
        CHECK(cipher_suite_name(0x1301) == "TLS_AES_128_GCM_SHA256 (0x1301)");
        CHECK(cipher_suite_name(0xabcd) == "0xabcd");
        CHECK(cipher_suite_name(0x3a3a) == "GREASE (0x3a3a)");
        CHECK(group_name(29) == "x25519 (0x001d)");
        CHECK(tls_version_name(0x7f1c) == "0x7f1c");
        CHECK_FALSE(extension_term(1234));
    }
}
