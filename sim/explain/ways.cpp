#include "sim/explain/ways.h"

#include "sim/explain/nouns.h"
#include "sim/sasl/mechanism.h"
#include "sim/scenario/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <tuple>
#include <utility>

namespace sim::explain {

namespace {

using scenario::AccountSettings;
using scenario::AuthChoice;
using scenario::MailProgram;
using scenario::MailServer;
using scenario::Protection;
using scenario::Scenario;
using scenario::Setting;
using scenario::SmtpListener;
using scenario::TlsMode;
using scenario::TokenKind;
using scenario::User;

constexpr std::uint16_t submission_port = 587;
constexpr std::uint16_t submissions_port = 465;

Protection protection_for(TlsMode mode)
{
    if (mode == TlsMode::none) return Protection::none;
    return mode == TlsMode::starttls ? Protection::starttls : Protection::tls;
}

bool offers(const SmtpListener& listener, Mechanism mechanism)
{
    return std::ranges::find(listener.auth, mechanism) != listener.auth.end();
}

// With the password if it can be; else with a token, which whoever has the account can get.
AuthChoice offered_way(const SmtpListener& listener)
{
    if (!std::ranges::all_of(listener.auth, sasl::uses_token)) return AuthChoice::automatic;
    return offers(listener, Mechanism::oauthbearer) ? AuthChoice::oauthbearer : AuthChoice::xoauth2;
}

bool is_offered(AuthChoice choice, const SmtpListener& listener)
{
    if (choice == AuthChoice::automatic)
        return !std::ranges::all_of(listener.auth, sasl::uses_token);
    const auto mechanism = parse_enum<Mechanism>(name_of(choice));
    return mechanism && offers(listener, *mechanism);
}

// One way to hand a mail in: a listener of a server that may take it from this program.
struct Way {
    AccountSettings account;
    Settings settings;
    bool with_auth = false;
    bool same_server = false;
    bool same_port = false;
    bool others_account = false;

    [[nodiscard]] auto rank() const
    {
        const int port_rank = account.port == submission_port    ? 0
                              : account.port == submissions_port ? 1
                                                                 : 2;
        const bool encrypted = account.protection != Protection::none;
        return std::tuple{!same_server,
                          !with_auth,
                          !encrypted,
                          settings.size(),
                          !same_port,
                          port_rank,
                          account.port};
    }
};

CureKind kind_of(const Way& way, const AccountSettings& now)
{
    if (way.others_account && !way.same_server) return CureKind::senders_provider;
    if (!way.with_auth) return CureKind::own_isp_relay;
    if (way.same_server && way.same_port) {
        if (way.account.protection != now.protection) {
            return now.protection == Protection::none ||
                           now.protection == Protection::starttls_if_available
                       ? CureKind::turn_on_tls
                       : CureKind::match_protection;
        }
        return now.auth == AuthChoice::none ? CureKind::turn_on_auth : CureKind::other_login;
    }
    if (!way.same_server) return CureKind::correct_server;
    return way.account.protection == Protection::tls ? CureKind::submit_tls
                                                     : CureKind::submit_starttls;
}

class Ways {
public:
    Ways(const Scenario& scenario, const MailProgram& program, bool any_account)
        : scenario_{scenario},
          program_{program},
          account_{*program.sending},
          any_account_{any_account}
    {
    }

    std::vector<Way> take()
    {
        for (const MailServer& server : scenario_.mail_servers) {
            for (const SmtpListener& listener : server.listeners)
                add_ways_over(server, listener);
        }
        std::ranges::stable_sort(ways_, {}, &Way::rank);
        return std::move(ways_);
    }

private:
    void add_ways_over(const MailServer& server, const SmtpListener& listener)
    {
        const bool trusted_certificate = server.certificate == scenario::CertificateKind::good;
        if (listener.tls == TlsMode::implicit && !trusted_certificate) return;
        Way way;
        way.account = account_;
        way.account.server = server.host;
        way.account.port = listener.port;
        way.account.protection =
            trusted_certificate ? protection_for(listener.tls) : Protection::none;
        way.same_server = server.host == account_.server;
        way.same_port = listener.port == account_.port;
        add_as_customer(way, server, listener);
        add_with_login(way, server, listener);
    }

    void add(Way way)
    {
        way.settings = difference(account_, way.account, SettingGroup::client);
        if (!way.settings.empty()) ways_.push_back(std::move(way));
    }

