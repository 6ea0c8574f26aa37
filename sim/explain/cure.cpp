#include "sim/explain/cure.h"

#include "sim/explain/card_messages.h"
#include "sim/explain/nouns.h"
#include "sim/explain/reach.h"
#include "sim/sasl/mechanism.h"
#include "sim/scenario/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace sim::explain {

namespace {

using scenario::AccountSettings;
using scenario::AuthChoice;
using scenario::MailProgram;
using scenario::MailServer;
using scenario::Protection;
using scenario::Scenario;
using scenario::SmtpListener;
using scenario::TlsMode;
using scenario::TokenKind;
using scenario::User;

constexpr std::uint16_t submission_port = 587;
constexpr std::uint16_t submissions_port = 465;

Protection protection_for(TlsMode mode)
{
    switch (mode) {
    case TlsMode::starttls:
        return Protection::starttls;
    case TlsMode::implicit:
        return Protection::tls;
    case TlsMode::none:
        break;
    }
    return Protection::none;
}

bool have_version_in_common(const auto& server, const AccountSettings& account)
{
    return server.tls_max >= account.tls_min && account.tls_max >= server.tls_min;
}

// One way to hand a mail in: a listener of a server that would take it from this program.
struct Way {
    AccountSettings account;
    bool with_auth = false;
    bool same_server = false;

    // Best first: one's own server with TLS and AUTH, 587 before 465, then the ISP's server.
    [[nodiscard]] auto rank() const
    {
        const int port_rank = account.port == submission_port    ? 0
                              : account.port == submissions_port ? 1
                                                                 : 2;
        const bool encrypted = account.protection != Protection::none;
        return std::tuple{!same_server, !with_auth, !encrypted, port_rank, account.port};
    }
};

class Ways {
public:
    Ways(const Scenario& scenario, const MailProgram& program)
        : scenario_{scenario},
          program_{program},
          host_{host_called(program.host, scenario)},
          account_{*program.sending}
    {
    }

    // The best way that is not the present one; nothing when there is none.
    [[nodiscard]] std::optional<Way> best() const
    {
        std::optional<Way> best;
        for (const MailServer& server : scenario_.mail_servers) {
            for (const SmtpListener& listener : server.listeners) {
                std::optional<Way> way = way_over(server, listener);
                if (way && (!best || way->rank() < best->rank())) best = std::move(way);
            }
        }
        return best;
    }

private:
    [[nodiscard]] std::optional<Way> way_over(const MailServer& server,
                                              const SmtpListener& listener) const
    {
        const HostId to = host_called(server.host, scenario_);
        if (way_between(host_, to, scenario_).empty()) return std::nullopt;
        if (rule_that_stops(host_, to, listener.port, scenario_)) return std::nullopt;
        const bool trusted_certificate = server.certificate == scenario::CertificateKind::good;
        if (listener.tls == TlsMode::implicit && !trusted_certificate) return std::nullopt;

        Way way;
        way.account = account_;
        way.account.server = server.host;
        way.account.port = listener.port;
        if (listener.tls != TlsMode::none && !have_version_in_common(server, account_))
            return std::nullopt;
        way.account.protection =
            trusted_certificate ? protection_for(listener.tls) : Protection::none;
        way.same_server = server.host == account_.server;
        if (!sign_in(way, server, listener) && !come_as_customer(way, server, listener))
            return std::nullopt;
        if (is_present(way.account)) return std::nullopt;
        return way;
    }

    // With a name and password that this server knows, never over a line that is not encrypted.
    bool sign_in(Way& way, const MailServer& server, const SmtpListener& listener) const
    {
        if (listener.auth.empty() || way.account.protection == Protection::none) return false;
        const bool tokens_only = std::ranges::all_of(listener.auth, sasl::uses_token);
        const User* user = user_of(server, tokens_only);
        if (user == nullptr) return false;
        way.with_auth = true;
        way.account.user = user->name;
        if (!tokens_only) way.account.password = user->password;
        way.account.token = TokenKind::good;
        if (!is_offered(account_.auth, listener)) way.account.auth = offered_way(listener);
        return true;
    }

