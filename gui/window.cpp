#include "gui/window.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>
#include <imgui_internal.h>

#define GL_GLEXT_PROTOTYPES
#include <GL/gl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

namespace gui {

namespace {

constexpr double look_again_seconds = 0.5; // idle: at the open file, nothing else
constexpr float longest_step_seconds = 0.1F;
constexpr std::chrono::milliseconds live_wait{10}; // with a bridge: for its programs, at least

// What GLFW hands us about the window; GLFW's own pointer leads here.
struct Dropped {
    std::string path;
};

void on_drop(GLFWwindow* window, int count, const char** paths)
{
    auto* dropped = static_cast<Dropped*>(glfwGetWindowUserPointer(window));
    if (count > 0) dropped->path = paths[0];
}

struct GlfwEnd {
    GlfwEnd() = default;
    GlfwEnd(const GlfwEnd&) = delete;
    GlfwEnd& operator=(const GlfwEnd&) = delete;
    ~GlfwEnd() { glfwTerminate(); }
};

std::string last_problem()
{
    const char* text = nullptr;
    glfwGetError(&text);
    return text == nullptr ? "" : text;
}

struct BackendEnd {
    BackendEnd() = default;
    BackendEnd(const BackendEnd&) = delete;
    BackendEnd& operator=(const BackendEnd&) = delete;
    ~BackendEnd()
    {
        ImGui_ImplOpenGL3_Shutdown();
        ImGui_ImplGlfw_Shutdown();
        ImGui::DestroyContext();
    }
};

std::array<int, 4> place_of(GLFWwindow* window)
{
    std::array<int, 4> place{};
    glfwGetWindowPos(window, &place[0], &place[1]);
    glfwGetWindowSize(window, &place[2], &place[3]);
    return place;
}

void draw(GLFWwindow* window)
{
    int width = 0;
    int height = 0;
    glfwGetFramebufferSize(window, &width, &height);
    glViewport(0, 0, width, height);
    glClearColor(1, 1, 1, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
    glfwSwapBuffers(window);
}

// Whether something was pressed or moved in this frame, or still waits for one: ImGui spreads what
// came at once, as the press and the release of a quick click, over several.
bool has_input()
{
    const ImGuiContext& context = *ImGui::GetCurrentContext();
    return !context.InputEventsTrail.empty() || !context.InputEventsQueue.empty();
}

void loop(GLFWwindow* window, App& app, Dropped& dropped, const WindowUser& user)
{
    double last = glfwGetTime();
    double looked = last;
    double frame_seconds = 0;
    int settle = 3; // frames that are drawn after the last input: ImGui needs one or two
    while (glfwWindowShouldClose(window) == 0) {
        if (app.desk().live() != nullptr) {
            // Half of the time for the people, half for the programs.
            const auto drawing = std::chrono::milliseconds{std::lround(1000 * frame_seconds)};
            if (app.desk().follow(std::clamp(drawing, live_wait, 10 * live_wait))) settle = 3;
            glfwPollEvents();
            if (has_input()) settle = 3;
        } else if (settle > 0) {
            glfwPollEvents();
        } else {
            const double before = glfwGetTime();
            glfwWaitEventsTimeout(look_again_seconds);
            if (glfwGetTime() - before < look_again_seconds * 0.95) settle = 3;
        }
        const double now = glfwGetTime();
        if (now - looked > look_again_seconds) {
            looked = now;
            if (user.file_changed(app.desk())) {
                app.desk().reload();
                settle = 3;
            }
        }
        if (!dropped.path.empty()) {
            app.desk().act(action::Open{std::exchange(dropped.path, {})});
            settle = 3;
        }
        if (settle == 0) {
            last = now;
            continue;
        }
        int width = 0;
        int height = 0;
        glfwGetFramebufferSize(window, &width, &height);
        if (width <= 0 || height <= 0) { // minimised: nothing to draw on
            if (app.desk().live() == nullptr) glfwWaitEventsTimeout(look_again_seconds);
            last = glfwGetTime();
            continue;
        }
        float scale = 1;
        glfwGetWindowContentScale(window, &scale, nullptr);
        ImGui_ImplOpenGL3_NewFrame();
        ImGui_ImplGlfw_NewFrame();
        ImGui::NewFrame();
        const float step = std::min(static_cast<float>(now - last), longest_step_seconds);
        last = now;
        const bool moves = app.frame(scale, step);
        ImGui::Render();
        user.shown(app.desk());
        user.drawn(*ImGui::GetDrawData());
        draw(window);
        frame_seconds = glfwGetTime() - now;
        settle = moves || has_input() ? 3 : settle - 1;
    }
    app.desk().remember_window(place_of(window));
}

} // namespace

WindowResult
run_window(const FontFiles& fonts, const Preferences& preferences, const WindowUser& user)
{
    if (glfwInit() == 0) return {"no display can be reached (" + last_problem() + ")"};
    const GlfwEnd end;
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
    const auto& place = preferences.window;
    GLFWwindow* window = glfwCreateWindow(
        std::max(place[2], 640), std::max(place[3], 480), "飛脚 hikyaku", nullptr, nullptr);
    if (window == nullptr) return {"OpenGL 3.3 is not to be had here (" + last_problem() + ")"};
    if (place[0] >= 0 && place[1] >= 0) glfwSetWindowPos(window, place[0], place[1]);
    glfwSetWindowSizeLimits(window, 640, 480, GLFW_DONT_CARE, GLFW_DONT_CARE);
    glfwMakeContextCurrent(window);
    glfwSwapInterval(1);
    Dropped dropped;
    glfwSetWindowUserPointer(window, &dropped);
    glfwSetDropCallback(window, on_drop);

    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr;
    ImGui::GetIO().ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
    ImGui_ImplGlfw_InitForOpenGL(window, true);
    ImGui_ImplOpenGL3_Init("#version 330 core");
    {
        const BackendEnd backend;
        App app = user.start(load_fonts(fonts));
        loop(window, app, dropped, user);
        user.before_end(app.desk());
    }
    glfwDestroyWindow(window);
    return {};
}

} // namespace gui
