// The run: changing its world, moving in it, and letting it play.
#include "gui/desk.h"
#include "sim/explain/clock.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace gui {

namespace {

constexpr float seconds_a_stop = 1.0F; // at speed 1
constexpr float seconds_held = 2.1F;   // at any speed
constexpr float seconds_flashing = 2.5F;
// Of each frame, for a run that is not over.
constexpr std::chrono::milliseconds work_in_frame{8};

bool is_refusal(const sim::Event& event)
{
    const auto* reply = std::get_if<sim::SmtpReply>(&event.what);
    return reply != nullptr && reply->side == sim::Side::received && reply->code >= 400;
}

} // namespace

float Desk::flash(std::string_view key) const
{
    const bool does = std::ranges::find(flashing_, key) != flashing_.end();
    return does ? std::clamp(flash_ / seconds_flashing, 0.0F, 1.0F) : 0.0F;
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

} // namespace gui
