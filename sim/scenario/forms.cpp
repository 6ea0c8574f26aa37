#include "sim/scenario/forms.h"

#include "sim/core/ascii.h"
#include "sim/core/assert.h"
#include "sim/dns/name.h"
#include "sim/sasl/mechanism.h"
#include "sim/scenario/quantities.h"
#include "sim/smtp/path.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sim::scenario {

namespace {

struct FormWords {
    Form form;
    std::string_view expectation;
    std::string_view pattern;
};

constexpr std::size_t max_line_octets = 998; // RFC 5322 §2.1.1
constexpr std::size_t max_prose_octets = 65'536;
constexpr std::size_t max_identifier_octets = 64;

constexpr std::string_view name_pattern = "^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$";

constexpr std::array<FormWords, count_of<Form>()> form_words{{
    {Form::line, "one line of text, not empty", "^[^\\u0000-\\u001f\\u007f]+$"},
    {Form::prose, "a text that is not empty", ""},
    {Form::secret, "one line of text", "^[^\\u0000-\\u001f\\u007f]*$"},
    {Form::identifier, "letters, digits, \"-\" and \"_\", at most 64", "^[A-Za-z0-9_-]{1,64}$"},
    {Form::host_name, "a host name, as in \"mx1.umi.example\" or \"taro-pc\"", name_pattern},
    {Form::domain, "a domain name, as in \"umi.example\"", name_pattern},
    {Form::domain_or_dot,
     "a domain name, as in \"umi.example\", or \".\" for all names",
     "^(\\.|[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9])?)$"},
    {Form::domain_or_star,
     "a domain name, as in \"umi.example\", or \"*\" for all others",
     "^(\\*|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)$"},
    {Form::mail_address, "a mail address, as in \"taro@umi.example\"", "^.+@.+$"},
    {Form::toml_file, "a .toml file, relative to this one's folder", "^[^/\\\\].*\\.toml$"},
    {Form::eml_file, "an .eml file, relative to the lesson's folder", "^[^/\\\\].*\\.eml$"},
    {Form::port_number, "a port from 1 to 65535", "^[1-9][0-9]{0,4}$"},
    {Form::duration,
     "a whole number and ns, us, ms, s, m, h or d, as in \"10ms\"",
     "^[0-9]+(ns|us|ms|s|m|h|d)$"},
    {Form::bandwidth,
     "a whole number and bit/s, kbit/s, Mbit/s or Gbit/s, as in \"100Mbit/s\"",
     "^[0-9]+(bit/s|kbit/s|Mbit/s|Gbit/s)$"},
    {Form::size,
     "a whole number and B, KiB, MiB or GiB, as in \"10MiB\"",
     "^[0-9]+(B|KiB|MiB|GiB)$"},
    {Form::setting, "the key of a setting, as in \"client.port\"", "^[a-z]+\\..+$"},
    {Form::area, "the key of an [area.…] table", ""},
    {Form::host, "the key of a [host.…] table", ""},
    {Form::access_line, "the key of a [line.…] table", ""},
    {Form::host_or_group, "the key of a [group.…] or [host.…] table", ""},
    {Form::dns_list, "the key of a [dns_list.…] table", ""},
    {Form::rule, "the key of a [rule.…] table", ""},
    {Form::program, "the key of a [program.…] table", ""},
    {Form::mailbox, "the address of a mailbox of some [mail_server.…]", ""},
}};

const FormWords& words_of(Form form)
{
    const FormWords& words = form_words.at(static_cast<std::size_t>(form));
    SIM_ASSERT(words.form == form);
    return words;
}

bool is_line(std::string_view text)
{
    return !text.empty() && text.size() <= max_line_octets &&
           std::ranges::none_of(
               text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_prose(std::string_view text)
{
    return text.size() <= max_prose_octets && text.find('\0') == std::string_view::npos &&
           text.find_first_not_of(" \t\r\n") != std::string_view::npos;
}

bool is_identifier(std::string_view text)
{
    return !text.empty() && text.size() <= max_identifier_octets &&
           std::ranges::all_of(
               text, [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; });
}

bool is_name(std::string_view text)
{
    const bool is_ascii = std::ranges::all_of(text, [](char c) { return c > 0; });
    return is_ascii && smtp::is_domain(text) && dns::parse_name(text);
}

// A name server also has names such as _dmarc.umi.example.
bool is_dns_name(std::string_view text)
{
    return text == "." || (is_line(text) && text.find(' ') == std::string_view::npos &&
                           !text.ends_with('.') && dns::parse_name(text));
}

bool is_mail_address(std::string_view text)
{
    const auto mailbox = smtp::parse_mailbox(text);
    return mailbox && !mailbox->domain.empty();
}

bool is_file(std::string_view text, std::string_view ending)
{
    return is_line(text) && text.size() > ending.size() && text.ends_with(ending) &&
           text[0] != '/' && text.find('\\') == std::string_view::npos;
}

template <typename T>
void add_keys(const std::vector<T>& things, std::vector<std::string>& names)
{
    for (const T& thing : things)
        names.push_back(thing.key);
}

} // namespace

std::string_view expectation(Form form)
{
    return words_of(form).expectation;
}

std::string_view pattern(Form form)
{
    return words_of(form).pattern;
}

bool has_form(Form form, std::string_view text)
{
    switch (form) {
    case Form::prose:
        return is_prose(text);
    case Form::secret:
        return text.empty() || is_line(text);
    case Form::identifier:
        return is_identifier(text);
    case Form::host_name:
    case Form::domain:
        return is_name(text);
    case Form::domain_or_dot:
        return is_dns_name(text);
    case Form::domain_or_star:
        return text == "*" || is_name(text);
    case Form::mail_address:
        return is_mail_address(text);
    case Form::toml_file:
        return is_file(text, ".toml");
    case Form::eml_file:
        return is_file(text, ".eml");
    case Form::port_number: {
        const auto range = parse_port_range(text);
        return range && range->first == range->last && !text.starts_with('0');
    }
    case Form::duration:
        return parse_duration(text).has_value();
    case Form::bandwidth:
        return parse_bandwidth(text).has_value();
    case Form::size:
        return parse_size(text).has_value();
    case Form::line:
    case Form::setting:
    case Form::area:
    case Form::host:
    case Form::access_line:
    case Form::host_or_group:
    case Form::dns_list:
    case Form::rule:
    case Form::program:
    case Form::mailbox:
        break;
    }
    return is_line(text);
}

std::vector<std::string> names_of(Form form, const Scenario& scenario)
{
    std::vector<std::string> names;
    if (form == Form::area) add_keys(scenario.areas, names);
    if (form == Form::host || form == Form::host_or_group) add_keys(scenario.hosts, names);
    if (form == Form::host_or_group) add_keys(scenario.groups, names);
    if (form == Form::access_line) add_keys(scenario.lines, names);
    if (form == Form::dns_list) {
        for (const BlockList& list : scenario.block_lists)
            names.push_back(list.domain);
    }
    if (form == Form::rule) add_keys(scenario.rules, names);
    if (form == Form::program) add_keys(scenario.programs, names);
    if (form == Form::mailbox) {
        for (const MailServer& server : scenario.mail_servers) {
            for (const Mailbox& mailbox : server.mailboxes)
                names.push_back(mailbox.address);
        }
    }
    return names;
}

bool may_be_written(Mechanism mechanism)
{
    return sasl::is_available(mechanism);
}

// The first terms are the forms.
ProblemTerm term_of(Form form)
{
    static_assert([] {
        for (const Form each : values_of<Form>())
            if (name_of(each) != name_of(static_cast<ProblemTerm>(each))) return false;
        return true;
    }());
    return static_cast<ProblemTerm>(form);
}

ProblemTerm noun_of(Form form)
{
    switch (form) {
    case Form::area:
        return ProblemTerm::noun_area;
    case Form::access_line:
        return ProblemTerm::noun_line;
    case Form::host_or_group:
        return ProblemTerm::noun_host_or_group;
    case Form::dns_list:
        return ProblemTerm::noun_dns_list;
    case Form::rule:
        return ProblemTerm::noun_rule;
    case Form::program:
        return ProblemTerm::noun_program;
    case Form::mailbox:
        return ProblemTerm::noun_mailbox;
    default:
        return ProblemTerm::noun_host;
    }
}

Wrong problem_of_form(Form form, std::string_view text)
{
    const std::size_t at = text.rfind('@');
    if (form == Form::mail_address && at != std::string_view::npos && at > 0) {
        // a..b@umi.example: real, and no dot-string (RFC 5321 §4.1.2)
        std::string quoted = fmt::format("\"{}\"{}", text.substr(0, at), text.substr(at));
        if (text.front() != '"' && is_mail_address(quoted))
            return {ProblemKind::address_needs_quotes, {{"quoted", std::move(quoted)}}};
    }
    return {ProblemKind::wrong_form, {{"wanted", term_of(form)}}};
}

} // namespace sim::scenario
