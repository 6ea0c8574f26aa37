// Fuzzes DMARC: From fields and records, with whatever anybody writes into either. It always comes
// to an end, and passes only when somebody is aligned.

#include "sim/auth/dmarc.h"
#include "sim/core/assert.h"
#include "tests/fuzz/lines.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name for it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    // Lines: the value of From, a domain of SPF, one of DKIM, then what TXT questions are answered
    // with in turn.
    const std::vector<std::string> lines = lines_of(data, size, 4);
    const std::vector<std::string_view> from{lines[0]};
    sim::auth::DmarcQuery query{
        {sim::auth::author_domain(from),
         {{sim::auth::DmarcMethod::spf, lines[1]}, {sim::auth::DmarcMethod::dkim, lines[2]}}}};
    constexpr int most_questions = 3 * 8 + 1; // three walks, and whether the author exists
    int questions = 0;
    std::size_t next = 3;
    while (query.question()) {
        SIM_ASSERT(++questions <= most_questions);
        const bool silent = lines[next].starts_with('!');
        query.handle_answer(
            {silent ? sim::DnsOutcome::timed_out : sim::DnsOutcome::found, {lines[next]}});
        next = next + 1 < lines.size() ? next + 1 : 3;
    }
    const sim::auth::DmarcOutcome& outcome = query.outcome();
    const bool aligned = std::ranges::any_of(outcome.matches, &sim::auth::DmarcMatch::aligned);
    SIM_ASSERT((outcome.result == sim::auth::DmarcResult::pass) == aligned);
    SIM_ASSERT(outcome.asked_for <= outcome.published);
    return 0;
}
