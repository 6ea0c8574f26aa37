#include "sim/smtp/command.h"

#include "sim/core/ascii.h"
#include "sim/core/utf8.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace sim::smtp {

namespace {

// The methods of RFC 9110 §9.3 and 5789. A browser or proxy that was talked into speaking to a mail
// server must find no one listening.
constexpr std::array<std::string_view, 9> http_methods{
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};

constexpr bool is_printable(char c) // ASCII, without space
{
    return c > ' ' && c <= '~';
}

enum OctetKind : unsigned char { plain = 0, control = 1, eight_bit = 2 };
constexpr std::array<unsigned char, 256> octet_kinds = [] {
    std::array<unsigned char, 256> kinds{};
    for (std::size_t i = 0; i < kinds.size(); ++i)
        kinds.at(i) = i < ' ' || i == 0x7f ? control : i > 0x7f ? eight_bit : plain;
    return kinds;
}();

// The kinds that occur, or-ed together.
unsigned kinds_in(std::string_view line)
{
    unsigned found = plain;
    for (const char c : line)
        found |= octet_kinds[static_cast<unsigned char>(c)];
    return found;
}

// A word of four octets as a number, small letters made capitals. Equal numbers, equal words: only
// letters become letters when that bit is cleared.
constexpr std::uint32_t four_letters(std::string_view word)
{
    std::uint32_t number = 0;
    for (const char c : word)
        number = (number << 8U) | (static_cast<unsigned char>(c) & 0xDFU);
    return number;
}

std::string_view first_word(std::string_view text)
{
    return text.substr(0, text.find(' '));
}

// Takes the first word and the one space behind it off the text.
std::string_view take_word(std::string_view& text)
{
    const std::string_view word = first_word(text);
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
}

bool is_http_method(std::string_view word)
{
    return std::ranges::find(http_methods, word) != http_methods.end();
}

Malformed malformed(SmtpReason reason)
{
    return Malformed{reason};
}

Command parse_hello(std::string_view argument, bool extended)
{
    const bool is_ascii = (kinds_in(argument) & eight_bit) == 0;
    const bool is_name = is_ascii && (is_domain(argument) || is_address_literal(argument));
    // No control characters among them: parse_line has seen to that.
    if (argument.empty() || !is_utf8(argument)) return malformed(SmtpReason::bad_hello_domain);
    return Hello{argument, extended, is_name};
}

// xtext, RFC 3461 §4: printable but for "+" and "=", which are written "+2B" and "+3D".
bool is_xtext(std::string_view text)
{
    const auto is_hex = [](char c) { return is_digit(c) || (c >= 'A' && c <= 'F'); };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!is_printable(text[i]) || text[i] == '=') return false;
        if (text[i] != '+') continue;
        if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
        i += 2;
    }
    return !text.empty();
}

// RFC 1870 §4: 1*20DIGIT. What no 64 bits can hold is as good as their largest value.
std::optional<std::uint64_t> parse_size(std::string_view text)
{
    if (text.empty() || text.size() > 20) return std::nullopt;
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t size = 0;
    for (const char c : text) {
        if (!is_digit(c)) return std::nullopt;
        const auto digit = static_cast<std::uint64_t>(c - '0');
        size = size > (most - digit) / 10 ? most : size * 10 + digit;
    }
    return size;
}

// esmtp-param = esmtp-keyword ["=" esmtp-value], RFC 5321 §4.1.2.
struct Parameter {
    std::string_view keyword;
    std::optional<std::string_view> value;
};

std::optional<Parameter> parse_parameter(std::string_view word)
{
    const std::size_t equals = std::min(word.find('='), word.size());
    Parameter parameter{word.substr(0, equals), std::nullopt};
    if (parameter.keyword.empty() || parameter.keyword.front() == '-') return std::nullopt;
    for (const char c : parameter.keyword)
        if (!is_letter(c) && !is_digit(c) && c != '-') return std::nullopt;
    if (equals == word.size()) return parameter;
    parameter.value = word.substr(equals + 1);
    // RFC 6531 §3.3 lets a value be UTF-8; whose may be, read_recipient_parameter knows.
    const bool good =
        !parameter.value->empty() && std::ranges::none_of(*parameter.value, [](char c) {
            return (static_cast<unsigned char>(c) < 0x80 && !is_printable(c)) || c == '=';
        });
    return good ? std::optional{parameter} : std::nullopt;
}

// RFC 6533 §3, utf-8-addr-unitext: an address beyond ASCII as it is, but for what \x{...} stands
// for.
bool is_unitext(std::string_view text)
{
    return !text.empty() && is_utf8(text) && std::ranges::none_of(text, [](char c) {
        return (c >= 0 && c <= ' ') || c == '\x7F' || c == '+' || c == '=';
    });
}

