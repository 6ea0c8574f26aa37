// RFC 7208: the examples of its appendix A and of §7.4, the limits of §4.6.4, and what is told of
// how a result came about. The SPF project's own questions: tests/cli/spf_vectors_test.py.

#include "sim/auth/spf.h"
#include "sim/auth/spf_macro.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace sim;
using namespace sim::auth;

namespace {

using Zone = std::map<std::pair<std::string, std::uint16_t>, std::vector<std::string>>;

// Appendix A
const Zone appendix{
    {{"example.com", type_mx}, {"10 mail-a.example.com.", "20 mail-b.example.com."}},
    {{"example.com", type_a}, {"192.0.2.10", "192.0.2.11"}},
    {{"amy.example.com", type_a}, {"192.0.2.65"}},
    {{"mail-a.example.com", type_a}, {"192.0.2.129"}},
    {{"mail-b.example.com", type_a}, {"192.0.2.130"}},
    {{"example.org", type_mx}, {"10 mail-c.example.org."}},
    {{"mail-c.example.org", type_a}, {"192.0.2.140"}},
    {{"65.2.0.192.in-addr.arpa", type_ptr}, {"amy.example.com."}},
    {{"140.2.0.192.in-addr.arpa", type_ptr}, {"mail-c.example.org."}},
    {{"4.0.0.10.in-addr.arpa", type_ptr}, {"bob.example.com."}}};

struct Asked {
    SpfOutcome outcome;
    int questions = 0;
};

Asked ask(Zone zone, const std::string& record, const std::string& ip, std::string sender)
{
    if (!record.empty()) zone[{"example.com", type_txt}] = {record};
    SpfQuery query{{*parse_ip(ip), "mail.example.com", std::move(sender)}};
    Asked asked;
    while (const auto& question = query.question()) {
        ++asked.questions;
        const auto found = zone.find({question->name, question->type});
        const bool missing = found == zone.end();
        query.handle_answer({missing ? DnsOutcome::name_does_not_exist : DnsOutcome::found,
                             missing ? std::vector<std::string>{} : found->second});
    }
    asked.outcome = query.outcome();
    return asked;
}

SpfOutcome ask(const std::string& record, const std::string& ip)
{
    return ask(appendix, record, ip, "user@example.com").outcome;
}

} // namespace

