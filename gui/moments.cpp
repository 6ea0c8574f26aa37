#include "gui/moments.h"

#include "sim/explain/describe.h"
#include "sim/playback.h"
#include "sim/report/learned.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace gui {

std::size_t Moment::times_before(std::size_t cursor) const
{
    return static_cast<std::size_t>(std::ranges::lower_bound(events, cursor) - events.begin());
}

void Moments::follow(std::size_t end)
{
    for (; followed_ < end; ++followed_) {
        const sim::Event& event = trace_[followed_];
        std::visit([&](const auto& what) { on(event, what); }, event.what);
    }
}

std::optional<std::uint32_t> Moments::first() const
{
    if (all_.empty()) return std::nullopt;
    return all_.front().events.front();
}

bool Moments::is_new(std::uint32_t event) const
{
    return std::ranges::any_of(all_,
                               [&](const Moment& one) { return one.events.front() == event; });
}

sim::HostId Moments::peer(const sim::Event& event) const
{
    const auto& ends = trace_.index().connection(event.connection).ends;
    if (ends.client != event.host) return ends.client;
    if (ends.server.exists()) return ends.server;
    return sim::explain::host_at(ends.server_at.address, scenario_);
}

void Moments::note(const sim::Event& event, Moment moment)
{
    const Place place{
        moment.kind, moment.at.value, moment.from.value, moment.rule.value, moment.code};
    const auto [known, is_new] = known_.try_emplace(place, all_.size());
    if (is_new) all_.push_back(std::move(moment));
    all_[known->second].events.push_back(event.id.value);
    if (event.connection.exists()) told_.insert(event.connection.value);
}

void Moments::on(const sim::Event& event, const sim::PacketDropped& what)
{
    note(event,
         {.at = event.host,
          .from = sim::explain::host_at(what.packet.source, scenario_),
          .rule = what.rule});
}

void Moments::on(const sim::Event& event, const sim::PacketAltered& what)
{
    note(event,
         {.kind = MomentKind::altered,
          .at = event.host,
          .from = sim::explain::host_at(what.packet.source, scenario_)});
}

void Moments::on(const sim::Event& event, const sim::PortClosed& what)
{
    note(event,
         {.kind = MomentKind::refused,
          .at = event.host,
          .from = sim::explain::host_at(what.remote.address, scenario_)});
}

// Of silence that nothing else explains.
void Moments::on(const sim::Event& event, const sim::ConnectionFailed& what)
{
    if (told_.contains(event.connection.value)) return;
    const sim::HostId there = sim::explain::host_at(what.remote.address, scenario_);
    note(event, {.at = there.exists() ? there : event.host, .from = event.host});
}

void Moments::on(const sim::Event& event, const sim::TlsFailed& /*what*/)
{
    if (told_.contains(event.connection.value)) return; // both ends say so
    note(event, {.kind = MomentKind::broken, .at = event.host, .from = peer(event)});
}

void Moments::on(const sim::Event& event, const sim::CertificateJudged& what)
{
    if (what.went_on) return;
    note(event, {.kind = MomentKind::broken, .at = event.host, .from = peer(event)});
}

void Moments::on(const sim::Event& event, const sim::SmtpCommand& what)
{
    if (sim::is_echo(trace_, event)) return;
    bool& reveals = revealing_[event.connection.value];
    if (what.verb == sim::SmtpVerb::auth) reveals = sim::report::gives_password_away(trace_, what);
    if (what.encrypted || !reveals || what.line.secret_size == 0) return;
    note(event, {.kind = MomentKind::read, .at = event.host, .from = peer(event)});
}

void Moments::on(const sim::Event& event, const sim::SmtpReply& what)
{
    constexpr std::uint16_t first_refusal = 400;
    if (what.code < first_refusal || sim::is_echo(trace_, event)) return;
    note(event,
         {.kind = MomentKind::refused,
          .at = what.side == sim::Side::sent ? event.host : peer(event),
          .from = what.side == sim::Side::sent ? peer(event) : event.host,
          .code = what.code,
          .encrypted = what.encrypted});
}

void Moments::on(const sim::Event& event, const sim::Pop3Command& what)
{
    if (what.encrypted || what.line.secret_size == 0 || sim::is_echo(trace_, event)) return;
    note(event, {.kind = MomentKind::read, .at = event.host, .from = peer(event)});
}

void Moments::on(const sim::Event& event, const sim::Pop3Reply& what)
{
    if (what.ok || sim::is_echo(trace_, event)) return;
    note(event,
         {.kind = MomentKind::refused,
          .at = what.side == sim::Side::sent ? event.host : peer(event),
          .from = what.side == sim::Side::sent ? peer(event) : event.host,
          .encrypted = what.encrypted});
}

} // namespace gui
