#include "sim/dns/resolver.h"

#include "sim/core/assert.h"

#include <algorithm>
#include <utility>

namespace sim::dns {

namespace {

template <typename Range, typename Value>
bool contains(const Range& range, const Value& value)
{
    return std::ranges::find(range, value) != range.end();
}

bool may_be_alias(RecordType type)
{
    return type != RecordType::cname && type != RecordType::any;
}

// The records of that name and type; ANY takes every type.
std::vector<Record> set_of(const std::vector<Record>& records, const Name& name, RecordType type)
{
    std::vector<Record> set;
    for (const Record& record : records) {
        const bool wanted = type == RecordType::any || type_of(record.data) == type;
        if (wanted && record.name == name) set.push_back(record);
    }
    return set;
}

const Record* soa_above(const Message& reply, const Name& name)
{
    for (const Record& record : reply.authority) {
        if (std::holds_alternative<SoaRecord>(record.data) && name.is_within(record.name))
            return &record;
    }
    return nullptr;
}

// "Ask those over there": from a server that was thought to know. We do not walk down from the
// root.
bool is_referral(const Message& reply)
{
    return !reply.header.authoritative && !reply.header.recursion_available &&
           reply.header.code == ResponseCode::no_error && reply.answers.empty() &&
           std::ranges::any_of(reply.authority, [](const Record& record) {
               return std::holds_alternative<NsRecord>(record.data);
           });
}

// What it means that a server replied, but with no answer; nothing when there is one.
std::optional<DnsOutcome> failure_in(const Message& reply)
{
    if (reply.header.truncated) return DnsOutcome::truncated;
    if (reply.edns && reply.edns->extended_code != 0) return DnsOutcome::server_failure;
    switch (reply.header.code) {
    case ResponseCode::no_error:
    case ResponseCode::name_error:
        if (is_referral(reply)) return DnsOutcome::server_failure;
        return std::nullopt;
    case ResponseCode::refused:
        return DnsOutcome::refused;
    case ResponseCode::format_error:
    case ResponseCode::server_failure:
    case ResponseCode::not_implemented:
        break;
    }
    return DnsOutcome::server_failure;
}

// RFC 5452 §9.1: the reply has to repeat the question. Some servers that cannot read a query leave
// it out of their FORMERR.
bool repeats(const Message& reply, const Question& question)
{
    if (reply.header.opcode != 0) return false;
    if (reply.questions.empty()) return reply.header.code == ResponseCode::format_error;
    return reply.questions.size() == 1 && reply.questions.front() == question;
}

} // namespace

RetrySchedule windows_schedule()
{
    return {{1s, 1s, 2s, 4s, 2s}};
}

RetrySchedule linux_schedule()
{
    return {{5s, 5s}};
}

RetrySchedule recursive_schedule()
{
    return {{800ms, 1600ms, 3200ms}};
}

Resolver::Resolver(ResolverConfig config, Rng rng)
    : config_{std::move(config)}, rng_{rng}, cache_{config_.cache}
{
    SIM_ASSERT(!config_.schedule.waits.empty() && config_.schedule.waits.size() <= 255);
    SIM_ASSERT(config_.max_lookups <= 1024); // transaction ids have to stay hard to guess
}

void Resolver::handle_question(QuestionId id, const Name& name, RecordType type, Instant now)
{
    Lookup lookup{.asked = {name, type}};
    lookup.current = lookup.asked;
    if (const auto ending = follow_cache(lookup, now)) {
        tell(id, lookup, *ending);
        return;
    }
    const auto same = by_question_.find(lookup.asked);
    const bool is_new = same == by_question_.end();
    const bool full =
        waiting_ >= config_.max_questions || (is_new && lookups_.size() >= config_.max_lookups);
    if (full) {
        lookup.from_cache = false;
        tell(id, lookup, {DnsOutcome::server_failure});
        return;
    }
    Lookup& joined = is_new ? open(std::move(lookup)) : lookups_.at(same->second);
    if (is_new) {
        if (const auto ending = ask_servers(joined, now)) {
            tell(id, close(joined.id), *ending);
            return;
        }
    }
    joined.waiting.push_back(id);
    ++waiting_;
}

void Resolver::handle_datagram(std::string_view bytes, Endpoint from, Instant now)
{
    const auto header = parse_message_header(bytes);
    if (!header || !header->response || from.port != dns_port) return;
    const auto known = by_transaction_.find(header->id);
    if (known == by_transaction_.end()) return;
    Lookup& lookup = lookups_.at(known->second);
    const bool is_asked = contains(lookup.asked_servers, from.address);
    if (!is_asked || contains(lookup.useless_servers, from.address)) return;

    const auto reply = parse_message(bytes);
    if (reply && !repeats(*reply, lookup.current)) return;
    const auto failure = reply ? failure_in(*reply) : DnsOutcome::malformed;
    std::optional<Ending> ending;
    if (failure) {
        lookup.useless_servers.push_back(from.address);
        lookup.worst = *failure;
        ending = next_attempt(lookup, now);
    } else {
        ending = read_reply(lookup, *reply, now);
    }
    if (ending) settle(lookup.id, *ending, now);
}

void Resolver::handle_timeout(Instant now)
{
    for (const LookupId due : deadlines_.take_due(now)) {
        if (const auto ending = next_attempt(lookups_.at(due), now)) settle(due, *ending, now);
    }
}

std::optional<std::size_t> Resolver::forward_for(const Name& name) const
{
    std::optional<std::size_t> longest;
    for (std::size_t i = 0; i < config_.forwards.size(); ++i) {
        const Name& suffix = config_.forwards[i].suffix;
        if (!name.is_within(suffix)) continue;
        if (!longest || suffix.label_count() > config_.forwards[*longest].suffix.label_count())
            longest = i;
    }
    return longest;
}

// RFC 5452 §4.3: an id that cannot be guessed, and that no other open question has.
std::uint16_t Resolver::draw_transaction()
{
    for (;;) {
        const auto id = static_cast<std::uint16_t>(rng_.below(65536));
        if (!by_transaction_.contains(id)) return id;
    }
}

// Goes as far as what is remembered leads: to an ending, or to the name that has to be asked for.
std::optional<Resolver::Ending> Resolver::follow_cache(Lookup& lookup, Instant now) const
{
    for (;;) {
        auto known = cache_.find(lookup.current.name, lookup.current.type, now);
        if (!known) return std::nullopt;
        const bool is_alias = known->outcome == DnsOutcome::found &&
                              may_be_alias(lookup.current.type) &&
                              std::holds_alternative<CnameRecord>(known->records.front().data);
        if (!is_alias)
            return Ending{known->outcome, std::move(known->records), std::move(known->soa)};
        if (lookup.aliases.size() == max_alias_chain) return Ending{DnsOutcome::server_failure};
        lookup.current.name = std::get<CnameRecord>(known->records.front().data).target;
        lookup.aliases.push_back(std::move(known->records.front()));
    }
}

// Begins to ask for `current`.
std::optional<Resolver::Ending> Resolver::ask_servers(Lookup& lookup, Instant now)
{
    lookup.from_cache = false;
    const auto forward = forward_for(lookup.current.name);
    if (!forward || config_.forwards[*forward].servers.empty())
        return Ending{DnsOutcome::server_failure};
    lookup.forward = *forward;
    const std::uint16_t transaction = draw_transaction();
    forget_transaction(lookup);
    lookup.transaction = transaction;
    by_transaction_.emplace(transaction, lookup.id);
    lookup.attempt = 0;
    lookup.asked_servers.clear();
    lookup.useless_servers.clear();
    lookup.worst = DnsOutcome::timed_out;
    return next_attempt(lookup, now);
}

std::optional<Resolver::Ending> Resolver::next_attempt(Lookup& lookup, Instant now)
{
    const std::vector<Address>& servers = config_.forwards[lookup.forward].servers;
    const bool all_useless = std::ranges::all_of(
        servers, [&](Address server) { return contains(lookup.useless_servers, server); });
    if (all_useless || lookup.attempt >= config_.schedule.waits.size()) return Ending{lookup.worst};

    // Round and round, without those who have already said that they cannot help.
    std::size_t turn = lookup.attempt % servers.size();
    while (contains(lookup.useless_servers, servers[turn]))
        turn = (turn + 1) % servers.size();
    deadlines_.set(lookup.id, now + config_.schedule.waits[lookup.attempt]);
    ++lookup.attempt;
    if (!contains(lookup.asked_servers, servers[turn]))
        lookup.asked_servers.push_back(servers[turn]);

    Message query;
    query.header = {.id = lookup.transaction, .recursion_desired = true};
    query.questions = {lookup.current};
    query.edns = Edns{.udp_octets = edns_udp_octets};
    outputs_.add(SendDatagram{
        {servers[turn], dns_port}, encode_message(query), lookup.current, lookup.attempt});
    return std::nullopt;
}

std::optional<Resolver::Ending>
Resolver::read_reply(Lookup& lookup, const Message& reply, Instant now)
{
    const Name asked_now = lookup.current.name;
    if (auto ending = follow_aliases(lookup, reply, now)) return ending;
    const Name& name = lookup.current.name;
    const bool believed = forward_for(name) == lookup.forward;
    const bool says_no =
        reply.header.code == ResponseCode::name_error || soa_above(reply, name) != nullptr;
    if (name == asked_now || (believed && says_no)) return read_negative(lookup, reply, now);

    // The alias leads to where this server has no say, or it did not follow it.
    if (auto ending = follow_cache(lookup, now)) return ending;
    return ask_servers(lookup, now);
}

// Takes the aliases of the reply one after the other, and the records at their end if they are
// there and this server may speak of them.
std::optional<Resolver::Ending>
Resolver::follow_aliases(Lookup& lookup, const Message& reply, Instant now)
{
    Question& current = lookup.current;
    while (forward_for(current.name) == lookup.forward) {
        auto set = set_of(reply.answers, current.name, current.type);
        if (!set.empty()) {
            cache_.remember_records(current.name, current.type, set, now);
            return Ending{DnsOutcome::found, std::move(set)};
        }
        if (!may_be_alias(current.type)) return std::nullopt;
        auto alias = set_of(reply.answers, current.name, RecordType::cname);
        if (alias.empty()) return std::nullopt;
        if (lookup.aliases.size() == max_alias_chain) return Ending{DnsOutcome::server_failure};
        alias.resize(1);
        cache_.remember_records(current.name, RecordType::cname, alias, now);
        current.name = std::get<CnameRecord>(alias.front().data).target;
        lookup.aliases.push_back(std::move(alias.front()));
    }
    return std::nullopt;
}

// RFC 2308 §2: no such name, or no such data there.
Resolver::Ending Resolver::read_negative(const Lookup& lookup, const Message& reply, Instant now)
{
    const Question& current = lookup.current;
    const Record* soa = soa_above(reply, current.name);
    Ending ending{DnsOutcome::no_data};
    if (reply.header.code == ResponseCode::name_error) {
        ending.outcome = DnsOutcome::name_does_not_exist;
        if (soa != nullptr) cache_.remember_no_such_name(current.name, *soa, now);
    } else if (soa != nullptr) {
        cache_.remember_no_data(current.name, current.type, *soa, now);
    }
    if (soa != nullptr) ending.soa = *soa;
    return ending;
}

void Resolver::tell(QuestionId id, const Lookup& lookup, const Ending& ending)
{
    Answered answer{id, lookup.asked, ending.outcome, {}, ending.soa, lookup.from_cache};
    if (!is_failure(ending.outcome)) {
        answer.records = lookup.aliases;
        answer.records.insert(answer.records.end(), ending.records.begin(), ending.records.end());
    }
    outputs_.add(std::move(answer));
}

Resolver::Lookup& Resolver::open(Lookup lookup)
{
    lookup.id = LookupId{next_lookup_++};
    by_question_.emplace(lookup.asked, lookup.id);
    return lookups_.emplace(lookup.id, std::move(lookup)).first->second;
}

Resolver::Lookup Resolver::close(LookupId id)
{
    Lookup lookup = std::move(lookups_.extract(id).mapped());
    by_question_.erase(lookup.asked);
    forget_transaction(lookup);
    deadlines_.forget(id);
    waiting_ -= lookup.waiting.size();
    return lookup;
}

// A lookup that has asked nobody yet has no number of its own.
void Resolver::forget_transaction(const Lookup& lookup)
{
    const auto known = by_transaction_.find(lookup.transaction);
    if (known != by_transaction_.end() && known->second == lookup.id) by_transaction_.erase(known);
}

void Resolver::settle(LookupId id, const Ending& ending, Instant now)
{
    const Lookup lookup = close(id);
    if (is_failure(ending.outcome))
        cache_.remember_failure(lookup.current.name, lookup.current.type, ending.outcome, now);
    for (const QuestionId asker : lookup.waiting)
        tell(asker, lookup, ending);
}

std::optional<ResolverOutput> Resolver::poll_output()
{
    return outputs_.poll();
}

} // namespace sim::dns
