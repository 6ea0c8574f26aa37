#include "platform/files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
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

bool write_file(const fs::path& path, std::string_view bytes)
{
    std::ofstream file{path, std::ios::binary};
    const bool opened = file.is_open();
    file << bytes;
    file.close();
    if (file) return true;
    // What a full disk cut off would pass for the whole.
    std::error_code ignored;
    if (opened && fs::is_regular_file(path, ignored)) fs::remove(path, ignored);
    return false;
}

OwnFile::~OwnFile()
{
    std::error_code ignored;
    if (!path_.empty()) fs::remove(path_, ignored);
}

std::optional<OwnFile>
write_temporary_file(std::string_view name, std::string_view suffix, std::string_view bytes)
{
    std::error_code error;
    const fs::path folder = fs::temp_directory_path(error);
    if (error) return std::nullopt;
    std::string path = (folder / fmt::format("{}-XXXXXX.{}", name, suffix)).string();
    const int file = mkstemps(path.data(), static_cast<int>(suffix.size()) + 1);
    if (file < 0) return std::nullopt;
    OwnFile made{path};
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t written = write(file, bytes.data() + done, bytes.size() - done);
        if (written <= 0) break;
        done += static_cast<std::size_t>(written);
    }
    const bool good = close(file) == 0 && done == bytes.size();
    if (!good) return std::nullopt;
    return made;
}

} // namespace platform
