// libFuzzer target: any server given to a client session inside a real TLS session, with octets put
// on the wire past it, before, during and after the handshake.
#include "tests/fuzz/smtp_client_host.h"
#include "tests/fuzz/tls_tunnel.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

// As smtp_client_fuzz, one octet of choices and then the server's octets, but 0x01 lets the
// handshake come to its end, 0x02 one flight pass, 0x07 ends a piece that no engine sends, and 0x08
// introduces two octets that change the server's next flight.
// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name for it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace sim;
    if (size == 0) return 0;
    const bool if_available = data[0] % 4 == static_cast<int>(Protection::starttls_if_available);
    smtp::fuzz::ClientHost host{smtp::fuzz::client_config_for(data[0]), data[0]};
    tls::VersionRange versions;
    if ((data[0] & 64U) != 0) versions.maximum = tls::Version::tls_1_2;
    tls::fuzz::Tunnel tunnel{host, TlsRole::client, versions, !if_available};

    std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
    while (!rest.empty()) {
        const std::size_t end =
            std::min(rest.find_first_of("\x01\x02\x03\x04\x05\x06\x07\x08"), rest.size());
        const char what = end < rest.size() ? rest[end] : '\x06';
        if (end > 0 && what == 7) tunnel.put_on_wire(rest.substr(0, end));
        if (end > 0 && what != 7) tunnel.say(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (what == 1) tunnel.settle();
        if (what == 2) tunnel.step();
        if (what == 3) host.pass(1min);
        if (what == 4) host.pass(10min);
        if (what == 5) host.progress(false);
        if (what == 8 && rest.size() >= 2) {
            tunnel.spoil_next(static_cast<std::uint8_t>(rest[0]),
                              static_cast<std::uint8_t>(rest[1]));
            rest.remove_prefix(2);
        }
        tunnel.follow();
    }
    tunnel.end(true);
    host.check_ended();
    return 0;
}
