// A JSON object (RFC 8259) whose members are texts and whole numbers: all that a token consists of.
// Strict: nothing inside another, no member twice, nothing behind it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sim::sasl {

using Claim = std::variant<std::string, std::int64_t>;

// In the order given; texts are UTF-8.
[[nodiscard]] std::string
write_claims(const std::vector<std::pair<std::string_view, Claim>>& claims);

[[nodiscard]] std::optional<std::map<std::string, Claim>> read_claims(std::string_view text);

} // namespace sim::sasl
