#include "sim/core/setting_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace sim {

namespace {

constexpr std::string_view reply = ".reply.";

// Takes what stands behind the last dot off `text`; all of it when there is none.
std::string_view take_last(std::string_view& text)
{
    const std::size_t dot = text.rfind('.');
    const std::string_view last = dot == std::string_view::npos ? text : text.substr(dot + 1);
    text = dot == std::string_view::npos ? std::string_view{} : text.substr(0, dot);
    return last;
}

std::string_view last_of(std::string_view text)
{
    return take_last(text);
}

std::optional<std::uint16_t> parse_port(std::string_view text)
{
    std::uint16_t port = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc{} || stop != end || port == 0) return std::nullopt;
    return port;
}

} // namespace

std::string to_text(const SettingKey& key)
{
    std::string text{name_of(key.group)};
    if (!key.host.empty()) text += "." + key.host;
    if (key.port != 0) text += fmt::format(".{}", key.port);
    text += "." + key.name;
    if (!key.point.empty()) text += "." + key.point;
    if (!key.recipient.empty()) text += "." + key.recipient;
    return text;
}

std::optional<SettingKey> parse_setting_key(std::string_view text)
{
    const std::size_t dot = std::min(text.find('.'), text.size());
    const auto group = parse_enum<SettingGroup>(text.substr(0, dot));
    text.remove_prefix(std::min(dot + 1, text.size()));
    if (!group || text.empty()) return std::nullopt;
    SettingKey key;
    key.group = *group;
    if (*group < SettingGroup::server) {
        key.name = text; // a rule's key may have dots
        return key;
    }
    const std::size_t replied = text.find(reply);
    if (*group == SettingGroup::fault && replied != std::string_view::npos) {
        std::string_view to = text.substr(replied + reply.size());
        const std::size_t end = std::min(to.find('.'), to.size());
        key.name = "reply";
        key.point = to.substr(0, end);
        key.recipient = to.substr(std::min(end + 1, to.size()));
        text = text.substr(0, replied);
    } else {
        key.name = take_last(text);
    }
    if (*group == SettingGroup::server) {
        if (const auto port = parse_port(last_of(text))) {
            key.port = *port;
            take_last(text);
        }
    }
    key.host = text;
    if (key.host.empty() || key.name.empty()) return std::nullopt;
    return key;
}

std::string to_text(const Assignment& assignment)
{
    return assignment.key + "=" + assignment.value;
}

std::optional<Assignment> parse_assignment(std::string_view text)
{
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) return std::nullopt;
    return Assignment{std::string{text.substr(0, equals)}, std::string{text.substr(equals + 1)}};
}

std::string client_setting(std::string name)
{
    return to_text(SettingKey{SettingGroup::client, std::move(name), {}, 0, {}, {}});
}

std::string fetch_setting(std::string name)
{
    return to_text(SettingKey{SettingGroup::fetch, std::move(name), {}, 0, {}, {}});
}

std::string rule_setting(std::string rule)
{
    return to_text(SettingKey{SettingGroup::rule, std::move(rule), {}, 0, {}, {}});
}

std::string server_setting(std::string host, std::string name)
{
    return to_text(SettingKey{SettingGroup::server, std::move(name), std::move(host), 0, {}, {}});
}

std::string check_setting(std::string host, std::string name)
{
    return to_text(SettingKey{SettingGroup::check, std::move(name), std::move(host), 0, {}, {}});
}

std::string fault_setting(std::string host, std::string name, std::string point)
{
    return to_text(
        SettingKey{SettingGroup::fault, std::move(name), std::move(host), 0, std::move(point), {}});
}

} // namespace sim
