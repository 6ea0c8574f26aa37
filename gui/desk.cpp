#include "gui/desk.h"

#include "gui/search.h"
#include "sim/explain/clock.h"
#include "sim/explain/nouns.h"

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
constexpr float seconds_a_stop = 1.0F; // at speed 1
constexpr float seconds_held = 2.1F;   // at any speed
constexpr float seconds_flashing = 2.5F;
// Of each frame, for a run that is not over.
constexpr std::chrono::milliseconds work_in_frame{8};

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

bool is_refusal(const sim::Event& event)
{
    const auto* reply = std::get_if<sim::SmtpReply>(&event.what);
    return reply != nullptr && reply->side == sim::Side::received && reply->code >= 400;
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

float Desk::flash(std::string_view key) const
{
    const bool does = std::ranges::find(flashing_, key) != flashing_.end();
    return does ? std::clamp(flash_ / seconds_flashing, 0.0F, 1.0F) : 0.0F;
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

// ---- opening ------------------------------------------------------------------------------------

void Desk::open(sim::scenario::Scenario scenario)
{
    end_live();
    before_live_.reset();
    sim::Plan plan;
    plan.scenario = std::make_shared<const sim::scenario::Scenario>(std::move(scenario));
    plan.seed = is_open() ? playback().plan().seed : 1;
    given_ = plan;
    show_run(std::move(plan), 0);
}

void Desk::show_run(sim::Plan plan, std::size_t start)
{
    show(std::make_unique<RunPane>(std::move(plan), ++runs_, start));
}

void Desk::show(std::unique_ptr<RunPane> pane)
{
    pane_ = std::move(pane);
    before_.reset();
    as_given_ = !before_live_ && sim::sets_the_same(playback().plan(), given_);
    look();
    moved();
}

void Desk::look()
{
    if (!is_open()) return;
    const Look how{&language(),
                   preferences_.level,
                   secrets_ ? sim::explain::Secrets::shown : sim::explain::Secrets::masked};
    pane_->look(how);
    if (before_) before_->look(how);
    const auto& links = view().links();
    const bool is_there =
        std::ranges::find(links, tapped_, &sim::report::TappedLink::link) != links.end();
    if (!is_there) {
        tapped_ = {};
        sim::report::Source whole = source();
        whole.end = playback().end();
        if (const auto link = sim::report::link_of_sender(whole)) tapped_ = link->link;
    }
}

void Desk::on(const action::Open& open_file)
{
    problems_.clear();
    wanted_ = open_file.path;
    sheet_ = Sheet::none;
    playing_ = false;
    auto loaded = facilities_.load(open_file.path);
    if (!loaded) {
        problems_ = std::move(loaded.error());
        return;
    }
    if (path_ != open_file.path) {
        map_view_ = {};
        ++openings_;
    }
    if (!path_.empty()) guesses_[path_] = guess_;
    path_ = open_file.path;
    guess_ = guesses_[path_];
    guess_.late = false;
    flash_ = 0;
    notice_.clear();
    shown_host_ = {};
    read_texts();
    open(std::move(*loaded));
    if (presentation_) begin_presentation();
}

void Desk::on(const action::OpenNeighbour& neighbour)
{
    const int wanted = lesson_number() + neighbour.step;
    if (wanted < 1 || wanted > static_cast<int>(lessons().size())) return;
    on(action::Open{lessons().at(static_cast<std::size_t>(wanted - 1)).path});
}

void Desk::reload()
{
    if (wanted_.empty()) return;
    if (live_) { // whoever is connected is not thrown out for a file that was saved
        notice_ = language().text("gui.notice.live_fixed");
        return;
    }
    const bool same = wanted_ == path_;
    const std::size_t cursor_before = is_open() && same ? cursor() : 0;
    on(action::Open{wanted_});
    if (!problems_.empty()) return;
    pane_->seek(cursor_before);
    moved();
}

void Desk::on(const action::ShowFolder& show)
{
    if (!facilities_.list_folder) return;
    folder_ = facilities_.list_folder(show.path);
    if (folder_.problem.empty()) preferences_.folder = folder_.path;
}

// ---- picking a lesson ---------------------------------------------------------------------------

void Desk::on(const action::Search& search)
{
    search_ = search.words;
    found_.clear();
    picked_ = 0;
    for (std::size_t i = 0; i < lessons().size(); ++i) {
        const LessonEntry& lesson = lessons()[i];
        const std::string name = std::filesystem::path{lesson.path}.parent_path().filename();
        const std::string all =
            std::to_string(i + 1) + " " + lesson.title.ja + " " + lesson.title.en + " " + name;
        if (!fits(all, search_)) continue;
        if (lesson.path == path_) picked_ = found_.size();
        found_.push_back(i);
    }
}

void Desk::on(const action::Pick& pick)
{
    if (found_.empty()) return;
    const auto count = static_cast<int>(found_.size());
    const int at = static_cast<int>(picked_) + pick.step % count;
    picked_ = static_cast<std::size_t>((at + count) % count);
}

// ---- changing the world -------------------------------------------------------------------------

void Desk::on(const action::ChangeSetting& change)
{
    if (!is_open()) return;
    const auto* const now = setting(change.key);
    if (now == nullptr || now->value == change.value) return;
    if (live_) {
        change_live({{change.key, change.value}});
        return;
    }
    // The run starts anew with what would not count in the rest of it: what cannot change while a
    // world runs, and an account when nobody sends with it any more. So does it when nothing has
    // happened yet, and when nothing more would.
    const sim::SettingChange wanted{change.key, change.value};
    const bool anew = !playback().would_count(*now) || cursor() == 0 || at_end() || is_recording();
    if (anew) {
        const sim::Plan plan = plan_anew();
        auto changed = sim::with(plan, {&wanted, 1}, plan.scenario->start);
        if (!changed) return;
        notice_ = cursor() == 0 ? "" : language().text("gui.notice.anew");
        before_live_.reset();
        playing_ = false;
        show_run(std::move(*changed), 0);
    } else {
        const bool at_once = now->takes_effect == sim::scenario::TakesEffect::now;
        auto forked = playback().fork(wanted);
        if (!forked) return;
        notice_ = language().text(at_once ? "gui.notice.forked" : "gui.notice.forked_next");
        show_run(std::move(*forked), cursor());
    }
}

void Desk::on(const action::Fork& /*fork*/)
{
    if (!is_open()) return;
    playing_ = false;
    ++fork_wanted_;
    if (is_recording()) return;
    const bool between = cursor() > 0 && !at_end();
    notice_ = language().text(between ? "gui.notice.fork_here" : "gui.notice.fork_anew",
                              {{"time", time_of_run(playback().time())}});
}

void Desk::on(const action::ApplyCure& apply)
{
    if (!is_open() || apply.card >= view().card_count() || !can_cure(apply.card)) return;
    const auto cure = view().card(apply.card).cure.settings;
    if (live_) {
        change_live({cure.begin(), cure.end()});
        return;
    }
    const std::size_t kept = kept_by_cure(apply.card);
    const sim::Instant when = kept > 0 ? playback().trace()[kept].at : scenario().start;
    std::vector<sim::SettingChange> changes;
    for (const auto& [key, value] : cure)
        changes.push_back({key, value});
    auto plan = sim::with(playback().plan(), changes, when);
    if (!plan) return;
    notice_ = kept > 0 ? language().text("gui.notice.cured_here", {{"time", time_of_run(when)}})
                       : language().text("gui.notice.cured");
    flashing_.clear();
    for (const auto& [key, value] : cure)
        flashing_.push_back(key);
    flash_ = seconds_flashing;
    playing_ = true;
    auto cured = std::move(pane_);
    show_run(std::move(*plan), kept);
    before_ = std::move(cured);
}

void Desk::on(const action::Restart& restart)
{
    if (!is_open()) return;
    if (live_) {
        notice_ = language().text("gui.notice.live_fixed");
        return;
    }
    sim::Plan plan = sim::cut(plan_anew(), scenario().start);
    before_live_.reset();
    if (restart.new_seed) ++plan.seed;
    playing_ = false;
    notice_.clear();
    show_run(std::move(plan), 0);
}

// ---- moving -------------------------------------------------------------------------------------

void Desk::moved(bool sets_out)
{
    if (as_given_ && cursor() > 0 && at_end()) {
        guess_.seen = true;
        guess_.settled = guess_.choice.has_value();
        note_progress();
    }
    progress_ = sets_out ? 0.0F : 1.0F;
    held_ = 0;
}

void Desk::note_progress()
{
    const int number = lesson_number();
    if (number == 0) return;
    const auto& asked = scenario().prediction;
    const bool right = guess_.settled && asked &&
                       asked->choices.at(static_cast<std::size_t>(*guess_.choice)).right;
    Progress& progress =
        preferences_.lessons[lessons()[static_cast<std::size_t>(number - 1)].name()];
    progress = std::max(progress, right ? Progress::guessed : Progress::seen);
}

Progress Desk::progress_of(const LessonEntry& lesson) const
{
    const auto found = preferences_.lessons.find(lesson.name());
    return found == preferences_.lessons.end() ? Progress::unseen : found->second;
}

void Desk::on(const action::Predict& predict)
{
    guess_.late = guess_.seen;
    if (!guess_.seen) guess_.choice = predict.choice;
}

void Desk::on(const action::Send& /*send*/)
{
    if (!is_open()) return;
    if (live_) { // others send here
        sheet_ = Sheet::bridge;
        return;
    }
    if (is_recording()) on(action::Restart{});
    pane_->to_start();
    playing_ = true;
    moved(true);
}

void Desk::on(const action::PlayPause& /*toggle*/)
{
    if (!is_open()) return;
    playing_ = !playing_;
    if (playing_ && at_end()) {
        pane_->to_start();
        moved(true);
    }
}

void Desk::on(const action::Step& step)
{
    if (!is_open()) return;
    playing_ = false;
    const bool stepped = pane_->step(step.direction, step.hop);
    moved(stepped && step.direction > 0);
}

void Desk::on(const action::Seek& seek)
{
    if (!is_open()) return;
    pane_->seek(seek.cursor);
    moved();
}

void Desk::on(const action::ToStart& /*start*/)
{
    if (!is_open()) return;
    playing_ = false;
    pane_->to_start();
    moved();
}

void Desk::on(const action::ToEnd& /*end*/)
{
    if (!is_open()) return;
    playing_ = false;
    pane_->to_end();
    moved();
}

void Desk::on(const action::RunUntil& until)
{
    if (!is_open()) return;
    sheet_ = Sheet::none;
    playing_ = false;
    const auto wanted = [&](const sim::Event& event) {
        switch (until.what) {
        case Until::block:
            return event.kind() == sim::Kind::packet_dropped;
        case Until::refusal:
            return is_refusal(event);
        case Until::tls:
            return event.kind() == sim::Kind::tls_established;
        case Until::delivered:
            return event.kind() == sim::Kind::mail_delivered;
        case Until::end:
            return false;
        }
        return false;
    };
    pane_->run_until(wanted);
    pane_->reveal();
    moved();
}

void Desk::on(const action::RunUntilTime& until)
{
    if (!is_open()) return;
    const auto moment = sim::explain::moment_of(until.clock, scenario());
    if (!moment) {
        notice_ = language().text("gui.notice.no_time");
        return;
    }
    sheet_ = Sheet::none;
    playing_ = false;
    pane_->seek_time(*moment);
    moved();
}

void Desk::on(const action::Select& select)
{
    if (!is_open() || !select.event.exists()) return;
    playing_ = false;
    pane_->seek(std::size_t{select.event.value} + 1);
    pane_->reveal();
    moved();
}

void Desk::on(const action::OpenFold& fold)
{
    if (is_open()) pane_->open_fold(fold.fold, fold.open);
}

// What the lesson exists for is looked at for a while, at any speed, before the run goes on.
bool Desk::holds(float seconds)
{
    if (held_ >= seconds_held || !selected().exists() || selected() != view().climax())
        return false;
    held_ += seconds;
    return true;
}

bool Desk::advance(float seconds)
{
    if (!is_open()) return false;
    work();
    const bool flashes = flash_ > 0;
    flash_ = std::max(0.0F, flash_ - seconds);
    if (progress_ >= 1 && !playing_) return flashes || !is_complete();
    progress_ += seconds * preferences_.speed / seconds_a_stop;
    if (progress_ < 1) return true;
    if (!playing_ || holds(seconds)) {
        progress_ = 1;
        return true;
    }
    const bool stepped = pane_->step(1);
    if (!is_complete() && !stepped) { // what comes next is not known yet
        progress_ = 1;
        return true;
    }
    if (!stepped || at_end()) {
        playing_ = false;
        pane_->to_end();
    }
    moved(stepped);
    return true;
}

void Desk::work()
{
    if (!is_complete() && pane_->work(work_in_frame)) look();
}

void Desk::on(const action::StopRun& /*stop*/)
{
    if (!is_open() || is_complete()) return;
    pane_->stop();
    if (pane_->catch_up()) look();
    notice_ = language().text("gui.notice.run_stopped");
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
