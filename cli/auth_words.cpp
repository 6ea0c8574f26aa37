#include "cli/auth_words.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <optional>

namespace cli {

namespace {

using nlohmann::json;
using sim::auth::DkimOutcome;
using sim::auth::DkimResult;
using sim::auth::DkimStage;
using sim::auth::DkimStep;
using sim::auth::DmarcOutcome;
using sim::auth::DmarcResult;
using sim::auth::SpfOutcome;
using sim::explain::Arguments;
using sim::report::Lines;
using sim::report::Role;

// A line of its own; what a stranger wrote may be long, and is not broken.
void add_line(Lines& lines, const std::string& text, Role role = Role::plain)
{
    lines.push_back({{{text, role}}, {}});
}

void add_sentence(Lines& lines, const Context& context, const std::string& text)
{
    add_wrapped(lines, text, Role::plain, context.columns);
}

Arguments words_of(const DkimOutcome& outcome)
{
    const auto& names = outcome.names;
    return {{"domain", names.domain},
            {"selector", names.selector},
            {"algorithm", names.algorithm},
            {"identity", names.identity},
            {"bits", std::to_string(outcome.key_bits)},
            {"octets", std::to_string(outcome.body_octets)},
            {"signed", std::to_string(outcome.signed_octets)},
            {"term", outcome.term}};
}

std::string key_of(const DkimStep& step, const DkimOutcome& outcome)
{
    const bool part =
        step.stage == DkimStage::body && step.held && outcome.signed_octets < outcome.body_octets;
    if (part) return "dkim.stage.body_part_held";
    return fmt::format("dkim.stage.{}_{}", sim::name_of(step.stage), step.held ? "held" : "failed");
}

Role role_of_dmarc(DmarcResult result)
{
    if (result == DmarcResult::pass) return Role::accepted;
    return result == DmarcResult::fail ? Role::blocked : Role::emphasis;
}

json text_or_null(const std::optional<std::string>& text)
{
    return text ? json(*text) : json();
}

template <sim::NamedEnum E>
json name_or_null(const std::optional<E>& value)
{
    return value ? json(sim::name_of(*value)) : json();
}

void explain_policy(Lines& lines, const Context& context, const DmarcOutcome& outcome)
{
    const Arguments words{{"domain", outcome.policy_domain},
                          {"author", outcome.author},
                          {"tag", outcome.tag},
                          {"policy", std::string{sim::name_of(outcome.published)}}};
    add_sentence(lines, context, context.text("dmarc.policy", words));
    const bool milder = outcome.record.testing && outcome.asked_for != outcome.published;
    if (milder) add_sentence(lines, context, context.text("dmarc.test_mode", words));
    if (outcome.result != DmarcResult::fail) return;
    const auto asked = fmt::format("dmarc.asked_for.{}", sim::name_of(outcome.asked_for));
    add_sentence(lines, context, context.text(asked, words));
}

void explain_matches(Lines& lines, const Context& context, const DmarcOutcome& outcome)
{
    if (!outcome.organisation.empty()) {
        add_line(lines,
                 "  " + context.text(
                            "dmarc.organisation",
                            {{"domain", outcome.author}, {"organisation", outcome.organisation}}));
    }
    for (const auto& match : outcome.matches) {
        const std::string method{sim::name_of(match.identifier.method)};
        const std::string& domain = match.identifier.domain;
        if (match.organisation) {
            add_line(lines,
                     "  " +
                         context.text("dmarc.organisation",
                                      {{"domain", domain}, {"organisation", *match.organisation}}));
        }
        const auto key = fmt::format(
            "dmarc.{}_{}", match.aligned ? "aligned" : "unaligned", sim::name_of(match.mode));
        add_line(lines,
                 "  " + context.text(key,
                                     {{"method", method == "spf" ? "SPF" : "DKIM"},
                                      {"domain", domain},
                                      {"author", outcome.author}}),
                 match.aligned ? Role::plain : Role::quiet);
    }
    if (outcome.matches.empty()) add_line(lines, "  " + context.text("dmarc.nobody"), Role::quiet);
}

} // namespace

Role role_of(sim::auth::SpfResult result)
{
    using enum sim::auth::SpfResult;
    if (result == pass) return Role::accepted;
    const bool refused = result == fail || result == softfail || result == permerror;
    return refused ? Role::blocked : Role::emphasis;
}

void explain_spf(Lines& lines,
                 const Context& context,
                 std::string_view client,
                 std::string_view domain,
                 const SpfOutcome& outcome)
{
    const std::string means = fmt::format("spf.result.{}", sim::name_of(outcome.result));
    add_sentence(
        lines,
        context,
        context.text(means, {{"client", std::string{client}}, {"domain", std::string{domain}}}));
    if (outcome.problem) {
        const std::string problem = fmt::format("spf.problem.{}", sim::name_of(*outcome.problem));
        add_sentence(lines,
                     context,
                     context.text(problem, {{"domain", outcome.domain}, {"term", outcome.term}}));
    }
    for (const auto& step : outcome.steps) {
        const std::string front(2 + 2 * std::size_t{step.depth}, ' ');
        const std::string name =
            step.name && *step.name != step.domain ? fmt::format(" [{}]", *step.name) : "";
        const std::string words =
            context.text(step.matched ? "spf.matched" : "spf.not_matched",
                         {{"domain", step.domain}, {"term", step.term}, {"name", name}});
        add_line(lines, front + words, step.matched ? Role::plain : Role::quiet);
    }
    if (outcome.lookups > 0) {
        add_line(lines,
                 context.text("spf.lookups", {{"count", std::to_string(outcome.lookups)}}),
                 Role::quiet);
    }
}

void explain_dkim(Lines& lines, const Context& context, const DkimOutcome& outcome)
{
    const Arguments words = words_of(outcome);
    const bool good = outcome.result == DkimResult::pass;
    const std::string who =
        outcome.names.domain.empty()
            ? std::string{}
            : fmt::format(" ({}, {})", outcome.names.domain, outcome.names.selector);
    add_line(lines,
             fmt::format("DKIM: {}{}", sim::name_of(outcome.result), who),
             good ? Role::accepted : Role::blocked);
    const auto means = fmt::format("dkim.result.{}", sim::name_of(outcome.result));
    add_sentence(lines, context, context.text(means, words));
    if (outcome.problem) {
        const auto problem = fmt::format("dkim.problem.{}", sim::name_of(*outcome.problem));
        add_sentence(lines, context, context.text(problem, words));
    }
    if (outcome.testing) add_sentence(lines, context, context.text("dkim.testing", words));
    for (const DkimStep& step : outcome.steps) {
        Arguments of_step = words;
        of_step.push_back({"about", step.about});
        add_line(lines,
                 "  " + context.text(key_of(step, outcome), of_step),
                 step.held ? Role::plain : Role::emphasis);
    }
}

void explain_dmarc(Lines& lines, const Context& context, const DmarcOutcome& outcome)
{
    add_line(lines,
             fmt::format("DMARC: {}", sim::name_of(outcome.result)),
             role_of_dmarc(outcome.result));
    const Arguments words{{"author", outcome.author}, {"domain", outcome.policy_domain}};
    // What has a problem says so, and nothing else.
    if (outcome.problem) {
        const auto problem = fmt::format("dmarc.problem.{}", sim::name_of(*outcome.problem));
        add_sentence(lines, context, context.text(problem, words));
    } else {
        const auto means = fmt::format("dmarc.result.{}", sim::name_of(outcome.result));
        add_sentence(lines, context, context.text(means, words));
    }
    const bool judged = outcome.result == DmarcResult::pass || outcome.result == DmarcResult::fail;
    if (judged) explain_policy(lines, context, outcome);
    for (const auto& step : outcome.steps) {
        add_line(lines,
                 "  " + context.text(step.record ? "dmarc.record" : "dmarc.no_record",
                                     {{"name", step.name}, {"record", step.record.value_or("")}}),
                 step.record ? Role::plain : Role::quiet);
    }
    if (judged) explain_matches(lines, context, outcome);
}

json to_json(const SpfOutcome& outcome)
{
    json steps = json::array();
    for (const auto& step : outcome.steps) {
        steps.push_back({{"depth", step.depth},
                         {"domain", step.domain},
                         {"term", step.term},
                         {"name", text_or_null(step.name)},
                         {"matched", step.matched}});
    }
    return {{"result", sim::name_of(outcome.result)},
            {"explanation", text_or_null(outcome.explanation)},
            {"domain", outcome.domain},
            {"term", outcome.term},
            {"problem", name_or_null(outcome.problem)},
            {"lookups", outcome.lookups},
            {"steps", steps}};
}

json to_json(const DkimOutcome& outcome)
{
    json steps = json::array();
    for (const DkimStep& step : outcome.steps) {
        steps.push_back(
            {{"stage", sim::name_of(step.stage)}, {"held", step.held}, {"about", step.about}});
    }
    return {{"result", sim::name_of(outcome.result)},
            {"problem", name_or_null(outcome.problem)},
            {"term", outcome.term},
            {"domain", outcome.names.domain},
            {"selector", outcome.names.selector},
            {"algorithm", outcome.names.algorithm},
            {"identity", outcome.names.identity},
            {"testing", outcome.testing},
            {"key_bits", outcome.key_bits},
            {"body_octets", outcome.body_octets},
            {"signed_octets", outcome.signed_octets},
            {"steps", steps}};
}

json to_json(const DmarcOutcome& outcome)
{
    json steps = json::array();
    for (const auto& step : outcome.steps)
        steps.push_back({{"name", step.name}, {"record", text_or_null(step.record)}});
    json matches = json::array();
    for (const auto& match : outcome.matches) {
        matches.push_back({{"method", sim::name_of(match.identifier.method)},
                           {"domain", match.identifier.domain},
                           {"mode", sim::name_of(match.mode)},
                           {"organisation", text_or_null(match.organisation)},
                           {"aligned", match.aligned}});
    }
    return {{"result", sim::name_of(outcome.result)},
            {"problem", name_or_null(outcome.problem)},
            {"author", outcome.author},
            {"organisation", outcome.organisation},
            {"policy_domain", outcome.policy_domain},
            {"tag", outcome.tag},
            {"published", sim::name_of(outcome.published)},
            {"asked_for", sim::name_of(outcome.asked_for)},
            {"testing", outcome.record.testing},
            {"matches", matches},
            {"steps", steps}};
}

} // namespace cli
