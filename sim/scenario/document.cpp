#include "sim/scenario/document.h"

#include "sim/core/ascii.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <utility>

// Without exceptions, and from its headers alone: Debian's shared library is built with them.
#undef TOML_SHARED_LIB
#undef TOML_HEADER_ONLY
#undef TOML_EXCEPTIONS
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace sim::scenario {

namespace {

// Finds what toml++ 3.3 must not see: it recurses for each level, also when it destroys a document,
// it asserts where a table header begins with something that is no key or a bracket is closed that
// nothing opened, and it runs into undefined behaviour where it looks for blanks and finds, say,
// Hiragana. Up to the first syntax error this reads the text as toml++ does, and beyond it toml++
// reads nothing.
class Prescan {
public:
    static constexpr std::size_t max_brackets = 16;
    static constexpr int max_dots = 16; // of one dotted key

    struct Trouble {
        Place place;
        Wrong wrong;
    };

    explicit Prescan(std::string_view text) : text_{text} {}

    std::optional<Trouble> first_trouble();

private:
    [[nodiscard]] bool begins_header_without_key() const;
    [[nodiscard]] Wrong outside_quotes() const;
    bool trips_reader_after_join();
    std::optional<Wrong> wrong_here();
    std::optional<Wrong> skip_string(char quote);
    void advance(std::size_t count);

    static Wrong too_deep()
    {
        return {ProblemKind::nested_too_deeply,
                {{"brackets", std::to_string(max_brackets)}, {"dots", std::to_string(max_dots)}}};
    }

    std::string_view text_;
    Place place_{0, 1, 1};
    std::string open_; // the brackets that are still to be closed, the last one first to be
    int dots_ = 0;     // in this key
    bool in_word_ = false;
    bool in_value_ = false;
};

void Prescan::advance(std::size_t count)
{
    for (; count > 0 && !text_.empty(); --count) {
        if (text_[0] == '\n') {
            ++place_.line;
            place_.column = 1;
        } else if ((static_cast<unsigned char>(text_[0]) & 0xC0U) != 0x80U) {
            ++place_.column;
        }
        text_.remove_prefix(1);
    }
}

// toml++ 3.3 looks for blanks where it joins lines, and runs into undefined behaviour for letters
// of certain blocks of Unicode, the first Hiragana among them. Goes to the text that follows.
bool Prescan::trips_reader_after_join()
{
    const std::size_t blanks = std::min(text_.find_first_not_of(" \t\r\n"), text_.size());
    advance(blanks);
    if (text_.empty() || static_cast<unsigned char>(text_[0]) < 0x80) return false;
    // As octets: U+00A0 to U+049F, U+2C40 to U+307F, U+FC00 and above; a little more than is
    // needed.
    return (text_ >= "\xC2\xA0" && text_ < "\xD2\xA0") ||
           (text_ >= "\xE2\xB1\x80" && text_ < "\xE3\x82\x80") || text_ >= "\xEF\xB0\x80";
}

// Returns what is wrong in it, at its place.
std::optional<Wrong> Prescan::skip_string(char quote)
{
    const std::string triple(3, quote);
    const bool multiline = text_.starts_with(triple);
    advance(multiline ? 3 : 1);
    while (!text_.empty()) {
        if (quote == '"' && text_[0] == '\\') {
            const char escaped = text_.size() > 1 ? text_[1] : '\n';
            if (std::string_view{"btnfr\"\\uUex \t\r\n"}.find(escaped) == std::string_view::npos)
                return Wrong{ProblemKind::wrong_escape};
            advance(2);
            const bool joins_lines =
                std::string_view{" \t\r\n"}.find(escaped) != std::string_view::npos;
            if (joins_lines && trips_reader_after_join()) return Wrong{ProblemKind::line_join};
        } else if (multiline && text_.starts_with(triple)) {
            // Up to two more quotes belong to the text itself.
            advance(3);
            while (text_.starts_with(quote))
                advance(1);
            return std::nullopt;
        } else if (!multiline && text_[0] == '\n') {
            return Wrong{ProblemKind::toml_lines_in_text};
        } else if (!multiline && text_[0] == quote) {
            advance(1);
            return std::nullopt;
        } else {
            advance(1);
        }
    }
    return std::nullopt;
}

// `text_` begins with a header's "[".
bool Prescan::begins_header_without_key() const
{
    std::string_view rest = text_.substr(text_.starts_with("[[") ? 2 : 1);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    if (rest.empty()) return false; // toml++ says what is wrong with that
    const char c = rest[0];
    const bool may_begin_key =
        is_letter(c) || is_digit(c) || std::string_view{"_-\"']"}.find(c) != std::string_view::npos;
    return !may_begin_key;
}

// Of a key, a number or a date without quotes. (A dot may be followed by a quoted key.)
bool is_of_word(char c)
{
    return is_letter(c) || is_digit(c) ||
           std::string_view{"_-+:"}.find(c) != std::string_view::npos;
}

// What to say about the character that `text_` begins with, which is no part of TOML's own syntax.
Wrong Prescan::outside_quotes() const
{
    if (text_.starts_with("\u3000")) return {ProblemKind::full_width_space};
    const auto lead = static_cast<unsigned char>(text_[0]);
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0x80 ? 2 : 1;
    const bool whole = (lead >= 0xC2 || lead < 0x80) && lead <= 0xF4 && text_.size() >= size &&
                       std::ranges::all_of(text_.substr(1, size - 1), [](char c) {
                           return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
                       });
    if (!whole) return {ProblemKind::not_utf8, {{"octet", fmt::format("{:#04x}", lead)}}};
    return {ProblemKind::needs_quotes, {{"character", std::string{text_.substr(0, size)}}}};
}

// What is wrong with the octet that `text_` begins with, outside quotes and comments.
std::optional<Wrong> Prescan::wrong_here()
{
    const char c = text_[0];
    const bool in_word = in_word_;
    in_word_ = is_of_word(c) || (c == '.' && in_value_);
    if (c == '\n' && open_.empty()) in_value_ = false;
    if (c == ',') in_value_ = open_.ends_with('[');
    if (c == '\n' || c == '=' || c == ',' || c == '[' || c == '{') dots_ = 0;
    if (c == '=' && std::exchange(in_value_, true)) return Wrong{ProblemKind::second_equals};
    if (c == '.' && ++dots_ > max_dots) return too_deep();
    if (std::string_view{"\"'[{"}.find(c) != std::string_view::npos) {
        if (in_word) return Wrong{ProblemKind::bracket_in_word, {{"bracket", std::string{c}}}};
        if (c == '{') in_value_ = false;
        if (c == '[' || c == '{') open_ += c;
        if (open_.size() > max_brackets) return too_deep();
        return std::nullopt;
    }
    if (c == ']' || c == '}') {
        if (!open_.ends_with(c == ']' ? '[' : '{'))
            return Wrong{ProblemKind::closes_nothing, {{"bracket", std::string{c}}}};
        open_.pop_back();
        return std::nullopt;
    }
    const bool usual =
        in_word_ || std::string_view{".=,# \t\r\n"}.find(c) != std::string_view::npos;
    if (usual) return std::nullopt;
    return outside_quotes();
}

std::optional<Prescan::Trouble> Prescan::first_trouble()
{
    if (text_.starts_with("\uFEFF")) text_.remove_prefix(3); // a byte order mark is let be
    bool at_line_start = true;
    while (!text_.empty()) {
        const char c = text_[0];
        if (c == '[' && at_line_start && open_.empty() && begins_header_without_key())
            return Trouble{place_, {ProblemKind::header_without_key}};
        at_line_start = c == '\n' || (at_line_start && (c == ' ' || c == '\t'));
        auto wrong = wrong_here();
        if (!wrong && (c == '"' || c == '\'')) {
            wrong = skip_string(c);
        } else if (!wrong) {
            advance(c == '#' ? std::min(text_.find('\n'), text_.size()) : 1);
        }
        if (wrong) return Trouble{place_, *std::move(wrong)};
    }
    return std::nullopt;
}

Place place_of(const toml::source_position& at, std::size_t file)
{
    return {file, static_cast<int>(at.line), static_cast<int>(at.column)};
}

Value value_of(const toml::date_time& when)
{
    using namespace std::chrono;
    if (!when.offset) return Unsupported{ProblemTerm::local_moment};
    const auto day = sys_days{year{when.date.year} / month{when.date.month} / when.date.day};
    const minutes offset{when.offset->minutes};
    const Duration since_epoch = day.time_since_epoch() + hours{when.time.hour} +
                                 minutes{when.time.minute} + seconds{when.time.second} +
                                 nanoseconds{when.time.nanosecond} - offset;
    return Moment{Instant{since_epoch}, static_cast<int>(offset.count())};
}

Node node_of(const toml::node& from, std::size_t file);

Array array_of(const toml::array& from, std::size_t file)
{
    Array array;
    array.reserve(from.size());
    for (const toml::node& element : from)
        array.push_back(node_of(element, file));
    return array;
}

Table table_of(const toml::table& from, std::size_t file)
{
    Table table;
    table.reserve(from.size());
    for (const auto& [key, value] : from) {
        table.push_back(
            {std::string{key.str()}, place_of(key.source().begin, file), node_of(value, file)});
    }
    std::ranges::stable_sort(table, {}, &Entry::key_place);
    return table;
}

Node node_of(const toml::node& from, std::size_t file)
{
    Node node{place_of(from.source().begin, file), Unsupported{}};
    if (const auto* table = from.as_table()) {
        node.value = table_of(*table, file);
    } else if (const auto* array = from.as_array()) {
        node.value = array_of(*array, file);
    } else if (const auto* string = from.as_string()) {
        node.value = string->get();
    } else if (const auto* integer = from.as_integer()) {
        node.value = integer->get();
    } else if (const auto* boolean = from.as_boolean()) {
        node.value = boolean->get();
    } else if (const auto* moment = from.as_date_time()) {
        // Years that nanoseconds in 64 bits can count.
        if (moment->get().date.year >= 1970 && moment->get().date.year <= 2200) {
            node.value = value_of(moment->get());
        } else {
            node.value = Unsupported{ProblemTerm::distant_date};
        }
    } else if (from.is_floating_point()) {
        node.value = Unsupported{ProblemTerm::fraction};
    } else {
        node.value = Unsupported{ProblemTerm::local_date};
    }
    return node;
}

} // namespace

namespace {

// What stands between two marks; nothing when they are not there.
std::optional<std::string>
between(std::string_view text, std::string_view from, std::string_view to)
{
    const std::size_t begin = text.find(from);
    if (begin == std::string_view::npos) return std::nullopt;
    text.remove_prefix(begin + from.size());
    const std::size_t end = to.empty() ? text.size() : text.rfind(to);
    if (end == std::string_view::npos) return std::nullopt;
    return std::string{text.substr(0, end)};
}

// toml++ speaks English: all that it says is said in our own words. The first of these parts that
// its sentence has tells which; most sentences end with what stands there.
struct Phrase {
    std::string_view part;
    ProblemKind kind;
    bool shows = true; // what was seen
};
constexpr std::array phrases{
    Phrase{"expected 'true', saw ", ProblemKind::toml_value, false},
    Phrase{"expected 'false', saw ", ProblemKind::toml_value, false},
    Phrase{"expected 'inf', saw ", ProblemKind::toml_value, false},
    Phrase{"expected 'nan', saw ", ProblemKind::toml_value, false},
    Phrase{"as dotted key", ProblemKind::toml_closed_table, false},
    Phrase{"into existing inline table", ProblemKind::toml_closed_table, false},
    Phrase{"expected value, saw ", ProblemKind::toml_no_value},
    Phrase{"end-of-file", ProblemKind::toml_unfinished, false},
    Phrase{"saw EOF", ProblemKind::toml_unfinished, false},
    Phrase{"saw comma", ProblemKind::toml_comma, false},
    Phrase{"dangling comma", ProblemKind::toml_comma, false},
    Phrase{"expected comma or closing", ProblemKind::toml_list},
    Phrase{"expected key or closing", ProblemKind::toml_list},
    Phrase{"expected '=', saw ", ProblemKind::toml_equals},
    Phrase{"expected ']', saw ", ProblemKind::toml_header_end},
    Phrase{"brackets must be contiguous", ProblemKind::header_without_key, false},
    Phrase{"blank bare keys", ProblemKind::header_without_key, false},
    Phrase{"expected keys, tables", ProblemKind::toml_key},
    Phrase{"expected bare key", ProblemKind::toml_key},
    Phrase{"expected hex digit", ProblemKind::toml_character, false},
    Phrase{"greater than U+10FFFF", ProblemKind::toml_character, false},
    Phrase{"surrogates", ProblemKind::toml_character, false},
    Phrase{"escape sequence", ProblemKind::wrong_escape, false},
    Phrase{"line-ending backslashes", ProblemKind::line_join, false},
    Phrase{"multi-line strings", ProblemKind::toml_lines_in_text, false},
    Phrase{"control character", ProblemKind::toml_control, false},
    Phrase{"line breaks in TOML", ProblemKind::toml_control, false},
    Phrase{"expected '\\n' after", ProblemKind::toml_control, false},
    Phrase{"not representable in 64 bits", ProblemKind::toml_too_large, false},
    Phrase{"exceeds length limit", ProblemKind::toml_too_large, false},
    Phrase{"too long to identify", ProblemKind::toml_too_large, false},
    Phrase{"-digit ", ProblemKind::toml_date},
    Phrase{" between ", ProblemKind::toml_date},
    Phrase{"expected '-', saw ", ProblemKind::toml_date},
    Phrase{"expected ':', saw ", ProblemKind::toml_date},
    Phrase{"expected '.', saw ", ProblemKind::toml_date},
    Phrase{"expected space, 'T'", ProblemKind::toml_date},
    Phrase{"fractional digits, saw ", ProblemKind::toml_date},
    Phrase{"underscores", ProblemKind::toml_number_form, false},
    Phrase{"leading zeroes", ProblemKind::toml_number_form, false},
    Phrase{"missing exponent", ProblemKind::toml_number_form, false},
    Phrase{"digit", ProblemKind::toml_number},
    Phrase{"expected '0', saw ", ProblemKind::toml_number},
    Phrase{"expected 'x' or", ProblemKind::toml_number},
    Phrase{"value-terminator, saw ", ProblemKind::toml_line_end},
    Phrase{"comment or whitespace, saw ", ProblemKind::toml_line_end},
    Phrase{"value type", ProblemKind::toml_value, false},
    Phrase{"as a value", ProblemKind::toml_value, false},
    Phrase{"interpret", ProblemKind::toml_value, false},
    Phrase{"not supported", ProblemKind::toml_value, false},
    Phrase{"maximum precision", ProblemKind::toml_value, false},
    Phrase{"fragment exceeeds", ProblemKind::toml_value, false},
};

Wrong wrong_in(std::string_view description)
{
    const auto says = [&](std::string_view part) {
        return description.find(part) != std::string_view::npos;
    };
    if (says("cannot redefine existing")) {
        if (auto key = between(description, " '", "'"))
            return {ProblemKind::toml_key_twice, {{"key", *std::move(key)}}};
    }
    const auto phrase =
        std::ranges::find_if(phrases, [&](const Phrase& each) { return says(each.part); });
    if (phrase != phrases.end() && !phrase->shows) return {phrase->kind};
    if (auto saw = between(description, ", saw ", ""); saw && phrase != phrases.end())
        return {phrase->kind, {{"saw", *std::move(saw)}}};
    return {ProblemKind::not_toml, {{"detail", std::string{description}}}};
}

} // namespace

ProblemTerm kind_of(const Node& node)
{
    struct Names {
        ProblemTerm operator()(const std::string&) const { return ProblemTerm::string; }
        ProblemTerm operator()(std::int64_t) const { return ProblemTerm::number; }
        ProblemTerm operator()(bool) const { return ProblemTerm::boolean; }
        ProblemTerm operator()(const Moment&) const { return ProblemTerm::date; }
        ProblemTerm operator()(const Array&) const { return ProblemTerm::list; }
        ProblemTerm operator()(const Table&) const { return ProblemTerm::table; }
        ProblemTerm operator()(const Unsupported& what) const { return what.kind; }
    };
    return std::visit(Names{}, node.value);
}

std::optional<Table> parse_document(std::string_view text, std::size_t file, Problems& problems)
{
    if (text.size() > max_file_octets) {
        problems.add(
            {file}, {}, ProblemKind::file_too_large, {{"most", std::to_string(max_file_octets)}});
        return std::nullopt;
    }
    if (auto trouble = Prescan{text}.first_trouble()) {
        trouble->place.file = file;
        problems.add(trouble->place, {}, std::move(trouble->wrong));
        return std::nullopt;
    }
    const toml::parse_result result = toml::parse(text);
    if (!result) {
        const toml::parse_error& error = result.error();
        problems.add(place_of(error.source().begin, file), {}, wrong_in(error.description()));
        return std::nullopt;
    }
    return table_of(result.table(), file);
}

void merge(Table& base, Table overlay)
{
    std::map<std::string, std::size_t> positions;
    for (std::size_t i = 0; i < base.size(); ++i)
        positions[base[i].key] = i;
    for (Entry& entry : overlay) {
        const auto there = positions.find(entry.key);
        if (there == positions.end()) {
            base.push_back(std::move(entry));
            continue;
        }
        Entry& old = base[there->second];
        auto* below = std::get_if<Table>(&old.node.value);
        auto* above = std::get_if<Table>(&entry.node.value);
        if (below != nullptr && above != nullptr) {
            merge(*below, std::move(*above));
        } else {
            old = std::move(entry);
        }
    }
}

} // namespace sim::scenario
