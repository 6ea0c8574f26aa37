// Whether the client is who may come to this door: IP25B, and what it calls itself.
#include "sim/auth/checks.h"
#include "sim/core/ascii.h"

#include <fmt/format.h>

#include <algorithm>

namespace sim::auth {

namespace {

// Japanese ISPs' second gate: mail from another network's dynamic addresses comes through that
// network's own server, or not at all. Here the mail server says so; a router's rule is silent.
class Ip25b final : public Check {
public:
    explicit Ip25b(const CheckConfig& config) : config_{config} {}
    std::optional<Step> start(Facts& facts) override
    {
        if (is_known(facts)) return std::nullopt;
        const auto network =
            std::ranges::find_if(config_.dynamic_networks,
                                 [&](const Prefix& each) { return each.contains(facts.client); });
        if (network == config_.dynamic_networks.end()) {
            return Judged{PolicyVerdict::passed,
                          SmtpReason::accepted,
                          fmt::format("client: {}; dynamic: no", to_string(facts.client))};
        }
        return Judged{
            PolicyVerdict::rejected,
            SmtpReason::dynamic_address,
            fmt::format("client: {}; dynamic: {}", to_string(facts.client), to_string(*network))};
    }

private:
    const CheckConfig& config_;
};

// RFC 5321 §4.1.4 lets nobody be refused because a name and an address do not match. A client that
// says it is this very server, or that has no full name, is no mail server all the same.
class Hello final : public Check {
public:
    explicit Hello(const CheckConfig& config) : config_{config} {}
    std::optional<Step> start(Facts& facts) override
    {
        if (is_known(facts)) return std::nullopt;
        const std::string name = folded(facts.hello);
        const auto judged = [&](bool is_good, std::string_view what) {
            return Judged{is_good ? PolicyVerdict::passed : PolicyVerdict::rejected,
                          is_good ? SmtpReason::accepted : SmtpReason::hello_refused,
                          fmt::format("HELO: {}; {}", quotable(facts.hello), what)};
        };
        if (std::ranges::count(config_.own_names, name) > 0) return judged(false, "our own name");
        if (name.starts_with('[')) return judged(true, "an address");
        if (name.find('.') == std::string::npos) return judged(false, "no full name");
        return judged(true, "a full name");
    }

private:
    const CheckConfig& config_;
};

} // namespace

std::string quotable(std::string_view text)
{
    constexpr std::size_t most = 200; // a line of a reply holds 512 octets, RFC 5321 §4.5.3.1.5
    std::string plain{text.substr(0, most)};
    std::ranges::replace_if(
        plain, [](char c) { return c < 0x20 || c >= 0x7f; }, '?');
    return plain;
}

std::unique_ptr<Check> make_ip25b_check(const CheckConfig& config)
{
    return std::make_unique<Ip25b>(config);
}

std::unique_ptr<Check> make_hello_check(const CheckConfig& config)
{
    return std::make_unique<Hello>(config);
}

} // namespace sim::auth
