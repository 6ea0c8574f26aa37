#include "sim/mail/checked_mail.h"

#include "sim/auth/results_field.h"
#include "sim/core/ascii.h"
#include "sim/mail/message.h"

#include <algorithm>

namespace sim::mail {

namespace {

constexpr std::string_view results_name = "Authentication-Results";

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
            return folded(field.name) == folded(results_name) &&
                   auth::is_results_of(field.value(), authserv_id);
        }));
}

std::vector<std::string> take_false_results(std::string& message, std::string_view authserv_id)
{
    return take_fields(message, results_name, [&](std::string_view value) {
        return auth::is_results_of(value, authserv_id);
    });
}

bool is_junk(std::string_view message)
{
    constexpr std::size_t colon = junk_field.find(':');
    const auto field = find_field(message, junk_field.substr(0, colon));
    return field && folded(field->value) == folded(junk_field.substr(colon + 2));
}

} // namespace sim::mail
