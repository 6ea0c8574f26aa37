#include "sim/auth/dkim_crypto.h"

#include <botan/chacha_rng.h>
#include <botan/data_src.h>
#include <botan/ed25519.h>
#include <botan/hash.h>
#include <botan/pem.h>
#include <botan/pk_algs.h>
#include <botan/pkcs8.h>
#include <botan/pubkey.h>
#include <botan/rsa.h>
#include <botan/x509_key.h>

#include <array>
#include <cstdint>
#include <exception>
#include <span>
#include <utility>
#include <vector>

namespace sim::auth {

namespace {

constexpr std::size_t ed25519_octets = 32;
constexpr std::size_t most_rsa_bits = 8192; // a longer one is somebody's waste of our time
constexpr const char* rsa_padding = "PKCS1v15(SHA-256)";

std::span<const std::uint8_t> as_octets(std::string_view text)
{
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): char and octet alias by rule
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

template <typename Octets>
std::string as_string(const Octets& octets)
{
    return {octets.begin(), octets.end()};
}

std::unique_ptr<Botan::Public_Key> read_rsa(std::string_view octets)
{
    const std::vector<std::uint8_t> der{octets.begin(), octets.end()};
    try {
        return Botan::X509::load_key(der);
    } catch (const std::exception&) { // perhaps without the frame of X.509
    }
    try {
        return std::make_unique<Botan::RSA_PublicKey>(Botan::AlgorithmIdentifier{}, der);
    } catch (const std::exception&) {
        return nullptr;
    }
}

// PKCS #8, or PKCS #1 in the frame that older programs write.
std::unique_ptr<Botan::Private_Key> read_pem(std::string_view pem)
{
    std::string label;
    const auto der = Botan::PEM_Code::decode(pem, label);
    if (label == "RSA PRIVATE KEY")
        return std::make_unique<Botan::RSA_PrivateKey>(Botan::AlgorithmIdentifier{}, der);
    return Botan::PKCS8::load_key(std::span<const std::uint8_t>{der});
}

Botan::ChaCha_RNG botan_rng(Rng chance)
{
    std::array<std::uint8_t, 32> seed{};
    chance.fill(seed);
    return Botan::ChaCha_RNG{seed};
}

std::optional<DkimKeyKind> kind_of(const Botan::Public_Key& key)
{
    if (key.algo_name() == "RSA") return DkimKeyKind::rsa;
    if (key.algo_name() == "Ed25519") return DkimKeyKind::ed25519;
    return std::nullopt;
}

} // namespace

std::string sha_256(std::string_view text)
{
    const auto hash = Botan::HashFunction::create_or_throw("SHA-256");
    hash->update(as_octets(text));
    return as_string(hash->final());
}

struct DkimPublicKey::Held {
    DkimKeyKind kind = DkimKeyKind::rsa;
    std::unique_ptr<Botan::Public_Key> key;
};

DkimPublicKey::DkimPublicKey(std::shared_ptr<const Held> held) : held_{std::move(held)} {}

std::optional<DkimPublicKey> DkimPublicKey::read(DkimKeyKind kind, std::string_view octets)
{
    std::unique_ptr<Botan::Public_Key> key;
    if (kind == DkimKeyKind::ed25519) {
        if (octets.size() != ed25519_octets) return std::nullopt;
        key = std::make_unique<Botan::Ed25519_PublicKey>(as_octets(octets));
    } else {
        key = read_rsa(octets);
        if (key == nullptr || key->algo_name() != "RSA" || key->key_length() > most_rsa_bits)
            return std::nullopt;
    }
    return DkimPublicKey{std::make_shared<const Held>(Held{kind, std::move(key)})};
}

std::size_t DkimPublicKey::bits() const
{
    return held_->kind == DkimKeyKind::ed25519 ? ed25519_octets * 8 : held_->key->key_length();
}

bool DkimPublicKey::has_signed(std::string_view text, std::string_view signature) const
{
    const bool rsa = held_->kind == DkimKeyKind::rsa;
    try {
        Botan::PK_Verifier verifier{*held_->key, rsa ? rsa_padding : "Pure"};
        const std::string hash = rsa ? std::string{} : sha_256(text);
        return verifier.verify_message(as_octets(rsa ? text : hash), as_octets(signature));
    } catch (const std::exception&) { // a key too short for the hash, or out of shape
        return false;
    }
}

struct DkimPrivateKey::Held {
    DkimKeyKind kind = DkimKeyKind::rsa;
    std::unique_ptr<Botan::Private_Key> key;
};

DkimPrivateKey::DkimPrivateKey(std::shared_ptr<const Held> held) : held_{std::move(held)} {}

std::optional<DkimPrivateKey> DkimPrivateKey::read(std::string_view pem)
{
    try {
        auto key = read_pem(pem);
        const auto kind = kind_of(*key);
        if (!kind) return std::nullopt;
        return DkimPrivateKey{std::make_shared<const Held>(Held{*kind, std::move(key)})};
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

DkimKeyKind DkimPrivateKey::kind() const
{
    return held_->kind;
}

std::size_t DkimPrivateKey::bits() const
{
    return held_->kind == DkimKeyKind::ed25519 ? ed25519_octets * 8 : held_->key->key_length();
}

std::string DkimPrivateKey::public_octets() const
{
    const auto key = held_->key->public_key();
    if (held_->kind == DkimKeyKind::ed25519) return as_string(key->public_key_bits());
    return as_string(key->subject_public_key());
}

DkimPrivateKey DkimPrivateKey::make(DkimKeyKind kind, Rng chance)
{
    Botan::ChaCha_RNG rng = botan_rng(chance);
    std::unique_ptr<Botan::Private_Key> key;
    if (kind == DkimKeyKind::ed25519) {
        key = std::make_unique<Botan::Ed25519_PrivateKey>(rng);
    } else {
        key = std::make_unique<Botan::RSA_PrivateKey>(rng, least_signing_bits);
    }
    return DkimPrivateKey{std::make_shared<const Held>(Held{kind, std::move(key)})};
}

std::string DkimPrivateKey::sign(std::string_view text, Rng chance) const
{
    Botan::ChaCha_RNG rng = botan_rng(chance);
    const bool rsa = held_->kind == DkimKeyKind::rsa;
    Botan::PK_Signer signer{*held_->key, rng, rsa ? rsa_padding : "Pure"};
    const std::string hash = rsa ? std::string{} : sha_256(text);
    return as_string(signer.sign_message(as_octets(rsa ? text : hash), rng));
}

} // namespace sim::auth
