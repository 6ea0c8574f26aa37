// What a person can ask for in the window: panels only put these in a list, the Desk carries them
// out after the frame. Nothing else changes the world or what is shown of it.
#pragma once

#include "gui/theme.h"
#include "sim/core/ids.h"
#include "sim/explain/catalog.h"
#include "sim/report/speakers_notes.h"

#include <cstddef>
#include <string>
#include <variant>

namespace gui {

SIM_NAMED_ENUM(Tab, transcript, wiretap, packet, state);
// What the wiretap shows: what was said last, at both ends against on the cable; all that the ends
// said; all that went over the cable.
SIM_NAMED_ENUM(TapView, last, ends, wire);
SIM_NAMED_ENUM(Until, block, refusal, tls, delivered, end);
SIM_NAMED_ENUM(Sheet, none, keys, export_menu, until, lessons, files, bridge, start, legend);

// How the map lies in its place: so many times as large as it fits, with this point of it in the
// middle; 0 to 1 from its left and its top.
struct MapView {
    float zoom = 1;
    float x = 0.5F;
    float y = 0.5F;

    friend bool operator==(const MapView&, const MapView&) = default;
};

namespace action {

struct Open { // a scenario file
    std::string path;
};
struct OpenNeighbour { // the next or previous lesson
    int step = 1;
};
struct ShowFolder { // in the list of files
    std::string path;
};
struct Search { // among the lessons
    std::string words;
};
struct Pick { // up or down in what was found
    int step = 1;
};
struct ChangeSetting {
    std::string key;
    std::string value;
};
struct Fork { // the settings are to be changed from here on
};
struct ApplyCure {
    std::size_t card = 0; // of RunView::cards()
};
struct Predict {
    int choice = 0;
};
struct Send { // from the start, playing
};
struct PlayPause {};
struct Step {
    int direction = 1;
    bool hop = false; // a hop, whatever the level
};
struct Seek {
    std::size_t cursor = 0;
};
struct ToStart {};
struct ToEnd {};
struct RunUntil {
    Until what = Until::block;
};
struct RunUntilTime { // "09:00:21": what the clock shows then
    std::string clock;
};
struct Restart {
    bool new_seed = false;
};
struct Select { // an event: everywhere at once, and the cursor behind it
    sim::EventId event;
};
struct OpenFold { // rows that are folded into one; by the event that they begin with
    sim::EventId fold;
    bool open = true;
};
struct SetSpeed {
    float stops_per_second = 1;
};
struct SetLevel {
    sim::explain::Level level = sim::explain::Level::standard;
};
struct SetLanguage {
    std::string code;
};
struct SetTheme {
    ThemeName theme = ThemeName::paper;
};
struct Zoom {
    int step = 1; // 0: back to 1:1
};
struct SetMotion {
    bool on = true;
};
struct MoveMap { // cut to what there is of it
    MapView view;
};
struct ShowTab {
    Tab tab = Tab::transcript;
};
struct Tap { // listen on this cable
    sim::LinkId link;
};
struct ShowTap {
    TapView view = TapView::last;
};
struct ShowHost { // none: close the pop-up
    sim::HostId host;
};
struct ShowSecrets {
    bool on = false;
};
struct ShowSheet {
    Sheet sheet = Sheet::none;
};
struct Bridge { // real mail programs are let in, or no more
    bool open = true;
};
struct StopRun {}; // a long run goes no further
struct Present {   // to a class: this lesson, from its first stop
    bool on = true;
};
struct NextStop { // of the presentation, or a former one
    int step = 1;
};
struct GoToStop {
    sim::report::LessonStop stop = sim::report::LessonStop::hook;
};
struct Blacken {}; // a black screen, or no more
SIM_NAMED_ENUM(ExportKind, png, transcript, json, capture);
struct Export {
    ExportKind kind = ExportKind::png;
};

} // namespace action

using Action = std::variant<action::Open,
                            action::OpenNeighbour,
                            action::ShowFolder,
                            action::Search,
                            action::Pick,
                            action::ChangeSetting,
                            action::Fork,
                            action::ApplyCure,
                            action::Predict,
                            action::Send,
                            action::PlayPause,
                            action::Step,
                            action::Seek,
                            action::ToStart,
                            action::ToEnd,
                            action::RunUntil,
                            action::RunUntilTime,
                            action::Restart,
                            action::Select,
                            action::OpenFold,
                            action::SetSpeed,
                            action::SetLevel,
                            action::SetLanguage,
                            action::SetTheme,
                            action::Zoom,
                            action::SetMotion,
                            action::MoveMap,
                            action::ShowTab,
                            action::Tap,
                            action::ShowTap,
                            action::ShowHost,
                            action::ShowSecrets,
                            action::ShowSheet,
                            action::Bridge,
                            action::StopRun,
                            action::Present,
                            action::NextStop,
                            action::GoToStop,
                            action::Blacken,
                            action::Export>;

} // namespace gui
