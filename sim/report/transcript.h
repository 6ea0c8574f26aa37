// The conversations of a run as text: per connection, each line with who says it, whether others on
// the way can read it, when, and below it what it means at the chosen level.
#pragma once

#include "sim/report/text.h"

#include <memory>

namespace sim::report {

struct TranscriptOptions {
    bool explanations = true;
};

// Connections in the order in which they began, DNS questions and what happened to the mail
// between them. At level story: the hops of the mail instead of the lines of a protocol.
Lines transcript(const Source& source, TranscriptOptions options = {});

// The same while a run goes on, in the order in which things happen: a connection's heading stands
// wherever the talk moves to it. What it remembers is bounded.
class LiveTranscript {
public:
    // What `source` refers to must outlive this; its `end` is not used.
    explicit LiveTranscript(const Source& source, TranscriptOptions options = {});
    ~LiveTranscript();
    LiveTranscript(LiveTranscript&&) noexcept;
    LiveTranscript& operator=(LiveTranscript&&) noexcept;

    // The lines of the events from the last call's end to this one.
    Lines next(std::size_t end);
    // From here on, only what is said on connections before this one.
    void keep_to_connections_before(ConnectionId first);

private:
    class Feed;
    std::unique_ptr<Feed> feed_;
};

} // namespace sim::report
