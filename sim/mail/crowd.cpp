#include "sim/mail/crowd.h"

#include "sim/core/assert.h"
#include "sim/mail/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>

namespace sim::mail {

namespace {

constexpr unsigned percent = 100;
constexpr std::uint16_t most_tries = 3;

std::string_view domain_of(std::string_view address)
{
    return address.substr(address.rfind('@') + 1);
}

// As they stand in the lists that such programs bring along.
constexpr std::array<std::string_view, 16> common_names{"info",
                                                        "sales",
                                                        "admin",
                                                        "support",
                                                        "contact",
                                                        "office",
                                                        "sato",
                                                        "suzuki",
                                                        "takahashi",
                                                        "tanaka",
                                                        "ito",
                                                        "yamamoto",
                                                        "nakamura",
                                                        "kobayashi",
                                                        "kato",
                                                        "yoshida"};

std::string spam(const CrowdConfig& config, ZoneOffset zone)
{
    Draft draft;
    draft.from = {"Pharmacy", config.sender};
    draft.to.push_back({{}, "undisclosed@recipients.example"});
    draft.subject = "Cheap pills";
    draft.text = "Today only: http://pills.example/\n";
    draft.date = config.start;
    draft.zone = zone;
    return compose(draft);
}

} // namespace

Crowd::Crowd(Machine& machine, CrowdConfig config)
    : machine_{machine},
      config_{std::move(config)},
      route_{std::make_shared<const CrowdRoute>(config_.route)},
      open_at_{config_.start},
      chance_{machine.chance("crowd")},
      dialler_{machine, *this},
      text_{std::make_shared<const std::string>(spam(config_, machine.world().zone))}
{
    SIM_ASSERT(config_.attempts < std::numeric_limits<std::uint32_t>::max());
    if (config_.turn) turned_route_ = std::make_shared<const CrowdRoute>(config_.turn->route);
}

void Crowd::start()
{
    machine_.add(*this);
    plan_next();
    arm();
}

void Crowd::set_route(CrowdRoute route)
{
    route_ = std::make_shared<const CrowdRoute>(std::move(route));
}

// ---- attempts ---------------------------------------------------------------------------------

void Crowd::plan_next()
{
    next_at_ = never;
    if (next_ >= config_.attempts) return;
    const auto share = config_.duration / static_cast<std::int64_t>(config_.attempts);
    const auto moment = chance_.below(static_cast<std::uint64_t>(share.count()) + 1);
    next_at_ =
        config_.start + share * std::int64_t{next_} + Duration{static_cast<std::int64_t>(moment)};
}

std::string Crowd::draw_local_part()
{
    const std::string_view name = common_names.at(chance_.below(common_names.size()));
    const std::uint64_t number = chance_.below(percent);
    return number == 0 ? std::string{name} : fmt::format("{}{}", name, number);
}

void Crowd::draw_recipient(Attempt& attempt)
{
    const std::uint64_t kind = chance_.below(percent);
    const auto one_of = [this](const std::vector<std::string>& all) {
        return all.at(chance_.below(all.size()));
    };
    if (kind < config_.known_percent) {
        attempt.target = CrowdTarget::known;
        attempt.recipient = one_of(config_.known);
        return;
    }
    if (kind < config_.known_percent + config_.trap_percent) {
        attempt.target = CrowdTarget::trap;
        attempt.recipient = one_of(config_.traps);
        return;
    }
    attempt.target = CrowdTarget::guessed;
    const std::string local_part = draw_local_part();
    attempt.recipient = fmt::format("{}@{}", local_part, one_of(config_.guessed));
}

// It is always the same PCs that turn: whoever orders mail rents the others out for nothing else.
void Crowd::choose_route(Attempt& attempt, std::uint64_t pc)
{
    attempt.has_turned = config_.turn && is_shut_ &&
                         machine_.now() >= open_at_ + config_.turn->after &&
                         pc * percent < config_.turn->percent * machine_.addresses().size();
    attempt.route = attempt.has_turned ? turned_route_ : route_;
    const std::size_t accounts = attempt.route->accounts.size();
    if (accounts > 0) attempt.account = chance_.below(accounts);
}

void Crowd::begin_next()
{
    const std::uint32_t number = next_++;
    Attempt& attempt = attempts_[number];
    attempt.number = number;
    attempt.mail = machine_.world().new_mail();
    const std::uint64_t pc = chance_.below(machine_.addresses().size());
    attempt.pc = machine_.addresses()[pc];
    draw_recipient(attempt);
    choose_route(attempt, pc);
    attempt.comes_back = chance_.below(percent) < config_.retry_percent;
    const CauseScope nobodys{machine_.trace(), {}};
    attempt.cause = machine_.append({},
                                    CrowdAttempt{attempt.mail,
                                                 config_.number,
                                                 attempt.number,
                                                 attempt.pc,
                                                 attempt.route->way,
                                                 attempt.target,
                                                 machine_.note(attempt.recipient)});
    set_out(attempt);
}

void Crowd::set_out(Attempt& attempt)
{
    const CauseScope scope{machine_.trace(), attempt.cause};
    ++attempt.tries;
    attempt.preference = 0;
    const CrowdRoute& route = *attempt.route;
    if (!route.server.empty()) {
        look_up(attempt, route.server, route.port);
        return;
    }
    const std::string_view domain = domain_of(attempt.recipient);
    if (const auto literal = Dialler::literal(domain, route.port)) {
        attempt.host = domain;
        dial(attempt, *literal);
        return;
    }
    questions_[machine_.resolve(*this, domain, dns::RecordType::mx)] = attempt.number;
}

void Crowd::look_up(Attempt& attempt, const std::string& host, std::uint16_t port)
{
    attempt.host = host;
    if (const auto literal = Dialler::literal(host, port)) {
        dial(attempt, *literal);
        return;
    }
    questions_[dialler_.look_up(host, port)] = attempt.number;
}

void Crowd::handle_answer(const dns::Answered& answer)
{
    const auto asked = questions_.find(answer.id);
    if (asked == questions_.end()) return;
    Attempt& attempt = attempts_.at(asked->second);
    questions_.erase(asked);
    const auto dialled = dialler_.handle_answer(answer);
    if (!dialled) {
        use_exchangers(attempt, answer);
    } else if (dialled->endpoints.empty()) {
        end(attempt.number, false, FailureStep::name_lookup, 0);
    } else {
        dial(attempt, dialled->endpoints.front());
    }
    arm();
}

// The best MX, or one of the best by chance; a domain without any is its own (RFC 5321 §5.1).
void Crowd::use_exchangers(Attempt& attempt, const dns::Answered& answer)
{
    if (answer.outcome == DnsOutcome::no_data) {
        look_up(attempt, std::string{domain_of(attempt.recipient)}, attempt.route->port);
        return;
    }
    auto exchangers = dns::all_of_kind<dns::MxRecord>(answer.records);
    if (answer.outcome != DnsOutcome::found || exchangers.empty() ||
        std::ranges::any_of(exchangers, dns::is_null_mx)) {
        end(attempt.number, false, FailureStep::name_lookup, 0);
        return;
    }
    std::ranges::stable_sort(exchangers, {}, &dns::MxRecord::preference);
    const auto worse = std::ranges::upper_bound(
        exchangers, exchangers.front().preference, {}, &dns::MxRecord::preference);
    const auto best = static_cast<std::uint64_t>(worse - exchangers.begin());
    const dns::MxRecord& chosen = exchangers.at(best == 1 ? 0 : chance_.below(best));
    attempt.preference = chosen.preference;
    look_up(attempt, to_string(chosen.exchange), attempt.route->port);
}

void Crowd::dial(Attempt& attempt, Endpoint to)
{
    const EventId attempted = machine_.append({},
                                              DeliveryAttempted{attempt.mail,
                                                                machine_.note(attempt.host),
                                                                to.address,
                                                                attempt.preference,
                                                                attempt.tries,
                                                                machine_.note(attempt.recipient)});
    const CauseScope scope{machine_.trace(), attempted};
    const ConnectionId connection = machine_.connect(*this, attempt.pc, to);
    machine_.world().in_transit[connection] = attempt.mail;
    talks_[connection].attempt = attempt.number;
}

void Crowd::end(std::uint32_t number, bool accepted, FailureStep step, std::uint16_t code)
{
    const auto attempt = attempts_.find(number);
    SIM_ASSERT(attempt != attempts_.end());
    if (!attempt->second.has_turned) {
        is_shut_ = !accepted;
        if (accepted) open_at_ = machine_.now();
    }
    machine_.append(
        {}, CrowdAttemptEnded{attempt->second.mail, config_.number, number, accepted, step, code});
    attempts_.erase(attempt);
}

// ---- talks ------------------------------------------------------------------------------------

std::string Crowd::hello_of(const Attempt& attempt) const
{
    switch (config_.hello) {
    case CrowdHello::address:
        break;
    case CrowdHello::receiver:
        return std::string{domain_of(attempt.recipient)};
    case CrowdHello::localhost:
        return "localhost";
    }
    return fmt::format("[{}]", to_string(attempt.pc));
}

OutboundConfig Crowd::outbound_config(const Attempt& attempt) const
{
    OutboundConfig config;
    config.session.hostname = hello_of(attempt);
    const CrowdRoute& route = *attempt.route;
    config.session.protection = route.protection;
    config.tls.server_name = attempt.host;
    config.tls.trust = machine_.world().trust;
    config.tls.require_valid = false;
    if (route.accounts.empty()) return config;
    const CrowdAccount& account = route.accounts.at(attempt.account);
    config.session.wants_auth = true;
    config.session.may_reveal_password = route.protection == Protection::none;
    config.allowed = {Mechanism::plain, Mechanism::login};
    config.credentials.user = account.user;
    config.credentials.password = account.password;
    config.credentials.host = attempt.host;
    config.credentials.port = route.port;
    return config;
}

void Crowd::handle_connected(ConnectionId connection)
{
    Talk& talk = talks_.at(connection);
    const Attempt& attempt = attempts_.at(talk.attempt);
    SmtpSender& self = *this;
    talk.outbound =
        std::make_unique<SmtpOutbound>(machine_, self, outbound_config(attempt), connection);
    SmtpOutbound& outbound = *talk.outbound;
    smtp::OutgoingMail mail;
    const CrowdRoute& route = *attempt.route;
    mail.reverse_path =
        route.accounts.empty() ? config_.sender : route.accounts.at(attempt.account).address;
    mail.recipients = {attempt.recipient};
    mail.text = text_;
    outbound.start(std::move(mail));
    outbound.finish();
    outbound.handle_connected();
    watch(outbound);
}

void Crowd::handle_connect_failed(ConnectionId connection, ConnectFailure /*why*/)
{
    const auto talk = talks_.find(connection);
    SIM_ASSERT(talk != talks_.end());
    const std::uint32_t attempt = talk->second.attempt;
    talks_.erase(talk);
    machine_.world().in_transit.erase(connection);
    end(attempt, false, FailureStep::connect, 0);
}

void Crowd::handle_received(ConnectionId connection, std::string_view bytes)
{
    SmtpOutbound& outbound = *talks_.at(connection).outbound;
    outbound.handle_received(bytes);
    watch(outbound);
}

void Crowd::handle_peer_finished(ConnectionId connection)
{
    SmtpOutbound& outbound = *talks_.at(connection).outbound;
    outbound.handle_peer_finished();
    watch(outbound);
}

void Crowd::handle_ended(ConnectionId connection, ConnectionEnd /*how*/)
{
    const auto talk = talks_.find(connection);
    SIM_ASSERT(talk != talks_.end());
    talk->second.outbound->handle_ended();
    SIM_ASSERT(talk->second.is_settled); // each mail is finished before its session
    talks_.erase(talk);
    deadlines_.forget(connection);
    machine_.world().in_transit.erase(connection);
    arm();
}

void Crowd::handle_mail_finished(SmtpOutbound& connection, const smtp::client::MailFinished& result)
{
    conclude(talks_.at(connection.connection()), result.recipients.front());
}

void Crowd::conclude(Talk& talk, const smtp::client::RecipientResult& result)
{
    using Outcome = smtp::client::RecipientResult::Outcome;
    SIM_ASSERT(!talk.is_settled);
    talk.is_settled = true;
    const std::uint32_t number = talk.attempt;
    Attempt& attempt = attempts_.at(number);
    const bool again = result.outcome == Outcome::refused_for_now &&
                       result.reply.is_temporary_failure() && attempt.comes_back &&
                       attempt.tries < most_tries;
    if (again) {
        attempt.cause = machine_.trace().cause();
        retries_.set(number, machine_.now() + config_.retry_after);
        return;
    }
    end(number, result.outcome == Outcome::accepted, result.step, result.reply.code);
}

// ---- time -------------------------------------------------------------------------------------

void Crowd::watch(const SmtpOutbound& outbound)
{
    deadlines_.set(outbound.connection(), outbound.next_timeout());
    arm();
}

void Crowd::arm()
{
    machine_.set_alarm(*this, std::min({next_at_, deadlines_.next(), retries_.next()}));
}

void Crowd::handle_alarm()
{
    const Instant now = machine_.now();
    for (const ConnectionId connection : deadlines_.take_due(now)) {
        SmtpOutbound& outbound = *talks_.at(connection).outbound;
        if (outbound.next_timeout() <= now) outbound.handle_timeout();
        deadlines_.set(connection, outbound.next_timeout());
    }
    for (const std::uint32_t number : retries_.take_due(now))
        set_out(attempts_.at(number));
    while (next_at_ <= now) {
        begin_next();
        plan_next();
    }
    arm();
}

} // namespace sim::mail
