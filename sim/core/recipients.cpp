#include "sim/core/recipients.h"

#include <algorithm>
#include <cstddef>

namespace sim {

namespace {

constexpr std::string_view separator = ", ";

// Where the first address of a list ends.
std::size_t size_of_first(std::string_view list)
{
    bool quoted = false;
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (quoted && list[i] == '\\') {
            ++i; // a quoted pair: what follows is no quote
        } else if (list[i] == '"') {
            quoted = !quoted;
        } else if (!quoted && list.substr(i).starts_with(separator)) {
            return i;
        }
    }
    return list.size();
}

} // namespace

std::string join_recipients(std::span<const std::string> recipients)
{
    std::string list;
    for (const std::string& recipient : recipients) {
        if (!list.empty()) list += separator;
        list += recipient;
    }
    return list;
}

std::vector<std::string_view> split_recipients(std::string_view list)
{
    std::vector<std::string_view> all;
    while (!list.empty()) {
        const std::size_t size = size_of_first(list);
        all.push_back(list.substr(0, size));
        list.remove_prefix(std::min(size + separator.size(), list.size()));
    }
    return all;
}

} // namespace sim
