#include "sim/world_build.h"

#include "sim/auth/dkim_sign.h"
#include "sim/core/assert.h"
#include "sim/core/rng.h"
#include "sim/sasl/digest.h"
#include "sim/world_lists.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sim::build {

namespace {

dns::Name dns_name(std::string_view text)
{
    if (text.empty()) return {};
    const auto name = dns::parse_name(text);
    SIM_ASSERT(name.has_value()); // the loader has checked it
    return *name;
}

dns::Zone zone(const scenario::DnsZone& from, const std::string& host)
{
    const dns::Name origin = dns_name(from.origin);
    dns::SoaRecord soa;
    soa.primary = dns_name(host);
    soa.contact = dns_name("hostmaster." + from.origin);
    dns::Zone made{origin, soa};
    for (const scenario::DnsRecord& record : from.records) {
        const auto type = dns::parse_record_type(record.type);
        SIM_ASSERT(type.has_value());
        const auto data = dns::parse_record_data(*type, record.data);
        SIM_ASSERT(data.has_value());
        const auto ttl_s = std::chrono::duration_cast<std::chrono::seconds>(record.ttl).count();
        const auto added =
            made.add({dns_name(record.name), static_cast<std::uint32_t>(ttl_s), *data});
        SIM_ASSERT(added.has_value());
    }
    return made;
}

smtp::ServerConfig session_config(const scenario::MailServer& server,
                                  const scenario::SmtpListener& listener)
{
    smtp::ServerConfig config;
    switch (listener.role) {
    case scenario::ListenerRole::mx:
        config = smtp::mx_config(server.host);
        break;
    case scenario::ListenerRole::submission:
        config = smtp::submission_config(server.host);
        break;
    case scenario::ListenerRole::relay:
        config = smtp::relay_config(server.host);
        break;
    }
    switch (listener.tls) {
    case scenario::TlsMode::none:
        config.tls = smtp::TlsUse::absent;
        break;
    case scenario::TlsMode::starttls:
    case scenario::TlsMode::implicit:
        config.tls = listener.require_tls ? smtp::TlsUse::required : smtp::TlsUse::offered;
        break;
    }
    config.mechanisms_in_clear.clear();
    config.mechanisms_under_tls.clear();
    for (const Mechanism mechanism : listener.auth) {
        const std::string name{sasl::registered_name(mechanism)};
        config.mechanisms_under_tls.push_back(name);
        if (!listener.require_tls) config.mechanisms_in_clear.push_back(name);
    }
    config.auth_required = listener.require_auth;
    if (listener.role == scenario::ListenerRole::mx) config.greeting_delay = server.greeting_delay;
    if (server.lenient_line_ends && listener.role != scenario::ListenerRole::mx) {
        config.line_ends = smtp::LineEnds::passed_on_2022;
    } else if (server.lenient_line_ends) {
        config.line_ends = smtp::LineEnds::lenient_2022;
        config.enforce_turns = false; // nobody did, and what is smuggled cannot wait
    }
    config.extensions.pipelining = server.pipelining;
    config.limits.message_octets = server.size_limit_bytes;
    return config;
}

std::vector<mail::UserAccount> accounts(const std::vector<scenario::User>& users)
{
    std::vector<mail::UserAccount> all;
    all.reserve(users.size());
    for (const scenario::User& user : users)
        all.push_back({user.name, user.password, user.addresses});
    return all;
}

// What the mechanisms that a server offers have it keep.
SecretKept kept_by(const scenario::MailServer& server)
{
    SecretKept kept = SecretKept::nothing;
    for (const scenario::SmtpListener& listener : server.listeners) {
        for (const Mechanism mechanism : listener.auth) {
            if (mechanism == Mechanism::cram_md5) return SecretKept::password;
            if (!sasl::uses_token(mechanism)) kept = SecretKept::salted_keys;
        }
    }
    return kept;
}

// 32 octets that the one who signs keeps to himself.
std::string signing_seed(std::uint64_t seed, std::string_view whose)
{
    Rng chance = rng_stream(seed, fmt::format("tokens/{}", whose));
    std::array<std::uint8_t, 32> octets{};
    chance.fill(octets);
    return {octets.begin(), octets.end()};
}

std::string issuer_url(const scenario::TokenIssuer& issuer)
{
    return fmt::format("https://{}", issuer.name);
}

sasl::TokenRules token_rules(const scenario::MailServer& server, std::uint64_t seed)
{
    const scenario::TokenIssuer& issuer = *server.tokens;
    return {issuer_url(issuer),
            server.host,
            issuer.scope,
            sasl::ed25519_public_key(signing_seed(seed, issuer.name))};
}

} // namespace

