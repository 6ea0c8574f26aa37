// Conservation: whatever goes wrong, a message that a server accepted with 250 ends delivered,
// handed on or bounced, for each recipient exactly once; until then it waits. It is doubled only
// where the reply after the final dot was lost, and then the trace says that nobody knew.
//
// Thousands of small worlds, each with mails, settings and faults of its own seed. All that is
// checked is read from events.
#include "sim/core/rng.h"
#include "tests/world/post_office.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace sim;
using test::PostOffice;
using test::PostOfficePlan;

namespace {

// Ten thousand where the compiler optimises and no sanitizer looks on: half a minute at most.
#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
constexpr std::uint64_t seeds = 1000;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr std::uint64_t seeds = 1000;
#else
constexpr std::uint64_t seeds = 10000;
#endif
#else
constexpr std::uint64_t seeds = 10000;
#endif

constexpr std::array servers{PostOffice::relay, PostOffice::mx1, PostOffice::mx2};

// What one server did for one recipient of one mail.
struct Account {
    std::uint32_t accepted = 0; // from the line
    std::uint32_t written = 0;  // by the server itself: a report
    std::uint32_t delivered = 0;
    std::uint32_t handed_over = 0;
    std::uint32_t bounced = 0;
    std::uint32_t unknown = 0;           // tries that ended behind the final dot without a reply
    std::uint32_t handed_to_it = 0;      // others say so
    std::uint32_t maybe_given_to_it = 0; // others do not know
    [[nodiscard]] std::uint32_t taken() const { return accepted + written; }
    [[nodiscard]] std::uint32_t done() const { return delivered + handed_over + bounced; }
};

struct Key {
    std::uint32_t host = 0;
    std::uint32_t mail = 0;
    std::string recipient;
    friend bool operator<(const Key& a, const Key& b)
    {
        return std::tie(a.host, a.mail, a.recipient) < std::tie(b.host, b.mail, b.recipient);
    }
};
using Ledger = std::map<Key, Account>;

std::vector<std::string> split(std::string_view list)
{
    std::vector<std::string> parts;
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(", "), list.size());
        parts.push_back(mail::fold_address(list.substr(0, comma)));
        list.remove_prefix(std::min(comma + 2, list.size()));
    }
    return parts;
}

std::uint32_t host_called(std::string_view name)
{
    if (name == "mx1.umi.example") return PostOffice::mx1;
    if (name == "mx2.umi.example") return PostOffice::mx2;
    return PostOffice::relay;
}

// Reads the trace into a ledger.
class Bookkeeper {
public:
    explicit Bookkeeper(const Trace& trace)
    {
        for (std::size_t i = 0; i < trace.size(); ++i) {
            event_ = &trace[i];
            std::visit([&](const auto& what) { read(trace, what); }, event_->what);
        }
    }

    Ledger ledger;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> bounces; // host, mail

private:
    void each(const Trace& trace, MailId mail, Blob recipients, const auto& count)
    {
        for (const std::string& recipient : split(trace.view(recipients)))
            count(ledger[{event_->host.value, mail.value, recipient}], recipient);
    }
    void read(const Trace& trace, const MailQueued& what)
    {
        const bool from_the_line = event_->connection.exists();
        each(trace, what.mail, what.recipients, [&](Account& account, const auto& /*who*/) {
            ++(from_the_line ? account.accepted : account.written);
        });
    }
    void read(const Trace& trace, const MailDelivered& what)
    {
        each(trace, what.mail, what.mailbox, [](Account& account, const auto& /*who*/) {
            ++account.delivered;
        });
    }
    void read(const Trace& trace, const MailHandedOver& what)
    {
        const std::uint32_t to = host_called(trace.view(what.next_hop));
        each(trace, what.mail, what.recipients, [&](Account& account, const std::string& who) {
            ++account.handed_over;
            ++ledger[{to, what.mail.value, who}].handed_to_it;
        });
    }
    void read(const Trace& trace, const MailDeferred& what) { note_unknown(trace, what); }
    void read(const Trace& trace, const MailBounced& what)
    {
        ++bounces[{event_->host.value, what.mail.value}];
        each(trace, what.mail, what.recipients, [](Account& account, const auto& /*who*/) {
            ++account.bounced;
        });
        note_unknown(trace, what);
    }
    void note_unknown(const Trace& trace, const auto& what)
    {
        if (what.step != FailureStep::end_of_data || what.code != 0) return;
        const std::uint32_t to = host_called(trace.view(what.said_by));
        each(trace, what.mail, what.recipients, [&](Account& account, const std::string& who) {
            ++account.unknown;
            ++ledger[{to, what.mail.value, who}].maybe_given_to_it;
        });
    }
    void read(const Trace& /*trace*/, const auto& /*what*/) {}