    // Without one, where the server sends on for this line's customers.
    bool come_as_customer(Way& way, const MailServer& server, const SmtpListener& listener) const
    {
        if (listener.require_auth) return false;
        if (listener.require_tls && way.account.protection == Protection::none) return false;
        const std::optional<Ipv4> address = address_of(host_, scenario_);
        if (!address) return false;
        way.account.auth = AuthChoice::none;
        return std::ranges::any_of(server.relay_for, [&](const std::string& key) {
            return is_meant(key, *address, scenario_);
        });
    }

    // Whose name and password the program has, or, when it has none, whose address it has.
    [[nodiscard]] const User* user_of(const MailServer& server, bool tokens_only) const
    {
        for (const User& user : server.users) {
            const bool may_send_as =
                std::ranges::find(user.addresses, program_.address) != user.addresses.end();
            const bool knows =
                user.name == account_.user && (tokens_only || user.password == account_.password);
            if (may_send_as && (knows || account_.user.empty())) return &user;
        }
        return nullptr;
    }

    // With the password if it can be; else with a token, which whoever has the account can get.
    static AuthChoice offered_way(const SmtpListener& listener)
    {
        const auto offers = [&](Mechanism mechanism) {
            return std::ranges::find(listener.auth, mechanism) != listener.auth.end();
        };
        if (!std::ranges::all_of(listener.auth, sasl::uses_token)) return AuthChoice::automatic;
        return offers(Mechanism::oauthbearer) ? AuthChoice::oauthbearer : AuthChoice::xoauth2;
    }

    static bool is_offered(AuthChoice choice, const SmtpListener& listener)
    {
        const auto offers = [&](Mechanism mechanism) {
            return std::ranges::find(listener.auth, mechanism) != listener.auth.end();
        };
        switch (choice) {
        case AuthChoice::none:
            return false;
        case AuthChoice::automatic:
            return !std::ranges::all_of(listener.auth, sasl::uses_token);
        case AuthChoice::plain:
            return offers(Mechanism::plain);
        case AuthChoice::login:
            return offers(Mechanism::login);
        case AuthChoice::cram_md5:
            return offers(Mechanism::cram_md5);
        case AuthChoice::scram_sha_256:
            return offers(Mechanism::scram_sha_256);
        case AuthChoice::xoauth2:
            return offers(Mechanism::xoauth2);
        case AuthChoice::oauthbearer:
            return offers(Mechanism::oauthbearer);
        }
        return false;
    }

    [[nodiscard]] bool is_present(const AccountSettings& other) const
    {
        return other.server == account_.server && other.port == account_.port &&
               other.protection == account_.protection && other.auth == account_.auth &&
               other.user == account_.user && other.password == account_.password;
    }

