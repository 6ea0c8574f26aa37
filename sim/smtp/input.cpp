#include "sim/smtp/input.h"

#include <algorithm>

namespace sim::smtp {

void Input::offer(std::string_view octets)
{
    if (kept_.empty()) {
        offered_ = octets;
        is_offered_ = true;
    } else {
        kept_ += octets;
    }
}

void Input::keep_rest()
{
    // What was taken out of a long rest is cleared away only now and then.
    if (!is_offered_ && 2 * taken_ < kept_.size()) return;
    if (is_offered_) {
        kept_ = offered_.substr(taken_);
    } else {
        kept_.erase(0, taken_);
    }
    is_offered_ = false;
    begin_ += taken_;
    scanned_ -= taken_;
    taken_ = 0;
}

void Input::take(std::size_t octets)
{
    taken_ += octets;
    scanned_ = std::max(scanned_, taken_);
}

std::size_t Input::find_line()
{
    const std::string_view octets = window();
    const std::size_t newline = octets.find('\n', scanned_);
    scanned_ = newline == std::string_view::npos ? octets.size() : newline;
    return newline == std::string_view::npos ? 0 : newline + 1 - taken_;
}

} // namespace sim::smtp
