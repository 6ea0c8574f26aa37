// The parts of a class that only its .cpp file knows. What has them is moved, and not copied.
#pragma once

#include <memory>
#include <utility>

namespace sim {

template <typename Parts>
using Hidden = std::unique_ptr<Parts, void (*)(Parts*)>;

template <typename Parts, typename... Arguments>
[[nodiscard]] Hidden<Parts> make_hidden(Arguments&&... arguments)
{
    auto made = std::make_unique<Parts>(std::forward<Arguments>(arguments)...);
    return {made.release(), [](Parts* parts) { std::default_delete<Parts>{}(parts); }};
}

} // namespace sim
