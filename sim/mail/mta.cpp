#include "sim/mail/mta.h"

#include "sim/auth/results_field.h"
#include "sim/core/assert.h"
#include "sim/core/recipients.h"
#include "sim/mail/ascii_form.h"
#include "sim/mail/checked_mail.h"
#include "sim/mail/idn.h"
#include "sim/smtp/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim::mail {

namespace {

auth::CheckConfig with_names(const MtaConfig& config, const std::vector<Address>& addresses)
{
    auth::CheckConfig checks = config.checks;
    checks.own_names = {fold_address(config.hostname)};
    for (const std::string& domain : config.local_domains)
        checks.own_names.push_back(fold_address(domain));
    for (const Address address : addresses)
        checks.own_names.push_back(fmt::format("[{}]", to_string(address)));
    return checks;
}

} // namespace

Mta::Mta(Machine& machine, MailboxStore& mailboxes, MtaConfig config)
    : machine_{machine},
      mailboxes_{mailboxes},
      config_{std::move(config)},
      accounts_{config_.accounts, machine.chance("accounts")},
      failed_logins_{config_.failed_logins},
      queue_ids_{machine.chance("queue-ids")},
      message_ids_{machine.chance("message-ids")},
      relay_{machine, *this, *this, config_.relay},
      desk_{with_names(config_, machine.addresses())}
{
    set_check_actions(config_.check_actions);
    // RFC 5321 §4.5.1: whoever takes mail has a postmaster.
    for (const std::string& domain : config_.local_domains)
        if (!mailboxes_.exists("postmaster@" + domain)) mailboxes_.open("postmaster@" + domain, 0);
    if (!mailboxes_.exists("postmaster@" + config_.hostname))
        mailboxes_.open("postmaster@" + config_.hostname, 0);
}

void Mta::start()
{
    machine_.add(*this);
    for (const MtaListener& listener : config_.listeners)
        machine_.listen(*this, listener.port);
}

void Mta::set_faults(const SmtpFaults& faults)
{
    if (faults_ == faults) return;
    faults_ = faults;
    for (auto& [connection, inbound] : inbound_)
        inbound->set_faults(faults_);
}

void Mta::set_check_actions(auth::CheckActions actions)
{
    config_.check_actions = std::move(actions);
    for (const MtaListener& listener : config_.listeners) {
        std::vector<PolicyCheck>& on = checks_[listener.port];
        on.clear();
        for (const PolicyCheck check : listener.checks) {
            const auto action = config_.check_actions.find(check);
            if (action == config_.check_actions.end() || action->second != auth::CheckAction::off)
                on.push_back(check);
        }
    }
}

// ---- connections ------------------------------------------------------------------------------

const MtaListener& Mta::listener_of(const InboundPeer& peer) const
{
    const auto found = std::ranges::find(config_.listeners, peer.local.port, &MtaListener::port);
    SIM_ASSERT(found != config_.listeners.end());
    return *found;
}

void Mta::handle_accepted(ConnectionId connection, Endpoint local, Endpoint remote)
{
    const auto listener = std::ranges::find(config_.listeners, local.port, &MtaListener::port);
    SIM_ASSERT(listener != config_.listeners.end());
    SmtpReceiver& self = *this;
    auto inbound =
        std::make_unique<SmtpInbound>(machine_, self, listener->inbound, connection, local, remote);
    SmtpInbound& opened = *inbound;
    inbound_[connection] = std::move(inbound);
    if (faults_ != SmtpFaults{}) opened.set_faults(faults_);
    opened.handle_connected();
    watch(connection, opened);
}

void Mta::handle_connected(ConnectionId connection)
{
    relay_.handle_connected(connection);
}

void Mta::handle_connect_failed(ConnectionId connection, ConnectFailure why)
{
    relay_.handle_connect_failed(connection, why);
}

void Mta::handle_received(ConnectionId connection, std::string_view bytes)
{
    const auto found = inbound_.find(connection);
    if (found == inbound_.end()) {
        relay_.handle_received(connection, bytes);
        return;
    }
    found->second->handle_received(bytes);
    watch(connection, *found->second);
}

void Mta::handle_peer_finished(ConnectionId connection)
{
    const auto found = inbound_.find(connection);
    if (found == inbound_.end()) {
        relay_.handle_peer_finished(connection);
        return;
    }
    found->second->handle_peer_finished();
    watch(connection, *found->second);
}

void Mta::handle_ended(ConnectionId connection, ConnectionEnd /*how*/)
{
    const auto inbound = inbound_.find(connection);
    if (inbound == inbound_.end()) {
        relay_.handle_ended(connection);
    } else {
        inbound->second->handle_ended();
        deadlines_.forget(connection);
        inbound_.erase(inbound);
        inspections_.erase(connection);
        held_.erase(connection);
    }
}

