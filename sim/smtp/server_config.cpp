#include "sim/smtp/server_config.h"

#include <utility>

namespace sim::smtp {

ServerConfig mx_config(std::string hostname)
{
    ServerConfig config;
    config.hostname = std::move(hostname);
    config.tls = TlsUse::offered;
    config.line_ends = LineEnds::strict;
    config.enforce_turns = true;
    return config;
}

ServerConfig submission_config(std::string hostname)
{
    ServerConfig config;
    config.hostname = std::move(hostname);
    config.tls = TlsUse::required;
    config.mechanisms_under_tls = {"PLAIN", "LOGIN"};
    config.auth_required = true;
    config.line_ends = LineEnds::normalise;
    config.takes_any_hello = true;
    return config;
}

ServerConfig relay_config(std::string hostname)
{
    ServerConfig config;
    config.hostname = std::move(hostname);
    config.tls = TlsUse::offered;
    config.line_ends = LineEnds::normalise;
    config.takes_any_hello = true;
    return config;
}

} // namespace sim::smtp
