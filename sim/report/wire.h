// What someone who taps one cable sees, and what can be learned from it: the packets on a link,
// bytes as text where they can be read and in hex where they cannot.
#pragma once

#include "sim/core/hidden.h"
#include "sim/report/text.h"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace sim::report {

struct TappedLink {
    LinkId link;
    HostId a;
    HostId b;
};

// The links on which anything was sent in trace[0, end), in the order of their ids.
std::vector<TappedLink> tapped_links(const Trace& trace, std::size_t end);
// Adds those of trace[begin, end) that are not listed yet.
void add_tapped_links(std::vector<TappedLink>& links,
                      const Trace& trace,
                      std::size_t begin,
                      std::size_t end);

// The link between two hosts by their keys; the order does not matter.
std::optional<TappedLink> find_link(const std::vector<TappedLink>& links,
                                    std::string_view a,
                                    std::string_view b,
                                    const scenario::Scenario& scenario);

// The link with the most to see of the mail: the sender's own.
std::optional<TappedLink> link_of_sender(const Source& source);

Lines wire(const Source& source, const TappedLink& link);

// The same at any cursor: one walk along the whole trace when it is made, whatever its source's
// end; then only what is asked for is put into words. What the source refers to must outlive it.
class WireTap {
public:
    WireTap(const Source& source, const TappedLink& link);

    void follow(); // what has come to the trace since

    // What wire() says at this end; of the packets the last `most_packets`, and how many came
    // before them.
    [[nodiscard]] Lines lines(std::size_t end, std::size_t most_packets) const;

private:
    struct Parts;
    Hidden<Parts> parts_;
};

// Whether `text` was readable by someone on any link: within the clear TCP and UDP payloads of one
// connection and direction put together, whatever the packets' boundaries.
bool is_readable_on_the_way(const Trace& trace, std::size_t end, std::string_view text);

} // namespace sim::report