    const Scenario& scenario_;
    const MailProgram& program_;
    HostId host_;
    const AccountSettings& account_;
};

using Settings = std::vector<std::pair<std::string, std::string>>;

// What has to be changed, in the order in which an account dialog asks for it.
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

CureKind kind_of(const Way& way, const AccountSettings& now)
{
    if (!way.with_auth) return CureKind::own_isp_relay;
    if (way.same_server && way.account.port == now.port) {
        if (way.account.protection != now.protection) {
            return now.protection == Protection::none ||
                           now.protection == Protection::starttls_if_available
                       ? CureKind::turn_on_tls
                       : CureKind::match_protection;
        }
        return CureKind::turn_on_auth;
    }
    if (!way.same_server) return CureKind::correct_server;
    return way.account.protection == Protection::tls ? CureKind::submit_tls
                                                     : CureKind::submit_starttls;
}

Cure by_another_way(const MailProgram& program, const Scenario& scenario)
{
    const std::optional<Way> way = Ways{scenario, program}.best();
    if (!way) return Cure{};
    return Cure{kind_of(*way, *program.sending),
                difference(*program.sending, way->account, SettingGroup::client)};
}

// ---- fetching ---------------------------------------------------------------------------------

Cure by_another_fetch(const MailProgram& program, const Scenario& scenario)
{
    const AccountSettings& now = *program.fetching;
    const HostId host = host_called(program.host, scenario);
    std::optional<std::tuple<bool, bool, std::uint16_t>> best_rank;
    Cure best;
    for (const scenario::PopServer& server : scenario.pop_servers) {
        const HostId to = host_called(server.host, scenario);
        const bool known = std::ranges::any_of(server.users, [&](const User& user) {
            return user.name == now.user && user.password == now.password;
        });
        const bool trusted = server.certificate == scenario::CertificateKind::good;
        if (!known || !trusted || way_between(host, to, scenario).empty()) continue;
        for (const scenario::PopListener& listener : server.listeners) {
            AccountSettings then = now;
            then.server = server.host;
            then.port = listener.port;
            then.protection = protection_for(listener.tls);
            Settings settings = difference(now, then, SettingGroup::fetch);
            if (settings.empty() || listener.tls == TlsMode::none) continue;
            if (!have_version_in_common(server, now)) continue;
            if (rule_that_stops(host, to, listener.port, scenario)) continue;
            const std::tuple rank{
                server.host != now.server, listener.port != now.port, listener.port};
            if (best_rank && *best_rank <= rank) continue;
            best_rank = rank;
            const bool same_door = server.host == now.server && listener.port == now.port;
            best = Cure{same_door ? CureKind::match_protection : CureKind::other_fetching,
                        std::move(settings)};
        }
    }
    return best;
}

// ---- by what stopped it -----------------------------------------------------------------------

Cure for_reason(SmtpReason reason)
{
    switch (reason) {
    case SmtpReason::auth_failed:
    case SmtpReason::auth_too_many_failures:
        return {CureKind::check_password, {}};
    case SmtpReason::login_paused:
        return {CureKind::wait_out_pause, {}};
    case SmtpReason::recipient_unknown:
    case SmtpReason::bad_forward_path:
    case SmtpReason::space_before_path:
    case SmtpReason::path_without_brackets:
    case SmtpReason::local_part_needs_quotes:
    case SmtpReason::bad_reverse_path:
    case SmtpReason::sender_not_yours:
    case SmtpReason::sender_domain_takes_no_mail:
    case SmtpReason::recipient_domain_takes_no_mail:
        return {CureKind::check_address, {}};
    case SmtpReason::message_too_big:
        return {CureKind::smaller_message, {}};
    case SmtpReason::mailbox_full:
    case SmtpReason::temporary_trouble:
    case SmtpReason::too_many_recipients:
    case SmtpReason::overloaded:
    case SmtpReason::idle_too_long:
        return {CureKind::wait, {}};
    default:
        return {};
    }
}

// A refusal that has to do with how the mail was handed in, not with the mail itself.
bool is_about_the_way(SmtpReason reason)
{
    switch (reason) {
    case SmtpReason::auth_required:
    case SmtpReason::auth_needs_tls:
    case SmtpReason::auth_unknown_mechanism:
    case SmtpReason::tls_required:
    case SmtpReason::tls_unavailable:
    case SmtpReason::relay_denied:
    case SmtpReason::refused_by_policy:
    case SmtpReason::spoke_tls:
    case SmtpReason::talked_out_of_turn:
    case SmtpReason::not_offered:
        return true;
    default:
        return false;
    }
}

bool is_about_the_way(Obstacle obstacle)
{
    switch (obstacle) {
    case Obstacle::op25b:
    case Obstacle::ip25b:
    case Obstacle::firewall:
    case Obstacle::port_closed:
    case Obstacle::no_route:
    case Obstacle::silence:
    case Obstacle::name_unknown:
    case Obstacle::certificate:
    case Obstacle::tls:
    case Obstacle::tls_not_offered:
    case Obstacle::wrong_protection:
    case Obstacle::auth_not_offered:
    case Obstacle::would_reveal_password:
    case Obstacle::connection_lost:
    case Obstacle::reply_late:
        return true;
    default:
        return false;
    }
}

// Only its operator can do that; in the lesson the learner may.
Cure with_a_good_certificate(const MailProgram& program, bool fetching)
{
    const AccountSettings& account = fetching ? *program.fetching : *program.sending;
    return {CureKind::renew_certificate, {{server_setting(account.server, "certificate"), "good"}}};
}

// TLS 1.2 is still safe (RFC 9325 §3.1.1): whoever asks for more can give way.
Cure by_accepting_older_tls(bool fetching)
{
    return {CureKind::accept_older_tls,
            {{fetching ? fetch_setting("tls_min") : client_setting("tls_min"),
              std::string{name_of(scenario::TlsVersion::v1_2)}}}};
}

// An old program becomes a new one.
Cure by_newer_program(bool fetching)
{
    return {CureKind::speak_newer_tls,
            {{fetching ? fetch_setting("tls_max") : client_setting("tls_max"),
              std::string{name_of(scenario::TlsVersion::v1_3)}}}};
}

// A rule that stands on the sender's own PC is the sender's own to open.
std::optional<Cure> by_opening_own_rule(const WhyCard& card, const Scenario& scenario)
{
    const scenario::FirewallRule* rule = rule_at(card.rule, scenario);
    if (rule == nullptr || card.who != card.sender) return std::nullopt;
    return Cure{CureKind::switch_rule, {{rule_setting(rule->key), "off"}}};
}

bool fetches_at(const std::string& host, std::uint16_t port, const Scenario& scenario)
{
    return std::ranges::any_of(scenario.pop_servers, [&](const scenario::PopServer& server) {
        return server.host == host &&
               std::ranges::count(server.listeners, port, &scenario::PopListener::port) > 0;
    });
}

// A server outside the world, that a program of ours has called.
bool is_real(const std::string& server, const Scenario& scenario)
{
    const auto is_at = [&](const auto& servers) {
        return std::ranges::any_of(servers, [&](const auto& each) { return each.host == server; });
    };
    return host_called(server, scenario).exists() && !is_at(scenario.mail_servers) &&
           !is_at(scenario.pop_servers);
}

bool may_pass_by_itself(Obstacle obstacle)
{
    return obstacle == Obstacle::connection_lost || obstacle == Obstacle::reply_late ||
           obstacle == Obstacle::silence;
}

// RFC 8446 §6.2: bad_certificate, unsupported_, _revoked, _expired, _unknown and unknown_ca.
bool is_about_certificate(const Event& event)
{
    const auto* failed = std::get_if<TlsFailed>(&event.what);
    if (failed == nullptr) return false;
    return (failed->alert >= 42 && failed->alert <= 46) || failed->alert == 48;
}

// The event of a fault says by which setting it was switched on.
Cure by_switching_fault_off(const Event& event, const Trace& trace)
{
    const auto setting = parse_assignment(trace.view(std::get<FaultInjected>(event.what).detail));
    if (!setting) return {};
    return {CureKind::switch_fault, {{setting->key, "off"}}};
}

} // namespace

