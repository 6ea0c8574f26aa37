#include "gui/preferences.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace gui {

using Json = nlohmann::json;

namespace {

template <typename E>
void read_enum(const Json& json, const char* key, E& into)
{
    const auto found = json.find(key);
    if (found == json.end() || !found->is_string()) return;
    if (const auto value = sim::parse_enum<E>(found->template get<std::string>())) into = *value;
}

void read_number(const Json& json, const char* key, float low, float high, float& into)
{
    const auto found = json.find(key);
    if (found != json.end() && found->is_number())
        into = std::clamp(found->get<float>(), low, high);
}

} // namespace

Preferences read_preferences(const std::string& text, Preferences preferences)
{
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return preferences;
    const auto language = json.find("language");
    if (language != json.end() && (*language == "ja" || *language == "en"))
        preferences.language = language->get<std::string>();
    read_enum(json, "theme", preferences.theme);
    read_enum(json, "level", preferences.level);
    read_number(json, "zoom", 0.75F, 2, preferences.zoom);
    read_number(json, "speed", 0.25F, 32, preferences.speed);
    const auto motion = json.find("motion");
    if (motion != json.end() && motion->is_boolean()) preferences.motion = motion->get<bool>();
    const auto folder = json.find("folder");
    if (folder != json.end() && folder->is_string())
        preferences.folder = folder->get<std::string>();
    const auto window = json.find("window");
    if (window != json.end() && window->is_array() && window->size() == 4 &&
        std::ranges::all_of(*window, [](const Json& one) { return one.is_number_integer(); }))
        preferences.window = window->get<std::array<int, 4>>();
    const auto lessons = json.find("lessons");
    if (lessons != json.end() && lessons->is_object()) {
        for (const auto& [name, value] : lessons->items()) {
            const auto progress = value.is_string()
                                      ? sim::parse_enum<Progress>(value.get<std::string>())
                                      : std::nullopt;
            if (progress) preferences.lessons[name] = *progress;
        }
    }
    return preferences;
}

std::string write_preferences(const Preferences& preferences)
{
    Json lessons = Json::object();
    for (const auto& [name, progress] : preferences.lessons)
        lessons[name] = sim::name_of(progress);
    const Json json{{"language", preferences.language},
                    {"theme", sim::name_of(preferences.theme)},
                    {"level", sim::name_of(preferences.level)},
                    {"zoom", preferences.zoom},
                    {"speed", preferences.speed},
                    {"motion", preferences.motion},
                    {"folder", preferences.folder},
                    {"window", preferences.window},
                    {"lessons", lessons}};
    // A folder's name need not be UTF-8.
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace gui
