#include "platform/bridge/pipe_end.h"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/write.hpp>

#include <utility>

namespace platform::bridge {

PipeEnd::PipeEnd(asio::io_context& loop, PipeEvents events)
    : socket_{loop}, events_{std::move(events)}, last_used_{std::chrono::steady_clock::now()}
{
}

void PipeEnd::attach(asio::ip::tcp::socket socket)
{
    if (over_) return;
    socket_ = std::move(socket);
    attached_ = true;
    last_used_ = std::chrono::steady_clock::now();
    asio::error_code ignored; // a socket without this option is as good
    socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
    read();
    flush();
}

void PipeEnd::pause(bool paused)
{
    paused_ = paused;
    read();
}

void PipeEnd::read()
{
    if (!attached_ || over_ || reading_ || paused_ || peer_finished_) return;
    reading_ = true;
    socket_.async_read_some(
        asio::buffer(in_),
        [self = shared_from_this()](const asio::error_code& error, std::size_t size) {
            self->reading_ = false;
            if (self->over_) return;
            self->last_used_ = std::chrono::steady_clock::now();
            if (size > 0) self->events_.received({self->in_.data(), size});
            if (self->over_) return;
            if (error == asio::error::eof) {
                self->peer_finished_ = true;
                self->events_.finished();
                self->look_whether_done();
            } else if (error) {
                self->fail();
            } else {
                self->read();
            }
        });
}

void PipeEnd::write(std::string_view bytes)
{
    if (over_ || finishing_) return;
    next_ += bytes;
    flush();
}

void PipeEnd::flush()
{
    if (!attached_ || over_ || !writing_.empty()) return;
    if (next_.empty()) {
        if (finishing_ && !finished_) {
            finished_ = true;
            asio::error_code ignored; // one that is gone already is noticed by reading
            socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
            look_whether_done();
        }
        return;
    }
    std::swap(writing_, next_);
    asio::async_write(socket_,
                      asio::buffer(writing_),
                      [self = shared_from_this()](const asio::error_code& error, std::size_t size) {
                          if (self->over_) return;
                          if (error) {
                              self->fail();
                              return;
                          }
                          self->writing_.clear();
                          self->last_used_ = std::chrono::steady_clock::now();
                          self->events_.written(size);
                          if (!self->over_) self->flush();
                      });
}

void PipeEnd::finish()
{
    finishing_ = true;
    flush();
}

void PipeEnd::look_whether_done()
{
    if (over_ || !peer_finished_ || !finished_) return;
    over_ = true;
    asio::error_code ignored;
    socket_.close(ignored);
    events_.closed();
}

void PipeEnd::reset()
{
    if (std::exchange(over_, true)) return;
    asio::error_code ignored; // without the option it is a FIN: the peer learns that it is over
    socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
    socket_.close(ignored);
}

void PipeEnd::fail()
{
    if (std::exchange(over_, true)) return;
    asio::error_code ignored;
    socket_.close(ignored);
    events_.broken();
}

} // namespace platform::bridge
