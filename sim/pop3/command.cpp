#include "sim/pop3/command.h"

#include "sim/core/ascii.h"

#include <algorithm>
#include <charconv>

namespace sim::pop3 {

namespace {

bool equal_ignoring_case(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

Pop3Verb parse_verb(std::string_view word)
{
    for (const Pop3Verb verb : values_of<Pop3Verb>()) {
        const bool spoken = verb != Pop3Verb::none && verb != Pop3Verb::unknown;
        if (spoken && equal_ignoring_case(name_of(verb), word)) return verb;
    }
    return Pop3Verb::unknown;
}

// What stands behind the verb; `present` tells "LIST" from "LIST ".
struct Argument {
    std::string_view text;
    bool present = false;
};

template <typename Plain>
Command without_argument(const Argument& argument)
{
    if (argument.present) return BadArgument{};
    return Plain{};
}

template <typename Numbered>
Command with_number(const Argument& argument)
{
    const auto number = parse_number(argument.text);
    if (!number) return BadArgument{};
    return Numbered{*number};
}

template <typename Numbered>
Command with_optional_number(const Argument& argument)
{
    if (!argument.present) return Numbered{};
    return with_number<Numbered>(argument);
}

Command parse_user(const Argument& argument)
{
    if (argument.text.empty() || argument.text.find(' ') != std::string_view::npos)
        return BadArgument{};
    return User{argument.text};
}

Command parse_top(const Argument& argument)
{
    const std::size_t space = std::min(argument.text.find(' '), argument.text.size());
    const auto number = parse_number(argument.text.substr(0, space));
    if (!number || space == argument.text.size()) return BadArgument{};
    const auto lines = parse_number(argument.text.substr(space + 1));
    if (!lines) return BadArgument{};
    return Top{*number, *lines};
}

Command parse_arguments(Pop3Verb verb, const Argument& argument)
{
    switch (verb) {
    case Pop3Verb::capa:
        return without_argument<Capa>(argument);
    case Pop3Verb::user:
        return parse_user(argument);
    case Pop3Verb::pass:
        if (argument.text.empty()) return BadArgument{};
        return Pass{argument.text};
    case Pop3Verb::stat:
        return without_argument<Stat>(argument);
    case Pop3Verb::list:
        return with_optional_number<List>(argument);
    case Pop3Verb::uidl:
        return with_optional_number<Uidl>(argument);
    case Pop3Verb::retr:
        return with_number<Retr>(argument);
    case Pop3Verb::top:
        return parse_top(argument);
    case Pop3Verb::dele:
        return with_number<Dele>(argument);
    case Pop3Verb::noop:
        return without_argument<Noop>(argument);
    case Pop3Verb::rset:
        return without_argument<Rset>(argument);
    case Pop3Verb::stls:
        return without_argument<Stls>(argument);
    case Pop3Verb::quit:
        return without_argument<Quit>(argument);
    case Pop3Verb::none:
    case Pop3Verb::unknown:
        break;
    }
    return Unknown{};
}

// How many words of the line may be seen; the rest is secret.
std::size_t visible_words(Pop3Verb verb, std::string_view word)
{
    if (verb == Pop3Verb::pass) return 1;
    const bool other_login = equal_ignoring_case(word, "AUTH") || equal_ignoring_case(word, "APOP");
    return other_login ? 2 : 0;
}

} // namespace

std::optional<std::uint32_t> parse_number(std::string_view text)
{
    std::uint32_t value = 0;
    if (text.empty() || text.size() > 9) return std::nullopt;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
    return value;
}

ParsedCommand parse_command(std::string_view line)
{
    const std::size_t space = line.find(' ');
    const std::string_view word = line.substr(0, space);
    ParsedCommand parsed;
    parsed.verb = parse_verb(word);
    Argument argument;
    argument.present = space != std::string_view::npos;
    if (argument.present) argument.text = line.substr(space + 1);
    parsed.command = parse_arguments(parsed.verb, argument);

    std::size_t words = visible_words(parsed.verb, word);
    if (words == 0) return parsed;
    std::size_t secret = 0;
    for (; words > 0 && secret < line.size(); --words)
        secret = std::min(line.find(' ', secret), line.size() - 1) + 1;
    parsed.secret_offset = secret;
    parsed.secret_size = line.size() - secret;
    return parsed;
}

} // namespace sim::pop3
