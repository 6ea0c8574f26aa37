// PLAIN (RFC 4616): the whole exchange is one message, [authzid] NUL user NUL password.
#include "sim/sasl/mechanisms.h"
#include "sim/sasl/password.h"

#include <utility>

namespace sim::sasl {

namespace {

class PlainClient final : public ClientMechanism {
public:
    explicit PlainClient(Credentials credentials) : credentials_{std::move(credentials)} {}

    std::optional<std::string> initial_response() override
    {
        // A user name with a NUL in it would be read as something else: say nothing, then cancel.
        if (said_ || !usable()) return std::nullopt;
        said_ = true;
        return message();
    }

    // A server that took no initial response asks for it with an empty challenge, RFC 4616 §2. Who
    // asks again after that wants to hear the password twice: no.
    std::optional<std::string> respond(std::string_view challenge) override
    {
        if (!challenge.empty()) return std::nullopt;
        return initial_response();
    }

    [[nodiscard]] bool accepts_success() const override { return said_; }

private:
    [[nodiscard]] bool usable() const
    {
        return is_well_formed_value(credentials_.user) &&
               is_well_formed_value(credentials_.password);
    }
    [[nodiscard]] std::string message() const
    {
        std::string text;
        text.reserve(2 + credentials_.user.size() + credentials_.password.size());
        text += '\0'; // no authzid: act as whom we authenticate as
        text += credentials_.user;
        text += '\0';
        text += credentials_.password;
        return text;
    }

    Credentials credentials_;
    bool said_ = false;
};

class PlainServer final : public ServerMechanism {
public:
    explicit PlainServer(const CredentialStore& store) : store_{store} {}

    ServerStep start(std::optional<std::string_view> initial_response) override
    {
        if (initial_response) return respond(*initial_response);
        return Challenge{};
    }

    ServerStep respond(std::string_view response) override
    {
        if (std::exchange(done_, true)) return Failure{};
        const std::size_t first = response.find('\0');
        if (first == std::string_view::npos) return Failure{};
        const std::size_t second = response.find('\0', first + 1);
        if (second == std::string_view::npos) return Failure{};
        const std::string_view acts_as = response.substr(0, first);
        const std::string_view user = response.substr(first + 1, second - first - 1);
        // A third NUL makes the password malformed. Acting for somebody else is not offered.
        ServerStep step = check_password(store_, user, response.substr(second + 1));
        if (!acts_as.empty() && acts_as != user)
            return Failure{std::string{user.substr(0, max_value_octets)}};
        return step;
    }

private:
    const CredentialStore& store_;
    bool done_ = false;
};

} // namespace

std::unique_ptr<ClientMechanism> make_plain_client(Credentials credentials)
{
    return std::make_unique<PlainClient>(std::move(credentials));
}

std::unique_ptr<ServerMechanism> make_plain_server(const CredentialStore& store,
                                                   const Occasion& /*occasion*/)
{
    return std::make_unique<PlainServer>(store);
}

} // namespace sim::sasl
