// Files for the tests of the loader: kept in memory, or read from this repository.
#pragma once

#include "sim/scenario/load.h"

#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>

namespace files {

inline std::optional<std::string> read_disk(const std::string& path)
{
    std::ifstream file{path, std::ios::binary};
    if (!file) return std::nullopt;
    return std::string{std::istreambuf_iterator<char>{file}, {}};
}

inline std::string in_repository(const std::string& path)
{
    return std::string{HIKYAKU_SOURCE_DIR} + '/' + path;
}

inline std::string read_repository(const std::string& path)
{
    return read_disk(in_repository(path)).value_or("");
}

inline sim::scenario::ReadFile in_memory(std::map<std::string, std::string> texts)
{
    return [texts = std::move(texts)](const std::string& path) -> std::optional<std::string> {
        const auto text = texts.find(path);
        if (text == texts.end()) return std::nullopt;
        return text->second;
    };
}

inline sim::scenario::LoadResult load(const std::string& text)
{
    return sim::scenario::load_scenario("lab.toml", in_memory({{"lab.toml", text}}));
}

// All problems, one a line, for messages of failing tests.
inline std::string listed(const sim::scenario::LoadResult& result)
{
    std::string all;
    if (!result) {
        for (const auto& problem : result.error())
            all += to_string(problem) + '\n';
    }
    return all;
}

} // namespace files
