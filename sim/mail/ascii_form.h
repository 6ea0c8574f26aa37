// The same mail in ASCII, for a server without SMTPUTF8 (RFC 6531): domains as A-labels (RFC 5890),
// header text as encoded words (RFC 2047). The body stays as it is.
//
// A local part beyond ASCII has no such form, nor has a field whose syntax has no room for encoded
// words: then the mail has none.
#pragma once

#include "sim/smtp/client_session.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sim::mail {

// "taro@xn--wgv71a.example"; nothing when the local part is beyond ASCII, or the domain is no name.
[[nodiscard]] std::optional<std::string> ascii_address(std::string_view address);

struct AsciiHeader {
    std::string message;     // with its header in ASCII
    std::string stuck_field; // not empty: the name of the first field that cannot be
};
[[nodiscard]] AsciiHeader with_ascii_header(std::string_view message);

// `text`: the mail's own where its header is ASCII, or what goes instead; null: there is nothing.
// Adds the form where it differs from the mail and there is one.
void add_ascii_form(smtp::OutgoingMail& mail, const std::shared_ptr<const std::string>& text);

// Our own user's mail: its header may be written anew. Fills needs_8bit, needs_utf8, utf8_field and
// ascii from the text.
void prepare_own_mail(smtp::OutgoingMail& mail);

} // namespace sim::mail
