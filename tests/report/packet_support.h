// What tests of packet views and of the TLS inspector share: a played lesson to look at, and octets
// spoilt in every way.
#pragma once

#include "sim/report/layers.h"
#include "sim/report/text.h"
#include "tests/support/lesson.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace test {

// A played lesson, its language and what views are made from.
struct Seen {
    sim::Playback run;
    sim::explain::Language words;

    explicit Seen(const std::string& lesson,
                  const std::string& code = "en",
                  const Settings& settings = {})
        : run{play_lesson(lesson, settings)}, words{language(code)}
    {
    }
    [[nodiscard]] sim::report::Source
    source(sim::report::Secrets secrets = sim::report::Secrets::masked,
           sim::report::Level level = sim::report::Level::standard) const
    {
        return sim::report::Source{
            run.trace(), run.scenario(), words, run.trace().size(), level, secrets, 80};
    }
};

inline bool has(std::string_view text, std::string_view what)
{
    return text.find(what) != std::string_view::npos;
}

// Every field of these has words, and lies within `size` octets.
inline void check_fields(const std::vector<sim::report::Field>& fields, std::size_t size)
{
    for (const sim::report::Field& field : fields) {
        // One assertion for all: there are millions of fields to be looked at.
        const bool good = !field.name.empty() && !field.value.empty() && !field.meaning.empty() &&
                          field.value.find('\n') == std::string::npos && field.depth >= 0 &&
                          std::size_t{field.offset} + field.size <= size;
        if (!good) FAIL(field.name, ": ", field.value, ", ", field.offset, "+", field.size);
    }
}

// The fields that are part of no other cover [offset, offset + size), in order and without gaps.
inline void
check_tiling(const std::vector<sim::report::Field>& fields, std::uint32_t offset, std::size_t size)
{
    std::uint32_t at = offset;
    for (const sim::report::Field& field : fields) {
        if (field.depth > 0) continue;
        if (field.offset != at) FAIL(field.name, ": ", field.value, " is not at ", at);
        at += field.size;
    }
    REQUIRE(at == offset + size);
}

// Each prefix of the octets, and the octets with each one changed in several ways.
inline void for_each_spoilt(std::string_view octets,
                            const std::function<void(std::string_view)>& look)
{
    for (std::size_t size = 0; size <= octets.size(); ++size)
        look(octets.substr(0, size));
    for (std::size_t i = 0; i < octets.size(); ++i) {
        for (const unsigned change : {0x01U, 0xffU}) {
            std::string spoilt{octets};
            spoilt[i] = static_cast<char>(static_cast<unsigned char>(spoilt[i]) ^ change);
            look(spoilt);
        }
    }
}

} // namespace test
