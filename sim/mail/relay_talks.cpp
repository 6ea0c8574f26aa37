// The connections of a relay: what is heard on them, and what came of the mails on them.
#include "sim/core/assert.h"
#include "sim/core/recipients.h"
#include "sim/mail/relay.h"

#include <algorithm>
#include <deque>
#include <utility>

namespace sim::mail {

void Relay::watch(const SmtpOutbound& outbound)
{
    deadlines_.set(outbound.connection(), outbound.next_timeout());
    machine_.set_alarm(program_, outbound.next_timeout());
}

SmtpOutbound* Relay::find(ConnectionId connection)
{
    const auto found = talks_.find(connection);
    return found == talks_.end() ? nullptr : found->second.outbound.get();
}

bool Relay::handle_connected(ConnectionId connection)
{
    SmtpOutbound* outbound = find(connection);
    if (outbound == nullptr) return false;
    outbound->handle_connected();
    watch(*outbound);
    return true;
}

bool Relay::handle_connect_failed(ConnectionId connection, ConnectFailure why)
{
    const auto found = talks_.find(connection);
    if (found == talks_.end()) return false;
    // Whoever is in line need not find out anew.
    std::deque<Delivery*> failed = std::exchange(doors_.at(found->second.to).line, {});
    if (found->second.delivery != nullptr) failed.push_front(found->second.delivery);
    leave(found);
    const std::string status = why == ConnectFailure::timed_out ? "4.4.1" : "4.4.2";
    for (Delivery* delivery : failed) {
        const std::string host = delivery->hops.front().host;
        next_hop(*delivery, {{}, FailureStep::connect, 0, host, {}, status}, false);
    }
    return true;
}

void Relay::leave(std::map<ConnectionId, Talk>::iterator talk)
{
    const Endpoint to = talk->second.to;
    machine_.world().in_transit.erase(talk->first);
    deadlines_.forget(talk->first);
    talks_.erase(talk);
    Door& door = doors_.at(to);
    --door.talks;
    while (!door.line.empty() && door.talks < config_.most_connections) {
        Delivery& next = *door.line.front();
        door.line.pop_front();
        const CauseScope scope{machine_.trace(), next.cause};
        connect(next, to);
    }
    if (door.talks == 0) doors_.erase(to);
}

// A mail for the server that this talk is with; nothing: nobody is in line for it.
Relay::Delivery* Relay::next_in_line(const Talk& talk)
{
    auto& line = doors_.at(talk.to).line;
    const auto next = std::ranges::find_if(line, [&](const Delivery* delivery) {
        return delivery->hops.front().host == talk.host &&
               delivery->without_tls == talk.without_tls && same_way(delivery->route, talk.route);
    });
    if (next == line.end()) return nullptr;
    Delivery* delivery = *next;
    line.erase(next);
    return delivery;
}

bool Relay::handle_received(ConnectionId connection, std::string_view bytes)
{
    SmtpOutbound* outbound = find(connection);
    if (outbound == nullptr) return false;
    outbound->handle_received(bytes);
    watch(*outbound);
    return true;
}

bool Relay::handle_peer_finished(ConnectionId connection)
{
    SmtpOutbound* outbound = find(connection);
    if (outbound == nullptr) return false;
    outbound->handle_peer_finished();
    watch(*outbound);
    return true;
}

bool Relay::handle_ended(ConnectionId connection)
{
    const auto found = talks_.find(connection);
    if (found == talks_.end()) return false;
    found->second.outbound->handle_ended();
    leave(found);
    return true;
}

void Relay::handle_mail_finished(SmtpOutbound& connection, const smtp::client::MailFinished& result)
{
    Talk& talk = talks_.at(connection.connection());
    SIM_ASSERT(talk.delivery != nullptr);
    conclude(*std::exchange(talk.delivery, nullptr), connection.connection(), result);
    Delivery* next = connection.is_ready() ? next_in_line(talk) : nullptr;
    if (next == nullptr) {
        connection.finish();
        return;
    }
    const CauseScope waited{machine_.trace(), next->cause};
    const CauseScope attempted{machine_.trace(), tell_attempt(*next)};
    hand_over(talk, *next);
}

void Relay::conclude(Delivery& delivery,
                     ConnectionId connection,
                     const smtp::client::MailFinished& result)
{
    using Outcome = smtp::client::RecipientResult::Outcome;
    const std::string host = delivery.hops.front().host;

    const auto& first = result.recipients.front();
    const bool nobody_asked = std::ranges::all_of(result.recipients, [](const auto& r) {
        return r.outcome != Outcome::accepted &&
               (r.step == FailureStep::greeting || r.step == FailureStep::hello ||
                r.step == FailureStep::tls || r.step == FailureStep::auth ||
                r.step == FailureStep::connect);
    });
    if (nobody_asked) { // this server did not take us at all: another one may
        if (first.step == FailureStep::tls && !delivery.without_tls &&
            may_go_without_tls(delivery)) {
            // Opportunistic TLS that fails is tried once more without: mail is not held back for
            // what was never promised (RFC 7435 §1.2). A dropped protection, and the trace says so.
            delivery.without_tls = true;
            try_hop(delivery);
            return;
        }
        // Where the relay's own login, or the TLS that it insists on, is what failed, its settings
        // are at fault and not the mail: that waits until somebody has seen to it.
        const bool ours = first.step == FailureStep::auth ||
                          (first.step == FailureStep::tls && !may_go_without_tls(delivery));
        const bool permanent = first.outcome == Outcome::refused_for_good && !ours;
        std::string status = status_of(first.reply, permanent);
        if (ours) status = first.reply.enhanced.exists() ? "4" + status.substr(1) : "4.7.0";
        next_hop(delivery,
                 {{}, first.step, first.reply.code, host, reply_line(first.reply), status},
                 permanent);
        return;
    }

    // Nobody was taken, but nobody for good: another server may take them (RFC 5321 §5.1). Not
    // behind the final dot: what is unknown there would become two mails.
    const bool not_here = std::ranges::all_of(result.recipients, [](const auto& r) {
        return r.outcome == Outcome::refused_for_now && r.step != FailureStep::end_of_data;
    });
    if (not_here && delivery.hops.size() > 1) {
        const std::string status =
            first.reply.code == 0 ? "4.4.2" : status_of(first.reply, false, first.problem);
        next_hop(delivery,
                 {{}, first.step, first.reply.code, host, reply_line(first.reply), status},
                 false);
        return;
    }
    settle(delivery, connection, result);
}

// Each recipient has its answer.
void Relay::settle(Delivery& delivery,
                   ConnectionId connection,
                   const smtp::client::MailFinished& result)
{
    using Outcome = smtp::client::RecipientResult::Outcome;
    const std::string host = delivery.hops.front().host;
    std::vector<std::string> accepted;
    std::vector<Refusal> taken;
    std::vector<Refusal> later;
    std::vector<Refusal> refused;
    for (std::size_t i = 0; i < result.recipients.size(); ++i) {
        const auto& verdict = result.recipients[i];
        const bool permanent = verdict.outcome == Outcome::refused_for_good;
        Refusal refusal{delivery.recipients[i],
                        verdict.step,
                        verdict.reply.code,
                        host,
                        reply_line(verdict.reply),
                        status_of(verdict.reply, permanent, verdict.problem),
                        machine_.now()};
        if (verdict.outcome == Outcome::accepted) {
            accepted.push_back(delivery.recipients[i]);
            refusal.status = "2.0.0";
            taken.push_back(std::move(refusal));
        } else {
            (permanent ? refused : later).push_back(std::move(refusal));
        }
    }
    if (!accepted.empty()) {
        const EventId handed_over =
            machine_.append(connection,
                            MailHandedOver{delivery.mail->mail,
                                           machine_.note(host),
                                           machine_.note(join_recipients(accepted))});
        const CauseScope scope{machine_.trace(), handed_over};
        if (!result.peer_offers_dsn) owner_.handle_relayed(*delivery.mail, taken);
    }
    if (!refused.empty()) bounce(delivery, refused);
    if (later.empty()) {
        forget(delivery);
    } else {
        put_off(delivery, later);
    }
}

} // namespace sim::mail