    const Event* event_ = nullptr;
};

// ---- one world --------------------------------------------------------------------------------

class Storm {
public:
    explicit Storm(std::uint64_t seed)
        : chance_{rng_stream(seed, "conservation")}, office_{plan(seed)}
    {
        const std::uint64_t mails = 1 + chance_.below(at_once_ ? 6 : 3);
        for (std::uint64_t i = 0; i < mails; ++i)
            plan_mail();
        const std::uint64_t faults = chance_.below(6);
        for (std::uint64_t i = 0; i < faults; ++i)
            plan_fault();
    }

    // Runs to the end, and looks at the books once in between and once then.
    void run()
    {
        if (chance_.below(4) == 0) {
            office_.run(office_.start() + minutes(720));
            const Bookkeeper half{office_.trace()};
            for (const auto& [key, account] : half.ledger)
                REQUIRE(account.done() <= account.taken()); // the rest waits
        }
        office_.run();
        check();
    }

    std::uint64_t messages = 0;
    std::uint64_t doubled = 0;
    std::uint64_t bounced = 0;
    std::uint64_t events = 0;

private:
    bool one_in(std::uint64_t odds) { return chance_.below(odds) == 0; }
    Duration minutes(std::uint64_t at_most)
    {
        return std::chrono::minutes{static_cast<std::int64_t>(chance_.below(at_most))} +
               std::chrono::milliseconds{static_cast<std::int64_t>(chance_.below(60000))};
    }

    PostOfficePlan plan(std::uint64_t seed)
    {
        PostOfficePlan plan;
        plan.seed = seed;
        at_once_ = one_in(4);
        constexpr std::array<Duration, 3> patience{2h, 24h, 120h};
        for (mail::MtaConfig* mta : {&plan.relay, &plan.mx1, &plan.mx2}) {
            mta->relay.give_up = patience.at(chance_.below(3));
            mta->relay.wants_chunking = one_in(3);
            if (at_once_) mta->relay.most_connections = 1 + chance_.below(2);
            const bool pipelining = !one_in(3);
            const bool dsn = !one_in(3);
            const bool small = one_in(8);
            test::change(*mta, [&](smtp::ServerConfig& session) {
                session.extensions.pipelining = pipelining;
                session.extensions.dsn = dsn;
                if (small) session.limits.message_octets = 800;
            });
        }
        if (one_in(3)) plan.mx1.listeners[0].checks = {PolicyCheck::sender_domain};
        if (one_in(3)) {
            plan.mx2.listeners[0].checks = {PolicyCheck::client_name, PolicyCheck::sender_domain};
        }
        if (one_in(6)) plan.records.emplace_back("umi.example MX 15 relay.kumo.example");
        return plan;
    }

