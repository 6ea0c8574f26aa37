#include "gui/glossary.h"

#include <algorithm>
#include <functional>

namespace gui {

namespace {

constexpr std::string_view own_words = "## In the simulator";
constexpr std::size_t least_cells = 4; // English, Japanese, what it is, 説明

std::string_view trimmed(std::string_view text)
{
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    return text;
}

std::vector<std::string_view> split(std::string_view text, std::string_view by)
{
    std::vector<std::string_view> parts;
    for (std::size_t end = text.find(by); end != std::string_view::npos; end = text.find(by)) {
        parts.push_back(trimmed(text.substr(0, end)));
        text.remove_prefix(end + by.size());
    }
    parts.push_back(trimmed(text));
    return parts;
}

// "mail program (MUA)" -> "mail program"
std::string_view without_remark(std::string_view word)
{
    for (const std::string_view bracket : {"(", "（"})
        word = word.substr(0, std::min(word.find(bracket), word.size()));
    return trimmed(word);
}

bool is_latin(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

// A word is none in the middle of another; an English one may have an s behind it.
bool stands_alone(std::string_view text, std::size_t begin, std::size_t end)
{
    if (begin > 0 && is_latin(text[begin]) && is_latin(text[begin - 1])) return false;
    if (end >= text.size() || !is_latin(text[end - 1])) return true;
    const bool plural = text[end] == 's' && (end + 1 == text.size() || !is_latin(text[end + 1]));
    return plural || !is_latin(text[end]);
}

} // namespace

Glossary::Glossary(std::string_view markdown, std::string_view language)
{
    const bool japanese = language == "ja";
    bool is_head = true; // of a table: its first two lines
    for (const std::string_view line : split(markdown, "\n")) {
        if (line.starts_with(own_words)) break;
        if (!line.starts_with("|")) {
            is_head = true;
            continue;
        }
        if (line.starts_with("| ---")) {
            is_head = false;
            continue;
        }
        auto cells = split(line, "|");
        cells.erase(cells.begin());
        if (is_head || cells.size() < least_cells) continue;
        std::string meaning{cells[japanese ? 3 : 2]};
        std::erase(meaning, '`');
        if (meaning.empty()) continue;
        for (const std::string_view word : split(cells[japanese ? 1 : 0], japanese ? "、" : ",")) {
            const std::string_view bare = without_remark(word);
            if (!bare.empty()) words_.push_back({std::string{bare}, meaning});
        }
    }
    std::ranges::stable_sort(
        words_, std::ranges::greater{}, [](const Word& word) { return word.word.size(); });
}

std::vector<Glossary::Found> Glossary::in(std::string_view text) const
{
    std::vector<Found> found;
    for (const Word& word : words_) {
        for (std::size_t at = text.find(word.word); at != std::string_view::npos;
             at = text.find(word.word, at + 1)) {
            const std::size_t end = at + word.word.size();
            const bool is_taken = std::ranges::any_of(
                found, [&](const Found& other) { return at < other.end && other.begin < end; });
            if (is_taken || !stands_alone(text, at, end)) continue;
            found.push_back({at, end, &word});
            break;
        }
    }
    std::ranges::sort(found, {}, &Found::begin);
    return found;
}

} // namespace gui
