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
    if (server.listeners.empty()) c.reading.add(path + ".port", "the server answers on no port");
    for (const SmtpListener& listener : server.listeners) {
        const std::string here = fmt::format("{}.port.{}", path, listener.port);
        if (listener.tls == TlsMode::none && listener.require_tls)
            c.reading.add(here + ".require_tls", "there is no TLS to require: tls is \"none\"");
        if (listener.require_auth && listener.auth.empty())
            c.reading.add(here + ".require_auth", "there is nothing to log in with: auth is empty");
        if (!server.tokens && std::ranges::any_of(listener.auth, sasl::uses_token))
            c.reading.add(here + ".auth", "nobody signs tokens for this server: tokens is missing");
    }
}

void check_users(Checking& c, const std::vector<User>& users, const std::string& path)
{
    for (const User& user : users) {
        if (user.password.empty())
            c.reading.add(join(path + ".user", user.name) + ".password", "is missing");
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
        c.reading.add(path + ".tokens.scope", "expected one word");
    if (server.tokens->lifetime < std::chrono::seconds{1})
        c.reading.add(path + ".tokens.lifetime", "expected at least 1s");
}

void check_mailboxes(Checking& c, const MailServer& server, const std::string& path)
{
    if (c.reading.problems.concern(path + ".local_domains")) return;
    for (const Mailbox& mailbox : server.mailboxes) {
        if (!has_domain(server.local_domains, domain_of(mailbox.address))) {
            c.reading.add(join(path + ".mailbox", mailbox.address),
                          fmt::format("{} is not in local_domains", domain_of(mailbox.address)));
        }
    }
    for (std::size_t i = 0; i < server.recipients.size(); ++i) {
        if (server.recipients[i].empty()) continue;
        const std::string here = fmt::format("{}.recipients[{}]", path, i + 1);
        const std::string domain = domain_of(server.recipients[i]);
        const bool has_route = std::ranges::any_of(server.routes, [&](const Route& route) {
            return route.domain == "*" || smtp::equal_ignoring_case(route.domain, domain);
        });
        if (!has_domain(server.local_domains, domain)) {
            c.reading.add(here, fmt::format("{} is not in local_domains", domain));
        } else if (!has_route) {
            c.reading.add(here, fmt::format("there is no route for {}", domain));
        }
    }
}

void check_routes(Checking& c, const MailServer& server, const std::string& path)
{
    for (const Route& route : server.routes) {
        const std::string here = join(path + ".route", route.domain);
        const MailServer* next = c.mail_server(route.host);
        if (route.host == server.host) {
            c.reading.add(here + ".host", "the server would send mail to itself");
        } else if (c.host(route.host) != nullptr && next == nullptr) {
            c.reading.add(here + ".host", fmt::format("{} has no mail server", route.host));
        } else if (next != nullptr &&
                   std::ranges::count(next->listeners, route.port, &SmtpListener::port) == 0) {
            c.reading.add(here + ".port",
                          fmt::format("{} does not answer on port {}", route.host, route.port));
        }
    }
}

// Of an account or a server.
void check_versions(Checking& c, const auto& of, const std::string& path)
{
    if (of.tls_min > of.tls_max)
        c.reading.add(path + ".tls_min", "is newer than tls_max: no version of TLS is left");
}

void check_pop(Checking& c, const PopServer& server)
{
    const std::string path = join("pop_server", server.host);
    const MailServer* mail = c.mail_server(server.host);
    if (server.listeners.empty()) c.reading.add(path + ".port", "the server answers on no port");
    if (mail == nullptr && c.host(server.host) != nullptr)
        c.reading.add(path, "there is no mail server on this host whose mailboxes it could serve");
    for (const PopListener& listener : server.listeners) {
        const std::string here = fmt::format("{}.port.{}", path, listener.port);
        if (listener.tls == TlsMode::none && listener.require_tls)
            c.reading.add(here + ".require_tls", "there is no TLS to require: tls is \"none\"");
        if (mail != nullptr &&
            std::ranges::count(mail->listeners, listener.port, &SmtpListener::port) > 0)
            c.reading.add(here, "the mail server on this host has this port");
    }
    check_users(c, server.users, path);
    check_versions(c, server, path);
    if (mail == nullptr) return;
    for (const User& user : server.users) {
        for (std::size_t i = 0; i < user.addresses.size(); ++i) {
            if (std::ranges::count(mail->mailboxes, user.addresses[i], &Mailbox::address) == 0) {
                c.reading.add(
                    fmt::format("{}.addresses[{}]", join(path + ".user", user.name), i + 1),
                    fmt::format("there is no mailbox {} on this host", user.addresses[i]));
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
    if (account->user.empty()) c.reading.add(path + ".user", "is missing: auth needs a user");
    if (account->password.empty() && !uses_token(account->auth))
        c.reading.add(path + ".password", "is missing: auth needs a password");
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
    }
    for (const PopServer& server : c.scenario.pop_servers)
        check_pop(c, server);
    for (const MailProgram& program : c.scenario.programs) {
        const std::string path = join("program", program.key);
        check_account(c, program.sending, path + ".sending");
        check_account(c, program.fetching, path + ".fetching");
        if (program.fetching && program.fetching->auth > AuthChoice::login) {
            c.reading.add(path + ".fetching.auth",
                          "POP3 logs in with USER and PASS only: expected \"automatic\"");
        }
    }
}

} // namespace sim::scenario
