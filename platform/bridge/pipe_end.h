// The real end of a connection whose other end is simulated: reads without outrunning the simulated
// peer, writes what it is given in order, and passes on both kinds of ending.
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace platform::bridge {

// What a real peer does. None is called after close() or reset().
struct PipeEvents {
    std::function<void(std::string_view bytes)> received;
    std::function<void()> finished; // it will send no more
    std::function<void()> broken;   // reset, or gone
    std::function<void()> closed;   // all that was to be written is, and both sides have finished
    std::function<void(std::size_t bytes)> written;
};

class PipeEnd : public std::enable_shared_from_this<PipeEnd> {
public:
    PipeEnd(asio::io_context& loop, PipeEvents events);

    // Begins to read. What is written before is kept until then.
    void attach(asio::ip::tcp::socket socket);
    void pause(bool paused);            // stops reading for a while
    void write(std::string_view bytes); // kept until the peer takes them
    void finish();                      // FIN after what is written
    void reset();                       // RST, now
    [[nodiscard]] std::size_t waiting_bytes() const { return writing_.size() + next_.size(); }
    [[nodiscard]] std::chrono::steady_clock::time_point last_used() const { return last_used_; }

private:
    void read();
    void flush();
    void look_whether_done();
    void fail();

    asio::ip::tcp::socket socket_;
    PipeEvents events_;
    std::array<char, 16384> in_{};
    std::string writing_; // handed to the system
    std::string next_;    // to be written after it
    std::chrono::steady_clock::time_point last_used_;
    bool attached_ = false;
    bool reading_ = false;
    bool paused_ = false;
    bool peer_finished_ = false;
    bool finishing_ = false; // ours: FIN when all is written
    bool finished_ = false;
    bool over_ = false;
};

} // namespace platform::bridge
