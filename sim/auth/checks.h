// The checks that work with what a server has been told or remembers, each in a file of its own.
// Internal to sim/auth: make_check (policy.h) knows which is which. What they are given outlives
// them.
#pragma once

#include "sim/auth/policy.h"
#include "sim/auth/spf.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sim::auth {

[[nodiscard]] std::unique_ptr<Check> make_rate_check(CheckDesk& desk, Moment moment);
[[nodiscard]] std::unique_ptr<Check> make_greylist_check(CheckDesk& desk);
[[nodiscard]] std::unique_ptr<Check> make_ip25b_check(const CheckConfig& config);
[[nodiscard]] std::unique_ptr<Check> make_block_list_check(const CheckConfig& config);
[[nodiscard]] std::unique_ptr<Check> make_hello_check(const CheckConfig& config);
[[nodiscard]] std::unique_ptr<Check> make_spf_check(const CheckConfig& config);
[[nodiscard]] std::unique_ptr<Check> make_dkim_check();
[[nodiscard]] std::unique_ptr<Check> make_dmarc_check(const CheckConfig& config);

[[nodiscard]] std::int64_t unix_seconds(Instant at);
// Whoever has logged in, or is relayed for, is known: nobody asks who answers for their mail.
[[nodiscard]] bool is_known(const Facts& facts);
// What SPF is asked about a client, and what is kept of the answer.
[[nodiscard]] SpfFacts spf_facts(const Facts& facts, const CheckConfig& config);
[[nodiscard]] SpfSeen spf_seen(const Facts& facts, const SpfOutcome& outcome);

// What somebody else has written into DNS, as it may stand in a reply: printable ASCII in one line
// that is not too long.
[[nodiscard]] std::string quotable(std::string_view text);

} // namespace sim::auth
