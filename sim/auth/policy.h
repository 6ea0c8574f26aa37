// What a mail server looks at before it decides about a client, a sender or a recipient, sans-IO.
//
// All it knows stands in one Facts. Checks look at it in the order of the server's list; one that
// needs DNS says so and waits. Each leaves a finding, and one function makes the decision of them.
//
//     Inspection inspection{{PolicyCheck::sender_domain}, facts};
//     while (auto output = inspection.poll_output()) ...   // AskDns, Found; at last one Decided
//     inspection.handle_answer(answer);                    // to each AskDns
#pragma once

#include "sim/auth/greylist.h"
#include "sim/auth/mail_text.h"
#include "sim/auth/question.h"
#include "sim/auth/rate.h"
#include "sim/auth/results_field.h"
#include "sim/core/happening.h"
#include "sim/core/interface.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace sim::auth {

// When a server looks: when somebody connects, at MAIL, at each RCPT, when all of a mail is there.
SIM_NAMED_ENUM(Moment, client, sender, recipient, message);

// What comes of what a check finds. `mark`: it is noted and goes on; `defer`: what the check
// refuses for good is refused for now (4yz); `reject`: as the check says.
SIM_NAMED_ENUM(CheckAction, off, mark, defer, reject);
using CheckActions = std::map<PolicyCheck, CheckAction>; // without those that reject

// Where a mail to a recipient would go: into a mailbox here (that has room), to another host of
// ours, nowhere, or on to other people's servers. `disguised`: a local part that asks to be
// relayed.
SIM_NAMED_ENUM(Place, mailbox, full_mailbox, routed, missing, disguised, elsewhere);

// Domains are in ASCII; empty: there is none (null reverse-path, <Postmaster>).
struct Facts {
    Instant now{};
    Address client;
    std::string hello;       // as it called itself
    std::string client_name; // that its address leads to and that leads back; empty: unknown
    std::string user;        // logged in as; empty: a stranger
    std::vector<std::string> users_addresses; // folded, as `sender` is
    bool sends_as_us = false; // a stranger whom we relay for, in the name of our people only
    bool may_relay = false;
    std::string sender; // empty: the null reverse-path
    std::string sender_domain;
    bool sender_is_local = false;
    std::string recipient;
    std::string recipient_domain;
    bool recipient_is_local = false;
    Place recipient_place = Place::mailbox;
    std::shared_ptr<const MailText> message{}; // as it came
    CheckedMail checked{}; // what SPF, DKIM and DMARC came to, as far as they have looked
};

struct Judged {
    PolicyVerdict verdict = PolicyVerdict::passed;
    SmtpReason reason = SmtpReason::accepted; // when it defers or rejects
    std::string facts;                        // what it looked at and saw, on one line
    std::string text{};                       // of the reply; empty: the reason's own
    bool is_junk = false;                     // if it is taken after all, then as Junk
    friend bool operator==(const Judged&, const Judged&) = default;
};

// One look. What it learns of the client it may add to the facts.
class Check : public Interface {
public:
    using Step = std::variant<AskDns, Judged>;

    // Nothing: this is none of its business.
    virtual std::optional<Step> start(Facts& facts) = 0;
    virtual Step handle_answer(Facts& facts, const DnsAnswer& answer); // if it has asked
};

// ---- what the checks of one server know and remember ----------------------------------------

// What an entry of a block list says about an address. `asker_error`: nothing about it, but that
// whoever asks does so wrongly; no listing.
SIM_NAMED_ENUM(ListMeaning, spam, infected, policy, asker_error);

struct BlockList {
    std::string domain; // "list.nami.example"
    // As the list has published them; what is not here is spam, unless customs say otherwise
    // (block_list.cpp).
    std::map<Address, ListMeaning> meanings{};
};

struct CheckConfig {
    std::vector<std::string> own_names;   // that nobody else may call itself
    std::vector<Prefix> dynamic_networks; // other networks', for customers who share addresses
    std::vector<BlockList> block_lists;   // asked in this order
    bool lists_at_submission = false;     // also about whoever has logged in: the classic mistake
    GreylistConfig greylist;
    RateLimits rate;         // of an address
    RateLimits account_rate; // of who has logged in
};

struct CheckDesk {
    CheckConfig config;
    Greylist greylist{config.greylist};
    RateMeter meter{};
};

[[nodiscard]] bool looks_at(PolicyCheck check, Moment moment);
// Whether it belongs on a port that takes mail from strangers, or on one for one's own users.
[[nodiscard]] bool is_for_strangers(PolicyCheck check);
[[nodiscard]] bool is_for_users(PolicyCheck check);
// Those that every mail server has, before all others. Every mail passes them: they tell of what
// they refuse only.
inline constexpr std::array own_checks{PolicyCheck::sender_address, PolicyCheck::recipient};
constexpr bool is_own(PolicyCheck check)
{
    return std::ranges::find(own_checks, check) != own_checks.end();
}
// What can be chosen for it, and what comes of it where a server has it and nothing is chosen.
[[nodiscard]] std::vector<CheckAction> actions_of(PolicyCheck check);
[[nodiscard]] CheckAction usual_action(PolicyCheck check);
// Those that need a desk are made with one only; it outlives them.
[[nodiscard]] std::unique_ptr<Check>
make_check(PolicyCheck check, Moment moment = Moment::sender, CheckDesk* desk = nullptr);

struct Found { // for PolicyJudged
    PolicyCheck check = PolicyCheck::client_name;
    Judged judged;
    friend bool operator==(const Found&, const Found&) = default;
};
struct Decided {
    PolicyVerdict verdict = PolicyVerdict::passed;
    SmtpReason reason = SmtpReason::accepted;
    std::string text{}; // of the reply; empty: the reason's own
    bool is_junk = false;
    friend bool operator==(const Decided&, const Decided&) = default;
};

// The first that rejects decides, else the first that defers; what is only marked goes on.
[[nodiscard]] Decided decide(std::span<const Found> findings);

// The checks of one moment, one after the other, until one rejects or all have looked.
class Inspection {
public:
    using Output = std::variant<AskDns, Found, Decided>;

    // Of our own checks and of these, those of this moment that are not off.
    Inspection(std::span<const PolicyCheck> checks,
               CheckActions actions,
               Moment moment,
               Facts facts,
               CheckDesk* desk = nullptr);

    [[nodiscard]] std::optional<Output> poll_output();
    void handle_answer(const DnsAnswer& answer); // to the AskDns that came last
    [[nodiscard]] const Facts& facts() const { return facts_; }

private:
    void go_on();
    void take(Check::Step step);
    [[nodiscard]] CheckAction action_of(PolicyCheck check) const;

    Facts facts_;
    CheckActions actions_;
    Moment moment_;
    CheckDesk* desk_;
    std::deque<PolicyCheck> left_;
    std::unique_ptr<Check> looking_; // waits for DNS
    PolicyCheck at_ = PolicyCheck::client_name;
    std::vector<Found> findings_;
    std::deque<Output> outputs_;
};

} // namespace sim::auth
