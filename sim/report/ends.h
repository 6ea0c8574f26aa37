// What the two ends of a conversation say and hear, against what is on the cable that is tapped:
// the same words where nothing protects them, octets where TLS does.
#pragma once

#include "sim/report/text.h"
#include "sim/report/wire.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sim::report {

// The last thing said before source.end in a conversation whose packets crossed the cable.
struct SaidOnLink {
    EventId said;
    bool encrypted = false;
    std::string ends_title;
    Lines ends; // the line itself, secrets masked unless asked for, and its Base64 undone
    std::string wire_title;
    Lines wire;             // the octets of the first packet that carries it
    std::string conclusion; // what somebody on the way knows of it
};
std::optional<SaidOnLink> last_said(const Source& source, const TappedLink& link);

// Everything that was said in those conversations, line by line, as their ends have it.
Lines said_by_ends(const Source& source, const TappedLink& link);

// Where it stands in the trace what was said in the conversations that cross a cable: found once,
// along the whole trace, then asked for at any cursor.
class SaidIndex {
public:
    SaidIndex(const Trace& trace, const TappedLink& link);
    void follow(); // what has come to the trace since

    // Of trace[0, end) the last `most`, the last one first.
    [[nodiscard]] std::vector<EventId> last_before(std::size_t end, std::size_t most) const;

private:
    struct Said {
        std::uint32_t at = 0;
        std::uint32_t heard_at = 0; // since when packets of its conversation had crossed the cable
    };
    void hear(const Event& crossing);
    void note(const Event& event, std::uint32_t heard_at);

    const Trace& trace_;
    LinkId link_;
    std::size_t followed_ = 0;
    std::map<ConnectionId, std::uint32_t> heard_; // since which event
    std::vector<Said> said_;                      // by `at`
};

// The same as above, with an index for the same link; of everything the last `most` at least.
std::optional<SaidOnLink> last_said(const Source& source, const SaidIndex& index);
Lines said_by_ends(const Source& source, const SaidIndex& index, std::size_t most);

// How such a text (below) is told; of a token in it, what that says as well. Nothing for none.
std::vector<std::string> unwrapped(const std::string& inside, const Source& source);

// What the last word of a line says once its Base64 is undone, with \0 for a zero octet and ^A for
// a one; empty when it is none. Short words are left alone: many are Base64 by accident.
std::string base64_undone(std::string_view line);

} // namespace sim::report
