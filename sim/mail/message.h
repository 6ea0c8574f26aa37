// A message as servers and mail programs handle it: text with a header, mostly well-formed. Nothing
// here changes a byte that it was not asked to change.
//
// The header ends before the first line that is neither a field nor the continuation of one: mostly
// the empty line, but some messages lack it, and then what looks like a field further down is text.
// Lines may end in CR LF or LF.
#pragma once

#include "sim/core/named_enum.h"
#include "sim/core/rng.h"
#include "sim/core/time.h"
#include "sim/mail/date.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim::mail {

// ---- reading ----------------------------------------------------------------------------------

struct HeaderField {
    std::string name;      // as written, without the colon
    std::string value;     // unfolded, without white space at its ends
    std::size_t begin = 0; // octet position of the name
    std::size_t end = 0;   // behind the line end of its last line
    friend bool operator==(const HeaderField&, const HeaderField&) = default;
};

struct Header {
    std::vector<HeaderField> fields;
    std::size_t end = 0;  // behind the last field: mostly where the empty line starts
    std::size_t body = 0; // behind the empty line if there is one
    bool cut = false;     // a limit was met; what lies behind it was not looked at
};

inline constexpr std::size_t max_header_fields = 1000;
inline constexpr std::size_t max_header_octets = std::size_t{256} * 1024;

Header parse_header(std::string_view message);

// Names are compared without regard to case. The first one of that name.
std::optional<HeaderField> find_field(std::string_view message, std::string_view name);
bool has_field(std::string_view message, std::string_view name);
std::size_t count_fields(std::string_view message, std::string_view name); // Received: hops so far

bool has_8bit(std::string_view message); // an octet above 127 anywhere: 8BITMIME
// In the header, and it is UTF-8 (RFC 6531 §3.4). Other 8-bit octets, as those of Shift_JIS, were
// never allowed there; no extension helps.
bool has_utf8_header(std::string_view message);
std::string base64_lines(std::string_view bytes);   // RFC 2045 §6.8: 76 a line, each with CR LF
std::size_t longest_line(std::string_view message); // octets, line end not counted
bool has_bare_line_ends(std::string_view message);  // a CR or LF that is not part of CR LF

// What a file may have in front of a message that is no part of it: a byte order mark and the
// "From " line of an mbox. How many octets of it there are.
std::size_t preamble_size(std::string_view message);

// Why the octets of a file cannot be sent as a message. SMTP has octets of ASCII and what extends
// it; in UTF-16 every second one is NUL, and a NUL has no place in a message (RFC 5322 §4).
SIM_NAMED_ENUM(MessageFault, empty, utf16, nul);
std::optional<MessageFault> fault_of_message(std::string_view bytes);

// ---- changing ---------------------------------------------------------------------------------

// `field` with name, value and folds, without its last line end: "Received: from ...".
std::string prepend_field(std::string_view message, std::string_view field);
// Takes every field of that name out, whole with its continuation lines (Bcc on submission), and
// returns them, without their last line ends. `which`: only those whose value is one of these.
std::vector<std::string>
take_fields(std::string& message,
            std::string_view name,
            const std::function<bool(std::string_view value)>& which = nullptr);
// CR LF wherever a line ends in LF or CR alone. A last line without an end stays without. Only
// where one's own user submits: anywhere else it would make smuggling possible.
std::string normalise_line_ends(std::string_view message);

// ---- writing ----------------------------------------------------------------------------------

struct Mailbox {
    std::string display_name{}; // UTF-8, may be empty
    std::string address{};      // "hanako@kumo.example"
};

// How a body that has non-ASCII octets goes: as it is, or in Base64 (what some mail programs do).
enum class BodyEncoding { as_8bit, as_base64 };

struct Draft {
    Mailbox from{};
    std::vector<Mailbox> to{};
    std::vector<Mailbox> cc{};
    std::string subject{}; // UTF-8
    std::string text{};    // UTF-8, lines may end in LF or CR LF
    Instant date{};
    ZoneOffset zone = japan;
    std::string message_id{}; // with angle brackets; none is written when empty
    std::string user_agent{}; // none is written when empty
    BodyEncoding encoding = BodyEncoding::as_8bit;
};

// A complete message with CR LF, ending in CR LF. CR and LF in names, addresses and the subject
// become spaces: a header field cannot be smuggled in through them.
std::string compose(const Draft& draft);

// Header text per RFC 2047: ASCII as it is, else encoded words of UTF-8 in Base64, each at most 75
// octets, cut between characters, folded with CR LF SP. `column` is where the text starts.
std::string encode_header_text(std::string_view utf8, std::size_t column);
// "花子 <hanako@kumo.example>" as a header has it: quoted or encoded when it has to be.
std::string encode_mailbox(const Mailbox& mailbox, std::size_t column);

// "<20260401090000.8f3a61c2@hanako-pc.example>"; unique by time and chance.
std::string make_message_id(Instant at, std::string_view domain, Rng& rng);

// What a server knows of how a message came to it, RFC 5321 §4.4.
struct ReceivedStamp {
    std::string helo{};        // what the client called itself; octets not for a header become '?'
    std::string client_name{}; // by reverse lookup, as little trusted; empty: not asked for,
                               // or none, and nothing is said of it
    std::string client_address{}; // "192.0.2.10"
    std::string by{};             // our own name
    bool extended = true;         // EHLO, not HELO
    bool utf8 = false;            // the SMTPUTF8 parameter was given
    std::string tls_version{};    // "TLSv1.3"; empty: no TLS
    std::string tls_cipher{};
    bool authenticated = false;
    std::string id{};        // queue id
    std::string recipient{}; // only when there is exactly one: else it would tell on a Bcc
    Instant at{};
    ZoneOffset zone = japan;
};

// SMTP, ESMTP, ESMTPS, ESMTPA, ESMTPSA (RFC 3848); with UTF8 in front instead of E (RFC 6531 §4.3).
std::string transmission_type(const ReceivedStamp& stamp);
// "Received: from ... by ...; date", folded with CR LF, without the last line end.
std::string received_field(const ReceivedStamp& stamp);

// Queue ids as a server gives them out: ten (or more) letters and digits that cannot be misread,
// drawn from the server's own stream of chance, no two alike.
class QueueIds {
public:
    explicit QueueIds(Rng rng) : rng_{rng} {}
    std::string next();

private:
    Rng rng_;
    std::uint32_t count_ = 0;
};

} // namespace sim::mail
