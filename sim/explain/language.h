// One language's words: every sentence and label that is said about a run, read from the text of
// assets/lang/<code>.toml. Touches no file itself.
//
// A template names its arguments in braces: "{host} asked {server}." What code may ask for, and
// which arguments it gives, is the catalog; a file that does not fit the catalog is not loaded.
#pragma once

#include <tl/expected.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sim::explain {

// One thing wrong with a language file.
struct LanguageProblem {
    int line = 0; // from 1; 0: the file as a whole
    int column = 0;
    std::string key;  // dotted, as in "event.packet_dropped.no_route.story"
    std::string what; // English: what is wrong and what was expected
};

// "line:column: key: what"
std::string to_string(const LanguageProblem& problem);

struct Argument {
    std::string_view name; // as in the catalog; a literal
    std::string value;
};
using Arguments = std::vector<Argument>;

class Language {
public:
    // All problems at once, in the order of the file, then the missing keys in the catalog's order.
    static tl::expected<Language, std::vector<LanguageProblem>> parse(std::string_view toml);

    [[nodiscard]] std::string_view code() const { return code_; } // "ja", "en"
    [[nodiscard]] std::string_view name() const { return name_; } // in itself: "日本語"

    // The template of `key` with its arguments filled in. The key must be in the catalog or begin
    // with "cli." or "gui."; every argument that the template names must be given.
    [[nodiscard]] std::string text(std::string_view key, const Arguments& arguments = {}) const;

    [[nodiscard]] bool has(std::string_view key) const;
    // The template as it stands in the file; the key must exist.
    [[nodiscard]] std::string_view pattern(std::string_view key) const;
    [[nodiscard]] std::vector<std::string> keys() const; // sorted

private:
    std::string code_;
    std::string name_;
    std::map<std::string, std::string, std::less<>> texts_;
};

// The names in braces in a template, sorted, each once; nothing when a brace is left open or a name
// is not made of letters, digits and "_".
tl::expected<std::vector<std::string>, std::string> arguments_of(std::string_view pattern);

} // namespace sim::explain
