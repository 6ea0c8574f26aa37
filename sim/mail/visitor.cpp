#include "sim/mail/visitor.h"

#include <utility>

namespace sim::mail {

ConnectionId Visitor::connect(Endpoint remote)
{
    const ConnectionId connection = machine_.connect(*this, remote);
    if (connection.exists()) machine_.trace().mark_outside(connection);
    return connection;
}

std::optional<visit::Output> Visitor::poll_output()
{
    if (outputs_.empty()) return std::nullopt;
    visit::Output output = std::move(outputs_.front());
    outputs_.pop_front();
    return output;
}

void Visitor::handle_accepted(ConnectionId connection, Endpoint local, Endpoint remote)
{
    machine_.trace().mark_outside(connection);
    outputs_.emplace_back(visit::Accepted{connection, local, remote});
}

void Visitor::handle_connected(ConnectionId connection)
{
    outputs_.emplace_back(visit::Connected{connection});
}

void Visitor::handle_connect_failed(ConnectionId connection, ConnectFailure why)
{
    outputs_.emplace_back(visit::ConnectFailed{connection, why});
}

void Visitor::handle_received(ConnectionId connection, std::string_view bytes)
{
    outputs_.emplace_back(visit::Received{connection, std::string{bytes}});
}

void Visitor::handle_peer_finished(ConnectionId connection)
{
    outputs_.emplace_back(visit::PeerFinished{connection});
}

void Visitor::handle_ended(ConnectionId connection, ConnectionEnd how)
{
    outputs_.emplace_back(visit::Ended{connection, how});
}

void Visitor::handle_datagram(std::uint16_t port, Endpoint remote, std::string_view bytes)
{
    outputs_.emplace_back(visit::Datagram{port, remote, std::string{bytes}});
}

} // namespace sim::mail
