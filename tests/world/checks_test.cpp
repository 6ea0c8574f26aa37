// What a receiver checks before it takes a mail, one case for each row of the table, over real
// connections: the reply as it goes over the wire, and what becomes of the mail.
#include "tests/world/post_office.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sim;
using test::PostOffice;
using test::PostOfficePlan;

namespace {

const std::string whom = "taro@umi.example";

// Both MX of umi.example look at this.
PostOfficePlan plan_with(PolicyCheck check, const auth::CheckConfig& config = {})
{
    PostOfficePlan plan;
    for (mail::MtaConfig* mx : {&plan.mx1, &plan.mx2}) {
        mx->listeners[0].checks = {check};
        mx->checks = config;
    }
    return plan;
}

// Only mx1 is there, so that every attempt is one of the same server's.
void leave_out_mx2(PostOfficePlan& plan)
{
    std::erase(plan.records, "umi.example MX 20 mx2.umi.example");
}

std::string bounce_of(PostOffice& office)
{
    office.send_to({whom});
    office.run();
    CHECK(office.kept(PostOffice::mx1, whom).empty());
    REQUIRE(office.all<MailBounced>().size() == 1);
    return office.text(office.all<MailBounced>()[0].reply);
}

bool is_delivered(PostOffice& office)
{
    office.send_to({whom});
    office.run();
    return office.kept(PostOffice::mx1, whom).size() == 1;
}

std::vector<std::string> replies(const PostOffice& office, SmtpReason reason)
{
    std::vector<std::string> all;
    for (const SmtpReply& reply : office.all<SmtpReply>()) {
        if (reply.side == Side::sent && reply.reason == reason)
            all.push_back(office.text(reply.line.bytes));
    }
    return all;
}

auth::CheckConfig asks_list()
{
    auth::CheckConfig config;
    config.block_lists = {{"list.example"}};
    return config;
}

} // namespace

