#include "sim/sasl/digest.h"
#include "tests/sasl/few_users.h"

#include <doctest/doctest.h>

#include <string>
#include <variant>
#include <vector>

using namespace sim;
using namespace sim::sasl;
using sim::sasl::test::FewUsers;
using sim::sasl::test::octets;

namespace {

// RFC 2195 §2: the challenge in full.
const Occasion rfc_occasion{
    "postoffice.reston.mci.net", "1896", Instant{std::chrono::seconds{697170952}}};
const std::string rfc_challenge = "<1896.697170952@postoffice.reston.mci.net>";
const std::string rfc_digest = "b913a602c7eda7a495b4e6e7334d3890";

ServerStep answer(const CredentialStore& users, const std::string& response)
{
    const auto server = make_server(Mechanism::cram_md5, users, rfc_occasion);
    REQUIRE(std::holds_alternative<Challenge>(server->start(std::nullopt)));
    return server->respond(response);
}

} // namespace

TEST_SUITE("sasl.cram_md5")
{
    TEST_CASE("RFC 2195 section 2: Tim's exchange, on both sides")
    {
        const FewUsers users;
        const auto server = make_server(Mechanism::cram_md5, users, rfc_occasion);
        const auto challenge = std::get<Challenge>(server->start(std::nullopt));
        CHECK(challenge.octets == rfc_challenge);
        CHECK(encode_base64(challenge.octets) ==
              "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+");
        const auto client = make_client(Mechanism::cram_md5, {"tim", "tanstaaftanstaaf"});
        CHECK(client->initial_response() == std::nullopt);
        CHECK_FALSE(client->accepts_success());
        const auto response = client->respond(challenge.octets);
        REQUIRE(response == "tim " + rfc_digest);
        CHECK(encode_base64(*response) == "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw");
        CHECK(client->accepts_success());
        CHECK(server->respond(*response) == ServerStep{Success{"tim"}});
        CHECK(server->respond(*response) == ServerStep{Failure{}});
    }

    TEST_CASE("nothing else ever succeeds")
    {
        const FewUsers users;
        const std::vector<std::string> responses{
            "",
            " ",
            "tim",
            "tim ",
            " " + rfc_digest,
            "tim" + rfc_digest,
            "tim  " + rfc_digest,
            "tim " + rfc_digest + " ",
            "tim " + rfc_digest.substr(1),
            "tim " + rfc_digest + "0",
            "tim B913A602C7EDA7A495B4E6E7334D3890", // RFC 2195 §2: lower case
            "tim b913a602c7eda7a495b4e6e7334d3891",
            "Tim " + rfc_digest,
            "Kurt " + rfc_digest,
            "tom " + rfc_digest,
            octets("tim\0 ") + rfc_digest,
            "tim tanstaaftanstaaf",
            "tim " + std::string(100'000, '0'),
            std::string(100'000, 'x') + " " + rfc_digest,
        };
        for (const std::string& response : responses) {
            CAPTURE(response.substr(0, 60));
            CHECK(std::holds_alternative<Failure>(answer(users, response)));
        }
    }

    TEST_CASE("an empty password opens nothing, though anybody can compute its digest")
    {
        const FewUsers users;
        const auto server = make_server(Mechanism::cram_md5, users, {"h", "1", {}});
        const auto challenge = std::get<Challenge>(server->start(std::nullopt));
        // HMAC-MD5 with an empty key, of "<1.0@h>": as printf '<1.0@h>' | openssl md5 -hmac '' has
        // it
        CHECK(challenge.octets == "<1.0@h>");
        CHECK(server->respond("nobody " + lower_hex(hmac_md5("", "<1.0@h>"))) ==
              ServerStep{Failure{"nobody"}});
    }

    TEST_CASE("a server that keeps no passwords lets nobody in this way")
    {
        const FewUsers salted{SecretKept::salted_keys};
        CHECK(answer(salted, "tim " + rfc_digest) == ServerStep{Failure{"tim"}});
    }

    TEST_CASE("an unknown user fails like a wrong password, after the same questions")
    {
        const FewUsers users;
        CHECK(answer(users, "tim " + std::string(32, '0')) == ServerStep{Failure{"tim"}});
        const int questions = users.questions;
        users.questions = 0;
        CHECK(answer(users, "tom " + std::string(32, '0')) == ServerStep{Failure{"tom"}});
        CHECK(users.questions == questions);
    }

    TEST_CASE("the server speaks first, and asks differently on every occasion")
    {
        const FewUsers users;
        for (const char* initial : {"", "tim b913a602c7eda7a495b4e6e7334d3890"}) {
            const auto server = make_server(Mechanism::cram_md5, users, rfc_occasion);
            CHECK(std::holds_alternative<Failure>(server->start(initial)));
            CHECK(std::holds_alternative<Failure>(server->respond("tim " + rfc_digest)));
        }
        const auto other = make_server(
            Mechanism::cram_md5, users, {"postoffice.reston.mci.net", "1897", rfc_occasion.now});
        CHECK(std::get<Challenge>(other->start(std::nullopt)).octets != rfc_challenge);
        CHECK(other->respond("tim " + rfc_digest) == ServerStep{Failure{"tim"}}); // a replay
    }

    TEST_CASE("the client answers one question that asks something, and no second")
    {
        const auto client = make_client(Mechanism::cram_md5, {"tim", "tanstaaftanstaaf"});
        CHECK(client->respond("") == std::nullopt);
        CHECK(client->respond(std::string(5'000, 'x')) == std::nullopt);
        CHECK(client->respond(rfc_challenge) == "tim " + rfc_digest);
        CHECK(client->respond(rfc_challenge) == std::nullopt);
        CHECK(make_client(Mechanism::cram_md5, {"tim", ""})->respond(rfc_challenge) ==
              std::nullopt);
        CHECK(make_client(Mechanism::cram_md5, {"", "x"})->respond(rfc_challenge) == std::nullopt);
    }
}
