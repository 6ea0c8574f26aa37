// Where each attempt of the crowds ended, counted: a fold over a run's events, told one by one
// while it runs or read from a full trace, with the same result.
//
// Each attempt (CrowdAttempt) ends in exactly one ending or is still open, so that the endings and
// what is open always add up to the attempts.
#pragma once

#include "sim/core/trace.h"
#include "sim/crowd_ending.h"
#include "sim/scenario/scenario.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace sim {

class Tally {
public:
    struct AttemptName {
        std::uint16_t crowd = 0; // position in the scenario
        std::uint32_t number = 0;
        friend bool operator==(const AttemptName&, const AttemptName&) = default;
    };
    struct Counts {
        std::uint64_t attempts = 0;
        std::array<std::uint64_t, count_of<CrowdEnding>()> endings{};
        [[nodiscard]] std::uint64_t of(CrowdEnding ending) const
        {
            return endings.at(static_cast<std::size_t>(ending));
        }
        [[nodiscard]] std::uint64_t ended() const;
        [[nodiscard]] std::uint64_t open() const { return attempts - ended(); }
        friend bool operator==(const Counts&, const Counts&) = default;
    };

    explicit Tally(const scenario::Scenario& scenario);

    // The kinds that it looks at; any other may be left out.
    [[nodiscard]] static bool wants(Kind kind);
    // In the order in which they happened. Needs nothing of an event's blobs.
    void handle_event(const Event& event);

    [[nodiscard]] const Counts& all() const { return all_; }
    [[nodiscard]] const std::vector<Counts>& crowds() const { return crowds_; } // as the scenario's
    [[nodiscard]] const Counts& by(CrowdWay way) const;
    [[nodiscard]] const Counts& to(CrowdTarget target) const;
    // By time: what began and what ended in each slot. Slots grow with the run, so that they stay
    // few; a slot begins at a multiple of their width.
    [[nodiscard]] const std::vector<Counts>& curve() const { return curve_; }
    [[nodiscard]] Duration slot_width() const;
    // The attempt that began first of those that ended so.
    [[nodiscard]] std::optional<AttemptName> first(CrowdEnding ending) const;

private:
    struct Attempt { // that is open
        AttemptName name;
        CrowdWay way = CrowdWay::direct;
        CrowdTarget target = CrowdTarget::known;
        // The connection that it is on, and what stands in the way there; a server's no is the last
        // word, since whoever hears it has come past all rules.
        ConnectionId connection{};
        std::optional<CrowdEnding> obstacle{};
        bool refused = false;
    };
    using Attempts = std::map<MailId, Attempt>;

    void on(const Event& event, const CrowdAttempt& what);
    void on(const Event& event, const CrowdAttemptEnded& what);
    void on(const Event& event, const DeliveryAttempted& what);
    void on(const Event& event, const ConnectionAttempted& what);
    void on(const Event& event, const ConnectionFailed& what);
    void on(const Event& event, const PacketDropped& what);
    void on(const Event& event, const SmtpCommand& what);
    void on(const Event& event, const SmtpReply& what);
    void on(const Event& event, const MailDelivered& what);
    void on(const Event& event, const MailJunked& what);
    void on(const Event& event, const MailBounced& what);
    void on(const Event& /*event*/, const auto& /*other*/) {}
    void bind(const Event& event);
    Attempt* attempt_on(ConnectionId connection);
    void end(Attempts::iterator attempt, CrowdEnding ending, Instant at);
    Counts& slot(Instant at);
    void note_first(AttemptName name, CrowdEnding ending);
    template <typename F>
    void for_each_counts(const Attempt& attempt, Instant at, F&& change);

    std::vector<CrowdEnding> rules_; // by RuleId
    Instant start_;
    Counts all_;
    std::vector<Counts> crowds_;
    std::array<Counts, count_of<CrowdWay>()> ways_{};
    std::array<Counts, count_of<CrowdTarget>()> targets_{};
    std::vector<Counts> curve_;
    std::size_t width_ = 0; // position among the widths
    std::array<std::optional<AttemptName>, count_of<CrowdEnding>()> first_{};
    Attempts attempts_;
    std::map<ConnectionId, MailId> connections_; // of these
    struct Delivered {                           // last of all
        MailId mail;
        Attempt attempt;
        std::optional<AttemptName> first_before; // in a mailbox
    };
    std::optional<Delivered> delivered_;
    EventId setting_out_; // the last DeliveryAttempted, and its mail
    MailId who_sets_out_;
};

// Of a full trace up to `end`.
[[nodiscard]] Tally
tally_of(const Trace& trace, const scenario::Scenario& scenario, std::size_t end);

} // namespace sim
