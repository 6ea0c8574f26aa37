#include "sim/pop3/line_reader.h"

#include <utility>

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

LineReader::LineEnd LineReader::find_end() const
{
    if (lf_alone_ == LfAlone::belongs) {
        const std::size_t end = input_.find("\r\n", scanned_);
        return end == std::string::npos ? LineEnd{} : LineEnd{end, 2};
    }
    const std::size_t feed = input_.find('\n', scanned_);
    if (feed == std::string::npos) return {};
    const bool whole = feed > taken_ && input_[feed - 1] == '\r';
    return whole ? LineEnd{feed - 1, 2} : LineEnd{feed, 1};
}

std::optional<ReadLine> LineReader::poll_line()
{
    while (true) {
        const LineEnd end = find_end();
        const bool complete = end.size > 0;
        if (complete && swallowing_) {
            taken_ = scanned_ = end.begin + end.size;
            swallowing_ = false;
            swallowed_ = 0;
            is_broken_ = end.size == 1;
            continue;
        }
        // A CR at the very end may be half of a CR LF: it belongs to no line yet.
        const bool half = !complete && input_.size() > taken_ && input_.back() == '\r';
        const std::size_t known = complete ? end.begin : input_.size() - (half ? 1 : 0);
        if (swallowing_) {
            swallowed_ += known - taken_;
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
        const bool is_rest = std::exchange(is_broken_, end.size == 1) && end.size == 2;
        ReadLine line = take(end.begin - taken_, end.begin + end.size - taken_);
        line.is_broken = is_broken_;
        if (!is_rest) return line;
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
    *this = LineReader{line_limit_, lf_alone_};
}

} // namespace sim::pop3
