#include "sim/mail/smtp_inbound.h"

#include "sim/core/assert.h"
#include "sim/core/setting_key.h"
#include "sim/mail/accounts.h"
#include "sim/mail/failed_logins.h"
#include "sim/mail/mailbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace sim::mail {

using namespace smtp::server; // NOLINT(google-build-using-namespace): its outputs, in this file
                              // only

SmtpInbound::SmtpInbound(Machine& machine,
                         SmtpReceiver& receiver,
                         const InboundConfig& config,
                         ConnectionId connection,
                         Endpoint local,
                         Endpoint remote)
    : machine_{machine},
      receiver_{receiver},
      config_{config},
      channel_{machine, *this, connection},
      peer_{connection, local, remote, std::nullopt},
      session_{config.session}
{
}

void SmtpInbound::handle_connected()
{
    cut_at(FaultPoint::connect);
    if (cut_) return;
    std::optional<smtp::server::Judgement> refusal;
    if (const std::uint16_t code = faults_.reply_to(FaultPoint::connect); code != 0) {
        refusal = fault_judgement(FaultPoint::connect, code);
    } else if (const auto pause = pause_of_peer(); pause && config_.session->auth_required) {
        refusal = smtp::server::Judgement{SmtpReason::login_paused, *pause, 0, {}};
    } else {
        auto judgement = receiver_.check_client(peer_);
        if (judgement.reason != SmtpReason::accepted) refusal = std::move(judgement);
    }
    session_.handle_connected(machine_.now(), config_.tls_from_start, std::move(refusal));
    drain();
}

// What a peer hears that failed to log in too often; nothing: it is welcome.
std::optional<std::string> SmtpInbound::pause_of_peer() const
{
    const auto until = receiver_.refused_until(peer_);
    if (!until) return std::nullopt;
    return words_of_pause(peer_.remote.address, *until, machine_.now());
}

Instant SmtpInbound::next_timeout() const
{
    // While it has not even heard the answer, no client is too slow.
    return held_.empty() ? session_.next_timeout() : held_.front().due;
}

void SmtpInbound::handle_timeout()
{
    if (!held_.empty()) {
        release();
        return;
    }
    const CauseScope scope{machine_.trace(),
                           machine_.tell_deadline(peer_.connection, session_.deadline())};
    session_.handle_timeout(machine_.now());
    drain();
}

void SmtpInbound::handle_plaintext(std::string_view bytes)
{
    session_.handle_bytes(bytes, machine_.now());
    drain();
}

void SmtpInbound::handle_tls_established(const tls::Established& what)
{
    peer_.tls = what;
    session_.handle_tls_established(machine_.now());
    drain();
}

void SmtpInbound::handle_tls_failed(const tls::Failed& why)
{
    if (why.why == TlsFailure::not_tls) {
        on(ProblemSeen{config_.tls_from_start ? SmtpProblem::spoke_smtp_to_tls_port
                                              : SmtpProblem::plaintext_after_starttls,
                       {}});
    }
    session_.handle_tls_failed(machine_.now());
    drain();
}

// The session hears of a reset as of any other end: what came half is dropped, and it says so.
void SmtpInbound::handle_ended()
{
    handle_end();
}

void SmtpInbound::handle_end()
{
    held_.clear(); // nobody is there to hear it
    abandon_login();
    session_.handle_end_of_stream(machine_.now());
    drain();
}

void SmtpInbound::drain()
{
    drain_(session_, [&](auto& what) {
        if (!cut_) on(what);
    });
}

bool SmtpInbound::tells_secret(const CommandSeen& seen) const
{
    if (seen.verb == SmtpVerb::auth_response)
        return mechanism_ == nullptr || sasl::line_reveals(mechanism_name_, seen.line);
    if (seen.verb != SmtpVerb::auth) return true;
    const auto mechanism = sasl::mechanism_in_command(seen.line);
    return !mechanism || sasl::reveals_password(*mechanism);
}

void SmtpInbound::on(const CommandSeen& seen)
{
    const std::uint32_t secret_size = tells_secret(seen) ? seen.secret_size : 0;
    const EventId command =
        machine_.append(peer_.connection,
                        SmtpCommand{Side::received,
                                    seen.verb,
                                    seen.encrypted,
                                    seen.before,
                                    seen.after,
                                    Line{machine_.note(seen.line),
                                         seen.range.begin,
                                         secret_size == 0 ? 0 : seen.secret_offset,
                                         secret_size},
                                    {},
                                    machine_.note(seen.address)});
    unanswered_.add(seen.verb, command);
    cut_at(fault_point(seen.verb));
}

void SmtpInbound::on(const ReplySent& reply)
{
    if (is_slow()) {
        hold_back(reply);
    } else {
        give(reply);
    }
}

