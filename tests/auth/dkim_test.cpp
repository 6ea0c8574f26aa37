// DKIM: the examples of RFC 6376 (§3.4.5, appendix A) and RFC 8463 (appendix A), and each reason
// for which a signature does not hold. What others sign: tests/auth/dkim_peers_test.py.

#include "sim/auth/dkim.h"
#include "tests/auth/mail_of.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

using namespace sim;
using namespace sim::auth;
using test::mail_of;

namespace {

using KeyZone = std::map<std::string, std::vector<std::string>>;

// RFC 6376 appendix C: the key of its examples.
const std::string rsa_key =
    "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3"
    "/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/"
    "RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMm"
    "PSPDdQPNUYckcQ2QIDAQAB";

// RFC 6376 appendix A.2
const std::string rfc_6376 = R"(DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;
      c=simple/simple; q=dns/txt; i=joe@football.example.com;
      h=Received : From : To : Subject : Date : Message-ID;
      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB
        4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut
        KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV
        4bmp/YzhwvcubU4=;
Received: from client1.football.example.com  [192.0.2.1]
      by submitserver.example.com with SUBMISSION;
      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)
)" + test::dinner_mail;

const KeyZone zone_6376{{"brisbane._domainkey.example.com", {rsa_key}}};

// RFC 8463 appendix A
const std::string rfc_8463 = R"(DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
)" + test::dinner_mail;

const std::string ed25519_key =
    "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const KeyZone zone_8463{{"brisbane._domainkey.football.example.com", {ed25519_key}},
                        {"test._domainkey.football.example.com",
                         {"v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR"
                          "iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC"
                          "DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3"
                          "Ip3G+2kryOTIKT+l/K4w3QIDAQAB"}}};

std::vector<DkimOutcome>
verify(const std::string& message, const KeyZone& zone, std::int64_t now = 0)
{
    DkimQuery query{mail_of(message), now};
    while (const auto& question = query.question()) {
        CHECK(question->type == type_txt);
        const auto found = zone.find(question->name);
        if (found == zone.end()) {
            query.handle_answer({DnsOutcome::name_does_not_exist, {}});
        } else if (found->second.empty()) {
            query.handle_answer({DnsOutcome::timed_out, {}});
        } else {
            query.handle_answer({DnsOutcome::found, found->second});
        }
    }
    return query.outcomes();
}

std::string replaced(std::string text, const std::string& what, const std::string& with)
{
    const std::size_t at = text.find(what);
    REQUIRE_MESSAGE(at != std::string::npos, what);
    return text.replace(at, what.size(), with);
}

// The signature of RFC 6376 with its field, or its key, changed.
DkimOutcome with_field(const std::string& what, const std::string& with, std::int64_t now = 0)
{
    return verify(replaced(rfc_6376, what, with), zone_6376, now).front();
}
DkimOutcome with_key(const std::string& record)
{
    return verify(rfc_6376, {{"brisbane._domainkey.example.com", {record}}}).front();
}

} // namespace

