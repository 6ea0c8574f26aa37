// From one enumeration to another that has all its names: a value keeps its own.
#pragma once

#include "sim/core/named_enum.h"

#include <array>
#include <cstddef>

namespace sim {

template <NamedEnum To, NamedEnum From>
[[nodiscard]] constexpr To same_name(From from)
{
    constexpr auto same = [] {
        std::array<To, count_of<From>()> all{};
        for (const From each : values_of<From>())
            all.at(static_cast<std::size_t>(each)) = parse_enum<To>(name_of(each)).value();
        return all;
    }();
    return same.at(static_cast<std::size_t>(from));
}

} // namespace sim
