// The recipients that an event names, as one text: "taro@umi.example, jiro@umi.example". Comma and
// blank stand between two; within the quotes of a local part, "x, y"@umi.example, they belong to it
// (RFC 5321 §4.1.2). So a text of addresses that are valid is read in one way only.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

[[nodiscard]] std::string join_recipients(std::span<const std::string> recipients);
// Views into `list`.
[[nodiscard]] std::vector<std::string_view> split_recipients(std::string_view list);

} // namespace sim
