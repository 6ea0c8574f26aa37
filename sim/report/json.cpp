#include "sim/report/json.h"

#include "sim/core/base64.h"
#include "sim/core/fields.h"
#include "sim/core/utf8.h"
#include "sim/explain/why.h"
#include "sim/outcome.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <type_traits>
#include <variant>

namespace sim::report {

namespace {

using Json = nlohmann::ordered_json;

// Every password and token that was said in the run, longest first.
std::vector<std::string> secrets_of(const Trace& trace, std::size_t end)
{
    std::vector<std::string> secrets;
    const auto note = [&](const Line& line) {
        const std::string_view said = trace.view(line.bytes);
        if (line.secret_size > 0 && line.secret_offset < said.size())
            secrets.emplace_back(said.substr(line.secret_offset, line.secret_size));
    };
    for (std::size_t i = 0; i < end; ++i) {
        if (const auto* smtp = std::get_if<SmtpCommand>(&trace[i].what)) note(smtp->line);
        if (const auto* pop3 = std::get_if<Pop3Command>(&trace[i].what)) note(pop3->line);
    }
    std::ranges::sort(secrets, [](const std::string& a, const std::string& b) {
        return a.size() != b.size() ? a.size() > b.size() : a < b;
    });
    secrets.erase(std::unique(secrets.begin(), secrets.end()), secrets.end());
    return secrets;
}

class JsonWriter {
public:
    explicit JsonWriter(const Source& source) : source_{source}
    {
        if (source.secrets == Secrets::masked) secrets_ = secrets_of(source.trace, source.end);
    }

    Json event(const Event& event, bool with_description)
    {
        out_ = Json::object();
        out_["id"] = event.id.value;
        (*this)("cause", event.cause);
        out_["at_ns"] = (event.at - source_.scenario.start).count();
        (*this)("host", event.host);
        (*this)("connection", event.connection);
        (*this)("kind", event.kind());
        hide_all_ = source_.secrets == Secrets::masked && event.kind() == Kind::tls_key_logged;
        std::visit([&](const auto& what) { for_each_field(what, *this); }, event.what);
        if (with_description)
            out_["text"] = explain::describe(event, source_.level, source_.context());
        return std::move(out_);
    }

    void operator()(std::string_view name, const PacketHead& packet) { nested(name, packet); }
    void operator()(std::string_view name, const Line& line) { nested(name, line); }
    void operator()(std::string_view name, const Blob& blob)
    {
        const std::string bytes = hide_all_ ? "********" : masked(source_.trace.view(blob));
        if (is_utf8(bytes)) {
            out_[std::string{name}] = bytes;
        } else {
            out_[std::string{name}] = {{"base64", encode_base64(bytes)}};
        }
    }
    void operator()(std::string_view name, const TcpFlags& flags)
    {
        Json set = Json::array();
        if (flags.syn) set.push_back("syn");
        if (flags.ack) set.push_back("ack");
        if (flags.fin) set.push_back("fin");
        if (flags.rst) set.push_back("rst");
        if (flags.psh) set.push_back("psh");
        out_[std::string{name}] = std::move(set);
    }
    void operator()(std::string_view name, const Endpoint& endpoint)
    {
        out_[std::string{name}] = to_string(endpoint);
    }
    void operator()(std::string_view name, Address address)
    {
        out_[std::string{name}] = to_string(address);
    }
    void operator()(std::string_view name, Instant at)
    {
        out_[fmt::format("{}_ns", name)] = (at - source_.scenario.start).count();
    }
    void operator()(std::string_view name, Duration span)
    {
        out_[fmt::format("{}_ns", name)] = span.count();
    }
    void operator()(std::string_view name, HostId id)
    {
        out_[std::string{name}] =
            id.exists() ? Json(source_.scenario.hosts[id.value].key) : Json(nullptr);
    }
    void operator()(std::string_view name, RuleId id)
    {
        out_[std::string{name}] =
            id.exists() ? Json(source_.scenario.rules[id.value].key) : Json(nullptr);
    }
    template <typename Tag>
    void operator()(std::string_view name, Id<Tag> id)
    {
        out_[std::string{name}] = id.exists() ? Json(id.value) : Json(nullptr);
    }
    template <NamedEnum E>
    void operator()(std::string_view name, E value)
    {
        out_[std::string{name}] = std::string{name_of(value)};
    }
    template <typename T>
    requires std::is_integral_v<T>
    void operator()(std::string_view name, T value) { out_[std::string{name}] = value; }

private:
    template <typename Part>
    void nested(std::string_view name, const Part& part)
    {
        Json outer = std::exchange(out_, Json::object());
        for_each_field(part, *this);
        outer[std::string{name}] = std::exchange(out_, Json{});
        out_ = std::move(outer);
    }

