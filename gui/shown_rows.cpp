#include "gui/shown_rows.h"

#include "sim/explain/nouns.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>
#include <variant>

namespace gui {

using sim::report::LadderRow;

namespace {

// Rows that are looked at again when a run grows; later ones stand for themselves.
constexpr std::size_t most_folded_rows = 5'000;
constexpr std::uint32_t no_fold = ~std::uint32_t{0};

bool is_question(const LadderRow& row, const sim::Trace& trace)
{
    return row.event.exists() && trace.at(row.event).kind() == sim::Kind::dns_resolved;
}

} // namespace

void ShownRows::follow(const Rows& rows,
                       const Moments& moments,
                       const std::set<std::uint32_t>& open)
{
    const bool again =
        folds_wanted_ && (followed_ < std::min(rows.size(), most_folded_rows) || open_ != open);
    if (again) build(rows, moments, open);
    append(rows);
}

bool ShownRows::is_sending(sim::ConnectionId connection) const
{
    const auto& of = source_.trace.index().connection(connection);
    const auto* program = sim::explain::program_at(of.ends.client, source_.scenario);
    return program != nullptr && !has(connection, sim::Kind::pop3_reply);
}

bool ShownRows::has(sim::ConnectionId connection, sim::Kind kind) const
{
    return std::ranges::any_of(source_.trace.index().of(connection), [&](sim::EventId id) {
        return source_.trace.at(id).kind() == kind;
    });
}

std::vector<ShownRows::Group> ShownRows::groups(const Rows& rows, const Moments& moments) const
{
    std::vector<Group> all;
    std::map<std::uint32_t, std::size_t> going_on; // by connection: its group
    std::map<std::uint32_t, bool> told_whole;
    std::map<std::uint32_t, Group> asked; // by host: names, for the connection that comes next
    bool has_talked = false; // a sender with its server: the next one says the same again
    const std::size_t end = std::min(rows.size(), most_folded_rows);
    for (std::uint32_t i = 0; i < end; ++i) {
        if (!rows[i].event.exists()) continue;
        const sim::ConnectionId connection = source_.trace.at(rows[i].event).connection;
        if (is_question(rows[i], source_.trace))
            asked[source_.trace.at(rows[i].event).host.value].push_back(i);
        if (!connection.exists()) continue;
        const auto [known, is_new] = told_whole.try_emplace(connection.value, false);
        if (is_new) {
            known->second = !has_talked && is_sending(connection);
            has_talked = has_talked || (known->second && has(connection, sim::Kind::smtp_reply));
        }
        Group names;
        if (is_new) {
            const auto caller =
                asked.find(source_.trace.index().connection(connection).ends.client.value);
            if (caller != asked.end()) {
                names = std::move(caller->second);
                asked.erase(caller);
            }
        }
        if (known->second) continue;
        if (moments.is_new(rows[i].event.value)) { // what came before is told by then
            going_on.erase(connection.value);
            continue;
        }
        const auto [group, begins] = going_on.try_emplace(connection.value, all.size());
        if (begins) all.push_back(std::move(names));
        all[group->second].push_back(i);
    }
    return all;
}

// One after the other, whoever asks, with nothing in between but what is folded away.
std::vector<ShownRows::Group> ShownRows::questions(const Rows& rows,
                                                   const std::vector<Group>& talks) const
{
    std::set<std::uint32_t> hidden;
    std::set<std::uint32_t> told; // rows at which a fold is told
    for (const Group& group : talks) {
        if (group.size() < 2) continue;
        hidden.insert(group.begin(), group.end());
        const sim::EventId decided = talk(rows, group).row.event;
        for (const std::uint32_t row : group)
            if (rows[row].event == decided) told.insert(row);
    }
    std::vector<Group> all;
    bool goes_on = false;
    const std::size_t end = std::min(rows.size(), most_folded_rows);
    for (std::uint32_t i = 0; i < end; ++i) {
        if (is_question(rows[i], source_.trace)) {
            if (hidden.contains(i)) continue; // before the connection that they were for
            if (!goes_on) all.emplace_back();
            all.back().push_back(i);
            goes_on = true;
        } else if (told.contains(i) || !hidden.contains(i)) {
            goes_on = false;
        }
    }
    return all;
}

Fold ShownRows::talk(const Rows& rows, const Group& group) const
{
    // Where it succeeded, what it was all for; else how it ended.
    const auto accepted = std::find_if(group.rbegin(), group.rend(), [&](std::uint32_t row) {
        return rows[row].mark == sim::explain::Mark::accepted;
    });
    Fold fold;
    fold.row = rows[accepted == group.rend() ? group.back() : *accepted];
    const sim::Event& event = source_.trace.at(fold.row.event);
    const auto context = source_.context();
    const auto& of = source_.trace.index().connection(event.connection);
    if (const auto ends = sim::explain::ends_of(event, context)) {
        fold.row.from = ends->client;
        fold.row.to = ends->server;
        fold.ends = fmt::format("{} → {} :{}",
                                sim::explain::host_name(ends->client, context),
                                sim::explain::host_name(ends->server, context),
                                ends->server_at.port);
    }
    fold.row.mark =
        of.tls_established.exists() ? sim::explain::Mark::encrypted : sim::explain::Mark::clear;
    return fold;
}

Fold ShownRows::made_of(const Rows& rows, const Group& group) const
{
    Fold fold;
    if (is_question(rows[group.back()], source_.trace)) {
        fold.row = rows[group.back()];
        fold.ends = "DNS";
    } else {
        fold = talk(rows, group);
    }
    fold.id = rows[group.front()].event;
    fold.lines = group.size();
    fold.row.shape = LadderRow::Shape::arrow;
    fold.row.stopped = false;
    const std::string lines =
        source_.language.text(fold.lines == 1 ? "gui.ladder.line" : "gui.ladder.lines",
                              {{"count", std::to_string(fold.lines)}});
    const std::string how = sim::explain::label(fold.row.mark, source_.language);
    fold.row.text = how.empty() ? fmt::format("{}  {}", fold.ends, lines)
                                : fmt::format("{}  {}  {}", fold.ends, how, lines);
    return fold;
}

void ShownRows::add_fold(const Rows& rows, const Group& group, const std::set<std::uint32_t>& open)
{
    if (group.size() < 2) return;
    Fold fold = made_of(rows, group);
    fold.open = open.contains(fold.id.value);
    const auto index = static_cast<std::uint32_t>(folds_.size());
    if (fold.open) {
        shown_.push_back({ShownRow::Kind::heading, index, fold.id.value, 0});
    } else {
        shown_.push_back({ShownRow::Kind::fold, index, fold.row.event.value, 0});
        for (const std::uint32_t row : group)
            hidden_.emplace(rows[row].event.value, index);
    }
    folds_.push_back(std::move(fold));
}

void ShownRows::build(const Rows& rows, const Moments& moments, const std::set<std::uint32_t>& open)
{
    open_ = open;
    ++builds_;
    shown_.clear();
    folds_.clear();
    talks_.clear();
    lanes_of_.reset();
    stops_.clear();
    followed_ = std::min(rows.size(), most_folded_rows);
    hidden_.clear();
    const std::vector<Group> talks = groups(rows, moments);
    for (const Group& group : talks)
        add_fold(rows, group, open);
    for (const Group& group : questions(rows, talks))
        add_fold(rows, group, open);
    std::vector<std::uint32_t> hidden(followed_, no_fold);
    for (std::uint32_t i = 0; i < followed_; ++i) {
        const auto in = hidden_.find(rows[i].event.value);
        if (in != hidden_.end()) hidden[i] = in->second;
    }
    std::uint32_t before = no_fold; // the fold that the row before lies in
    for (std::uint32_t i = 0; i < followed_; ++i) {
        const bool gap = !rows[i].event.exists();
        if (gap && i + 1 == followed_ && followed_ < rows.size()) {
            --followed_; // it stands with what follows
            break;
        }
        if (gap && before != no_fold && hidden[i + 1] == before) continue; // waits inside of it
        if (!gap) before = hidden[i];
        if (hidden[i] == no_fold)
            shown_.push_back({ShownRow::Kind::row, i, rows[gap ? i + 1 : i].event.value, 0});
    }
    const auto order = [&](const ShownRow& row) { // a gap, a heading, then the row itself
        return std::pair{row.at,
                         is_gap(rows, row)                     ? 0
                         : row.kind == ShownRow::Kind::heading ? 1
                                                               : 2};
    };
    std::ranges::stable_sort(shown_, {}, order);
    for (const ShownRow& row : shown_)
        if (row.kind != ShownRow::Kind::heading && !is_gap(rows, row)) stops_.push_back(row.at);
    head_talks(rows, std::exchange(shown_, {}));
}

void ShownRows::head_talks(const Rows& rows, std::vector<ShownRow> in_order)
{
    constexpr std::size_t soon = 16; // rows
    const auto calls = [&](const ShownRow& shown, sim::HostId caller) {
        if (shown.kind != ShownRow::Kind::row || !rows[shown.index].event.exists()) return false;
        const sim::Event& event = source_.trace.at(rows[shown.index].event);
        return event.connection.exists() &&
               source_.trace.index().connection(event.connection).ends.client == caller;
    };
    for (std::size_t i = 0; i < in_order.size(); ++i) {
        const LadderRow* next = nullptr;
        const bool asks = in_order[i].kind == ShownRow::Kind::row &&
                          is_question(rows[in_order[i].index], source_.trace);
        for (std::size_t k = i + 1; asks && k < in_order.size() && k < i + soon; ++k) {
            if (!calls(in_order[k], rows[in_order[i].index].from)) continue;
            next = &rows[in_order[k].index];
            break;
        }
        put(rows, in_order[i], next);
    }
}

void ShownRows::put(const Rows& rows, ShownRow row, const LadderRow* next)
{
    const bool is_row = folds_wanted_ && row.kind == ShownRow::Kind::row && !is_gap(rows, row);
    if (is_row) {
        const LadderRow& it = rows[row.index];
        row.talk = talks_.add(it, next);
        const bool needs_lanes = it.shape != LadderRow::Shape::note;
        if (needs_lanes && lanes_of_ && *lanes_of_ != row.talk &&
            shown_.back().kind != ShownRow::Kind::heading)
            shown_.push_back({ShownRow::Kind::talk, row.index, row.at, row.talk});
        if (needs_lanes) lanes_of_ = row.talk;
    } else if (!shown_.empty()) {
        row.talk = shown_.back().talk;
    }
    shown_.push_back(row);
}

void ShownRows::append(const Rows& rows)
{
    for (; followed_ < rows.size(); ++followed_) {
        const bool gap = !rows[followed_].event.exists();
        const auto index = static_cast<std::uint32_t>(followed_);
        put(rows,
            {ShownRow::Kind::row, index, rows[gap ? followed_ + 1 : followed_].event.value, 0},
            nullptr);
        if (!gap) stops_.push_back(shown_.back().at);
    }
}

const Fold* ShownRows::hiding(sim::EventId event) const
{
    const auto found = hidden_.find(event.value);
    if (found == hidden_.end()) return nullptr;
    const Fold& fold = folds_[found->second];
    return fold.row.event == event ? nullptr : &fold;
}

} // namespace gui
