// Where an attempt of a crowd may end.
#pragma once

#include "sim/core/named_enum.h"

namespace sim {

// Along the way of a mail: a rule of somebody's router; nobody at the other end; what a server
// looks at (both ways of IP25B are one); anything else that a server said; the mailbox. `broken`: a
// connection that came to nothing without a reply. A mail in the Junk folder is not in the mailbox.
SIM_NAMED_ENUM(CrowdEnding,
               op25b,
               ip25b,
               firewall,
               no_such_name,
               no_connection,
               rate,
               reverse_name,
               block_list,
               hello,
               spf,
               dkim,
               dmarc,
               greylisting,
               sender,
               login,
               relay_denied,
               no_such_user,
               refused,
               broken,
               junk,
               mailbox);

} // namespace sim
