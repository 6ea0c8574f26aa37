// The address of a client as the checks that know both kinds take it.
#pragma once

#include "sim/core/address.h"
#include "sim/core/ipv6.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace sim::auth {

using Ip = std::variant<Address, Ipv6>;

// Either form; one that stands for an IPv4 address (::ffff:192.0.2.1) is that address, RFC 7208 §5.
[[nodiscard]] std::optional<Ip> parse_ip(std::string_view text);
[[nodiscard]] std::string to_string(const Ip& ip);
[[nodiscard]] bool is_v6(const Ip& ip);

// Whether the first `bits` bits (0..32, 0..128) of both agree; never of two kinds.
[[nodiscard]] bool agree(const Ip& a, const Ip& b, unsigned bits);

// As DNS asks for it, RFC 7208 §7.3: "192.0.2.1"; 32 hexadecimal digits with dots between, in
// capital letters.
[[nodiscard]] std::string dotted(const Ip& ip);
// RFC 1035 §3.5, RFC 3596 §2.5: "1.2.0.192.in-addr.arpa".
[[nodiscard]] std::string reverse_name(const Ip& ip);

} // namespace sim::auth
