// hikyaku verify: what it prints. What the results are is tested in tests/auth.

#include "tests/auth/mail_of.h"
#include "tests/cli/program.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace test;

namespace {

// RFC 8463 appendix A, with one of its signatures.
const std::string signed_mail = R"(DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
)" + test::dinner_mail;

const std::string zone_text = R"({
    "brisbane._domainkey.football.example.com":
        [["TXT", ["v=DKIM1; k=ed25519; ", "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="]]],
    "_dmarc.example.com": [["TXT", "v=DMARC1; p=reject; t=y"]],
    "_dmarc.list.example": [["TXT", "v=DMARC1; p=none"]],
    "list.example": [["TXT", "v=spf1 ip4:192.0.2.7 -all"]],
    "evil.example": [["TXT", "v=spf1 \u001b[31m -all"]],
    "_dmarc.evil.example": [["TXT", "v=DMARC1; p=none; x=\u001b[31m"]]})";

class Verifying {
public:
    explicit Verifying(const std::string& name) : folder_{name} {}

    Result operator()(const std::string& message,
                      const std::vector<std::string>& more = {},
                      const std::string& sender = "joe@list.example")
    {
        std::vector<std::string> arguments{"verify",
                                           folder_.file("mail.eml", message),
                                           "--zone",
                                           folder_.file("zone.json", zone_text),
                                           "--ip",
                                           "192.0.2.7",
                                           "--helo",
                                           "mail.list.example",
                                           "--mail-from",
                                           sender};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return hikyaku(arguments);
    }

private:
    Folder folder_;
};

std::string replaced(std::string text, const std::string& what, const std::string& with)
{
    return text.replace(text.find(what), what.size(), with);
}

} // namespace

