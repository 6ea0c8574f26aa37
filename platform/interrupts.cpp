#include "platform/interrupts.h"

#include <csignal>

namespace platform {

namespace {

// A signal handler reaches nothing else.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
volatile std::sig_atomic_t signal_came = 0;

void note_signal(int /*signal*/)
{
    signal_came = 1;
}

} // namespace

struct Interrupts::Before {
    struct sigaction interrupt {};
    struct sigaction terminate {};
};

Interrupts::Interrupts() : before_{std::make_unique<Before>()}
{
    signal_came = 0;
    struct sigaction noting {};
    noting.sa_handler = note_signal;
    sigemptyset(&noting.sa_mask);
    noting.sa_flags = SA_RESTART;
    sigaction(SIGINT, &noting, &before_->interrupt);
    sigaction(SIGTERM, &noting, &before_->terminate);
}

Interrupts::~Interrupts()
{
    sigaction(SIGINT, &before_->interrupt, nullptr);
    sigaction(SIGTERM, &before_->terminate, nullptr);
}

bool Interrupts::came() const
{
    return signal_came != 0;
}

} // namespace platform
