// Domain names as the checks of mail look at them: ASCII, case does not count.
#pragma once

#include <string>
#include <string_view>

namespace sim::auth {

// Whether DNS can be asked for it: RFC 1035 §2.3.4.
[[nodiscard]] bool fits_dns(std::string_view name);
// RFC 7208 §4.3: of several labels, and no address in brackets.
[[nodiscard]] bool is_domain(std::string_view name);
[[nodiscard]] std::string without_dot(std::string name); // at its end
[[nodiscard]] bool is_at_or_below(std::string_view name, std::string_view domain);

} // namespace sim::auth
