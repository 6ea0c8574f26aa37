#include "sim/report/journey.h"

#include "sim/evaluate.h"
#include "sim/explain/nouns.h"
#include "sim/report/width.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <string_view>
#include <utility>
#include <variant>

namespace sim::report {

namespace {

// What one connection was for, read along its events.
class HopReader {
public:
    HopReader(const Trace& trace, std::size_t end, const scenario::Scenario& scenario)
        : trace_{trace}, end_{end}, scenario_{scenario}, outcome_{outcome_of(trace, end)}
    {
    }

    // Nothing for a connection that had nothing to do with mail.
    std::optional<Hop> read(ConnectionId id)
    {
        const auto events = events_before(trace_.index().of(id), end_);
        if (events.empty()) return std::nullopt;
        const TraceIndex::Connection& known = trace_.index().connection(id);
        hop_ = {};
        hop_.connections = {id};
        hop_.first = events.front();
        hop_.began = trace_.at(events.front()).at;
        hop_.ended = trace_.at(events.back()).at;
        hop_.server = known.ends.server_at;
        caller_ = known.ends.client;
        called_ = known.ends.server.exists() ? known.ends.server
                                             : explain::host_at(hop_.server.address, scenario_);
        opened_ = ended_ = implicit_ = said_ = found_nothing_ = false;
        for (const EventId event : events)
            note(trace_.at(event));
        if (found_nothing_ || hop_.server.port == dns_port) return std::nullopt;
        finish(known);
        return hop_;
    }

private:
    static constexpr std::uint16_t dns_port = 53;

    void note(const Event& event)
    {
        std::visit([&](const auto& what) { on(event, what); }, event.what);
    }

    void on(const Event& /*event*/, const ConnectionOpened& /*what*/) { opened_ = true; }
    void on(const Event& /*event*/, const ConnectionEnded& /*what*/) { ended_ = true; }
    void on(const Event& /*event*/, const ConnectionFailed& /*what*/) { ended_ = true; }
    void on(const Event& event, const PacketSent& /*what*/)
    {
        if (event.host == caller_ || event.host == called_) return;
        if (std::ranges::find(hop_.readers, event.host) == hop_.readers.end())
            hop_.readers.push_back(event.host);
    }
    void on(const Event& event, const PacketAltered& /*what*/) { hop_.tampered = event.host; }
    void on(const Event& event, const PacketDropped& /*what*/)
    {
        if (!hop_.dropped.exists()) hop_.dropped = event.id;
    }
    void on(const Event& /*event*/, const TlsStarted& what) { implicit_ = what.from_start; }
    void on(const Event& /*event*/, const CertificateJudged& what)
    {
        if (what.went_on && what.verdict != CertificateVerdict::valid) hop_.unproved = true;
    }
    void on(const Event& /*event*/, const SmtpCommand& what)
    {
        said_ = true;
        const bool is_envelope = what.verb == SmtpVerb::mail || what.verb == SmtpVerb::rcpt;
        if (is_envelope && !what.encrypted) expose(Exposed::envelope);
    }
    void on(const Event& /*event*/, const SmtpReply& /*what*/) { said_ = true; }
    void on(const Event& /*event*/, const Pop3Command& /*what*/) { said_ = hop_.fetches = true; }
    void on(const Event& /*event*/, const Pop3Reply& /*what*/) { said_ = hop_.fetches = true; }
    void on(const Event& /*event*/, const AuthTried& what)
    {
        hop_.login = what.mechanism;
        hop_.logged_in = what.succeeded;
        const bool is_proof =
            what.mechanism == Mechanism::cram_md5 || what.mechanism == Mechanism::scram_sha_256;
        if (is_proof && !what.encrypted) expose(Exposed::proof);
    }
    void on(const Event& /*event*/, const MailQueued& what) { carry(what.mail); }
    void on(const Event& /*event*/, const MailHandedOver& what) { carry(what.mail); }
    void on(const Event& /*event*/, const MailRetrieved& what)
    {
        hop_.fetches = true;
        carry(what.mail);
    }
    void on(const Event& /*event*/, const SendFinished& what)
    {
        ended_ = true;
        if (what.error == UserError::none) carry(what.mail);
        add(what.mail);
    }
    void on(const Event& /*event*/, const FetchFinished& what)
    {
        ended_ = hop_.fetches = true;
        found_nothing_ = what.error == UserError::none && what.messages == 0;
    }
    void on(const Event& /*event*/, const auto& /*other*/) {}

