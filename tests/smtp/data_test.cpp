#include "sim/core/rng.h"
#include "sim/smtp/data.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace sim;
using namespace sim::smtp;
using namespace std::string_view_literals;

namespace {

std::string encode(std::string_view text)
{
    std::string wire;
    append_data(text, wire);
    return wire;
}

struct Decoded {
    std::string text;
    TextFault fault = TextFault::none;
    bool done = false;
    std::uint32_t lines = 0;
    std::uint64_t size = 0;
    std::size_t consumed = 0;
    friend bool operator==(const Decoded&, const Decoded&) = default;
};

Decoded decode(std::string_view wire,
               LineEnds line_ends = LineEnds::strict,
               std::size_t split = std::string_view::npos,
               TextLimits limits = {})
{
    TextDecoder decoder{line_ends, limits};
    Decoded result;
    std::size_t offered = 0;
    while (offered < wire.size() && !decoder.is_done()) {
        offered += std::min(split, wire.size() - offered);
        result.consumed += decoder.take(wire.substr(result.consumed, offered - result.consumed));
        if (!decoder.is_done()) CHECK(offered - result.consumed <= limits.line_octets + 2);
    }
    result.done = decoder.is_done();
    result.fault = decoder.fault();
    result.lines = decoder.lines();
    result.size = decoder.size();
    result.text = decoder.take_text();
    return result;
}

Decoded normalised(std::string_view wire)
{
    return decode(wire, LineEnds::normalise);
}

Decoded lenient(std::string_view wire)
{
    return decode(wire, LineEnds::lenient_2022);
}

} // namespace

