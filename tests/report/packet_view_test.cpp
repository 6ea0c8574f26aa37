// The packet tab's data on real runs of the lessons, and on octets that nobody honest would send.
#include "sim/core/base64.h"
#include "sim/core/rng.h"
#include "sim/report/dns_fields.h"
#include "sim/report/mail_fields.h"
#include "sim/report/packet_find.h"
#include "sim/report/packet_octets.h"
#include "sim/report/packet_view.h"
#include "tests/dns/samples.h"
#include "tests/report/handmade_tls.h"
#include "tests/report/packet_support.h"
#include "tests/support/output_of.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace sim;
using namespace sim::report;
using explain::PacketLayer;
using explain::PacketRelation;
using test::check_fields;
using test::check_tiling;
using test::has;
using test::Seen;

constexpr std::string_view password = "sakura2026";
constexpr std::string_view password_in_base64 = "c2FrdXJhMjAyNg";

std::string text_of(const std::vector<std::uint8_t>& bytes)
{
    return {bytes.begin(), bytes.end()};
}

const Layer* layer_of(const PacketView& view, PacketLayer kind)
{
    const auto found = std::ranges::find(view.layers, kind, &Layer::kind);
    return found == view.layers.end() ? nullptr : &*found;
}

const Field* field_named(const Layer& layer, std::string_view name)
{
    const auto found = std::ranges::find(layer.fields, name, &Field::name);
    return found == layer.fields.end() ? nullptr : &*found;
}

// All that a view says, to look for what it must not say.
std::string everything(const PacketView& view)
{
    std::string text = text_of(view.bytes) + "\n" + view.title;
    for (const Layer& layer : view.layers) {
        text += "\n" + layer.summary;
        for (const Field& field : layer.fields)
            text += "\n" + field.value;
    }
    return text;
}

// The first view that `wanted` accepts, of an event of this kind.
std::optional<PacketView>
first_view(const Source& source, Kind kind, const std::function<bool(const Event&)>& wanted = {})
{
    for (std::size_t i = 0; i < source.end; ++i) {
        const Event& event = source.trace[i];
        if (event.kind() == kind && (!wanted || wanted(event)))
            return packet_view(source, event.id);
    }
    return std::nullopt;
}

void check_view(const PacketView& view, const Source& source)
{
    std::uint32_t at = 0;
    for (const Layer& layer : view.layers) {
        INFO(layer.title);
        REQUIRE_FALSE(layer.title.empty());
        REQUIRE_FALSE(layer.meaning.empty());
        REQUIRE_FALSE(layer.summary.empty());
        REQUIRE_FALSE(layer.fields.empty());
        check_fields(layer.fields, view.bytes.size());
        REQUIRE(std::size_t{layer.offset} + layer.size <= view.bytes.size());
        if (layer.inside) continue;
        REQUIRE(layer.offset == at);
        check_tiling(layer.fields, layer.offset, layer.size);
        at += layer.size;
    }
    REQUIRE(at == view.bytes.size());
    // As long as the network took it to be, and right for whoever checks it.
    const PacketHead* head = packet_in(source.trace.at(view.event));
    REQUIRE(head != nullptr);
    const std::uint32_t headers = head->transport == Transport::tcp   ? 40
                                  : head->transport == Transport::udp ? 28
                                                                      : 56;
    REQUIRE(view.bytes.size() == headers + head->payload.size);
    REQUIRE_FALSE(view.relation_words.empty());
    REQUIRE(has(view.title, " → "));
}

// Every event; of packets on their way, which look alike at each hop, one in so many.
void check_all(const Source& source, std::uint32_t each)
{
    for (std::uint32_t i = 0; i < source.end; ++i) {
        const Kind kind = source.trace[i].kind();
        const bool repeats = kind == Kind::packet_sent || kind == Kind::packet_delivered;
        if (repeats && i % each != 0) continue;
        INFO("event ", i);
        const auto view = packet_view(source, EventId{i});
        if (view) check_view(*view, source);
        if (packet_in(source.trace[i]) != nullptr) REQUIRE(view);
    }
}

