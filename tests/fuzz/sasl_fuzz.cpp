// libFuzzer target: any messages given to the server side of each mechanism, any challenges to the
// client side, any password from one to the other.
#include "sim/core/assert.h"
#include "sim/sasl/mechanism.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace sim::sasl {

namespace {

class OneUser final : public CredentialStore {
public:
    OneUser(std::string user, std::string password)
        : user_{std::move(user)}, password_{std::move(password)}
    {
    }
    [[nodiscard]] std::optional<std::string> password_of(std::string_view user) const override
    {
        if (user != user_) return std::nullopt;
        return password_;
    }

private:
    std::string user_;
    std::string password_;
};

// Takes up to the next octet 0xFF off the front: no UTF-8 has one.
std::string_view take(std::string_view& rest)
{
    const std::size_t end = std::min(rest.find('\xFF'), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

// Only the one message that is right succeeds.
void check_server(Mechanism mechanism, std::string_view rest)
{
    const OneUser store{"tim", "tea"};
    const auto server = make_server(mechanism, store);
    std::string said{take(rest)};
    ServerStep step = server->start(said);
    int rounds = 0;
    while (std::holds_alternative<Challenge>(step)) {
        SIM_ASSERT(++rounds < 4);
        said += '\n';
        const std::string_view next = take(rest);
        said += next;
        step = server->respond(next);
    }
    if (const auto* success = std::get_if<Success>(&step)) {
        SIM_ASSERT(success->user == "tim");
        const bool plain =
            said == std::string{"\0tim\0tea", 8} || said == std::string{"tim\0tim\0tea", 11};
        const bool login = said == "tim\ntea" || said == "\ntim\ntea";
        SIM_ASSERT(mechanism == Mechanism::plain ? plain : login);
    }
    SIM_ASSERT(std::holds_alternative<Failure>(server->respond("tim")));
}

void check_client(Mechanism mechanism, std::string_view rest)
{
    const auto client = make_client(mechanism, {"tim", "tea"});
    int said = client->initial_response() ? 1 : 0;
    for (int i = 0; i < 10; ++i)
        if (client->respond(take(rest))) ++said;
    SIM_ASSERT(said <= 2);
}

// Whoever knows the password gets in, and nobody else; unless no message can hold it.
void check_pair(Mechanism mechanism, std::string_view rest)
{
    const std::string user{take(rest)};
    const std::string password{take(rest)};
    const std::string other{take(rest)};
    const OneUser store{user, password};
    for (const bool right : {true, false}) {
        const auto client = make_client(mechanism, {user, right ? password : other});
        const auto server = make_server(mechanism, store);
        const auto initial = client->initial_response();
        ServerStep step =
            server->start(initial ? std::optional<std::string_view>{*initial} : std::nullopt);
        while (const auto* challenge = std::get_if<Challenge>(&step)) {
            const auto response = client->respond(challenge->octets);
            if (!response) break; // cancelled
            step = server->respond(*response);
        }
        const bool in = std::holds_alternative<Success>(step);
        SIM_ASSERT(!in || right || other == password);
        if (right && !user.empty() && !password.empty() && user.size() < 1000 &&
            password.size() < 1000 &&
            std::ranges::all_of(user + password, [](char c) { return c > 0; }))
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
    const Mechanism mechanism = (data[0] & 1U) != 0 ? Mechanism::plain : Mechanism::login;
    const std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
    switch (data[0] / 2 % 3) {
    case 0:
        check_server(mechanism, rest);
        break;
    case 1:
        check_client(mechanism, rest);
        break;
    default:
        check_pair(mechanism, rest);
        break;
    }
    // Names are only names.
    if (const auto named = parse_registered_name(rest))
        SIM_ASSERT(!registered_name(*named).empty());
    return 0;
}
