#include "sim/report/text.h"

#include "sim/core/utf8.h"

namespace sim::report {

Role role_of(explain::Mark mark)
{
    return parse_enum<Role>(name_of(mark)).value_or(Role::plain);
}

Style plain_style()
{
    return {};
}

Style terminal_style()
{
    Style style;
    const auto mark = [&](Role role, const char* before) {
        style.marks.at(static_cast<std::size_t>(role)) = {before, "\x1b[0m"};
    };
    // The colours of the window's design, as near as sixteen come to them. The meaning is also in
    // the words, so that nothing is lost without them.
    mark(Role::heading, "\x1b[1m");
    mark(Role::quiet, "\x1b[90m");
    mark(Role::emphasis, "\x1b[1m");
    mark(Role::clear, "\x1b[31m");
    mark(Role::encrypted, "\x1b[34m");
    mark(Role::blocked, "\x1b[7m");
    mark(Role::secret, "\x1b[33m");
    mark(Role::accepted, "\x1b[32m");
    return style;
}

std::string to_text(const Lines& lines, const Style& style)
{
    std::string text;
    for (const TextLine& line : lines) {
        std::size_t count = line.spans.size();
        // Blanks at the end of a line are nobody's.
        std::string last;
        while (count > 0) {
            last = line.spans[count - 1].text;
            while (last.ends_with(' '))
                last.pop_back();
            if (!last.empty()) break;
            --count;
        }
        for (std::size_t i = 0; i < count; ++i) {
            const auto& marks = style.marks.at(static_cast<std::size_t>(line.spans[i].role));
            text += marks.before;
            // What made the span should have seen to it; nothing that steers a terminal gets past.
            text += printable(i + 1 == count ? last : line.spans[i].text);
            text += marks.after;
        }
        text += '\n';
    }
    return text;
}

} // namespace sim::report