TEST_SUITE("world.checks")
{
    TEST_CASE("FAR-END IP25B: mail straight from another network's dynamic address is refused")
    {
        auth::CheckConfig config;
        config.dynamic_networks = {*parse_prefix("203.0.113.0/24")};
        PostOffice office{plan_with(PolicyCheck::ip25b, config)};
        CHECK(bounce_of(office) ==
              "550 5.7.1 Dynamic address; send through your provider's server");
        config.dynamic_networks = {*parse_prefix("192.0.2.0/24")};
        PostOffice other{plan_with(PolicyCheck::ip25b, config)};
        CHECK(is_delivered(other));
    }

    TEST_CASE("FAR-END DNSBL: a listed address is refused, and the reply names the list")
    {
        PostOfficePlan plan = plan_with(PolicyCheck::block_list, asks_list());
        plan.records.emplace_back("25.113.0.203.list.example A 127.0.0.2");
        plan.records.emplace_back("25.113.0.203.list.example TXT Spam from here, see example 7");
        PostOffice office{plan};
        CHECK(bounce_of(office) == "554 5.7.1 [203.0.113.25] is listed by list.example: "
                                   "Spam from here, see example 7");
        REQUIRE(office.all<PolicyJudged>().size() == 1);
        CHECK(office.all<PolicyJudged>()[0].check == PolicyCheck::block_list);
        CHECK(office.all<PolicyJudged>()[0].verdict == PolicyVerdict::rejected);
    }

    TEST_CASE("FAR-END DNSBL: policy is another reason, the asker's error and no answer are none")
    {
        const auto office_with = [](const std::string& answer) {
            PostOfficePlan plan = plan_with(PolicyCheck::block_list, asks_list());
            if (!answer.empty()) plan.records.push_back("25.113.0.203.list.example A " + answer);
            return plan;
        };
        PostOffice policy{office_with("127.0.0.10")};
        CHECK(bounce_of(policy) == "554 5.7.1 [203.0.113.25] is listed by list.example");
        CHECK(replies(policy, SmtpReason::listed_by_policy).size() == 1);
        for (const char* harmless : {"", "127.255.255.254", "192.0.2.80"}) {
            CAPTURE(harmless);
            PostOffice office{office_with(harmless)};
            CHECK(is_delivered(office));
        }
    }

    TEST_CASE("FAR-END: a check set to defer says 4yz, and switched off the mail arrives")
    {
        PostOfficePlan plan = plan_with(PolicyCheck::block_list, asks_list());
        leave_out_mx2(plan);
        plan.records.emplace_back("25.113.0.203.list.example A 127.0.0.2");
        plan.mx1.check_actions = {{PolicyCheck::block_list, auth::CheckAction::defer}};
        PostOffice office{plan};
        office.at(office.start() + 20min, [&] {
            office.mta(PostOffice::mx1)
                .set_check_actions({{PolicyCheck::block_list, auth::CheckAction::off}});
        });
        CHECK(is_delivered(office));
        const std::vector<std::string> said = replies(office, SmtpReason::listed);
        REQUIRE(said.size() == 2); // at once and after 15 minutes
        CHECK(said[0] == "450 4.7.1 [203.0.113.25] is listed by list.example");
    }

    TEST_CASE("FAR-END HELO: who claims to be us is refused")
    {
        PostOfficePlan plan = plan_with(PolicyCheck::hello);
        plan.relay.relay.hostname = "umi.example";
        PostOffice office{plan};
        CHECK(bounce_of(office) == "550 5.7.1 That is not a name of yours in HELO");
        PostOffice honest{plan_with(PolicyCheck::hello)};
        CHECK(is_delivered(honest));
    }

    TEST_CASE("FAR-END greylisting: 451 4.7.1 at first, accepted when the server comes back")
    {
        PostOfficePlan plan = plan_with(PolicyCheck::greylisting);
        leave_out_mx2(plan);
        PostOffice office{plan};
        CHECK(is_delivered(office));
        CHECK(replies(office, SmtpReason::greylisted) ==
              std::vector<std::string>{"451 4.7.1 Greylisted, try again later"});
        REQUIRE(office.all<MailDeferred>().size() == 1);
        CHECK(office.now() >= office.start() + 15min);
        // Whom it knows by now is let in at once.
        const Instant second = office.now() + 1h;
        office.at(second, [&] { office.send_to({whom}); });
        office.run();
        CHECK(office.kept(PostOffice::mx1, whom).size() == 2);
        CHECK(office.all<MailDeferred>().size() == 1);
    }

    TEST_CASE("FAR-END rate: 421 4.7.0 at connect, 450 4.7.1 at MAIL and RCPT, later 550 5.7.1")
    {
        auth::CheckConfig config;
        config.rate = {1min, 0, 2, 0};
        PostOfficePlan plan = plan_with(PolicyCheck::rate, config);
        leave_out_mx2(plan);
        PostOffice office{plan};
        for (int i = 0; i < 5; ++i)
            office.send_to({whom});
        office.run();
        CHECK(replies(office, SmtpReason::too_fast) ==
              std::vector<std::string>(2, "450 4.7.1 Too much mail in a short time, slow down"));
        CHECK(replies(office, SmtpReason::too_fast_for_long) ==
              std::vector<std::string>{"550 5.7.1 Far too much mail in a short time"});
        CHECK(office.kept(PostOffice::mx1, whom).size() == 4); // two of them later

        plan.mx1.checks.rate = {1min, 0, 0, 2};
        PostOffice recipients{plan};
        recipients.send_to({whom, "jiro@umi.example", "small@umi.example"});
        recipients.run();
        CHECK(replies(recipients, SmtpReason::too_fast).size() == 1);

        plan.mx1.checks.rate = {1min, 1, 0, 0};
        PostOffice connections{plan};
        connections.send_to({whom});
        connections.at(connections.start() + 10s, [&] { connections.send_to({whom}); });
        connections.run();
        CHECK(replies(connections, SmtpReason::too_many_connections) ==
              std::vector<std::string>{"421 4.7.0 Too many connections from your address"});
        CHECK(connections.kept(PostOffice::mx1, whom).size() == 2);
    }

    TEST_CASE("FAR-END recipient: who is unknown is refused, after twenty of them 421 4.7.0")
    {
        PostOfficePlan plan;
        leave_out_mx2(plan);
        PostOffice office{plan};
        std::vector<std::string> guessed;
        guessed.reserve(25);
        for (int i = 0; i < 25; ++i)
            guessed.push_back("name" + std::to_string(i) + "@umi.example");
        office.send_to(guessed);
        office.run(office.start() + 10min);
        const std::vector<std::string> unknown = replies(office, SmtpReason::recipient_unknown);
        CHECK(unknown == std::vector<std::string>(20, "550 5.1.1 User unknown"));
        CHECK(replies(office, SmtpReason::too_many_unknown_recipients) ==
              std::vector<std::string>{"421 4.7.0 Too many unknown recipients"});
    }

    TEST_CASE("FAR-END SPF: fail 550 5.7.23, permerror 550 5.7.24, pass arrives")
    {
        const auto office_with = [](const std::string& record) {
            PostOfficePlan plan = plan_with(PolicyCheck::spf);
            if (!record.empty()) plan.records.push_back("kumo.example TXT " + record);
            return plan;
        };
        PostOffice fails{office_with("v=spf1 ip4:192.0.2.0/24 -all")};
        CHECK(bounce_of(fails) == "550 5.7.23 SPF: not a server of the sender's domain");
        PostOffice wrong{office_with("v=spf1 ip4:nowhere -all")};
        CHECK(bounce_of(wrong) == "550 5.7.24 SPF record of the sender's domain is wrong");
        for (const char* good : {"v=spf1 mx -all", "v=spf1 ip4:203.0.113.25 -all", ""}) {
            CAPTURE(good);
            PostOffice office{office_with(good)};
            CHECK(is_delivered(office));
        }
    }

    TEST_CASE("FAR-END SPF: while DNS fails 451 4.7.24, and the mail arrives later")
    {
        PostOfficePlan plan = plan_with(PolicyCheck::spf);
        leave_out_mx2(plan);
        PostOffice office{plan};
        // The sending relay has its answers; the receiver's question meets a server in trouble.
        office.watch([&](const Event& event) {
            const auto* command = std::get_if<SmtpCommand>(&event.what);
            if (command != nullptr && command->side == Side::sent &&
                command->verb == SmtpVerb::ehlo && event.host == HostId{PostOffice::relay})
                office.name_service().set_fault(mail::DnsFault::servfail);
        });
        office.at(office.start() + 5min,
                  [&] { office.name_service().set_fault(mail::DnsFault::off); });
        office.send_to({whom});
        office.run(office.start() + 4min);
        CHECK(replies(office, SmtpReason::spf_in_doubt) ==
              std::vector<std::string>{"451 4.7.24 SPF cannot be looked up now"});
    }
}
