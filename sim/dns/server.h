// An authoritative name server: bytes of a query in, bytes of the reply out. It follows aliases
// through its own zones only, never asks anyone, and gives no additional records, so that the
// learner sees MX and A as the two questions that they are.
#pragma once

#include "sim/core/dns_words.h"
#include "sim/dns/message.h"
#include "sim/dns/zone.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim::dns {

inline constexpr std::uint16_t dns_port = 53;
inline constexpr int max_alias_chain = 8;
inline constexpr std::size_t max_stream_octets = 65535; // RFC 1035 §4.2.2: behind two of length

// How a server behaves: as it should, or as a fault makes it.
// failing: SERVFAIL; denying: no name exists; refusing: REFUSED; silent: nothing is sent.
SIM_NAMED_ENUM(ServerMood, healthy, failing, denying, refusing, silent);

// How a question came, which says how much its answer may hold: RFC 1035 §4.2, RFC 7766.
enum class Carriage { datagram, stream };

// What goes back, and what to tell the trace (DnsServed).
struct ServerReply {
    std::string bytes;                // empty: nothing is sent
    std::optional<Question> question; // none when the query could not be read
    DnsOutcome outcome = DnsOutcome::found;
};

// What our own zones know about a question, before it is put in a message.
struct AuthorityAnswer {
    DnsOutcome outcome = DnsOutcome::refused; // refused: no zone of ours
    std::vector<Record> answers{};            // aliases first
    std::optional<Record> soa{};              // with no_data and name_does_not_exist
    std::optional<Name> leads_outside{};      // the last alias points here, outside our zones
};

class Server {
public:
    // A zone with the same origin is replaced.
    void add_zone(Zone zone);
    [[nodiscard]] const std::vector<Zone>& zones() const { return zones_; }

    void set_mood(ServerMood mood) { mood_ = mood; }
    [[nodiscard]] ServerMood mood() const { return mood_; }

    // Replies are never answered, nor is what is too short to have an id. Bad queries get FORMERR,
    // other operations NOTIMP, names of other zones REFUSED.
    [[nodiscard]] ServerReply answer(std::string_view query,
                                     Carriage carriage = Carriage::datagram) const;

    // The closest zone that holds the name decides.
    [[nodiscard]] AuthorityAnswer look_up(const Question& question) const;

private:
    [[nodiscard]] const Zone* zone_for(const Name& name) const;

    std::vector<Zone> zones_;
    ServerMood mood_ = ServerMood::healthy;
};

// What every kind of server does first with a query: either the message to answer, or a reply that
// settles it (`question` is filled in as far as it could be read).
struct ReceivedQuery {
    std::optional<Message> query;
    ServerReply refusal; // meaningful when there is no query
};
ReceivedQuery receive_query(std::string_view bytes, Carriage carriage);

// The start of a reply to a query: id, question, RD and EDNS as they have to be.
Message reply_to(const Message& query);
// At most as many octets as the query's sender can take.
std::string encode_reply(const Message& query, const Message& reply, Carriage carriage);

// Who speaks in a reply: our zones (AA), or somebody we asked; and whether we ask others at all
// (RA).
struct Voice {
    bool authoritative = true;
    bool recursion_available = false;
};
// The reply to `query` that says `answer`. NXDOMAIN for name_does_not_exist and so on; what the
// asker cannot be told precisely is SERVFAIL.
ServerReply
reply_with(const Message& query, const AuthorityAnswer& answer, Voice voice, Carriage carriage);

} // namespace sim::dns
