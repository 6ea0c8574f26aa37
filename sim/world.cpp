#include "sim/world.h"

#include "sim/core/assert.h"
#include "sim/mail/crowd.h"
#include "sim/mail/mailbox.h"
#include "sim/mail/message.h"
#include "sim/mail/mta.h"
#include "sim/mail/mua.h"
#include "sim/mail/name_service.h"
#include "sim/mail/pop_service.h"
#include "sim/mail/stage.h"
#include "sim/mail/visitor.h"
#include "sim/net/fabric.h"
#include "sim/tls/authority.h"
#include "sim/world_build.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace sim {

namespace {

// Task::kind of TaskOwner::script; Task::number is the position in its list.
constexpr std::uint8_t step_task = 0;
constexpr std::uint8_t change_task = 1;

} // namespace

struct World::Parts {
    Parts(const scenario::Scenario& from, WorldOptions with);

    void build_network();
    void build_programs();
    // Of a mail or a POP server: its certificate and the versions of TLS that it speaks.
    template <typename Server>
    std::shared_ptr<const tls::ServerConfig> identity(const Server& server);
    mail::MailboxStore& mailboxes(const std::string& host);
    mail::Machine& machine(std::string_view host);
    mail::Mua& mua(std::string_view program);

    bool step();
    void run_script(const Task& task);
    void plan_steps();
    void look_at_script();
    void start_step(std::size_t index);
    void do_send(const scenario::Step& step, const scenario::MailProgram& program);
    void do_fetch(const scenario::MailProgram& program);
    tl::expected<void, scenario::SettingProblem> apply(const SettingChange& change);
    void sync_rules();
    void sync_faults();
    void sync_crowds();

    scenario::Scenario scenario;
    scenario::Index by_key; // of the copy above, whose hosts and servers stay
    WorldOptions options;
    mail::Stage stage;
    Trace& trace;
    TaskQueue& tasks;
    net::Fabric& network;
    mail::Surroundings& surroundings;
    tls::Authority authority;
    std::vector<net::LinkConfig> links;
    Rng message_ids;
    Instant limit;
    bool cut_off = false;

    std::map<std::string, std::shared_ptr<const tls::ServerConfig>> identities;
    std::map<std::string, std::unique_ptr<mail::MailboxStore>> mailbox_stores;
    std::vector<std::unique_ptr<mail::Mta>> mtas;
    std::vector<std::unique_ptr<mail::PopService>> pop_services;
    std::vector<std::unique_ptr<mail::NameService>> name_services;
    std::vector<std::unique_ptr<mail::Mua>> muas;     // as scenario.programs
    std::vector<std::unique_ptr<mail::Crowd>> crowds; // as scenario.crowds
    std::map<HostId, std::unique_ptr<mail::Visitor>> visitors;

    // A step of the script that waits for something other than a time.
    struct Waiting {
        std::size_t index = 0;
        std::uint64_t deliveries = 0;    // that had been made when the step before it started
        std::uint32_t finished_jobs = 0; // of the program of the step before it, then
    };
    std::optional<Waiting> waiting;
};

World::Parts::Parts(const scenario::Scenario& from, WorldOptions with)
    : scenario{from},
      by_key{scenario},
      options{std::move(with)},
      stage{options.seed, options.detail, scenario.start},
      trace{stage.trace()},
      tasks{stage.tasks()},
      network{stage.network()},
      surroundings{stage.surroundings()},
      authority{options.seed, scenario.start},
      message_ids{rng_stream(options.seed, "message-ids")},
      limit{scenario.start + scenario.limit}
{
    surroundings.zone = mail::ZoneOffset{scenario.utc_offset_minutes};
    surroundings.trust = options.trust ? *options.trust : authority.trust();
    if (options.observer != nullptr) trace.observe(*options.observer);
    build_network();
    build_programs();
    for (std::size_t i = 0; i < options.changes.size(); ++i)
        tasks.add(options.changes[i].at, Task{TaskOwner::script, change_task, 0, i});
    plan_steps();
}

// ---- building ---------------------------------------------------------------------------------

