#include "sim/dns/name.h"
#include "sim/scenario/load.h"
#include "sim/scenario/settings.h"
#include "tests/scenario/files.h"
#include "tests/support/lesson_names.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

using namespace sim;
using namespace sim::scenario;

namespace {

Scenario lesson(const std::string& key)
{
    auto loaded = load_scenario(files::in_repository("scenarios/" + key + "/scenario.toml"),
                                files::read_disk);
    INFO(files::listed(loaded));
    REQUIRE(loaded);
    return *std::move(loaded);
}

std::vector<Text> texts_of(const Scenario& s)
{
    std::vector<Text> all{s.title, s.summary, s.goal, s.prediction->question};
    const auto add = [&](const auto& things) {
        for (const auto& thing : things)
            all.push_back(thing.name);
    };
    for (const auto& choice : s.prediction->choices)
        all.push_back(choice.text);
    for (const auto& rule : s.rules)
        all.push_back(rule.purpose);
    add(s.areas);
    add(s.hosts);
    add(s.lines);
    add(s.groups);
    add(s.rules);
    add(s.programs);
    add(s.variations);
    return all;
}

bool has_japanese(const std::string& text)
{
    // Hiragana, Katakana and CJK in UTF-8 begin with these octets.
    return std::ranges::any_of(text, [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return octet >= 0xE3 && octet <= 0xE9;
    });
}

// Numbers of the rules as people see them: within their host.
std::map<std::string, int> numbers_of(const Scenario& s, const std::string& host)
{
    std::map<std::string, int> numbers;
    for (const FirewallRule& rule : s.rules)
        if (rule.host == host) numbers.emplace(rule.key, static_cast<int>(numbers.size()) + 1);
    return numbers;
}

// Time from one host to another along the one way there is (the classroom is a tree).
std::optional<Duration>
latency(const Scenario& s, const std::string& from, const std::string& to, const std::string& back)
{
    if (from == to) return Duration{};
    std::vector<std::pair<std::string, Duration>> next;
    for (const Link& link : s.links) {
        if (link.a == from) next.emplace_back(link.b, link.latency);
        if (link.b == from) next.emplace_back(link.a, link.latency);
    }
    for (const Host& host : s.hosts) {
        for (const AccessLine& line : s.lines) {
            if (host.line == line.key && host.key == from)
                next.emplace_back(line.router, line.latency);
        }
    }
    for (const auto& [host, time] : next) {
        if (host == back) continue;
        if (const auto rest = latency(s, host, to, from)) return time + *rest;
    }
    return std::nullopt;
}

} // namespace

