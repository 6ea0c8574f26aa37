// The part of a mail server that sends mail on: finds the next hop (MX, then A; RFC 5321 §5.1),
// tries it, and retries, bounces or gives up (§4.5.4.1).
#pragma once

#include "sim/core/deadlines.h"
#include "sim/core/interface.h"
#include "sim/mail/dialler.h"
#include "sim/mail/machine.h"
#include "sim/mail/refusal.h"
#include "sim/mail/smtp_outbound.h"

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sim::mail {

// A mail that this server has taken responsibility for.
struct QueuedMail {
    MailId mail;
    std::string queue_id;
    std::string reverse_path; // empty: null, and so never bounced
    std::shared_ptr<const std::string> text;
    bool needs_utf8 = false; // it came with SMTPUTF8, and something of it is beyond ASCII
    std::shared_ptr<const std::string> ascii_text{}; // goes instead where SMTPUTF8 is lacking
    // What the sender wants to hear of it, RFC 3461.
    std::optional<smtp::ReturnedPart> ret{};
    std::string envid{};                                       // xtext; empty: none
    std::map<std::string, smtp::RecipientParameters> wishes{}; // by recipient
    Instant arrived;
    EventId accepted; // its MailQueued
};

// Where mail for a domain goes when not by MX record; "*" is for all domains not named. With a user
// the relay logs in there, as at a smart host.
struct Route {
    std::string domain;
    std::string host;
    std::uint16_t port = 25;
    Protection protection{Protection::starttls_if_available};
    std::string user{};
    std::string password{};

    // Whether two domains go one way, in one transaction.
    [[nodiscard]] bool leads_where(const Route& other) const
    {
        return host == other.host && port == other.port && protection == other.protection &&
               user == other.user && password == other.password;
    }
};

struct RelayConfig {
    std::string hostname;
    std::vector<Route> routes;
    std::vector<Duration> retry;  // waits between attempts; the last one repeats
    Duration give_up{};           // after arrival
    Duration warn_after{};        // the sender is told that it still waits; 0: never
    bool wants_chunking = false;  // BDAT instead of DATA where it is offered
    bool keeps_line_ends = false; // of the text, whatever they are: as careless software does
    // At once to one next hop; what is more waits for one of them. Postfix has as many.
    std::size_t most_connections = 20;
};

// Who owns the relay: told when the sender of a mail has to hear something.
class RelayOwner : public Interface {
public:
    virtual void handle_bounced(const QueuedMail& mail, const std::vector<Refusal>& refusals) = 0;
    virtual void handle_delayed(const QueuedMail& mail,
                                const std::vector<Refusal>& refusals,
                                Instant give_up_at) = 0;
    // A next hop that makes no reports took it for these recipients.
    virtual void handle_relayed(const QueuedMail& mail, const std::vector<Refusal>& taken) = 0;
};

class Relay final : private SmtpSender {
public:
    // `program` is the one that the machine knows; its callbacks are passed on to the methods
    // below.
    Relay(Machine& machine, Program& program, RelayOwner& owner, RelayConfig config);

    // Sends the mail to these recipients, starting at this instant.
    void add(const std::shared_ptr<const QueuedMail>& mail,
             const std::vector<std::string>& recipients);

    // Each returns whether the connection or answer was the relay's.
    bool handle_answer(const dns::Answered& answer);
    bool handle_connected(ConnectionId connection);
    bool handle_connect_failed(ConnectionId connection, ConnectFailure why);
    bool handle_received(ConnectionId connection, std::string_view bytes);
    bool handle_peer_finished(ConnectionId connection);
    bool handle_ended(ConnectionId connection);
    void handle_due();
    [[nodiscard]] Instant next_due() const;

    // Mails that are not settled: a mail to two domains counts twice.
    [[nodiscard]] std::size_t size() const { return deliveries_.size(); }

private:
    struct Hop {
        std::string host; // name, for TLS and for people
        std::uint16_t port = 25;
        std::uint16_t preference = 0;
        std::optional<Address> address; // looked up when its turn comes
    };
    // One mail to those of its recipients that go the same way. At any time it waits: until it is
    // due, for the answer to a question, in line at a door, or for the end of a talk.
    struct Delivery {
        std::shared_ptr<const QueuedMail> mail;
        std::string destination; // domain, or host of a route
        std::optional<Route> route;
        std::vector<std::string> recipients;
        std::uint16_t attempts = 0;
        std::deque<Hop> hops;     // still to be tried in this attempt, the present one in front
        bool without_tls = false; // the handshake failed at this hop; it is tried in the clear
        bool warned = false;
        // What stopped it in this attempt, recipient not filled in: the last refusal for good, and
        // the first that time may heal, at whichever hop.
        Refusal for_good;
        std::optional<Refusal> for_now;
        EventId cause; // of the next attempt
        std::list<Delivery>::iterator self;
    };
    using Deliveries = std::list<Delivery>;
    struct Talk {
        std::unique_ptr<SmtpOutbound> outbound;
        Delivery* delivery = nullptr; // null once its mail is settled
        Endpoint to;
        std::string host; // the name by which it was found
        bool without_tls = false;
        std::optional<Route> route; // and what it was told to do there
    };
    // A next hop that is spoken to.
    struct Door {
        std::size_t talks = 0;
        std::deque<Delivery*> line; // those that wait until one may enter
    };

    void start(Delivery& delivery);
    void use_endpoints(Delivery& delivery, const Dialler::Answer& answer);
    void use_exchangers(Delivery& delivery, const dns::Answered& answer);
    void drop_ourselves(Delivery& delivery);
    void try_hop(Delivery& delivery);
    void wait(Delivery& delivery, Instant until);
    void forget(Delivery& delivery);
    void connect(Delivery& delivery, Endpoint to);
    void hand_over(Talk& talk, Delivery& delivery);
    EventId tell_attempt(const Delivery& delivery);
    [[nodiscard]] OutboundConfig outbound_config(const Delivery& delivery);
    void log_in(OutboundConfig& config, const Route& route);
    void leave(std::map<ConnectionId, Talk>::iterator talk);
    Delivery* next_in_line(const Talk& talk);
    void next_hop(Delivery& delivery, Refusal why, bool permanent);
    void fail(Delivery& delivery,
              bool permanent,
              FailureStep step,
              std::uint16_t code,
              std::string status,
              std::string reply);
    void
    conclude(Delivery& delivery, ConnectionId connection, const smtp::client::MailFinished& result);
    void
    settle(Delivery& delivery, ConnectionId connection, const smtp::client::MailFinished& result);
    void put_off(Delivery& delivery, const std::vector<Refusal>& refusals);
    void bounce(const Delivery& delivery, const std::vector<Refusal>& refusals);
    void give_up(Delivery& delivery, const std::vector<Refusal>& refusals);
    [[nodiscard]] const Route* route_for(std::string_view domain) const;
    [[nodiscard]] static bool may_go_without_tls(const Delivery& delivery);
    [[nodiscard]] static bool same_way(const std::optional<Route>& a,
                                       const std::optional<Route>& b);
    SmtpOutbound* find(ConnectionId connection);
    void watch(const SmtpOutbound& outbound);

    void handle_mail_finished(SmtpOutbound& connection,
                              const smtp::client::MailFinished& result) override;
    // What that means for a mail, handle_mail_finished has said.
    void handle_session_failed(SmtpOutbound& /*connection*/,
                               const smtp::client::SessionFailed& /*failure*/) override
    {
    }

    Machine& machine_;
    Program& program_;
    RelayOwner& owner_;
    RelayConfig config_;
    Rng chance_;
    Deliveries deliveries_;
    std::multimap<Instant, Delivery*> due_;
    Dialler dialler_;
    std::map<dns::QuestionId, Delivery*> questions_; // for exchangers, or where the hop in front is
    std::map<ConnectionId, Talk> talks_;
    Deadlines<ConnectionId> deadlines_; // of these
    std::map<Endpoint, Door> doors_;
    std::uint32_t logins_ = 0;
};

} // namespace sim::mail
