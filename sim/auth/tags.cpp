#include "sim/auth/tags.h"

#include "sim/core/ascii.h"

#include <algorithm>
#include <utility>

namespace sim::auth {

namespace {

bool is_tag_name(std::string_view name)
{
    const auto inside = [](char byte) { return is_letter(byte) || is_digit(byte) || byte == '_'; };
    return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, inside);
}

// Visible characters, white space between them; what lies beyond ASCII is left to those who read
// the value (RFC 8616).
bool is_tag_value(std::string_view value)
{
    return std::ranges::all_of(value, [](char byte) {
        const auto octet = static_cast<unsigned char>(byte);
        return is_white(byte) || (octet > ' ' && octet != 0x7f);
    });
}

} // namespace

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && is_white(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_white(text.back()))
        text.remove_suffix(1);
    return text;
}

std::string without_white(std::string_view text)
{
    std::string rest{text};
    std::erase_if(rest, is_white);
    return rest;
}

std::string on_one_line(std::string_view text)
{
    constexpr std::size_t longest = 200;
    std::string line;
    for (const char byte : trimmed(text)) {
        if (line.size() == longest) return line + "...";
        if (!is_white(byte)) {
            line += byte;
        } else if (!line.ends_with(' ')) {
            line += ' ';
        }
    }
    return line;
}

std::vector<std::string> split_list(std::string_view text, char separator)
{
    std::vector<std::string> parts;
    while (true) {
        const std::size_t end = std::min(text.find(separator), text.size());
        parts.emplace_back(trimmed(text.substr(0, end)));
        if (end == text.size()) return parts;
        text.remove_prefix(end + 1);
    }
}

tl::expected<Tags, TagError> parse_tags(std::string_view text)
{
    Tags tags;
    while (true) {
        const std::size_t end = std::min(text.find(';'), text.size());
        const std::string_view spec = trimmed(text.substr(0, end));
        const bool last = end == text.size();
        if (last && spec.empty() && !tags.empty()) return tags; // one semicolon may end the list
        const auto wrong = [&](TagFault fault) {
            return tl::unexpected{TagError{fault, on_one_line(spec)}};
        };
        const std::size_t equals = spec.find('=');
        if (equals == std::string_view::npos) return wrong(TagFault::no_tag);
        Tag tag{std::string{trimmed(spec.substr(0, equals))},
                std::string{trimmed(spec.substr(equals + 1))}};
        if (!is_tag_name(tag.name)) return wrong(TagFault::no_tag);
        if (!is_tag_value(tag.value)) return wrong(TagFault::bad_value);
        if (find_tag(tags, tag.name) != nullptr) return wrong(TagFault::repeated);
        if (tags.size() == most_tags) return wrong(TagFault::too_many);
        tags.push_back(std::move(tag));
        if (last) return tags;
        text.remove_prefix(end + 1);
    }
}

const std::string* find_tag(const Tags& tags, std::string_view name)
{
    const auto found = std::ranges::find(tags, name, &Tag::name);
    return found == tags.end() ? nullptr : &found->value;
}

} // namespace sim::auth