    void plan_mail()
    {
        constexpr std::array<const char*, 9> known{"taro@umi.example",
                                                   "taro@umi.example",
                                                   "Jiro@umi.example",
                                                   "small@umi.example",
                                                   "nobody@umi.example",
                                                   "x@silent.example",
                                                   "x@nowhere.example",
                                                   "hanako@kumo.example",
                                                   "noone@kumo.example"};
        static constexpr std::array<const char*, 5> senders{"hanako@kumo.example",
                                                            "hanako@kumo.example",
                                                            "",
                                                            "ghost@kumo.example",
                                                            "x@silent.example"};
        smtp::OutgoingMail mail;
        mail.reverse_path = senders.at(chance_.below(senders.size()));
        for (std::uint64_t i = 0, count = 1 + chance_.below(3); i < count; ++i) {
            const std::string recipient = known.at(chance_.below(known.size()));
            if (std::ranges::find(mail.recipients, recipient) == mail.recipients.end())
                mail.recipients.push_back(recipient);
        }
        std::string text = "Subject: x\r\n\r\n";
        for (std::uint64_t i = 0, lines = chance_.below(20); i < lines; ++i)
            text += ".line of a mail that means nothing\r\n";
        mail.text = std::make_shared<const std::string>(std::move(text));
        const Duration after = minutes(180);
        office_.at(office_.start() + (at_once_ ? 0min : after), [this, mail] {
            const MailId id = office_.send(mail);
            sent_.emplace_back(id, mail);
        });
    }

    void plan_fault()
    {
        const Instant from = office_.start() + minutes(240);
        const bool heals = !one_in(4);
        const Instant until = from + minutes(one_in(2) ? 5 : 60 * 24);
        const auto host = servers.at(chance_.below(servers.size()));
        const auto plan = [&](const std::function<void(bool)>& set) {
            office_.at(from, [set] { set(true); });
            if (heals) office_.at(until, [set] { set(false); });
        };
        switch (chance_.below(5)) {
        case 0: {
            const auto fault = static_cast<mail::DnsFault>(1 + chance_.below(3));
            plan([this, fault](bool on) {
                office_.name_service().set_fault(on ? fault : mail::DnsFault::off);
            });
            return;
        }
        case 1: // dead, at whatever moment: also between 250 and the client's hearing of it
            plan([this, host](bool on) { office_.network().set_host_down(HostId{host}, on); });
            return;
        case 2:
            lose_a_reply(host);
            return;
        default:
            break;
        }
        const mail::SmtpFaults faults = random_faults();
        plan([this, host, faults](bool on) {
            office_.mta(host).set_faults(on ? faults : mail::SmtpFaults{});
        });
    }

    // The server has accepted, and before anybody hears of it the network is gone for a while.
    void lose_a_reply(PostOffice::Host host)
    {
        const Duration gone = 1min + minutes(60);
        office_.watch([this, host, gone, is_over = false](const Event& event) mutable {
            const bool accepts = event.host.value == host && event.connection.exists() &&
                                 event.kind() == Kind::mail_queued;
            if (is_over || !accepts) return;
            is_over = true;
            office_.network().set_host_down(HostId{PostOffice::hub}, true);
            office_.at(event.at + gone,
                       [this] { office_.network().set_host_down(HostId{PostOffice::hub}, false); });
        });
    }

    mail::SmtpFaults random_faults()
    {
        mail::SmtpFaults faults;
        const auto points = values_of<mail::FaultPoint>();
        const auto point = [&] { return points[chance_.below(points.size())]; };
        if (one_in(2)) {
            const mail::FaultPoint at = point();
            const auto codes = mail::fault_codes(at);
            faults.reply_to(at) = codes[chance_.below(codes.size())];
        }
        if (one_in(3)) faults.cut = point();
        if (one_in(3)) faults.delay = mail::fault_delays.at(chance_.below(3)).length;
        return faults;
    }

    // ---- the books ----------------------------------------------------------------------------

