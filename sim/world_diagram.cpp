#include "sim/world_diagram.h"

#include "sim/pop3/client_session.h"
#include "sim/pop3/server_session.h"
#include "sim/smtp/client_session.h"
#include "sim/smtp/server_session.h"
#include "sim/world_build.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace sim {

namespace {

// Collects edges, and of the phases those that can be reached from the one where the first begins.
class Drawing {
public:
    void add(std::string_view from, std::string_view to, std::string label)
    {
        auto edge = std::ranges::find_if(diagram_.edges, [&](const DiagramEdge& each) {
            return each.from == from && each.to == to;
        });
        if (edge == diagram_.edges.end())
            edge = diagram_.edges.insert(edge, DiagramEdge{from, to, {}});
        if (std::ranges::count(edge->labels, label) == 0) edge->labels.push_back(std::move(label));
    }

    template <NamedEnum Phase>
    StateDiagram finish()
    {
        const std::set<std::string_view> reached = reachable();
        std::erase_if(diagram_.edges,
                      [&](const DiagramEdge& edge) { return !reached.contains(edge.from); });
        for (const Phase phase : values_of<Phase>())
            if (reached.contains(name_of(phase))) diagram_.states.push_back(name_of(phase));
        return std::move(diagram_);
    }

private:
    [[nodiscard]] std::set<std::string_view> reachable() const
    {
        std::set<std::string_view> reached{diagram_.edges.front().from};
        for (std::size_t before = 0; before != reached.size();) {
            before = reached.size();
            for (const DiagramEdge& edge : diagram_.edges)
                if (reached.contains(edge.from)) reached.insert(edge.to);
        }
        return reached;
    }

