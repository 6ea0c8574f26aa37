#include "sim/report/learned.h"

#include "sim/playback.h"
#include "sim/report/width.h"
#include "sim/sasl/mechanism.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sim::report {

namespace {

Mechanism mechanism_of(const Trace& trace, const SmtpCommand& auth)
{
    return sasl::mechanism_in_command(trace.view(auth.line.bytes)).value_or(Mechanism::plain);
}

} // namespace

bool gives_password_away(const Trace& trace, const SmtpCommand& auth)
{
    return sasl::reveals_password(mechanism_of(trace, auth));
}

// Listens along the trace. Of a conversation everything is known from the moment on in which its
// first packet crosses the link, what happened shortly before included.
class Learned::Listener {
public:
    Listener(const Source& source, const TappedLink& link)
        : source_{source}, context_{source.context()}, link_{link.link}
    {
        follow();
    }

    void follow()
    {
        for (; followed_ < source_.trace.size(); ++followed_) {
            const Event& event = source_.trace[followed_];
            const auto* sent = std::get_if<PacketSent>(&event.what);
            if (sent != nullptr && sent->link == link_) hear(event);
            if (heard_.contains(event.connection)) tell(event);
        }
    }

    [[nodiscard]] Lines lines(std::size_t end) const;

private:
    struct Fact {
        std::uint32_t happened = 0; // the first event that says so
        std::uint32_t at = 0;       // the event with which it was known
    };
    using Facts = std::map<std::string, Fact>; // by its words

    void hear(const Event& crossing)
    {
        if (!crossing.connection.exists()) {
            const Event* dns = dns_carried_by(crossing, source_.trace);
            if (dns != nullptr && questions_.insert(dns->id).second) tell(*dns);
        } else if (heard_.insert(crossing.connection).second) {
            const auto events = source_.trace.index().of(crossing.connection);
            for (const EventId id : events_before(events, crossing.id.value))
                tell(source_.trace.at(id));
        }
    }

    void tell(const Event& event)
    {
        std::visit([&](const auto& what) { on(event, what); }, event.what);
    }

    [[nodiscard]] std::string say(std::string_view key, const explain::Arguments& arguments) const
    {
        return source_.language.text(fmt::format("report.wire.{}", key), arguments);
    }

    // Each fact once, as early as it happened and as it can be known: now, or before.
    void note(Facts& facts, const Event& event, std::string words) const
    {
        const Fact fact{event.id.value, static_cast<std::uint32_t>(followed_)};
        const auto [place, is_new] = facts.try_emplace(std::move(words), fact);
        if (!is_new) place->second.happened = std::min(place->second.happened, fact.happened);
    }
    void learn(const Event& event, std::string words) { note(learned_, event, std::move(words)); }
    void miss(const Event& event, std::string words) { note(hidden_, event, std::move(words)); }
    void miss_line() { hidden_lines_.push_back(static_cast<std::uint32_t>(followed_)); }

    [[nodiscard]] static std::vector<std::string> known(const Facts& facts, std::size_t end);
    void list(Lines& lines,
              std::string_view title,
              const std::vector<std::string>& facts,
              Role role) const;

