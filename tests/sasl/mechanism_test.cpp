#include "tests/sasl/few_users.h"

#include <doctest/doctest.h>

#include <array>
#include <set>

using namespace sim;
using namespace sim::sasl;
using sim::sasl::test::FewUsers;

namespace {

constexpr std::array with_password{
    Mechanism::plain, Mechanism::login, Mechanism::cram_md5, Mechanism::scram_sha_256};

std::string chosen(const std::vector<std::string>& offered,
                   const std::vector<Mechanism>& allowed,
                   bool may_reveal)
{
    const auto choice = choose_mechanism(offered, allowed, may_reveal);
    if (const auto* problem = std::get_if<SmtpProblem>(&choice))
        return std::string{name_of(*problem)};
    return std::string{registered_name(std::get<Mechanism>(choice))};
}

} // namespace

TEST_SUITE("sasl.mechanism")
{
    TEST_CASE("each name leads to its mechanism and back, in any case")
    {
        for (const Mechanism mechanism : values_of<Mechanism>()) {
            if (mechanism == Mechanism::pop3_user) continue;
            CHECK(parse_registered_name(registered_name(mechanism)) == mechanism);
        }
        CHECK(registered_name(Mechanism::plain) == "PLAIN");
        CHECK(registered_name(Mechanism::scram_sha_256) == "SCRAM-SHA-256");
        CHECK(parse_registered_name("Plain") == Mechanism::plain);
        CHECK(parse_registered_name("cram-md5") == Mechanism::cram_md5);
        for (const char* name : {"", " ", "PLAI", "PLAINX", "PLAIN ", "SCRAM-SHA-1"})
            CHECK(parse_registered_name(name) == std::nullopt);
    }

    TEST_CASE("no two mechanisms are equally strong, and secrets beat passwords in the open")
    {
        std::set<int> strengths;
        for (const Mechanism mechanism : values_of<Mechanism>())
            strengths.insert(strength(mechanism));
        CHECK(strengths.size() == values_of<Mechanism>().size());
        CHECK(strength(Mechanism::plain) > strength(Mechanism::login));
        CHECK(strength(Mechanism::cram_md5) > strength(Mechanism::plain));
        CHECK(strength(Mechanism::scram_sha_256) > strength(Mechanism::cram_md5));
    }

    TEST_CASE("who hears PLAIN, LOGIN or a bearer token has it; CRAM-MD5 and SCRAM tell nothing")
    {
        for (const Mechanism mechanism : values_of<Mechanism>()) {
            const bool secret =
                mechanism == Mechanism::cram_md5 || mechanism == Mechanism::scram_sha_256;
            CHECK(reveals_password(mechanism) == !secret);
        }
    }

    TEST_CASE("the strongest that is offered, allowed and written wins")
    {
        const std::vector<Mechanism> both{Mechanism::login, Mechanism::plain};
        CHECK(chosen({"LOGIN", "PLAIN"}, both, true) == "PLAIN");
        CHECK(chosen({"PLAIN", "LOGIN"}, both, true) == "PLAIN");
        CHECK(chosen({"login", "plain"}, both, true) == "PLAIN");
        CHECK(chosen({"LOGIN", "PLAIN"}, {Mechanism::login}, true) == "LOGIN");
        CHECK(chosen({"LOGIN"}, both, true) == "LOGIN");
        CHECK(chosen({"GSSAPI", "LOGIN"}, both, true) == "LOGIN");
    }

    TEST_CASE("nothing in common is told apart from nothing that keeps the password secret")
    {
        const std::vector<Mechanism> both{Mechanism::login, Mechanism::plain};
        CHECK(chosen({}, both, true) == "no_common_mechanism");
        CHECK(chosen({"PLAIN"}, {}, true) == "no_common_mechanism");
        CHECK(chosen({"GSSAPI", "NTLM"}, both, true) == "no_common_mechanism");
        CHECK(chosen({"PLAIN", "LOGIN"}, both, false) == "auth_would_reveal_password");
        CHECK(chosen({"GSSAPI"}, both, false) == "no_common_mechanism");
    }

    TEST_CASE("every mechanism of the list can be used, and POP3's own login is none")
    {
        for (const Mechanism mechanism : values_of<Mechanism>())
            CHECK(is_available(mechanism) == (mechanism != Mechanism::pop3_user));
        const auto values = values_of<Mechanism>();
        const std::vector<Mechanism> all{values.begin(), values.end()};
        CHECK(chosen({"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"}, all, true) ==
              "SCRAM-SHA-256");
        CHECK(chosen({"PLAIN", "LOGIN", "CRAM-MD5"}, all, false) == "CRAM-MD5");
        CHECK(chosen({"XOAUTH2", "OAUTHBEARER", "PLAIN"}, all, true) == "OAUTHBEARER");
        CHECK(chosen({"XOAUTH2", "OAUTHBEARER", "PLAIN"}, all, false) ==
              "auth_would_reveal_password");
    }

    TEST_CASE("both sides of every mechanism with a password understand each other")
    {
        for (const Mechanism mechanism : with_password) {
            for (const bool right : {true, false}) {
                const FewUsers users;
                const auto client = make_client(
                    mechanism, {"tim", right ? "tanstaaftanstaaf" : "wrong", {}, "client"});
                const auto server =
                    make_server(mechanism, users, {"mail.kumo.example", "server", {}});
                const auto initial = client->initial_response();
                ServerStep step = server->start(initial ? std::optional<std::string_view>{*initial}
                                                        : std::nullopt);
                while (const auto* challenge = std::get_if<Challenge>(&step)) {
                    const auto response = client->respond(challenge->octets);
                    REQUIRE(response.has_value());
                    step = server->respond(*response);
                }
                CHECK(client->accepts_success() ==
                      (right || mechanism != Mechanism::scram_sha_256));
                CHECK(step == (right ? ServerStep{Success{"tim"}} : ServerStep{Failure{"tim"}}));
            }
        }
    }

    TEST_CASE("comparison tells equal from different, whatever the lengths")
    {
        CHECK(equal_in_constant_time("", ""));
        CHECK(equal_in_constant_time("secret", "secret"));
        CHECK_FALSE(equal_in_constant_time("secret", "secreT"));
        CHECK_FALSE(equal_in_constant_time("secret", "secre"));
        CHECK_FALSE(equal_in_constant_time("secret", "secretsecret"));
        CHECK_FALSE(equal_in_constant_time("secret", ""));
        CHECK_FALSE(equal_in_constant_time("", "secret"));
        CHECK_FALSE(equal_in_constant_time("", std::string(6, '\0')));
    }
}
