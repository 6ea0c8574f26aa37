#include "sim/dns/server.h"
#include "tests/dns/samples.h"

#include <doctest/doctest.h>

using namespace sim;
using namespace sim::dns;
using namespace sim::dns::samples;

namespace {

Zone zone_of(std::string_view origin, const std::vector<Record>& records)
{
    Zone zone{name(origin), {name("ns.example"), name("hostmaster.example"), 1, 2, 3, 4, 60}};
    for (const Record& r : records)
        REQUIRE(zone.add(r));
    return zone;
}

Server classroom()
{
    Server server;
    server.add_zone(zone_of("umi.example",
                            {record("umi.example", 3600, "MX", "10 mx1.umi.example."),
                             record("mx1.umi.example", 300, "A", "203.0.113.25"),
                             record("www.umi.example", 300, "CNAME", "w3.umi.example."),
                             record("w3.umi.example", 300, "CNAME", "web.kumo.example."),
                             record("out.umi.example", 300, "CNAME", "far.away.test."),
                             record("gone.umi.example", 300, "CNAME", "nothing.umi.example."),
                             record("ring1.umi.example", 300, "CNAME", "ring2.umi.example."),
                             record("ring2.umi.example", 300, "CNAME", "ring1.umi.example.")}));
    server.add_zone(zone_of("kumo.example", {record("web.kumo.example", 60, "A", "192.0.2.80")}));
    return server;
}

struct Exchange {
    ServerReply reply;
    Message message; // of the reply
};

Exchange ask(const Server& server, std::string_view query)
{
    Exchange exchange{server.answer(query), {}};
    const auto message = parse_message(exchange.reply.bytes);
    REQUIRE(message);
    exchange.message = *message;
    return exchange;
}

Exchange ask(const Server& server, std::string_view owner, RecordType type)
{
    return ask(server, query_bytes(owner, type));
}

} // namespace