void Mta::handle_answer(const dns::Answered& answer)
{
    if (const auto asked = questions_.find(answer.id); asked != questions_.end()) {
        const ConnectionId connection = asked->second;
        questions_.erase(asked);
        handle_inspected(connection, answer);
        return;
    }
    relay_.handle_answer(answer);
}

void Mta::handle_alarm()
{
    const Instant now = machine_.now();
    for (const ConnectionId connection : deadlines_.take_due(now)) {
        SmtpInbound& inbound = *inbound_.at(connection);
        if (inbound.next_timeout() <= now) inbound.handle_timeout();
        deadlines_.set(connection, inbound.next_timeout());
    }
    relay_.handle_due();
    machine_.set_alarm(*this, std::min(deadlines_.next(), relay_.next_due()));
}

void Mta::watch(ConnectionId connection, const SmtpInbound& inbound)
{
    deadlines_.set(connection, inbound.next_timeout());
    machine_.set_alarm(*this, inbound.next_timeout());
}

// ---- what may be accepted ---------------------------------------------------------------------

// RFC 1123 §5.2.17: mail to one of its own addresses is its own, too.
bool Mta::is_ours(std::string_view domain) const
{
    if (domain.empty() || is_local_domain(domain)) return true;
    return std::ranges::any_of(machine_.addresses(), [&](Address address) {
        return domain == fmt::format("[{}]", to_string(address));
    });
}

bool Mta::is_local_domain(std::string_view domain) const
{
    const std::string folded = fold_address(domain);
    return std::ranges::any_of(config_.local_domains, [&](const std::string& ours) {
        return fold_address(ours) == folded;
    });
}

bool Mta::is_routed(std::string_view address) const
{
    const std::string folded = fold_address(address);
    return std::ranges::any_of(config_.routed_recipients, [&](const std::string& known) {
        return fold_address(known) == folded;
    });
}

bool Mta::may_relay(const InboundPeer& peer, const smtp::ClientFacts& client) const
{
    if (!client.user.empty() || is_own_network(peer)) return true;
    return config_.pop_logins != nullptr &&
           config_.pop_logins->covers(peer.remote.address, machine_.now());
}

bool Mta::is_own_network(const InboundPeer& peer) const
{
    return std::ranges::any_of(config_.relay_for, [&](const Prefix& network) {
        return network.contains(peer.remote.address);
    });
}

// ---- who failed to log in ---------------------------------------------------------------------

std::optional<Instant> Mta::refused_until(const InboundPeer& peer) const
{
    return failed_logins_.refused_until(peer.remote.address, machine_.now());
}

std::uint32_t Mta::failed_logins(const InboundPeer& peer) const
{
    return failed_logins_.count(peer.remote.address, machine_.now());
}

void Mta::handle_login(const InboundPeer& peer, bool succeeded)
{
    if (succeeded) {
        failed_logins_.handle_success(peer.remote.address, machine_.now());
    } else {
        failed_logins_.handle_failure(peer.remote.address, machine_.now());
    }
}

// ---- recipients -------------------------------------------------------------------------------

std::string Mta::local_address(const smtp::Mailbox& recipient) const
{
    // <Postmaster>, and who writes to an address of ours, means our first domain.
    const bool names_host = is_ours(recipient.domain) && !is_local_domain(recipient.domain);
    if (!names_host) return to_string(recipient);
    const std::string& domain =
        config_.local_domains.empty() ? config_.hostname : config_.local_domains.front();
    return to_string(smtp::Mailbox{recipient.local_part, domain});
}

// ---- accepting --------------------------------------------------------------------------------

void Mta::add_field(std::string& text, MailId mail, ConnectionId connection, std::string_view field)
{
    text = prepend_field(text, field);
    machine_.append(connection, FieldAdded{mail, machine_.note(field)});
}

// No mail is changed in silence.
void Mta::tell(MailId mail, ConnectionId connection, MailChange change, std::string_view detail)
{
    machine_.append(connection, MailChanged{mail, change, machine_.note(detail)});
}

