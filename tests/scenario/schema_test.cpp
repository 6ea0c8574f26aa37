#include "sim/scenario/schema.h"
#include "tests/scenario/english.h"
#include "tests/scenario/files.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cctype>

using namespace sim;
using namespace sim::scenario;
using Json = nlohmann::ordered_json;

namespace {

const Json& schema()
{
    static const Json parsed = Json::parse(scenario_schema_json());
    return parsed;
}

const Json& resolved(const Json& node)
{
    if (!node.contains("$ref")) return node;
    const std::string name = node["$ref"].get<std::string>();
    return schema()["$defs"][name.substr(name.rfind('/') + 1)];
}

// A place in the format: how to write it in a file as a header with dots, and what its schema says.
struct Spot {
    std::string path;
    const Json* node;
    bool in_list = false; // below [[...]]
};

// All tables of the format, found by walking the schema; keys of the trainer's choice are x or 25.
void collect(const std::string& path, const Json& unresolved, bool in_list, std::vector<Spot>& out)
{
    const Json& node = resolved(unresolved);
    if (node.contains("properties")) {
        out.push_back({path, &node, in_list});
        for (const auto& [key, value] : node["properties"].items()) {
            std::string inner = path;
            if (!inner.empty()) inner += '.';
            collect(inner.append(key), value, in_list, out);
        }
    }
    if (node.contains("additionalProperties") && node["additionalProperties"].is_object()) {
        const std::string inner = path.ends_with(".port") ? ".25" : ".x";
        collect(path + inner, node["additionalProperties"], in_list, out);
    }
    if (node.contains("items")) collect(path + "[]", node["items"], true, out);
}

// `path` with `line` written in its table, as a file of its own. Lists of tables are inline.
std::string file_with(const std::string& path, const std::string& line)
{
    const std::size_t list = path.find("[]");
    if (list == std::string::npos) return path.empty() ? line : "[" + path + "]\n" + line;
    const std::string inner = path.substr(list + 2);
    std::string text = line;
    for (std::size_t end = inner.size(); end > 0;) {
        const std::size_t dot = inner.rfind('.', end - 1);
        text.insert(0, inner.substr(dot + 1, end - dot - 1) + " = { ").append(" }");
        end = dot;
    }
    return path.substr(0, list) + " = [ { " + text + " } ]";
}

bool says(const std::string& file, const std::string& what)
{
    return files::english(files::load(file)).find(what) != std::string::npos;
}

// The key's own problems, whatever else is missing from so small a file.
bool is_unknown(const std::string& path, const std::string& key)
{
    const auto result = files::load(file_with(path, key + " = 1"));
    if (result) return false;
    for (const Problem& problem : result.error()) {
        if (problem.key.ends_with(key) && problem.wrong.kind == ProblemKind::unknown_key)
            return true;
    }
    return false;
}

// `key`, [key.x], key."x" and so on, but not a part of a longer word.
bool is_mentioned(const std::string& guide, const std::string& key)
{
    const auto is_part = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
    };
    for (std::size_t at = guide.find(key); at != std::string::npos; at = guide.find(key, at + 1)) {
        const char before = at == 0 ? ' ' : guide[at - 1];
        const char after = at + key.size() < guide.size() ? guide[at + key.size()] : ' ';
        const bool is_code = before == '`' || before == '[' || before == '.' || after == '`';
        if (is_code && !is_part(before) && !is_part(after)) return true;
    }
    return false;
}

// Whose keys are kinds of events, or endings.
bool is_counted(const std::string& path)
{
    return path.find("count") != std::string::npos || path.ends_with("expect.ended");
}

} // namespace

