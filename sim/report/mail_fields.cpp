#include "sim/report/mail_fields.h"

#include "sim/core/ascii.h"
#include "sim/explain/nouns.h"
#include "sim/report/ends.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace sim::report {

namespace {

using explain::EnhancedMeaning;
using explain::PacketField;
using explain::ReplyMeaning;
using explain::SmtpKeyword;

constexpr std::size_t most_text_lines = 200; // of one packet
constexpr std::string_view line_end = "\r\n";
constexpr std::string_view mask = "********";

std::string upper(std::string_view text)
{
    std::string result;
    for (const char c : text)
        result += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return result;
}

// The line without its end, and the end, which may be missing.
struct Cut {
    MailText line;
    MailText end;
};
Cut without_end(const MailText& line)
{
    const std::string_view bytes = line.bytes();
    const std::size_t size = bytes.ends_with(line_end) ? bytes.size() - 2
                             : bytes.ends_with('\n')   ? bytes.size() - 1
                                                       : bytes.size();
    return {line.part(0, size), line.part(size)};
}

// Up to and including the next line end.
MailText next_line(const MailText& text)
{
    const std::size_t end = text.bytes().find('\n');
    return text.part(0, end == std::string_view::npos ? end : end + 1);
}

void add_end(FieldList& fields, const MailText& end)
{
    if (!end.empty()) fields.add(PacketField::line_end, "CR LF", end.range(), 1);
}

// The words of a line: split at blanks, without them.
std::vector<MailText> words_of(const MailText& line)
{
    std::vector<MailText> words;
    std::size_t at = 0;
    const std::string_view bytes = line.bytes();
    while (at < bytes.size()) {
        if (bytes[at] == ' ') {
            ++at;
            continue;
        }
        std::size_t end = std::min(bytes.find(' ', at), bytes.size());
        // A password may hold blanks: how many is nobody's business.
        if (line.part(at, end - at).has_secret()) end = bytes.size();
        words.push_back(line.part(at, end - at));
        at = end;
    }
    return words;
}

// What the word at this place of a command is.
PacketField role_of_word(SmtpVerb verb, const MailText& word, std::size_t place)
{
    if (word.has_secret()) return PacketField::smtp_secret;
    switch (verb) {
    case SmtpVerb::mail:
    case SmtpVerb::rcpt:
        return place == 1 ? PacketField::smtp_path : PacketField::smtp_parameter;
    case SmtpVerb::helo:
    case SmtpVerb::ehlo:
        return place == 1 ? PacketField::smtp_hello_name : PacketField::smtp_argument;
    case SmtpVerb::auth:
        return place == 1 ? PacketField::smtp_mechanism : PacketField::smtp_argument;
    default:
        return PacketField::smtp_argument;
    }
}

ReplyMeaning meaning_of(std::string_view code)
{
    switch (code.empty() ? '0' : code.front()) {
    case '2':
        return ReplyMeaning::positive;
    case '3':
        return ReplyMeaning::intermediate;
    case '4':
        return ReplyMeaning::transient;
    case '5':
        return ReplyMeaning::permanent;
    default:
        return ReplyMeaning::other;
    }
}

// RFC 3463 §2: class "." subject "." detail, at the front of the words.
std::size_t enhanced_code_size(std::string_view words)
{
    std::size_t at = 0;
    for (int part = 0; part < 3; ++part) {
        const std::size_t begin = at;
        while (at < words.size() && is_digit(words[at]) && at - begin < 3)
            ++at;
        if (at == begin) return 0;
        if (part == 2) break;
        if (at == words.size() || words[at] != '.') return 0;
        ++at;
    }
    return at == words.size() || words[at] == ' ' ? at : 0;
}

EnhancedMeaning subject_of(std::string_view code)
{
    const std::size_t dot = code.find('.');
    const char subject = dot + 1 < code.size() ? code[dot + 1] : '0';
    if (subject < '0' || subject > '7' || code.find('.', dot + 1) != dot + 2)
        return EnhancedMeaning::other_status;
    return static_cast<EnhancedMeaning>(subject - '0');
}

SmtpKeyword keyword_of(std::string_view word)
{
    constexpr std::array<std::pair<std::string_view, SmtpKeyword>, 9> known{
        {{"SIZE", SmtpKeyword::size},
         {"STARTTLS", SmtpKeyword::starttls},
         {"AUTH", SmtpKeyword::auth},
         {"8BITMIME", SmtpKeyword::eight_bit_mime},
         {"PIPELINING", SmtpKeyword::pipelining},
         {"SMTPUTF8", SmtpKeyword::smtputf8},
         {"CHUNKING", SmtpKeyword::chunking},
         {"DSN", SmtpKeyword::dsn},
         {"ENHANCEDSTATUSCODES", SmtpKeyword::enhanced_status_codes}}};
    const std::string name = upper(word);
    for (const auto& [text, keyword] : known)
        if (text == name) return keyword;
    return SmtpKeyword::other;
}

// A line of an AUTH exchange, or the question to it: what its Base64 says, when that is no secret.
void add_unwrapped(FieldList& fields, const MailText& line)
{
    if (line.has_secret()) return;
    const std::string inside = base64_undone(line.bytes());
    if (inside.empty()) return;
    const std::size_t word = line.bytes().rfind(' ') + 1;
    fields.add(PacketField::smtp_unwrapped, inside, line.part(word).range(), 1);
}

// The words behind the code: an extended code, a keyword of EHLO, or just words.
void add_reply_words(FieldList& fields, MailText words, bool offers)
{
    const std::size_t enhanced = enhanced_code_size(words.bytes());
    if (enhanced > 0) {
        const MailText code = words.part(0, enhanced);
        fields.add(PacketField::smtp_enhanced,
                   code.shown(),
                   code.range(),
                   1,
                   fmt::format("report.packet.enhanced.{}", name_of(subject_of(code.bytes()))));
        words = words.part(enhanced);
        if (words.bytes().starts_with(' ')) words = words.part(1);
    }
    if (words.empty()) return;
    if (!offers) {
        fields.add(PacketField::smtp_words, words.shown(), words.range(), 1);
        return;
    }
    const std::string_view bytes = words.bytes();
    const SmtpKeyword keyword = keyword_of(bytes.substr(0, bytes.find(' ')));
    fields.add(PacketField::smtp_keyword,
               words.shown(),
               words.range(),
               1,
               fmt::format("report.packet.keyword.{}", name_of(keyword)));
}

bool is_header_field(std::string_view line)
{
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    return std::ranges::all_of(line.substr(0, colon), [](char c) {
        const auto octet = static_cast<std::uint8_t>(c);
        return octet > 0x20 && octet < 0x7f; // RFC 5322 §2.2
    });
}

} // namespace

