#include "sim/mail/checked_mail.h"

#include "sim/auth/results_field.h"
#include "sim/core/ascii.h"
#include "sim/mail/message.h"

#include <algorithm>

namespace sim::mail {

namespace {

bool is_false_result(std::string_view name, std::string_view value, std::string_view authserv_id)
{
    return folded(name) == "authentication-results" && auth::is_results_of(value, authserv_id);
}

} // namespace

auth::MailText mail_text(std::string_view message)
{
    const Header header = parse_header(message);
    auth::MailText text;
    text.fields.reserve(header.fields.size());
    for (const HeaderField& field : header.fields) {
        std::string raw{message.substr(field.begin, field.end - field.begin)};
        if (!raw.ends_with("\r\n")) raw += "\r\n"; // the message ends in its header
        text.fields.push_back({field.name, std::move(raw)});
    }
    text.body = message.substr(header.body);
    return text;
}

std::size_t count_false_results(const auth::MailText& mail, std::string_view authserv_id)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(mail.fields, [&](const auth::MailField& field) {
            return is_false_result(field.name, field.value(), authserv_id);
        }));
}

std::string
with_results(std::string_view message, std::string_view field, std::string_view authserv_id)
{
    std::string rest;
    std::size_t kept = 0;
    for (const HeaderField& each : parse_header(message).fields) {
        if (!is_false_result(each.name, each.value, authserv_id)) continue;
        rest += message.substr(kept, each.begin - kept);
        kept = each.end;
    }
    rest += message.substr(kept);
    return prepend_field(rest, field);
}

} // namespace sim::mail
