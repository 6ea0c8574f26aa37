#include "platform/resources.h"

#include "platform/files.h"
#include "sim/scenario/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace platform {

namespace fs = std::filesystem;

namespace {
constexpr const char* scenario_file = "scenario.toml";
} // namespace

std::optional<fs::path> find_home(const Environment& environment)
{
    std::vector<fs::path> candidates;
    if (const auto home = environment.variable("HIKYAKU_HOME")) candidates.emplace_back(*home);
    for (fs::path folder = fs::path{environment.executable}.parent_path();
         folder.has_relative_path();
         folder = folder.parent_path())
        candidates.push_back(folder);
    candidates.emplace_back(HIKYAKU_SOURCE_DIR);
    for (const fs::path& candidate : candidates) {
        std::error_code error;
        if (fs::is_regular_file(candidate / "assets" / "lang" / "en.toml", error)) return candidate;
    }
    return std::nullopt;
}

tl::expected<sim::explain::Language, std::string> load_language(const fs::path& home,
                                                                const std::string& code)
{
    const std::string path = (home / "assets" / "lang" / (code + ".toml")).string();
    const auto text = read_file(path);
    if (!text) return tl::make_unexpected(fmt::format("{}: cannot be read", path));
    auto language = sim::explain::Language::parse(*text);
    if (language) return std::move(*language);
    std::string all;
    for (const auto& problem : language.error())
        all += fmt::format("{}{}:{}", all.empty() ? "" : "\n", path, to_string(problem));
    return tl::make_unexpected(all);
}

tl::expected<const sim::explain::Language*, std::string> Languages::find(const fs::path& home,
                                                                         const std::string& code)
{
    const std::pair wanted{home, code};
    const auto known = read_.find(wanted);
    if (known != read_.end()) return &known->second;
    auto language = load_language(home, code);
    if (!language) return tl::make_unexpected(std::move(language.error()));
    return &read_.emplace(wanted, std::move(*language)).first->second;
}

std::vector<fs::path> lesson_files(const fs::path& home)
{
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator{home / "scenarios", error}) {
        fs::path file = entry.path() / scenario_file;
        std::error_code missing;
        if (fs::is_regular_file(file, missing)) files.push_back(std::move(file));
    }
    std::ranges::sort(files);
    return files;
}

tl::expected<std::string, std::string> find_scenario(const fs::path& home, const std::string& name)
{
    const auto files = lesson_files(home);
    std::vector<std::string> names;
    for (const fs::path& file : files) {
        names.push_back(file.parent_path().filename().string());
        if (names.back() == name) return file.string();
    }
    std::error_code error;
    if (fs::is_directory(name, error) && fs::is_regular_file(fs::path{name} / scenario_file, error))
        return (fs::path{name} / scenario_file).string();
    if (fs::is_regular_file(name, error)) return name;
    return tl::make_unexpected(sim::scenario::did_you_mean(name, names));
}

sim::scenario::LoadResult load_scenario(const std::string& path)
{
    return sim::scenario::load_scenario(path, read_file);
}

} // namespace platform
