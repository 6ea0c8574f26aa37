// A caching resolver without I/O: questions, datagrams and time in; datagrams and answers out.
//
// One class serves a PC's stub (one forwarder for ".") and the resolver of a provider (which server
// has which zone). It does not walk down from the root: who is asked is a setting, longest suffix
// first. The modelling choice costs the lesson on referrals and keeps each lookup at one question.
//
// The caller owns the socket and the clock. What a server says is believed only for names that
// would have been asked of that server; datagrams that answer no open question are ignored.
#pragma once

#include "sim/core/deadlines.h"
#include "sim/core/dns_words.h"
#include "sim/core/ids.h"
#include "sim/core/output_list.h"
#include "sim/core/rng.h"
#include "sim/core/time.h"
#include "sim/dns/cache.h"
#include "sim/dns/message.h"
#include "sim/dns/server.h"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sim::dns {

using QuestionId = Id<struct DnsQuestionTag>; // the asker's own number

// Names within `suffix` are asked of `servers`, the first one first.
struct Forward {
    Name suffix;
    std::vector<Address> servers;
};

// How long each attempt waits for an answer; attempt i goes to server i modulo their number.
struct RetrySchedule {
    std::vector<Duration> waits;
};
RetrySchedule windows_schedule();   // 0, 1, 2, 4, 8 s, giving up at 10 s
RetrySchedule linux_schedule();     // 0, 5 s, giving up at 10 s
RetrySchedule recursive_schedule(); // 0, 0.8, 2.4 s, giving up at 5.6 s: before its clients do

struct ResolverConfig {
    std::vector<Forward> forwards{};
    RetrySchedule schedule = linux_schedule();
    CacheLimits cache{};
    std::size_t max_lookups = 256;    // different questions open at once; more fail at once
    std::size_t max_questions = 4096; // askers waiting for them
};

struct SendDatagram {
    Endpoint to;
    std::string bytes;
    Question question;
    std::uint8_t attempt = 1;
    friend bool operator==(const SendDatagram&, const SendDatagram&) = default;
};

struct Answered {
    QuestionId id;
    Question question;
    DnsOutcome outcome = DnsOutcome::found;
    std::vector<Record> records{}; // aliases first, then the set; TTLs are what is left of them
    std::optional<Record> soa{};   // with no_data and name_does_not_exist, when it was told
    bool from_cache = false;       // nobody had to be asked
    friend bool operator==(const Answered&, const Answered&) = default;
};

using ResolverOutput = std::variant<SendDatagram, Answered>;

class Resolver {
public:
    Resolver(ResolverConfig config, Rng rng);

    void handle_question(QuestionId id, const Name& name, RecordType type, Instant now);
    void handle_datagram(std::string_view bytes, Endpoint from, Instant now);
    // Everything due at or before `now`.
    void handle_timeout(Instant now);
    // When handle_timeout has something to do; `never` when no question is open.
    [[nodiscard]] Instant next_timeout() const { return deadlines_.next(); }

    [[nodiscard]] std::optional<ResolverOutput> poll_output();

    // Forgets everything it remembers, as `ipconfig /flushdns` does. Open questions stay open.
    void flush_cache() { cache_.clear(); }
    [[nodiscard]] std::size_t cached() const { return cache_.size(); }
    [[nodiscard]] std::size_t open_lookups() const { return lookups_.size(); }

private:
    using LookupId = Id<struct DnsLookupTag>; // in the order in which they begin

    // How a lookup ends: what every asker is told, less the aliases that led there.
    struct Ending {
        DnsOutcome outcome = DnsOutcome::found;
        std::vector<Record> records{};
        std::optional<Record> soa{};
    };

    // One name and type that somebody waits for, and the question that is out for it just now.
    struct Lookup {
        LookupId id{};
        Question asked;
        std::vector<QuestionId> waiting{};
        std::vector<Record> aliases{}; // followed so far
        Question current{};            // `asked`, or where the aliases lead
        std::uint16_t transaction = 0; // of `current`
        std::size_t forward = 0;       // whose servers are asked: position in config_.forwards
        std::uint8_t attempt = 0;      // 1 is the first
        std::vector<Address> asked_servers{};
        std::vector<Address> useless_servers{};   // said that they cannot answer
        DnsOutcome worst = DnsOutcome::timed_out; // what to say if nobody can
        bool from_cache = true;
    };

    [[nodiscard]] std::optional<std::size_t> forward_for(const Name& name) const;
    [[nodiscard]] std::uint16_t draw_transaction();
    // Each of these takes a lookup further; with an Ending it is over.
    std::optional<Ending> follow_cache(Lookup& lookup, Instant now) const;
    std::optional<Ending> ask_servers(Lookup& lookup, Instant now);
    std::optional<Ending> next_attempt(Lookup& lookup, Instant now);
    std::optional<Ending> read_reply(Lookup& lookup, const Message& reply, Instant now);
    std::optional<Ending> follow_aliases(Lookup& lookup, const Message& reply, Instant now);
    Ending read_negative(const Lookup& lookup, const Message& reply, Instant now);
    void tell(QuestionId id, const Lookup& lookup, const Ending& ending);
    Lookup& open(Lookup lookup);
    Lookup close(LookupId id);
    void forget_transaction(const Lookup& lookup);
    void settle(LookupId id, const Ending& ending, Instant now);

    ResolverConfig config_;
    Rng rng_;
    Cache cache_;
    std::map<LookupId, Lookup> lookups_; // the open ones; what they are found by stands below
    std::map<Question, LookupId> by_question_;
    std::map<std::uint16_t, LookupId> by_transaction_;
    Deadlines<LookupId> deadlines_; // of the question that is out
    std::uint32_t next_lookup_ = 0;
    std::size_t waiting_ = 0; // askers, over all lookups
    OutputList<ResolverOutput> outputs_;
};

} // namespace sim::dns