mail::TokenGrant grant(const scenario::MailServer& server,
                       const std::string& user,
                       scenario::TokenKind kind,
                       std::uint64_t seed)
{
    const scenario::TokenIssuer& issuer = *server.tokens;
    mail::TokenGrant grant;
    grant.claims = {issuer_url(issuer), user, server.host, issuer.scope, {}, {}};
    grant.signing_seed = signing_seed(seed, issuer.name);
    grant.lifetime = issuer.lifetime;
    switch (kind) {
    case scenario::TokenKind::good:
        break;
    case scenario::TokenKind::expired: // an hour ago, when it is good for one
        grant.age = 2 * issuer.lifetime;
        break;
    case scenario::TokenKind::wrong_audience: // mail.kumo.example -> calendar.kumo.example
        grant.claims.audience = fmt::format(
            "calendar{}", server.host.substr(std::min(server.host.find('.'), server.host.size())));
        break;
    case scenario::TokenKind::wrong_scope:
        grant.claims.scope = "calendar.read";
        break;
    case scenario::TokenKind::bad_signature:
        grant.signing_seed = signing_seed(seed, "somebody else");
        break;
    }
    return grant;
}

namespace {

std::string certificate_fault(scenario::CertificateKind kind)
{
    if (kind == scenario::CertificateKind::good) return {};
    return std::string{name_of(kind)};
}

std::vector<Duration> default_retry()
{
    return {15min, 30min, 1h, 2h, 4h};
}

} // namespace

mail::MachineConfig
machine_config(const scenario::Index& index, HostId id, const scenario::Host& host)
{
    mail::MachineConfig config;
    config.host = id;
    config.name = host.key;
    config.addresses = index.addresses_of(host);
    config.resolver = host.resolver;
    if (const auto* line = index.line_of(host); line != nullptr && !config.resolver)
        config.resolver = line->resolver;
    config.dns_schedule =
        host.system == scenario::System::windows ? dns::windows_schedule() : dns::linux_schedule();
    return config;
}

namespace {

const auth::DkimPrivateKey& key_of(const scenario::Signing& signing, const KeySource& keys)
{
    return keys.dkim.of(
        keys.seed, signing.key, auth::key_record_name(signing.domain, signing.selector));
}

// The public halves of those that sign for a domain of this zone. Two servers may share one.
void add_keys(dns::Zone& zone,
              const scenario::Scenario& scenario,
              const std::string& origin,
              const KeySource& keys)
{
    constexpr std::uint32_t ttl_s = 3600;
    for (const scenario::MailServer& server : scenario.mail_servers) {
        using enum mail::SigningWay;
        if (server.signing_way == off || server.signing_way == no_record) continue;
        for (const scenario::Signing& signing : server.signings) {
            if (scenario::zone_around(scenario, signing.domain) != origin) continue;
            const std::string record = server.signing_way == revoked
                                           ? auth::revoked_record(signing.key)
                                           : auth::key_record(key_of(signing, keys));
            (void)zone.add({dns_name(auth::key_record_name(signing.domain, signing.selector)),
                            ttl_s,
                            dns::make_txt(record)});
        }
    }
}

mail::SigningConfig signing_config(const scenario::MailServer& from, const KeySource& keys)
{
    mail::SigningConfig config;
    config.way = from.signing_way;
    if (config.way == mail::SigningWay::off) return config;
    for (const scenario::Signing& signing : from.signings) {
        scenario::Signing with = signing;
        if (config.way == mail::SigningWay::wrong_key) with.selector += " another";
        config.keys.push_back(
            mail::SigningKey{signing.domain, signing.selector, key_of(with, keys)});
    }
    return config;
}

} // namespace

