// What a client says about a message before its text: sender, parameters, recipients; and what is
// known of the client itself.
#pragma once

#include "sim/core/named_enum.h"
#include "sim/smtp/path.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sim::smtp {

SIM_NAMED_ENUM(BodyType, seven_bit, eight_bit_mime); // BODY= of MAIL, RFC 6152 §2

// What MAIL said besides the path. AUTH= (RFC 4954 §5) is read and dropped: nobody here trusts it.
struct MailParameters {
    std::optional<std::uint64_t> size; // as declared, RFC 1870
    std::optional<BodyType> body;
    bool smtputf8 = false; // RFC 6531
    bool auth = false;     // AUTH= was there
    friend bool operator==(const MailParameters&, const MailParameters&) = default;
};

struct Envelope {
    Mailbox sender; // null for a bounce
    MailParameters parameters;
    std::vector<Mailbox> recipients; // those accepted
    friend bool operator==(const Envelope&, const Envelope&) = default;
};

// As a Received field or a policy wants it.
struct ClientFacts {
    std::string hello;     // the domain or address literal it gave
    bool extended = false; // EHLO, not HELO
    bool encrypted = false;
    std::string user; // empty until AUTH succeeded
    friend bool operator==(const ClientFacts&, const ClientFacts&) = default;
};

} // namespace sim::smtp
