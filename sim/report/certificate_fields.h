// What an X.509 certificate (RFC 5280 §4.1) says, found by a bounded walk through its DER: whose it
// is, who vouches for it, until when, and for which names. Judges nothing: that is TLS's business.
#pragma once

#include "sim/report/layers.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim::report {

// A fact and the octets of the certificate that say it.
struct CertificateFact {
    std::string value;
    OctetRange at;
};

struct CertificateFacts {
    CertificateFact serial_number; // in hex
    CertificateFact signature_algorithm;
    CertificateFact issuer;     // "CN=..., O=..."
    CertificateFact not_before; // "2026-03-31 23:00:00 UTC"
    CertificateFact not_after;
    CertificateFact subject;
    CertificateFact public_key;  // algorithm, and the curve where there is one
    CertificateFact names;       // of the extension subjectAltName, separated by ", "; may be empty
    CertificateFact constraints; // "CA" or "no CA"; empty when the extension is not there
    bool is_authority = false;
};

// Nothing when the octets are no certificate as far as it is looked at.
std::optional<CertificateFacts> read_certificate(std::string_view der, std::uint32_t offset);

// A certificate as fields: one at this depth, the facts under it.
void add_certificate(FieldList& fields, Octets der, OctetRange at, int depth);

} // namespace sim::report
