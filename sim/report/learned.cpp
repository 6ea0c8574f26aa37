#include "sim/report/learned.h"

#include "sim/report/width.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sim::report {

namespace {

class Listener {
public:
    Listener(const Source& source, const TappedLink& link)
        : source_{source}, context_{source.context()}
    {
        for (std::size_t i = 0; i < source.end; ++i) {
            const Event& event = source.trace[i];
            const auto* sent = std::get_if<PacketSent>(&event.what);
            if (sent == nullptr || sent->link != link.link) continue;
            if (event.connection.exists()) heard_.insert(event.connection);
            if (const Event* dns = dns_carried_by(event, source.trace)) questions_.insert(dns->id);
        }
    }

    Lines tell()
    {
        for (std::size_t i = 0; i < source_.end; ++i) {
            const Event& event = source_.trace[i];
            std::visit([&](const auto& what) { on(event, what); }, event.what);
        }
        Lines lines;
        list(lines, "report.wire.learned", learned_, Role::clear);
        if (hidden_lines_ > 0)
            hidden_.push_back(say("hidden_lines", {{"count", std::to_string(hidden_lines_)}}));
        list(lines, "report.wire.hidden", hidden_, Role::encrypted);
        return lines;
    }

private:
    [[nodiscard]] std::string say(std::string_view key, const explain::Arguments& arguments) const
    {
        return source_.language.text(fmt::format("report.wire.{}", key), arguments);
    }

    void list(Lines& lines,
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

    // Each fact once, in the order in which it was learned.
    void learn(std::string fact)
    {
        if (std::ranges::find(learned_, fact) == learned_.end())
            learned_.push_back(std::move(fact));
    }
    void miss(std::string fact)
    {
        if (std::ranges::find(hidden_, fact) == hidden_.end()) hidden_.push_back(std::move(fact));
    }

    [[nodiscard]] bool heard(const Event& event) const { return heard_.contains(event.connection); }

    void on(const Event& event, const ConnectionAttempted& what)
    {
        if (!heard(event)) return;
        const HostId to = explain::host_at(what.remote.address, source_.scenario);
        learn(say(
            "learned_talks",
            {{"a", explain::host_name(event.host, context_)},
             {"b", to.exists() ? explain::host_name(to, context_) : to_string(what.remote.address)},
             {"port", std::to_string(what.remote.port)}}));
    }
    void on(const Event& event, const DnsAsked& what)
    {
        if (!questions_.contains(event.id)) return;
        learn(say("learned_name", {{"name", std::string{source_.trace.view(what.name)}}}));
    }
    void on(const Event& event, const TlsStarted& what)
    {
        if (heard(event) && what.role == TlsRole::client && what.server_name.size > 0) {
            learn(
                say("learned_sni", {{"name", std::string{source_.trace.view(what.server_name)}}}));
        }
    }
    void on(const Event& event, const SmtpCommand& what)
    {
        if (!heard(event) || what.side != Side::sent) return;
        if (what.encrypted) {
            ++hidden_lines_;
            if (what.line.secret_size > 0) miss(say("hidden_password", {}));
            return;
        }
        if (what.line.secret_size > 0) learn(say("learned_password", {}));
        if (what.verb == SmtpVerb::mail || what.verb == SmtpVerb::rcpt)
            learn(say("learned_envelope", {{"line", explain::show_line(what.line, context_)}}));
    }
    void on(const Event& event, const Pop3Command& what)
    {
        if (!heard(event) || what.side != Side::sent) return;
        if (what.encrypted) {
            ++hidden_lines_;
            if (what.line.secret_size > 0) miss(say("hidden_password", {}));
        } else if (what.line.secret_size > 0) {
            learn(say("learned_password", {}));
        }
    }
    void on(const Event& event, const SmtpReply& what)
    {
        if (heard(event) && what.side == Side::sent && what.encrypted) ++hidden_lines_;
    }
    void on(const Event& event, const Pop3Reply& what)
    {
        if (!heard(event) || what.side != Side::sent) return;
        const bool is_message = what.ok && what.to == Pop3Verb::retr;
        if (what.encrypted) ++hidden_lines_;
        if (is_message) message(what.encrypted, what.size);
    }
    void on(const Event& event, const SmtpText& what)
    {
        if (heard(event) && what.side == Side::sent) message(what.encrypted, what.size);
    }
    void message(bool encrypted, std::uint32_t size)
    {
        const explain::Arguments arguments{{"size", std::to_string(size)}};
        if (encrypted) {
            miss(say("hidden_message", arguments));
        } else {
            learn(say("learned_message", arguments));
        }
    }
    void on(const Event& /*event*/, const auto& /*other*/) {}

    const Source& source_;
    explain::Context context_;
    std::set<ConnectionId> heard_;
    std::set<EventId> questions_;
    std::vector<std::string> learned_;
    std::vector<std::string> hidden_;
    std::uint64_t hidden_lines_ = 0;
};

} // namespace

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

Lines learned(const Source& source, const TappedLink& link)
{
    return Listener{source, link}.tell();
}

} // namespace sim::report
