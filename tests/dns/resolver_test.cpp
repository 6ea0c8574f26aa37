#include "sim/dns/resolver.h"
#include "tests/dns/samples.h"

#include <doctest/doctest.h>

#include <map>

using namespace sim;
using namespace sim::dns;
using namespace sim::dns::samples;

namespace {

constexpr Instant start{};
const Address first = *parse_address("198.51.100.1");
const Address second = *parse_address("198.51.100.2");

ResolverConfig forwarder(std::vector<Address> servers = {first})
{
    ResolverConfig config;
    config.forwards = {{name("."), std::move(servers)}};
    return config;
}

Resolver make(ResolverConfig config)
{
    return Resolver{std::move(config), rng_stream(1, "resolver")};
}

std::vector<ResolverOutput> drain(Resolver& resolver)
{
    std::vector<ResolverOutput> outputs;
    while (auto output = resolver.poll_output())
        outputs.push_back(*std::move(output));
    return outputs;
}

// The one output there is, which must be of that kind.
template <typename Kind>
Kind only(Resolver& resolver)
{
    const auto outputs = drain(resolver);
    REQUIRE(outputs.size() == 1);
    REQUIRE(std::holds_alternative<Kind>(outputs.front()));
    return std::get<Kind>(outputs.front());
}

// A reply to what was sent, with these records.
Message reply_to(const SendDatagram& sent, std::vector<Record> answers = {})
{
    Message reply = parse_message(sent.bytes).value();
    reply.header.response = true;
    reply.header.recursion_available = true;
    reply.answers = std::move(answers);
    reply.edns.reset();
    return reply;
}

Message failure_to(const SendDatagram& sent, ResponseCode code)
{
    Message reply = reply_to(sent);
    reply.header.code = code;
    return reply;
}

// "no", with the SOA of umi.example that lets it be remembered for 60 s.
Message negative_to(const SendDatagram& sent, ResponseCode code)
{
    Message reply = failure_to(sent, code);
    reply.authority = {record("umi.example", 3600, "SOA", "ns.example. h.example. 1 2 3 4 60")};
    return reply;
}

void deliver(Resolver& resolver, const SendDatagram& sent, const Message& reply, Instant now)
{
    resolver.handle_datagram(encode_message(reply), sent.to, now);
}

const Record mx10 = record("umi.example", 300, "MX", "10 mx1.umi.example.");

// Asks and is answered by the server; nobody else is involved.
Answered resolve(Resolver& resolver, const Message& reply_body, Instant now)
{
    resolver.handle_question(QuestionId{1}, name("umi.example"), RecordType::mx, now);
    const auto sent = only<SendDatagram>(resolver);
    Message reply = reply_to(sent, reply_body.answers);
    reply.header.code = reply_body.header.code;
    reply.authority = reply_body.authority;
    deliver(resolver, sent, reply, now);
    return only<Answered>(resolver);
}

} // namespace

