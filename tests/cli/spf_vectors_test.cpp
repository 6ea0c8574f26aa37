// The questions that tests/cli/spf_vectors_test.py takes out of the SPF project's test suite: it
// calls this one, which is skipped otherwise, with the name of their file in the environment.

#include "cli/zone_file.h"
#include "platform/files.h"
#include "sim/auth/spf.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

sim::auth::SpfOutcome answer(const cli::Zone& zone, const nlohmann::json& question)
{
    sim::auth::SpfQuery query{{*sim::auth::parse_ip(question["ip"].get<std::string>()),
                               question["helo"],
                               question["from"]}};
    while (query.question())
        query.handle_answer(zone.answer(*query.question()));
    return query.outcome();
}

} // namespace

TEST_SUITE("spf.vectors")
{
    TEST_CASE("the SPF project's questions" * doctest::skip())
    {
        const char* const file = std::getenv("HIKYAKU_SPF_VECTORS");
        REQUIRE(file != nullptr);
        const auto text = platform::read_file(file);
        REQUIRE(text);
        for (const nlohmann::json& part : nlohmann::json::parse(*text)) {
            const auto zone = cli::parse_zone(part["zone"].dump());
            REQUIRE(zone);
            for (const nlohmann::json& question : part["questions"]) {
                const auto outcome = answer(*zone, question);
                INFO(question.dump(), " got ", sim::name_of(outcome.result));
                const auto right = question["results"].get<std::vector<std::string>>();
                CHECK(std::ranges::count(right, sim::name_of(outcome.result)) == 1);
                if (question.contains("explanation"))
                    CHECK(outcome.explanation.value_or("") == question["explanation"]);
            }
        }
    }
}