// Its standard output.
std::string run_python(const std::string& script, const std::string& argument)
{
    return test::output_of("/usr/bin/python3 '" HIKYAKU_SOURCE_DIR "/tests/report/" + script +
                           "' " + argument);
}

} // namespace

TEST_SUITE("report.packet_view")
{
    TEST_CASE("every event can be looked at, at every level and in both languages")
    {
        for (const char* lesson : {"submission-587", "submissions-465", "op25b"}) {
            for (const char* code : {"ja", "en"}) {
                const Seen seen{lesson, code};
                for (const Level level : values_of<Level>())
                    check_all(seen.source({}, level), 3);
            }
        }
    }

    TEST_CASE("so can those of talks that went wrong")
    {
        const std::vector<test::Settings> wrong{
            {{"client.port", "465"}, {"client.protection", "none"}},
            {{"client.port", "587"}, {"client.protection", "tls"}},
            {{"client.port", "587"}, {"client.protection", "none"}},
            {{"client.port", "26"}},
            {{"client.server", "nobody.example"}},
            {{"server.mail.kumo.example.tls_max", "1.2"}},
            {{"server.mail.kumo.example.tls_max", "1.2"}, {"client.tls_min", "1.3"}},
            {{"rule.op25b", "reject_icmp"}, {"client.port", "25"}},
            {{"rule.op25b", "reject_rst"}, {"client.port", "25"}}};
        for (const test::Settings& settings : wrong)
            check_all(Seen{"submission-587", "en", settings}.source(), 1);
        for (const char* lesson : {"path", "own-isp-25", "fixed-ip", "plain-password"})
            check_all(Seen{lesson}.source(), 2);
    }

    TEST_CASE("what was said leads to the first packet that carries it")
    {
        for (const char* lesson : {"plain-password", "submission-587", "submissions-465"}) {
            const Seen seen{lesson};
            const Source source = seen.source(Secrets::shown);
            std::size_t commands = 0;
            for (std::uint32_t i = 0; i < source.end; ++i) {
                const auto* command = std::get_if<SmtpCommand>(&source.trace[i].what);
                if (command == nullptr) continue;
                const auto view = packet_view(source, EventId{i});
                REQUIRE(view);
                INFO(lesson, " event ", i);
                CHECK(view->relation == PacketRelation::carries_it);
                // The packet that leaves its sender, not one that arrives somewhere.
                const Event& packet = source.trace.at(view->event);
                CHECK(packet.kind() == Kind::packet_sent);
                if (command->side == Side::sent) CHECK(packet.host == source.trace[i].host);
                const Layer* layer = layer_of(
                    *view, command->encrypted ? PacketLayer::smtp_inside : PacketLayer::smtp);
                REQUIRE(layer != nullptr);
                const std::string line{source.trace.view(command->line.bytes)};
                CHECK(std::ranges::any_of(layer->fields,
                                          [&](const Field& field) { return field.value == line; }));
                CHECK(has(text_of(view->bytes), line) == !command->encrypted);
                ++commands;
            }
            CHECK(commands > 10);
        }
    }

    TEST_CASE("both ends' events of the same line lead to the same packet")
    {
        const Seen seen{"submission-587"};
        const Source source = seen.source();
        std::optional<EventId> sent;
        for (std::uint32_t i = 0; i < source.end; ++i) {
            const auto* reply = std::get_if<SmtpReply>(&source.trace[i].what);
            if (reply == nullptr || reply->code != 235) continue;
            const auto view = packet_view(source, EventId{i});
            REQUIRE(view);
            if (!sent) {
                sent = view->event;
            } else {
                CHECK(*sent == view->event);
                return;
            }
        }
        FAIL("nobody signed in");
    }

    TEST_CASE("a packet is shown as soon as what it carries has been said")
    {
        const Seen seen{"plain-password"};
        Source source = seen.source();
        for (std::uint32_t i = 0; i < source.trace.size(); ++i) {
            const auto* command = std::get_if<SmtpCommand>(&source.trace[i].what);
            if (command == nullptr || command->side != Side::sent) continue;
            source.end = i + 1;
            const auto view = packet_view(source, EventId{i});
            REQUIRE(view);
            CHECK(view->relation == PacketRelation::carries_it);
            CHECK_FALSE(packet_view(source, EventId{i + 1})); // has not happened yet
        }
    }

    TEST_CASE("an event without a packet has none")
    {
        const Seen seen{"op25b"};
        const Source source = seen.source();
        CHECK_FALSE(packet_view(source, EventId{0})); // the step of the script
        CHECK_FALSE(first_view(source, Kind::mail_composed));
        CHECK_FALSE(packet_view(source, EventId{}));
    }

    TEST_CASE("the blocked SYN says who it was for, and that its options are not simulated")
    {
        const Seen seen{"op25b"};
        const auto view = first_view(seen.source(), Kind::packet_dropped);
        REQUIRE(view);
        const Layer* tcp = layer_of(*view, PacketLayer::tcp);
        REQUIRE(tcp != nullptr);
        CHECK(tcp->size == 20);
        CHECK(has(tcp->summary, "SYN"));
        CHECK(has(tcp->meaning, "not simulated"));
        const Field* port = field_named(*tcp, "Destination port");
        REQUIRE(port != nullptr);
        CHECK(port->value == "25");
        CHECK(has(port->meaning, "OP25B"));
        CHECK(view->layers.size() == 2);
    }

    TEST_CASE("a refusal by ICMP quotes the packet that it is about")
    {
        const Seen seen{"op25b", "en", {{"rule.op25b", "reject_icmp"}}};
        const Source source = seen.source();
        const auto view = first_view(source, Kind::packet_sent, [&](const Event& event) {
            return packet_in(event)->transport == Transport::icmp;
        });
        REQUIRE(view);
        check_view(*view, source);
        const Layer* quoted = layer_of(*view, PacketLayer::icmp_quoted);
        REQUIRE(quoted != nullptr);
        CHECK(quoted->size == 28);
        CHECK(field_named(*quoted, "Destination port")->value == "25");
        // It quotes the octets of the very SYN that was dropped.
        const auto dropped = first_view(source, Kind::packet_dropped);
        REQUIRE(dropped);
        CHECK(text_of(view->bytes).substr(28, 28) == text_of(dropped->bytes).substr(0, 28));
    }

    TEST_CASE("DNS is told question by question and record by record")
    {
        const Seen seen{"path"};
        const Source source = seen.source();
        const auto asked = first_view(source, Kind::dns_asked, [&](const Event& event) {
            return std::get<DnsAsked>(event.what).type == 15;
        });
        REQUIRE(asked);
        const Layer* question = layer_of(*asked, PacketLayer::dns);
        REQUIRE(question != nullptr);
        CHECK(has(question->summary, "umi.example MX"));
        CHECK(has(field_named(*question, "Type")->meaning, "MX"));
        const auto served = first_view(source, Kind::dns_served, [&](const Event& event) {
            return std::get<DnsServed>(event.what).type == 15;
        });
        REQUIRE(served);
        const Layer* answer = layer_of(*served, PacketLayer::dns);
        REQUIRE(answer != nullptr);
        const Field* exchange = field_named(*answer, "Mail server");
        REQUIRE(exchange != nullptr);
        CHECK(has(exchange->value, "umi.example"));
        CHECK(field_named(*answer, "Answer") != nullptr);
    }

    TEST_CASE("the records are those that the resolver's own reader finds")
    {
        namespace samples = sim::dns::samples;
        // A name at its end has a dot there, and an IPv6 address its short form.
        const auto as_shown = [](const std::string& text) {
            if (has(text, "::")) return std::string{"2001:db8:0:0:0:0:0:80"};
            std::string shown;
            for (std::size_t i = 0; i < text.size(); ++i) {
                const bool ends_name = text[i] == '.' && i > 0 && text[i - 1] != ' ' &&
                                       (i + 1 == text.size() || text[i + 1] == ' ');
                if (!ends_name) shown += text[i];
            }
            return shown;
        };
        const Seen seen{"op25b"};
        for (const auto compression : {sim::dns::Compression::on, sim::dns::Compression::off}) {
            const sim::dns::Message message = samples::all_kinds();
            const std::string octets = sim::dns::encode_message(message, compression);
            const Layer layer = dns_layer(octets, 28, seen.words);
            check_tiling(layer.fields, 28, octets.size());
            std::vector<std::string> expected;
            for (const auto* section : {&message.answers, &message.authority}) {
                for (const sim::dns::Record& record : *section) {
                    expected.push_back(to_string(record.name) + " " +
                                       to_string(type_of(record.data)) + " " +
                                       as_shown(to_string(record.data)));
                }
            }
            std::vector<std::string> found;
            for (const Field& field : layer.fields) {
                if (field.name == "Answer" || field.name == "Authority")
                    found.push_back(field.value);
            }
            CHECK(found == expected);
            CHECK(field_named(layer, "Receivable size") != nullptr);
        }
    }

    TEST_CASE("under TLS the packet shows records, and says what only the ends can read")
    {
        const Seen seen{"submissions-465"};
        const auto view = first_view(seen.source(), Kind::smtp_command, [](const Event& event) {
            return std::get<SmtpCommand>(event.what).verb == SmtpVerb::auth;
        });
        REQUIRE(view);
        const Layer* record = layer_of(*view, PacketLayer::tls_record);
        REQUIRE(record != nullptr);
        CHECK(record->encrypted);
        CHECK_FALSE(record->inside);
        CHECK(has(record->fields.at(0).value, "application_data (23)"));
        CHECK(has(record->fields.at(3).value, "encrypted, "));
        const Layer* inside = layer_of(*view, PacketLayer::smtp_inside);
        REQUIRE(inside != nullptr);
        CHECK(inside->inside);
        CHECK(inside->fields.at(0).value == "AUTH PLAIN ********");
        CHECK(inside->fields.at(0).offset == record->fields.at(3).offset);
        CHECK(view->masked.empty()); // nothing of it can be seen in the octets anyway
    }

    TEST_CASE("a ClientHello is read to its last octet, the name of the server included")
    {
        const Seen seen{"submission-587"};
        const auto view = first_view(seen.source(), Kind::tls_handshake_message);
        REQUIRE(view);
        const Layer* record = layer_of(*view, PacketLayer::tls_record);
        REQUIRE(record != nullptr);
        CHECK_FALSE(record->encrypted);
        const Field* name = field_named(*record, "server_name");
        REQUIRE(name != nullptr);
        CHECK(name->value == "mail.kumo.example");
        CHECK(has(text_of(view->bytes).substr(name->offset, name->size), "mail.kumo.example"));
        CHECK(field_named(*record, "unread") == nullptr);
    }

    TEST_CASE("of TLS 1.2, what comes before ChangeCipherSpec is read and what comes after is not")
    {
        const test::HandmadeTls run{test::only_tls_1_2};
        const Source source = run.source();
        std::size_t certificates = 0;
        std::size_t sealed_messages = 0;
        std::size_t sealed_alerts = 0;
        for (std::uint32_t i = 0; i < source.end; ++i) {
            INFO("event ", i);
            const auto view = packet_view(source, EventId{i});
            if (!view) continue;
            check_view(*view, source);
            if (source.trace[i].kind() != Kind::packet_sent) continue;
            for (const Layer& layer : view->layers) {
                for (const Field& field : layer.fields) {
                    if (field.name == "subject") ++certificates;
                    if (!layer.inside) continue;
                    if (has(field.value, "Finished")) ++sealed_messages;
                    if (has(field.value, "close_notify")) ++sealed_alerts;
                }
            }
        }
        CHECK(certificates == 2);
        CHECK(sealed_messages == 2);
        CHECK(sealed_alerts == 2);
    }

    TEST_CASE("a record that many packets share is told in all of them")
    {
        for (const std::size_t most_octets : {3U, 100U, 700U}) {
            const test::HandmadeTls run{test::only_tls_1_2, "en", most_octets};
            const Source source = run.source();
            std::size_t continued = 0;
            for (std::uint32_t i = 0; i < source.end; ++i) {
                INFO(most_octets, " octets, event ", i);
                const auto view = packet_view(source, EventId{i});
                if (!view) continue;
                check_view(*view, source);
                if (layer_of(*view, PacketLayer::tls_rest) != nullptr) ++continued;
            }
            CHECK(continued > 0);
        }
    }

    TEST_CASE("a message in the clear is read line by line")
    {
        const Seen seen{"plain-password"};
        const auto view = first_view(seen.source(), Kind::smtp_text);
        REQUIRE(view);
        const Layer* text = layer_of(*view, PacketLayer::text);
        REQUIRE(text != nullptr);
        CHECK(std::ranges::any_of(text->fields,
                                  [](const Field& f) { return f.value.starts_with("From: "); }));
        CHECK(field_named(*text, "Blank line") != nullptr);
        CHECK(field_named(*text, "Final dot") != nullptr);
    }
}

