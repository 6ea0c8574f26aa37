// hikyaku run: a lesson or scenario file from start to end, seen in one of several ways.

#include "cli/context.h"
#include "cli/crowd.h"
#include "cli/expected.h"
#include "cli/files.h"
#include "platform/files.h"
#include "platform/interrupts.h"
#include "sim/explain/clock.h"
#include "sim/explain/cure.h"
#include "sim/playback.h"
#include "sim/report/check.h"
#include "sim/report/events.h"
#include "sim/report/journey.h"
#include "sim/report/json.h"
#include "sim/report/ladder.h"
#include "sim/report/pcapng.h"
#include "sim/report/transcript.h"
#include "sim/report/verdict.h"
#include "sim/report/width.h"
#include "sim/report/wire.h"
#include "sim/scenario/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <system_error>

namespace cli {

namespace {

using sim::report::Lines;
using sim::report::Role;

// The first `send` step sends this message instead of its own; the envelope stays the lesson's.
bool use_message(const Context& context, sim::scenario::Scenario& scenario, const std::string& path)
{
    const auto text = context.read_message(path);
    if (!text) return false;
    const auto step = std::ranges::find(
        scenario.steps, sim::scenario::StepAction::send, &sim::scenario::Step::action);
    if (step == scenario.steps.end()) {
        context.complain(context.text("error.nothing_sent"));
        return false;
    }
    step->message.eml = *text;
    return true;
}

// Which lesson it is and what the mail program is set to, before anything happens.
Lines opening(const Context& context,
              const sim::scenario::Scenario& scenario,
              const sim::scenario::Variation* variation,
              sim::explain::Level level,
              bool titled)
{
    Lines lines;
    std::string title = titled ? context.text(scenario.title) : std::string{};
    const std::string varied = variation == nullptr ? std::string{} : context.text(variation->name);
    // In one line where there is room.
    const std::string both = fmt::format("{} / {}", title, varied);
    const bool joined =
        !title.empty() && !varied.empty() && sim::report::display_width(both) <= context.columns;
    if (joined) title = both;
    if (!title.empty()) add_wrapped(lines, title, Role::heading, context.columns);
    if (!varied.empty() && !joined) add_wrapped(lines, varied, Role::emphasis, context.columns);
    const auto program =
        std::ranges::find(scenario.programs, scenario.client, &sim::scenario::MailProgram::key);
    if (program != scenario.programs.end() && program->sending) {
        const auto& account = *program->sending;
        const auto host =
            std::ranges::find(scenario.hosts, program->host, &sim::scenario::Host::key);
        const auto line =
            host == scenario.hosts.end()
                ? scenario.lines.end()
                : std::ranges::find(scenario.lines, host->line, &sim::scenario::AccessLine::key);
        std::string place = host == scenario.hosts.end() ? "" : context.text(host->name);
        if (line != scenario.lines.end())
            place = fmt::format("{} / {}", place, context.text(line->name));
        const bool story = level == sim::explain::Level::story;
        if (story) {
            const auto server =
                std::ranges::find(scenario.hosts, account.server, &sim::scenario::Host::key);
            const bool pass = account.auth != sim::scenario::AuthChoice::none;
            const auto named = [&](const sim::scenario::Host& one) {
                return context.text(one.story.en.empty() ? one.name : one.story);
            };
            add_wrapped(
                lines,
                context.text(
                    "run.story",
                    {{"place", host == scenario.hosts.end() ? place : named(*host)},
                     {"server", server == scenario.hosts.end() ? account.server : named(*server)},
                     {"port", std::to_string(account.port)},
                     {"box",
                      context.text(fmt::format("story_box.{}", sim::name_of(account.protection)))},
                     {"pass", context.text(pass ? "story_pass.shown" : "story_pass.none")}}),
                Role::quiet,
                context.columns);
            lines.push_back({});
            return lines;
        }
        add_wrapped(
            lines,
            context.text(
                "run.settings",
                {{"place", place},
                 {"server", account.server},
                 {"port", std::to_string(account.port)},
                 {"protection",
                  context.text(fmt::format("protection.{}", sim::name_of(account.protection)))},
                 {"auth", context.text(fmt::format("auth.{}", sim::name_of(account.auth)))}}),
            Role::quiet,
            context.columns);
    }
    lines.push_back({});
    return lines;
}

std::optional<sim::report::TappedLink>
tapped(const Context& context, const sim::report::Source& source, const RunOptions& options)
{
    if (!options.link) {
        auto link = sim::report::link_of_sender(source);
        if (!link) context.complain(context.text("error.nothing_on_wire"));
        return link;
    }
    const auto links = sim::report::tapped_links(source.trace, source.end);
    const std::size_t slash = options.link->find('/');
    const std::string a = options.link->substr(0, slash);
    const std::string b = slash == std::string::npos ? "" : options.link->substr(slash + 1);
    auto link = sim::report::find_link(links, a, b, source.scenario);
    if (link) return link;
    std::string known;
    for (const auto& each : links) {
        known += fmt::format("\n  {}/{}",
                             source.scenario.hosts[each.a.value].key,
                             source.scenario.hosts[each.b.value].key);
    }
    context.complain(
        context.text("error.no_such_link", {{"link", *options.link}, {"links", known}}));
    return std::nullopt;
}

bool write_messages(const Context& context, const sim::World& world, const std::string& folder)
{
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        context.complain(context.text("error.no_folder", {{"folder", folder}}));
        return false;
    }
    std::size_t number = 0;
    for (const auto& message : world.stored_messages()) {
        const auto path =
            std::filesystem::path{folder} / message_file_name(++number, message, world.scenario());
        if (!write_file(context, path, *message.text)) return false;
    }
    context.environment.err << context.text("run.messages_written",
                                            {{"count", std::to_string(number)}, {"folder", folder}})
                            << '\n';
    return true;
}

bool write_capture(const Context& context,
                   const sim::report::Source& source,
                   const RunOptions& options)
{
    std::optional<sim::report::TappedLink> link;
    if (options.link) {
        link = tapped(context, source, options);
        if (!link) return false;
    }
    if (!write_file(context, *options.capture_file, sim::report::pcapng(source, link)))
        return false;
    context.environment.err << context.text("run.capture_written",
                                            {{"file", *options.capture_file}})
                            << '\n';
    return true;
}

bool write_keys(const Context& context,
                const sim::report::Source& source,
                const RunOptions& options)
{
    const std::string keys = sim::report::key_log(source.trace, source.end);
    if (!write_file(context, *options.key_file, keys)) return false;
    context.environment.err << context.text(keys.empty() ? "run.no_keys" : "run.keys_written",
                                            {{"file", *options.key_file}})
                            << '\n';
    return true;
}

bool write_files(const Context& context,
                 const sim::report::Source& source,
                 const sim::World& world,
                 const RunOptions& options)
{
    bool good = true;
    if (options.eml_folder) good = write_messages(context, world, *options.eml_folder);
    if (options.capture_file) good = write_capture(context, source, options) && good;
    if (options.key_file) good = write_keys(context, source, options) && good;
    return good;
}

// A command that can be typed, in as many lines as it needs: this run again, with these settings.
void add_command(const Context& context,
                 const RunOptions& options,
                 const sim::explain::Settings& settings,
                 std::string_view more,
                 Lines& lines)
{
    std::string text = fmt::format("  hikyaku run {}", options.lesson);
    std::vector<std::string> words;
    words.reserve(settings.size() + 4);
    if (options.variation) words.push_back(fmt::format(" --variation {}", *options.variation));
    if (options.message_file) words.push_back(fmt::format(" --message {}", *options.message_file));
    for (const auto& [key, value] : settings)
        words.push_back(fmt::format(" --set {}={}", key, value));
    if (options.seed != RunOptions{}.seed) words.push_back(fmt::format(" --seed {}", options.seed));
    if (!more.empty()) words.push_back(fmt::format(" {}", more));
    for (const std::string& word : words) {
        if (sim::report::display_width(text + word) > context.columns - 2) {
            lines.push_back({{{text + " \\", Role::emphasis}}, {}});
            text = "     ";
        }
        text += word;
    }
    lines.push_back({{{text, Role::emphasis}}, {}});
}

// The cure, to be typed: what a card proposes holds from where it still helps, what is typed holds
// from the start, so that run has to cure, too.
void add_cure(const Context& context,
              const sim::Playback& playback,
              const sim::explain::WhyCard& card,
              const RunOptions& options,
              Lines& lines)
{
    sim::explain::Cures cures{playback.trace(), playback.plan()};
    if (!cures.holds_from_start(card)) return;
    lines.push_back({{{context.text("run.try")}}, {}});
    auto settings = options.settings; // what was set stays, what cures comes last and wins
    for (const auto& cure : card.cure.settings) {
        std::erase_if(settings, [&](const auto& set) { return set.first == cure.first; });
        settings.push_back(cure);
    }
    add_command(context, options, settings, {}, lines);
}

void append(Lines& to, const Lines& more)
{
    to.insert(to.end(), more.begin(), more.end());
}

// What was guessed, whether it came so, and what it is down to.
void add_guess(const Context& context,
               const sim::report::Source& source,
               std::span<const sim::explain::WhyCard> cards,
               std::size_t guess,
               Lines& lines)
{
    const auto& choices = source.scenario.prediction->choices;
    const auto& guessed = choices.at(guess);
    const auto right = std::ranges::find(choices, true, &sim::scenario::Prediction::Choice::right);
    const auto answer = right == choices.end() ? std::string{} : context.text(right->text);
    add_wrapped(lines,
                context.text(guessed.right ? "lesson.right" : "lesson.wrong",
                             {{"guess", context.text(guessed.text)}, {"answer", answer}}),
                guessed.right ? Role::accepted : Role::emphasis,
                context.columns);
    if (cards.empty()) return;
    const sim::explain::CardText card = describe(cards.front(), source.context());
    for (const auto row : {sim::explain::CardRow::rule, sim::explain::CardRow::purpose}) {
        const auto found = std::ranges::find(card.rows, row, &sim::explain::CardText::Row::row);
        if (found == card.rows.end()) continue;
        add_wrapped(lines,
                    context.text("lesson.because",
                                 {{"label", found->label}, {"words", found->lines.front()}}),
                    Role::plain,
                    context.columns);
    }
}

bool same_words(const Lines& one, const Lines& other)
{
    return std::ranges::equal(
        one, other, {}, &sim::report::TextLine::spans, &sim::report::TextLine::spans);
}

// Verdict, guess and journey; then the cards, the one that the verdict speaks of first.
Lines what_came(const Context& context,
                const sim::report::Source& source,
                const std::vector<sim::report::Hop>& journey,
                const sim::report::RunVerdict& verdict,
                std::span<const sim::explain::WhyCard> cards,
                const RunOptions& options)
{
    Lines lines = sim::report::verdict_lines(verdict, source);
    if (options.guess) add_guess(context, source, cards, *options.guess, lines);
    append(lines, sim::report::journey_lines(journey, source));
    const bool all = source.level == sim::report::Level::expert;
    if (verdict.card) {
        append(lines,
               sim::report::why_card(cards[*verdict.card],
                                     source,
                                     all ? sim::report::CardDetail::full
                                         : sim::report::CardDetail::brief));
    }
    // What came of other people's mail is told in a line each; what the card says already is not.
    const auto brief = [&](std::size_t i) { return sim::report::why_line(cards[i], source); };
    const Lines told = verdict.card ? brief(*verdict.card) : Lines{};
    for (std::size_t i = 0; i < cards.size(); ++i) {
        if (i == verdict.card) continue;
        if (all) {
            append(lines, sim::report::why_card(cards[i], source));
        } else if (const Lines line = brief(i); !same_words(line, told)) {
            append(lines, line);
        }
    }
    return lines;
}

Lines body(const sim::report::Source& source,
           const RunOptions& options,
           const std::optional<sim::report::TappedLink>& link)
{
    switch (options.view.value_or(View::why)) {
    case View::transcript:
        return sim::report::transcript(source);
    case View::wire:
        return sim::report::wire(source, *link);
    case View::ladder:
        return sim::report::ladder(source);
    case View::events:
        return sim::report::events(source);
    case View::why:
    case View::tally: // of attempts, not of what happened
        return {};
    }
    return {};
}

// A long run says how far it is, where a person sees it. Nothing when Ctrl-C ended it.
std::optional<sim::Playback> play(const Context& context, sim::Plan plan)
{
    constexpr std::size_t steps_a_line = 2'000;
    const platform::Interrupts interrupts;
    sim::Playback playback = sim::Playback::begin(std::move(plan));
    bool said = false;
    while (playback.advance(steps_a_line)) {
        if (interrupts.came()) break;
        if (!context.environment.err_is_terminal) continue;
        said = true;
        const std::string time =
            sim::explain::clock_time(playback.world().now(), playback.scenario());
        context.environment.err
            << "\r"
            << context.text("run.progress",
                            {{"time", time}, {"count", std::to_string(playback.trace().size())}})
            << "\x1B[K" << std::flush;
    }
    if (said) context.environment.err << "\r\x1B[K" << std::flush;
    if (interrupts.came()) {
        context.complain(context.text("run.interrupted"));
        return std::nullopt;
    }
    (void)playback.catch_up();
    playback.to_end();
    return playback;
}

// Nothing, after saying so, when the lesson has none that is called so.
const sim::scenario::Variation* find_variation(const Context& context,
                                               const sim::scenario::Scenario& scenario,
                                               const std::string& key)
{
    const auto found = std::ranges::find(scenario.variations, key, &sim::scenario::Variation::key);
    if (found != scenario.variations.end()) return &*found;
    std::vector<std::string> known;
    for (const auto& variation : scenario.variations)
        known.push_back(variation.key);
    const std::string near = sim::scenario::did_you_mean(key, known);
    const sim::explain::Arguments arguments{
        {"name", key}, {"near", near}, {"lesson", scenario.key}};
    context.complain(
        context.text(near.empty() ? "error.no_variation" : "error.no_variation_but", arguments));
    return nullptr;
}

// What is to be run.
struct Chosen {
    sim::Plan plan;
    const sim::scenario::Variation* variation = nullptr; // of the plan's scenario
};

// Nothing when it cannot be; then the reason has been said.
std::optional<Chosen> choose(const Context& context, const RunOptions& options)
{
    auto loaded = context.load(options.lesson);
    if (!loaded) return std::nullopt;
    auto scenario = std::make_shared<sim::scenario::Scenario>(std::move(*loaded));
    if (options.message_file && !use_message(context, *scenario, *options.message_file))
        return std::nullopt;
    Chosen chosen;
    if (options.variation) {
        chosen.variation = find_variation(context, *scenario, *options.variation);
        if (chosen.variation == nullptr) return std::nullopt;
        if (!use_settings(context, *scenario, chosen.variation->settings)) return std::nullopt;
    }
    if (!use_settings(context, *scenario, options.settings)) return std::nullopt;
    if (!can_write(context, {&options.capture_file, &options.key_file})) return std::nullopt;
    chosen.plan.scenario = std::move(scenario);
    chosen.plan.seed = options.seed;
    return chosen;
}

} // namespace

