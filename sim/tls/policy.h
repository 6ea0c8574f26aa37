// Which versions of TLS an end speaks. What else it accepts (ciphers, groups, signatures) is one
// choice for everybody, in policy.cpp: the AEAD suites with forward secrecy that RFC 9325 leaves.
//
// TLS 1.0 and 1.1 cannot be asked for: both are refused everywhere (RFC 8996).
#pragma once

#include <cstdint>

namespace sim::tls {

// The numbers are those on the wire (RFC 8446 §4.2.1).
enum class Version : std::uint16_t { tls_1_2 = 0x0303, tls_1_3 = 0x0304 };

struct VersionRange {
    Version minimum = Version::tls_1_2;
    Version maximum = Version::tls_1_3; // not older than minimum
    friend bool operator==(const VersionRange&, const VersionRange&) = default;
};

} // namespace sim::tls
