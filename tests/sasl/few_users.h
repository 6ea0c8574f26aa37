// A credential store for tests: the users of RFC 4616 §4, RFC 7677 §3 and some of ours. It counts
// how often it is asked, because a question too few would tell an onlooker who exists.
#pragma once

#include "sim/core/base64.h"
#include "sim/sasl/mechanism.h"
#include "sim/sasl/salted_keys.h"

namespace sim::sasl::test {

// One who keeps passwords, as CRAM-MD5 forces it, or, with `salted`, what SCRAM needs and no more.
class FewUsers final : public CredentialStore {
public:
    explicit FewUsers(SecretKept kept = SecretKept::password) : kept_{kept} {}

    [[nodiscard]] SecretKept keeps() const override { return kept_; }
    [[nodiscard]] std::optional<std::string> password_of(std::string_view user) const override
    {
        ++questions;
        if (kept_ != SecretKept::password) return std::nullopt;
        return known(user);
    }
    [[nodiscard]] std::optional<SaltedKeys> keys_of(std::string_view user) const override
    {
        ++questions;
        const auto password = known(user);
        if (kept_ != SecretKept::salted_keys || !password || password->empty()) return std::nullopt;
        // The salt of RFC 7677 §3.
        const auto salt = decode_base64("W22ZaJ0SNY7soEsUEjb6gQ==");
        return salted_keys(*password, salt.value(), 4096);
    }
    [[nodiscard]] std::string_view stranger_key() const override { return "of this server"; }
    [[nodiscard]] const TokenRules* token_rules() const override
    {
        return rules.public_key.empty() ? nullptr : &rules;
    }

    mutable int questions = 0;
    TokenRules rules{};

private:
    static std::optional<std::string> known(std::string_view user)
    {
        if (user == "tim") return "tanstaaftanstaaf";
        if (user == "Kurt") return "xipj3plmq";
        if (user == "user") return "pencil";
        if (user == "a,b=c") return "equals and comma";
        if (user == "花子") return "飛脚ひきゃく";
        if (user == "nobody") return ""; // an account that must never be logged in to
        return std::nullopt;
    }

    SecretKept kept_;
};

// NULs and all.
template <std::size_t Size>
std::string octets(const char (&literal)[Size])
{
    return {literal, Size - 1};
}

} // namespace sim::sasl::test
