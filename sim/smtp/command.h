// What one line of an SMTP client says: RFC 5321 §4.1 and the extensions of server_config.h.
//
// Parsing is total: any line becomes a command that is wholly valid in itself, or Malformed with
// the reason. Whether it may come now, and is offered here, is for the session to say. Views point
// into the line.
#pragma once

#include "sim/core/smtp_words.h"
#include "sim/smtp/envelope.h"
#include "sim/smtp/path.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace sim::smtp {

inline constexpr std::size_t max_envid_octets = 100; // RFC 3461 §4.4
inline constexpr std::size_t max_orcpt_octets = 500; // RFC 3461 §4.2
// What may be asked of a server with one BDAT. More than any message may have, so that an honest
// client never meets it; above it the number is taken for a slip or an attack.
inline constexpr std::uint64_t max_chunk_octets = 0x7FFF'FFFF;

struct Hello {
    std::string_view domain; // or address literal
    bool extended = true;    // EHLO, not HELO
    bool is_name = true;     // false: neither, only something printable
};
struct MailFrom {
    Path path;
    MailParameters parameters;
};
struct RcptTo {
    Path path;
    RecipientParameters parameters{};
};
struct Data {};
struct Bdat { // RFC 3030 §2: that many octets follow the line
    std::uint64_t octets = 0;
    bool last = false;
};
struct Rset {};
struct Noop {};
struct Vrfy {};
struct Expn {};
struct Help {};
struct Quit {};
struct StartTls {};
struct Auth {
    std::string_view mechanism;
    std::optional<std::string_view> initial_response; // as written, in Base64, or "="
};
struct Malformed {
    SmtpReason reason = SmtpReason::unknown_command;
};

using Command = std::variant<Hello,
                             MailFrom,
                             RcptTo,
                             Data,
                             Bdat,
                             Rset,
                             Noop,
                             Vrfy,
                             Expn,
                             Help,
                             Quit,
                             StartTls,
                             Auth,
                             Malformed>;

struct ParsedCommand {
    SmtpVerb verb = SmtpVerb::unknown; // also of a malformed line, when it begins with one
    Command command;
    std::uint32_t secret_offset = 0; // within the line: an initial response of AUTH
    std::uint32_t secret_size = 0;
};

// `line` is without its line end, and may hold any octets.
[[nodiscard]] ParsedCommand parse_command(std::string_view line);

// RFC 3461 §4: what xtext stands for; nothing unless it is xtext and all of it printable.
[[nodiscard]] std::optional<std::string> decode_xtext(std::string_view text);
// RFC 3461 §4.2: addr-type ";" xtext, printable, at most 500 octets in all; of the type "utf-8" it
// may be UTF-8 as it is (RFC 6533 §3).
[[nodiscard]] bool is_orcpt(std::string_view text);
[[nodiscard]] bool needs_smtputf8(std::string_view orcpt);
// "rfc822;a+40b.example" as "rfc822;a@b.example". For what is_orcpt() holds of.
[[nodiscard]] std::string original_recipient(std::string_view orcpt);
// As NOTIFY= says it.
[[nodiscard]] std::string to_string(const Notify& notify);

// The verb that the line begins with, compared whole and without regard to case.
[[nodiscard]] SmtpVerb parse_verb(std::string_view line);

} // namespace sim::smtp
