#include "sim/report/ladder.h"

#include "sim/explain/nouns.h"
#include "sim/playback.h"
#include "sim/report/days.h"
#include "sim/report/width.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <variant>
#include <vector>

namespace sim::report {

namespace {

constexpr Duration shortest_gap = 2s;

} // namespace

// ---- rows -------------------------------------------------------------------------------------

class Ladder::RowMaker {
public:
    explicit RowMaker(const Source& source) : source_{source}, context_{source.context()} {}

    void follow(std::size_t end)
    {
        for (; followed_ < end; ++followed_) {
            const Event& event = source_.trace[followed_];
            if (const auto* asked = std::get_if<DnsAsked>(&event.what))
                asked_ = explain::host_at(asked->server, source_.scenario);
            if (source_.level == Level::expert) {
                std::visit([&](const auto& what) { expert(event, what); }, event.what);
            } else if (source_.level == Level::standard) {
                std::visit([&](const auto& what) { standard(event, what); }, event.what);
            } else {
                std::visit([&](const auto& what) { story(event, what); }, event.what);
            }
        }
    }

    [[nodiscard]] const LadderRows& rows() const { return made_; }

private:
    // ---- one row for one event ---------------------------------------------------------------
    void add(const Event& event, LadderRow row)
    {
        if (!made_.rows.empty()) {
            const Duration idle = event.at - last_;
            const bool another_day = explain::local_day(event.at, source_.scenario) !=
                                     explain::local_day(last_, source_.scenario);
            if (idle >= shortest_gap || another_day) {
                LadderRow gap;
                gap.shape = LadderRow::Shape::gap;
                gap.at = event.at;
                gap.gap = idle;
                gap.text =
                    fmt::format("… {} …",
                                explain::describe(std::chrono::round<std::chrono::seconds>(idle),
                                                  source_.language));
                if (another_day) gap.day = day_of(event.at, source_);
                made_.rows.push_back(std::move(gap));
            }
        }
        last_ = event.at;
        row.event = event.id;
        row.at = event.at;
        row.mark = explain::mark_of(event, context_);
        if (std::string words = story_words(event); !words.empty()) row.text = std::move(words);
        if (row.text.empty()) row.text = explain::headline(event, context_);
        meet(row.from);
        meet(row.to);
        made_.rows.push_back(std::move(row));
    }

    // A story has no packets, no addresses of machines and no numbers of a queue.
    [[nodiscard]] std::string story_words(const Event& event) const
    {
        if (source_.level != Level::story) return {};
        const auto say = [&](const char* key) {
            return source_.language.text(fmt::format("report.story.{}", key));
        };
        switch (event.kind()) {
        case Kind::packet_dropped:
            return say("letter");
        case Kind::packet_altered:
            return say("altered");
        case Kind::connection_failed:
            return say("unanswered");
        case Kind::mail_queued:
            return say(explain::is_report(std::get<MailQueued>(event.what).mail, source_.trace)
                           ? "report"
                           : "taken");
        default:
            return {};
        }
    }

    void meet(HostId host)
    {
        if (!host.exists()) return;
        auto& lifelines = made_.lifelines;
        if (std::ranges::find(lifelines, host) != lifelines.end()) return;
        // Name servers stand aside, out of the way of the mail.
        const auto stands_aside = [&](HostId each) {
            return source_.scenario.hosts[each.value].kind == scenario::HostKind::name_server;
        };
        lifelines.insert(stands_aside(host) ? lifelines.end()
                                            : std::ranges::find_if(lifelines, stands_aside),
                         host);
    }

    void note(const Event& event)
    {
        LadderRow row;
        row.from = event.host;
        add(event, row);
    }

    void arrow(const Event& event, HostId to) { arrow(event, event.host, to); }
    void arrow(const Event& event,
               HostId from,
               HostId to,
               LadderRow::Shape shape = LadderRow::Shape::arrow)
    {
        LadderRow row;
        row.shape = shape;
        row.from = from;
        row.to = to;
        row.under_tls = is_under_tls(event);
        add(event, row);
    }

    // The other end of the event's connection.
    [[nodiscard]] HostId peer(const Event& event) const
    {
        return explain::peer_of(event, context_);
    }
    // With the event that says that TLS stands.
    [[nodiscard]] bool is_under_tls(const Event& event) const
    {
        return source_.trace.index().connection(event.connection).tls_established <= event.id;
    }

