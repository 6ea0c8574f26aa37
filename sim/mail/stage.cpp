#include "sim/mail/stage.h"

#include "sim/core/assert.h"

#include <algorithm>
#include <utility>

namespace sim::mail {

Stage::Stage(std::uint64_t seed, Trace::Detail detail, Instant start)
    : trace_{detail}, network_{trace_, tasks_, seed}, surroundings_{trace_, tasks_, network_}
{
    surroundings_.seed = seed;
    surroundings_.now = start;
    trace_.set_now(start);
}

Machine& Stage::add_machine(MachineConfig config)
{
    SIM_ASSERT(config.host.value == machines_.size());
    machines_.push_back(std::make_unique<Machine>(surroundings_, std::move(config)));
    return *machines_.back();
}

void Stage::step(const std::function<void(const Task&)>& script)
{
    const Instant now = std::max(tasks_.next_due(), surroundings_.now);
    surroundings_.now = now;
    trace_.set_now(now);
    trace_.set_cause({});
    const Task task = tasks_.pop();
    switch (task.owner) {
    case TaskOwner::network:
        network_.handle_task(task, now);
        break;
    case TaskOwner::program:
        machines_[task.subject]->handle_task(task);
        break;
    case TaskOwner::script:
        script(task);
        break;
    }
    pump();
    if (tasks_.next_due() > now) { // the instant is over
        network_.flush(now);
        pump();
    }
}

void Stage::pump()
{
    while (auto event = network_.poll_output())
        machines_[event->host.value]->handle_socket(*event);
}

} // namespace sim::mail
