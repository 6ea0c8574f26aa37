// A crowd of infected PCs: one node of many addresses, one program that makes attempts at its
// times. Each attempt is one mail from one PC to one recipient, over real names, connections and
// SMTP sessions; it begins with a CrowdAttempt and ends with a CrowdAttemptEnded.
//
// What such programs leave out is left out here: there is no queue, no second MX, no bounce, and a
// certificate is looked at by nobody.
#pragma once

#include "sim/core/deadlines.h"
#include "sim/core/happening.h"
#include "sim/core/protection.h"
#include "sim/mail/crowd_habits.h"
#include "sim/mail/dialler.h"
#include "sim/mail/smtp_outbound.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sim::mail {

// A login that was stolen, and the address that it may send as.
struct CrowdAccount {
    std::string user;
    std::string password;
    std::string address;
};

// Where all of a crowd's mail goes.
struct CrowdRoute {
    CrowdWay way = CrowdWay::direct;
    std::string server; // empty: straight to the recipient's MX
    std::uint16_t port = 25;
    Protection protection = Protection::none;
    std::vector<CrowdAccount> accounts{}; // of the server, one by chance each time; none: no login
};

// Where some of the PCs go when nothing was accepted by the crowd's own way for so long.
struct CrowdTurn {
    Duration after{};
    unsigned percent = 0; // of the PCs
    CrowdRoute route;
};

struct CrowdConfig {
    std::uint16_t number = 0; // position in the scenario
    std::uint64_t attempts = 0;
    Instant start{};
    Duration duration{}; // over which they are spread evenly, each at some moment of its share

    CrowdRoute route;
    std::string sender;               // where the route has no accounts
    std::vector<std::string> known;   // addresses that were harvested
    std::vector<std::string> traps;   // that look so and belong to nobody
    std::vector<std::string> guessed; // domains in which local parts are guessed
    unsigned known_percent = 0;       // of the attempts; the rest is guessed
    unsigned trap_percent = 0;

    CrowdHello hello = CrowdHello::address;
    // Of the attempts that are refused for now: how many are made again, and when. Twice at most.
    unsigned retry_percent = 0;
    Duration retry_after = 5min;
    std::optional<CrowdTurn> turn{};
};

class Crowd final : public Program, private SmtpSender {
public:
    // The machine's addresses are the PCs.
    Crowd(Machine& machine, CrowdConfig config);
    void start(); // once
    // For attempts that begin from now on.
    void set_route(CrowdRoute route);

    void handle_connected(ConnectionId connection) override;
    void handle_connect_failed(ConnectionId connection, ConnectFailure why) override;
    void handle_received(ConnectionId connection, std::string_view bytes) override;
    void handle_peer_finished(ConnectionId connection) override;
    void handle_ended(ConnectionId connection, ConnectionEnd how) override;
    void handle_alarm() override;
    void handle_answer(const dns::Answered& answer) override;

private:
    struct Attempt {
        std::uint32_t number = 0;
        MailId mail;
        Address pc;
        CrowdTarget target = CrowdTarget::known;
        std::string recipient;
        std::shared_ptr<const CrowdRoute> route;
        std::size_t account = 0; // in the route's accounts
        bool has_turned = false; // goes another way than its crowd
        bool comes_back = false;
        std::uint16_t tries = 0;
        std::string host;             // that it goes to, once it is known
        std::uint16_t preference = 0; // of its MX record
        EventId cause;                // of what is done next
    };
    struct Talk {
        std::uint32_t attempt = 0; // by number; over once it is settled
        bool is_settled = false;
        std::unique_ptr<SmtpOutbound> outbound; // once the connection stands
    };

    void plan_next();
    void begin_next();
    void set_out(Attempt& attempt);
    void look_up(Attempt& attempt, const std::string& host, std::uint16_t port);
    void use_exchangers(Attempt& attempt, const dns::Answered& answer);
    void dial(Attempt& attempt, Endpoint to);
    void end(std::uint32_t number, bool accepted, FailureStep step, std::uint16_t code);
    void conclude(Talk& talk, const smtp::client::RecipientResult& result);
    void watch(const SmtpOutbound& outbound);
    void arm();
    void draw_recipient(Attempt& attempt);
    void choose_route(Attempt& attempt, std::uint64_t pc);
    [[nodiscard]] std::string draw_local_part();
    [[nodiscard]] std::string hello_of(const Attempt& attempt) const;
    [[nodiscard]] OutboundConfig outbound_config(const Attempt& attempt) const;

    void handle_mail_finished(SmtpOutbound& connection,
                              const smtp::client::MailFinished& result) override;
    // What that means for a mail, handle_mail_finished has said.
    void handle_session_failed(SmtpOutbound& /*connection*/,
                               const smtp::client::SessionFailed& /*failure*/) override
    {
    }

    Machine& machine_;
    CrowdConfig config_;
    std::shared_ptr<const CrowdRoute> route_;
    std::shared_ptr<const CrowdRoute> turned_route_; // of those who turn
    Instant open_at_;      // when a mail was last accepted by the crowd's own way
    bool is_shut_ = false; // since then some were not, and none was
    Rng chance_;
    Dialler dialler_;
    std::shared_ptr<const std::string> text_; // the same for everybody
    std::uint32_t next_ = 0;                  // attempt
    Instant next_at_ = never;
    std::map<std::uint32_t, Attempt> attempts_; // that are not over, by number
    std::map<dns::QuestionId, std::uint32_t> questions_;
    std::map<ConnectionId, Talk> talks_;
    Deadlines<ConnectionId> deadlines_; // of these
    Deadlines<std::uint32_t> retries_;  // of attempts
};

} // namespace sim::mail
