#include "sim/smtp/server_state.h"

namespace sim::smtp::server {

namespace {

Deadline of_text(Instant now, Instant end, const ServerLimits& limits)
{
    const Instant next_octets = now + limits.idle;
    if (end < next_octets) return {SessionTimer::text_end_awaited, now, end};
    return {SessionTimer::octets_awaited, now, next_octets};
}

} // namespace

Deadline deadline_of(const ServerState& state, Instant now, const ServerConfig& config)
{
    const ServerLimits& limits = config.limits;
    if (const auto* greeting = std::get_if<HoldingGreeting>(&state))
        return {SessionTimer::greeting_held, now, greeting->until};
    if (const auto* delay = std::get_if<DelayingAuthFailure>(&state))
        return {SessionTimer::auth_delayed, now, delay->until};
    if (const auto* text = std::get_if<ReceivingText>(&state))
        return of_text(now, text->until, limits);
    if (const auto* chunk = std::get_if<ReceivingChunk>(&state))
        return of_text(now, chunk->until, limits);
    switch (phase_of(state)) {
    case SmtpPhase::awaiting_verdict: // the host's turn
    case SmtpPhase::closed:
        return {};
    case SmtpPhase::awaiting_tls:
        return {SessionTimer::tls_awaited, now, now + limits.idle};
    default:
        return {SessionTimer::command_awaited, now, now + limits.idle};
    }
}

} // namespace sim::smtp::server
