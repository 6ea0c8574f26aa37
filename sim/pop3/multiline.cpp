#include "sim/pop3/multiline.h"

#include <algorithm>

namespace sim::pop3 {

void append_multiline(std::string_view text,
                      std::optional<std::uint32_t> body_lines,
                      std::string& wire)
{
    wire.reserve(wire.size() + text.size() + text.size() / 32 + 8);
    bool in_body = false;
    std::uint32_t lines_left = body_lines.value_or(0);
    while (!text.empty()) {
        if (in_body && body_lines && lines_left-- == 0) break;
        const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
        const std::string_view line = text.substr(0, end);
        if (line.starts_with('.')) wire += '.';
        wire += line;
        wire += "\r\n";
        in_body = in_body || line.empty();
        text.remove_prefix(end);
        if (text.starts_with("\r\n")) {
            text.remove_prefix(2);
        } else if (!text.empty()) {
            text.remove_prefix(1);
        }
    }
    wire += ".\r\n";
}

} // namespace sim::pop3
