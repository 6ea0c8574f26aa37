#include "sim/dns/server.h"

#include <algorithm>
#include <utility>

namespace sim::dns {

namespace {

constexpr unsigned bad_edns_version = 16; // BADVERS, RFC 6891 §9: its upper eight bits are 1

// An error with as much of the query as could be read.
ServerReply refuse(const Header& header, ResponseCode code, DnsOutcome outcome)
{
    Message reply;
    reply.header = {.id = header.id,
                    .response = true,
                    .opcode = header.opcode,
                    .recursion_desired = header.recursion_desired,
                    .code = code};
    return {encode_message(reply), std::nullopt, outcome};
}

ResponseCode response_code_for(DnsOutcome outcome, Voice voice)
{
    switch (outcome) {
    case DnsOutcome::found:
    case DnsOutcome::no_data:
        return ResponseCode::no_error;
    case DnsOutcome::name_does_not_exist:
        return ResponseCode::name_error;
    case DnsOutcome::refused:
        // That somebody refuses us is our trouble: it does not mean that we refuse the client.
        return voice.authoritative ? ResponseCode::refused : ResponseCode::server_failure;
    case DnsOutcome::malformed:
    case DnsOutcome::server_failure:
    case DnsOutcome::timed_out:
    case DnsOutcome::truncated:
        break;
    }
    return ResponseCode::server_failure;
}

} // namespace

ReceivedQuery receive_query(std::string_view bytes, Carriage carriage)
{
    const auto header = parse_message_header(bytes);
    // An error about an error would go back and forth between two servers for ever.
    if (!header || header->response) return {std::nullopt, {{}, {}, DnsOutcome::malformed}};
    if (header->opcode != 0) {
        return {std::nullopt, refuse(*header, ResponseCode::not_implemented, DnsOutcome::refused)};
    }
    auto query = parse_message(bytes);
    if (!query || query->questions.size() != 1 || !query->answers.empty()) {
        return {std::nullopt, refuse(*header, ResponseCode::format_error, DnsOutcome::malformed)};
    }
    const Question& question = query->questions.front();
    if (query->edns && query->edns->version != 0) {
        Message reply = reply_to(*query);
        reply.edns->extended_code = bad_edns_version >> 4U;
        return {std::nullopt,
                {encode_reply(*query, reply, carriage), question, DnsOutcome::refused}};
    }
    if (question.question_class != class_internet) {
        Message reply = reply_to(*query);
        reply.header.code = ResponseCode::refused;
        return {std::nullopt,
                {encode_reply(*query, reply, carriage), question, DnsOutcome::refused}};
    }
    return {*std::move(query), {}};
}

Message reply_to(const Message& query)
{
    Message reply;
    reply.header = {.id = query.header.id,
                    .response = true,
                    .recursion_desired = query.header.recursion_desired};
    reply.questions = query.questions;
    if (query.edns) reply.edns = Edns{.udp_octets = edns_udp_octets};
    return reply;
}

std::string encode_reply(const Message& query, const Message& reply, Carriage carriage)
{
    if (carriage == Carriage::stream) return encode_within(reply, max_stream_octets);
    std::size_t limit = classic_udp_octets;
    if (query.edns) limit = std::clamp<std::size_t>(query.edns->udp_octets, limit, edns_udp_octets);
    return encode_within(reply, limit);
}

void Server::add_zone(Zone zone)
{
    const auto same = std::ranges::find_if(
        zones_, [&](const Zone& other) { return other.origin() == zone.origin(); });
    if (same != zones_.end()) {
        *same = std::move(zone);
    } else {
        zones_.push_back(std::move(zone));
    }
}

const Zone* Server::zone_for(const Name& name) const
{
    const Zone* closest = nullptr;
    for (const Zone& zone : zones_) {
        if (!name.is_within(zone.origin())) continue;
        if (closest == nullptr || zone.origin().label_count() > closest->origin().label_count())
            closest = &zone;
    }
    return closest;
}

AuthorityAnswer Server::look_up(const Question& question) const
{
    AuthorityAnswer answer;
    Name name = question.name;
    for (int aliases = 0;; ++aliases) {
        const Zone* zone = zone_for(name);
        if (zone == nullptr) {
            if (aliases > 0) {
                answer.outcome = DnsOutcome::found;
                answer.leads_outside = name;
            }
            return answer;
        }
        ZoneAnswer at = zone->find(name, question.type);
        for (Record& record : at.records)
            answer.answers.push_back(std::move(record));
        switch (at.kind) {
        case ZoneAnswer::Kind::found:
            answer.outcome = DnsOutcome::found;
            return answer;
        case ZoneAnswer::Kind::no_data:
            answer.outcome = DnsOutcome::no_data;
            answer.soa = zone->soa();
            return answer;
        case ZoneAnswer::Kind::no_such_name:
            answer.outcome = DnsOutcome::name_does_not_exist;
            answer.soa = zone->soa();
            return answer;
        case ZoneAnswer::Kind::alias:
            break;
        }
        // Aliases in a ring, or a chain nobody would follow to its end.
        if (aliases == max_alias_chain) return {.outcome = DnsOutcome::server_failure};
        name = std::get<CnameRecord>(answer.answers.back().data).target;
    }
}

ServerReply
reply_with(const Message& query, const AuthorityAnswer& answer, Voice voice, Carriage carriage)
{
    Message reply = reply_to(query);
    reply.header.code = response_code_for(answer.outcome, voice);
    reply.header.authoritative = voice.authoritative && !is_failure(answer.outcome);
    reply.header.recursion_available = voice.recursion_available;
    reply.answers = answer.answers;
    // RFC 2308 §3: the SOA tells how long the "no" may be remembered.
    if (answer.soa) reply.authority.push_back(*answer.soa);
    std::string bytes = encode_reply(query, reply, carriage);
    const bool truncated = parse_message_header(bytes)->truncated;
    return {std::move(bytes),
            query.questions.front(),
            truncated ? DnsOutcome::truncated : answer.outcome};
}

ServerReply Server::answer(std::string_view bytes, Carriage carriage) const
{
    auto [query, refusal] = receive_query(bytes, carriage);
    if (mood_ == ServerMood::silent) {
        return {{},
                query ? std::optional{query->questions.front()} : std::nullopt,
                DnsOutcome::timed_out};
    }
    if (!query) return std::move(refusal);
    switch (mood_) {
    case ServerMood::failing:
        return reply_with(*query, {.outcome = DnsOutcome::server_failure}, {}, carriage);
    case ServerMood::denying: // without an SOA, so that nobody remembers it (RFC 2308 §5)
        return reply_with(*query, {.outcome = DnsOutcome::name_does_not_exist}, {}, carriage);
    case ServerMood::refusing:
        return reply_with(*query, {.outcome = DnsOutcome::refused}, {}, carriage);
    case ServerMood::healthy:
    case ServerMood::silent:
        break;
    }
    return reply_with(*query, look_up(query->questions.front()), {}, carriage);
}

} // namespace sim::dns
