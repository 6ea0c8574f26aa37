#include "sim/sasl/salted_keys.h"

#include "sim/core/base64.h"
#include "sim/sasl/digest.h"

#include <fmt/format.h>

namespace sim::sasl {

SaltedKeys salted_keys(std::string_view password, std::string_view salt, std::uint32_t iterations)
{
    const std::string salted = stretch_password(password, salt, iterations);
    return {std::string{salt},
            iterations,
            sha_256(hmac_sha_256(salted, "Client Key")),
            hmac_sha_256(salted, "Server Key")};
}

std::string salt_for(std::string_view stranger_key, std::string_view user)
{
    return hmac_sha_256(stranger_key, fmt::format("salt of {}", user)).substr(0, salt_octets);
}

SaltedKeys keys_of_stranger(std::string_view stranger_key, std::string_view user)
{
    return {salt_for(stranger_key, user),
            least_iterations,
            hmac_sha_256(stranger_key, fmt::format("stored key of {}", user)),
            hmac_sha_256(stranger_key, fmt::format("server key of {}", user))};
}

std::string record_of(const SaltedKeys& keys)
{
    return fmt::format("SCRAM-SHA-256${}:{}${}:{}",
                       keys.iterations,
                       encode_base64(keys.salt),
                       encode_base64(keys.stored_key),
                       encode_base64(keys.server_key));
}

} // namespace sim::sasl
