#include "sim/report/transcript.h"

#include "sim/core/one_of.h"
#include "sim/playback.h"
#include "sim/report/days.h"
#include "sim/report/ends.h"
#include "sim/report/width.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>

namespace sim::report {

namespace {

constexpr std::size_t mark_columns = 10;

// What one connection said, or what happened beside the connections for a while.
struct Section {
    ConnectionId connection; // none: beside them
    std::vector<const Event*> events;
};

// At the level standard these say nothing that the lines around them do not.
bool is_noise(const Event& event)
{
    return is_one_of(event.kind(),
                     Kind::dns_asked,
                     Kind::tls_started,
                     Kind::tls_ended,
                     Kind::connection_ended,
                     Kind::step_started);
}

// In the story, what the next host on the way has just told from its own side.
bool is_told_twice(const Event& event)
{
    if (event.kind() == Kind::mail_handed_over) return true;
    const auto* fetch = std::get_if<FetchFinished>(&event.what);
    return fetch != nullptr && fetch->error == UserError::none && fetch->messages > 0;
}

// Said at every hop in the same words: explained at the first.
bool is_conversation(const Event& event)
{
    return is_one_of(event.kind(),
                     Kind::connection_opened,
                     Kind::certificate_judged,
                     Kind::tls_established,
                     Kind::smtp_command,
                     Kind::smtp_reply,
                     Kind::smtp_text,
                     Kind::pop3_command,
                     Kind::pop3_reply,
                     Kind::field_added,
                     Kind::mail_changed,
                     Kind::policy_judged,
                     Kind::recipient_refused,
                     Kind::mail_queued,
                     Kind::mail_handed_over);
}

// Which of what a lesson's story may be about the event belongs to.
std::optional<scenario::StoryPoint> point_of(const Event& event)
{
    using enum scenario::StoryPoint;
    switch (event.kind()) {
    case Kind::dns_resolved:
        return signpost;
    case Kind::connection_attempted:
        return road;
    case Kind::packet_passed_rule:
        return gate;
    case Kind::port_closed:
        return door;
    case Kind::tls_established:
    case Kind::tls_failed:
        return box;
    case Kind::certificate_judged:
        return crest;
    case Kind::auth_tried:
        return pass;
    case Kind::smtp_problem_seen:
        // Who goes on without it says so in the next event.
        if (std::get<SmtpProblemSeen>(event.what).problem == SmtpProblem::starttls_not_offered)
            return std::nullopt;
        return words;
    case Kind::smtp_reply: {
        // 503 is what commands get that were sent along with the one that was refused.
        const std::uint16_t code = std::get<SmtpReply>(event.what).code;
        return code >= 400 && code != 503 ? std::optional{refusal} : std::nullopt;
    }
    default:
        return std::nullopt;
    }
}

bool is_mail_programs(const Source& source, HostId host)
{
    return std::ranges::any_of(source.scenario.programs, [&](const scenario::MailProgram& program) {
        return host.exists() && program.sending &&
               program.host == source.scenario.hosts[host.value].key;
    });
}

// What the lesson is about; of what every hop does, only what the sender's own program does.
bool is_told(const Source& source, const Event& event)
{
    const auto point = point_of(event);
    if (!point || std::ranges::count(source.scenario.story, *point) == 0) return false;
    if (is_echo(source.trace, event)) return false;
    using enum scenario::StoryPoint;
    const bool everybodys = *point == signpost || *point == refusal || *point == words ||
                            *point == door || *point == gate;
    if (everybodys) return true;
    const HostId client = source.trace.index().connection(event.connection).ends.client;
    return is_mail_programs(source, client) && (event.host == client || *point == pass);
}

bool is_shown(const Source& source, const Event& event)
{
    const Trace& trace = source.trace;
    switch (source.level) {
    case Level::story:
        return is_told(source, event) ||
               (is_stop(trace, event, Unit::hop) && !is_told_twice(event));
    case Level::standard:
        return is_stop(trace, event, Unit::command) && !is_noise(event);
    case Level::expert:
        return is_stop(trace, event, Unit::packet);
    }
    return false;
}

// That TLS stands is said once, by the end that began it, if that is ours.
bool is_wanted(const Source& source, const Event& event)
{
    const Trace& trace = source.trace;
    if (!is_shown(source, event)) return false;
    if (event.kind() != Kind::tls_established || source.level == Level::expert) return true;
    return trace.index().connection(event.connection).ends.client == event.host ||
           trace.leads_outside(event.connection);
}

std::vector<Section> sections_of(const Source& source)
{
    std::vector<Section> sections;
    std::map<ConnectionId, std::size_t> by_connection;
    for (std::size_t i = 0; i < source.end; ++i) {
        const Event& event = source.trace[i];
        if (!is_wanted(source, event)) continue;
        if (!event.connection.exists() || source.level == Level::story) {
            if (sections.empty() || sections.back().connection.exists()) sections.push_back({});
            sections.back().events.push_back(&event);
            continue;
        }
        const auto [found, is_new] = by_connection.try_emplace(event.connection, sections.size());
        if (is_new) sections.push_back({event.connection, {}});
        sections[found->second].events.push_back(&event);
    }
    return sections;
}

class TranscriptWriter {
public:
    explicit TranscriptWriter(const Source& source)
        : source_{source}, context_{source.context()}, days_{source}
    {
    }

