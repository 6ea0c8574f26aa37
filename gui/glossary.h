// The words of the mail world (docs/glossary.md), so that they can be explained where they stand.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gui {

class Glossary {
public:
    struct Word {
        std::string word;
        std::string meaning;
    };
    // Where a word stands in a text, in octets.
    struct Found {
        std::size_t begin = 0;
        std::size_t end = 0;
        const Word* word = nullptr;
    };

    Glossary() = default;
    // The tables of the file, in this language; what the simulator itself is made of is left out.
    Glossary(std::string_view markdown, std::string_view language);

    [[nodiscard]] const std::vector<Word>& words() const { return words_; }
    // Each word once, where it stands first; in order, and none in another.
    [[nodiscard]] std::vector<Found> in(std::string_view text) const;

private:
    std::vector<Word> words_; // longer ones before those that they contain
};

} // namespace gui
