#include "sim/smtp/reply.h"

#include "sim/core/ascii.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sim::smtp {

namespace {

char* write_number(char* out, unsigned number)
{
    if (number >= 10) out = write_number(out, number / 10);
    *out++ = static_cast<char>('0' + number % 10);
    return out;
}

char* write_code(char* out, const EnhancedCode& code)
{
    out = write_number(out, code.category);
    *out++ = '.';
    out = write_number(out, code.subject);
    *out++ = '.';
    return write_number(out, code.detail);
}

// Three numbers of at most five digits, a reply code, and what separates them.
constexpr std::size_t max_prefix_octets = 24;
using Prefix = std::array<char, max_prefix_octets>;

// Reads up to three digits at `at` and moves it behind them.
std::optional<std::uint16_t> read_number(std::string_view text, std::size_t& at)
{
    std::uint16_t number = 0;
    const std::size_t begin = at;
    while (at < text.size() && at - begin < 3 && is_digit(text[at]))
        number = static_cast<std::uint16_t>(number * 10 + (text[at++] - '0'));
    if (at == begin) return std::nullopt;
    return number;
}

bool skip_dot(std::string_view text, std::size_t& at)
{
    if (at >= text.size() || text[at] != '.') return false;
    ++at;
    return true;
}

// The enhanced code that `text` begins with; `size` becomes its length.
std::optional<EnhancedCode>
read_enhanced_code(std::string_view text, std::uint8_t category, std::size_t& size)
{
    if (category != 2 && category != 4 && category != 5) return std::nullopt;
    if (text.empty() || text[0] != static_cast<char>('0' + category)) return std::nullopt;
    std::size_t at = 1;
    if (!skip_dot(text, at)) return std::nullopt;
    const auto subject = read_number(text, at);
    if (!subject || !skip_dot(text, at)) return std::nullopt;
    const auto detail = read_number(text, at);
    if (!detail || (at < text.size() && text[at] != ' ')) return std::nullopt;
    size = at;
    return EnhancedCode{category, *subject, *detail};
}

struct CodedLine {
    std::uint16_t code = 0;
    bool is_last = true;
    std::string_view text;
};

// "250-text", "250 text" or "250"; RFC 5321 §4.2. Second digits beyond the registered ones are
// taken: a client is to go by the first (§4.2.1).
std::optional<CodedLine> parse_coded_line(std::string_view line)
{
    if (line.size() < 3 || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) ||
        !is_digit(line[2]))
        return std::nullopt;
    const auto code =
        static_cast<std::uint16_t>((line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0'));
    if (line.size() == 3) return CodedLine{code, true, {}};
    if (line[3] != '-' && line[3] != ' ') return std::nullopt;
    return CodedLine{code, line[3] == ' ', line.substr(4)};
}

// Takes the reply's own enhanced code off the front of one of its lines.
std::string_view without_code(std::string_view text, EnhancedCode code)
{
    std::size_t size = 0;
    if (!code.exists() || read_enhanced_code(text, code.category, size) != code) return text;
    text.remove_prefix(size);
    if (text.starts_with(' ')) text.remove_prefix(1);
    return text;
}

} // namespace

std::optional<EnhancedCode> parse_enhanced_code(std::string_view text, std::uint8_t category)
{
    std::size_t size = 0;
    return read_enhanced_code(text, category, size);
}

std::string to_string(const EnhancedCode& code)
{
    Prefix prefix{};
    return {prefix.data(), write_code(prefix.data(), code)};
}

void append_reply(const Reply& reply, std::string& wire)
{
    Prefix prefix{};
    char* const separator = write_number(prefix.data(), reply.code);
    *separator = '-';
    char* end_of_prefix = separator + 1;
    if (reply.enhanced.exists()) {
        end_of_prefix = write_code(end_of_prefix, reply.enhanced);
        *end_of_prefix++ = ' ';
    }
    const auto prefix_octets = static_cast<std::size_t>(end_of_prefix - prefix.data());
    std::string_view rest = reply.text;
    std::size_t end = rest.find('\n');
    // Nearly always enough: one line, or the eight or so of an EHLO reply.
    wire.reserve(wire.size() + rest.size() + (end == rest.npos ? 1 : 10) * (prefix_octets + 2));
    while (end != std::string_view::npos) {
        wire.append(prefix.data(), prefix_octets);
        wire.append(rest.data(), end);
        wire.append("\r\n", 2);
        rest.remove_prefix(end + 1);
        end = rest.find('\n');
    }
    *separator = ' ';
    wire.append(prefix.data(), prefix_octets);
    wire.append(rest.data(), rest.size());
    wire.append("\r\n", 2);
}

std::string to_wire(const Reply& reply)
{
    std::string wire;
    append_reply(reply, wire);
    return wire;
}

void ReplyReader::handle_bytes(std::string_view bytes)
{
    if (error_) return;
    if (taken_ > 0) {
        input_.erase(0, taken_);
        begin_ += taken_;
        line_ -= taken_;
        scanned_ -= taken_;
        taken_ = 0;
    }
    // Many replies may wait to be taken, but not without end.
    const std::size_t room =
        4 * limits_.reply_octets - std::min(4 * limits_.reply_octets, input_.size());
    if (bytes.size() > room) {
        overrun_ = true;
        bytes = bytes.substr(0, room);
    }
    input_ += bytes;
}

std::optional<ReceivedReply> ReplyReader::poll_reply()
{
    while (!error_) {
        const std::size_t newline = input_.find('\n', scanned_);
        const bool complete = newline != std::string::npos;
        const std::size_t end = complete ? newline + 1 : input_.size();
        if (end - line_ > limits_.line_octets || end - taken_ > limits_.reply_octets) {
            fail(ReplyError::too_long);
            break;
        }
        if (!complete) {
            scanned_ = input_.size();
            if (overrun_) fail(ReplyError::too_long);
            break;
        }
        const std::string_view line{input_.data() + line_, newline - line_};
        line_ = scanned_ = end;
        // Strict as the other direction is: a line ends with CR LF, and holds neither alone.
        if (line.find('\r') != line.size() - 1 || line.find('\0') != std::string_view::npos) {
            refuse(line);
            break;
        }
        if (take_line(line.substr(0, line.size() - 1))) return take_reply();
    }
    return std::nullopt;
}

// True when the line was the last of its reply.
bool ReplyReader::take_line(std::string_view line)
{
    const auto coded = parse_coded_line(line);
    if (!reply_) {
        if (!coded) {
            refuse(line);
            return false;
        }
        std::size_t size = 0;
        const auto category = static_cast<std::uint8_t>(coded->code / 100);
        const auto enhanced = read_enhanced_code(coded->text, category, size);
        reply_ = Reply{coded->code, enhanced.value_or(EnhancedCode{}), {}};
        reply_->text = without_code(coded->text, reply_->enhanced);
        return coded->is_last;
    }
    if (coded && coded->code != reply_->code) {
        refuse(line);
        return false;
    }
    reply_->text += '\n';
    reply_->text += without_code(coded ? coded->text : line, reply_->enhanced);
    return coded && coded->is_last;
}

ReceivedReply ReplyReader::take_reply()
{
    const std::size_t size = line_ - taken_;
    ReceivedReply received{*std::exchange(reply_, std::nullopt),
                           input_.substr(taken_, size - 2),
                           {begin_ + taken_, static_cast<std::uint32_t>(size)}};
    taken_ = line_;
    return received;
}

void ReplyReader::refuse(std::string_view line)
{
    constexpr std::size_t shown_octets = 200;
    refused_line_ = line.substr(0, shown_octets);
    fail(ReplyError::malformed);
}

void ReplyReader::fail(ReplyError error)
{
    error_ = error;
    reply_.reset();
}

void ReplyReader::restart()
{
    *this = ReplyReader{limits_};
}

} // namespace sim::smtp
