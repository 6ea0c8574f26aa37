#include "sim/mail/smtp_outbound.h"

#include <utility>
#include <variant>

namespace sim::mail {

using namespace smtp::client; // NOLINT(google-build-using-namespace): its outputs, in this file
                              // only

SmtpOutbound::SmtpOutbound(Machine& machine,
                           SmtpSender& sender,
                           OutboundConfig config,
                           ConnectionId connection)
    : machine_{machine},
      sender_{sender},
      config_{std::move(config)},
      channel_{machine, *this, connection},
      session_{config_.session}
{
}

void SmtpOutbound::start(smtp::OutgoingMail mail)
{
    session_.start_mail(std::move(mail), machine_.now());
    drain();
}

void SmtpOutbound::finish()
{
    session_.finish(machine_.now());
    drain();
}

void SmtpOutbound::handle_connected()
{
    last_heard_ = machine_.trace().cause();
    // On port 465 the session says BeginTls first of all.
    session_.handle_connected(machine_.now());
    drain();
}

void SmtpOutbound::handle_timeout()
{
    // One alarm serves all that a program does: why it was set may have nothing to do with this.
    const CauseScope scope{machine_.trace(), last_heard_};
    // A text that is still going out on a slow line is no silence of the server's.
    const net::Fabric& network = machine_.world().network;
    const bool all_sent = network.queued_bytes(machine_.host(), connection()) == 0;
    session_.handle_send_progress(all_sent, network.last_progress(machine_.host(), connection()));
    const CauseScope timer{machine_.trace(),
                           machine_.tell_deadline(connection(), session_.deadline())};
    session_.handle_timeout(machine_.now());
    drain();
}

void SmtpOutbound::handle_ended()
{
    session_.handle_end_of_stream(machine_.now());
    drain();
}

void SmtpOutbound::handle_plaintext(std::string_view bytes)
{
    last_heard_ = machine_.trace().cause();
    session_.handle_bytes(bytes, machine_.now());
    drain();
}

void SmtpOutbound::handle_tls_established(const tls::Established& /*what*/)
{
    session_.handle_tls_established(machine_.now());
    drain();
}

void SmtpOutbound::handle_tls_failed(const tls::Failed& why)
{
    tls_failure_ = why.why;
    session_.handle_tls_failed(machine_.now());
    drain();
}

void SmtpOutbound::handle_end()
{
    session_.handle_end_of_stream(machine_.now());
    drain();
}

void SmtpOutbound::drain()
{
    drain_(session_, [&](const auto& what) { on(what); });
}

void SmtpOutbound::on(const SendBytes& what)
{
    channel_.send(what.bytes);
}

void SmtpOutbound::on(const BeginTls& /*what*/)
{
    channel_.begin_tls(config_.tls);
}

void SmtpOutbound::on(const AuthBegin& what)
{
    const auto choice =
        sasl::choose_mechanism(what.offered, config_.allowed, what.may_reveal_password);
    if (const auto* problem = std::get_if<SmtpProblem>(&choice)) {
        session_.handle_auth_impossible(*problem, machine_.now());
        return;
    }
    mechanism_name_ = std::get<Mechanism>(choice);
    mechanism_ = sasl::make_client(mechanism_name_, config_.credentials);
    smtp::AuthAnswer answer;
    answer.octets = mechanism_->initial_response();
    answer.believes_success = mechanism_->accepts_success();
    session_.handle_auth_choice(sasl::registered_name(mechanism_name_), answer, machine_.now());
}

void SmtpOutbound::on(const AuthChallenge& what)
{
    smtp::AuthAnswer answer;
    answer.octets = mechanism_->respond(what.octets);
    if (!answer.octets) { // no honest server would ask this
        session_.handle_auth_impossible(SmtpProblem::reply_malformed, machine_.now());
        return;
    }
    answer.believes_success = mechanism_->accepts_success();
    session_.handle_auth_response(answer, machine_.now());
}

void SmtpOutbound::on(const MailFinished& what)
{
    sender_.handle_mail_finished(*this, what);
}

void SmtpOutbound::on(const SessionFailed& what)
{
    sender_.handle_session_failed(*this, what);
}

void SmtpOutbound::on(const CloseConnection& /*what*/)
{
    channel_.close();
}

void SmtpOutbound::on(const CommandSent& what)
{
    SmtpCommand command;
    command.side = Side::sent;
    command.verb = what.verb;
    command.encrypted = what.encrypted;
    const bool hides = what.secret_size > 0 && sasl::line_reveals(mechanism_name_, what.line);
    command.line = Line{machine_.note(what.line),
                        what.stream_offset,
                        hides ? what.secret_offset : 0,
                        hides ? what.secret_size : 0};
    command.client = what.after;
    command.address = machine_.note(what.address);
    unanswered_.add(what.verb, machine_.append(connection(), command));
}

void SmtpOutbound::on(const ReplySeen& what)
{
    SmtpReply reply;
    reply.side = Side::received;
    reply.to = what.to;
    reply.encrypted = what.encrypted;
    reply.code = what.reply.code;
    reply.client = what.after;
    reply.answers = unanswered_.take(what.to);
    if (machine_.trace().keeps_bytes()) {
        std::string wire = smtp::to_wire(what.reply);
        wire.resize(wire.size() - 2); // without the last CR LF
        reply.line = Line{machine_.note(wire), what.stream_offset, 0, 0};
    }
    machine_.append(connection(), reply);
}

void SmtpOutbound::on(const TextSent& what)
{
    machine_.append(connection(), SmtpText{Side::sent, what.encrypted, what.lines, what.size});
    if (what.changed_line_ends) tell(MailChange::line_ends);
    if (what.in_ascii) tell(MailChange::ascii_form);
}

// No mail is changed in silence.
void SmtpOutbound::tell(MailChange change)
{
    const auto& in_transit = machine_.world().in_transit;
    const auto mail = in_transit.find(connection());
    if (mail != in_transit.end())
        machine_.append(connection(), MailChanged{mail->second, change, {}});
}

void SmtpOutbound::on(const ProblemSeen& what)
{
    machine_.append(connection(), SmtpProblemSeen{what.problem, machine_.note(what.detail)});
}

} // namespace sim::mail
