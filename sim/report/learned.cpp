#include "sim/report/learned.h"

#include "sim/playback.h"
#include "sim/report/width.h"
#include "sim/sasl/mechanism.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sim::report {

// Listens along the whole trace. Of a conversation everything is known from the moment on in which
// its first packet crosses the link, what happened shortly before included.
class Listener {
public:
    Listener(const Source& source, const TappedLink& link, Learned& into)
        : source_{source}, context_{source.context()}, into_{into}
    {
        for (std::size_t i = 0; i < source.trace.size(); ++i) {
            const Event& event = source.trace[i];
            const auto* sent = std::get_if<PacketSent>(&event.what);
            if (sent == nullptr || sent->link != link.link) continue;
            if (event.connection.exists()) heard_.try_emplace(event.connection, event.id.value);
            if (const Event* dns = dns_carried_by(event, source.trace))
                questions_.try_emplace(dns->id, event.id.value);
        }
    }

    void tell()
    {
        for (std::size_t i = 0; i < source_.trace.size(); ++i) {
            const Event& event = source_.trace[i];
            std::visit([&](const auto& what) { on(event, what); }, event.what);
        }
        std::ranges::sort(into_.hidden_lines_);
    }

private:
    [[nodiscard]] std::string say(std::string_view key, const explain::Arguments& arguments) const
    {
        return source_.language.text(fmt::format("report.wire.{}", key), arguments);
    }

    // Each fact once, in the order in which it happened, known as early as it can be.
    void note(std::vector<Learned::Fact>& facts, const Event& event, std::string words)
    {
        const auto [place, is_new] =
            places_.try_emplace({&facts == &into_.hidden_, words}, facts.size());
        if (is_new) {
            facts.push_back({known_at(event), std::move(words)});
        } else {
            std::uint32_t& at = facts[place->second].at;
            at = std::min(at, known_at(event));
        }
    }
    void learn(const Event& event, std::string words)
    {
        note(into_.learned_, event, std::move(words));
    }
    void miss(const Event& event, std::string words)
    {
        note(into_.hidden_, event, std::move(words));
    }
    void miss_line(const Event& event) { into_.hidden_lines_.push_back(known_at(event)); }

    [[nodiscard]] bool heard(const Event& event) const { return heard_.contains(event.connection); }

    [[nodiscard]] std::uint32_t known_at(const Event& event) const
    {
        const auto question = questions_.find(event.id);
        if (question != questions_.end()) return std::max(event.id.value, question->second);
        return std::max(event.id.value, heard_.at(event.connection));
    }

    void on(const Event& event, const ConnectionAttempted& what)
    {
        if (!heard(event)) return;
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
        if (!questions_.contains(event.id)) return;
        learn(event, say("learned_name", {{"name", std::string{source_.trace.view(what.name)}}}));
    }
    void on(const Event& event, const TlsStarted& what)
    {
        if (heard(event) && what.role == TlsRole::client && what.server_name.size > 0) {
            learn(
                event,
                say("learned_sni", {{"name", std::string{source_.trace.view(what.server_name)}}}));
        }
    }
    void on(const Event& event, const SmtpCommand& what)
    {
        if (!heard(event) || is_echo(source_.trace, event)) return;
        if (what.verb == SmtpVerb::auth) {
            const std::string_view line = source_.trace.view(what.line.bytes);
            mechanisms_[event.connection] =
                sasl::mechanism_in_command(line).value_or(Mechanism::plain);
        }
        const bool logs_in = what.verb == SmtpVerb::auth || what.verb == SmtpVerb::auth_response;
        if (what.encrypted) miss_line(event);
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
        if (!heard(event) || is_echo(source_.trace, event)) return;
        if (what.encrypted) {
            miss_line(event);
            if (what.line.secret_size > 0) miss(event, say("hidden_password", {}));
        } else if (what.line.secret_size > 0) {
            learn(event, say("learned_password", {}));
        }
    }
    void on(const Event& event, const SmtpReply& what)
    {
        if (heard(event) && what.encrypted && !is_echo(source_.trace, event)) miss_line(event);
    }
    void on(const Event& event, const Pop3Reply& what)
    {
        if (!heard(event) || is_echo(source_.trace, event)) return;
        const bool is_message = what.ok && what.to == Pop3Verb::retr;
        if (what.encrypted) miss_line(event);
        if (is_message) message(event, what.encrypted, what.size);
    }
    void on(const Event& event, const SmtpText& what)
    {
        if (heard(event) && !is_echo(source_.trace, event))
            message(event, what.encrypted, what.size);
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

    const Source& source_;
    explain::Context context_;
    Learned& into_;
    std::map<ConnectionId, std::uint32_t> heard_;  // since which event
    std::map<ConnectionId, Mechanism> mechanisms_; // of the AUTH last seen
    std::map<EventId, std::uint32_t> questions_;   // of DNS, and when they crossed
    std::map<std::pair<bool, std::string>, std::size_t> places_;
};

Learned::Learned(const Source& source, const TappedLink& link)
    : language_{source.language}, columns_{source.columns}
{
    Listener{source, link, *this}.tell();
}

std::vector<std::string> Learned::known(const std::vector<Fact>& facts, std::size_t end)
{
    std::vector<std::string> words;
    for (const Fact& fact : facts)
        if (fact.at < end) words.push_back(fact.words);
    return words;
}

void Learned::list(Lines& lines,
                   std::string_view title,
                   const std::vector<std::string>& facts,
                   Role role) const
{
    if (facts.empty()) return;
    lines.push_back({});
    lines.push_back({{{language_.text(title), Role::heading}}, {}});
    for (const std::string& fact : facts) {
        bool first = true;
        for (const std::string& part : wrap(fact, columns_ - 4)) {
            lines.push_back({{{first ? "  - " : "    ", Role::quiet}, {part, role}}, {}});
            first = false;
        }
    }
}

Lines Learned::lines(std::size_t end) const
{
    Lines lines;
    list(lines, "report.wire.learned", known(learned_, end), Role::clear);
    std::vector<std::string> hidden = known(hidden_, end);
    const auto count = std::ranges::lower_bound(hidden_lines_, end) - hidden_lines_.begin();
    if (count > 0) {
        hidden.push_back(
            language_.text("report.wire.hidden_lines", {{"count", std::to_string(count)}}));
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
