// TLS read field by field without keys: record headers (RFC 8446 §5.1), alerts, and handshake
// messages of TLS 1.2 (RFC 5246, 8422) and 1.3 (RFC 8446). Total: what is cut short or malformed
// ends in a field that says so, and fields on one level always cover what they were made from.
#pragma once

#include "sim/report/layers.h"

#include <cstdint>
#include <string_view>

namespace sim::report {

// A record, or the beginning of one. The offset behind its header.
std::uint32_t add_record_fields(FieldList& fields, Octets record, bool sealed, bool tls_1_3);

void add_alert(
    FieldList& fields, std::uint64_t level, std::uint64_t code, OctetRange level_at, OctetRange at);

// A handshake message as one field: its name, size and what it is for.
void add_message_name(FieldList& fields, std::string_view message, OctetRange at);

// All fields of a handshake message, its four-octet header included. `tls_1_3`: that version was
// chosen, which some messages look different in.
void add_handshake(FieldList& fields, Octets message, bool tls_1_3, int depth);

// The kind of a whole message: ServerHello and HelloRetryRequest share a number.
explain::TlsMessageKind kind_of_message(std::string_view message);

// Whether this message is a ServerHello (or HelloRetryRequest) that chooses TLS 1.3.
bool chooses_tls_1_3(std::string_view message);

} // namespace sim::report
