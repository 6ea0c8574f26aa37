#include "cli/files.h"

#include "platform/files.h"
#include "sim/core/ascii.h"
#include "sim/explain/problem_words.h"
#include "sim/report/pcapng.h"
#include "sim/scenario/settings.h"

#include <fmt/format.h>

#include <fstream>

namespace cli {

namespace fs = std::filesystem;

bool use_setting(const Context& context,
                 sim::scenario::Scenario& scenario,
                 const std::pair<std::string, std::string>& setting,
                 const std::string& said)
{
    const auto applied = sim::scenario::begin_with(scenario, setting.first, setting.second);
    if (applied) return true;
    context.complain(context.text(
        "error.at_option",
        {{"option", said}, {"what", words_of(applied.error().wrong, context.language)}}));
    return false;
}

bool use_settings(const Context& context,
                  sim::scenario::Scenario& scenario,
                  const std::vector<std::pair<std::string, std::string>>& settings)
{
    bool good = true;
    for (const auto& setting : settings) {
        const std::string said = fmt::format("--set {}={}", setting.first, setting.second);
        good = use_setting(context, scenario, setting, said) && good;
    }
    if (!good) context.complain(context.text("error.see_settings"));
    return good;
}

bool write_file(const Context& context, const std::filesystem::path& path, std::string_view bytes)
{
    if (platform::write_file(path, bytes)) return true;
    context.complain(context.text("error.unwritable", {{"file", path.string()}}));
    return false;
}

bool can_write(const Context& context,
               std::initializer_list<const std::optional<std::string>*> files)
{
    bool good = true;
    for (const auto* file : files) {
        if (!*file) continue;
        std::error_code error;
        const fs::path path{**file};
        const fs::file_status before = fs::status(path, error);
        // To open a pipe would end it for its reader.
        if (fs::exists(before) && !fs::is_regular_file(before) && !fs::is_directory(before))
            continue;
        const bool opened = std::ofstream{path, std::ios::app}.is_open();
        if (opened && !fs::exists(before)) fs::remove(fs::canonical(path, error), error);
        if (!opened) context.complain(context.text("error.unwritable", {{"file", **file}}));
        good = opened && good;
    }
    return good;
}

bool write_live_files(const Context& context,
                      const sim::report::Source& source,
                      const std::optional<std::string>& capture_file,
                      const std::optional<std::string>& key_file)
{
    bool good = true;
    if (capture_file) good = write_file(context, *capture_file, sim::report::pcapng(source, {}));
    if (key_file) {
        const std::string keys = sim::report::key_log(source.trace, source.end);
        good = write_file(context, *key_file, keys) && good;
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
        const bool plain =
            sim::is_letter(c) || sim::is_digit(c) || c == '-' || c == '.' || c == '@' || c == '_';
        if (!plain) c = '_';
    }
    return name;
}

} // namespace cli
