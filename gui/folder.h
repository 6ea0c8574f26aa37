// What is in a folder, for the list of files.
#pragma once

#include "gui/desk.h"

#include <string>

namespace gui {

// Folders and *.toml files by name; nothing hidden. Never throws: `problem` says what went wrong,
// in the words of the operating system. A folder that holds more than it can list is cut.
Folder list_folder(const std::string& path);

} // namespace gui
