#include "sim/sasl/mechanism.h"

#include "sim/core/assert.h"
#include "sim/sasl/mechanisms.h"
#include "sim/sasl/salted_keys.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sim::sasl {

namespace {

struct Row {
    Mechanism mechanism;
    std::string_view name;
    bool reveals_password;
    bool uses_token;
    int strength;
    MakeClient* make_client;
    MakeServer* make_server;
};

// In the order of the enumeration. Bearer tokens reveal what they are: whoever reads one has it
// until it expires. They still rank above CRAM-MD5, whose servers must store what it protects.
constexpr std::array<Row, count_of<Mechanism>()> rows{{
    {Mechanism::plain, "PLAIN", true, false, 2, make_plain_client, make_plain_server},
    {Mechanism::login, "LOGIN", true, false, 1, make_login_client, make_login_server},
    {Mechanism::cram_md5, "CRAM-MD5", false, false, 3, make_cram_md5_client, make_cram_md5_server},
    {Mechanism::scram_sha_256,
     "SCRAM-SHA-256",
     false,
     false,
     6,
     make_scram_client,
     make_scram_server},
    {Mechanism::xoauth2, "XOAUTH2", true, true, 4, make_xoauth2_client, make_xoauth2_server},
    {Mechanism::oauthbearer,
     "OAUTHBEARER",
     true,
     true,
     5,
     make_oauthbearer_client,
     make_oauthbearer_server},
    {Mechanism::pop3_user, "", true, false, 0, nullptr, nullptr},
}};

constexpr bool rows_are_in_order()
{
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (static_cast<std::size_t>(rows.at(i).mechanism) != i) return false;
    return true;
}
static_assert(rows_are_in_order());

const Row& row_of(Mechanism mechanism)
{
    return rows.at(static_cast<std::size_t>(mechanism));
}

char upper(char c)
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

} // namespace

SaltedKeys CredentialStore::make_keys(std::string_view password,
                                      std::string_view salt,
                                      std::uint32_t iterations) const
{
    return salted_keys(password, salt, iterations);
}

bool is_available(Mechanism mechanism)
{
    return row_of(mechanism).make_client != nullptr;
}

std::unique_ptr<ClientMechanism> make_client(Mechanism mechanism, Credentials credentials)
{
    SIM_ASSERT(is_available(mechanism));
    return row_of(mechanism).make_client(std::move(credentials));
}

std::unique_ptr<ServerMechanism>
make_server(Mechanism mechanism, const CredentialStore& store, const Occasion& occasion)
{
    SIM_ASSERT(is_available(mechanism));
    return row_of(mechanism).make_server(store, occasion);
}

bool server_begins(Mechanism mechanism)
{
    return mechanism == Mechanism::cram_md5; // RFC 2195 §2
}

std::string_view registered_name(Mechanism mechanism)
{
    return row_of(mechanism).name;
}

std::optional<Mechanism> parse_registered_name(std::string_view name)
{
    const auto same = [&](const Row& row) {
        return std::ranges::equal(
            row.name, name, [](char a, char b) { return upper(a) == upper(b); });
    };
    const auto* const found = std::ranges::find_if(rows, same);
    if (name.empty() || found == rows.end()) return std::nullopt;
    return found->mechanism;
}

std::optional<Mechanism> mechanism_in_command(std::string_view line)
{
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    line.remove_prefix(blank + 1);
    return parse_registered_name(line.substr(0, line.find(' ')));
}

std::string draw_nonce(Rng chance)
{
    constexpr std::string_view signs =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    constexpr std::size_t size = 24; // 142 bits
    std::string nonce;
    for (std::size_t i = 0; i < size; ++i)
        nonce += signs[static_cast<std::size_t>(chance.below(signs.size()))];
    return nonce;
}

bool reveals_password(Mechanism mechanism)
{
    return row_of(mechanism).reveals_password;
}

bool line_reveals(Mechanism mechanism, std::string_view line)
{
    constexpr std::string_view acknowledgement = "AQ=="; // of OAUTHBEARER, RFC 7628 §3.2.3
    return reveals_password(mechanism) && !(uses_token(mechanism) && line == acknowledgement);
}

bool uses_token(Mechanism mechanism)
{
    return row_of(mechanism).uses_token;
}

int strength(Mechanism mechanism)
{
    return row_of(mechanism).strength;
}

std::variant<Mechanism, SmtpProblem> choose_mechanism(const std::vector<std::string>& offered,
                                                      const std::vector<Mechanism>& allowed,
                                                      bool may_reveal)
{
    std::optional<Mechanism> best;
    bool one_would_reveal = false;
    for (const std::string& name : offered) {
        const std::optional<Mechanism> mechanism = parse_registered_name(name);
        if (!mechanism || !is_available(*mechanism)) continue;
        if (std::ranges::find(allowed, *mechanism) == allowed.end()) continue;
        if (reveals_password(*mechanism) && !may_reveal) {
            one_would_reveal = true;
        } else if (!best || strength(*mechanism) > strength(*best)) {
            best = mechanism;
        }
    }
    if (best) return *best;
    return one_would_reveal ? SmtpProblem::auth_would_reveal_password
                            : SmtpProblem::no_common_mechanism;
}

} // namespace sim::sasl
