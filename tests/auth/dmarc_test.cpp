// DMARC: the examples of RFC 9989 (§4.10, appendix B), how records are read, whose policy counts,
// and what is told of it.

#include "sim/auth/dmarc.h"
#include "tests/auth/mail_of.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

using namespace sim;
using namespace sim::auth;

namespace {

using Records = std::map<std::string, std::string>; // "!": no answer

struct Walked {
    DmarcOutcome outcome;
    std::vector<std::string> asked;
};

Walked ask_dmarc(const std::string& author,
                 const std::vector<DmarcIdentifier>& identifiers,
                 const Records& records)
{
    DmarcQuery query{{author, identifiers}};
    Walked walked;
    while (const auto& question = query.question()) {
        walked.asked.push_back(question->name);
        const auto found = records.find(question->name);
        if (found == records.end()) {
            query.handle_answer({DnsOutcome::name_does_not_exist, {}});
        } else if (found->second == "!") {
            query.handle_answer({DnsOutcome::timed_out, {}});
        } else if (found->second.empty()) {
            query.handle_answer({DnsOutcome::no_data, {}});
        } else {
            query.handle_answer({DnsOutcome::found, {found->second}});
        }
    }
    walked.outcome = query.outcome();
    return walked;
}

DmarcResult with_spf(const std::string& author, const std::string& domain, const Records& records)
{
    return ask_dmarc(author, {{DmarcMethod::spf, domain}}, records).outcome.result;
}

tl::expected<std::string, AuthorProblem> author(const std::string& header)
{
    return dmarc_facts(test::mail_of(header + "\n\n"), SpfResult::none, "", {}).author;
}

} // namespace

