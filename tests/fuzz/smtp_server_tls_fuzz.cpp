// libFuzzer target: any bytes said to a server session inside a real TLS session, or put on the
// wire past it, before, during and after the handshake.
#include "tests/fuzz/smtp_server_host.h"
#include "tests/fuzz/tls_tunnel.h"

#include <cstddef>
#include <cstdint>
#include <string>

// As smtp_server_fuzz: two octets of choices, 0xFD ends a piece and 0xFE introduces an octet for
// act(). Also, 0xFC ends a piece that no engine sends, and 0xFB introduces two octets that change
// the other end's next flight. An octet for act() that is a multiple of 8 lets one flight pass.
// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name for it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace sim;
    if (size < 2) return 0;
    smtp::fuzz::ServerHost host{smtp::fuzz::server_config_for(data[0]), (data[1] & 1U) != 0};
    const bool answers_at_once = (data[1] & 2U) != 0;
    tls::VersionRange versions;
    if ((data[1] & 4U) != 0) versions.maximum = tls::Version::tls_1_2;
    tls::fuzz::Tunnel tunnel{host, TlsRole::server, versions, (data[1] & 8U) == 0};

    const auto act = [&](std::uint8_t choice) {
        if (choice % 8 == 0) tunnel.step();
        if (choice % 8 == 4) tunnel.end(false);
        if (choice % 4 != 0 && choice % 8 != 1) host.act(choice);
        tunnel.follow();
    };
    std::string piece;
    const auto flush = [&](bool raw) {
        if (raw) {
            tunnel.put_on_wire(piece);
        } else {
            tunnel.say(piece);
        }
        piece.clear();
        for (int i = 0; answers_at_once && i < 200; ++i)
            act(13);
        if (!raw) tunnel.settle();
    };
    for (std::size_t i = 2; i < size; ++i) {
        if (data[i] < 0xFB) {
            piece += static_cast<char>(data[i]);
            continue;
        }
        if (!piece.empty()) flush(data[i] == 0xFC);
        if (data[i] == 0xFE && i + 1 < size) {
            act(data[++i]);
        } else if (data[i] == 0xFB && i + 2 < size) {
            tunnel.spoil_next(data[i + 1], data[i + 2]);
            i += 2;
        }
    }
    flush(false);
    for (const int last : {5, 5, 2, 5, 2, 5, 2})
        act(static_cast<std::uint8_t>(last));
    tunnel.end(true);
    return 0;
}
