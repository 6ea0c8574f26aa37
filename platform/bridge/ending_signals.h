// The signals by which a user ends what runs: Ctrl+C, kill, and a terminal that is closed.
#pragma once

#include <asio/signal_set.hpp>

#include <csignal>

namespace platform::bridge {

// Under nohup, where SIGHUP is ignored from the start, it stays so.
inline void add_ending_signals(asio::signal_set& signals)
{
    signals.add(SIGINT);
    signals.add(SIGTERM);
    struct sigaction before {};
    if (sigaction(SIGHUP, nullptr, &before) != 0 || before.sa_handler != SIG_IGN)
        signals.add(SIGHUP);
}

} // namespace platform::bridge