    Lines write(const std::vector<Section>& sections, bool explanations)
    {
        for (const Section& section : sections) {
            if (!lines_.empty()) lines_.push_back({});
            if (section.connection.exists()) heading(*section.events.front());
            for (const Event* event : section.events)
                say(*event, explanations);
        }
        return take();
    }

    void say(const Event& event, bool explanations)
    {
        days_.before(event.at, lines_);
        if (source_.level == Level::story) {
            sentence(event);
            return;
        }
        line(event);
        inside(event);
        if (explanations) explanation(event);
    }

    void blank() { lines_.push_back({}); }
    Lines take() { return std::exchange(lines_, {}); }
    // Explains again what it has explained; for a writer that goes on without end.
    void forget_some()
    {
        constexpr std::size_t most = 20'000;
        if (explained_.size() > most) explained_.clear();
    }

    // "Hanako's PC → submission server (203.0.113.25:25)", from the event that began it.
    void heading(const Event& first)
    {
        const auto* attempted = std::get_if<ConnectionAttempted>(&first.what);
        if (attempted == nullptr) return;
        const HostId to = explain::host_at(attempted->remote.address, source_.scenario);
        const std::string text = fmt::format("{} → {} ({})",
                                             explain::host_name(first.host, context_),
                                             to.exists() ? explain::host_name(to, context_)
                                                         : to_string(attempted->remote.address),
                                             to_string(attempted->remote));
        for (const std::string& part : wrap(text, source_.columns))
            lines_.push_back({{{part, Role::heading}}, first.id});
    }

private:
    void line(const Event& event)
    {
        const explain::Mark mark = explain::mark_of(event, context_);
        const Role role = role_of(mark);
        const std::string arrow = arrow_of(event);
        const std::size_t text_columns =
            source_.columns - clock_columns - mark_columns - display_width(arrow);
        bool first = true;
        for (const std::string& said : said_in(event)) {
            for (const std::string& part : wrap(said, text_columns)) {
                TextLine row;
                row.event = event.id;
                row.spans.push_back(
                    {fit(first ? explain::clock_time(event.at, source_.scenario) : "",
                         clock_columns),
                     Role::quiet});
                row.spans.push_back(
                    {fit(first ? explain::label(mark, source_.language) : "", mark_columns), role});
                row.spans.push_back({first ? arrow : std::string(display_width(arrow), ' '), role});
                row.spans.push_back({part, role});
                lines_.push_back(std::move(row));
                first = false;
            }
        }
    }

    // What a line of an AUTH exchange says that is no secret, with its Base64 undone.
    void inside(const Event& event)
    {
        const auto* command = std::get_if<SmtpCommand>(&event.what);
        const auto* reply = std::get_if<SmtpReply>(&event.what);
        const bool exchange = (command != nullptr && (command->verb == SmtpVerb::auth ||
                                                      command->verb == SmtpVerb::auth_response)) ||
                              (reply != nullptr && reply->code == 334);
        if (!exchange) return;
        const Line& line = command != nullptr ? command->line : reply->line;
        if (line.secret_size > 0 && source_.secrets == Secrets::masked) return;
        const std::string indent(clock_columns + mark_columns, ' ');
        const std::string_view bytes = source_.trace.view(line.bytes);
        for (const std::string& words : unwrapped(base64_undone(bytes), source_)) {
            for (const std::string& part : wrap(words, source_.columns - indent.size()))
                lines_.push_back({{{indent + part, Role::quiet}}, event.id});
        }
    }

