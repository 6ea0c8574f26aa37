// A mail transfer agent: the program behind the ports of a submission server, relay, MX or mailbox
// host, according to its settings. Takes mail over SMTP, delivers what is local, relays the rest.
#pragma once

#include "sim/auth/policy.h"
#include "sim/core/deadlines.h"
#include "sim/mail/accounts.h"
#include "sim/mail/failed_logins.h"
#include "sim/mail/faults.h"
#include "sim/mail/mailbox.h"
#include "sim/mail/message.h"
#include "sim/mail/pop_logins.h"
#include "sim/mail/relay.h"
#include "sim/mail/report_mail.h"
#include "sim/mail/signing.h"
#include "sim/mail/smtp_inbound.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sim::mail {

struct MtaListener {
    std::uint16_t port = 25;
    InboundConfig inbound;
    // Mail of one's own users: completed where it lacks Date or Message-ID, Bcc taken out, and sent
    // only under the user's own addresses (RFC 6409 §8, §6.1).
    bool is_submission = false;
    std::vector<PolicyCheck> checks; // behind its own (auth::own_checks), in this order
};

struct MtaConfig {
    std::string hostname;
    std::vector<MtaListener> listeners;
    std::vector<std::string> local_domains;
    std::vector<std::string> routed_recipients;  // of local domains, kept on another host
    std::vector<Prefix> relay_for;               // whose mail goes on to anywhere without a login
    bool relays_foreign_senders = true;          // for them, or only their mail as local people
    std::shared_ptr<const PopLogins> pop_logins; // who is relayed for as well; null: nobody
    AccountsConfig accounts;
    RelayConfig relay;
    FailedLoginsConfig failed_logins;
    auth::CheckActions check_actions;
    auth::CheckConfig checks;                // its own names are added by itself
    SigningConfig signing;                   // of the mail of its users
    std::uint32_t max_received_fields = 100; // RFC 5321 §6.3
};

class Mta final : public Program, private SmtpReceiver, private RelayOwner {
public:
    // The mailboxes of the local domains are those that exist in the store.
    Mta(Machine& machine, MailboxStore& mailboxes, MtaConfig config);
    // Opens its ports; once.
    void start();
    // From now on, for connections that are open as well.
    void set_faults(const SmtpFaults& faults);
    // For what is asked from now on.
    void set_check_actions(auth::CheckActions actions);
    // What it has taken responsibility for and not yet delivered, handed over or given up.
    [[nodiscard]] std::size_t queue_size() const { return relay_.size(); }

    void handle_accepted(ConnectionId connection, Endpoint local, Endpoint remote) override;
    void handle_connected(ConnectionId connection) override;
    void handle_connect_failed(ConnectionId connection, ConnectFailure why) override;
    void handle_received(ConnectionId connection, std::string_view bytes) override;
    void handle_peer_finished(ConnectionId connection) override;
    void handle_ended(ConnectionId connection, ConnectionEnd how) override;
    void handle_alarm() override;
    void handle_answer(const dns::Answered& answer) override;

private:
    smtp::server::Judgement check_client(const InboundPeer& peer) override;
    std::optional<smtp::server::Judgement>
    check_sender(const InboundPeer& peer, const smtp::server::CheckSender& question) override;
    std::optional<smtp::server::Judgement>
    check_recipient(const InboundPeer& peer,
                    const smtp::server::CheckSender& transaction,
                    const smtp::Mailbox& recipient) override;
    std::optional<smtp::server::Judgement> receive(const InboundPeer& peer,
                                                   smtp::server::MessageReceived message) override;
    [[nodiscard]] const sasl::CredentialStore& credentials() const override { return accounts_; }
    [[nodiscard]] std::optional<Instant> refused_until(const InboundPeer& peer) const override;
    [[nodiscard]] std::uint32_t failed_logins(const InboundPeer& peer) const override;
    void handle_login(const InboundPeer& peer, bool succeeded) override;
    void handle_bounced(const QueuedMail& mail, const std::vector<Refusal>& refusals) override;
    void handle_delayed(const QueuedMail& mail,
                        const std::vector<Refusal>& refusals,
                        Instant give_up_at) override;
    void handle_relayed(const QueuedMail& mail, const std::vector<Refusal>& taken) override;

