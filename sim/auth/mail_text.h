// A message as the checks look at it: its fields as they stand, with folds and CR LF, and its body.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sim::auth {

struct MailField {
    std::string name;                            // as written
    std::string raw;                             // "Subject: words\r\n more\r\n"
    [[nodiscard]] std::string_view value() const // behind the colon
    {
        return std::string_view{raw}.substr(raw.find(':') + 1);
    }
};

struct MailText {
    std::vector<MailField> fields; // at least a colon in each
    std::string body;
};

} // namespace sim::auth