TEST_SUITE("auth.dmarc")
{
    TEST_CASE("RFC 9989 appendix B.1: alignment")
    {
        for (const DmarcMethod method : {DmarcMethod::spf, DmarcMethod::dkim}) {
            const auto result =
                [&](const std::string& from, const std::string& domain, const std::string& record) {
                    return ask_dmarc(from, {{method, domain}}, {{"_dmarc.example.com", record}})
                        .outcome.result;
                };
            const std::string relaxed = "v=DMARC1; p=reject";
            const std::string strict = "v=DMARC1; p=reject; adkim=s; aspf=s";
            CHECK(result("example.com", "example.com", strict) == DmarcResult::pass);
            CHECK(result("example.com", "child.example.com", relaxed) == DmarcResult::pass);
            CHECK(result("example.com", "child.example.com", strict) == DmarcResult::fail);
            CHECK(result("child.example.com", "example.com", relaxed) == DmarcResult::pass);
            CHECK(result("child.example.com", "example.net", relaxed) == DmarcResult::fail);
            CHECK(result("example.com", "badexample.com", relaxed) == DmarcResult::fail);
        }
    }

    TEST_CASE("RFC 9989 §4.10: a walk asks at most eight times")
    {
        CHECK(walk_of("a.b.c.d.e.f.g.h.i.j.mail.example.com") ==
              std::vector<std::string>{"a.b.c.d.e.f.g.h.i.j.mail.example.com",
                                       "g.h.i.j.mail.example.com",
                                       "h.i.j.mail.example.com",
                                       "i.j.mail.example.com",
                                       "j.mail.example.com",
                                       "mail.example.com",
                                       "example.com",
                                       "com"});
        CHECK(walk_of("a.mail.example.com") ==
              std::vector<std::string>{
                  "a.mail.example.com", "mail.example.com", "example.com", "com"});
        // §5.1.8: a record below the seventh label is never found.
        const auto walked =
            ask_dmarc("mail.a.b.c.d.e.f.g.example.com",
                      {},
                      {{"_dmarc.b.c.d.e.f.g.example.com", "v=DMARC1; psd=n; p=reject"},
                       {"_dmarc.example.com", "v=DMARC1; p=none"}});
        CHECK(walked.asked.size() == 8);
        CHECK(walked.outcome.policy_domain == "example.com");
    }

    TEST_CASE("RFC 9989 §4.10.2: the organisation")
    {
        const auto organisation = [](const Records& records) {
            return ask_dmarc("a.mail.example.com", {}, records).outcome.organisation;
        };
        CHECK(organisation({{"_dmarc.mail.example.com", "v=DMARC1; p=none"},
                            {"_dmarc.example.com", "v=DMARC1; p=none"}}) == "example.com");
        CHECK(organisation({{"_dmarc.mail.example.com", "v=DMARC1; p=none; psd=n"},
                            {"_dmarc.example.com", "v=DMARC1; p=none"}}) == "mail.example.com");
        CHECK(organisation({{"_dmarc.com", "v=DMARC1; p=none; psd=y"}}) == "example.com");
        // Two domains below a suffix are strangers; without its psd=y they were relatives.
        const Records suffix{{"_dmarc.city.example", "v=DMARC1; p=reject; psd=y"}};
        CHECK(with_spf("a.city.example", "b.city.example", suffix) == DmarcResult::fail);
        CHECK(with_spf("a.city.example", "x.a.city.example", suffix) == DmarcResult::pass);
        CHECK(with_spf("a.city.example",
                       "b.city.example",
                       {{"_dmarc.city.example", "v=DMARC1; p=reject"}}) == DmarcResult::pass);
        CHECK(with_spf("a.city.example",
                       "b.city.example",
                       {{"_dmarc.city.example", "v=DMARC1; p=reject"},
                        {"_dmarc.b.city.example", "v=DMARC1; p=reject; psd=n"}}) ==
              DmarcResult::fail);
    }

    TEST_CASE("RFC 9989 §4.10.1: whose policy counts, and which of it")
    {
        const std::string all = "v=DMARC1; p=reject; sp=quarantine; np=none";
        struct Row {
            const char* author;
            Records records;
            const char* tag;
            DmarcPolicy policy;
        };
        using enum DmarcPolicy;
        for (const Row& row :
             {Row{"example.com", {{"_dmarc.example.com", all}}, "p", reject},
              Row{"a.example.com", {{"_dmarc.example.com", all}}, "np", none},
              Row{"a.example.com",
                  {{"_dmarc.example.com", all}, {"a.example.com", ""}},
                  "sp",
                  quarantine},
              Row{"a.example.com",
                  {{"_dmarc.example.com", "v=DMARC1; p=reject; sp=none"}},
                  "sp",
                  none},
              Row{"a.example.com", {{"_dmarc.example.com", "v=DMARC1; p=reject"}}, "p", reject},
              Row{"a.example.com",
                  {{"_dmarc.example.com", all}, {"_dmarc.a.example.com", "v=DMARC1; p=none"}},
                  "p",
                  none},
              Row{"a.example.com", {{"_dmarc.com", "v=DMARC1; p=reject; psd=y"}}, "p", reject}}) {
            const DmarcOutcome outcome = ask_dmarc(row.author, {}, row.records).outcome;
            INFO(row.author, " ", row.tag);
            CHECK(outcome.result == DmarcResult::fail);
            CHECK(outcome.tag == row.tag);
            CHECK(outcome.published == row.policy);
        }
        CHECK(ask_dmarc("example.com", {}, {}).outcome.result == DmarcResult::none);
        // Test mode is one step milder.
        const auto testing = [](const std::string& policy) {
            const Records records{{"_dmarc.example.com", "v=DMARC1; t=y; p=" + policy}};
            return ask_dmarc("example.com", {}, records).outcome.asked_for;
        };
        CHECK(testing("reject") == quarantine);
        CHECK(testing("quarantine") == none);
        CHECK(testing("none") == none);
    }

    TEST_CASE("a record that is no good, and DNS that is silent")
    {
        const auto result = [](const std::string& record) {
            return ask_dmarc("example.com",
                             {{DmarcMethod::dkim, "example.com"}},
                             {{"_dmarc.example.com", record}})
                .outcome;
        };
        CHECK(result("v=DMARC1; p=maybe").result == DmarcResult::none);
        CHECK(result("v=DMARC1; p=maybe").problem == DmarcProblem::unusable_record);
        CHECK(result("v=DMARC1; p=maybe; rua=mailto:a@example.com").result == DmarcResult::pass);
        CHECK(result("v=DMARC1; p=reject; sp=maybe; rua=words").result == DmarcResult::none);
        CHECK(result("v=DMARC1; rua=mailto:a@example.com").result == DmarcResult::pass);
        CHECK(result("v=DMARC2; p=reject").result == DmarcResult::none);
        CHECK(result("p=reject; v=DMARC1").result == DmarcResult::none);
        CHECK(result("!").result == DmarcResult::temperror);
        CHECK(result("!").problem == DmarcProblem::dns_failed);
        // Silence about an identifier matters only when no other one aligns.
        const Records records{{"_dmarc.example.com", "v=DMARC1; p=reject"}, {"_dmarc.x.com", "!"}};
        CHECK(with_spf("example.com", "x.com", records) == DmarcResult::temperror);
        CHECK(ask_dmarc("example.com",
                        {{DmarcMethod::spf, "x.com"}, {DmarcMethod::dkim, "example.com"}},
                        records)
                  .outcome.result == DmarcResult::pass);
    }

    TEST_CASE("RFC 9989 §4.7: records as values")
    {
        const DmarcRecord record = parse_dmarc(
            "v = DMARC1 ;p=Reject; sp = quarantine; np=none; t=y; psd=u; adkim=s; aspf=r; pct=50; "
            "rua=mailto:a@example.com!10m , https://example.com/r,words; ruf=mailto:b@example.com; "
            "fo=1:d; x=y; words; rf=afrf; ri=86400;");
        DmarcRecord wanted;
        wanted.policy = DmarcPolicy::reject;
        wanted.subdomains = DmarcPolicy::quarantine;
        wanted.missing_subdomains = DmarcPolicy::none;
        wanted.testing = true;
        wanted.dkim = DmarcAlignment::strict;
        wanted.rua = {"mailto:a@example.com", "https://example.com/r"};
        wanted.ruf = {"mailto:b@example.com"};
        wanted.failure_options = "1:d";
        CHECK(record == wanted);
        CHECK(is_dmarc("v=DMARC1"));
        CHECK(is_dmarc("v=DMARC1;p=none"));
        CHECK_FALSE(is_dmarc("v=dmarc1; p=none"));
        CHECK_FALSE(is_dmarc("v=DMARC10"));
        CHECK_FALSE(is_dmarc(""));
        // What is no record counts for nothing beside one; two records cancel each other.
        DmarcQuery query{{"example.com", {}}};
        query.handle_answer({DnsOutcome::found, {"words", "v=DMARC1; p=reject"}});
        CHECK(query.outcome().published == DmarcPolicy::reject);
        DmarcQuery twice{{"example.com", {}}};
        twice.handle_answer({DnsOutcome::found, {"v=DMARC1; p=none", "v=DMARC1; p=reject"}});
        twice.handle_answer({DnsOutcome::name_does_not_exist, {}});
        CHECK(twice.outcome().result == DmarcResult::none);
    }

    TEST_CASE("the author: exactly one From with one address")
    {
        struct Row {
            const char* header;
            const char* domain;
        };
        for (const Row& row :
             {Row{"From: a@Example.COM", "example.com"},
              Row{"From: \"a@b.example, c\" <a@example.com>", "example.com"},
              Row{"From: Joe (a@b.example (c)) <a@example.com> (x)", "example.com"},
              Row{"From: <@one.example,@two.example:a@example.com>", "example.com"},
              Row{"From: \"x@y.example\"@example.com", "example.com"},
              Row{"from:\n a@example.com", "example.com"},
              Row{"From: friends: a@example.com;", "example.com"},
              Row{"From: a@example.com,", "example.com"}}) {
            const auto domain = author(row.header);
            CHECK_MESSAGE(domain.has_value(), row.header);
            CHECK(domain.value_or("") == row.domain);
        }
        struct Wrong {
            const char* header;
            AuthorProblem problem;
        };
        using enum AuthorProblem;
        for (const Wrong& row : {Wrong{"To: a@example.com", no_from},
                                 Wrong{"From: ", no_from},
                                 Wrong{"From: nobody:;", no_from},
                                 Wrong{"From: a@example.com\nFrom: a@example.com", several_from},
                                 Wrong{"From: a@example.com, b@example.com", several_authors},
                                 Wrong{"From: f: a@example.com, <b@example.org>;", several_authors},
                                 Wrong{"From: a", unreadable_from},
                                 Wrong{"From: <>", unreadable_from},
                                 Wrong{"From: <a@example.com", unreadable_from},
                                 Wrong{"From: (a@example.com", unreadable_from},
                                 Wrong{"From: \"a@example.com", unreadable_from},
                                 Wrong{"From: a@[192.0.2.1]", unreadable_from},
                                 Wrong{"From: a@example..com", unreadable_from},
                                 Wrong{"From: @example.com", unreadable_from}}) {
            const auto domain = author(row.header);
            INFO(row.header);
            REQUIRE_FALSE(domain.has_value());
            CHECK(name_of(domain.error()) == name_of(row.problem));
        }
    }
}
