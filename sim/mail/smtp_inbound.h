// One client's connection to a mail server: channel, SMTP server session and SASL joined, each
// command and reply appended to the trace. What may be accepted is asked of an SmtpReceiver.
#pragma once

#include "sim/auth/results_field.h"
#include "sim/core/interface.h"
#include "sim/mail/channel.h"
#include "sim/mail/drain.h"
#include "sim/mail/faults.h"
#include "sim/mail/unanswered.h"
#include "sim/sasl/mechanism.h"
#include "sim/smtp/server_session.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace sim::mail {

// Who is at the other end and how; fixed for the connection but for the last three.
struct InboundPeer {
    ConnectionId connection;
    Endpoint local;
    Endpoint remote;
    std::optional<tls::Established> tls; // once it stands
    std::string client_name{};           // once a check has found that it is one
    std::optional<auth::SpfSeen> spf{};  // of the last MAIL, if a check has looked
};

// The server's side of the questions that a session asks.
class SmtpReceiver : public Interface {
public:
    // Whether somebody who has just connected is welcome; known at once.
    virtual smtp::server::Judgement check_client(const InboundPeer& /*peer*/) { return {}; }
    // Nothing: the answer to any of these comes later, through SmtpInbound::settle.
    virtual std::optional<smtp::server::Judgement>
    check_sender(const InboundPeer& peer, const smtp::server::CheckSender& question) = 0;
    virtual std::optional<smtp::server::Judgement>
    check_recipient(const InboundPeer& peer,
                    const smtp::server::CheckSender& transaction,
                    const smtp::Mailbox& recipient) = 0;
    // Accepting means that the mail is safe with the server.
    virtual std::optional<smtp::server::Judgement>
    receive(const InboundPeer& peer, smtp::server::MessageReceived message) = 0;
    [[nodiscard]] virtual const sasl::CredentialStore& credentials() const = 0;
    // After too many failed logins from its address: until when it cannot log in.
    [[nodiscard]] virtual std::optional<Instant> refused_until(const InboundPeer& peer) const = 0;
    // Failures from its address that still count.
    [[nodiscard]] virtual std::uint32_t failed_logins(const InboundPeer& peer) const = 0;
    virtual void handle_login(const InboundPeer& peer, bool succeeded) = 0;
};

struct InboundConfig {
    std::shared_ptr<const smtp::ServerConfig> session;
    std::shared_ptr<const tls::ServerConfig> tls;
    bool tls_from_start = false;
    // What is wrong with the certificate, by the name of its kind; empty: nothing.
    std::string certificate_fault;
};

class SmtpInbound final : private ChannelUser {
public:
    SmtpInbound(Machine& machine,
                SmtpReceiver& receiver,
                const InboundConfig& config,
                ConnectionId connection,
                Endpoint local,
                Endpoint remote);

    // Before handle_connected(), or at any time after it: it counts for what comes from now on.
    void set_faults(const SmtpFaults& faults);
    void handle_connected();
    void handle_received(std::string_view bytes) { channel_.handle_received(bytes); }
    void handle_peer_finished() { channel_.handle_peer_finished(); }
    void handle_ended(); // by reset or timeout: nobody hears anything any more
    void handle_timeout();
    void settle(const smtp::server::Judgement& judgement);
    void know_client(const std::string& name, const std::optional<auth::SpfSeen>& spf)
    {
        peer_.client_name = name;
        peer_.spf = spf;
    }
    [[nodiscard]] Instant next_timeout() const;
    [[nodiscard]] const InboundPeer& peer() const { return peer_; }

private:
    void handle_plaintext(std::string_view bytes) override;
    void handle_tls_established(const tls::Established& what) override;
    void handle_tls_failed(const tls::Failed& why) override;
    void handle_end() override;

    void drain();
    void on(const smtp::server::CommandSeen& seen);
    void on(const smtp::server::ReplySent& reply);
    void on(const smtp::server::TextReceived& text);
    void on(const smtp::server::ProblemSeen& problem);
    void on(const smtp::server::SendBytes& what);
    void on(const smtp::server::BeginTls& what);
    void on(const smtp::server::CloseConnection& what);
    void on(const smtp::server::AuthStart& what);
    void on(const smtp::server::AuthResponse& what);
    void on(const smtp::server::AuthCancelled& what);
    void on(const smtp::server::CheckSender& what);
    void on(const smtp::server::CheckRecipient& what);
    void on(smtp::server::MessageReceived& what);
    [[nodiscard]] std::optional<std::string> pause_of_peer() const;
    bool refuse_paused();
    void answer(const sasl::ServerStep& step);
    std::optional<std::uint32_t> abandon_login();
    void tell_login(const sasl::ServerStep& end);
    [[nodiscard]] bool tells_secret(const smtp::server::CommandSeen& seen) const;

    // ---- faults -------------------------------------------------------------------------------
    // What a delay holds back, in order; `cause` is the FaultInjected that says so.
    using Held = std::variant<smtp::server::ReplySent,
                              smtp::server::SendBytes,
                              smtp::server::BeginTls,
                              smtp::server::CloseConnection>;
    struct HeldBack {
        Instant due;
        EventId cause;
        Held what;
    };
    [[nodiscard]] bool is_slow() const { return faults_.delay > Duration{0} || !held_.empty(); }
    void hold_back(Held what);
    void release();
    void give(const smtp::server::ReplySent& reply);
    void append(const smtp::server::ReplySent& reply);
    void give(const smtp::server::SendBytes& what);
    void give(const smtp::server::BeginTls& what);
    void give(const smtp::server::CloseConnection& what);
    void cut_at(std::optional<FaultPoint> point);
    [[nodiscard]] std::optional<smtp::server::Judgement> fault_for(const smtp::Mailbox& recipient);
    EventId tell(Fault fault, std::string setting, std::string_view value);

    Machine& machine_;
    SmtpReceiver& receiver_;
    InboundConfig config_;
    Channel channel_;
    InboundPeer peer_;
    smtp::ServerSession session_;
    smtp::server::CheckSender transaction_; // as of the last MAIL
    std::unique_ptr<sasl::ServerMechanism> mechanism_;
    Mechanism mechanism_name_ = Mechanism::plain;
    std::uint32_t logins_ = 0; // tried on this connection
    Drain drain_;
    Unanswered<SmtpVerb> unanswered_;
    SmtpFaults faults_;
    std::deque<HeldBack> held_;
    bool said_fault_ = false;                  // a reply was replaced
    std::deque<std::string> refused_by_fault_; // recipients whose reply has not been given yet
    bool cut_ = false; // by a fault: nothing that the session still says matters
};

} // namespace sim::mail
