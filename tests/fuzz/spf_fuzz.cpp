// SPF from outside: the records of three domains and a client's names are whatever the input says.
// Any of it leads to a result, within the number of questions that RFC 7208 §4.6.4 allows.

#include "sim/auth/spf.h"
#include "sim/core/assert.h"
#include "tests/fuzz/lines.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name for it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    // Lines: sender, HELO name, then what TXT questions are answered with in turn.
    const std::vector<std::string> lines = lines_of(data, size, 3);
    sim::auth::SpfQuery query{
        {*sim::auth::parse_ip("192.0.2.1"), lines[1], lines[0], "receiver.example", 1}};
    std::size_t next = 2;
    // Eleven records, ten of whose terms ask about ten hosts each, and a client's eleven names.
    constexpr int most_questions = 300;
    int questions = 0;
    while (const auto& question = query.question()) {
        SIM_ASSERT(++questions <= most_questions);
        sim::auth::DnsAnswer answer;
        if (question->type == sim::auth::type_txt) {
            answer.records.push_back(lines[next]);
            next = next + 1 < lines.size() ? next + 1 : 2;
        } else if (question->type == sim::auth::type_mx) {
            answer.records = {"10 " + lines[1], "20 mail.example.com."};
        } else if (question->type == sim::auth::type_ptr) {
            answer.records = {lines[1], "mail.example.com."};
        } else {
            answer.records = {"192.0.2.1", lines[1]};
        }
        query.handle_answer(answer);
    }
    return 0;
}
