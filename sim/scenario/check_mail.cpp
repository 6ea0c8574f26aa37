#include "sim/sasl/mechanism.h"
#include "sim/scenario/checks.h"
#include "sim/smtp/path.h"

#include <fmt/format.h>

#include <algorithm>

namespace sim::scenario {

namespace {

std::string domain_of(const std::string& address)
{
    return address.substr(address.rfind('@') + 1);
}

bool has_domain(const std::vector<std::string>& domains, std::string_view domain)
{
    return std::ranges::any_of(
        domains, [&](const std::string& d) { return smtp::equal_ignoring_case(d, domain); });
}

void check_listeners(Checking& c, const MailServer& server, const std::string& path)
{
    if (server.listeners.empty()) c.reading.add(path + ".port", ProblemKind::no_port);
    for (const SmtpListener& listener : server.listeners) {
        const std::string here = fmt::format("{}.port.{}", path, listener.port);
        if (listener.tls == TlsMode::none && listener.require_tls)
            c.reading.add(here + ".require_tls", ProblemKind::no_tls_to_require);
        if (listener.require_auth && listener.auth.empty())
            c.reading.add(here + ".require_auth", ProblemKind::no_login_to_require);
        if (!server.tokens && std::ranges::any_of(listener.auth, sasl::uses_token))
            c.reading.add(here + ".auth", ProblemKind::no_tokens);
    }
}

void check_users(Checking& c, const std::vector<User>& users, const std::string& path)
{
    for (const User& user : users) {
        if (user.password.empty()) {
            c.reading.add(join(path + ".user", user.name) + ".password",
                          ProblemKind::missing_password);
        }
    }
}

void check_tokens(Checking& c, const MailServer& server, const std::string& path)
{
    const bool takes_passwords = std::ranges::any_of(server.listeners, [](const auto& listener) {
        return std::ranges::any_of(listener.auth,
                                   [](Mechanism each) { return !sasl::uses_token(each); });
    });
    if (takes_passwords) check_users(c, server.users, path);
    if (!server.tokens || c.reading.problems.concern(path + ".tokens")) return;
    if (server.tokens->scope.empty() || server.tokens->scope.find(' ') != std::string::npos)
        c.reading.add(path + ".tokens.scope", ProblemKind::not_one_word);
    if (server.tokens->lifetime < std::chrono::seconds{1})
        c.reading.add(path + ".tokens.lifetime", ProblemKind::too_short_lifetime);
}

void check_mailboxes(Checking& c, const MailServer& server, const std::string& path)
{
    if (c.reading.problems.concern(path + ".local_domains")) return;
    for (const Mailbox& mailbox : server.mailboxes) {
        if (!has_domain(server.local_domains, domain_of(mailbox.address))) {
            c.reading.add(join(path + ".mailbox", mailbox.address),
                          ProblemKind::not_a_local_domain,
                          {{"domain", domain_of(mailbox.address)}});
        }
    }
    for (std::size_t i = 0; i < server.recipients.size(); ++i) {
        if (server.recipients[i].empty()) continue;
        const std::string here = fmt::format("{}.recipients[{}]", path, i + 1);
        const std::string domain = domain_of(server.recipients[i]);
        const bool has_route = std::ranges::any_of(server.routes, [&](const Route& route) {
            return route.enabled &&
                   (route.domain == "*" || smtp::equal_ignoring_case(route.domain, domain));
        });
        if (!has_domain(server.local_domains, domain)) {
            c.reading.add(here, ProblemKind::not_a_local_domain, {{"domain", domain}});
        } else if (!has_route) {
            c.reading.add(here, ProblemKind::no_route, {{"domain", domain}});
        }
    }
}

// A password is for the next server alone.
void check_login(Checking& c, const Route& route, const std::string& path)
{
    if (route.user.empty() && !route.password.empty())
        c.reading.add(path + ".user", ProblemKind::route_without_user);
    if (route.user.empty()) return;
    if (route.password.empty())
        c.reading.add(path + ".password", ProblemKind::route_without_password);
    const Protection protection = protection_of(route);
    if (protection == Protection::none || protection == Protection::starttls_if_available)
        c.reading.add(path + ".protection", ProblemKind::route_login_in_clear);
}

void check_routes(Checking& c, const MailServer& server, const std::string& path)
{
    for (const Route& route : server.routes) {
        const std::string here = join(path + ".route", route.domain);
        check_login(c, route, here);
        const MailServer* next = c.mail_server(route.host);
        if (route.host == server.host) {
            c.reading.add(here + ".host", ProblemKind::route_to_itself);
        } else if (c.host(route.host) != nullptr && next == nullptr) {
            c.reading.add(here + ".host", ProblemKind::no_mail_server, {{"host", route.host}});
        } else if (next != nullptr &&
                   std::ranges::count(next->listeners, route.port, &SmtpListener::port) == 0) {
            c.reading.add(here + ".port",
                          ProblemKind::port_not_answered,
                          {{"host", route.host}, {"port", std::to_string(route.port)}});
        }
    }
}

// Of an account or a server.
void check_versions(Checking& c, const auto& of, const std::string& path)
{
    if (of.tls_min > of.tls_max) c.reading.add(path + ".tls_min", ProblemKind::no_version_left);
}

void check_pop(Checking& c, const PopServer& server)
{
    const std::string path = join("pop_server", server.host);
    const MailServer* mail = c.mail_server(server.host);
    if (server.listeners.empty()) c.reading.add(path + ".port", ProblemKind::no_port);
    if (mail == nullptr && c.host(server.host) != nullptr)
        c.reading.add(path, ProblemKind::pop_without_mail_server);
    for (const PopListener& listener : server.listeners) {
        const std::string here = fmt::format("{}.port.{}", path, listener.port);
        if (listener.tls == TlsMode::none && listener.require_tls)
            c.reading.add(here + ".require_tls", ProblemKind::no_tls_to_require);
        if (mail != nullptr &&
            std::ranges::count(mail->listeners, listener.port, &SmtpListener::port) > 0)
            c.reading.add(here, ProblemKind::port_taken);
    }
    check_users(c, server.users, path);
    check_versions(c, server, path);
    if (mail == nullptr) return;
    for (const User& user : server.users) {
        for (std::size_t i = 0; i < user.addresses.size(); ++i) {
            if (std::ranges::count(mail->mailboxes, user.addresses[i], &Mailbox::address) == 0) {
                c.reading.add(
                    fmt::format("{}.addresses[{}]", join(path + ".user", user.name), i + 1),
                    ProblemKind::no_mailbox_here,
                    {{"mailbox", user.addresses[i]}});
            }
        }
    }
}

void check_account(Checking& c,
                   const std::optional<AccountSettings>& account,
                   const std::string& path)
{
    if (account) check_versions(c, *account, path);
    if (!account || account->auth == AuthChoice::none || c.reading.problems.concern(path)) return;
    if (account->user.empty()) c.reading.add(path + ".user", ProblemKind::login_without_user);
    if (account->password.empty() && !uses_token(account->auth))
        c.reading.add(path + ".password", ProblemKind::login_without_password);
}

} // namespace

void check_mail(Checking& c)
{
    for (const MailServer& server : c.scenario.mail_servers) {
        const std::string path = join("mail_server", server.host);
        check_listeners(c, server, path);
        check_mailboxes(c, server, path);
        check_tokens(c, server, path);
        check_routes(c, server, path);
        check_versions(c, server, path);
        for (const Signing& signing : server.signings) {
            if (!zone_around(c.scenario, signing.domain).empty()) continue;
            c.reading.add(join(path + ".signing", signing.selector) + ".domain",
                          ProblemKind::no_zone_for_key,
                          {{"domain", signing.domain}});
        }
        const bool asks_lists = std::ranges::count(server.checks, PolicyCheck::block_list) > 0;
        if (asks_lists && server.block_lists.empty())
            c.reading.add(path + ".checks", ProblemKind::no_block_list);
        const bool has_pop =
            std::ranges::count(c.scenario.pop_servers, server.host, &PopServer::host) > 0;
        if (server.pop_before_smtp > Duration{0} && !has_pop)
            c.reading.add(path + ".pop_before_smtp", ProblemKind::no_pop_server);
    }
    for (const PopServer& server : c.scenario.pop_servers)
        check_pop(c, server);
    for (const MailProgram& program : c.scenario.programs) {
        const std::string path = join("program", program.key);
        check_account(c, program.sending, path + ".sending");
        check_account(c, program.fetching, path + ".fetching");
        if (program.fetching && program.fetching->auth > AuthChoice::login) {
            c.reading.add(path + ".fetching.auth", ProblemKind::not_for_pop3);
        }
    }
}

} // namespace sim::scenario
