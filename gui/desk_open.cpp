// Files and lessons: opening one, and picking it.
#include "gui/desk.h"
#include "gui/search.h"
#include "platform/resources.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gui {

bool can_show(const sim::scenario::Scenario& scenario)
{
    return scenario.crowds.empty();
}

std::vector<LessonEntry> lessons_to_show(const std::filesystem::path& home)
{
    std::vector<LessonEntry> lessons;
    for (const auto& path : platform::lesson_files(home)) {
        const auto loaded = platform::load_scenario(path.string());
        if (loaded && can_show(*loaded))
            lessons.push_back({path.string(), loaded->order, loaded->title});
    }
    std::ranges::stable_sort(lessons, {}, &LessonEntry::order);
    return lessons;
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
    sheet_ = Sheet::none;
    playing_ = false;
    auto loaded = facilities_.load(open_file.path);
    if (loaded && !can_show(*loaded)) {
        notice_ = language().text("gui.notice.crowd");
        return;
    }
    problems_.clear();
    wanted_ = open_file.path;
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

} // namespace gui
