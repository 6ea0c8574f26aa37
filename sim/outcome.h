// What became of each mail of a run: read off the trace's own outcome events, never guessed from
// text.
#pragma once

#include "sim/core/trace.h"

#include <string>
#include <variant>
#include <vector>

namespace sim {

struct Delivered {
    EventId event;          // the last MailDelivered
    bool retrieved = false; // a mail program has fetched it
};
struct Deferred {  // still waits in a queue at the end of the run
    EventId event; // the last MailDeferred
    Instant until;
};
struct Bounced {
    EventId event; // the MailBounced
};
struct NotSent {   // never left the sender's mail program
    EventId event; // its SendFinished
    UserError error = UserError::none;
};
struct UnderWay { // the run ended, or the cursor stands, before anything was decided
};

using Fate = std::variant<UnderWay, NotSent, Deferred, Bounced, Delivered>;

struct MailOutcome {
    MailId mail;
    EventId composed; // none for mail that a server made itself (a bounce)
    Fate outcome;
    // Who got it and who did not, when more than one thing became of it: each RecipientRefused,
    // MailBounced and MailDelivered, and the MailDeferred of those who still wait. Else empty.
    std::vector<EventId> shares{};
};

// Of every mail in trace[0, end), in the order in which they appeared.
std::vector<MailOutcome> outcomes(const Trace& trace, std::size_t end);

} // namespace sim