TEST_SUITE("dns.server")
{
    TEST_CASE("an MX question gets the MX records, and the address is a question of its own")
    {
        const auto [reply, message] = ask(classroom(), "umi.example", RecordType::mx);
        CHECK(message.header.id == 0x1234);
        CHECK(message.header.response);
        CHECK(message.header.authoritative);
        CHECK(message.header.recursion_desired);
        CHECK_FALSE(message.header.recursion_available);
        CHECK(message.header.code == ResponseCode::no_error);
        CHECK(message.questions.at(0) == Question{name("umi.example"), RecordType::mx});
        CHECK(to_lines(message.answers) == "10 mx1.umi.example.");
        CHECK(message.additional.empty());
        CHECK(reply.outcome == DnsOutcome::found);
        CHECK(reply.question == message.questions.at(0));
    }

    TEST_CASE("no such name and no such data both carry the SOA, RFC 2308 §3")
    {
        const auto missing = ask(classroom(), "mx9.umi.example", RecordType::a);
        CHECK(missing.message.header.code == ResponseCode::name_error);
        CHECK(missing.reply.outcome == DnsOutcome::name_does_not_exist);
        CHECK(std::get<SoaRecord>(missing.message.authority.at(0).data).minimum_s == 60);
        CHECK(to_string(missing.message.authority.at(0).name) == "umi.example");

        const auto empty = ask(classroom(), "mx1.umi.example", RecordType::mx);
        CHECK(empty.message.header.code == ResponseCode::no_error);
        CHECK(empty.message.answers.empty());
        CHECK(empty.reply.outcome == DnsOutcome::no_data);
        CHECK(empty.message.authority.size() == 1);
    }

    TEST_CASE("aliases are followed through all zones of the server")
    {
        const auto found = ask(classroom(), "www.umi.example", RecordType::a);
        CHECK(to_lines(found.message.answers) ==
              "CNAME w3.umi.example.\nCNAME web.kumo.example.\n192.0.2.80");

        const auto gone = ask(classroom(), "gone.umi.example", RecordType::a);
        CHECK(gone.reply.outcome == DnsOutcome::name_does_not_exist); // RFC 2308 §2.1
        CHECK(to_lines(gone.message.answers) == "CNAME nothing.umi.example.");

        const auto out = ask(classroom(), "out.umi.example", RecordType::a);
        CHECK(out.reply.outcome == DnsOutcome::found);
        CHECK(to_lines(out.message.answers) == "CNAME far.away.test.");
        CHECK(out.message.authority.empty());
    }

    TEST_CASE("aliases in a ring are a failure, not a loop; eight in a row are fine, nine are not")
    {
        CHECK(ask(classroom(), "ring1.umi.example", RecordType::a).reply.outcome ==
              DnsOutcome::server_failure);
        for (const int length : {max_alias_chain, max_alias_chain + 1}) {
            std::vector<Record> records;
            records.reserve(static_cast<std::size_t>(length) + 1);
            for (int i = 0; i < length; ++i) {
                records.push_back(record("a" + std::to_string(i) + ".chain.example",
                                         300,
                                         "CNAME",
                                         "a" + std::to_string(i + 1) + ".chain.example"));
            }
            records.push_back(
                record("a" + std::to_string(length) + ".chain.example", 300, "A", "192.0.2.1"));
            Server server;
            server.add_zone(zone_of("chain.example", records));
            const auto [reply, message] = ask(server, "a0.chain.example", RecordType::a);
            CHECK(reply.outcome ==
                  (length == max_alias_chain ? DnsOutcome::found : DnsOutcome::server_failure));
        }
    }

    TEST_CASE("the closest zone decides, and names of no zone are refused")
    {
        Server server = classroom();
        server.add_zone(zone_of("sub.umi.example", {}));
        const auto below = ask(server, "x.sub.umi.example", RecordType::a);
        CHECK(to_string(below.message.authority.at(0).name) == "sub.umi.example");

        const auto foreign = ask(server, "far.away.test", RecordType::a);
        CHECK(foreign.message.header.code == ResponseCode::refused);
        CHECK_FALSE(foreign.message.header.authoritative);
        CHECK(foreign.reply.outcome == DnsOutcome::refused);

        server.add_zone(zone_of("umi.example", {})); // replaces
        CHECK(ask(server, "umi.example", RecordType::mx).reply.outcome == DnsOutcome::no_data);
    }

    TEST_CASE("what cannot be read gets FORMERR with its id; replies and scraps get nothing")
    {
        const Server server = classroom();
        const std::string query = query_bytes("umi.example", RecordType::mx);
        const auto [reply, message] = ask(server, query.substr(0, query.size() - 1));
        CHECK(message.header.code == ResponseCode::format_error);
        CHECK(message.header.id == 0x1234);
        CHECK(reply.outcome == DnsOutcome::malformed);
        CHECK_FALSE(reply.question);

        CHECK(server.answer("").bytes.empty());
        CHECK(server.answer(query.substr(0, 11)).bytes.empty());
        CHECK(server.answer(server.answer(query).bytes).bytes.empty());

        Message two = parse_message(query).value();
        two.questions.push_back(two.questions.front());
        CHECK(ask(server, encode_message(two)).message.header.code == ResponseCode::format_error);
    }

    TEST_CASE("other operations, classes and EDNS versions are turned down")
    {
        Message update = parse_message(query_bytes("umi.example", RecordType::mx)).value();
        update.header.opcode = 5;
        const auto not_done = ask(classroom(), encode_message(update));
        CHECK(not_done.message.header.code == ResponseCode::not_implemented);
        CHECK(not_done.message.header.opcode == 5);

        Message chaos = parse_message(query_bytes("umi.example", RecordType::txt)).value();
        chaos.questions.front().question_class = 3;
        CHECK(ask(classroom(), encode_message(chaos)).message.header.code == ResponseCode::refused);

        Message future = parse_message(query_bytes("umi.example", RecordType::mx)).value();
        future.edns = Edns{.version = 1};
        const auto bad_version = ask(classroom(), encode_message(future));
        REQUIRE(bad_version.message.edns); // BADVERS is 16, RFC 6891 §9
        CHECK(bad_version.message.edns->extended_code == 1);
        CHECK(bad_version.message.edns->version == 0);
        CHECK(bad_version.message.answers.empty());
    }

    TEST_CASE("512 octets without EDNS, more with it")
    {
        Server server;
        server.add_zone(
            zone_of("big.example", {record("big.example", 1, "TXT", std::string(700, 'k'))}));
        const auto cut = ask(server, "big.example", RecordType::txt);
        CHECK(cut.message.header.truncated);
        CHECK(cut.reply.bytes.size() <= 512);
        CHECK(cut.reply.outcome == DnsOutcome::truncated);

        Message query = parse_message(query_bytes("big.example", RecordType::txt)).value();
        query.edns = Edns{.udp_octets = 4096};
        const auto whole = ask(server, encode_message(query));
        CHECK_FALSE(whole.message.header.truncated);
        CHECK(joined(all_of_kind<TxtRecord>(whole.message.answers).at(0)) == std::string(700, 'k'));
        REQUIRE(whole.message.edns);
        CHECK(whole.message.edns->udp_octets == edns_udp_octets);
        // "I can take 100 octets" means 512, RFC 6891 §6.2.3.
        query.edns->udp_octets = 100;
        CHECK(ask(server, encode_message(query)).reply.outcome == DnsOutcome::truncated);
    }

    TEST_CASE("a server that is made to fail, to refuse or to be silent does so, and heals")
    {
        Server server = classroom();
        server.set_mood(ServerMood::failing);
        CHECK(ask(server, "umi.example", RecordType::mx).message.header.code ==
              ResponseCode::server_failure);
        server.set_mood(ServerMood::denying);
        const auto denied = ask(server, "umi.example", RecordType::mx);
        CHECK(denied.message.header.code == ResponseCode::name_error);
        CHECK(denied.message.authority.empty()); // nothing to be remembered by
        server.set_mood(ServerMood::refusing);
        CHECK(ask(server, "umi.example", RecordType::mx).message.header.code ==
              ResponseCode::refused);
        server.set_mood(ServerMood::silent);
        const ServerReply silence = server.answer(query_bytes("umi.example", RecordType::mx));
        CHECK(silence.bytes.empty());
        CHECK(silence.outcome == DnsOutcome::timed_out);
        CHECK(silence.question == Question{name("umi.example"), RecordType::mx});
        server.set_mood(ServerMood::healthy);
        CHECK(ask(server, "umi.example", RecordType::mx).reply.outcome == DnsOutcome::found);
    }
}
