#include "sim/sasl/password.h"

#include "sim/core/utf8.h"
#include "sim/sasl/salted_keys.h"

namespace sim::sasl {

bool is_well_formed_value(std::string_view value)
{
    if (value.empty() || value.size() > max_value_octets) return false;
    while (!value.empty()) {
        const std::size_t size = value.front() == '\0' ? 0 : utf8_character_size(value);
        if (size == 0) return false;
        value.remove_prefix(size);
    }
    return true;
}

bool equal_in_constant_time(std::string_view stored, std::string_view given)
{
    unsigned difference = stored.size() == given.size() ? 0U : 1U;
    for (std::size_t i = 0; i < given.size(); ++i) {
        // Walks `given` to its end whatever `stored` is; an empty one is compared to a fixed octet.
        const char other = stored.empty() ? '\0' : stored[i % stored.size()];
        difference |= static_cast<unsigned>(other ^ given[i]) & 0xFFU;
    }
    return difference == 0;
}

ServerStep
check_password(const CredentialStore& store, std::string_view user, std::string_view password)
{
    const bool well_formed = is_well_formed_value(user) && is_well_formed_value(password);
    bool right = false;
    if (store.keeps() == SecretKept::password) {
        const std::optional<std::string> stored = store.password_of(user);
        const bool equal = equal_in_constant_time(stored ? *stored : std::string_view{}, password);
        right = stored && equal;
    } else {
        // Whoever hands the password over has its keys computed from it; as much work for nobody.
        const std::optional<SaltedKeys> stored = store.keys_of(user);
        const SaltedKeys compared = stored ? *stored : keys_of_stranger(store.stranger_key(), user);
        const std::string_view tried = password.substr(0, max_value_octets);
        const SaltedKeys given = store.make_keys(tried, compared.salt, compared.iterations);
        const bool equal = equal_in_constant_time(compared.stored_key, given.stored_key);
        right = stored && equal;
    }
    if (well_formed && right) return Success{std::string{user}};
    return Failure{std::string{user.substr(0, max_value_octets)}};
}

} // namespace sim::sasl
