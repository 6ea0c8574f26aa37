#include "platform/files.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace platform {

namespace fs = std::filesystem;

namespace {
constexpr std::uintmax_t max_file_bytes = std::uintmax_t{64} * 1024 * 1024;
} // namespace

std::optional<std::string> read_file(const std::string& path)
{
    std::error_code error;
    if (!fs::is_regular_file(path, error)) return std::nullopt;
    const auto size = fs::file_size(path, error);
    if (error || size > max_file_bytes) return std::nullopt;
    std::ifstream file{path, std::ios::binary};
    if (!file) return std::nullopt;
    return std::string{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

} // namespace platform
