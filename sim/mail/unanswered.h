// The commands of one conversation, at one end, that were not answered yet: the event of a reply
// names the event of what it answers.
#pragma once

#include "sim/core/ids.h"
#include "sim/core/smtp_words.h"

#include <deque>
#include <type_traits>
#include <utility>

namespace sim::mail {

template <typename Verb>
class Unanswered {
public:
    void add(Verb verb, EventId command) { commands_.emplace_back(verb, command); }

    // The command that a reply answers which is said to answer this verb; none: nobody had asked.
    // Replies come in the order of the commands, and older ones of another verb get none any more:
    // a client that gave up in the middle of a group asks only what comes of its QUIT.
    EventId take(Verb to)
    {
        if (to == Verb::none) return {};
        if constexpr (std::is_same_v<Verb, SmtpVerb>) {
            if (to == SmtpVerb::text) return last_; // the message is what DATA began
        }
        while (!commands_.empty()) {
            const auto [verb, command] = commands_.front();
            commands_.pop_front();
            if (verb == to) return last_ = command;
        }
        return {};
    }

private:
    std::deque<std::pair<Verb, EventId>> commands_;
    EventId last_;
};

} // namespace sim::mail
