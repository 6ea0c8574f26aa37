// Domain names beyond ASCII as DNS and certificates know them: "xn--..." (IDNA2008, RFC 5891).
#pragma once

#include <string>
#include <string_view>

namespace sim::mail {

// U-labels, in UTF-8, as A-labels. A name in ASCII, and what is no name at all, stays as it is.
[[nodiscard]] std::string ascii_domain(std::string_view domain);

} // namespace sim::mail
