// Which simulated ports the bridge opens on the real machine, and where: from --listen, or for
// every mail server of the lesson. Values only; no socket is touched here.
#pragma once

#include "sim/core/happening.h"
#include "sim/scenario/scenario.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace platform::bridge {

// A simulated port and the real one that leads to it.
struct Opening {
    std::string host; // key of the simulated host
    std::uint16_t port = 0;
    sim::Transport transport = sim::Transport::tcp;
    std::string real_address;     // numeric
    std::uint16_t real_port = 0;  // 0: whichever is free
    bool wished = false;          // named by the user: must be had exactly so
    std::uint16_t taken_port = 0; // would have been the real one, but somebody else has it
};

// "127.0.0.1:2587", "[::1]:2587".
std::string real_end(const Opening& opening);

// Why a bridge cannot be opened: a key below cli.error and its arguments.
struct Problem {
    std::string key;
    std::vector<std::pair<std::string, std::string>> arguments;
};

// "mail.kumo.example:587=127.0.0.1:2587", "mail.kumo.example:587=2587", with IPv6 in brackets. The
// host is one of the scenario's, in whatever case. Without an address it is `bind`. Port 53 is UDP,
// with TCP beside it, all else TCP. An address that is neither of the loopback (RFC 1122 §3.2.1.3,
// RFC 4291 §2.5.3) nor `bind` is a problem: nobody opens a teaching server to a network by a slip.
tl::expected<Opening, Problem> parse_listen(std::string_view text,
                                            const sim::scenario::Scenario& scenario,
                                            const std::string& bind);

// What is wrong with a real port that would have to lead to two places.
std::optional<Problem> find_clash(const std::vector<Opening>& openings);

// Ports 25, 465, 587, 110 and 995 of every mail server that listens on them, and 53 of every name
// server, at `bind`. Those of the server
// that the lesson's mail program sends to are 2000 and its port (2587), the next one's 3000 and so
// on.
std::vector<Opening> default_openings(const sim::scenario::Scenario& scenario,
                                      const std::string& bind);

bool is_loopback(std::string_view address);
bool is_every_address(std::string_view address); // 0.0.0.0, ::

} // namespace platform::bridge
