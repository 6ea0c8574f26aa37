// The moving parts that every world has: clock, queue, trace, network and machines, and the one
// loop that runs them. Whoever owns a Stage builds the topology and the programs, then calls
// step().
#pragma once

#include "sim/mail/machine.h"

#include <functional>
#include <memory>
#include <vector>

namespace sim::mail {

class Stage {
public:
    Stage(std::uint64_t seed, Trace::Detail detail, Instant start);

    [[nodiscard]] Trace& trace() { return trace_; }
    [[nodiscard]] const Trace& trace() const { return trace_; }
    [[nodiscard]] TaskQueue& tasks() { return tasks_; }
    [[nodiscard]] const TaskQueue& tasks() const { return tasks_; }
    [[nodiscard]] net::Fabric& network() { return network_; }
    [[nodiscard]] const net::Fabric& network() const { return network_; }
    [[nodiscard]] Surroundings& surroundings() { return surroundings_; }
    [[nodiscard]] const Surroundings& surroundings() const { return surroundings_; }

    // One for each host of the network, in the order of their ids.
    Machine& add_machine(MachineConfig config);
    [[nodiscard]] Machine& machine(HostId host) { return *machines_[host.value]; }

    // Does the next thing that is due, and all that follows from it at once; the queue must not be
    // empty. A task of TaskOwner::script is given to `script`.
    void step(const std::function<void(const Task&)>& script);
    // Hands what the network has to say to the machines, until it has nothing more.
    void pump();

private:
    Trace trace_;
    TaskQueue tasks_;
    net::Fabric network_;
    Surroundings surroundings_;
    std::vector<std::unique_ptr<Machine>> machines_;
};

} // namespace sim::mail
