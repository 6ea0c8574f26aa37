#include "sim/mail/machine.h"

#include "sim/core/assert.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim::mail {

namespace {

// Task::kind of TaskOwner::program; Task::subject is the host, Task::number the seat.
constexpr std::uint8_t alarm_task = 0;
constexpr std::uint8_t resolver_task = 1;
constexpr std::uint8_t answer_task = 2;

dns::ResolverConfig stub(const MachineConfig& config)
{
    dns::ResolverConfig resolver;
    if (config.resolver) resolver.forwards.push_back({dns::Name{}, {*config.resolver}});
    resolver.schedule = config.dns_schedule;
    // A mail server looks up each client: so many are remembered that a crowd does not push out
    // what is asked again and again.
    resolver.cache.entries = 20'000;
    return resolver;
}

} // namespace

Machine::Machine(Surroundings& surroundings, MachineConfig config)
    : world_{surroundings}, config_{std::move(config)}, resolver_{stub(config_), chance("resolver")}
{
}

Rng Machine::chance(std::string_view purpose) const
{
    return rng_stream(world_.seed, fmt::format("{}/{}", config_.name, purpose));
}

EventId Machine::tell_deadline(ConnectionId connection, const Deadline& deadline)
{
    if (deadline.at > now()) return trace().cause();
    return append(connection, TimerRanOut{deadline.timer, now() - deadline.since});
}

void Machine::add(Program& program)
{
    seats_.push_back(Seat{&program, never, {}});
}

std::uint32_t Machine::seat_of(const Program& program) const
{
    const auto seat = std::ranges::find(seats_, &program, &Seat::program);
    SIM_ASSERT(seat != seats_.end());
    return static_cast<std::uint32_t>(seat - seats_.begin());
}

void Machine::listen(Program& program, std::uint16_t port)
{
    listeners_[port] = seat_of(program);
    world_.network.listen(config_.host, port);
}

void Machine::bind_udp(Program& program, std::uint16_t port)
{
    udp_[port] = seat_of(program);
    world_.network.bind_udp(config_.host, port);
}

std::uint16_t Machine::bind_ephemeral_udp(Program& program)
{
    const std::uint16_t port = world_.network.bind_udp(config_.host, 0);
    if (port != 0) udp_[port] = seat_of(program);
    return port;
}

ConnectionId Machine::connect(Program& program, Endpoint remote)
{
    return connect(program, config_.addresses.front(), remote);
}

ConnectionId Machine::connect(Program& program, Address from, Endpoint remote)
{
    const ConnectionId connection = world_.network.connect(config_.host, from, remote, now());
    connections_[connection] = seat_of(program);
    return connection;
}

void Machine::send(ConnectionId connection, std::string_view bytes)
{
    world_.network.send(config_.host, connection, bytes, now());
}

void Machine::finish(ConnectionId connection)
{
    world_.network.finish(config_.host, connection, now());
}

void Machine::abort(ConnectionId connection)
{
    world_.network.abort(config_.host, connection, now());
}

void Machine::send_datagram(std::uint16_t from_port, Endpoint to, std::string_view bytes)
{
    world_.network.send_datagram(config_.host, from_port, to, bytes, now());
}

void Machine::set_alarm(Program& program, Instant at)
{
    const std::uint32_t index = seat_of(program);
    Seat& seat = seats_[index];
    if (at == never || at >= seat.alarm) return;
    seat.alarm = at;
    seat.alarm_cause = trace().cause();
    world_.tasks.add(std::max(at, now()),
                     Task{TaskOwner::program, alarm_task, config_.host.value, index});
}

dns::QuestionId Machine::resolve(Program& program, std::string_view name, dns::RecordType type)
{
    const dns::QuestionId id{next_question_++};
    questions_[id] = Asked{seat_of(program), trace().cause(), std::string{name}, type};
    if (const auto parsed = dns::parse_name(name)) {
        resolver_.handle_question(id, *parsed, type, now());
        drain_resolver();
    } else { // no such name can exist
        dns::Answered answer;
        answer.id = id;
        answer.outcome = DnsOutcome::name_does_not_exist;
        answer.from_cache = true;
        answers_.push_back(std::move(answer));
    }
    // Never from within this call, even when the answer is known: the asker has to learn the id
    // first.
    if (!answers_.empty())
        world_.tasks.add(now(), Task{TaskOwner::program, answer_task, config_.host.value, 0});
    return id;
}

