// A domain name as DNS has it: up to 127 labels of 1 to 63 octets, at most 255 octets on the wire.
//
// Case is kept as given and ignored when comparing (RFC 4343). The order is the canonical one of
// RFC 4034 §6.1: from the right, so that a name is followed by the names below it.
#pragma once

#include "sim/core/address.h"

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim::dns {

class Name {
public:
    Name() = default; // the root, "."

    // Appends one label on the right-hand side; false, and unchanged, when a limit is broken.
    bool append_label(std::string_view label);
    // Appends all labels of `suffix`; false, and unchanged, when the name would be too long.
    bool append(const Name& suffix);

    [[nodiscard]] bool is_root() const { return wire_.empty(); }
    [[nodiscard]] std::size_t label_count() const;
    [[nodiscard]] std::vector<std::string_view> labels() const; // leftmost first

    // Without its leftmost label; the root's parent is the root.
    [[nodiscard]] Name parent() const;
    // This name is `suffix` or lies below it. Everything lies below the root.
    [[nodiscard]] bool is_within(const Name& suffix) const;

    // Length octet and label in turn, without the closing zero octet.
    [[nodiscard]] std::string_view wire() const { return wire_; }

    friend bool operator==(const Name& a, const Name& b);
    friend std::strong_ordering operator<=>(const Name& a, const Name& b);

private:
    std::string wire_;
};

inline constexpr std::size_t max_name_octets = 255; // RFC 1035 §2.3.4, with the closing zero
inline constexpr std::size_t max_label_octets = 63;

// "mx1.umi.example", with or without the last dot; "." is the root. \. and \DDD are escapes as in
// zone files (RFC 1035 §5.1). Nothing when empty, when a label is empty, or when a limit is broken.
std::optional<Name> parse_name(std::string_view text);

// Without the last dot ("umi.example"; the root is "."), unprintable octets as \DDD.
std::string to_string(const Name& name);
// With the last dot, as on the right-hand side of a record: "mx1.umi.example.".
std::string to_absolute_string(const Name& name);

// 192.0.2.10 -> "10.2.0.192.in-addr.arpa" (RFC 1035 §3.5).
Name reverse_name(Address address);
// 192.0.2.10 under "dnsbl.example" -> "10.2.0.192.dnsbl.example" (RFC 5782 §2.1). Nothing when the
// name would be too long.
std::optional<Name> reversed_under(Address address, const Name& suffix);
// The address that a four-label name below in-addr.arpa stands for.
std::optional<Address> parse_reverse_name(const Name& name);

} // namespace sim::dns
