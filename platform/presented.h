// What a window that presents a lesson says to the program that shows the speaker's notes: a small
// file in a folder that only its user may enter, so that nobody else can write there what the class
// is told.
#pragma once

#include "platform/environment.h"

#include <tl/expected.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace platform {

struct Presented {
    std::string lesson;             // its scenario file
    std::vector<std::string> stops; // by their names
    std::size_t at = 0;             // which of them

    friend bool operator==(const Presented&, const Presented&) = default;
};

// $XDG_RUNTIME_DIR/hikyaku, else hikyaku-<user's number> among the temporary files; made when it is
// not there. The error is the folder that cannot be used: others may enter it, or it is none.
tl::expected<std::filesystem::path, std::filesystem::path>
private_folder(const Environment& environment);

// Whoever reads it finds all of it, or all of what stood there before. False when it cannot be.
bool write_presented(const std::filesystem::path& folder, const Presented& presented);
void remove_presented(const std::filesystem::path& folder);
// Nothing when no window presents.
std::optional<Presented> read_presented(const std::filesystem::path& folder);

} // namespace platform
