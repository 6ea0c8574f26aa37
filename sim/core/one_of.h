// Whether a value is one of a few.
#pragma once

namespace sim {

template <typename Value, typename... Others>
[[nodiscard]] constexpr bool is_one_of(Value value, Others... others)
{
    return ((value == others) || ...);
}

} // namespace sim
