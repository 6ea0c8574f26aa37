// Postfix's own load generator and sink, as a baseline on the same machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace bench {

// smtp-source to smtp-sink over loopback, new connection each, ten sessions at once; nothing when
// they are not installed or the run failed.
std::optional<double> postfix_messages_per_second(std::uint64_t count, std::size_t size);

} // namespace bench
