#include "sim/explain/cure.h"

#include "sim/explain/nouns.h"
#include "sim/explain/rewind.h"
#include "sim/scenario/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>
#include <variant>

namespace sim::explain {

namespace {

using scenario::MailProgram;
using scenario::Protection;
using scenario::Scenario;

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

// The settings of the account are this program's from here on.
void mean(Scenario& scenario, const MailProgram& program, bool fetching)
{
    scenario.client = program.key;
    if (!fetching) return;
    scenario::Step fetch;
    fetch.action = scenario::StepAction::fetch;
    fetch.program = program.key;
    scenario.steps.insert(scenario.steps.begin(), std::move(fetch));
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

// It has to do with this mail or this person, whatever the settings are.
bool is_beyond_settings(CureKind advice)
{
    return advice == CureKind::check_address || advice == CureKind::smaller_message ||
           advice == CureKind::make_room;
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
    const MailProgram* program = program_behind(card, it.now);
    if (program == nullptr) return std::nullopt;
    // Settings reach the accounts of some programs only; those of others stand in the file.
    it.is_reached = is_program(*program, it.now, it.fetching);
    if (it.fetching ? program->fetching : program->sending) it.program = program;
    if (!it.is_reached) mean(it.now, *program, it.fetching);
    return it;
}

// Whose step of the script it was; at one PC there may be several.
const MailProgram* Cures::program_behind(const WhyCard& card, const Scenario& scenario) const
{
    const Event* begun = &trace_.at(card.outcome);
    if (card.mail.exists()) {
        begun =
            last_of(trace_, trace_.index().of(card.mail), trace_.size(), [](const Event& event) {
                return event.kind() == Kind::mail_composed;
            });
    }
    const auto step = begun == nullptr ? std::nullopt : step_behind(*begun, trace_);
    if (step && *step < scenario.steps.size()) {
        if (const auto* program = program_called(scenario.steps[*step].program, scenario))
            return program;
    }
    return begun == nullptr ? nullptr : program_at(begun->host, scenario);
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
    bool from_start = false;
    for (const EventId id : trace_.index().of(trace_.at(card.outcome).connection)) {
        const Event& event = trace_.at(id);
        if (event.kind() == Kind::tls_established)
            account->protection = from_start ? Protection::tls : Protection::starttls;
        if (const auto* started = std::get_if<TlsStarted>(&event.what))
            from_start = started->from_start;
        if (const auto* tried = std::get_if<AuthTried>(&event.what)) {
            account->auth = scenario::AuthChoice::automatic;
            account->user = std::string{trace_.view(tried->user)};
            account->password = tried->succeeded ? right_password : "wrong";
        }
        const auto* command = std::get_if<SmtpCommand>(&event.what);
        if (command == nullptr || command->address.size == 0) continue;
        const std::string address{trace_.view(command->address)};
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

namespace {

// Into the file of a program that settings do not reach: its account, set as if it were theirs.
void set_in_file(Scenario& scenario, const MailProgram& program, bool fetching, const Settings& all)
{
    Scenario theirs = scenario;
    mean(theirs, program, fetching);
    for (const auto& [key, value] : all)
        static_cast<void>(scenario::apply_setting(theirs, key, value));
    scenario.programs = std::move(theirs.programs);
    scenario.hosts = std::move(theirs.hosts); // the line
}

bool is_of_account(const std::string& key)
{
    const auto parsed = parse_setting_key(key);
    return parsed &&
           (parsed->group == SettingGroup::client || parsed->group == SettingGroup::fetch);
}

// Where the account leads with these settings.
void tell_server(Cure& cure, const scenario::AccountSettings& now, const Settings& all)
{
    cure.server = now.server;
    cure.port = now.port;
    for (const auto& [key, value] : all) {
        if (!is_of_account(key)) continue;
        const std::string name = parse_setting_key(key)->name;
        if (name == "server") cure.server = value;
        if (name == "port") cure.port = static_cast<std::uint16_t>(std::stoul(value));
    }
}

// The same as lines of a file.
std::vector<std::string> lines_of(const MailProgram& program, bool fetching, const Settings& all)
{
    std::vector<std::string> account{
        fmt::format("[program.{}.{}]", program.key, fetching ? "fetching" : "sending")};
    std::vector<std::string> host;
    for (const auto& [key, value] : all) {
        if (!is_of_account(key)) continue;
        const std::string name = parse_setting_key(key)->name;
        const std::string shown = name == "password" ? "..." : value;
        if (name == "line") {
            host = {fmt::format("[host.\"{}\"]", program.host),
                    fmt::format("line = \"{}\"", value)};
        } else if (name == "port") {
            account.push_back(fmt::format("port = {}", shown));
        } else {
            account.push_back(fmt::format("{} = \"{}\"", name, shown));
        }
    }
    if (account.size() == 1) return host;
    account.insert(account.end(), host.begin(), host.end());
    return account;
}

} // namespace

// What is written into the file of a program that settings do not reach, apart from the rest.
Cures::Parts Cures::parts_of(const Case& it, const Candidate& candidate)
{
    Parts parts;
    for (const Settings* settings : {&candidate.change.settings, &candidate.hidden}) {
        for (const auto& setting : *settings) {
            const bool in_file = !it.is_reached && is_of_account(setting.first);
            (in_file ? parts.in_file : parts.set).push_back(setting);
        }
    }
    return parts;
}

std::optional<Cures::Try> Cures::plan_with(const Case& it, const Candidate& candidate) const
{
    const Parts parts = parts_of(it, candidate);
    std::string name = fmt::format("{}{}\n{}{}{}",
                                   candidate.again ? "again " : "",
                                   candidate.edit_name,
                                   it.is_reached ? std::string{} : it.program->key,
                                   text_of(parts.in_file),
                                   text_of(parts.set));
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
    if (candidate.edit || !parts.in_file.empty()) {
        auto changed = std::make_shared<Scenario>(*plan.scenario);
        if (candidate.edit) candidate.edit(*changed);
        if (!parts.in_file.empty()) set_in_file(*changed, *it.program, it.fetching, parts.in_file);
        plan.scenario = std::move(changed);
    }
    if (candidate.again) name += text_of(it.aim);
    if (parts.set.empty()) return Try{std::move(plan), std::move(name)};
    Instant at = plan.scenario->start;
    if (candidate.again) {
        at = it.end + 30min;
    } else if (it.is_this_run) {
        const std::size_t kept = rewind_to(*it.card, parts.set, trace_, *it.plan.scenario);
        if (kept > 0) at = trace_[kept].at;
    }
    std::vector<SettingChange> changes;
    changes.reserve(parts.set.size());
    for (const auto& [key, value] : parts.set)
        changes.push_back({key, value});
    auto changed = with(plan, changes, at);
    if (!changed) return std::nullopt;
    return Try{*std::move(changed), fmt::format("{} {}", at.time_since_epoch().count(), name)};
}

bool Cures::try_one(Case& it, const Candidate& candidate)
{
    if (it.left <= 0) return false;
    const std::optional<Try> made = plan_with(it, candidate);
    if (!made) return false;
    it.tried = true;
    const Outcome& outcome = run(it, made->plan, made->name);
    Aim aim = it.aim;
    if (candidate.again) aim.number = Aim::last;
    if (!candidate.recipients.empty()) aim.recipients = candidate.recipients;
    const Reached there = reached(outcome, aim);
    const auto take = [&](Proof proof) {
        it.best = candidate.told;
        it.best.kind = candidate.change.kind;
        it.best.proof = proof;
        it.best.settings = candidate.change.settings;
        // Half of a cure is none: where part of it cannot be set by whoever reads the card, the
        // rest is told beside it.
        const bool in_file = !parts_of(it, candidate).in_file.empty();
        if (!in_file && candidate.hidden.empty()) return;
        const Settings all = std::exchange(it.best.settings, {});
        tell_server(it.best, it.fetching ? *it.program->fetching : *it.program->sending, all);
        if (in_file) it.best.lines = lines_of(*it.program, it.fetching, all);
        for (const auto& [key, value] : all) {
            if (!in_file || !is_of_account(key))
                it.best.lines.push_back(fmt::format("{} = {}", key, value));
        }
    };
    if (there.arrived()) {
        take(Proof::delivers);
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

bool Cures::holds_from_start(const WhyCard& card)
{
    const bool is_proved =
        card.cure.proof == Proof::delivers || card.cure.proof == Proof::gets_further;
    if (card.cure.settings.empty() || !is_proved) return false;
    std::optional<Case> it = case_of(card);
    if (!it || !it->is_this_run) return false;
    std::vector<SettingChange> changes;
    changes.reserve(card.cure.settings.size());
    for (const auto& [key, value] : card.cure.settings)
        changes.push_back({key, value});
    const auto begun = with(it->plan, changes, it->plan.scenario->start);
    if (!begun) return false;
    const Reached there =
        reached(run(*it, *begun, "from start " + text_of(card.cure.settings)), it->aim);
    if (card.cure.proof == Proof::delivers) return there.arrived();
    return there.is_beyond(reached(run(*it, it->plan, ""), it->aim));
}

// ---- the search -------------------------------------------------------------------------------

// Whether something delivers; the best is noted in the case. When nothing does and no run was left
// out, nothing of one's own can.
bool Cures::search(Case& it)
{
    const CureKind advice = advice_for(*it.card, trace_.at(it.card->outcome).kind());
    if (try_all(it, first_ideas(it))) return true;
    if (is_temporary(*it.card) && it.is_this_run) {
        Candidate again = idea(CureKind::wait);
        again.again = true;
        if (try_one(it, again)) return true;
    }
    if (try_all(it, ideas_about_mail(it))) return true;
    if (is_beyond_settings(advice)) return false;
    if (try_all(it, relays_for_home_server(it))) {
        Case other = it;
        if (try_all(other, fixed_addresses(it))) it.best.also = {other.best.kind};
        it.left = other.left;
        return true;
    }
    if (try_all(it, fixed_addresses(it))) return true;
    if (it.program == nullptr) return false;
    if (try_all(it, ways(it))) return true;
    const std::vector<Candidate> own = ideas_of(own_changes(it.now, *it.program, it.fetching));
    if (try_all(it, own)) return true;
    // What is far-fetched is told only when it delivers.
    const Cure own_best = it.best;
    const Reached own_furthest = it.furthest;
    if (try_all(it, pairs(it, own))) return true;
    if (!it.fetching && try_all(it, ways_of_another_account(it))) return true;
    if (it.card->reason == SmtpReason::sender_not_yours && try_all(it, ideas_about_address(it)))
        return true;
    if (try_all(it, ideas_of(changes_of_others(it.now, *it.program, it.card->who)))) return true;
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
    if (is_beyond_settings(advice.kind) || it->program == nullptr) {
        if (it->tried) it->best.proof = Proof::cut_off;
        return it->best;
    }
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
