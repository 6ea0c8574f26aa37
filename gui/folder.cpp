#include "gui/folder.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <system_error>

namespace gui {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_entries = 1000; // shown
constexpr std::size_t most_looked_at = 20'000;

} // namespace

Folder list_folder(const std::string& path)
{
    Folder folder;
    std::error_code error;
    fs::path place = fs::weakly_canonical(fs::path{path.empty() ? "." : path}, error);
    if (error) place = path;
    folder.path = place.string();
    if (place.has_parent_path() && place.parent_path() != place)
        folder.above = place.parent_path().string();
    fs::directory_iterator at{place, error};
    std::size_t looked_at = 0;
    for (; !error && at != fs::directory_iterator{}; at.increment(error)) {
        folder.cut = ++looked_at > most_looked_at ||
                     folder.folders.size() + folder.files.size() >= most_entries;
        if (folder.cut) break;
        const std::string name = at->path().filename().string();
        if (name.starts_with('.')) continue;
        std::error_code unknown; // what it is cannot be told: it is left out
        if (at->is_directory(unknown)) {
            folder.folders.push_back(name);
        } else if (at->is_regular_file(unknown) && at->path().extension() == ".toml") {
            folder.files.push_back(name);
        }
    }
    if (error) folder.problem = error.message();
    std::ranges::sort(folder.folders);
    std::ranges::sort(folder.files);
    return folder;
}

} // namespace gui
