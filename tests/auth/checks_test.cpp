#include "sim/auth/policy.h"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

using namespace sim;
using namespace sim::auth;

namespace {

constexpr Instant nine{1'775'001'600s};

Facts stranger()
{
    Facts facts;
    facts.now = nine;
    facts.client = *parse_address("203.0.113.9");
    facts.hello = "relay.kumo.example";
    facts.sender = "hanako@kumo.example";
    facts.sender_domain = "kumo.example";
    facts.recipient = "taro@umi.example";
    facts.recipient_domain = "umi.example";
    facts.recipient_is_local = true;
    return facts;
}

// What DNS says, "name type: data|data"; everything else does not exist.
struct Says {
    std::string name;
    std::uint16_t type = 0;
    DnsAnswer answer;
};

struct Result {
    std::vector<std::string> asked;
    std::vector<Found> found;
    Decided decided;
};

Result look(PolicyCheck check,
            CheckDesk& desk,
            const Facts& about,
            const std::vector<Says>& dns = {},
            const CheckActions& actions = {},
            Moment moment = Moment::sender)
{
    const std::array checks{check};
    Inspection inspection{checks, actions, moment, about, &desk};
    Result result;
    while (const auto output = inspection.poll_output()) {
        if (const auto* ask = std::get_if<AskDns>(&*output)) {
            result.asked.push_back(ask->name + ' ' + std::to_string(ask->type));
            DnsAnswer answer{DnsOutcome::name_does_not_exist, {}};
            for (const Says& each : dns)
                if (each.name == ask->name && each.type == ask->type) answer = each.answer;
            inspection.handle_answer(answer);
        } else if (const auto* found = std::get_if<Found>(&*output)) {
            result.found.push_back(*found);
        } else {
            result.decided = std::get<Decided>(*output);
        }
    }
    return result;
}

DnsAnswer found(std::vector<std::string> records)
{
    return {DnsOutcome::found, std::move(records)};
}

CheckDesk desk_with_lists(std::vector<BlockList> lists)
{
    CheckConfig config;
    config.block_lists = std::move(lists);
    return CheckDesk{config};
}

} // namespace

TEST_SUITE("auth.checks")
{
    TEST_CASE("RFC 5782 section 2.1: reversed octets, and the reason is the TXT record")
    {
        CheckDesk desk = desk_with_lists({{"list.nami.example"}});
        const Result result =
            look(PolicyCheck::block_list,
                 desk,
                 stranger(),
                 {{"9.113.0.203.list.nami.example", type_a, found({"127.0.0.2"})},
                  {"9.113.0.203.list.nami.example", type_txt, found({"Spam seen on 2026-03-31"})}});
        CHECK(result.asked == std::vector<std::string>{"9.113.0.203.list.nami.example 1",
                                                       "9.113.0.203.list.nami.example 16"});
        CHECK(result.decided ==
              Decided{PolicyVerdict::rejected,
                      SmtpReason::listed,
                      "[203.0.113.9] is listed by list.nami.example: Spam seen on 2026-03-31"});
        REQUIRE(result.found.size() == 1);
        CHECK(result.found[0].judged.facts ==
              "9.113.0.203.list.nami.example A: 127.0.0.2 (spam); TXT: Spam seen on 2026-03-31");
    }

    TEST_CASE("RFC 5782: only an answer in 127.0.0.0/8 is a listing, and no answer is none")
    {
        for (const DnsAnswer& answer : {found({"192.0.2.80"}),
                                        found({"128.0.0.2"}),
                                        DnsAnswer{DnsOutcome::name_does_not_exist, {}},
                                        DnsAnswer{DnsOutcome::timed_out, {}},
                                        DnsAnswer{DnsOutcome::server_failure, {}}}) {
            CheckDesk desk = desk_with_lists({{"list.nami.example"}});
            const Result result = look(PolicyCheck::block_list,
                                       desk,
                                       stranger(),
                                       {{"9.113.0.203.list.nami.example", type_a, answer}});
            CHECK(result.decided == Decided{});
            REQUIRE(result.found.size() == 1);
            CHECK(result.found[0].judged.verdict == PolicyVerdict::passed);
            CHECK(result.asked.size() == 1);
        }
    }

    TEST_CASE("what a code means: policy, the asker's own error, or what the list has published")
    {
        const auto judged = [](std::vector<std::string> codes, BlockList list) {
            CheckDesk desk = desk_with_lists({std::move(list)});
            return look(PolicyCheck::block_list,
                        desk,
                        stranger(),
                        {{"9.113.0.203.list.nami.example", type_a, found(std::move(codes))}});
        };
        const BlockList usual{"list.nami.example"};
        for (const char* code : {"127.0.0.10", "127.0.0.11"})
            CHECK(judged({code}, usual).decided.reason == SmtpReason::listed_by_policy);
        CHECK(judged({"127.0.0.10", "127.0.0.4"}, usual).decided.reason == SmtpReason::listed);

        const Result error = judged({"127.255.255.254"}, usual);
        CHECK(error.decided == Decided{});
        REQUIRE(error.found.size() == 1);
        CHECK(error.found[0].judged.verdict == PolicyVerdict::marked);

        const BlockList own{"list.nami.example",
                            {{*parse_address("127.0.0.2"), ListMeaning::policy},
                             {*parse_address("127.0.0.10"), ListMeaning::infected}}};
        CHECK(judged({"127.0.0.2"}, own).decided.reason == SmtpReason::listed_by_policy);
        CHECK(judged({"127.0.0.10"}, own).decided.reason == SmtpReason::listed);
    }

    TEST_CASE("lists are asked in order until one has the address; users are not looked for")
    {
        CheckDesk desk = desk_with_lists({{"a.example"}, {"b.example"}, {"c.example"}});
        const std::vector<Says> dns{{"9.113.0.203.b.example", type_a, found({"127.0.0.3"})}};
        const Result result = look(PolicyCheck::block_list, desk, stranger(), dns);
        CHECK(result.asked == std::vector<std::string>{"9.113.0.203.a.example 1",
                                                       "9.113.0.203.b.example 1",
                                                       "9.113.0.203.b.example 16"});
        CHECK(result.decided.text == "[203.0.113.9] is listed by b.example");

        Facts user = stranger();
        user.user = "hanako@kumo.example";
        user.users_addresses = {user.sender};
        CHECK(look(PolicyCheck::block_list, desk, user, dns).asked.empty());
        desk.config.lists_at_submission = true; // the classic mistake
        CHECK(look(PolicyCheck::block_list, desk, user, dns).decided.reason == SmtpReason::listed);
    }

    TEST_CASE("words from DNS stay in one line, printable and short")
    {
        CheckDesk desk = desk_with_lists({{"a.example"}});
        const Result result = look(PolicyCheck::block_list,
                                   desk,
                                   stranger(),
                                   {{"9.113.0.203.a.example", type_a, found({"127.0.0.2"})},
                                    {"9.113.0.203.a.example",
                                     type_txt,
                                     found({"x\r\n250 Ok\x1b" + std::string(600, 'y')})}});
        CHECK(result.decided.text.find_first_of("\r\n\x1b") == std::string::npos);
        CHECK(result.decided.text.size() < 300);
    }

    TEST_CASE("off does not ask, mark goes on, defer refuses for now")
    {
        const std::vector<Says> dns{{"9.113.0.203.a.example", type_a, found({"127.0.0.2"})}};
        const auto with = [&](CheckAction action) {
            CheckDesk desk = desk_with_lists({{"a.example"}});
            return look(PolicyCheck::block_list,
                        desk,
                        stranger(),
                        dns,
                        {{PolicyCheck::block_list, action}});
        };
        CHECK(with(CheckAction::off).asked.empty());
        CHECK(with(CheckAction::mark).decided == Decided{});
        CHECK(with(CheckAction::defer).decided.verdict == PolicyVerdict::deferred);
        CHECK(with(CheckAction::defer).decided.reason == SmtpReason::listed);
        CHECK(with(CheckAction::reject).decided.verdict == PolicyVerdict::rejected);
    }

    TEST_CASE("IP25B knows other networks' dynamic addresses, and lets users in from there")
    {
        CheckConfig config;
        config.dynamic_networks = {*parse_prefix("203.0.113.0/26")};
        CheckDesk desk{config};
        CHECK(look(PolicyCheck::ip25b, desk, stranger()).decided.reason ==
              SmtpReason::dynamic_address);
        Facts fixed = stranger();
        fixed.client = *parse_address("203.0.113.70");
        CHECK(look(PolicyCheck::ip25b, desk, fixed).decided == Decided{});
        Facts user = stranger();
        user.user = "hanako@kumo.example";
        user.users_addresses = {user.sender};
        CHECK(look(PolicyCheck::ip25b, desk, user).found.empty());
    }

    TEST_CASE("HELO: our own name and half a name are refused")
    {
        CheckConfig config;
        config.own_names = {"mx1.umi.example", "umi.example", "[198.51.100.1]"};
        CheckDesk desk{config};
        const auto reason = [&](const char* name) {
            Facts who = stranger();
            who.hello = name;
            return look(PolicyCheck::hello, desk, who).decided.reason;
        };
        CHECK(reason("relay.kumo.example") == SmtpReason::accepted);
        CHECK(reason("[203.0.113.9]") == SmtpReason::accepted);
        for (const char* name : {"MX1.umi.example", "umi.example", "[198.51.100.1]", "hanako-pc"})
            CHECK(reason(name) == SmtpReason::hello_refused);
    }

    TEST_CASE("RFC 6647 section 5: new for a minute, good until 24 hours, then known")
    {
        Greylist list{GreylistConfig{}};
        const Triple who = triple(*parse_address("203.0.113.9"), "a@b.example", "c@d.example");
        CHECK(list.look(who, nine).sight == Sight::first);
        CHECK(list.look(who, nine + 59s).sight == Sight::too_soon);
        CHECK(list.look(who, nine + 60s).sight == Sight::returned);
        CHECK(list.look(who, nine + 61s).sight == Sight::known);
        CHECK(list.look(who, nine + 61s + 36 * 24h).sight == Sight::known);
        CHECK(list.look(who, nine + 62s + 72 * 24h).sight == Sight::first);

        // From a neighbouring server of the same provider; to somebody else it is another triple.
        const Triple neighbour =
            triple(*parse_address("203.0.113.10"), "a@b.example", "e@d.example");
        CHECK(list.look(neighbour, nine).sight == Sight::first);
        const Triple again = triple(*parse_address("203.0.113.11"), "a@b.example", "e@d.example");
        CHECK(list.look(again, nine + 24h).sight == Sight::returned);

        const Triple late = triple(*parse_address("198.51.100.9"), "", "e@d.example");
        CHECK(list.look(late, nine).sight == Sight::first);
        CHECK(list.look(late, nine + 24h + 1s).sight == Sight::first);
        CHECK(list.look(late, nine + 24h + 62s).sight == Sight::returned);

        Greylist small{GreylistConfig{1min, 24h, 24h, 2}};
        for (const char* recipient : {"a", "b", "c"})
            (void)small.look(triple({}, "s", recipient), nine);
        CHECK(small.size() == 2);
    }

    TEST_CASE("greylisting defers a stranger and leaves users and own networks alone")
    {
        CheckDesk desk{CheckConfig{}};
        const auto at = [&](Duration later, Facts about) {
            about.now += later;
            return look(PolicyCheck::greylisting, desk, about, {}, {}, Moment::recipient);
        };
        CHECK(at(0s, stranger()).decided ==
              Decided{PolicyVerdict::deferred, SmtpReason::greylisted});
        CHECK(at(15min, stranger()).decided == Decided{});
        Facts user = stranger();
        user.user = "hanako@kumo.example";
        user.users_addresses = {user.sender};
        CHECK(at(0s, user).found.empty());
        Facts ours = stranger();
        ours.may_relay = true;
        CHECK(at(0s, ours).found.empty());
    }

    TEST_CASE("the window of a rate slides, for an address and for an account")
    {
        CheckConfig config;
        config.rate = {1min, 0, 2, 0};
        config.account_rate = {1h, 0, 3, 0};
        CheckDesk desk{config};
        const auto reason = [&](Duration later, bool is_user) {
            Facts about = stranger();
            about.now += later;
            if (is_user) about.user = "hanako@kumo.example";
            about.users_addresses = {about.sender};
            return look(PolicyCheck::rate, desk, about).decided.reason;
        };
        CHECK(reason(0s, false) == SmtpReason::accepted);
        CHECK(reason(30s, false) == SmtpReason::accepted);
        CHECK(reason(31s, false) == SmtpReason::too_fast);
        CHECK(reason(32s, false) == SmtpReason::too_fast);
        CHECK(reason(33s, false) == SmtpReason::too_fast_for_long);
        // What was refused counts too; the first four have left the window.
        CHECK(reason(92s, false) == SmtpReason::accepted);
        CHECK(reason(92s, false) == SmtpReason::too_fast);
        CHECK(reason(3min, false) == SmtpReason::accepted);
        for (const SmtpReason expected : {SmtpReason::accepted,
                                          SmtpReason::accepted,
                                          SmtpReason::accepted,
                                          SmtpReason::too_fast})
            CHECK(reason(4min, true) == expected);
        // No limit of recipients is set.
        CHECK(look(PolicyCheck::rate, desk, stranger(), {}, {}, Moment::recipient).found.empty());
    }

    TEST_CASE("SPF results as verdicts; a null sender is looked for by its HELO name")
    {
        CheckDesk desk{CheckConfig{}};
        const auto judged = [&](const DnsAnswer& answer, const Facts& about) {
            return look(PolicyCheck::spf, desk, about, {{"kumo.example", type_txt, answer}});
        };
        const auto reason = [&](const DnsAnswer& answer) {
            return judged(answer, stranger()).decided.reason;
        };
        CHECK(reason(found({"v=spf1 ip4:203.0.113.0/24 -all"})) == SmtpReason::accepted);
        CHECK(reason(found({"v=spf1 -all"})) == SmtpReason::spf_failed);
        CHECK(reason(found({"v=spf1 ?all"})) == SmtpReason::accepted);
        CHECK(reason(found({"v=spf1 nonsense:x -all"})) == SmtpReason::spf_broken);
        CHECK(reason(DnsAnswer{DnsOutcome::server_failure, {}}) == SmtpReason::spf_in_doubt);
        CHECK(reason(DnsAnswer{DnsOutcome::name_does_not_exist, {}}) == SmtpReason::accepted);
        const Result soft = judged(found({"v=spf1 ~all"}), stranger());
        REQUIRE(soft.found.size() == 1);
        CHECK(soft.found[0].judged.verdict == PolicyVerdict::marked);

        Facts report = stranger();
        report.sender.clear();
        report.sender_domain.clear();
        report.hello = "kumo.example";
        CHECK(judged(found({"v=spf1 -all"}), report).decided.reason == SmtpReason::spf_failed);
    }
}
