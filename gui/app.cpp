#include "gui/app.h"

#include "gui/panels/panels.h"

#include <imgui_internal.h>

#include <algorithm>

namespace gui {

namespace {

constexpr ImGuiWindowFlags whole_window =
    ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
    ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoScrollWithMouse;
// As a Japanese input method types them.
constexpr ImWchar wide_question = 0xFF1F;
constexpr ImWchar wide_slash = 0xFF0F;
constexpr float smallest_side = 240; // pixels: below this there is nothing to be seen

// A part of the one window there is: the keyboard walks from pane to pane in the order in which
// they are drawn.
void begin_pane(const Ui& ui, const char* name, const Rect& rect, ImU32 colour, ImVec2 padding)
{
    ImGui::SetCursorScreenPos(rect.min);
    ImGui::PushStyleColor(ImGuiCol_ChildBg, colour);
    ImGui::PushStyleVar(ImGuiStyleVar_ChildRounding, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {ui.px(padding.x), ui.px(padding.y)});
    ImGui::BeginChild(name,
                      {rect.width(), rect.height()},
                      ImGuiChildFlags_NavFlattened | ImGuiChildFlags_AlwaysUseWindowPadding,
                      ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
    ImGui::PopStyleVar(2);
    ImGui::PopStyleColor();
}

// Tab and F begin a walk over the controls, with the arrows too; Escape or a press ends it. As long
// as nobody walks, the arrows step through the run, and at any time the keys that go to its ends
// and to other lessons are the window's own: ImGui is not told of those in the next frame.
void keep_keys(const Desk& desk)
{
    const ImGuiIO& io = ImGui::GetIO();
    if (ImGui::IsKeyPressed(ImGuiKey_F, false) && !io.WantTextInput)
        ImGui::SetNavCursorVisible(true);
    if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) ImGui::SetNavCursorVisible(false);
    const bool over = desk.sheet() != Sheet::none || desk.shown_host().exists() ||
                      ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId);
    if (over || io.WantTextInput) return;
    const ImGuiID own = ImGui::GetID("own keys");
    for (const ImGuiKey key : {ImGuiKey_Home, ImGuiKey_End, ImGuiKey_PageUp, ImGuiKey_PageDown})
        ImGui::SetKeyOwner(key, own);
    if (ImGui::IsAnyItemFocused()) return;
    for (const ImGuiKey key :
         {ImGuiKey_LeftArrow, ImGuiKey_RightArrow, ImGuiKey_UpArrow, ImGuiKey_DownArrow})
        ImGui::SetKeyOwner(key, own);
}

// The verdict takes of the map's room as far as names on it stay whole.
float end_of_map(const Ui& ui, const Rect& middle, bool over)
{
    const float most = middle.height() * 0.51F;
    const float least = std::min(most, ui.px(280));
    return middle.min.y + (over ? std::max(middle.height() * 0.42F, least) : most);
}

} // namespace

