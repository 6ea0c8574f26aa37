// What is wrong with a scenario file or a setting, as data: what it is and the facts of the case.
// sim/explain words it in either language; nothing here is a sentence.
#pragma once

#include "sim/core/named_enum.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sim::scenario {

// One for each sentence; assets/lang has it under `problem`.
SIM_NAMED_ENUM(ProblemKind,
               not_toml,
               toml_key_twice,
               toml_no_value,
               toml_unfinished,
               nested_too_deeply,
               wrong_escape,
               line_join,
               full_width_space,
               not_utf8,
               needs_quotes,
               second_equals,
               bracket_in_word,
               closes_nothing,
               header_without_key,
               file_too_large,
               unreadable,
               unreadable_other,
               world_with_world,
               message_size,
               message_utf16,
               message_nul,
               missing,
               too_many_entries,
               unknown_key,
               no_key_here,
               wrong_key,
               wrong_kind,
               wrong_kind_for_choice,
               wrong_choice,
               wrong_kind_for_number,
               wrong_number,
               wrong_form,
               address_needs_quotes,
               not_both_languages,
               not_two_hosts,
               second_time,
               not_an_event,
               least_above_most,
               record_form,
               record_data,
               record_type,
               unknown_name,
               and_more,
               no_step_before,
               nothing_sent_before,
               later_than_limit,
               step_without_program,
               program_without_account,
               no_meaning_for_action,
               step_without_message,
               nobody_gets_it,
               file_beside_text,
               step_without_key,
               not_while_running,
               too_few_answers,
               no_right_answer,
               only_right_answers,
               too_many_variations,
               nothing_changed,
               too_many_settings,
               client_cannot_send,
               no_steps,
               too_many_steps,
               no_port,
               no_tls_to_require,
               no_login_to_require,
               no_tokens,
               missing_password,
               not_one_word,
               too_short_lifetime,
               not_a_local_domain,
               no_route,
               route_to_itself,
               no_mail_server,
               port_not_answered,
               route_login_in_clear,
               route_without_user,
               route_without_password,
               no_pop_server,
               pop_without_mail_server,
               port_taken,
               no_mailbox_here,
               login_without_user,
               login_without_password,
               not_for_pop3,
               no_version_left,
               real_address,
               address_twice,
               host_without_address,
               address_on_line,
               host_without_area,
               line_taken,
               router_on_line,
               no_name_server_at,
               link_to_itself,
               link_twice,
               link_to_host_on_line,
               not_connected,
               no_way_to,
               too_many_hosts,
               too_many_routers,
               group_like_host,
               rule_without_links,
               icmp_ports,
               rst_not_for_tcp,
               rule_of_other_host,
               record_outside_zone,
               record_twice,
               record_beside_cname,
               null_mx_beside_mx,
               null_mx_wrong,
               delegation,
               records_too_big,
               too_many_records,
               record_not_for_zones,
               forward_not_recursive,
               forward_to_itself,
               zone_twice,
               no_such_setting,
               text_too_long,
               control_character,
               no_tls_to_require_there,
               no_login_to_require_there,
               not_mechanisms,
               nobody_signs_tokens,
               not_a_time,
               fixed_while_running);

// What can be written or was found, where it is no word of the file: the forms of strings (as
// Form), kinds of values, and what things are called.
SIM_NAMED_ENUM(ProblemTerm,
               line,
               prose,
               secret,
               identifier,
               host_name,
               domain,
               domain_or_dot,
               domain_or_star,
               mail_address,
               toml_file,
               eml_file,
               port_number,
               duration,
               bandwidth,
               size,
               setting,
               area,
               host,
               access_line,
               host_or_group,
               rule,
               program,
               mailbox,
               string,
               number,
               boolean,
               date,
               list,
               table,
               fraction,
               local_date,
               local_moment,
               distant_date,
               ipv4,
               network,
               ports,
               setting_value,
               offset_date,
               server_name,
               noun_area,
               noun_host,
               noun_line,
               noun_host_or_group,
               noun_rule,
               noun_program,
               noun_mailbox,
               zero_at_once,
               zero_never,
               zero_not_at_all);

// A key that a table cannot do without, as "host.kind": assets/lang says what it is for.
struct Needed {
    std::string key;
    friend bool operator==(const Needed&, const Needed&) = default;
};

// One fact of a case: words as they stand in the file, a term, or several words of which one is
// right.
struct Fact {
    std::string_view name; // a literal, as in the sentence
    std::variant<std::string, ProblemTerm, Needed, std::vector<std::string>> value;
    friend bool operator==(const Fact&, const Fact&) = default;
};

struct Wrong {
    ProblemKind kind = ProblemKind::no_such_setting;
    std::vector<Fact> facts{};
    std::string near{}; // what was perhaps meant; empty: nothing comes near
    friend bool operator==(const Wrong&, const Wrong&) = default;
};

// "wrong_number number=70000 least=1 most=65535 near=...": for whoever has no language at hand.
std::string to_string(const Wrong& wrong);

} // namespace sim::scenario
