#include "gui/desk.h"

#include "sim/explain/clock.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

namespace gui {

namespace {

constexpr float smallest_zoom = 0.75F;
constexpr float largest_zoom = 2.0F;
constexpr float zoom_step = 1.1F;
constexpr float largest_map = 4.0F;

// What moves or changes the run that is shown.
bool is_about_run(const Action& action)
{
    using namespace gui::action;
    return std::visit(
        [](const auto& what) {
            using What = std::decay_t<decltype(what)>;
            return std::is_same_v<What, ChangeSetting> || std::is_same_v<What, Fork> ||
                   std::is_same_v<What, ApplyCure> || std::is_same_v<What, Predict> ||
                   std::is_same_v<What, Send> || std::is_same_v<What, PlayPause> ||
                   std::is_same_v<What, Step> || std::is_same_v<What, Seek> ||
                   std::is_same_v<What, ToStart> || std::is_same_v<What, ToEnd> ||
                   std::is_same_v<What, RunUntil> || std::is_same_v<What, RunUntilTime> ||
                   std::is_same_v<What, Restart> || std::is_same_v<What, Select> ||
                   std::is_same_v<What, Bridge> || std::is_same_v<What, Present> ||
                   std::is_same_v<What, Export>;
        },
        action);
}

} // namespace

Desk::Desk(Facilities facilities, Preferences preferences)
    : facilities_{std::move(facilities)}, preferences_{std::move(preferences)}
{
    if (!facilities_.read_text) return;
    const auto words = facilities_.read_text((facilities_.home / "docs/glossary.md").string());
    if (!words) return;
    glossary_ja_ = Glossary{*words, "ja"};
    glossary_en_ = Glossary{*words, "en"};
}

const sim::explain::Language& Desk::language() const
{
    return preferences_.language == "ja" ? *facilities_.ja : *facilities_.en;
}

sim::report::Source Desk::source(std::size_t columns) const
{
    return {playback().trace(),
            scenario(),
            language(),
            cursor(),
            preferences_.level,
            secrets_ ? sim::explain::Secrets::shown : sim::explain::Secrets::masked,
            columns};
}

sim::report::Source Desk::source_before() const
{
    const sim::Playback& run = before_->playback();
    return {run.trace(),
            run.scenario(),
            language(),
            run.end(),
            preferences_.level,
            secrets_ ? sim::explain::Secrets::shown : sim::explain::Secrets::masked,
            80};
}

std::string Desk::time_of_run(sim::Instant at) const
{
    return sim::explain::clock_time_from(scenario().start, at, scenario());
}

const sim::scenario::Setting* Desk::setting(std::string_view key) const
{
    const auto& all = settings();
    const auto found = std::ranges::find(all, key, &sim::scenario::Setting::key);
    return found == all.end() ? nullptr : &*found;
}

int Desk::lesson_number() const
{
    const auto& lessons = facilities_.lessons;
    const auto found = std::ranges::find(lessons, path_, &LessonEntry::path);
    return found == lessons.end() ? 0 : static_cast<int>(found - lessons.begin()) + 1;
}

void Desk::act(const Action& action)
{
    // Behind a file that cannot be opened nothing goes on unseen.
    if (!problems_.empty() && is_about_run(action)) return;
    std::visit([this](const auto& what) { on(what); }, action);
}

bool Desk::shows_verdict() const
{
    if (!is_shown() || live_ || cursor() == 0 || !at_end()) return false;
    if (playing_ || progress() < 1) return false; // the last thing is still on its way
    using sim::report::Ending;
    const Ending ending = view().verdict().ending;
    return ending != Ending::nothing_sent && ending != Ending::under_way;
}

bool Desk::is_blamed(std::string_view key) const
{
    const auto number = view().last_card_before(cursor());
    if (!number || playing_) return false;
    const auto& settings = view().card(*number).cure.settings;
    return std::ranges::any_of(settings, [&](const auto& cure) {
        const auto* const now = setting(cure.first);
        return cure.first == key && now != nullptr && now->value != cure.second;
    });
}

// ---- how it is shown ----------------------------------------------------------------------------

void Desk::on(const action::SetSpeed& speed)
{
    preferences_.speed = std::clamp(speed.stops_per_second, 0.25F, 32.0F);
}

void Desk::on(const action::SetLevel& level)
{
    if (preferences_.level == level.level) return;
    preferences_.level = level.level;
    look();
}

void Desk::on(const action::SetLanguage& language)
{
    if (preferences_.language == language.code) return;
    preferences_.language = language.code;
    look();
}

void Desk::on(const action::SetTheme& theme)
{
    preferences_.theme = theme.theme;
}

void Desk::on(const action::Zoom& zoom)
{
    if (zoom.step == 0) preferences_.zoom = 1;
    if (zoom.step > 0) preferences_.zoom *= zoom_step;
    if (zoom.step < 0) preferences_.zoom /= zoom_step;
    preferences_.zoom = std::clamp(preferences_.zoom, smallest_zoom, largest_zoom);
}

void Desk::on(const action::SetMotion& motion)
{
    preferences_.motion = motion.on;
}

void Desk::on(const action::MoveMap& move)
{
    map_view_ = move.view;
    map_view_.zoom = std::clamp(map_view_.zoom, 1.0F, largest_map);
    const float half = 0.5F / map_view_.zoom; // of what is seen: nothing beside the map is
    map_view_.x = std::clamp(map_view_.x, half, 1 - half);
    map_view_.y = std::clamp(map_view_.y, half, 1 - half);
}

void Desk::on(const action::ShowTab& tab)
{
    tab_ = tab.tab;
}

void Desk::on(const action::Tap& tap)
{
    tapped_ = tap.link;
    tab_ = Tab::wiretap;
}

void Desk::on(const action::ShowTap& show)
{
    tap_view_ = show.view;
}

void Desk::on(const action::ShowHost& host)
{
    shown_host_ = host.host;
}

void Desk::on(const action::ShowSecrets& secrets)
{
    if (secrets_ == secrets.on) return;
    secrets_ = secrets.on;
    look();
}

void Desk::on(const action::ShowSheet& sheet)
{
    sheet_ = sheet_ == sheet.sheet ? Sheet::none : sheet.sheet;
    if (sheet_ == Sheet::lessons) on(action::Search{});
    if (sheet_ == Sheet::files) {
        const std::string lesson = std::filesystem::path{path_}.parent_path().string();
        on(action::ShowFolder{preferences_.folder.empty() ? lesson : preferences_.folder});
    }
}

void Desk::on(const action::Export& what)
{
    sheet_ = Sheet::none;
    if (!is_open() || !facilities_.export_to) return;
    const std::string file = facilities_.export_to(*this, what.kind);
    notice_ = file.empty() ? language().text("gui.notice.not_exported")
                           : language().text("gui.notice.exported", {{"file", file}});
}

} // namespace gui
