// Reading and writing files of this machine.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace platform {

// The content of a regular file of at most 64 MiB, or nothing.
std::optional<std::string> read_file(const std::string& path);

// Replaces what is there. False when not all of it could be written.
bool write_file(const std::filesystem::path& path, std::string_view bytes);

// A file that is removed when this ends.
class OwnFile {
public:
    OwnFile() = default;
    explicit OwnFile(std::filesystem::path path) : path_{std::move(path)} {}
    OwnFile(const OwnFile&) = delete;
    OwnFile& operator=(const OwnFile&) = delete;
    OwnFile(OwnFile&& other) noexcept : path_{std::exchange(other.path_, {})} {}
    OwnFile& operator=(OwnFile&& other) noexcept
    {
        std::swap(path_, other.path_);
        return *this;
    }
    ~OwnFile();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; } // empty: none

private:
    std::filesystem::path path_;
};

// A new file in the folder for temporary files, "NAME-RANDOM.SUFFIX", that only its user may read.
// Others can write there, too: a name that they could guess could be a link that they have laid.
std::optional<OwnFile>
write_temporary_file(std::string_view name, std::string_view suffix, std::string_view bytes);

} // namespace platform
