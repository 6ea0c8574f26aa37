// From the name of a server to the endpoints that it can be called at, in the order to try them:
// what a mail program and a relay do alike before they connect. Whoever dials connects to the first
// and, when that fails, to the next.
#pragma once

#include "sim/mail/machine.h"

#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace sim::mail {

class Dialler {
public:
    // The answers come to the program's handle_answer(), which hands them on to the one below.
    Dialler(Machine& machine, Program& program) : machine_{machine}, program_{program} {}

    // An address, also in brackets as in a mail address (RFC 5321 §4.1.3), needs no question.
    static std::optional<Endpoint> literal(std::string_view host, std::uint16_t port);
    dns::QuestionId look_up(std::string_view host, std::uint16_t port);

    struct Answer {
        dns::QuestionId question{};
        DnsOutcome outcome = DnsOutcome::found;
        std::vector<Endpoint> endpoints; // may be none whatever the outcome
    };
    // Nothing: it is the answer to somebody else's question.
    std::optional<Answer> handle_answer(const dns::Answered& answer);

private:
    Machine& machine_;
    Program& program_;
    std::map<dns::QuestionId, std::uint16_t> ports_; // of those that were asked
};

} // namespace sim::mail
