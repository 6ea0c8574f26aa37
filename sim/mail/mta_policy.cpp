// What a mail server knows of a client, a sender and a recipient, and how it comes to a judgement.
#include "sim/core/assert.h"
#include "sim/mail/idn.h"
#include "sim/mail/mta.h"

#include <algorithm>
#include <utility>

namespace sim::mail {

namespace {

// Where a refusal for good has been made one for now, the code says so: 450, and the same subject
// in class 4 (RFC 3463 §2).
smtp::server::Judgement judgement_of(const auth::Decided& decided)
{
    const smtp::Reply usual = smtp::standard_reply(decided.reason);
    if (decided.verdict != PolicyVerdict::deferred || !usual.is_permanent_failure())
        return {decided.reason, decided.text, 0, {}};
    return {decided.reason,
            decided.text.empty() ? usual.text : decided.text,
            450,
            {4, usual.enhanced.subject, usual.enhanced.detail}};
}

} // namespace

auth::Facts Mta::facts_of(const InboundPeer& peer,
                          const smtp::server::CheckSender& transaction) const
{
    auth::Facts facts;
    facts.now = machine_.now();
    facts.client = peer.remote.address;
    facts.hello = transaction.client.hello;
    facts.client_name = peer.client_name;
    facts.user = transaction.client.user;
    if (const UserAccount* account = accounts_.find(facts.user)) {
        for (const std::string& address : account->addresses)
            facts.users_addresses.push_back(fold_address(address));
    }
    facts.sends_as_us = !config_.relays_foreign_senders && is_own_network(peer);
    facts.may_relay = may_relay(peer, transaction.client);
    facts.checked = {config_.hostname, peer.spf};
    const smtp::Mailbox& sender = transaction.sender;
    if (!sender.is_null()) facts.sender = fold_address(to_string(sender));
    facts.sender_domain = ascii_domain(sender.domain);
    facts.sender_is_local = is_local_domain(sender.domain);
    return facts;
}

auth::Place Mta::place_of(const smtp::Mailbox& recipient) const
{
    using enum auth::Place;
    const std::string address = local_address(recipient);
    if (mailboxes_.exists(address)) return mailboxes_.has_room(address, 1) ? mailbox : full_mailbox;
    if (is_routed(address)) return routed;
    if (!is_ours(recipient.domain)) return elsewhere;
    // user%other@us, other!user@us, "user@other"@us: relaying in disguise, unless a mailbox is
    // really called that.
    const bool is_disguised = recipient.local_part.find_first_of("%!@") != std::string::npos;
    return is_disguised ? disguised : missing;
}

const std::vector<PolicyCheck>& Mta::checks_of(const InboundPeer& peer) const
{
    return checks_.at(peer.local.port);
}

bool Mta::looks_at(const InboundPeer& peer, auth::Moment moment) const
{
    return std::ranges::any_of(
        checks_of(peer), [moment](PolicyCheck check) { return auth::looks_at(check, moment); });
}

smtp::server::Judgement Mta::check_client(const InboundPeer& peer)
{
    if (!looks_at(peer, auth::Moment::client)) return {};
    const auto judgement = inspect(peer, auth::Moment::client, facts_of(peer, {}));
    SIM_ASSERT(judgement.has_value()); // nothing is asked of DNS before 220
    return *judgement;
}

std::optional<smtp::server::Judgement> Mta::check_sender(const InboundPeer& peer,
                                                         const smtp::server::CheckSender& question)
{
    auth::Facts facts = facts_of(peer, question);
    facts.checked.spf.reset(); // that was of the mail before
    return inspect(peer, auth::Moment::sender, std::move(facts));
}

std::optional<smtp::server::Judgement>
Mta::check_recipient(const InboundPeer& peer,
                     const smtp::server::CheckSender& transaction,
                     const smtp::Mailbox& recipient)
{
    auth::Facts facts = facts_of(peer, transaction);
    facts.recipient = local_address(recipient);
    facts.recipient_domain = ascii_domain(recipient.domain);
    facts.recipient_is_local = is_ours(recipient.domain);
    facts.recipient_place = place_of(recipient);
    return inspect(peer, auth::Moment::recipient, std::move(facts));
}

std::optional<smtp::server::Judgement>
Mta::inspect(const InboundPeer& peer, auth::Moment moment, auth::Facts facts)
{
    inspections_.insert_or_assign(
        peer.connection,
        auth::Inspection{checks_of(peer), config_.check_actions, moment, std::move(facts), &desk_});
    return go_on_inspecting(peer.connection);
}

std::optional<smtp::server::Judgement> Mta::go_on_inspecting(ConnectionId connection)
{
    const auto at = inspections_.find(connection);
    SIM_ASSERT(at != inspections_.end());
    while (const auto output = at->second.poll_output()) {
        if (const auto* ask = std::get_if<auth::AskDns>(&*output)) {
            const auto type = static_cast<dns::RecordType>(ask->type);
            questions_[machine_.resolve(*this, ask->name, type)] = connection;
        } else if (const auto* found = std::get_if<auth::Found>(&*output)) {
            machine_.append(connection,
                            PolicyJudged{found->check,
                                         found->judged.verdict,
                                         machine_.note(found->judged.facts)});
        } else {
            const auth::Facts facts = at->second.facts();
            inspections_.erase(at);
            inbound_.at(connection)->know_client(facts.client_name, facts.checked.spf);
            return take_held(connection, facts, std::get<auth::Decided>(*output));
        }
    }
    return std::nullopt;
}

smtp::server::Judgement
Mta::take_held(ConnectionId connection, const auth::Facts& facts, const auth::Decided& decided)
{
    const auto held = held_.find(connection);
    if (held == held_.end()) return judgement_of(decided);
    smtp::server::MessageReceived message = std::move(held->second);
    held_.erase(held);
    if (decided.verdict > PolicyVerdict::marked) return judgement_of(decided);
    const std::vector<std::string> recipients = recipients_of(message);
    return take(inbound_.at(connection)->peer(),
                std::move(message),
                recipients,
                facts.checked,
                decided.is_junk);
}

void Mta::handle_inspected(ConnectionId connection, const dns::Answered& answer)
{
    const auto inspection = inspections_.find(connection);
    if (inspection == inspections_.end()) return; // the client has gone meanwhile
    auth::DnsAnswer told{answer.outcome, {}};
    for (const dns::Record& record : answer.records) {
        if (dns::type_of(record.data) != answer.question.type) continue;
        const auto* txt = std::get_if<dns::TxtRecord>(&record.data);
        told.records.push_back(txt == nullptr ? to_string(record.data) : dns::joined(*txt));
    }
    inspection->second.handle_answer(told);
    const auto judgement = go_on_inspecting(connection);
    if (!judgement) return;
    SmtpInbound& inbound = *inbound_.at(connection);
    inbound.settle(*judgement);
    watch(connection, inbound);
}

} // namespace sim::mail
