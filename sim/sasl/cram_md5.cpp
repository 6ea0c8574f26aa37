// CRAM-MD5 (RFC 2195): the server asks with something that it never asked before, the client
// answers with a digest of that and the password. Nothing can be replayed, but anyone who heard
// both may guess passwords as fast as MD5 runs, and the server has to keep the password itself.
#include "sim/sasl/digest.h"
#include "sim/sasl/mechanisms.h"
#include "sim/sasl/password.h"

#include <fmt/format.h>

#include <utility>

namespace sim::sasl {

namespace {

constexpr std::size_t max_challenge_octets = 1024;

std::string digest_of(std::string_view password, std::string_view challenge)
{
    return lower_hex(hmac_md5(password, challenge));
}

class CramMd5Client final : public ClientMechanism {
public:
    explicit CramMd5Client(Credentials credentials) : credentials_{std::move(credentials)} {}

    std::optional<std::string> initial_response() override { return std::nullopt; }

    std::optional<std::string> respond(std::string_view challenge) override
    {
        const bool usable =
            is_well_formed_value(credentials_.user) && is_well_formed_value(credentials_.password);
        const bool asked = !challenge.empty() && challenge.size() <= max_challenge_octets;
        if (said_ || !usable || !asked) return std::nullopt;
        said_ = true;
        return fmt::format("{} {}", credentials_.user, digest_of(credentials_.password, challenge));
    }

    [[nodiscard]] bool accepts_success() const override { return said_; }

private:
    Credentials credentials_;
    bool said_ = false;
};

class CramMd5Server final : public ServerMechanism {
public:
    CramMd5Server(const CredentialStore& store, Occasion occasion)
        : store_{store}, occasion_{std::move(occasion)}, challenge_{challenge_of(occasion_)}
    {
    }

    // The server speaks first: whoever has something to say before knows a question that it has
    // not been asked.
    ServerStep start(std::optional<std::string_view> initial_response) override
    {
        if (initial_response) {
            done_ = true;
            return Failure{{}, AuthFlaw::malformed};
        }
        return Challenge{challenge_};
    }

    ServerStep respond(std::string_view response) override
    {
        if (std::exchange(done_, true)) return Failure{};
        // A user name may have blanks in it, a digest has none.
        const std::size_t blank = response.rfind(' ');
        if (blank == std::string_view::npos) return Failure{{}, AuthFlaw::malformed};
        const std::string_view user = response.substr(0, blank);
        const std::string_view given = response.substr(blank + 1, 2 * max_value_octets);
        const std::optional<std::string> stored = store_.password_of(user);
        const std::string right = digest_of(stored ? *stored : std::string_view{}, challenge_);
        const bool equal = equal_in_constant_time(right, given);
        // An account without a password is never logged in to, whatever its digest.
        if (stored && !stored->empty() && is_well_formed_value(user) && equal)
            return Success{std::string{user}};
        return Failure{std::string{user.substr(0, max_value_octets)}};
    }

private:
    // RFC 2195 §2: random digits, a timestamp and the server's name, in the form of a Message-ID.
    static std::string challenge_of(const Occasion& occasion)
    {
        using std::chrono::seconds;
        const auto now = std::chrono::duration_cast<seconds>(occasion.now.time_since_epoch());
        return fmt::format("<{}.{}@{}>", occasion.nonce, now.count(), occasion.host);
    }

    const CredentialStore& store_;
    Occasion occasion_;
    std::string challenge_;
    bool done_ = false;
};

} // namespace

std::unique_ptr<ClientMechanism> make_cram_md5_client(Credentials credentials)
{
    return std::make_unique<CramMd5Client>(std::move(credentials));
}

std::unique_ptr<ServerMechanism> make_cram_md5_server(const CredentialStore& store,
                                                      const Occasion& occasion)
{
    return std::make_unique<CramMd5Server>(store, occasion);
}

} // namespace sim::sasl
