// What subcommands have in common: changing a scenario by --set, and writing files. What goes wrong
// is told to the user here.
#pragma once

#include "cli/context.h"
#include "sim/mail/stored_message.h"

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {

// Changes a setting; `said` is how the user said it, for the complaint.
bool use_setting(const Context& context,
                 sim::scenario::Scenario& scenario,
                 const std::pair<std::string, std::string>& setting,
                 const std::string& said);

// As --set KEY=VALUE, one after the other; false when any is wrong.
bool use_settings(const Context& context,
                  sim::scenario::Scenario& scenario,
                  const std::vector<std::pair<std::string, std::string>>& settings);

bool write_file(const Context& context, const std::filesystem::path& path, std::string_view bytes);

// Whether those of these files that are asked for can be written, before there is anything to lose.
// What is in them stays.
bool can_write(const Context& context,
               std::initializer_list<const std::optional<std::string>*> files);

// The capture and the TLS keys of a run that has ended, where asked for; false when a file could
// not be written.
bool write_live_files(const Context& context,
                      const sim::report::Source& source,
                      const std::optional<std::string>& capture_file,
                      const std::optional<std::string>& key_file);

// A file name that says when and where a message was kept: no separators, nothing hidden.
std::string message_file_name(std::size_t number,
                              const sim::mail::StoredMessage& message,
                              const sim::scenario::Scenario& scenario);

} // namespace cli
