// check_host() of RFC 7208 §4, sans-IO: may this address send mail in the name of that domain?
//
//     SpfQuery query{facts};
//     while (const auto question = query.question()) query.handle_answer(ask(*question));
//     query.outcome();
//
// What DNS has said is kept, and the record is looked through anew after each answer, until nothing
// is missing: there is no half-evaluated state, and the limits of §4.6.4 bound the answers.
#pragma once

#include "sim/auth/dns_book.h"
#include "sim/auth/spf_record.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sim::auth {

// §2.6
SIM_NAMED_ENUM(SpfResult, none, neutral, pass, fail, softfail, temperror, permerror);

struct SpfFacts {
    Ip client;
    std::string helo;
    std::string mail_from; // "user@domain"; empty, or without "@": the HELO name is looked at, §2.4
    std::string receiver = "unknown"; // who asks, for %{r}
    std::int64_t unix_time_s = 0;     // for %{t}
};

// Whose record counts: the domain of the sender, else the HELO name.
[[nodiscard]] std::string spf_domain(const std::string& mail_from, const std::string& helo);

// One term that was looked at, in order; those of an included record are deeper.
struct SpfStep {
    unsigned depth = 0;
    std::string domain;                // whose record
    std::string term;                  // as it stands there
    std::optional<std::string> name{}; // that DNS was asked about for it
    bool matched = false;
    friend bool operator==(const SpfStep&, const SpfStep&) = default;
};

struct SpfOutcome {
    SpfResult result = SpfResult::none;
    std::string domain{};                     // whose record decided, or is wrong
    std::string term{};                       // that decided, or is wrong; empty: none did
    std::optional<SpfProblem> problem{};      // of temperror and permerror
    std::optional<std::string> explanation{}; // what the domain says to those it refuses, §6.2
    unsigned lookups = 0;                     // terms that asked DNS
    std::vector<SpfStep> steps{};
};

class SpfQuery {
public:
    explicit SpfQuery(SpfFacts facts);

    // What DNS is to be asked next; nothing when there is an outcome.
    [[nodiscard]] const std::optional<AskDns>& question() const { return book_.question(); }
    void handle_answer(DnsAnswer answer);
    [[nodiscard]] const SpfOutcome& outcome() const { return outcome_; } // when nothing is asked

private:
    void look();

    SpfFacts facts_;
    DnsBook book_;
    SpfOutcome outcome_;
};

} // namespace sim::auth
