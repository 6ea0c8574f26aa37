// What a plan comes to, without the trace of how: the world is built, run and thrown away. Nothing
// is shared between two evaluations, so that many can go on side by side.
#pragma once

#include "sim/core/named_enum.h"
#include "sim/plan.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sim {

// Where and why something was refused or given up, as its event says.
struct Setback {
    FailureStep step = FailureStep::local;
    std::uint16_t code = 0; // reply code; 0 when there was none
    std::string said_by;    // the server's name, as whoever asked it knows it
    std::string reply;      // its words, raw; empty when there were none

    friend bool operator==(const Setback&, const Setback&) = default;
};

// From worst to best. waiting: it lies in a server's queue, to be tried again.
SIM_NAMED_ENUM(Became, not_sent, bounced, under_way, waiting, junked, delivered, fetched);

struct RecipientOutcome {
    std::string address;
    Became became = Became::under_way;
    Setback setback; // of not_sent, bounced, waiting
    Instant until{}; // of waiting

    friend bool operator==(const RecipientOutcome&, const RecipientOutcome&) = default;
};

struct MailResult {
    MailId mail;
    bool by_server = false; // a bounce or another report; nobody composed it
    std::vector<RecipientOutcome> recipients;

    friend bool operator==(const MailResult&, const MailResult&) = default;
};

// What one press of Send or one fetch came to in its mail program.
struct Job {
    bool fetches = false;
    HostId host;   // where the program runs
    MailId mail;   // of a send
    HostId server; // whom it reached, by a connection that opened; none when nobody
    UserError error = UserError::none;
    Setback setback;            // when there is an error
    std::uint32_t messages = 0; // fetched

    friend bool operator==(const Job&, const Job&) = default;
};

// A rule that stopped packets; how many, and the first of them.
struct StoppedByRule {
    RuleId rule;
    HostId host; // where it stands
    Verdict verdict = Verdict::drop;
    Endpoint source;
    Endpoint destination;
    std::uint32_t packets = 0;

    friend bool operator==(const StoppedByRule&, const StoppedByRule&) = default;
};

// A conversation of which somebody on the way could read something that nobody should.
struct Readable {
    ConnectionId connection;
    HostId from; // who called
    Endpoint to;
    bool password = false; // as it is, or merely in Base64
    bool token = false;
    bool text = false; // of a mail

    friend bool operator==(const Readable&, const Readable&) = default;
};

struct Outcome {
    std::vector<MailResult> mails; // in the order in which they appeared
    std::vector<Job> jobs;         // in the order in which they ended
    std::vector<StoppedByRule> stopped;
    std::vector<Readable> readable;
    Instant end{};           // when the last thing happened
    std::uint64_t steps = 0; // that the world took
    bool cut_off = false;    // a limit came before the end

    friend bool operator==(const Outcome&, const Outcome&) = default;

    // Every mail that a person composed is in the mailbox of each of its recipients, or was fetched
    // from it, and every job did what it was to do.
    [[nodiscard]] bool is_success() const;
};

struct Limits {
    std::uint64_t steps = 1'000'000; // of the world
    Instant until = never;
};

[[nodiscard]] Outcome evaluate(const Plan& plan, const Limits& limits = {});

// What a trace up to `end` comes to; steps and cut_off are not known from it.
[[nodiscard]] Outcome outcome_of(const Trace& trace, std::size_t end);

// How far a step lies on the way of a mail, for "gets further": 0 is before anything was said.
[[nodiscard]] int distance(FailureStep step);

} // namespace sim
