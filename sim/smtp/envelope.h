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
SIM_NAMED_ENUM(ReturnedPart, full, headers);         // RET= of MAIL, RFC 3461 §4.3

// What MAIL said besides the path. AUTH= (RFC 4954 §5) is read and dropped: nobody here trusts it.
struct MailParameters {
    std::optional<std::uint64_t> size; // as declared, RFC 1870
    std::optional<BodyType> body;
    bool smtputf8 = false;           // RFC 6531
    bool auth = false;               // AUTH= was there
    std::optional<ReturnedPart> ret; // what a report of failure is to give back
    std::string envid;               // the sender's own mark, in xtext as written; empty: none
    friend bool operator==(const MailParameters&, const MailParameters&) = default;
};

// Of what the sender wants to hear about one recipient; all false: of nothing. RFC 3461 §4.1.
struct Notify {
    bool success = false;
    bool failure = false;
    bool delay = false;
    friend bool operator==(const Notify&, const Notify&) = default;
};

// What RCPT said besides the path.
struct RecipientParameters {
    std::optional<Notify> notify;
    std::string orcpt; // "rfc822;taro@umi.example", encoded as it was written; empty: none
    [[nodiscard]] bool any() const { return notify.has_value() || !orcpt.empty(); }
    friend bool operator==(const RecipientParameters&, const RecipientParameters&) = default;
};

struct Envelope {
    Mailbox sender; // null for a bounce
    MailParameters parameters;
    std::vector<Mailbox> recipients;                       // those accepted
    std::vector<RecipientParameters> recipient_parameters; // one each, in the same order
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
