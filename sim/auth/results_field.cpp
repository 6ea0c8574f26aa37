#include "sim/auth/results_field.h"

#include "sim/auth/tags.h"
#include "sim/core/ascii.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace sim::auth {

namespace {

// RFC 2045 §5.1
bool in_token(char byte)
{
    constexpr std::string_view specials = "()<>@,;:\\\"/[]?=";
    return byte > ' ' && byte < 0x7f && specials.find(byte) == std::string_view::npos;
}

bool is_token(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, in_token);
}

// §2.2, pvalue: a token, "local@domain" or "@domain" as they are; all else in quotes.
std::string property_value(std::string_view text)
{
    constexpr std::size_t longest = 300; // a line of a header has 998 octets
    const std::size_t at = text.find('@');
    const bool address = at != std::string_view::npos && is_token(text.substr(at + 1)) &&
                         (at == 0 || is_token(text.substr(0, at)));
    if (text.size() <= longest && (is_token(text) || address)) return std::string{text};
    std::string out = "\"";
    for (const char byte : text.substr(0, longest)) {
        if (byte == '"' || byte == '\\') out += '\\';
        out += byte >= ' ' && byte < 0x7f ? byte : '?';
    }
    return out + "\"";
}

using Words = std::vector<std::string>; // that a fold may come between

// "body_changed" -> reason="body changed"
template <NamedEnum E>
void add_reason(Words& words, const std::optional<E>& problem)
{
    if (!problem) return;
    std::string text{name_of(*problem)};
    std::ranges::replace(text, '_', ' ');
    words.push_back(fmt::format("reason=\"{}\"", text));
}

void add_property(Words& words, const char* name, std::string_view value)
{
    if (!value.empty()) words.push_back(fmt::format("{}={}", name, property_value(value)));
}

Words spf_part(const SpfSeen& spf)
{
    Words words{fmt::format("spf={}", name_of(spf.result))};
    if (spf.mail_from.empty()) {
        add_property(words, "smtp.helo", spf.helo);
    } else {
        add_property(words, "smtp.mailfrom", spf.mail_from);
    }
    return words;
}

Words dkim_part(const DkimOutcome& dkim)
{
    constexpr std::size_t enough = 8; // RFC 6008: it tells signatures of one domain apart
    Words words{fmt::format("dkim={}", name_of(dkim.result))};
    if (dkim.testing) words.emplace_back("(test mode)");
    add_reason(words, dkim.problem);
    add_property(words, "header.d", dkim.names.domain);
    add_property(words, "header.i", dkim.names.identity);
    add_property(words, "header.s", dkim.names.selector);
    add_property(words, "header.a", dkim.names.algorithm);
    add_property(words, "header.b", dkim.names.signature.substr(0, enough));
    return words;
}

// RFC 9989 §9.1
Words dmarc_part(const DmarcOutcome& dmarc)
{
    Words words{fmt::format("dmarc={}", name_of(dmarc.result))};
    add_reason(words, dmarc.problem);
    add_property(words, "header.from", dmarc.author);
    const bool has_policy = dmarc.result == DmarcResult::pass || dmarc.result == DmarcResult::fail;
    if (has_policy) add_property(words, "policy.dmarc", name_of(dmarc.asked_for));
    return words;
}

// On a line of its own, folded further where it would be longer than RFC 5322 §2.1.1 likes.
void add_part(std::string& field, const Words& words)
{
    constexpr std::size_t good_columns = 78;
    constexpr std::size_t tab = 8;
    field += ";\r\n\t" + words.front();
    std::size_t column = tab + words.front().size();
    for (std::size_t i = 1; i < words.size(); ++i) {
        const bool folds = column + 2 + words[i].size() > good_columns;
        field += folds ? "\r\n\t" : " ";
        column = (folds ? tab : column + 1) + words[i].size();
        field += words[i];
    }
}

void skip_comments(std::string_view& text)
{
    int depth = 0;
    while (!text.empty()) {
        const char byte = text.front();
        if (byte == '(') ++depth;
        if (depth == 0 && !is_white(byte)) return;
        if (byte == ')') --depth;
        text.remove_prefix(byte == '\\' ? std::min<std::size_t>(2, text.size()) : 1);
    }
}

} // namespace

std::string results_field(const CheckedMail& checked)
{
    std::string field = "Authentication-Results: " + property_value(checked.authserv_id);
    if (!checked.spf && !checked.dkim && !checked.dmarc) return field + "; none";
    if (checked.spf) add_part(field, spf_part(*checked.spf));
    if (checked.dkim && checked.dkim->empty()) add_part(field, {"dkim=none"});
    if (checked.dkim) {
        for (const DkimOutcome& dkim : *checked.dkim)
            add_part(field, dkim_part(dkim));
    }
    if (checked.dmarc) add_part(field, dmarc_part(*checked.dmarc));
    return field;
}

bool is_results_of(std::string_view value, std::string_view authserv_id)
{
    skip_comments(value);
    std::string name;
    if (value.starts_with('"')) {
        for (std::size_t at = 1; at < value.size() && value[at] != '"'; ++at) {
            if (value[at] == '\\' && at + 1 < value.size()) ++at;
            name += value[at];
        }
    } else {
        const auto end = std::ranges::find_if(
            value, [](char byte) { return is_white(byte) || byte == ';' || byte == '('; });
        name.assign(value.begin(), end);
    }
    return folded(name) == folded(authserv_id);
}

} // namespace sim::auth
