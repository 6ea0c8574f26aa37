// Rows of settings, as the left column and its folds are made of them: a label, and on its right a
// choice or a field; what is entered is asked for.
#pragma once

#include "gui/ui.h"
#include "sim/scenario/settings.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gui {

void heading(const Ui& ui, std::string_view words);

// How a value of a setting is called.
std::string label_of(const Ui& ui, const sim::scenario::Setting& setting, const std::string& value);
// What a row of it is called: "Port", "OP25B: ...".
std::string setting_name(const Ui& ui, const sim::scenario::Setting& setting);
// Around what was drawn from `top` down: a setting that a cure has just changed, or that is to
// blame for what stopped.
void outline_row(const Ui& ui, const sim::scenario::Setting& setting, ImVec2 top);
Choices options_of(const Ui& ui, const sim::scenario::Setting& setting);
std::optional<std::size_t> chosen_of(const sim::scenario::Setting& setting);

// The place for a control of this width at the right of its label, or below it.
struct RowPlace {
    float width = 0;
};
RowPlace row_place(const Ui& ui, std::string_view label, float control);

// The controls' paths are `group`/key.
void choice_row(const Ui& ui,
                const sim::scenario::Setting& setting,
                std::string_view label,
                const std::string& group = "account");
// A field; with what is usual as buttons instead, where that is known.
void text_row(const Ui& ui, const sim::scenario::Setting& setting, std::string_view label);
// The rules of all firewalls, or of one host's; true when there are any.
bool rule_rows(const Ui& ui, sim::HostId of, const std::string& group);
// Whichever of them the setting is made for.
void setting_row(const Ui& ui, const sim::scenario::Setting& setting, std::string_view label);

// A line that opens and closes what follows; true while it is open.
bool fold(const Ui& ui, const std::string& path, const std::string& words);

} // namespace gui
