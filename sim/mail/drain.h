// Hands a session's outputs to its host, in order, until nothing comes. What the host does with one
// may make the session say more, or bring the host back here: only the outermost loop hands out.
#pragma once

#include <utility>
#include <variant>

namespace sim::mail {

class Drain {
public:
    // `handle` takes each alternative of the session's Output.
    template <typename Session, typename Handle>
    void operator()(Session& session, Handle&& handle)
    {
        if (std::exchange(busy_, true)) return;
        while (auto output = session.poll_output())
            std::visit(handle, *output);
        busy_ = false;
    }

private:
    bool busy_ = false;
};

} // namespace sim::mail
