// Settings of mail servers and of the POP3 servers beside them.
#include "sim/sasl/mechanism.h"
#include "sim/scenario/forms.h"
#include "sim/scenario/problems.h"
#include "sim/scenario/quantities.h"
#include "sim/scenario/settings_handles.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace sim::scenario::handles {

namespace {

SettingKey at_server(const std::string& host, std::string name)
{
    return {SettingGroup::server, std::move(name), host, 0, {}, {}};
}

SettingKey at_port(const std::string& host, std::uint16_t port, std::string name)
{
    return {SettingGroup::server, std::move(name), host, port, {}, {}};
}

// Of an SMTP or a POP listener: tls and require_tls, which have to fit together.
template <typename Listener>
void add_tls(Handles& handles,
             const std::string& host,
             const Listener& now,
             const std::function<Listener&(Scenario&)>& listener)
{
    handles.push_back({setting(at_port(host, now.port, "tls"),
                               text_of(now.tls),
                               TakesEffect::anew,
                               choices_of<TlsMode>()),
                       [listener](Scenario& changed, const std::string& value) {
                           Listener& it = listener(changed);
                           it.tls = *parse_enum<TlsMode>(value);
                           if (it.tls == TlsMode::none) it.require_tls = false;
                           return Answer{};
                       }});
    handles.push_back({setting(at_port(host, now.port, "require_tls"),
                               text_of(now.require_tls),
                               TakesEffect::anew,
                               yes_or_no()),
                       [listener](Scenario& changed, const std::string& value) -> Answer {
                           Listener& it = listener(changed);
                           if (value == "true" && it.tls == TlsMode::none)
                               return Wrong{ProblemKind::no_tls_to_require_there};
                           it.require_tls = value == "true";
                           return Answer{};
                       }});
}

std::string text_of_mechanisms(const std::vector<Mechanism>& mechanisms)
{
    std::string text;
    for (const Mechanism mechanism : mechanisms)
        text += (text.empty() ? "" : "+") + text_of(mechanism);
    return text.empty() ? "none" : text;
}

// "plain+login"
std::optional<std::vector<Mechanism>> parse_mechanisms(std::string_view text)
{
    std::vector<Mechanism> mechanisms;
    if (text == "none") return mechanisms;
    for (bool is_last = false; !is_last;) {
        const std::size_t plus = text.find('+');
        const auto mechanism = parse_enum<Mechanism>(text.substr(0, plus));
        if (!mechanism || !may_be_written(*mechanism) ||
            std::ranges::count(mechanisms, *mechanism) > 0)
            return std::nullopt;
        mechanisms.push_back(*mechanism);
        is_last = plus == std::string_view::npos;
        if (!is_last) text.remove_prefix(plus + 1);
    }
    return mechanisms;
}

void add_auth(Handles& handles,
              const std::string& host,
              const SmtpListener& now,
              bool takes_tokens,
              const std::function<SmtpListener&(Scenario&)>& listener)
{
    handles.push_back({setting(at_port(host, now.port, "require_auth"),
                               text_of(now.require_auth),
                               TakesEffect::anew,
                               yes_or_no()),
                       [listener](Scenario& changed, const std::string& value) -> Answer {
                           SmtpListener& it = listener(changed);
                           if (value == "true" && it.auth.empty())
                               return Wrong{ProblemKind::no_login_to_require_there};
                           it.require_auth = value == "true";
                           return Answer{};
                       }});
    handles.push_back(
        {setting(at_port(host, now.port, "auth"), text_of_mechanisms(now.auth), TakesEffect::anew),
         [listener, takes_tokens](Scenario& changed, const std::string& value) {
             const auto mechanisms = parse_mechanisms(value);
             if (!mechanisms) {
                 return Answer{
                     Wrong{ProblemKind::not_mechanisms, {{"choices", choices_of<Mechanism>()}}}};
             }
             if (!takes_tokens && std::ranges::any_of(*mechanisms, sasl::uses_token))
                 return Answer{Wrong{ProblemKind::nobody_signs_tokens}};
             listener(changed).auth = *mechanisms;
             if (mechanisms->empty()) listener(changed).require_auth = false;
             return Answer{};
         }});
}

// Of the SMTP and the POP server on one host: they show the same certificate.
void add_certificate(Handles& handles, const std::string& host, CertificateKind now)
{
    handles.push_back({setting(at_server(host, "certificate"),
                               text_of(now),
                               TakesEffect::anew,
                               choices_of<CertificateKind>()),
                       [host](Scenario& changed, const std::string& value) {
                           const CertificateKind kind = *parse_enum<CertificateKind>(value);
                           for (MailServer& server : changed.mail_servers)
                               if (server.host == host) server.certificate = kind;
                           for (PopServer& server : changed.pop_servers)
                               if (server.host == host) server.certificate = kind;
                           return Answer{};
                       }});
}

// Of the SMTP and the POP server on one host, like the certificate. Where the POP server's versions
// are others, they are moved along.
void add_versions(Handles& handles, const MailServer& now)
{
    const auto each = [host = now.host](Scenario& scenario, const auto& change) {
        for (MailServer& server : scenario.mail_servers)
            if (server.host == host) change(server);
        for (PopServer& server : scenario.pop_servers)
            if (server.host == host) change(server);
    };
    handles.push_back({setting(at_server(now.host, "tls_min"),
                               text_of(now.tls_min),
                               TakesEffect::anew,
                               versions(TlsVersion::v1_2, now.tls_max)),
                       [each](Scenario& changed, const std::string& value) {
                           each(changed, [version = *parse_enum<TlsVersion>(value)](auto& server) {
                               server.tls_min = version;
                               server.tls_max = std::max(server.tls_max, version);
                           });
                           return Answer{};
                       }});
    handles.push_back({setting(at_server(now.host, "tls_max"),
                               text_of(now.tls_max),
                               TakesEffect::anew,
                               versions(now.tls_min, TlsVersion::v1_3)),
                       [each](Scenario& changed, const std::string& value) {
                           each(changed, [version = *parse_enum<TlsVersion>(value)](auto& server) {
                               server.tls_max = version;
                               server.tls_min = std::min(server.tls_min, version);
                           });
                           return Answer{};
                       }});
}

// Seconds, or a time with its unit.
void add_time(Handles& handles,
              SettingKey key,
              Duration now,
              ProblemTerm zero,
              std::function<void(Scenario&, Duration)> change)
{
    handles.push_back(
        {setting(std::move(key), to_text(now), TakesEffect::anew),
         [zero, change = std::move(change)](Scenario& changed, const std::string& value) {
             const bool has_unit = value.find_first_not_of("0123456789") != std::string::npos;
             const auto time = parse_duration(has_unit ? value : value + "s");
             if (!time) return Answer{Wrong{ProblemKind::not_a_time, {{"zero", zero}}}};
             change(changed, *time);
             return Answer{};
         }});
}

// How long a caller waits for 220, where mail comes from anybody.
void add_greeting_delay(Handles& handles, const MailServer& server, std::size_t index)
{
    if (std::ranges::none_of(server.listeners, [](const SmtpListener& listener) {
            return listener.role == ListenerRole::mx;
        }))
        return;
    add_time(handles,
             at_server(server.host, "greeting_delay"),
             server.greeting_delay,
             ProblemTerm::zero_at_once,
             [index](Scenario& changed, Duration delay) {
                 changed.mail_servers[index].greeting_delay = delay;
             });
}

// Of the SMTP and the POP server on one host, where logins are offered at all.
void add_login_pause(Handles& handles, const Scenario& scenario, const MailServer& server)
{
    const auto pop = std::ranges::find(scenario.pop_servers, server.host, &PopServer::host);
    const bool has_pop = pop != scenario.pop_servers.end();
    const bool has_auth = std::ranges::any_of(
        server.listeners, [](const SmtpListener& listener) { return !listener.auth.empty(); });
    if (!has_pop && !has_auth) return;
    add_time(handles,
             at_server(server.host, "login_pause"),
             has_auth ? server.login_pause : pop->login_pause,
             ProblemTerm::zero_never,
             [host = server.host](Scenario& changed, Duration pause) {
                 for (MailServer& mail : changed.mail_servers)
                     if (mail.host == host) mail.login_pause = pause;
                 for (PopServer& mailboxes : changed.pop_servers)
                     if (mailboxes.host == host) mailboxes.login_pause = pause;
             });
}

void add_yes_or_no(Handles& handles,
                   const MailServer& server,
                   std::size_t index,
                   std::string name,
                   bool MailServer::*member)
{
    handles.push_back({setting(at_server(server.host, std::move(name)),
                               text_of(server.*member),
                               TakesEffect::anew,
                               yes_or_no()),
                       [index, member](Scenario& changed, const std::string& value) {
                           changed.mail_servers[index].*member = value == "true";
                           return Answer{};
                       }});
}

// As it should, or in a way that receivers do not like.
void add_signing(Handles& handles, const MailServer& server, std::size_t index)
{
    if (server.signings.empty()) return;
    std::vector<std::string> choices;
    choices.reserve(count_of<mail::SigningWay>());
    for (const mail::SigningWay way : values_of<mail::SigningWay>())
        choices.push_back(text_of(way));
    handles.push_back({setting(at_server(server.host, "signing"),
                               text_of(server.signing_way),
                               TakesEffect::anew,
                               choices),
                       [index](Scenario& changed, const std::string& value) {
                           changed.mail_servers[index].signing_way =
                               *parse_enum<mail::SigningWay>(value);
                           return Answer{};
                       }});
}

bool can_refuse_senders(const MailServer& server)
{
    return !server.relays_foreign_senders ||
           std::ranges::any_of(server.listeners,
                               [](const SmtpListener& listener) { return !listener.auth.empty(); });
}

void add_check(Handles& handles, const MailServer& server, std::size_t index, PolicyCheck check)
{
    const std::vector<auth::CheckAction> actions = auth::actions_of(check);
    if (actions.empty()) return;
    std::vector<std::string> choices;
    choices.reserve(actions.size());
    for (const auth::CheckAction action : actions)
        choices.push_back(text_of(action));
    handles.push_back({setting({SettingGroup::check, text_of(check), server.host, 0, {}, {}},
                               text_of(action_at(server, check)),
                               TakesEffect::now,
                               choices),
                       [index, check](Scenario& changed, const std::string& value) {
                           changed.mail_servers[index].check_actions[check] =
                               *parse_enum<auth::CheckAction>(value);
                           return Answer{};
                       }});
}

// How many mails one user may send within the window of her server; 0: any number.
void add_account_rate(Handles& handles, const MailServer& server, std::size_t index)
{
    constexpr unsigned most = 65535;
    handles.push_back(
        {setting(at_server(server.host, "account_rate"),
                 fmt::format("{}", server.account_rate.messages),
                 TakesEffect::anew),
         [index](Scenario& changed, const std::string& value) {
             unsigned number = 0;
             const char* const end = value.data() + value.size();
             const auto read = std::from_chars(value.data(), end, number);
             if (read.ec != std::errc{} || read.ptr != end || number > most) {
                 return Answer{Wrong{ProblemKind::wrong_number,
                                     {{"number", value}, {"least", "0"}, {"most", "65535"}}}};
             }
             changed.mail_servers[index].account_rate.messages = static_cast<std::uint16_t>(number);
             return Answer{};
         }});
}

// What it would look at, had somebody told it with what to compare.
bool can_look(const MailServer& server, PolicyCheck check)
{
    const auto is_mx = [](const SmtpListener& listener) {
        return listener.role == ListenerRole::mx;
    };
    const bool has_mx = std::ranges::any_of(server.listeners, is_mx);
    const bool has_others = !std::ranges::all_of(server.listeners, is_mx);
    const bool at_mx = has_mx && auth::is_for_strangers(check);
    if (!at_mx && !(has_others && auth::is_for_users(check))) return false;
    switch (check) {
    case PolicyCheck::ip25b:
        return !server.dynamic_networks.empty();
    case PolicyCheck::block_list:
        return !server.block_lists.empty() && (at_mx || server.lists_at_submission);
    case PolicyCheck::rate:
        return server.rate != auth::RateLimits{} || server.account_rate != auth::RateLimits{};
    default:
        return true;
    }
}

// Those that its file names; behind them what can be switched on, and whose name mail is sent in,
// where somebody logs in.
void add_checks(Handles& handles, const MailServer& server, std::size_t index)
{
    for (const PolicyCheck check : checks_at(server)) {
        const bool is_named = std::ranges::count(server.checks, check) > 0;
        if (!is_named && !can_look(server, check)) continue;
        add_check(handles, server, index, check);
        handles.back().setting.unusual = !is_named;
    }
    if (can_refuse_senders(server)) {
        add_check(handles, server, index, PolicyCheck::sender_address);
        handles.back().setting.unusual = true;
    }
    if (!server.block_lists.empty()) {
        add_yes_or_no(
            handles, server, index, "lists_at_submission", &MailServer::lists_at_submission);
    }
    if (server.account_rate.messages > 0) add_account_rate(handles, server, index);
}

// Whether what has no way of its own goes by the route "*", a smart host, or by MX.
void add_smart_host(Handles& handles, const MailServer& server, std::size_t index)
{
    const auto way = std::ranges::find(server.routes, "*", &Route::domain);
    if (way == server.routes.end()) return;
    const auto at = static_cast<std::size_t>(way - server.routes.begin());
    handles.push_back({setting(at_server(server.host, "smart_host"),
                               text_of(way->enabled),
                               TakesEffect::anew,
                               yes_or_no()),
                       [index, at](Scenario& changed, const std::string& value) {
                           changed.mail_servers[index].routes[at].enabled = value == "true";
                           return Answer{};
                       }});
}

// Where POP3 is spoken on the same host.
void add_pop_before_smtp(Handles& handles,
                         const Scenario& scenario,
                         const MailServer& server,
                         std::size_t index)
{
    if (std::ranges::count(scenario.pop_servers, server.host, &PopServer::host) == 0) return;
    add_time(handles,
             at_server(server.host, "pop_before_smtp"),
             server.pop_before_smtp,
             ProblemTerm::zero_not_at_all,
             [index](Scenario& changed, Duration lasting) {
                 changed.mail_servers[index].pop_before_smtp = lasting;
             });
}

void add_pop_ports(Handles& handles, const Scenario& scenario, const std::string& host)
{
    for (std::size_t i = 0; i < scenario.pop_servers.size(); ++i) {
        const PopServer& server = scenario.pop_servers[i];
        if (server.host != host) continue;
        for (std::size_t j = 0; j < server.listeners.size(); ++j) {
            add_tls<PopListener>(
                handles, host, server.listeners[j], [i, j](Scenario& s) -> PopListener& {
                    return s.pop_servers[i].listeners[j];
                });
        }
    }
}

} // namespace

