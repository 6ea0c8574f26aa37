#include "sim/explain/language.h"

#include "sim/core/assert.h"
#include "sim/core/utf8.h"
#include "sim/explain/catalog.h"
#include "sim/scenario/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <variant>

namespace sim::explain {

namespace {

// Texts that are the command line's and the window's own; their code names the arguments.
constexpr std::array<std::string_view, 2> free_prefixes{"cli.", "gui."};

bool is_free(std::string_view key)
{
    return std::ranges::any_of(free_prefixes,
                               [&](std::string_view prefix) { return key.starts_with(prefix); });
}

bool is_name_letter(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_';
}

// The piece of a template up to and with its next argument. `argument` is empty for the last piece.
struct Piece {
    std::string_view before;
    std::string_view argument;
    std::string_view rest;
};

// Nothing when a brace is out of place. "{{" and "}}" do not exist: no sentence needs a brace.
std::optional<Piece> split_at_argument(std::string_view pattern)
{
    const std::size_t open = pattern.find('{');
    const std::string_view before = pattern.substr(0, open);
    if (before.find('}') != std::string_view::npos) return std::nullopt;
    if (open == std::string_view::npos) return Piece{before, {}, {}};
    const std::size_t close = pattern.find('}', open);
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view argument = pattern.substr(open + 1, close - open - 1);
    if (argument.empty() || !std::ranges::all_of(argument, is_name_letter)) return std::nullopt;
    return Piece{before, argument, pattern.substr(close + 1)};
}

// Which arguments each key may name.
using Allowed = std::map<std::string, const MessageGroup*, std::less<>>;

Allowed allowed_keys(const std::vector<MessageGroup>& groups)
{
    Allowed allowed;
    for (const MessageGroup& group : groups) {
        for (std::string& key : keys_of(group))
            allowed.emplace(std::move(key), &group);
    }
    return allowed;
}

// Walks the file's tables and collects texts and what is wrong with them.
class Reader {
public:
    explicit Reader(const Allowed& allowed) : allowed_{allowed} {}

    void read_table(const scenario::Table& table, const std::string& prefix)
    {
        for (const auto& [name, key_place, node] : table) {
            const std::string key = prefix + name;
            if (const auto* inner = std::get_if<scenario::Table>(&node.value)) {
                read_table(*inner, key + ".");
            } else if (const auto* levels = std::get_if<scenario::Array>(&node.value)) {
                read_levels(*levels, node.place, key);
            } else {
                read_text(key, node);
            }
        }
    }

    // "@other.key" stands for the text of another key, which must be a text itself.
    void resolve_references()
    {
        for (auto& [key, text] : texts) {
            if (!text.starts_with('@')) continue;
            const auto target = originals_.find(text.substr(1));
            if (target == originals_.end()) {
                problem(places_[key], key, "refers to " + text.substr(1) + ", which is no text");
            } else {
                text = target->second;
            }
        }
        for (const auto& [key, text] : texts)
            check_arguments(key, text);
    }

    std::map<std::string, std::string, std::less<>> texts;
    std::vector<LanguageProblem> problems;

private:
    // Three texts in the order of Level.
    void read_levels(const scenario::Array& levels, scenario::Place at, const std::string& key)
    {
        constexpr auto names = enum_names(Level{});
        if (levels.size() != names.size()) {
            problem(at, key, "expected three texts: story, standard, expert");
            return;
        }
        for (std::size_t i = 0; i < names.size(); ++i)
            read_text(fmt::format("{}.{}", key, names.at(i)), levels[i]);
    }

    void read_text(const std::string& key, const scenario::Node& node)
    {
        const auto* text = std::get_if<std::string>(&node.value);
        if (text == nullptr) {
            problem(node.place, key, "expected a text");
            return;
        }
        if (key == "code" || key == "name") {
            texts.emplace(key, *text);
            return;
        }
        if (!is_free(key) && !allowed_.contains(key)) {
            problem(node.place, key, "is not in the catalog: nobody says this");
            return;
        }
        if (text->empty()) problem(node.place, key, "is empty");
        texts.emplace(key, *text);
        places_.emplace(key, node.place);
        if (!text->starts_with('@')) originals_.emplace(key, *text);
    }

