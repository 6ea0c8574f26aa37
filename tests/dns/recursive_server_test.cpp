#include "sim/dns/recursive_server.h"
#include "tests/dns/samples.h"

#include <doctest/doctest.h>

using namespace sim;
using namespace sim::dns;
using namespace sim::dns::samples;

namespace {

constexpr Instant start{};
const Endpoint client{*parse_address("192.0.2.10"), 50000};
const Endpoint other_client{*parse_address("192.0.2.11"), 50000};
const Address umi_server = *parse_address("198.51.100.2");

Zone zone_of(std::string_view origin, const std::vector<Record>& records)
{
    Zone zone{name(origin), {name("ns.example"), name("hostmaster.example"), 1, 2, 3, 4, 60}};
    for (const Record& r : records)
        REQUIRE(zone.add(r));
    return zone;
}

// Sakura Net's name server: its own zone, and it knows who has umi.example.
RecursiveServer sakura()
{
    Server own;
    own.add_zone(zone_of("sakura.example",
                         {record("relay.sakura.example", 300, "A", "198.51.100.25"),
                          record("shop.sakura.example", 300, "CNAME", "www.umi.example.")}));
    ResolverConfig config;
    config.forwards = {{name("umi.example"), {umi_server}}};
    config.schedule = recursive_schedule();
    return {std::move(own), std::move(config), rng_stream(1, "ns.sakura")};
}

Server umi()
{
    Server server;
    server.add_zone(zone_of("umi.example",
                            {record("umi.example", 3600, "MX", "10 mx1.umi.example."),
                             record("www.umi.example", 300, "A", "203.0.113.80")}));
    return server;
}

std::vector<RecursiveOutput> drain(RecursiveServer& server)
{
    std::vector<RecursiveOutput> outputs;
    while (auto output = server.poll_output())
        outputs.push_back(*std::move(output));
    return outputs;
}

template <typename Kind>
Kind only(RecursiveServer& server)
{
    const auto outputs = drain(server);
    REQUIRE(outputs.size() == 1);
    REQUIRE(std::holds_alternative<Kind>(outputs.front()));
    return std::get<Kind>(outputs.front());
}

Message message_of(const ReplyToClient& reply)
{
    const auto message = parse_message(reply.bytes);
    REQUIRE(message);
    return *message;
}

} // namespace

