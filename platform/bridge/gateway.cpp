#include "platform/bridge/gateway.h"

#include "sim/net/limits.h"

#include <asio/buffer.hpp>
#include <asio/ip/udp.hpp>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <map>
#include <utility>

namespace platform::bridge {

namespace {

using asio::ip::tcp;
using asio::ip::udp;
namespace visit = sim::mail::visit;

constexpr std::size_t most_datagram_peers = 256;

Problem cannot_listen(const Opening& opening, const asio::error_code& error)
{
    const std::string address = real_end(opening);
    if (error == asio::error::address_in_use) return {"port_in_use", {{"address", address}}};
    if (error == asio::error::access_denied) return {"port_denied", {{"address", address}}};
    if (error.value() == EADDRNOTAVAIL) return {"no_own_address", {{"address", address}}};
    return {"cannot_listen", {{"address", address}, {"reason", error.message()}}};
}

} // namespace

// ---- listening sockets --------------------------------------------------------------------------

class Gateway::Door {
public:
    Door(Gateway& gateway, tcp::acceptor acceptor, sim::Endpoint to)
        : gateway_{gateway}, acceptor_{std::move(acceptor)}, pause_{gateway.loop_}, to_{to}
    {
    }

    void accept()
    {
        if (gateway_.junction_.stopped()) return;
        if (gateway_.junction_.is_full()) { // who comes now waits in the system's queue
            wait_and_accept();
            return;
        }
        acceptor_.async_accept([this](const asio::error_code& error, tcp::socket socket) {
            if (error == asio::error::operation_aborted) return;
            if (error) { // out of descriptors, or a peer that has gone again
                wait_and_accept();
                return;
            }
            gateway_.admit(std::move(socket), to_);
            accept();
        });
    }
    void stop()
    {
        asio::error_code ignored;
        acceptor_.close(ignored);
        pause_.cancel();
    }

private:
    void wait_and_accept()
    {
        pause_.expires_after(std::chrono::milliseconds{100});
        pause_.async_wait([this](const asio::error_code& error) {
            if (!error) accept();
        });
    }

    Gateway& gateway_;
    tcp::acceptor acceptor_;
    asio::steady_timer pause_;
    sim::Endpoint to_;
};

// Datagrams: each real sender has a simulated port of its own.
class Gateway::DatagramDoor {
public:
    DatagramDoor(Gateway& gateway, udp::socket socket, sim::Endpoint to)
        : gateway_{gateway}, socket_{std::move(socket)}, to_{to}
    {
    }

    void receive()
    {
        socket_.async_receive_from(
            asio::buffer(in_), sender_, [this](const asio::error_code& error, std::size_t size) {
                if (error == asio::error::operation_aborted || gateway_.junction_.stopped()) return;
                if (!error) handle({in_.data(), size});
                receive();
            });
    }
    // Whether the datagram was an answer to one of this door's senders.
    bool answer(const visit::Datagram& datagram)
    {
        const auto to = peer_of_.find(datagram.local_port);
        if (to == peer_of_.end()) return false;
        asio::error_code ignored; // an answer that cannot be sent is lost, as datagrams are
        socket_.send_to(asio::buffer(datagram.bytes), to->second, 0, ignored);
        gateway_.junction_.counts().bytes_out += datagram.bytes.size();
        return true;
    }
    void stop()
    {
        asio::error_code ignored;
        socket_.close(ignored);
    }

private:
    void handle(std::string_view bytes)
    {
        gateway_.junction_.counts().bytes_in += bytes.size();
        if (bytes.size() > sim::net::max_datagram_bytes) return;
        gateway_.junction_.visit([&](sim::mail::Visitor& visitor) {
            const std::uint16_t port = port_for(visitor);
            if (port != 0) visitor.send_datagram(port, to_, bytes);
        });
    }
    std::uint16_t port_for(sim::mail::Visitor& visitor)
    {
        if (const auto known = port_of_.find(sender_); known != port_of_.end())
            return known->second;
        std::uint16_t port = 0;
        if (port_of_.size() < most_datagram_peers) {
            port = visitor.bind_udp();
        } else { // the ports go round
            port = next_reused_->first;
            port_of_.erase(next_reused_->second);
            if (++next_reused_ == peer_of_.end()) next_reused_ = peer_of_.begin();
        }
        if (port == 0) return 0;
        port_of_[sender_] = port;
        peer_of_[port] = sender_;
        if (peer_of_.size() == 1) next_reused_ = peer_of_.begin();
        return port;
    }

    Gateway& gateway_;
    udp::socket socket_;
    sim::Endpoint to_;
    udp::endpoint sender_;
    std::array<char, 4096> in_{};
    std::map<udp::endpoint, std::uint16_t> port_of_;
    std::map<std::uint16_t, udp::endpoint> peer_of_;
    std::map<std::uint16_t, udp::endpoint>::iterator next_reused_;
};

// ---- the gateway --------------------------------------------------------------------------------

Gateway::Gateway(asio::io_context& loop, sim::HostId from, JunctionLimits limits)
    : loop_{loop}, junction_{loop, from, limits, {{}, [this](const visit::Datagram& datagram) {
                                                      for (const auto& door : datagram_doors_)
                                                          if (door->answer(datagram)) return;
                                                  }}}
{
}

Gateway::~Gateway() = default;

tl::expected<Opening, Problem> Gateway::open(Opening opening, sim::Address simulated)
{
    const auto address = asio::ip::make_address(opening.real_address);
    const sim::Endpoint to{simulated, opening.port};
    const auto listen = [&](std::uint16_t port) {
        asio::error_code error;
        if (opening.transport == sim::Transport::udp) {
            const udp::endpoint at{address, port};
            udp::socket socket{loop_};
            socket.open(at.protocol(), error);
            if (!error) socket.bind(at, error);
            if (!error) opening.real_port = socket.local_endpoint().port();
            if (!error) {
                datagram_doors_.push_back(
                    std::make_unique<DatagramDoor>(*this, std::move(socket), to));
            }
            return error;
        }
        const tcp::endpoint at{address, port};
        tcp::acceptor acceptor{loop_};
        acceptor.open(at.protocol(), error);
        if (!error) acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
        if (!error) acceptor.bind(at, error);
        if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
        if (!error) opening.real_port = acceptor.local_endpoint().port();
        if (!error) doors_.push_back(std::make_unique<Door>(*this, std::move(acceptor), to));
        return error;
    };
    asio::error_code error = listen(opening.real_port);
    if (error == asio::error::address_in_use && !opening.wished) {
        opening.taken_port = opening.real_port;
        error = listen(0);
    }
    if (error) return tl::make_unexpected(cannot_listen(opening, error));
    return opening;
}

void Gateway::start(LiveWorld& world)
{
    junction_.start(world);
    for (const auto& door : doors_)
        door->accept();
    for (const auto& door : datagram_doors_)
        door->receive();
}

void Gateway::admit(tcp::socket socket, sim::Endpoint to)
{
    sim::ConnectionId connection;
    junction_.visit([&](sim::mail::Visitor& visitor) { connection = visitor.connect(to); });
    junction_.add(connection, false);
    junction_.attach(connection, std::move(socket));
}

void Gateway::stop()
{
    for (const auto& door : doors_)
        door->stop();
    for (const auto& door : datagram_doors_)
        door->stop();
    junction_.stop();
}

} // namespace platform::bridge
