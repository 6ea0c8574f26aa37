#include "sim/auth/dkim_sign.h"

#include "sim/auth/dkim.h"
#include "sim/core/ascii.h"
#include "sim/core/base64.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace sim::auth {

namespace {

constexpr std::size_t good_columns = 76;

// Writes tags one after the other, folded between them and inside long values.
class FieldWriter {
public:
    void add(std::string_view name, std::string_view value)
    {
        put(fmt::format("{}=", name), value);
    }

    // A list may be folded behind each of its colons.
    void add_list(const std::vector<std::string>& values)
    {
        std::string front = "h=";
        for (std::size_t i = 0; i < values.size(); ++i) {
            const bool last = i + 1 == values.size();
            const std::string item = front + values[i] + (last ? ";" : ":");
            front.clear();
            if (column_ + 1 + item.size() > good_columns) {
                fold();
            } else if (i == 0) {
                space();
            }
            append(item);
        }
    }

    // Base64 may be cut anywhere.
    void add_cut(std::string_view name, std::string_view value)
    {
        fold();
        append(fmt::format("{}=", name));
        while (!value.empty()) {
            if (column_ >= good_columns) fold();
            const std::size_t size = std::min(value.size(), good_columns - column_);
            append(value.substr(0, size));
            value.remove_prefix(size);
        }
    }

    [[nodiscard]] const std::string& text() const { return text_; }

private:
    void put(const std::string& front, std::string_view value)
    {
        if (column_ + front.size() + value.size() + 2 > good_columns) {
            fold();
        } else {
            space();
        }
        append(front);
        append(value);
        append(";");
    }

    void fold()
    {
        text_ += "\r\n ";
        column_ = 1;
    }
    void space() { append(" "); }
    void append(std::string_view part)
    {
        text_ += part;
        column_ += part.size();
    }

    std::string text_ = "DKIM-Signature:";
    std::size_t column_ = text_.size();
};

// §2.11: what may not stand in i= as it is.
std::string quote(std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char byte : text) {
        const auto octet = static_cast<unsigned char>(byte);
        if (octet > ' ' && octet < 0x7f && byte != ';' && byte != '=') {
            out += byte;
        } else {
            out += '=';
            out += digits[octet >> 4U];
            out += digits[octet & 15U];
        }
    }
    return out;
}

} // namespace

std::vector<std::string> names_to_sign(const MailText& mail)
{
    // RFC 6376 §5.4.1, and what decides how the body is read.
    constexpr std::array wanted{"from",
                                "sender",
                                "reply-to",
                                "to",
                                "cc",
                                "subject",
                                "date",
                                "message-id",
                                "in-reply-to",
                                "references",
                                "mime-version",
                                "content-type",
                                "content-transfer-encoding"};
    std::vector<std::string> names;
    for (const char* const name : wanted) {
        const auto count = std::ranges::count_if(
            mail.fields, [&](const MailField& field) { return folded(field.name) == name; });
        if (count == 0 && std::string_view{name} != "from") continue;
        names.insert(names.end(), static_cast<std::size_t>(count) + 1, name);
    }
    return names;
}

std::string
sign_mail(const MailText& mail, const DkimSigning& signing, const DkimPrivateKey& key, Rng chance)
{
    std::string body = canonical_body(mail.body, signing.body_form);
    if (signing.length) body.resize(std::min<std::uint64_t>(body.size(), *signing.length));
    const auto names = names_to_sign(mail);
    FieldWriter writer;
    writer.add("v", "1");
    writer.add("a", fmt::format("{}-sha256", name_of(key.kind())));
    writer.add("c", fmt::format("{}/{}", name_of(signing.header_form), name_of(signing.body_form)));
    writer.add("d", signing.domain);
    writer.add("s", signing.selector);
    if (!signing.identity.empty()) writer.add("i", quote(signing.identity));
    writer.add("t", std::to_string(signing.signed_s));
    if (signing.expires_s) writer.add("x", std::to_string(*signing.expires_s));
    if (signing.length) writer.add("l", std::to_string(body.size()));
    writer.add_list(names);
    writer.add("bh", encode_base64(sha_256(body)));
    FieldWriter unsigned_writer = writer;
    unsigned_writer.add_cut("b", "");
    const std::string text =
        signed_header(mail, names, unsigned_writer.text() + "\r\n", signing.header_form);
    writer.add_cut("b", encode_base64(key.sign(text, chance)));
    return writer.text();
}

std::string key_record_name(const std::string& domain, const std::string& selector)
{
    return fmt::format("{}._domainkey.{}", selector, domain);
}

std::string revoked_record(DkimKeyKind kind)
{
    return fmt::format("v=DKIM1; k={}; p=", name_of(kind));
}

std::string key_record(const DkimPrivateKey& key)
{
    return fmt::format(
        "v=DKIM1; k={}; p={}", name_of(key.kind()), encode_base64(key.public_octets()));
}

} // namespace sim::auth
