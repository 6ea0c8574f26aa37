// The vocabulary of TLS that the trace records.
#pragma once

#include "sim/core/named_enum.h"

namespace sim {

SIM_NAMED_ENUM(TlsRole, client, server);

// What the verifying end found out about the certificate it was shown (RFC 5280 §6, RFC 9525).
SIM_NAMED_ENUM(CertificateVerdict,
               valid,
               expired,
               not_yet_valid,
               wrong_name,
               self_signed,
               unknown_issuer,
               bad_signature,
               otherwise_invalid);

// Why a TLS connection could not be made or did not end well.
SIM_NAMED_ENUM(TlsFailure,
               certificate_refused,
               peer_alert,
               not_tls,
               version_refused,
               no_common_cipher,
               bad_record,
               protocol_violation,
               truncated,
               internal);

} // namespace sim
