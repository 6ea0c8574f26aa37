// The name server program of a host: port 53, answers from its zones, asks others when it recurses.
#pragma once

#include "sim/dns/recursive_server.h"
#include "sim/mail/faults.h"
#include "sim/mail/machine.h"

namespace sim::mail {

class NameService final : public Program {
public:
    NameService(Machine& machine, dns::Server server, dns::ResolverConfig recursion);
    void start();                   // once
    void set_fault(DnsFault fault); // counts for questions that come from now on

    void handle_datagram(std::uint16_t port, Endpoint remote, std::string_view bytes) override;
    void handle_alarm() override;

private:
    void drain();
    EventId tell_fault();

    Machine& machine_;
    dns::RecursiveServer server_;
    DnsFault fault_ = DnsFault::off;
    std::uint16_t upstream_port_ = 0; // 0 until somebody has to be asked
};

} // namespace sim::mail
