// What a run came to, in one value and one sentence: the first thing that a person wants to know.
// Read off the outcomes, the journey and the cards, which the views show below it.
#pragma once

#include "sim/explain/why.h"
#include "sim/report/journey.h"

#include <cstddef>
#include <span>
#include <string>

namespace sim::report {

using explain::Ending;

// The colour and the mark of it: ○ △ ✕.
SIM_NAMED_ENUM(Tone, open, good, warned, bad);

struct RunVerdict {
    Ending ending = Ending::nothing_sent;
    EventId event; // that settles it; none of nothing_sent and under_way
    // The card that tells why, by its place; none when everything arrived.
    std::optional<std::size_t> card;
    HostId who;                   // who stopped or refused it, or where it waits, or is not proved
    HostId person;                // at whose PC: the sender's, or of who could not fetch
    int hop = 0;                  // the one that the verdict speaks of; 0 for none
    std::vector<Exposed> exposed; // on that hop
    HostId reader;                // who changed what was said, else who is nearest to the caller
    bool more_readers = false;
    std::size_t copies = 0; // delivered_split: that were made of one
    std::size_t hops = 0;   // that carried mail
    std::size_t reached = 0;
    std::size_t wanted = 0; // recipients of what people sent
    Instant until{};        // waiting
    bool returned = false;  // a server has given it up, and told the sender

    friend bool operator==(const RunVerdict&, const RunVerdict&) = default;
};

// `cards` are those of the same trace[0, end); their cures do not matter.
RunVerdict verdict(const Trace& trace,
                   std::size_t end,
                   const scenario::Scenario& scenario,
                   const std::vector<Hop>& journey,
                   std::span<const explain::WhyCard> cards);

Tone tone_of(Ending ending);
std::string_view mark_of(Tone tone); // "○"; empty for `open`
Role role_of(Tone tone);
std::string words_of(const RunVerdict& verdict, const Source& source);

// The sentence behind its mark.
Lines verdict_lines(const RunVerdict& verdict, const Source& source);

} // namespace sim::report
