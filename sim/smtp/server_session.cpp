#include "sim/smtp/server_session.h"

#include "sim/core/assert.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace sim::smtp {

namespace {

// How many there are before the host takes them, mostly.
constexpr std::size_t usual_outputs = 4;
// How much of what is thrown away is shown to an onlooker.
constexpr std::size_t shown_octets = 200;

std::uint32_t as_size(std::uint64_t octets)
{
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::min(octets, most));
}

// Replies to a client that does not know the protocol, as against refusals of a well-formed wish.
bool is_misdeed(std::uint16_t code)
{
    return (code >= 500 && code <= 504) || code == 530 || code == 538 || code == 555;
}

} // namespace

struct ServerSession::Heard {
    std::string_view line; // the front of it, if it was too long
    StreamRange range;     // all of it
    bool too_long = false;
    SmtpVerb verb = SmtpVerb::unknown;
    std::uint32_t secret_offset = 0;
    std::uint32_t secret_size = 0;
};

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
                                     std::optional<server::Verdict> refusal)
{
    SIM_ASSERT(std::holds_alternative<server::AwaitingClient>(state_));
    if (tls_from_start) {
        state_ = server::AwaitingTls{true, std::move(refusal)};
        outputs_.emplace_back(server::BeginTls{});
        set_deadline(now);
        return;
    }
    greet(now, refusal);
    flush();
}

void ServerSession::greet(Instant now, const std::optional<server::Verdict>& refusal)
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

void ServerSession::handle_sender_verdict(const server::Verdict& verdict, Instant now)
{
    if (phase() == SmtpPhase::closed) return;
    SIM_ASSERT(std::holds_alternative<server::AwaitingSender>(state_));
    commit(nullptr,
           transitions(now).on(std::get<server::AwaitingSender>(std::move(state_)), verdict),
           now);
    answer_input(now);
}

void ServerSession::handle_recipient_verdict(const server::Verdict& verdict, Instant now)
{
    if (phase() == SmtpPhase::closed) return;
    SIM_ASSERT(std::holds_alternative<server::AwaitingRecipient>(state_));
    commit(nullptr,
           transitions(now).on(std::get<server::AwaitingRecipient>(std::move(state_)), verdict),
           now);
    answer_input(now);
}

void ServerSession::handle_message_verdict(const server::Verdict& verdict, Instant now)
{
    if (phase() == SmtpPhase::closed) return;
    SIM_ASSERT(std::holds_alternative<server::AwaitingMessage>(state_));
    commit(nullptr,
           transitions(now).on(std::get<server::AwaitingMessage>(std::move(state_)), verdict),
           now);
    answer_input(now);
}

void ServerSession::impose(SmtpVerb verb, const server::Verdict& verdict)
{
    std::erase_if(imposed_, [&](const auto& each) { return each.first == verb; });
    if (verdict.reason != SmtpReason::accepted) imposed_.emplace_back(verb, verdict);
}

const server::Verdict* ServerSession::imposed(SmtpVerb verb) const
{
    if (verb == SmtpVerb::helo) verb = SmtpVerb::ehlo;
    for (const auto& [imposed_verb, verdict] : imposed_)
        if (imposed_verb == verb) return &verdict;
    return nullptr;
}

std::optional<Instant> ServerSession::next_timeout() const
{
    return deadline_ == never ? std::nullopt : std::optional{deadline_};
}

void ServerSession::handle_timeout(Instant now)
{
    if (deadline_ > now || deadline_ == never) return;
    if (std::holds_alternative<server::HoldingGreeting>(state_)) {
        greet(now, std::nullopt);
    } else if (auto* delaying = std::get_if<server::DelayingAuthFailure>(&state_)) {
        commit(nullptr, transitions(now).on(std::move(*delaying), server::AuthFailureDue{}), now);
    } else if (std::holds_alternative<server::AwaitingTls>(state_)) {
        close(now); // nothing that it could be told would be understood
    } else {
        // RFC 5321 §4.5.3.2.7 and §3.8.
        answering_ = SmtpVerb::none;
        refuse_and_close(SmtpReason::idle_too_long, now);
    }
    answer_input(now);
}

