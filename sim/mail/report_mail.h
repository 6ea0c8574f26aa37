// Mail that a mail server writes itself: the report that a message could not be delivered, not yet,
// or, to who asked for it, that it was (RFC 3464 inside RFC 6522; RFC 6533 about a mail that came
// with SMTPUTF8). Pure text in, text out.
#pragma once

#include "sim/mail/relay.h"

#include <string>
#include <vector>

namespace sim::mail {

// relayed: handed on to a server that will not report (RFC 3461 §5.2.2).
SIM_NAMED_ENUM(ReportKind, failed, delayed, delivered, relayed);

struct ReportedRecipient {
    Refusal what; // or what became of it
    // As ORCPT gave it, its xtext decoded, "rfc822;taro@umi.example"; empty: not given.
    std::string original;
};

struct DeliveryReport {
    bool global = false; // headers and addresses in UTF-8, to be sent with SMTPUTF8
    // For a next hop without 8BITMIME, or SMTPUTF8 (RFC 6533 §4.1): everything else is in Base64.
    // Of a whole message that cannot be (RFC 2046 §5.2.1) only the header goes back.
    bool in_ascii = false;
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