void World::Parts::build_network()
{
    for (const scenario::Host& host : scenario.hosts)
        network.add_host(build::host_config(by_key, host));
    links = build::links(scenario, by_key);
    for (const net::LinkConfig& link : links)
        network.add_link(link);
    network.finish_topology();
    for (std::size_t i = 0; i < scenario.rules.size(); ++i) {
        const RuleId id{static_cast<std::uint32_t>(i)};
        network.firewall(by_key.host_id(scenario.rules[i].host))
            .add(build::rule(scenario, by_key, id));
    }
}

void World::Parts::build_programs()
{
    for (std::uint32_t i = 0; i < scenario.hosts.size(); ++i)
        stage.add_machine(build::machine_config(by_key, HostId{i}, scenario.hosts[i]));

    const build::KeySource keys{options.seed, options.keys};
    for (const scenario::NameServer& from : scenario.name_servers) {
        name_services.push_back(
            std::make_unique<mail::NameService>(machine(from.host),
                                                build::name_server(scenario, by_key, from, keys),
                                                build::recursion(from)));
        name_services.back()->start();
    }
    std::map<std::string, std::shared_ptr<mail::PopLogins>> pop_logins; // by host
    for (const scenario::MailServer& from : scenario.mail_servers) {
        mail::MailboxStore& store = mailboxes(from.host);
        for (const scenario::Mailbox& mailbox : from.mailboxes)
            store.open(mailbox.address, mailbox.quota_bytes);
        mail::MtaConfig config = build::mta(scenario, by_key, from, identity(from), keys);
        if (from.pop_before_smtp > Duration{0}) {
            config.pop_logins = pop_logins[from.host] =
                std::make_shared<mail::PopLogins>(from.pop_before_smtp);
        }
        mtas.push_back(std::make_unique<mail::Mta>(machine(from.host), store, std::move(config)));
        mtas.back()->start();
    }
    for (const scenario::PopServer& from : scenario.pop_servers) {
        mail::PopServiceConfig config = build::pop_service(from, identity(from));
        config.logins = pop_logins[from.host];
        pop_services.push_back(std::make_unique<mail::PopService>(
            machine(from.host), mailboxes(from.host), std::move(config)));
        pop_services.back()->start();
    }
    for (const scenario::MailProgram& from : scenario.programs) {
        muas.push_back(std::make_unique<mail::Mua>(machine(from.host), from.key));
        muas.back()->start();
    }
    for (std::size_t i = 0; i < scenario.crowds.size(); ++i) {
        crowds.push_back(std::make_unique<mail::Crowd>(machine(scenario.crowds[i].key),
                                                       build::crowd(scenario, i)));
        crowds.back()->start();
    }
    for (const HostId host : options.visited)
        visitors.emplace(host, std::make_unique<mail::Visitor>(stage.machine(host)));
    sync_faults();
}

template <typename Server>
std::shared_ptr<const tls::ServerConfig> World::Parts::identity(const Server& server)
{
    auto& known = identities[fmt::format("{} {} {} {}",
                                         server.host,
                                         name_of(server.certificate),
                                         name_of(server.tls_min),
                                         name_of(server.tls_max))];
    if (!known) {
        auto made = std::make_shared<tls::ServerConfig>();
        tls::LeafRequest request = build::leaf_request(server.host, server.certificate);
        if (server.certificate != scenario::CertificateKind::wrong_name)
            request.more_names = options.more_server_names;
        made->identity = authority.issue(request, scenario.start);
        made->versions = build::versions(server.tls_min, server.tls_max);
        known = std::move(made);
    }
    return known;
}

mail::MailboxStore& World::Parts::mailboxes(const std::string& host)
{
    auto& store = mailbox_stores[host];
    if (!store) store = std::make_unique<mail::MailboxStore>(options.seed);
    return *store;
}

mail::Machine& World::Parts::machine(std::string_view host)
{
    return stage.machine(by_key.host_id(host));
}

mail::Mua& World::Parts::mua(std::string_view program)
{
    const auto found = std::ranges::find(
        muas, program, [](const auto& m) -> std::string_view { return m->key(); });
    SIM_ASSERT(found != muas.end());
    return **found;
}

// ---- running ----------------------------------------------------------------------------------

