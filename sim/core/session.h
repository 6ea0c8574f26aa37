// The outside that sessions without I/O have in common: a deadline, outputs in order, a phase, and
// the three ways in which the other end can be lost.
#pragma once

#include "sim/core/mail_happenings.h"
#include "sim/core/output_list.h"
#include "sim/core/session_timer.h"

#include <memory>
#include <optional>
#include <utility>

namespace sim {

// What a session keeps for this; the parts that only its .cpp file knows derive from it.
template <typename Output, typename Phase>
struct SessionParts {
    virtual ~SessionParts() = default;
    [[nodiscard]] virtual Phase phase() const = 0;
    // The other end can no longer be heard, or ought not to be. What TLS failed of has been told.
    virtual void hang_up(std::optional<SmtpProblem> problem, Instant now) = 0;

    template <typename What>
    void report(What&& what)
    {
        outputs.add(std::forward<What>(what));
    }

    bool encrypted = false;
    Deadline deadline;
    OutputList<Output> outputs;
};

template <typename Output, typename Phase>
class Session {
public:
    void handle_tls_failed(Instant now) { end(std::nullopt, now); }
    // FIN, RST or the host gave the connection up.
    void handle_end_of_stream(Instant now) { end(SmtpProblem::closed_too_early, now); }

    // When handle_timeout wants to be called, `never` when nothing is awaited; and what it waits
    // for until then.
    [[nodiscard]] Instant next_timeout() const { return parts_->deadline.at; }
    [[nodiscard]] const Deadline& deadline() const { return parts_->deadline; }
    void handle_timeout(Instant now)
    {
        if (now >= next_timeout()) end(SmtpProblem::reply_too_late, now);
    }

    [[nodiscard]] std::optional<Output> poll_output() { return parts_->outputs.poll(); }
    [[nodiscard]] Phase phase() const { return parts_->phase(); }
    [[nodiscard]] bool encrypted() const { return parts_->encrypted; }

protected:
    using Parts = SessionParts<Output, Phase>;
    explicit Session(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
    [[nodiscard]] Parts& parts() { return *parts_; }

private:
    void end(std::optional<SmtpProblem> problem, Instant now)
    {
        if (phase() != Phase::closed) parts_->hang_up(problem, now);
    }

    std::unique_ptr<Parts> parts_;
};

} // namespace sim
