#include "sim/sasl/claims.h"
#include "sim/sasl/digest.h"
#include "sim/sasl/token.h"
#include "tests/sasl/few_users.h"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace sim;
using namespace sim::sasl;
using sim::sasl::test::FewUsers;
using sim::sasl::test::octets;

namespace {

const std::string seed(32, 's');
const Instant nine{std::chrono::seconds{1'775'001'600}};

TokenClaims good_claims()
{
    return {"https://login.kumo.example",
            "hanako@kumo.example",
            "mail.kumo.example",
            "mail.read mail.send",
            nine,
            nine + 1h};
}

TokenRules rules()
{
    return {
        "https://login.kumo.example", "mail.kumo.example", "mail.send", ed25519_public_key(seed)};
}

AuthFlaw judged(const std::string& token, Instant now = nine + 1min)
{
    return judge_token(token, "hanako@kumo.example", rules(), now);
}

AuthFlaw judged(const TokenClaims& claims, Instant now = nine + 1min)
{
    return judged(issue_token(claims, seed), now);
}

std::string xoauth2(const std::string& token)
{
    return "user=hanako@kumo.example\x01"
           "auth=Bearer " +
           token + "\x01\x01";
}

std::string oauthbearer(const std::string& token)
{
    return "n,a=hanako@kumo.example,\x01host=mail.kumo.example\x01port=587\x01"
           "auth=Bearer " +
           token + "\x01\x01";
}

struct Doors {
    FewUsers users;
    Doors() { users.rules = rules(); }
    [[nodiscard]] std::unique_ptr<ServerMechanism> open(Mechanism mechanism) const
    {
        return make_server(mechanism, users, {"mail.kumo.example", "x", nine + 1min});
    }
};

} // namespace

TEST_SUITE("sasl.token")
{
    TEST_CASE("Ed25519 is that of RFC 8032 section 7.1, test 2")
    {
        const std::string secret =
            octets("\x4c\xcd\x08\x9b\x28\xff\x96\xda\x9d\xb6\xc3\x46\xec\x11\x4e\x0f"
                   "\x5b\x8a\x31\x9f\x35\xab\xa6\x24\xda\x8c\xf6\xed\x4f\xb8\xa6\xfb");
        CHECK(lower_hex(ed25519_public_key(secret)) ==
              "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        const std::string signature = ed25519_sign(secret, "\x72");
        CHECK(lower_hex(signature) ==
              "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
              "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
        CHECK(ed25519_is_signed(ed25519_public_key(secret), "\x72", signature));
        CHECK_FALSE(ed25519_is_signed(ed25519_public_key(secret), "\x73", signature));
        CHECK_FALSE(ed25519_is_signed(ed25519_public_key(seed), "\x72", signature));
        CHECK_FALSE(ed25519_is_signed("short", "\x72", signature));
        CHECK_FALSE(ed25519_is_signed(ed25519_public_key(secret), "\x72", signature.substr(1)));
    }

    TEST_CASE("a token says who, where, for what and how long, and anyone can read it")
    {
        const std::string token = issue_token(good_claims(), seed);
        CHECK(token == issue_token(good_claims(), seed)); // the same every time
        CHECK(token.starts_with("eyJ"));
        const auto said = read_token(token);
        REQUIRE(said.has_value());
        CHECK(said->issuer == "https://login.kumo.example");
        CHECK(said->user == "hanako@kumo.example");
        CHECK(said->audience == "mail.kumo.example");
        CHECK(said->scope == "mail.read mail.send");
        CHECK(said->issued == nine);
        CHECK(said->expires == nine + 1h);
        CHECK(judged(token) == AuthFlaw::none);
        CHECK(judge_token(token, "", rules(), nine) == AuthFlaw::none);
    }

    TEST_CASE("each way in which a token can be wrong is told apart")
    {
        TokenClaims claims = good_claims();
        CHECK(judged(claims, nine + 1h - 1ns) == AuthFlaw::none);
        CHECK(judged(claims, nine + 1h) == AuthFlaw::token_expired);
        CHECK(judged(claims, nine - 1s) == AuthFlaw::token_expired); // not valid yet
        claims.audience = "calendar.kumo.example";
        CHECK(judged(claims) == AuthFlaw::token_wrong_audience);
        claims = good_claims();
        for (const char* scope :
             {"", "mail.read", "mail.sender", "xmail.send", "mail.read,mail.send"}) {
            claims.scope = scope;
            CHECK(judged(claims) == AuthFlaw::token_wrong_scope);
        }
        claims = good_claims();
        claims.user = "taro@kumo.example";
        CHECK(judged(claims) == AuthFlaw::token_wrong_user);
        claims = good_claims();
        claims.issuer = "https://login.umi.example";
        CHECK(judged(claims) == AuthFlaw::token_bad_signature);
        CHECK(judged(issue_token(good_claims(), std::string(32, 'x'))) ==
              AuthFlaw::token_bad_signature);
    }

    TEST_CASE("every changed letter of a token makes it worthless")
    {
        const std::string token = issue_token(good_claims(), seed);
        for (std::size_t i = 0; i < token.size(); ++i) {
            std::string changed = token;
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            CAPTURE(i);
            CHECK(judged(changed) != AuthFlaw::none);
            CHECK(judged(token.substr(0, i)) != AuthFlaw::none);
        }
        CHECK(judged(token + "A") != AuthFlaw::none);
        CHECK(judged(token + ".") != AuthFlaw::none);
        CHECK(judged(token + "==") != AuthFlaw::none);
        CHECK(judged(std::string(100'000, 'A')) == AuthFlaw::malformed);
    }

    TEST_CASE("a token without signature, or signed with what it names itself, is no token")
    {
        // {"alg":"none"}, {"alg":"HS256"} and no algorithm, before the claims of a good one.
        const std::string token = issue_token(good_claims(), seed);
        const std::string rest = token.substr(token.find('.'));
        const std::string unsigned_rest = rest.substr(0, rest.rfind('.') + 1);
        CHECK(judged("eyJhbGciOiJub25lIn0" + unsigned_rest) == AuthFlaw::malformed);
        CHECK(judged("eyJhbGciOiJub25lIn0" + rest) == AuthFlaw::malformed);
        CHECK(judged("eyJhbGciOiJIUzI1NiJ9" + rest) == AuthFlaw::malformed);
        CHECK(judged("e30" + rest) == AuthFlaw::malformed);
    }

    TEST_CASE("claims are one flat object and nothing else")
    {
        const auto both = read_claims(R"( { "a" : "b\"\\\u0041" , "n" : 12 } )");
        REQUIRE(both.has_value());
        CHECK(both->at("a") == Claim{std::string{"b\"\\A"}});
        CHECK(both->at("n") == Claim{std::int64_t{12}});
        CHECK(write_claims({{"a", std::string{"b\"\\\x01"}}, {"n", std::int64_t{12}}}) ==
              R"({"a":"b\"\\\u0001","n":12})");
        for (const char* text : {"",
                                 "{",
                                 "[]",
                                 "{}x",
                                 "{\"a\"}",
                                 "{\"a\":}",
                                 "{\"a\":1,}",
                                 "{\"a\":1 \"b\":2}",
                                 "{\"a\":01}",
                                 "{\"a\":-1}",
                                 "{\"a\":1e3}",
                                 "{\"a\":9999999999999999}",
                                 "{\"a\":true}",
                                 "{\"a\":{}}",
                                 "{\"a\":[\"b\"]}",
                                 "{\"a\":\"b}",
                                 "{\"a\":\"\\x\"}",
                                 "{\"a\":\"\\ud83d\"}",
                                 "{\"a\":\"\n\"}",
                                 "{\"a\":1,\"a\":2}"}) {
            CAPTURE(text);
            CHECK(read_claims(text) == std::nullopt);
        }
        CHECK(read_claims("{}").value().empty());
    }
}

TEST_SUITE("sasl.oauthbearer")
{
    TEST_CASE("RFC 7628 section 4.1: the client's message, octet by octet")
    {
        const Credentials who{"user@example.com",
                              "",
                              "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==",
                              "",
                              "server.example.com",
                              143};
        const auto client = make_client(Mechanism::oauthbearer, who);
        const auto message = client->initial_response();
        REQUIRE(message.has_value());
        CHECK(encode_base64(*message) ==
              "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVh"
              "cmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB");
    }

    TEST_CASE("RFC 7628 section 4.3: what the server says of a bad token, and the client to that")
    {
        FewUsers users;
        users.rules = {"https://example.com", "mail", "example_scope", ed25519_public_key(seed)};
        const auto server = make_server(Mechanism::oauthbearer, users, {});
        const auto refusal = std::get<Challenge>(server->start(oauthbearer("vF9dft4qmTc2Nvb3==")));
        CHECK(encode_base64(refusal.octets) ==
              "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxlX3Njb3BlIiwib3BlbmlkLWNvbmZp"
              "Z3VyYXRpb24iOiJodHRwczovL2V4YW1wbGUuY29tLy53ZWxsLWtub3duL29wZW5pZC1jb25maWd1cmF0aW9u"
              "In0=");
        const auto client =
            make_client(Mechanism::oauthbearer, {"hanako@kumo.example", "", "vF9dft4qmTc2Nvb3=="});
        REQUIRE(client->initial_response().has_value());
        CHECK(client->accepts_success());
        const auto acknowledgement = client->respond(refusal.octets);
        REQUIRE(acknowledgement.has_value());
        CHECK(encode_base64(*acknowledgement) == "AQ==");
        CHECK_FALSE(client->accepts_success());
        CHECK(client->respond(refusal.octets) == std::nullopt);
        CHECK(server->respond(*acknowledgement) ==
              ServerStep{Failure{"hanako@kumo.example", AuthFlaw::malformed}});
        CHECK(server->respond(*acknowledgement) == ServerStep{Failure{}});
    }

    TEST_CASE("a good token comes in, with the name in front or with the name in the token")
    {
        const Doors doors;
        const std::string token = issue_token(good_claims(), seed);
        const ServerStep success{Success{"hanako@kumo.example"}};
        CHECK(doors.open(Mechanism::oauthbearer)->start(oauthbearer(token)) == success);
        CHECK(doors.open(Mechanism::oauthbearer)
                  ->start("n,,\x01"
                          "auth=bearer " +
                          token + "\x01\x01") == success);
        const auto asked = doors.open(Mechanism::oauthbearer);
        CHECK(asked->start(std::nullopt) == ServerStep{Challenge{}});
        CHECK(asked->respond(oauthbearer(token)) == success);
        CHECK(std::holds_alternative<Failure>(asked->respond(oauthbearer(token))));
    }

    TEST_CASE("nothing malformed comes in, with the best of tokens")
    {
        const std::string token = issue_token(good_claims(), seed);
        const std::string auth = "auth=Bearer " + token;
        const Doors doors;
        const std::vector<std::string> bad{std::string{},
                                           std::string{"n,,"},
                                           std::string{"n,,\x01"},
                                           "n,,\x01" + auth,
                                           "n,,\x01" + auth + "\x01",
                                           "n,,\x01" + auth + "\x01\x01\x01",
                                           "n,,\x01" + auth + "\x01\x01x",
                                           "n,," + auth + "\x01\x01",
                                           "p=tls-unique,,\x01" + auth + "\x01\x01",
                                           "n,a=,\x01" + auth + "\x01\x01",
                                           "n,a=x=y,\x01" + auth + "\x01\x01",
                                           "\x01" + auth + "\x01\x01",
                                           "n,,\x01" + auth + "\x01" + auth + "\x01\x01",
                                           "n,,\001host\001" + auth + "\x01\x01",
                                           "n,,\x01=x\x01" + auth + "\x01\x01",
                                           "n,,\001auth=Basic " + token + "\x01\x01",
                                           "n,,\001auth=Bearer\x01\x01",
                                           "n,,\001auth=Bearer \x01\x01",
                                           "n,,\x01" + auth + " \x01\x01",
                                           "n,,\x01" + auth + octets("\0") + "\x01\x01",
                                           "n,,\001Auth=Bearer " + token + "\x01\x01" + "x",
                                           xoauth2(token),
                                           std::string(100'000, 'n')};
        for (const std::string& message : bad) {
            CAPTURE(message.substr(0, 40));
            const auto server = doors.open(Mechanism::oauthbearer);
            CHECK(std::holds_alternative<Failure>(server->start(message)));
            CHECK(std::holds_alternative<Failure>(server->respond(oauthbearer(token))));
        }
    }

    TEST_CASE("whoever sends no token at all is told which would do")
    {
        const Doors doors;
        const auto server = doors.open(Mechanism::oauthbearer);
        const auto told = std::get<Challenge>(server->start("n,a=hanako@kumo.example,\x01\x01"));
        CHECK(told.octets.find("\"scope\":\"mail.send\"") != std::string::npos);
        CHECK(std::holds_alternative<Failure>(server->respond("\x01")));
    }

    TEST_CASE("a refused token is named in JSON, and no second one is taken")
    {
        const Doors doors;
        TokenClaims expired = good_claims();
        expired.expires = nine;
        TokenClaims reading = good_claims();
        reading.scope = "mail.read";
        const std::array<std::pair<TokenClaims, AuthFlaw>, 2> bad{
            {{expired, AuthFlaw::token_expired}, {reading, AuthFlaw::token_wrong_scope}}};
        for (const auto& each : bad) {
            const std::string token = issue_token(each.first, seed);
            const auto server = doors.open(Mechanism::oauthbearer);
            const auto told = std::get<Challenge>(server->start(oauthbearer(token)));
            const bool scope = each.second == AuthFlaw::token_wrong_scope;
            CHECK(told.octets.starts_with(scope ? R"({"status":"insufficient_scope")"
                                                : R"({"status":"invalid_token")"));
            // A good one now comes too late.
            CHECK(server->respond(oauthbearer(issue_token(good_claims(), seed))) ==
                  ServerStep{Failure{"hanako@kumo.example", each.second}});
        }
    }
}

TEST_SUITE("sasl.xoauth2")
{
    TEST_CASE("the client's message, and Google's own example of it")
    {
        const auto client = make_client(
            Mechanism::xoauth2,
            {"someuser@example.com", "", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"});
        const auto message = client->initial_response();
        REQUIRE(message.has_value());
        CHECK(encode_base64(*message) ==
              "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNr"
              "QmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==");
    }

    TEST_CASE("a refused token: JSON, an empty line, failure")
    {
        const Doors doors;
        const std::string token = issue_token(good_claims(), std::string(32, 'x'));
        const auto client = make_client(Mechanism::xoauth2, {"hanako@kumo.example", "", token});
        const auto server = doors.open(Mechanism::xoauth2);
        const auto told = std::get<Challenge>(server->start(client->initial_response().value()));
        CHECK(told.octets == R"({"status":"401","schemes":"bearer","scope":"mail.send"})");
        CHECK(client->respond(told.octets) == "");
        CHECK_FALSE(client->accepts_success());
        CHECK(server->respond("") ==
              ServerStep{Failure{"hanako@kumo.example", AuthFlaw::token_bad_signature}});
    }

    TEST_CASE("nothing but the form succeeds")
    {
        const std::string token = issue_token(good_claims(), seed);
        const std::string good = xoauth2(token);
        const Doors doors;
        CHECK(doors.open(Mechanism::xoauth2)->start(good) ==
              ServerStep{Success{"hanako@kumo.example"}});
        for (std::size_t i = 0; i < good.size(); ++i) {
            CAPTURE(i);
            CHECK_FALSE(std::holds_alternative<Success>(
                doors.open(Mechanism::xoauth2)->start(good.substr(0, i))));
        }
        for (const std::string& message : std::vector<std::string>{
                 good + "x",
                 good + "\x01",
                 "x" + good,
                 "user=\x01"
                 "auth=Bearer " +
                     token + "\x01\x01",
                 "user=taro@kumo.example\x01"
                 "auth=Bearer " +
                     token + "\x01\x01",
                 octets("user=hanako@kumo.example\0\x01") + "auth=Bearer " + token + "\x01\x01",
                 oauthbearer(token)}) {
            CHECK_FALSE(
                std::holds_alternative<Success>(doors.open(Mechanism::xoauth2)->start(message)));
        }
    }

    TEST_CASE("where no tokens are taken none comes in")
    {
        const FewUsers users;
        for (const Mechanism mechanism : {Mechanism::xoauth2, Mechanism::oauthbearer}) {
            const std::string token = issue_token(good_claims(), seed);
            const auto server = make_server(mechanism, users, {"h", "x", nine});
            CHECK(std::holds_alternative<Failure>(server->start(
                mechanism == Mechanism::xoauth2 ? xoauth2(token) : oauthbearer(token))));
        }
    }

    TEST_CASE("a client without a token, or with one that is none, says nothing")
    {
        for (const Mechanism mechanism : {Mechanism::xoauth2, Mechanism::oauthbearer}) {
            for (const char* token : {"", "a b", "a\001b", "=", "a=b"}) {
                const auto client = make_client(mechanism, {"hanako@kumo.example", "", token});
                CHECK(client->initial_response() == std::nullopt);
                CHECK(client->respond("") == std::nullopt);
            }
            const auto odd = make_client(mechanism, {"a\001b", "", "token"});
            CHECK(odd->initial_response() == std::nullopt);
        }
    }
}
