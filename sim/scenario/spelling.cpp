#include "sim/core/ascii.h"
#include "sim/scenario/settings.h"

#include <algorithm>
#include <cstddef>

namespace sim::scenario {

namespace {

constexpr std::size_t max_word = 64; // a longer one is no slip of the pen
constexpr std::size_t max_candidates = 2'000;

// How many letters have to be put in, left out, changed or swapped with their neighbour to make one
// word the other (optimal string alignment); case does not count.
std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> two_up(b.size() + 1);
    std::vector<std::size_t> up(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        up[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool equal = lower(a[i - 1]) == lower(b[j - 1]);
            row[j] = std::min({up[j] + 1, row[j - 1] + 1, up[j - 1] + (equal ? 0U : 1U)});
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]))
                row[j] = std::min(row[j], two_up[j - 2] + 1);
        }
        two_up.swap(up);
        up.swap(row);
    }
    return up[b.size()];
}

} // namespace

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates)
{
    if (word.empty() || word.size() > max_word) return {};
    const std::string* nearest = nullptr;
    // A third of the letters wrong is still a slip; more is another word.
    std::size_t limit = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (std::size_t i = 0; i < std::min(candidates.size(), max_candidates); ++i) {
        const std::string& candidate = candidates[i];
        if (candidate.size() > max_word) continue;
        const std::size_t here = distance(word, candidate);
        if (here >= limit || here >= candidate.size()) continue;
        limit = here;
        nearest = &candidate;
    }
    return nearest == nullptr ? std::string{} : *nearest;
}

} // namespace sim::scenario
