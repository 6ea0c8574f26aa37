// Base64 with padding, RFC 4648 §4: what SMTP AUTH and MIME put on the wire.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sim {

std::string encode_base64(std::string_view bytes);

// Strict: length a multiple of 4, alphabet and padding exact, unused bits zero; else nothing.
std::optional<std::string> decode_base64(std::string_view text);

} // namespace sim