TEST_SUITE("dns.resolver")
{
    TEST_CASE("a question goes to the forwarder and its answer to the asker")
    {
        Resolver resolver = make(forwarder());
        CHECK(resolver.next_timeout() == never);
        resolver.handle_question(QuestionId{7}, name("umi.example"), RecordType::mx, start);
        const auto sent = only<SendDatagram>(resolver);
        CHECK(sent.to == Endpoint{first, 53});
        CHECK(sent.attempt == 1);
        CHECK(sent.question == Question{name("umi.example"), RecordType::mx});
        const Message query = parse_message(sent.bytes).value();
        CHECK(query.header.recursion_desired);
        CHECK(query.questions.at(0) == sent.question);
        CHECK(resolver.next_timeout() == start + 5s);

        deliver(resolver, sent, reply_to(sent, {mx10}), start + 30ms);
        const auto answered = only<Answered>(resolver);
        CHECK(answered.id == QuestionId{7});
        CHECK(answered.outcome == DnsOutcome::found);
        CHECK(answered.records == std::vector{mx10});
        CHECK_FALSE(answered.from_cache);
        CHECK(resolver.next_timeout() == never);
        CHECK(resolver.open_lookups() == 0);
    }

    TEST_CASE("an answer is remembered until its TTL is over, and what is left of it is told")
    {
        Resolver resolver = make(forwarder());
        resolve(resolver, {.answers = {mx10}}, start);
        resolver.handle_question(
            QuestionId{2}, name("UMI.example"), RecordType::mx, start + 299'500ms);
        const auto remembered = only<Answered>(resolver);
        CHECK(remembered.from_cache);
        CHECK(remembered.records.at(0).ttl_s == 1);
        CHECK(resolver.cached() == 1);

        resolver.handle_question(QuestionId{3}, name("umi.example"), RecordType::mx, start + 300s);
        only<SendDatagram>(resolver);
    }

    TEST_CASE("the smallest TTL of a set counts, TTL 0 is not remembered, nor one beyond 2^31")
    {
        Resolver resolver = make(forwarder());
        resolve(resolver,
                {.answers = {mx10, record("umi.example", 20, "MX", "20 mx2.umi.example.")}},
                start);
        resolver.handle_question(QuestionId{2}, name("umi.example"), RecordType::mx, start + 19s);
        CHECK(only<Answered>(resolver).records.at(0).ttl_s == 1);
        resolver.handle_question(QuestionId{3}, name("umi.example"), RecordType::mx, start + 20s);
        only<SendDatagram>(resolver);

        for (const std::uint32_t ttl_s : {0U, 0x80000000U}) {
            Resolver other = make(forwarder());
            resolve(other, {.answers = {record("umi.example", ttl_s, "MX", "0 .")}}, start);
            CHECK(other.cached() == 0);
        }
    }

    TEST_CASE("no such name is remembered for every type, no such data for one, RFC 2308")
    {
        for (const auto code : {ResponseCode::name_error, ResponseCode::no_error}) {
            Resolver resolver = make(forwarder());
            resolver.handle_question(QuestionId{1}, name("x.umi.example"), RecordType::mx, start);
            const auto sent = only<SendDatagram>(resolver);
            deliver(resolver, sent, negative_to(sent, code), start);
            const auto answered = only<Answered>(resolver);
            CHECK(answered.outcome == (code == ResponseCode::name_error
                                           ? DnsOutcome::name_does_not_exist
                                           : DnsOutcome::no_data));
            REQUIRE(answered.soa);
            CHECK(answered.records.empty());

            resolver.handle_question(
                QuestionId{2}, name("x.umi.example"), RecordType::mx, start + 59s);
            const auto remembered = only<Answered>(resolver);
            CHECK(remembered.from_cache);
            CHECK(remembered.outcome == answered.outcome);
            CHECK(remembered.soa->ttl_s == 1);

            resolver.handle_question(
                QuestionId{3}, name("x.umi.example"), RecordType::a, start + 59s);
            if (code == ResponseCode::name_error) {
                CHECK(only<Answered>(resolver).outcome == DnsOutcome::name_does_not_exist);
            } else {
                only<SendDatagram>(resolver);
            }
            resolver.handle_question(
                QuestionId{4}, name("x.umi.example"), RecordType::mx, start + 60s);
            only<SendDatagram>(resolver);
        }
    }

    TEST_CASE("a no without an SOA is believed but not remembered, RFC 2308 §5")
    {
        Resolver resolver = make(forwarder());
        CHECK(resolve(resolver, {.header = {.code = ResponseCode::name_error}}, start).outcome ==
              DnsOutcome::name_does_not_exist);
        CHECK(resolve(resolver, {}, start).outcome == DnsOutcome::no_data);
        CHECK(resolver.cached() == 0);
    }

    TEST_CASE("silence: asked again after 5 s, given up after 10 s, as Linux does")
    {
        Resolver resolver = make(forwarder());
        resolver.handle_question(QuestionId{1}, name("umi.example"), RecordType::mx, start);
        const auto one = only<SendDatagram>(resolver);
        resolver.handle_timeout(start + 4999ms);
        CHECK(drain(resolver).empty());
        resolver.handle_timeout(start + 5s);
        const auto two = only<SendDatagram>(resolver);
        CHECK(two.attempt == 2);
        CHECK(two.bytes == one.bytes); // the same question with the same id
        CHECK(resolver.next_timeout() == start + 10s);
        resolver.handle_timeout(start + 10s);
        const auto answered = only<Answered>(resolver);
        CHECK(answered.outcome == DnsOutcome::timed_out);
        CHECK(resolver.next_timeout() == never);
    }

    TEST_CASE("the schedules of Windows and of a provider's resolver")
    {
        const auto moments = [](const RetrySchedule& schedule) {
            ResolverConfig config = forwarder();
            config.schedule = schedule;
            Resolver resolver = make(config);
            resolver.handle_question(QuestionId{1}, name("a.example"), RecordType::a, start);
            std::vector<std::int64_t> ms;
            while (resolver.next_timeout() != never) {
                const Instant due = resolver.next_timeout();
                ms.push_back((due - start) / 1ms);
                resolver.handle_timeout(due);
            }
            return ms;
        };
        CHECK(moments(windows_schedule()) ==
              std::vector<std::int64_t>{1000, 2000, 4000, 8000, 10000});
        CHECK(moments(linux_schedule()) == std::vector<std::int64_t>{5000, 10000});
        CHECK(moments(recursive_schedule()) == std::vector<std::int64_t>{800, 2400, 5600});
    }

    TEST_CASE("silence of the first server leads to the second; a late answer still counts")
    {
        Resolver resolver = make(forwarder({first, second}));
        resolver.handle_question(QuestionId{1}, name("umi.example"), RecordType::mx, start);
        const auto one = only<SendDatagram>(resolver);
        resolver.handle_timeout(start + 5s);
        const auto two = only<SendDatagram>(resolver);
        CHECK(one.to.address == first);
        CHECK(two.to.address == second);
        deliver(resolver, one, reply_to(one, {mx10}), start + 6s);
        CHECK(only<Answered>(resolver).outcome == DnsOutcome::found);
        deliver(resolver, two, reply_to(two, {mx10}), start + 6s);
        CHECK(drain(resolver).empty());
    }

    TEST_CASE("a server that fails or refuses is passed over at once, and the last word is told")
    {
        Resolver resolver = make(forwarder({first, second}));
        resolver.handle_question(QuestionId{1}, name("umi.example"), RecordType::mx, start);
        const auto one = only<SendDatagram>(resolver);
        deliver(resolver, one, failure_to(one, ResponseCode::server_failure), start + 10ms);
        const auto two = only<SendDatagram>(resolver);
        CHECK(two.to.address == second);
        deliver(resolver, one, reply_to(one, {mx10}), start + 11ms); // it has had its say
        CHECK(drain(resolver).empty());
        deliver(resolver, two, failure_to(two, ResponseCode::refused), start + 20ms);
        CHECK(only<Answered>(resolver).outcome == DnsOutcome::refused);
    }

    TEST_CASE("a failure is remembered for a second only, RFC 9520")
    {
        Resolver resolver = make(forwarder());
        CHECK(
            resolve(resolver, {.header = {.code = ResponseCode::server_failure}}, start).outcome ==
            DnsOutcome::server_failure);
        resolver.handle_question(QuestionId{2}, name("umi.example"), RecordType::mx, start + 999ms);
        const auto again = only<Answered>(resolver);
        CHECK(again.outcome == DnsOutcome::server_failure);
        CHECK(again.from_cache);
        CHECK(resolve(resolver, {.answers = {mx10}}, start + 1s).outcome == DnsOutcome::found);
    }

    TEST_CASE("replies to another question, with another id, from elsewhere, are as if not there")
    {
        Resolver resolver = make(forwarder());
        resolver.handle_question(QuestionId{1}, name("umi.example"), RecordType::mx, start);
        const auto sent = only<SendDatagram>(resolver);
        const Message good = reply_to(sent, {mx10});
        const auto ignored = [&](const Message& reply, Endpoint from) {
            resolver.handle_datagram(encode_message(reply), from, start + 1ms);
            return drain(resolver).empty() && resolver.open_lookups() == 1;
        };
        Message other_id = good;
        other_id.header.id ^= 1U;
        CHECK(ignored(other_id, sent.to));
        CHECK(ignored(good, {second, 53}));
        CHECK(ignored(good, {first, 5353}));
        Message other_name = good;
        other_name.questions.at(0).name = name("kumo.example");
        CHECK(ignored(other_name, sent.to));
        Message other_type = good;
        other_type.questions.at(0).type = RecordType::a;
        CHECK(ignored(other_type, sent.to));
        Message no_question = good;
        no_question.questions.clear();
        CHECK(ignored(no_question, sent.to));
        Message not_a_reply = good;
        not_a_reply.header.response = false;
        CHECK(ignored(not_a_reply, sent.to));
        resolver.handle_datagram("", sent.to, start);
        resolver.handle_datagram("junk", sent.to, start);
        CHECK(drain(resolver).empty());

        Message other_case = good;
        other_case.questions.at(0).name = name("Umi.EXAMPLE");
        deliver(resolver, sent, other_case, start + 2ms);
        CHECK(only<Answered>(resolver).outcome == DnsOutcome::found);
    }

    TEST_CASE("a reply that cannot be read, or was cut, counts as one that does not help")
    {
        Resolver resolver = make(forwarder());
        resolver.handle_question(QuestionId{1}, name("umi.example"), RecordType::mx, start);
        const auto sent = only<SendDatagram>(resolver);
        const std::string bytes = encode_message(reply_to(sent, {mx10}));
        resolver.handle_datagram(bytes.substr(0, bytes.size() - 1), sent.to, start);
        CHECK(only<Answered>(resolver).outcome == DnsOutcome::malformed);

        Resolver other = make(forwarder());
        other.handle_question(QuestionId{1}, name("umi.example"), RecordType::mx, start);
        const auto asked = only<SendDatagram>(other);
        Message reply = reply_to(asked);
        reply.header.truncated = true;
        deliver(other, asked, reply, start);
        CHECK(only<Answered>(other).outcome == DnsOutcome::truncated);
    }

    TEST_CASE("the longest suffix says who is asked; without one the question fails at once")
    {
        ResolverConfig config;
        config.forwards = {{name("example"), {first}}, {name("umi.example"), {second}}};
        Resolver resolver = make(config);
        resolver.handle_question(QuestionId{1}, name("mx.umi.example"), RecordType::a, start);
        CHECK(only<SendDatagram>(resolver).to.address == second);
        resolver.handle_question(QuestionId{2}, name("xumi.example"), RecordType::a, start);
        CHECK(only<SendDatagram>(resolver).to.address == first);
        resolver.handle_question(QuestionId{3}, name("umi.test"), RecordType::a, start);
        CHECK(only<Answered>(resolver).outcome == DnsOutcome::server_failure);
    }

    TEST_CASE("an alias to another zone is followed to its server, whatever the first one claims")
    {
        ResolverConfig config;
        config.forwards = {{name("umi.example"), {first}}, {name("kumo.example"), {second}}};
        Resolver resolver = make(config);
        resolver.handle_question(QuestionId{1}, name("www.umi.example"), RecordType::a, start);
        const auto one = only<SendDatagram>(resolver);
        const Record alias = record("www.umi.example", 300, "CNAME", "web.kumo.example.");
        const Record lie = record("web.kumo.example", 300, "A", "192.0.2.66");
        deliver(resolver, one, reply_to(one, {lie, alias}), start);
        const auto two = only<SendDatagram>(resolver);
        CHECK(two.to.address == second);
        CHECK(two.question == Question{name("web.kumo.example"), RecordType::a});
        CHECK(two.attempt == 1);
        CHECK(parse_message(two.bytes)->header.id != parse_message(one.bytes)->header.id);
        deliver(resolver,
                two,
                reply_to(two, {record("web.kumo.example", 60, "A", "192.0.2.80")}),
                start);
        const auto answered = only<Answered>(resolver);
        CHECK(answered.question.name == name("www.umi.example"));
        CHECK(to_lines(answered.records) == "CNAME web.kumo.example.\n192.0.2.80");

        // All from memory; when only the address is over, only it is asked for.
        resolver.handle_question(
            QuestionId{2}, name("www.umi.example"), RecordType::a, start + 59s);
        CHECK(to_lines(only<Answered>(resolver).records) == "CNAME web.kumo.example.\n192.0.2.80");
        resolver.handle_question(
            QuestionId{3}, name("www.umi.example"), RecordType::a, start + 60s);
        CHECK(only<SendDatagram>(resolver).question.name == name("web.kumo.example"));
    }

    TEST_CASE("a forwarder's chain of aliases is taken in any order; a ring is a failure")
    {
        Resolver resolver = make(forwarder());
        resolver.handle_question(QuestionId{1}, name("a.example"), RecordType::a, start);
        auto sent = only<SendDatagram>(resolver);
        deliver(resolver,
                sent,
                reply_to(sent,
                         {record("c.example", 9, "A", "192.0.2.1"),
                          record("b.example", 9, "CNAME", "c.example."),
                          record("a.example", 9, "CNAME", "b.example.")}),
                start);
        CHECK(to_lines(only<Answered>(resolver).records) ==
              "CNAME b.example.\nCNAME c.example.\n192.0.2.1");

        resolver.handle_question(QuestionId{2}, name("r1.example"), RecordType::a, start);
        sent = only<SendDatagram>(resolver);
        deliver(resolver,
                sent,
                reply_to(sent,
                         {record("r1.example", 9, "CNAME", "r2.example."),
                          record("r2.example", 9, "CNAME", "r1.example.")}),
                start);
        const auto ring = only<Answered>(resolver);
        CHECK(ring.outcome == DnsOutcome::server_failure);
        CHECK(ring.records.empty());

        resolver.handle_question(QuestionId{3}, name("self.example"), RecordType::a, start);
        sent = only<SendDatagram>(resolver);
        deliver(resolver,
                sent,
                reply_to(sent, {record("self.example", 9, "CNAME", "self.example.")}),
                start);
        CHECK(only<Answered>(resolver).outcome == DnsOutcome::server_failure);
    }

    TEST_CASE("an alias whose end has no such data, or does not exist, says so")
    {
        for (const auto code : {ResponseCode::name_error, ResponseCode::no_error}) {
            Resolver resolver = make(forwarder());
            resolver.handle_question(QuestionId{1}, name("www.umi.example"), RecordType::a, start);
            const auto sent = only<SendDatagram>(resolver);
            Message reply = negative_to(sent, code);
            reply.answers = {record("www.umi.example", 300, "CNAME", "web.umi.example.")};
            deliver(resolver, sent, reply, start);
            const auto answered = only<Answered>(resolver);
            CHECK(answered.outcome == (code == ResponseCode::name_error
                                           ? DnsOutcome::name_does_not_exist
                                           : DnsOutcome::no_data));
            CHECK(to_lines(answered.records) == "CNAME web.umi.example.");
            // It is the end of the chain that does not exist, not its beginning (RFC 2308 §2.1).
            resolver.handle_question(
                QuestionId{2}, name("www.umi.example"), RecordType::cname, start + 1s);
            CHECK(only<Answered>(resolver).outcome == DnsOutcome::found);
        }
    }

    TEST_CASE("a referral is of no use to one who does not walk down from the root")
    {
        Resolver resolver = make(forwarder());
        resolver.handle_question(QuestionId{1}, name("umi.example"), RecordType::mx, start);
        const auto sent = only<SendDatagram>(resolver);
        Message referral = reply_to(sent);
        referral.header.recursion_available = false;
        referral.authority = {record("umi.example", 300, "NS", "ns.umi.example.")};
        deliver(resolver, sent, referral, start);
        CHECK(only<Answered>(resolver).outcome == DnsOutcome::server_failure);
    }

    TEST_CASE("ten who ask the same are served by one question, in the order in which they asked")
    {
        Resolver resolver = make(forwarder());
        for (std::uint32_t i = 0; i < 10; ++i)
            resolver.handle_question(QuestionId{i}, name("umi.example"), RecordType::mx, start);
        const auto sent = only<SendDatagram>(resolver);
        deliver(resolver, sent, reply_to(sent, {mx10}), start);
        const auto outputs = drain(resolver);
        REQUIRE(outputs.size() == 10);
        for (std::uint32_t i = 0; i < 10; ++i)
            CHECK(std::get<Answered>(outputs[i]).id == QuestionId{i});
    }

    TEST_CASE("too many open questions fail at once instead of growing without end")
    {
        ResolverConfig config = forwarder();
        config.max_lookups = 2;
        config.max_questions = 3;
        Resolver resolver = make(config);
        resolver.handle_question(QuestionId{1}, name("a.example"), RecordType::a, start);
        resolver.handle_question(QuestionId{2}, name("b.example"), RecordType::a, start);
        drain(resolver);
        resolver.handle_question(QuestionId{3}, name("c.example"), RecordType::a, start);
        CHECK(only<Answered>(resolver).outcome == DnsOutcome::server_failure);
        resolver.handle_question(QuestionId{4}, name("b.example"), RecordType::a, start);
        CHECK(drain(resolver).empty());
        resolver.handle_question(QuestionId{5}, name("b.example"), RecordType::a, start);
        CHECK(only<Answered>(resolver).outcome == DnsOutcome::server_failure);
        resolver.handle_timeout(start + 5s);
        drain(resolver);
        resolver.handle_timeout(start + 10s);
        CHECK(drain(resolver).size() == 3);
        CHECK(resolver.open_lookups() == 0);
    }

    TEST_CASE("a full memory forgets first what would be forgotten first; flushing forgets all")
    {
        ResolverConfig config = forwarder();
        config.cache.entries = 2;
        Resolver resolver = make(config);
        const auto learn = [&](std::string_view owner, std::uint32_t ttl_s) {
            resolver.handle_question(QuestionId{1}, name(owner), RecordType::a, start);
            const auto sent = only<SendDatagram>(resolver);
            deliver(
                resolver, sent, reply_to(sent, {record(owner, ttl_s, "A", "192.0.2.1")}), start);
            only<Answered>(resolver);
        };
        const auto knows = [&](std::string_view owner) {
            resolver.handle_question(QuestionId{2}, name(owner), RecordType::a, start + 1s);
            return std::holds_alternative<Answered>(drain(resolver).at(0));
        };
        learn("long.example", 300);
        learn("short.example", 10);
        learn("middle.example", 100);
        CHECK(resolver.cached() == 2);
        CHECK(knows("long.example"));
        CHECK(knows("middle.example"));
        CHECK_FALSE(knows("short.example"));
        resolver.flush_cache();
        CHECK_FALSE(knows("long.example"));

        config.cache.entries = 0; // a plain stub
        Resolver stub = make(config);
        resolve(stub, {.answers = {mx10}}, start);
        CHECK(stub.cached() == 0);
    }

    TEST_CASE("the same seed sends the same bytes, another seed other ids")
    {
        const auto first_query = [](std::uint64_t seed) {
            Resolver resolver{forwarder(), rng_stream(seed, "resolver")};
            resolver.handle_question(QuestionId{1}, name("umi.example"), RecordType::mx, start);
            return only<SendDatagram>(resolver).bytes;
        };
        CHECK(first_query(1) == first_query(1));
        CHECK(first_query(1) != first_query(2));
    }

    TEST_CASE("whatever the network does, every question is answered exactly once")
    {
        Rng chance{42};
        ResolverConfig config = forwarder({first, second});
        config.max_lookups = 20;
        Resolver resolver = make(config);
        std::map<std::uint32_t, int> answers;
        std::vector<SendDatagram> on_their_way;
        std::uint32_t questions = 0;
        Instant now = start;
        const auto take_outputs = [&] {
            for (auto& output : drain(resolver)) {
                if (auto* sent = std::get_if<SendDatagram>(&output)) {
                    on_their_way.push_back(*sent);
                } else {
                    ++answers[std::get<Answered>(output).id.value];
                }
            }
        };
        for (int step = 0; step < 20'000; ++step) {
            now += std::chrono::milliseconds{chance.below(200)};
            resolver.handle_timeout(now);
            take_outputs();
            if (chance.below(2) == 0) {
                const auto host = "h" + std::to_string(chance.below(30)) + ".example";
                resolver.handle_question(QuestionId{questions++}, name(host), RecordType::a, now);
            } else if (!on_their_way.empty()) {
                const auto at = chance.below(on_their_way.size());
                const SendDatagram sent = on_their_way[at];
                if (chance.below(4) != 0) // else it comes twice
                    on_their_way.erase(on_their_way.begin() + static_cast<std::ptrdiff_t>(at));
                const auto kind = chance.below(6);
                const auto target = "h" + std::to_string(chance.below(30)) + ".example.";
                const std::string who = to_string(sent.question.name);
                Message reply = reply_to(sent, {record(who, 3, "A", "192.0.2.1")});
                if (kind == 1) reply = negative_to(sent, ResponseCode::name_error);
                if (kind == 2) reply = failure_to(sent, ResponseCode::server_failure);
                if (kind == 3) reply = reply_to(sent, {record(who, 2, "CNAME", target)});
                std::string bytes = encode_message(reply);
                if (kind == 4) bytes.resize(chance.below(bytes.size()));
                if (kind != 5) resolver.handle_datagram(bytes, sent.to, now);
            }
            take_outputs();
        }
        while (resolver.next_timeout() != never) {
            resolver.handle_timeout(resolver.next_timeout());
            take_outputs();
        }
        CHECK(answers.size() == questions);
        CHECK(std::ranges::all_of(answers, [](const auto& entry) { return entry.second == 1; }));
        CHECK(questions > 5000);
    }
}
