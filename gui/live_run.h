// A lesson that real mail programs take part in, as the window needs it. Whoever starts the window
// says how one is opened; the window says when time passes in it.
#pragma once

#include "sim/explain/language.h"
#include "sim/playback.h"
#include "sim/scenario/settings.h"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace gui {

// A real port, and the simulated one that it leads to.
struct LivePort {
    std::string real; // "127.0.0.1:2587"
    std::string host; // "mail.kumo.example"
    std::uint16_t port = 0;
    std::string protection; // none, starttls, implicit; empty: no mail server listens there
};

// Who may log in, and with what.
struct LiveAccount {
    std::string host;
    std::string protocol; // smtp, pop3
    std::string user;
    std::string password;
    std::string token; // empty where none is taken
};

class LiveRun {
public:
    LiveRun() = default;
    LiveRun(const LiveRun&) = delete;
    LiveRun& operator=(const LiveRun&) = delete;
    virtual ~LiveRun() = default;

    // How it began, and the world; this lives on when the run has ended.
    [[nodiscard]] virtual sim::Plan plan() const = 0;
    [[nodiscard]] virtual std::shared_ptr<const sim::World> world() const = 0;
    [[nodiscard]] virtual std::vector<LivePort> ports() const = 0;
    [[nodiscard]] virtual std::vector<LiveAccount> accounts() const = 0;
    // Whose certificate a real mail program has to trust: a file.
    [[nodiscard]] virtual const std::string& certificate_file() const = 0;
    [[nodiscard]] virtual std::size_t connections() const = 0; // open now

    // For so long, does what is due and what real programs ask for.
    virtual void run_for(std::chrono::milliseconds span) = 0;
    // Changes a live setting now.
    virtual tl::expected<void, sim::scenario::SettingProblem>
    apply(const sim::SettingChange& change) = 0;
    // Ends all connections and closes the ports.
    virtual void stop() = 0;
};

// Why there is none: a key of the language file and its arguments.
struct LiveProblem {
    std::string key;
    sim::explain::Arguments arguments;
};

} // namespace gui
