#include "sim/mail/report_mail.h"

#include "sim/core/utf8.h"
#include "sim/mail/message.h"
#include "sim/smtp/path.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>

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

// What stands between \x{ and }, when it is a character that may stand in a header.
std::optional<std::uint32_t> embedded_point(std::string_view hex)
{
    std::uint32_t point = 0;
    if (hex.size() < 2 || hex.size() > 6) return std::nullopt;
    for (const char c : hex) {
        const std::size_t digit = std::string_view{"0123456789ABCDEF"}.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        point = point << 4U | static_cast<std::uint32_t>(digit);
    }
    const bool is_control = point < 0x20 || (point >= 0x7F && point < 0xA0);
    const bool is_surrogate = point >= 0xD800 && point < 0xE000;
    if (is_control || is_surrogate || point > 0x10FFFF) return std::nullopt;
    return point;
}

// "\x{592A}@umi.example" as UTF-8, RFC 6533 §3; what is no such thing stays as it is.
std::string without_embedded(std::string_view text)
{
    std::string plain;
    while (!text.empty()) {
        const std::size_t close =
            text.starts_with("\\x{") ? text.find('}') : std::string_view::npos;
        const auto point = close == std::string_view::npos
                               ? std::nullopt
                               : embedded_point(text.substr(3, close - 3));
        if (point) append_utf8(plain, *point);
        if (!point) plain += text.front();
        text.remove_prefix(point ? close + 1 : 1);
    }
    return plain;
}

// RFC 6533 §3, utf-8-addr-xtext: \x{...} for what is not ASCII, and for what xtext keeps to itself.
std::string with_embedded(std::string_view address)
{
    std::string text;
    for (std::size_t at = 0; at < address.size();) {
        const auto first = static_cast<unsigned char>(address[at++]);
        if (first > ' ' && first < 0x7F && first != '\\' && first != '+' && first != '=') {
            text += static_cast<char>(first);
            continue;
        }
        std::uint32_t point = first >= 0xF0   ? first & 0x07U
                              : first >= 0xE0 ? first & 0x0FU
                              : first >= 0xC0 ? first & 0x1FU
                                              : first;
        for (; at < address.size() && (static_cast<unsigned char>(address[at]) & 0xC0U) == 0x80U;
             ++at)
            point = point << 6U | (static_cast<unsigned char>(address[at]) & 0x3FU);
        text += fmt::format("\\x{{{:02X}}}", point);
    }
    return text;
}

// An address beyond ASCII has a type of its own. It stands as it is where UTF-8 may stand: RFC 6533
// §3, utf-8-address.
std::string typed_address(std::string_view address, bool global)
{
    if (!has_8bit(address)) return fmt::format("rfc822; {}", address);
    return fmt::format("utf-8; {}", global ? std::string{address} : with_embedded(address));
}

std::string original_address(const std::string& original, bool global)
{
    const std::size_t semicolon = std::min(original.find(';'), original.size());
    const std::string_view type = std::string_view{original}.substr(0, semicolon);
    if (!smtp::equal_ignoring_case(type, "utf-8")) return in_a_header(original);
    const std::string address = without_embedded(std::string_view{original}.substr(semicolon + 1));
    return fmt::format("utf-8;{}", global ? address : with_embedded(address));
}

std::string_view opening(ReportKind kind)
{
    switch (kind) {
    case ReportKind::failed:
        return "次の宛先には、メールを配送できませんでした。\r\n"
               "Your message could not be delivered to:\r\n";
    case ReportKind::delayed:
        return "次の宛先には、まだメールを配送できていません。再送を続けますので、"
               "送り直す必要はありません。\r\n"
               "Your message has not been delivered yet. The server keeps trying;\r\n"
               "you need not send it again:\r\n";
    case ReportKind::delivered:
        return "次の宛先のメールボックスに、メールを配送しました。\r\n"
               "Your message was delivered to the mailbox of:\r\n";
    case ReportKind::relayed:
        return "次の宛先へのメールを、先のサーバーに渡しました。そのサーバーは配送を"
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
        if (!recipient.original.empty()) {
            text += fmt::format("Original-Recipient: {}\r\n",
                                original_address(recipient.original, report.global));
        }
        text += fmt::format("Final-Recipient: {}\r\nAction: {}\r\nStatus: {}\r\n",
                            typed_address(what.recipient, report.global),
                            name_of(report.kind),
                            what.status);
        // RFC 3464 §2.3.5: only a server that we have spoken to.
        if (!what.reply.empty() || what.tried)
            text += fmt::format("Remote-MTA: dns; {}\r\n", what.said_by);
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

// `type` is the whole of Content-Type.
std::string part(const DeliveryReport& report, std::string_view type, const std::string& body)
{
    std::string header = fmt::format("--{}\r\nContent-Type: {}\r\n", report.boundary, type);
    if (report.in_ascii && has_8bit(body)) {
        return fmt::format(
            "{}Content-Transfer-Encoding: base64\r\n\r\n{}\r\n", header, base64_lines(body));
    }
    if (has_8bit(body)) header += "Content-Transfer-Encoding: 8bit\r\n";
    return fmt::format("{}\r\n{}\r\n", header, body);
}

// RFC 6533 §4 has a new type for each part that may hold UTF-8 where there was only ASCII.
std::string part_of_original(const DeliveryReport& report)
{
    const std::string& text = report.original;
    if (report.global) {
        return part(report, report.whole ? "message/global" : "message/global-headers", text);
    }
    if (!report.whole) return part(report, "text/rfc822-headers", text);
    if (!report.in_ascii || !has_8bit(text)) return part(report, "message/rfc822", text);
    return part(report, "text/rfc822-headers", text.substr(0, parse_header(text).end));
}

} // namespace

std::string compose_report(const DeliveryReport& report)
{
    // RFC 6522 §3: report-type is the second part's.
    const std::string_view status = report.global ? "global-delivery-status" : "delivery-status";
    std::string text = fmt::format("From: Mail Delivery System <MAILER-DAEMON@{}>\r\n"
                                   "To: <{}>\r\n"
                                   "Subject: {}\r\n"
                                   "Date: {}\r\n"
                                   "Message-ID: {}\r\n"
                                   "Auto-Submitted: auto-replied\r\n"
                                   "MIME-Version: 1.0\r\n"
                                   "Content-Type: multipart/report; report-type={};\r\n"
                                   " boundary=\"{}\"\r\n"
                                   "{}"
                                   "\r\n",
                                   report.reporting_host,
                                   report.to,
                                   subject(report.kind),
                                   mail_date(report.now, report.zone),
                                   report.message_id,
                                   status,
                                   report.boundary,
                                   report.in_ascii ? "" : "Content-Transfer-Encoding: 8bit\r\n");
    text += part(report, "text/plain; charset=utf-8", for_people(report));
    text += part(report, fmt::format("message/{}", status), for_machines(report));
    text += part_of_original(report);
    text += fmt::format("--{}--\r\n", report.boundary);
    return text;
}

} // namespace sim::mail
