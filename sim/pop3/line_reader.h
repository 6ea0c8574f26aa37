// Octets in, lines out, for both ends of a POP3 conversation: split anywhere, bounded, and with the
// position of each line in the stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim::pop3 {

struct ReadLine {
    std::string_view text;           // without CR LF; valid until the next call that is not const
    std::uint64_t stream_offset = 0; // of its first octet
    bool too_long = false;           // `text` is the front of it; the rest will be swallowed
    // A bare CR or LF, or a NUL, in it has no place in a command or in the first line of a reply;
    // in a message it is the message's own affair.
    bool has_stray_octets = false;
    bool is_broken = false; // an LF alone has cut it, see LfAlone
};

// Only CR LF ends a line. An LF alone is a part of it (of a message, say), or cuts it at once, so
// that who types commands by hand is told; what stands between such an LF and the real end is
// thrown away.
enum class LfAlone { belongs, cuts };

class LineReader {
public:
    // At most this many octets a line, CR LF not counted.
    explicit LineReader(std::size_t line_limit, LfAlone lf_alone = LfAlone::belongs)
        : line_limit_{line_limit}, lf_alone_{lf_alone}
    {
    }

    void handle_bytes(std::string_view bytes);

    // The oldest line that has not been taken. One that is too long comes as soon as that is known.
    [[nodiscard]] std::optional<ReadLine> poll_line();

    // Octets received behind the lines taken so far: what must be 0 before TLS starts.
    [[nodiscard]] std::size_t pending_octets() const { return input_.size() - taken_; }

    // Octets thrown away of a line that was too long and has not ended.
    [[nodiscard]] std::uint64_t swallowed_octets() const { return swallowed_; }

    // Forgets every octet and counts positions from 0 again: TLS has been established.
    void restart();

private:
    ReadLine take(std::size_t text_size, std::size_t whole_size);
    // Where the first line end begins from scanned_ on, and how many octets it has.
    struct LineEnd {
        std::size_t begin = 0;
        std::size_t size = 0; // 0: none has come yet
    };
    [[nodiscard]] LineEnd find_end() const;

    std::size_t line_limit_;
    LfAlone lf_alone_;
    std::string input_;
    std::size_t taken_ = 0;   // input_ before this has been given
    std::size_t scanned_ = 0; // no CR LF between taken_ and here
    std::uint64_t begin_ = 0; // position of input_[0] in the stream
    bool swallowing_ = false; // the rest of a line that was too long
    bool is_broken_ = false;  // an LF alone has come, and no CR LF behind it yet
    std::uint64_t swallowed_ = 0;
};

} // namespace sim::pop3
