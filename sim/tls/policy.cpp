// One policy for every end in the world; only the versions differ.
#include "sim/tls/policy.h"

#include "sim/tls/botan_types.h"

#include <botan/tls_algos.h>
#include <botan/tls_signature_scheme.h>
#include <botan/tls_version.h>

namespace sim::tls {

namespace {

using Botan::TLS::Group_Params;
using Botan::TLS::Signature_Scheme;

// Every list that goes into a hello is spelled out, so that the bytes do not depend on which
// modules this machine's Botan was built with.
class WorldPolicy final : public Botan::TLS::Policy {
public:
    explicit WorldPolicy(VersionRange versions) : versions_{versions} {}

    bool allow_tls12() const override { return versions_.minimum <= Version::tls_1_2; }
    bool allow_tls13() const override { return versions_.maximum >= Version::tls_1_3; }
    bool allow_dtls12() const override { return false; }

    // RFC 9325 §4.2: authenticated encryption and forward secrecy, nothing else.
    std::vector<std::string> allowed_ciphers() const override
    {
        return {"AES-256/GCM", "ChaCha20Poly1305", "AES-128/GCM"};
    }
    std::vector<std::string> allowed_macs() const override { return {"AEAD"}; }
    std::vector<std::string> allowed_key_exchange_methods() const override { return {"ECDH"}; }
    std::vector<std::string> allowed_signature_methods() const override { return {"ECDSA", "RSA"}; }
    std::vector<Signature_Scheme> allowed_signature_schemes() const override
    {
        return {Signature_Scheme::ECDSA_SHA256,
                Signature_Scheme::ECDSA_SHA384,
                Signature_Scheme::RSA_PSS_SHA256,
                Signature_Scheme::RSA_PSS_SHA384,
                Signature_Scheme::RSA_PSS_SHA512,
                Signature_Scheme::RSA_PKCS1_SHA256,
                Signature_Scheme::RSA_PKCS1_SHA384,
                Signature_Scheme::RSA_PKCS1_SHA512};
    }
    std::vector<Group_Params> key_exchange_groups() const override
    {
        return {Group_Params::X25519, Group_Params::SECP256R1, Group_Params::SECP384R1};
    }
    bool negotiate_encrypt_then_mac() const override { return false; } // there is no CBC

    // The world has no revocation lists and no OCSP responders to ask.
    bool require_cert_revocation_info() const override { return false; }
    bool support_cert_status_message() const override { return false; }

    // Every connection is a whole handshake: what a lesson shows must not depend on the one before.
    std::size_t new_session_tickets_upon_handshake_success() const override { return 0; }
    bool allow_client_initiated_renegotiation() const override { return false; }
    bool allow_server_initiated_renegotiation() const override { return false; }
    bool allow_insecure_renegotiation() const override { return false; }
    bool abort_connection_on_undesired_renegotiation() const override { return true; }

    std::size_t maximum_certificate_chain_size() const override { return std::size_t{64} * 1024; }
    bool include_time_in_hello_random() const override { return false; }
    bool allow_ssl_key_log_file() const override { return true; } // into the trace, not a file

private:
    VersionRange versions_;
};

} // namespace

std::shared_ptr<const Botan::TLS::Policy> botan_policy(VersionRange versions)
{
    return std::make_shared<WorldPolicy>(versions);
}

} // namespace sim::tls
