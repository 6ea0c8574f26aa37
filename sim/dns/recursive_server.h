// The name server that a provider gives its customers: its own zones first, for all else it asks
// with its Resolver and answers later.
//
// The caller owns two sockets: port 53 for clients (handle_query, Reply) and another one for what
// the resolver sends and gets (SendDatagram, handle_datagram).
#pragma once

#include "sim/core/output_list.h"
#include "sim/dns/resolver.h"
#include "sim/dns/server.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>

namespace sim::dns {

struct ReplyToClient {
    Endpoint to;
    Carriage carriage = Carriage::datagram;
    std::string bytes;                // empty: nothing is sent, only the trace is told
    std::optional<Question> question; // none when the query could not be read
    DnsOutcome outcome = DnsOutcome::found;
    DnsSource source = DnsSource::authority;
    friend bool operator==(const ReplyToClient&, const ReplyToClient&) = default;
};

using RecursiveOutput = std::variant<SendDatagram, ReplyToClient>;

class RecursiveServer {
public:
    static constexpr std::size_t max_open_queries = 1024; // more get SERVFAIL at once

    RecursiveServer(Server server, ResolverConfig config, Rng rng);

    void handle_query(Endpoint client,
                      std::string_view bytes,
                      Instant now,
                      Carriage carriage = Carriage::datagram);
    void handle_datagram(std::string_view bytes, Endpoint from, Instant now);
    void handle_timeout(Instant now);
    [[nodiscard]] Instant next_timeout() const { return resolver_.next_timeout(); }

    [[nodiscard]] std::optional<RecursiveOutput> poll_output();

    [[nodiscard]] Server& server() { return server_; }
    [[nodiscard]] Resolver& resolver() { return resolver_; }

private:
    struct Client {
        Endpoint at;
        Carriage carriage = Carriage::datagram;
        // NOLINTNEXTLINE(modernize-use-nullptr): the compiler's own comparison with 0
        friend auto operator<=>(const Client&, const Client&) = default;
    };
    // What a client asked, by which its own repetition is known.
    struct Asking {
        Client client;
        std::uint16_t id = 0;
        Question question;
        // NOLINTNEXTLINE(modernize-use-nullptr): the compiler's own comparison with 0
        friend auto operator<=>(const Asking&, const Asking&) = default;
    };
    // A client that waits, with what our own zones have said so far (aliases that lead outside).
    struct OpenQuery {
        Asking asking;
        Message query;
        std::vector<Record> answers;
    };

    void ask_others(const Client& client, Message query, AuthorityAnswer ours, Instant now);
    void reply(const Client& client, ServerReply reply, DnsSource source);
    void pass_on_outputs();

    Server server_;
    Resolver resolver_;
    std::map<QuestionId, OpenQuery> open_;
    std::set<Asking> asking_; // the open ones
    std::uint32_t next_question_ = 0;
    OutputList<RecursiveOutput> outputs_;
};

} // namespace sim::dns