void App::keys(std::vector<Action>& actions) const
{
    const ImGuiIO& io = ImGui::GetIO();
    // Held down, the arrows alone go on: whoever rests a finger on a key does not want the last
    // lesson.
    const auto pressed = [](ImGuiKey key) {
        return ImGui::IsKeyPressed(key, key >= ImGuiKey_LeftArrow && key <= ImGuiKey_DownArrow);
    };
    if (io.KeyCtrl) {
        if (pressed(ImGuiKey_Equal) || pressed(ImGuiKey_KeypadAdd) || pressed(ImGuiKey_Semicolon))
            actions.emplace_back(action::Zoom{1});
        if (pressed(ImGuiKey_Minus) || pressed(ImGuiKey_KeypadSubtract))
            actions.emplace_back(action::Zoom{-1});
        if (pressed(ImGuiKey_0)) actions.emplace_back(action::Zoom{0});
        MapView view = desk_.map_view();
        const float step = 0.25F / view.zoom; // of what is seen
        if (pressed(ImGuiKey_LeftArrow)) view.x -= step;
        if (pressed(ImGuiKey_RightArrow)) view.x += step;
        if (pressed(ImGuiKey_UpArrow)) view.y -= step;
        if (pressed(ImGuiKey_DownArrow)) view.y += step;
        if (!io.WantTextInput && view != desk_.map_view())
            actions.emplace_back(action::MoveMap{view});
        return;
    }
    if (io.WantTextInput) return; // single letters belong to the field
    if (pressed(ImGuiKey_Escape)) {
        actions.emplace_back(action::ShowSheet{Sheet::none});
        actions.emplace_back(action::ShowHost{});
    }
    const bool on_control = io.NavVisible && ImGui::IsAnyItemFocused();
    if (pressed(ImGuiKey_Period) || (pressed(ImGuiKey_Space) && !on_control))
        actions.emplace_back(action::PlayPause{});
    if (!on_control && pressed(ImGuiKey_RightArrow))
        actions.emplace_back(action::Step{1, io.KeyShift});
    if (!on_control && pressed(ImGuiKey_LeftArrow))
        actions.emplace_back(action::Step{-1, io.KeyShift});
    if (pressed(ImGuiKey_Home)) actions.emplace_back(action::ToStart{});
    if (pressed(ImGuiKey_End)) actions.emplace_back(action::ToEnd{});
    if (pressed(ImGuiKey_0) || pressed(ImGuiKey_Keypad0)) actions.emplace_back(action::MoveMap{});
    if (pressed(ImGuiKey_PageDown)) actions.emplace_back(action::OpenNeighbour{1});
    if (pressed(ImGuiKey_PageUp)) actions.emplace_back(action::OpenNeighbour{-1});
    if (pressed(ImGuiKey_1)) actions.emplace_back(action::SetLevel{sim::explain::Level::story});
    if (pressed(ImGuiKey_2)) actions.emplace_back(action::SetLevel{sim::explain::Level::standard});
    if (pressed(ImGuiKey_3)) actions.emplace_back(action::SetLevel{sim::explain::Level::expert});
    if (pressed(ImGuiKey_L)) {
        actions.emplace_back(
            action::SetLanguage{desk_.preferences().language == "ja" ? "en" : "ja"});
    }
    if (pressed(ImGuiKey_F)) actions.emplace_back(action::Fork{});
    if (pressed(ImGuiKey_O)) actions.emplace_back(action::ShowSheet{Sheet::files});
    if (pressed(ImGuiKey_B)) actions.emplace_back(action::ShowSheet{Sheet::bridge});
    if (pressed(ImGuiKey_G)) actions.emplace_back(action::ShowSheet{Sheet::legend});
    if (pressed(ImGuiKey_R)) actions.emplace_back(action::Restart{});
    if (pressed(ImGuiKey_P)) actions.emplace_back(action::Present{});
    // By what was typed: which key that takes differs between keyboards, and Shift may be up again
    // before the frame comes.
    for (const ImWchar typed : io.InputQueueCharacters) {
        if (typed == '?' || typed == wide_question)
            actions.emplace_back(action::ShowSheet{Sheet::keys});
        if (typed == '/' || typed == wide_slash)
            actions.emplace_back(action::ShowSheet{Sheet::lessons});
    }
}

