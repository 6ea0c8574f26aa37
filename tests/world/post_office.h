// A small network with real mail servers and no mail program, for tests that say on the wire what
// no mail program would, or that need thousands of runs: a PC, a relay that takes its mail, the two
// MX of umi.example (the second one passes on to the first), and a name server. No TLS.
#pragma once

#include "sim/mail/mta.h"
#include "sim/mail/name_service.h"
#include "sim/mail/smtp_outbound.h"
#include "sim/mail/stage.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace test {

struct PostOfficePlan {
    PostOfficePlan();

    std::uint64_t seed = 1;
    std::uint64_t mx1_bits_per_second = 100'000'000; // of its line
    sim::mail::MtaConfig relay; // relay.kumo.example: hanako@kumo.example lives here
    sim::mail::MtaConfig mx1;   // mx1.umi.example: taro and jiro live here, and small, whose box is
                                // nearly full
    sim::mail::MtaConfig mx2;   // mx2.umi.example: keeps nothing
    std::vector<std::string> records; // "umi.example MX 10 mx1.umi.example"
};

// Switches what the server offers; the plan's listeners share their settings.
void change(sim::mail::MtaConfig& mta, const std::function<void(sim::smtp::ServerConfig&)>& how);

// Hands mails in, each on a connection of its own, and keeps what became of that.
class Sender final : public sim::mail::Program, private sim::mail::SmtpSender {
public:
    Sender(sim::mail::Machine& machine, sim::Address server);
    void send(sim::MailId mail, sim::smtp::OutgoingMail what);

    using Outcome = sim::smtp::client::RecipientResult::Outcome;
    // Of each recipient of each mail; absent while nothing is known.
    [[nodiscard]] std::optional<sim::smtp::client::MailFinished> result(sim::MailId mail) const;

    void handle_connected(sim::ConnectionId connection) override;
    void handle_connect_failed(sim::ConnectionId connection, sim::ConnectFailure why) override;
    void handle_received(sim::ConnectionId connection, std::string_view bytes) override;
    void handle_peer_finished(sim::ConnectionId connection) override;
    void handle_ended(sim::ConnectionId connection, sim::ConnectionEnd how) override;
    void handle_alarm() override;

private:
    void handle_mail_finished(sim::mail::SmtpOutbound& connection,
                              const sim::smtp::client::MailFinished& result) override;
    void handle_session_failed(sim::mail::SmtpOutbound& connection,
                               const sim::smtp::client::SessionFailed& failure) override;
    void arm();

    sim::mail::Machine& machine_;
    sim::Address server_;
    std::map<sim::ConnectionId, std::unique_ptr<sim::mail::SmtpOutbound>> open_;
    std::map<sim::ConnectionId, sim::MailId> mails_;
    std::map<std::uint32_t, sim::smtp::client::MailFinished> results_;
};

class PostOffice {
public:
    enum Host : std::uint32_t { hub, pc, relay, mx1, mx2, names };

    explicit PostOffice(const PostOfficePlan& plan);

    // From the PC to the relay, now. `text` needs no header.
    sim::MailId send(sim::smtp::OutgoingMail mail);
    sim::MailId send_to(std::vector<std::string> recipients);

    // Until nothing is left to do, or until then.
    void run(sim::Instant until = sim::never);
    void at(sim::Instant when, std::function<void()> what);
    // Called with each event, after the step that it happened in.
    void watch(std::function<void(const sim::Event&)> what) { watch_ = std::move(what); }

    [[nodiscard]] sim::Instant start() const { return start_; }
    [[nodiscard]] sim::Instant now() { return stage_.surroundings().now; }
    [[nodiscard]] sim::mail::Mta& mta(Host host) { return *mtas_.at(host); }
    [[nodiscard]] sim::mail::MailboxStore& mailboxes(Host host) { return stores_.at(host); }
    [[nodiscard]] sim::mail::NameService& name_service() { return *names_; }
    [[nodiscard]] sim::net::Fabric& network() { return stage_.network(); }
    [[nodiscard]] const sim::Trace& trace() const { return stage_.trace(); }
    [[nodiscard]] const Sender& sender() const { return *sender_; }
    // The texts in a mailbox, oldest first.
    [[nodiscard]] std::vector<std::string> kept(Host host, const std::string& address);
    // What a server has accepted, as it keeps it.
    [[nodiscard]] std::vector<sim::mail::StoredMessage> accepted(Host host);

    template <typename What>
    [[nodiscard]] std::vector<What> all() const
    {
        std::vector<What> found;
        for (std::size_t i = 0; i < trace().size(); ++i)
            if (const auto* what = std::get_if<What>(&trace()[i].what)) found.push_back(*what);
        return found;
    }
    // How often a text occurs among these blobs of the trace.
    [[nodiscard]] std::string text(sim::Blob blob) const { return std::string{trace().view(blob)}; }

private:
    sim::Instant start_;
    sim::mail::Stage stage_;
    std::map<Host, sim::mail::MailboxStore> stores_;
    std::map<Host, std::unique_ptr<sim::mail::Mta>> mtas_;
    std::unique_ptr<sim::mail::NameService> names_;
    std::unique_ptr<Sender> sender_;
    std::vector<std::function<void()>> script_;
    std::function<void(const sim::Event&)> watch_;
    std::size_t watched_ = 0; // events
};

} // namespace test
