// How mail went in a run: one value for each hop, worked out once from the trace and its index.
// Every view of a journey (the end of `hikyaku run`, the window, a report) draws these hops and
// calls each by its number.
#pragma once

#include "sim/explain/journey_words.h"
#include "sim/report/text.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace sim::report {

using explain::Exposed;
using explain::HopEnd;
using explain::Shield;

struct Hop {
    int number = 0; // from 1, in the order in which they began
    // The attempts, the first one first. More than one where a mail was refused, or nobody was
    // reached, in the same way again and again.
    std::vector<ConnectionId> connections;
    std::vector<MailId> mails;
    bool fetches = false; // by POP3: who calls is `to`
    bool is_report = false;
    HostId from; // none: no host of the scenario
    HostId to;
    Endpoint server; // that was called
    Shield shield = Shield::nothing;
    // TLS stands, but the other end's certificate proved nothing and was taken all the same.
    bool unproved = false;
    std::optional<Mechanism> login; // that the server judged last
    bool logged_in = false;
    std::vector<Exposed> exposed;
    std::vector<HostId> readers; // of what is exposed; those nearest to the caller first
    HostId tampered;             // who changed what was said
    EventId dropped;             // the first PacketDropped
    HopEnd end = HopEnd::under_way;
    EventId first; // ConnectionAttempted
    Instant began{};
    Instant ended{}; // the last thing that happened in its last attempt

    friend bool operator==(const Hop&, const Hop&) = default;
};

// Of trace[0, end), all mails together but those of crowds. A fetch that found no mail is none of
// it.
std::vector<Hop> journey(const Trace& trace, std::size_t end, const scenario::Scenario& scenario);

// The hop that a connection belongs to; nullptr when it carried nothing.
const Hop* hop_of(const std::vector<Hop>& journey, ConnectionId connection);

// A hop in words, at the level and in the language of the source.
struct HopWords {
    std::string way; // "Hanako's PC → Kumo's submission server"
    std::string from;
    std::string to;
    std::string port;       // "587"
    std::string protection; // "STARTTLS"
    std::string login;      // "PLAIN"
    std::string readers;    // "nobody"
    std::string time;       // since Send was pressed; and how often, if more than once
    // Whole sentences, only where there is something to tell: who could read what, who changed it,
    // whose certificate proved nothing.
    std::vector<std::string> remarks;
};
HopWords words_of(const Hop& hop, const Source& source);

// The same as a table: a line a hop under a heading, remarks below their hop.
Lines journey_lines(const std::vector<Hop>& journey, const Source& source);

// "the password and the mail"
std::string exposed_words(const std::vector<Exposed>& exposed, const Source& source);

} // namespace sim::report
