// Macros in SPF records and explanations (RFC 7208 §7): "%{ir}.%{v}._spf.%{d2}".
#pragma once

#include "sim/core/named_enum.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sim::auth {

// Where a macro string stands. A name of the record ends in a top level domain or in a macro
// (domain-spec, §7.1); an unknown modifier's value is anything (§6); the text that explains a
// refusal has blanks and three letters more (§6.2, §7.2).
SIM_NAMED_ENUM(MacroPlace, name, modifier, explanation);

[[nodiscard]] bool is_macro_string(std::string_view text, MacroPlace place);

// The value of a macro letter in lower case; nothing while DNS is asked for it (%{p}).
using MacroValue = std::function<std::optional<std::string>(char letter)>;

// Of a text that is_macro_string. Nothing when a value is awaited.
[[nodiscard]] std::optional<std::string> expand(std::string_view text, const MacroValue& value);

// §7.3: a name of more than 253 octets loses labels on the left until it fits. Without the dot at
// its end.
[[nodiscard]] std::string as_name(std::string expanded);

} // namespace sim::auth
