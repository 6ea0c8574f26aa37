// Multi-line replies: lines, a termination octet in front of those that begin with one, and a line
// of the termination octet alone. RFC 1939 §3.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim::pop3 {

// Appends a text as the body of a multi-line reply, with its final ".": a dot added to lines that
// begin with one, CR LF wherever a line ends in CR or LF alone, a last CR LF when it is missing.
// With `body_lines`, no more than the header, the empty line and so many lines behind it (TOP).
void append_multiline(std::string_view text,
                      std::optional<std::uint32_t> body_lines,
                      std::string& wire);

// A line of such a body as it was before the dot was added.
[[nodiscard]] constexpr std::string_view without_stuffing(std::string_view line)
{
    return line.starts_with('.') ? line.substr(1) : line;
}

} // namespace sim::pop3
