// The forms that a string in a scenario file can have: what it may look like, and what it names.
// Internal to sim/scenario.
#pragma once

#include "sim/core/named_enum.h"
#include "sim/scenario/problem.h"
#include "sim/scenario/scenario.h"

#include <string>
#include <string_view>
#include <vector>

namespace sim::scenario {

// From `area` on a string names something that the scenario has.
SIM_NAMED_ENUM(Form,
               line,           // one line of text
               prose,          // any text
               secret,         // one line of text, or nothing at all
               identifier,     // of a line, a rule, a group: letters, digits, "-" and "_"
               host_name,      // identifier, or a fully qualified name
               domain,         // umi.example
               domain_or_dot,  // or ".", everything
               domain_or_star, // or "*", everything else
               mail_address,
               toml_file, // relative to the folder of the file that names it
               eml_file,
               port_number, // as a key: 587
               duration,
               bandwidth,
               size,
               setting, // as in --set
               area,
               host,
               access_line,
               host_or_group,
               dns_list,
               rule,
               program,
               mailbox);

inline constexpr bool is_reference(Form form)
{
    return form >= Form::area;
}

// "one line of text", "a mail address, as in \"taro@umi.example\"": what was expected.
std::string_view expectation(Form form);

// A regular expression (ECMA-262) that every right string matches; empty: anything may stand.
// The loader is stricter where a regular expression cannot say it.
std::string_view pattern(Form form);

// Whether a string has the form; what it names is not looked at.
bool has_form(Form form, std::string_view text);

// All that a reference of this form may name.
std::vector<std::string> names_of(Form form, const Scenario& scenario);

// Whether a value of an enumeration can stand in a file: all, but for mechanisms that are no SASL
// mechanism or have not been built yet.
template <NamedEnum E>
constexpr bool may_be_written(E /*value*/)
{
    return true;
}
bool may_be_written(Mechanism mechanism);

// The names of those that may be written.
template <NamedEnum E>
std::vector<std::string> choices_of()
{
    std::vector<std::string> names;
    for (const E value : values_of<E>())
        if (may_be_written(value)) names.emplace_back(name_of(value));
    return names;
}

// The form in a message, and what a thing of the form is called there.
ProblemTerm term_of(Form form);
ProblemTerm noun_of(Form form);

// What is wrong with a string that has not the form.
Wrong problem_of_form(Form form, std::string_view text);

} // namespace sim::scenario
