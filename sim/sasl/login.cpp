// LOGIN: two prompts, two answers. Never standardised (draft-murchison-sasl-login) and no better
// than PLAIN, but mail programs of a certain age know nothing else.
#include "sim/sasl/mechanisms.h"
#include "sim/sasl/password.h"

#include <utility>

namespace sim::sasl {

namespace {

class LoginClient final : public ClientMechanism {
public:
    explicit LoginClient(Credentials credentials) : credentials_{std::move(credentials)} {}

    std::optional<std::string> initial_response() override { return std::nullopt; }

    // What the prompts say differs from server to server; only their order counts.
    std::optional<std::string> respond(std::string_view /*challenge*/) override
    {
        if (!is_well_formed_value(credentials_.user) ||
            !is_well_formed_value(credentials_.password))
            return std::nullopt;
        switch (next_) {
        case Next::user:
            next_ = Next::password;
            return credentials_.user;
        case Next::password:
            next_ = Next::nothing;
            return credentials_.password;
        case Next::nothing:
            break;
        }
        return std::nullopt;
    }

    [[nodiscard]] bool accepts_success() const override { return next_ == Next::nothing; }

private:
    enum class Next { user, password, nothing };

    Credentials credentials_;
    Next next_ = Next::user;
};

class LoginServer final : public ServerMechanism {
public:
    explicit LoginServer(const CredentialStore& store) : store_{store} {}

    // Some programs send the user name along with AUTH LOGIN; every server takes that.
    ServerStep start(std::optional<std::string_view> initial_response) override
    {
        if (initial_response && !initial_response->empty()) return respond(*initial_response);
        return Challenge{"Username:"};
    }

    // A malformed user name is refused only after the password: when is no hint either.
    ServerStep respond(std::string_view response) override
    {
        switch (awaits_) {
        case Awaits::user:
            user_ = response.substr(0, max_value_octets + 1); // one more: still malformed
            awaits_ = Awaits::password;
            return Challenge{"Password:"};
        case Awaits::password:
            awaits_ = Awaits::nothing;
            return check_password(store_, user_, response);
        case Awaits::nothing:
            break;
        }
        return Failure{};
    }

private:
    enum class Awaits { user, password, nothing };

    const CredentialStore& store_;
    std::string user_;
    Awaits awaits_ = Awaits::user;
};

} // namespace

std::unique_ptr<ClientMechanism> make_login_client(Credentials credentials)
{
    return std::make_unique<LoginClient>(std::move(credentials));
}

std::unique_ptr<ServerMechanism> make_login_server(const CredentialStore& store,
                                                   const Occasion& /*occasion*/)
{
    return std::make_unique<LoginServer>(store);
}

} // namespace sim::sasl