// RFC 6409 §8.1-8.3: what a mail program may leave to its server. Bcc is for the envelope only.
std::string Mta::complete(std::string text, MailId mail, ConnectionId connection)
{
    for (const char* name : {"Bcc", "Resent-Bcc"}) { // RFC 5322 §3.6.6
        for (const std::string& field : take_fields(text, name))
            tell(mail, connection, MailChange::blind_copies, field);
    }
    if (!has_field(text, "Message-ID")) {
        add_field(text,
                  mail,
                  connection,
                  "Message-ID: " + make_message_id(machine_.now(), config_.hostname, message_ids_));
    }
    if (!has_field(text, "Date")) {
        add_field(
            text, mail, connection, "Date: " + mail_date(machine_.now(), machine_.world().zone));
    }
    return text;
}

// Last of all: what is written behind a signature breaks it.
std::string Mta::sign(std::string text, MailId mail, ConnectionId connection)
{
    const auto fields =
        signatures_for(text, config_.signing, machine_.now(), machine_.chance("signatures"));
    for (const std::string& field : fields)
        add_field(text, mail, connection, field);
    if (fields.empty() || config_.signing.way != SigningWay::body_changed) return text;
    tell(mail, connection, MailChange::line_added, {});
    return with_changed_body(text);
}

std::string Mta::stamp(std::string text,
                       const InboundPeer& peer,
                       const smtp::server::MessageReceived& message,
                       const QueuedMail& mail)
{
    ReceivedStamp received;
    received.helo = message.client.hello;
    received.client_name = peer.client_name;
    received.client_address = to_string(peer.remote.address);
    received.by = config_.hostname;
    received.extended = message.client.extended;
    received.utf8 = message.envelope.parameters.smtputf8;
    if (peer.tls) {
        received.tls_version = peer.tls->version == 0x0304 ? "TLSv1.3" : "TLSv1.2";
        received.tls_cipher = peer.tls->cipher_name;
    }
    received.authenticated = !message.client.user.empty();
    received.id = mail.queue_id;
    if (message.envelope.recipients.size() == 1) {
        // In ASCII where it has such a form, so that a domain alone does not make the mail need
        // SMTPUTF8 from here on.
        const std::string address = local_address(message.envelope.recipients.front());
        received.recipient = ascii_address(address).value_or(address);
    }
    received.at = machine_.now();
    received.zone = machine_.world().zone;
    add_field(text, mail.mail, peer.connection, received_field(received));
    return text;
}

std::vector<std::string> Mta::recipients_of(const smtp::server::MessageReceived& message) const
{
    std::vector<std::string> recipients;
    recipients.reserve(message.envelope.recipients.size());
    for (const smtp::Mailbox& recipient : message.envelope.recipients)
        recipients.push_back(local_address(recipient));
    return recipients;
}

// Whatever a check may say.
std::optional<SmtpReason> Mta::refusal_of(const smtp::server::MessageReceived& message,
                                          const std::vector<std::string>& recipients) const
{
    if (count_fields(message.text, "Received") > config_.max_received_fields)
        return SmtpReason::mail_loop;
    for (const std::string& recipient : recipients) {
        if (mailboxes_.exists(recipient) && !mailboxes_.has_room(recipient, message.text.size()))
            return SmtpReason::mailbox_full;
    }
    if (goes_in_circles(message.text, recipients)) return SmtpReason::mail_loop;
    return std::nullopt;
}

std::optional<smtp::server::Judgement> Mta::receive(const InboundPeer& peer,
                                                    smtp::server::MessageReceived message)
{
    const std::vector<std::string> recipients = recipients_of(message);
    if (const auto refusal = refusal_of(message, recipients))
        return smtp::server::Judgement{*refusal, {}, 0, {}};
    if (!looks_at(peer, auth::Moment::message)) {
        auth::CheckedMail checked;
        if (peer.spf) checked = {config_.hostname, peer.spf};
        return take(peer, std::move(message), recipients, checked, false);
    }
    auth::Facts facts = facts_of(peer, {message.envelope.sender, {}, message.client});
    const std::string_view text = message.text;
    facts.message =
        std::make_shared<const auth::MailText>(mail_text(text.substr(preamble_size(text))));
    held_.insert_or_assign(peer.connection, std::move(message));
    return inspect(peer, auth::Moment::message, std::move(facts));
}