    void stopped(const Event& event, const PacketDropped& what)
    {
        LadderRow row;
        row.shape = LadderRow::Shape::arrow;
        row.from = explain::host_at(what.packet.source, source_.scenario);
        row.to = event.host;
        row.stopped = true;
        // The packet on the arrow, what stopped it behind the cross.
        if (event.cause.exists() &&
            std::holds_alternative<PacketSent>(source_.trace.at(event.cause).what))
            row.text = explain::headline(source_.trace.at(event.cause), context_);
        add(event, row);
    }

    // ---- story: the hops ----------------------------------------------------------------------
    void story(const Event& event, const PacketDropped& what) { stopped(event, what); }
    void story(const Event& event, const PacketAltered& /*what*/) { note(event); }
    void story(const Event& event, const MailComposed& /*what*/) { note(event); }
    void story(const Event& event, const MailQueued& /*what*/)
    {
        const HostId from = peer(event);
        if (!from.exists()) {
            note(event);
            return;
        }
        LadderRow row;
        row.shape = LadderRow::Shape::arrow;
        row.from = from;
        row.to = event.host;
        row.under_tls = is_under_tls(event);
        add(event, row);
    }
    void story(const Event& event, const MailDelivered& /*what*/) { note(event); }
    void story(const Event& event, const MailJunked& /*what*/) { note(event); }
    void story(const Event& event, const MailRetrieved& /*what*/)
    {
        LadderRow row;
        row.shape = LadderRow::Shape::arrow;
        row.from = peer(event);
        row.to = event.host;
        add(event, row);
    }
    void story(const Event& event, const ConnectionFailed& /*what*/) { note(event); }
    void story(const Event& event, const MailDeferred& /*what*/) { note(event); }
    void story(const Event& event, const MailBounced& /*what*/) { note(event); }
    void story(const Event& event, const RecipientRefused& /*what*/) { note(event); }
    void story(const Event& event, const SendFinished& what)
    {
        if (what.error != UserError::none) note(event);
    }
    void story(const Event& event, const FetchFinished& what)
    {
        if (what.error != UserError::none) note(event);
    }
    void story(const Event& event, const RuleSwitched& /*what*/) { note(event); }
    void story(const Event& /*event*/, const auto& /*other*/) {}

    // ---- standard: what is said ---------------------------------------------------------------
    void standard(const Event& event, const DnsResolved& what)
    {
        if (what.from_cache || !asked_.exists()) {
            note(event);
        } else {
            arrow(event, asked_);
        }
    }
    void standard(const Event& event, const ConnectionOpened& what)
    {
        if (!what.accepted) arrow(event, peer(event));
    }
    void standard(const Event& event, const PortClosed& /*what*/) { note(event); }
    void standard(const Event& event, const ConnectionEnded& what)
    {
        if (what.how != ConnectionEnd::closed) note(event);
    }
    void standard(const Event& event, const TlsEstablished& /*what*/)
    {
        const auto ends = explain::ends_of(event, context_);
        if (!ends) return;
        if (ends->client != event.host && !source_.trace.leads_outside(event.connection)) return;
        arrow(event, ends->client, ends->server, LadderRow::Shape::tls_bar);
    }
    void standard(const Event& event, const TlsFailed& /*what*/) { note(event); }
    void standard(const Event& event, const CertificateJudged& what)
    {
        if (what.verdict != CertificateVerdict::valid) note(event);
    }
    template <typename Said>
    requires(std::is_same_v<Said, SmtpCommand> || std::is_same_v<Said, SmtpReply> ||
             std::is_same_v<Said, SmtpText> || std::is_same_v<Said, Pop3Command> ||
             std::is_same_v<Said, Pop3Reply>) void standard(const Event& event, const Said& what)
    {
        if (what.side == Side::sent) {
            arrow(event, peer(event));
        } else if (!is_echo(source_.trace, event)) {
            arrow(event, peer(event), event.host);
        }
    }
    void standard(const Event& event, const SmtpProblemSeen& /*what*/) { note(event); }
    void standard(const Event& event, const MailChanged& /*what*/) { note(event); }
    void standard(const Event& event, const TimerRanOut& /*what*/) { note(event); }
    void standard(const Event& event, const PolicyJudged& /*what*/) { note(event); }
    void standard(const Event& event, const SendFinished& /*what*/) { note(event); }
    void standard(const Event& event, const FetchFinished& /*what*/) { note(event); }
    void standard(const Event& event, const MailQueued& /*what*/) { note(event); }
    void standard(const Event& event, const CrowdAttempt& /*what*/) { note(event); }
    void standard(const Event& event, const CrowdAttemptEnded& /*what*/) { note(event); }
    void standard(const Event& event, const MailRetrieved& /*what*/) { note(event); }
    void standard(const Event& event, const auto& other) { story(event, other); }

