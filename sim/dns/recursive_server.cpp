#include "sim/dns/recursive_server.h"

#include "sim/core/assert.h"

#include <utility>

namespace sim::dns {

namespace {

constexpr Voice own_voice{.authoritative = true, .recursion_available = true};
constexpr Voice others_voice{.authoritative = false, .recursion_available = true};

} // namespace

RecursiveServer::RecursiveServer(Server server, ResolverConfig config, Rng rng)
    : server_{std::move(server)}, resolver_{std::move(config), rng}
{
}

void RecursiveServer::handle_query(Endpoint from,
                                   std::string_view bytes,
                                   Instant now,
                                   Carriage carriage)
{
    const Client client{from, carriage};
    if (server_.mood() != ServerMood::healthy) {
        reply(client, server_.answer(bytes, carriage), DnsSource::authority);
        return;
    }
    auto [query, refusal] = receive_query(bytes, carriage);
    if (!query) {
        reply(client, std::move(refusal), DnsSource::authority);
        return;
    }
    AuthorityAnswer ours = server_.look_up(query->questions.front());
    const bool others_know = ours.outcome == DnsOutcome::refused || ours.leads_outside.has_value();
    if (others_know && query->header.recursion_desired) {
        ask_others(client, *std::move(query), std::move(ours), now);
    } else {
        reply(client, reply_with(*query, ours, own_voice, carriage), DnsSource::authority);
    }
}

void RecursiveServer::ask_others(const Client& client,
                                 Message query,
                                 AuthorityAnswer ours,
                                 Instant now)
{
    Asking asking{client, query.header.id, query.questions.front()};
    if (asking_.contains(asking)) return; // its own repetition
    if (open_.size() >= max_open_queries) {
        reply(
            client,
            reply_with(query, {.outcome = DnsOutcome::server_failure}, own_voice, client.carriage),
            DnsSource::forwarded);
        return;
    }
    Question question = query.questions.front();
    if (ours.leads_outside) question.name = *std::move(ours.leads_outside);
    const QuestionId id{next_question_++};
    asking_.insert(asking);
    open_.emplace(id, OpenQuery{std::move(asking), std::move(query), std::move(ours.answers)});
    resolver_.handle_question(id, question.name, question.type, now);
    pass_on_outputs();
}

void RecursiveServer::handle_datagram(std::string_view bytes, Endpoint from, Instant now)
{
    resolver_.handle_datagram(bytes, from, now);
    pass_on_outputs();
}

void RecursiveServer::handle_timeout(Instant now)
{
    resolver_.handle_timeout(now);
    pass_on_outputs();
}

void RecursiveServer::pass_on_outputs()
{
    while (auto output = resolver_.poll_output()) {
        if (auto* datagram = std::get_if<SendDatagram>(&*output)) {
            outputs_.add(std::move(*datagram));
            continue;
        }
        auto& answered = std::get<Answered>(*output);
        auto waiting = open_.extract(answered.id);
        SIM_ASSERT(!waiting.empty());
        const OpenQuery& open = waiting.mapped();
        asking_.erase(open.asking);
        const Client& client = open.asking.client;
        AuthorityAnswer answer{answered.outcome, {}, std::move(answered.soa)};
        if (!is_failure(answered.outcome)) answer.answers = open.answers;
        for (Record& record : answered.records)
            answer.answers.push_back(std::move(record));
        reply(client,
              reply_with(open.query, answer, others_voice, client.carriage),
              answered.from_cache ? DnsSource::cache : DnsSource::forwarded);
    }
}

void RecursiveServer::reply(const Client& client, ServerReply reply, DnsSource source)
{
    outputs_.add(ReplyToClient{client.at,
                               client.carriage,
                               std::move(reply.bytes),
                               std::move(reply.question),
                               reply.outcome,
                               source});
}

std::optional<RecursiveOutput> RecursiveServer::poll_output()
{
    return outputs_.poll();
}

} // namespace sim::dns
