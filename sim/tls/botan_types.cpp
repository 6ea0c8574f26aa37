// Botan's random numbers from ours, and its view of a server's chain and key.
#include "sim/tls/botan_types.h"

#include <botan/chacha_rng.h>

#include <algorithm>
#include <array>

namespace sim::tls {

std::shared_ptr<Botan::RandomNumberGenerator> botan_rng(Rng chance)
{
    std::array<std::uint8_t, 32> seed{};
    chance.fill(seed);
    return std::make_shared<Botan::ChaCha_RNG>(seed);
}

std::vector<Botan::X509_Certificate>
ServerCredentials::find_cert_chain(const std::vector<std::string>& key_types,
                                   const std::vector<Botan::AlgorithmIdentifier>&,
                                   const std::vector<Botan::X509_DN>&,
                                   const std::string& type,
                                   const std::string&)
{
    const bool wanted = std::ranges::find(key_types, key_->algo_name()) != key_types.end();
    if (type != "tls-server" || !wanted) return {};
    return chain_;
}

std::shared_ptr<Botan::Private_Key> ServerCredentials::private_key_for(
    const Botan::X509_Certificate&, const std::string&, const std::string&)
{
    return key_;
}

} // namespace sim::tls