    void carry(MailId mail)
    {
        hop_.end = HopEnd::carried;
        add(mail);
    }
    void add(MailId mail)
    {
        if (mail.exists() && std::ranges::find(hop_.mails, mail) == hop_.mails.end())
            hop_.mails.push_back(mail);
    }
    void expose(Exposed what)
    {
        if (std::ranges::find(hop_.exposed, what) == hop_.exposed.end())
            hop_.exposed.push_back(what);
    }

    void finish(const TraceIndex::Connection& known)
    {
        if (hop_.end != HopEnd::carried && ended_)
            hop_.end = opened_ ? HopEnd::refused : HopEnd::unreached;
        if (hop_.mails.empty()) find_mail();
        if (!hop_.fetches && hop_.mails.empty() && !said_) hop_.fetches = is_fetching_account();
        hop_.from = hop_.fetches ? called_ : caller_;
        hop_.to = hop_.fetches ? caller_ : called_;
        hop_.is_report = !hop_.mails.empty() && std::ranges::all_of(hop_.mails, [&](MailId mail) {
            return explain::is_report(mail, trace_);
        });
        hop_.shield = shield(known);
        if (hop_.shield != Shield::starttls && hop_.shield != Shield::tls) hop_.unproved = false;
        const auto readable =
            std::ranges::find(outcome_.readable, hop_.connections.front(), &Readable::connection);
        if (readable != outcome_.readable.end()) {
            if (readable->password) expose(Exposed::password);
            if (readable->token) expose(Exposed::token);
            if (readable->text) expose(Exposed::message);
        }
        // Who reads the letter is not impressed by the envelope.
        if (std::ranges::find(hop_.exposed, Exposed::message) != hop_.exposed.end())
            std::erase(hop_.exposed, Exposed::envelope);
        std::ranges::sort(hop_.exposed);
        if (hop_.exposed.empty()) hop_.readers.clear();
    }

    // Of a call that came to nothing: the mail for which it was made is among its causes.
    void find_mail()
    {
        constexpr int most_steps = 64;
        const Event* at = &trace_.at(hop_.first);
        for (int steps = 0; steps < most_steps && at->cause.exists(); ++steps) {
            at = &trace_.at(at->cause);
            const auto* attempted = std::get_if<DeliveryAttempted>(&at->what);
            const auto* composed = std::get_if<MailComposed>(&at->what);
            if (attempted != nullptr) return add(attempted->mail);
            if (composed != nullptr) return add(composed->mail);
        }
    }

    [[nodiscard]] bool is_fetching_account() const
    {
        const scenario::MailProgram* program = explain::program_at(caller_, scenario_);
        return program != nullptr && program->fetching &&
               program->fetching->port == hop_.server.port;
    }

    [[nodiscard]] Shield shield(const TraceIndex::Connection& known) const
    {
        const auto is_before_end = [&](EventId id) { return id.exists() && id.value < end_; };
        if (is_before_end(known.tls_established)) return implicit_ ? Shield::tls : Shield::starttls;
        if (is_before_end(known.tls_started)) return Shield::broken;
        return said_ ? Shield::clear : Shield::nothing;
    }

    const Trace& trace_;
    std::size_t end_;
    const scenario::Scenario& scenario_;
    Outcome outcome_;

