#include "sim/smtp/data.h"

#include <algorithm>
#include <cstring>

namespace sim::smtp {

namespace {

constexpr std::size_t npos = std::string_view::npos;

std::string_view between(std::string_view text, std::size_t begin, std::size_t end)
{
    return text.substr(begin, end - begin);
}

} // namespace

bool append_data(std::string_view text, std::string& wire)
{
    wire.reserve(wire.size() + text.size() + text.size() / 64 + 8);
    std::size_t run = 0;     // appended up to here
    std::size_t newline = 0; // the next LF
    bool has_bare_cr = false;
    for (std::size_t begin = 0; begin < text.size();) {
        if (text[begin] == '.') {
            wire += between(text, run, begin);
            wire += '.';
            run = begin;
        }
        if (newline <= begin) newline = std::min(text.find('\n', begin), text.size());
        const std::size_t end = std::min(between(text, begin, newline).find('\r'), newline - begin);
        begin += end; // now at the first CR or LF, or behind all
        if (begin + 1 == newline && newline < text.size()) {
            begin += 2;
            continue;
        }
        has_bare_cr = has_bare_cr || begin < newline;
        wire += between(text, run, begin);
        wire += "\r\n";
        run = ++begin;
    }
    if (run < text.size()) wire += text.substr(run);
    wire += ".\r\n";
    return has_bare_cr;
}

void append_as_it_is(std::string_view text, std::string& wire)
{
    wire.reserve(wire.size() + text.size() + text.size() / 64 + 8);
    while (!text.empty()) {
        if (text.front() == '.') wire += '.';
        const std::size_t end = text.find("\r\n");
        wire += text.substr(0, end);
        wire += "\r\n";
        text.remove_prefix(end == npos ? text.size() : end + 2);
    }
    wire += ".\r\n";
}

void remove_dots(std::string_view wire, std::string& text)
{
    wire.remove_suffix(3); // the final dot
    while (!wire.empty()) {
        if (wire.front() == '.') wire.remove_prefix(1);
        const std::size_t end = wire.find('\n') + 1;
        text += wire.substr(0, end);
        wire.remove_prefix(end);
    }
}

// One line, or the front of one that a bare LF cuts.
struct TextDecoder::Piece {
    std::string_view content;
    bool ends_line = true; // false: behind a bare LF the line goes on
    bool as_it_is = true;  // may be kept together with the two octets behind it
};

TextDecoder::Piece
TextDecoder::cut(std::string_view wire, std::size_t begin, std::size_t newline) const
{
    const std::string_view content = between(wire, begin, newline);
    const bool after_cr = content.ends_with('\r');
    if (line_ends_ == LineEnds::lenient_2022) {
        // What Postfix did before 3.9: LF ends a line, and CRs before it do not count.
        const std::size_t end = content.find_last_not_of('\r') + 1;
        return {content.substr(0, end), true, after_cr && end + 1 == content.size()};
    }
    if (!after_cr) return {content, false, line_ends_ == LineEnds::passed_on_2022};
    const std::string_view line = content.substr(0, content.size() - 1);
    return {line, true, line_ends_ == LineEnds::passed_on_2022 || line.find('\r') == npos};
}

void TextDecoder::expect(std::size_t octets)
{
    text_.reserve(octets);
}

std::size_t TextDecoder::take(std::string_view wire)
{
    std::size_t begin = 0; // of the line looked at
    std::size_t run = 0;   // of the whole lines that are to be kept as they are
    while (!done_) {
        begin = pass_plain_lines(wire, begin);
        const std::size_t newline = wire.find('\n', begin);
        if (newline == npos) break;
        Piece piece = cut(wire, begin, newline);
        // RFC 5321 §4.5.2: a line of one dot is the end, any other first dot was added. Neither
        // is asked of what follows a bare LF: that it begins no line is what keeps a smuggled
        // message out.
        if (!inside_line_ && piece.content.starts_with('.')) {
            keep(between(wire, run, begin));
            run = begin + 1;
            piece.content.remove_prefix(1);
            done_ = piece.ends_line && piece.content.empty();
            ended_loosely_ = done_ && (loose_ || !piece.as_it_is);
            if (done_) return newline + 1;
        }
        if (piece.as_it_is) {
            count(piece.content, piece.ends_line ? 2 : 1);
        } else {
            keep(between(wire, std::min(run, begin), begin));
            keep_normalised(piece.content);
            run = newline + 1;
        }
        inside_line_ = !piece.ends_line;
        loose_ = !piece.as_it_is;
        begin = newline + 1;
    }
    keep(between(wire, run, begin));
    return begin + take_unfinished(wire.substr(begin));
}

// Most lines are good and need nothing done: they are only counted. Returns where they end.
std::size_t TextDecoder::pass_plain_lines(std::string_view wire, std::size_t begin)
{
    const std::size_t first = begin;
    while (!inside_line_ && begin < wire.size() && wire[begin] != '.') {
        const char* line = wire.data() + begin;
        const void* newline = std::memchr(line, '\n', wire.size() - begin);
        if (newline == nullptr) break;
        const auto size = static_cast<std::size_t>(static_cast<const char*>(newline) - line);
        if (size == 0 || size > limits_.line_octets + 1) break;
        if (std::memchr(line, '\r', size) != line + size - 1) break;
        begin += size + 1;
        ++lines_;
        loose_ = false;
    }
    size_ += begin - first;
    if (size_ > limits_.text_octets) set_fault(TextFault::too_big);
    return begin;
}

// A line whose end has not come may be looked at again, but must not grow without end.
std::size_t TextDecoder::take_unfinished(std::string_view rest)
{
    if (done_ || rest.size() <= limits_.line_octets + 2) return 0;
    set_fault(TextFault::line_too_long);
    inside_line_ = true;
    const std::size_t octets = rest.size() - (rest.ends_with('\r') ? 1 : 0);
    size_ += octets;
    return octets;
}

void TextDecoder::count(std::string_view line, std::size_t end)
{
    ++lines_;
    size_ += line.size() + end;
    if (line.size() > limits_.line_octets) set_fault(TextFault::line_too_long);
    if (size_ > limits_.text_octets) set_fault(TextFault::too_big);
}

void TextDecoder::keep(std::string_view run)
{
    if (fault_ != TextFault::none) return;
    text_ += run;
    if (line_ends_ != LineEnds::lenient_2022 && run.find('\0') != npos) set_fault(TextFault::nul);
}

void TextDecoder::keep_normalised(std::string_view line)
{
    if (line_ends_ == LineEnds::strict) {
        set_fault(TextFault::bare_line_end);
        count(line);
        return;
    }
    changed_ = true;
    // Each bare CR becomes a line end of its own; a lenient server leaves it alone.
    while (line_ends_ == LineEnds::normalise) {
        const std::size_t cr = line.find('\r');
        if (cr == npos) break;
        count(line.substr(0, cr));
        keep(line.substr(0, cr));
        keep("\r\n");
        line.remove_prefix(cr + 1);
    }
    count(line);
    keep(line);
    keep("\r\n");
}

void TextDecoder::set_fault(TextFault fault)
{
    fault_ = std::max(fault_, fault);
    text_ = std::string{};
}

} // namespace sim::smtp
