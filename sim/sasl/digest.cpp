#include "sim/sasl/digest.h"

#include "sim/core/assert.h"

#include <botan/ed25519.h>
#include <botan/hash.h>
#include <botan/mac.h>
#include <botan/pubkey.h>
#include <botan/rng.h>

#include <array>
#include <span>

namespace sim::sasl {

namespace {

constexpr std::size_t ed25519_octets = 32;
constexpr std::size_t ed25519_signature_octets = 64;

std::span<const std::uint8_t> as_octets(std::string_view text)
{
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): char and octet alias by rule
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

template <typename Octets>
std::string as_text(const Octets& octets)
{
    return {octets.begin(), octets.end()};
}

std::string hmac(const char* hash, std::string_view key, std::string_view text)
{
    const auto mac = Botan::MessageAuthenticationCode::create_or_throw(hash);
    mac->set_key(as_octets(key));
    mac->update(as_octets(text));
    return as_text(mac->final());
}

// Signing with Ed25519 draws nothing: this generator would say so if it did.
Botan::Ed25519_PrivateKey private_key(std::string_view seed)
{
    SIM_ASSERT(seed.size() == ed25519_octets);
    const std::span<const std::uint8_t> octets = as_octets(seed);
    return Botan::Ed25519_PrivateKey{
        Botan::secure_vector<std::uint8_t>{octets.begin(), octets.end()}};
}

} // namespace

std::string hmac_md5(std::string_view key, std::string_view text)
{
    return hmac("HMAC(MD5)", key, text);
}

std::string hmac_sha_256(std::string_view key, std::string_view text)
{
    return hmac("HMAC(SHA-256)", key, text);
}

std::string sha_256(std::string_view text)
{
    const auto hash = Botan::HashFunction::create_or_throw("SHA-256");
    hash->update(as_octets(text));
    return as_text(hash->final());
}

std::string
stretch_password(std::string_view password, std::string_view salt, std::uint32_t iterations)
{
    SIM_ASSERT(iterations > 0);
    const auto mac = Botan::MessageAuthenticationCode::create_or_throw("HMAC(SHA-256)");
    mac->set_key(as_octets(password));
    mac->update(as_octets(salt));
    mac->update_be(std::uint32_t{1}); // INT(1): the first block, and the only one
    std::array<std::uint8_t, 32> step{};
    mac->final(step);
    std::array<std::uint8_t, 32> sum = step;
    for (std::uint32_t i = 1; i < iterations; ++i) {
        mac->update(step);
        mac->final(step);
        for (std::size_t at = 0; at < sum.size(); ++at)
            sum.at(at) = static_cast<std::uint8_t>(sum.at(at) ^ step.at(at));
    }
    return as_text(sum);
}

std::string exclusive_or(std::string_view a, std::string_view b)
{
    SIM_ASSERT(a.size() == b.size());
    std::string sum{a};
    for (std::size_t i = 0; i < sum.size(); ++i)
        sum[i] = static_cast<char>(a[i] ^ b[i]);
    return sum;
}

std::string lower_hex(std::string_view octets)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(octets.size() * 2);
    for (const char c : octets) {
        const auto octet = static_cast<std::uint8_t>(c);
        text += digits[octet >> 4U];
        text += digits[octet & 15U];
    }
    return text;
}

std::string ed25519_public_key(std::string_view seed)
{
    return as_text(private_key(seed).get_public_key());
}

std::string ed25519_sign(std::string_view seed, std::string_view text)
{
    const Botan::Ed25519_PrivateKey key = private_key(seed);
    Botan::Null_RNG no_chance;
    Botan::PK_Signer signer{key, no_chance, "Pure"};
    return as_text(signer.sign_message(as_octets(text), no_chance));
}

bool ed25519_is_signed(std::string_view public_key,
                       std::string_view text,
                       std::string_view signature)
{
    if (public_key.size() != ed25519_octets || signature.size() != ed25519_signature_octets)
        return false;
    const Botan::Ed25519_PublicKey key{as_octets(public_key)};
    Botan::PK_Verifier verifier{key, "Pure"};
    return verifier.verify_message(as_octets(text), as_octets(signature));
}

} // namespace sim::sasl