dns::Server name_server(const scenario::Scenario& scenario,
                        const scenario::Index& index,
                        const scenario::NameServer& from,
                        const KeySource& keys)
{
    dns::Server server;
    for (const scenario::DnsZone& z : from.zones) {
        dns::Zone made = zone(z, from.host);
        add_keys(made, scenario, z.origin, keys);
        server.add_zone(std::move(made));
    }
    for (const scenario::BlockList& list : scenario.block_lists)
        if (list.host == from.host) server.add_zone(block_list_zone(scenario, index, list));
    return server;
}

dns::ResolverConfig recursion(const scenario::NameServer& from)
{
    dns::ResolverConfig config;
    config.schedule = dns::recursive_schedule();
    for (const scenario::NameServer::Forward& forward : from.forwards)
        config.forwards.push_back({dns_name(forward.suffix), {forward.server}});
    return config;
}

namespace {

// Strangers come to mx ports, users and mail for elsewhere to the others.
bool belongs_on(const scenario::SmtpListener& listener,
                PolicyCheck check,
                const scenario::MailServer& server)
{
    if (listener.role == scenario::ListenerRole::mx) return auth::is_for_strangers(check);
    if (check == PolicyCheck::block_list && !server.lists_at_submission) return false;
    return auth::is_for_users(check);
}

auth::CheckConfig check_config(const scenario::Scenario& scenario,
                               const scenario::Index& index,
                               const scenario::MailServer& from)
{
    auth::CheckConfig config;
    config.dynamic_networks = networks(scenario, index, from.dynamic_networks);
    for (const std::string& domain : from.block_lists) {
        const auto list =
            std::ranges::find(scenario.block_lists, domain, &scenario::BlockList::domain);
        SIM_ASSERT(list != scenario.block_lists.end()); // the loader has checked it
        auth::BlockList& asked = config.block_lists.emplace_back(auth::BlockList{domain});
        for (const scenario::BlockList::Entry& entry : list->entries)
            asked.meanings[code_of(entry)] = entry.meaning;
    }
    config.lists_at_submission = from.lists_at_submission;
    config.rate = from.rate;
    config.account_rate = from.account_rate;
    return config;
}

} // namespace

mail::MtaConfig mta(const scenario::Scenario& scenario,
                    const scenario::Index& index,
                    const scenario::MailServer& from,
                    const std::shared_ptr<const tls::ServerConfig>& tls,
                    const KeySource& keys)
{
    mail::MtaConfig config;
    config.hostname = from.host;
    for (const scenario::SmtpListener& listener : from.listeners) {
        mail::MtaListener made;
        made.port = listener.port;
        made.inbound.session =
            std::make_shared<const smtp::ServerConfig>(session_config(from, listener));
        made.inbound.tls = tls;
        made.inbound.certificate_fault = certificate_fault(from.certificate);
        made.inbound.tls_from_start = listener.tls == scenario::TlsMode::implicit;
        made.is_submission = listener.role != scenario::ListenerRole::mx;
        for (const PolicyCheck check : scenario::checks_at(from))
            if (belongs_on(listener, check, from)) made.checks.push_back(check);
        config.listeners.push_back(std::move(made));
    }
    config.local_domains = from.local_domains;
    config.routed_recipients = from.recipients;
    config.relay_for = networks(scenario, index, from.relay_for);
    if (from.open_relay) config.relay_for.push_back({Address{}, 0});
    config.relays_foreign_senders = from.relays_foreign_senders;
    config.accounts.users = accounts(from.users);
    config.accounts.kept = kept_by(from);
    if (from.tokens) config.accounts.tokens = token_rules(from, keys.seed);
    config.failed_logins.pause = from.login_pause;
    config.check_actions = scenario::actions_at(from);
    config.checks = check_config(scenario, index, from);
    config.signing = signing_config(from, keys);
    config.relay.hostname = from.host;
    for (const scenario::Route& route : from.routes) {
        if (!route.enabled) continue;
        config.relay.routes.push_back({route.domain,
                                       route.host,
                                       route.port,
                                       protection_of(route),
                                       route.user,
                                       route.password});
    }
    config.relay.retry = from.retry.empty() ? default_retry() : from.retry;
    config.relay.give_up = from.give_up;
    config.relay.keeps_line_ends = from.lenient_line_ends;
    config.relay.warn_after = 4h;
    return config;
}

