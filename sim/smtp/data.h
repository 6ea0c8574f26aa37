// Message text on the wire after DATA: made transparent by the client, undone by the server.
// RFC 5321 §4.5.2.
#pragma once

#include "sim/core/named_enum.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace sim::smtp {

// Appends the whole text as a client sends it: a dot added to lines that begin with one, every bare
// CR or LF made CR LF, a last CR LF when it is missing, and the final ".". An empty text gives just
// the final dot. True: there was a bare CR, and so it changed more than what line ends of Unix are.
bool append_data(std::string_view text, std::string& wire);

// The same for a client that is careless: only CR LF counts as a line end, and a bare CR or LF goes
// out as it is. What a server behind it takes for the end of the text is that server's affair.
void append_as_it_is(std::string_view text, std::string& wire);

// The same text without what append_data added for transparency, as BDAT sends it: `wire` is one
// that append_data made.
void remove_dots(std::string_view wire, std::string& text);

// What a server does with line ends other than CR LF in message text.
SIM_NAMED_ENUM(LineEnds,
               strict,          // taken to the real end, then refused once: 550 5.5.2
               normalise,       // made CR LF; the end is still only CR LF . CR LF (submission)
               lenient_2022,    // LF alone ends a line, and so the message: open to smuggling
               passed_on_2022); // left as they are, for the next server to read as it likes

struct TextLimits {
    std::size_t line_octets = 8192; // without CR LF
    std::size_t text_octets = std::size_t{10} * 1024 * 1024;
};

// What was wrong with a text. More than one thing may be: the last in this order counts.
SIM_NAMED_ENUM(TextFault, none, nul, bare_line_end, line_too_long, too_big);

// Takes wire octets until the end of the message. Once something is wrong nothing more is kept,
// but the octets are followed to the end, so that the session stays in step.
class TextDecoder {
public:
    TextDecoder(LineEnds line_ends, TextLimits limits) : limits_{limits}, line_ends_{line_ends} {}

    // Makes room for a text of about this size.
    void expect(std::size_t octets);

    // Takes octets from the front of `wire` and returns how many. When it is not done, what it did
    // not take is the beginning of a line, at most line_octets + 2: give it again with more behind.
    std::size_t take(std::string_view wire);

    [[nodiscard]] bool is_done() const { return done_; }
    [[nodiscard]] TextFault fault() const { return fault_; }
    // Once done: whether only a lenient server takes this for the end, because the final dot did
    // not stand between CR LF and CR LF.
    [[nodiscard]] bool ended_loosely() const { return ended_loosely_; }
    // Line ends other than CR LF were made CR LF.
    [[nodiscard]] bool has_changed() const { return changed_; }

    // Valid once done: lines and octets of the message, dot-stuffing and final dot not counted.
    [[nodiscard]] std::uint32_t lines() const { return lines_; }
    [[nodiscard]] std::uint64_t size() const { return size_; }
    // The message, each line ending in CR LF; empty when there is a fault.
    [[nodiscard]] std::string take_text() { return std::move(text_); }

    // Octets of memory held.
    [[nodiscard]] std::size_t memory_octets() const { return text_.capacity(); }

private:
    struct Piece;
    Piece cut(std::string_view wire, std::size_t begin, std::size_t newline) const;
    std::size_t pass_plain_lines(std::string_view wire, std::size_t begin);
    void count(std::string_view line, std::size_t end = 2);
    void keep(std::string_view run);
    void keep_normalised(std::string_view line);
    std::size_t take_unfinished(std::string_view rest);
    void set_fault(TextFault fault);

    TextLimits limits_;
    LineEnds line_ends_;
    bool done_ = false;
    bool inside_line_ = false; // the line that goes on has been taken in part
    bool loose_ = false;       // the line before did not end in CR LF
    bool ended_loosely_ = false;
    bool changed_ = false;
    TextFault fault_ = TextFault::none;
    std::uint32_t lines_ = 0;
    std::uint64_t size_ = 0;
    std::string text_;
};

} // namespace sim::smtp