TEST_SUITE("scenario.lessons")
{
    TEST_CASE("every lesson loads, has its place, its prediction and its reading")
    {
        std::set<int> orders;
        for (const std::string& key : test::lesson_names) {
            CAPTURE(key);
            const Scenario scenario = lesson(key);
            CHECK(scenario.key == key);
            CHECK(scenario.client == (key == "smuggling" ? "mallory" : "hanako"));
            CHECK(scenario.prediction.has_value());
            CHECK(scenario.expect.sending.has_value());
            CHECK_FALSE(scenario.variations.empty());
            CHECK(orders.insert(scenario.order).second);
            for (const char* language : {"ja", "en"}) {
                const std::string text =
                    files::read_repository("scenarios/" + key + "/lesson." + language + ".md");
                CHECK(text.size() > 1'000);
                CHECK(has_japanese(text) == (std::string{language} == "ja"));
            }
        }
        CHECK(*orders.rbegin() == static_cast<int>(test::lesson_names.size()));
    }

    TEST_CASE("every text of every lesson is Japanese in one language and English in the other")
    {
        for (const std::string& key : test::lesson_names) {
            const Scenario scenario = lesson(key);
            for (const Text& text : texts_of(scenario)) {
                CAPTURE(text.ja);
                CAPTURE(text.en);
                CHECK(has_japanese(text.ja));
                CHECK_FALSE(has_japanese(text.en));
            }
        }
    }

    TEST_CASE("the readings try only settings that exist, in both languages the same")
    {
        for (const std::string& key : test::lesson_names) {
            std::map<std::string, std::multiset<std::string>> tried;
            for (const char* language : {"ja", "en"}) {
                const std::string text =
                    files::read_repository("scenarios/" + key + "/lesson." + language + ".md");
                constexpr std::string_view option = "--set ";
                for (std::size_t at = text.find(option); at != std::string::npos;
                     at = text.find(option, at + 1)) {
                    const std::size_t begin = at + option.size();
                    const std::string setting =
                        text.substr(begin, text.find_first_of(" `\n", begin) - begin);
                    tried[language].insert(setting);
                    CAPTURE(key);
                    CAPTURE(setting);
                    const std::size_t equals = setting.find('=');
                    REQUIRE(equals != std::string::npos);
                    Scenario scenario = lesson(key);
                    CHECK(apply_setting(
                        scenario, setting.substr(0, equals), setting.substr(equals + 1)));
                }
            }
            CHECK(tried["ja"] == tried["en"]);
        }
    }

    TEST_CASE("the rules of the ISP have the numbers that the texts give them")
    {
        const auto numbers = numbers_of(lesson("op25b"), "sakura-router");
        CHECK(numbers.at("submission") == 1);
        CHECK(numbers.at("own-mail-server") == 2);
        CHECK(numbers.at("op25b") == 3);
        CHECK(numbers.at("fixed-customers") == 4);
    }

    TEST_CASE("of the classroom's rules only those against port 25 are switched on")
    {
        // A beginning that is over, and a cloud's policy: for lessons about them.
        const std::set<std::string> others{"op25b-2005", "cloud-25"};
        for (const FirewallRule& rule : lesson("path").rules) {
            CAPTURE(rule.key);
            const bool is_25 = rule.ports.size() == 1 && rule.ports[0].last == 25;
            const bool is_todays =
                is_25 && rule.kind == RuleKind::op25b && !others.contains(rule.key);
            if (rule.verdict == Verdict::pass || is_todays) {
                CHECK(rule.enabled);
            } else {
                CHECK_FALSE(rule.enabled);
            }
        }
    }

    TEST_CASE("OP25B stops the dynamic line and no other of Sakura Net")
    {
        const Scenario s = lesson("op25b");
        const auto rule = std::ranges::find(s.rules, "op25b", &FirewallRule::key);
        REQUIRE(rule != s.rules.end());
        CHECK(rule->verdict == Verdict::drop);
        REQUIRE(rule->from == std::vector<std::string>{"sakura-dynamic"});
        const auto group = std::ranges::find(s.groups, "sakura-dynamic", &Group::key);
        for (const AccessLine& line : s.lines) {
            CAPTURE(line.key);
            CHECK(group->networks.at(0).contains(line.address) == (line.key == "home-dynamic"));
        }
    }

    TEST_CASE("every address of the classroom is for documentation, and every name resolves to it")
    {
        const Scenario s = lesson("path");
        std::map<std::string, std::string> records; // name and type -> data
        for (const DnsZone& zone : s.name_servers.at(0).zones) {
            for (const DnsRecord& record : zone.records)
                records[record.name + ' ' + record.type] = record.data;
        }
        const auto is_documentation = [](Address address) {
            return std::ranges::any_of(
                std::vector<std::string>{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"},
                [&](const std::string& n) { return parse_prefix(n)->contains(address); });
        };
        for (const AccessLine& line : s.lines)
            CHECK(is_documentation(line.address));
        for (const Host& host : s.hosts) {
            CAPTURE(host.key);
            for (const Address address : host.addresses)
                CHECK(is_documentation(address));
            if (host.key.find('.') == std::string::npos) continue; // a PC or router has no name
            CHECK(records[host.key + " A"] == to_string(host.addresses.at(0)));
            CHECK(records[dns::to_string(dns::reverse_name(host.addresses.at(0))) + " PTR"] ==
                  host.key);
        }
    }

    TEST_CASE("from Hanako's home a question and its answer take 31 ms")
    {
        const Scenario s = lesson("path");
        CHECK(latency(s, "hanako-pc", "ns.example", "") == 15'500us);
        CHECK(latency(s, "hanako-pc", "mail.kumo.example", "") == 15'500us);
    }
}
