// hikyaku spf: what it prints, and what it says of a zone file that is wrong. What the results are
// is tested in tests/auth/spf_test.cpp and by spf_vectors_test.py.

#include "tests/cli/program.h"

#include <doctest/doctest.h>

using namespace test;

TEST_SUITE("cli.spf")
{
    TEST_CASE("spf says the result first, then what the domain says, then why")
    {
        const Folder folder{"spf"};
        const std::string zone = folder.file("zone.json", R"({
            "kumo.example": [["TXT", ["v=spf1 a:mail.kumo.example ip6:2001:db8::/32 ",
                                      "-all exp=why.kumo.example"]]],
            "mail.kumo.example": [["A", "192.0.2.1"]],
            "why.kumo.example": [["TXT", "%{i} is none of ours"]],
            "broken.example": [["TXT", "v=spf1 ipv4:192.0.2.1 -all"]],
            "slow.example": [["TIMEOUT"]]})");
        const auto ask = [&](const std::string& ip, const std::string& sender) {
            return hikyaku(
                {"spf", "--zone", zone, "--ip", ip, "--helo", "x.example", "--from", sender});
        };
        CHECK(lines_of(ask("192.0.2.1", "a@kumo.example").out).front() == "pass");
        CHECK(lines_of(ask("2001:db8::9", "a@kumo.example").out).front() == "pass");
        const Result refused = ask("192.0.2.9", "a@kumo.example");
        CHECK(refused.code == cli::ExitCode::ok);
        CHECK(has(refused.out, "fail\n192.0.2.9 is none of ours\n"));
        CHECK(has(refused.out, "kumo.example: \"-all\" matches"));
        const Result broken = ask("192.0.2.1", "a@broken.example");
        CHECK(lines_of(broken.out).front() == "permerror");
        CHECK(has(broken.out, "\"ipv4:192.0.2.1\" begins with no word that SPF knows"));
        CHECK(lines_of(ask("192.0.2.1", "a@slow.example").out).front() == "temperror");
        CHECK(lines_of(ask("192.0.2.1", "").out).front() == "none"); // of the HELO name
    }

    TEST_CASE("what a zone says cannot steer the terminal")
    {
        const Folder folder{"spf_steering"};
        const std::string zone = folder.file("zone.json", R"({
            "kumo.example": [["TXT", "v=spf1 -all exp=why.kumo.example"]],
            "why.kumo.example": [["TXT", "not %{p}"]],
            "9.2.0.192.in-addr.arpa": [["PTR", "\u001b[31mred.example"]],
            "\u001b[31mred.example": [["A", "192.0.2.9"]],
            "bad.example": [["TXT", "v=spf1 \u001b[31m -all"]]})");
        for (const char* sender : {"a@kumo.example", "a@bad.example"}) {
            const Result said = hikyaku({"spf",
                                         "--zone",
                                         zone,
                                         "--ip",
                                         "192.0.2.9",
                                         "--helo",
                                         "x.example",
                                         "--from",
                                         sender});
            CHECK_FALSE(has(said.out, "\x1b"));
            CHECK_MESSAGE(has(said.out, "\\x1b[31m"), said.out);
        }
    }

    TEST_CASE("a zone file that is wrong is told, with where")
    {
        const Folder folder{"zones"};
        struct Row {
            const char* zone;
            const char* told;
        };
        for (const Row& row :
             {Row{"{\n\n \"a.example\": [", "line 3: this is no JSON"},
              Row{"[]", "a zone file is an object"},
              Row{R"({"a.example": "A"})", "\"a.example\" needs a list of records"},
              Row{R"({"a.example": [["A", "192.0.2"]]})", R"(["A","192.0.2"] under "a.example")"},
              Row{R"({"a.example": [["AAAA", "1::g"]]})", R"(["AAAA","1::g"])"},
              Row{R"({"a.example": [["MX", "b.example"]]})", R"(["MX","b.example"])"},
              Row{R"({"a.example": [["RCODE"]]})", R"(["RCODE"])"},
              Row{R"({"a.example": [["LOC", "x"]]})", R"(["LOC","x"])"}}) {
            const std::string file = folder.file("zone.json", row.zone);
            const Result told = hikyaku({"spf",
                                         "--zone",
                                         file,
                                         "--ip",
                                         "192.0.2.1",
                                         "--helo",
                                         "x.example",
                                         "--from",
                                         "a@a.example"});
            CHECK(told.code == cli::ExitCode::unusable);
            CHECK(told.out.empty());
            CHECK_MESSAGE(has(told.err, file), told.err);
            CHECK_MESSAGE(has(told.err, row.told), told.err);
        }
        CHECK(has(hikyaku({"spf", "--zone", "x", "--ip", "1.2.3", "--helo", "x", "--from", ""}).err,
                  "--ip 1.2.3: that is no IP address"));
    }
}
