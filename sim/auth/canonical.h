// The form in which DKIM signs fields and bodies, RFC 6376 §3.4: `simple` as they stand; `relaxed`
// such that what servers do on the way (folding, blanks, case of names) makes no difference.
#pragma once

#include "sim/core/named_enum.h"

#include <string>
#include <string_view>

namespace sim::auth {

SIM_NAMED_ENUM(Canonicalization, simple, relaxed);

// A whole field with CR LF at its end.
[[nodiscard]] std::string canonical_field(std::string_view field, Canonicalization form);
// Lines end in CR LF.
[[nodiscard]] std::string canonical_body(std::string_view body, Canonicalization form);

} // namespace sim::auth
