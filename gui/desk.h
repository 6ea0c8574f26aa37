// What the window shows, as one value: the lesson that is open, its run and the cursor in it, and
// how the person wants to see it. Changed only by `act` and by time.
#pragma once

#include "gui/action.h"
#include "gui/glossary.h"
#include "gui/live_run.h"
#include "gui/run_pane.h"
#include "sim/explain/language.h"
#include "sim/report/lesson_text.h"
#include "sim/report/speakers_notes.h"
#include "sim/scenario/load.h"

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gui {

// How far somebody has come with a lesson.
SIM_NAMED_ENUM(Progress, unseen, seen, guessed); // guessed: rightly, and then seen

// How the person likes it, and what has been learned; remembered from one start to the next.
struct Preferences {
    std::string language = "en"; // "ja", "en"
    ThemeName theme = ThemeName::paper;
    sim::explain::Level level = sim::explain::Level::standard;
    float zoom = 1; // 0.75 to 2
    float speed = 1.8F;
    bool motion = true;
    std::string folder;                           // where a file was opened from last; empty: never
    std::array<int, 4> window{-1, -1, 1440, 900}; // x, y, width, height; x < 0: wherever
    std::map<std::string, Progress> lessons;      // by LessonEntry::name()

    friend bool operator==(const Preferences&, const Preferences&) = default;
};

// A lesson as the picker lists it.
struct LessonEntry {
    std::string path;
    int order = 0;
    sim::scenario::Text title;
    // Of the folder that it comes in: "op25b".
    [[nodiscard]] std::string name() const
    {
        return std::filesystem::path{path}.parent_path().filename().string();
    }
};

// Whether the window can show this world: what a crowd does is counted, not kept whole.
[[nodiscard]] bool can_show(const sim::scenario::Scenario& scenario);

// Those of the lessons in this folder that it can show, in their order.
[[nodiscard]] std::vector<LessonEntry> lessons_to_show(const std::filesystem::path& home);

// A folder as the file list shows it.
struct Folder {
    std::string path;
    std::string above;                // empty: this is the uppermost
    std::vector<std::string> folders; // names, in order
    std::vector<std::string> files;   // of scenarios: *.toml
    bool cut = false;                 // there are more than are listed
    std::string problem;              // why it cannot be read; empty when it can
};

// Where files are and how they are read: tests give their own.
struct Facilities {
    std::filesystem::path home; // holds assets/ and scenarios/
    std::shared_ptr<const sim::explain::Language> ja;
    std::shared_ptr<const sim::explain::Language> en;
    std::vector<LessonEntry> lessons;
    std::function<sim::scenario::LoadResult(const std::string& path)> load;
    std::function<Folder(const std::string& path)> list_folder;
    // Writes the file that the person asked for; returns its path, empty when it could not.
    std::function<std::string(const class Desk& desk, action::ExportKind kind)> export_to;
    std::function<tl::expected<std::unique_ptr<LiveRun>, LiveProblem>(
        const sim::scenario::Scenario& lesson)>
        open_bridge;
    // A text file that stands beside a lesson; nothing when there is none.
    std::function<std::optional<std::string>(const std::string& path)> read_text;
};

// A lesson before a class.
struct Presentation {
    std::vector<sim::report::LessonStop> stops;
    std::size_t at = 0;
    bool is_black = false;
    std::vector<std::pair<std::string, std::string>> cure; // settings, as of the stop of that name

    [[nodiscard]] sim::report::LessonStop stop() const { return stops.at(at); }
    friend bool operator==(const Presentation&, const Presentation&) = default;
};

class Desk {
public:
    Desk(Facilities facilities, Preferences preferences);

    // ---- what is open ---------------------------------------------------------------------------
    [[nodiscard]] bool is_open() const { return pane_ != nullptr; }
    // Open, and not behind a file that could not be.
    [[nodiscard]] bool is_shown() const { return is_open() && problems_.empty(); }
    // Another number each time a file is opened: what was scrolled then begins at its top.
    [[nodiscard]] int openings() const { return openings_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    // The file that was asked for last: another than path() when it could not be opened.
    [[nodiscard]] const std::string& wanted() const { return wanted_; }
    // All that is wrong with the file that was to be opened; what was open before stays.
    [[nodiscard]] const std::vector<sim::scenario::Problem>& problems() const { return problems_; }
    [[nodiscard]] const sim::Playback& playback() const { return pane_->playback(); }
    [[nodiscard]] const RunView& view() const { return pane_->view(); }
    [[nodiscard]] const sim::scenario::Scenario& scenario() const { return playback().scenario(); }
    // The run that a cure was applied to, to compare this one with; nullptr for any other run.
    [[nodiscard]] const RunPane* before() const { return before_.get(); }
    // As they held at the cursor, or, where real programs take part, as they hold now; what the
    // controls show.
    [[nodiscard]] const std::vector<sim::scenario::Setting>& settings() const
    {
        return playback().settings_at(live_ ? playback().trace().size() : cursor());
    }
    [[nodiscard]] const sim::scenario::Setting* setting(std::string_view key) const;
    // What is to be read about the lesson; empty when it comes without a text.
    [[nodiscard]] const sim::report::LessonText& text() const
    {
        return preferences_.language == "ja" ? text_ja_ : text_en_;
    }
    // The words that a text in the language may need.
    [[nodiscard]] const Glossary& glossary() const
    {
        return preferences_.language == "ja" ? glossary_ja_ : glossary_en_;
    }
    // Whether somebody has seen what comes of it: only then is it told why.
    [[nodiscard]] bool outcome_seen() const { return guess_.seen || shows_verdict(); }
    // Another number for each run: whoever keeps something of a run asks whether it is still that
    // one.
    [[nodiscard]] std::uint64_t run_number() const { return pane_->number(); }
    // Another number each time somebody wants to fork: the first setting that can change under way
    // then takes the keyboard.
    [[nodiscard]] int fork_wanted() const { return fork_wanted_; }
    // 1 when a cure has just changed this setting, less and less, 0 after a while.
    [[nodiscard]] float flash(std::string_view key) const;
    // What stopped last before the cursor is cured by another value of this setting.
    [[nodiscard]] bool is_blamed(std::string_view key) const;
    [[nodiscard]] bool is_forked() const { return !playback().plan().changes.empty(); }

    // The bridge on which real mail programs take part; nullptr when there is none.
    [[nodiscard]] const LiveRun* live() const { return live_.get(); }
    // What is shown was made by real programs, now or before: it cannot be run again.
    [[nodiscard]] bool is_recording() const { return before_live_.has_value(); }

    // ---- where we are ---------------------------------------------------------------------------
    [[nodiscard]] std::size_t cursor() const { return pane_->cursor(); }
    // The farthest that the cursor has been in this run: what may be shown of the future.
    [[nodiscard]] std::size_t reached() const { return pane_->reached(); }
    [[nodiscard]] sim::EventId selected() const { return pane_->selected(); } // none at the start
    [[nodiscard]] bool playing() const { return playing_; }
    // How far what happened last has come on its way, 0 to 1.
    [[nodiscard]] float progress() const { return preferences_.motion ? progress_ : 1.0F; }
    void set_progress(float progress) { progress_ = progress; }
    [[nodiscard]] std::optional<int> prediction() const { return guess_.choice; }
    // The guess is about the lesson as it is given: whether it has been compared with what came of
    // that, and whether this run is that one.
    [[nodiscard]] bool prediction_settled() const { return guess_.settled; }
    // Somebody guessed when it had been seen what comes of the lesson.
    [[nodiscard]] bool guessed_late() const { return guess_.late; }
    [[nodiscard]] bool is_as_given() const { return as_given_; }
    // Whether there is something that applying the cure of a card of view() would change.
    [[nodiscard]] bool can_cure(std::size_t card) const;
    // How many events a card's cure keeps: of view().
    [[nodiscard]] std::size_t kept_by_cure(std::size_t card) const
    {
        return pane_->kept_by_cure(card);
    }
    [[nodiscard]] bool at_end() const { return pane_->at_end(); }
    // The run has been told to its end and came to something: the verdict is shown.
    [[nodiscard]] bool shows_verdict() const;
    // A long run is played on while frames are drawn: what has happened so far is shown.
    [[nodiscard]] bool is_complete() const { return pane_->is_complete(); }
    // What the last change or export did, in the language; empty when there is nothing to say.
    [[nodiscard]] const std::string& notice() const { return notice_; }

    // ---- before a class -------------------------------------------------------------------------
    [[nodiscard]] const std::optional<Presentation>& presentation() const { return presentation_; }

    // ---- how it is shown ------------------------------------------------------------------------
    [[nodiscard]] const Preferences& preferences() const { return preferences_; }
    void remember_window(const std::array<int, 4>& window) { preferences_.window = window; }
    [[nodiscard]] const sim::explain::Language& language() const;
    [[nodiscard]] sim::report::Source source(std::size_t columns = 80) const;
    [[nodiscard]] sim::report::Source source_before() const; // the whole of before()
    // What the clock on the wall shows then, with the date when it is not the day of the start.
    [[nodiscard]] std::string time_of_run(sim::Instant at) const;
    [[nodiscard]] const MapView& map_view() const { return map_view_; }
    [[nodiscard]] Tab tab() const { return tab_; }
    [[nodiscard]] Sheet sheet() const { return sheet_; }
    [[nodiscard]] TapView tap_view() const { return tap_view_; }
    // What both ends of the tapped cable said.
    [[nodiscard]] const std::optional<sim::report::SaidOnLink>&
    last_said(const sim::report::TappedLink& link, std::size_t columns) const
    {
        return pane_->last_said(source(columns), link);
    }
    [[nodiscard]] const sim::report::Lines& said_by_ends(const sim::report::TappedLink& link,
                                                         std::size_t columns) const
    {
        return pane_->said_by_ends(source(columns), link);
    }
    [[nodiscard]] sim::LinkId tapped() const { return tapped_; }
    [[nodiscard]] sim::HostId shown_host() const { return shown_host_; }
    [[nodiscard]] bool shows_secrets() const { return secrets_; }
    [[nodiscard]] const std::vector<LessonEntry>& lessons() const { return facilities_.lessons; }
    [[nodiscard]] int lesson_number() const; // from 1 in lessons(); 0 when the file is none of them
    [[nodiscard]] Progress progress_of(const LessonEntry& lesson) const;
    // What the picker lists: positions in lessons() that the searched words fit, and which of those
    // Enter opens.
    [[nodiscard]] const std::string& search() const { return search_; }
    [[nodiscard]] const std::vector<std::size_t>& found() const { return found_; }
    [[nodiscard]] std::size_t picked() const { return picked_; }
    [[nodiscard]] const Folder& folder() const
    {
        return folder_;
    } // the one that files are listed of

    void act(const Action& action);
    // Reads the file that was asked for last again, as after it was changed on disk.
    void reload();
    // Lets the bridge work for so long. True when there is something new to be seen; always false,
    // and at once, without a bridge.
    bool follow(std::chrono::milliseconds span);
    // Plays on a run that is not over, for a part of a frame's time.
    void work();
    // Lets `seconds` of the person's time pass. True while something moves.
    bool advance(float seconds);

private:
    void on(const action::Open& open);
    void on(const action::OpenNeighbour& open);
    void on(const action::ShowFolder& show);
    void on(const action::Search& search);
    void on(const action::Pick& pick);
    void on(const action::ChangeSetting& change);
    void on(const action::Fork& fork);
    void on(const action::ApplyCure& apply);
    void on(const action::Predict& predict);
    void on(const action::Send& send);
    void on(const action::PlayPause& toggle);
    void on(const action::Step& step);
    void on(const action::Seek& seek);
    void on(const action::ToStart& start);
    void on(const action::ToEnd& end);
    void on(const action::RunUntil& until);
    void on(const action::RunUntilTime& until);
    void on(const action::Restart& restart);
    void on(const action::Select& select);
    void on(const action::OpenFold& fold);
    void on(const action::SetSpeed& speed);
    void on(const action::SetLevel& level);
    void on(const action::SetLanguage& language);
    void on(const action::SetTheme& theme);
    void on(const action::Zoom& zoom);
    void on(const action::SetMotion& motion);
    void on(const action::MoveMap& move);
    void on(const action::ShowTab& tab);
    void on(const action::Tap& tap);
    void on(const action::ShowTap& show);
    void on(const action::ShowHost& host);
    void on(const action::ShowSecrets& secrets);
    void on(const action::ShowSheet& sheet);
    void on(const action::Bridge& bridge);
    void on(const action::StopRun& stop);
    void on(const action::Present& present);
    void on(const action::NextStop& next);
    void on(const action::GoToStop& go);
    void on(const action::Blacken& black);
    void on(const action::Export& what);

    void open(sim::scenario::Scenario scenario);
    // Shows the run of this plan, from this event on.
    void show_run(sim::Plan plan, std::size_t start);
    void show(std::unique_ptr<RunPane> pane);
    void end_live();
    void change_live(const std::vector<std::pair<std::string, std::string>>& settings);
    // What a run anew begins with: the plan of this one, or after a bridge that of the lesson.
    [[nodiscard]] sim::Plan plan_anew() const;
    void look(); // at the run as the person likes it now
    // The cursor stands elsewhere: what happened last sets out, or, where the cursor jumped, has
    // arrived.
    void moved(bool sets_out = false);
    [[nodiscard]] bool holds(float seconds); // at what the lesson exists for
    void note_progress();                    // the lesson's outcome has been seen
    void read_texts();
    void begin_presentation();
    void show_stop(); // the run as it stands there
    // The last card of the run with something to change; nothing without one.
    [[nodiscard]] std::optional<std::size_t> last_curable() const;

    Facilities facilities_;
    Preferences preferences_;
    std::string path_;
    std::string wanted_;
    std::vector<sim::scenario::Problem> problems_;
    std::unique_ptr<RunPane> pane_;
    std::unique_ptr<RunPane> before_;
    std::uint64_t runs_ = 0; // that were shown so far
    std::unique_ptr<LiveRun> live_;
    std::optional<sim::Plan> before_live_; // of the lesson that a bridge was opened in
    std::chrono::steady_clock::time_point next_look_;
    bool playing_ = false;
    float progress_ = 1;
    float held_ = 0; // seconds, at the climax
    // About the lesson that is open; those about others are kept for when somebody comes back.
    struct Guess {
        std::optional<int> choice;
        bool seen = false;    // what comes of the lesson
        bool settled = false; // it was there before, and has been compared with that
        bool late = false;
    };
    Guess guess_;
    std::map<std::string, Guess> guesses_; // by path
    int openings_ = 0;
    std::vector<std::string> flashing_; // settings
    float flash_ = 0;                   // seconds left
    sim::Plan given_;                   // the lesson as its file has it
    bool as_given_ = true;
    int fork_wanted_ = 0;
    Glossary glossary_ja_;
    Glossary glossary_en_;
    sim::report::LessonText text_ja_;
    sim::report::LessonText text_en_;
    std::optional<Presentation> presentation_;
    std::string notice_;
    MapView map_view_;
    Tab tab_ = Tab::transcript;
    Sheet sheet_ = Sheet::none;
    Folder folder_;
    std::string search_;
    std::vector<std::size_t> found_;
    std::size_t picked_ = 0; // of found_
    sim::LinkId tapped_;
    TapView tap_view_ = TapView::last;
    sim::HostId shown_host_;
    bool secrets_ = false;
};

} // namespace gui
