// How a server session takes what the client says: lines, text and chunks, each within its limits.
#include "sim/smtp/command.h"
#include "sim/smtp/server_heard.h"

#include <utility>

namespace sim::smtp {

namespace {

// How much of what is thrown away is shown to an onlooker.
constexpr std::size_t shown_octets = 200;

bool is_http(const Command& command)
{
    const auto* malformed = std::get_if<Malformed>(&command);
    return malformed != nullptr && malformed->reason == SmtpReason::spoke_http;
}

// Of the commands that name one; empty of all others, and of the null path.
std::string address_in(const Command& command)
{
    if (const auto* mail = std::get_if<MailFrom>(&command)) return to_string(mail->path.mailbox);
    if (const auto* rcpt = std::get_if<RcptTo>(&command)) return to_string(rcpt->path.mailbox);
    return {};
}

} // namespace

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
    outputs_.add(server::ProblemSeen{SmtpProblem::spoke_tls_to_smtp_port, {}});
    answering_ = SmtpVerb::none;
    refuse_and_close(SmtpReason::spoke_tls, now);
    return true;
}

bool ServerSession::take_line(Instant now)
{
    if (answer_tls_record(now)) return false;
    const bool lenient = config_->line_ends == LineEnds::lenient_2022;
    const std::size_t octets = input_.find_line();
    if (octets == 0) {
        swallow_long_line(now);
        return false;
    }
    std::string_view line = input_.pending().substr(0, octets - 1);
    const bool lacks_cr = !line.ends_with('\r') && !lenient;
    while (line.ends_with('\r')) {
        line.remove_suffix(1);
        if (!lenient) break;
    }
    const std::uint64_t begin = long_line_ ? long_line_->begin : input_.position();
    input_.take(octets);
    Heard heard{line, {begin, as_size(input_.position() - begin)}};
    // RFC 5321 §2.3.8: only CR LF ends a line. An LF alone is answered at once, so that who types
    // by hand need not guess; what stands between it and the real end was answered with it.
    heard.is_broken = lacks_cr;
    if (std::exchange(is_broken_, lacks_cr) && !lacks_cr) {
        long_line_.reset();
        return true;
    }

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
    answer_line(heard, now);
    return true;
}

void ServerSession::answer_line(Heard& heard, Instant now)
{
    const bool excess = is_excess(heard.range.size, line_limit(heard.line));
    if (phase() == SmtpPhase::authenticating) {
        answer_auth_line(heard, now);
    } else {
        answer_command(heard, now);
    }
    if (excess) give_up(SmtpReason::too_much_sent, now);
}

bool ServerSession::is_excess(std::uint64_t octets, std::uint64_t limit) const
{
    return octets > limit + config_->limits.excess_octets;
}

// A line that can no more become a good one is not kept but for its front; a CR may be half of its
// end.
void ServerSession::swallow_long_line(Instant now)
{
    const std::string_view rest = input_.pending();
    const std::size_t limit = line_limit(rest);
    if (!long_line_ && rest.size() < limit) return;
    if (!long_line_)
        long_line_ = LongLine{std::string{rest.substr(0, limit - 2)}, input_.position()};
    input_.take(rest.size() - (rest.ends_with('\r') ? 1 : 0));
    const std::uint64_t octets = input_.position() - long_line_->begin;
    if (!is_excess(octets, line_limit(long_line_->front))) return;
    const LongLine line = *std::exchange(long_line_, std::nullopt);
    Heard heard{line.front, {line.begin, as_size(octets)}};
    heard.too_long = true;
    answer_line(heard, now);
}

// Commands that lead to no message: RFC 5321 §7.8. A chunk of next to nothing is one of them.
bool ServerSession::is_one_too_many(const ParsedCommand& said)
{
    const ServerLimits& limits = config_->limits;
    const auto* chunk = std::get_if<Bdat>(&said.command);
    if (chunk != nullptr && (chunk->last || chunk->octets >= limits.command_line_octets))
        return false;
    switch (said.verb) {
    case SmtpVerb::rcpt:
        return ++tally_.recipients_tried > limits.recipients_tried;
    case SmtpVerb::data:
    case SmtpVerb::quit:
        return false;
    default:
        return ++tally_.idle_commands > limits.idle_commands;
    }
}