void SmtpInbound::give(const ReplySent& reply)
{
    if (reply.reason == SmtpReason::fault_injected) {
        said_fault_ = true;
        const FaultPoint point = fault_point(reply.to).value_or(FaultPoint::connect);
        SettingKey setting{
            SettingGroup::fault, "reply", machine_.name(), 0, std::string{name_of(point)}, {}};
        if (point == FaultPoint::rcpt && !refused_by_fault_.empty()) {
            setting.recipient = refused_by_fault_.front();
            refused_by_fault_.pop_front();
        }
        const EventId fault =
            tell(Fault::reply_replaced, to_text(setting), fmt::format("{}", reply.reply.code));
        const CauseScope scope{machine_.trace(), fault};
        append(reply);
        return;
    }
    append(reply);
}

void SmtpInbound::append(const ReplySent& reply)
{
    const EventId command = unanswered_.take(reply.to);
    Line line;
    if (machine_.trace().keeps_bytes()) {
        std::string wire = to_wire(reply.reply);
        wire.resize(wire.size() - 2); // without the last CR LF
        line = Line{machine_.note(wire), reply.range.begin, 0, 0};
    }
    machine_.append(peer_.connection,
                    SmtpReply{Side::sent,
                              reply.to,
                              reply.encrypted,
                              reply.reason,
                              reply.reply.code,
                              line,
                              reply.after,
                              {},
                              command});
}

void SmtpInbound::on(const TextReceived& text)
{
    machine_.append(
        peer_.connection,
        SmtpText{
            Side::received, text.encrypted, text.lines, static_cast<std::uint32_t>(text.size)});
    cut_at(FaultPoint::text);
}

void SmtpInbound::on(const ProblemSeen& problem)
{
    machine_.append(peer_.connection,
                    SmtpProblemSeen{problem.problem, machine_.note(problem.detail)});
}

void SmtpInbound::on(const SendBytes& what)
{
    if (is_slow()) {
        hold_back(what);
    } else {
        give(what);
    }
}

// These two take no time themselves but stand behind what does.
void SmtpInbound::on(const BeginTls& what)
{
    if (held_.empty()) {
        give(what);
    } else {
        hold_back(what);
    }
}

// What is said from within a call of the channel leaves only when that call is over, and nothing
// leaves once it is closed: the last word of a fault has to be heard first.
void SmtpInbound::on(const CloseConnection& what)
{
    if (held_.empty() && !said_fault_) {
        give(what);
    } else {
        hold_back(what);
    }
}

void SmtpInbound::give(const SendBytes& what)
{
    channel_.send(what.bytes);
}

void SmtpInbound::give(const BeginTls& /*what*/)
{
    if (!config_.certificate_fault.empty())
        tell_certificate_fault(machine_, peer_.connection, config_.certificate_fault);
    channel_.begin_tls(*config_.tls);
}

void SmtpInbound::give(const CloseConnection& /*what*/)
{
    abandon_login();
    channel_.close();
}

void SmtpInbound::on(const AuthStart& what)
{
    if (refuse_paused()) return;
    const auto mechanism = sasl::parse_registered_name(what.mechanism);
    SIM_ASSERT(mechanism && sasl::is_available(*mechanism)); // offered by our own settings
    mechanism_name_ = *mechanism;
    if (what.initial_response && sasl::server_begins(*mechanism)) {
        AuthResult malformed;
        malformed.outcome = AuthResult::Outcome::malformed;
        session_.handle_auth_result(malformed, machine_.now());
        return;
    }
    const Rng chance =
        machine_.chance(fmt::format("auth/{}/{}", peer_.connection.value, ++logins_));
    mechanism_ = sasl::make_server(*mechanism,
                                   receiver_.credentials(),
                                   {machine_.name(), sasl::draw_nonce(chance), machine_.now()});
    answer(mechanism_->start(what.initial_response));
}

void SmtpInbound::on(const AuthResponse& what)
{
    if (refuse_paused()) return;
    SIM_ASSERT(mechanism_ != nullptr);
    answer(mechanism_->respond(what.response));
}

void SmtpInbound::on(const AuthCancelled& /*what*/)
{
    if (const auto before = abandon_login())
        session_.handle_login_abandoned(*before, machine_.now());
}

// The exchange ends here. If it had failed before, that counts (nobody guesses for nothing by not
// waiting for the reply): how many failures had counted until then.
std::optional<std::uint32_t> SmtpInbound::abandon_login()
{
    const auto mechanism = std::exchange(mechanism_, nullptr);
    const auto failure = mechanism == nullptr ? std::nullopt : mechanism->verdict();
    if (!failure) return std::nullopt;
    const std::uint32_t before = receiver_.failed_logins(peer_);
    tell_login(*failure);
    receiver_.handle_login(peer_, false);
    return before;
}

// A peer that was here already when the pause began gets no further guess either.
bool SmtpInbound::refuse_paused()
{
    auto pause = pause_of_peer();
    if (!pause) return false;
    mechanism_.reset();
    AuthResult paused;
    paused.outcome = AuthResult::Outcome::paused;
    paused.text = *std::move(pause);
    session_.handle_auth_result(paused, machine_.now());
    return true;
}