    // ---- expert: every packet -----------------------------------------------------------------
    void expert(const Event& event, const PacketSent& what) { arrow(event, what.to); }
    void expert(const Event& event, const PacketDropped& what) { stopped(event, what); }
    void expert(const Event& event, const PacketPassedRule& /*what*/) { note(event); }
    void expert(const Event& event, const PacketAltered& /*what*/) { note(event); }
    void expert(const Event& event, const ConnectionFailed& /*what*/) { note(event); }
    void expert(const Event& event, const TlsEstablished& what) { standard(event, what); }
    template <typename Outcome>
    requires(std::is_same_v<Outcome, MailComposed> || std::is_same_v<Outcome, MailQueued> ||
             std::is_same_v<Outcome, MailDelivered> || std::is_same_v<Outcome, MailJunked> ||
             std::is_same_v<Outcome, MailDeferred> || std::is_same_v<Outcome, MailBounced> ||
             std::is_same_v<Outcome, MailRetrieved> || std::is_same_v<Outcome, SendFinished> ||
             std::is_same_v<Outcome, FetchFinished> ||
             std::is_same_v<Outcome, RuleSwitched>) void expert(const Event& event,
                                                                const Outcome& /*what*/)
    {
        note(event);
    }
    void expert(const Event& /*event*/, const auto& /*other*/) {}

    Source source_;
    explain::Context context_;
    std::size_t followed_ = 0;
    LadderRows made_;
    Instant last_{};
    HostId asked_; // the name server that was asked last
};

Ladder::Ladder(const Source& source) : maker_{make_hidden<RowMaker>(source)} {}

void Ladder::follow(std::size_t end)
{
    maker_->follow(end);
}

const LadderRows& Ladder::rows() const
{
    return maker_->rows();
}

namespace {

// ---- drawing ----------------------------------------------------------------------------------

constexpr std::size_t narrowest_lane = 20; // between two lifelines

// Text of fixed width in which characters, wide ones too, are put at columns.
class Canvas {
public:
    explicit Canvas(std::size_t columns) : cells_(columns, " ") {}

    void put(std::size_t column, std::string_view text)
    {
        for (const std::string& character : characters(text)) {
            const std::size_t width = display_width(character);
            if (column + width > cells_.size()) return;
            cells_[column] = character;
            if (width == 2) cells_[column + 1].clear(); // covered by the one before
            column += std::max<std::size_t>(width, 1);
        }
    }
    void fill(std::size_t from, std::size_t to, const char* what)
    {
        for (std::size_t column = from; column < to && column < cells_.size(); ++column)
            cells_[column] = what;
    }
    [[nodiscard]] std::string text() const
    {
        std::string all;
        for (const std::string& cell : cells_)
            all += cell;
        return all;
    }

private:
    static std::vector<std::string> characters(std::string_view text)
    {
        std::vector<std::string> all;
        for (const char c : text) {
            const bool continues = (static_cast<std::uint8_t>(c) & 0xC0U) == 0x80U;
            if (continues && !all.empty()) {
                all.back() += c;
            } else {
                all.emplace_back(1, c);
            }
        }
        return all;
    }

    std::vector<std::string> cells_;
};

class Drawing {
public:
    Drawing(const Source& source, const LadderRows& rows)
        : source_{source}, context_{source.context()}, rows_{rows}, days_{source}
    {
    }

