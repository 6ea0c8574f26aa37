// The vocabulary of POP3 that the trace records.
#pragma once

#include "sim/core/named_enum.h"

namespace sim {

// `none`: what nobody asked for, a greeting; `unknown`: a line that is no command.
SIM_NAMED_ENUM(Pop3Verb,
               none,
               capa,
               user,
               pass,
               stat,
               list,
               uidl,
               retr,
               top,
               dele,
               noop,
               rset,
               stls,
               quit,
               unknown);

// Where a server session stands (RFC 1939 §3). `awaiting_verdict`: asked its host about a login.
SIM_NAMED_ENUM(Pop3Phase, authorization, transaction, awaiting_tls, awaiting_verdict, closed);

// Where a client session stands: mostly, whose reply it awaits.
SIM_NAMED_ENUM(Pop3ClientPhase,
               awaiting_connection,
               awaiting_greeting,
               awaiting_capabilities,
               awaiting_stls,
               awaiting_tls,
               awaiting_user,
               awaiting_pass,
               awaiting_stat,
               awaiting_uidl,
               fetching,
               deleting,
               quitting,
               closed);

// Why a server answered as it did, so that every reply can be explained. A client that says nothing
// for too long gets no reply (RFC 1939 §3), so there is no reason for that.
SIM_NAMED_ENUM(Pop3Reason,
               greeting,
               accepted,
               out_of_sequence,
               unknown_command,
               not_offered,
               bad_argument,
               malformed_line, // bare CR, or NUL
               line_without_cr,
               line_too_long,
               no_such_message,
               already_deleted,
               tls_required,
               tls_already_active,
               plaintext_after_stls, // STLS was accepted; what had come behind it was thrown away
               spoke_tls,            // a ClientHello where POP3 was expected
               logged_in,
               login_failed,
               mailbox_locked,
               too_many_failures,
               too_much_sent,
               too_many_commands,
               login_paused, // too many failures from this address, on other connections too
               goodbye);

} // namespace sim
