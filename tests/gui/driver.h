// Drives the window without one: frames on no display, a mouse and keys made of code, controls
// found by their paths.
#pragma once

#include "gui/app.h"
#include "gui/bridged.h"
#include "gui/folder.h"
#include "gui/picture.h"
#include "platform/files.h"
#include "platform/resources.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace test {

inline std::filesystem::path home()
{
    return HIKYAKU_SOURCE_DIR;
}

inline std::shared_ptr<const sim::explain::Language> language_file(const std::string& code)
{
    return std::make_shared<const sim::explain::Language>(
        platform::load_language(home(), code).value());
}

inline std::vector<gui::LessonEntry> all_lessons()
{
    return gui::lessons_to_show(home());
}

inline std::string lesson_path(const std::string& name)
{
    return (home() / "scenarios" / name / "scenario.toml").string();
}

inline gui::Facilities facilities()
{
    static const auto ja = language_file("ja"); // read once: they are large
    static const auto en = language_file("en");
    static const auto lessons = all_lessons();
    return {home(),
            ja,
            en,
            lessons,
            platform::load_scenario,
            gui::list_folder,
            {},
            gui::open_bridge,
            platform::read_file};
}

inline gui::Preferences in(const std::string& language)
{
    gui::Preferences preferences;
    preferences.language = language;
    return preferences;
}

class Window {
public:
    explicit Window(gui::Preferences preferences = {},
                    ImVec2 size = {1440, 900},
                    gui::Facilities around = facilities())
    {
        ImGui::CreateContext();
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
        io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
        io.ConfigInputTrickleEventQueue = false;
        io.DisplaySize = size;
        io.DeltaTime = 1.0F / 60;
        app_ = std::make_unique<gui::App>(gui::Desk{std::move(around), std::move(preferences)},
                                          gui::load_fonts(gui::find_fonts({}).value()));
    }
    ~Window()
    {
        app_.reset();
        ImGui::DestroyContext();
    }
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    gui::Desk& desk() { return app_->desk(); }

    void open(const std::string& path)
    {
        desk().act(gui::action::Open{path});
        settle();
    }

    // One frame in which `seconds` of the person's time pass.
    void frame(float seconds = 0)
    {
        probe_ = {};
        draw(seconds, &probe_);
    }
    // The same as it is for a person, with nobody taking notes.
    void unwatched_frame() { draw(0, nullptr); }
    // ImGui places and scrolls what it laid out a frame later.
    void settle()
    {
        for (int i = 0; i < 3; ++i)
            frame();
    }

    [[nodiscard]] std::optional<gui::Probe::Item> find(const std::string& path) const
    {
        const auto found = std::ranges::find(probe_.items, path, &gui::Probe::Item::path);
        if (found == probe_.items.end()) return std::nullopt;
        return *found;
    }
    [[nodiscard]] const gui::Probe& probe() const { return probe_; }

    // Scrolls it into sight first, when it lies below or above. False when there is none.
    bool click(const std::string& path)
    {
        auto item = find(path);
        if (!item) return false;
        for (int tries = 0; tries < 60 && !in_sight(*item); ++tries) {
            wheel({item->min.x + 4, ImGui::GetIO().DisplaySize.y / 2}, item->min.y > 400 ? -1 : 1);
            item = find(path);
            if (!item) return false;
        }
        const ImVec2 at{(item->min.x + item->max.x) / 2, (item->min.y + item->max.y) / 2};
        press(at);
        return true;
    }

    // What the mouse did so far: turned its wheel, or (0) was pressed.
    struct MouseDid {
        ImVec2 at;
        int wheel = 0; // notches, up is positive
    };
    [[nodiscard]] const std::vector<MouseDid>& mouse() const { return mouse_; }

    void press(ImVec2 at)
    {
        mouse_.push_back({at, 0});
        ImGuiIO& io = ImGui::GetIO();
        io.AddMousePosEvent(at.x, at.y);
        frame();
        io.AddMouseButtonEvent(0, true);
        frame();
        io.AddMouseButtonEvent(0, false);
        frame();
        frame();
    }
    // With this mouse button down, from one place to the other.
    void drag(ImVec2 from, ImVec2 to, int button = 0)
    {
        ImGuiIO& io = ImGui::GetIO();
        io.AddMousePosEvent(from.x, from.y);
        frame();
        io.AddMouseButtonEvent(button, true);
        frame();
        for (int i = 1; i <= 4; ++i) {
            const float f = static_cast<float>(i) / 4;
            io.AddMousePosEvent(from.x + (to.x - from.x) * f, from.y + (to.y - from.y) * f);
            frame();
        }
        io.AddMouseButtonEvent(button, false);
        frame();
        frame();
    }
    void key(ImGuiKey key, bool shift = false)
    {
        ImGuiIO& io = ImGui::GetIO();
        if (shift) io.AddKeyEvent(ImGuiMod_Shift, true);
        io.AddKeyEvent(key, true);
        frame();
        io.AddKeyEvent(key, false);
        if (shift) io.AddKeyEvent(ImGuiMod_Shift, false);
        frame();
    }
    void ctrl(ImGuiKey key)
    {
        ImGuiIO& io = ImGui::GetIO();
        io.AddKeyEvent(ImGuiMod_Ctrl, true);
        io.AddKeyEvent(key, true);
        frame();
        io.AddKeyEvent(key, false);
        io.AddKeyEvent(ImGuiMod_Ctrl, false);
        frame();
    }
    void type(const std::string& text)
    {
        ImGui::GetIO().AddInputCharactersUTF8(text.c_str());
        frame();
    }
    void wheel(ImVec2 at, float notches)
    {
        mouse_.push_back({at, static_cast<int>(notches)});
        ImGuiIO& io = ImGui::GetIO();
        io.AddMousePosEvent(at.x, at.y);
        frame();
        io.AddMouseWheelEvent(0, notches);
        frame();
        frame();
    }
    [[nodiscard]] bool shows(const std::string& part) const
    {
        return std::ranges::any_of(probe_.texts, [&](const gui::Probe::Text& text) {
            return text.text.find(part) != std::string::npos;
        });
    }

private:
    void draw(float seconds, gui::Probe* probe)
    {
        ImGui::NewFrame();
        (void)app_->frame(1, seconds, probe);
        ImGui::Render();
        gui::serve_textures(*ImGui::GetDrawData());
    }
    static bool in_sight(const gui::Probe::Item& item)
    {
        const float top = 60;
        const float bottom = ImGui::GetIO().DisplaySize.y - 200; // above Send and a notice
        for (const char* fixed : {"top/", "player/", "account/send", "lessons/", "sheet/"})
            if (item.path.starts_with(fixed)) return true;
        // A list that was opened is whole in the window, and closes when one scrolls beside it.
        constexpr auto any = ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel;
        if (ImGui::IsPopupOpen("", any)) return item.max.y <= ImGui::GetIO().DisplaySize.y;
        return item.min.y >= top && item.max.y <= bottom;
    }

    std::unique_ptr<gui::App> app_;
    gui::Probe probe_;
    std::vector<MouseDid> mouse_;
};

} // namespace test
