// The files that the program brings along: language files and lessons.
#pragma once

#include "platform/environment.h"
#include "sim/explain/language.h"
#include "sim/scenario/load.h"

#include <tl/expected.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace platform {

// The folder that holds assets/ and scenarios/: $HIKYAKU_HOME, else one above the program, else the
// tree that it was built from. Nothing when there is none.
std::optional<std::filesystem::path> find_home(const Environment& environment);

// An error is one sentence in English: without its language file the program has no other.
tl::expected<sim::explain::Language, std::string> load_language(const std::filesystem::path& home,
                                                                const std::string& code);

// Keeps what was read: a process that runs the program often, as the tests do, reads a language
// once. Errors are not kept. What find() points to lives as long as this.
class Languages {
public:
    tl::expected<const sim::explain::Language*, std::string> find(const std::filesystem::path& home,
                                                                  const std::string& code);

private:
    std::map<std::pair<std::filesystem::path, std::string>, sim::explain::Language> read_;
};

// The scenario files of the lessons that come along, by folder name.
std::vector<std::filesystem::path> lesson_files(const std::filesystem::path& home);

// A lesson's name, a scenario file, or a folder that holds a scenario.toml -> the file's path.
// The error is the nearest lesson name, or empty.
tl::expected<std::string, std::string> find_scenario(const std::filesystem::path& home,
                                                     const std::string& name);

sim::scenario::LoadResult load_scenario(const std::string& path);

} // namespace platform
