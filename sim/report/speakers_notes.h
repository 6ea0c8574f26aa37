// A lesson before a class: the places at which its presenter stops, and what the presenter alone
// reads there. All of it stands in the lesson's file and text already.
#pragma once

#include "sim/report/lesson_text.h"
#include "sim/report/text.h"
#include "sim/scenario/scenario.h"

#include <cstddef>

namespace sim::report {

// What is it about? What will happen? It happens. Why? What helps?
SIM_NAMED_ENUM(LessonStop, hook, predict, watch, why, cure);

// Words of the language file: "report.stop.<name>".
Lines speakers_notes(LessonStop stop,
                     const scenario::Scenario& scenario,
                     const LessonText& text,
                     const explain::Language& language,
                     std::size_t columns);

} // namespace sim::report