    Lines draw()
    {
        legend();
        const std::size_t fitting = (source_.columns - clock_columns) / narrowest_lane;
        if (rows_.lifelines.size() <= std::max<std::size_t>(fitting, 2))
            name_lifelines(rows_.lifelines);
        for (const LadderRow& row : rows_.rows) {
            days_.before(row.at, lines_);
            if (row.shape == LadderRow::Shape::gap) {
                gap(row);
                continue;
            }
            if (!is_named(row.from) || !is_named(row.to)) name_pair(row);
            if (row.shape == LadderRow::Shape::note || !row.to.exists() || row.from == row.to) {
                note(row);
            } else {
                arrow(row);
            }
        }
        return std::move(lines_);
    }

private:
    void legend()
    {
        using explain::Mark;
        const auto word = [&](Mark mark) { return explain::label(mark, source_.language); };
        lines_.push_back({{{fmt::format("╌╌▷ {}", word(Mark::clear)), Role::clear},
                           {"   "},
                           {fmt::format("══▶ {}", word(Mark::encrypted)), Role::encrypted},
                           {"   "},
                           {fmt::format("✕ {}", word(Mark::blocked)), Role::blocked},
                           {"   "},
                           {"┄┄> DNS", Role::quiet}},
                          {}});
        lines_.push_back({});
    }

    [[nodiscard]] bool is_named(HostId host) const
    {
        return !host.exists() || column_of_.contains(host);
    }

    void name_lifelines(const std::vector<HostId>& hosts)
    {
        column_of_.clear();
        shown_ = hosts;
        const std::size_t lane =
            (source_.columns - clock_columns) / std::max<std::size_t>(hosts.size(), 1);
        Canvas names{source_.columns};
        for (std::size_t i = 0; i < hosts.size(); ++i) {
            const std::size_t column = clock_columns + i * lane;
            column_of_[hosts[i]] = column;
            std::string name = explain::host_name(hosts[i], context_);
            // The last one may reach beyond the margin: it is set to end there.
            names.put(column, fit_if_long(name, lane - 1));
        }
        lines_.push_back({{{names.text(), Role::heading}}, {}});
    }

    // Too many hosts to stand side by side: only the two that talk now.
    void name_pair(const LadderRow& row)
    {
        std::vector<HostId> pair;
        if (row.from.exists()) pair.push_back(row.from);
        if (row.to.exists() && row.to != row.from) pair.push_back(row.to);
        // Whoever spoke first stands on the left, also when the two come back later.
        if (pair.size() == 2) {
            const auto known = std::minmax(pair[0], pair[1]);
            const HostId left =
                left_of_.try_emplace({known.first, known.second}, pair[0]).first->second;
            if (left != pair[0]) std::swap(pair[0], pair[1]);
        }
        if (!lines_.empty() && !lines_.back().spans.empty()) lines_.push_back({});
        if (pair.size() < 2) {
            name_lifelines(pair);
            return;
        }
        column_of_.clear();
        shown_ = pair;
        Canvas names{source_.columns};
        const std::string right = fit_if_long(explain::host_name(pair[1], context_), 30);
        column_of_[pair[0]] = clock_columns;
        column_of_[pair[1]] = source_.columns - 2;
        names.put(clock_columns, fit_if_long(explain::host_name(pair[0], context_), 30));
        names.put(source_.columns - display_width(right), right);
        lines_.push_back({{{names.text(), Role::heading}}, {}});
    }

    static std::string fit_if_long(const std::string& text, std::size_t columns)
    {
        return display_width(text) > columns ? fit(text, columns) : text;
    }

    [[nodiscard]] Canvas lifelines() const
    {
        Canvas canvas{source_.columns};
        for (const HostId host : shown_)
            canvas.put(column_of_.at(host), "│");
        return canvas;
    }

    void push(const LadderRow& row, Canvas& canvas, const std::string& clock)
    {
        canvas.put(0, clock);
        lines_.push_back({{{canvas.text(), role_of(row.mark)}}, row.event});
    }

    void gap(const LadderRow& row)
    {
        Canvas canvas = lifelines();
        canvas.put(clock_columns + 2, row.text);
        lines_.push_back({{{canvas.text(), Role::quiet}}, {}});
    }

