#include "sim/mail/relay.h"

#include "sim/core/assert.h"
#include "sim/core/recipients.h"
#include "sim/mail/ascii_form.h"
#include "sim/mail/mailbox.h"
#include "sim/mail/message.h"
#include "sim/smtp/path.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace sim::mail {

namespace {

std::string_view domain_of(std::string_view address)
{
    return address.substr(address.rfind('@') + 1);
}

} // namespace

Relay::Relay(Machine& machine, Program& program, RelayOwner& owner, RelayConfig config)
    : machine_{machine},
      program_{program},
      owner_{owner},
      config_{std::move(config)},
      chance_{machine.chance("relay")},
      dialler_{machine, program}
{
    SIM_ASSERT(!config_.retry.empty());
}

const Route* Relay::route_for(std::string_view domain) const
{
    const std::string folded = fold_address(domain);
    const Route* fallback = nullptr;
    for (const Route& route : config_.routes) {
        if (fold_address(route.domain) == folded) return &route;
        if (route.domain == "*") fallback = &route;
    }
    return fallback;
}

bool Relay::same_way(const std::optional<Route>& a, const std::optional<Route>& b)
{
    return a && b ? a->leads_where(*b) : !a && !b;
}

// TLS that nobody was promised is used where it is offered (RFC 7435); a route with a login, or one
// that says so, does without it never.
bool Relay::may_go_without_tls(const Delivery& delivery)
{
    return !delivery.route || delivery.route->protection == Protection::starttls_if_available ||
           delivery.route->protection == Protection::none;
}

void Relay::add(const std::shared_ptr<const QueuedMail>& mail,
                const std::vector<std::string>& recipients)
{
    std::vector<Delivery*> fresh;
    for (const std::string& recipient : recipients) {
        const std::string domain = fold_address(domain_of(recipient));
        const Route* route = route_for(domain);
        const std::string destination = route != nullptr ? route->host : domain;
        const std::optional<Route> way = route == nullptr ? std::nullopt : std::optional{*route};
        const auto same = std::ranges::find_if(fresh, [&](const Delivery* other) {
            return other->destination == destination && same_way(other->route, way);
        });
        if (same != fresh.end()) {
            (*same)->recipients.push_back(recipient);
            continue;
        }
        Delivery delivery;
        delivery.mail = mail;
        delivery.destination = destination;
        delivery.route = way;
        delivery.recipients.push_back(recipient);
        delivery.cause = mail->accepted;
        deliveries_.push_back(std::move(delivery));
        fresh.push_back(&deliveries_.back());
        fresh.back()->self = std::prev(deliveries_.end());
        wait(*fresh.back(), machine_.now());
    }
}

void Relay::wait(Delivery& delivery, Instant until)
{
    due_.emplace(until, &delivery);
    machine_.set_alarm(program_, until);
}

void Relay::forget(Delivery& delivery)
{
    deliveries_.erase(delivery.self);
}

Instant Relay::next_due() const
{
    return std::min(deadlines_.next(), due_.empty() ? never : due_.begin()->first);
}

void Relay::handle_due()
{
    const Instant now = machine_.now();
    for (const ConnectionId connection : deadlines_.take_due(now)) {
        SmtpOutbound& outbound = *talks_.at(connection).outbound;
        if (outbound.next_timeout() <= now) outbound.handle_timeout();
        deadlines_.set(connection, outbound.next_timeout());
    }
    // What is put off meanwhile is not for this time, however short its wait.
    const auto later = due_.upper_bound(now);
    std::vector<Delivery*> due;
    std::transform(due_.begin(), later, std::back_inserter(due), [](const auto& entry) {
        return entry.second;
    });
    due_.erase(due_.begin(), later);
    for (Delivery* delivery : due)
        start(*delivery);
}

