// Finds what stopped one mail or one fetch, from the event that says that it failed: who said no,
// by which rule, and what was hit. Everything but the cure of a why card.
#pragma once

#include "sim/explain/why.h"

#include <string>
#include <string_view>
#include <vector>

namespace sim::explain {

class StopSearch {
public:
    // Both must outlive it.
    StopSearch(const Trace& trace, const scenario::Scenario& scenario)
        : trace_{trace}, scenario_{scenario}
    {
    }

    // Fills in a card that knows its outcome, its code and for whom it speaks.
    void find(WhyCard& card, const Event& outcome, FailureStep step) const;

    void at_connect(WhyCard& card, const Event& event, const ConnectionFailed& what) const;
    void at_reply(WhyCard& card, const Event& event, const SmtpReply& reply) const;
    void at_reply(WhyCard& card, const Event& event, const Pop3Reply& reply) const;
    void at_tls(WhyCard& card, const Event& event, const TlsFailed& failed) const;

    // The connection on which something failed; none when it failed without one.
    [[nodiscard]] ConnectionId connection_of(const Event& outcome) const;

private:
    // ---- the name and the connection
    void at_name_lookup(WhyCard& card, const Event& event, const DnsResolved& what) const;
    [[nodiscard]] bool same_question(const DnsServed& served, const DnsResolved& resolved) const;
    [[nodiscard]] bool concerns(const PacketDropped& dropped, HostId host) const;
    bool find_packet_stop(WhyCard& card, const Event& failed) const;
    void at_drop(WhyCard& card, const Event& event, const PacketDropped& dropped) const;

    // ---- faults
    [[nodiscard]] const Event* fault_behind(const Event& event) const;
    [[nodiscard]] const Event* fault_on_connection(const Event& event, Fault kind) const;
    void blame_instead_of_reply(WhyCard& card, const Event& event, const Event& fault) const;

    // ---- the conversation
    void in_conversation(WhyCard& card,
                         const Event& outcome,
                         ConnectionId connection,
                         FailureStep step) const;
    [[nodiscard]] const Event*
    decisive_reply(const WhyCard& card, const Event& outcome, ConnectionId connection) const;
    bool take(WhyCard& card, const Event& event, FailureStep step) const;
    void at_strangers_reply(WhyCard& card, const Event& event, const SmtpReply& reply) const;
    [[nodiscard]] const Event* said_by_server(const Event& heard, const SmtpReply& reply) const;
    [[nodiscard]] bool is_about(const WhyCard& card, const SmtpReply& reply) const;
    [[nodiscard]] std::optional<AuthFlaw> flaw_before(const Event& reply) const;
    [[nodiscard]] std::vector<Mechanism> failed_logins(const Event& reply) const;
    [[nodiscard]] Duration login_pause(HostId server) const;
    [[nodiscard]] bool has_offered(const Event& before, std::string_view keyword) const;
    void at_problem(WhyCard& card, const Event& event, const SmtpProblemSeen& seen) const;
    void look_for_tampering(WhyCard& card, const Event& event) const;
    [[nodiscard]] bool has_plain_addresses(MailId mail) const;
    void at_loss(WhyCard& card, const Event& event, Obstacle obstacle) const;
    [[nodiscard]] bool is_wrong_protection(const Event& event) const;
    [[nodiscard]] bool waits_for_tls(const Event& event) const;
    [[nodiscard]] Duration age(const Event& event) const;
    [[nodiscard]] bool is_too_old(const Event& event) const;
    [[nodiscard]] bool asked_for_tls(const Event& event) const;
    [[nodiscard]] bool wanted_client_certificate(const Event& event, const TlsFailed& failed) const;

    const Trace& trace_;
    const scenario::Scenario& scenario_;
};

} // namespace sim::explain