const Cure& Cures::another_way(const MailProgram& program, bool fetching)
{
    const auto [found, is_new] = ways_.try_emplace({program.key, fetching});
    if (is_new) {
        found->second =
            fetching ? by_another_fetch(program, scenario_) : by_another_way(program, scenario_);
    }
    return found->second;
}

Cure Cures::for_program(const WhyCard& card, const MailProgram& program, bool fetching)
{
    if (auto cure = by_opening_own_rule(card, scenario_)) return *cure;
    if (card.obstacle == Obstacle::program_too_old) return by_newer_program(fetching);
    if (card.pop3_reason == Pop3Reason::login_failed ||
        card.pop3_reason == Pop3Reason::too_many_failures)
        return {CureKind::check_password, {}};
    if (card.pop3_reason == Pop3Reason::login_paused) return {CureKind::wait_out_pause, {}};
    if (card.pop3_reason == Pop3Reason::mailbox_locked) return {CureKind::wait, {}};
    if (card.flaw && is_token_flaw(*card.flaw) && *card.flaw != AuthFlaw::token_wrong_user)
        return {CureKind::new_token,
                {{client_setting("token"), std::string{name_of(TokenKind::good)}}}};
    if (card.reason) {
        Cure cure = for_reason(*card.reason);
        if (cure.kind != CureKind::ask_operator || !is_about_the_way(*card.reason)) return cure;
    } else if (!is_about_the_way(card.obstacle) && !card.pop3_reason) {
        return card.obstacle == Obstacle::name_server_silent ||
                       card.obstacle == Obstacle::name_server_failed
                   ? Cure{CureKind::wait, {}}
                   : Cure{};
    }
    const AccountSettings& account = fetching ? *program.fetching : *program.sending;
    if (card.tls == TlsFailure::version_refused && account.tls_min > scenario::TlsVersion::v1_2)
        return by_accepting_older_tls(fetching);
    if (is_real(account.server, scenario_)) return for_real_server(card, account);
    if (card.obstacle == Obstacle::certificate) return with_a_good_certificate(program, fetching);
    Cure cure = another_way(program, fetching);
    if (cure.settings.empty() && may_pass_by_itself(card.obstacle)) cure.kind = CureKind::wait;
    return cure;
}

