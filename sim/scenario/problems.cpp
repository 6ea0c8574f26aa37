#include "sim/scenario/problems.h"

#include "sim/core/ascii.h"
#include "sim/core/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim::scenario {

namespace {

bool is_bare_key(std::string_view part)
{
    return !part.empty() && std::ranges::all_of(part, [](char c) {
        return is_letter(c) || is_digit(c) || c == '_' || c == '-';
    });
}

} // namespace

std::size_t Problems::add_file(std::string name)
{
    files_.push_back(std::move(name));
    return files_.size() - 1;
}

void Problems::add(Place place, std::string key, Wrong wrong)
{
    if (full()) {
        ++left_out_;
        return;
    }
    keys_.insert(key);
    const std::string file = place.file < files_.size() ? files_[place.file] : std::string{};
    found_.push_back(
        {place, {file, place.line, place.column, as_line(std::move(key)), std::move(wrong)}});
}

void Problems::add(
    Place place, std::string key, ProblemKind kind, std::vector<Fact> facts, std::string near)
{
    add(place, std::move(key), Wrong{kind, std::move(facts), std::move(near)});
}

bool Problems::concern(const std::string& key) const
{
    if (keys_.contains(key)) return true;
    for (const char next : {'.', '['}) {
        const auto below = keys_.lower_bound(key + next);
        if (below != keys_.end() && below->starts_with(key + next)) return true;
    }
    return false;
}

std::vector<Problem> Problems::sorted() const
{
    std::vector<Found> all = found_;
    std::ranges::stable_sort(all, {}, &Found::place);
    std::vector<Problem> result;
    result.reserve(all.size() + 1);
    for (Found& found : all)
        result.push_back(std::move(found.problem));
    if (left_out_ > 0) {
        result.push_back({files_.front(),
                          0,
                          0,
                          {},
                          {ProblemKind::and_more, {{"count", std::to_string(left_out_)}}}});
    }
    return result;
}

std::string to_string(const Problem& problem)
{
    std::string text = problem.file;
    if (problem.line > 0) text += fmt::format(":{}:{}", problem.line, problem.column);
    text += ": ";
    if (!problem.key.empty()) text += problem.key + ": ";
    return text + to_string(problem.wrong);
}

std::string to_string(const Wrong& wrong)
{
    struct Words {
        std::string operator()(const std::string& word) const { return word; }
        std::string operator()(ProblemTerm term) const { return std::string{name_of(term)}; }
        std::string operator()(const Needed& entry) const { return entry.key; }
        std::string operator()(const std::vector<std::string>& choices) const
        {
            return fmt::format("{}", fmt::join(choices, "|"));
        }
    };
    std::string text{name_of(wrong.kind)};
    for (const Fact& fact : wrong.facts)
        text += fmt::format(" {}={}", fact.name, std::visit(Words{}, fact.value));
    if (!wrong.near.empty()) text += fmt::format(" near={}", wrong.near);
    return as_line(std::move(text));
}

std::string as_line(std::string text)
{
    constexpr std::size_t most_octets = 1'000;
    if (text.size() > most_octets) {
        std::size_t end = most_octets;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
            --end; // not within a character
        text.resize(end);
        text += "…";
    }
    return printable(text);
}

std::string join(const std::string& path, std::string_view part)
{
    std::string text = path;
    if (!text.empty()) text += '.';
    if (is_bare_key(part)) return text.append(part);
    text += '"';
    for (const char c : part) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text += '"';
}

} // namespace sim::scenario