    [[nodiscard]] auth::Facts facts_of(const InboundPeer& peer,
                                       const smtp::server::CheckSender& transaction) const;
    // Those of a port that are not off.
    [[nodiscard]] const std::vector<PolicyCheck>& checks_of(const InboundPeer& peer) const;
    [[nodiscard]] bool looks_at(const InboundPeer& peer, auth::Moment moment) const;
    [[nodiscard]] auth::Place place_of(const smtp::Mailbox& recipient) const;
    std::optional<smtp::server::Judgement>
    inspect(const InboundPeer& peer, auth::Moment moment, auth::Facts facts);
    [[nodiscard]] std::vector<std::string>
    recipients_of(const smtp::server::MessageReceived& message) const;
    // Why this mail cannot be taken, whatever a check may say.
    [[nodiscard]] std::optional<SmtpReason>
    refusal_of(const smtp::server::MessageReceived& message,
               const std::vector<std::string>& recipients) const;
    smtp::server::Judgement take(const InboundPeer& peer,
                                 smtp::server::MessageReceived message,
                                 const std::vector<std::string>& recipients,
                                 const auth::CheckedMail& checked,
                                 bool is_junk);
    // Of the mail that is held for this connection.
    smtp::server::Judgement
    take_held(ConnectionId connection, const auth::Facts& facts, const auth::Decided& decided);
    // Carries the inspection of a connection on; nothing: it waits for DNS.
    std::optional<smtp::server::Judgement> go_on_inspecting(ConnectionId connection);
    void handle_inspected(ConnectionId connection, const dns::Answered& answer);
    [[nodiscard]] bool is_ours(std::string_view domain) const;
    [[nodiscard]] const MtaListener& listener_of(const InboundPeer& peer) const;
    [[nodiscard]] bool is_local_domain(std::string_view domain) const;
    [[nodiscard]] bool may_relay(const InboundPeer& peer, const smtp::ClientFacts& client) const;
    [[nodiscard]] bool is_own_network(const InboundPeer& peer) const;
    [[nodiscard]] bool is_routed(std::string_view address) const;
    [[nodiscard]] std::string local_address(const smtp::Mailbox& recipient) const;
    std::string complete(std::string text, MailId mail, ConnectionId connection);
    std::string stamp(std::string text,
                      const InboundPeer& peer,
                      const smtp::server::MessageReceived& message,
                      const QueuedMail& mail);
    std::string sign(std::string text, MailId mail, ConnectionId connection);
    void tell(MailId mail, ConnectionId connection, MailChange change, std::string_view detail);
    void add_field(std::string& text, MailId mail, ConnectionId connection, std::string_view field);
    void accept(const std::shared_ptr<QueuedMail>& mail,
                const std::vector<std::string>& recipients,
                ConnectionId connection);
    [[nodiscard]] bool goes_in_circles(std::string_view text,
                                       const std::vector<std::string>& recipients) const;
    void report_delivered(const QueuedMail& mail, const std::vector<std::string>& recipients);
    void deliver_here(const QueuedMail& mail, const std::string& recipient);
    void report(const QueuedMail& about,
                ReportKind kind,
                const std::vector<Refusal>& refusals,
                Instant give_up_at);
    // Looks at the connection again when it next has to be.
    void watch(ConnectionId connection, const SmtpInbound& inbound);

    Machine& machine_;
    MailboxStore& mailboxes_;
    MtaConfig config_;
    Accounts accounts_;
    FailedLogins failed_logins_;
    QueueIds queue_ids_;
    Rng message_ids_;
    Relay relay_;
    std::map<ConnectionId, std::unique_ptr<SmtpInbound>> inbound_;
    Deadlines<ConnectionId> deadlines_; // of these
    auth::CheckDesk desk_;
    std::map<std::uint16_t, std::vector<PolicyCheck>>
        checks_; // by port, without those that are off
    std::map<ConnectionId, auth::Inspection> inspections_;
    std::map<dns::QuestionId, ConnectionId> questions_;          // of inspections
    std::map<ConnectionId, smtp::server::MessageReceived> held_; // while checks look at them
    SmtpFaults faults_;
};

} // namespace sim::mail