void add_servers(Handles& handles, const Scenario& scenario)
{
    for (std::size_t i = 0; i < scenario.mail_servers.size(); ++i) {
        const MailServer& server = scenario.mail_servers[i];
        add_certificate(handles, server.host, server.certificate);
        add_versions(handles, server);
        add_login_pause(handles, scenario, server);
        add_greeting_delay(handles, server, i);
        // Where mail is sent on for somebody at all, it could be for anybody.
        if (!server.relay_for.empty() || server.open_relay)
            add_yes_or_no(handles, server, i, "open_relay", &MailServer::open_relay);
        if (!server.relay_for.empty()) {
            add_yes_or_no(
                handles, server, i, "relays_foreign_senders", &MailServer::relays_foreign_senders);
        }
        add_pop_before_smtp(handles, scenario, server, i);
        add_smart_host(handles, server, i);
        add_yes_or_no(handles, server, i, "lenient_line_ends", &MailServer::lenient_line_ends);
        add_signing(handles, server, i);
        add_checks(handles, server, i);
        for (std::size_t j = 0; j < server.listeners.size(); ++j) {
            const SmtpListener& listener = server.listeners[j];
            const auto find = [i, j](Scenario& s) -> SmtpListener& {
                return s.mail_servers[i].listeners[j];
            };
            add_tls<SmtpListener>(handles, server.host, listener, find);
            add_auth(handles, server.host, listener, server.tokens.has_value(), find);
        }
        add_pop_ports(handles, scenario, server.host);
    }
}

} // namespace sim::scenario::handles
