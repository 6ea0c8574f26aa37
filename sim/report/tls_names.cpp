#include "sim/report/tls_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace sim::report {

namespace {

using explain::TlsMessageKind;
using explain::TlsTerm;

struct Numbered {
    std::uint16_t number;
    std::string_view name;
};

// RFC 8446 §B.4, 5288, 5289, 7905, 5746, 7507.
constexpr std::array<Numbered, 27> cipher_suites{
    {{0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"},
     {0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA"},
     {0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"},
     {0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256"},
     {0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384"},
     {0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"},
     {0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"},
     {0x00ff, "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"},
     {0x1301, "TLS_AES_128_GCM_SHA256"},
     {0x1302, "TLS_AES_256_GCM_SHA384"},
     {0x1303, "TLS_CHACHA20_POLY1305_SHA256"},
     {0x1304, "TLS_AES_128_CCM_SHA256"},
     {0x1305, "TLS_AES_128_CCM_8_SHA256"},
     {0x5600, "TLS_FALLBACK_SCSV"},
     {0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"},
     {0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"},
     {0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"},
     {0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"},
     {0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"},
     {0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"},
     {0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
     {0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
     {0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
     {0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
     {0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
     {0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"},
     {0xccaa, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"}}};

// RFC 8446 §4.2.7, 7919, 7027.
constexpr std::array<Numbered, 13> groups{{{23, "secp256r1"},
                                           {24, "secp384r1"},
                                           {25, "secp521r1"},
                                           {26, "brainpoolP256r1"},
                                           {27, "brainpoolP384r1"},
                                           {28, "brainpoolP512r1"},
                                           {29, "x25519"},
                                           {30, "x448"},
                                           {256, "ffdhe2048"},
                                           {257, "ffdhe3072"},
                                           {258, "ffdhe4096"},
                                           {259, "ffdhe6144"},
                                           {260, "ffdhe8192"}}};

// RFC 8446 §4.2.3.
constexpr std::array<Numbered, 16> signature_schemes{{{0x0201, "rsa_pkcs1_sha1"},
                                                      {0x0203, "ecdsa_sha1"},
                                                      {0x0401, "rsa_pkcs1_sha256"},
                                                      {0x0403, "ecdsa_secp256r1_sha256"},
                                                      {0x0501, "rsa_pkcs1_sha384"},
                                                      {0x0503, "ecdsa_secp384r1_sha384"},
                                                      {0x0601, "rsa_pkcs1_sha512"},
                                                      {0x0603, "ecdsa_secp521r1_sha512"},
                                                      {0x0804, "rsa_pss_rsae_sha256"},
                                                      {0x0805, "rsa_pss_rsae_sha384"},
                                                      {0x0806, "rsa_pss_rsae_sha512"},
                                                      {0x0807, "ed25519"},
                                                      {0x0808, "ed448"},
                                                      {0x0809, "rsa_pss_pss_sha256"},
                                                      {0x080a, "rsa_pss_pss_sha384"},
                                                      {0x080b, "rsa_pss_pss_sha512"}}};

struct NumberedTerm {
    std::uint16_t number;
    TlsTerm term;
};

// RFC 8446 §4.2, 6066, 7301, 7366, 7627, 8449, 5077, 5746.
constexpr std::array<NumberedTerm, 19> extensions{
    {{0, TlsTerm::server_name},
     {5, TlsTerm::status_request},
     {10, TlsTerm::supported_groups},
     {11, TlsTerm::ec_point_formats},
     {13, TlsTerm::signature_algorithms},
     {16, TlsTerm::application_layer_protocol_negotiation},
     {22, TlsTerm::encrypt_then_mac},
     {23, TlsTerm::extended_master_secret},
     {28, TlsTerm::record_size_limit},
     {35, TlsTerm::session_ticket},
     {41, TlsTerm::pre_shared_key},
     {42, TlsTerm::early_data},
     {43, TlsTerm::supported_versions},
     {44, TlsTerm::cookie},
     {45, TlsTerm::psk_key_exchange_modes},
     {47, TlsTerm::certificate_authorities},
     {50, TlsTerm::signature_algorithms_cert},
     {51, TlsTerm::key_share},
     {0xff01, TlsTerm::renegotiation_info}}};

template <std::size_t Count>
std::string name_in(const std::array<Numbered, Count>& table, std::uint64_t number)
{
    for (const Numbered& entry : table)
        if (entry.number == number) return fmt::format("{} (0x{:04x})", entry.name, number);
    // RFC 8701: numbers like 0x1a1a are offered to see that unknown ones are ignored.
    const bool grease = (number & 0x0f0fU) == 0x0a0a && (number >> 8U) == (number & 0xffU);
    return grease ? fmt::format("GREASE (0x{:04x})", number) : fmt::format("0x{:04x}", number);
}

} // namespace

std::string tls_version_name(std::uint64_t version)
{
    switch (version) {
    case 0x0300:
        return "SSL 3.0 (0x0300)";
    case 0x0301:
        return "TLS 1.0 (0x0301)";
    case 0x0302:
        return "TLS 1.1 (0x0302)";
    case 0x0303:
        return "TLS 1.2 (0x0303)";
    case 0x0304:
        return "TLS 1.3 (0x0304)";
    default:
        return fmt::format("0x{:04x}", version);
    }
}

std::string cipher_suite_name(std::uint64_t suite)
{
    return name_in(cipher_suites, suite);
}

std::string group_name(std::uint64_t group)
{
    return name_in(groups, group);
}

std::string signature_scheme_name(std::uint64_t scheme)
{
    return name_in(signature_schemes, scheme);
}

std::string alert_level_name(std::uint64_t level)
{
    return level == 1 ? "warning (1)" : level == 2 ? "fatal (2)" : fmt::format("{}", level);
}

std::optional<TlsTerm> extension_term(std::uint64_t type)
{
    for (const NumberedTerm& entry : extensions)
        if (entry.number == type) return entry.term;
    return std::nullopt;
}

TlsMessageKind message_kind(std::uint64_t type)
{
    switch (type) { // RFC 8446 §B.3, RFC 5246 §7.4
    case 0:
        return TlsMessageKind::hello_request;
    case 1:
        return TlsMessageKind::client_hello;
    case 2:
        return TlsMessageKind::server_hello;
    case 4:
        return TlsMessageKind::new_session_ticket;
    case 8:
        return TlsMessageKind::encrypted_extensions;
    case 11:
        return TlsMessageKind::certificate;
    case 12:
        return TlsMessageKind::server_key_exchange;
    case 13:
        return TlsMessageKind::certificate_request;
    case 14:
        return TlsMessageKind::server_hello_done;
    case 15:
        return TlsMessageKind::certificate_verify;
    case 16:
        return TlsMessageKind::client_key_exchange;
    case 20:
        return TlsMessageKind::finished;
    case 22:
        return TlsMessageKind::certificate_status;
    case 24:
        return TlsMessageKind::key_update;
    default:
        return TlsMessageKind::other;
    }
}

std::string message_name(TlsMessageKind kind)
{
    // snake_case to the RFC's CamelCase
    std::string name;
    bool capital = true;
    for (const char c : name_of(kind)) {
        if (c == '_') {
            capital = true;
            continue;
        }
        name += capital ? static_cast<char>(c - 'a' + 'A') : c;
        capital = false;
    }
    return name;
}

} // namespace sim::report
