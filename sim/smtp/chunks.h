// A message that comes in chunks of announced size (RFC 3030 BDAT): joined octet for octet, no dot
// and no CR LF looked at until the last one is there; then judged as text like one that came by
// DATA. BINARYMIME is not offered, so text it has to be.
#pragma once

#include "sim/core/time.h"
#include "sim/smtp/data.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace sim::smtp {

class ChunkJoiner {
public:
    ChunkJoiner(LineEnds line_ends, TextLimits limits, Instant until)
        : until_{until}, limits_{limits}, line_ends_{line_ends}
    {
    }

    void take(std::string_view octets);
    // Once, behind the last chunk: makes line ends what they have to be, or finds a fault.
    void finish();

    [[nodiscard]] Instant until() const { return until_; } // all of it must have come by then
    [[nodiscard]] TextFault fault() const { return fault_; }
    [[nodiscard]] bool has_changed() const { return changed_; } // as TextDecoder has it
    [[nodiscard]] std::uint32_t lines() const { return lines_; }
    [[nodiscard]] std::uint64_t size() const { return size_; } // measured, not declared
    // The message; its last line may lack its end, as the client sent it. Empty after a fault.
    [[nodiscard]] std::string take_text() { return std::move(text_); }
    [[nodiscard]] std::size_t memory_octets() const { return text_.capacity(); }

private:
    [[nodiscard]] TextFault judge() const;
    void set_fault(TextFault fault);

    Instant until_;
    TextLimits limits_;
    LineEnds line_ends_;
    TextFault fault_ = TextFault::none;
    bool changed_ = false;
    std::uint32_t lines_ = 0;
    std::uint64_t size_ = 0;
    std::string text_;
};

} // namespace sim::smtp
