// What the sessions of all mail protocols want done, at either end, and what they notice.
#pragma once

#include "sim/core/mail_happenings.h"

#include <string>

namespace sim::session {

struct SendBytes { // over TLS once it is established; replies to one group of commands together
    std::string bytes;
    friend bool operator==(const SendBytes&, const SendBytes&) = default;
};
struct BeginTls { // the next octet either way belongs to the handshake
    friend bool operator==(const BeginTls&, const BeginTls&) = default;
};
struct CloseConnection { // when what was sent before has left
    friend bool operator==(const CloseConnection&, const CloseConnection&) = default;
};
struct ProblemSeen {
    SmtpProblem problem = SmtpProblem::reply_malformed; // the vocabulary of both protocols
    std::string detail; // what the other end said, or the front of it; may be empty
    friend bool operator==(const ProblemSeen&, const ProblemSeen&) = default;
};

} // namespace sim::session
