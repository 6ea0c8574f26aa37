#include "sim/report/events.h"

#include "sim/outcome.h"
#include "sim/report/days.h"
#include "sim/report/width.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <variant>

namespace sim::report {

namespace {

// The rows of a box: frame, text padded to the inner width, frame.
class Box {
public:
    Box(std::size_t columns, std::size_t label_columns, EventId event)
        : inner_{columns - 4}, label_columns_{label_columns}, event_{event}
    {
    }

    [[nodiscard]] std::size_t text_columns() const { return inner_ - label_columns_; }

    void edge(const char* left, const char* right, const std::string& title = {})
    {
        std::string text = left;
        text += "─";
        std::size_t used = 0;
        if (!title.empty()) {
            text += " " + title + " ";
            used = display_width(title) + 2;
        }
        for (std::size_t i = used; i < inner_ + 1; ++i)
            text += "─";
        text += right;
        lines_.push_back({{{text, Role::heading}}, event_});
    }

    void row(const std::string& label, const std::string& text, Role role)
    {
        lines_.push_back({{{"│ ", Role::heading},
                           {fit(label, label_columns_), Role::quiet},
                           {fit(text, text_columns()), role},
                           {" │", Role::heading}},
                          event_});
    }

    Lines take() { return std::move(lines_); }

private:
    std::size_t inner_;
    std::size_t label_columns_;
    EventId event_;
    Lines lines_;
};

Role role_of_row(explain::CardRow row)
{
    if (row == explain::CardRow::who) return Role::emphasis;
    return row == explain::CardRow::cure ? Role::accepted : Role::plain;
}

// The event whose sentence tells what became of a mail; none while it is under way.
EventId telling_event(const MailOutcome& mail)
{
    struct Find {
        EventId operator()(const UnderWay& /*what*/) const { return {}; }
        EventId operator()(const NotSent& what) const { return what.event; }
        EventId operator()(const Deferred& what) const { return what.event; }
        EventId operator()(const Bounced& what) const { return what.event; }
        EventId operator()(const Delivered& what) const { return what.event; }
    };
    return std::visit(Find{}, mail.outcome);
}

void add_sentence(Lines& lines, const Event& event, const Source& source)
{
    const explain::Context context = source.context();
    const bool good = std::holds_alternative<MailDelivered>(event.what) ||
                      std::holds_alternative<MailRetrieved>(event.what);
    const std::string sign = good ? "○ " : "✕ ";
    bool first = true;
    for (const std::string& part : wrap(explain::describe(event, source.level, context),
                                        source.columns - display_width(sign))) {
        lines.push_back(
            {{{first ? sign : "  ", good ? Role::accepted : Role::blocked}, {part, Role::emphasis}},
             event.id});
        first = false;
    }
}

// Leaves out what CardDetail::brief says.
void shorten(explain::CardText& text, const explain::WhyCard& card, const Source& source)
{
    using enum explain::CardRow;
    const bool story = source.level == Level::story;
    std::set<std::string> settings;
    for (const auto& [key, value] : card.cure.settings) {
        for (const std::string& shown : {value, std::string{"********"}}) {
            settings.insert(
                source.language.text("why.cure_setting.key", {{"key", key}, {"value", shown}}));
        }
    }
    for (explain::CardText::Row& row : text.rows) {
        if (row.row == hit && !row.lines.empty()) row.lines.erase(row.lines.begin());
        if (story && (row.row == rule || row.row == shown)) row.lines.clear();
        if (row.row == shown && row.lines.size() > 2) row.lines.resize(2);
        if (row.row == cure)
            std::erase_if(row.lines, [&](const auto& line) { return settings.contains(line); });
    }
    std::erase_if(text.rows, [](const auto& row) { return row.lines.empty(); });
}

} // namespace

Lines events(const Source& source)
{
    const explain::Context context = source.context();
    Lines lines;
    Days days{source};
    for (std::size_t i = 0; i < source.end; ++i) {
        const Event& event = source.trace[i];
        days.before(event.at, lines);
        const std::string place =
            event.host.exists() ? explain::host_name(event.host, context) : "";
        const std::string cause =
            event.cause.exists() ? fmt::format("←{}", event.cause.value) : std::string{};
        const std::string front = fmt::format("{:>5} {} {} ",
                                              event.id.value,
                                              fit(cause, 6),
                                              explain::clock_time(event.at, source.scenario));
        const std::size_t rest = source.columns - display_width(front);
        const Role role = role_of(explain::mark_of(event, context));
        bool first = true;
        const std::string text =
            place.empty() ? explain::headline(event, context)
                          : fmt::format("{}  {}", place, explain::headline(event, context));
        for (const std::string& part : wrap(text, rest)) {
            lines.push_back({{{first ? front : std::string(display_width(front), ' '), Role::quiet},
                              {part, role}},
                             event.id});
            first = false;
        }
    }
    return lines;
}

Lines why_card(const explain::WhyCard& card, const Source& source, CardDetail detail)
{
    explain::CardText text = explain::describe(card, source.context());
    if (detail == CardDetail::brief) shorten(text, card, source);
    std::size_t label_columns = 0;
    for (const auto& row : text.rows)
        label_columns = std::max(label_columns, display_width(row.label) + 2);
    Box box{source.columns, label_columns, card.stopped};
    box.edge("┌", "┐", text.title);
    for (const auto& row : text.rows) {
        std::string label = row.label;
        for (const std::string& line : row.lines) {
            for (const std::string& part : wrap(line, box.text_columns())) {
                box.row(label, part, role_of_row(row.row));
                label.clear();
            }
        }
    }
    box.edge("└", "┘");
    return box.take();
}

Lines why(const Source& source, std::span<const explain::WhyCard> cards)
{
    Lines lines;
    for (const explain::WhyCard& card : cards) {
        if (!lines.empty()) lines.push_back({});
        Lines more = why_card(card, source);
        lines.insert(lines.end(), more.begin(), more.end());
    }
    return lines;
}

Lines why_line(const explain::WhyCard& card, const Source& source)
{
    const explain::CardText text = explain::describe(card, source.context());
    std::string words;
    for (const auto& row : text.rows) {
        if (row.row == explain::CardRow::who) {
            words = card.who.exists() ? explain::host_name(card.who, source.context())
                                      : row.lines.front();
        }
        if (row.row == explain::CardRow::rule)
            words += source.language.text("report.because", {{"words", row.lines.front()}});
    }
    Lines lines;
    for (const std::string& part : wrap(words, source.columns - 2)) {
        lines.push_back(
            {{{lines.empty() ? "✕ " : "  ", Role::blocked}, {part, Role::plain}}, card.stopped});
    }
    return lines;
}

Lines outcome(const Source& source)
{
    Lines lines;
    for (const MailOutcome& mail : outcomes(source.trace, source.end)) {
        const EventId telling = telling_event(mail);
        if (telling.exists()) add_sentence(lines, source.trace.at(telling), source);
        for (const EventId share : mail.shares)
            if (share != telling) add_sentence(lines, source.trace.at(share), source);
    }
    // What mail programs fetched, or could not.
    for (std::size_t i = 0; i < source.end; ++i) {
        const Event& event = source.trace[i];
        const auto* finished = std::get_if<FetchFinished>(&event.what);
        const bool failed = finished != nullptr && finished->error != UserError::none;
        if (failed || std::holds_alternative<MailRetrieved>(event.what))
            add_sentence(lines, event, source);
    }
    return lines;
}

} // namespace sim::report
