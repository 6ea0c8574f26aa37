#include "sim/smtp/server_session.h"

#include <doctest/doctest.h>

#include <string>

namespace sim::smtp {

namespace {

std::string line_of(const Transition& cell)
{
    std::string line{name_of(cell.from)};
    if (cell.encrypted) line += "+tls";
    if (cell.authenticated) line += "+user";
    line += " --";
    line += name_of(cell.verb);
    line += '/';
    line += cell.code == 0 ? "?" : std::to_string(cell.code);
    line += "--> ";
    line += name_of(cell.to);
    if (cell.reason != SmtpReason::accepted) {
        line += "  ";
        line += name_of(cell.reason);
    }
    return line + '\n';
}

// What is no more than "out of sequence, and nothing changes" is left out.
std::string diagram(const ServerConfig& config)
{
    std::string lines = "\n";
    for (const Transition& cell : ServerSession::transition_table(config))
        if (cell.reason != SmtpReason::out_of_sequence) lines += line_of(cell);
    return lines;
}

} // namespace

TEST_SUITE("smtp.server_table")
{
    TEST_CASE("the state diagram of an MX is exactly this")
    {
        CHECK(diagram(mx_config("mx.server.example")) == R"(
awaiting_hello --ehlo/250--> ready
awaiting_hello --helo/250--> ready
awaiting_hello --bdat/?--> receiving_text
awaiting_hello --rset/250--> awaiting_hello
awaiting_hello --noop/250--> awaiting_hello
awaiting_hello --vrfy/252--> awaiting_hello  vrfy_not_confirmed
awaiting_hello --expn/502--> awaiting_hello  expn_not_offered
awaiting_hello --help/214--> awaiting_hello  help_text
awaiting_hello --quit/221--> closed  goodbye
awaiting_hello --unknown/500--> awaiting_hello  unknown_command
ready --ehlo/250--> ready
ready --helo/250--> ready
ready --starttls/220--> awaiting_tls  go_ahead_tls
ready --auth/502--> ready  not_offered
ready --mail/?--> awaiting_verdict
ready --bdat/?--> receiving_text
ready --rset/250--> ready
ready --noop/250--> ready
ready --vrfy/252--> ready  vrfy_not_confirmed
ready --expn/502--> ready  expn_not_offered
ready --help/214--> ready  help_text
ready --quit/221--> closed  goodbye
ready --unknown/500--> ready  unknown_command
in_transaction --ehlo/250--> ready
in_transaction --helo/250--> ready
in_transaction --rcpt/?--> awaiting_verdict
in_transaction --data/354--> receiving_text  go_ahead_text
in_transaction --bdat/?--> receiving_text
in_transaction --rset/250--> ready
in_transaction --noop/250--> in_transaction
in_transaction --vrfy/252--> in_transaction  vrfy_not_confirmed
in_transaction --expn/502--> in_transaction  expn_not_offered
in_transaction --help/214--> in_transaction  help_text
in_transaction --quit/221--> closed  goodbye
in_transaction --unknown/500--> in_transaction  unknown_command
awaiting_verdict --mail/250--> in_transaction
awaiting_verdict --rcpt/250--> in_transaction
awaiting_verdict --text/250--> ready  message_accepted
awaiting_verdict --mail/451--> ready  temporary_trouble
awaiting_verdict --rcpt/451--> in_transaction  temporary_trouble
awaiting_verdict --text/451--> ready  temporary_trouble
receiving_text --bdat/250--> in_transaction
receiving_text --text/?--> awaiting_verdict
awaiting_hello+tls --ehlo/250--> ready
awaiting_hello+tls --helo/250--> ready
awaiting_hello+tls --bdat/?--> receiving_text
awaiting_hello+tls --rset/250--> awaiting_hello
awaiting_hello+tls --noop/250--> awaiting_hello
awaiting_hello+tls --vrfy/252--> awaiting_hello  vrfy_not_confirmed
awaiting_hello+tls --expn/502--> awaiting_hello  expn_not_offered
awaiting_hello+tls --help/214--> awaiting_hello  help_text
awaiting_hello+tls --quit/221--> closed  goodbye
awaiting_hello+tls --unknown/500--> awaiting_hello  unknown_command
ready+tls --ehlo/250--> ready
ready+tls --helo/250--> ready
ready+tls --starttls/503--> ready  tls_already_active
ready+tls --auth/502--> ready  not_offered
ready+tls --mail/?--> awaiting_verdict
ready+tls --bdat/?--> receiving_text
ready+tls --rset/250--> ready
ready+tls --noop/250--> ready
ready+tls --vrfy/252--> ready  vrfy_not_confirmed
ready+tls --expn/502--> ready  expn_not_offered
ready+tls --help/214--> ready  help_text
ready+tls --quit/221--> closed  goodbye
ready+tls --unknown/500--> ready  unknown_command
in_transaction+tls --ehlo/250--> ready
in_transaction+tls --helo/250--> ready
in_transaction+tls --rcpt/?--> awaiting_verdict
in_transaction+tls --data/354--> receiving_text  go_ahead_text
in_transaction+tls --bdat/?--> receiving_text
in_transaction+tls --rset/250--> ready
in_transaction+tls --noop/250--> in_transaction
in_transaction+tls --vrfy/252--> in_transaction  vrfy_not_confirmed
in_transaction+tls --expn/502--> in_transaction  expn_not_offered
in_transaction+tls --help/214--> in_transaction  help_text
in_transaction+tls --quit/221--> closed  goodbye
in_transaction+tls --unknown/500--> in_transaction  unknown_command
awaiting_verdict+tls --mail/250--> in_transaction
awaiting_verdict+tls --rcpt/250--> in_transaction
awaiting_verdict+tls --text/250--> ready  message_accepted
awaiting_verdict+tls --mail/451--> ready  temporary_trouble
awaiting_verdict+tls --rcpt/451--> in_transaction  temporary_trouble
awaiting_verdict+tls --text/451--> ready  temporary_trouble
receiving_text+tls --bdat/250--> in_transaction
receiving_text+tls --text/?--> awaiting_verdict
)");
    }

    TEST_CASE("the state diagram of a submission server is exactly this")
    {
        CHECK(diagram(submission_config("mail.server.example")) == R"(
awaiting_hello --ehlo/250--> ready
awaiting_hello --helo/250--> ready
awaiting_hello --bdat/?--> receiving_text
awaiting_hello --rset/250--> awaiting_hello
awaiting_hello --noop/250--> awaiting_hello
awaiting_hello --vrfy/252--> awaiting_hello  vrfy_not_confirmed
awaiting_hello --expn/502--> awaiting_hello  expn_not_offered
awaiting_hello --help/214--> awaiting_hello  help_text
awaiting_hello --quit/221--> closed  goodbye
awaiting_hello --unknown/500--> awaiting_hello  unknown_command
ready --ehlo/250--> ready
ready --helo/250--> ready
ready --starttls/220--> awaiting_tls  go_ahead_tls
ready --auth/538--> ready  auth_needs_tls
ready --mail/530--> ready  tls_required
ready --bdat/?--> receiving_text
ready --rset/250--> ready
ready --noop/250--> ready
ready --vrfy/252--> ready  vrfy_not_confirmed
ready --expn/502--> ready  expn_not_offered
ready --help/214--> ready  help_text
ready --quit/221--> closed  goodbye
ready --unknown/500--> ready  unknown_command
awaiting_hello+tls --ehlo/250--> ready
awaiting_hello+tls --helo/250--> ready
awaiting_hello+tls --bdat/?--> receiving_text
awaiting_hello+tls --rset/250--> awaiting_hello
awaiting_hello+tls --noop/250--> awaiting_hello
awaiting_hello+tls --vrfy/252--> awaiting_hello  vrfy_not_confirmed
awaiting_hello+tls --expn/502--> awaiting_hello  expn_not_offered
awaiting_hello+tls --help/214--> awaiting_hello  help_text
awaiting_hello+tls --quit/221--> closed  goodbye
awaiting_hello+tls --unknown/500--> awaiting_hello  unknown_command
ready+tls --ehlo/250--> ready
ready+tls --helo/250--> ready
ready+tls --starttls/503--> ready  tls_already_active
ready+tls --auth/?--> awaiting_verdict
ready+tls --mail/530--> ready  auth_required
ready+tls --bdat/?--> receiving_text
ready+tls --rset/250--> ready
ready+tls --noop/250--> ready
ready+tls --vrfy/252--> ready  vrfy_not_confirmed
ready+tls --expn/502--> ready  expn_not_offered
ready+tls --help/214--> ready  help_text
ready+tls --quit/221--> closed  goodbye
ready+tls --unknown/500--> ready  unknown_command
authenticating+tls --auth_response/?--> awaiting_verdict
authenticating+tls --auth_response/501--> ready  auth_cancelled
awaiting_verdict+tls --auth/334--> authenticating  auth_challenge
awaiting_verdict+tls --auth/235--> ready  auth_succeeded
awaiting_verdict+tls --auth/535--> ready  auth_failed
ready+tls+user --ehlo/250--> ready
ready+tls+user --helo/250--> ready
ready+tls+user --starttls/503--> ready  tls_already_active
ready+tls+user --auth/503--> ready  auth_already_done
ready+tls+user --mail/?--> awaiting_verdict
ready+tls+user --bdat/?--> receiving_text
ready+tls+user --rset/250--> ready
ready+tls+user --noop/250--> ready
ready+tls+user --vrfy/252--> ready  vrfy_not_confirmed
ready+tls+user --expn/502--> ready  expn_not_offered
ready+tls+user --help/214--> ready  help_text
ready+tls+user --quit/221--> closed  goodbye
ready+tls+user --unknown/500--> ready  unknown_command
in_transaction+tls+user --ehlo/250--> ready
in_transaction+tls+user --helo/250--> ready
in_transaction+tls+user --rcpt/?--> awaiting_verdict
in_transaction+tls+user --data/354--> receiving_text  go_ahead_text
in_transaction+tls+user --bdat/?--> receiving_text
in_transaction+tls+user --rset/250--> ready
in_transaction+tls+user --noop/250--> in_transaction
in_transaction+tls+user --vrfy/252--> in_transaction  vrfy_not_confirmed
in_transaction+tls+user --expn/502--> in_transaction  expn_not_offered
in_transaction+tls+user --help/214--> in_transaction  help_text
in_transaction+tls+user --quit/221--> closed  goodbye
in_transaction+tls+user --unknown/500--> in_transaction  unknown_command
awaiting_verdict+tls+user --mail/250--> in_transaction
awaiting_verdict+tls+user --rcpt/250--> in_transaction
awaiting_verdict+tls+user --text/250--> ready  message_accepted
awaiting_verdict+tls+user --mail/451--> ready  temporary_trouble
awaiting_verdict+tls+user --rcpt/451--> in_transaction  temporary_trouble
awaiting_verdict+tls+user --text/451--> ready  temporary_trouble
receiving_text+tls+user --bdat/250--> in_transaction
receiving_text+tls+user --text/?--> awaiting_verdict
)");
    }

    TEST_CASE("out of sequence is always 503 and changes nothing")
    {
        for (const ServerConfig& config :
             {mx_config("a.example"), submission_config("a.example")}) {
            for (const Transition& cell : ServerSession::transition_table(config)) {
                CAPTURE(line_of(cell));
                if (cell.reason == SmtpReason::out_of_sequence) {
                    CHECK(cell.code == 503);
                    CHECK(cell.to == cell.from);
                }
                // Nothing but an answer to a question comes without a reply, and a refusal never
                // opens anything.
                // The octets behind BDAT are the one thing that is waited for without a word.
                if (cell.code == 0 && cell.verb != SmtpVerb::bdat)
                    CHECK(cell.to == SmtpPhase::awaiting_verdict);
                if (cell.code >= 400 && cell.from != SmtpPhase::awaiting_verdict &&
                    cell.from != SmtpPhase::authenticating &&
                    cell.from != SmtpPhase::receiving_text)
                    CHECK(cell.to == cell.from);
            }
        }
    }
}

} // namespace sim::smtp
