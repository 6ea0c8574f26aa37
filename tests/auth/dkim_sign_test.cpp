// Signing with DKIM: with the keys of RFC 8463 come its signatures, octet by octet; and what we
// sign, in every form, is what we verify. With the programs of others: dkim_peers_test.py.

#include "sim/auth/dkim.h"
#include "sim/auth/dkim_sign.h"
#include "sim/core/base64.h"
#include "tests/auth/mail_of.h"

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <vector>

using namespace sim;
using namespace sim::auth;
using test::ed25519_pem;
using test::mail_of;

namespace {

const std::string rsa_pem = R"(-----BEGIN RSA PRIVATE KEY-----
MIICXQIBAAKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi
Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqM
KrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB
AoGAH0cxOhFZDgzXWhDhnAJDw5s4roOXN4OhjiXa8W7Y3rhX3FJqmJSPuC8N9vQm
6SVbaLAE4SG5mLMueHlh4KXffEpuLEiNp9Ss3O4YfLiQpbRqE7Tm5SxKjvvQoZZe
zHorimOaChRL2it47iuWxzxSiRMv4c+j70GiWdxXnxe4UoECQQDzJB/0U58W7RZy
6enGVj2kWF732CoWFZWzi1FicudrBFoy63QwcowpoCazKtvZGMNlPWnC7x/6o8Gc
uSe0ga2xAkEA8C7PipPm1/1fTRQvj1o/dDmZp243044ZNyxjg+/OPN0oWCbXIGxy
WvmZbXriOWoSALJTjExEgraHEgnXssuk7QJBALl5ICsYMu6hMxO73gnfNayNgPxd
WFV6Z7ULnKyV7HSVYF0hgYOHjeYe9gaMtiJYoo0zGN+L3AAtNP9huqkWlzECQE1a
licIeVlo1e+qJ6Mgqr0Q7Aa7falZ448ccbSFYEPD6oFxiOl9Y9se9iYHZKKfIcst
o7DUw1/hz2Ck4N5JrgUCQQCyKveNvjzkkd8HjYs0SwM0fPjK16//5qDZ2UiDGnOe
uEzxBDAr518Z8VFbR41in3W4Y3yCDgQlLlcETrS+zYcL
-----END RSA PRIVATE KEY-----
)";

DkimOutcome verify_signed(const MailText& mail, const std::string& field, const DkimPrivateKey& key)
{
    MailText with_field = mail;
    with_field.fields.insert(with_field.fields.begin(), {"DKIM-Signature", field + "\r\n"});
    DkimQuery query{with_field, 1000};
    while (query.question()) {
        CHECK(query.question()->name == key_record_name("example.com", "s1"));
        query.handle_answer({DnsOutcome::found, {key_record(key)}});
    }
    return query.outcomes().front();
}

} // namespace

TEST_SUITE("auth.dkim_sign")
{
    TEST_CASE("RFC 8463 appendix A: its keys make its signatures")
    {
        struct Row {
            const std::string& pem;
            const char* field;
            const char* signature;
        };
        const std::vector<std::string> names{
            "from", "to", "subject", "date", "message-id", "from", "subject", "date"};
        const MailText mail = mail_of(test::dinner_mail);
        for (const Row& row : {Row{ed25519_pem,
                                   "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
                                   " d=football.example.com; i=@football.example.com;\r\n"
                                   " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
                                   " subject : date : message-id : from : subject : date;\r\n"
                                   " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=\r\n",
                                   "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus"
                                   "Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="},
                               Row{rsa_pem,
                                   "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
                                   " d=football.example.com; i=@football.example.com;\r\n"
                                   " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
                                   " date : message-id : from : subject : date;\r\n"
                                   " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=\r\n",
                                   "F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3"
                                   "DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz"
                                   "dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8="}}) {
            const auto key = DkimPrivateKey::read(row.pem);
            REQUIRE(key);
            const std::string text =
                signed_header(mail, names, row.field, Canonicalization::relaxed);
            CHECK(encode_base64(key->sign(text, Rng{7})) == row.signature);
            CHECK(encode_base64(key->sign(text, Rng{8})) == row.signature);
        }
    }

    TEST_CASE("what is signed verifies, in every form and with both kinds of key")
    {
        const std::vector<std::string> mails{
            test::dinner_mail,
            "From: a@example.com\nSubject: long\n\tand  folded \n\nwords  \nmore\t \n\n\n",
            "From: a@example.com\nX-Empty:\n\n",
            "FROM : a@example.com\nTo:b@example.com\nto: c@example.com\n\nno end",
            "To: nobody@example.com\n\nwithout From\n"};
        for (const std::string& pem : {ed25519_pem, rsa_pem}) {
            const auto key = DkimPrivateKey::read(pem);
            REQUIRE(key);
            for (const std::string& text : mails) {
                for (const auto header : values_of<Canonicalization>()) {
                    for (const auto body : values_of<Canonicalization>()) {
                        DkimSigning signing;
                        signing.domain = "example.com";
                        signing.selector = "s1";
                        signing.header_form = header;
                        signing.body_form = body;
                        signing.signed_s = 999;
                        const MailText mail = mail_of(text);
                        const std::string field = sign_mail(mail, signing, *key, Rng{1});
                        INFO(text, name_of(header), name_of(body), field);
                        CHECK(verify_signed(mail, field, *key).result == DkimResult::pass);
                        std::istringstream lines{field};
                        for (std::string line; std::getline(lines, line);)
                            CHECK(line.size() <= 79);
                    }
                }
            }
        }
    }

    TEST_CASE("identity, expiry and length are written, and mean what they say")
    {
        const auto key = DkimPrivateKey::read(ed25519_pem);
        REQUIRE(key);
        DkimSigning signing;
        signing.domain = "example.com";
        signing.selector = "s1";
        signing.identity = "a;b=c@sub.example.com";
        signing.expires_s = 1000;
        signing.length = 5;
        MailText mail = mail_of("From: a@example.com\n\nwords and more\n");
        const std::string field = sign_mail(mail, signing, *key, Rng{1});
        CHECK(field.find("i=a=3Bb=3Dc@sub.example.com;") != std::string::npos);
        DkimOutcome outcome = verify_signed(mail, field, *key);
        CHECK(outcome.result == DkimResult::pass);
        CHECK(outcome.signed_octets == 5);
        CHECK(outcome.body_octets == 16);
        mail.body += "and what anybody adds\r\n";
        CHECK(verify_signed(mail, field, *key).result == DkimResult::pass);
        signing.expires_s = 999;
        outcome = verify_signed(mail, sign_mail(mail, signing, *key, Rng{1}), *key);
        CHECK(outcome.problem == DkimProblem::expired);
    }

    TEST_CASE("the fields that are signed: those that are there, each once more")
    {
        CHECK(names_to_sign(mail_of("To: a\nX: b\nFrom: c\nto: d\n\n")) ==
              std::vector<std::string>{"from", "from", "to", "to", "to"});
        CHECK(names_to_sign(mail_of("X: b\n\n")) == std::vector<std::string>{"from"});
    }

    TEST_CASE("what is no key of ours to sign with is none")
    {
        CHECK_FALSE(DkimPrivateKey::read(""));
        CHECK_FALSE(DkimPrivateKey::read("words"));
        CHECK_FALSE(DkimPrivateKey::read("-----BEGIN PRIVATE KEY-----\nAAAA\n"
                                         "-----END PRIVATE KEY-----\n"));
        CHECK(DkimPrivateKey::read(rsa_pem)->bits() == 1024);
    }
}