// RFC 3461 §4.4: xtext of at most 100 octets that stands for printable ones only. Else a report
// could be made to say anything at all.
bool is_envid(std::string_view text)
{
    return text.size() <= max_envid_octets && is_xtext(text) && decode_xtext(text).has_value();
}

// RFC 3461 §4.1: NEVER alone, or a list of the others, each once.
std::optional<Notify> parse_notify(std::string_view text)
{
    Notify notify;
    if (equal_ignoring_case(text, "NEVER")) return notify;
    for (bool more = true; more;) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::string_view word = text.substr(0, comma);
        bool* which = nullptr;
        if (equal_ignoring_case(word, "SUCCESS")) which = &notify.success;
        if (equal_ignoring_case(word, "FAILURE")) which = &notify.failure;
        if (equal_ignoring_case(word, "DELAY")) which = &notify.delay;
        if (which == nullptr || std::exchange(*which, true)) return std::nullopt;
        more = comma < text.size();
        if (more) text.remove_prefix(comma + 1);
    }
    return notify;
}

enum class ParameterError { none, bad, unknown };

// Each at most once; RFC 5321 §4.1.1.11.
ParameterError read_mail_parameter(const Parameter& parameter, MailParameters& parameters)
{
    const auto is = [&](std::string_view keyword) {
        return equal_ignoring_case(parameter.keyword, keyword);
    };
    const auto good_if = [](bool good) {
        return good ? ParameterError::none : ParameterError::bad;
    };
    const std::string_view value = parameter.value.value_or(std::string_view{});
    if (is("SIZE")) {
        if (parameters.size) return ParameterError::bad;
        parameters.size = parse_size(value);
        return good_if(parameters.size.has_value());
    }
    if (is("BODY")) {
        if (parameters.body) return ParameterError::bad;
        if (equal_ignoring_case(value, "7BIT")) parameters.body = BodyType::seven_bit;
        if (equal_ignoring_case(value, "8BITMIME")) parameters.body = BodyType::eight_bit_mime;
        return good_if(parameters.body.has_value());
    }
    if (is("SMTPUTF8"))
        return good_if(!parameter.value && !std::exchange(parameters.smtputf8, true));
    if (is("AUTH")) return good_if(is_xtext(value) && !std::exchange(parameters.auth, true));
    if (is("RET")) {
        if (parameters.ret) return ParameterError::bad;
        if (equal_ignoring_case(value, "FULL")) parameters.ret = ReturnedPart::full;
        if (equal_ignoring_case(value, "HDRS")) parameters.ret = ReturnedPart::headers;
        return good_if(parameters.ret.has_value());
    }
    if (is("ENVID")) {
        if (!parameters.envid.empty() || !is_envid(value)) return ParameterError::bad;
        parameters.envid = value;
        return ParameterError::none;
    }
    return ParameterError::unknown;
}

ParameterError read_recipient_parameter(const Parameter& parameter, RecipientParameters& parameters)
{
    const std::string_view value = parameter.value.value_or(std::string_view{});
    if (equal_ignoring_case(parameter.keyword, "NOTIFY")) {
        if (parameters.notify) return ParameterError::bad;
        parameters.notify = parse_notify(value);
        return parameters.notify ? ParameterError::none : ParameterError::bad;
    }
    if (equal_ignoring_case(parameter.keyword, "ORCPT")) {
        if (!parameters.orcpt.empty() || !is_orcpt(value)) return ParameterError::bad;
        parameters.orcpt = value;
        return ParameterError::none;
    }
    return ParameterError::unknown;
}

