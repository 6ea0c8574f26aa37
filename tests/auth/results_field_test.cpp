// Authentication-Results, RFC 8601: what a receiver writes, in which words and quotes, and how it
// knows fields that others have written in its name.

#include "sim/auth/results_field.h"

#include <doctest/doctest.h>

#include <string>

using namespace sim;
using namespace sim::auth;

TEST_SUITE("auth.results_field")
{
    TEST_CASE("a field with all three, folded")
    {
        DkimOutcome dkim;
        dkim.result = DkimResult::pass;
        dkim.names = {"example.com", "s1", "rsa-sha256", "@example.com", "AuUo/EfDxTDkHl"};
        DmarcOutcome dmarc;
        dmarc.result = DmarcResult::pass;
        dmarc.author = "example.com";
        dmarc.asked_for = DmarcPolicy::quarantine;
        const SpfSeen spf{SpfResult::pass, "hanako@example.com", "mail.example.com"};
        CHECK(results_field({"mx.example", spf, std::vector{dkim}, dmarc}) ==
              "Authentication-Results: mx.example;\r\n"
              "\tspf=pass smtp.mailfrom=hanako@example.com;\r\n"
              "\tdkim=pass header.d=example.com header.i=@example.com header.s=s1\r\n"
              "\theader.a=rsa-sha256 header.b=\"AuUo/EfD\";\r\n"
              "\tdmarc=pass header.from=example.com policy.dmarc=quarantine");
    }

    TEST_CASE("nothing looked at, nobody signed, a failure and its reason")
    {
        CHECK(results_field({"mx.example"}) == "Authentication-Results: mx.example; none");
        CHECK(
            results_field(
                {"mx.example", SpfSeen{SpfResult::none, "", "x y"}, std::vector<DkimOutcome>{}}) ==
            "Authentication-Results: mx.example;\r\n\tspf=none smtp.helo=\"x y\";\r\n\tdkim=none");
        DkimOutcome dkim;
        dkim.result = DkimResult::fail;
        dkim.problem = DkimProblem::body_changed;
        dkim.testing = true;
        dkim.names.domain = "example.com";
        CHECK(results_field({"mx.example", {}, std::vector{dkim}}) ==
              "Authentication-Results: mx.example;\r\n"
              "\tdkim=fail (test mode) reason=\"body changed\" header.d=example.com");
    }

    TEST_CASE("what stands in the mail cannot get out of its quotes")
    {
        const auto field = [](const std::string& sender) {
            return results_field({"mx.example", SpfSeen{SpfResult::fail, sender, "h"}});
        };
        const std::string front =
            "Authentication-Results: mx.example;\r\n\tspf=fail smtp.mailfrom=";
        CHECK(field("a; dkim=pass@example.com") == front + "\"a; dkim=pass@example.com\"");
        CHECK(field("\"a\\b\"@example.com") == front + "\"\\\"a\\\\b\\\"@example.com\"");
        CHECK(field("a\r\nX: y@example.com") == front + "\"a??X: y@example.com\"");
        CHECK(field("\xe8\x8a\xb1@example.com") == front + "\"???@example.com\"");
        CHECK(field(std::string(5000, 'a')).size() < 500);
    }

    TEST_CASE("a field that says it is ours")
    {
        for (const char* value : {" mx.example; none",
                                  "mx.example 1; spf=pass",
                                  " (by (us)) \r\n\tMX.Example;spf=pass",
                                  " \"mx.example\"; none",
                                  " \"mx.\\example\"; none",
                                  "mx.example(1); none",
                                  "mx.example"})
            CHECK_MESSAGE(is_results_of(value, "mx.example"), value);
        for (const char* value :
             {"other.example; none", "", "(mx.example)", "mx.example.com; none", "x mx.example;"})
            CHECK_FALSE_MESSAGE(is_results_of(value, "mx.example"), value);
    }
}