    Hop hop_;
    HostId caller_;
    HostId called_;
    bool opened_ = false;
    bool ended_ = false;
    bool said_ = false;
    bool implicit_ = false; // TLS from the start
    bool found_nothing_ = false;
};

// The same thing once more: of what failed.
bool is_repetition(const Hop& earlier, Hop later)
{
    if (later.end == HopEnd::carried || later.end == HopEnd::under_way) return false;
    later.number = earlier.number;
    later.connections = earlier.connections;
    later.dropped = earlier.dropped;
    later.first = earlier.first;
    later.began = earlier.began;
    later.ended = earlier.ended;
    return later == earlier;
}

std::string end_name(HostId host, const Hop& hop, const explain::Context& context)
{
    return host.exists() ? explain::host_name(host, context) : to_string(hop.server.address);
}

std::string hop_words(std::string_view group,
                      std::string_view key,
                      const Source& source,
                      const explain::Arguments& arguments = {})
{
    const bool story = source.level == Level::story;
    return source.language.text(
        fmt::format("report.{}.{}.{}", group, story ? "story" : "plain", key), arguments);
}

std::string listed(const std::vector<std::string>& parts, const Source& source)
{
    std::string all;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) {
            all += source.language.text(i + 1 == parts.size() ? "report.exposed.and"
                                                              : "noun.list_separator");
        }
        all += parts[i];
    }
    return all;
}

std::string login_words(const Hop& hop, const Source& source)
{
    if (hop.shield == Shield::nothing) return "-";
    if (!hop.login) return hop_words("journey", "no_login", source);
    return hop_words("journey",
                     hop.logged_in ? "logged_in" : "login_refused",
                     source,
                     {{"mechanism", explain::mechanism_name(*hop.login)}});
}

// Since somebody pressed Send: short, for a column.
std::string time_words(const Hop& hop, const Source& source)
{
    const TraceIndex::Events sent = source.trace.index().of(Kind::mail_composed);
    const Instant start = sent.empty() ? source.trace[0].at : source.trace.at(sent.front()).at;
    const double seconds = std::chrono::duration<double>(hop.began - start).count();
    struct Unit {
        std::string_view name;
        double seconds;
        double from; // in it from here on
        int digits;
    };
    static constexpr std::array units{Unit{"days", 86400.0, 172800.0, 1},
                                      Unit{"hours", 3600.0, 7200.0, 1},
                                      Unit{"minutes", 60.0, 100.0, 0},
                                      Unit{"seconds", 1.0, 10.0, 0},
                                      Unit{"seconds", 1.0, -1e18, 2}};
    const auto* unit =
        std::ranges::find_if(units, [&](const Unit& u) { return seconds >= u.from; });
    const std::string number = fmt::format("{:.{}f}", seconds / unit->seconds, unit->digits);
    std::string time =
        source.language.text(fmt::format("report.elapsed.{}", unit->name), {{"number", number}});
    if (hop.connections.size() < 2) return time;
    return fmt::format("{} ×{}", time, hop.connections.size());
}

// All by name; of what came to nothing the first.
std::string readers_of(const Hop& hop, const Source& source)
{
    const explain::Context context = source.context();
    if (hop.end == HopEnd::refused && hop.readers.size() > 2) {
        return hop_words("verdict",
                         "and_others",
                         source,
                         {{"reader", explain::host_name(hop.readers.front(), context)}});
    }
    std::vector<std::string> names;
    names.reserve(hop.readers.size());
    for (const HostId reader : hop.readers)
        names.push_back(explain::host_name(reader, context));
    return listed(names, source);
}

std::vector<std::string> remarks_of(const Hop& hop, const Source& source)
{
    const explain::Context context = source.context();
    std::vector<std::string> remarks;
    if (!hop.exposed.empty() && !hop.readers.empty()) {
        remarks.push_back(hop_words(
            "journey",
            "could_read",
            source,
            {{"readers", readers_of(hop, source)}, {"what", exposed_words(hop.exposed, source)}}));
    }
    if (hop.tampered.exists()) {
        remarks.push_back(hop_words(
            "journey", "tampered", source, {{"who", explain::host_name(hop.tampered, context)}}));
    }
    if (hop.unproved) {
        const HostId server = hop.fetches ? hop.from : hop.to;
        remarks.push_back(
            hop_words("journey", "unproved", source, {{"who", end_name(server, hop, context)}}));
    }
    return remarks;
}