    // With a name and password that this server knows, never over a line that is not encrypted.
    void add_with_login(Way way, const MailServer& server, const SmtpListener& listener)
    {
        if (listener.auth.empty() || way.account.protection == Protection::none) return;
        const bool tokens_only = std::ranges::all_of(listener.auth, sasl::uses_token);
        const User* user = user_of(server, tokens_only);
        if (user == nullptr) return;
        way.with_auth = true;
        way.others_account = !account_.user.empty() && user->name != account_.user;
        way.account.user = user->name;
        if (!tokens_only) way.account.password = user->password;
        way.account.token = TokenKind::good;
        if (!is_offered(account_.auth, listener)) way.account.auth = offered_way(listener);
        add(std::move(way));
    }

    // Without one, where the server sends on for somebody's lines.
    void add_as_customer(Way way, const MailServer& server, const SmtpListener& listener)
    {
        if (listener.require_auth || server.relay_for.empty()) return;
        if (listener.require_tls && way.account.protection == Protection::none) return;
        way.account.auth = AuthChoice::none;
        add(std::move(way));
    }

    // Whose name and password the program has, or, when it has none, whose address it has.
    [[nodiscard]] const User* user_of(const MailServer& server, bool tokens_only) const
    {
        for (const User& user : server.users) {
            const bool may_send_as =
                std::ranges::find(user.addresses, program_.address) != user.addresses.end();
            const bool knows =
                user.name == account_.user && (tokens_only || user.password == account_.password);
            if (may_send_as && (knows || account_.user.empty() || any_account_)) return &user;
        }
        return nullptr;
    }

