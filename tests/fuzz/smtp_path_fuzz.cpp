// libFuzzer target: any bytes as a path of MAIL or RCPT, as an address and as a domain.
#include "sim/core/assert.h"
#include "sim/smtp/path.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace sim::smtp;

namespace {

bool has_control(std::string_view text)
{
    return std::ranges::any_of(
        text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; });
}

// Whatever is let in can be said to the next hop, and means the same there.
void check_mailbox(const Mailbox& mailbox)
{
    SIM_ASSERT(mailbox.domain.size() <= 255);
    SIM_ASSERT(mailbox.domain.empty() || is_domain(mailbox.domain) ||
               is_address_literal(mailbox.domain));
    const std::string written = to_string(mailbox);
    SIM_ASSERT(!has_control(written));
    const std::string path = "<" + written + ">";
    const auto again = mailbox.is_null() ? parse_reverse_path(path) : parse_forward_path(path);
    SIM_ASSERT(again && again->mailbox == mailbox);
    SIM_ASSERT(again->size == path.size() && !again->has_source_route);
    if (!mailbox.domain.empty()) SIM_ASSERT(parse_mailbox(written) == mailbox);
}

void check_path(std::string_view text, const Path& path)
{
    SIM_ASSERT(path.size <= text.size() && path.size <= 256);
    const std::string_view own = text.substr(0, path.size);
    SIM_ASSERT(own.starts_with('<') && own.ends_with('>'));
    SIM_ASSERT(!has_control(own));
    SIM_ASSERT(path.is_ascii == std::ranges::none_of(own, [](char c) { return (c & 0x80) != 0; }));
    SIM_ASSERT(path.has_source_route == own.starts_with("<@"));
    check_mailbox(path.mailbox);
}

} // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name for it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto reverse = parse_reverse_path(text);
    const auto forward = parse_forward_path(text);
    if (reverse) {
        check_path(text, *reverse);
        // What stands behind a path is none of its business.
        SIM_ASSERT(parse_reverse_path(text.substr(0, reverse->size)) == reverse);
        SIM_ASSERT(parse_reverse_path(std::string{text} + "> SIZE=1") == reverse);
        SIM_ASSERT(forward.has_value() != reverse->mailbox.is_null());
    }
    if (forward) {
        check_path(text, *forward);
        SIM_ASSERT(!forward->mailbox.is_null());
        SIM_ASSERT(parse_forward_path(text.substr(0, forward->size)) == forward);
        SIM_ASSERT(reverse.has_value() != forward->mailbox.domain.empty());
        if (reverse) SIM_ASSERT(*reverse == *forward);
    }
    if (const auto mailbox = parse_mailbox(text)) {
        check_mailbox(*mailbox);
        const auto path = parse_forward_path("<" + std::string{text} + ">");
        SIM_ASSERT(path && path->mailbox == *mailbox && path->size == size + 2);
    }
    if (is_domain(text)) SIM_ASSERT(!is_address_literal(text) && size <= 255);
    if (is_address_literal(text)) SIM_ASSERT(text.starts_with('[') && text.ends_with(']'));
    return 0;
}
