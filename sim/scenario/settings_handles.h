// What the settings of a scenario are made of, for settings.cpp and its parts: each setting
// together with how it is written.
#pragma once

#include "sim/scenario/settings.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sim::scenario::handles {

using Answer = std::optional<Wrong>; // nothing: it fits

// A setting together with how it is written; `write` gets a value that is among the choices, or
// any when there are none, and returns what is wrong with it, if anything.
struct Handle {
    Setting setting;
    std::function<Answer(Scenario&, const std::string&)> write;
};
using Handles = std::vector<Handle>;

inline Setting
setting(SettingKey is, std::string value, TakesEffect effect, std::vector<std::string> choices = {})
{
    Setting made;
    made.key = to_text(is);
    made.is = std::move(is);
    made.value = std::move(value);
    made.choices = std::move(choices);
    made.takes_effect = effect;
    return made;
}

inline std::vector<std::string> yes_or_no()
{
    return {"true", "false"};
}

template <NamedEnum E>
std::string text_of(E value)
{
    return std::string{name_of(value)};
}

inline std::string text_of(bool value)
{
    return value ? "true" : "false";
}

// The oldest that is accepted is never newer than the newest that is spoken.
inline std::vector<std::string> versions(TlsVersion oldest, TlsVersion newest)
{
    std::vector<std::string> names;
    for (const TlsVersion version : values_of<TlsVersion>())
        if (version >= oldest && version <= newest) names.push_back(text_of(version));
    return names;
}

void add_accounts(Handles& handles, const Scenario& scenario);
void add_crowds(Handles& handles, const Scenario& scenario);
void add_servers(Handles& handles, const Scenario& scenario);
void add_faults(Handles& handles, const Scenario& scenario);
// What an attacker on the way can do: routers only, since packets pass through them.
void add_tampering(Handles& handles, const Scenario& scenario);

} // namespace sim::scenario::handles
