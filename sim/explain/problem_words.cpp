#include "sim/explain/problem_words.h"

#include "sim/explain/card_messages.h"
#include "sim/scenario/problems.h"
#include "sim/scenario/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <variant>

namespace sim::explain {

namespace {

using scenario::ProblemKind;
using scenario::ProblemTerm;

// The facts that each kind comes with, in the order of the enumeration.
struct KindFacts {
    ProblemKind kind;
    std::string_view facts; // with blanks between them
};
constexpr std::array<KindFacts, count_of<ProblemKind>()> facts_of_kinds{{
    {ProblemKind::not_toml, "detail"},
    {ProblemKind::toml_key_twice, "key"},
    {ProblemKind::toml_no_value, "saw"},
    {ProblemKind::toml_unfinished, ""},
    {ProblemKind::toml_value, ""},
    {ProblemKind::toml_number, "saw"},
    {ProblemKind::toml_number_form, ""},
    {ProblemKind::toml_date, "saw"},
    {ProblemKind::toml_list, "saw"},
    {ProblemKind::toml_comma, ""},
    {ProblemKind::toml_equals, "saw"},
    {ProblemKind::toml_line_end, "saw"},
    {ProblemKind::toml_header_end, "saw"},
    {ProblemKind::toml_key, "saw"},
    {ProblemKind::toml_character, ""},
    {ProblemKind::toml_control, ""},
    {ProblemKind::toml_lines_in_text, ""},
    {ProblemKind::toml_too_large, ""},
    {ProblemKind::toml_closed_table, ""},
    {ProblemKind::nested_too_deeply, "brackets dots"},
    {ProblemKind::wrong_escape, ""},
    {ProblemKind::line_join, ""},
    {ProblemKind::full_width_space, ""},
    {ProblemKind::not_utf8, "octet"},
    {ProblemKind::needs_quotes, "character"},
    {ProblemKind::second_equals, ""},
    {ProblemKind::bracket_in_word, "bracket"},
    {ProblemKind::closes_nothing, "bracket"},
    {ProblemKind::header_without_key, ""},
    {ProblemKind::file_too_large, "most"},
    {ProblemKind::unreadable, "file"},
    {ProblemKind::unreadable_other, "file"},
    {ProblemKind::world_with_world, ""},
    {ProblemKind::message_size, "most"},
    {ProblemKind::message_utf16, "file"},
    {ProblemKind::message_nul, "file"},
    {ProblemKind::missing, "about"},
    {ProblemKind::too_many_entries, "most"},
    {ProblemKind::unknown_key, "choices"},
    {ProblemKind::no_key_here, ""},
    {ProblemKind::wrong_key, "wanted"},
    {ProblemKind::wrong_kind, "found wanted"},
    {ProblemKind::wrong_kind_for_choice, "found choices"},
    {ProblemKind::wrong_choice, "choices"},
    {ProblemKind::wrong_kind_for_number, "found least most"},
    {ProblemKind::wrong_number, "number least most"},
    {ProblemKind::wrong_form, "wanted"},
    {ProblemKind::address_needs_quotes, "quoted"},
    {ProblemKind::not_both_languages, "found example"},
    {ProblemKind::not_two_hosts, ""},
    {ProblemKind::second_time, "other"},
    {ProblemKind::not_an_event, ""},
    {ProblemKind::not_an_ending, ""},
    {ProblemKind::least_above_most, ""},
    {ProblemKind::record_form, ""},
    {ProblemKind::record_data, "type example"},
    {ProblemKind::record_type, "choices"},
    {ProblemKind::unknown_name, "noun name"},
    {ProblemKind::and_more, "count"},
    {ProblemKind::no_step_before, ""},
    {ProblemKind::nothing_sent_before, ""},
    {ProblemKind::later_than_limit, "limit"},
    {ProblemKind::step_without_program, ""},
    {ProblemKind::program_without_account, "program account"},
    {ProblemKind::no_meaning_for_action, "action"},
    {ProblemKind::step_without_message, ""},
    {ProblemKind::nobody_gets_it, ""},
    {ProblemKind::file_beside_text, ""},
    {ProblemKind::step_without_key, ""},
    {ProblemKind::not_while_running, "setting"},
    {ProblemKind::too_few_answers, ""},
    {ProblemKind::no_right_answer, ""},
    {ProblemKind::only_right_answers, ""},
    {ProblemKind::too_many_variations, "most"},
    {ProblemKind::nothing_changed, ""},
    {ProblemKind::too_many_settings, "most"},
    {ProblemKind::client_cannot_send, "program"},
    {ProblemKind::no_steps, ""},
    {ProblemKind::too_many_steps, "most"},
    {ProblemKind::no_port, ""},
    {ProblemKind::no_tls_to_require, ""},
    {ProblemKind::no_login_to_require, ""},
    {ProblemKind::no_tokens, ""},
    {ProblemKind::missing_password, ""},
    {ProblemKind::not_one_word, ""},
    {ProblemKind::too_short_lifetime, ""},
    {ProblemKind::not_a_local_domain, "domain"},
    {ProblemKind::no_route, "domain"},
    {ProblemKind::route_to_itself, ""},
    {ProblemKind::no_mail_server, "host"},
    {ProblemKind::port_not_answered, "host port"},
    {ProblemKind::route_login_in_clear, ""},
    {ProblemKind::route_without_user, ""},
    {ProblemKind::route_without_password, ""},
    {ProblemKind::no_pop_server, ""},
    {ProblemKind::pop_without_mail_server, ""},
    {ProblemKind::port_taken, ""},
    {ProblemKind::no_mailbox_here, "mailbox"},
    {ProblemKind::login_without_user, ""},
    {ProblemKind::login_without_password, ""},
    {ProblemKind::not_for_pop3, ""},
    {ProblemKind::no_version_left, ""},
    {ProblemKind::real_address, "address"},
    {ProblemKind::address_twice, "address other"},
    {ProblemKind::host_without_address, ""},
    {ProblemKind::address_on_line, ""},
    {ProblemKind::host_without_area, ""},
    {ProblemKind::line_taken, "other line"},
    {ProblemKind::router_on_line, "router"},
    {ProblemKind::no_name_server_at, "address"},
    {ProblemKind::link_to_itself, ""},
    {ProblemKind::link_twice, "other"},
    {ProblemKind::link_to_host_on_line, "host"},
    {ProblemKind::not_connected, "host"},
    {ProblemKind::no_way_to, "host"},
    {ProblemKind::too_many_hosts, "most found"},
    {ProblemKind::too_many_routers, "most"},
    {ProblemKind::group_like_host, ""},
    {ProblemKind::rule_without_links, "host"},
    {ProblemKind::icmp_ports, ""},
    {ProblemKind::rst_not_for_tcp, ""},
    {ProblemKind::rule_of_other_host, "rule host"},
    {ProblemKind::record_outside_zone, "origin"},
    {ProblemKind::record_twice, "origin"},
    {ProblemKind::record_beside_cname, "origin"},
    {ProblemKind::null_mx_beside_mx, "origin"},
    {ProblemKind::null_mx_wrong, "origin"},
    {ProblemKind::delegation, "origin"},
    {ProblemKind::records_too_big, "origin"},
    {ProblemKind::too_many_records, "origin"},
    {ProblemKind::record_not_for_zones, "origin"},
    {ProblemKind::forward_not_recursive, ""},
    {ProblemKind::forward_to_itself, ""},
    {ProblemKind::zone_twice, ""},
    {ProblemKind::no_name_server_here, ""},
    {ProblemKind::not_a_listing, "code"},
    {ProblemKind::no_block_list, ""},
    {ProblemKind::no_zone_for_key, "domain"},
    {ProblemKind::crowd_like_host, ""},
    {ProblemKind::crowd_too_big, "room"},
    {ProblemKind::crowd_above_all, ""},
    {ProblemKind::crowd_without_recipients, "key"},
    {ProblemKind::crowd_without_server, "way"},
    {ProblemKind::no_such_user, "user host"},
    {ProblemKind::no_such_setting, ""},
    {ProblemKind::text_too_long, "most"},
    {ProblemKind::control_character, ""},
    {ProblemKind::no_tls_to_require_there, ""},
    {ProblemKind::no_login_to_require_there, ""},
    {ProblemKind::not_mechanisms, "choices"},
    {ProblemKind::nobody_signs_tokens, ""},
    {ProblemKind::not_a_time, "zero"},
    {ProblemKind::fixed_while_running, ""},
}};
static_assert([] {
    for (std::size_t i = 0; i < facts_of_kinds.size(); ++i)
        if (facts_of_kinds.at(i).kind != static_cast<ProblemKind>(i)) return false;
    return true;
}());

std::vector<std::string_view> words_in(std::string_view list)
{
    std::vector<std::string_view> words;
    while (!list.empty()) {
        const std::size_t blank = std::min(list.find(' '), list.size());
        words.push_back(list.substr(0, blank));
        list.remove_prefix(std::min(blank + 1, list.size()));
    }
    return words;
}

std::string one_of(std::span<const std::string> words, const Language& language)
{
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) {
            const bool is_last = i + 1 == words.size();
            text += language.text(is_last ? "problem.line.last" : "problem.line.between");
        }
        text += words[i];
    }
    return text;
}

