// A mail program on somebody's PC: sends what its user wrote to the server in its account settings,
// and fetches the user's mail over POP3. What it would show its user is appended to the trace.
#pragma once

#include "sim/mail/dialler.h"
#include "sim/mail/machine.h"
#include "sim/mail/smtp_outbound.h"
#include "sim/pop3/client_session.h"
#include "sim/sasl/token.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sim::mail {

// What the program has from its user's sign-in with whoever signs tokens: it gets a token of this
// age whenever it needs one.
struct TokenGrant {
    sasl::TokenClaims claims; // but for its times
    std::string signing_seed; // of the one who signs
    Duration age{};
    Duration lifetime{};
};

// As the account dialog has it.
struct Account {
    std::string server; // host name or address
    std::uint16_t port = 587;
    Protection protection = Protection::starttls;
    std::vector<Mechanism> mechanisms; // that the user allows; empty: no authentication
    std::string user;
    std::string password;
    tls::VersionRange versions{};
    std::optional<TokenGrant> token; // none: the user never signed in that way
    std::string bearer; // a token whose issuer is outside of the simulation; else empty
};

struct SendJob {
    Account account;
    std::string reverse_path;
    std::vector<std::string> recipients;
    std::string text; // the whole message, any line ends
    bool raw = false; // which are left as they are, by the tool of somebody who means harm
};

struct FetchJob {
    Account account;
    std::string mailbox; // whose mail it is, for the trace
};

class Mua final : public Program, private SmtpSender {
public:
    Mua(Machine& machine, std::string key);
    ~Mua() override;
    void start(); // once

    // Jobs are done one after the other.
    void send(SendJob job);
    void fetch(FetchJob job);
    // Jobs that have ended, one way or the other, since the start.
    [[nodiscard]] std::uint32_t finished_jobs() const { return finished_jobs_; }
    [[nodiscard]] const std::string& key() const { return key_; }

    void handle_connected(ConnectionId connection) override;
    void handle_connect_failed(ConnectionId connection, ConnectFailure why) override;
    void handle_received(ConnectionId connection, std::string_view bytes) override;
    void handle_peer_finished(ConnectionId connection) override;
    void handle_ended(ConnectionId connection, ConnectionEnd how) override;
    void handle_alarm() override;
    void handle_answer(const dns::Answered& answer) override;

private:
    class Fetching;
    using Job = std::variant<SendJob, FetchJob>;

    void begin_next();
    [[nodiscard]] const Account& account() const;
    void connect_to_next();
    [[nodiscard]] sasl::Credentials credentials(const Account& account) const;
    void
    send_finished(UserError error, FailureStep step, std::uint16_t code, std::string_view reply);
    void fetch_finished(UserError error, FailureStep step, std::string_view reply);
    void job_failed(UserError error, FailureStep step);
    void end_job();
    void arm();

    void handle_mail_finished(SmtpOutbound& connection,
                              const smtp::client::MailFinished& result) override;
    void handle_session_failed(SmtpOutbound& connection,
                               const smtp::client::SessionFailed& failure) override;

    Machine& machine_;
    std::string key_;
    std::deque<Job> jobs_;  // the present one in front
    bool busy_ = false;     // the one in front has begun
    bool reported_ = false; // and its result is in the trace
    MailId mail_;
    Dialler dialler_;
    dns::QuestionId question_;
    std::deque<Endpoint> endpoints_; // of the server, still to be tried
    ConnectionId connection_;
    std::unique_ptr<SmtpOutbound> outbound_;
    std::unique_ptr<Fetching> fetching_;
    std::vector<std::string> seen_uidls_;
    std::uint32_t fetched_messages_ = 0; // by the present job
    std::deque<EventId> causes_;         // of the jobs
    std::uint32_t finished_jobs_ = 0;
};

} // namespace sim::mail