    void check_arguments(const std::string& key, const std::string& text)
    {
        const auto named = arguments_of(text);
        if (!named) {
            problem(places_[key], key, named.error());
            return;
        }
        const auto group = allowed_.find(key);
        if (group == allowed_.end()) return;
        const std::vector<std::string_view>& given = group->second->arguments;
        for (const std::string& name : *named) {
            if (std::ranges::find(given, name) == given.end())
                problem(places_[key], key, "nobody gives it the argument {" + name + "}");
        }
    }

    void problem(scenario::Place at, const std::string& key, std::string what)
    {
        problems.push_back({at.line, at.column, key, std::move(what)});
    }

    const Allowed& allowed_;
    std::map<std::string, scenario::Place, std::less<>> places_;
    std::map<std::string, std::string, std::less<>> originals_;
};

} // namespace

std::string to_string(const LanguageProblem& problem)
{
    return fmt::format("{}:{}: {}: {}", problem.line, problem.column, problem.key, problem.what);
}

tl::expected<Language, std::vector<LanguageProblem>> Language::parse(std::string_view toml)
{
    scenario::Problems wrong;
    const auto file = scenario::parse_document(toml, 0, wrong);
    if (!file) {
        std::vector<LanguageProblem> problems;
        for (const scenario::Problem& found : wrong.sorted())
            problems.push_back({found.line, found.column, {}, to_string(found.wrong)});
        return tl::unexpected(std::move(problems));
    }

    const std::vector<MessageGroup> groups = catalog();
    const Allowed allowed = allowed_keys(groups);
    Reader reader{allowed};
    reader.read_table(*file, "");
    reader.resolve_references();
    std::ranges::sort(reader.problems, [](const LanguageProblem& a, const LanguageProblem& b) {
        return std::pair{a.line, a.column} < std::pair{b.line, b.column};
    });
    for (const MessageGroup& group : groups) {
        for (const std::string& key : keys_of(group))
            if (!reader.texts.contains(key)) reader.problems.push_back({0, 0, key, "is missing"});
    }

    Language language;
    const std::array<std::pair<std::string_view, std::string*>, 2> own{
        std::pair{std::string_view{"code"}, &language.code_},
        std::pair{std::string_view{"name"}, &language.name_}};
    for (const auto& [key, member] : own) {
        const auto found = reader.texts.find(key);
        if (found == reader.texts.end()) {
            reader.problems.push_back({0, 0, std::string{key}, "is missing"});
            continue;
        }
        *member = std::move(found->second);
        reader.texts.erase(found);
    }
    if (!reader.problems.empty()) return tl::unexpected(std::move(reader.problems));
    language.texts_ = std::move(reader.texts);
    return language;
}

std::string Language::text(std::string_view key, const Arguments& arguments) const
{
    std::string filled;
    std::string_view rest = pattern(key);
    while (!rest.empty()) {
        const std::optional<Piece> piece = split_at_argument(rest);
        SIM_ASSERT(piece);
        filled += piece->before;
        if (!piece->argument.empty()) {
            const auto given = std::ranges::find(arguments, piece->argument, &Argument::name);
            SIM_ASSERT(given != arguments.end());
            filled += printable(given->value); // much of it was said by strangers
        }
        rest = piece->rest;
    }
    return filled;
}

bool Language::has(std::string_view key) const
{
    return texts_.contains(key);
}

std::string_view Language::pattern(std::string_view key) const
{
    const auto found = texts_.find(key);
    SIM_ASSERT(found != texts_.end());
    return found->second;
}

std::vector<std::string> Language::keys() const
{
    std::vector<std::string> keys;
    keys.reserve(texts_.size());
    for (const auto& [key, text] : texts_)
        keys.push_back(key);
    return keys;
}

tl::expected<std::vector<std::string>, std::string> arguments_of(std::string_view pattern)
{
    std::set<std::string, std::less<>> names;
    while (!pattern.empty()) {
        const std::optional<Piece> piece = split_at_argument(pattern);
        if (!piece) return tl::unexpected(std::string{"has a brace that names no argument"});
        if (!piece->argument.empty()) names.emplace(piece->argument);
        pattern = piece->rest;
    }
    return std::vector<std::string>(names.begin(), names.end());
}

} // namespace sim::explain
