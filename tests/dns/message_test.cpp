#include "sim/core/base64.h"
#include "sim/core/rng.h"
#include "sim/dns/message.h"
#include "tests/dns/samples.h"

#include <doctest/doctest.h>

#include <string>

using namespace sim;
using namespace sim::dns;
using namespace sim::dns::samples;

namespace {

Message parsed(std::string_view bytes)
{
    const auto message = parse_message(bytes);
    REQUIRE(message);
    return *message;
}

// The problem with these bytes; fails when there is none.
MessageProblem problem_of(std::string_view bytes)
{
    const auto message = parse_message(bytes);
    REQUIRE_FALSE(message);
    return message.error();
}

// A message with one question of which only the name is given, as hexadecimal digits.
std::string with_name(std::string_view hex)
{
    return from_hex("0001 0100 0001 0000 0000 0000") + from_hex(hex) + from_hex("0001 0001");
}

// A reply with one answer whose name is the root, given from its type on.
std::string with_answer(std::string_view hex)
{
    return from_hex("0001 8000 0000 0001 0000 0000 00") + from_hex(hex);
}

} // namespace

TEST_SUITE("dns.message")
{
    TEST_CASE("RFC 1035 §4.1.4: F.ISI.ARPA at 20, FOO.F.ISI.ARPA at 40, ARPA at 64, the root at 92")
    {
        // The RFC's figure, made a whole message by what stands before, between and behind.
        const std::string bytes = from_hex("0001 8000 0002 0003 0000 0000"
                                           "07 61616161616161"              // 12
                                           "01 46 03 495349 04 41525041 00" // 20: F.ISI.ARPA
                                           "0001 0001"
                                           "03 616263"      // 36
                                           "03 464f4f c014" // 40: FOO, then 20
                                           "0001 0001"
                                           "00 0010 0001 00000000 0003 02 6869"
                                           "c01a" // 64: 26
                                           "001c 0001 00000000 0010"
                                           "20010db8000000000000000000000001"
                                           "00" // 92: the root
                                           "0001 0001 00000000 0004 c0000201");
        REQUIRE(bytes.substr(92, 1) == std::string(1, '\0'));
        const Message message = parsed(bytes);
        CHECK(to_string(message.questions.at(0).name) == "aaaaaaa.F.ISI.ARPA");
        CHECK(to_string(message.questions.at(1).name) == "abc.FOO.F.ISI.ARPA");
        CHECK(to_string(message.answers.at(1).name) == "ARPA");
        CHECK(message.answers.at(2).name.is_root());
        // Writing finds the very same pointers.
        CHECK(to_hex(encode_message(message)) == to_hex(bytes));
    }

    TEST_CASE("RFC 8484 §4.1.1: the query for www.example.com, A")
    {
        const std::string published = from_hex("00 00 01 00 00 01 00 00  00 00 00 00 03 77 77 77"
                                               "07 65 78 61 6d 70 6c 65  03 63 6f 6d 00 00 01 00"
                                               "01");
        CHECK(encode_base64(published) == "AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAAQAB");
        const Message query = parsed(published);
        CHECK(query.header == Header{.recursion_desired = true});
        CHECK((query.questions == std::vector<Question>{{name("www.example.com"), RecordType::a}}));
        CHECK(encode_message(query) == published);
    }

    TEST_CASE("RFC 8484 §4.2.2: the reply for www.example.com, AAAA")
    {
        const std::string published = from_hex("00 00 81 80 00 01 00 01  00 00 00 00 03 77 77 77"
                                               "07 65 78 61 6d 70 6c 65  03 63 6f 6d 00 00 1c 00"
                                               "01 c0 0c 00 1c 00 01 00  00 0e 7d 00 10 20 01 0d"
                                               "b8 ab cd 00 12 00 01 00  02 00 03 00 04");
        const Message reply = parsed(published);
        CHECK(reply.header.response);
        CHECK(reply.header.recursion_available);
        CHECK(reply.answers.at(0) ==
              record("www.example.com", 3709, "AAAA", "2001:db8:abcd:12:1:2:3:4"));
        CHECK(encode_message(reply) == published);
    }

    TEST_CASE("every kind of record reads as it was written, with and without compression")
    {
        const Message message = all_kinds();
        const std::string small = encode_message(message);
        const std::string plain = encode_message(message, Compression::off);
        CHECK(parsed(small) == message);
        CHECK(parsed(plain) == message);
        CHECK(small.size() < plain.size());
        CHECK(plain.find('\xc0') == std::string::npos);
        // Case is kept: "mx2.Umi.example" is not written as a pointer to "umi.example".
        CHECK(to_string(parsed(small).answers.at(1).data) == "20 mx2.Umi.example.");
    }

    TEST_CASE("a message cut anywhere is refused")
    {
        const std::string whole = encode_message(all_kinds());
        for (std::size_t size = 0; size < whole.size(); ++size)
            CHECK_MESSAGE(!parse_message(whole.substr(0, size)), size);
        CHECK(problem_of(whole + 'x') == MessageProblem::trailing_bytes);
        CHECK(problem_of("") == MessageProblem::too_short);
        CHECK_FALSE(parse_message_header(whole.substr(0, 11)));
        CHECK(parse_message_header(whole.substr(0, 12))->id == 0xbeef);
    }

    TEST_CASE("pointers that lead to themselves, forward, in a ring or into the header are refused")
    {
        CHECK(problem_of(with_name("c00c")) == MessageProblem::bad_pointer);       // itself
        CHECK(problem_of(with_name("01 61 c00c")) == MessageProblem::bad_pointer); // its own start
        CHECK(problem_of(with_name("c00e 00")) == MessageProblem::bad_pointer);    // forward
        CHECK(problem_of(with_name("c0ff")) == MessageProblem::bad_pointer);       // beyond the end
        CHECK(problem_of(with_name("c000")) == MessageProblem::bad_pointer);       // the header
        CHECK(problem_of(with_name("ff")) == MessageProblem::bad_pointer);
        // Two questions that point to each other.
        CHECK(problem_of(from_hex("0001 0100 0002 0000 0000 0000 01 61 c014 0001 0001"
                                  "01 62 c00c 0001 0001")) == MessageProblem::bad_pointer);
        // A pointer to a pointer to a name before is fine.
        CHECK(to_string(parsed(from_hex("0001 0100 0003 0000 0000 0000 01 61 00 0001 0001"
                                        "c00c 0001 0001 c013 0001 0001"))
                            .questions.at(2)
                            .name) == "a");
    }

    TEST_CASE("label types that nobody uses and names that are too long are refused")
    {
        CHECK(problem_of(with_name("40 00")) == MessageProblem::bad_label);
        CHECK(problem_of(with_name("80 00")) == MessageProblem::bad_label);
        std::string label = "3f";
        for (int i = 0; i < 63; ++i)
            label += "61";
        CHECK(parse_message(with_name(label + label + label + "00")));
        CHECK(problem_of(with_name(label + label + label + label + "00")) ==
              MessageProblem::name_too_long);
        // Pointers do not help to get beyond 255: 10 labels of 30 octets, written as a chain.
        std::string chain;
        std::string part = "1e";
        for (int i = 0; i < 30; ++i)
            part += "61";
        std::size_t before = 0;
        for (std::size_t i = 0; i < 10; ++i) {
            const std::size_t here = 12 + chain.size();
            chain += from_hex(part);
            if (i == 0) {
                chain += '\0';
            } else {
                chain += static_cast<char>(0xc0U | (before >> 8U));
                chain += static_cast<char>(before & 0xffU);
            }
            chain += from_hex("0001 0001");
            before = here;
        }
        CHECK(problem_of(from_hex("0001 0100 000a 0000 0000 0000") + chain) ==
              MessageProblem::name_too_long);
    }

    TEST_CASE("record data that disagrees with its length is refused")
    {
        CHECK(parse_message(with_answer("0001 0001 00000000 0004 c0000201")));
        CHECK(problem_of(with_answer("0001 0001 00000000 0005 c000020100")) ==
              MessageProblem::bad_record_data);
        CHECK(problem_of(with_answer("0001 0001 00000000 0003 c00002")) ==
              MessageProblem::bad_record_data);
        CHECK(problem_of(with_answer("0001 0001 00000000 0004 c00002")) ==
              MessageProblem::too_short);
        // TXT whose string is longer than the data, and TXT without any string.
        CHECK(problem_of(with_answer("0010 0001 00000000 0003 056869")) ==
              MessageProblem::bad_record_data);
        CHECK(problem_of(with_answer("0010 0001 00000000 0000")) ==
              MessageProblem::bad_record_data);
        // MX whose name goes beyond the data into what follows.
        CHECK(problem_of(with_answer("000f 0001 00000000 0004 000a 0161 00")) ==
              MessageProblem::bad_record_data);
    }

    TEST_CASE("data of types and classes that we do not know is kept as it came, RFC 3597")
    {
        const Message unknown = parsed(with_answer("0063 0001 00000001 0003 010203"));
        CHECK((unknown.answers.at(0).data ==
               RecordData{UnknownRecord{RecordType{99}, 1, std::string("\1\2\3")}}));
        // An A record of class CH is not an IPv4 address.
        const Message chaos = parsed(with_answer("0001 0003 00000001 0002 0102"));
        CHECK((chaos.answers.at(0).data ==
               RecordData{UnknownRecord{RecordType::a, 3, std::string("\1\2")}}));
        CHECK(parsed(encode_message(chaos)) == chaos);
    }

    TEST_CASE("there is one OPT record at most, at the root, among the additional ones, RFC 6891")
    {
        const std::string opt = "00 0029 1000 00 00 8000 0004 00030000";
        const Message message = parsed(from_hex("0001 0100 0000 0000 0000 0001" + opt));
        REQUIRE(message.edns);
        CHECK(message.edns->udp_octets == 4096);
        CHECK(message.edns->flags == 0x8000);
        CHECK(message.edns->options == std::string("\0\3\0\0", 4));
        CHECK(message.additional.empty());
        CHECK(parsed(encode_message(message)) == message);

        CHECK(problem_of(from_hex("0001 0100 0000 0000 0000 0002" + opt + opt)) ==
              MessageProblem::bad_edns);
        CHECK(problem_of(from_hex("0001 0100 0000 0001 0000 0000" + opt)) ==
              MessageProblem::bad_edns);
        CHECK(problem_of(from_hex("0001 0100 0000 0000 0000 0001 0161" + opt)) ==
              MessageProblem::bad_edns);
    }

    TEST_CASE("a promise of more records than anybody needs is refused before any is read")
    {
        CHECK(problem_of(from_hex("0001 8000 ffff ffff ffff ffff")) ==
              MessageProblem::too_many_records);
        CHECK(problem_of(std::string(65536, 'x')) == MessageProblem::too_long);
    }

    TEST_CASE("all header bits come back")
    {
        for (unsigned flags = 0; flags <= 0xffffU; flags += 0x111U) {
            std::string bytes = from_hex("1234 0000 0000 0000 0000 0000");
            bytes[2] = static_cast<char>(flags >> 8U);
            bytes[3] = static_cast<char>(flags & 0xffU);
            CHECK(to_hex(encode_message(parsed(bytes))) == to_hex(bytes));
        }
    }

    TEST_CASE("what does not fit loses additional records first, then its answer, with TC set")
    {
        Message big = all_kinds();
        for (int i = 0; i < 10; ++i)
            big.additional.push_back(record("big.example", 1, "TXT", std::string(40, 'x')));
        const std::string all = encode_message(big);
        CHECK(encode_within(big, 1232) == all);

        const Message without_additional = parsed(encode_within(big, 600));
        CHECK(without_additional.additional.empty());
        CHECK(without_additional.answers == big.answers);
        CHECK_FALSE(without_additional.header.truncated);

        for (int i = 0; i < 10; ++i)
            big.answers.push_back(record("big.example", 1, "TXT", std::string(40, 'x')));
        const std::string cut = encode_within(big, 512);
        CHECK(cut.size() <= 512);
        CHECK(parsed(cut).header.truncated);
        CHECK(parsed(cut).answers.empty());
        CHECK(parsed(cut).questions == big.questions);
    }

    TEST_CASE("any bytes give a message or a reason, and a message that was read writes and reads")
    {
        Rng rng{2026};
        const std::string seed = encode_message(all_kinds());
        int understood = 0;
        for (int round = 0; round < 20'000; ++round) {
            std::string bytes = seed;
            if (round % 2 == 0) { // noise behind a plausible header
                const auto size = rng.below(80);
                bytes = from_hex("0001 8000 0001 0001 0000 0000");
                for (std::uint64_t i = 0; i < size; ++i)
                    bytes += static_cast<char>(rng.below(4) == 0 ? rng.below(256) : rng.below(4));
            } else { // a good message with a few octets changed
                const auto changes = 1 + rng.below(4);
                for (std::uint64_t i = 0; i < changes; ++i) {
                    const auto at = rng.below(bytes.size());
                    bytes[at] = static_cast<char>(rng.below(256));
                }
            }
            const auto message = parse_message(bytes);
            if (!message) continue;
            ++understood;
            const auto again = parse_message(encode_message(*message));
            REQUIRE(again);
            REQUIRE(*again == *message);
        }
        CHECK(understood > 1000);
    }
}
