#include "sim/mail/report_mail.h"

#include "sim/mail/message.h"

#include <fmt/format.h>

namespace sim::mail {

namespace {

std::string for_people(const DeliveryReport& report)
{
    const bool failed = report.kind == ReportKind::failed;
    std::string text = failed
                           ? "次の宛先には、メールを配達できませんでした。\r\n"
                             "Your message could not be delivered to:\r\n"
                           : "次の宛先には、まだメールを配達できていません。再送を続けますので、"
                             "送り直す必要はありません。\r\n"
                             "Your message has not been delivered yet. The server keeps trying;\r\n"
                             "you need not send it again:\r\n";
    for (const Refusal& refusal : report.refusals) {
        text += fmt::format("\r\n  <{}>\r\n", refusal.recipient);
        if (refusal.reply.empty()) {
            text += fmt::format("    {} ({})\r\n", refusal.said_by, refusal.status);
        } else {
            text += fmt::format("    {}: {}\r\n", refusal.said_by, refusal.reply);
        }
    }
    if (!failed) {
        text += fmt::format("\r\n  再送の期限 / tried until: {}\r\n",
                            mail_date(report.give_up_at, report.zone));
    }
    return text;
}

// RFC 3464 §2: one block for the message, one for each recipient.
std::string for_machines(const DeliveryReport& report)
{
    const bool failed = report.kind == ReportKind::failed;
    std::string text = fmt::format("Reporting-MTA: dns; {}\r\nArrival-Date: {}\r\n",
                                   report.reporting_host,
                                   mail_date(report.arrived, report.zone));
    for (const Refusal& refusal : report.refusals) {
        text += fmt::format("\r\nFinal-Recipient: rfc822; {}\r\nAction: {}\r\nStatus: {}\r\n",
                            refusal.recipient,
                            failed ? "failed" : "delayed",
                            refusal.status);
        if (!refusal.said_by.empty())
            text += fmt::format("Remote-MTA: dns; {}\r\n", refusal.said_by);
        if (!refusal.reply.empty())
            text += fmt::format("Diagnostic-Code: smtp; {}\r\n", refusal.reply);
        if (!failed) {
            text +=
                fmt::format("Will-Retry-Until: {}\r\n", mail_date(report.give_up_at, report.zone));
        }
    }
    return text;
}

} // namespace

std::string compose_report(const DeliveryReport& report)
{
    const std::string_view subject = report.kind == ReportKind::failed
                                         ? "Undelivered Mail Returned to Sender"
                                         : "Delayed Mail (still being retried)";
    return fmt::format("From: Mail Delivery System <MAILER-DAEMON@{}>\r\n"
                       "To: <{}>\r\n"
                       "Subject: {}\r\n"
                       "Date: {}\r\n"
                       "Message-ID: {}\r\n"
                       "Auto-Submitted: auto-replied\r\n"
                       "MIME-Version: 1.0\r\n"
                       "Content-Type: multipart/report; report-type=delivery-status;\r\n"
                       " boundary=\"{}\"\r\n"
                       "\r\n"
                       "--{}\r\n"
                       "Content-Type: text/plain; charset=utf-8\r\n"
                       "Content-Transfer-Encoding: 8bit\r\n"
                       "\r\n"
                       "{}\r\n"
                       "--{}\r\n"
                       "Content-Type: message/delivery-status\r\n"
                       "\r\n"
                       "{}\r\n"
                       "--{}\r\n"
                       "Content-Type: text/rfc822-headers\r\n"
                       "\r\n"
                       "{}\r\n"
                       "--{}--\r\n",
                       report.reporting_host,
                       report.to,
                       subject,
                       mail_date(report.now, report.zone),
                       report.message_id,
                       report.boundary,
                       report.boundary,
                       for_people(report),
                       report.boundary,
                       for_machines(report),
                       report.boundary,
                       report.original_header,
                       report.boundary);
}

} // namespace sim::mail
