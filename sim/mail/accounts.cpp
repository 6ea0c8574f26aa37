#include "sim/mail/accounts.h"

#include "sim/sasl/salted_keys.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sim::mail {

namespace {

std::string draw_key(Rng chance)
{
    std::array<std::uint8_t, 32> octets{};
    chance.fill(octets);
    return {octets.begin(), octets.end()};
}

} // namespace

Accounts::Accounts(AccountsConfig config, Rng chance)
    : config_{std::move(config)}, stranger_key_{draw_key(chance)}
{
}

std::optional<std::string> Accounts::password_of(std::string_view user) const
{
    if (config_.kept != SecretKept::password) return std::nullopt;
    const UserAccount* account = find(user);
    if (account == nullptr) return std::nullopt;
    return account->password;
}

std::optional<sasl::SaltedKeys> Accounts::keys_of(std::string_view user) const
{
    if (config_.kept != SecretKept::salted_keys) return std::nullopt;
    const UserAccount* account = find(user);
    if (account == nullptr || account->password.empty()) return std::nullopt;
    return make_keys(
        account->password, sasl::salt_for(stranger_key_, user), sasl::least_iterations);
}

sasl::SaltedKeys Accounts::make_keys(std::string_view password,
                                     std::string_view salt,
                                     std::uint32_t iterations) const
{
    constexpr std::size_t most_remembered = 64; // of whatever strangers try
    const std::tuple terms{std::string{password}, std::string{salt}, iterations};
    const auto known = made_.find(terms);
    if (known != made_.end()) return known->second;
    if (made_.size() >= most_remembered) made_.clear();
    return made_.emplace(terms, sasl::salted_keys(password, salt, iterations)).first->second;
}

const UserAccount* Accounts::find(std::string_view user) const
{
    const auto found = std::ranges::find(config_.users, user, &UserAccount::name);
    return found == config_.users.end() ? nullptr : &*found;
}

std::string record_of(const sasl::CredentialStore& store, std::string_view user)
{
    const auto keys = store.keys_of(user);
    return keys ? sasl::record_of(*keys) : std::string{};
}

} // namespace sim::mail
