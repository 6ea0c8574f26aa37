#include "sim/auth/policy.h"

#include <doctest/doctest.h>

#include <array>

using namespace sim;
using namespace sim::auth;

namespace {

Facts facts()
{
    Facts facts;
    facts.client = *parse_address("192.0.2.10");
    facts.sender_domain = "kumo.example";
    facts.recipient_domain = "umi.example";
    return facts;
}

// What an inspection says until it waits or has decided: "ask a.example 15", "sender_domain
// rejected", "decided passed".
std::string said(Inspection& inspection)
{
    std::string all;
    while (const auto output = inspection.poll_output()) {
        if (const auto* ask = std::get_if<AskDns>(&*output))
            all += "ask " + ask->name + ' ' + std::to_string(ask->type) + '\n';
        if (const auto* found = std::get_if<Found>(&*output)) {
            all += std::string{name_of(found->check)} + ' ' +
                   std::string{name_of(found->judged.verdict)} + " (" + found->judged.facts + ")\n";
        }
        if (const auto* decided = std::get_if<Decided>(&*output)) {
            all += "decided " + std::string{name_of(decided->verdict)} + ' ' +
                   std::string{name_of(decided->reason)} + '\n';
        }
    }
    return all;
}

} // namespace

TEST_SUITE("auth.policy")
{
    TEST_CASE("RFC 7505 section 4.2: a sender whose domain takes no mail is refused")
    {
        const std::array checks{PolicyCheck::sender_domain, PolicyCheck::recipient_domain};
        Inspection inspection{checks, {}, Moment::sender, facts()};
        CHECK(said(inspection) == "ask kumo.example 15\n");
        inspection.handle_answer({DnsOutcome::found, {"0 ."}});
        CHECK(said(inspection) == "sender_domain rejected (kumo.example MX: 0 .)\n"
                                  "decided rejected sender_domain_takes_no_mail\n");
        // Only the domain itself can say so.
        for (const DnsAnswer& answer : {DnsAnswer{DnsOutcome::found, {"10 mx.kumo.example."}},
                                        DnsAnswer{DnsOutcome::no_data, {}},
                                        DnsAnswer{DnsOutcome::timed_out, {}}}) {
            Inspection other{checks, {}, Moment::sender, facts()};
            said(other);
            other.handle_answer(answer);
            CHECK(said(other).ends_with("decided passed accepted\n"));
        }
    }

    TEST_CASE("who has logged in, and the null reverse-path, are not asked about")
    {
        const std::array checks{PolicyCheck::sender_domain};
        Facts known = facts();
        known.user = "hanako";
        Inspection of_user{checks, {}, Moment::sender, known};
        CHECK(said(of_user) == "decided passed accepted\n");
        Facts bounce = facts();
        bounce.sender_domain.clear();
        Inspection of_bounce{checks, {}, Moment::sender, bounce};
        CHECK(said(of_bounce) == "decided passed accepted\n");
    }

    TEST_CASE("RFC 7505 section 4.1: a recipient elsewhere whose domain takes no mail")
    {
        const std::array checks{PolicyCheck::recipient_domain};
        Inspection inspection{checks, {}, Moment::recipient, facts()};
        CHECK(said(inspection) == "ask umi.example 15\n");
        inspection.handle_answer({DnsOutcome::found, {"0 ."}});
        CHECK(said(inspection) == "recipient_domain rejected (umi.example MX: 0 .)\n"
                                  "decided rejected recipient_domain_takes_no_mail\n");
        Facts local = facts();
        local.recipient_is_local = true;
        Inspection at_home{checks, {}, Moment::recipient, local};
        CHECK(said(at_home) == "decided passed accepted\n");
    }

    TEST_CASE("a client's name counts when it leads back to the address")
    {
        const std::array checks{PolicyCheck::client_name, PolicyCheck::sender_domain};
        Inspection inspection{checks, {}, Moment::sender, facts()};
        CHECK(said(inspection) == "ask 10.2.0.192.in-addr.arpa 12\n");
        inspection.handle_answer({DnsOutcome::found, {"pc.sakura.example."}});
        CHECK(said(inspection) == "ask pc.sakura.example 1\n");
        inspection.handle_answer({DnsOutcome::found, {"192.0.2.9", "192.0.2.10"}});
        CHECK(said(inspection) ==
              "client_name passed (10.2.0.192.in-addr.arpa PTR: pc.sakura.example.; "
              "pc.sakura.example A: 192.0.2.9, 192.0.2.10)\nask kumo.example 15\n");
        CHECK(inspection.facts().client_name == "pc.sakura.example");
        // What is known is not looked up again.
        Inspection again{checks, {}, Moment::sender, inspection.facts()};
        CHECK(said(again) == "ask kumo.example 15\n");

        Inspection liar{checks, {}, Moment::sender, facts()};
        said(liar);
        liar.handle_answer({DnsOutcome::found, {"mail.bank.example."}});
        said(liar);
        liar.handle_answer({DnsOutcome::found, {"203.0.113.1"}});
        CHECK(said(liar).starts_with("client_name marked "));
        CHECK(liar.facts().client_name.empty());

        Inspection nameless{checks, {}, Moment::sender, facts()};
        said(nameless);
        nameless.handle_answer({DnsOutcome::name_does_not_exist, {}});
        CHECK(said(nameless).starts_with(
            "client_name marked (10.2.0.192.in-addr.arpa PTR: name_does_not_exist)\n"));
    }

    TEST_CASE("FAR-END reverse name: 550 5.7.25 without one that leads back, 450 4.7.25 in doubt")
    {
        const std::array checks{PolicyCheck::reverse_name};
        const auto judged = [&](const DnsAnswer& ptr, const DnsAnswer& a) {
            Inspection inspection{checks, {}, Moment::sender, facts()};
            said(inspection);
            inspection.handle_answer(ptr);
            std::string all = said(inspection);
            if (all.starts_with("ask pc.sakura.example 1")) {
                inspection.handle_answer(a);
                all = said(inspection);
            }
            return all.substr(all.find("decided"));
        };
        const DnsAnswer name{DnsOutcome::found, {"pc.sakura.example."}};
        const DnsAnswer none{DnsOutcome::name_does_not_exist, {}};
        const DnsAnswer trouble{DnsOutcome::server_failure, {}};
        CHECK(judged(name, {DnsOutcome::found, {"192.0.2.10"}}) == "decided passed accepted\n");
        CHECK(judged(name, {DnsOutcome::found, {"192.0.2.11"}}) ==
              "decided rejected client_without_name\n");
        CHECK(judged(name, none) == "decided rejected client_without_name\n");
        CHECK(judged(none, {}) == "decided rejected client_without_name\n");
        CHECK(judged(trouble, {}) == "decided deferred client_name_in_doubt\n");
        CHECK(judged(name, trouble) == "decided deferred client_name_in_doubt\n");

        Facts known = facts();
        known.user = "hanako"; // wherever she is
        Inspection of_user{checks, {}, Moment::sender, known};
        CHECK(said(of_user) == "decided passed accepted\n");
    }

    TEST_CASE("RFC 6409 section 6.1: whoever logs in sends as herself")
    {
        Facts mail = facts();
        mail.user = "hanako";
        mail.users_addresses = {"hanako@kumo.example", "h@kumo.example"};
        mail.sender = "h@kumo.example";
        const auto decision = [](const Facts& known) {
            Inspection inspection{{}, {}, Moment::sender, known};
            return said(inspection);
        };
        CHECK(decision(mail) == "decided passed accepted\n");
        mail.sender.clear(); // a report
        CHECK(decision(mail) == "decided passed accepted\n");
        mail.sender = "boss@kumo.example";
        CHECK(decision(mail) == "sender_address rejected (sender: boss@kumo.example; user: hanako; "
                                "addresses: hanako@kumo.example, h@kumo.example)\n"
                                "decided rejected sender_not_yours\n");
        mail.users_addresses.clear(); // a token for somebody without an account
        CHECK(decision(mail).ends_with("decided rejected sender_not_yours\n"));
        mail.user.clear(); // a stranger writes as anybody
        CHECK(decision(mail) == "decided passed accepted\n");
        mail.sends_as_us = true; // but not where only our people are relayed for
        CHECK(decision(mail).ends_with("decided rejected sender_not_yours\n"));
        mail.sender_is_local = true;
        CHECK(decision(mail) == "decided passed accepted\n");
    }

    TEST_CASE("a recipient has a place, or the mail has none to go to")
    {
        for (const Place place : values_of<Place>()) {
            for (const bool may_relay : {false, true}) {
                Facts mail = facts();
                mail.recipient = "taro@umi.example";
                mail.recipient_place = place;
                mail.may_relay = may_relay;
                Inspection inspection{{}, {}, Moment::recipient, mail};
                const std::string all = said(inspection);
                const std::string decided = all.substr(all.find("decided"));
                const bool passes = place == Place::mailbox || place == Place::routed ||
                                    (place == Place::elsewhere && may_relay);
                // What every mail passes leaves nothing in the trace.
                CHECK((decided == all) == passes);
                const char* const expected =
                    passes                         ? "decided passed accepted\n"
                    : place == Place::full_mailbox ? "decided deferred mailbox_full\n"
                    : place == Place::missing      ? "decided rejected recipient_unknown\n"
                                                   : "decided rejected relay_denied\n";
                CHECK(decided == expected);
            }
        }
    }

    TEST_CASE("a check that is off does not look, one that marks lets pass")
    {
        const std::array checks{PolicyCheck::sender_domain};
        Inspection off{
            checks, {{PolicyCheck::sender_domain, CheckAction::off}}, Moment::sender, facts()};
        CHECK(said(off) == "decided passed accepted\n");
        Inspection mark{
            checks, {{PolicyCheck::sender_domain, CheckAction::mark}}, Moment::sender, facts()};
        said(mark);
        mark.handle_answer({DnsOutcome::found, {"0 ."}});
        CHECK(said(mark) == "sender_domain marked (kumo.example MX: 0 .)\n"
                            "decided passed accepted\n");
    }

    TEST_CASE("the first that rejects decides, else the first that defers")
    {
        const auto found = [](PolicyVerdict verdict, SmtpReason reason) {
            return Found{PolicyCheck::sender_domain, {verdict, reason, ""}};
        };
        const Found passed = found(PolicyVerdict::passed, SmtpReason::accepted);
        const Found marked = found(PolicyVerdict::marked, SmtpReason::accepted);
        const Found later = found(PolicyVerdict::deferred, SmtpReason::temporary_trouble);
        const Found never = found(PolicyVerdict::rejected, SmtpReason::refused_by_policy);
        CHECK(decide({}) == Decided{});
        CHECK(decide(std::array{passed, marked}) == Decided{});
        CHECK(decide(std::array{passed, later, never}) ==
              Decided{PolicyVerdict::rejected, SmtpReason::refused_by_policy});
        CHECK(decide(std::array{marked, later}) ==
              Decided{PolicyVerdict::deferred, SmtpReason::temporary_trouble});
    }
}