    void note(const LadderRow& row)
    {
        const std::size_t column = row.from.exists() ? column_of_.at(row.from) : clock_columns;
        const std::string sign = row.mark == explain::Mark::blocked ? "✕ " : "● ";
        const std::size_t width = display_width(row.text) + 2;
        Canvas canvas = lifelines();
        // To the right of its lifeline, or to the left where there is no room.
        const bool fits = column + width <= source_.columns;
        if (fits) {
            canvas.put(column, sign + row.text);
        } else if (column >= clock_columns + width) {
            canvas.put(column - width + 1, row.text + (sign == "✕ " ? " ✕" : " ●"));
        } else {
            canvas.put(clock_columns,
                       sign + fit_if_long(row.text, source_.columns - clock_columns - 2));
        }
        push(row, canvas, explain::clock_time(row.at, source_.scenario));
    }

    void arrow(const LadderRow& row)
    {
        const std::size_t from = column_of_.at(row.from);
        const std::size_t to = column_of_.at(row.to);
        const bool rightward = from < to;
        const std::size_t left = std::min(from, to);
        const std::size_t right = std::max(from, to);
        const bool sealed = row.mark == explain::Mark::encrypted;
        const bool quiet = row.mark == explain::Mark::quiet;
        const char* stroke = sealed ? "═" : quiet ? "┄" : "╌";
        Canvas canvas = lifelines();
        canvas.fill(left + 1, right, stroke);
        const std::string label = " " + fit_if_long(row.text, right - left - 7) + " ";
        if (row.shape == LadderRow::Shape::tls_bar) {
            canvas.put(left, "╞");
            canvas.put(right, "╡");
            canvas.put(left + 3, label);
            push(row, canvas, explain::clock_time(row.at, source_.scenario));
            return;
        }
        const std::size_t room = right - left - 1;
        const std::size_t used = display_width(label);
        canvas.put(rightward ? left + 3 : left + room - used - 1, label);
        const char* head = sealed  ? (rightward ? "▶" : "◀")
                           : quiet ? (rightward ? ">" : "<")
                                   : (rightward ? "▷" : "◁");
        if (row.stopped) {
            canvas.put(to, "✕ ");
            const std::string by = explain::headline(source_.trace.at(row.event), context_);
            if (to + 12 < source_.columns)
                canvas.put(to + 2, fit_if_long(by, source_.columns - to - 2));
        } else {
            canvas.put(rightward ? right - 1 : left + 1, head);
        }
        push(row, canvas, explain::clock_time(row.at, source_.scenario));
    }

    const Source& source_;
    explain::Context context_;
    const LadderRows& rows_;
    Days days_;
    Lines lines_;
    std::vector<HostId> shown_;
    std::map<HostId, std::size_t> column_of_;
    std::map<std::pair<HostId, HostId>, HostId> left_of_;
};

} // namespace

LadderRows ladder_rows(const Source& source)
{
    Ladder whole{source};
    whole.follow(source.end);
    return whole.rows();
}

namespace {

// In text only two hosts may stand side by side: what two of them say to each other is kept
// together, although somebody else speaks in between. A gap belongs to the row behind it.
LadderRows by_conversation(LadderRows all, const Trace& trace)
{
    std::vector<std::vector<LadderRow>> sections;
    std::map<ConnectionId, std::size_t> section_of;
    std::vector<LadderRow> waiting;
    ConnectionId last;
    for (LadderRow& row : all.rows) {
        if (!row.event.exists()) {
            waiting.push_back(std::move(row));
            continue;
        }
        const ConnectionId connection = trace.at(row.event).connection;
        std::size_t at = sections.size();
        if (connection.exists()) {
            at = section_of.try_emplace(connection, at).first->second;
        } else if (!sections.empty() && !last.exists()) {
            at = sections.size() - 1;
        }
        last = connection;
        if (at == sections.size()) sections.emplace_back();
        for (LadderRow& gap : waiting)
            sections[at].push_back(std::move(gap));
        waiting.clear();
        sections[at].push_back(std::move(row));
    }
    all.rows.clear();
    for (std::vector<LadderRow>& section : sections) {
        for (LadderRow& row : section)
            all.rows.push_back(std::move(row));
    }
    return all;
}

} // namespace

Lines ladder(const Source& source)
{
    LadderRows rows = ladder_rows(source);
    if (source.level == Level::standard) rows = by_conversation(std::move(rows), source.trace);
    return Drawing{source, rows}.draw();
}

} // namespace sim::report