TEST_SUITE("cli.verify")
{
    TEST_CASE("verify says the field first, then each check with its steps")
    {
        Verifying verify{"verify"};
        const Result told = verify(signed_mail);
        CHECK(told.code == cli::ExitCode::ok);
        CHECK(told.err.empty());
        CHECK(lines_of(told.out).front() == "Authentication-Results: mx.example;");
        CHECK(has(told.out, "        spf=pass smtp.mailfrom=joe@list.example;"));
        CHECK(has(told.out, "        dkim=pass header.d=football.example.com"));
        CHECK(has(told.out, "        dmarc=pass header.from=football.example.com"));
        CHECK(has(told.out, "SPF: pass\n192.0.2.7 may send"));
        CHECK(has(told.out, "DKIM: pass (football.example.com, brisbane)\n"));
        CHECK(has(told.out, "  DNS has a key record: brisbane._domainkey.football.example.com\n"));
        CHECK(has(told.out, "  The body is as it was signed (54 octets).\n"));
        CHECK(has(told.out, "DMARC: pass\n"));
        CHECK(has(told.out, "  _dmarc.example.com: v=DMARC1; p=reject; t=y\n"));
        // Another name for the receiver, and CR LF in the file.
        std::string on_the_wire;
        for (const char byte : signed_mail)
            on_the_wire += byte == '\n' ? std::string{"\r\n"} : std::string{byte};
        const Result other = verify(on_the_wire, {"--receiver", "mx.list.example"});
        CHECK(lines_of(other.out).front() == "Authentication-Results: mx.list.example;");
        CHECK(has(other.out, "DKIM: pass"));
    }

    TEST_CASE("what a mailing list does to a mail is told with its reason")
    {
        Verifying verify{"verify_list"};
        const Result body = verify(signed_mail + "-- \nthe list\n");
        CHECK(has(body.out, "dkim=fail reason=\"body changed\""));
        CHECK(has(body.out, "  The body is not as it was signed.\n"));
        CHECK(has(body.out, "DMARC: fail\n"));
        CHECK(
            has(body.out, "SPF has passed for list.example, but that is not of the organisation"));
        CHECK(has(body.out, "So the mail goes to the Junk mailbox.")); // reject, in test mode
        const Result subject = verify(replaced(signed_mail, "Subject: ", "Subject: [list] "));
        CHECK(has(subject.out, "dkim=fail reason=\"signature wrong\""));
    }

    TEST_CASE("results that somebody else wrote in the receiver's name are told")
    {
        Verifying verify{"verify_false"};
        const std::string front = "Authentication-Results: mx.example; dkim=pass\n";
        CHECK(has(verify(front + signed_mail).out, "that came with the mail:\n1. Only mx.example"));
        CHECK_FALSE(has(verify(signed_mail).out, "that came with the mail"));
    }

    TEST_CASE("verify as JSON has the same facts")
    {
        Verifying verify{"verify_json"};
        const auto told = nlohmann::json::parse(verify(signed_mail, {"--json"}).out);
        CHECK(told["spf"]["result"] == "pass");
        REQUIRE(told["dkim"].size() == 1);
        CHECK(told["dkim"][0]["result"] == "pass");
        CHECK(told["dkim"][0]["steps"].size() == 5);
        CHECK(told["dmarc"]["result"] == "pass");
        CHECK(told["dmarc"]["asked_for"] == "quarantine");
        CHECK(told["field"].get<std::string>().starts_with("Authentication-Results: mx.example;"));
        CHECK(nlohmann::json::accept(verify("From: \xff@evil.example\n\n\xfe\n", {"--json"}).out));
    }

    TEST_CASE("neither message nor zone can steer the terminal")
    {
        Verifying verify{"verify_steering"};
        const std::string red = "\x1b[31m";
        const Result told = verify("DKIM-Signature: v=1; a=" + red + "; d=" + red +
                                       "; s=x; h=from; bh=x; b=x\nFrom: a@evil.example\n\nx\n",
                                   {},
                                   red + "@evil.example");
        CHECK_FALSE(has(told.out, "\x1b"));
        CHECK_MESSAGE(has(told.out, "\\x1b[31m"), told.out);
    }

    TEST_CASE("what is missing is told")
    {
        Verifying verify{"verify_missing"};
        CHECK(hikyaku({"verify",
                       "none.eml",
                       "--zone",
                       "z",
                       "--ip",
                       "192.0.2.1",
                       "--helo",
                       "x",
                       "--mail-from",
                       ""})
                  .code == cli::ExitCode::unusable);
        CHECK(verify("").code == cli::ExitCode::unusable);
        const Result unsigned_mail = verify("From: a@example.net\n\nwords\n");
        CHECK(has(unsigned_mail.out, "DKIM: none\nNobody has signed this mail."));
        CHECK(has(unsigned_mail.out, "DMARC: none\n"));
        CHECK(has(verify("To: a@example.net\n\nwords\n").out, "The mail names nobody in From"));
    }

    TEST_CASE("what sign signs, verify verifies, with the record that it prints")
    {
        const Folder folder{"sign"};
        const std::string key =
            folder.file("key.pem",
                        "-----BEGIN PRIVATE KEY-----\n"
                        "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7"
                        "rAMcrn9g\n-----END PRIVATE KEY-----\n");
        const auto sign = [&](const std::string& message, const std::vector<std::string>& more) {
            std::vector<std::string> arguments{"sign",
                                               folder.file("mail.eml", message),
                                               "--domain",
                                               "kumo.example",
                                               "--selector",
                                               "s1",
                                               "--key",
                                               key};
            arguments.insert(arguments.end(), more.begin(), more.end());
            return hikyaku(arguments);
        };
        const std::string message = "From: a@kumo.example\nSubject: x\n\nwords and more\n";
        const std::string zone = folder.file("zone.json", sign(message, {"--record"}).out);
        const auto verify = [&](const std::string& mail) {
            return hikyaku({"verify",
                            folder.file("signed.eml", mail),
                            "--zone",
                            zone,
                            "--ip",
                            "192.0.2.1",
                            "--helo",
                            "x.example",
                            "--mail-from",
                            ""})
                .out;
        };
        for (const char* form :
             {"simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed"}) {
            const Result made = sign(message, {"--form", form});
            CHECK(made.code == cli::ExitCode::ok);
            CHECK(made.out.ends_with(message));
            CHECK(made.out.find('\r') == std::string::npos); // as the file has it
            CHECK(has(verify(made.out), "DKIM: pass (kumo.example, s1)"));
        }
        const Result wire = sign("From: a@kumo.example\r\n\r\nx\r\n", {});
        CHECK(wire.out.find("\n ") != std::string::npos);
        CHECK(wire.out.find('\n') == wire.out.find("\r\n") + 1);
        CHECK(has(verify(wire.out), "DKIM: pass"));
        const Result all =
            sign(message,
                 {"--identity", "@news.kumo.example", "--expires-in", "60", "--body-length", "5"});
        CHECK(has(all.out, " i=@news.kumo.example;"));
        CHECK(has(verify(all.out + "added\n"), "(l=5 of 23 octets;"));
        CHECK(has(verify(all.out), "The signature has not expired."));
    }

    TEST_CASE("what cannot be signed with is told")
    {
        const Folder folder{"sign_not"};
        const std::string mail = folder.file("mail.eml", "From: a@kumo.example\n\nx\n");
        const std::string no_key = folder.file("key.pem", "words\n");
        const auto told = [&](const std::string& domain,
                              const std::string& selector,
                              const std::string& identity,
                              const std::string& key) {
            const Result result = hikyaku({"sign",
                                           mail,
                                           "--domain",
                                           domain,
                                           "--selector",
                                           selector,
                                           "--identity",
                                           identity,
                                           "--key",
                                           key});
            CHECK(result.code == cli::ExitCode::unusable);
            CHECK(result.out.empty());
            return result.err;
        };
        CHECK(has(told("a.example", "s", "", no_key), "this is no private key in PEM"));
        CHECK(has(told("a.example", "s", "", "none.pem"), "none.pem"));
        CHECK(has(told("a..example", "s", "", no_key), "--domain a..example: that is no name"));
        CHECK(has(told("a.example", "s s", "", no_key), "--selector s s: that is no name"));
        CHECK(has(told("a.example", "s", "@b.example", no_key), "has to end in @a.example"));
    }
}