TEST_SUITE("dns.recursive_server")
{
    TEST_CASE("its own names it answers itself")
    {
        RecursiveServer server = sakura();
        server.handle_query(client, query_bytes("relay.sakura.example", RecordType::a), start);
        const auto reply = only<ReplyToClient>(server);
        CHECK(reply.to == client);
        CHECK(reply.source == DnsSource::authority);
        CHECK(reply.outcome == DnsOutcome::found);
        CHECK(message_of(reply).header.authoritative);
        CHECK(message_of(reply).header.recursion_available);
        CHECK(server.next_timeout() == never);
    }

    TEST_CASE("other names it asks for, passes on, and remembers for the next client")
    {
        RecursiveServer server = sakura();
        server.handle_query(client, query_bytes("umi.example", RecordType::mx, 77), start);
        const auto sent = only<SendDatagram>(server);
        CHECK(sent.to == Endpoint{umi_server, 53});
        server.handle_datagram(umi().answer(sent.bytes).bytes, sent.to, start + 20ms);
        const auto reply = only<ReplyToClient>(server);
        CHECK(reply.to == client);
        CHECK(reply.source == DnsSource::forwarded);
        CHECK(reply.question == Question{name("umi.example"), RecordType::mx});
        const Message message = message_of(reply);
        CHECK(message.header.id == 77);
        CHECK_FALSE(message.header.authoritative);
        CHECK(to_lines(message.answers) == "10 mx1.umi.example.");

        server.handle_query(
            other_client, query_bytes("umi.example", RecordType::mx, 78), start + 10s);
        const auto again = only<ReplyToClient>(server);
        CHECK(again.to == other_client);
        CHECK(again.source == DnsSource::cache);
        CHECK(message_of(again).header.id == 78);
        CHECK(message_of(again).answers.at(0).ttl_s == 3591); // remembered since 20 ms
    }

    TEST_CASE("a no is passed on with the SOA that lets the client remember it")
    {
        RecursiveServer server = sakura();
        server.handle_query(client, query_bytes("x.umi.example", RecordType::a), start);
        const auto sent = only<SendDatagram>(server);
        server.handle_datagram(umi().answer(sent.bytes).bytes, sent.to, start);
        const auto reply = only<ReplyToClient>(server);
        CHECK(reply.outcome == DnsOutcome::name_does_not_exist);
        CHECK(message_of(reply).header.code == ResponseCode::name_error);
        REQUIRE(message_of(reply).authority.size() == 1);
    }

    TEST_CASE("an alias of its own that leads elsewhere is followed there")
    {
        RecursiveServer server = sakura();
        server.handle_query(client, query_bytes("shop.sakura.example", RecordType::a), start);
        const auto sent = only<SendDatagram>(server);
        CHECK(sent.question.name == name("www.umi.example"));
        server.handle_datagram(umi().answer(sent.bytes).bytes, sent.to, start);
        const auto reply = only<ReplyToClient>(server);
        CHECK(to_lines(message_of(reply).answers) == "CNAME www.umi.example.\n203.0.113.80");
        CHECK(reply.question->name == name("shop.sakura.example"));
    }

    TEST_CASE("when nobody answers, the client hears SERVFAIL before it would give up itself")
    {
        RecursiveServer server = sakura();
        server.handle_query(client, query_bytes("umi.example", RecordType::mx), start);
        server.handle_query(client, query_bytes("umi.example", RecordType::mx), start + 5s);
        while (server.next_timeout() != never)
            server.handle_timeout(server.next_timeout());
        std::vector<ReplyToClient> replies;
        for (const auto& output : drain(server))
            if (const auto* reply = std::get_if<ReplyToClient>(&output)) replies.push_back(*reply);
        REQUIRE(replies.size() == 1); // the repetition of a question that waits is not a new one
        CHECK(replies[0].outcome == DnsOutcome::timed_out);
        CHECK(message_of(replies[0]).header.code == ResponseCode::server_failure);
    }

    TEST_CASE("that a server refuses us is our failure towards the client")
    {
        RecursiveServer server = sakura();
        server.handle_query(client, query_bytes("umi.example", RecordType::mx), start);
        const auto sent = only<SendDatagram>(server);
        server.handle_datagram(Server{}.answer(sent.bytes).bytes, sent.to, start);
        const auto reply = only<ReplyToClient>(server);
        CHECK(reply.outcome == DnsOutcome::refused);
        CHECK(message_of(reply).header.code == ResponseCode::server_failure);
    }

    TEST_CASE("who does not ask for recursion gets none")
    {
        RecursiveServer server = sakura();
        server.handle_query(client, query_bytes("umi.example", RecordType::mx, 1, false), start);
        const auto reply = only<ReplyToClient>(server);
        CHECK(message_of(reply).header.code == ResponseCode::refused);
        CHECK(reply.outcome == DnsOutcome::refused);
    }

    TEST_CASE("bad queries are told so; a server made to fail, fails for every name")
    {
        RecursiveServer server = sakura();
        const std::string query = query_bytes("umi.example", RecordType::mx);
        server.handle_query(client, query.substr(0, 20), start);
        CHECK(message_of(only<ReplyToClient>(server)).header.code == ResponseCode::format_error);
        server.server().set_mood(ServerMood::failing);
        server.handle_query(client, query, start);
        CHECK(message_of(only<ReplyToClient>(server)).header.code == ResponseCode::server_failure);
        server.server().set_mood(ServerMood::silent);
        server.handle_query(client, query, start);
        CHECK(only<ReplyToClient>(server).bytes.empty());
    }

    TEST_CASE("more waiting clients than it can hold get SERVFAIL at once")
    {
        RecursiveServer server = sakura();
        for (std::size_t i = 0; i < RecursiveServer::max_open_queries; ++i) {
            server.handle_query(
                client,
                query_bytes("umi.example", RecordType::mx, static_cast<std::uint16_t>(i)),
                start);
        }
        drain(server);
        server.handle_query(other_client, query_bytes("umi.example", RecordType::mx), start);
        CHECK(message_of(only<ReplyToClient>(server)).header.code == ResponseCode::server_failure);
    }

    TEST_CASE("a stub, the provider's server and the owner's server: the whole way of a question")
    {
        RecursiveServer provider = sakura();
        const Server owner = umi();
        const Endpoint provider_53{*parse_address("198.51.100.1"), 53};
        ResolverConfig config;
        config.forwards = {{name("."), {provider_53.address}}};
        Resolver stub{std::move(config), rng_stream(1, "hanako-pc")};

        stub.handle_question(QuestionId{1}, name("umi.example"), RecordType::mx, start);
        const auto asked = std::get<SendDatagram>(stub.poll_output().value());
        provider.handle_query(client, asked.bytes, start);
        const auto sent = only<SendDatagram>(provider);
        provider.handle_datagram(owner.answer(sent.bytes).bytes, sent.to, start);
        const auto reply = only<ReplyToClient>(provider);
        stub.handle_datagram(reply.bytes, provider_53, start);
        const auto answered = std::get<Answered>(stub.poll_output().value());
        CHECK(answered.outcome == DnsOutcome::found);
        CHECK(to_lines(answered.records) == "10 mx1.umi.example.");
    }
}
