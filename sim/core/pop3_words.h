// The vocabulary of POP3 that the trace records.
#pragma once

#include "sim/core/named_enum.h"

namespace sim {

SIM_NAMED_ENUM(
    Pop3Verb, capa, user, pass, stat, list, uidl, retr, top, dele, noop, rset, stls, quit, unknown);

SIM_NAMED_ENUM(Pop3Phase, authorization, transaction, awaiting_tls, awaiting_verdict, closed);

SIM_NAMED_ENUM(Pop3Reason,
               greeting,
               accepted,
               out_of_sequence,
               unknown_command,
               bad_argument,
               no_such_message,
               already_deleted,
               tls_required,
               tls_already_active,
               plaintext_after_stls,
               logged_in,
               login_failed,
               mailbox_locked,
               too_many_failures,
               line_too_long,
               idle_too_long,
               goodbye);

} // namespace sim
