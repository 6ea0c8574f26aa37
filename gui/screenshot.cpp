#include "gui/screenshot.h"

#include "gui/app.h"
#include "gui/picture.h"
#include "sim/core/setting_key.h"
#include "sim/explain/problem_words.h"

#include <charconv>
#include <optional>
#include <utility>

namespace gui {

namespace {

constexpr int smallest_picture = 320;
constexpr int largest_picture = 8192;

struct Size {
    int width = 0;
    int height = 0;
};

std::optional<Size> parse_size(const std::string& text)
{
    Size size;
    const char* end = text.data() + text.size();
    const auto width = std::from_chars(text.data(), end, size.width);
    if (width.ec != std::errc{} || width.ptr == end || *width.ptr != 'x') return std::nullopt;
    const auto height = std::from_chars(width.ptr + 1, end, size.height);
    if (height.ec != std::errc{} || height.ptr != end) return std::nullopt;
    for (const int length : {size.width, size.height})
        if (length < smallest_picture || length > largest_picture) return std::nullopt;
    return size;
}

std::optional<Action> go_to(const std::string& at)
{
    if (at == "blocked") return action::RunUntil{Until::block};
    if (at == "tls") return action::RunUntil{Until::tls};
    if (at == "refused") return action::RunUntil{Until::refusal};
    if (at == "delivered") return action::RunUntil{Until::delivered};
    if (at == "end") return action::ToEnd{};
    return std::nullopt;
}

struct ContextEnd {
    ContextEnd() = default;
    ContextEnd(const ContextEnd&) = delete;
    ContextEnd& operator=(const ContextEnd&) = delete;
    ~ContextEnd() { ImGui::DestroyContext(); }
};

} // namespace

std::optional<platform::Presented> presented_by(const Desk& desk)
{
    const auto& presentation = desk.presentation();
    if (!presentation) return std::nullopt;
    platform::Presented presented{desk.path(), {}, presentation->at};
    for (const sim::report::LessonStop stop : presentation->stops)
        presented.stops.emplace_back(sim::name_of(stop));
    return presented;
}

void present_from(Desk& desk, const std::string& stop)
{
    const auto wanted = sim::parse_enum<sim::report::LessonStop>(stop);
    if (!wanted) return;
    desk.act(action::Present{});
    desk.act(action::GoToStop{*wanted});
}

std::string make_screenshot(Desk desk,
                            const std::string& path,
                            const FontFiles& fonts,
                            const ScreenshotOptions& options,
                            Picture* made)
{
    const auto size = parse_size(options.size);
    if (!size) {
        return desk.language().text("gui.option.bad_size",
                                    {{"size", options.size},
                                     {"least", std::to_string(smallest_picture)},
                                     {"most", std::to_string(largest_picture)}});
    }
    desk.act(action::Open{path});
    std::string problems;
    for (const sim::scenario::Problem& problem : desk.problems())
        problems += (problems.empty() ? "" : "\n") + words_of(problem, desk.language());
    if (!problems.empty()) return problems;
    for (const std::string& setting : options.settings) {
        const auto assigned = sim::parse_assignment(setting);
        if (!assigned)
            return desk.language().text("cli.error.setting_form", {{"setting", setting}});
        sim::scenario::Scenario changed = desk.scenario();
        const auto applied = sim::scenario::apply_setting(changed, assigned->key, assigned->value);
        if (!applied) {
            return desk.language().text(
                "cli.error.at_option",
                {{"option", "--set " + setting},
                 {"what", words_of(applied.error().wrong, desk.language())}});
        }
        desk.act(action::ChangeSetting{assigned->key, assigned->value});
    }
    present_from(desk, options.present);
    if (const auto action = go_to(options.at)) desk.act(*action);
    const bool is_arrived = options.at == "blocked" || options.at == "end" || desk.presentation();
    desk.set_progress(is_arrived ? 1.0F : 0.6F);
    if (const auto tab = sim::parse_enum<Tab>(options.tab)) desk.act(action::ShowTab{*tab});

    if (const auto sheet = sim::parse_enum<Sheet>(options.sheet))
        desk.act(action::ShowSheet{*sheet});

    ImGui::CreateContext();
    const ContextEnd end;
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
    io.DisplaySize = {static_cast<float>(size->width), static_cast<float>(size->height)};
    io.DeltaTime = 1.0F / 60;
    const sim::explain::Language words = desk.language();
    App app{std::move(desk), load_fonts(fonts)};
    // ImGui knows the size of what it laid out, and scrolls, a frame or two later.
    for (int frame = 0; frame < 4; ++frame) {
        ImGui::NewFrame();
        (void)app.frame(1, 0);
        ImGui::Render();
        serve_textures(*ImGui::GetDrawData());
    }
    Picture picture = draw_picture(*ImGui::GetDrawData());
    if (!write_png(options.file, picture))
        return words.text("cli.error.unwritable", {{"file", options.file}});
    if (made != nullptr) *made = std::move(picture);
    return {};
}

} // namespace gui