    [[nodiscard]] std::string masked(std::string_view bytes) const
    {
        std::string text{bytes};
        for (const std::string& secret : secrets_) {
            for (std::size_t at = text.find(secret); at != std::string::npos;
                 at = text.find(secret, at + secret.size()))
                text.replace(at, secret.size(), secret.size(), '*');
        }
        return text;
    }

    const Source& source_;
    std::vector<std::string> secrets_;
    Json out_;
    bool hide_all_ = false;
};

Json both(const scenario::Text& text)
{
    return {{"ja", text.ja}, {"en", text.en}};
}

Json outcome_of(const MailOutcome& mail)
{
    Json out{{"mail", mail.mail.value}};
    struct Put {
        Json& out;
        void operator()(const UnderWay& /*what*/) const { out["outcome"] = "under_way"; }
        void operator()(const NotSent& what) const
        {
            out["outcome"] = "not_sent";
            out["error"] = std::string{name_of(what.error)};
            out["event"] = what.event.value;
        }
        void operator()(const Deferred& what) const
        {
            out["outcome"] = "deferred";
            out["event"] = what.event.value;
        }
        void operator()(const Bounced& what) const
        {
            out["outcome"] = "bounced";
            out["event"] = what.event.value;
        }
        void operator()(const Delivered& what) const
        {
            out["outcome"] = "delivered";
            out["retrieved"] = what.retrieved;
            out["event"] = what.event.value;
        }
    };
    std::visit(Put{out}, mail.outcome);
    for (const EventId share : mail.shares)
        out["shares"].push_back(share.value);
    return out;
}

Json card_of(const explain::WhyCard& card, const Source& source)
{
    const explain::CardText text = explain::describe(card, source.context());
    Json out{
        {"stopped_at_event", card.stopped.value},
        {"obstacle", std::string{name_of(card.obstacle)}},
        {"who",
         card.who.exists() ? Json(source.scenario.hosts[card.who.value].key) : Json(nullptr)},
        {"rule",
         card.rule.exists() ? Json(source.scenario.rules[card.rule.value].key) : Json(nullptr)},
        {"shown", std::string{name_of(card.shown)}},
        {"code", card.code},
        {"cure", std::string{name_of(card.cure.kind)}}};
    Json settings = Json::object();
    for (const auto& [key, value] : card.cure.settings)
        settings[key] = value;
    out["cure_settings"] = std::move(settings);
    out["proof"] = std::string{name_of(card.cure.proof)};
    out["tried"] = card.cure.tried;
    out["recipients"] = card.recipients;
    out["title"] = text.title;
    Json rows = Json::array();
    for (const auto& row : text.rows) {
        rows.push_back(
            {{"row", std::string{name_of(row.row)}}, {"label", row.label}, {"lines", row.lines}});
    }
    out["rows"] = std::move(rows);
    return out;
}

// JSON has a way of its own to write what steers a display, and says the same with it. Only texts
// hold such characters, and those below 0x20 are written so already.
std::string with_escapes(std::string_view json)
{
    std::string text;
    text.reserve(json.size());
    while (!json.empty()) {
        const std::size_t size = std::max<std::size_t>(utf8_character_size(json), 1);
        const char32_t character = utf8_character(json);
        if (character >= 0x7F && steers_display(character)) {
            text += fmt::format("\\u{:04x}", static_cast<unsigned>(character));
        } else {
            text += json.substr(0, size);
        }
        json.remove_prefix(size);
    }
    return text;
}

} // namespace

std::string json(const Source& source, std::span<const explain::WhyCard> cards, JsonOptions options)
{
    Json out;
    out["scenario"] = {{"key", source.scenario.key}, {"title", both(source.scenario.title)}};
    out["language"] = std::string{source.language.code()};
    out["level"] = std::string{name_of(source.level)};
    Json hosts = Json::array();
    for (const scenario::Host& host : source.scenario.hosts)
        hosts.push_back({{"key", host.key}, {"name", both(host.name)}});
    out["hosts"] = std::move(hosts);
    Json mails = Json::array();
    for (const MailOutcome& mail : outcomes(source.trace, source.end))
        mails.push_back(outcome_of(mail));
    out["outcomes"] = std::move(mails);
    Json why = Json::array();
    for (const explain::WhyCard& card : cards)
        why.push_back(card_of(card, source));
    out["why"] = std::move(why);
    out["trace_hash"] = fmt::format("{:016x}", source.trace.hash());
    if (options.events) {
        JsonWriter writer{source};
        Json events = Json::array();
        for (std::size_t i = 0; i < source.end; ++i)
            events.push_back(writer.event(source.trace[i], options.descriptions));
        out["events"] = std::move(events);
    }
    return with_escapes(out.dump(2)) + "\n";
}

} // namespace sim::report
