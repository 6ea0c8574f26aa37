// The parts of the window, one file each. Each draws itself into the current ImGui window from the
// desk, and asks for what was pressed.
#pragma once

#include "gui/map_layout.h"
#include "gui/ui.h"
#include "sim/core/named_enum.h"

namespace gui {

void top_bar(const Ui& ui);
void lesson_sheet(const Ui& ui, const Rect& box); // all lessons, below the box that shows one
void settings_panel(const Ui& ui);                // left: what I can change
void faults(const Ui& ui);                        // in it: what may go wrong, and where
void map_panel(const Ui& ui, const MapGraph& graph, const Rect& space);
void ladder_panel(const Ui& ui, const Rect& space);
// What the run came to, at the top of `space`; the height that it took.
float verdict_panel(const Ui& ui, const Rect& space);
void side_panel(const Ui& ui); // right: tabs, the selected event, the why card
void transcript_tab(const Ui& ui);
void wiretap_tab(const Ui& ui);
void packet_tab(const Ui& ui);
void state_tab(const Ui& ui);
void why_panel(const Ui& ui);
// Of that card; no height when there is nothing to cure.
void cure_button(const Ui& ui);
float cure_height(const Ui& ui);
// One thing at a time, in large type, over the whole window.
void presenter(const Ui& ui, const MapGraph& graph, const Rect& space);
void player_bar(const Ui& ui, const Rect& space);
void problems_panel(const Ui& ui); // what is wrong with a file
// Keys, run until, export, files; `below_map` is what the one leaves free that explains the window.
void sheets(const Ui& ui, const Rect& below_map);
void bridge(const Ui& ui); // in its sheet: real mail programs, and how they get in
// Where to begin: a sheet that leaves the map to be seen.
void start_sheet(const Ui& ui, const Rect& below_map);
void legend_sheet(const Ui& ui); // in its sheet: what signs and colours mean
// While the start sheet is open: one of its three numbers, in the upper right corner of what it is
// about.
SIM_NAMED_ENUM(StartMark, send, map, words);
void start_mark(const Ui& ui, StartMark mark, ImVec2 corner);
void host_sheet(const Ui& ui); // the host that was pressed on the map

} // namespace gui
