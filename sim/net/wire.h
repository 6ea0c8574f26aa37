// How a packet gets from its origin to its destination: node by node along a fixed route, judged
// by each node's firewall, delayed by each link. Knows IP and ICMP, not connections.
#pragma once

#include "sim/core/task.h"
#include "sim/core/trace.h"
#include "sim/net/firewall.h"
#include "sim/net/host.h"
#include "sim/net/link.h"
#include "sim/net/packet.h"
#include "sim/net/pool.h"
#include "sim/net/routes.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace sim::net {

// `kind` of a Task of the network.
enum class NetworkTask : std::uint8_t { packet_arrives, timer_runs_out };

class Wire {
public:
    Wire(Trace& trace, TaskQueue& tasks) : trace_{trace}, tasks_{tasks} {}

    HostId add_host(HostConfig config);
    LinkId add_link(LinkConfig config);
    void finish_topology();

    [[nodiscard]] std::size_t host_count() const { return hosts_.size(); }
    [[nodiscard]] std::size_t link_count() const { return links_.size(); }
    [[nodiscard]] const HostConfig& host(HostId id) const { return node(id).config; }
    [[nodiscard]] const LinkConfig& link(LinkId id) const;
    Firewall& firewall(HostId id);
    [[nodiscard]] const Firewall& firewall(HostId id) const { return node(id).firewall; }
    [[nodiscard]] std::optional<HostId> host_with(Address address) const;
    [[nodiscard]] std::vector<HostId> route(HostId from, Address to) const;

    void set_cut(LinkId id, bool cut);
    void set_down(HostId id, bool down);
    void set_strips_starttls(HostId id, bool strips);
    [[nodiscard]] bool is_cut(LinkId id) const;
    [[nodiscard]] bool is_down(HostId id) const { return node(id).down; }

    enum class Fate { under_way, dropped, no_route };
    struct Launch {
        EventId event; // PacketSent or PacketDropped
        Fate fate = Fate::under_way;
    };
    // A packet to be filled in and then sent exactly once; the hold on its payload goes with it.
    struct Draft {
        std::uint32_t number = 0;
        Packet& packet;
    };
    // By the rules of the node that a packet starts from. What a rule itself answers is not judged
    // again, else a rule that rejects everything would swallow its own rejections.
    enum class Judged { yes, no };
    Draft draft();
    Launch send(const Draft& draft, HostId from, Instant now);

    // A packet reaches the next node of its way. When that is where it ends, PacketDelivered is
    // appended and its id returned: the caller reads the packet, then calls forget(). Else none.
    EventId handle_arrival(std::uint32_t packet, Instant now);
    [[nodiscard]] const Packet& packet(std::uint32_t number) const { return packets_[number]; }
    void forget(std::uint32_t packet);

    // Tells the origin of `offending` by ICMP; never about ICMP (RFC 1122 §3.2.2).
    void
    answer_with_icmp(HostId from, const Packet& offending, Icmp what, Judged judged, Instant now);
    // Answers with an RST as the destination would; never an RST.
    void answer_with_reset(HostId from, const Packet& offending, Judged judged, Instant now);

    // Packets under way, for tests of what is kept.
    [[nodiscard]] std::size_t packets_under_way() const { return packets_.in_use(); }

private:
    struct Node {
        HostConfig config;
        Firewall firewall;
        bool down = false;
        bool strips_starttls = false;
    };
    struct Cable {
        LinkConfig config;
        std::uint64_t octet_time = 0;        // nanoseconds * 2^16, rounded down
        std::array<Instant, 2> busy_until{}; // from a to b, from b to a
        bool cut = false;
    };
    struct Owner {
        Address address;
        HostId host;
    };

    [[nodiscard]] const Node& node(HostId id) const;
    Node& node(HostId id);

    Launch launch(const Draft& draft, HostId from, Judged judged, Instant now);
    Launch put_on_link(std::uint32_t packet, HostId from, Instant now);
    Launch put_on_itself(std::uint32_t packet, HostId from, Instant now);
    void forward(std::uint32_t packet, Instant now);
    [[nodiscard]] bool has_rules(HostId at) const
    {
        return !hosts_[at.value].firewall.rules().empty();
    }
    // The PacketDropped when a rule stops the packet, which is then forgotten; else none.
    void strip_starttls(std::uint32_t packet, HostId at);
    EventId stop_by_rule(std::uint32_t packet, HostId at, Direction direction, Instant now);
    Launch drop(std::uint32_t packet, HostId at, DropReason reason);

    Trace& trace_;
    TaskQueue& tasks_;
    std::vector<Node> hosts_;
    std::vector<Cable> links_;
    std::vector<Owner> owners_; // by address, once the topology is finished
    Routes routes_;             // likewise
    Pool<Packet> packets_;
    std::uint32_t last_number_ = 0;
    bool finished_ = false;
};

} // namespace sim::net
