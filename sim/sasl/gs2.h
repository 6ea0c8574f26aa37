// The front of a SCRAM or OAUTHBEARER message: the GS2 header of RFC 5801 §4, and the way in which
// both write a name that has a comma or an equals sign in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sim::sasl {

// "," as "=2C" and "=" as "=3D", RFC 5801 §4.
[[nodiscard]] std::string write_sasl_name(std::string_view name);
// Nothing for any other "=" and for an empty or malformed name.
[[nodiscard]] std::optional<std::string> read_sasl_name(std::string_view text);

struct Gs2Header {
    std::string_view text; // all of it, as it came, with both commas
    std::optional<std::string> acts_as;
};

// Takes the header off the front. Nothing when it is malformed or wants channel binding ("p=").
[[nodiscard]] std::optional<Gs2Header> take_gs2_header(std::string_view& message);

} // namespace sim::sasl
