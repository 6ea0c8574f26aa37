// What becomes of one mail, or of one fetch, in another run of the same script: what a cure is
// proved by.
#pragma once

#include "sim/core/trace.h"
#include "sim/evaluate.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim::explain {

// What is looked at: the n-th mail that was composed, or the n-th fetch, of those of one host.
struct Aim {
    static constexpr std::size_t last = ~std::size_t{0};

    HostId host;
    std::size_t number = 0; // or the last one
    bool fetches = false;
    std::vector<std::string> recipients; // whom it is about; empty: everybody
};

// Of the mail that was composed, or the fetch that ended, at this event.
Aim aim_at_mail(const Trace& trace, MailId mail, std::vector<std::string> recipients);
Aim aim_at_fetch(const Trace& trace, const Event& finished);

// How far it got. A mail to several counts as the one of them that got least far.
struct Reached {
    Became became = Became::not_sent;
    Setback setback; // while it has not arrived

    [[nodiscard]] bool arrived() const { return became >= Became::delivered; }
    // Whether this one got further.
    [[nodiscard]] bool is_beyond(const Reached& other) const;
};

Reached reached(const Outcome& outcome, const Aim& aim);

// The same mail or fetch once more, at that time, when the rest of the script is over; nothing when
// no step of the script began it. Everything before happens as it did.
std::optional<Plan>
once_more(const Plan& plan, const Trace& trace, const Event& begun, Instant when);

// The step of the script that an event came of.
std::optional<std::size_t> step_behind(const Event& event, const Trace& trace);

bool is_same_address(std::string_view a, std::string_view b);

} // namespace sim::explain
