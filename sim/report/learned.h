// What follows from a tap: the facts that someone who listens on a link has, and those that TLS
// kept from him. Told of the conversations whose packets crossed the link.
#pragma once

#include "sim/report/text.h"
#include "sim/report/wire.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sim::report {

// The DnsAsked or DnsServed whose datagram this packet is, at whatever link; nullptr for others.
const Event* dns_carried_by(const Event& packet, const Trace& trace);

// At any cursor, from one walk along the whole trace. What the source refers to must outlive it.
class Learned {
public:
    Learned(const Source& source, const TappedLink& link);

    [[nodiscard]] Lines lines(std::size_t end) const;

private:
    struct Fact {
        std::uint32_t at = 0; // the event with which it was known
        std::string words;
    };
    [[nodiscard]] static std::vector<std::string> known(const std::vector<Fact>& facts,
                                                        std::size_t end);
    void list(Lines& lines,
              std::string_view title,
              const std::vector<std::string>& facts,
              Role role) const;

    const explain::Language& language_;
    std::size_t columns_;
    std::vector<Fact> learned_; // in the order in which it happened, each once
    std::vector<Fact> hidden_;
    std::vector<std::uint32_t> hidden_lines_; // when each was known, in order
    friend class Listener;
};

} // namespace sim::report