TEST_SUITE("auth.spf")
{
    TEST_CASE("RFC 7208 appendix A.1: simple examples")
    {
        struct Row {
            const char* record;
            std::vector<const char*> pass;
            std::vector<const char*> fail;
        };
        const std::vector<Row> rows{
            {"v=spf1 +all", {"192.0.2.1", "203.0.113.7"}, {}},
            {"v=spf1 a -all", {"192.0.2.10", "192.0.2.11"}, {"192.0.2.12"}},
            {"v=spf1 a:example.org -all", {}, {"192.0.2.10", "192.0.2.140"}},
            {"v=spf1 mx -all", {"192.0.2.129", "192.0.2.130"}, {"192.0.2.131"}},
            {"v=spf1 mx:example.org -all", {"192.0.2.140"}, {"192.0.2.129"}},
            {"v=spf1 mx mx:example.org -all",
             {"192.0.2.129", "192.0.2.130", "192.0.2.140"},
             {"192.0.2.10"}},
            {"v=spf1 mx/30 mx:example.org/30 -all",
             {"192.0.2.128", "192.0.2.131", "192.0.2.140", "192.0.2.143"},
             {"192.0.2.132", "192.0.2.144"}},
            {"v=spf1 ptr -all", {"192.0.2.65"}, {"192.0.2.140", "10.0.0.4"}},
            {"v=spf1 ip4:192.0.2.128/28 -all", {"192.0.2.129"}, {"192.0.2.65"}}};
        for (const Row& row : rows) {
            for (const char* ip : row.pass)
                CHECK_MESSAGE(ask(row.record, ip).result == SpfResult::pass, row.record, ip);
            for (const char* ip : row.fail)
                CHECK_MESSAGE(ask(row.record, ip).result == SpfResult::fail, row.record, ip);
        }
    }

    TEST_CASE("RFC 7208 §7.4: macros")
    {
        const auto value = [](char letter) -> std::optional<std::string> {
            const std::map<char, std::string> values{{'s', "strong-bad@email.example.com"},
                                                     {'o', "email.example.com"},
                                                     {'d', "email.example.com"},
                                                     {'l', "strong-bad"},
                                                     {'i', dotted(*parse_ip("192.0.2.3"))},
                                                     {'v', "in-addr"}};
            return values.at(letter);
        };
        struct Row {
            const char* text;
            const char* expanded;
        };
        for (const Row& row : {Row{"%{s}", "strong-bad@email.example.com"},
                               Row{"%{o}", "email.example.com"},
                               Row{"%{d4}", "email.example.com"},
                               Row{"%{d3}", "email.example.com"},
                               Row{"%{d2}", "example.com"},
                               Row{"%{d1}", "com"},
                               Row{"%{dr}", "com.example.email"},
                               Row{"%{d2r}", "example.email"},
                               Row{"%{l}", "strong-bad"},
                               Row{"%{l-}", "strong.bad"},
                               Row{"%{lr}", "strong-bad"},
                               Row{"%{lr-}", "bad.strong"},
                               Row{"%{l1r-}", "strong"},
                               Row{"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"},
                               Row{"%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
                               Row{"%{lr-}.lp.%{ir}.%{v}._spf.%{d2}",
                                   "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"},
                               Row{"%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}",
                                   "3.2.0.192.in-addr.strong.lp._spf.example.com"},
                               Row{"%{d2}.trusted-domains.example.net",
                                   "example.com.trusted-domains.example.net"}}) {
            REQUIRE_MESSAGE(is_macro_string(row.text, MacroPlace::name), row.text);
            CHECK(expand(row.text, value) == row.expanded);
        }
        CHECK(dotted(*parse_ip("2001:db8::cb01")) ==
              "2.0.0.1.0.D.B.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.C.B.0.1");
    }

    TEST_CASE("it is told which terms were looked at, about what, and which one decided")
    {
        Zone zone = appendix;
        zone[{"_spf.example.org", type_txt}] = {"v=spf1 mx:example.org -all"};
        const auto asked =
            ask(zone, "v=spf1 a include:_spf.%{d1r}le.org ~all", "192.0.2.140", "u@example.com");
        // "%{d1r}le.org" is "examplele.org": nobody has that record.
        CHECK(asked.outcome.problem == SpfProblem::no_record_there);
        const auto right =
            ask(zone, "v=spf1 a include:_spf.example.org ~all", "192.0.2.140", "u@example.com")
                .outcome;
        CHECK(right.result == SpfResult::pass);
        CHECK(right.domain == "example.com");
        CHECK(right.term == "include:_spf.example.org");
        CHECK(right.lookups == 3);
        const std::vector<SpfStep> steps{
            {0, "example.com", "a", "example.com", false},
            {0, "example.com", "include:_spf.example.org", "_spf.example.org", true},
            {1, "_spf.example.org", "mx:example.org", "example.org", true}};
        CHECK(right.steps == steps);
    }

    TEST_CASE("a name is asked about once, however often the record is looked through")
    {
        const auto asked = ask(appendix, "v=spf1 mx mx mx a a -all", "192.0.2.1", "u@example.com");
        CHECK(asked.outcome.result == SpfResult::fail);
        CHECK(asked.outcome.lookups == 5);
        CHECK(asked.questions == 5); // TXT, MX, two hosts, A
    }

    TEST_CASE("the term that is wrong is named, and why")
    {
        struct Row {
            const char* record;
            const char* term;
            SpfProblem problem;
        };
        for (const Row& row :
             {Row{"v=spf1 mx ipv4:192.0.2.1 -all", "ipv4:192.0.2.1", SpfProblem::unknown_mechanism},
              Row{"v=spf1 include -all", "include", SpfProblem::missing_value},
              Row{"v=spf1 ip4: -all", "ip4:", SpfProblem::missing_value},
              Row{"v=spf1 -all:x.example", "-all:x.example", SpfProblem::needless_value},
              Row{"v=spf1 ptr/24 -all", "ptr/24", SpfProblem::needless_value},
              Row{"v=spf1 a:192.0.2.1 -all", "a:192.0.2.1", SpfProblem::bad_name},
              Row{"v=spf1 exists:%{c}.x.example -all",
                  "exists:%{c}.x.example",
                  SpfProblem::bad_name},
              Row{"v=spf1 ip4:192.0.2 -all", "ip4:192.0.2", SpfProblem::bad_network},
              Row{"v=spf1 ip4:2001:db8::1 -all", "ip4:2001:db8::1", SpfProblem::bad_network},
              Row{"v=spf1 a/33 -all", "a/33", SpfProblem::bad_prefix_length},
              Row{"v=spf1 ip6:2001:db8::/129", "ip6:2001:db8::/129", SpfProblem::bad_prefix_length},
              Row{"v=spf1 1up=x -all", "1up=x", SpfProblem::bad_modifier},
              Row{"v=spf1 exp=a.example exp=a.example",
                  "exp=a.example",
                  SpfProblem::repeated_modifier},
              Row{"v=spf1 m\x01x -all", "m\x01x", SpfProblem::bad_characters},
              Row{"v=spf1 a:a.example a:b.example a:c.example -all",
                  "a:c.example",
                  SpfProblem::too_many_voids},
              Row{"v=spf1 a a a a a a a a a a mx -all", "mx", SpfProblem::too_many_lookups},
              Row{"v=spf1 redirect=b.example",
                  "redirect=b.example",
                  SpfProblem::no_record_there}}) {
            INFO(row.record);
            const auto outcome = ask(row.record, "203.0.113.1");
            CHECK(outcome.result == SpfResult::permerror);
            CHECK(outcome.term == row.term);
            CHECK(outcome.problem == row.problem);
        }
    }
}