void Relay::start(Delivery& delivery)
{
    const CauseScope scope{machine_.trace(), delivery.cause};
    ++delivery.attempts;
    delivery.hops.clear();
    delivery.without_tls = false;
    delivery.for_good = Refusal{};
    delivery.for_now.reset();
    if (delivery.route) {
        delivery.hops.push_back(Hop{delivery.route->host, delivery.route->port, 0, std::nullopt});
        try_hop(delivery);
        return;
    }
    if (delivery.destination.starts_with('[')) { // RFC 5321 §5.1: an address literal has no MX
        const auto known = Dialler::literal(delivery.destination, 25);
        if (!known) {
            fail(delivery, true, FailureStep::name_lookup, 0, "5.1.2", {});
            return;
        }
        delivery.hops.push_back(Hop{delivery.destination, known->port, 0, known->address});
        try_hop(delivery);
        return;
    }
    questions_[machine_.resolve(program_, delivery.destination, dns::RecordType::mx)] = &delivery;
}

bool Relay::handle_answer(const dns::Answered& answer)
{
    const auto found = questions_.find(answer.id);
    if (found == questions_.end()) return false;
    Delivery& delivery = *found->second;
    questions_.erase(found);
    if (const auto dialled = dialler_.handle_answer(answer)) {
        use_endpoints(delivery, *dialled);
    } else {
        use_exchangers(delivery, answer);
    }
    return true;
}

void Relay::use_endpoints(Delivery& delivery, const Dialler::Answer& answer)
{
    const Hop hop = delivery.hops.front();
    if (!answer.endpoints.empty()) {
        delivery.hops.pop_front();
        for (auto at = answer.endpoints.rbegin(); at != answer.endpoints.rend(); ++at)
            delivery.hops.push_front(Hop{hop.host, at->port, hop.preference, at->address});
        try_hop(delivery);
        return;
    }
    const bool permanent =
        answer.outcome == DnsOutcome::name_does_not_exist || answer.outcome == DnsOutcome::no_data;
    const std::string status = permanent ? "5.4.4" : "4.4.3";
    next_hop(delivery, {{}, FailureStep::name_lookup, 0, hop.host, {}, status}, permanent);
}

void Relay::use_exchangers(Delivery& delivery, const dns::Answered& answer)
{
    switch (answer.outcome) {
    case DnsOutcome::found:
        break;
    case DnsOutcome::no_data: // RFC 5321 §5.1: the domain itself, as if it were its own MX
        delivery.hops.push_back(Hop{delivery.destination, 25, 0, std::nullopt});
        try_hop(delivery);
        return;
    case DnsOutcome::name_does_not_exist:
        fail(delivery, true, FailureStep::name_lookup, 0, "5.1.2", {});
        return;
    case DnsOutcome::server_failure:
    case DnsOutcome::refused:
    case DnsOutcome::timed_out:
    case DnsOutcome::malformed:
    case DnsOutcome::truncated:
        fail(delivery, false, FailureStep::name_lookup, 0, "4.4.3", {});
        return;
    }
    auto exchangers = dns::all_of_kind<dns::MxRecord>(answer.records);
    if (std::ranges::any_of(exchangers, dns::is_null_mx)) { // RFC 7505 §4.1
        fail(delivery, true, FailureStep::name_lookup, 556, "5.1.10", {});
        return;
    }
    // MX preference sorts first; ties are shuffled with this host's own stream of chance, so that
    // two runs with one seed agree and two seeds do not. RFC 5321 §5.1.
    for (std::size_t i = exchangers.size(); i > 1; --i) {
        const std::size_t other = chance_.below(i);
        std::swap(exchangers[i - 1], exchangers[other]);
    }
    std::ranges::stable_sort(exchangers, {}, &dns::MxRecord::preference);
    for (const dns::MxRecord& exchanger : exchangers) {
        delivery.hops.push_back(
            Hop{to_string(exchanger.exchange), 25, exchanger.preference, std::nullopt});
    }
    drop_ourselves(delivery);
    if (delivery.hops.empty()) {
        fail(delivery, true, FailureStep::name_lookup, 0, "5.4.6", {});
        return;
    }
    try_hop(delivery);
}