mail::PopServiceConfig pop_service(const scenario::PopServer& from,
                                   std::shared_ptr<const tls::ServerConfig> tls)
{
    mail::PopServiceConfig config;
    config.hostname = from.host;
    for (const scenario::PopListener& listener : from.listeners) {
        mail::PopServiceListener made;
        made.port = listener.port;
        switch (listener.tls) {
        case scenario::TlsMode::none:
            made.tls = pop3::ServerTls::none;
            break;
        case scenario::TlsMode::starttls:
            made.tls = listener.require_tls ? pop3::ServerTls::required : pop3::ServerTls::offered;
            break;
        case scenario::TlsMode::implicit:
            made.tls = pop3::ServerTls::from_the_start;
            break;
        }
        config.listeners.push_back(made);
    }
    config.accounts.users = accounts(from.users);
    config.failed_logins.pause = from.login_pause;
    config.tls = std::move(tls);
    config.certificate_fault = certificate_fault(from.certificate);
    return config;
}

namespace {

std::vector<Mechanism> mechanisms(scenario::AuthChoice choice)
{
    using scenario::AuthChoice;
    switch (choice) {
    case AuthChoice::none:
        return {};
    case AuthChoice::automatic:
        return {Mechanism::plain, Mechanism::login, Mechanism::cram_md5, Mechanism::scram_sha_256};
    case AuthChoice::plain:
        return {Mechanism::plain};
    case AuthChoice::login:
        return {Mechanism::login};
    case AuthChoice::cram_md5:
        return {Mechanism::cram_md5};
    case AuthChoice::scram_sha_256:
        return {Mechanism::scram_sha_256};
    case AuthChoice::xoauth2:
        return {Mechanism::xoauth2};
    case AuthChoice::oauthbearer:
        return {Mechanism::oauthbearer};
    }
    return {};
}

tls::Version version(scenario::TlsVersion from)
{
    return from == scenario::TlsVersion::v1_2 ? tls::Version::tls_1_2 : tls::Version::tls_1_3;
}

} // namespace

tls::VersionRange versions(scenario::TlsVersion oldest, scenario::TlsVersion newest)
{
    return {version(oldest), version(newest)};
}

mail::Account account(const scenario::AccountSettings& from)
{
    mail::Account account;
    account.server = from.server;
    account.port = from.port;
    account.protection = from.protection;
    account.mechanisms = mechanisms(from.auth);
    account.user = from.user;
    account.password = from.password;
    account.versions = versions(from.tls_min, from.tls_max);
    return account;
}

mail::Account sending_account(const scenario::Scenario& scenario,
                              const scenario::MailProgram& program,
                              std::uint64_t seed)
{
    const scenario::AccountSettings& settings = *program.sending;
    mail::Account made = account(settings);
    const auto server =
        std::ranges::find(scenario.mail_servers, settings.server, &scenario::MailServer::host);
    if (!uses_token(settings.auth)) return made;
    if (server == scenario.mail_servers.end()) { // a real one, whose tokens real people have
        made.bearer = settings.password;
        return made;
    }
    if (!server->tokens) return made;
    // Signed in is the owner of the address, whatever name was typed into the settings.
    for (const scenario::User& user : server->users) {
        if (std::ranges::count(user.addresses, program.address) > 0)
            made.token = grant(*server, user.name, settings.token, seed);
    }
    return made;
}

tls::LeafRequest leaf_request(const std::string& host, scenario::CertificateKind kind)
{
    tls::LeafRequest request;
    request.name = host;
    const auto leaf = parse_enum<tls::LeafKind>(name_of(kind));
    SIM_ASSERT(leaf.has_value());
    request.kind = *leaf;
    return request;
}

} // namespace sim::build