    void check()
    {
        Bookkeeper books{office_.trace()};
        add_sender(books.ledger);
        for (const auto& [key, account] : books.ledger) {
            const Key& whose = key;
            INFO("server ", whose.host, ", mail ", whose.mail, " to ", whose.recipient);
            // None lost, none made of nothing.
            REQUIRE(account.done() == account.taken());
            // 250 means that it is there.
            REQUIRE(account.accepted >= account.handed_to_it);
            // More than that only where somebody did not hear the reply, and says so.
            REQUIRE(account.accepted <= account.handed_to_it + account.maybe_given_to_it);
            messages += account.taken();
            bounced += account.bounced;
            if (account.delivered > 1) ++doubled;
        }
        for (const auto host : servers) {
            INFO("server ", static_cast<int>(host));
            REQUIRE(office_.mta(host).queue_size() == 0);
        }
        check_mailboxes();
        check_reports(books);
        events = office_.trace().size();
    }

    void add_sender(Ledger& ledger)
    {
        for (const auto& [mail, what] : sent_) {
            const auto result = office_.sender().result(mail);
            for (std::size_t i = 0; i < what.recipients.size(); ++i) {
                Account& account =
                    ledger[{PostOffice::relay, mail.value, mail::fold_address(what.recipients[i])}];
                if (!result) continue; // it never got through
                const auto& outcome = result->recipients[i];
                const bool accepted = outcome.outcome == test::Sender::Outcome::accepted;
                if (accepted) ++account.handed_to_it;
                const bool unheard = !accepted && outcome.reply.code == 0 &&
                                     outcome.step == FailureStep::end_of_data;
                if (unheard) ++account.maybe_given_to_it;
            }
        }
    }

    // What lies in the mailboxes is what the events say.
    void check_mailboxes()
    {
        std::size_t lying = 0;
        for (const auto host : servers) {
            for (const std::string& address : office_.mailboxes(host).addresses())
                lying += office_.mailboxes(host).messages(address).size();
        }
        REQUIRE(lying == office_.all<MailDelivered>().size());
    }

    // Each sender who has an address was told of each failure; nobody of a report that failed.
    void check_reports(const Bookkeeper& books)
    {
        for (const auto host : servers) {
            std::size_t told = 0;
            for (const mail::StoredMessage& message : office_.accepted(host)) {
                const bool is_ours = message.text->starts_with("From: Mail Delivery System") &&
                                     message.reverse_path.empty();
                if (is_ours && message.text->find("Action: failed") != std::string::npos) ++told;
            }
            std::size_t owed = 0;
            for (const auto& [key, count] : books.bounces)
                if (key.first == host && has_sender(key.second)) owed += count;
            INFO("server ", static_cast<int>(host));
            REQUIRE(told == owed);
        }
    }
    [[nodiscard]] bool has_sender(std::uint32_t mail) const
    {
        return std::ranges::any_of(sent_, [&](const auto& each) {
            return each.first.value == mail && !each.second.reverse_path.empty();
        });
    }

    Rng chance_;
    bool at_once_ = false; // all mails at one moment, and few connections for them
    PostOffice office_;
    std::vector<std::pair<MailId, smtp::OutgoingMail>> sent_;
};

} // namespace

TEST_SUITE("world.conservation")
{
    TEST_CASE(
        "a message accepted with 250 is delivered, passed on or bounced; none lost or doubled")
    {
        std::uint64_t messages = 0;
        std::uint64_t bounced = 0;
        std::uint64_t doubled = 0;
        std::uint64_t events = 0;
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            INFO("seed ", seed);
            Storm storm{seed};
            storm.run();
            messages += storm.messages;
            bounced += storm.bounced;
            doubled += storm.doubled;
            events += storm.events;
        }
        MESSAGE(seeds,
                " seeds: ",
                messages,
                " acceptances, ",
                bounced,
                " bounced, ",
                doubled,
                " doubled after a lost reply, ",
                events,
                " events");
        // The storms were storms: each of these has happened.
        CHECK(messages > seeds * 2);
        CHECK(bounced > seeds / 4);
        CHECK(doubled > 0);
    }
}
