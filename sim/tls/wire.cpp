// Headers of records and of handshake messages; everything behind them is left to Botan.
#include "sim/tls/wire.h"

#include <algorithm>

namespace sim::tls {

namespace {

constexpr std::uint16_t supported_versions = 43; // RFC 8446 §4.2
constexpr std::uint16_t tls_1_3 = 0x0304;

// Looks at as much of the header as there is, so that a stream that is not TLS is known by its
// first octet, and the same however it is cut.
CutResult check_header(std::string_view start)
{
    if (!start.empty() && (octet_at(start, 0) < content_type::change_cipher_spec ||
                           octet_at(start, 0) > content_type::application_data))
        return CutResult::wrong_type;
    if (start.size() >= 2 && octet_at(start, 1) != 3) return CutResult::wrong_version;
    if (start.size() < record_header_size) return CutResult::need_more;
    if (uint16_at(start, 3) > longest_fragment) return CutResult::too_long;
    return CutResult::record;
}

std::size_t record_size(std::string_view header)
{
    return record_header_size + uint16_at(header, 3);
}

} // namespace

RecordCutter::Cut RecordCutter::next(std::string_view& input)
{
    if (handed_out_) held_.clear();
    handed_out_ = false;
    if (held_.empty()) {
        const CutResult result = check_header(input);
        if (result == CutResult::record && input.size() >= record_size(input)) {
            const std::string_view record = input.substr(0, record_size(input));
            input.remove_prefix(record.size());
            return {CutResult::record, record};
        }
    }
    while (true) {
        const CutResult result = check_header(held_);
        if (result > CutResult::record) return {result, {}};
        const bool sized = result == CutResult::record;
        const std::size_t wanted = sized ? record_size(held_) : record_header_size;
        if (sized && held_.size() == wanted) {
            handed_out_ = true;
            return {CutResult::record, held_};
        }
        if (input.empty()) return {};
        const std::size_t taken = std::min(wanted - held_.size(), input.size());
        held_.append(input.substr(0, taken));
        input.remove_prefix(taken);
    }
}

std::optional<std::string> HandshakeAssembler::next()
{
    if (held_.size() < handshake_header_size) return std::nullopt;
    const std::size_t size =
        handshake_header_size + (std::size_t{octet_at(held_, 1)} << 16 | uint16_at(held_, 2));
    if (held_.size() < size) return std::nullopt;
    std::string message = held_.substr(0, size);
    held_.erase(0, size);
    return message;
}

namespace {

// Behind the header, the legacy version, the random and the session id with its length; nowhere
// when it is cut short.
std::optional<std::size_t> behind_session_id(std::string_view hello)
{
    const std::size_t at = handshake_header_size + 2 + 32;
    if (hello.size() <= at) return std::nullopt;
    return at + 1 + std::size_t{octet_at(hello, at)};
}

// The data of supported_versions among the extensions that begin there; empty without one.
std::string_view versions_at(std::size_t at, std::string_view hello)
{
    if (hello.size() < at + 2) return {};
    at += 2; // length of all extensions
    while (at + 4 <= hello.size()) {
        const std::uint16_t type = uint16_at(hello, at);
        const std::size_t size = uint16_at(hello, at + 2);
        at += 4;
        if (type == supported_versions && at + size <= hello.size()) return hello.substr(at, size);
        at += size;
    }
    return {};
}

} // namespace

bool chooses_tls_1_3(std::string_view server_hello)
{
    const auto at = behind_session_id(server_hello);
    if (!at) return false;
    const std::string_view version = versions_at(*at + 2 + 1, server_hello); // suite, compression
    return version.size() == 2 && uint16_at(version, 0) == tls_1_3;
}

bool offers_tls_1_3(std::string_view client_hello)
{
    auto at = behind_session_id(client_hello);
    if (!at || client_hello.size() < *at + 2) return false;
    *at += 2 + std::size_t{uint16_at(client_hello, *at)}; // cipher suites
    if (client_hello.size() <= *at) return false;
    *at += 1 + std::size_t{octet_at(client_hello, *at)};              // compression methods
    const std::string_view versions = versions_at(*at, client_hello); // behind its own length
    for (std::size_t i = 1; i + 1 < versions.size(); i += 2)
        if (uint16_at(versions, i) == tls_1_3) return true;
    return false;
}

std::uint16_t named_group(std::string_view server_key_exchange)
{
    constexpr std::uint8_t named_curve = 3;
    constexpr std::size_t at = handshake_header_size;
    if (server_key_exchange.size() < at + 3) return 0;
    if (octet_at(server_key_exchange, at) != named_curve) return 0;
    return uint16_at(server_key_exchange, at + 1);
}

} // namespace sim::tls
