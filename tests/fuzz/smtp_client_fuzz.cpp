// libFuzzer target: any server given to a client session, with its host's answers, TLS and time.
#include "tests/fuzz/smtp_client_host.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name for it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace sim;
    using namespace sim::smtp::fuzz;
    if (size == 0) return 0;
    ClientHost host{client_config_for(data[0]), data[0]};
    std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
    // Octets that no server says do what else can happen; what lies between them is one segment.
    while (!rest.empty()) {
        const std::size_t end =
            std::min(rest.find_first_of("\x01\x02\x03\x04\x05\x06"), rest.size());
        if (end > 0) host.say(rest.substr(0, end));
        if (end == rest.size()) break;
        switch (rest[end]) {
        case 1:
            host.tls(true);
            break;
        case 2:
            host.tls(false);
            break;
        case 3:
            host.pass(1min);
            break;
        case 4:
            host.pass(10min);
            break;
        case 5:
            host.progress(false);
            break;
        default:
            break; // just the end of a segment
        }
        rest.remove_prefix(end + 1);
    }
    host.end();
    host.check_ended();
    return 0;
}
