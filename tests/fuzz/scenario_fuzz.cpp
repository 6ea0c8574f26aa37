// libFuzzer target: whatever bytes a scenario file holds, the loader gives a scenario or a list of
// problems, each with a place in one of the files, and every setting of what it loads can be set to
// what it is.
#include "sim/scenario/load.h"
#include "sim/scenario/settings.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

using namespace sim::scenario;

namespace {

// The first part of the input, up to a zero byte, is the lesson; the rest is its world.
struct Files {
    std::string lesson;
    std::string world;
};

Files split(const std::uint8_t* data, std::size_t size)
{
    const std::string all{reinterpret_cast<const char*>(data), size};
    const std::size_t border = all.find('\0');
    if (border == std::string::npos) return {all, {}};
    return {all.substr(0, border), all.substr(border + 1)};
}

void check(bool holds)
{
    if (!holds) std::abort();
}

} // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name for it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const Files files = split(data, size);
    const ReadFile read = [&](const std::string& path) -> std::optional<std::string> {
        if (path == "lesson.toml") return files.lesson;
        if (path.ends_with(".toml")) return files.world;
        return std::nullopt;
    };
    auto loaded = load_scenario("lesson.toml", read);
    if (!loaded) {
        check(!loaded.error().empty());
        for (const Problem& problem : loaded.error()) {
            check(!problem.file.empty());
            check(problem.line >= 0 && (problem.line == 0) == (problem.column == 0));
            check(to_string(problem).find('\n') == std::string::npos);
        }
        return 0;
    }
    Scenario changed = *loaded;
    for (const Setting& setting : settings_of(*loaded))
        check(apply_setting(changed, setting.key, setting.value).has_value());
    return 0;
}
