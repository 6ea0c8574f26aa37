// Reading files of this machine.
#pragma once

#include <optional>
#include <string>

namespace platform {

// The content of a regular file of at most 64 MiB, or nothing.
std::optional<std::string> read_file(const std::string& path);

} // namespace platform
