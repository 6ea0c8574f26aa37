// The vocabulary of an SMTP conversation that the trace records: verbs, phases, reasons.
#pragma once

#include "sim/core/named_enum.h"

namespace sim {

// `auth_response`: a line of an AUTH exchange; `text`: the message after DATA; `none`: what nobody
// asked for, a greeting or a 421; `unknown`: a line that is no command.
SIM_NAMED_ENUM(SmtpVerb,
               none,
               helo,
               ehlo,
               mail,
               rcpt,
               data,
               bdat,
               rset,
               noop,
               vrfy,
               expn,
               help,
               quit,
               starttls,
               auth,
               auth_response,
               text,
               unknown);

// Where a server session stands. `awaiting_client`: nobody has connected, or the greeting is being
// held back; `authenticating`: the client owes a line of its AUTH exchange; `receiving_text`:
// inside DATA; `awaiting_verdict`: it asked its host a question, or lets a failed AUTH wait.
SIM_NAMED_ENUM(SmtpPhase,
               awaiting_client,
               awaiting_hello,
               ready,
               authenticating,
               in_transaction,
               receiving_text,
               awaiting_verdict,
               awaiting_tls,
               closed);

// Where a client session stands: mostly, whose reply it awaits. `choosing_mechanism`: it has to
// find a way to log in; `ready`: nothing is under way.
SIM_NAMED_ENUM(SmtpClientPhase,
               awaiting_connection,
               awaiting_greeting,
               awaiting_hello,
               awaiting_starttls,
               awaiting_tls,
               choosing_mechanism,
               authenticating,
               ready,
               in_transaction,
               awaiting_verdict,
               quitting,
               closed);

// Why a server answered as it did. One for each rule of the behaviour table, so that every reply
// can be explained; never guessed from the text of the reply.
SIM_NAMED_ENUM(SmtpReason,
               greeting,
               accepted,
               out_of_sequence,
               unknown_command,
               not_offered,
               bad_argument,
               bad_hello_domain,
               bad_reverse_path,
               bad_forward_path,
               space_before_path,
               path_without_brackets,
               local_part_needs_quotes,
               unknown_parameter,
               extension_after_helo,
               tls_required,
               tls_already_active,
               tls_unavailable,
               talked_out_of_turn,
               spoke_http,
               spoke_tls,
               too_many_bad_commands,
               line_too_long,
               text_line_too_long,
               bare_line_end,
               nul_in_text,
               bad_octet_in_command,
               line_without_cr,
               message_too_big,
               too_much_ahead,
               too_much_sent,
               too_many_commands,
               too_many_recipients,
               too_many_unknown_recipients,
               no_recipients,
               recipient_unknown,
               relay_denied,
               mailbox_full,
               temporary_trouble,
               sender_not_yours,
               client_without_name,
               client_name_in_doubt,
               sender_domain_takes_no_mail,
               recipient_domain_takes_no_mail,
               address_needs_smtputf8,
               auth_required,
               auth_challenge,
               auth_succeeded,
               auth_failed,
               auth_needs_tls,
               auth_unknown_mechanism,
               auth_already_done,
               auth_cancelled,
               auth_bad_base64,
               auth_malformed,
               auth_too_long,
               auth_too_many_failures,
               login_paused,
               go_ahead_text,
               go_ahead_tls,
               message_accepted,
               mail_loop,
               idle_too_long,
               goodbye,
               vrfy_not_confirmed,
               expn_not_offered,
               help_text,
               overloaded,
               refused_by_policy,
               fault_injected,
               dynamic_address,
               listed,
               listed_by_policy,
               hello_refused,
               spf_failed,
               spf_in_doubt,
               spf_broken,
               greylisted,
               too_many_connections,
               too_fast,
               too_fast_for_long,
               dkim_failed,       // no signature holds
               dkim_unacceptable, // none that may be relied on
               dkim_not_authors,  // the author's own does not hold, somebody else's does
               dkim_in_doubt,
               dmarc_failed,    // neither SPF nor DKIM has passed
               dmarc_unaligned, // one has, for another domain than the author's
               dmarc_in_doubt,
               author_unclear);

} // namespace sim
