// What every report is drawn from, and what it is drawn into: lines of spans that say what they
// mean, so that a terminal colours them and the window draws them from the same data.
#pragma once

#include "sim/explain/describe.h"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sim::report {

using explain::Level;
using explain::Secrets;

// A run as far as it is looked at: trace[0, end). Everything must outlive the call.
struct Source {
    const Trace& trace;
    const scenario::Scenario& scenario;
    const explain::Language& language;
    std::size_t end = 0;
    Level level = Level::standard;
    Secrets secrets = Secrets::masked;
    std::size_t columns = 80; // text is wrapped to this; at least 40

    [[nodiscard]] explain::Context context() const
    {
        return explain::Context{scenario, trace, language, secrets, level};
    }
};

// What a piece of text means. Never told by colour alone: the text itself says it too.
SIM_NAMED_ENUM(Role, plain, heading, quiet, emphasis, clear, encrypted, blocked, secret, accepted);

// The role of what an event says.
[[nodiscard]] Role role_of(explain::Mark mark);

struct Span {
    std::string text;
    Role role = Role::plain;
    friend bool operator==(const Span&, const Span&) = default;
};

struct TextLine {
    std::vector<Span> spans;
    EventId event; // what selecting this line selects; none for a line about nothing in particular
};
using Lines = std::vector<TextLine>;

// How spans are marked in a stream of text: what stands before and after those of each role.
struct Style {
    struct Marks {
        std::string before;
        std::string after;
    };
    std::array<Marks, count_of<Role>()> marks;
};

Style plain_style();    // text only
Style terminal_style(); // ANSI colours, 16 of them, readable on black and on white

// Each line ends with a line feed; no blanks at the end of a line.
std::string to_text(const Lines& lines, const Style& style);

} // namespace sim::report
