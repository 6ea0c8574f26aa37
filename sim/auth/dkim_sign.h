// Signing of RFC 6376 §5: the DKIM-Signature field for a message, and the record for its key.
#pragma once

#include "sim/auth/canonical.h"
#include "sim/auth/dkim_crypto.h"
#include "sim/auth/mail_text.h"
#include "sim/core/rng.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sim::auth {

struct DkimSigning {
    std::string domain{};   // d
    std::string selector{}; // s
    std::string identity{}; // i; empty: it is not written
    Canonicalization header_form = Canonicalization::relaxed;
    Canonicalization body_form = Canonicalization::relaxed;
    std::int64_t signed_s = 0;               // t
    std::optional<std::int64_t> expires_s{}; // x
    std::optional<std::uint64_t> length{};   // l: no more than the body has
};

// The fields that a reader sees or that belong to the message for good, of those that are there:
// each once more than it is there, so that nobody can add another one (§5.4.1, §8.15).
[[nodiscard]] std::vector<std::string> names_to_sign(const MailText& mail);

// The whole field, folded, without its last line end: it goes on top of the message.
[[nodiscard]] std::string
sign_mail(const MailText& mail, const DkimSigning& signing, const DkimPrivateKey& key, Rng chance);

// Where the public half belongs, and what stands there: as one text, however long.
[[nodiscard]] std::string key_record_name(const std::string& domain, const std::string& selector);
[[nodiscard]] std::string key_record(const DkimPrivateKey& key);
[[nodiscard]] std::string revoked_record(DkimKeyKind kind); // §3.6.1: p is empty

} // namespace sim::auth
