// One connection of a mail program or relay to a mail server: channel, SMTP client session and SASL
// joined, each command and reply appended to the trace. The result goes to an SmtpSender.
#pragma once

#include "sim/core/interface.h"
#include "sim/mail/channel.h"
#include "sim/mail/drain.h"
#include "sim/mail/unanswered.h"
#include "sim/sasl/mechanism.h"
#include "sim/smtp/client_session.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sim::mail {

class SmtpOutbound;

// Who sends. Calls come while the connection's bytes are handled; the connection lives on until
// Program::handle_ended or handle_connect_failed for it.
class SmtpSender : public Interface {
public:
    virtual void handle_mail_finished(SmtpOutbound& connection,
                                      const smtp::client::MailFinished& result) = 0;
    virtual void handle_session_failed(SmtpOutbound& connection,
                                       const smtp::client::SessionFailed& failure) = 0;
};

struct OutboundConfig {
    smtp::ClientConfig session;
    tls::ClientConfig tls;
    sasl::Credentials credentials;
    std::vector<Mechanism> allowed; // mechanisms that the user allows
};

class SmtpOutbound final : private ChannelUser {
public:
    SmtpOutbound(Machine& machine,
                 SmtpSender& sender,
                 OutboundConfig config,
                 ConnectionId connection);

    // One mail at a time: the first, and another whenever is_ready() in handle_mail_finished.
    void start(smtp::OutgoingMail mail);
    // QUIT as soon as no mail is under way. No mail may be started after that.
    void finish();
    [[nodiscard]] bool is_ready() const { return session_.phase() == smtp::ClientPhase::ready; }
    void handle_connected();
    void handle_received(std::string_view bytes) { channel_.handle_received(bytes); }
    void handle_peer_finished() { channel_.handle_peer_finished(); }
    void handle_ended(); // by reset or timeout: the session hears it as an end
    void handle_timeout();
    [[nodiscard]] Instant next_timeout() const { return session_.next_timeout(); }

    [[nodiscard]] ConnectionId connection() const { return channel_.connection(); }
    // Of the last TLS attempt, when there was a failure: why.
    [[nodiscard]] const std::optional<TlsFailure>& tls_failure() const { return tls_failure_; }

private:
    void handle_plaintext(std::string_view bytes) override;
    void handle_tls_established(const tls::Established& what) override;
    void handle_tls_failed(const tls::Failed& why) override;
    void handle_end() override;

    void drain();
    void on(const smtp::client::SendBytes& what);
    void on(const smtp::client::BeginTls& what);
    void on(const smtp::client::AuthBegin& what);
    void on(const smtp::client::AuthChallenge& what);
    void on(const smtp::client::MailFinished& what);
    void on(const smtp::client::SessionFailed& what);
    void on(const smtp::client::CloseConnection& what);
    void on(const smtp::client::CommandSent& what);
    void on(const smtp::client::ReplySeen& what);
    void on(const smtp::client::TextSent& what);
    void on(const smtp::client::ProblemSeen& what);
    void tell(MailChange change);

    Machine& machine_;
    SmtpSender& sender_;
    OutboundConfig config_;
    Channel channel_;
    smtp::ClientSession session_;
    std::unique_ptr<sasl::ClientMechanism> mechanism_;
    Mechanism mechanism_name_ = Mechanism::plain;
    std::optional<TlsFailure> tls_failure_;
    EventId last_heard_; // what the server's silence is counted from
    Drain drain_;
    Unanswered<SmtpVerb> unanswered_;
};

} // namespace sim::mail