TEST_SUITE("smtp.data")
{
    TEST_CASE("a client adds dots, CR LF and the final dot")
    {
        CHECK(encode("") == ".\r\n");
        CHECK(encode("a\r\n") == "a\r\n.\r\n");
        CHECK(encode("a") == "a\r\n.\r\n");
        CHECK(encode(".\r\n") == "..\r\n.\r\n");
        CHECK(encode(".") == "..\r\n.\r\n");
        CHECK(encode("a\r\n.b\r\n..c\r\nd.\r\n") == "a\r\n..b\r\n...c\r\nd.\r\n.\r\n");
        CHECK(encode("\r\n\r\n") == "\r\n\r\n.\r\n");
    }

    TEST_CASE("a client never sends a bare CR or a bare LF, and says when there was a bare CR")
    {
        CHECK(encode("a\nb\rc\r\nd") == "a\r\nb\r\nc\r\nd\r\n.\r\n");
        CHECK(encode("\n.\n") == "\r\n..\r\n.\r\n");
        CHECK(encode("\r.\r") == "\r\n..\r\n.\r\n");
        CHECK(encode("\r\r\n\n\r") == "\r\n\r\n\r\n\r\n.\r\n");
        CHECK(encode("a\r") == "a\r\n.\r\n");
        std::string wire;
        CHECK_FALSE(append_data("a\nb\r\n\n", wire));
        for (const std::string_view text : {"a\rb\n", "a\r", "\r\r\n", "\r"})
            CHECK(append_data(text, wire));
    }

    TEST_CASE("the dots that were added are taken off, once")
    {
        const Decoded decoded = decode("a\r\n..b\r\n...c\r\n.d\r\n.\r\nQUIT\r\n");
        CHECK(decoded.done);
        CHECK(decoded.fault == TextFault::none);
        CHECK(decoded.text == "a\r\n.b\r\n..c\r\nd\r\n");
        CHECK(decoded.lines == 4);
        CHECK(decoded.size == decoded.text.size());
        CHECK(decoded.consumed == 21);
    }

    TEST_CASE("an empty message is one dot")
    {
        const Decoded decoded = decode(".\r\n");
        CHECK(decoded.done);
        CHECK(decoded.text.empty());
        CHECK(decoded.lines == 0);
    }

    TEST_CASE("what is encoded decodes to the same, line ends made CR LF")
    {
        Rng rng = rng_stream(1, "data");
        const std::string_view alphabet = "..\r\n\r\nab\xe3"sv;
        for (int round = 0; round < 3000; ++round) {
            std::string text;
            const std::uint64_t size = rng.below(40);
            for (std::uint64_t i = 0; i < size; ++i)
                text += alphabet[rng.below(alphabet.size())];
            const std::string wire = encode(text);
            const Decoded decoded = decode(wire);
            REQUIRE(decoded.done);
            CHECK(decoded.fault == TextFault::none);
            CHECK(decoded.consumed == wire.size());
            CHECK(encode(decoded.text) == wire);
        }
    }

    TEST_CASE("only CR LF . CR LF is the end of a message")
    {
        for (const std::string_view end : {"\n.\n",
                                           "\n.\r\n",
                                           "\r\n.\n",
                                           "\r.\r",
                                           "\r\n.\r",
                                           "\n.\r",
                                           "\r.\r\n",
                                           "\r\n.\r\r\n",
                                           "\r\r\n.\r\r\n",
                                           "\n.\r\r\n",
                                           "\r\n.\n\r\n"}) {
            CAPTURE(std::string{end});
            const std::string wire = "a" + std::string{end} + "MAIL FROM:<x@y>\r\n";
            for (const LineEnds line_ends : {LineEnds::strict, LineEnds::normalise}) {
                const Decoded decoded = decode(wire, line_ends);
                CHECK_FALSE(decoded.done);
                const Decoded whole = decode(wire + ".\r\n", line_ends);
                CHECK(whole.done);
                CHECK(whole.consumed == wire.size() + 3);
            }
        }
    }

    TEST_CASE("strict: bare CR, bare LF and NUL spoil a message, whose end is still found")
    {
        CHECK(decode("a\nb\r\n.\r\n").fault == TextFault::bare_line_end);
        CHECK(decode("a\rb\r\n.\r\n").fault == TextFault::bare_line_end);
        CHECK(decode("a\r\r\n.\r\n").fault == TextFault::bare_line_end);
        CHECK(decode("\n\r\n.\r\n").fault == TextFault::bare_line_end);
        CHECK(decode("a\0b\r\n.\r\n"sv).fault == TextFault::nul);
        CHECK(decode("a\0b\r\n.\r\n"sv).text.empty());
    }

    TEST_CASE("normalise: each bare CR or LF becomes CR LF, and none of them begins a line")
    {
        CHECK(normalised("a\nb\rc\r\n.\r\n").text == "a\r\nb\r\nc\r\n");
        CHECK(normalised("a\n.\r\nb\r\n.\r\n").text == "a\r\n.\r\nb\r\n");
        CHECK(normalised("a\n..\r\n.\r\n").text == "a\r\n..\r\n");
        CHECK(normalised("a\r\n.\nb\r\n.\r\n").text == "a\r\n\r\nb\r\n");
        CHECK(normalised("a\r\n..\nb\r\n.\r\n").text == "a\r\n.\r\nb\r\n");
        CHECK(normalised("a\r.\r\n.\r\n").text == "a\r\n.\r\n");
        CHECK(normalised("a\r\r\n.\r\n").text == "a\r\n\r\n");
        CHECK(normalised("a\n\r\n.\r\n").text == "a\r\n\r\n");
        CHECK(normalised("a\nb\rc\r\n.\r\n").lines == 3);
        CHECK(normalised("a\nb\rc\r\n.\r\n").size == 9);
        CHECK(normalised("a\0\r\n.\r\n"sv).fault == TextFault::nul);
    }

    TEST_CASE("what is normalised never ends the message at the next hop")
    {
        for (const std::string_view wire : {"a\n.\nb\r\n.\r\n",
                                            "a\n.\r\nb\r\n.\r\n",
                                            "a\r\n.\nb\r\n.\r\n",
                                            "a\r.\rb\r\n.\r\n",
                                            "a\r\n.\rb\r\n.\r\n",
                                            "a\n.\rb\r\n.\r\n"}) {
            const Decoded first = normalised(wire);
            REQUIRE(first.done);
            const std::string next_hop = encode(first.text);
            const Decoded second = decode(next_hop);
            CHECK(second.consumed == next_hop.size());
            CHECK(second.text == first.text);
            CHECK(lenient(next_hop).consumed == next_hop.size());
        }
    }

    TEST_CASE("lenient as in 2022: LF alone ends lines and the message; what is smuggled goes on")
    {
        for (const std::string_view end :
             {"\r\n.\r\n", "\n.\n", "\n.\r\n", "\r\n.\n", "\r\n.\r\r\n"}) {
            CAPTURE(std::string{end});
            const Decoded decoded = lenient("a" + std::string{end} + "MAIL FROM:<x@y>\r\n");
            CHECK(decoded.done);
            CHECK(decoded.text == "a\r\n");
            CHECK(decoded.consumed == 1 + end.size());
        }
        CHECK_FALSE(lenient("a\r.\r").done);
        CHECK(lenient("a\n..b\r\n.\r\n").text == "a\r\n.b\r\n");
    }

    TEST_CASE("lines up to 8192 octets are taken unchanged, longer ones spoil the message")
    {
        const std::string longest(8192, 'x');
        CHECK(decode(longest + "\r\n.\r\n").text == longest + "\r\n");
        CHECK(decode("." + longest + "\r\n.\r\n").text == longest + "\r\n");
        for (const std::size_t split : {std::size_t{1}, std::size_t{1000}, std::string::npos}) {
            const Decoded decoded = decode(longest + "x\r\n.\r\n", LineEnds::strict, split);
            CHECK(decoded.done);
            CHECK(decoded.fault == TextFault::line_too_long);
            CHECK(decoded.text.empty());
        }
    }

    TEST_CASE("a message above the limit is followed to its end and not kept")
    {
        const TextLimits limits{8192, 100};
        CHECK(decode(std::string(98, 'x') + "\r\n.\r\n", LineEnds::strict, 7, limits).fault ==
              TextFault::none);
        const Decoded decoded =
            decode(std::string(99, 'x') + "\r\n.\r\n", LineEnds::strict, 7, limits);
        CHECK(decoded.done);
        CHECK(decoded.fault == TextFault::too_big);
        CHECK(decoded.text.empty());

        TextDecoder decoder{LineEnds::strict, {8192, 1000}};
        const std::string line = std::string(70, 'x') + "\r\n";
        for (int i = 0; i < 10000; ++i) {
            CHECK(decoder.take(line) == line.size());
            CHECK(decoder.memory_octets() < 4000);
        }
        CHECK(decoder.size() == 720000);
    }

    TEST_CASE("the size counts what the message holds, not the dots added to it")
    {
        CHECK(decode("..a\r\n.\r\n").size == 4);
        CHECK(decode("..a\r\nb\r\n.\r\n", LineEnds::strict, 1).size == 7);
    }

    TEST_CASE("a text decodes the same however its octets are split")
    {
        const std::vector<std::string> wires{
            "a\r\n..b\r\n.\r\n",
            "a\nb\r\n.\r\n",
            "a\rb\r\n\n.\n\r\n.\r\nrest",
            "\r\n\r\n..\r\n.\r\n",
            ".a\r\n.\n.\r\n.\r.\r\n.\r\n",
            std::string(8194, 'x') + "\n\r\n.\r\n",
            "x\r\r\n.\r\r\n.\r\n",
        };
        for (const std::string& wire : wires) {
            CAPTURE(wire);
            for (const LineEnds line_ends : values_of<LineEnds>()) {
                const Decoded whole = decode(wire, line_ends);
                for (std::size_t split = 1; split < 12; ++split)
                    CHECK(decode(wire, line_ends, split) == whole);
            }
        }
    }

    TEST_CASE("random texts decode the same at once and octet by octet")
    {
        Rng rng = rng_stream(2, "data");
        const std::string_view alphabet = "..\r\n\r\n\r\nab\0"sv;
        for (int round = 0; round < 5000; ++round) {
            std::string wire;
            const std::uint64_t size = rng.below(60);
            for (std::uint64_t i = 0; i < size; ++i)
                wire += alphabet[rng.below(alphabet.size())];
            for (const LineEnds line_ends : values_of<LineEnds>()) {
                const TextLimits limits{8, 30};
                CHECK(decode(wire, line_ends, 1, limits).done ==
                      decode(wire, line_ends, 60, limits).done);
                CHECK(decode(wire, line_ends, 1) == decode(wire, line_ends));
            }
        }
    }
}
