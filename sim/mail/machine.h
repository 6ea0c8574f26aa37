// A host as its programs see it: sockets, timers, name lookups, chance and the trace; and the
// interface of a program. The World makes one Machine a host and hands it what the network says.
#pragma once

#include "sim/core/interface.h"
#include "sim/core/rng.h"
#include "sim/core/session_timer.h"
#include "sim/core/task.h"
#include "sim/core/trace.h"
#include "sim/dns/resolver.h"
#include "sim/mail/date.h"
#include "sim/mail/stored_message.h"
#include "sim/net/fabric.h"
#include "sim/tls/authority.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sim::mail {

// What all machines of one world share. Owned by the World, outlives them all.
struct Surroundings {
    Trace& trace;
    TaskQueue& tasks;
    net::Fabric& network;
    std::uint64_t seed = 1;
    Instant now{};
    ZoneOffset zone = japan;
    tls::TrustStore trust{};

    // Which mail is being handed over on a connection: the simulator's own knowledge, so that one
    // mail keeps its number at every hop. Nothing of it is on the wire.
    std::map<ConnectionId, MailId> in_transit{};
    std::uint32_t next_mail = 0;

    // Filled when the trace keeps all events.
    std::vector<StoredMessage> stored{};

    [[nodiscard]] MailId new_mail() { return MailId{next_mail++}; }
    void store(StoredMessage message)
    {
        if (trace.keeps_events()) stored.push_back(std::move(message));
    }
};

// Something that runs on a host. What it does not override it does not want to know.
class Program : public Interface {
public:
    virtual void
    handle_accepted(ConnectionId /*connection*/, Endpoint /*local*/, Endpoint /*remote*/)
    {
    }
    virtual void handle_connected(ConnectionId /*connection*/) {}
    virtual void handle_connect_failed(ConnectionId /*connection*/, ConnectFailure /*why*/) {}
    virtual void handle_received(ConnectionId /*connection*/, std::string_view /*bytes*/) {}
    virtual void handle_peer_finished(ConnectionId /*connection*/) {}
    virtual void handle_ended(ConnectionId /*connection*/, ConnectionEnd /*how*/) {}
    virtual void
    handle_datagram(std::uint16_t /*port*/, Endpoint /*remote*/, std::string_view /*bytes*/)
    {
    }
    virtual void handle_alarm() {}
    virtual void handle_answer(const dns::Answered& /*answer*/) {}
};

struct MachineConfig {
    HostId host;
    std::string name; // as it calls itself
    std::vector<Address> addresses;
    std::optional<Address> resolver; // the name server that it asks; none: every lookup fails
    dns::RetrySchedule dns_schedule = dns::linux_schedule();
};

class Machine {
public:
    Machine(Surroundings& surroundings, MachineConfig config);

    [[nodiscard]] HostId host() const { return config_.host; }
    [[nodiscard]] const std::string& name() const { return config_.name; }
    [[nodiscard]] const std::vector<Address>& addresses() const { return config_.addresses; }
    [[nodiscard]] Surroundings& world() { return world_; }
    [[nodiscard]] Instant now() const { return world_.now; }
    [[nodiscard]] Trace& trace() { return world_.trace; }
    // A stream of chance of this host's own.
    [[nodiscard]] Rng chance(std::string_view purpose) const;

    EventId append(ConnectionId connection, const Happening& what)
    {
        return world_.trace.append(config_.host, connection, what);
    }
    Blob note(std::string_view bytes) { return world_.trace.note(bytes); }
    // A session is about to look at its deadline: tells when it has passed. The answer is why
    // everything happens that comes of it.
    EventId tell_deadline(ConnectionId connection, const Deadline& deadline);

    // ---- for programs -------------------------------------------------------------------------
    // The program must outlive the machine's use of it; programs are added before the run starts.
    void add(Program& program);
    void listen(Program& program, std::uint16_t port);
    void bind_udp(Program& program, std::uint16_t port);
    // A UDP port of the machine's choice, whose datagrams go to the program.
    std::uint16_t bind_ephemeral_udp(Program& program);

    ConnectionId connect(Program& program, Endpoint remote);
    ConnectionId connect(Program& program, Address from, Endpoint remote); // from one of its own
    void send(ConnectionId connection, std::string_view bytes);
    void finish(ConnectionId connection);
    void abort(ConnectionId connection);
    void send_datagram(std::uint16_t from_port, Endpoint to, std::string_view bytes);

    // handle_alarm() at or before `at`, unless an earlier one is set already: the program looks
    // what is due and sets the next one. Alarms are not taken back.
    void set_alarm(Program& program, Instant at);

    // Asks the host's resolver; the answer comes later as handle_answer with the returned id.
    dns::QuestionId resolve(Program& program, std::string_view name, dns::RecordType type);

    // ---- for the World ------------------------------------------------------------------------
    void handle_socket(const net::SocketEvent& event);
    void handle_task(const Task& task);

private:
    struct Seat { // a program and its next alarm
        Program* program = nullptr;
        Instant alarm = never;
        EventId alarm_cause;
    };
    void on_socket(const net::SocketEvent& event, const net::Datagram& datagram);
    void on_socket(const net::SocketEvent& event, const net::DatagramUnreachable& what);
    void on_socket(const net::SocketEvent& event, const net::Accepted& what);
    void on_socket(const net::SocketEvent& event, const auto& what);
    [[nodiscard]] std::uint32_t seat_of(const Program& program) const;
    void drain_resolver();
    void deliver_answers();
    void arm_resolver();

    Surroundings& world_;
    MachineConfig config_;
    std::vector<Seat> seats_;
    std::map<std::uint16_t, std::uint32_t> listeners_; // port -> seat
    std::map<std::uint16_t, std::uint32_t> udp_;
    std::map<ConnectionId, std::uint32_t> connections_;

    struct Asked {
        std::uint32_t seat = 0;
        EventId cause;
        std::string name;
        dns::RecordType type{};
    };
    dns::Resolver resolver_;
    std::uint16_t resolver_port_ = 0; // 0 until something is asked
    Instant resolver_alarm_ = never;
    std::uint32_t next_question_ = 0;
    std::map<dns::QuestionId, Asked> questions_;
    std::deque<dns::Answered> answers_; // not yet told
};

} // namespace sim::mail
