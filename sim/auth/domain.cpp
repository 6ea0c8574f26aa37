#include "sim/auth/domain.h"

#include "sim/core/ascii.h"

#include <algorithm>
#include <cstddef>

namespace sim::auth {

bool fits_dns(std::string_view name)
{
    constexpr std::size_t longest_name = 253;
    constexpr std::size_t longest_label = 63;
    if (name.empty() || name.size() > longest_name) return false;
    while (true) {
        const std::size_t dot = std::min(name.find('.'), name.size());
        if (dot == 0 || dot > longest_label) return false;
        if (dot == name.size()) return true;
        name.remove_prefix(dot + 1);
    }
}

bool is_domain(std::string_view name)
{
    return fits_dns(name) && name.find('.') != std::string_view::npos &&
           name.find_first_of("[] ") == std::string_view::npos;
}

std::string without_dot(std::string name)
{
    if (name.ends_with('.')) name.pop_back();
    return name;
}

bool is_at_or_below(std::string_view name, std::string_view domain)
{
    const std::string inner = folded(name);
    const std::string outer = folded(domain);
    return inner == outer || inner.ends_with("." + outer);
}

} // namespace sim::auth
