#include "cli/files.h"

#include "sim/report/pcapng.h"
#include "sim/scenario/settings.h"

#include <fmt/format.h>

#include <fstream>

namespace cli {

bool use_settings(const Command& command,
                  sim::scenario::Scenario& scenario,
                  const std::vector<std::pair<std::string, std::string>>& settings)
{
    bool good = true;
    for (const auto& [key, value] : settings) {
        const auto applied = sim::scenario::apply_setting(scenario, key, value);
        if (applied) continue;
        good = false;
        const auto& problem = applied.error();
        command.complain(
            problem.hint.empty()
                ? fmt::format("--set {}={}: {}", key, value, problem.what)
                : fmt::format("--set {}={}: {} ({})", key, value, problem.what, problem.hint));
    }
    if (!good) command.complain(command.text("error.see_settings"));
    return good;
}

bool write_file(const Command& command, const std::filesystem::path& path, std::string_view bytes)
{
    std::ofstream file{path, std::ios::binary};
    file << bytes;
    file.close();
    if (!file) command.complain(command.text("error.unwritable", {{"file", path.string()}}));
    return static_cast<bool>(file);
}

bool write_live_files(const Command& command,
                      const sim::report::Source& source,
                      const std::optional<std::string>& capture_file,
                      const std::optional<std::string>& key_file)
{
    bool good = true;
    if (capture_file) good = write_file(command, *capture_file, sim::report::pcapng(source, {}));
    if (key_file) {
        const std::string keys = sim::report::key_log(source.trace, source.end);
        good = write_file(command, *key_file, keys) && good;
    }
    return good;
}

std::string message_file_name(std::size_t number,
                              const sim::mail::StoredMessage& message,
                              const sim::scenario::Scenario& scenario)
{
    std::string name = fmt::format("{:02}-{}-{}-{}.eml",
                                   number,
                                   sim::name_of(message.where),
                                   scenario.hosts[message.host.value].key,
                                   message.owner);
    for (char& c : name) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '@' || c == '_';
        if (!plain) c = '_';
    }
    return name;
}

} // namespace cli
