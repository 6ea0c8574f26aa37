#include "sim/scenario/settings.h"

#include "sim/sasl/mechanism.h"
#include "sim/scenario/forms.h"
#include "sim/scenario/problems.h"
#include "sim/scenario/quantities.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace sim::scenario {

namespace {

using Answer = std::optional<Wrong>; // nothing: it fits

// A setting together with how it is written; `write` gets a value that is among the choices, or
// any when there are none, and returns what is wrong with it, if anything.
struct Handle {
    Setting setting;
    std::function<Answer(Scenario&, const std::string&)> write;
};
using Handles = std::vector<Handle>;

Setting
setting(SettingKey is, std::string value, TakesEffect effect, std::vector<std::string> choices = {})
{
    Setting made;
    made.key = to_text(is);
    made.is = std::move(is);
    made.value = std::move(value);
    made.choices = std::move(choices);
    made.takes_effect = effect;
    return made;
}

std::vector<std::string> yes_or_no()
{
    return {"true", "false"};
}

template <NamedEnum E>
std::string text_of(E value)
{
    return std::string{name_of(value)};
}

std::string text_of(bool value)
{
    return value ? "true" : "false";
}

// ---- account settings -------------------------------------------------------------------------

using FindAccount = std::function<AccountSettings&(Scenario&)>;

constexpr std::size_t max_account_text = 255;

Answer problem_of_account_text(const std::string& value)
{
    if (value.size() > max_account_text)
        return Wrong{ProblemKind::text_too_long, {{"most", std::to_string(max_account_text)}}};
    // A line end typed into an account must not become a line end on the wire.
    const bool has_control = std::ranges::any_of(
        value, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (has_control) return Wrong{ProblemKind::control_character};
    return std::nullopt;
}

Setting of_account(SettingGroup group,
                   std::string name,
                   std::string value,
                   std::vector<std::string> choices = {})
{
    return setting({group, std::move(name), {}, 0, {}, {}},
                   std::move(value),
                   TakesEffect::next_send,
                   std::move(choices));
}

Setting& add_text(Handles& handles,
                  SettingGroup group,
                  std::string name,
                  const std::string& now,
                  const FindAccount& account,
                  std::string AccountSettings::*member)
{
    handles.push_back({of_account(group, std::move(name), now),
                       [account, member](Scenario& scenario, const std::string& value) {
                           Answer problem = problem_of_account_text(value);
                           if (!problem) account(scenario).*member = value;
                           return problem;
                       }});
    return handles.back().setting;
}

template <NamedEnum E>
Setting& add_choice(Handles& handles,
                    SettingGroup group,
                    std::string name,
                    const FindAccount& account,
                    E now,
                    E AccountSettings::*member,
                    std::vector<std::string> choices = choices_of<E>())
{
    handles.push_back({of_account(group, std::move(name), text_of(now), std::move(choices)),
                       [account, member](Scenario& scenario, const std::string& value) {
                           account(scenario).*member = *parse_enum<E>(value);
                           return Answer{};
                       }});
    return handles.back().setting;
}

Answer problem_of_server(const std::string& value)
{
    const bool is_name = !value.empty() && value.size() <= 253 &&
                         std::ranges::all_of(value, [](char c) { return c > ' ' && c < 0x7f; });
    if (is_name) return std::nullopt;
    return Wrong{ProblemKind::wrong_form, {{"wanted", ProblemTerm::server_name}}};
}

void add_server(Handles& handles,
                SettingGroup group,
                const AccountSettings& now,
                const FindAccount& account)
{
    handles.push_back({of_account(group, "server", now.server),
                       [account](Scenario& scenario, const std::string& value) {
                           Answer problem = problem_of_server(value);
                           if (!problem) account(scenario).server = value;
                           return problem;
                       }});
    handles.push_back({of_account(group, "port", std::to_string(now.port)),
                       [account](Scenario& scenario, const std::string& value) {
                           if (!has_form(Form::port_number, value))
                               return Answer{problem_of_form(Form::port_number, value)};
                           account(scenario).port = parse_port_range(value)->first;
                           return Answer{};
                       }});
    handles.back().setting.suggestions = group == SettingGroup::client
                                             ? std::vector<std::string>{"25", "587", "465"}
                                             : std::vector<std::string>{"110", "995"};
}

// The oldest that is accepted is never newer than the newest that is spoken.
std::vector<std::string> versions(TlsVersion oldest, TlsVersion newest)
{
    std::vector<std::string> names;
    for (const TlsVersion version : values_of<TlsVersion>())
        if (version >= oldest && version <= newest) names.push_back(text_of(version));
    return names;
}

void add_account(Handles& handles,
                 SettingGroup group,
                 const AccountSettings& now,
                 const FindAccount& account)
{
    using Account = AccountSettings;
    add_server(handles, group, now, account);
    add_choice(handles, group, "protection", account, now.protection, &Account::protection);
    // POP3 knows one way to log in: the other names mean it too, as in mail programs.
    auto ways = choices_of<AuthChoice>();
    if (group == SettingGroup::fetch) {
        std::erase_if(ways,
                      [](const auto& w) { return *parse_enum<AuthChoice>(w) > AuthChoice::login; });
    }
    add_choice(handles, group, "auth", account, now.auth, &Account::auth, std::move(ways));
    add_text(handles, group, "user", now.user, account, &Account::user);
    add_text(handles, group, "password", now.password, account, &Account::password).secret = true;
    add_choice(handles,
               group,
               "tls_min",
               account,
               now.tls_min,
               &Account::tls_min,
               versions(TlsVersion::v1_2, now.tls_max))
        .unusual = true;
    add_choice(handles,
               group,
               "tls_max",
               account,
               now.tls_max,
               &Account::tls_max,
               versions(now.tls_min, TlsVersion::v1_3))
        .unusual = true;
}

std::optional<std::size_t> program_at(const Scenario& scenario, const std::string& key)
{
    const auto program = std::ranges::find(scenario.programs, key, &MailProgram::key);
    if (program == scenario.programs.end()) return std::nullopt;
    return static_cast<std::size_t>(program - scenario.programs.begin());
}

std::optional<std::size_t> host_at(const Scenario& scenario, const std::string& key)
{
    const auto host = std::ranges::find(scenario.hosts, key, &Host::key);
    if (host == scenario.hosts.end()) return std::nullopt;
    return static_cast<std::size_t>(host - scenario.hosts.begin());
}

// The lines that this host can be plugged into: those that no other host is on.
void add_line(Handles& handles, const Scenario& scenario, const std::string& host_key)
{
    const auto at = host_at(scenario, host_key);
    if (!at || scenario.hosts[*at].line.empty()) return;
    const Host& host = scenario.hosts[*at];
    std::vector<std::string> choices;
    for (const AccessLine& line : scenario.lines) {
        if (line.key == host.line || std::ranges::count(scenario.hosts, line.key, &Host::line) == 0)
            choices.push_back(line.key);
    }
    handles.push_back({setting({SettingGroup::client, "line", {}, 0, {}, {}},
                               host.line,
                               TakesEffect::anew,
                               std::move(choices)),
                       [at](Scenario& changed, const std::string& value) {
                           const auto line =
                               std::ranges::find(changed.lines, value, &AccessLine::key);
                           changed.hosts[*at].line = value;
                           changed.hosts[*at].area = line->area;
                           return Answer{};
                       }});
}

// Whose account the settings of this group, client or fetch, are of; empty when nobody's.
std::string program_of(const Scenario& scenario, SettingGroup group)
{
    if (group == SettingGroup::client) return scenario.client;
    const auto fetch = std::ranges::find(scenario.steps, StepAction::fetch, &Step::action);
    return fetch == scenario.steps.end() ? std::string{} : fetch->program;
}

void add_accounts(Handles& handles, const Scenario& scenario)
{
    if (const auto at = program_at(scenario, scenario.client)) {
        const MailProgram& program = scenario.programs[*at];
        add_line(handles, scenario, program.host);
        if (program.sending) {
            const auto find = [at](Scenario& s) -> AccountSettings& {
                return *s.programs[*at].sending;
            };
            add_account(handles, SettingGroup::client, *program.sending, find);
            if (std::ranges::any_of(scenario.mail_servers,
                                    [](const MailServer& server) { return !!server.tokens; })) {
                add_choice(handles,
                           SettingGroup::client,
                           "token",
                           find,
                           program.sending->token,
                           &AccountSettings::token);
            }
        }
    }
    const auto at = program_at(scenario, program_of(scenario, SettingGroup::fetch));
    if (at && scenario.programs[*at].fetching) {
        add_account(handles,
                    SettingGroup::fetch,
                    *scenario.programs[*at].fetching,
                    [at](Scenario& s) -> AccountSettings& { return *s.programs[*at].fetching; });
    }
}

// ---- rules ------------------------------------------------------------------------------------

void add_rules(Handles& handles, const Scenario& scenario)
{
    for (std::size_t i = 0; i < scenario.rules.size(); ++i) {
        const FirewallRule& rule = scenario.rules[i];
        std::vector<std::string> choices{"off"};
        for (const Verdict verdict : values_of<Verdict>()) {
            if (verdict != Verdict::reject_rst || rule.transport == Transport::tcp)
                choices.push_back(text_of(verdict));
        }
        handles.push_back({setting({SettingGroup::rule, rule.key, {}, 0, {}, {}},
                                   rule.enabled ? text_of(rule.verdict) : "off",
                                   TakesEffect::now,
                                   std::move(choices)),
                           [i](Scenario& changed, const std::string& value) {
                               changed.rules[i].enabled = value != "off";
                               FirewallRule& it = changed.rules[i];
                               if (const auto verdict = parse_enum<Verdict>(value)) {
                                   if (!it.written) it.written = it.verdict;
                                   it.verdict = *verdict;
                               }
                               return Answer{};
                           }});
    }
}

// ---- servers ----------------------------------------------------------------------------------

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

std::string text_of(const std::vector<Mechanism>& mechanisms)
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
        {setting(at_port(host, now.port, "auth"), text_of(now.auth), TakesEffect::anew),
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
    const auto chosen = server.check_actions.find(check);
    std::vector<std::string> choices;
    choices.reserve(actions.size());
    for (const auth::CheckAction action : actions)
        choices.push_back(text_of(action));
    handles.push_back(
        {setting({SettingGroup::check, text_of(check), server.host, 0, {}, {}},
                 chosen == server.check_actions.end() ? choices.back() : text_of(chosen->second),
                 TakesEffect::now,
                 choices),
         [index, check](Scenario& changed, const std::string& value) {
             changed.mail_servers[index].check_actions[check] =
                 *parse_enum<auth::CheckAction>(value);
             return Answer{};
         }});
}

// Those that its file names, and whose name mail is sent in, where somebody logs in.
void add_checks(Handles& handles, const MailServer& server, std::size_t index)
{
    for (const PolicyCheck check : server.checks)
        if (!auth::is_own(check)) add_check(handles, server, index, check);
    if (can_refuse_senders(server)) {
        add_check(handles, server, index, PolicyCheck::sender_address);
        handles.back().setting.unusual = true;
    }
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

// ---- faults -----------------------------------------------------------------------------------

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

// What an attacker on the way can do: routers only, since packets pass through them.
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

Handles handles_of(const Scenario& scenario)
{
    Handles handles;
    add_accounts(handles, scenario);
    add_rules(handles, scenario);
    add_servers(handles, scenario);
    add_faults(handles, scenario);
    add_tampering(handles, scenario);
    return handles;
}

} // namespace

bool reads_account(const Scenario& scenario, const Step& step, SettingGroup group)
{
    const bool sends = group == SettingGroup::client;
    if (!sends && group != SettingGroup::fetch) return false;
    return step.action == (sends ? StepAction::send : StepAction::fetch) &&
           step.program == program_of(scenario, group);
}

std::vector<Setting> settings_of(const Scenario& scenario)
{
    std::vector<Setting> settings;
    for (Handle& handle : handles_of(scenario))
        settings.push_back(std::move(handle.setting));
    return settings;
}

std::optional<Setting> setting_of(const Scenario& scenario, std::string_view key)
{
    auto settings = settings_of(scenario);
    const auto found = std::ranges::find(settings, key, &Setting::key);
    if (found == settings.end()) return std::nullopt;
    return std::move(*found);
}

tl::expected<void, SettingProblem>
apply_setting(Scenario& scenario, std::string_view key, std::string_view value)
{
    const Handles handles = handles_of(scenario);
    const std::string value_text{value.substr(0, 1'024)};
    std::vector<std::string> keys;
    for (const Handle& handle : handles) {
        const Setting& setting = handle.setting;
        keys.push_back(setting.key);
        if (setting.key != key) continue;
        const std::vector<std::string>& choices = setting.choices;
        if (!choices.empty() && std::ranges::count(choices, value_text) == 0) {
            return tl::make_unexpected(SettingProblem{setting.key,
                                                      {ProblemKind::wrong_choice,
                                                       {{"choices", choices}},
                                                       did_you_mean(value_text, choices)}});
        }
        Answer problem = handle.write(scenario, value_text);
        if (!problem) return {};
        return tl::make_unexpected(SettingProblem{setting.key, *std::move(problem)});
    }
    return tl::make_unexpected(SettingProblem{
        std::string{key}, {ProblemKind::no_such_setting, {}, did_you_mean(key, keys)}});
}

} // namespace sim::scenario
