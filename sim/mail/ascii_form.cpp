#include "sim/mail/ascii_form.h"

#include "sim/mail/idn.h"
#include "sim/mail/message.h"
#include "sim/smtp/path.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

namespace sim::mail {

namespace {

// RFC 5322 §3.6.2, §3.6.3, §3.6.6: a list of mailboxes.
constexpr std::array<std::string_view, 12> address_fields{"From",
                                                          "Sender",
                                                          "Reply-To",
                                                          "To",
                                                          "Cc",
                                                          "Bcc",
                                                          "Resent-From",
                                                          "Resent-Sender",
                                                          "Resent-Reply-To",
                                                          "Resent-To",
                                                          "Resent-Cc",
                                                          "Resent-Bcc"};
// Structured fields without room for an encoded word (RFC 2047 §5), or signed as they are. Any
// other field is text.
constexpr std::array<std::string_view, 18> exact_fields{"Date",
                                                        "Resent-Date",
                                                        "Message-ID",
                                                        "Resent-Message-ID",
                                                        "In-Reply-To",
                                                        "References",
                                                        "Keywords",
                                                        "Received",
                                                        "Return-Path",
                                                        "Delivered-To",
                                                        "MIME-Version",
                                                        "Content-Type",
                                                        "Content-Disposition",
                                                        "Content-Transfer-Encoding",
                                                        "Content-ID",
                                                        "Authentication-Results",
                                                        "DKIM-Signature",
                                                        "List-Unsubscribe"};

bool is_among(std::span<const std::string_view> names, std::string_view name)
{
    return std::ranges::any_of(
        names, [&](std::string_view each) { return smtp::equal_ignoring_case(each, name); });
}

std::string_view without_blanks(std::string_view text)
{
    const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
    text.remove_prefix(begin);
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

// Cuts an address list at the commas between its mailboxes. Nothing for what this does not read:
// comments and groups.
std::optional<std::vector<std::string_view>> mailboxes_of(std::string_view list)
{
    std::vector<std::string_view> all;
    bool is_quoted = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const char c = list[i];
        if (is_quoted && c == '\\') {
            ++i;
        } else if (c == '"') {
            is_quoted = !is_quoted;
        } else if (is_quoted) {
            continue;
        } else if (c == ',') {
            all.push_back(without_blanks(list.substr(begin, i - begin)));
            begin = i + 1;
        } else if (c == '(' || c == ')' || c == ':' || c == ';') {
            return std::nullopt;
        }
    }
    all.push_back(without_blanks(list.substr(begin)));
    return is_quoted ? std::nullopt : std::optional{std::move(all)};
}

std::string unquoted(std::string_view phrase)
{
    if (!phrase.starts_with('"')) return std::string{phrase};
    std::string text;
    for (std::size_t i = 1; i < phrase.size() && phrase[i] != '"'; ++i) {
        if (phrase[i] == '\\' && i + 1 < phrase.size()) ++i;
        text += phrase[i];
    }
    return text;
}

// "花子 <hanako@kumo.example>" in ASCII.
std::optional<std::string> ascii_mailbox(std::string_view mailbox, std::size_t column)
{
    Mailbox made;
    std::string_view address = mailbox;
    if (mailbox.ends_with('>')) {
        const std::size_t bracket = mailbox.rfind('<');
        if (bracket == std::string_view::npos) return std::nullopt;
        made.display_name = unquoted(without_blanks(mailbox.substr(0, bracket)));
        address = mailbox.substr(bracket + 1, mailbox.size() - bracket - 2);
    }
    const auto ascii = ascii_address(address);
    if (!ascii) return std::nullopt;
    made.address = *ascii;
    return encode_mailbox(made, column);
}

// The field without its last line end.
std::optional<std::string> ascii_field(const HeaderField& field)
{
    std::string made = field.name + ": ";
    if (!is_among(address_fields, field.name)) {
        if (is_among(exact_fields, field.name)) return std::nullopt;
        return made + encode_header_text(field.value, made.size());
    }
    const auto mailboxes = mailboxes_of(field.value);
    if (!mailboxes) return std::nullopt;
    for (std::size_t i = 0; i < mailboxes->size(); ++i) {
        if (i > 0) made += ",\r\n ";
        const auto mailbox = ascii_mailbox((*mailboxes)[i], i > 0 ? 1 : made.size());
        if (!mailbox) return std::nullopt;
        made += *mailbox;
    }
    return made;
}

} // namespace

std::optional<std::string> ascii_address(std::string_view address)
{
    const std::size_t at = address.rfind('@') + 1; // 0: there is nothing else
    std::string made{address.substr(0, at)};
    made += ascii_domain(address.substr(at));
    return has_8bit(made) ? std::nullopt : std::optional{std::move(made)};
}

AsciiHeader with_ascii_header(std::string_view message)
{
    AsciiHeader made;
    std::size_t kept = 0;
    for (const HeaderField& field : parse_header(message).fields) {
        if (!has_8bit(message.substr(field.begin, field.end - field.begin))) continue;
        const auto ascii = ascii_field(field);
        if (!ascii) return {{}, field.name};
        made.message += message.substr(kept, field.begin - kept);
        made.message += *ascii + "\r\n";
        kept = field.end;
    }
    made.message += message.substr(kept);
    return made;
}

void add_ascii_form(smtp::OutgoingMail& mail, const std::shared_ptr<const std::string>& text)
{
    const bool ascii_envelope =
        !has_8bit(mail.reverse_path) &&
        std::ranges::none_of(mail.recipients, [](const auto& each) { return has_8bit(each); });
    if (text == nullptr || (ascii_envelope && text == mail.text)) return;
    smtp::AsciiForm form{{}, {}, text, has_8bit(*text)};
    const auto sender = ascii_address(mail.reverse_path);
    if (!sender) return;
    form.reverse_path = *sender;
    for (const std::string& recipient : mail.recipients) {
        auto address = ascii_address(recipient);
        if (!address) return;
        form.recipients.push_back(*std::move(address));
    }
    mail.ascii = std::move(form);
}

void prepare_own_mail(smtp::OutgoingMail& mail)
{
    mail.needs_8bit = has_8bit(*mail.text);
    mail.needs_utf8 = mail.needs_8bit && has_utf8_header(*mail.text);
    if (!mail.needs_utf8) {
        add_ascii_form(mail, mail.text);
        return;
    }
    AsciiHeader header = with_ascii_header(*mail.text);
    mail.utf8_field = header.stuck_field;
    for (const HeaderField& field : parse_header(*mail.text).fields)
        if (mail.utf8_field.empty() && has_8bit(field.value)) mail.utf8_field = field.name;
    if (header.stuck_field.empty())
        add_ascii_form(mail, std::make_shared<const std::string>(std::move(header.message)));
}

} // namespace sim::mail
