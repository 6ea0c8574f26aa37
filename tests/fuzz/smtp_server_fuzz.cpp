// libFuzzer target: any bytes given to a server session, its host's answers, TLS and time among
// them.
#include "tests/fuzz/smtp_server_host.h"

#include <cstddef>
#include <cstdint>
#include <string>

// Two octets of choices; then octets for the session, in which 0xFE introduces an octet for act()
// and 0xFD only ends a piece.
// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name for it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace sim::smtp::fuzz;
    if (size < 2) return 0;
    ServerHost host{server_config_for(data[0]), (data[1] & 1U) != 0};
    const bool answers_at_once = (data[1] & 2U) != 0;
    std::string piece;
    const auto flush = [&] {
        host.say(piece);
        piece.clear();
        for (int i = 0; answers_at_once && i < 200; ++i)
            host.act(13);
    };
    for (std::size_t i = 2; i < size; ++i) {
        if (data[i] < 0xFD) {
            piece += static_cast<char>(data[i]);
            continue;
        }
        flush();
        if (data[i] == 0xFE && ++i < size) host.act(data[i]);
    }
    flush();
    // Whatever was open comes to its end: TLS, answers, the end of the stream, time.
    for (const int last : {0, 5, 4, 5, 2, 5, 2, 5, 2})
        host.act(static_cast<std::uint8_t>(last));
    return 0;
}