// Whatever a presenter's remote may send; no other letter changes what the class sees.
void App::presenter_keys(std::vector<Action>& actions) const
{
    const auto pressed = [](ImGuiKey key) {
        return ImGui::IsKeyPressed(key, key >= ImGuiKey_LeftArrow && key <= ImGuiKey_DownArrow);
    };
    if (pressed(ImGuiKey_P) || pressed(ImGuiKey_Escape))
        actions.emplace_back(action::Present{false});
    if (pressed(ImGuiKey_PageDown)) actions.emplace_back(action::NextStop{1});
    if (pressed(ImGuiKey_PageUp)) actions.emplace_back(action::NextStop{-1});
    if (pressed(ImGuiKey_B)) actions.emplace_back(action::Blacken{});
    if (pressed(ImGuiKey_Period) || pressed(ImGuiKey_Space))
        actions.emplace_back(action::PlayPause{});
    if (pressed(ImGuiKey_RightArrow)) actions.emplace_back(action::Step{1});
    if (pressed(ImGuiKey_LeftArrow)) actions.emplace_back(action::Step{-1});
    if (pressed(ImGuiKey_L)) {
        actions.emplace_back(
            action::SetLanguage{desk_.preferences().language == "ja" ? "en" : "ja"});
    }
}

void App::look_at_graph()
{
    if (graph_of_ == desk_.run_number()) return;
    graph_of_ = desk_.run_number();
    graph_ = map_graph(desk_.playback().world(), desk_.scenario());
}

void App::middle_pane(const Ui& ui, const Rect& middle)
{
    const Theme& theme = ui.theme();
    begin_pane(ui, "##middle", middle, theme.paper, {14, 14});
    if (!ui.desk().problems().empty()) { // and nothing of the lesson behind it
        problems_panel(ui);
    } else if (ui.desk().is_open()) {
        look_at_graph();
        const float pad = ui.px(14);
        const bool over = ui.desk().shows_verdict();
        float split = end_of_map(ui, middle, over);
        map_panel(
            ui, graph_, {{middle.min.x + pad, middle.min.y + pad}, {middle.max.x - pad, split}});
        if (over) { // what the run came to, and of the conversation what there is room for
            const ImVec2 corner{middle.min.x + pad, split + ui.px(8)};
            const float most = std::max(middle.height() * 0.29F - ui.px(24), ui.px(150));
            const Rect across{corner, {middle.max.x - pad, corner.y + most}};
            split += verdict_panel(ui, across) + ui.px(4);
        } else {
            ImGui::GetWindowDrawList()->AddLine({middle.min.x + pad, split + ui.px(10)},
                                                {middle.max.x - pad, split + ui.px(10)},
                                                theme.rule);
        }
        const float least = ui.px(90) * ui.theme().type_scale; // names and a row
        if (middle.max.y - split > least) {
            ladder_panel(ui,
                         {{middle.min.x + pad, split + ui.px(over ? 12 : 16)},
                          {middle.max.x - ui.px(2), middle.max.y - ui.px(4)}});
        }
    } else {
        ui.paragraph(ui.body(), ui.say("empty"));
    }
    ImGui::GetWindowDrawList()->AddLine(middle.min, {middle.min.x, middle.max.y}, theme.rule);
    ImGui::GetWindowDrawList()->AddLine(
        {middle.max.x - 1, middle.min.y}, {middle.max.x - 1, middle.max.y}, theme.rule);
    ImGui::EndChild();
}

// Before a class there is room for one side: the settings until something has happened, then what
// happened; or the one that somebody chose since.
void App::only_side(const Ui& ui)
{
    ImGuiStorage* storage = ImGui::GetStateStorage();
    const ImGuiID before = ImGui::GetID("has begun");
    const ImGuiID shown = ImGui::GetID("shown");
    const bool begun = ui.desk().cursor() > 0;
    if (storage->GetInt(before, -1) != static_cast<int>(begun)) {
        storage->SetInt(before, static_cast<int>(begun));
        storage->SetInt(shown, static_cast<int>(begun));
    }
    const std::vector<std::pair<std::string, std::string>> sides{
        {"settings", ui.say("side.settings")}, {"run", ui.say("side.run")}};
    const auto now = static_cast<std::size_t>(storage->GetInt(shown));
    const float width = ImGui::GetContentRegionAvail().x;
    if (const auto pressed = ui.segmented("side", sides, now, width))
        storage->SetInt(shown, static_cast<int>(*pressed));
    if (now == 0) {
        settings_panel(ui);
    } else {
        side_panel(ui);
    }
}

