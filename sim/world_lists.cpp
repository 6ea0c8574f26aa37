#include "sim/world_lists.h"

#include "sim/core/assert.h"
#include "sim/world_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sim::build {

namespace {

constexpr std::uint32_t ttl_s = 300;
constexpr unsigned bits_of_octet = 8;

struct Answer {
    Address code;
    std::string text;
    // NOLINTNEXTLINE(modernize-use-nullptr): the compiler's own comparison with 0
    friend auto operator<=>(const Answer&, const Answer&) = default;
};
// The first one to four octets of addresses; fewer than four mean all that begin so.
using Octets = std::vector<std::uint8_t>;
using Answers = std::map<Octets, std::set<Answer>>;

Octets octets_of(std::uint32_t address, std::size_t count)
{
    Octets octets;
    octets.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        octets.push_back(static_cast<std::uint8_t>(address >> (24U - bits_of_octet * i)));
    return octets;
}

// A network that does not end between octets is several that do.
void add(Answers& answers, const Prefix& network, const Answer& answer)
{
    const std::size_t count =
        std::max<std::size_t>(1, (network.prefix_bits + bits_of_octet - 1) / bits_of_octet);
    const auto whole_bits = static_cast<unsigned>(bits_of_octet * count);
    const std::uint32_t parts = std::uint32_t{1} << (whole_bits - network.prefix_bits);
    for (std::uint32_t part = 0; part < parts; ++part) {
        const std::uint32_t address = network.base.value | (part << (32U - whole_bits));
        answers[octets_of(address, count)].insert(answer);
    }
}

bool begins_with(const Octets& all, const Octets& front)
{
    return front.size() < all.size() && std::equal(front.begin(), front.end(), all.begin());
}

// In DNS a name hides the wildcards above it (RFC 4592 §2.2.1): what holds of a network is said
// again at each name within it.
void inherit(Answers& answers)
{
    const Answers networks = answers;
    for (const auto& [octets, unused] : networks) {
        for (const auto& [wide, what] : networks) {
            if (!begins_with(octets, wide)) continue;
            for (std::size_t size = wide.size() + 1; size <= octets.size(); ++size) {
                const auto end = octets.begin() + static_cast<std::ptrdiff_t>(size);
                answers[Octets(octets.begin(), end)].insert(what.begin(), what.end());
            }
        }
    }
}

// "9.113.0.203", "*.113.0.203"
std::string backwards(const Octets& octets)
{
    std::string name = octets.size() < 4 ? "*." : "";
    for (std::size_t i = octets.size(); i-- > 0;)
        name += fmt::format("{}{}", octets[i], i == 0 ? "" : ".");
    return name;
}

// Two entries may have one code or one text; once is enough.
void add(dns::Zone& zone, const std::string& name, const Answer& answer)
{
    const auto owner = dns::parse_name(name);
    SIM_ASSERT(owner.has_value()); // the loader has checked the domain
    (void)zone.add({*owner, ttl_s, dns::ARecord{answer.code}});
    (void)zone.add({*owner, ttl_s, dns::make_txt(answer.text)});
}

} // namespace

dns::Zone block_list_zone(const scenario::Scenario& scenario,
                          const scenario::Index& index,
                          const scenario::BlockList& list)
{
    Answers answers;
    for (const scenario::BlockList::Entry& entry : list.entries) {
        for (const Prefix& network : networks(scenario, index, entry.of))
            add(answers, network, {code_of(entry), entry.text});
    }
    std::erase_if(answers, [](const auto& each) { return each.first.front() == 127; });
    add(answers, {Address{0x7f000002}, 32}, {Address{0x7f000002}, "Test entry"});
    inherit(answers);

    const auto origin = dns::parse_name(list.domain);
    SIM_ASSERT(origin.has_value());
    dns::SoaRecord soa;
    if (const auto primary = dns::parse_name(list.host)) soa.primary = *primary;
    if (const auto contact = dns::parse_name("hostmaster." + list.domain)) soa.contact = *contact;
    dns::Zone zone{*origin, soa};
    for (const auto& [octets, what] : answers) {
        const std::string name = fmt::format("{}.{}", backwards(octets), list.domain);
        for (const Answer& answer : what)
            add(zone, name, answer);
    }
    return zone;
}

} // namespace sim::build
