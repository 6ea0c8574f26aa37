// SCRAM-SHA-256 (RFC 7677, after RFC 5802): both sides prove that they know the password, or what
// was made of it, and neither says it. Without channel binding: the name that ends in -PLUS is not
// offered, and a client that asks for it is refused.
#include "sim/core/base64.h"
#include "sim/sasl/digest.h"
#include "sim/sasl/gs2.h"
#include "sim/sasl/mechanisms.h"
#include "sim/sasl/password.h"
#include "sim/sasl/salted_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim::sasl {

namespace {

constexpr std::size_t max_message_octets = 4096;
constexpr std::size_t max_nonce_octets = 512;
constexpr std::string_view no_binding = "n,,";

// RFC 5802 §7: printable ASCII without the comma.
bool is_nonce(std::string_view text)
{
    return !text.empty() && text.size() <= max_nonce_octets &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f && c != ','; });
}

// Takes "x=value" and the comma behind it off the front; nothing when another attribute stands
// there. Their order is fixed, RFC 5802 §5.1.
std::optional<std::string_view> take_attribute(std::string_view& message, char name)
{
    if (message.size() < 2 || message[0] != name || message[1] != '=') return std::nullopt;
    const std::size_t end = std::min(message.find(','), message.size());
    const std::string_view value = message.substr(2, end - 2);
    message.remove_prefix(std::min(end + 1, message.size()));
    return value;
}

// Digits alone, no sign, no zero in front (RFC 5802 §7: posit-number).
std::optional<std::uint32_t> parse_iterations(std::string_view text)
{
    constexpr std::size_t most_digits = 7;
    if (text.empty() || text.size() > most_digits || text.front() == '0') return std::nullopt;
    std::uint32_t number = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        number = number * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return number;
}

// ---- the client -------------------------------------------------------------------------------

class ScramClient final : public ClientMechanism {
public:
    explicit ScramClient(Credentials credentials) : credentials_{std::move(credentials)} {}

    std::optional<std::string> initial_response() override
    {
        const bool usable = is_well_formed_value(credentials_.user) &&
                            is_well_formed_value(credentials_.password) &&
                            is_nonce(credentials_.nonce);
        if (next_ != Next::first || !usable) return std::nullopt;
        next_ = Next::proof;
        first_bare_ =
            fmt::format("n={},r={}", write_sasl_name(credentials_.user), credentials_.nonce);
        return fmt::format("{}{}", no_binding, first_bare_);
    }

    std::optional<std::string> respond(std::string_view challenge) override
    {
        if (challenge.size() > max_message_octets) next_ = Next::nothing;
        switch (next_) {
        case Next::first: // a server that took no initial response
            return challenge.empty() ? initial_response() : std::nullopt;
        case Next::proof:
            return prove(challenge);
        case Next::judge:
            return judge(challenge);
        case Next::nothing:
            break;
        }
        return std::nullopt;
    }

    [[nodiscard]] bool accepts_success() const override { return proven_; }

private:
    enum class Next { first, proof, judge, nothing };

    std::optional<std::string> prove(std::string_view server_first)
    {
        next_ = Next::nothing;
        std::string_view rest = server_first;
        const auto nonce = take_attribute(rest, 'r');
        if (!nonce || !is_nonce(*nonce)) return std::nullopt;
        // Ours in front, and something of the server's own behind it: else it is a replay.
        if (!nonce->starts_with(credentials_.nonce) || nonce->size() <= credentials_.nonce.size())
            return std::nullopt;
        const auto salt_text = take_attribute(rest, 's');
        const auto salt = salt_text ? decode_base64(*salt_text) : std::nullopt;
        const auto count = take_attribute(rest, 'i');
        const std::uint32_t iterations = count ? parse_iterations(*count).value_or(0) : 0;
        if (!salt || salt->empty()) return std::nullopt;
        // Fewer would make guessing cheap for whoever plays the server, RFC 7677 §4.
        if (iterations < least_iterations || iterations > most_iterations) return std::nullopt;

        const std::string without_proof =
            fmt::format("c={},r={}", encode_base64(no_binding), *nonce);
        const std::string auth_message =
            fmt::format("{},{},{}", first_bare_, server_first, without_proof);
        const std::string salted = stretch_password(credentials_.password, *salt, iterations);
        const std::string client_key = hmac_sha_256(salted, "Client Key");
        const std::string signature = hmac_sha_256(sha_256(client_key), auth_message);
        expected_ = hmac_sha_256(hmac_sha_256(salted, "Server Key"), auth_message);
        next_ = Next::judge;
        return fmt::format(
            "{},p={}", without_proof, encode_base64(exclusive_or(client_key, signature)));
    }

    // "v=...": the server knows the keys as well. "e=...": an error, and no login.
    std::optional<std::string> judge(std::string_view server_final)
    {
        next_ = Next::nothing;
        const auto verifier = take_attribute(server_final, 'v');
        const auto signature = verifier ? decode_base64(*verifier) : std::nullopt;
        if (!signature || !equal_in_constant_time(expected_, *signature)) return std::nullopt;
        proven_ = true;
        return std::string{};
    }

