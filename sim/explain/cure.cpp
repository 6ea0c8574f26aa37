#include "sim/explain/cure.h"

#include "sim/explain/card_messages.h"
#include "sim/explain/nouns.h"
#include "sim/explain/rewind.h"
#include "sim/scenario/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

namespace sim::explain {

namespace {

using scenario::AccountSettings;
using scenario::MailProgram;
using scenario::Protection;
using scenario::Scenario;
using scenario::TlsVersion;

// The settings as they were when this event happened.
Scenario settings_then(const Plan& plan, const Trace& trace, EventId when)
{
    Scenario then = *plan.scenario;
    for (const EventId id : events_before(trace.index().of(Kind::setting_changed), when.value)) {
        const auto& changed = std::get<SettingChanged>(trace.at(id).what);
        static_cast<void>(
            scenario::apply_setting(then, trace.view(changed.key), trace.view(changed.value)));
    }
    return then;
}

bool is_program(const MailProgram& program, const Scenario& scenario, bool fetching)
{
    if (!fetching) return program.sending && program.key == scenario.client;
    const auto fetch =
        std::ranges::find(scenario.steps, scenario::StepAction::fetch, &scenario::Step::action);
    return program.fetching && fetch != scenario.steps.end() && fetch->program == program.key;
}

const MailProgram* program_called(std::string_view key, const Scenario& scenario)
{
    const auto found = std::ranges::find(scenario.programs, key, &MailProgram::key);
    return found == scenario.programs.end() ? nullptr : &*found;
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

// RFC 8446 §6.2: bad_certificate, unsupported_, _revoked, _expired, _unknown and unknown_ca.
bool is_about_certificate(const WhyCard& card)
{
    if (card.tls != TlsFailure::peer_alert || !card.alert) return false;
    return (*card.alert >= 42 && *card.alert <= 46) || *card.alert == 48;
}

// It has to do with this mail or this person, whatever the settings are.
bool is_beyond_settings(CureKind advice)
{
    return advice == CureKind::check_address || advice == CureKind::smaller_message ||
           advice == CureKind::make_room;
}

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

std::string text_of(const Settings& settings)
{
    std::string text;
    for (const auto& [key, value] : settings)
        text += fmt::format("{}={}\n", key, value);
    return text;
}

std::string text_of(const Aim& aim)
{
    return fmt::format(
        "{} {} {} {}", aim.host.value, aim.number, aim.fetches, fmt::join(aim.recipients, ","));
}

} // namespace

Cures::Cures(const Trace& trace, Plan plan, int most_runs_of_a_card)
    : trace_{trace}, plan_{std::move(plan)}, most_runs_{most_runs_of_a_card}
{
}

const Cure& Cures::of(const WhyCard& card)
{
    const std::string name = fmt::format(
        "{} {} {}", card.outcome.value, card.stopped.value, fmt::join(card.recipients, ","));
    const auto known = found_.find(name);
    if (known != found_.end()) return known->second;
    return found_.emplace(name, look_for(card)).first->second;
}

// ---- what is asked ----------------------------------------------------------------------------

std::optional<Cures::Case> Cures::case_of(const WhyCard& card) const
{
    if (!plan_.scenario || most_runs_ == 0) return std::nullopt;
    if (card.outside) return case_of_outside(card);
    const Event& outcome = trace_.at(card.outcome);
    Case it;
    it.fetching = outcome.kind() == Kind::fetch_finished;
    it.plan = plan_;
    it.card = &card;
    it.now = settings_then(plan_, trace_, card.outcome);
    it.left = most_runs_;
    if (card.mail.exists()) {
        it.aim = aim_at_mail(trace_, card.mail, card.recipients);
    } else if (it.fetching) {
        it.aim = aim_at_fetch(trace_, outcome);
    }
    if (!it.aim.host.exists()) return std::nullopt; // a report, which no program has sent
    const MailProgram* program = program_at(it.aim.host, it.now);
    if (program == nullptr) return std::nullopt;
    // Settings reach the accounts of these programs only.
    if (is_program(*program, it.now, it.fetching)) it.program = program;
    return it;
}

// The mail program of ours that stands where the real one does, set up as that one was seen to be.
std::optional<Cures::Case> Cures::case_of_outside(const WhyCard& card) const
{
    const MailProgram* ours = program_at(card.sender, *plan_.scenario);
    const HostId to = host_at(card.outside->address, *plan_.scenario);
    const scenario::Host* server = host_at(to, *plan_.scenario);
    if (ours == nullptr || server == nullptr) return std::nullopt;
    auto world = std::make_shared<Scenario>(settings_then(plan_, trace_, card.outcome));
    Case it;
    it.fetching = std::ranges::any_of(world->pop_servers, [&](const auto& pop) {
        return pop.host == server->key &&
               std::ranges::count(pop.listeners, card.outside->port, &scenario::PopListener::port) >
                   0;
    });
    const auto program = std::ranges::find(world->programs, ours->key, &MailProgram::key);
    auto& account = it.fetching ? program->fetching : program->sending;
    if (!account) return std::nullopt;
    account->server = server->key;
    account->port = card.outside->port;
    account->protection = Protection::none;
    const std::string right_password = account->password;
    if (!it.fetching) account->auth = scenario::AuthChoice::none;
    scenario::Step step;
    step.program = program->key;
    step.action = it.fetching ? scenario::StepAction::fetch : scenario::StepAction::send;
    for (const EventId id : trace_.index().of(trace_.at(card.outcome).connection)) {
        const Event& event = trace_.at(id);
        if (event.kind() == Kind::tls_established) {
            account->protection = Protection::starttls;
            const Event* asked = last_before(trace_, event, [](const Event& earlier) {
                return earlier.kind() == Kind::smtp_command || earlier.kind() == Kind::pop3_command;
            });
            if (asked == nullptr) account->protection = Protection::tls;
        }
        if (const auto* tried = std::get_if<AuthTried>(&event.what)) {
            account->auth = scenario::AuthChoice::automatic;
            account->user = std::string{trace_.view(tried->user)};
            account->password = tried->succeeded ? right_password : "wrong";
        }
        const auto* command = std::get_if<SmtpCommand>(&event.what);
        if (command == nullptr) continue;
        const std::string_view line = trace_.view(command->line.bytes);
        const std::size_t open = line.find('<');
        const std::size_t close = line.find('>');
        if (open >= close || close == std::string_view::npos) continue;
        const std::string address{line.substr(open + 1, close - open - 1)};
        if (command->verb == SmtpVerb::mail) program->address = address;
        if (command->verb == SmtpVerb::rcpt) step.message.to.push_back(address);
    }
    if (!it.fetching && step.message.to.empty()) {
        // It did not come to say to whom: somebody who has a mailbox elsewhere.
        for (const scenario::MailServer& each : world->mail_servers) {
            if (each.host != server->key && !each.mailboxes.empty())
                step.message.to = {each.mailboxes.front().address};
        }
        if (step.message.to.empty()) return std::nullopt;
    }
    step.message.text = "test\n";
    world->client = program->key;
    world->steps = {step};
    it.aim = {card.sender, 0, it.fetching, {}};
    it.now = *world;
    it.plan = Plan{std::move(world), plan_.seed, {}};
    it.program = program_called(ours->key, it.now);
    it.card = &card;
    it.is_this_run = false;
    it.left = most_runs_;
    return it;
}

// ---- runs -------------------------------------------------------------------------------------

const Outcome& Cures::run(Case& it, const Plan& plan, const std::string& name)
{
    const std::string key = it.is_this_run ? name : text_of(it.aim) + "outside " + name;
    const auto known = it.is_this_run ? tried_.find(key) : tried_.end();
    if (known != tried_.end()) return known->second;
    --it.left;
    ++runs_;
    return tried_.insert_or_assign(key, evaluate(plan)).first->second;
}

std::optional<Cures::Try> Cures::plan_with(const Case& it, const Candidate& candidate) const
{
    std::string name = fmt::format("{}{}{}{}",
                                   candidate.again ? "again " : "",
                                   fmt::join(candidate.lines, "\n"),
                                   text_of(candidate.change.settings),
                                   text_of(candidate.hidden));
    std::vector<SettingChange> changes;
    for (const Settings* settings : {&candidate.change.settings, &candidate.hidden}) {
        for (const auto& [key, value] : *settings)
            changes.push_back({key, value});
    }
    Plan plan = it.plan;
    if (candidate.again) {
        const Event* begun = &trace_.at(it.card->outcome);
        if (it.card->mail.exists()) {
            const Event* composed = last_of(
                trace_, trace_.index().of(it.card->mail), trace_.size(), [](const Event& event) {
                    return event.kind() == Kind::mail_composed;
                });
            if (composed != nullptr) begun = composed;
        }
        auto again = once_more(plan, trace_, *begun, it.end + 1h);
        if (!again || !it.is_this_run) return std::nullopt;
        plan = *std::move(again);
    }
    if (candidate.edit) {
        auto changed = std::make_shared<Scenario>(*plan.scenario);
        candidate.edit(*changed);
        plan.scenario = std::move(changed);
    }
    if (candidate.again) name += text_of(it.aim);
    if (changes.empty()) return Try{std::move(plan), std::move(name)};
    Instant at = plan.scenario->start;
    if (candidate.again) {
        at = it.end + 30min;
    } else if (it.is_this_run) {
        Settings all = candidate.change.settings;
        all.insert(all.end(), candidate.hidden.begin(), candidate.hidden.end());
        const std::size_t kept = rewind_to(*it.card, all, trace_, *it.plan.scenario);
        if (kept > 0) at = trace_[kept].at;
    }
    auto changed = with(plan, changes, at);
    if (!changed) return std::nullopt;
    return Try{*std::move(changed), fmt::format("{} {}", at.time_since_epoch().count(), name)};
}

bool Cures::try_one(Case& it, const Candidate& candidate)
{
    if (it.left <= 0) return false;
    const std::optional<Try> made = plan_with(it, candidate);
    if (!made) return false;
    const Outcome& outcome = run(it, made->plan, made->name);
    Aim aim = it.aim;
    if (candidate.again) aim.number = Aim::last;
    const Reached there = reached(outcome, aim);
    const auto take = [&](Proof proof) {
        it.best.kind = candidate.change.kind;
        it.best.settings = candidate.change.settings;
        it.best.relay = candidate.relay;
        it.best.relay_port = candidate.relay_port;
        it.best.lines = candidate.lines;
        it.best.proof = proof;
    };
    if (there.arrived()) {
        take(Proof::delivers);
        it.best.further = {};
        return true;
    }
    if (there.is_beyond(it.furthest)) {
        it.furthest = there;
        take(Proof::gets_further);
        it.best.further = there.setback;
    }
    return false;
}

// Whether one of them delivers.
bool Cures::try_all(Case& it, const std::vector<Candidate>& candidates)
{
    return std::ranges::any_of(candidates,
                               [&](const Candidate& candidate) { return try_one(it, candidate); });
}

// ---- what to try ------------------------------------------------------------------------------

// What is to blame is known: that, set right.
std::vector<Cures::Candidate> Cures::first_ideas(const Case& it) const
{
    std::vector<Candidate> ideas;
    const WhyCard& card = *it.card;
    const auto add = [&](CureKind kind, Settings settings) {
        ideas.push_back({{kind, std::move(settings)}, {}, false, {}, 0, {}, {}});
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
    for (Candidate& idea : ideas_about_login(it))
        ideas.push_back(std::move(idea));
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
                Candidate idea;
                idea.change.kind = advice;
                idea.again = paused;
                if (user.name != account.user) idea.hidden.emplace_back(own("user"), user.name);
                if (user.password != account.password)
                    idea.hidden.emplace_back(own("password"), user.password);
                ideas.push_back(std::move(idea));
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

// A server on a home line whose own mail was stopped: it hands its mail to the line's provider.
std::vector<Cures::Candidate> Cures::ideas_for_home_server(const Case& it) const
{
    const Event& outcome = trace_.at(it.card->outcome);
    const bool by_server =
        outcome.kind() == Kind::mail_deferred || outcome.kind() == Kind::mail_bounced;
    const bool port_25_closed =
        it.card->obstacle == Obstacle::op25b || it.card->obstacle == Obstacle::ip25b;
    const bool nameless = it.card->reason == SmtpReason::client_without_name;
    if (!by_server || !(port_25_closed || nameless)) return {};
    const scenario::Host* home = host_at(outcome.host, it.now);
    std::vector<Candidate> ideas;
    const auto add = [&](const scenario::Route& route) {
        Candidate idea;
        idea.change.kind = CureKind::relay_through_isp;
        idea.relay = route.host;
        idea.relay_port = route.port;
        ideas.push_back(std::move(idea));
        return &ideas.back();
    };
    const auto server =
        std::ranges::find(it.now.mail_servers, home->key, &scenario::MailServer::host);
    if (server == it.now.mail_servers.end()) return {};
    const auto known = std::ranges::find(server->routes, "*", &scenario::Route::domain);
    if (known != server->routes.end() && !known->enabled) {
        add(*known)->change.settings = {{server_setting(home->key, "smart_host"), "true"}};
    }
    for (scenario::Route& route : routes_over_others(home->key, it.now)) {
        Candidate& idea = *add(route);
        // A login is its owner's, and stands in the file only.
        const std::string login =
            route.user.empty() ? std::string{}
                               : fmt::format(", user = \"{}\", password = \"...\"", route.user);
        idea.lines = {
            fmt::format("[mail_server.\"{}\"]", home->key),
            fmt::format(
                "route.\"*\" = {{ host = \"{}\", port = {}{} }}", route.host, route.port, login)};
        idea.edit = [key = home->key, route](Scenario& s) {
            for (scenario::MailServer& each : s.mail_servers) {
                if (each.host != key) continue;
                std::erase_if(each.routes, [](const auto& old) { return old.domain == "*"; });
                each.routes.push_back(route);
            }
        };
    }
    return ideas;
}

std::vector<Cures::Candidate> Cures::ways(const Case& it) const
{
    if (it.program == nullptr) return {};
    const bool others = it.card->reason == SmtpReason::sender_not_yours;
    std::vector<Change> changes = it.fetching ? ways_to_fetch(*it.program, it.now)
                                              : ways_to_send(*it.program, it.now, others);
    // Whose address it is, sends it.
    if (others) {
        std::stable_partition(changes.begin(), changes.end(), [](const Change& change) {
            return change.kind == CureKind::senders_provider;
        });
    }
    std::vector<Candidate> all;
    all.reserve(changes.size());
    for (Change& change : changes)
        all.push_back({std::move(change), {}, false, {}, 0, {}, {}});
    return all;
}

// ---- the search -------------------------------------------------------------------------------

// Whether something delivers; the best is noted in the case. When nothing does and no run was left
// out, nothing of one's own can.
bool Cures::search(Case& it)
{
    const CureKind advice = advice_for(*it.card, trace_.at(it.card->outcome).kind());
    const auto plain = [](std::vector<Change> changes) {
        std::vector<Candidate> all;
        for (Change& change : changes) {
            all.push_back({std::move(change), {}, false, {}, 0, {}, {}});
            // Whose password it is, nobody is told.
            Candidate& made = all.back();
            if (made.change.kind == CureKind::check_password)
                made.hidden = std::exchange(made.change.settings, {});
        }
        return all;
    };
    if (try_all(it, first_ideas(it))) return true;
    if (is_beyond_settings(advice)) return false;
    if (is_temporary(*it.card) && it.is_this_run) {
        if (try_one(it, {{CureKind::wait, {}}, {}, true, {}, 0, {}, {}})) return true;
    }
    if (try_all(it, ideas_for_home_server(it))) return true;
    if (it.program == nullptr) return false;
    if (try_all(it, ways(it))) return true;
    const std::vector<Change> own = own_changes(it.now, *it.program, it.fetching);
    if (try_all(it, plain(own))) return true;
    // The pairs that cures use: another line, and another way from there.
    std::vector<Change> pairs;
    for (const Change& line : own) {
        if (line.kind != CureKind::another_line) continue;
        for (Candidate& way : ways(it)) {
            Change pair = line;
            pair.settings.insert(
                pair.settings.end(), way.change.settings.begin(), way.change.settings.end());
            pairs.push_back(std::move(pair));
        }
    }
    if (try_all(it, plain(std::move(pairs)))) return true;
    const Cure own_best = it.best;
    const Reached own_furthest = it.furthest;
    if (try_all(it, plain(changes_of_others(it.now, *it.program, it.card->who)))) return true;
    it.best = own_best;
    it.furthest = own_furthest;
    return false;
}

Cure Cures::look_for(const WhyCard& card)
{
    Cure advice;
    advice.kind = advice_for(card, trace_.at(card.outcome).kind());
    if (card.outside && is_about_certificate(card)) {
        advice.kind = CureKind::trust_authority;
        return advice;
    }
    std::optional<Case> it = case_of(card);
    if (!it) return advice;
    if (it->program != nullptr &&
        is_real(it->fetching ? it->program->fetching->server : it->program->sending->server,
                it->now)) {
        // Nothing is known of it but what it has said.
        const bool no_login = card.obstacle == Obstacle::auth_not_offered ||
                              card.obstacle == Obstacle::would_reveal_password;
        if (no_login && it->program->sending->protection == Protection::none &&
            card.offered_starttls)
            advice.kind = CureKind::turn_on_tls;
        return advice;
    }
    const int before = runs_;
    it->best = advice;
    const Outcome& unchanged = run(*it, it->plan, "");
    it->end = unchanged.end;
    it->furthest = reached(unchanged, it->aim);
    if (it->furthest.arrived()) {
        // It arrives by itself, or the run made to equal a real program's does not.
        if (!it->is_this_run) return advice;
        advice.kind = CureKind::wait;
        advice.proof = Proof::delivers;
        advice.tried = runs_ - before;
        return advice;
    }
    const bool found = search(*it);
    it->best.tried = runs_ - before;
    if (found || it->best.proof == Proof::gets_further) return it->best;
    if (is_beyond_settings(advice.kind) || it->program == nullptr) return it->best;
    if (advice.kind == CureKind::wait) it->best.kind = CureKind::ask_operator;
    it->best.proof = it->left > 0 ? Proof::nothing : Proof::cut_off;
    return it->best;
}

std::vector<WhyCard> cured_cards(const Trace& trace, std::size_t end, const Plan& plan)
{
    std::vector<WhyCard> cards = why_cards(trace, end, *plan.scenario);
    Cures cures{trace, plan};
    for (WhyCard& card : cards)
        cures.find(card);
    return cards;
}

} // namespace sim::explain
