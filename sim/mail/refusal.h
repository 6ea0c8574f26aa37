// Why a server gave a recipient up or put it off, as a report to the sender and the trace say it.
#pragma once

#include "sim/core/happening.h"
#include "sim/smtp/reply.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sim::mail {

// Why a recipient was given up or put off, as a report to the sender says it.
struct Refusal {
    std::string recipient;
    FailureStep step = FailureStep::connect;
    std::uint16_t code = 0;
    std::string said_by;            // host name
    std::string reply;              // with codes, on one line; empty when there was none
    std::string status;             // enhanced code, RFC 3463
    std::optional<Instant> tried{}; // when it was tried last
};

// The same reason for each of them.
[[nodiscard]] std::vector<Refusal> for_all(const std::vector<std::string>& recipients,
                                           const Refusal& why);
// Those that had the same answer at the same step together, in the order in which they came.
[[nodiscard]] std::vector<std::vector<Refusal>> by_answer(const std::vector<Refusal>& refusals);
[[nodiscard]] std::string recipients_of(const std::vector<Refusal>& refusals); // "a@b, c@d"

// "550 5.1.1 User unknown"; empty where there was no reply.
[[nodiscard]] std::string reply_line(const smtp::Reply& reply);
// RFC 3463 code for a reply that carried none, or for no reply at all.
[[nodiscard]] std::string status_of(const smtp::Reply& reply,
                                    bool permanent,
                                    std::optional<SmtpProblem> problem = std::nullopt);

} // namespace sim::mail
