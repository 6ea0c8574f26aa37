#include "sim/auth/spf_macro.h"

#include "sim/core/ascii.h"
#include "sim/core/assert.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace sim::auth {

namespace {

constexpr std::string_view macro_letters = "slodiphv";
constexpr std::string_view explanation_letters = "crt";
constexpr std::string_view delimiters = ".-+,/_=";
constexpr std::size_t longest_name = 253;

// What stands between the braces of "%{d2r-}".
struct Macro {
    char letter = 0;       // as written: a capital one is written as in a URL
    std::size_t parts = 0; // 0: all
    bool reversed = false;
    std::string_view split; // at these; empty: at dots
};

std::optional<Macro> parse_macro(std::string_view inside)
{
    if (inside.empty() || !is_letter(inside.front())) return std::nullopt;
    Macro macro{inside.front(), 0, false, {}};
    inside.remove_prefix(1);
    const bool counted = !inside.empty() && is_digit(inside.front());
    while (!inside.empty() && is_digit(inside.front())) {
        // More than any name has: what counts is that it is not 0.
        macro.parts = std::min<std::size_t>(
            macro.parts * 10 + static_cast<std::size_t>(inside.front() - '0'), 1000);
        inside.remove_prefix(1);
    }
    if (counted && macro.parts == 0) return std::nullopt; // §7.1
    if (!inside.empty() && lower(inside.front()) == 'r') {
        macro.reversed = true;
        inside.remove_prefix(1);
    }
    if (inside.find_first_not_of(delimiters) != std::string_view::npos) return std::nullopt;
    macro.split = inside;
    return macro;
}

// One piece of a macro string and what follows it: a literal octet, an escape, or a macro.
struct Piece {
    std::string_view text; // as written
    std::optional<Macro> macro{};
    std::string_view stands_for{}; // of what is no macro
};

std::optional<Piece> first_piece(std::string_view text)
{
    if (text.front() != '%') return Piece{text.substr(0, 1), {}, text.substr(0, 1)};
    if (text.starts_with("%%")) return Piece{text.substr(0, 2), {}, "%"};
    if (text.starts_with("%_")) return Piece{text.substr(0, 2), {}, " "};
    if (text.starts_with("%-")) return Piece{text.substr(0, 2), {}, "%20"};
    const std::size_t end = text.find('}');
    if (!text.starts_with("%{") || end == std::string_view::npos) return std::nullopt;
    auto macro = parse_macro(text.substr(2, end - 2));
    if (!macro) return std::nullopt;
    return Piece{text.substr(0, end + 1), macro, {}};
}

// §7.1: letters, digits and hyphens inside, and not digits alone.
bool is_top_label(std::string_view label)
{
    const auto inside = [](char byte) { return is_letter(byte) || is_digit(byte) || byte == '-'; };
    return !label.empty() && std::ranges::all_of(label, inside) && label.front() != '-' &&
           label.back() != '-' && !std::ranges::all_of(label, is_digit);
}

// domain-end. `tail` is what follows the last macro or escape.
bool ends_a_name(std::string_view tail, bool after_macro)
{
    if (tail.empty()) return after_macro;
    if (tail.ends_with('.')) tail.remove_suffix(1);
    const std::size_t dot = tail.rfind('.');
    return dot != std::string_view::npos && is_top_label(tail.substr(dot + 1));
}

bool is_allowed(char letter, MacroPlace place)
{
    return macro_letters.find(lower(letter)) != std::string_view::npos ||
           (place == MacroPlace::explanation &&
            explanation_letters.find(lower(letter)) != std::string_view::npos);
}

std::vector<std::string> parts_of(const std::string& value, std::string_view split)
{
    std::vector<std::string> parts(1);
    for (const char byte : value) {
        if (split.find(byte) == std::string_view::npos) {
            parts.back() += byte;
        } else {
            parts.emplace_back();
        }
    }
    return parts;
}

// RFC 3986 §2.3: all but the unreserved ones as %XX.
std::string as_in_url(const std::string& text)
{
    std::string out;
    for (const char byte : text) {
        const bool unreserved = is_letter(byte) || is_digit(byte) ||
                                std::string_view{"-._~"}.find(byte) != std::string_view::npos;
        out += unreserved ? std::string(1, byte)
                          : fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    }
    return out;
}

std::string transformed(const std::string& value, const Macro& macro)
{
    std::vector<std::string> parts = parts_of(value, macro.split.empty() ? "." : macro.split);
    if (macro.reversed) std::ranges::reverse(parts);
    const std::size_t left_out =
        macro.parts == 0 || macro.parts > parts.size() ? 0 : parts.size() - macro.parts;
    std::string out;
    for (std::size_t i = left_out; i < parts.size(); ++i)
        out += (i == left_out ? "" : ".") + parts[i];
    return is_upper(macro.letter) ? as_in_url(out) : out;
}

} // namespace

bool is_macro_string(std::string_view text, MacroPlace place)
{
    std::string_view tail = text;
    bool after_macro = false;
    for (std::string_view left = text; !left.empty();) {
        const auto piece = first_piece(left);
        if (!piece) return false;
        left.remove_prefix(piece->text.size());
        if (piece->macro && !is_allowed(piece->macro->letter, place)) return false;
        if (piece->text.front() == '%') {
            tail = left;
            after_macro = true;
            continue;
        }
        const char byte = piece->text.front();
        const bool visible = byte > ' ' && byte < 0x7f;
        if (!visible && (place != MacroPlace::explanation || byte != ' ')) return false;
    }
    return place != MacroPlace::name || ends_a_name(tail, after_macro);
}

std::optional<std::string> expand(std::string_view text, const MacroValue& value)
{
    std::string out;
    while (!text.empty()) {
        const auto piece = first_piece(text);
        SIM_ASSERT(piece.has_value());
        text.remove_prefix(piece->text.size());
        if (!piece->macro) {
            out += piece->stands_for;
            continue;
        }
        const auto found = value(lower(piece->macro->letter));
        if (!found) return std::nullopt;
        out += transformed(*found, *piece->macro);
    }
    return out;
}

std::string as_name(std::string expanded)
{
    if (expanded.ends_with('.')) expanded.pop_back();
    while (expanded.size() > longest_name) {
        const std::size_t dot = expanded.find('.');
        if (dot == std::string::npos) break;
        expanded.erase(0, dot + 1);
    }
    return expanded;
}

} // namespace sim::auth
