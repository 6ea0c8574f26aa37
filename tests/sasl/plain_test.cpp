#include "tests/sasl/few_users.h"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace sim;
using namespace sim::sasl;
using sim::sasl::test::FewUsers;
using sim::sasl::test::octets;

namespace {

ServerStep offer(const std::string& message)
{
    const FewUsers users;
    return make_server(Mechanism::plain, users)->start(message);
}

} // namespace

TEST_SUITE("sasl.plain")
{
    TEST_CASE("RFC 4616 section 4, first example: Tim logs in")
    {
        CHECK(offer(octets("\0tim\0tanstaaftanstaaf")) == ServerStep{Success{"tim"}});
    }

    TEST_CASE("RFC 4616 section 4, second example: acting for somebody else is not allowed here")
    {
        // In the RFC Kurt may act as Ursel. Nobody may here, and the answer is the usual one.
        CHECK(offer(octets("Ursel\0Kurt\0xipj3plmq")) == ServerStep{Failure{"Kurt"}});
    }

    TEST_CASE("acting expressly as oneself is the same as saying nothing")
    {
        CHECK(offer(octets("tim\0tim\0tanstaaftanstaaf")) == ServerStep{Success{"tim"}});
    }

    TEST_CASE("UTF-8 is as good as ASCII")
    {
        CHECK(offer(octets("\0花子\0飛脚ひきゃく")) == ServerStep{Success{"花子"}});
    }

    TEST_CASE("nothing malformed ever succeeds")
    {
        const std::string long_password(1025, 'x');
        const std::vector<std::string> messages{
            "",
            octets("\0"),
            octets("\0\0"),
            octets("\0\0\0"),
            "tim",
            "tim tanstaaftanstaaf",
            octets("tim\0tanstaaftanstaaf"),          // one NUL
            octets("\0tim"),                          // no password
            octets("\0tim\0"),                        // empty password
            octets("\0\0tanstaaftanstaaf"),           // empty user
            octets("\0nobody\0"),                     // empty here and in the store
            octets("\0tim\0tanstaaftanstaaf\0"),      // a NUL too many
            octets("\0tim\0tanstaaf\0tanstaaf"),      //
            octets("\0\0tim\0tanstaaftanstaaf"),      //
            octets("\0tim\0tanstaaftanstaaf\r\n"),    // octets too many
            octets("\0tim\0tanstaaftanstaa"),         // too few
            octets("\0tim \0tanstaaftanstaaf"),       //
            octets("\0TIM\0tanstaaftanstaaf"),        //
            octets(" \0tim\0tanstaaftanstaaf"),       // an authzid that is not the user
            octets("tim2\0tim\0tanstaaftanstaaf"),    //
            octets("Ursel\0Ursel\0xipj3plmq"),        // nobody of that name
            octets("\0tim\xFF\0tanstaaftanstaaf"),    // not UTF-8
            octets("\0\xC0\xB4im\0tanstaaftanstaaf"), // "t" in two octets
            octets("\0tim\0\xED\xA0\x80"),            // a surrogate
            octets("\0tim\0\xF4\x90\x80\x80"),        // beyond U+10FFFF
            octets("\0tim\0\xE3\x81"),                // cut off
            octets("\0tim\0") + long_password,
        };
        for (const std::string& message : messages) {
            CAPTURE(message);
            CHECK(std::holds_alternative<Failure>(offer(message)));
        }
    }

    TEST_CASE("every way to cut a good message short fails, and so does every changed octet")
    {
        const std::string good = octets("\0tim\0tanstaaftanstaaf");
        for (std::size_t i = 0; i < good.size(); ++i) {
            CHECK(std::holds_alternative<Failure>(offer(good.substr(0, i))));
            for (int value = 0; value < 256; ++value) {
                std::string changed = good;
                changed[i] = static_cast<char>(value);
                CAPTURE(i);
                CAPTURE(value);
                CHECK(std::holds_alternative<Success>(offer(changed)) == (changed == good));
            }
        }
    }

    TEST_CASE("an unknown user fails like a wrong password, after the same questions")
    {
        const FewUsers users;
        const auto wrong = make_server(Mechanism::plain, users)->start(octets("\0tim\0wrong"));
        const int questions = std::exchange(users.questions, 0);
        const auto unknown = make_server(Mechanism::plain, users)->start(octets("\0tom\0wrong"));
        CHECK(std::holds_alternative<Failure>(wrong));
        CHECK(std::holds_alternative<Failure>(unknown));
        CHECK(users.questions == questions);
        CHECK(questions == 1);
    }

    TEST_CASE("a server that keeps salted keys only checks PLAIN and LOGIN with them")
    {
        const FewUsers users{SecretKept::salted_keys};
        const auto offer_salted = [&](const std::string& message) {
            return make_server(Mechanism::plain, users)->start(message);
        };
        CHECK(offer_salted(octets("\0tim\0tanstaaftanstaaf")) == ServerStep{Success{"tim"}});
        CHECK(offer_salted(octets("\0tim\0wrong")) == ServerStep{Failure{"tim"}});
        CHECK(offer_salted(octets("\0tom\0tanstaaftanstaaf")) == ServerStep{Failure{"tom"}});
        CHECK(offer_salted(octets("\0nobody\0")) == ServerStep{Failure{"nobody"}});
        const auto login = make_server(Mechanism::login, users);
        CHECK(std::holds_alternative<Challenge>(login->start("Kurt")));
        CHECK(login->respond("xipj3plmq") == ServerStep{Success{"Kurt"}});
        CHECK(users.password_of("tim") == std::nullopt);
    }

    TEST_CASE("a client without initial response is asked with an empty challenge")
    {
        const FewUsers users;
        const auto server = make_server(Mechanism::plain, users);
        CHECK(server->start(std::nullopt) == ServerStep{Challenge{""}});
        CHECK(server->respond(octets("\0tim\0tanstaaftanstaaf")) == ServerStep{Success{"tim"}});
    }

    TEST_CASE("there is no second try within one exchange")
    {
        const FewUsers users;
        const auto server = make_server(Mechanism::plain, users);
        CHECK(server->start(octets("\0tim\0wrong")) == ServerStep{Failure{"tim"}});
        CHECK(server->respond(octets("\0tim\0tanstaaftanstaaf")) == ServerStep{Failure{}});
    }

    TEST_CASE("the client says everything at once, or when asked, but only once")
    {
        const auto at_once = make_client(Mechanism::plain, {"tim", "tanstaaftanstaaf"});
        CHECK_FALSE(at_once->accepts_success());
        CHECK(at_once->initial_response() == octets("\0tim\0tanstaaftanstaaf"));
        CHECK(at_once->accepts_success());
        CHECK(at_once->respond("") == std::nullopt);

        const auto asked = make_client(Mechanism::plain, {"tim", "tanstaaftanstaaf"});
        CHECK(asked->respond("") == octets("\0tim\0tanstaaftanstaaf"));
        const auto asked_oddly = make_client(Mechanism::plain, {"tim", "tanstaaftanstaaf"});
        CHECK(asked_oddly->respond("Password?") == std::nullopt);
    }

    TEST_CASE("a client says nothing at all when its user name would be read as something else")
    {
        for (const Credentials& odd : {Credentials{octets("tim\0x"), "secret"},
                                       Credentials{"tim", octets("a\0b")},
                                       Credentials{"", "secret"},
                                       Credentials{"tim", ""}}) {
            const auto client = make_client(Mechanism::plain, odd);
            CHECK(client->initial_response() == std::nullopt);
            CHECK(client->respond("") == std::nullopt);
            CHECK_FALSE(client->accepts_success());
        }
    }
}