// RFC 5321 §5.1: a host that finds itself in the list must not send to itself or to worse ones.
void Relay::drop_ourselves(Delivery& delivery)
{
    const auto self = std::ranges::find_if(delivery.hops, [&](const Hop& hop) {
        return smtp::equal_ignoring_case(hop.host, config_.hostname);
    });
    if (self == delivery.hops.end()) return;
    const std::uint16_t preference = self->preference;
    std::erase_if(delivery.hops, [&](const Hop& hop) { return hop.preference >= preference; });
}

void Relay::try_hop(Delivery& delivery)
{
    const Hop& hop = delivery.hops.front();
    if (hop.address) {
        connect(delivery, Endpoint{*hop.address, hop.port});
    } else {
        questions_[dialler_.look_up(hop.host, hop.port)] = &delivery;
    }
}

EventId Relay::tell_attempt(const Delivery& delivery)
{
    const Hop& hop = delivery.hops.front();
    const std::string recipients = join_recipients(delivery.recipients);
    return machine_.append({},
                           DeliveryAttempted{delivery.mail->mail,
                                             machine_.note(hop.host),
                                             *hop.address,
                                             hop.preference,
                                             delivery.attempts,
                                             machine_.note(recipients)});
}

void Relay::connect(Delivery& delivery, Endpoint to)
{
    Door& door = doors_[to];
    if (door.talks >= config_.most_connections) {
        door.line.push_back(&delivery);
        return;
    }
    ++door.talks;
    const CauseScope scope{machine_.trace(), tell_attempt(delivery)};
    const ConnectionId connection = machine_.connect(program_, to);
    SmtpSender& self = *this;
    Talk& talk = talks_[connection];
    talk.to = to;
    talk.host = delivery.hops.front().host;
    talk.without_tls = delivery.without_tls;
    talk.route = delivery.route;
    talk.outbound =
        std::make_unique<SmtpOutbound>(machine_, self, outbound_config(delivery), connection);
    hand_over(talk, delivery);
}

OutboundConfig Relay::outbound_config(const Delivery& delivery)
{
    OutboundConfig config;
    config.session.hostname = config_.hostname;
    config.session.protection = Protection::starttls_if_available;
    if (delivery.route) config.session.protection = delivery.route->protection;
    if (delivery.without_tls) config.session.protection = Protection::none;
    config.session.wants_chunking = config_.wants_chunking;
    config.session.keeps_line_ends = config_.keeps_line_ends;
    config.tls.server_name = delivery.hops.front().host;
    config.tls.trust = machine_.world().trust;
    // Opportunistic: RFC 7435; whatever it finds is reported. A promise needs to know with whom.
    config.tls.require_valid = !may_go_without_tls(delivery);
    if (delivery.route && !delivery.route->user.empty()) log_in(config, *delivery.route);
    return config;
}

void Relay::log_in(OutboundConfig& config, const Route& route)
{
    config.session.wants_auth = true;
    config.allowed = {
        Mechanism::plain, Mechanism::login, Mechanism::cram_md5, Mechanism::scram_sha_256};
    config.credentials.user = route.user;
    config.credentials.password = route.password;
    config.credentials.host = route.host;
    config.credentials.port = route.port;
    config.credentials.nonce =
        sasl::draw_nonce(machine_.chance(fmt::format("relay-login/{}", ++logins_)));
}

void Relay::hand_over(Talk& talk, Delivery& delivery)
{
    talk.delivery = &delivery;
    machine_.world().in_transit[talk.outbound->connection()] = delivery.mail->mail;
    smtp::OutgoingMail mail;
    mail.reverse_path = delivery.mail->reverse_path;
    mail.recipients = delivery.recipients;
    mail.text = delivery.mail->text;
    mail.needs_8bit = has_8bit(*delivery.mail->text);
    // What others wrote is given back rather than changed, but an address may be said in ASCII. A
    // report of our own has another form, and needs SMTPUTF8 wherever it says such an address.
    const bool own_form = delivery.mail->ascii_text != nullptr;
    mail.needs_utf8 = delivery.mail->needs_utf8 && (own_form || has_utf8_header(*mail.text));
    if (mail.needs_utf8) mail.utf8_field = "header";
    add_ascii_form(mail, own_form || mail.needs_utf8 ? delivery.mail->ascii_text : mail.text);
    mail.ret = delivery.mail->ret;
    mail.envid = delivery.mail->envid;
    for (const std::string& recipient : delivery.recipients) {
        const auto wish = delivery.mail->wishes.find(recipient);
        mail.recipient_parameters.push_back(
            wish == delivery.mail->wishes.end() ? smtp::RecipientParameters{} : wish->second);
    }
    talk.outbound->start(std::move(mail));
}

