// The lines of SMTP and POP3 and of a mail's text as fields: verb and parameters, reply code and
// words. Secrets are masked before anything is made of them.
#pragma once

#include "sim/core/pop3_words.h"
#include "sim/core/smtp_words.h"
#include "sim/report/layers.h"

#include <string>
#include <string_view>
#include <vector>

namespace sim::report {

// Octets of a conversation, and which of them are nobody's business. All ranges are counted like
// `offset`, which is the place of the first octet in its packet; they outlive the text.
class MailText {
public:
    MailText(std::string_view bytes, std::uint32_t offset, const std::vector<OctetRange>& secrets)
        : bytes_{bytes}, offset_{offset}, secrets_{&secrets}
    {
    }

    [[nodiscard]] std::string_view bytes() const { return bytes_; }
    [[nodiscard]] bool empty() const { return bytes_.empty(); }
    [[nodiscard]] OctetRange range() const
    {
        return {offset_, static_cast<std::uint32_t>(bytes_.size())};
    }
    [[nodiscard]] MailText part(std::size_t from, std::size_t size = std::string_view::npos) const;
    // Whether any secret lies in it, masked or not asked for.
    [[nodiscard]] bool has_secret() const;
    // In one line, each secret as eight asterisks.
    [[nodiscard]] std::string shown() const;

private:
    std::string_view bytes_;
    std::uint32_t offset_;
    const std::vector<OctetRange>* secrets_; // in order, not overlapping
};

// One command, with its CR LF if it is there.
void add_smtp_command(FieldList& fields, const MailText& line, SmtpVerb verb);
void add_pop3_command(FieldList& fields, const MailText& line, Pop3Verb verb);
// All lines of a reply. `hello`: it answers EHLO, and lists what the server offers.
void add_smtp_reply(FieldList& fields, const MailText& lines, bool hello);
void add_pop3_reply(FieldList& fields, const MailText& lines);
// What goes on from an earlier packet, as far as the next line end.
void add_line_rest(FieldList& fields, const MailText& rest);
// A mail's text, or whatever consists of lines: header fields, the blank line, the body, the dot
// that ends it.
void add_text(FieldList& fields, const MailText& text);

} // namespace sim::report