void Machine::drain_resolver()
{
    while (auto output = resolver_.poll_output()) {
        if (auto* answer = std::get_if<dns::Answered>(&*output)) {
            answers_.push_back(std::move(*answer));
            continue;
        }
        const auto& datagram = std::get<dns::SendDatagram>(*output);
        if (resolver_port_ == 0) resolver_port_ = world_.network.bind_udp(config_.host, 0);
        const EventId asked = append({},
                                     DnsAsked{note(to_string(datagram.question.name)),
                                              static_cast<std::uint16_t>(datagram.question.type),
                                              datagram.to.address,
                                              datagram.attempt});
        const CauseScope scope{trace(), asked};
        send_datagram(resolver_port_, datagram.to, datagram.bytes);
    }
    arm_resolver();
}

void Machine::deliver_answers()
{
    while (!answers_.empty()) {
        const dns::Answered answer = std::move(answers_.front());
        answers_.pop_front();
        const auto asked = questions_.find(answer.id);
        SIM_ASSERT(asked != questions_.end());
        const Asked question = std::move(asked->second);
        questions_.erase(asked);
        // An answer from memory is caused by the question, one from afar by the datagram.
        const CauseScope because{trace(), answer.from_cache ? question.cause : trace().cause()};
        const EventId resolved = append(
            {},
            DnsResolved{note(question.name),
                        static_cast<std::uint16_t>(question.type),
                        answer.outcome,
                        answer.from_cache,
                        trace().keeps_bytes() ? note(dns::to_lines(answer.records)) : Blob{}});
        const CauseScope scope{trace(), resolved};
        seats_[question.seat].program->handle_answer(answer);
    }
}

void Machine::arm_resolver()
{
    const Instant next = resolver_.next_timeout();
    if (next >= resolver_alarm_) return;
    resolver_alarm_ = next;
    world_.tasks.add(next, Task{TaskOwner::program, resolver_task, config_.host.value, 0});
}

void Machine::handle_task(const Task& task)
{
    if (task.kind == resolver_task) {
        if (resolver_alarm_ > now()) return; // an earlier one took its place
        resolver_alarm_ = never;
        resolver_.handle_timeout(now());
        drain_resolver();
        deliver_answers();
        return;
    }
    if (task.kind == answer_task) {
        deliver_answers();
        return;
    }
    Seat& seat = seats_[task.number];
    if (seat.alarm > now()) return; // an earlier one took its place
    seat.alarm = never;
    const CauseScope scope{trace(), seat.alarm_cause};
    seat.program->handle_alarm();
}

void Machine::on_socket(const net::SocketEvent& /*event*/, const net::Datagram& datagram)
{
    const std::string_view bytes = trace().view(datagram.payload);
    if (datagram.local_port == resolver_port_ && resolver_port_ != 0) {
        resolver_.handle_datagram(bytes, datagram.remote, now());
        drain_resolver();
        deliver_answers();
        return;
    }
    const auto seat = udp_.find(datagram.local_port);
    if (seat == udp_.end()) return;
    seats_[seat->second].program->handle_datagram(datagram.local_port, datagram.remote, bytes);
}

// A name server that is not there is noticed by the resolver's own clock.
void Machine::on_socket(const net::SocketEvent& /*event*/, const net::DatagramUnreachable& /*what*/)
{
}

void Machine::on_socket(const net::SocketEvent& event, const net::Accepted& what)
{
    const auto seat = listeners_.find(what.local.port);
    SIM_ASSERT(seat != listeners_.end());
    connections_[event.connection] = seat->second;
    seats_[seat->second].program->handle_accepted(event.connection, what.local, what.remote);
}

void Machine::on_socket(const net::SocketEvent& event, const auto& what)
{
    using What = std::decay_t<decltype(what)>;
    const auto found = connections_.find(event.connection);
    if (found == connections_.end()) return;
    Program& program = *seats_[found->second].program;
    if constexpr (std::is_same_v<What, net::Connected>) {
        program.handle_connected(event.connection);
    } else if constexpr (std::is_same_v<What, net::Received>) {
        // The bytes stay held until the next poll_output() of the network.
        program.handle_received(event.connection, trace().view(what.payload));
    } else if constexpr (std::is_same_v<What, net::PeerFinished>) {
        program.handle_peer_finished(event.connection);
    } else if constexpr (std::is_same_v<What, net::Ended>) {
        connections_.erase(found);
        program.handle_ended(event.connection, what.how);
    } else if constexpr (std::is_same_v<What, net::Failed>) {
        connections_.erase(found);
        program.handle_connect_failed(event.connection, what.why);
    }
}

void Machine::handle_socket(const net::SocketEvent& event)
{
    const CauseScope scope{trace(), event.cause};
    std::visit([&](const auto& what) { on_socket(event, what); }, event.what);
}

} // namespace sim::mail
