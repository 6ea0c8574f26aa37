// A credential store for tests: the users of RFC 4616 §4 and one of ours. It counts how often it is
// asked, because a question too few would tell an onlooker who exists.
#pragma once

#include "sim/sasl/mechanism.h"

namespace sim::sasl::test {

class FewUsers final : public CredentialStore {
public:
    [[nodiscard]] std::optional<std::string> password_of(std::string_view user) const override
    {
        ++questions;
        if (user == "tim") return "tanstaaftanstaaf";
        if (user == "Kurt") return "xipj3plmq";
        if (user == "花子") return "飛脚ひきゃく";
        if (user == "nobody") return ""; // an account that must never be logged in to
        return std::nullopt;
    }

    mutable int questions = 0;
};

// NULs and all.
template <std::size_t Size>
std::string octets(const char (&literal)[Size])
{
    return {literal, Size - 1};
}

} // namespace sim::sasl::test