// Nothing is known of it but what it has said.
Cure Cures::for_real_server(const WhyCard& card, const AccountSettings& account) const
{
    if (card.obstacle == Obstacle::certificate) {
        const auto* hit = std::get_if<HitCertificate>(&card.hit);
        const bool unknown = hit != nullptr && hit->verdict == CertificateVerdict::unknown_issuer;
        return {unknown ? CureKind::trust_issuer : CureKind::renew_certificate, {}};
    }
    const bool no_login = card.obstacle == Obstacle::auth_not_offered ||
                          card.obstacle == Obstacle::would_reveal_password;
    if (no_login && account.protection == Protection::none &&
        has_offered_starttls(trace_.at(card.stopped).connection))
        return {CureKind::turn_on_tls, {}};
    return {may_pass_by_itself(card.obstacle) ? CureKind::wait : CureKind::ask_operator, {}};
}

bool Cures::has_offered_starttls(ConnectionId connection) const
{
    for (std::size_t i = 0; i < trace_.size(); ++i) {
        const auto* reply = std::get_if<SmtpReply>(&trace_[i].what);
        if (reply != nullptr && trace_[i].connection == connection && reply->to == SmtpVerb::ehlo &&
            trace_.view(reply->line.bytes).find("STARTTLS") != std::string_view::npos)
            return true;
    }
    return false;
}

// As for a mail program of ours that is set up as the real one was seen to be.
Cure Cures::for_outside(const WhyCard& card, const MailProgram& program)
{
    if (card.tls == TlsFailure::peer_alert && is_about_certificate(trace_.at(card.outcome)))
        return {CureKind::trust_authority, {}};
    const HostId to = host_at(card.outside->address, scenario_);
    const scenario::Host* server = host_at(to, scenario_);
    if (server == nullptr) return {};
    const bool fetching = fetches_at(server->key, card.outside->port, scenario_);
    MailProgram seen = program;
    auto& account = fetching ? seen.fetching : seen.sending;
    if (!account) return {};
    const auto* reply = std::get_if<SmtpReply>(&trace_.at(card.outcome).what);
    seen.key = fmt::format("{} {}", server->key, card.outside->port);
    account->server = server->key;
    account->port = card.outside->port;
    account->protection =
        reply != nullptr && reply->encrypted ? Protection::starttls : Protection::none;
    if (!fetching) {
        account->auth = AuthChoice::none;
        account->user.clear();
        account->password.clear();
    }
    return for_program(card, seen, fetching);
}

Cure Cures::of(const WhyCard& card)
{
    if (card.fault.exists()) return by_switching_fault_off(trace_.at(card.fault), trace_);
    const Kind how = trace_.at(card.outcome).kind();
    if (how == Kind::mail_deferred) return {CureKind::wait, {}};
    if (how == Kind::mail_bounced) {
        if (card.reason) return for_reason(*card.reason);
        return Cure{card.obstacle == Obstacle::name_unknown ? CureKind::check_address
                                                            : CureKind::ask_operator,
                    {}};
    }
    const MailProgram* program = program_at(card.sender, scenario_);
    if (program == nullptr) return {};
    if (card.outside) return for_outside(card, *program);
    const bool fetching = how == Kind::fetch_finished;
    // The dotted keys reach the accounts of these programs only.
    const bool can_be_set = fetching ? program->fetching.has_value()
                                     : program->sending && program->key == scenario_.client;
    if (!can_be_set) return {};
    return for_program(card, *program, fetching);
}

} // namespace sim::explain