struct ValueWords {
    const Language& language;

    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(ProblemTerm term) const
    {
        return language.text(fmt::format("problem.term.{}", name_of(term)));
    }
    std::string operator()(const scenario::Needed& needed) const
    {
        return language.text(fmt::format("problem.needed.{}", needed.key));
    }
    std::string operator()(const std::vector<std::string>& choices) const
    {
        return one_of(choices, language);
    }
};

} // namespace

std::vector<MessageGroup> problem_messages()
{
    std::vector<MessageGroup> groups;
    groups.reserve(facts_of_kinds.size() + 6); // and what follows
    for (const KindFacts& each : facts_of_kinds) {
        groups.push_back(
            {"problem", {std::string{name_of(each.kind)}}, words_in(each.facts), false});
    }
    std::vector<std::string> terms;
    for (const ProblemTerm term : values_of<ProblemTerm>())
        terms.emplace_back(name_of(term));
    groups.push_back({"problem.term", std::move(terms), {}, false});
    groups.push_back({"problem.line", {"near"}, {"what", "near"}, false});
    groups.push_back({"problem.line", {"at_key"}, {"place", "key", "what"}, false});
    groups.push_back({"problem.line", {"at_file"}, {"place", "what"}, false});
    groups.push_back({"problem.line", {"between", "last"}, {}, false});
    std::vector<std::string> needed;
    for (const scenario::NeededKey& key : scenario::needed_keys())
        needed.push_back(key.key);
    groups.push_back({"problem.needed", std::move(needed), {}, false});
    return groups;
}

std::string words_of(const scenario::Wrong& wrong, const Language& language)
{
    Arguments arguments;
    for (const scenario::Fact& fact : wrong.facts)
        arguments.push_back({fact.name, std::visit(ValueWords{language}, fact.value)});
    std::string what = language.text(fmt::format("problem.{}", name_of(wrong.kind)), arguments);
    if (wrong.near.empty()) return scenario::as_line(std::move(what));
    return language.text(
        "problem.line.near",
        {{"what", scenario::as_line(std::move(what))}, {"near", scenario::as_line(wrong.near)}});
}

std::string words_of(const scenario::Problem& problem, const Language& language)
{
    std::string place = problem.file;
    if (problem.line > 0) place += fmt::format(":{}:{}", problem.line, problem.column);
    std::string what = words_of(problem.wrong, language);
    if (problem.key.empty()) {
        return language.text("problem.line.at_file",
                             {{"place", std::move(place)}, {"what", std::move(what)}});
    }
    return language.text(
        "problem.line.at_key",
        {{"place", std::move(place)}, {"key", problem.key}, {"what", std::move(what)}});
}

} // namespace sim::explain
