// What a peer has sent and a session has not used yet, and where in the stream it stands. Whole
// lines are read where the caller has them; only what is left over is copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sim::smtp {

class Input {
public:
    // Adds octets, which must stay where they are until keep_rest().
    void offer(std::string_view octets);
    // Copies what was not taken.
    void keep_rest();

    [[nodiscard]] std::string_view pending() const { return window().substr(taken_); }
    [[nodiscard]] bool empty() const { return taken_ == window().size(); }

    void take(std::size_t octets);
    void discard() { take(pending().size()); }
    // Forgets everything and counts from 0 again.
    void restart() { *this = Input{}; }

    // Of the first pending octet in the stream.
    [[nodiscard]] std::uint64_t position() const { return begin_ + taken_; }

    // Octets up to the first pending LF and with it; 0: none has come yet. Whether a CR stands in
    // front of it, as RFC 5321 §2.3.8 wants, is for the caller to see.
    [[nodiscard]] std::size_t find_line();

    [[nodiscard]] std::size_t memory_octets() const { return kept_.capacity(); }

private:
    [[nodiscard]] std::string_view window() const { return is_offered_ ? offered_ : kept_; }

    std::string kept_;
    std::string_view offered_;
    bool is_offered_ = false;
    std::size_t taken_ = 0;   // the window before this is done with
    std::size_t scanned_ = 0; // no line end between taken_ and here
    std::uint64_t begin_ = 0; // position of the window
};

} // namespace sim::smtp