std::optional<server::Output> ServerSession::poll_output()
{
    if (polled_ == outputs_.size()) {
        outputs_.clear();
        polled_ = 0;
        return std::nullopt;
    }
    return std::move(outputs_[polled_++]);
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
        outputs_.emplace_back(server::ProblemSeen{SmtpProblem::closed_too_early, {}});
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

// With CR LF, as RFC 5321 §4.5.3.1.4 counts. See ServerLimits for what extensions add.
std::size_t ServerSession::line_limit(std::string_view line) const
{
    const ServerLimits& limits = config_->limits;
    if (phase() == SmtpPhase::authenticating) return limits.auth_line_octets;
    // Most lines are short enough for any verb.
    if (line.size() + 2 <= limits.command_line_octets) return limits.command_line_octets;
    const SmtpVerb verb = parse_verb(line.substr(0, limits.command_line_octets));
    if (verb == SmtpVerb::auth) return limits.auth_line_octets;
    std::size_t limit = limits.command_line_octets;
    const Extensions& offered = config_->extensions;
    if (verb == SmtpVerb::rcpt && offered.dsn) return limit + 536;
    if (verb != SmtpVerb::mail) return limit;
    if (offered.dsn) limit += 116;
    if (offered.size) limit += 26;
    if (offered.eight_bit_mime) limit += 17;
    if (offered.smtputf8) limit += 10;
    if (!config_->mechanisms_in_clear.empty() || !config_->mechanisms_under_tls.empty())
        limit += 500;
    return limit;
}

// True when the client, told to use TLS from the start, came to a port where it begins later: it
// waits for a TLS answer and would never end a line.
bool ServerSession::answer_tls_record(Instant now)
{
    // A record header: handshake (22), version 3.x. No line of SMTP begins like it.
    constexpr std::string_view header = "\x16\x03";
    if (phase() != SmtpPhase::awaiting_hello || encrypted_ || long_line_) return false;
    const std::string_view octets = input_.pending();
    if (!octets.starts_with(header)) return octets == header.substr(0, 1);
    outputs_.emplace_back(server::ProblemSeen{SmtpProblem::spoke_tls_to_smtp_port, {}});
    answering_ = SmtpVerb::none;
    refuse_and_close(SmtpReason::spoke_tls, now);
    return true;
}

bool ServerSession::take_line(Instant now)
{
    if (answer_tls_record(now)) return false;
    const bool lenient = config_->line_ends == LineEnds::lenient_2022;
    const std::size_t octets = input_.find_line(lenient);
    if (octets == 0) {
        swallow_long_line();
        return false;
    }
    std::string_view line = input_.pending().substr(0, octets - 1);
    while (line.ends_with('\r')) {
        line.remove_suffix(1);
        if (!lenient) break;
    }
    const std::uint64_t begin = long_line_ ? long_line_->begin : input_.position();
    input_.take(octets);
    Heard heard{line, {begin, as_size(input_.position() - begin)}};

    // RFC 5321 §4.5.3.1.9: a line that is too long is refused once, and no part of it is a command.
    const auto long_line = std::exchange(long_line_, std::nullopt);
    const std::size_t limit = line_limit(line);
    if (long_line) {
        heard.line = long_line->front;
        heard.too_long = true;
    } else if (line.size() + 2 > limit) {
        heard.line = line.substr(0, limit - 2);
        heard.too_long = true;
    }
    if (phase() == SmtpPhase::authenticating) {
        answer_auth_line(heard, now);
    } else {
        answer_command(heard, now);
    }
    return true;
}

// A line that can no more become a good one is not kept but for its front; a CR may be half of its
// end.
void ServerSession::swallow_long_line()
{
    const std::string_view rest = input_.pending();
    const std::size_t limit = line_limit(rest);
    if (!long_line_ && rest.size() < limit) return;
    if (!long_line_)
        long_line_ = LongLine{std::string{rest.substr(0, limit - 2)}, input_.position()};
    input_.take(rest.size() - (rest.ends_with('\r') ? 1 : 0));
}

void ServerSession::answer_command(Heard& heard, Instant now)
{
    ParsedCommand parsed = parse_command(heard.line);
    if (heard.too_long) {
        parsed.command = Malformed{parsed.verb == SmtpVerb::auth ? SmtpReason::auth_too_long
                                                                 : SmtpReason::line_too_long};
    }
    heard.verb = answering_ = parsed.verb;
    heard.secret_offset = parsed.secret_offset;
    heard.secret_size = parsed.secret_size;
    // A client that sent its password without waiting for the answer to AUTH: those lines are no
    // commands, but still a password.
    auth_refused_ = auth_refused_ && parsed.verb == SmtpVerb::unknown;
    if (auth_refused_) {
        heard.secret_offset = 0;
        heard.secret_size = as_size(heard.line.size());
    }
    if (const server::Verdict* verdict = imposed(parsed.verb)) {
        commit(&heard, server::refuse_as_imposed(std::move(state_), *verdict), now);
        return;
    }
    commit(&heard, transitions(now).on(std::move(state_), parsed.command), now);
}

void ServerSession::answer_auth_line(Heard& heard, Instant now)
{
    heard.verb = answering_ = SmtpVerb::auth_response;
    heard.secret_size = heard.line == "*" ? 0 : as_size(heard.line.size());
    const server::Transitions transitions = this->transitions(now);
    auto& at = std::get<server::Authenticating>(state_);
    if (heard.too_long) {
        commit(&heard, transitions.on(std::move(at), Malformed{SmtpReason::auth_too_long}), now);
    } else {
        commit(&heard, transitions.on(std::move(at), server::AuthLine{heard.line}), now);
    }
}

bool ServerSession::take_text(Instant now)
{
    auto& at = std::get<server::ReceivingText>(state_);
    input_.take(at.decoder.take(input_.pending()));
    if (!at.decoder.is_done()) return false;
    outputs_.emplace_back(server::TextReceived{encrypted_,
                                               at.decoder.lines(),
                                               at.decoder.size(),
                                               {at.begin, as_size(input_.position() - at.begin)}});
    if (at.decoder.ended_loosely())
        outputs_.emplace_back(server::ProblemSeen{SmtpProblem::text_ended_by_bare_line_end, {}});
    answer_message(at, server::EndOfText{}, now);
    return true;
}

bool ServerSession::take_chunk(Instant now)
{
    auto& at = std::get<server::ReceivingChunk>(state_);
    const std::string_view octets = input_.pending().substr(
        0, static_cast<std::size_t>(std::min<std::uint64_t>(at.left, input_.pending().size())));
    if (!at.refusal) at.transaction->chunks->take(octets);
    at.left -= octets.size();
    input_.take(octets.size());
    if (at.left > 0) return false;
    answering_ = SmtpVerb::bdat;
    if (at.refusal || !at.last) {
        commit(nullptr, transitions(now).on(std::move(at), server::EndOfChunk{}), now);
        return true;
    }
    ChunkJoiner& chunks = *at.transaction->chunks;
    chunks.finish();
    outputs_.emplace_back(server::TextReceived{encrypted_,
                                               chunks.lines(),
                                               chunks.size(),
                                               {at.begin, as_size(input_.position() - at.begin)}});
    answer_message(at, server::EndOfChunk{}, now);
    return true;
}

template <typename State, typename End>
void ServerSession::answer_message(State& at, const End& end, Instant now)
{
    answering_ = SmtpVerb::text;
    if (const server::Verdict* verdict = imposed(SmtpVerb::text)) {
        server::Ready next{std::move(at.transaction->client)};
        commit(nullptr, {std::move(next), server::reply_for(*verdict, {}), verdict->reason}, now);
        return;
    }
    commit(nullptr, transitions(now).on(std::move(at), end), now);
}

// Bytes pipelined behind STARTTLS travelled in the clear, so that anyone on the path may have put
// them there; to read them as if TLS protected them is CVE-2011-0411.
void ServerSession::drop_plaintext_before_tls()
{
    if (input_.empty()) return;
    // An onlooker is shown the first line, but no password that may be in it.
    std::string_view line = input_.pending().substr(0, shown_octets);
    line = line.substr(0, line.find_first_of("\r\n"));
    const ParsedCommand parsed = parse_command(line);
    if (parsed.secret_size > 0) line = line.substr(0, parsed.secret_offset);
    outputs_.emplace_back(
        server::ProblemSeen{SmtpProblem::plaintext_after_starttls, std::string{line}});
    discard_input();
}

void ServerSession::discard_input()
{
    input_.discard();
    long_line_.reset();
}

// ---- commit ---------------------------------------------------------------------------------

void ServerSession::commit(const Heard* heard, server::Step&& step, Instant now)
{
    const SmtpPhase before = phase();
    state_ = std::move(step.next);
    if (heard != nullptr) {
        outputs_.emplace_back(server::CommandSeen{heard->verb,
                                                  before,
                                                  phase(),
                                                  encrypted_,
                                                  std::string{heard->line},
                                                  heard->range,
                                                  heard->secret_offset,
                                                  heard->secret_size});
    }
    if (step.output) outputs_.push_back(*std::move(step.output));
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
        if (!peer_finished_) outputs_.emplace_back(server::BeginTls{});
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

void ServerSession::say(Reply reply, SmtpReason reason, SmtpVerb to)
{
    if (!config_->extensions.enhanced_status_codes) reply.enhanced = {};
    const std::size_t size_before = sending_.size();
    append_reply(reply, sending_);
    const std::size_t size = sending_.size() - size_before;
    const SmtpPhase after = reply.code == 421 ? SmtpPhase::closed : phase(); // RFC 5321 §3.8
    outputs_.emplace_back(server::ReplySent{
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
    outputs_.emplace_back(server::CloseConnection{});
    discard_input();
    set_deadline(now);
}

void ServerSession::flush()
{
    if (sending_.empty()) return;
    outputs_.emplace_back(server::SendBytes{std::exchange(sending_, {})});
}

void ServerSession::set_deadline(Instant now)
{
    if (const auto* greeting = std::get_if<server::HoldingGreeting>(&state_)) {
        deadline_ = greeting->until;
    } else if (const auto* delay = std::get_if<server::DelayingAuthFailure>(&state_)) {
        deadline_ = delay->until;
    } else if (const auto* text = std::get_if<server::ReceivingText>(&state_)) {
        deadline_ = std::min(now + config_->limits.idle, text->until);
    } else if (const auto* chunk = std::get_if<server::ReceivingChunk>(&state_)) {
        deadline_ = std::min(now + config_->limits.idle, chunk->until);
    } else if (is_waiting() || phase() == SmtpPhase::closed) {
        deadline_ = never;
    } else {
        deadline_ = now + config_->limits.idle;
    }
}

} // namespace sim::smtp
