// POP3 command lines: a total parser from octets to one closed list. RFC 1939 §3, RFC 2449 §4.
#pragma once

#include "sim/core/pop3_words.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace sim::pop3 {

// RFC 2449 §4: 255 octets with CR LF. More is taken, because passwords are arguments too.
inline constexpr std::size_t max_command_octets = 510;

// clang-format off
struct Capa {};
struct User { std::string_view name; };
struct Pass { std::string_view password; }; // spaces are part of it, RFC 1939 §7
struct Stat {};
struct List { std::optional<std::uint32_t> number; };
struct Uidl { std::optional<std::uint32_t> number; };
struct Retr { std::uint32_t number = 0; };
struct Top { std::uint32_t number = 0; std::uint32_t lines = 0; };
struct Dele { std::uint32_t number = 0; };
struct Noop {};
struct Rset {};
struct Stls {};
struct Quit {};
struct BadArgument {}; // a verb that exists, with arguments that it cannot have
struct Unknown {};
// clang-format on

using Command = std::variant<Capa,
                             User,
                             Pass,
                             Stat,
                             List,
                             Uidl,
                             Retr,
                             Top,
                             Dele,
                             Noop,
                             Rset,
                             Stls,
                             Quit,
                             BadArgument,
                             Unknown>;

struct ParsedCommand {
    Pop3Verb verb = Pop3Verb::unknown;
    Command command = Unknown{};
    // What of the line must not be shown: the password of PASS; the initial response of AUTH and
    // the digest of APOP, which are not offered but sent by some programs anyway.
    std::size_t secret_offset = 0;
    std::size_t secret_size = 0;
};

// Views point into `line`, which has no CR LF. Verbs in any case.
[[nodiscard]] ParsedCommand parse_command(std::string_view line);

// One to nine digits, nothing else.
[[nodiscard]] std::optional<std::uint32_t> parse_number(std::string_view text);

} // namespace sim::pop3
