#include "tests/sasl/few_users.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <variant>
#include <vector>

using namespace sim;
using namespace sim::sasl;
using sim::sasl::test::FewUsers;
using sim::sasl::test::octets;

namespace {

// RFC 7677 §3.
const std::string client_nonce = "rOprNGfwEbeRWgbNEkqO";
const Occasion rfc_7677_occasion{"mail", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", {}};
const std::string client_first = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
const std::string both_nonces = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
const std::string server_first = "r=" + both_nonces + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
const std::string proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
const std::string client_final = "c=biws,r=" + both_nonces + ",p=" + proof;
const std::string server_final = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

struct ServerSide {
    FewUsers users{SecretKept::salted_keys};
    std::unique_ptr<ServerMechanism> server =
        make_server(Mechanism::scram_sha_256, users, rfc_7677_occasion);
};

bool fails(const ServerStep& step)
{
    return std::holds_alternative<Failure>(step);
}

// A client that has said its first message.
std::unique_ptr<ClientMechanism> client_after_first()
{
    auto client = make_client(Mechanism::scram_sha_256, {"user", "pencil", {}, client_nonce});
    REQUIRE(client->initial_response() == client_first);
    return client;
}

} // namespace

TEST_SUITE("sasl.scram")
{
    TEST_CASE("RFC 7677 section 3: the exchange, on both sides")
    {
        const ServerSide side;
        const auto client = client_after_first();
        CHECK(side.server->start(client_first) == ServerStep{Challenge{server_first}});
        CHECK(client->respond(server_first) == client_final);
        CHECK_FALSE(client->accepts_success());
        CHECK(side.server->respond(client_final) == ServerStep{Challenge{server_final}});
        CHECK(client->respond(server_final) == "");
        CHECK(client->accepts_success());
        CHECK(side.server->respond("") == ServerStep{Success{"user"}});
        CHECK(fails(side.server->respond("")));
        CHECK(client->respond("") == std::nullopt);
    }

    TEST_CASE("a client whose first message the server did not take is asked for it")
    {
        const ServerSide side;
        CHECK(side.server->start(std::nullopt) == ServerStep{Challenge{""}});
        CHECK(side.server->respond(client_first) == ServerStep{Challenge{server_first}});
        const auto client =
            make_client(Mechanism::scram_sha_256, {"user", "pencil", {}, client_nonce});
        CHECK(client->respond("") == client_first);
    }

    TEST_CASE("what a server keeps of pencil, as RFC 5803 writes it down")
    {
        const FewUsers users{SecretKept::salted_keys};
        const SaltedKeys kept = users.keys_of("user").value();
        CHECK(record_of(kept) == "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"
                                 "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
                                 "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
    }

    TEST_CASE("a first message that is not one is refused at once")
    {
        const std::vector<std::string> messages{
            "",
            "n",
            "n,",
            "n,,",
            "n=user,r=abc",                         // no header
            "p=tls-server-end-point,,n=user,r=abc", // binding: not offered
            "p=tls-unique,,n=user,r=abc",
            "x,,n=user,r=abc",
            "n,user,n=user,r=abc", // "a=" is missing
            "n,a=,n=user,r=abc",
            "n,a=tim,n=user,r=abc", // acting for somebody else
            "n,,r=abc,n=user",      // the wrong order
            "n,,n=user",
            "n,,n=user,",
            "n,,n=user,r=",
            "n,,n=,r=abc",
            "n,,n=us=er,r=abc",   // "=" that stands for nothing
            "n,,n=us=2cer,r=abc", // lower case
            "n,,n=user,r=a b",
            "n,,m=something,n=user,r=abc", // an extension that must be understood
            octets("n,,n=us\0er,r=abc"),
            octets("n,,n=user,r=ab\0c"),
            "n,,n=us\xFF,r=abc",
            "n,,n=user,r=" + std::string(5'000, 'x'),
            "n,,n=" + std::string(2'000, 'x') + ",r=abc",
            std::string(100'000, 'n'),
        };
        for (const std::string& message : messages) {
            CAPTURE(message.substr(0, 60));
            const ServerSide side;
            CHECK(fails(side.server->start(message)));
            CHECK(fails(side.server->respond(client_final)));
        }
    }

    TEST_CASE("a final message with anything changed fails")
    {
        const std::vector<std::string> messages{
            "",
            "c=biws",
            "c=biws,r=" + both_nonces,
            "c=biws,r=" + both_nonces + ",p=",
            "c=biws,r=" + both_nonces + ",p=" + proof.substr(1),
            "c=biws,r=" + both_nonces + ",p=" + proof + "=",
            "c=biws,r=" + both_nonces + ",p=eHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            "c=biws,r=" + client_nonce + ",p=" + proof, // the server's part is missing
            "c=biws,r=" + both_nonces + "x,p=" + proof,
            "c=biws,r=,p=" + proof,
            "r=" + both_nonces + ",c=biws,p=" + proof, // the wrong order
            "c=eSws,r=" + both_nonces + ",p=" + proof, // "y,,", but "n,," was said
            "c=,r=" + both_nonces + ",p=" + proof,
            "c=!!!!,r=" + both_nonces + ",p=" + proof,
            "c=biws,x=y,r=" + both_nonces + ",p=" + proof,
            "c=biws,r=" + both_nonces + ",x=y,p=" + proof, // signed without it
            client_final + ",x=y",
            client_final + octets("\0"),
            server_final,
            std::string(100'000, 'c'),
        };
        for (const std::string& message : messages) {
            CAPTURE(message.substr(0, 100));
            const ServerSide side;
            REQUIRE(side.server->start(client_first) == ServerStep{Challenge{server_first}});
            CHECK(fails(side.server->respond(message)));
            CHECK(fails(side.server->respond(client_final))); // no second try
            CHECK(fails(side.server->respond("")));
        }
    }

    TEST_CASE("after the server's proof the client has nothing to say")
    {
        const ServerSide side;
        REQUIRE(side.server->start(client_first) == ServerStep{Challenge{server_first}});
        REQUIRE(side.server->respond(client_final) == ServerStep{Challenge{server_final}});
        CHECK(side.server->respond("x") == ServerStep{Failure{"user", AuthFlaw::malformed}});
    }

    TEST_CASE("an unknown user is asked like any other and fails at the proof")
    {
        std::set<std::string> salts;
        for (const SecretKept kept : {SecretKept::password, SecretKept::salted_keys}) {
            for (const char* user : {"tom", "tina", "user"}) {
                const FewUsers users{kept};
                const auto server = make_server(Mechanism::scram_sha_256, users, rfc_7677_occasion);
                const auto again = make_server(Mechanism::scram_sha_256, users, rfc_7677_occasion);
                const std::string first = std::string{"n,,n="} + user + ",r=abc";
                const auto challenge = std::get<Challenge>(server->start(first));
                CHECK(server->respond("c=biws,r=abc%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=" + proof) ==
                      ServerStep{Failure{user}});
                // Asked twice it says the same, or the difference would tell.
                CHECK(std::get<Challenge>(again->start(first)) == challenge);
                const std::size_t salt = challenge.octets.find(",s=");
                CHECK(challenge.octets.ends_with(",i=4096"));
                CHECK(challenge.octets.size() - salt ==
                      server_first.size() - server_first.find(",s="));
                salts.insert(challenge.octets.substr(salt));
                CHECK(users.questions == 2);
            }
        }
        CHECK(salts.size() == 4); // strangers' are the same in both stores, the user's is not
    }

    TEST_CASE("an account without a password stays closed")
    {
        for (const SecretKept kept : {SecretKept::password, SecretKept::salted_keys}) {
            const FewUsers users{kept};
            const auto server = make_server(Mechanism::scram_sha_256, users, rfc_7677_occasion);
            const auto first = std::get<Challenge>(server->start("n,,n=nobody,r=abc"));
            for (const char* guess : {"nobody", "x"}) {
                const auto client =
                    make_client(Mechanism::scram_sha_256, {"nobody", guess, {}, "abc"});
                REQUIRE(client->initial_response() == "n,,n=nobody,r=abc");
                const auto final_message = client->respond(first.octets);
                REQUIRE(final_message.has_value());
                CHECK(fails(server->respond(*final_message)));
            }
        }
    }

    TEST_CASE("names with a comma and an equals sign, and UTF-8")
    {
        for (const Credentials& who : {Credentials{"a,b=c", "equals and comma", {}, "abc"},
                                       Credentials{"花子", "飛脚ひきゃく", {}, "abc"}}) {
            const ServerSide side;
            const auto client = make_client(Mechanism::scram_sha_256, who);
            const auto first = client->initial_response();
            REQUIRE(first.has_value());
            if (who.user == "a,b=c") CHECK(*first == "n,,n=a=2Cb=3Dc,r=abc");
            const auto asked = std::get<Challenge>(side.server->start(*first));
            const auto proven =
                std::get<Challenge>(side.server->respond(client->respond(asked.octets).value()));
            CHECK(client->respond(proven.octets) == "");
            CHECK(side.server->respond("") == ServerStep{Success{who.user}});
        }
    }

    TEST_CASE("the client cancels when the server's first message is not one")
    {
        const std::string salt = ",s=W22ZaJ0SNY7soEsUEjb6gQ==";
        const std::vector<std::string> messages{
            "",
            "r=" + client_nonce + salt + ",i=4096", // nothing of its own
            "r=x" + both_nonces + salt + ",i=4096", // not ours in front
            "r=" + both_nonces + " " + salt + ",i=4096",
            salt.substr(1) + ",r=" + both_nonces + ",i=4096",
            "r=" + both_nonces + ",i=4096" + salt,
            "r=" + both_nonces + ",s=,i=4096",
            "r=" + both_nonces + ",s=W22,i=4096",
            "r=" + both_nonces + salt,
            "r=" + both_nonces + salt + ",i=",
            "r=" + both_nonces + salt + ",i=4095", // RFC 7677 §4
            "r=" + both_nonces + salt + ",i=1",
            "r=" + both_nonces + salt + ",i=0",
            "r=" + both_nonces + salt + ",i=-4096",
            "r=" + both_nonces + salt + ",i=04096",
            "r=" + both_nonces + salt + ",i=4096x",
            "r=" + both_nonces + salt + ",i=600001", // a year of our time
            "r=" + both_nonces + salt + ",i=99999999999999999999",
            "m=x," + server_first,
            "e=other-error",
            std::string(100'000, 'r'),
        };
        for (const std::string& message : messages) {
            CAPTURE(message.substr(0, 80));
            const auto client = client_after_first();
            CHECK(client->respond(message) == std::nullopt);
            CHECK_FALSE(client->accepts_success());
            CHECK(client->respond(server_first) == std::nullopt); // it is over
        }
    }

    TEST_CASE("a server that cannot prove that it knows the keys is not believed")
    {
        for (const std::string& message :
             std::vector<std::string>{std::string{},
                                      std::string{"v="},
                                      "v=7" + server_final.substr(3),
                                      server_final.substr(0, server_final.size() - 1),
                                      std::string{"e=invalid-proof"},
                                      "x=y," + server_final}) {
            CAPTURE(message);
            const auto client = client_after_first();
            REQUIRE(client->respond(server_first) == client_final);
            CHECK(client->respond(message) == std::nullopt);
            CHECK_FALSE(client->accepts_success());
            CHECK(client->respond(server_final) == std::nullopt);
        }
    }

    TEST_CASE("without name, password or nonce the client says nothing")
    {
        for (const Credentials& odd : {Credentials{"", "pencil", {}, "abc"},
                                       Credentials{"user", "", {}, "abc"},
                                       Credentials{"user", "pencil", {}, ""},
                                       Credentials{"user", "pencil", {}, "a,b"},
                                       Credentials{octets("us\0er"), "pencil", {}, "abc"}}) {
            const auto client = make_client(Mechanism::scram_sha_256, odd);
            CHECK(client->initial_response() == std::nullopt);
            CHECK(client->respond("") == std::nullopt);
        }
    }
}
