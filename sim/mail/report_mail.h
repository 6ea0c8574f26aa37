// Mail that a mail server writes itself: the report that a message could not be delivered, not yet,
// or, to who asked for it, that it was (RFC 3464 inside RFC 6522). Pure text in, text out.
#pragma once

#include "sim/mail/relay.h"

#include <string>
#include <vector>

namespace sim::mail {

// relayed: handed on to a server that will not report (RFC 3461 §5.2.2).
SIM_NAMED_ENUM(ReportKind, failed, delayed, delivered, relayed);

struct ReportedRecipient {
    Refusal what;         // or what became of it
    std::string original; // as ORCPT gave it, decoded, "rfc822;taro@umi.example"; empty: not given
};

struct DeliveryReport {
    ReportKind kind = ReportKind::failed;
    std::string reporting_host;
    std::string to; // the reverse-path of the mail that it is about
    std::string queue_id;
    std::string envelope_id; // ENVID, decoded; empty: not given
    Instant arrived;
    Instant now;
    Instant give_up_at; // delayed only
    ZoneOffset zone = japan;
    std::string message_id;
    std::string boundary; // must not occur in `original`
    std::vector<ReportedRecipient> recipients;
    bool whole = false;   // `original` is the whole message, not only its header
    std::string original; // with CR LF; a header without the empty line
};

// A whole message with CR LF: multipart/report of a text for people in both languages, the
// machine-readable part and the message concerned or its header.
std::string compose_report(const DeliveryReport& report);

} // namespace sim::mail