    void on(const Event& event, const ConnectionAttempted& what)
    {
        const HostId to = explain::host_at(what.remote.address, source_.scenario);
        learn(
            event,
            say("learned_talks",
                {{"a", explain::host_name(event.host, context_)},
                 {"b",
                  to.exists() ? explain::host_name(to, context_) : to_string(what.remote.address)},
                 {"port", std::to_string(what.remote.port)}}));
    }
    void on(const Event& event, const DnsAsked& what)
    {
        learn(event, say("learned_name", {{"name", std::string{source_.trace.view(what.name)}}}));
    }
    void on(const Event& event, const TlsStarted& what)
    {
        if (what.role == TlsRole::client && what.server_name.size > 0) {
            learn(
                event,
                say("learned_sni", {{"name", std::string{source_.trace.view(what.server_name)}}}));
        }
    }
    void on(const Event& event, const SmtpCommand& what)
    {
        if (is_echo(source_.trace, event)) return;
        if (what.verb == SmtpVerb::auth) {
            mechanisms_[event.connection] = mechanism_of(source_.trace, what);
        }
        const bool logs_in = what.verb == SmtpVerb::auth || what.verb == SmtpVerb::auth_response;
        if (what.encrypted) miss_line();
        if (logs_in || what.line.secret_size > 0) login(event, what);
        if (what.encrypted) return;
        if (what.verb == SmtpVerb::mail || what.verb == SmtpVerb::rcpt) {
            learn(event,
                  say("learned_envelope", {{"line", explain::show_line(what.line, context_)}}));
        }
    }
    // What a line of an AUTH exchange gives away, or would have.
    void login(const Event& event, const SmtpCommand& what)
    {
        const auto found = mechanisms_.find(event.connection);
        const Mechanism mechanism = found == mechanisms_.end() ? Mechanism::plain : found->second;
        const bool proves = !sasl::reveals_password(mechanism);
        const bool token = sasl::uses_token(mechanism);
        if (proves) {
            // The last thing that CRAM-MD5 and SCRAM say is what guesses can be compared with.
            if (what.verb != SmtpVerb::auth_response) return;
            if (!what.encrypted) {
                const bool cram = mechanism == Mechanism::cram_md5;
                learn(event, say(cram ? "learned_cram_md5" : "learned_scram", {}));
            }
            miss(event, say(what.encrypted ? "hidden_password" : "hidden_behind_proof", {}));
        } else if (what.line.secret_size == 0) {
            return; // LOGIN without a name, or a token that is held back
        } else if (what.encrypted) {
            miss(event, say(token ? "hidden_token" : "hidden_password", {}));
        } else {
            learn(event, say(token ? "learned_token" : "learned_password", {}));
        }
    }
    void on(const Event& event, const Pop3Command& what)
    {
        if (is_echo(source_.trace, event)) return;
        if (what.encrypted) {
            miss_line();
            if (what.line.secret_size > 0) miss(event, say("hidden_password", {}));
        } else if (what.line.secret_size > 0) {
            learn(event, say("learned_password", {}));
        }
    }
    void on(const Event& event, const SmtpReply& what)
    {
        if (what.encrypted && !is_echo(source_.trace, event)) miss_line();
    }
    void on(const Event& event, const Pop3Reply& what)
    {
        if (is_echo(source_.trace, event)) return;
        const bool is_message = what.ok && what.to == Pop3Verb::retr;
        if (what.encrypted) miss_line();
        if (is_message) message(event, what.encrypted, what.size);
    }
    void on(const Event& event, const SmtpText& what)
    {
        if (!is_echo(source_.trace, event)) message(event, what.encrypted, what.size);
    }
    void message(const Event& event, bool encrypted, std::uint32_t size)
    {
        const explain::Arguments arguments{{"size", std::to_string(size)}};
        if (encrypted) {
            miss(event, say("hidden_message", arguments));
        } else {
            learn(event, say("learned_message", arguments));
        }
    }
    void on(const Event& /*event*/, const auto& /*other*/) {}

    Source source_;
    explain::Context context_;
    LinkId link_;
    std::size_t followed_ = 0; // events
    std::set<ConnectionId> heard_;
    std::set<EventId> questions_;                  // of DNS
    std::map<ConnectionId, Mechanism> mechanisms_; // of the AUTH last seen
    Facts learned_;
    Facts hidden_;
    std::vector<std::uint32_t> hidden_lines_; // when each was known, in order
};

Learned::Learned(const Source& source, const TappedLink& link)
    : listener_{make_hidden<Listener>(source, link)}
{
}

void Learned::follow()
{
    listener_->follow();
}

Lines Learned::lines(std::size_t end) const
{
    return listener_->lines(end);
}

// In the order in which it happened.
std::vector<std::string> Learned::Listener::known(const Facts& facts, std::size_t end)
{
    std::vector<std::pair<std::uint32_t, std::string>> found;
    for (const auto& [words, fact] : facts)
        if (fact.at < end) found.emplace_back(fact.happened, words);
    std::ranges::stable_sort(found, {}, &std::pair<std::uint32_t, std::string>::first);
    std::vector<std::string> all;
    all.reserve(found.size());
    for (auto& [happened, words] : found)
        all.push_back(std::move(words));
    return all;
}

void Learned::Listener::list(Lines& lines,
                             std::string_view title,
                             const std::vector<std::string>& facts,
                             Role role) const
{
    if (facts.empty()) return;
    lines.push_back({});
    lines.push_back({{{source_.language.text(title), Role::heading}}, {}});
    for (const std::string& fact : facts) {
        bool first = true;
        for (const std::string& part : wrap(fact, source_.columns - 4)) {
            lines.push_back({{{first ? "  - " : "    ", Role::quiet}, {part, role}}, {}});
            first = false;
        }
    }
}

Lines Learned::Listener::lines(std::size_t end) const
{
    Lines lines;
    list(lines, "report.wire.learned", known(learned_, end), Role::clear);
    std::vector<std::string> hidden = known(hidden_, end);
    const auto count = std::ranges::lower_bound(hidden_lines_, end) - hidden_lines_.begin();
    if (count > 0) {
        hidden.push_back(
            source_.language.text("report.wire.hidden_lines", {{"count", std::to_string(count)}}));
    }
    list(lines, "report.wire.hidden", hidden, Role::encrypted);
    return lines;
}

const Event* dns_carried_by(const Event& packet, const Trace& trace)
{
    // At each router the packet is caused by the one before: back to the host that sent it first.
    constexpr int most_hops = 64;
    const Event* at = &packet;
    for (int hops = 0; hops < most_hops && at->cause.exists(); ++hops) {
        at = &trace.at(at->cause);
        if (at->kind() == Kind::dns_asked || at->kind() == Kind::dns_served) return at;
        if (at->kind() != Kind::packet_sent && at->kind() != Kind::packet_passed_rule)
            return nullptr;
    }
    return nullptr;
}

} // namespace sim::report
