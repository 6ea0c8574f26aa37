// Problems in English, as the command line says them.
#pragma once

#include "sim/explain/problem_words.h"
#include "tests/support/words.h"

#include <string>

namespace files {

inline const sim::explain::Language& english_words()
{
    static const sim::explain::Language english = test::language("en");
    return english;
}

inline std::string english(const sim::scenario::Problem& problem)
{
    return words_of(problem, english_words());
}
inline std::string english(const sim::scenario::Wrong& wrong)
{
    return words_of(wrong, english_words());
}

// One a line.
inline std::string english(const sim::scenario::LoadResult& result)
{
    std::string all;
    if (!result) {
        for (const auto& problem : result.error())
            all += english(problem) + '\n';
    }
    return all;
}

} // namespace files
