#include "sim/pop3/line_reader.h"

#include <algorithm>

namespace sim::pop3 {

void LineReader::handle_bytes(std::string_view bytes)
{
    if (taken_ > 0) {
        input_.erase(0, taken_);
        begin_ += taken_;
        scanned_ -= taken_;
        taken_ = 0;
    }
    input_ += bytes;
}

std::optional<ReadLine> LineReader::poll_line()
{
    while (true) {
        const std::size_t end = input_.find("\r\n", scanned_);
        const bool complete = end != std::string::npos;
        if (complete && swallowing_) {
            taken_ = scanned_ = end + 2;
            swallowing_ = false;
            continue;
        }
        // A CR at the very end may be half of a CR LF: it belongs to no line yet.
        const bool half = !complete && input_.size() > taken_ && input_.back() == '\r';
        const std::size_t known = complete ? end : input_.size() - (half ? 1 : 0);
        if (swallowing_) {
            taken_ = scanned_ = known;
            return std::nullopt;
        }
        if (known - taken_ > line_limit_) {
            ReadLine line = take(line_limit_, line_limit_);
            line.too_long = true;
            swallowing_ = true;
            return line;
        }
        if (!complete) {
            scanned_ = known;
            return std::nullopt;
        }
        return take(end - taken_, end + 2 - taken_);
    }
}

ReadLine LineReader::take(std::size_t text_size, std::size_t whole_size)
{
    ReadLine line;
    line.text = std::string_view{input_}.substr(taken_, text_size);
    line.stream_offset = begin_ + taken_;
    constexpr std::string_view stray{"\r\n\0", 3};
    line.has_stray_octets = line.text.find_first_of(stray) != std::string_view::npos;
    taken_ += whole_size;
    scanned_ = taken_;
    return line;
}

void LineReader::restart()
{
    *this = LineReader{line_limit_};
}

} // namespace sim::pop3
