#include "sim/smtp/offer.h"

#include "sim/smtp/path.h"

#include <charconv>

namespace sim::smtp {

namespace {

// Takes the next word, up to a space or the end, off the front.
std::string_view take_word(std::string_view& text)
{
    while (text.starts_with(' '))
        text.remove_prefix(1);
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    return word;
}

void read_line(std::string_view line, Offer& offer)
{
    const std::string_view keyword = take_word(line);
    if (equal_ignoring_case(keyword, "STARTTLS")) {
        offer.starttls = true;
    } else if (equal_ignoring_case(keyword, "PIPELINING")) {
        offer.pipelining = true;
    } else if (equal_ignoring_case(keyword, "8BITMIME")) {
        offer.eight_bit_mime = true;
    } else if (equal_ignoring_case(keyword, "SMTPUTF8")) {
        offer.smtputf8 = true;
    } else if (equal_ignoring_case(keyword, "CHUNKING")) {
        offer.chunking = true;
    } else if (equal_ignoring_case(keyword, "DSN")) {
        offer.dsn = true;
    } else if (equal_ignoring_case(keyword, "SIZE")) {
        offer.size = true;
        const std::string_view limit = take_word(line);
        std::uint64_t value = 0;
        const auto read = std::from_chars(limit.data(), limit.data() + limit.size(), value);
        const bool whole = read.ec == std::errc{} && read.ptr == limit.data() + limit.size();
        offer.size_limit = whole ? value : 0;
    } else if (equal_ignoring_case(keyword, "AUTH")) {
        for (auto name = take_word(line); !name.empty(); name = take_word(line))
            offer.auth.emplace_back(name);
    }
}

} // namespace

Offer parse_offer(const Reply& reply)
{
    Offer offer;
    std::string_view rest = reply.text;
    // The first line is the server's name and a greeting.
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        rest.remove_prefix(end + 1);
        read_line(rest.substr(0, rest.find('\n')), offer);
    }
    return offer;
}

} // namespace sim::smtp
