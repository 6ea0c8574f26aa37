// Who may log in to a server, and what the server keeps of each: of a password only what the
// mechanisms that it offers need (SecretKept), and of a token nothing at all.
#pragma once

#include "sim/core/rng.h"
#include "sim/sasl/mechanism.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace sim::mail {

// Someone who may log in to a server.
struct UserAccount {
    std::string name;
    std::string password; // as its owner chose it; empty: this server was never given one
    std::vector<std::string> addresses; // that it may send as, or whose mailboxes it may read
};

struct AccountsConfig {
    std::vector<UserAccount> users;
    SecretKept kept = SecretKept::salted_keys;
    std::optional<sasl::TokenRules> tokens; // none: no token is taken
};

// The accounts of one server as SASL asks for them. Keys are computed when they are first asked
// for: they depend on name, password and the server's own chance, so nobody can tell when.
class Accounts final : public sasl::CredentialStore {
public:
    Accounts(AccountsConfig config, Rng chance);

    [[nodiscard]] SecretKept keeps() const override { return config_.kept; }
    [[nodiscard]] std::optional<std::string> password_of(std::string_view user) const override;
    [[nodiscard]] std::optional<sasl::SaltedKeys> keys_of(std::string_view user) const override;
    [[nodiscard]] sasl::SaltedKeys make_keys(std::string_view password,
                                             std::string_view salt,
                                             std::uint32_t iterations) const override;
    [[nodiscard]] std::string_view stranger_key() const override { return stranger_key_; }
    [[nodiscard]] const sasl::TokenRules* token_rules() const override
    {
        return config_.tokens ? &*config_.tokens : nullptr;
    }

    [[nodiscard]] const UserAccount* find(std::string_view user) const;

private:
    AccountsConfig config_;
    std::string stranger_key_;
    // What was computed lately, so that no sum is done twice; by its three terms.
    mutable std::map<std::tuple<std::string, std::string, std::uint32_t>, sasl::SaltedKeys> made_;
};

// What a file of accounts has in the user's line; empty where it is not salted keys.
[[nodiscard]] std::string record_of(const sasl::CredentialStore& store, std::string_view user);

} // namespace sim::mail
