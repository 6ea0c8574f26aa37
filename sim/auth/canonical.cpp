#include "sim/auth/canonical.h"

#include "sim/auth/tags.h"
#include "sim/core/ascii.h"

#include <algorithm>
#include <cstddef>

namespace sim::auth {

namespace {

constexpr std::string_view line_end = "\r\n";

bool is_gap(char byte)
{
    return byte == ' ' || byte == '\t';
}

// Each run of blanks and tabs as one blank, none at the end.
void append_closed_up(std::string& out, std::string_view text)
{
    bool gap = false;
    for (const char byte : text) {
        if (is_gap(byte)) {
            gap = true;
            continue;
        }
        if (gap) out += ' ';
        gap = false;
        out += byte;
    }
}

// §3.4.2
std::string relaxed_field(std::string_view field)
{
    const std::size_t colon = std::min(field.find(':'), field.size());
    std::string out = folded(trimmed(field.substr(0, colon)));
    out += ':';
    // Unfolding takes the line ends away and leaves the blanks behind them.
    std::string value;
    std::string_view rest = field.substr(std::min(colon + 1, field.size()));
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(line_end), rest.size());
        value += rest.substr(0, end);
        rest.remove_prefix(std::min(end + line_end.size(), rest.size()));
    }
    append_closed_up(out, trimmed(value));
    out += line_end;
    return out;
}

// §3.4.3, §3.4.4: no empty lines at the end.
void drop_empty_lines(std::string& body)
{
    const std::string_view two = "\r\n\r\n";
    while (body.ends_with(two))
        body.resize(body.size() - line_end.size());
    if (body == line_end) body.clear();
}

} // namespace

std::string canonical_field(std::string_view field, Canonicalization form)
{
    return form == Canonicalization::simple ? std::string{field} : relaxed_field(field);
}

std::string canonical_body(std::string_view body, Canonicalization form)
{
    std::string out;
    out.reserve(body.size() + line_end.size());
    if (form == Canonicalization::simple) {
        out = body;
    } else {
        while (!body.empty()) {
            const std::size_t end = body.find(line_end);
            append_closed_up(out, body.substr(0, end));
            if (end == std::string_view::npos) break;
            out += line_end;
            body.remove_prefix(end + line_end.size());
        }
    }
    if (!out.empty() && !out.ends_with(line_end)) out += line_end;
    drop_empty_lines(out);
    if (out.empty() && form == Canonicalization::simple) out = line_end;
    return out;
}

} // namespace sim::auth
