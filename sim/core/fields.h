// The members of a happening by name, in the order of its SIM_FIELDS: for_each_field(happening, f)
// calls f("name", member). The trace's hash, the JSON and the golden files are made of them.
//
// Member types that f meets: bool, unsigned integers, named enumerations, Address, Endpoint, ids,
// Instant, Duration, TcpFlags, Blob, and the two structs PacketHead and Line.
#pragma once

#include "sim/core/happening.h"

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace sim {

template <typename T, typename F>
void for_each_field(const T& what, F&& f)
{
    if constexpr (!std::is_empty_v<T>) {
        constexpr auto names = T::field_names();
        const auto members = what.fields();
        [&]<std::size_t... I>(std::index_sequence<I...>)
        {
            (f(names[I], std::get<I>(members)), ...);
        }
        (std::make_index_sequence<names.size()>{});
    }
}

} // namespace sim
