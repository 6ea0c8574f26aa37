// Whether what a person types to find something fits a text: every word of it, in any order, in
// capitals or not, in full-width letters or not.
#pragma once

#include <string_view>

namespace gui {

bool fits(std::string_view text, std::string_view words);

} // namespace gui