void SmtpInbound::answer(const sasl::ServerStep& step)
{
    if (const auto* challenge = std::get_if<sasl::Challenge>(&step)) {
        session_.handle_auth_challenge(challenge->octets, machine_.now());
        return;
    }
    mechanism_.reset();
    tell_login(step);
    AuthResult result;
    result.failures_before = receiver_.failed_logins(peer_);
    if (const auto* success = std::get_if<sasl::Success>(&step)) {
        result.outcome = AuthResult::Outcome::succeeded;
        result.user = success->user;
    }
    receiver_.handle_login(peer_, result.outcome == AuthResult::Outcome::succeeded);
    session_.handle_auth_result(result, machine_.now());
}

void SmtpInbound::tell_login(const sasl::ServerStep& end)
{
    // Finding the account's record costs.
    if (!machine_.trace().makes(Kind::auth_tried)) {
        machine_.append(peer_.connection, AuthTried{});
        return;
    }
    const auto* success = std::get_if<sasl::Success>(&end);
    const auto* failure = std::get_if<sasl::Failure>(&end);
    SIM_ASSERT(success != nullptr || failure != nullptr); // an exchange ends in one of them
    const std::string& user = success != nullptr ? success->user : failure->user;
    const sasl::CredentialStore& store = receiver_.credentials();
    AuthTried tried;
    tried.mechanism = mechanism_name_;
    tried.encrypted = session_.encrypted();
    tried.succeeded = success != nullptr;
    if (failure != nullptr) tried.flaw = failure->flaw;
    tried.kept = store.keeps();
    tried.user = machine_.note(user);
    tried.record = machine_.note(record_of(store, user));
    machine_.append(peer_.connection, tried);
}

void SmtpInbound::on(const CheckSender& what)
{
    transaction_ = what;
    if (auto judgement = receiver_.check_sender(peer_, what))
        session_.handle_judgement(*judgement, machine_.now());
}

void SmtpInbound::settle(const smtp::server::Judgement& judgement)
{
    session_.handle_judgement(judgement, machine_.now());
    drain();
}

void SmtpInbound::on(const CheckRecipient& what)
{
    auto judgement = fault_for(what.recipient);
    if (!judgement) judgement = receiver_.check_recipient(peer_, transaction_, what.recipient);
    if (judgement) session_.handle_judgement(*judgement, machine_.now());
}

void SmtpInbound::on(MessageReceived& what)
{
    if (auto judgement = receiver_.receive(peer_, std::move(what)))
        session_.handle_judgement(*judgement, machine_.now());
}

// ---- faults -----------------------------------------------------------------------------------

void SmtpInbound::set_faults(const SmtpFaults& faults)
{
    faults_ = faults;
    for (const FaultPoint point : values_of<FaultPoint>()) {
        if (point == FaultPoint::connect) continue;
        const std::uint16_t code = faults.reply_to(point);
        session_.impose(verb_of(point),
                        code == 0 ? smtp::server::Judgement{} : fault_judgement(point, code));
    }
}

// What one recipient's RCPT gets where the others get none.
std::optional<smtp::server::Judgement> SmtpInbound::fault_for(const smtp::Mailbox& recipient)
{
    const std::string address = fold_address(to_string(recipient));
    for (const auto& [whose, code] : faults_.recipients) {
        if (fold_address(whose) != address) continue;
        refused_by_fault_.push_back(whose);
        return fault_judgement(FaultPoint::rcpt, code);
    }
    return std::nullopt;
}

EventId SmtpInbound::tell(Fault fault, std::string setting, std::string_view value)
{
    const std::string detail = to_text(Assignment{std::move(setting), std::string{value}});
    return machine_.append(peer_.connection, FaultInjected{fault, machine_.note(detail)});
}

void SmtpInbound::cut_at(std::optional<FaultPoint> point)
{
    if (!point || faults_.cut != point) return;
    cut_ = true;
    held_.clear();
    const EventId fault =
        tell(Fault::connection_cut, fault_setting(machine_.name(), "cut"), name_of(*point));
    const CauseScope scope{machine_.trace(), fault};
    channel_.abort();
}

void SmtpInbound::hold_back(Held what)
{
    Instant due = machine_.now() + faults_.delay;
    EventId cause = machine_.trace().cause();
    const bool goes_along = !held_.empty() && held_.back().due >= due;
    if (goes_along) {
        due = held_.back().due;
        cause = held_.back().cause;
    } else if (faults_.delay > Duration{0}) {
        cause = tell(
            Fault::delayed, fault_setting(machine_.name(), "delay"), name_of_delay(faults_.delay));
    }
    held_.push_back({due, cause, std::move(what)});
}

void SmtpInbound::release()
{
    while (!held_.empty() && held_.front().due <= machine_.now()) {
        const HeldBack next = std::move(held_.front());
        held_.pop_front();
        const CauseScope scope{machine_.trace(), next.cause};
        std::visit([&](const auto& held) { give(held); }, next.what);
    }
    if (held_.empty()) session_.handle_replies_sent(machine_.now());
}

} // namespace sim::mail
