// The outside of TLS, read without keys: cuts a stream into records, and unencrypted handshake
// records into messages. What an onlooker on the wire can do too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim::tls {

inline constexpr std::size_t record_header_size = 5;
inline constexpr std::size_t longest_plaintext = 16384;                   // RFC 8446 §5.1
inline constexpr std::size_t longest_fragment = longest_plaintext + 2048; // RFC 5246 §6.2.3
inline constexpr std::size_t handshake_header_size = 4;

namespace content_type { // RFC 8446 §5.1
inline constexpr std::uint8_t change_cipher_spec = 20;
inline constexpr std::uint8_t alert = 21;
inline constexpr std::uint8_t handshake = 22;
inline constexpr std::uint8_t application_data = 23;
} // namespace content_type

namespace handshake_type { // RFC 8446 §4, RFC 5246 §7.4
inline constexpr std::uint8_t client_hello = 1;
inline constexpr std::uint8_t server_hello = 2;
inline constexpr std::uint8_t server_key_exchange = 12;
inline constexpr std::uint8_t finished = 20;
} // namespace handshake_type

[[nodiscard]] constexpr std::uint8_t octet_at(std::string_view bytes, std::size_t position)
{
    return static_cast<std::uint8_t>(bytes[position]);
}

[[nodiscard]] constexpr std::uint16_t uint16_at(std::string_view bytes, std::size_t position)
{
    return static_cast<std::uint16_t>(octet_at(bytes, position) << 8 |
                                      octet_at(bytes, position + 1));
}

enum class CutResult : std::uint8_t { need_more, record, wrong_type, wrong_version, too_long };

// Holds at most one record that is not complete yet.
class RecordCutter {
public:
    struct Cut {
        CutResult result = CutResult::need_more;
        std::string_view record; // with its header; valid until the next call
    };

    // Takes one record, or all there is of one, from the front of `input`. After one of the last
    // three results the stream is no TLS and cannot be cut any further.
    [[nodiscard]] Cut next(std::string_view& input);

    // A record has begun and is not complete.
    [[nodiscard]] bool holds_part() const { return !handed_out_ && !held_.empty(); }

private:
    std::string held_;
    bool handed_out_ = false; // held_ is the record that the last call gave
};

// Puts handshake messages together: records may hold several, or parts of one. The caller limits
// how much it feeds.
class HandshakeAssembler {
public:
    void feed(std::string_view fragment) { held_.append(fragment); }
    // The next whole message, with its header.
    [[nodiscard]] std::optional<std::string> next();

private:
    std::string held_;
};

// Whether this ServerHello (or HelloRetryRequest) chooses TLS 1.3: RFC 8446 §4.2.1. Total; a
// message that is cut short chooses nothing.
[[nodiscard]] bool chooses_tls_1_3(std::string_view server_hello);

// Whether this ClientHello offers TLS 1.3, in the same way.
[[nodiscard]] bool offers_tls_1_3(std::string_view client_hello);

// The group that this ServerKeyExchange of TLS 1.2 names, 0 when it names none: RFC 8422 §5.4.
[[nodiscard]] std::uint16_t named_group(std::string_view server_key_exchange);

} // namespace sim::tls
