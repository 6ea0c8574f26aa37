// What is used through its base class. Others hold on to it, so it is neither copied nor moved.
#pragma once

namespace sim {

class Interface {
public:
    Interface() = default;
    Interface(const Interface&) = delete;
    Interface& operator=(const Interface&) = delete;
    virtual ~Interface() = default;
};

} // namespace sim
