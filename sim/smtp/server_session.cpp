#include "sim/smtp/server_session.h"

#include "sim/core/assert.h"
#include "sim/smtp/server_heard.h"

#include <algorithm>
#include <utility>

namespace sim::smtp {

namespace {

// How many there are before the host takes them, mostly.
constexpr std::size_t usual_outputs = 4;

// Replies to a client that does not know the protocol, as against refusals of a well-formed wish.
bool is_misdeed(std::uint16_t code)
{
    return (code >= 500 && code <= 504) || code == 530 || code == 538 || code == 555;
}

} // namespace

ServerSession::ServerSession(std::shared_ptr<const ServerConfig> config)
    : config_{std::move(config)}
{
    outputs_.reserve(usual_outputs);
}

server::Transitions ServerSession::transitions(Instant now) const
{
    return {*config_,
            encrypted_,
            now,
            input_.position(),
            tally_.auth_failures,
            input_.empty(),
            answering_};
}

// ---- inputs ---------------------------------------------------------------------------------

void ServerSession::handle_connected(Instant now,
                                     bool tls_from_start,
                                     std::optional<server::Judgement> refusal)
{
    SIM_ASSERT(std::holds_alternative<server::AwaitingClient>(state_));
    if (tls_from_start) {
        state_ = server::AwaitingTls{true, std::move(refusal)};
        outputs_.add(server::BeginTls{});
        set_deadline(now);
        return;
    }
    greet(now, refusal);
    flush();
}

void ServerSession::greet(Instant now, const std::optional<server::Judgement>& refusal)
{
    answering_ = SmtpVerb::none;
    if (refusal && refusal->reason != SmtpReason::accepted) {
        // RFC 5321 §3.1: 554 instead of 220; §3.8: 421 for one who may come again.
        commit(nullptr, {server::Closed{}, reply_for(*refusal, {}), refusal->reason}, now);
        return;
    }
    const bool held_back = std::holds_alternative<server::HoldingGreeting>(state_);
    if (config_->greeting_delay > Duration{0} && !held_back) {
        state_ = server::HoldingGreeting{now + config_->greeting_delay};
        set_deadline(now);
        return;
    }
    commit(
        nullptr, {server::AwaitingHello{}, transitions(now).greeting(), SmtpReason::greeting}, now);
}

void ServerSession::handle_bytes(std::string_view bytes, Instant now)
{
    SIM_ASSERT(!std::holds_alternative<server::AwaitingClient>(state_));
    while (!bytes.empty() && phase() != SmtpPhase::closed) {
        const std::size_t octets = std::min(bytes.size(), input_room());
        if (octets == 0) {
            // Only a client that does not wait for anything gets here, and only when our host reads
            // on regardless.
            refuse_and_close(SmtpReason::too_much_ahead, now);
            return;
        }
        input_.offer(bytes.substr(0, octets));
        bytes.remove_prefix(octets);
        if (phase() == SmtpPhase::receiving_text) set_deadline(now);
        answer_input(now);
    }
}

void ServerSession::handle_end_of_stream(Instant now)
{
    peer_finished_ = true;
    answer_input(now);
}

void ServerSession::handle_tls_established(Instant now)
{
    if (phase() == SmtpPhase::closed) return;
    SIM_ASSERT(std::holds_alternative<server::AwaitingTls>(state_));
    // RFC 3207 §4.2: whatever was learned before is forgotten. The states forget by themselves;
    // positions begin anew with the application data.
    const auto before = std::get<server::AwaitingTls>(std::move(state_));
    state_ = server::AwaitingHello{};
    encrypted_ = true;
    auth_refused_ = false;
    input_.restart();
    long_line_.reset();
    is_broken_ = false;
    sent_octets_ = 0;
    if (before.from_start) greet(now, before.refusal);
    set_deadline(now);
    answer_input(now);
}

void ServerSession::handle_tls_failed(Instant now)
{
    if (phase() != SmtpPhase::closed) close(now);
}

void ServerSession::handle_auth_challenge(std::string_view raw, Instant now)
{
    if (phase() == SmtpPhase::closed) return;
    SIM_ASSERT(std::holds_alternative<server::AwaitingAuth>(state_));
    commit(nullptr,
           transitions(now).on(std::get<server::AwaitingAuth>(std::move(state_)),
                               server::Challenge{raw}),
           now);
    answer_input(now);
}

void ServerSession::handle_auth_result(const server::AuthResult& result, Instant now)
{
    if (phase() == SmtpPhase::closed) return;
    SIM_ASSERT(std::holds_alternative<server::AwaitingAuth>(state_));
    tally_.auth_failures = std::max(tally_.auth_failures, result.failures_before);
    commit(nullptr,
           transitions(now).on(std::get<server::AwaitingAuth>(std::move(state_)), result),
           now);
    answer_input(now);
}

void ServerSession::handle_login_abandoned(std::uint32_t failures_before, Instant now)
{
    if (phase() == SmtpPhase::closed) return;
    tally_.auth_failures = std::max(tally_.auth_failures, failures_before);
    count_misdeed(SmtpReason::auth_failed, standard_reply(SmtpReason::auth_failed).code);
    if (phase() == SmtpPhase::closed) close(now);
}

void ServerSession::handle_judgement(const server::Judgement& judgement, Instant now)
{
    if (phase() == SmtpPhase::closed) return;
    const server::Transitions transitions = this->transitions(now);
    if (auto* sender = std::get_if<server::AwaitingSender>(&state_)) {
        commit(nullptr, transitions.on(std::move(*sender), judgement), now);
    } else if (auto* recipient = std::get_if<server::AwaitingRecipient>(&state_)) {
        commit(nullptr, transitions.on(std::move(*recipient), judgement), now);
    } else {
        SIM_ASSERT(std::holds_alternative<server::AwaitingMessage>(state_));
        if (judgement.reason == SmtpReason::accepted ||
            judgement.reason == SmtpReason::message_accepted)
            tally_.idle_commands = tally_.recipients_tried = 0;
        commit(nullptr,
               transitions.on(std::get<server::AwaitingMessage>(std::move(state_)), judgement),
               now);
    }
    answer_input(now);
}

void ServerSession::impose(SmtpVerb verb, const server::Judgement& judgement)
{
    std::erase_if(imposed_, [&](const auto& each) { return each.first == verb; });
    if (judgement.reason != SmtpReason::accepted) imposed_.emplace_back(verb, judgement);
}

const server::Judgement* ServerSession::imposed(SmtpVerb verb) const
{
    if (verb == SmtpVerb::helo) verb = SmtpVerb::ehlo;
    for (const auto& [imposed_verb, judgement] : imposed_)
        if (imposed_verb == verb) return &judgement;
    return nullptr;
}

void ServerSession::handle_timeout(Instant now)
{
    if (deadline_.at > now) return;
    switch (deadline_.timer) {
    case SessionTimer::none:
        return;
    case SessionTimer::greeting_held:
        greet(now, std::nullopt);
        break;
    case SessionTimer::auth_delayed:
        commit(nullptr,
               transitions(now).on(std::get<server::DelayingAuthFailure>(std::move(state_)),
                                   server::AuthFailureDue{}),
               now);
        break;
    case SessionTimer::tls_awaited:
        close(now); // nothing that it could be told would be understood
        break;
    default: // the client says nothing, or not enough
        // RFC 5321 §4.5.3.2.7 and §3.8.
        answering_ = SmtpVerb::none;
        refuse_and_close(SmtpReason::idle_too_long, now);
        break;
    }
    answer_input(now);
}

std::optional<server::Output> ServerSession::poll_output()
{
    return outputs_.poll();
}

std::size_t ServerSession::input_room() const
{
    const ServerLimits& limits = config_->limits;
    const std::size_t most =
        std::max({limits.waiting_octets, limits.auth_line_octets + 2, limits.text_line_octets + 2});
    return most - std::min(most, input_.pending().size());
}

std::size_t ServerSession::memory_octets() const
{
    std::size_t octets = input_.memory_octets() + sending_.capacity();
    if (long_line_) octets += long_line_->front.capacity();
    const auto add = [&](const server::TransactionPointer& transaction) {
        for (const Mailbox& recipient : transaction->envelope.recipients)
            octets += sizeof(Mailbox) + recipient.local_part.size() + recipient.domain.size();
    };
    const auto add_chunks = [&](const server::TransactionPointer& transaction) {
        if (transaction && transaction->chunks) octets += transaction->chunks->memory_octets();
    };
    if (const auto* at = std::get_if<server::InTransaction>(&state_)) {
        add(at->transaction);
        add_chunks(at->transaction);
    }
    if (const auto* at = std::get_if<server::ReceivingChunk>(&state_)) {
        if (at->transaction) add(at->transaction);
        add_chunks(at->transaction);
    }
    if (const auto* at = std::get_if<server::AwaitingRecipient>(&state_)) add(at->transaction);
    if (const auto* at = std::get_if<server::ReceivingText>(&state_)) {
        add(at->transaction);
        octets += at->decoder.memory_octets();
    }
    return octets;
}

// ---- reading --------------------------------------------------------------------------------

// Takes what there is, line by line, until there is no more or the host has to be asked.
void ServerSession::answer_input(Instant now)
{
    while (take_next(now)) {
    }
    if (!is_waiting()) finish_group(now);
    input_.keep_rest();
}

// RFC 2920 §3.2: the replies to a group leave together, when nothing more can be read.
void ServerSession::finish_group(Instant now)
{
    flush();
    if (!peer_finished_ || phase() == SmtpPhase::closed) return;
    const SmtpPhase at = phase();
    if (at == SmtpPhase::in_transaction || at == SmtpPhase::receiving_text)
        outputs_.add(server::ProblemSeen{SmtpProblem::closed_too_early, {}});
    close(now);
}

bool ServerSession::take_next(Instant now)
{
    switch (phase()) {
    case SmtpPhase::awaiting_verdict:
        return false;
    case SmtpPhase::closed:
        discard_input();
        return false;
    case SmtpPhase::receiving_text:
        return std::holds_alternative<server::ReceivingChunk>(state_) ? take_chunk(now)
                                                                      : take_text(now);
    case SmtpPhase::awaiting_tls:
        drop_plaintext_before_tls();
        return false;
    case SmtpPhase::awaiting_client:
        if (!input_.empty()) refuse_and_close(SmtpReason::talked_out_of_turn, now);
        return false;
    case SmtpPhase::awaiting_hello:
    case SmtpPhase::ready:
    case SmtpPhase::authenticating:
    case SmtpPhase::in_transaction:
        break;
    }
    return take_line(now);
}

// ---- commit ---------------------------------------------------------------------------------

void ServerSession::commit(const Heard* heard, server::Step&& step, Instant now)
{
    const SmtpPhase before = phase();
    state_ = std::move(step.next);
    if (heard != nullptr) {
        outputs_.add(server::CommandSeen{heard->verb,
                                         before,
                                         phase(),
                                         encrypted_,
                                         std::string{heard->line},
                                         heard->range,
                                         heard->secret_offset,
                                         heard->secret_size,
                                         heard->address});
    }
    if (step.output) outputs_.add(*std::move(step.output));
    if (step.reply) {
        const std::uint16_t code = step.reply->code;
        say(*std::move(step.reply), step.reason, answering_);
        if (answering_ == SmtpVerb::auth || answering_ == SmtpVerb::auth_response)
            auth_refused_ = code >= 400;
        if (code == 421) state_ = server::Closed{}; // RFC 5321 §3.8
        count_misdeed(step.reason, code);
    }
    switch (phase()) {
    case SmtpPhase::closed:
        close(now);
        return;
    case SmtpPhase::awaiting_tls:
        drop_plaintext_before_tls();
        flush();
        // A client that has gone while this waited for its turn shakes no hands.
        if (!peer_finished_) outputs_.add(server::BeginTls{});
        break;
    default:
        break;
    }
    if (std::holds_alternative<server::DelayingAuthFailure>(state_)) flush();
    set_deadline(now);
}

void ServerSession::refuse_and_close(SmtpReason reason, Instant now)
{
    commit(nullptr, {server::Closed{}, standard_reply(reason), reason}, now);
}

void ServerSession::refuse_and_close(SmtpReason reason, SmtpReason last_word, Instant now)
{
    commit(nullptr, {server::AwaitingHello{}, standard_reply(reason), reason}, now);
    give_up(last_word, now);
}

void ServerSession::give_up(SmtpReason reason, Instant now)
{
    if (phase() == SmtpPhase::closed) return;
    say(standard_reply(reason), reason, SmtpVerb::none);
    close(now);
}

void ServerSession::say(Reply reply, SmtpReason reason, SmtpVerb to)
{
    if (!config_->extensions.enhanced_status_codes) reply.enhanced = {};
    const std::size_t size_before = sending_.size();
    append_reply(reply, sending_);
    const std::size_t size = sending_.size() - size_before;
    const SmtpPhase after = reply.code == 421 ? SmtpPhase::closed : phase(); // RFC 5321 §3.8
    outputs_.add(server::ReplySent{
        std::move(reply), reason, to, encrypted_, {sent_octets_, as_size(size)}, after});
    sent_octets_ += size;
}

// Who errs too often is told so and left: RFC 5321 §3.8 lets 421 come without a command.
void ServerSession::count_misdeed(SmtpReason reason, std::uint16_t code)
{
    const ServerLimits& limits = config_->limits;
    std::optional<SmtpReason> last_straw;
    if (reason == SmtpReason::auth_failed) {
        if (++tally_.auth_failures >= limits.auth_failures)
            last_straw = SmtpReason::auth_too_many_failures;
    } else if (reason == SmtpReason::recipient_unknown) {
        if (++tally_.unknown_recipients >= limits.unknown_recipients)
            last_straw = SmtpReason::too_many_unknown_recipients;
    } else if (is_misdeed(code) && answering_ != SmtpVerb::text) {
        if (++tally_.bad_commands >= limits.bad_commands)
            last_straw = SmtpReason::too_many_bad_commands;
    }
    if (!last_straw || phase() == SmtpPhase::closed) return;
    say(standard_reply(*last_straw), *last_straw, SmtpVerb::none);
    state_ = server::Closed{};
}

void ServerSession::close(Instant now)
{
    state_ = server::Closed{};
    flush();
    outputs_.add(server::CloseConnection{});
    discard_input();
    set_deadline(now);
}

void ServerSession::flush()
{
    if (sending_.empty()) return;
    outputs_.add(server::SendBytes{std::exchange(sending_, {})});
}

} // namespace sim::smtp