void App::layout(const Ui& ui)
{
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    const float top = ui.theme().body() + ui.px(36);
    const float bottom = ui.px(70);
    const Theme& theme = ui.theme();

    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(size);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    ImGui::Begin("##hikyaku", nullptr, whole_window);
    ImGui::PopStyleVar();

    begin_pane(ui, "##top", {{0, 0}, {size.x, top}}, theme.card, {16, 10});
    top_bar(ui);
    ImGui::GetWindowDrawList()->AddLine({0, top - 1}, {size.x, top - 1}, theme.rule);
    ImGui::EndChild();

    // So, too, in small windows and at large zooms: panels are dropped, not squeezed.
    const bool one_side = theme.name == ThemeName::projector || size.x < ui.px(1152);
    const float left = one_side ? 0 : std::min(ui.px(290), size.x * 0.26F);
    const float right =
        one_side ? std::min(ui.px(410), size.x * 0.36F) : std::min(ui.px(370), size.x * 0.31F);
    if (!one_side) {
        begin_pane(ui, "##left", {{0, top}, {left, size.y - bottom}}, theme.card, {16, 12});
        settings_panel(ui);
        ImGui::EndChild();
    }

    const Rect middle{{left, top}, {size.x - right, size.y - bottom}};
    middle_pane(ui, middle);

    begin_pane(
        ui, "##right", {{size.x - right, top}, {size.x, size.y - bottom}}, theme.card, {16, 12});
    if (one_side) {
        only_side(ui);
    } else {
        side_panel(ui);
    }
    ImGui::EndChild();

    const Rect player{{0, size.y - bottom}, size};
    begin_pane(ui, "##player", player, theme.card, {0, 0});
    ImGui::GetWindowDrawList()->AddLine(player.min, {size.x, player.min.y}, theme.rule);
    player_bar(ui, {{ui.px(18), player.min.y}, {size.x - ui.px(16), player.max.y}});
    ImGui::EndChild();

    keep_keys(desk_);
    ImGui::End();

    host_sheet(ui);
    sheets(ui, {{middle.min.x, end_of_map(ui, middle, false)}, middle.max});
}

void App::presenter_layout(const Ui& ui)
{
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(size);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    ImGui::Begin("##presenter", nullptr, whole_window);
    ImGui::PopStyleVar();
    begin_pane(ui, "##presented", {{0, 0}, size}, ui.theme().paper, {0, 0});
    look_at_graph();
    presenter(ui, graph_, {{0, 0}, size});
    ImGui::EndChild();
    keep_keys(desk_);
    ImGui::End();
}

bool App::frame(float display_scale, float seconds, Probe* probe)
{
    const bool moves = desk_.advance(seconds);
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    const bool presents = desk_.presentation() && desk_.is_shown();
    const auto& wanted = desk_.preferences();
    const Theme theme = presents ? presenter_theme(size.y)
                                 : make_theme(wanted.theme, display_scale, wanted.zoom, size);
    apply(theme);
    if (size.x < smallest_side || size.y < smallest_side) return moves;
    ImGui::GetIO().ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
    ImGui::GetCurrentContext()->ConfigNavWindowingKeyNext = 0; // there is but one window
    ImGui::GetCurrentContext()->ConfigNavWindowingKeyPrev = 0;
    std::vector<Action> actions;
    {
        const Ui ui{desk_, theme, fonts_, actions, probe};
        ImGui::PushFont(fonts_.text, theme.body());
        if (presents) {
            presenter_layout(ui);
        } else {
            layout(ui);
        }
        ImGui::PopFont();
    }
    if (presents) {
        presenter_keys(actions);
    } else {
        keys(actions);
    }
    for (const Action& action : actions)
        desk_.act(action);
    return moves || !actions.empty();
}

} // namespace gui