    Credentials credentials_;
    Next next_ = Next::first;
    std::string first_bare_;
    std::string expected_; // the server's signature
    bool proven_ = false;
};

// ---- the server -------------------------------------------------------------------------------

class ScramServer final : public ServerMechanism {
public:
    ScramServer(const CredentialStore& store, Occasion occasion)
        : store_{store}, occasion_{std::move(occasion)}
    {
    }

    ServerStep start(std::optional<std::string_view> initial_response) override
    {
        if (initial_response) return respond(*initial_response);
        return Challenge{};
    }

    ServerStep respond(std::string_view response) override
    {
        if (response.size() > max_message_octets) {
            awaits_ = Awaits::nothing;
            return Failure{user_, AuthFlaw::malformed};
        }
        switch (awaits_) {
        case Awaits::first:
            return answer_first(response);
        case Awaits::proof:
            return answer_proof(response);
        case Awaits::end:
            awaits_ = Awaits::nothing;
            if (response.empty()) return Success{user_};
            return Failure{user_, AuthFlaw::malformed};
        case Awaits::nothing:
            break;
        }
        return Failure{};
    }

private:
    enum class Awaits { first, proof, end, nothing };

    // An unknown user is asked like any other and fails at the proof like a wrong password.
    ServerStep answer_first(std::string_view message)
    {
        awaits_ = Awaits::nothing;
        std::string_view rest = message;
        const auto header = take_gs2_header(rest);
        if (!header) return Failure{{}, AuthFlaw::malformed};
        const std::string_view bare = rest;
        // "m=" in front would be an extension that has to be understood: none is.
        const auto name = take_attribute(rest, 'n');
        const auto user = name ? read_sasl_name(*name) : std::nullopt;
        const auto nonce = take_attribute(rest, 'r');
        if (!user || !nonce || !is_nonce(*nonce)) return Failure{{}, AuthFlaw::malformed};
        user_ = *user;
        // Acting for somebody else is not offered.
        if (header->acts_as && *header->acts_as != user_) return Failure{user_};
        header_ = header->text;
        look_up();
        nonce_ = fmt::format("{}{}", *nonce, occasion_.nonce);
        const std::string first =
            fmt::format("r={},s={},i={}", nonce_, encode_base64(keys_.salt), keys_.iterations);
        messages_ = fmt::format("{},{}", bare, first);
        awaits_ = Awaits::proof;
        return Challenge{first};
    }

    void look_up()
    {
        if (store_.keeps() == SecretKept::password) {
            // The keys are made anew each time: the password is there.
            const std::optional<std::string> password = store_.password_of(user_);
            known_ = password && !password->empty();
            keys_ = store_.make_keys(known_ ? *password : std::string_view{"nobody"},
                                     salt_for(store_.stranger_key(), user_),
                                     least_iterations);
            return;
        }
        const std::optional<SaltedKeys> stored = store_.keys_of(user_);
        known_ = stored.has_value();
        const SaltedKeys made_up = keys_of_stranger(store_.stranger_key(), user_);
        keys_ = stored ? *stored : made_up;
    }

    ServerStep answer_proof(std::string_view message)
    {
        awaits_ = Awaits::nothing;
        const Failure malformed{user_, AuthFlaw::malformed};
        const std::size_t proof_at = message.rfind(",p=");
        if (proof_at == std::string_view::npos) return malformed;
        const std::string_view without_proof = message.substr(0, proof_at);
        const auto proof = decode_base64(message.substr(proof_at + 3));
        std::string_view rest = without_proof;
        const auto binding = take_attribute(rest, 'c');
        const auto nonce = take_attribute(rest, 'r');
        if (!binding || decode_base64(*binding) != header_) return malformed;
        if (!nonce || *nonce != nonce_) return malformed;
        if (!proof || proof->size() != keys_.stored_key.size()) return malformed;

        const std::string auth_message = fmt::format("{},{}", messages_, without_proof);
        const std::string signature = hmac_sha_256(keys_.stored_key, auth_message);
        const std::string client_key = exclusive_or(*proof, signature);
        const bool equal = equal_in_constant_time(keys_.stored_key, sha_256(client_key));
        if (!known_ || !equal) return Failure{user_};
        awaits_ = Awaits::end;
        return Challenge{
            fmt::format("v={}", encode_base64(hmac_sha_256(keys_.server_key, auth_message)))};
    }

    const CredentialStore& store_;
    Occasion occasion_;
    Awaits awaits_ = Awaits::first;
    std::string user_;
    std::string header_;
    std::string nonce_;
    std::string messages_; // the client's first without its header, then ours
    SaltedKeys keys_;
    bool known_ = false;
};

} // namespace

std::unique_ptr<ClientMechanism> make_scram_client(Credentials credentials)
{
    return std::make_unique<ScramClient>(std::move(credentials));
}

std::unique_ptr<ServerMechanism> make_scram_server(const CredentialStore& store,
                                                   const Occasion& occasion)
{
    return std::make_unique<ScramServer>(store, occasion);
}

} // namespace sim::sasl
