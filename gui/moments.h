// What lessons exist for: that something is stopped, refused, read or broken. Each place at which
// that happens once, with every time that it does, so that it can stay on the map; found while the
// trace grows, of any level and language.
#pragma once

#include "sim/core/ids.h"
#include "sim/core/named_enum.h"
#include "sim/core/trace.h"
#include "sim/scenario/scenario.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <tuple>
#include <vector>

namespace gui {

SIM_NAMED_ENUM(MomentKind,
               blocked, // a packet: by a rule, or because there was no way on
               refused, // a command, by a reply; a connection, by a port where nobody listens
               read,    // a password, by whoever listens
               altered, // what was said, by somebody on the way
               broken); // TLS: a certificate that was not believed, a handshake that failed

struct Moment {
    MomentKind kind = MomentKind::blocked;
    sim::HostId at{};       // who stopped it; read: who said it
    sim::HostId from{};     // whose packet or words these were
    sim::RuleId rule{};     // blocked: none where no rule did
    std::uint16_t code = 0; // refused: of the reply, else 0
    bool encrypted = false; // how it had come so far
    std::vector<std::uint32_t> events{};

    [[nodiscard]] std::size_t times_before(std::size_t cursor) const;
};

class Moments {
public:
    // Both must outlive it.
    Moments(const sim::Trace& trace, const sim::scenario::Scenario& scenario)
        : trace_{trace}, scenario_{scenario}
    {
    }

    void follow(std::size_t end); // as far as trace[0, end)
    // In the order in which each was first met.
    [[nodiscard]] std::span<const Moment> all() const { return all_; }
    // The first of the run; nothing while there was none.
    [[nodiscard]] std::optional<std::uint32_t> first() const;
    // Whether this event is the first of its place and sort.
    [[nodiscard]] bool is_new(std::uint32_t event) const;

private:
    void on(const sim::Event& event, const sim::PacketDropped& what);
    void on(const sim::Event& event, const sim::PacketAltered& what);
    void on(const sim::Event& event, const sim::PortClosed& what);
    void on(const sim::Event& event, const sim::ConnectionFailed& what);
    void on(const sim::Event& event, const sim::TlsFailed& what);
    void on(const sim::Event& event, const sim::CertificateJudged& what);
    void on(const sim::Event& event, const sim::SmtpCommand& what);
    void on(const sim::Event& event, const sim::SmtpReply& what);
    void on(const sim::Event& event, const sim::Pop3Command& what);
    void on(const sim::Event& event, const sim::Pop3Reply& what);
    template <typename Other>
    void on(const sim::Event& /*event*/, const Other& /*other*/)
    {
    }
    // Another time of the one that is like it, or the first of its sort.
    void note(const sim::Event& event, Moment moment);
    [[nodiscard]] sim::HostId peer(const sim::Event& event) const;

    const sim::Trace& trace_;
    const sim::scenario::Scenario& scenario_;
    std::size_t followed_ = 0;
    std::vector<Moment> all_;
    using Place = std::tuple<MomentKind, std::uint32_t, std::uint32_t, std::uint32_t, unsigned>;
    std::map<Place, std::size_t> known_;      // position in all_
    std::set<std::uint32_t> told_;            // connections whose failure has been told
    std::map<std::uint32_t, bool> revealing_; // by connection: its login gives the password away
};

} // namespace gui
