// Names of what TLS numbers: versions, cipher suites, groups, signature schemes, extensions, as the
// RFCs (and IANA's registries) spell them. What is not listed has its number for a name.
#pragma once

#include "sim/explain/packet_words.h"

#include <cstdint>
#include <optional>
#include <string>

namespace sim::report {

std::string tls_version_name(std::uint64_t version);
std::string cipher_suite_name(std::uint64_t suite);
std::string group_name(std::uint64_t group);
std::string signature_scheme_name(std::uint64_t scheme);
std::string alert_level_name(std::uint64_t level);
// The extension by its own name; nothing for one that is not listed.
std::optional<explain::TlsTerm> extension_term(std::uint64_t type);
explain::TlsMessageKind message_kind(std::uint64_t type);
// "ClientHello"
std::string message_name(explain::TlsMessageKind kind);

} // namespace sim::report
