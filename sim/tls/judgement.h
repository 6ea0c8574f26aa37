// What a client finds out about the certificates it was shown: one reason, the most basic first.
#pragma once

#include "sim/core/time.h"
#include "sim/core/tls_words.h"
#include "sim/tls/botan_types.h"

#include <botan/tls_alert.h>
#include <botan/x509cert.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sim::tls {

struct Judgement {
    CertificateVerdict verdict = CertificateVerdict::valid;
    std::string detail; // as Botan says it
};

// RFC 5280 §6 at the virtual instant `now`, then the name by RFC 9525: subjectAltName only, never
// the common name. Of several faults the first of this order is told: nobody trusted vouches for
// it; a signature is wrong; it is not meant for servers, or malformed; it is not valid now; the
// name.
[[nodiscard]] Judgement judge(const std::vector<Botan::X509_Certificate>& chain,
                              const TrustStore& trust,
                              std::string_view name,
                              Instant now);

// The alert with which a client that insists refuses (RFC 8446 §6.2).
[[nodiscard]] Botan::TLS::AlertType alert_for(CertificateVerdict verdict);

// "CN=mx.isp.example, O=Example"; at most 512 octets.
[[nodiscard]] std::string describe_name(const Botan::X509_DN& name);

// Dates that virtual time cannot express become its first or last instant.
[[nodiscard]] Instant instant_of(const Botan::X509_Time& time);

} // namespace sim::tls