bool is_of_a_crowd(const Hop& hop, const Trace& trace)
{
    return !hop.mails.empty() && std::ranges::all_of(hop.mails, [&](MailId mail) {
        return explain::is_of_a_crowd(mail, trace);
    });
}

} // namespace

std::vector<Hop> journey(const Trace& trace, std::size_t end, const scenario::Scenario& scenario)
{
    std::vector<Hop> hops;
    HopReader reader{trace, end, scenario};
    for (std::uint32_t i = 0; i < trace.index().connections(); ++i) {
        std::optional<Hop> hop = reader.read(ConnectionId{i});
        if (!hop || is_of_a_crowd(*hop, trace)) continue;
        const auto earlier =
            std::ranges::find_if(hops, [&](const Hop& each) { return is_repetition(each, *hop); });
        if (earlier != hops.end()) {
            earlier->connections.push_back(hop->connections.front());
            earlier->ended = hop->ended;
            continue;
        }
        hop->number = static_cast<int>(hops.size()) + 1;
        hops.push_back(*std::move(hop));
    }
    return hops;
}

const Hop* hop_of(const std::vector<Hop>& journey, ConnectionId connection)
{
    const auto found = std::ranges::find_if(journey, [&](const Hop& hop) {
        return std::ranges::find(hop.connections, connection) != hop.connections.end();
    });
    return found == journey.end() ? nullptr : &*found;
}

std::string exposed_words(const std::vector<Exposed>& exposed, const Source& source)
{
    std::vector<std::string> parts;
    parts.reserve(exposed.size());
    for (const Exposed each : exposed)
        parts.push_back(hop_words("exposed", name_of(each), source));
    return listed(parts, source);
}

HopWords words_of(const Hop& hop, const Source& source)
{
    const explain::Context context = source.context();
    HopWords words;
    words.from = end_name(hop.from, hop, context);
    words.to = end_name(hop.to, hop, context);
    words.way = fmt::format("{} → {}", words.from, words.to);
    words.port = fmt::format("{}", hop.server.port);
    words.protection =
        hop.shield == Shield::nothing ? "-" : hop_words("shield", name_of(hop.shield), source);
    words.login = login_words(hop, source);
    const std::string_view readers = hop.exposed.empty()   ? "nobody"
                                     : hop.readers.empty() ? "cable"
                                                           : "others";
    words.readers = hop.shield == Shield::nothing ? "-" : hop_words("journey", readers, source);
    words.time = time_words(hop, source);
    words.remarks = remarks_of(hop, source);
    return words;
}

// ---- the table ----------------------------------------------------------------------------------

namespace {

// The columns behind the way.
constexpr std::size_t cells = 5;
using Row = std::array<std::string, cells>;

Role role_of_hop(const Hop& hop)
{
    if (hop.end == HopEnd::refused || hop.end == HopEnd::unreached) return Role::blocked;
    if (!hop.exposed.empty()) return Role::clear;
    const bool is_sealed = hop.shield == Shield::starttls || hop.shield == Shield::tls;
    return is_sealed ? Role::encrypted : Role::plain;
}

std::string sign_of_hop(const Hop& hop)
{
    if (hop.end == HopEnd::refused || hop.end == HopEnd::unreached) return "✕";
    return hop.exposed.empty() && !hop.unproved ? " " : "△";
}

class Table {
public:
    explicit Table(const Source& source) : source_{source} { widths_.fill(0); }

    void add(std::string front, std::string way, Row row)
    {
        for (std::size_t i = 0; i < cells; ++i)
            widths_.at(i) = std::max(widths_.at(i), display_width(row.at(i)));
        way_ = std::max(way_, display_width(way));
        rows_.push_back({std::move(front), std::move(way), std::move(row)});
    }

