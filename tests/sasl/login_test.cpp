#include "sim/core/base64.h"
#include "tests/sasl/few_users.h"

#include <doctest/doctest.h>

using namespace sim;
using namespace sim::sasl;
using sim::sasl::test::FewUsers;
using sim::sasl::test::octets;

namespace {

ServerStep log_in(const std::string& user, const std::string& password)
{
    const FewUsers users;
    const auto server = make_server(Mechanism::login, users);
    CHECK(server->start(std::nullopt) == ServerStep{Challenge{"Username:"}});
    CHECK(server->respond(user) == ServerStep{Challenge{"Password:"}});
    return server->respond(password);
}

} // namespace

TEST_SUITE("sasl.login")
{
    TEST_CASE("the prompts are those that every client knows")
    {
        const FewUsers users;
        const auto server = make_server(Mechanism::login, users);
        const auto first = std::get<Challenge>(server->start(std::nullopt));
        CHECK(encode_base64(first.octets) == "VXNlcm5hbWU6");
        const auto second = std::get<Challenge>(server->respond("tim"));
        CHECK(encode_base64(second.octets) == "UGFzc3dvcmQ6");
    }

    TEST_CASE("user and password in turn")
    {
        CHECK(log_in("tim", "tanstaaftanstaaf") == ServerStep{Success{"tim"}});
        CHECK(log_in("花子", "飛脚ひきゃく") == ServerStep{Success{"花子"}});
        CHECK(log_in("tim", "wrong") == ServerStep{Failure{"tim"}});
        CHECK(log_in("tom", "tanstaaftanstaaf") == ServerStep{Failure{"tom"}});
    }

    TEST_CASE("nothing malformed ever succeeds, and it fails only after the password")
    {
        CHECK(std::holds_alternative<Failure>(log_in("", "tanstaaftanstaaf")));
        CHECK(std::holds_alternative<Failure>(log_in("tim", "")));
        CHECK(std::holds_alternative<Failure>(log_in("nobody", "")));
        CHECK(std::holds_alternative<Failure>(log_in(octets("tim\0"), "tanstaaftanstaaf")));
        CHECK(std::holds_alternative<Failure>(log_in("tim", octets("tanstaaftanstaaf\0"))));
        CHECK(std::holds_alternative<Failure>(log_in("tim\xFF", "tanstaaftanstaaf")));
        CHECK(std::holds_alternative<Failure>(
            log_in("tim" + std::string(5000, 'x'), "tanstaaftanstaaf")));
    }

    TEST_CASE("a user name that comes along with AUTH LOGIN is taken, an empty one asked for")
    {
        const FewUsers users;
        const auto server = make_server(Mechanism::login, users);
        CHECK(server->start("tim") == ServerStep{Challenge{"Password:"}});
        CHECK(server->respond("tanstaaftanstaaf") == ServerStep{Success{"tim"}});
        CHECK(make_server(Mechanism::login, users)->start("") ==
              ServerStep{Challenge{"Username:"}});
    }

    TEST_CASE("after the end there is only failure")
    {
        const FewUsers users;
        const auto server = make_server(Mechanism::login, users);
        CHECK(std::holds_alternative<Challenge>(server->start("tim")));
        CHECK(std::holds_alternative<Failure>(server->respond("wrong")));
        CHECK(std::holds_alternative<Failure>(server->respond("tim")));
        CHECK(std::holds_alternative<Failure>(server->respond("tanstaaftanstaaf")));
    }

    TEST_CASE("the client answers two prompts whatever they say, and no third")
    {
        const auto client = make_client(Mechanism::login, {"tim", "secret"});
        CHECK(client->initial_response() == std::nullopt);
        CHECK(client->respond("User Name") == "tim");
        CHECK_FALSE(client->accepts_success());
        CHECK(client->respond("Passwort:") == "secret");
        CHECK(client->accepts_success());
        CHECK(client->respond("Again?") == std::nullopt);
    }
}
