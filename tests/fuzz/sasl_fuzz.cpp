// libFuzzer target: any messages given to the server side of each mechanism, any challenges to the
// client side, any password from one to the other; any token and any JSON.
#include "sim/core/assert.h"
#include "sim/sasl/claims.h"
#include "sim/sasl/digest.h"
#include "sim/sasl/mechanism.h"
#include "sim/sasl/salted_keys.h"
#include "sim/sasl/token.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace sim::sasl {

namespace {

const std::string signing_seed(32, 's');
const Instant now{std::chrono::hours{1'000}};

TokenClaims claims_for(const std::string& user)
{
    return {"issuer", user, "audience", "scope", now, now + 1h};
}

class OneUser final : public CredentialStore {
public:
    OneUser(SecretKept kept, std::string user, std::string password)
        : kept_{kept}, user_{std::move(user)}, password_{std::move(password)}
    {
    }
    [[nodiscard]] SecretKept keeps() const override { return kept_; }
    [[nodiscard]] std::optional<std::string> password_of(std::string_view user) const override
    {
        if (user != user_ || kept_ != SecretKept::password) return std::nullopt;
        return password_;
    }
    [[nodiscard]] std::optional<SaltedKeys> keys_of(std::string_view user) const override
    {
        const bool has_keys = kept_ == SecretKept::salted_keys && !password_.empty();
        if (user != user_ || !has_keys) return std::nullopt;
        return salted_keys(password_, "salt", 1); // a fuzzer has no time for 4096
    }
    [[nodiscard]] std::string_view stranger_key() const override { return "key"; }
    [[nodiscard]] const TokenRules* token_rules() const override { return &rules_; }

private:
    SecretKept kept_;
    std::string user_;
    std::string password_;
    TokenRules rules_{"issuer", "audience", "scope", ed25519_public_key(signing_seed)};
};

// Takes up to the next octet 0xFF off the front: no UTF-8 has one.
std::string_view take(std::string_view& rest)
{
    const std::size_t end = std::min(rest.find('\xFF'), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

// Only the one message that is right succeeds. Nobody guesses a digest, a proof or a signature.
void check_server(Mechanism mechanism, SecretKept kept, std::string_view rest)
{
    const OneUser store{kept, "tim", "tea"};
    const auto server = make_server(mechanism, store, {"host", "nonce", now});
    std::string said{take(rest)};
    ServerStep step =
        server->start(said == "-" ? std::nullopt : std::optional<std::string_view>{said});
    int rounds = 0;
    while (std::holds_alternative<Challenge>(step)) {
        SIM_ASSERT(++rounds < 5);
        said += '\n';
        const std::string_view next = take(rest);
        said += next;
        step = server->respond(next);
    }
    if (const auto* success = std::get_if<Success>(&step)) {
        SIM_ASSERT(success->user == "tim");
        const auto ends_with = [&](std::string_view end) { return said.ends_with(end); };
        const bool plain = ends_with(std::string_view{"\0tim\0tea", 8});
        const bool login = ends_with("tim\ntea");
        SIM_ASSERT(mechanism == Mechanism::plain   ? plain
                   : mechanism == Mechanism::login ? login
                                                   : false);
    }
    SIM_ASSERT(std::holds_alternative<Failure>(server->respond("tim")));
}

void check_client(Mechanism mechanism, std::string_view rest)
{
    const auto client = make_client(mechanism, {"tim", "tea", "token", "nonce", "host", 587});
    int said = client->initial_response() ? 1 : 0;
    for (int i = 0; i < 10; ++i)
        if (client->respond(take(rest))) ++said;
    SIM_ASSERT(said <= 2);
    // No server proves to know the keys by chance.
    if (mechanism == Mechanism::scram_sha_256) SIM_ASSERT(!client->accepts_success());
}

// HMAC fills a key up with zero octets, so that passwords which differ in those at their ends are
// one to CRAM-MD5 and SCRAM (RFC 2104 §2).
bool same_key(std::string one, std::string other)
{
    for (std::string* password : {&one, &other}) {
        while (password->ends_with('\0'))
            password->pop_back();
    }
    return one == other;
}

// Whoever knows the password, or holds a good token, gets in, and nobody else; unless no message
// can hold it.
void check_pair(Mechanism mechanism, SecretKept kept, std::string_view rest)
{
    // A client would not take keys of so few rounds; and no digest comes of salted keys.
    if (mechanism == Mechanism::scram_sha_256 || mechanism == Mechanism::cram_md5)
        kept = SecretKept::password;
    const std::string user{take(rest)};
    const std::string password{take(rest)};
    const std::string other{take(rest)};
    const OneUser store{kept, user, password};
    for (const bool right : {true, false}) {
        TokenClaims claims = claims_for(user);
        if (!right) claims.audience = "elsewhere";
        const auto client = make_client(mechanism,
                                        {user,
                                         right ? password : other,
                                         issue_token(claims, signing_seed),
                                         "client",
                                         "host",
                                         587});
        const auto server = make_server(mechanism, store, {"host", "nonce", now});
        const auto initial = client->initial_response();
        ServerStep step =
            server->start(initial ? std::optional<std::string_view>{*initial} : std::nullopt);
        while (const auto* challenge = std::get_if<Challenge>(&step)) {
            const auto response = client->respond(challenge->octets);
            if (!response) break; // cancelled
            step = server->respond(*response);
        }
        const bool in = std::holds_alternative<Success>(step);
        SIM_ASSERT(!in || right || (same_key(other, password) && !uses_token(mechanism)));
        if (in) SIM_ASSERT(client->accepts_success());
        if (right && !user.empty() && !password.empty() && user.size() < 1000 &&
            password.size() < 1000 &&
            std::ranges::all_of(user + password, [](char c) { return c > 1; }))
            SIM_ASSERT(in);
    }
}

} // namespace

} // namespace sim::sasl

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name for it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace sim;
    using namespace sim::sasl;
    if (size == 0) return 0;
    constexpr std::size_t mechanisms = 6; // of the enumeration: all but POP3's own
    const auto mechanism = static_cast<Mechanism>(data[0] % mechanisms);
    const auto kept =
        (data[0] / mechanisms) % 2 == 0 ? SecretKept::password : SecretKept::salted_keys;
    const std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
    switch (data[0] / (2 * mechanisms) % 3) {
    case 0:
        check_server(mechanism, kept, rest);
        break;
    case 1:
        check_client(mechanism, rest);
        break;
    default:
        check_pair(mechanism, kept, rest);
        break;
    }
    // Tokens and claims: whatever is read is written again.
    SIM_ASSERT(
        judge_token(rest, "tim", {"issuer", "audience", "scope", std::string(32, '\0')}, now) !=
        AuthFlaw::none);
    if (const auto claims = read_token(rest))
        SIM_ASSERT(read_token(issue_token(*claims, signing_seed)).has_value());
    (void)read_claims(rest);
    // Names are only names.
    if (const auto named = parse_registered_name(rest))
        SIM_ASSERT(!registered_name(*named).empty());
    return 0;
}
