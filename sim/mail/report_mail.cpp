#include "sim/mail/report_mail.h"

#include "sim/mail/message.h"

#include <fmt/format.h>

#include <algorithm>

namespace sim::mail {

namespace {

// What another server said, fit for a header: it may have said anything, at any length.
std::string in_a_header(std::string_view text)
{
    constexpr std::size_t most_octets = 800; // RFC 5322 §2.1.1: 998 a line
    std::string fit{text.substr(0, most_octets)};
    for (char& c : fit)
        if (c < ' ' || c > '~') c = '?';
    return fit;
}

// RFC 6533 §3: an address beyond ASCII has a type of its own, and \x{...} for what is not ASCII.
std::string typed_address(std::string_view address)
{
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    if (std::ranges::all_of(address, is_ascii)) return fmt::format("rfc822; {}", address);
    std::string text = "utf-8; ";
    for (std::size_t at = 0; at < address.size();) {
        const auto first = static_cast<unsigned char>(address[at++]);
        if (first < 0x80) {
            text += static_cast<char>(first);
            continue;
        }
        std::uint32_t point = first >= 0xF0   ? first & 0x07U
                              : first >= 0xE0 ? first & 0x0FU
                                              : first & 0x1FU;
        for (; at < address.size() && (static_cast<unsigned char>(address[at]) & 0xC0U) == 0x80U;
             ++at)
            point = point << 6U | (static_cast<unsigned char>(address[at]) & 0x3FU);
        text += fmt::format("\\x{{{:X}}}", point);
    }
    return text;
}

std::string_view opening(ReportKind kind)
{
    switch (kind) {
    case ReportKind::failed:
        return "次の宛先には、メールを配達できませんでした。\r\n"
               "Your message could not be delivered to:\r\n";
    case ReportKind::delayed:
        return "次の宛先には、まだメールを配達できていません。再送を続けますので、"
               "送り直す必要はありません。\r\n"
               "Your message has not been delivered yet. The server keeps trying;\r\n"
               "you need not send it again:\r\n";
    case ReportKind::delivered:
        return "次の宛先のメールボックスに、メールを配達しました。\r\n"
               "Your message was delivered to the mailbox of:\r\n";
    case ReportKind::relayed:
        return "次の宛先へのメールを、先のサーバーに渡しました。そのサーバーは配達を"
               "知らせないので、お知らせはこれが最後です。\r\n"
               "Your message was handed on to the next server. That one sends no reports,\r\n"
               "so you will hear no more about:\r\n";
    }
    return {};
}

std::string_view subject(ReportKind kind)
{
    switch (kind) {
    case ReportKind::failed:
        return "Undelivered Mail Returned to Sender";
    case ReportKind::delayed:
        return "Delayed Mail (still being retried)";
    case ReportKind::delivered:
        return "Mail Delivered";
    case ReportKind::relayed:
        return "Mail Handed On";
    }
    return {};
}

std::string for_people(const DeliveryReport& report)
{
    std::string text{opening(report.kind)};
    for (const ReportedRecipient& recipient : report.recipients) {
        const Refusal& what = recipient.what;
        text += fmt::format("\r\n  <{}>\r\n", what.recipient);
        if (what.said_by.empty()) continue;
        if (what.reply.empty()) {
            text += fmt::format("    {} ({})\r\n", what.said_by, what.status);
        } else {
            text += fmt::format("    {}: {}\r\n", what.said_by, in_a_header(what.reply));
        }
    }
    if (report.kind == ReportKind::delayed) {
        text += fmt::format("\r\n  再送の期限 / tried until: {}\r\n",
                            mail_date(report.give_up_at, report.zone));
    }
    return text;
}

// RFC 3464 §2: one block for the message, one for each recipient.
std::string for_machines(const DeliveryReport& report)
{
    std::string text = fmt::format("Reporting-MTA: dns; {}\r\n", report.reporting_host);
    if (!report.envelope_id.empty())
        text += fmt::format("Original-Envelope-Id: {}\r\n", in_a_header(report.envelope_id));
    text += fmt::format("Arrival-Date: {}\r\n", mail_date(report.arrived, report.zone));
    for (const ReportedRecipient& recipient : report.recipients) {
        const Refusal& what = recipient.what;
        text += "\r\n";
        if (!recipient.original.empty())
            text += fmt::format("Original-Recipient: {}\r\n", in_a_header(recipient.original));
        text += fmt::format("Final-Recipient: {}\r\nAction: {}\r\nStatus: {}\r\n",
                            typed_address(what.recipient),
                            name_of(report.kind),
                            what.status);
        if (!what.said_by.empty()) text += fmt::format("Remote-MTA: dns; {}\r\n", what.said_by);
        if (!what.reply.empty())
            text += fmt::format("Diagnostic-Code: smtp; {}\r\n", in_a_header(what.reply));
        if (what.tried) {
            text += fmt::format("Last-Attempt-Date: {}\r\n", mail_date(*what.tried, report.zone));
        }
        if (report.kind == ReportKind::delayed) {
            text +=
                fmt::format("Will-Retry-Until: {}\r\n", mail_date(report.give_up_at, report.zone));
        }
    }
    return text;
}

std::string part(const DeliveryReport& report, std::string_view header, std::string_view body)
{
    return fmt::format("--{}\r\n{}\r\n{}\r\n", report.boundary, header, body);
}

} // namespace

std::string compose_report(const DeliveryReport& report)
{
    std::string text =
        fmt::format("From: Mail Delivery System <MAILER-DAEMON@{}>\r\n"
                    "To: <{}>\r\n"
                    "Subject: {}\r\n"
                    "Date: {}\r\n"
                    "Message-ID: {}\r\n"
                    "Auto-Submitted: auto-replied\r\n"
                    "MIME-Version: 1.0\r\n"
                    "Content-Type: multipart/report; report-type=delivery-status;\r\n"
                    " boundary=\"{}\"\r\n"
                    "Content-Transfer-Encoding: 8bit\r\n"
                    "\r\n",
                    report.reporting_host,
                    report.to,
                    subject(report.kind),
                    mail_date(report.now, report.zone),
                    report.message_id,
                    report.boundary);
    text += part(report,
                 "Content-Type: text/plain; charset=utf-8\r\n"
                 "Content-Transfer-Encoding: 8bit\r\n",
                 for_people(report));
    text += part(report, "Content-Type: message/delivery-status\r\n", for_machines(report));
    std::string header =
        report.whole ? "Content-Type: message/rfc822\r\n" : "Content-Type: text/rfc822-headers\r\n";
    if (has_8bit(report.original)) header += "Content-Transfer-Encoding: 8bit\r\n";
    text += part(report, header, report.original);
    text += fmt::format("--{}--\r\n", report.boundary);
    return text;
}

} // namespace sim::mail
