#include "sim/sasl/bearer.h"

#include "sim/core/ascii.h"
#include "sim/sasl/password.h"
#include "sim/sasl/token.h"

#include <algorithm>
#include <utility>

namespace sim::sasl {

namespace {

constexpr std::size_t max_bearer_octets = 8192;

class BearerClient final : public ClientMechanism {
public:
    BearerClient(const BearerForm& form, Credentials credentials)
        : form_{form}, credentials_{std::move(credentials)}
    {
    }

    std::optional<std::string> initial_response() override
    {
        if (next_ != Next::message) return std::nullopt;
        if (!is_well_formed_value(credentials_.user) || !is_bearer_token(credentials_.token))
            return std::nullopt;
        std::string message = form_.write(credentials_);
        if (message.empty()) return std::nullopt;
        next_ = Next::acknowledgement;
        return message;
    }

    // An empty challenge asks for the message; any other is the server's refusal, to which there is
    // one answer. What it says is for people: the session shows it.
    std::optional<std::string> respond(std::string_view challenge) override
    {
        switch (next_) {
        case Next::message:
            return challenge.empty() ? initial_response() : std::nullopt;
        case Next::acknowledgement:
            if (challenge.empty()) return std::nullopt; // it wants to hear the token twice
            next_ = Next::nothing;
            return std::string{form_.acknowledgement};
        case Next::nothing:
            break;
        }
        return std::nullopt;
    }

    // Not after a refusal: a server cannot have it both ways.
    [[nodiscard]] bool accepts_success() const override { return next_ == Next::acknowledgement; }

private:
    enum class Next { message, acknowledgement, nothing };

    const BearerForm& form_;
    Credentials credentials_;
    Next next_ = Next::message;
};

class BearerServer final : public ServerMechanism {
public:
    BearerServer(const BearerForm& form, const CredentialStore& store, Occasion occasion)
        : form_{form}, store_{store}, occasion_{std::move(occasion)}
    {
    }

    ServerStep start(std::optional<std::string_view> initial_response) override
    {
        if (initial_response) return respond(*initial_response);
        return Challenge{};
    }

    ServerStep respond(std::string_view response) override
    {
        switch (std::exchange(awaits_, Awaits::nothing)) {
        case Awaits::message:
            return answer(response);
        case Awaits::acknowledgement: // whatever it is: the token was refused
            return failure_;
        case Awaits::nothing:
            break;
        }
        return Failure{};
    }

    [[nodiscard]] std::optional<Failure> verdict() const override
    {
        return awaits_ == Awaits::acknowledgement ? std::optional{failure_} : std::nullopt;
    }

private:
    enum class Awaits { message, acknowledgement, nothing };

    ServerStep answer(std::string_view text)
    {
        const TokenRules* rules = store_.token_rules();
        const auto message = text.size() <= max_bearer_octets ? form_.read(text) : std::nullopt;
        if (!message || rules == nullptr) return Failure{{}, AuthFlaw::malformed};
        const AuthFlaw flaw = judge_token(message->token, message->user, *rules, occasion_.now);
        std::string user = message->user;
        if (user.empty()) {
            const auto claims = read_token(message->token);
            if (claims) user = claims->user.substr(0, max_value_octets);
        }
        if (flaw == AuthFlaw::none) return Success{user};
        failure_ = {user, flaw};
        awaits_ = Awaits::acknowledgement;
        return Challenge{form_.refusal(flaw, *rules)};
    }

    const BearerForm& form_;
    const CredentialStore& store_;
    Occasion occasion_;
    Awaits awaits_ = Awaits::message;
    Failure failure_;
};

bool same_letter(char a, char b)
{
    return lower(a) == lower(b);
}

} // namespace

std::unique_ptr<ClientMechanism> make_bearer_client(const BearerForm& form, Credentials credentials)
{
    return std::make_unique<BearerClient>(form, std::move(credentials));
}

std::unique_ptr<ServerMechanism>
make_bearer_server(const BearerForm& form, const CredentialStore& store, const Occasion& occasion)
{
    return std::make_unique<BearerServer>(form, store, occasion);
}

bool is_bearer_token(std::string_view text)
{
    if (text.empty() || text.size() > max_token_octets) return false;
    const std::size_t end = text.find_last_not_of('=');
    if (end == std::string_view::npos) return false;
    return std::ranges::all_of(text.substr(0, end + 1), [](char c) {
        return is_letter(c) || is_digit(c) ||
               std::string_view{"-._~+/"}.find(c) != std::string_view::npos;
    });
}

std::optional<std::string> read_bearer(std::string_view field)
{
    constexpr std::string_view name = "auth=";
    constexpr std::string_view scheme = "Bearer ";
    if (!field.starts_with(name)) return std::nullopt;
    field.remove_prefix(name.size());
    if (!std::ranges::equal(field.substr(0, scheme.size()), scheme, same_letter))
        return std::nullopt;
    field.remove_prefix(scheme.size());
    if (!is_bearer_token(field)) return std::nullopt;
    return std::string{field};
}

} // namespace sim::sasl
