// What the sessions of a mail world wait for, or put off, each until its own time.
#pragma once

#include "sim/core/named_enum.h"
#include "sim/core/time.h"

namespace sim {

// `greeting_held`, `auth_delayed`: a server lets the other one wait on purpose. All others: how
// long one end waits for the other. `..._reply_awaited` names the command; `reply_awaited` is any
// other's. Of a text: `octets_awaited`, not one has come for so long; `text_end_awaited`, its end,
// however many come; `octets_leaving`, the network takes no more of it.
SIM_NAMED_ENUM(SessionTimer,
               none,
               greeting_held,
               auth_delayed,
               tls_awaited,
               command_awaited,
               octets_awaited,
               text_end_awaited,
               greeting_awaited,
               hello_reply_awaited,
               starttls_reply_awaited,
               login_reply_awaited,
               mail_reply_awaited,
               rcpt_reply_awaited,
               data_reply_awaited,
               octets_leaving,
               verdict_awaited,
               message_awaited,
               reply_awaited);

// The one time at which a session wants to be looked at, and why.
struct Deadline {
    SessionTimer timer = SessionTimer::none;
    Instant since{}; // the wait began, or the peer was last heard
    Instant at = never;
};

} // namespace sim
