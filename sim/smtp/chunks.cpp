#include "sim/smtp/chunks.h"

#include <algorithm>
#include <utility>

namespace sim::smtp {

namespace {

// A CR or LF at `at` that is not half of a CR LF.
bool is_bare(std::string_view text, std::size_t at)
{
    if (text[at] == '\n') return at == 0 || text[at - 1] != '\r';
    return at + 1 == text.size() || text[at + 1] != '\n';
}

std::size_t find_bare(std::string_view text, std::string_view which)
{
    std::size_t at = text.find_first_of(which);
    while (at != std::string_view::npos && !is_bare(text, at))
        at = text.find_first_of(which, at + 1);
    return at;
}

std::string with_line_ends(std::string_view text, std::string_view which)
{
    std::string whole;
    whole.reserve(text.size() + text.size() / 32);
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool ends_line = which.find(text[at]) != std::string_view::npos && is_bare(text, at);
        if (ends_line) {
            whole += "\r\n";
        } else {
            whole += text[at];
        }
    }
    return whole;
}

std::size_t longest_line_in(std::string_view text)
{
    std::size_t longest = 0;
    while (!text.empty()) {
        const std::size_t end = text.find("\r\n");
        longest = std::max(longest, std::min(end, text.size()));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 2);
    }
    return longest;
}

} // namespace

void ChunkJoiner::take(std::string_view octets)
{
    size_ += octets.size();
    if (size_ > limits_.text_octets) set_fault(TextFault::too_big);
    if (fault_ == TextFault::none) text_ += octets;
}

void ChunkJoiner::finish()
{
    if (fault_ != TextFault::none) return;
    // What a lenient server takes for a line end: LF alone, as after DATA.
    const std::string_view repaired = line_ends_ == LineEnds::lenient_2022 ? "\n" : "\r\n";
    const bool repairs = line_ends_ == LineEnds::normalise || line_ends_ == LineEnds::lenient_2022;
    if (repairs && find_bare(text_, repaired) != std::string::npos) {
        text_ = with_line_ends(text_, repaired);
        changed_ = true;
    }
    lines_ = static_cast<std::uint32_t>(std::ranges::count(text_, '\n'));
    if (!text_.empty() && !text_.ends_with('\n')) ++lines_;
    if (const TextFault found = judge(); found != TextFault::none) set_fault(found);
}

TextFault ChunkJoiner::judge() const
{
    if (longest_line_in(text_) > limits_.line_octets) return TextFault::line_too_long;
    if (line_ends_ == LineEnds::strict && find_bare(text_, "\r\n") != std::string::npos)
        return TextFault::bare_line_end;
    if (line_ends_ != LineEnds::lenient_2022 && text_.find('\0') != std::string::npos)
        return TextFault::nul;
    return TextFault::none;
}

void ChunkJoiner::set_fault(TextFault fault)
{
    fault_ = std::max(fault_, fault);
    text_ = std::string{};
}

} // namespace sim::smtp
