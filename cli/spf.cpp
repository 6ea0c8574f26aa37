// hikyaku spf: what RFC 7208 says about one client and one sender, with the zone from a file. The
// result stands first, then what the domain says to those it refuses, then why.

#include "sim/auth/spf.h"

#include "cli/zone_file.h"
#include "sim/core/utf8.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <ostream>

namespace cli {

namespace {

using sim::auth::SpfOutcome;
using sim::report::Lines;
using sim::report::Role;

Role role_of(sim::auth::SpfResult result)
{
    using enum sim::auth::SpfResult;
    if (result == pass) return Role::accepted;
    const bool refused = result == fail || result == softfail || result == permerror;
    return refused ? Role::blocked : Role::emphasis;
}

std::string domain_of(const std::string& sender, const std::string& helo)
{
    const std::size_t at = sender.rfind('@');
    return at == std::string::npos ? helo : sender.substr(at + 1);
}

void add_steps(Lines& lines, const Context& context, const SpfOutcome& outcome)
{
    for (const auto& step : outcome.steps) {
        const std::string front(2 + 2 * std::size_t{step.depth}, ' ');
        const std::string name =
            step.name && *step.name != step.domain ? fmt::format(" [{}]", *step.name) : "";
        const std::string words =
            context.text(step.matched ? "spf.matched" : "spf.not_matched",
                         {{"domain", step.domain}, {"term", step.term}, {"name", name}});
        lines.push_back({{{front + words, step.matched ? Role::plain : Role::quiet}}, {}});
    }
}

void explain(const Context& context, const SpfOptions& options, const SpfOutcome& outcome)
{
    Lines lines;
    lines.push_back({{{std::string{sim::name_of(outcome.result)}, role_of(outcome.result)}}, {}});
    if (outcome.explanation) lines.push_back({{{sim::printable(*outcome.explanation)}}, {}});
    lines.push_back({});
    const std::string means = fmt::format("spf.result.{}", sim::name_of(outcome.result));
    add_wrapped(
        lines,
        context.text(means,
                     {{"client", options.ip}, {"domain", domain_of(options.sender, options.helo)}}),
        Role::plain,
        context.columns);
    if (outcome.problem) {
        const std::string problem = fmt::format("spf.problem.{}", sim::name_of(*outcome.problem));
        add_wrapped(lines,
                    context.text(problem, {{"domain", outcome.domain}, {"term", outcome.term}}),
                    Role::plain,
                    context.columns);
    }
    add_steps(lines, context, outcome);
    if (outcome.lookups > 0) {
        lines.push_back(
            {{{context.text("spf.lookups", {{"count", std::to_string(outcome.lookups)}}),
               Role::quiet}},
             {}});
    }
    context.print(lines);
}

nlohmann::json to_json(const SpfOutcome& outcome)
{
    using nlohmann::json;
    json steps = json::array();
    for (const auto& step : outcome.steps) {
        steps.push_back({{"depth", step.depth},
                         {"domain", step.domain},
                         {"term", step.term},
                         {"name", step.name ? json(*step.name) : json()},
                         {"matched", step.matched}});
    }
    return {{"result", sim::name_of(outcome.result)},
            {"explanation", outcome.explanation ? json(*outcome.explanation) : json()},
            {"domain", outcome.domain},
            {"term", outcome.term},
            {"problem", outcome.problem ? json(sim::name_of(*outcome.problem)) : json()},
            {"lookups", outcome.lookups},
            {"steps", steps}};
}

} // namespace

ExitCode spf(const Context& context, const SpfOptions& options)
{
    const auto ip = sim::auth::parse_ip(options.ip);
    if (!ip) {
        context.complain(context.text("error.no_ip", {{"option", "--ip"}, {"ip", options.ip}}));
        return ExitCode::unusable;
    }
    const auto zone = read_zone(context, options.zone_file);
    if (!zone) return ExitCode::unusable;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    sim::auth::SpfQuery query{{*ip,
                               options.helo,
                               options.sender == "<>" ? "" : options.sender,
                               options.receiver,
                               std::chrono::duration_cast<std::chrono::seconds>(now).count()}};
    while (query.question())
        query.handle_answer(zone->answer(*query.question()));
    if (options.json) {
        // What a record holds may be no UTF-8.
        context.environment.out << to_json(query.outcome())
                                       .dump(
                                           2, ' ', false, nlohmann::json::error_handler_t::replace)
                                << '\n';
    } else {
        explain(context, options, query.outcome());
    }
    return ExitCode::ok;
}

} // namespace cli
