// The phase that a state of a session stands for, as the trace and the views call it: each
// alternative of the variant says its own, `static constexpr SmtpPhase phase = ...`.
#pragma once

#include <array>
#include <type_traits>
#include <variant>

namespace sim {

template <typename First, typename... States>
[[nodiscard]] constexpr auto phase_of(const std::variant<First, States...>& state)
{
    using Phase = std::remove_const_t<decltype(First::phase)>;
    constexpr std::array<Phase, 1 + sizeof...(States)> phases{First::phase, States::phase...};
    return phases[state.index()];
}

} // namespace sim
