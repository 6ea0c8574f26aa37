#include "sim/explain/language.h"

#include "sim/core/assert.h"
#include "sim/explain/catalog.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>

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

    void read_table(const toml::table& table, const std::string& prefix)
    {
        for (const auto& [name, node] : table) {
            const std::string key = prefix + std::string{name.str()};
            if (const auto* inner = node.as_table()) {
                read_table(*inner, key + ".");
            } else if (const auto* levels = node.as_array()) {
                read_levels(*levels, key);
            } else if (const auto* text = node.as_string()) {
                read_text(key, text->get(), node.source());
            } else {
                problem(node.source(), key, "expected a text");
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
    void read_levels(const toml::array& levels, const std::string& key)
    {
        constexpr auto names = enum_names(Level{});
        if (levels.size() != names.size()) {
            problem(levels.source(), key, "expected three texts: story, standard, expert");
            return;
        }
        for (std::size_t i = 0; i < names.size(); ++i) {
            const std::string level_key = fmt::format("{}.{}", key, names.at(i));
            if (const auto* text = levels[i].as_string()) {
                read_text(level_key, text->get(), levels[i].source());
            } else {
                problem(levels[i].source(), level_key, "expected a text");
            }
        }
    }

    void read_text(const std::string& key, const std::string& text, const toml::source_region& at)
    {
        if (key == "code" || key == "name") {
            texts.emplace(key, text);
            return;
        }
        if (!is_free(key) && !allowed_.contains(key)) {
            problem(at, key, "is not in the catalog: nobody says this");
            return;
        }
        if (text.empty()) problem(at, key, "is empty");
        texts.emplace(key, text);
        places_.emplace(key, at);
        if (!text.starts_with('@')) originals_.emplace(key, text);
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

    void problem(const toml::source_region& at, const std::string& key, std::string what)
    {
        problems.push_back({static_cast<int>(at.begin.line),
                            static_cast<int>(at.begin.column),
                            key,
                            std::move(what)});
    }

    const Allowed& allowed_;
    std::map<std::string, toml::source_region, std::less<>> places_;
    std::map<std::string, std::string, std::less<>> originals_;
};

} // namespace

std::string to_string(const LanguageProblem& problem)
{
    return fmt::format("{}:{}: {}: {}", problem.line, problem.column, problem.key, problem.what);
}

tl::expected<Language, std::vector<LanguageProblem>> Language::parse(std::string_view toml)
{
    using Problems = std::vector<LanguageProblem>;
    toml::table file;
    try { // toml++ tells of a syntax error by throwing
        file = toml::parse(toml);
    } catch (const toml::parse_error& error) {
        const toml::source_position at = error.source().begin;
        return tl::unexpected(Problems{{static_cast<int>(at.line),
                                        static_cast<int>(at.column),
                                        "",
                                        std::string{error.description()}}});
    }

    const std::vector<MessageGroup> groups = catalog();
    const Allowed allowed = allowed_keys(groups);
    Reader reader{allowed};
    reader.read_table(file, "");
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
            filled += given->value;
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