bool World::Parts::step()
{
    if (tasks.empty()) return false;
    if (tasks.next_due() > limit) {
        cut_off = true;
        return false;
    }
    stage.step([this](const Task& task) { run_script(task); });
    if (waiting) look_at_script();
    return true;
}

// ---- the script -------------------------------------------------------------------------------

void World::Parts::run_script(const Task& task)
{
    if (task.kind == step_task) {
        start_step(task.number);
    } else {
        // Checked when it was made; one that no longer fits changes nothing.
        static_cast<void>(apply(options.changes[task.number].change));
    }
}

void World::Parts::plan_steps()
{
    for (std::size_t i = 0; i < scenario.steps.size(); ++i) {
        if (scenario.steps[i].when == scenario::StepWhen::at) {
            tasks.add(scenario.start + scenario.steps[i].delay,
                      Task{TaskOwner::script, step_task, 0, i});
        }
    }
}

void World::Parts::start_step(std::size_t index)
{
    const scenario::Step& step = scenario.steps[index];
    const std::size_t next = index + 1;
    if (next < scenario.steps.size() && scenario.steps[next].when != scenario::StepWhen::at) {
        waiting = Waiting{next, trace.count(Kind::mail_delivered), 0};
        if (step.action != scenario::StepAction::set)
            waiting->finished_jobs = mua(step.program).finished_jobs();
    }
    const EventId started = trace.append({}, {}, StepStarted{static_cast<std::uint16_t>(index)});
    const CauseScope scope{trace, started};
    if (step.action == scenario::StepAction::set) {
        static_cast<void>(apply({step.key, step.value})); // the loader has checked it
        return;
    }
    const auto program =
        std::ranges::find(scenario.programs, step.program, &scenario::MailProgram::key);
    SIM_ASSERT(program != scenario.programs.end());
    if (step.action == scenario::StepAction::send) {
        do_send(step, *program);
    } else {
        do_fetch(*program);
    }
}

void World::Parts::look_at_script()
{
    const scenario::Step& step = scenario.steps[waiting->index];
    if (step.when == scenario::StepWhen::after_delivery) {
        if (trace.count(Kind::mail_delivered) <= waiting->deliveries) return;
    } else {
        const scenario::Step& before = scenario.steps[waiting->index - 1];
        if (before.action != scenario::StepAction::set &&
            mua(before.program).finished_jobs() <= waiting->finished_jobs)
            return;
    }
    tasks.add(surroundings.now + step.delay, Task{TaskOwner::script, step_task, 0, waiting->index});
    waiting.reset();
}

void World::Parts::do_send(const scenario::Step& step, const scenario::MailProgram& program)
{
    SIM_ASSERT(program.sending.has_value());
    mail::SendJob job;
    job.account = build::sending_account(scenario, program, options.seed);
    job.reverse_path = program.address;
    job.recipients = step.message.to;
    job.text = step.message.eml;
    job.raw = step.message.raw;
    if (job.text.empty()) {
        mail::Draft draft;
        draft.from = {program.name.ja, program.address};
        for (const std::string& to : step.message.to)
            draft.to.push_back({{}, to});
        draft.subject = step.message.subject;
        draft.text = step.message.text;
        draft.date = surroundings.now;
        draft.zone = surroundings.zone;
        const std::string_view address = program.address;
        draft.message_id = mail::make_message_id(
            surroundings.now, address.substr(address.rfind('@') + 1), message_ids);
        job.text = mail::compose(draft);
    }
    mua(program.key).send(std::move(job));
}

void World::Parts::do_fetch(const scenario::MailProgram& program)
{
    SIM_ASSERT(program.fetching.has_value());
    mua(program.key).fetch({build::account(*program.fetching), program.address});
}

tl::expected<void, scenario::SettingProblem> World::Parts::apply(const SettingChange& change)
{
    const auto setting = scenario::setting_of(scenario, change.key);
    if (setting && !setting->is_live()) {
        return tl::make_unexpected(
            scenario::SettingProblem{change.key, {scenario::ProblemKind::fixed_while_running}});
    }
    if (auto applied = scenario::apply_setting(scenario, change.key, change.value); !applied)
        return applied;
    const EventId changed =
        trace.append({}, {}, SettingChanged{trace.note(change.key), trace.note(change.value)});
    const CauseScope scope{trace, changed};
    sync_rules();
    sync_faults();
    sync_crowds();
    return {};
}

