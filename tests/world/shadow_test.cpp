// Rules that can never match, told with the rule before them, and only where it is certain.

#include "sim/scenario/load.h"
#include "sim/scenario/settings.h"
#include "sim/world_shadow.h"
#include "tests/scenario/files.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sim;

namespace {

struct RuleText {
    std::string key;
    std::string more; // the lines that say what it means
};

// The lab with these rules at the gate, before its own: drop homes -> mx.far.example, tcp 25 and
// 1024-2047. Homes are 192.0.2.128/25.
scenario::Scenario with_rules(const std::vector<RuleText>& rules, const std::string& more = {})
{
    std::string text = files::read_repository("tests/scenario/lab.toml");
    for (const RuleText& rule : rules) {
        text += "\n[rule." + rule.key +
                "]\nhost = \"gate\"\nname = { ja = \"規則\", en = \"Rule\" }\n"
                "purpose = { ja = \"試し\", en = \"Trial\" }\nverdict = \"drop\"\n" +
                rule.more;
    }
    text += "\n[group.half]\nname = { ja = \"半分\", en = \"Half\" }\n"
            "networks = [\"192.0.2.128/26\"]\n"
            "[group.other-half]\nname = { ja = \"残り\", en = \"The rest\" }\n"
            "networks = [\"192.0.2.192/26\"]\n";
    auto loaded = files::load(text + more);
    INFO(files::listed(loaded));
    REQUIRE(loaded);
    return *std::move(loaded);
}

constexpr const char* early =
    "from = [\"homes\"]\nto = [\"mx.far.example\"]\ntransport = \"tcp\"\nports = [25]\n";

std::string told(const scenario::Scenario& scenario)
{
    std::string all;
    for (const ShadowedRule& found : shadowed_rules(scenario)) {
        all += found.rule + ":";
        for (const std::string& by : found.by)
            all += " " + by;
        all += "\n";
    }
    return all;
}

} // namespace

TEST_SUITE("world.shadow")
{
    TEST_CASE("a rule that an earlier one of its host takes everything from is told with it")
    {
        CHECK(told(with_rules({})) == "");
        CHECK(told(with_rules({{"early", early},
                               {"late",
                                "from = [\"half\"]\nto = [\"mx.far.example\"]\n"
                                "transport = \"tcp\"\nports = [25]\n"}})) == "late: early\n");
        CHECK(told(with_rules({{"all", ""}, {"ping", "transport = \"icmp\"\n"}})) == "ping: all\n");
    }

    TEST_CASE("one packet that is left is enough for silence")
    {
        // Another port, another address, another protocol.
        for (const char* more :
             {"from = [\"half\"]\nto = [\"mx.far.example\"]\ntransport = \"tcp\"\nports = [25, "
              "26]\n",
              "from = [\"half\"]\nto = [\"mx.far.example\", \"gate\"]\ntransport = \"tcp\"\n"
              "ports = [25]\n",
              "from = [\"half\"]\nto = [\"mx.far.example\"]\nports = [25]\n"}) {
            CAPTURE(more);
            CHECK(told(with_rules({{"early", early}, {"late", more}})) == "");
        }
    }

    TEST_CASE("several earlier rules together can take everything")
    {
        CHECK(told(with_rules(
                  {{"low", "from = [\"half\"]\ntransport = \"tcp\"\nports = [80]\n"},
                   {"idle", "from = [\"half\"]\ntransport = \"tcp\"\nports = [81]\n"},
                   {"high", "from = [\"other-half\"]\ntransport = \"tcp\"\nports = [\"80-90\"]\n"},
                   {"last", "from = [\"homes\"]\ntransport = \"tcp\"\nports = [80]\n"}})) ==
              "last: low high\n");
    }

    TEST_CASE("exceptions are no part of a rule, and can leave it nothing")
    {
        CHECK(told(with_rules({{"most", "from = [\"homes\"]\nexcept_to = [\"mx.far.example\"]\n"},
                               {"rest",
                                "from = [\"half\"]\nto = [\"mx.far.example\"]\n"
                                "ports = [99]\n"}})) == "");
        CHECK(told(with_rules({{"none",
                                "from = [\"homes\"]\nto = [\"half\"]\n"
                                "except_to = [\"homes\"]\n"}})) == "none:\n");
    }

    TEST_CASE("what is off takes nothing away, and what is off is not told")
    {
        CHECK(told(with_rules({{"all", "enabled = false\n"}, {"late", ""}})) == "");
        CHECK(told(with_rules({{"all", ""}, {"late", "enabled = false\n"}})) == "");
        // But a variation may switch it on, and then it is.
        CHECK(told(with_rules({{"all", ""}, {"late", "enabled = false\n"}},
                              "[variation.on]\nname = { ja = \"入\", en = \"On\" }\n"
                              "set = { rule.late = \"drop\" }\n")) == "late: all\n");
    }

    TEST_CASE("a rule that anything may switch off takes nothing for certain")
    {
        CHECK(told(with_rules({{"all", ""}, {"late", ""}},
                              "[[step]]\naction = \"set\"\nat = \"1s\"\n"
                              "key = \"rule.all\"\nvalue = \"off\"\n")) == "");
        CHECK(told(with_rules({{"all", ""}, {"late", ""}},
                              "[variation.off]\nname = { ja = \"切\", en = \"Off\" }\n"
                              "set = { rule.all = \"off\" }\n")) == "");
    }

    TEST_CASE("a PC is looked at on each line that it can be plugged into")
    {
        // On the line that it has, 192.0.2.129, the first rule takes all; on the other,
        // 192.0.2.130, nothing.
        const std::vector<RuleText> rules{{"one", "from = [\"first\"]\ntransport = \"udp\"\n"},
                                          {"pc", "from = [\"ann-pc\"]\ntransport = \"udp\"\n"}};
        CHECK(told(with_rules(rules,
                              "[group.first]\nname = { ja = \"一\", en = \"First\" }\n"
                              "networks = [\"192.0.2.129\"]\n")) == "");
        CHECK(told(with_rules(rules,
                              "[group.first]\nname = { ja = \"一\", en = \"First\" }\n"
                              "networks = [\"192.0.2.128/29\"]\n")) == "pc: one\n");
    }

    TEST_CASE("rules of different hosts have nothing to do with each other")
    {
        scenario::Scenario lab = with_rules({{"all", ""}, {"late", ""}});
        for (scenario::FirewallRule& rule : lab.rules)
            if (rule.key == "all") rule.host = "mx.far.example";
        CHECK(told(lab) == "");
    }
}