    // How wide the way may be, once all rows are there.
    void settle()
    {
        std::size_t rest = front_columns;
        for (const std::size_t width : widths_)
            rest += gap_ + width;
        if (rest + way_ > source_.columns) {
            gap_ = 1;
            rest -= cells;
        }
        constexpr std::size_t least = 20;
        const std::size_t room = source_.columns > rest + least ? source_.columns - rest : least;
        way_ = std::min(way_, room);
    }

    void write(std::size_t row, Role role, EventId event, Lines& lines) const
    {
        const auto& [front, way, row_cells] = rows_[row];
        bool first = true;
        for (const std::string& part : wrap(way, way_)) {
            std::string text =
                fmt::format("{}{}", fit(first ? front : "", front_columns), fit(part, way_));
            for (std::size_t i = 0; first && i < cells; ++i)
                text += std::string(gap_, ' ') + fit(row_cells.at(i), widths_.at(i));
            while (text.ends_with(' '))
                text.pop_back();
            lines.push_back({{{text, role}}, event});
            first = false;
        }
    }

private:
    static constexpr std::size_t front_columns = 3;
    const Source& source_;
    std::array<std::size_t, cells> widths_{};
    std::size_t way_ = 0;
    std::size_t gap_ = 2;
    struct Parts {
        std::string front;
        std::string way;
        Row cells;
    };
    std::vector<Parts> rows_;
};

} // namespace

namespace {

bool is_told_apart(const Hop& hop)
{
    return hop.is_report && hop.end == HopEnd::carried;
}

// Reports about a mail in one line: whom they reached, and when. Where none was fetched, how far
// they came.
void add_reports(const std::vector<Hop>& journey, const Source& source, Lines& lines)
{
    const bool fetched = std::ranges::any_of(
        journey, [](const Hop& hop) { return is_told_apart(hop) && hop.fetches; });
    std::vector<std::string> times;
    const Hop* last = nullptr;
    for (const Hop& hop : journey) {
        if (!is_told_apart(hop) || hop.fetches != fetched) continue;
        times.push_back(time_words(hop, source));
        last = &hop;
    }
    if (last == nullptr) return;
    const std::string text = hop_words(
        "journey",
        "reports",
        source,
        {{"to", end_name(last->to, *last, source.context())}, {"times", listed(times, source)}});
    for (const std::string& part : wrap(text, source.columns - 3))
        lines.push_back({{{"   " + part, Role::plain}}, last->first});
}

} // namespace

Lines journey_lines(const std::vector<Hop>& all, const Source& source)
{
    Lines lines;
    if (all.empty()) return lines;
    std::vector<Hop> journey;
    std::ranges::remove_copy_if(all, std::back_inserter(journey), is_told_apart);
    Table table{source};
    const auto title = [&](std::string_view key) { return hop_words("journey", key, source); };
    table.add(
        "",
        title("way"),
        {title("port"), title("protection"), title("login"), title("readers"), title("time")});
    std::vector<HopWords> words;
    words.reserve(journey.size());
    HostId before;
    for (const Hop& hop : journey) {
        HopWords said = words_of(hop, source);
        // Who has the mail from the line above is not named again.
        const bool goes_on = before.exists() && hop.from == before;
        table.add(fmt::format("{}{}", hop.number, sign_of_hop(hop)),
                  goes_on ? fmt::format("→ {}", said.to) : said.way,
                  {said.port, said.protection, said.login, said.readers, said.time});
        before = hop.end == HopEnd::carried ? hop.to : HostId{};
        words.push_back(std::move(said));
    }
    table.settle();
    table.write(0, Role::quiet, {}, lines);
    for (std::size_t i = 0; i < journey.size(); ++i) {
        table.write(i + 1, role_of_hop(journey[i]), journey[i].first, lines);
        for (const std::string& remark : words[i].remarks) {
            for (const std::string& part : wrap(remark, source.columns - 3))
                lines.push_back({{{"   " + part, role_of_hop(journey[i])}}, journey[i].first});
        }
    }
    add_reports(all, source, lines);
    return lines;
}

} // namespace sim::report
