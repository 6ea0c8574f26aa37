#include "sim/scenario/problems.h"

#include "sim/scenario/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim::scenario {

namespace {

bool is_bare_key(std::string_view part)
{
    return !part.empty() && std::ranges::all_of(part, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
}

// A message is one line of bounded length, whatever stands in the file.
std::string as_message(std::string text)
{
    constexpr std::size_t max_octets = 1'000;
    if (text.size() > max_octets) {
        std::size_t end = max_octets;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
            --end; // not within a character
        text.resize(end);
        text += "…";
    }
    std::ranges::replace_if(
        text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }, '?');
    return text;
}

} // namespace

std::size_t Problems::add_file(std::string name)
{
    files_.push_back(std::move(name));
    return files_.size() - 1;
}

void Problems::add(Place place, std::string key, std::string what, std::string hint)
{
    if (full()) {
        ++left_out_;
        return;
    }
    keys_.insert(key);
    const std::string file = place.file < files_.size() ? files_[place.file] : std::string{};
    found_.push_back({place,
                      {file,
                       place.line,
                       place.column,
                       as_message(std::move(key)),
                       as_message(std::move(what)),
                       as_message(std::move(hint))}});
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
    if (left_out_ > 0)
        result.push_back({files_.front(), 0, 0, {}, fmt::format("and {} more", left_out_), {}});
    return result;
}

std::string to_string(const Problem& problem)
{
    std::string text = problem.file;
    if (problem.line > 0) text += fmt::format(":{}:{}", problem.line, problem.column);
    text += ": ";
    if (!problem.key.empty()) text += problem.key + ": ";
    text += problem.what;
    if (!problem.hint.empty()) text += fmt::format(" ({})", problem.hint);
    return text;
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

std::string hint_for(std::string_view word, const std::vector<std::string>& candidates)
{
    const std::string nearest = did_you_mean(word, candidates);
    return nearest.empty() ? std::string{} : fmt::format("did you mean \"{}\"?", nearest);
}

std::string one_of(const std::vector<std::string>& words)
{
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
        text += words[i];
    }
    return text;
}

} // namespace sim::scenario