    const Scenario& scenario_;
    const MailProgram& program_;
    const AccountSettings& account_;
    bool any_account_;
    std::vector<Way> ways_;
};

// ---- single changes ---------------------------------------------------------------------------

// What free text may be, where a setting has no choices: what this world knows.
std::vector<std::string> values_for(const Setting& setting, const Scenario& scenario)
{
    std::set<std::string> values;
    const auto add_from = [&](const auto& servers) {
        for (const auto& server : servers) {
            if (setting.is.name == "server") values.insert(server.host);
            for (const auto& listener : server.listeners)
                if (setting.is.name == "port") values.insert(fmt::format("{}", listener.port));
            for (const User& user : server.users) {
                if (setting.is.name == "user") values.insert(user.name);
                if (setting.is.name == "password") values.insert(user.password);
            }
        }
    };
    if (setting.is.group == SettingGroup::client) add_from(scenario.mail_servers);
    if (setting.is.group == SettingGroup::fetch) add_from(scenario.pop_servers);
    return {values.begin(), values.end()};
}

CureKind kind_of(const SettingKey& key, std::string_view value)
{
    if (key.group == SettingGroup::rule) return CureKind::switch_rule;
    if (key.group == SettingGroup::fault) return CureKind::switch_fault;
    if (key.name == "line") return CureKind::another_line;
    if (key.name == "server") {
        return key.group == SettingGroup::fetch ? CureKind::other_fetching
                                                : CureKind::correct_server;
    }
    if (key.name == "password" || key.name == "user") return CureKind::check_password;
    if (key.name == "tls_min") return CureKind::accept_older_tls;
    if (key.name == "tls_max") return CureKind::speak_newer_tls;
    if (key.name == "token") return CureKind::new_token;
    if (key.name == "protection") {
        return value == name_of(Protection::none) ? CureKind::without_protection
                                                  : CureKind::match_protection;
    }
    return CureKind::other_setting;
}

// A rule of this host's firewall.
bool stands_at(const SettingKey& key, std::string_view host, const Scenario& scenario)
{
    return key.group == SettingGroup::rule &&
           std::ranges::any_of(scenario.rules, [&](const auto& rule) {
               return rule.key == key.name && rule.host == host;
           });
}

// Of these, only what somebody in his right mind would do for a sender who asks.
bool gives_up_protection(const SettingKey& key, std::string_view value)
{
    if (key.name == "open_relay" || key.name == "lenient_line_ends") return value == "true";
    if (key.name == "require_tls" || key.name == "require_auth") return value == "false";
    if (key.name == "certificate" || key.name == "signing") return value != "good";
    return key.name == "tls" && value == name_of(TlsMode::none);
}

} // namespace

Settings difference(const AccountSettings& now, const AccountSettings& then, SettingGroup who)
{
    Settings settings;
    const auto set = [&](std::string_view name, std::string value) {
        settings.emplace_back(to_text(SettingKey{who, std::string{name}, {}, 0, {}, {}}),
                              std::move(value));
    };
    if (then.server != now.server) set("server", then.server);
    if (then.port != now.port) set("port", fmt::format("{}", then.port));
    if (then.protection != now.protection) set("protection", std::string{name_of(then.protection)});
    if (then.auth != now.auth) set("auth", std::string{name_of(then.auth)});
    if (then.auth != AuthChoice::none) {
        if (then.user != now.user) set("user", then.user);
        if (then.password != now.password) set("password", then.password);
        if (uses_token(then.auth) && then.token != now.token)
            set("token", std::string{name_of(then.token)});
    }
    return settings;
}

std::vector<Change>
ways_to_send(const MailProgram& program, const Scenario& scenario, bool any_account)
{
    std::vector<Change> changes;
    for (Way& way : Ways{scenario, program, any_account}.take())
        changes.push_back({kind_of(way, *program.sending), std::move(way.settings)});
    return changes;
}

std::vector<Change> ways_to_fetch(const MailProgram& program, const Scenario& scenario)
{
    const AccountSettings& now = *program.fetching;
    std::vector<std::pair<std::tuple<bool, bool, std::size_t, std::uint16_t>, Change>> ranked;
    for (const scenario::PopServer& server : scenario.pop_servers) {
        const bool known = std::ranges::any_of(server.users, [&](const User& user) {
            return user.name == now.user && user.password == now.password;
        });
        if (!known || server.certificate != scenario::CertificateKind::good) continue;
        for (const scenario::PopListener& listener : server.listeners) {
            if (listener.tls == TlsMode::none) continue;
            AccountSettings then = now;
            then.server = server.host;
            then.port = listener.port;
            then.protection = protection_for(listener.tls);
            Settings settings = difference(now, then, SettingGroup::fetch);
            if (settings.empty()) continue;
            const bool other_server = server.host != now.server;
            const bool other_port = listener.port != now.port;
            const bool same_door = !other_server && !other_port;
            const std::tuple rank{other_server, other_port, settings.size(), listener.port};
            ranked.push_back({rank,
                              {same_door ? CureKind::match_protection : CureKind::other_fetching,
                               std::move(settings)}});
        }
    }
    std::ranges::stable_sort(ranked, {}, [](const auto& each) { return each.first; });
    std::vector<Change> changes;
    changes.reserve(ranked.size());
    for (auto& each : ranked)
        changes.push_back(std::move(each.second));
    return changes;
}

std::vector<Change> own_changes(const Scenario& scenario, const MailProgram& program, bool fetching)
{
    const SettingGroup account = fetching ? SettingGroup::fetch : SettingGroup::client;
    std::vector<Change> safe;
    std::vector<Change> readable;
    for (const Setting& setting : scenario::settings_of(scenario)) {
        const bool own_rule = stands_at(setting.is, program.host, scenario);
        const bool active_fault = setting.is.group == SettingGroup::fault && setting.value != "off";
        const bool own_account =
            setting.is.group == account || setting.key == client_setting("line");
        if (!own_account && !own_rule && !active_fault) continue;
        std::vector<std::string> values =
            setting.choices.empty() ? values_for(setting, scenario) : setting.choices;
        if (active_fault || own_rule) values = {"off"};
        for (std::string& value : values) {
            if (value == setting.value) continue;
            const CureKind kind = kind_of(setting.is, value);
            const bool weak = kind == CureKind::without_protection ||
                              value == name_of(Protection::starttls_if_available);
            (weak ? readable : safe).push_back({kind, {{setting.key, std::move(value)}}});
        }
    }
    safe.insert(safe.end(), readable.begin(), readable.end());
    return safe;
}

std::vector<Change>
changes_of_others(const Scenario& scenario, const MailProgram& program, HostId first)
{
    const scenario::Host* host = host_at(first, scenario);
    std::vector<Change> near;
    std::vector<Change> rest;
    for (const Setting& setting : scenario::settings_of(scenario)) {
        const bool is_rule = setting.is.group == SettingGroup::rule;
        if (!is_rule && setting.is.group != SettingGroup::server) continue;
        if (stands_at(setting.is, program.host, scenario)) continue;
        const bool is_near = host != nullptr && (setting.is.host == host->key ||
                                                 stands_at(setting.is, host->key, scenario));
        const std::vector<std::string> values =
            is_rule ? std::vector<std::string>{"off"} : setting.choices;
        for (const std::string& value : values) {
            if (value == setting.value || gives_up_protection(setting.is, value)) continue;
            (is_near ? near : rest)
                .push_back({setting.is.name == "certificate" ? CureKind::renew_certificate
                                                             : CureKind::operators_change,
                            {{setting.key, value}}});
        }
    }
    near.insert(near.end(), rest.begin(), rest.end());
    return near;
}

} // namespace sim::explain