// ---- MailText -----------------------------------------------------------------------------------

MailText MailText::part(std::size_t from, std::size_t size) const
{
    const std::size_t begin = std::min(from, bytes_.size());
    return {bytes_.substr(begin, size), offset_ + static_cast<std::uint32_t>(begin), *secrets_};
}

bool MailText::has_secret() const
{
    const OctetRange mine = range();
    return std::ranges::any_of(*secrets_, [&](const OctetRange& secret) {
        return secret.offset < mine.end() && mine.offset < secret.end();
    });
}

std::string MailText::shown() const
{
    std::string text;
    std::uint32_t at = offset_;
    const std::uint32_t end = range().end();
    for (const OctetRange& secret : *secrets_) {
        if (secret.end() <= at || secret.offset >= end) continue;
        const std::uint32_t from = std::max(secret.offset, at);
        text += explain::show_bytes(bytes_.substr(at - offset_, from - at));
        text += mask;
        at = std::min(secret.end(), end);
    }
    return text + explain::show_bytes(bytes_.substr(at - offset_));
}

// ---- SMTP ---------------------------------------------------------------------------------------

void add_smtp_command(FieldList& fields, const MailText& line, SmtpVerb verb)
{
    const Cut cut = without_end(line);
    const std::string meaning = fmt::format("report.packet.verb.{}", name_of(verb));
    fields.add(PacketField::smtp_command, cut.line.shown(), line.range(), 0, meaning);
    const std::vector<MailText> words = words_of(cut.line);
    for (std::size_t i = 0; i < words.size(); ++i) {
        const MailText& word = words[i];
        if (i == 0 && !word.has_secret() && verb != SmtpVerb::auth_response) {
            fields.add(PacketField::smtp_verb, word.shown(), word.range(), 1, meaning);
        } else {
            fields.add(role_of_word(verb, word, i), word.shown(), word.range(), 1);
        }
    }
    if (verb == SmtpVerb::auth || verb == SmtpVerb::auth_response) add_unwrapped(fields, cut.line);
    add_end(fields, cut.end);
}