TEST_SUITE("report.packet_secrets")
{
    TEST_CASE("no packet shows a password, neither in its octets nor in words, until asked to")
    {
        for (const char* auth : {"plain", "login"}) {
            for (const char* lesson : {"plain-password", "submission-587"}) {
                const Seen seen{lesson, "en", {{"client.auth", auth}}};
                bool shown = false;
                for (std::uint32_t i = 0; i < seen.run.trace().size(); ++i) {
                    INFO(lesson, " ", auth, " event ", i);
                    const auto hidden = packet_view(seen.source(), EventId{i});
                    const auto open = packet_view(seen.source(Secrets::shown), EventId{i});
                    REQUIRE(hidden.has_value() == open.has_value());
                    if (!hidden) continue;
                    const std::string text = everything(*hidden);
                    REQUIRE_FALSE(has(text, password));
                    REQUIRE_FALSE(has(text, password_in_base64));
                    const std::string more = everything(*open);
                    shown = shown || has(more, password) || has(more, password_in_base64) ||
                            has(more, encode_base64(password));
                    // Only what is masked differs.
                    REQUIRE(open->masked.empty());
                    REQUIRE(hidden->bytes.size() == open->bytes.size());
                    std::vector<std::uint8_t> masked = open->bytes;
                    for (const OctetRange& range : hidden->masked)
                        std::fill_n(masked.begin() + range.offset, range.size, '*');
                    REQUIRE(masked == hidden->bytes);
                }
                CHECK(shown);
            }
        }
    }

    TEST_CASE("a password that two packets share is masked in both")
    {
        const std::string line = "PASS hunter2 and more\r\n";
        const std::vector<OctetRange> secrets{{105, 16}};
        for (std::size_t cut = 0; cut <= line.size(); ++cut) {
            const MailText whole{line, 100, secrets};
            const std::string shown = whole.part(0, cut).shown() + whole.part(cut).shown();
            for (const char* piece : {"hunter", "unter2", "and", "more"})
                CHECK_FALSE(has(shown, piece));
            CHECK(has(shown, "********"));
        }
        const test::Seen seen{"op25b"};
        FieldList fields{seen.words};
        add_pop3_command(fields, MailText{line, 100, secrets}, Pop3Verb::pass);
        const auto made = fields.take();
        REQUIRE(made.size() == 4);
        CHECK(made[0].value == "PASS ********");
        CHECK(made[2].value == "********");
    }
}

