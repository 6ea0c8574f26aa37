// Why a DKIM signature does not hold, and what is to be made of it.
#pragma once

#include "sim/core/named_enum.h"

namespace sim::auth {

// RFC 8601 §2.7.1
SIM_NAMED_ENUM(DkimResult, none, pass, fail, policy, neutral, temperror, permerror);

SIM_NAMED_ENUM(DkimProblem,
               // of the field, RFC 6376 §3.5, §6.1.1
               unreadable,             // no list of tags
               missing_tag,            //
               unknown_version,        // v
               unknown_algorithm,      // a
               sha1,                   // a=rsa-sha1: RFC 8301 §3.1
               unknown_form,           // c
               unknown_query,          // q
               bad_base64,             // b, bh
               bad_name,               // d, s
               foreign_identity,       // i is not at or below d
               bad_number,             // l, t, x
               expires_before_signing, // x < t
               from_unsigned,          // h
               expired,                // x
               // of the key record, §3.6.1, §6.1.2
               dns_failed,
               no_key,
               unreadable_key,
               revoked,           // p is empty
               other_kind_of_key, // k is not what a needs
               hash_refused,      // h has no sha256
               service_refused,   // s has no email
               subdomain_refused, // t=s, and i is below d
               weak_key,          // RSA of less than 1024 bits
               // of the message, §6.1.3
               body_too_short, // l says more than there is
               body_changed,
               signature_wrong); // what is signed of the header, or the key, is another one

[[nodiscard]] DkimResult result_of(DkimProblem problem);

} // namespace sim::auth
