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
    const auto same = std::ranges::find(lookups_, lookup.asked, &Lookup::asked);
    const bool full = waiting_ >= config_.max_questions ||
                      (same == lookups_.end() && lookups_.size() >= config_.max_lookups);
    if (full) {
        lookup.from_cache = false;
        tell(id, lookup, {DnsOutcome::server_failure});
        return;
    }
    if (same != lookups_.end()) {
        same->waiting.push_back(id);
        ++waiting_;
        return;
    }
    if (const auto ending = ask_servers(lookup, now)) {
        tell(id, lookup, *ending);
        return;
    }
    lookup.waiting.push_back(id);
    ++waiting_;
    lookups_.push_back(std::move(lookup));
}

void Resolver::handle_datagram(std::string_view bytes, Endpoint from, Instant now)
{
    const auto header = parse_message_header(bytes);
    if (!header || !header->response || from.port != dns_port) return;
    const auto at = std::ranges::find_if(lookups_, [&](const Lookup& lookup) {
        return lookup.transaction == header->id && contains(lookup.asked_servers, from.address);
    });
    if (at == lookups_.end() || contains(at->useless_servers, from.address)) return;

    const auto reply = parse_message(bytes);
    if (reply && !repeats(*reply, at->current)) return;
    const auto failure = reply ? failure_in(*reply) : DnsOutcome::malformed;
    std::optional<Ending> ending;
    if (failure) {
        at->useless_servers.push_back(from.address);
        at->worst = *failure;
        ending = next_attempt(*at, now);
    } else {
        ending = read_reply(*at, *reply, now);
    }
    if (ending) settle(static_cast<std::size_t>(at - lookups_.begin()), *ending, now);
}

void Resolver::handle_timeout(Instant now)
{
    for (std::size_t i = 0; i < lookups_.size();) {
        const auto ending =
            lookups_[i].deadline > now ? std::nullopt : next_attempt(lookups_[i], now);
        if (ending) {
            settle(i, *ending, now); // another lookup takes its place
        } else {
            ++i;
        }
    }
}

Instant Resolver::next_timeout() const
{
    Instant next = never;
    for (const Lookup& lookup : lookups_)
        next = std::min(next, lookup.deadline);
    return next;
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
        if (std::ranges::find(lookups_, id, &Lookup::transaction) == lookups_.end()) return id;
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
    lookup.transaction = draw_transaction();
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
    lookup.deadline = now + config_.schedule.waits[lookup.attempt];
    ++lookup.attempt;
    if (!contains(lookup.asked_servers, servers[turn]))
        lookup.asked_servers.push_back(servers[turn]);

    Message query;
    query.header = {.id = lookup.transaction, .recursion_desired = true};
    query.questions = {lookup.current};
    query.edns = Edns{.udp_octets = edns_udp_octets};
    outputs_.emplace_back(SendDatagram{
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
    outputs_.emplace_back(std::move(answer));
}

void Resolver::settle(std::size_t position, const Ending& ending, Instant now)
{
    const Lookup lookup = std::move(lookups_[position]);
    lookups_.erase(lookups_.begin() + static_cast<std::ptrdiff_t>(position));
    waiting_ -= lookup.waiting.size();
    if (is_failure(ending.outcome))
        cache_.remember_failure(lookup.current.name, lookup.current.type, ending.outcome, now);
    for (const QuestionId id : lookup.waiting)
        tell(id, lookup, ending);
}

std::optional<ResolverOutput> Resolver::poll_output()
{
    if (outputs_.empty()) return std::nullopt;
    ResolverOutput output = std::move(outputs_.front());
    outputs_.pop_front();
    return output;
}

} // namespace sim::dns