void ServerSession::answer_command(Heard& heard, Instant now)
{
    ParsedCommand parsed = parse_command(heard.line);
    if (heard.too_long) {
        parsed.command = Malformed{parsed.verb == SmtpVerb::auth ? SmtpReason::auth_too_long
                                                                 : SmtpReason::line_too_long};
    } else if (heard.is_broken && !is_http(parsed.command)) {
        parsed.command = Malformed{SmtpReason::line_without_cr};
    }
    heard.verb = answering_ = parsed.verb;
    heard.secret_offset = parsed.secret_offset;
    heard.secret_size = parsed.secret_size;
    heard.address = address_in(parsed.command);
    // A client that sent its password without waiting for the answer to AUTH: those lines are no
    // commands, but still a password.
    auth_refused_ = auth_refused_ && parsed.verb == SmtpVerb::unknown;
    if (auth_refused_) {
        heard.secret_offset = 0;
        heard.secret_size = as_size(heard.line.size());
    }
    if (is_one_too_many(parsed)) {
        const auto reason = SmtpReason::too_many_commands;
        commit(&heard, {server::Closed{}, standard_reply(reason), reason}, now);
        return;
    }
    if (const server::Judgement* judgement = imposed(parsed.verb)) {
        commit(&heard, server::refuse_as_imposed(std::move(state_), *judgement), now);
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
    } else if (heard.is_broken) {
        commit(&heard, transitions.on(std::move(at), Malformed{SmtpReason::line_without_cr}), now);
    } else {
        commit(&heard, transitions.on(std::move(at), server::AuthLine{heard.line}), now);
    }
}

bool ServerSession::take_text(Instant now)
{
    auto& at = std::get<server::ReceivingText>(state_);
    input_.take(at.decoder.take(input_.pending()));
    if (is_excess(at.decoder.size(), config_->limits.message_octets)) {
        answering_ = SmtpVerb::text;
        refuse_and_close(SmtpReason::message_too_big, SmtpReason::too_much_sent, now);
        return false;
    }
    if (!at.decoder.is_done()) return false;
    outputs_.add(server::TextReceived{encrypted_,
                                      at.decoder.lines(),
                                      at.decoder.size(),
                                      {at.begin, as_size(input_.position() - at.begin)}});
    if (at.decoder.ended_loosely())
        outputs_.add(server::ProblemSeen{SmtpProblem::text_ended_by_bare_line_end, {}});
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
    answering_ = SmtpVerb::bdat;
    const std::uint64_t so_far = at.refusal ? at.octets - at.left : at.transaction->chunks->size();
    if (is_excess(so_far, config_->limits.message_octets)) {
        refuse_and_close(
            at.refusal.value_or(SmtpReason::message_too_big), SmtpReason::too_much_sent, now);
        return false;
    }
    if (at.left > 0) return false;
    if (at.refusal || !at.last) {
        commit(nullptr, transitions(now).on(std::move(at), server::EndOfChunk{}), now);
        return true;
    }
    ChunkJoiner& chunks = *at.transaction->chunks;
    chunks.finish();
    outputs_.add(server::TextReceived{encrypted_,
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
    if (const server::Judgement* judgement = imposed(SmtpVerb::text)) {
        server::Ready next{std::move(at.transaction->client)};
        commit(
            nullptr, {std::move(next), server::reply_for(*judgement, {}), judgement->reason}, now);
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
    outputs_.add(server::ProblemSeen{SmtpProblem::plaintext_after_starttls, std::string{line}});
    discard_input();
}

void ServerSession::discard_input()
{
    input_.discard();
    long_line_.reset();
}

} // namespace sim::smtp
