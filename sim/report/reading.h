// The text of a lesson, as it is read in a terminal: the little of Markdown that lesson.*.md use
// (headings, lists, bold, code) as lines of spans.
#pragma once

#include "sim/report/text.h"

#include <cstddef>
#include <string_view>

namespace sim::report {

// A line of the file is a line here, wrapped to `columns`; what was bold at the front of a line and
// what is to be typed stands out.
Lines reading(std::string_view markdown, std::size_t columns);

} // namespace sim::report