TEST_SUITE("auth.dkim")
{
    TEST_CASE("RFC 6376 appendix A: the signed mail")
    {
        const auto outcomes = verify(rfc_6376, zone_6376);
        REQUIRE(outcomes.size() == 1);
        const DkimOutcome& outcome = outcomes.front();
        CHECK(outcome.result == DkimResult::pass);
        CHECK(outcome.names.domain == "example.com");
        CHECK(outcome.names.identity == "joe@football.example.com");
        CHECK(outcome.key_bits == 1024);
        CHECK(outcome.steps.back() ==
              DkimStep{DkimStage::header, true, "received, from, to, subject, date, message-id"});
    }

    TEST_CASE("RFC 8463 appendix A: both signatures of the mail, whose fields are signed twice")
    {
        const auto outcomes = verify(rfc_8463, zone_8463);
        REQUIRE(outcomes.size() == 2);
        CHECK(outcomes[0].result == DkimResult::pass);
        CHECK(outcomes[0].key_bits == 256);
        CHECK(outcomes[1].result == DkimResult::pass);
        // A second Subject is what the second "subject" of h keeps out.
        const auto added =
            verify(replaced(rfc_8463, "To: Suzie", "Subject: x\nTo: Suzie"), zone_8463);
        CHECK(added[0].problem == DkimProblem::signature_wrong);
        CHECK(added[1].problem == DkimProblem::signature_wrong);
    }

    TEST_CASE("RFC 6376 §3.4.5: canonical forms")
    {
        const std::string a = "A: X\r\n";
        const std::string b = "B : Y\t\r\n\tZ  \r\n";
        const std::string body = " C \r\nD \t E\r\n\r\n\r\n";
        CHECK(canonical_field(a, Canonicalization::relaxed) == "a:X\r\n");
        CHECK(canonical_field(b, Canonicalization::relaxed) == "b:Y Z\r\n");
        CHECK(canonical_body(body, Canonicalization::relaxed) == " C\r\nD E\r\n");
        CHECK(canonical_field(b, Canonicalization::simple) == b);
        CHECK(canonical_body(body, Canonicalization::simple) == " C \r\nD \t E\r\n");
        CHECK(canonical_body("", Canonicalization::simple) == "\r\n");
        CHECK(canonical_body("", Canonicalization::relaxed).empty());
        CHECK(canonical_body(" \t\r\n\r\n", Canonicalization::relaxed).empty());
        CHECK(canonical_body("x", Canonicalization::simple) == "x\r\n");
        CHECK(canonical_body("x ", Canonicalization::relaxed) == "x\r\n");
    }

    TEST_CASE("a change on the way breaks what covers it")
    {
        const auto body = verify(replaced(rfc_8463, "lost the game", "won the game"), zone_8463);
        CHECK(body[0].problem == DkimProblem::body_changed);
        CHECK(body[0].steps.back().stage == DkimStage::body);
        const auto subject = verify(replaced(rfc_8463, "Is dinner", "[list] Is dinner"), zone_8463);
        CHECK(subject[1].problem == DkimProblem::signature_wrong);
        CHECK(subject[1].steps.back().stage == DkimStage::header);
        // What relaxed lets pass and simple does not.
        CHECK(verify(replaced(rfc_8463, "lost the", "lost  the"), zone_8463)[0].result ==
              DkimResult::pass);
        CHECK(verify(replaced(rfc_6376, "lost the", "lost  the"), zone_6376)[0].problem ==
              DkimProblem::body_changed);
        CHECK(verify(replaced(rfc_8463, "Subject: Is", "SUBJECT :  Is"), zone_8463)[0].result ==
              DkimResult::pass);
        CHECK(verify(replaced(rfc_6376, "Subject: Is", "Subject:  Is"), zone_6376)[0].problem ==
              DkimProblem::signature_wrong);
        // A field that no signature covers may come and go.
        CHECK(verify("X-Seen: yes\n" + rfc_6376, zone_6376)[0].result == DkimResult::pass);
    }

    TEST_CASE("each fault of a field has its name")
    {
        struct Row {
            const char* what;
            const char* with;
            DkimProblem problem;
            DkimResult result;
        };
        using enum DkimProblem;
        for (const Row& row :
             {Row{"v=1;", "v=1; v=1;", unreadable, DkimResult::neutral},
              Row{"v=1;", "v=1; words;", unreadable, DkimResult::neutral},
              Row{"v=1;", "v=1;;", unreadable, DkimResult::neutral},
              Row{"v=1;", "", missing_tag, DkimResult::neutral},
              Row{"s=brisbane;", "", missing_tag, DkimResult::neutral},
              Row{"v=1;", "v=2;", unknown_version, DkimResult::neutral},
              Row{"rsa-sha256", "dsa-sha256", unknown_algorithm, DkimResult::neutral},
              Row{"rsa-sha256", "rsa-sha1", sha1, DkimResult::policy},
              Row{"simple/simple", "simple/nofws", unknown_form, DkimResult::neutral},
              Row{"dns/txt", "dns/xml", unknown_query, DkimResult::neutral},
              Row{"bh=2", "bh=!", bad_base64, DkimResult::neutral},
              Row{"b=Au", "b=A", bad_base64, DkimResult::neutral},
              Row{"d=example.com", "d=example..com", bad_name, DkimResult::neutral},
              Row{"d=example.com", "d=com", bad_name, DkimResult::neutral},
              Row{"s=brisbane", "s=bris bane", bad_name, DkimResult::neutral},
              Row{"i=joe@football.example.com",
                  "i=joe@example.org",
                  foreign_identity,
                  DkimResult::neutral},
              Row{"i=joe@football.example.com",
                  "i=joe@badexample.com",
                  foreign_identity,
                  DkimResult::neutral},
              Row{"v=1;", "v=1; l=-1;", bad_number, DkimResult::neutral},
              Row{"v=1;", "v=1; t=soon;", bad_number, DkimResult::neutral},
              Row{"v=1;", "v=1; t=20; x=10;", expires_before_signing, DkimResult::neutral},
              Row{"Received : From", "Received : Sender", from_unsigned, DkimResult::permerror},
              Row{"v=1;", "v=1; x=99;", expired, DkimResult::fail},
              Row{"v=1;", "v=1; x=100;", signature_wrong, DkimResult::fail},
              Row{"v=1;", "v=1; l=1000;", body_too_short, DkimResult::fail},
              Row{"v=1;", "v=1; l=99999999999999999999999999;", body_too_short, DkimResult::fail},
              Row{"v=1;", "v=1; l=9;", body_changed, DkimResult::fail},
              Row{"s=brisbane", "s=sydney", no_key, DkimResult::permerror}}) {
            const DkimOutcome outcome = with_field(row.what, row.with, 100);
            INFO(row.what, " -> ", row.with);
            REQUIRE(outcome.problem);
            CHECK(name_of(*outcome.problem) == name_of(row.problem));
            CHECK(name_of(outcome.result) == name_of(row.result));
            CHECK_FALSE(outcome.steps.back().held);
        }
    }

    TEST_CASE("each fault of a key record has its name")
    {
        struct Row {
            std::string record;
            DkimProblem problem;
        };
        using enum DkimProblem;
        const std::string p = rsa_key.substr(rsa_key.find("p="));
        for (const Row& row : {Row{"words", unreadable_key},
                               Row{"v=DKIM2; " + p, unreadable_key},
                               Row{p + "; v=DKIM1", unreadable_key},
                               Row{"v=DKIM1", unreadable_key},
                               Row{"v=DKIM1; p=words", unreadable_key},
                               Row{"v=DKIM1; p=", revoked},
                               Row{"v=DKIM1; h=sha1; " + p, hash_refused},
                               Row{"v=DKIM1; s=tlsrpt; " + p, service_refused},
                               Row{"v=DKIM1; k=ed25519; " + p, other_kind_of_key},
                               Row{ed25519_key, other_kind_of_key},
                               Row{"v=DKIM1; t=y:s; " + p, subdomain_refused}}) {
            const DkimOutcome outcome = with_key(row.record);
            INFO(row.record);
            REQUIRE(outcome.problem);
            CHECK(name_of(*outcome.problem) == name_of(row.problem));
            CHECK(outcome.result == DkimResult::permerror);
            CHECK(outcome.steps.back().stage == DkimStage::rules);
        }
        for (const std::string& good : {p,
                                        "k=rsa; n=notes; " + p + ";",
                                        "v=DKIM1; h=sha1:sha256; s=*; g=*; " + p,
                                        "v=DKIM1; s=email : x; " + p})
            CHECK_MESSAGE(with_key(good).result == DkimResult::pass, good);
        const DkimOutcome testing = with_key("v=DKIM1; t=y; " + p);
        CHECK(testing.result == DkimResult::pass);
        CHECK(testing.testing);
        CHECK(verify(rfc_6376, {{"brisbane._domainkey.example.com", {}}})[0].result ==
              DkimResult::temperror);
        // Of several records, the first that can be used.
        CHECK(
            verify(rfc_6376, {{"brisbane._domainkey.example.com", {"words", rsa_key}}})[0].result ==
            DkimResult::pass);
    }

    TEST_CASE("an RSA key of 512 bits is too weak, of PKCS #1's form it is as good")
    {
        const DkimOutcome weak =
            with_key("p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALA92WJdpyuhP0OUtmF+HFcxzds1MBOn"
                     "0K9VToddZqWJwLxgGpnMT9W6DP1n2dLd3EOAVnmp3WrJ07p2dLZGPJ0CAwEAAQ==");
        CHECK(weak.problem == DkimProblem::weak_key);
        CHECK(weak.term == "512");
        CHECK(weak.result == DkimResult::policy);
        // The key of appendix C without X.509's frame.
        CHECK(with_key("p=MIGJAoGBAPAhE/9QLdIGwSYapn1klbf8OQygZ4udCDV9afv/Ni0jE3ZKcUKPE4Iob2/d"
                       "viNh9xM2HmKNKyrrfW4Ei0truh36/9G10LZTMnWVZP3jupH5FxpzaBu2j80yonR/N9WMfg64"
                       "qGK11j21/qZzAaNo0FxZOggyY9I8N1A81RhyRxDZAgMBAAE=")
                  .result == DkimResult::pass);
    }

    TEST_CASE("a mail that nobody signed, and one that too many did")
    {
        CHECK(verify(test::dinner_mail, {}).empty());
        std::string many;
        for (int i = 0; i < 12; ++i)
            many += "DKIM-Signature: v=1; a=rsa-sha256; d=example.com\n";
        many += test::dinner_mail;
        const DkimQuery query{mail_of(many), 0};
        CHECK_FALSE(query.question());
        CHECK(query.outcomes().size() == most_signatures);
        CHECK(query.left_out() == 2);
        CHECK(query.outcomes().front().names.domain == "example.com");
    }
}
