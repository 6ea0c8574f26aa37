// A run as a file, up to the cursor: what each entry of the export menu writes. The picture of the
// window is not among them: only whoever draws has it.
#pragma once

#include "gui/desk.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace gui {

// ".txt": what a file of this kind is called behind its name.
std::string_view suffix_of(action::ExportKind kind);

// A file in the folder that is not there yet: "name.txt", else "name-2.txt" and so on.
std::filesystem::path
free_path(const std::filesystem::path& folder, const std::string& name, std::string_view suffix);

// The octets of that file; empty for a picture.
std::string export_octets(const Desk& desk, action::ExportKind kind);

} // namespace gui
