// Ctrl-C while something long goes on.
#pragma once

#include <memory>

namespace platform {

// While it lives, SIGINT and SIGTERM are noted instead of ending the process; then all is as it
// was. One at a time.
class Interrupts {
public:
    Interrupts();
    ~Interrupts();
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;

    [[nodiscard]] bool came() const;

private:
    struct Before;
    std::unique_ptr<Before> before_;
};

} // namespace platform