    StateDiagram diagram_;
};

template <NamedEnum Verb>
std::string on_the_wire(Verb verb)
{
    std::string text{name_of(verb)};
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

// "*" for a line that is no command; a line of an AUTH exchange and the message have no verb.
std::string on_the_wire(SmtpVerb verb)
{
    switch (verb) {
    case SmtpVerb::none:
        return {};
    case SmtpVerb::unknown:
        return "*";
    case SmtpVerb::auth_response:
        return "AUTH...";
    case SmtpVerb::text:
        return "DATA...";
    default:
        return on_the_wire<SmtpVerb>(verb);
    }
}

std::string joined(std::string left, std::string_view right)
{
    if (!left.empty() && !right.empty()) left += ' ';
    return left += right;
}

StateDiagram smtp_server(const smtp::ServerConfig& config, bool tls_from_start)
{
    Drawing drawing;
    const auto name = [](SmtpPhase phase) { return name_of(phase); };
    if (tls_from_start) {
        drawing.add(name(SmtpPhase::awaiting_client), name(SmtpPhase::awaiting_tls), "TLS");
    } else {
        drawing.add(name(SmtpPhase::awaiting_client), name(SmtpPhase::awaiting_hello), "220");
    }
    const auto table = smtp::ServerSession::transition_table(config);
    for (const smtp::Transition& each : table) {
        if (tls_from_start && !each.encrypted) continue;
        drawing.add(name(each.from),
                    name(each.to),
                    joined(on_the_wire(each.verb),
                           each.code == 0 ? std::string{} : std::to_string(each.code)));
    }
    if (config.tls != smtp::TlsUse::absent)
        drawing.add(name(SmtpPhase::awaiting_tls), name(SmtpPhase::awaiting_hello), "TLS");
    return drawing.finish<SmtpPhase>();
}

StateDiagram pop3_server(const pop3::ServerConfig& config)
{
    Drawing drawing;
    const auto name = [](Pop3Phase phase) { return name_of(phase); };
    const std::string_view start = name(Pop3Phase::authorization);
    if (config.tls == pop3::ServerTls::from_the_start)
        drawing.add(name(Pop3Phase::awaiting_tls), start, "TLS");
    // The table is that of a conversation in the clear; inside TLS it goes on as if there were
    // none.
    pop3::ServerConfig inside = config;
    inside.tls = pop3::ServerTls::none;
    for (const pop3::ServerConfig& part : {config, inside}) {
        for (const auto& each : pop3::ServerSession::transition_table(part)) {
            std::string label = each.verb == Pop3Verb::unknown ? "*" : on_the_wire(each.verb);
            if (!each.asks_host) label = joined(std::move(label), each.ok ? "+OK" : "-ERR");
            drawing.add(name(each.from), name(each.to), std::move(label));
        }
    }
    drawing.add(name(Pop3Phase::awaiting_tls), start, "TLS");
    const std::string_view verdict = name(Pop3Phase::awaiting_verdict);
    drawing.add(verdict, name(Pop3Phase::transaction), "PASS +OK");
    drawing.add(verdict, start, "PASS -ERR");
    return drawing.finish<Pop3Phase>();
}

// From the connection to the server's first word, with TLS before it or not.
template <typename Phase>
void begin(Drawing& drawing, Protection protection, Phase greeting)
{
    const bool tls_first = protection == Protection::tls;
    drawing.add(name_of(Phase::awaiting_connection),
                name_of(tls_first ? Phase::awaiting_tls : greeting),
                "TCP");
    if (tls_first) drawing.add(name_of(Phase::awaiting_tls), name_of(greeting), "TLS");
}

StateDiagram smtp_client(const smtp::ClientConfig& config)
{
    using smtp::ClientPhase;
    Drawing drawing;
    const auto name = [](ClientPhase phase) { return name_of(phase); };
    begin(drawing, config.protection, ClientPhase::awaiting_greeting);
    // The table is that of a conversation in the clear; inside TLS it goes on as if none were
    // wanted.
    smtp::ClientConfig inside = config;
    inside.protection = Protection::none;
    inside.may_reveal_password = true;
    for (const smtp::ClientConfig& part : {config, inside}) {
        for (const auto& each : smtp::ClientSession::transition_table(part)) {
            drawing.add(name(each.from),
                        name(each.to),
                        joined(std::string{each.reply}, on_the_wire(each.says)));
        }
    }
    if (config.protection != Protection::none && config.protection != Protection::tls)
        drawing.add(name(ClientPhase::awaiting_tls), name(ClientPhase::awaiting_hello), "TLS EHLO");
    // What the host decides, not a reply.
    drawing.add(name(ClientPhase::choosing_mechanism), name(ClientPhase::authenticating), "AUTH");
    drawing.add(name(ClientPhase::ready), name(ClientPhase::in_transaction), "MAIL");
    drawing.add(name(ClientPhase::ready), name(ClientPhase::quitting), "QUIT");
    return drawing.finish<ClientPhase>();
}

StateDiagram pop3_client(const pop3::ClientConfig& config)
{
    using pop3::ClientPhase;
    Drawing drawing;
    const auto name = [](ClientPhase phase) { return name_of(phase); };
    begin(drawing, config.protection, ClientPhase::awaiting_greeting);
    for (const auto& each : pop3::ClientSession::transition_table(config)) {
        const std::string says =
            each.says == Pop3Verb::none ? std::string{} : on_the_wire(each.says);
        drawing.add(name(each.from), name(each.to), joined(each.ok ? "+OK" : "-ERR", says));
    }
    if (config.protection != Protection::none && config.protection != Protection::tls) {
        drawing.add(
            name(ClientPhase::awaiting_tls), name(ClientPhase::awaiting_capabilities), "TLS CAPA");
    }
    return drawing.finish<ClientPhase>();
}

} // namespace

StateDiagram
server_diagram(const scenario::Scenario& scenario, std::string_view host, std::uint16_t port)
{
    for (const scenario::MailServer& server : scenario.mail_servers) {
        if (server.host != host) continue;
        for (const mail::MtaListener& listener :
             build::mta(scenario, scenario::Index{scenario}, server, nullptr, {}).listeners) {
            if (listener.port == port)
                return smtp_server(*listener.inbound.session, listener.inbound.tls_from_start);
        }
    }
    for (const scenario::PopServer& server : scenario.pop_servers) {
        if (server.host != host) continue;
        for (const auto& listener : build::pop_service(server, nullptr).listeners) {
            if (listener.port != port) continue;
            pop3::ServerConfig config;
            config.hostname = server.host;
            config.tls = listener.tls;
            return pop3_server(config);
        }
    }
    return {};
}

StateDiagram sending_diagram(const scenario::AccountSettings& account)
{
    const mail::Account made = build::account(account);
    smtp::ClientConfig config;
    config.protection = made.protection;
    config.wants_auth = !made.mechanisms.empty();
    config.may_reveal_password = made.protection == Protection::none;
    return smtp_client(config);
}

StateDiagram fetching_diagram(const scenario::AccountSettings& account)
{
    pop3::ClientConfig config;
    config.protection = account.protection;
    config.user = account.user;
    config.password = account.password;
    config.may_reveal_password = config.protection == Protection::none;
    return pop3_client(config);
}

StateDiagram relaying_diagram()
{
    smtp::ClientConfig config;
    config.protection = Protection::starttls_if_available;
    return smtp_client(config);
}

} // namespace sim
