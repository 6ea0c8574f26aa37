// SASL (RFC 4422): the two sides of a password exchange, as octets in and octets out. The protocol
// that carries them does Base64, line ends and the decision what to do with the outcome.
//
// A mechanism is one file: a client class, a server class, and one row in mechanism.cpp's table.
#pragma once

#include "sim/core/happening.h"
#include "sim/core/interface.h"
#include "sim/core/rng.h"
#include "sim/core/time.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sim::sasl {

// What a person typed into the account settings, and what the mail program adds to it.
struct Credentials {
    std::string user;
    std::string password;
    std::string token{}; // for XOAUTH2 and OAUTHBEARER: instead of the password
    std::string nonce{}; // for SCRAM: printable, never the same again
    std::string host{};  // that it talks to; OAUTHBEARER says so
    std::uint16_t port = 0;
};

class ClientMechanism : public Interface {
public:
    // What to send along with the mechanism's name; nothing when the server speaks first. An empty
    // string is an empty response, which is not the same as none.
    [[nodiscard]] virtual std::optional<std::string> initial_response() = 0;

    // The answer to a challenge; nothing when no honest server would ask this: cancel.
    [[nodiscard]] virtual std::optional<std::string> respond(std::string_view challenge) = 0;

    // Whether a server that now says "welcome" is believed. False where the server has to prove
    // that it knows the secret too and has not yet done so.
    [[nodiscard]] virtual bool accepts_success() const = 0;
};

struct Challenge {
    std::string octets; // may be empty
    friend bool operator==(const Challenge&, const Challenge&) = default;
};
struct Success {
    std::string user;
    friend bool operator==(const Success&, const Success&) = default;
};
// One and the same for an unknown user, a wrong password and a malformed message. `user` is who the
// client claimed to be as far as that could be read; that and `flaw` are for the trace, never for
// the reply. (What is wrong with a token the mechanism has told the client before, RFC 7628
// §3.2.2.)
struct Failure {
    std::string user;
    AuthFlaw flaw = AuthFlaw::wrong_secret;
    friend bool operator==(const Failure&, const Failure&) = default;
};
using ServerStep = std::variant<Challenge, Success, Failure>;

class ServerMechanism : public Interface {
public:
    // Once, with the initial response if the client sent one.
    [[nodiscard]] virtual ServerStep start(std::optional<std::string_view> initial_response) = 0;

    // After each Challenge. Once Success or Failure was returned every further call gives Failure.
    [[nodiscard]] virtual ServerStep respond(std::string_view response) = 0;

    // What the exchange has come to already although a Challenge is still to be answered: a token
    // that was refused (RFC 7628 §3.2.2) counts, whether the client answers or goes away.
    [[nodiscard]] virtual std::optional<Failure> verdict() const { return std::nullopt; }
};

// Whether the server has the first word: an initial response is then an error (RFC 4954 §4).
[[nodiscard]] bool server_begins(Mechanism mechanism);

// What SCRAM has a server keep instead of a password, RFC 5802 §3: enough to tell who knows it, not
// enough to log in anywhere.
struct SaltedKeys {
    std::string salt;
    std::uint32_t iterations = 0;
    std::string stored_key;
    std::string server_key;
};

// What a token must say to be taken here, and the key of whoever may have signed it (token.h).
struct TokenRules {
    std::string issuer;
    std::string audience;
    std::string scope;
    std::string public_key; // Ed25519, 32 octets
};

// Where a server mechanism finds the stored secrets. The caller owns it and keeps it alive.
class CredentialStore : public Interface {
public:
    // Which of the next two has something to say: the same for all users of a server.
    [[nodiscard]] virtual SecretKept keeps() const = 0;
    // The password of exactly this user; nothing when there is no such user.
    [[nodiscard]] virtual std::optional<std::string> password_of(std::string_view user) const = 0;
    [[nodiscard]] virtual std::optional<SaltedKeys> keys_of(std::string_view user) const = 0;
    // The keys that this password has with this salt. A store may remember what it has computed: it
    // is the one thing here that takes milliseconds of real time.
    [[nodiscard]] virtual SaltedKeys
    make_keys(std::string_view password, std::string_view salt, std::uint32_t iterations) const;
    // A secret of the server's own, from which users who do not exist get a salt that looks real.
    [[nodiscard]] virtual std::string_view stranger_key() const = 0;
    // Nothing: no token is taken.
    [[nodiscard]] virtual const TokenRules* token_rules() const = 0;
};

// The circumstances of one exchange at a server.
struct Occasion {
    std::string host{};  // as the server calls itself
    std::string nonce{}; // printable, never the same again
    Instant now{};
};

// Whether this mechanism has been written yet; make_client and make_server need true.
[[nodiscard]] bool is_available(Mechanism mechanism);

[[nodiscard]] std::unique_ptr<ClientMechanism> make_client(Mechanism mechanism,
                                                           Credentials credentials);
[[nodiscard]] std::unique_ptr<ServerMechanism>
make_server(Mechanism mechanism, const CredentialStore& store, const Occasion& occasion = {});

// The name registered with IANA, as in "PLAIN"; empty for pop3_user, which is no SASL mechanism.
[[nodiscard]] std::string_view registered_name(Mechanism mechanism);

// Any case (RFC 4422 §3.1 registers upper case; RFC 4954 §4 has servers compare without case).
[[nodiscard]] std::optional<Mechanism> parse_registered_name(std::string_view name);

// That a line like "AUTH PLAIN ..." names; nothing when it names none of ours.
[[nodiscard]] std::optional<Mechanism> mechanism_in_command(std::string_view line);

// Letters and digits that nobody can guess who does not know the chance.
[[nodiscard]] std::string draw_nonce(Rng chance);

// Whoever reads the exchange has the password, or a token that serves as one.
[[nodiscard]] bool reveals_password(Mechanism mechanism);

// Whether this line of an exchange, Base64 as it is, gives anything away. CRAM-MD5 and SCRAM are
// made to be heard; so is the answer to a token's refusal.
[[nodiscard]] bool line_reveals(Mechanism mechanism, std::string_view line);

// Shows a token that somebody else signed; the mail server need not know any password.
[[nodiscard]] bool uses_token(Mechanism mechanism);

// Greater is stronger; no two mechanisms are equal.
[[nodiscard]] int strength(Mechanism mechanism);

// The strongest mechanism that the server offers (names as it wrote them), the user allows and we
// have. One that reveals the password only where `may_reveal`. Otherwise why there is none:
// no_common_mechanism, or auth_would_reveal_password when only `may_reveal` stood in the way.
[[nodiscard]] std::variant<Mechanism, SmtpProblem>
choose_mechanism(const std::vector<std::string>& offered,
                 const std::vector<Mechanism>& allowed,
                 bool may_reveal);

// Compares without stopping at the first difference; the time depends on `given` alone.
[[nodiscard]] bool equal_in_constant_time(std::string_view stored, std::string_view given);

} // namespace sim::sasl