smtp::server::Judgement Mta::take(const InboundPeer& peer,
                                  smtp::server::MessageReceived message,
                                  const std::vector<std::string>& recipients,
                                  const auth::CheckedMail& checked,
                                  bool is_junk)
{
    // A mail that comes from outside the simulated programs gets its number here.
    const auto& in_transit = machine_.world().in_transit;
    const auto known = in_transit.find(peer.connection);

    auto mail = std::make_shared<QueuedMail>();
    mail->mail = known == in_transit.end() ? machine_.world().new_mail() : known->second;
    mail->queue_id = queue_ids_.next();
    mail->reverse_path = to_string(message.envelope.sender);
    mail->needs_utf8 = message.envelope.parameters.smtputf8 &&
                       (has_8bit(mail->reverse_path) || std::ranges::any_of(recipients, has_8bit) ||
                        has_utf8_header(message.text));
    mail->ret = message.envelope.parameters.ret;
    mail->envid = message.envelope.parameters.envid;
    for (std::size_t i = 0; i < recipients.size(); ++i) {
        if (message.envelope.recipient_parameters[i].any())
            mail->wishes.emplace(recipients[i], message.envelope.recipient_parameters[i]);
    }
    mail->arrived = machine_.now();
    std::string text = std::move(message.text);
    if (message.changed_line_ends) tell(mail->mail, peer.connection, MailChange::line_ends, {});
    if (const std::size_t preamble = preamble_size(text); preamble > 0) {
        // Left where it is, it would end the header before it has begun.
        tell(mail->mail,
             peer.connection,
             MailChange::preamble,
             std::string_view{text}.substr(0, preamble));
        text.erase(0, preamble);
    }
    if (listener_of(peer).is_submission)
        text = complete(std::move(text), mail->mail, peer.connection);
    const bool is_checked = checked.spf || checked.dkim || checked.dmarc;
    if (is_checked) {
        for (const std::string& field : take_false_results(text, config_.hostname))
            tell(mail->mail, peer.connection, MailChange::false_results, field);
    }
    text = stamp(std::move(text), peer, message, *mail);
    if (listener_of(peer).is_submission && !config_.signing.keys.empty())
        text = sign(std::move(text), mail->mail, peer.connection);
    if (is_junk) add_field(text, mail->mail, peer.connection, junk_field);
    // RFC 8601 §4: on top of all that has come, so that what is below is not ours.
    if (is_checked) add_field(text, mail->mail, peer.connection, auth::results_field(checked));
    mail->text = std::make_shared<const std::string>(std::move(text));
    const std::string reply = "Ok: queued as " + mail->queue_id;
    accept(mail, recipients, peer.connection);
    return {SmtpReason::message_accepted, reply, 0, {}};
}

void Mta::accept(const std::shared_ptr<QueuedMail>& mail,
                 const std::vector<std::string>& recipients,
                 ConnectionId connection)
{
    mail->accepted = machine_.append(connection,
                                     MailQueued{mail->mail,
                                                machine_.note(mail->queue_id),
                                                machine_.note(join_recipients(recipients))});
    machine_.world().store(StoredMessage{StoredIn::accepted_by_server,
                                         machine_.host(),
                                         mail->mail,
                                         machine_.now(),
                                         mail->queue_id,
                                         mail->reverse_path,
                                         recipients,
                                         mail->text});
    const CauseScope scope{machine_.trace(), mail->accepted};
    std::vector<std::string> here;
    std::vector<std::string> elsewhere;
    for (const std::string& recipient : recipients) {
        if (mailboxes_.exists(recipient)) {
            deliver_here(*mail, recipient);
            here.push_back(recipient);
        } else {
            elsewhere.push_back(recipient);
        }
    }
    if (!here.empty()) report_delivered(*mail, here);
    if (!elsewhere.empty()) relay_.add(mail, elsewhere);
}

// Its own Delivered-To: this host has delivered it there before, and somebody sent it back.
bool Mta::goes_in_circles(std::string_view text, const std::vector<std::string>& recipients) const
{
    if (!has_field(text, "Delivered-To")) return false;
    for (const HeaderField& field : parse_header(text).fields) {
        if (!smtp::equal_ignoring_case(field.name, "Delivered-To")) continue;
        const bool is_ours = std::ranges::any_of(recipients, [&](const std::string& recipient) {
            return mailboxes_.exists(recipient) &&
                   fold_address(recipient) == fold_address(field.value);
        });
        if (is_ours) return true;
    }
    return false;
}

// RFC 5321 §4.4: the last server writes down the reverse-path, which ends here.
void Mta::deliver_here(const QueuedMail& mail, const std::string& recipient)
{
    std::string text = *mail.text;
    for (const std::string& field : take_fields(text, "Return-Path"))
        tell(mail.mail, {}, MailChange::return_path, field);
    text = prepend_field(text, "Delivered-To: " + recipient);
    text = prepend_field(text, "Return-Path: <" + mail.reverse_path + ">");
    const Folder folder = is_junk(text) ? Folder::junk : Folder::inbox;
    auto kept = std::make_shared<const std::string>(std::move(text));
    mailboxes_.deliver(recipient, mail.mail, machine_.now(), kept, folder);
    const Blob mailbox = machine_.note(recipient);
    machine_.append({},
                    MailDelivered{mail.mail, mailbox, static_cast<std::uint32_t>(kept->size())});
    if (folder == Folder::junk) machine_.append({}, MailJunked{mail.mail, mailbox});
    machine_.world().store(
        StoredMessage{folder == Folder::junk ? StoredIn::junk : StoredIn::mailbox,
                      machine_.host(),
                      mail.mail,
                      machine_.now(),
                      recipient,
                      mail.reverse_path,
                      {recipient},
                      kept});
}

