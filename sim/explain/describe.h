// Events in words: a sentence, a headline and a mark for every kind of event, at three levels of
// detail, in any language. The only place where an event becomes prose; all facts in it (numbers,
// names, addresses) come from the event and the scenario.
#pragma once

#include "sim/core/trace.h"
#include "sim/explain/catalog.h"
#include "sim/explain/language.h"
#include "sim/scenario/scenario.h"

#include <chrono>
#include <string>

namespace sim::explain {

SIM_NAMED_ENUM(Secrets, masked, shown);

// What a description may look at besides its event. Everything must outlive the call.
struct Context {
    const scenario::Scenario& scenario;
    const Trace& trace;
    const Language& language;
    Secrets secrets = Secrets::masked;
    Level level = Level::standard; // at story level hosts and rules have their story's names
};

// What happened and why it matters, in one sentence or a few. Never empty, one line.
std::string describe(const Event& event, Level level, const Context& context);

// The same as a label for a row of the ladder or a log: what is on the wire where something is
// ("EHLO hanako-pc", "SYN → 203.0.113.25:25"), else a few words. Never empty, one line.
std::string headline(const Event& event, const Context& context);

// Equal for two events that are described in the same words, names and numbers apart: what a report
// needs to explain each thing only once.
std::string wording_of(const Event& event, const Context& context);

// How an event is marked in every view; each mark has a colour, an icon and a word.
SIM_NAMED_ENUM(Mark, none, clear, encrypted, blocked, secret, accepted, quiet);

Mark mark_of(const Event& event, const Context& context);

// "平文" / "clear"; empty for none and quiet.
std::string label(Mark mark, const Language& language);

// ---- the nouns that sentences and reports share -------------------------------------------------

// In the language; "-" for no host.
std::string host_name(HostId host, const Context& context);
// Whose machine it is, else the host's name: "花子さん", "Hanako".
std::string person_at(HostId host, const Context& context);
// The host that has this address (a PC has its line's), or none.
HostId host_at(Address address, const scenario::Scenario& scenario);
// The rule's place among its node's rules, from 1; 0 for no rule.
int number_of(RuleId rule, const scenario::Scenario& scenario);
// "3 s" / "3 秒", "31 ms", "15 min", "4 h", "5 d": the largest unit that needs no fraction.
std::string describe(Duration span, const Language& language);
// Time of day in the scenario's zone, "09:00:00.031".
std::string clock_time(Instant at, const scenario::Scenario& scenario);
// The same with the date in front, where it is another day than that of `seen_from`.
std::string clock_time_from(Instant seen_from, Instant at, const scenario::Scenario& scenario);
std::string date_of(Instant at, const scenario::Scenario& scenario); // "2026-04-01"
std::chrono::sys_days local_day(Instant at, const scenario::Scenario& scenario);
// Whether it is a report on another mail (RFC 3464), which a server wrote: it came over no
// connection to the server that took it over first.
bool is_report(MailId mail, const Trace& trace);
// Whether a crowd sends it. Hundreds fare alike: a tally counts them, and nobody is told of each.
bool is_of_a_crowd(MailId mail, const Trace& trace);
// A command or reply as a view may show it: secrets as asterisks unless asked for, control
// characters as \xNN.
std::string show_line(const Line& line, const Context& context);

} // namespace sim::explain
