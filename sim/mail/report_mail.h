// Mail that a mail server writes itself: the report that a message could not be delivered, or not
// yet (RFC 3464 inside RFC 6522). Pure text in, text out.
#pragma once

#include "sim/mail/relay.h"

#include <string>

namespace sim::mail {

SIM_NAMED_ENUM(ReportKind, failed, delayed);

struct DeliveryReport {
    ReportKind kind = ReportKind::failed;
    std::string reporting_host;
    std::string to; // the reverse-path of the mail that it is about
    std::string queue_id;
    Instant arrived;
    Instant now;
    Instant give_up_at; // delayed only
    ZoneOffset zone = japan;
    std::string message_id;
    std::string boundary; // must not occur in the reported header
    std::vector<Refusal> refusals;
    std::string original_header; // with CR LF, without the empty line
};

// A whole message with CR LF: multipart/report of a text for people in both languages, the
// machine-readable part and the header of the message concerned.
std::string compose_report(const DeliveryReport& report);

} // namespace sim::mail