TEST_SUITE("scenario.schema")
{
    TEST_CASE("the file in assets is the one that the code writes")
    {
        const bool is_same =
            files::read_repository("assets/scenario.schema.json") == scenario_schema_json();
        CHECK_MESSAGE(is_same,
                      "after a change of the format, write the file anew with: scenario_test "
                      "--no-skip --test-case='write the schema anew'");
    }

    TEST_CASE("write the schema anew" * doctest::skip())
    {
        std::ofstream file{files::in_repository("assets/scenario.schema.json"), std::ios::binary};
        file << scenario_schema_json();
        CHECK(file.flush().good());
    }

    TEST_CASE("the loader knows every key that the schema knows, and no other")
    {
        std::vector<Spot> spots;
        collect("", schema(), false, spots);
        CHECK(spots.size() > 40);
        std::size_t keys = 0;
        for (const Spot& spot : spots) {
            const bool is_free = spot.path.find(".set") != std::string::npos;
            const bool is_count = is_counted(spot.path);
            if (is_free || is_count) continue; // settings and kinds of events have their own words
            for (const auto& item : (*spot.node)["properties"].items()) {
                const std::string& key = item.key();
                [[maybe_unused]] const Json& value = item.value();
                CAPTURE(spot.path);
                CAPTURE(key);
                CHECK_FALSE(is_unknown(spot.path, key));
                ++keys;
            }
            CAPTURE(spot.path);
            CHECK(is_unknown(spot.path, "no_such_key"));
            CHECK((*spot.node)["additionalProperties"] == false);
        }
        CHECK(keys > 150);
    }

    TEST_CASE("what the loader lists as known is what the schema has")
    {
        const auto result = files::load("no_such_key = 1");
        REQUIRE_FALSE(result);
        std::string listed;
        for (const auto& [key, value] : schema()["properties"].items())
            listed += key + ' ';
        for (const Problem& problem : result.error()) {
            if (problem.key != "no_such_key") continue;
            const auto& choices =
                std::get<std::vector<std::string>>(problem.wrong.facts.front().value);
            std::string words;
            for (const std::string& choice : choices)
                words += choice + ' ';
            CHECK(words == listed);
        }
    }

    TEST_CASE("the loader takes every value that the schema lists, and no other")
    {
        std::vector<Spot> spots;
        collect("", schema(), false, spots);
        std::size_t values = 0;
        for (const Spot& spot : spots) {
            if (spot.path.find(".set") != std::string::npos) continue;
            for (const auto& item : (*spot.node)["properties"].items()) {
                const std::string& key = item.key();
                [[maybe_unused]] const Json& value = item.value();
                const bool is_list = value.contains("items") && value["items"].contains("enum");
                const Json& node = is_list ? value["items"] : value;
                if (!node.contains("enum")) continue;
                CAPTURE(spot.path);
                CAPTURE(key);
                const auto written = [&](const std::string& word) {
                    std::string line = key;
                    line.append(is_list ? " = [\"" : " = \"").append(word);
                    line.append(is_list ? "\"]" : "\"");
                    return file_with(spot.path, line);
                };
                const std::string complaint = key + (is_list ? "[1]" : "") + ": expected ";
                for (const auto& word : node["enum"]) {
                    CHECK_FALSE(says(written(word.get<std::string>()), complaint));
                    ++values;
                }
                CHECK(says(written("no_such_value"), complaint));
            }
        }
        CHECK(values > 80);
    }

    TEST_CASE("the kinds of events that can be counted are those of the trace")
    {
        const Json& kinds = schema()["properties"]["expect"]["properties"]["count"]["properties"];
        CHECK(kinds.size() == count_of<Kind>());
        for (const auto& item : kinds.items()) {
            const std::string& kind = item.key();
            CAPTURE(kind);
            CHECK(parse_enum<Kind>(kind).has_value());
            CHECK_FALSE(is_unknown("expect.count", kind));
        }
    }

    TEST_CASE("the guides for trainers mention every key")
    {
        const std::string english = files::read_repository("docs/writing-scenarios.md");
        const std::string japanese = files::read_repository("docs/writing-scenarios.ja.md");
        std::vector<Spot> spots;
        collect("", schema(), false, spots);
        for (const Spot& spot : spots) {
            if (is_counted(spot.path)) continue;
            if (spot.path.find(".set") != std::string::npos) continue;
            const bool is_text = (*spot.node)["properties"].contains("ja");
            for (const auto& item : (*spot.node)["properties"].items()) {
                const std::string& key = item.key();
                [[maybe_unused]] const Json& value = item.value();
                CAPTURE(spot.path);
                CAPTURE(key);
                CHECK((is_text || is_mentioned(english, key)));
                CHECK((is_text || is_mentioned(japanese, key)));
            }
        }
    }

    TEST_CASE("every key has a sentence for editors to show")
    {
        std::vector<Spot> spots;
        collect("", schema(), false, spots);
        for (const Spot& spot : spots) {
            if (spot.path.find(".set") != std::string::npos) continue;
            if (is_counted(spot.path)) continue;
            for (const auto& item : (*spot.node)["properties"].items()) {
                const std::string& key = item.key();
                [[maybe_unused]] const Json& value = item.value();
                CAPTURE(spot.path);
                CAPTURE(key);
                CHECK(value.contains("title"));
            }
        }
    }
}
