// libFuzzer target: any bytes given to everything that reads DNS messages.
#include "sim/core/assert.h"
#include "sim/dns/recursive_server.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace sim;
using namespace sim::dns;

namespace {

Name name(std::string_view text)
{
    return parse_name(text).value();
}

Zone zone()
{
    Zone zone{name("umi.example"), {name("ns.example"), name("hostmaster.umi.example")}};
    const auto add = [&](std::string_view owner, RecordType type, std::string_view data) {
        const auto added = zone.add({name(owner), 300, parse_record_data(type, data).value()});
        SIM_ASSERT(added);
    };
    add("umi.example", RecordType::mx, "10 mx1.umi.example.");
    add("*.umi.example", RecordType::txt, "any");
    add("www.umi.example", RecordType::cname, "www.kumo.example.");
    return zone;
}

// What was read writes and reads again as the same, small or plain; cut messages keep their limit.
void check_round_trip(const Message& message)
{
    for (const Compression compression : {Compression::on, Compression::off}) {
        const std::string bytes = encode_message(message, compression);
        if (bytes.size() > max_message_octets) continue; // compressed names grow when written plain
        const auto again = parse_message(bytes);
        SIM_ASSERT(again && *again == message);
    }
    for (const auto* section : {&message.answers, &message.authority, &message.additional}) {
        for (const Record& record : *section) {
            SIM_ASSERT(parse_name(to_string(record.name)) == record.name);
            const RecordType type = type_of(record.data);
            if (std::holds_alternative<UnknownRecord>(record.data)) continue;
            SIM_ASSERT(parse_record_data(type, to_string(record.data)) == record.data);
        }
    }
}

// The bytes as a query to a server, and as the reply to a question that is open.
void check_programs(std::string_view bytes)
{
    Server own;
    own.add_zone(zone());
    const Endpoint upstream{Address{0xc6336401}, dns_port};
    ResolverConfig config;
    config.forwards = {{name("."), {upstream.address}}};
    RecursiveServer server{own, config, rng_stream(1, "fuzz")};
    const auto reply = own.answer(bytes);
    SIM_ASSERT(reply.bytes.empty() || parse_message(reply.bytes));
    SIM_ASSERT(reply.bytes.size() <= edns_udp_octets);

    server.handle_query({Address{0xc000020a}, 50000}, bytes, Instant{});
    server.handle_query({Address{0xc000020b}, 50000}, own.answer(bytes).bytes, Instant{});
    Resolver& resolver = server.resolver();
    resolver.handle_question(QuestionId{7}, name("a.example"), RecordType::a, Instant{});
    std::string reply_bytes{bytes};
    while (auto output = resolver.poll_output()) {
        const auto* sent = std::get_if<SendDatagram>(&*output);
        if (sent == nullptr || reply_bytes.size() < 2) continue;
        reply_bytes[0] = sent->bytes[0]; // the id has to be right to get any further
        reply_bytes[1] = sent->bytes[1];
        resolver.handle_datagram(reply_bytes, sent->to, Instant{});
        resolver.handle_datagram(own.answer(sent->bytes).bytes, sent->to, Instant{});
    }
}

} // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name for it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    if (const auto message = parse_message(bytes)) check_round_trip(*message);
    check_programs(bytes);
    return 0;
}
