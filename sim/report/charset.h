// Japanese text as mails carried it before UTF-8, and some still do: what its octets say.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sim::report {

// A line in ISO-2022-JP (RFC 1468) as UTF-8; nothing when no escape sequence of it is in the line.
// What is no character reads "〓", as printers set what they have no type for.
std::optional<std::string> decode_iso_2022_jp(std::string_view line);

// A line in Shift_JIS as UTF-8; nothing when it is ASCII, or not all of it is Shift_JIS.
std::optional<std::string> decode_shift_jis(std::string_view line);

// Whether a mail says somewhere in the text that it is written so: "charset=Shift_JIS", or one of
// the names that programs of Windows write.
bool declares_shift_jis(std::string_view text);

} // namespace sim::report