void World::Parts::sync_rules()
{
    for (std::size_t i = 0; i < scenario.rules.size(); ++i) {
        const scenario::FirewallRule& wanted = scenario.rules[i];
        const RuleId id{static_cast<std::uint32_t>(i)};
        const HostId host = by_key.host_id(wanted.host);
        net::Firewall& firewall = network.firewall(host);
        const net::Rule* rule = firewall.find(id);
        SIM_ASSERT(rule != nullptr);
        if (rule->enabled == wanted.enabled && rule->verdict == wanted.verdict) continue;
        firewall.set_enabled(id, wanted.enabled);
        firewall.set_verdict(id, wanted.verdict);
        trace.append(host, {}, RuleSwitched{id, wanted.verdict, wanted.enabled});
    }
}

void World::Parts::sync_faults()
{
    for (std::size_t i = 0; i < mtas.size(); ++i) {
        mtas[i]->set_faults(scenario.mail_servers[i].faults);
        mtas[i]->set_check_actions(scenario::actions_at(scenario.mail_servers[i]));
    }
    for (std::size_t i = 0; i < name_services.size(); ++i)
        name_services[i]->set_fault(scenario.name_servers[i].fault);
    for (std::size_t i = 0; i < scenario.hosts.size(); ++i) {
        network.set_strips_starttls(HostId{static_cast<std::uint32_t>(i)},
                                    scenario.hosts[i].strips_starttls);
    }
}

void World::Parts::sync_crowds()
{
    for (std::size_t i = 0; i < crowds.size(); ++i) {
        const scenario::Crowd& now = scenario.crowds[i];
        crowds[i]->set_route(build::crowd_route(scenario, now, now.way));
    }
}

// ---- the World --------------------------------------------------------------------------------

World::World(const std::shared_ptr<const scenario::Scenario>& scenario, WorldOptions options)
    : parts_{std::make_unique<Parts>(*scenario, std::move(options))}
{
}

World::~World() = default;
World::World(World&&) noexcept = default;
World& World::operator=(World&&) noexcept = default;

bool World::step()
{
    return parts_->step();
}

void World::run_until(Instant until)
{
    while (!parts_->tasks.empty() && parts_->tasks.next_due() <= until) {
        if (!step()) return;
    }
}

void World::advance_to(Instant until)
{
    run_until(until);
    if (parts_->surroundings.now >= until) return;
    parts_->surroundings.now = until;
    parts_->trace.set_now(until);
}

Instant World::next_due() const
{
    return parts_->tasks.next_due();
}

void World::visit(HostId host, const std::function<void(mail::Visitor&)>& act)
{
    const auto visitor = parts_->visitors.find(host);
    SIM_ASSERT(visitor != parts_->visitors.end());
    parts_->trace.set_cause({});
    act(*visitor->second);
    parts_->stage.pump();
    parts_->network.flush(parts_->surroundings.now);
    parts_->stage.pump();
}

void World::run()
{
    while (step()) {
    }
}

tl::expected<void, scenario::SettingProblem> World::apply(const SettingChange& change)
{
    parts_->trace.set_cause({});
    return parts_->apply(change);
}

void World::let_go_of_events(std::size_t but_the_newest)
{
    const std::size_t size = parts_->trace.size();
    if (size > but_the_newest) parts_->trace.let_go_before(size - but_the_newest);
}

void World::let_go_of_messages()
{
    parts_->surroundings.stored.clear();
}

Instant World::now() const
{
    return parts_->surroundings.now;
}

bool World::cut_off() const
{
    return parts_->cut_off;
}

const Trace& World::trace() const
{
    return parts_->trace;
}

const scenario::Scenario& World::scenario() const
{
    return parts_->scenario;
}

const net::Fabric& World::network() const
{
    return parts_->network;
}

const std::vector<net::LinkConfig>& World::links() const
{
    return parts_->links;
}

const std::vector<mail::StoredMessage>& World::stored_messages() const
{
    return parts_->surroundings.stored;
}

std::string World::root_certificate_pem() const
{
    return parts_->authority.root_pem();
}

} // namespace sim
