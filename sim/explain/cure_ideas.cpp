// What is tried against a stop, in what order: what is to blame, set right, and what the world has
// to offer. Whether it helps is not asked here.
#include "sim/core/one_of.h"
#include "sim/explain/card_messages.h"
#include "sim/explain/cure.h"
#include "sim/explain/nouns.h"
#include "sim/explain/reach.h"
#include "sim/scenario/settings.h"
#include "sim/world_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

namespace sim::explain {

namespace {

using scenario::AccountSettings;
using scenario::Scenario;
using scenario::TlsVersion;

// Routes for all mail over each other server that relays: with a login where it has one for
// somebody, or as a customer of the line.
std::vector<scenario::Route> routes_over_others(std::string_view server, const Scenario& scenario)
{
    std::vector<scenario::Route> with_login;
    std::vector<scenario::Route> without;
    for (const scenario::MailServer& relay : scenario.mail_servers) {
        if (relay.host == server) continue;
        for (const scenario::SmtpListener& listener : relay.listeners) {
            scenario::Route route;
            route.domain = "*";
            route.host = relay.host;
            route.port = listener.port;
            if (!listener.require_auth && !relay.relay_for.empty()) without.push_back(route);
            if (listener.auth.empty() || listener.tls == scenario::TlsMode::none) continue;
            for (const scenario::User& user : relay.users) {
                route.user = user.name;
                route.password = user.password;
                with_login.push_back(route);
            }
        }
    }
    with_login.insert(with_login.end(), without.begin(), without.end());
    return with_login;
}

} // namespace

// ---- what to try ------------------------------------------------------------------------------

Cures::Candidate Cures::idea(CureKind kind, Settings settings)
{
    Candidate made;
    made.change = {kind, std::move(settings)};
    // Whose password it is, nobody is told.
    if (kind == CureKind::check_password) made.hidden = std::exchange(made.change.settings, {});
    return made;
}

std::vector<Cures::Candidate> Cures::ideas_of(std::vector<Change> changes)
{
    std::vector<Candidate> all;
    all.reserve(changes.size());
    for (Change& change : changes)
        all.push_back(idea(change.kind, std::move(change.settings)));
    return all;
}

// What is to blame is known: that, set right.
std::vector<Cures::Candidate> Cures::first_ideas(const Case& it) const
{
    std::vector<Candidate> ideas;
    const WhyCard& card = *it.card;
    const auto add = [&](CureKind kind, Settings settings) {
        ideas.push_back(idea(kind, std::move(settings)));
    };
    if (card.fault.exists()) {
        // The event of a fault says by which setting it was switched on.
        const auto setting = parse_assignment(
            trace_.view(std::get<FaultInjected>(trace_.at(card.fault).what).detail));
        if (setting) add(CureKind::switch_fault, {{setting->key, "off"}});
    }
    const scenario::FirewallRule* rule = rule_at(card.rule, it.now);
    if (rule != nullptr && card.who == card.sender)
        add(CureKind::switch_rule, {{rule_setting(rule->key), "off"}});
    if (it.program == nullptr) return ideas;
    const AccountSettings& account = it.fetching ? *it.program->fetching : *it.program->sending;
    const auto own = it.fetching ? fetch_setting : client_setting;
    if (card.tls == TlsFailure::version_refused && account.tls_min > TlsVersion::v1_2) {
        add(CureKind::accept_older_tls, {{own("tls_min"), std::string{name_of(TlsVersion::v1_2)}}});
    }
    if (card.obstacle == Obstacle::program_too_old) {
        add(CureKind::speak_newer_tls, {{own("tls_max"), std::string{name_of(TlsVersion::v1_3)}}});
    }
    if (card.flaw && is_token_flaw(*card.flaw) && *card.flaw != AuthFlaw::token_wrong_user) {
        add(CureKind::new_token,
            {{client_setting("token"), std::string{name_of(scenario::TokenKind::good)}}});
    }
    if (card.obstacle == Obstacle::certificate) {
        add(CureKind::renew_certificate, {{server_setting(account.server, "certificate"), "good"}});
    }
    for (Candidate& login : ideas_about_login(it))
        ideas.push_back(std::move(login));
    return ideas;
}

// The password that the server knows is tried and not told.
std::vector<Cures::Candidate> Cures::ideas_about_login(const Case& it) const
{
    const WhyCard& card = *it.card;
    const CureKind advice = advice_for(card, trace_.at(card.outcome).kind());
    const bool paused = advice == CureKind::wait_out_pause;
    if (advice != CureKind::check_password && !paused) return {};
    const AccountSettings& account = it.fetching ? *it.program->fetching : *it.program->sending;
    const auto own = it.fetching ? fetch_setting : client_setting;
    std::vector<Candidate> ideas;
    const auto add_users_of = [&](const auto& servers) {
        for (const auto& server : servers) {
            if (server.host != account.server) continue;
            for (const scenario::User& user : server.users) {
                const bool owns =
                    std::ranges::find(user.addresses, it.program->address) != user.addresses.end();
                if (user.name != account.user && !owns) continue;
                Candidate login = idea(advice);
                login.again = paused;
                if (user.name != account.user) login.hidden.emplace_back(own("user"), user.name);
                if (user.password != account.password)
                    login.hidden.emplace_back(own("password"), user.password);
                ideas.push_back(std::move(login));
            }
        }
    };
    if (it.fetching) {
        add_users_of(it.now.pop_servers);
    } else {
        add_users_of(it.now.mail_servers);
    }
    return ideas;
}

// ---- the mail and its addresses ---------------------------------------------------------------

// Whom the card is about.
std::vector<std::string> Cures::whom(const Case& it) const
{
    if (!it.aim.recipients.empty()) return it.aim.recipients;
    const std::optional<std::size_t> step = step_of(it);
    return step ? it.plan.scenario->steps[*step].message.to : std::vector<std::string>{};
}

// The step of the script in which the mail is sent; of a run that was made for this, its only one.
std::optional<std::size_t> Cures::step_of(const Case& it) const
{
    if (!it.is_this_run) return 0;
    if (!it.card->mail.exists()) return std::nullopt;
    const Event* composed =
        last_of(trace_, trace_.index().of(it.card->mail), trace_.size(), [](const Event& event) {
            return event.kind() == Kind::mail_composed;
        });
    if (composed == nullptr) return std::nullopt;
    const auto step = step_behind(*composed, trace_);
    return step && *step < it.plan.scenario->steps.size() ? step : std::nullopt;
}

// A smaller mail, room in the mailbox, an address that exists.
std::vector<Cures::Candidate> Cures::ideas_about_mail(const Case& it) const
{
    const WhyCard& card = *it.card;
    const CureKind advice = advice_for(card, trace_.at(card.outcome).kind());
    const std::optional<std::size_t> step = step_of(it);
    if (!step) return {};
    if (advice == CureKind::check_address) return ideas_about_address(it);
    if (advice == CureKind::smaller_message) {
        Candidate smaller = idea(advice);
        smaller.edit_name = fmt::format("smaller {}", *step);
        smaller.edit = [step = *step](Scenario& s) {
            s.steps[step].message.eml.clear();
            s.steps[step].message.text = "...\n";
        };
        return {smaller};
    }
    if (card.reason != SmtpReason::mailbox_full) return {};
    Candidate room = idea(CureKind::make_room);
    const std::vector<std::string> full = whom(it);
    room.edit_name = fmt::format("room {}", fmt::join(full, ","));
    room.edit = [full](Scenario& s) {
        for (scenario::MailServer& server : s.mail_servers) {
            for (scenario::Mailbox& mailbox : server.mailboxes) {
                if (std::ranges::find(full, mailbox.address) != full.end()) mailbox.quota_bytes = 0;
            }
        }
    };
    return {room};
}

namespace {

std::string_view domain_of(std::string_view address)
{
    return address.substr(std::min(address.rfind('@'), address.size()));
}

// Mailboxes that somebody may have meant, likely ones first.
std::vector<std::string> addresses_like(const std::string& wrong, const Scenario& scenario)
{
    constexpr std::size_t most = 3;
    std::vector<std::string> all;
    for (const scenario::MailServer& server : scenario.mail_servers) {
        for (const scenario::Mailbox& mailbox : server.mailboxes)
            if (mailbox.address != wrong) all.push_back(mailbox.address);
    }
    const std::string near = scenario::did_you_mean(wrong, all);
    std::ranges::stable_sort(all, {}, [&](const std::string& each) {
        return each == near ? 0 : domain_of(each) == domain_of(wrong) ? 1 : 2;
    });
    // Of another domain only what is spelt alike.
    std::erase_if(all, [&](const std::string& each) {
        return each != near && domain_of(each) != domain_of(wrong);
    });
    if (all.size() > most) all.resize(most);
    return all;
}

bool is_about_sender(const WhyCard& card)
{
    return card.reason == SmtpReason::bad_reverse_path ||
           card.reason == SmtpReason::sender_domain_takes_no_mail ||
           card.reason == SmtpReason::sender_not_yours;
}

} // namespace

std::vector<Cures::Candidate> Cures::ideas_about_address(const Case& it) const
{
    const auto* program = program_at(it.aim.host, it.now);
    std::vector<Candidate> ideas;
    if (is_about_sender(*it.card)) {
        if (program == nullptr || !program->sending) return {};
        std::vector<std::string> own;
        for (const scenario::MailServer& server : it.now.mail_servers) {
            for (const scenario::User& user : server.users)
                if (user.name == program->sending->user) own = user.addresses;
        }
        if (own.empty()) own = addresses_like(program->address, it.now);
        for (std::string& address : own) {
            Candidate made = idea(CureKind::check_address);
            made.edit_name = "sender " + address;
            made.edit = [address, key = program->key](Scenario& s) {
                std::ranges::find(s.programs, key, &scenario::MailProgram::key)->address = address;
            };
            made.told.sender = std::move(address);
            ideas.push_back(std::move(made));
        }
        return ideas;
    }
    const std::vector<std::string> wrong = whom(it);
    if (wrong.empty()) return {};
    for (std::string& address : addresses_like(wrong.front(), it.now)) {
        Candidate made = idea(CureKind::check_address);
        made.edit_name = "recipient " + address;
        made.edit = [address, wrong, step = *step_of(it)](Scenario& s) {
            std::vector<std::string>& to = s.steps[step].message.to;
            const auto is_wrong = [&](const std::string& each) {
                return std::ranges::find(wrong, each) != wrong.end();
            };
            std::erase_if(to, is_wrong);
            if (std::ranges::find(to, address) == to.end()) to.push_back(address);
        };
        made.recipients = {address};
        made.told.recipient = std::move(address);
        ideas.push_back(std::move(made));
    }
    return ideas;
}

// ---- a server at home -------------------------------------------------------------------------

namespace {

// Not the mail was refused but the address that it came from.
bool is_about_line(const WhyCard& card)
{
    using enum SmtpReason;
    return card.reason == client_without_name || card.reason == dynamic_address ||
           card.reason == listed || card.reason == listed_by_policy;
}

} // namespace

// Whose own mail was stopped on its line, or at the server to which it hands all of it; nullptr
// when it is none.
const scenario::Host* Cures::home_server(const Case& it) const
{
    const Event& outcome = trace_.at(it.card->outcome);
    const bool by_server =
        outcome.kind() == Kind::mail_deferred || outcome.kind() == Kind::mail_bounced;
    const scenario::Host* host = by_server ? host_at(outcome.host, it.now) : nullptr;
    if (host == nullptr) return nullptr;
    if (it.card->obstacle == Obstacle::op25b || it.card->obstacle == Obstacle::ip25b ||
        is_about_line(*it.card))
        return host;
    const auto server =
        std::ranges::find(it.now.mail_servers, host->key, &scenario::MailServer::host);
    if (server == it.now.mail_servers.end()) return nullptr;
    const scenario::Host* who = host_at(it.card->who, it.now);
    const bool at_relay = std::ranges::any_of(server->routes, [&](const scenario::Route& route) {
        return route.domain == "*" && route.enabled && who != nullptr && route.host == who->key;
    });
    return at_relay ? host : nullptr;
}

// It hands its mail to the line's provider.
std::vector<Cures::Candidate> Cures::relays_for_home_server(const Case& it) const
{
    const scenario::Host* home = home_server(it);
    if (home == nullptr) return {};
    const auto server =
        std::ranges::find(it.now.mail_servers, home->key, &scenario::MailServer::host);
    if (server == it.now.mail_servers.end()) return {};
    std::vector<Candidate> ideas;
    const auto add = [&](const scenario::Route& route) {
        ideas.push_back(idea(CureKind::relay_through_isp));
        ideas.back().told.server = route.host;
        ideas.back().told.port = route.port;
        return &ideas.back();
    };
    const auto known = std::ranges::find(server->routes, "*", &scenario::Route::domain);
    if (known != server->routes.end() && !known->enabled) {
        add(*known)->change.settings = {{server_setting(home->key, "smart_host"), "true"}};
    }
    for (scenario::Route& route : routes_over_others(home->key, it.now)) {
        Candidate& made = *add(route);
        // A login is its owner's, and stands in the file only.
        const std::string login =
            route.user.empty() ? std::string{}
                               : fmt::format(", user = \"{}\", password = \"...\"", route.user);
        made.told.lines = {
            fmt::format("[mail_server.\"{}\"]", home->key),
            fmt::format(
                "route.\"*\" = {{ host = \"{}\", port = {}{} }}", route.host, route.port, login)};
        made.edit_name = fmt::format("{}", fmt::join(made.told.lines, "\n"));
        made.edit = [key = home->key, route](Scenario& s) {
            for (scenario::MailServer& each : s.mail_servers) {
                if (each.host != key) continue;
                std::erase_if(each.routes, [](const auto& old) { return old.domain == "*"; });
                each.routes.push_back(route);
            }
        };
    }
    return ideas;
}

namespace {

// The next address that nobody has and that the rule does not mean.
std::optional<Address>
address_beyond(const scenario::FirewallRule& rule, Address now, const Scenario& scenario)
{
    constexpr std::uint32_t most = 1024;
    const scenario::Index index{scenario};
    const auto is_taken = [&](Address address) {
        return std::ranges::any_of(
                   scenario.lines,
                   [&](const scenario::AccessLine& line) { return line.address == address; }) ||
               std::ranges::any_of(scenario.hosts, [&](const scenario::Host& host) {
                   return std::ranges::find(host.addresses, address) != host.addresses.end();
               });
    };
    const std::vector<Prefix> meant = build::networks(scenario, index, rule.from);
    const auto is_meant = [&](Address address) {
        return std::ranges::any_of(
            meant, [&](const Prefix& network) { return network.contains(address); });
    };
    for (std::uint32_t i = 1; i < most; ++i) {
        const Address address{now.value + i};
        if (!is_taken(address) && !is_meant(address)) return address;
    }
    return std::nullopt;
}

} // namespace

// The same line with an address that the rule does not mean, and its names with it.
std::vector<Cures::Candidate> Cures::fixed_addresses(const Case& it) const
{
    const scenario::Host* home = home_server(it);
    const scenario::FirewallRule* rule = rule_at(it.card->rule, it.now);
    if (home == nullptr || rule == nullptr) return {};
    const std::optional<Address> now = address_of(host_called(home->key, it.now), it.now);
    const std::optional<Address> fixed = now ? address_beyond(*rule, *now, it.now) : std::nullopt;
    if (!fixed) return {};
    Candidate made = idea(CureKind::fixed_address);
    made.edit_name = fmt::format("{} at {}", home->key, to_string(*fixed));
    made.edit = [now = *now, fixed = *fixed](Scenario& s) {
        for (scenario::AccessLine& line : s.lines)
            if (line.address == now) line.address = fixed;
        for (scenario::Host& host : s.hosts)
            std::ranges::replace(host.addresses, now, fixed);
        for (scenario::NameServer& names : s.name_servers) {
            for (scenario::DnsZone& zone : names.zones) {
                for (scenario::DnsRecord& record : zone.records)
                    if (record.data == to_string(now)) record.data = to_string(fixed);
            }
        }
    };
    return {made};
}

// ---- settings ---------------------------------------------------------------------------------

std::vector<Cures::Candidate> Cures::ways(const Case& it)
{
    if (it.program == nullptr) return {};
    return ways(it, *it.program, it.now);
}

std::vector<Cures::Candidate>
Cures::ways(const Case& it, const scenario::MailProgram& program, const Scenario& scenario)
{
    const bool others = it.card->reason == SmtpReason::sender_not_yours;
    std::vector<Change> changes =
        it.fetching ? ways_to_fetch(program, scenario) : ways_to_send(program, scenario, others);
    // Whose address it is, sends it.
    if (others) {
        std::stable_partition(changes.begin(), changes.end(), [](const Change& change) {
            return change.kind == CureKind::senders_provider;
        });
    }
    return ideas_of(std::move(changes));
}

// With another account that has the sender's address. Her password for this one is not given away.
std::vector<Cures::Candidate> Cures::ways_of_another_account(const Case& it)
{
    std::vector<Change> changes = ways_to_send(*it.program, it.now, true);
    std::erase_if(changes, [](const Change& change) {
        return std::ranges::none_of(change.settings, [](const auto& setting) {
            return setting.first == client_setting("user");
        });
    });
    return ideas_of(std::move(changes));
}

// Two changes that a cure may need both of: what stands in the way by itself (the line, a rule of
// one's own, a fault, a version of TLS, the password) and any way to set up the account, or
// another such thing.
std::vector<Cures::Candidate> Cures::pairs(const Case& it, const std::vector<Candidate>& own) const
{
    const auto stands_by_itself = [](const Candidate& each) {
        return is_one_of(each.change.kind,
                         CureKind::another_line,
                         CureKind::switch_rule,
                         CureKind::switch_fault,
                         CureKind::accept_older_tls,
                         CureKind::speak_newer_tls,
                         CureKind::new_token,
                         CureKind::check_password);
    };
    std::vector<Candidate> repairs = first_ideas(it);
    std::ranges::copy_if(own, std::back_inserter(repairs), stands_by_itself);
    std::vector<Candidate> both;
    const auto add = [&](const Candidate& one, const Candidate& other) {
        const auto is_set_by_one = [&](const auto& setting) {
            return std::ranges::any_of(one.change.settings, [&](const auto& known) {
                return known.first == setting.first;
            });
        };
        if (one.again || other.again || one.edit || other.edit) return;
        if (std::ranges::any_of(other.change.settings, is_set_by_one)) return;
        Candidate pair = one;
        pair.change.settings.insert(
            pair.change.settings.end(), other.change.settings.begin(), other.change.settings.end());
        pair.hidden.insert(pair.hidden.end(), other.hidden.begin(), other.hidden.end());
        both.push_back(std::move(pair));
    };
    for (const Candidate& repair : repairs) {
        // What ways there are may depend on it: the right password opens some.
        Scenario repaired = it.now;
        for (const Settings* settings : {&repair.change.settings, &repair.hidden}) {
            for (const auto& [key, value] : *settings)
                static_cast<void>(scenario::apply_setting(repaired, key, value));
        }
        const auto program =
            std::ranges::find(repaired.programs, it.program->key, &scenario::MailProgram::key);
        for (const Candidate& account : ways(it, *program, repaired))
            add(repair, account);
    }
    for (std::size_t i = 0; i < repairs.size(); ++i) {
        for (std::size_t j = i + 1; j < repairs.size(); ++j)
            add(repairs[i], repairs[j]);
    }
    return both;
}

} // namespace sim::explain