// ---- telling the sender -----------------------------------------------------------------------

void Mta::handle_bounced(const QueuedMail& mail, const std::vector<Refusal>& refusals)
{
    report(mail, ReportKind::failed, refusals, {});
}

void Mta::handle_delayed(const QueuedMail& mail,
                         const std::vector<Refusal>& refusals,
                         Instant give_up_at)
{
    report(mail, ReportKind::delayed, refusals, give_up_at);
}

void Mta::handle_relayed(const QueuedMail& mail, const std::vector<Refusal>& taken)
{
    report(mail, ReportKind::relayed, taken, {});
}

void Mta::report_delivered(const QueuedMail& mail, const std::vector<std::string>& recipients)
{
    std::vector<Refusal> delivered;
    for (const std::string& recipient : recipients) {
        Refusal one;
        one.recipient = recipient;
        one.status = "2.1.5";
        delivered.push_back(std::move(one));
    }
    report(mail, ReportKind::delivered, delivered, {});
}

namespace {

// RFC 3461 §4.1: what was asked for; of failure and delay also what was not asked about.
bool wants_to_hear(const QueuedMail& mail, const std::string& recipient, ReportKind kind)
{
    const auto wish = mail.wishes.find(recipient);
    const bool asked = wish != mail.wishes.end() && wish->second.notify;
    switch (kind) {
    case ReportKind::failed:
        return !asked || wish->second.notify->failure;
    case ReportKind::delayed:
        return !asked || wish->second.notify->delay;
    case ReportKind::delivered:
    case ReportKind::relayed:
        break;
    }
    return asked && wish->second.notify->success;
}

// "rfc822;taro+40umi" as "rfc822;taro@umi".
std::string original_recipient(const QueuedMail& mail, const std::string& recipient)
{
    const auto wish = mail.wishes.find(recipient);
    if (wish == mail.wishes.end() || wish->second.orcpt.empty()) return {};
    return smtp::original_recipient(wish->second.orcpt);
}

} // namespace

void Mta::report(const QueuedMail& about,
                 ReportKind kind,
                 const std::vector<Refusal>& refusals,
                 Instant give_up_at)
{
    // RFC 5321 §6.1: never about a report itself, or two servers would write to each other for
    // ever.
    if (about.reverse_path.empty()) return;
    DeliveryReport text;
    for (const Refusal& refusal : refusals) {
        if (wants_to_hear(about, refusal.recipient, kind))
            text.recipients.push_back({refusal, original_recipient(about, refusal.recipient)});
    }
    if (text.recipients.empty()) return;
    text.kind = kind;
    text.reporting_host = config_.hostname;
    text.to = about.reverse_path;
    text.queue_id = about.queue_id;
    text.arrived = about.arrived;
    text.now = machine_.now();
    text.give_up_at = give_up_at;
    text.zone = machine_.world().zone;
    text.message_id = make_message_id(machine_.now(), config_.hostname, message_ids_);
    text.boundary = fmt::format("report-{}-{:016x}", about.queue_id, message_ids_.next());
    text.envelope_id = smtp::decode_xtext(about.envid).value_or(std::string{});
    // RFC 3461 §4.3: RET is about failures; any other report gives back the header.
    text.whole = kind == ReportKind::failed && about.ret == smtp::ReturnedPart::full;
    text.original = text.whole ? *about.text : about.text->substr(0, parse_header(*about.text).end);

    auto mail = std::make_shared<QueuedMail>();
    mail->mail = machine_.world().new_mail();
    mail->queue_id = queue_ids_.next();
    mail->arrived = machine_.now();
    // RFC 6533 §4: about a mail that came with SMTPUTF8, and sent with it.
    text.global = about.needs_utf8;
    mail->needs_utf8 = about.needs_utf8;
    mail->text = std::make_shared<const std::string>(compose_report(text));
    text.in_ascii = true; // for a way back that lacks SMTPUTF8 or 8BITMIME
    mail->ascii_text = std::make_shared<const std::string>(compose_report(text));
    accept(mail, {about.reverse_path}, {});
}

} // namespace sim::mail