void add_smtp_reply(FieldList& fields, const MailText& lines, bool hello)
{
    bool first = true;
    for (MailText rest = lines; !rest.empty();) {
        const MailText whole = next_line(rest);
        rest = rest.part(whole.bytes().size());
        const Cut cut = without_end(whole);
        const std::string_view bytes = cut.line.bytes();
        const bool has_code =
            bytes.size() >= 3 && std::ranges::all_of(bytes.substr(0, 3), is_digit);
        if (!has_code) {
            add_line_rest(fields, whole);
            continue;
        }
        const MailText code = cut.line.part(0, 3);
        const std::string meaning =
            fmt::format("report.packet.reply.{}", name_of(meaning_of(code.bytes())));
        fields.add(PacketField::smtp_reply, cut.line.shown(), whole.range(), 0, meaning);
        fields.add(PacketField::smtp_code, code.shown(), code.range(), 1, meaning);
        if (bytes.size() > 3) {
            const MailText separator = cut.line.part(3, 1);
            fields.add(PacketField::smtp_separator,
                       fmt::format("\"{}\"", separator.shown()),
                       separator.range(),
                       1);
            // The first line of the answer to EHLO is the server's name.
            add_reply_words(fields, cut.line.part(4), hello && !first);
            if (code.bytes() == "334") add_unwrapped(fields, cut.line);
        }
        add_end(fields, cut.end);
        first = false;
    }
}

void add_line_rest(FieldList& fields, const MailText& rest)
{
    fields.add(PacketField::line_rest, without_end(rest).line.shown(), rest.range());
}

// ---- POP3 ---------------------------------------------------------------------------------------

void add_pop3_command(FieldList& fields, const MailText& line, Pop3Verb verb)
{
    const Cut cut = without_end(line);
    const std::string meaning = fmt::format("report.packet.pop3_verb.{}", name_of(verb));
    fields.add(PacketField::pop3_command, cut.line.shown(), line.range(), 0, meaning);
    const std::vector<MailText> words = words_of(cut.line);
    for (std::size_t i = 0; i < words.size(); ++i) {
        const MailText& word = words[i];
        if (i == 0 && !word.has_secret()) {
            fields.add(PacketField::pop3_verb, word.shown(), word.range(), 1, meaning);
        } else {
            fields.add(word.has_secret() ? PacketField::pop3_secret : PacketField::pop3_argument,
                       word.shown(),
                       word.range(),
                       1);
        }
    }
    add_end(fields, cut.end);
}

void add_pop3_reply(FieldList& fields, const MailText& lines)
{
    const MailText whole = next_line(lines);
    const Cut cut = without_end(whole);
    fields.add(PacketField::pop3_reply, cut.line.shown(), whole.range());
    const std::string_view bytes = cut.line.bytes();
    const std::size_t size = std::min(bytes.find(' '), bytes.size());
    if (size > 0) {
        const MailText status = cut.line.part(0, size);
        fields.add(PacketField::pop3_status, status.shown(), status.range(), 1);
    }
    const MailText words = cut.line.part(size + 1);
    if (!words.empty()) fields.add(PacketField::pop3_words, words.shown(), words.range(), 1);
    add_end(fields, cut.end);
    const MailText more = lines.part(whole.bytes().size());
    if (!more.empty()) add_text(fields, more);
}

// ---- the mail -----------------------------------------------------------------------------------

void add_text(FieldList& fields, const MailText& text)
{
    // Whether the header has ended in an earlier packet is not told by what is here: a line that
    // looks like a header field is one until a blank line comes.
    bool in_header = is_header_field(next_line(text).bytes());
    std::size_t shown = 0;
    for (MailText rest = text; !rest.empty(); ++shown) {
        if (shown == most_text_lines) {
            fields.add(PacketField::text_more, fields.octets(rest.bytes().size()), rest.range());
            return;
        }
        const MailText whole = next_line(rest);
        rest = rest.part(whole.bytes().size());
        const Cut cut = without_end(whole);
        const std::string_view bytes = cut.line.bytes();
        const bool goes_on = bytes.starts_with(' ') || bytes.starts_with('\t');
        PacketField what = PacketField::text_line;
        if (bytes.empty()) {
            what = PacketField::text_blank;
            in_header = false;
        } else if (bytes == "." && !cut.end.empty()) {
            what = PacketField::text_dot;
        } else if (in_header && (goes_on || is_header_field(bytes))) {
            what = PacketField::text_header;
        }
        fields.add(what, cut.line.shown(), whole.range());
    }
}

} // namespace sim::report
