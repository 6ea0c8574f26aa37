// SMTP replies: one value, its wire form, and a total, bounded, incremental reader of what a server
// sent. RFC 5321 §4.2, enhanced codes RFC 2034 and 3463.
#pragma once

#include "sim/smtp/stream.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim::smtp {

// 5.1.1 is {5, 1, 1}. A default-made one is "none": the reply has no enhanced code.
struct EnhancedCode {
    std::uint8_t category = 0; // 2, 4 or 5, as the first digit of the reply code
    std::uint16_t subject = 0; // 0..999
    std::uint16_t detail = 0;  // 0..999
    [[nodiscard]] constexpr bool exists() const { return category != 0; }
    friend constexpr bool operator==(const EnhancedCode&, const EnhancedCode&) = default;
};

struct Reply {
    std::uint16_t code = 0; // 200..599
    EnhancedCode enhanced;
    std::string text; // without codes; the lines of a multiline reply are separated by one LF

    [[nodiscard]] bool is_success() const { return code / 100 == 2; }
    [[nodiscard]] bool is_go_ahead() const { return code / 100 == 3; }
    [[nodiscard]] bool is_temporary_failure() const { return code / 100 == 4; }
    [[nodiscard]] bool is_permanent_failure() const { return code / 100 == 5; }
    friend bool operator==(const Reply&, const Reply&) = default;
};

// Appends the reply as it goes on the wire, each line with code, separator, enhanced code when
// there is one, and CR LF. The text must hold no CR; the caller's own words, never a peer's.
void append_reply(const Reply& reply, std::string& wire);
[[nodiscard]] std::string to_wire(const Reply& reply);

// "5.1.1 rest" or "5.1.1" gives the code; anything else, or another class than `category`, nothing.
[[nodiscard]] std::optional<EnhancedCode> parse_enhanced_code(std::string_view text,
                                                              std::uint8_t category);
[[nodiscard]] std::string to_string(const EnhancedCode& code);

// What a client takes before it gives up on a server: RFC 5321 §4.5.3.1.5 asks for 512 octets a
// line; more is tolerated, endless is not.
struct ReplyLimits {
    std::size_t line_octets = 2048; // with CR LF
    std::size_t reply_octets = 65536;
};

enum class ReplyError {
    malformed, // no code, codes that differ, bare CR or LF, NUL
    too_long,
};

// One reply and where it stood. `wire` is all of it as received, without its last CR LF.
struct ReceivedReply {
    Reply reply;
    std::string wire;
    StreamRange range; // with the last CR LF
    friend bool operator==(const ReceivedReply&, const ReceivedReply&) = default;
};

// Bytes in, replies out. A line counts by its code and the '-' or space behind it alone; a later
// line of a multiline reply that begins with no code is text (RFC 5321 §4.2.1), one that begins
// with another code is an error. After an error the reader takes nothing more.
class ReplyReader {
public:
    explicit ReplyReader(ReplyLimits limits = {}) : limits_{limits} {}

    void handle_bytes(std::string_view bytes);

    // The oldest complete reply that has not been taken.
    [[nodiscard]] std::optional<ReceivedReply> poll_reply();

    // Set once poll_reply() meets what cannot be a reply; replies before it are still given.
    [[nodiscard]] std::optional<ReplyError> error() const { return error_; }
    // How the line begins that was malformed; empty: none was.
    [[nodiscard]] const std::string& refused_line() const { return refused_line_; }

    // Octets received behind the replies taken so far, complete or not: what a client must find 0
    // before it starts TLS (response injection).
    [[nodiscard]] std::size_t pending_octets() const { return input_.size() - taken_; }

    // Forgets every octet and counts positions from 0 again: TLS has been established.
    void restart();

private:
    bool take_line(std::string_view line);
    void refuse(std::string_view line);
    ReceivedReply take_reply();
    void fail(ReplyError error);

    ReplyLimits limits_;
    std::string input_;
    std::size_t taken_ = 0;   // input_ before this belongs to replies already given
    std::size_t line_ = 0;    // start of the line being looked at, >= taken_
    std::size_t scanned_ = 0; // no line end between line_ and here
    std::uint64_t begin_ = 0; // position of input_[0] in the stream
    bool overrun_ = false;    // more came than is ever kept
    std::optional<Reply> reply_;
    std::optional<ReplyError> error_;
    std::string refused_line_;
};

} // namespace sim::smtp