// *(SP esmtp-param) behind a path; `read_one` says what it thinks of each.
std::optional<Malformed> read_parameters(std::string_view text, const auto& read_one)
{
    while (!text.empty()) {
        text.remove_prefix(1); // the space
        const std::string_view word = first_word(text);
        text.remove_prefix(word.size());
        const auto parameter = parse_parameter(word);
        if (!parameter) return malformed(SmtpReason::bad_argument);
        const ParameterError error = read_one(*parameter);
        if (error == ParameterError::bad) return malformed(SmtpReason::bad_argument);
        if (error == ParameterError::unknown) return malformed(SmtpReason::unknown_parameter);
    }
    return std::nullopt;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix)
{
    return equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

// What is wrong with what stands where a path ought to: what people write by hand is named, so that
// they need not guess; `otherwise` for all else.
SmtpReason fault_of(std::string_view path, PathError error, SmtpReason otherwise)
{
    if (path.starts_with(' ')) return SmtpReason::space_before_path;
    const bool is_open =
        error == PathError::no_closing_bracket && path.find('>') == std::string_view::npos;
    if (error == PathError::no_opening_bracket || is_open) return SmtpReason::path_without_brackets;
    if (with_quotes(path.substr(1, path.find('>') - 1))) return SmtpReason::local_part_needs_quotes;
    return otherwise;
}

// What MAIL and RCPT are made of: "FROM:" Reverse-path [SP Mail-parameters], "TO:" Forward-path
// [SP Rcpt-parameters]; no space behind the colon, RFC 5321 §3.3.
template <typename What, typename Parameters, typename ParsePath, typename ReadOne>
Command parse_with_path(std::string_view argument,
                        std::string_view word,
                        SmtpReason bad_path,
                        const ParsePath& parse_path,
                        const ReadOne& read_parameter)
{
    if (!starts_with_ignoring_case(argument, word)) return malformed(SmtpReason::bad_argument);
    argument.remove_prefix(word.size());
    auto path = parse_path(argument);
    if (!path) return malformed(fault_of(argument, path.error(), bad_path));
    argument.remove_prefix(path->size);
    if (!argument.empty() && argument.front() != ' ') return malformed(bad_path);
    Parameters parameters;
    const auto read_one = [&](const Parameter& one) { return read_parameter(one, parameters); };
    if (const auto error = read_parameters(argument, read_one)) return *error;
    return Command{std::in_place_type<What>, What{*std::move(path), std::move(parameters)}};
}

Command parse_mail(std::string_view argument)
{
    return parse_with_path<MailFrom, MailParameters>(
        argument, "FROM:", SmtpReason::bad_reverse_path, parse_reverse_path, read_mail_parameter);
}

Command parse_rcpt(std::string_view argument)
{
    return parse_with_path<RcptTo, RecipientParameters>(argument,
                                                        "TO:",
                                                        SmtpReason::bad_forward_path,
                                                        parse_forward_path,
                                                        read_recipient_parameter);
}

// RFC 3030 §2: BDAT SP chunk-size [SP "LAST"].
Command parse_bdat(std::string_view argument)
{
    const auto octets = parse_size(take_word(argument));
    const bool last = equal_ignoring_case(argument, "LAST");
    if (!octets || *octets > max_chunk_octets || (!argument.empty() && !last))
        return malformed(SmtpReason::bad_argument);
    return Bdat{*octets, last};
}

// RFC 4954 §4: AUTH SP sasl-mech [SP initial-response]; a mechanism is named by 1*20 capitals,
// digits, "-" and "_" (RFC 4422 §3.1).
Command parse_auth(std::string_view argument)
{
    const std::string_view mechanism = take_word(argument);
    const bool good =
        !mechanism.empty() && mechanism.size() <= 20 && std::ranges::all_of(mechanism, [](char c) {
            return is_letter(c) || is_digit(c) || c == '-' || c == '_';
        });
    if (!good || argument.find(' ') != std::string_view::npos)
        return malformed(SmtpReason::bad_argument);
    if (argument.empty()) return Auth{mechanism, std::nullopt};
    return Auth{mechanism, argument};
}

Command parse_for(SmtpVerb verb, std::string_view argument)
{
    const auto without_argument = [&](Command command) {
        return argument.empty() ? std::move(command) : malformed(SmtpReason::bad_argument);
    };
    const auto with_argument = [&](Command command) {
        return argument.empty() ? malformed(SmtpReason::bad_argument) : std::move(command);
    };
    switch (verb) {
    case SmtpVerb::ehlo:
        return parse_hello(argument, true);
    case SmtpVerb::helo:
        return parse_hello(argument, false);
    case SmtpVerb::mail:
        return parse_mail(argument);
    case SmtpVerb::rcpt:
        return parse_rcpt(argument);
    case SmtpVerb::data:
        return without_argument(Data{});
    case SmtpVerb::bdat:
        return parse_bdat(argument);
    case SmtpVerb::rset:
        return without_argument(Rset{});
    case SmtpVerb::noop:
        return Noop{}; // RFC 5321 §4.1.1.9: any argument is ignored
    case SmtpVerb::vrfy:
        return with_argument(Vrfy{});
    case SmtpVerb::expn:
        return with_argument(Expn{});
    case SmtpVerb::help:
        return Help{};
    case SmtpVerb::quit:
        return without_argument(Quit{});
    case SmtpVerb::starttls:
        return without_argument(StartTls{});
    case SmtpVerb::auth:
        return parse_auth(argument);
    case SmtpVerb::none:
    case SmtpVerb::auth_response:
    case SmtpVerb::text:
    case SmtpVerb::unknown:
        break;
    }
    return malformed(SmtpReason::unknown_command);
}

Command parse_line(std::string_view line, std::string_view word, SmtpVerb verb)
{
    if (verb == SmtpVerb::unknown && is_http_method(word)) return malformed(SmtpReason::spoke_http);
    const unsigned kinds = kinds_in(line);
    const bool may_be_utf8 = verb == SmtpVerb::mail || verb == SmtpVerb::rcpt ||
                             verb == SmtpVerb::ehlo || verb == SmtpVerb::helo;
    if ((kinds & control) != 0 || ((kinds & eight_bit) != 0 && !may_be_utf8))
        return malformed(SmtpReason::bad_octet_in_command);
    return parse_for(verb, line.substr(std::min(word.size() + 1, line.size())));
}

} // namespace