void Relay::next_hop(Delivery& delivery, Refusal why, bool permanent)
{
    SIM_ASSERT(!delivery.hops.empty());
    if (permanent) {
        delivery.for_good = std::move(why);
    } else if (!delivery.for_now) {
        delivery.for_now = std::move(why);
    }
    delivery.hops.pop_front();
    delivery.without_tls = false;
    if (!delivery.hops.empty()) {
        try_hop(delivery);
    } else if (delivery.for_now) { // RFC 5321 §5.1: while one of them may take it later, it waits
        put_off(delivery, for_all(delivery.recipients, *delivery.for_now));
    } else {
        give_up(delivery, for_all(delivery.recipients, delivery.for_good));
    }
}

// Ends the attempt for all recipients without a peer that said so.
void Relay::fail(Delivery& delivery,
                 bool permanent,
                 FailureStep step,
                 std::uint16_t code,
                 std::string status,
                 std::string reply)
{
    const std::vector<Refusal> refusals =
        for_all(delivery.recipients,
                {{}, step, code, delivery.destination, std::move(reply), std::move(status)});
    if (permanent) {
        give_up(delivery, refusals);
    } else {
        put_off(delivery, refusals);
    }
}

void Relay::put_off(Delivery& delivery, const std::vector<Refusal>& refusals)
{
    const Instant give_up_at = delivery.mail->arrived + config_.give_up;
    const std::size_t index = std::min<std::size_t>(delivery.attempts, config_.retry.size()) - 1;
    const Instant next = machine_.now() + config_.retry[index];
    std::vector<std::string> left;
    left.reserve(refusals.size());
    for (const Refusal& refusal : refusals)
        left.push_back(refusal.recipient);
    delivery.recipients = left;
    if (next > give_up_at) {
        give_up(delivery, refusals);
        return;
    }
    for (const std::vector<Refusal>& group : by_answer(refusals)) {
        delivery.cause = machine_.append({},
                                         MailDeferred{delivery.mail->mail,
                                                      group.front().step,
                                                      group.front().code,
                                                      next,
                                                      machine_.note(recipients_of(group)),
                                                      machine_.note(group.front().said_by),
                                                      machine_.note(group.front().reply)});
    }
    const bool late = config_.warn_after > Duration{0} &&
                      machine_.now() - delivery.mail->arrived >= config_.warn_after;
    if (late && !std::exchange(delivery.warned, true)) {
        const CauseScope scope{machine_.trace(), delivery.cause};
        owner_.handle_delayed(*delivery.mail, refusals, give_up_at);
    }
    wait(delivery, next);
}

void Relay::give_up(Delivery& delivery, const std::vector<Refusal>& refusals)
{
    bounce(delivery, refusals);
    forget(delivery);
}

void Relay::bounce(const Delivery& delivery, const std::vector<Refusal>& refusals)
{
    EventId bounced;
    for (const std::vector<Refusal>& group : by_answer(refusals)) {
        bounced = machine_.append({},
                                  MailBounced{delivery.mail->mail,
                                              group.front().step,
                                              group.front().code,
                                              machine_.note(recipients_of(group)),
                                              machine_.note(group.front().said_by),
                                              machine_.note(group.front().reply)});
    }
    const CauseScope scope{machine_.trace(), bounced};
    owner_.handle_bounced(*delivery.mail, refusals);
}

} // namespace sim::mail
