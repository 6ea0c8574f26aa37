// The language files of this source tree, read once each.
#pragma once

#include "sim/explain/language.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace test {

inline std::string read_text_file(const std::string& path)
{
    std::ifstream file{path, std::ios::binary};
    REQUIRE_MESSAGE(file.good(), path);
    return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

inline sim::explain::Language language(const std::string& code)
{
    const std::string path = HIKYAKU_SOURCE_DIR "/assets/lang/" + code + ".toml";
    auto parsed = sim::explain::Language::parse(read_text_file(path));
    if (!parsed) {
        for (const sim::explain::LanguageProblem& problem : parsed.error())
            FAIL_CHECK(code, ".toml:", to_string(problem));
    }
    REQUIRE(parsed);
    return std::move(*parsed);
}

} // namespace test
