// Settings that make something go wrong on purpose.
#include "sim/scenario/forms.h"
#include "sim/scenario/quantities.h"
#include "sim/scenario/settings_handles.h"

#include <algorithm>
#include <cstddef>

namespace sim::scenario::handles {

namespace {

Setting fault(const std::string& host,
              std::string name,
              std::string value,
              std::vector<std::string> choices,
              std::string point = {})
{
    return setting({SettingGroup::fault, std::move(name), host, 0, std::move(point), {}},
                   std::move(value),
                   TakesEffect::now,
                   std::move(choices));
}

std::string text_of_code(std::uint16_t code)
{
    return code == 0 ? "off" : std::to_string(code);
}

// What the servers of a host can hear: STARTTLS and AUTH only where they are offered.
bool can_come(const MailServer& server, mail::FaultPoint point)
{
    return std::ranges::any_of(server.listeners, [&](const SmtpListener& listener) {
        if (point == mail::FaultPoint::starttls) return listener.tls == TlsMode::starttls;
        if (point == mail::FaultPoint::auth) return !listener.auth.empty();
        return true;
    });
}

void add_reply_fault(Handles& handles,
                     const MailServer& server,
                     std::size_t index,
                     mail::FaultPoint point)
{
    std::vector<std::string> choices{"off"};
    for (const std::uint16_t code : mail::fault_codes(point))
        choices.push_back(std::to_string(code));
    handles.push_back({fault(server.host,
                             "reply",
                             text_of_code(server.faults.reply_to(point)),
                             std::move(choices),
                             text_of(point)),
                       [index, point](Scenario& changed, const std::string& value) {
                           const auto code = parse_whole_number(value, 599).value_or(0);
                           changed.mail_servers[index].faults.reply_to(point) =
                               static_cast<std::uint16_t>(code);
                           return Answer{};
                       }});
}

// Those whose RCPT can have a fate of its own: where all mail goes to one, there is nothing to tell
// apart.
std::vector<std::string> recipients_of(const Scenario& scenario)
{
    std::vector<std::string> all;
    const auto add = [&](const std::string& address) {
        if (!address.empty() && std::ranges::count(all, address) == 0) all.push_back(address);
    };
    for (const Step& step : scenario.steps)
        std::ranges::for_each(step.message.to, add);
    if (all.size() < 2) all.clear();
    return all;
}

void add_recipient_fault(Handles& handles,
                         const MailServer& server,
                         std::size_t index,
                         const std::string& recipient)
{
    const auto now = server.faults.recipients.find(recipient);
    std::vector<std::string> choices{"off"};
    for (const std::uint16_t code : mail::fault_codes(mail::FaultPoint::rcpt))
        choices.push_back(std::to_string(code));
    SettingKey key{
        SettingGroup::fault, "reply", server.host, 0, text_of(mail::FaultPoint::rcpt), recipient};
    handles.push_back(
        {setting(std::move(key),
                 text_of_code(now == server.faults.recipients.end() ? 0 : now->second),
                 TakesEffect::now,
                 std::move(choices)),
         [index, recipient](Scenario& changed, const std::string& value) {
             auto& codes = changed.mail_servers[index].faults.recipients;
             const auto code = parse_whole_number(value, 599).value_or(0);
             codes.erase(recipient);
             if (code != 0) codes[recipient] = static_cast<std::uint16_t>(code);
             return Answer{};
         }});
}

void add_cut(Handles& handles, const MailServer& server, std::size_t index)
{
    std::vector<std::string> choices{"off"};
    for (const auto point : values_of<mail::FaultPoint>())
        if (can_come(server, point)) choices.push_back(text_of(point));
    handles.push_back({fault(server.host,
                             "cut",
                             server.faults.cut ? text_of(*server.faults.cut) : "off",
                             std::move(choices)),
                       [index](Scenario& changed, const std::string& value) {
                           changed.mail_servers[index].faults.cut =
                               parse_enum<mail::FaultPoint>(value);
                           return Answer{};
                       }});
}

void add_delay(Handles& handles, const MailServer& server, std::size_t index)
{
    std::vector<std::string> choices{"off"};
    for (const mail::FaultDelay& delay : mail::fault_delays)
        choices.emplace_back(delay.name);
    handles.push_back({fault(server.host,
                             "delay",
                             std::string{mail::name_of_delay(server.faults.delay)},
                             std::move(choices)),
                       [index](Scenario& changed, const std::string& value) {
                           Duration& delay = changed.mail_servers[index].faults.delay;
                           delay = Duration{};
                           for (const mail::FaultDelay& each : mail::fault_delays)
                               if (each.name == value) delay = each.length;
                           return Answer{};
                       }});
}

} // namespace

void add_faults(Handles& handles, const Scenario& scenario)
{
    const std::vector<std::string> recipients = recipients_of(scenario);
    for (std::size_t i = 0; i < scenario.mail_servers.size(); ++i) {
        const MailServer& server = scenario.mail_servers[i];
        for (const auto point : values_of<mail::FaultPoint>())
            if (can_come(server, point)) add_reply_fault(handles, server, i, point);
        for (const std::string& recipient : recipients)
            add_recipient_fault(handles, server, i, recipient);
        add_cut(handles, server, i);
        add_delay(handles, server, i);
    }
    for (std::size_t i = 0; i < scenario.name_servers.size(); ++i) {
        const NameServer& server = scenario.name_servers[i];
        handles.push_back(
            {fault(server.host, "dns", text_of(server.fault), choices_of<mail::DnsFault>()),
             [i](Scenario& changed, const std::string& value) {
                 changed.name_servers[i].fault = *parse_enum<mail::DnsFault>(value);
                 return Answer{};
             }});
    }
}

void add_tampering(Handles& handles, const Scenario& scenario)
{
    for (std::size_t i = 0; i < scenario.hosts.size(); ++i) {
        const Host& host = scenario.hosts[i];
        if (host.kind != HostKind::router) continue;
        handles.push_back({fault(host.key,
                                 "tamper",
                                 host.strips_starttls ? "starttls" : "off",
                                 {"off", "starttls"}),
                           [i](Scenario& changed, const std::string& value) {
                               changed.hosts[i].strips_starttls = value == "starttls";
                               return Answer{};
                           }});
    }
}

} // namespace sim::scenario::handles