std::optional<std::string> decode_xtext(std::string_view text)
{
    if (!is_xtext(text)) return std::nullopt;
    const auto digit = [](char c) { return is_digit(c) ? c - '0' : c - 'A' + 10; };
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '+') {
            c = static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
            i += 2;
        }
        if (c < ' ' || c > '~') return std::nullopt;
        decoded += c;
    }
    return decoded;
}

bool is_orcpt(std::string_view text)
{
    const std::size_t semicolon = text.find(';');
    if (text.size() > max_orcpt_octets || semicolon == 0 || semicolon == std::string_view::npos)
        return false;
    const bool type_is_atom = std::ranges::all_of(
        text.substr(0, semicolon), [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
    const std::string_view address = text.substr(semicolon + 1);
    if (!type_is_atom) return false;
    if (needs_smtputf8(text))
        return equal_ignoring_case(text.substr(0, semicolon), "utf-8") && is_unitext(address);
    return is_xtext(address) && decode_xtext(address).has_value();
}

bool needs_smtputf8(std::string_view orcpt)
{
    return (kinds_in(orcpt) & eight_bit) != 0;
}

std::string original_recipient(std::string_view orcpt)
{
    const std::size_t behind_type = orcpt.find(';') + 1;
    const std::string_view address = orcpt.substr(behind_type);
    std::string text{orcpt.substr(0, behind_type)};
    return text += needs_smtputf8(orcpt) ? std::string{address}
                                         : decode_xtext(address).value_or(std::string{});
}

std::string to_string(const Notify& notify)
{
    std::string text;
    const auto add = [&](bool wanted, std::string_view word) {
        if (wanted) (text += text.empty() ? "" : ",") += word;
    };
    add(notify.success, "SUCCESS");
    add(notify.failure, "FAILURE");
    add(notify.delay, "DELAY");
    return text.empty() ? "NEVER" : text;
}

SmtpVerb parse_verb(std::string_view line)
{
    const std::string_view word = first_word(line);
    if (word.size() != 4)
        return equal_ignoring_case(word, "STARTTLS") ? SmtpVerb::starttls : SmtpVerb::unknown;
    switch (four_letters(word)) {
    case four_letters("AUTH"):
        return SmtpVerb::auth;
    case four_letters("BDAT"):
        return SmtpVerb::bdat;
    case four_letters("DATA"):
        return SmtpVerb::data;
    case four_letters("EHLO"):
        return SmtpVerb::ehlo;
    case four_letters("EXPN"):
        return SmtpVerb::expn;
    case four_letters("HELO"):
        return SmtpVerb::helo;
    case four_letters("HELP"):
        return SmtpVerb::help;
    case four_letters("MAIL"):
        return SmtpVerb::mail;
    case four_letters("NOOP"):
        return SmtpVerb::noop;
    case four_letters("QUIT"):
        return SmtpVerb::quit;
    case four_letters("RCPT"):
        return SmtpVerb::rcpt;
    case four_letters("RSET"):
        return SmtpVerb::rset;
    case four_letters("VRFY"):
        return SmtpVerb::vrfy;
    default:
        return SmtpVerb::unknown;
    }
}

ParsedCommand parse_command(std::string_view line)
{
    // RFC 5321 §4.1.1: white space before the line end is tolerated.
    const std::size_t size = line.find_last_not_of(" \t") + 1;
    line = line.substr(0, size);
    std::string_view argument = line;
    const std::string_view word = take_word(argument);
    const SmtpVerb verb = parse_verb(word);
    ParsedCommand parsed{verb, parse_line(line, word, verb), 0, 0};

    if (starts_with_ignoring_case(line, "AUTH")) {
        // However crooked the line, what stands where a password might is not to be shown.
        std::string_view response = parsed.verb == SmtpVerb::auth ? argument : line.substr(4);
        if (parsed.verb == SmtpVerb::auth) take_word(response);
        parsed.secret_size = static_cast<std::uint32_t>(response.size());
        parsed.secret_offset = static_cast<std::uint32_t>(line.size() - response.size());
    }
    return parsed;
}

} // namespace sim::smtp
