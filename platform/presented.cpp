#include "platform/presented.h"

#include "platform/files.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <system_error>

namespace platform {

namespace fs = std::filesystem;

namespace {

constexpr const char* file_name = "presented";
constexpr mode_t for_its_user = S_IRWXU;
constexpr mode_t for_others = S_IRWXG | S_IRWXO;

bool is_private(const fs::path& folder)
{
    struct stat found {};
    // Not through a link that somebody laid.
    if (lstat(folder.c_str(), &found) != 0) return false;
    return S_ISDIR(found.st_mode) && found.st_uid == geteuid() && (found.st_mode & for_others) == 0;
}

std::string value_of(const Environment& environment, const char* name)
{
    if (!environment.variable) return {};
    return environment.variable(name).value_or("");
}

} // namespace

tl::expected<fs::path, fs::path> private_folder(const Environment& environment)
{
    const std::string runtime = value_of(environment, "XDG_RUNTIME_DIR");
    const std::string temporary = value_of(environment, "TMPDIR");
    const fs::path folder = runtime.starts_with('/')
                                ? fs::path{runtime} / "hikyaku"
                                : fs::path{temporary.empty() ? "/tmp" : temporary} /
                                      fmt::format("hikyaku-{}", geteuid());
    (void)mkdir(folder.c_str(), for_its_user); // or it is there already
    if (!is_private(folder)) return tl::make_unexpected(folder);
    return folder;
}

bool write_presented(const fs::path& folder, const Presented& presented)
{
    if (presented.lesson.find('\n') != std::string::npos) return false;
    std::string text = fmt::format("{}\n{}\n", presented.lesson, presented.at);
    for (const std::string& stop : presented.stops)
        text += stop + "\n";
    const fs::path made = folder / fmt::format("{}-{}", file_name, getpid());
    if (!write_file(made, text)) return false;
    std::error_code error;
    fs::rename(made, folder / file_name, error);
    return !error;
}

void remove_presented(const fs::path& folder)
{
    std::error_code ignored;
    fs::remove(folder / file_name, ignored);
}

std::optional<Presented> read_presented(const fs::path& folder)
{
    const auto text = read_file((folder / file_name).string());
    if (!text) return std::nullopt;
    std::istringstream in{*text};
    Presented presented;
    std::string at;
    std::getline(in, presented.lesson);
    std::getline(in, at);
    for (std::string stop; std::getline(in, stop);)
        presented.stops.push_back(stop);
    const auto read = std::from_chars(at.data(), at.data() + at.size(), presented.at);
    const bool is_number = read.ec == std::errc{} && read.ptr == at.data() + at.size();
    if (!is_number || presented.at >= presented.stops.size()) return std::nullopt;
    return presented;
}

} // namespace platform
