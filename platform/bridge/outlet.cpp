#include "platform/bridge/outlet.h"

#include <asio/connect.hpp>
#include <fmt/format.h>

#include <memory>
#include <utility>

namespace platform::bridge {

using asio::ip::tcp;

tl::expected<RealServer, std::string> look_up(const std::string& host, std::uint16_t port)
{
    asio::io_context loop;
    tcp::resolver resolver{loop};
    asio::error_code error;
    const auto found = resolver.resolve(host, fmt::format("{}", port), error);
    if (error) return tl::make_unexpected(error.message());
    RealServer server{host, port, {}};
    for (const auto& entry : found)
        server.endpoints.push_back(entry.endpoint());
    if (server.endpoints.empty()) return tl::make_unexpected("no address");
    return server;
}

Outlet::Outlet(asio::io_context& loop, sim::HostId host, RealServer server)
    : loop_{loop},
      server_{std::move(server)},
      junction_{loop,
                host,
                {},
                {[this](const sim::mail::visit::Accepted& what, sim::mail::Visitor& visitor) {
                     if (door_closed_) {
                         visitor.abort(what.connection);
                     } else {
                         accept(what.connection);
                     }
                 },
                 {}}}
{
}

Reachable Outlet::try_server(std::chrono::seconds patience, std::string& problem)
{
    tcp::socket socket{loop_};
    asio::error_code result = asio::error::would_block;
    asio::async_connect(
        socket, server_.endpoints, [&](const asio::error_code& error, const tcp::endpoint&) {
            result = error;
            loop_.stop(); // which may have other work
        });
    loop_.restart();
    loop_.run_for(patience);
    if (result == asio::error::would_block) {
        socket.close();
        loop_.restart();
        loop_.run(); // the handler hears of it before `result` goes
        return Reachable::silent;
    }
    loop_.restart();
    if (!result) {
        ready_.emplace(std::move(socket));
        reached_ = true;
        return Reachable::yes;
    }
    problem = result.message();
    return result == asio::error::connection_refused ? Reachable::refused : Reachable::silent;
}

void Outlet::start(LiveWorld& world)
{
    junction_.start(world);
    if (!reached_) return;
    junction_.visit([this](sim::mail::Visitor& visitor) { visitor.listen(server_.port); });
}

void Outlet::accept(sim::ConnectionId connection)
{
    junction_.add(connection, true);
    if (ready_) {
        junction_.attach(connection, std::move(*ready_));
        ready_.reset();
        return;
    }
    connect(connection);
}

void Outlet::connect(sim::ConnectionId connection)
{
    auto socket = std::make_shared<tcp::socket>(loop_);
    asio::async_connect(
        *socket,
        server_.endpoints,
        [this, socket, connection](const asio::error_code& error, const tcp::endpoint&) {
            if (junction_.stopped()) return;
            if (!error) {
                junction_.attach(connection, std::move(*socket));
                return;
            }
            junction_.visit(
                [connection](sim::mail::Visitor& visitor) { visitor.abort(connection); });
        });
}

} // namespace platform::bridge