    // What has been explained is not explained again; of what every hop does, the first is.
    void explanation(const Event& event)
    {
        if (source_.level == Level::standard && is_conversation(event) &&
            !explained_.insert(explain::wording_of(event, context_)).second)
            return;
        const std::string text = explain::describe(event, source_.level, context_);
        if (!explained_.insert(text).second) return;
        const std::string indent(clock_columns, ' ');
        for (const std::string& part : wrap(text, source_.columns - clock_columns))
            lines_.push_back({{{indent + part, Role::quiet}}, event.id});
    }

    // Story: the clock is of no interest, the sentences are.
    void sentence(const Event& event)
    {
        const Role role = role_of(explain::mark_of(event, context_));
        const std::string text = explain::describe(event, Level::story, context_);
        if (!explained_.insert(text).second) return;
        for (const std::string& part : wrap(text, source_.columns))
            lines_.push_back({{{part, role}}, event.id});
    }

    // "→ " client to server, "← " back, "  " for what is not said by anyone.
    [[nodiscard]] static std::string arrow_of(const Event& event)
    {
        if (std::holds_alternative<SmtpCommand>(event.what) ||
            std::holds_alternative<SmtpText>(event.what) ||
            std::holds_alternative<Pop3Command>(event.what))
            return "→ ";
        if (std::holds_alternative<SmtpReply>(event.what) ||
            std::holds_alternative<Pop3Reply>(event.what))
            return "← ";
        return "  ";
    }

    // The lines that were said, as they were; for other events, their headline.
    [[nodiscard]] std::vector<std::string> said_in(const Event& event) const
    {
        if (const auto* reply = std::get_if<SmtpReply>(&event.what)) return split(reply->line);
        if (const auto* command = std::get_if<SmtpCommand>(&event.what))
            return {explain::show_line(command->line, context_)};
        if (const auto* reply = std::get_if<Pop3Reply>(&event.what)) return split(reply->line);
        if (const auto* command = std::get_if<Pop3Command>(&event.what))
            return {explain::show_line(command->line, context_)};
        return {explain::headline(event, context_)};
    }

    [[nodiscard]] std::vector<std::string> split(const Line& whole) const
    {
        std::vector<std::string> parts;
        const std::string_view bytes = source_.trace.view(whole.bytes);
        std::size_t begin = 0;
        while (true) {
            const std::size_t end = bytes.find("\r\n", begin);
            const std::size_t stop = end == std::string_view::npos ? bytes.size() : end;
            Line part;
            part.bytes = whole.bytes.slice(static_cast<std::uint32_t>(begin),
                                           static_cast<std::uint32_t>(stop - begin));
            parts.push_back(explain::show_line(part, context_));
            if (end == std::string_view::npos) return parts;
            begin = end + 2;
        }
    }

    const Source& source_;
    explain::Context context_;
    Days days_;
    Lines lines_;
    std::set<std::string> explained_;
};

} // namespace

class LiveTranscript::Feed {
public:
    Feed(const Source& source, TranscriptOptions options)
        : source_{source}, options_{options}, writer_{source_}
    {
    }

    Lines next(std::size_t end)
    {
        for (; done_ < end; ++done_) {
            const Event& event = source_.trace[done_];
            if (last_connections_ && !(event.connection < *last_connections_)) continue;
            if (!is_wanted(source_, event)) continue;
            move_to(event);
            writer_.say(event, options_.explanations);
        }
        writer_.forget_some();
        return writer_.take();
    }

    void keep_to_connections_before(ConnectionId first) { last_connections_ = first; }

private:
    void move_to(const Event& event)
    {
        if (source_.level == Level::story || event.connection == present_) return;
        present_ = event.connection;
        if (!present_.exists()) return;
        writer_.blank();
        writer_.heading(source_.trace.at(source_.trace.index().of(present_).front()));
    }

    Source source_;
    TranscriptOptions options_;
    TranscriptWriter writer_;
    std::size_t done_ = 0;
    ConnectionId present_;
    std::optional<ConnectionId> last_connections_; // those before it
};

LiveTranscript::LiveTranscript(const Source& source, TranscriptOptions options)
    : feed_{std::make_unique<Feed>(source, options)}
{
}

LiveTranscript::~LiveTranscript() = default;
LiveTranscript::LiveTranscript(LiveTranscript&&) noexcept = default;
LiveTranscript& LiveTranscript::operator=(LiveTranscript&&) noexcept = default;

Lines LiveTranscript::next(std::size_t end)
{
    return feed_->next(end);
}

void LiveTranscript::keep_to_connections_before(ConnectionId first)
{
    feed_->keep_to_connections_before(first);
}

Lines transcript(const Source& source, TranscriptOptions options)
{
    return TranscriptWriter{source}.write(sections_of(source), options.explanations);
}

} // namespace sim::report
