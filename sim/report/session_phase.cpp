#include "sim/report/session_phase.h"

#include "sim/core/one_of.h"

#include <optional>
#include <variant>

namespace sim::report {

namespace {

using Phase = std::optional<std::string_view>;

// Whether this end has said its last: a FIN of its own has left, or there is no connection.
bool has_ended(SocketState state)
{
    using enum SocketState;
    return is_one_of(state, closed, fin_wait_1, fin_wait_2, closing, last_ack, time_wait);
}

// What one event of an end says about its session; nothing when it says nothing. `anew`: TLS came
// behind STARTTLS, and so a session that the greeting had begun begins once more.
struct ClientPhaseOf {
    bool anew = false;

    Phase operator()(const SmtpCommand& what) const { return name_of(what.client); }
    Phase operator()(const SmtpReply& what) const { return name_of(what.client); }
    Phase operator()(const Pop3Command& what) const { return name_of(what.client); }
    Phase operator()(const Pop3Reply& what) const { return name_of(what.client); }
    Phase operator()(const SmtpText& /*what*/) const
    {
        return name_of(SmtpClientPhase::awaiting_verdict);
    }
    Phase operator()(const TlsStarted& /*what*/) const
    {
        return name_of(SmtpClientPhase::awaiting_tls);
    }
    Phase operator()(const TlsEstablished& /*what*/) const
    {
        // It says EHLO or CAPA at once.
        if (anew) return std::nullopt;
        return name_of(SmtpClientPhase::awaiting_greeting);
    }
    Phase operator()(const ConnectionAttempted& /*what*/) const
    {
        return name_of(SmtpClientPhase::awaiting_connection);
    }
    Phase operator()(const SocketChanged& what) const
    {
        if (has_ended(what.state)) return name_of(SmtpClientPhase::closed);
        if (what.state == SocketState::established)
            return name_of(SmtpClientPhase::awaiting_greeting);
        return std::nullopt;
    }
    Phase operator()(const auto& /*other*/) const { return std::nullopt; }
};

struct ServerPhaseOf {
    bool anew = false;
    bool pop3 = false;

    Phase operator()(const SmtpCommand& what) const { return name_of(what.after); }
    Phase operator()(const SmtpReply& what) const { return name_of(what.after); }
    Phase operator()(const Pop3Command& what) const { return name_of(what.after); }
    Phase operator()(const Pop3Reply& what) const { return name_of(what.after); }
    Phase operator()(const SmtpText& /*what*/) const
    {
        return name_of(SmtpPhase::awaiting_verdict);
    }
    Phase operator()(const TlsStarted& /*what*/) const { return name_of(SmtpPhase::awaiting_tls); }
    // RFC 3207 §4.2: everything begins anew.
    Phase operator()(const TlsEstablished& /*what*/) const { return first(anew); }
    Phase operator()(const SocketChanged& what) const
    {
        if (has_ended(what.state)) return name_of(SmtpPhase::closed);
        if (what.state == SocketState::established) return first(false);
        return std::nullopt;
    }
    Phase operator()(const auto& /*other*/) const { return std::nullopt; }

private:
    [[nodiscard]] std::string_view first(bool greeted) const
    {
        if (pop3) return name_of(Pop3Phase::authorization);
        return name_of(greeted ? SmtpPhase::awaiting_hello : SmtpPhase::awaiting_client);
    }
};

// Of the last event of this end that says anything.
template <typename PhaseOf>
std::string_view phase_of(const Trace& trace, TraceIndex::Events events, HostId end, PhaseOf phase)
{
    for (std::size_t i = events.size(); i-- > 0;) {
        const Event& event = trace.at(events[i]);
        if (event.host != end) continue;
        if (const Phase now = std::visit(phase, event.what)) return *now;
    }
    return {};
}

bool begins_anew_under_tls(const Trace& trace, ConnectionId connection)
{
    const EventId started = trace.index().connection(connection).tls_started;
    return started.exists() && !std::get<TlsStarted>(trace.at(started).what).from_start;
}

} // namespace

std::string_view client_phase(const Trace& trace, ConnectionId connection, std::size_t cursor)
{
    const TraceIndex& index = trace.index();
    return phase_of(trace,
                    events_before(index.of(connection), cursor),
                    index.connection(connection).ends.client,
                    ClientPhaseOf{begins_anew_under_tls(trace, connection)});
}

std::string_view server_phase(const Trace& trace,
                              ConnectionId connection,
                              Application application,
                              std::size_t cursor)
{
    const HostId server = trace.index().connection(connection).ends.server;
    if (!server.exists()) return {};
    return phase_of(
        trace,
        events_before(trace.index().of(connection), cursor),
        server,
        ServerPhaseOf{begins_anew_under_tls(trace, connection), application == Application::pop3});
}

} // namespace sim::report
