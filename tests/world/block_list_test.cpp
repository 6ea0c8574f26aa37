#include "sim/world_lists.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace sim;

namespace {

scenario::Scenario list_world(std::vector<scenario::BlockList::Entry> entries)
{
    scenario::Scenario s;
    const auto group = [&](const char* key, const char* network) {
        s.groups.push_back({key, {}, {*parse_prefix(network)}});
    };
    group("wide", "203.0.0.0/20");
    group("middle", "203.0.2.0/24");
    group("narrow", "203.0.2.8/29");
    group("one", "203.0.2.9");
    group("loopback", "127.0.0.0/8");
    s.block_lists = {{"list.example", "ns.example", std::move(entries)}};
    return s;
}

// What the zone answers about an address, sorted: "127.0.0.2 127.0.0.10", or "-".
std::string codes(const scenario::Scenario& s, const std::string& backwards)
{
    const dns::Zone zone = build::block_list_zone(s, scenario::Index{s}, s.block_lists.front());
    const auto answer =
        zone.find(*dns::parse_name(backwards + ".list.example"), dns::RecordType::a);
    std::vector<std::string> all;
    for (const dns::Record& record : answer.records) {
        if (const auto* a = std::get_if<dns::ARecord>(&record.data))
            all.push_back(to_string(a->address));
    }
    std::ranges::sort(all);
    std::string text;
    for (const std::string& each : all)
        text += (text.empty() ? "" : " ") + each;
    return text.empty() ? "-" : text;
}

using Meaning = auth::ListMeaning;

scenario::BlockList::Entry entry(const char* of, Meaning meaning)
{
    return {{of}, meaning, std::nullopt, std::string{"why "} + of};
}

} // namespace

TEST_SUITE("world.block_list")
{
    TEST_CASE("RFC 5782 section 5: 127.0.0.2 is always listed, 127.0.0.1 never")
    {
        CHECK(codes(list_world({}), "2.0.0.127") == "127.0.0.2");
        CHECK(codes(list_world({}), "1.0.0.127") == "-");
        CHECK(codes(list_world({entry("loopback", Meaning::spam)}), "1.0.0.127") == "-");
    }

    TEST_CASE("networks of any size are on a list, and what is outside is not")
    {
        for (const auto& [of, inside, outside] :
             {std::tuple{"wide", "200.15.0.203", "200.16.0.203"},
              std::tuple{"middle", "77.2.0.203", "77.3.0.203"},
              std::tuple{"narrow", "15.2.0.203", "16.2.0.203"},
              std::tuple{"one", "9.2.0.203", "10.2.0.203"}}) {
            const scenario::Scenario s = list_world({entry(of, Meaning::policy)});
            CHECK(codes(s, inside) == "127.0.0.10");
            CHECK(codes(s, outside) == "-");
        }
    }

    TEST_CASE("what holds of a network holds of an address in it that has an entry of its own")
    {
        const scenario::Scenario s = list_world({entry("wide", Meaning::policy),
                                                 entry("narrow", Meaning::infected),
                                                 entry("one", Meaning::spam)});
        CHECK(codes(s, "9.2.0.203") == "127.0.0.10 127.0.0.2 127.0.0.4");
        CHECK(codes(s, "10.2.0.203") == "127.0.0.10 127.0.0.4");
        CHECK(codes(s, "77.2.0.203") == "127.0.0.10"); // beside the narrow one, in its /24
        CHECK(codes(s, "77.3.0.203") == "127.0.0.10");
    }
}