TEST_SUITE("report.packet_octets")
{
    TEST_CASE("the checksum of RFC 1071's example, and of an odd number of octets")
    {
        using namespace std::string_view_literals;
        // RFC 1071 §3: 0001 f203 f4f5 f6f7 sums up to ddf2.
        CHECK(internet_checksum("\x00\x01\xf2\x03\xf4\xf5\xf6\xf7"sv) == 0x220d);
        CHECK(internet_checksum("\x01"sv) == 0xfeff);
        CHECK(internet_checksum({}) == 0xffff);
    }

    TEST_CASE("whoever receives the packets finds them in order: another reader's opinion")
    {
        const Seen seen{"op25b", "en", {{"rule.op25b", "reject_icmp"}}};
        const Seen mail{"plain-password"};
        std::string packets;
        std::string expected;
        for (const Seen* run : {&seen, &mail}) {
            const Source source = run->source(Secrets::shown);
            for (std::uint32_t i = 0; i < source.end; ++i) {
                const PacketHead* head = packet_in(source.trace[i]);
                if (head == nullptr || (run == &mail && i % 7 != 0)) continue;
                const auto view = packet_view(source, EventId{i});
                REQUIRE(view);
                for (const std::uint8_t octet : view->bytes) {
                    std::array<char, 3> hex{};
                    std::snprintf(hex.data(), hex.size(), "%02x", octet);
                    packets += hex.data();
                }
                packets += '\n';
                expected += std::string{name_of(head->transport)} + " " + to_string(head->source) +
                            " " + to_string(head->destination) + " " +
                            std::to_string(head->hop_limit) + " ok\n";
            }
        }
        REQUIRE(std::ranges::count(expected, '\n') > 30);
        REQUIRE(has(expected, "icmp"));
        REQUIRE(has(expected, "udp"));
        const std::string path = std::string{HIKYAKU_BINARY_DIR} + "/packets.txt";
        FILE* file = std::fopen(path.c_str(), "w");
        REQUIRE(file != nullptr);
        REQUIRE(std::fwrite(packets.data(), 1, packets.size(), file) == packets.size());
        REQUIRE(std::fclose(file) == 0);
        CHECK(run_python("packet_reader.py", "'" + path + "'") == expected);
    }
}