ExitCode run(const Context& context, const RunOptions& options)
{
    auto chosen = choose(context, options);
    if (!chosen) return ExitCode::unusable;
    const auto scenario = chosen->plan.scenario;
    const auto* const variation = chosen->variation;
    const bool as_it_is = options.settings.empty() && !options.message_file;
    const auto& expect = variation != nullptr ? variation->expect : scenario->expect;
    if (counts_attempts(*scenario, options)) {
        return run_crowd(context,
                         chosen->plan,
                         options,
                         {opening(context, *scenario, variation, options.level, options.titled),
                          as_it_is ? &expect : nullptr});
    }
    if (!can_be_seen_whole(context, *scenario)) return ExitCode::unusable;
    const std::optional<sim::Playback> played = play(context, std::move(chosen->plan));
    if (!played) return ExitCode::interrupted;
    const sim::Playback& playback = *played;

    const sim::report::Source source =
        context.source(playback.trace(), *scenario, playback.cursor(), options);
    std::optional<sim::report::TappedLink> link;
    if (options.view == View::wire && !options.json) {
        link = tapped(context, source, options);
        if (!link) return ExitCode::unusable;
    }
    const auto why = sim::explain::cured_cards(source.trace, source.end, playback.plan());
    const auto journey = sim::report::journey(source.trace, source.end, *scenario);
    const auto verdict = sim::report::verdict(source.trace, source.end, *scenario, journey, why);
    Lines lines;
    if (!options.json) {
        lines = opening(context, *scenario, variation, options.level, options.titled);
        const Lines came = what_came(context, source, journey, verdict, why, options);
        const Lines seen = body(source, options, link);
        // Who scrolls back reads it first, who waits for the end has it before his eyes.
        if (!seen.empty() && context.environment.out_is_terminal) {
            append(lines, came);
            lines.push_back({});
        }
        append(lines, seen);
        if (!seen.empty()) lines.push_back({});
        append(lines, came);
    }
    const ExitCode code =
        as_it_is ? add_mismatches(context, sim::report::compare(expect, playback), lines)
                 : ExitCode::ok;
    if (!options.json) {
        if (verdict.card) {
            add_cure(context, playback, why[*verdict.card], options, lines);
        } else if (options.view.value_or(View::why) == View::why) {
            lines.push_back({{{context.text("run.more"), Role::quiet}}, {}});
            add_command(context, options, options.settings, "--view transcript", lines);
        }
    }
    if (options.json) {
        context.environment.out << sim::report::json(source, why);
    } else {
        context.print(lines);
    }
    if (!write_files(context, source, playback.world(), options)) return ExitCode::unusable;
    return code;
}

} // namespace cli
