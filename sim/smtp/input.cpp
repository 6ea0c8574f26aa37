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

std::size_t Input::find_line(bool lf_is_enough)
{
    const std::string_view octets = window();
    std::size_t newline = octets.find('\n', scanned_);
    while (newline != std::string_view::npos) {
        scanned_ = newline + 1;
        if (lf_is_enough || (newline > taken_ && octets[newline - 1] == '\r'))
            return scanned_ - taken_;
        newline = octets.find('\n', scanned_);
    }
    scanned_ = octets.size();
    return 0;
}

} // namespace sim::smtp