TEST_SUITE("report.packet_garbage")
{
    TEST_CASE("DNS messages that are cut or spoilt are told as far as they can be read")
    {
        const Seen seen{"path", "ja"};
        const Source source = seen.source();
        std::vector<std::string> looked_at;
        for (std::uint32_t i = 0; i < source.end; ++i) {
            const PacketHead* head = packet_in(source.trace[i]);
            if (head == nullptr || head->transport != Transport::udp) continue;
            const std::string message{source.trace.view(head->payload)};
            if (std::ranges::find(looked_at, message) != looked_at.end()) continue;
            looked_at.push_back(message);
            test::for_each_spoilt(message, [&](std::string_view octets) {
                const Layer layer = dns_layer(octets, 28, seen.words);
                check_fields(layer.fields, 28 + octets.size());
                check_tiling(layer.fields, 28, octets.size());
            });
            if (looked_at.size() == 4) break;
        }
        CHECK(looked_at.size() == 4);
    }

    TEST_CASE("a DNS name that points at itself, or forward, ends the reading")
    {
        const Seen seen{"op25b"};
        using namespace std::string_view_literals;
        for (const std::string_view name : {"\xc0\x0c"sv, "\xc0\x0e"sv, "\x01\x61\xc0\x0c"sv}) {
            std::string message{"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"sv};
            message += name;
            message += "\x00\x0f\x00\x01"sv;
            const Layer layer = dns_layer(message, 0, seen.words);
            check_tiling(layer.fields, 0, message.size());
            CHECK(layer.fields.back().name == "Unreadable");
        }
    }

    TEST_CASE("lines of any octets are told")
    {
        const Seen seen{"op25b"};
        Rng chance{7};
        const std::vector<OctetRange> secrets{{4, 3}, {9, 40}};
        for (int round = 0; round < 2000; ++round) {
            std::string octets;
            const std::uint64_t size = chance.next() % 60;
            for (std::uint64_t i = 0; i < size; ++i) {
                constexpr std::string_view likely = "250-AUTH .:\r\n<>=\t\xff\x01 5.7.1";
                const std::uint64_t pick = chance.next() % likely.size();
                octets += likely[static_cast<std::size_t>(pick)];
            }
            const MailText text{octets, 0, secrets};
            const auto verb = static_cast<SmtpVerb>(chance.next() % count_of<SmtpVerb>());
            FieldList fields{seen.words};
            add_smtp_command(fields, text, verb);
            add_pop3_command(fields, text, Pop3Verb::pass);
            add_line_rest(fields, text);
            check_fields(fields.take(), octets.size());
            FieldList reply{seen.words};
            add_smtp_reply(reply, text, round % 2 == 0);
            std::vector<Field> made = reply.take();
            check_fields(made, octets.size());
            check_tiling(made, 0, octets.size());
            FieldList body{seen.words};
            add_text(body, text);
            made = body.take();
            check_fields(made, octets.size());
            check_tiling(made, 0, octets.size());
        }
    }
}
