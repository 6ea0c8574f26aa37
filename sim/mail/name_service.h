// The name server program of a host: port 53, UDP and TCP, answers from its zones, asks others when
// it recurses.
#pragma once

#include "sim/dns/recursive_server.h"
#include "sim/mail/faults.h"
#include "sim/mail/machine.h"

#include <map>
#include <string>

namespace sim::mail {

class NameService final : public Program {
public:
    NameService(Machine& machine, dns::Server server, dns::ResolverConfig recursion);
    void start();                   // once
    void set_fault(DnsFault fault); // counts for questions that come from now on

    void handle_datagram(std::uint16_t port, Endpoint remote, std::string_view bytes) override;
    void handle_alarm() override;

    void handle_accepted(ConnectionId connection, Endpoint local, Endpoint remote) override;
    void handle_received(ConnectionId connection, std::string_view bytes) override;
    void handle_peer_finished(ConnectionId connection) override;
    void handle_ended(ConnectionId connection, ConnectionEnd how) override;

private:
    // Questions one after the other, each behind its length (RFC 1035 §4.2.2, RFC 7766).
    struct Stream {
        Endpoint client;
        std::string received;
        Instant last_used{};
    };

    void ask(Endpoint client, std::string_view question, dns::Carriage carriage);
    void reply(const dns::ReplyToClient& reply);
    void drain();
    void close_idle();
    EventId tell_fault();

    Machine& machine_;
    dns::RecursiveServer server_;
    DnsFault fault_ = DnsFault::off;
    std::uint16_t upstream_port_ = 0; // 0 until somebody has to be asked
    std::map<ConnectionId, Stream> streams_;
};

} // namespace sim::mail
