#include "sim/core/rng.h"
#include "sim/smtp/reply.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace sim;
using namespace sim::smtp;
using namespace std::string_view_literals;

namespace {

struct Read {
    std::vector<ReceivedReply> replies;
    std::optional<ReplyError> error;
    friend bool operator==(const Read&, const Read&) = default;
};

Read read(std::string_view wire, std::size_t split = std::string_view::npos)
{
    ReplyReader reader;
    Read result;
    while (!wire.empty()) {
        const std::size_t count = std::min(split, wire.size());
        reader.handle_bytes(wire.substr(0, count));
        wire.remove_prefix(count);
        while (auto reply = reader.poll_reply())
            result.replies.push_back(*std::move(reply));
    }
    result.error = reader.error();
    return result;
}

Reply read_one(std::string_view wire)
{
    const Read result = read(wire);
    CHECK_FALSE(result.error);
    REQUIRE(result.replies.size() == 1);
    return result.replies.front().reply;
}

} // namespace

TEST_SUITE("smtp.reply")
{
    TEST_CASE("a reply on the wire: code, enhanced code, text")
    {
        CHECK(to_wire({250, {}, "mx.example"}) == "250 mx.example\r\n");
        CHECK(to_wire({250, {2, 1, 0}, "Ok"}) == "250 2.1.0 Ok\r\n");
        CHECK(to_wire({538, {5, 7, 11}, "No"}) == "538 5.7.11 No\r\n");
        CHECK(to_wire({550, {5, 999, 999}, ""}) == "550 5.999.999 \r\n");
    }

    TEST_CASE("an empty challenge is exactly 334, a space and CR LF")
    {
        CHECK(to_wire({334, {}, ""}) == "334 \r\n");
    }

    TEST_CASE("each line of a multiline reply has its code, and its enhanced code too")
    {
        CHECK(to_wire({250, {}, "mx\nSIZE 1\nHELP"}) == "250-mx\r\n250-SIZE 1\r\n250 HELP\r\n");
        CHECK(to_wire({550, {5, 7, 1}, "a\nb"}) == "550-5.7.1 a\r\n550 5.7.1 b\r\n");
    }

    TEST_CASE("the class of a reply is its first digit")
    {
        CHECK(Reply{250, {}, ""}.is_success());
        CHECK(Reply{354, {}, ""}.is_go_ahead());
        CHECK(Reply{450, {}, ""}.is_temporary_failure());
        CHECK(Reply{599, {}, ""}.is_permanent_failure());
        CHECK_FALSE(Reply{}.is_success());
    }

    TEST_CASE("a reader gives back what was written, with its place in the stream")
    {
        const std::string first = to_wire({250, {}, "mx\nSIZE 1\nHELP"});
        const std::string second = to_wire({550, {5, 1, 1}, "User\nunknown"});
        const Read result = read(first + second);
        REQUIRE(result.replies.size() == 2);
        CHECK(result.replies[0].reply == Reply{250, {}, "mx\nSIZE 1\nHELP"});
        CHECK(result.replies[0].wire == "250-mx\r\n250-SIZE 1\r\n250 HELP");
        CHECK(result.replies[0].range == StreamRange{0, static_cast<std::uint32_t>(first.size())});
        CHECK(result.replies[1].reply == Reply{550, {5, 1, 1}, "User\nunknown"});
        CHECK(result.replies[1].range ==
              StreamRange{first.size(), static_cast<std::uint32_t>(second.size())});
    }

    TEST_CASE("a reply may have no text at all")
    {
        CHECK(read_one("250\r\n") == Reply{250, {}, ""});
        CHECK(read_one("250 \r\n") == Reply{250, {}, ""});
        CHECK(read_one("250-\r\n250\r\n") == Reply{250, {}, "\n"});
        CHECK(read_one("220 2.0.0\r\n") == Reply{220, {2, 0, 0}, ""});
    }

    TEST_CASE("RFC 5321 §4.2.1: a later line counts by its code, not by its text")
    {
        CHECK(
            read_one("250-First line\r\n250-Second line\r\n250-234 Text beginning with numbers\r\n"
                     "250 The last line\r\n")
                .text == "First line\nSecond line\n234 Text beginning with numbers\n"
                         "The last line");
    }

    TEST_CASE("RFC 5321 §4.2.1: a later line without a code is text")
    {
        CHECK(read_one("250-a\r\nno code\r\n25\r\n\r\n2500 x\r\n250_y\r\n250 z\r\n").text ==
              "a\nno code\n25\n\n2500 x\n250_y\nz");
    }

    TEST_CASE("enhanced codes are taken only where they are ones")
    {
        CHECK(read_one("550 5.1.1 User\r\n").enhanced == EnhancedCode{5, 1, 1});
        CHECK(read_one("550 5.7.510 User\r\n").enhanced == EnhancedCode{5, 7, 510});
        // Of another class, too long, unfinished, or part of a longer number.
        for (const char* wire : {"550 4.1.1 x\r\n",
                                 "550 5.1.1234 x\r\n",
                                 "550 5.1 x\r\n",
                                 "550 5.1. x\r\n",
                                 "550 5..1 x\r\n",
                                 "550 55.1.1 x\r\n",
                                 "550 5.1.1.1 x\r\n",
                                 "550 5.1.1x\r\n",
                                 "354 3.1.1 x\r\n"}) {
            CAPTURE(wire);
            const Reply reply = read_one(wire);
            CHECK_FALSE(reply.enhanced.exists());
            CHECK(reply.text == std::string_view{wire}.substr(4, reply.text.size()));
        }
        CHECK(read_one("550-5.1.1 a\r\n550 5.7.1 b\r\n").text == "a\n5.7.1 b");
        CHECK(parse_enhanced_code("4.4.2", 4) == EnhancedCode{4, 4, 2});
        CHECK_FALSE(parse_enhanced_code("4.4.2", 5));
        CHECK_FALSE(parse_enhanced_code("", 5));
        CHECK(to_string(EnhancedCode{5, 7, 11}) == "5.7.11");
    }

    TEST_CASE("garbage is an error, and nothing behind it is believed")
    {
        for (const std::string_view wire : {"hello\r\n",
                                            "\r\n",
                                            "25\r\n",
                                            "25x ok\r\n",
                                            "2500 ok\r\n",
                                            "250ok\r\n",
                                            "250_ok\r\n",
                                            "150 ok\r\n",
                                            "650 ok\r\n",
                                            "050 ok\r\n",
                                            " 250 ok\r\n",
                                            "250-a\r\n550 b\r\n",
                                            "250-a\r\n251-b\r\n",
                                            "250 ok\n",
                                            "250-a\n250 b\r\n",
                                            "250 a\rb\r\n",
                                            "250 a\r\r\n"}) {
            CAPTURE(std::string{wire});
            const Read result = read(std::string{wire} + "250 fine\r\n");
            CHECK(result.replies.empty());
            CHECK(result.error == ReplyError::malformed);
        }
        CHECK(read("250 a\0b\r\n"sv).error == ReplyError::malformed);
    }

    TEST_CASE("replies before the garbage are still given")
    {
        const Read result = read("250 ok\r\n354 go\r\nrubbish\r\n");
        CHECK(result.replies.size() == 2);
        CHECK(result.error == ReplyError::malformed);
    }

    TEST_CASE("an endless line and an endless reply end in bounded memory")
    {
        ReplyReader line;
        line.handle_bytes("250 ");
        const std::string noise(4096, 'x');
        for (int i = 0; i < 2048; ++i) {
            line.handle_bytes(noise);
            CHECK_FALSE(line.poll_reply());
            CHECK(line.pending_octets() <= 262144);
        }
        CHECK(line.error() == ReplyError::too_long);

        ReplyReader lines;
        for (int i = 0; i < 100000 && !lines.error(); ++i) {
            lines.handle_bytes("250-more\r\n");
            CHECK_FALSE(lines.poll_reply());
        }
        CHECK(lines.error() == ReplyError::too_long);

        // All at once, too.
        ReplyReader once;
        once.handle_bytes("250 " + std::string(8 << 20, 'x'));
        CHECK(once.pending_octets() <= 262144);
        CHECK_FALSE(once.poll_reply());
        CHECK(once.error() == ReplyError::too_long);
    }

    TEST_CASE("a line of 2048 octets is taken, one more is not")
    {
        const std::string line = "250 " + std::string(2048 - 6, 'x') + "\r\n";
        CHECK(read(line).replies.size() == 1);
        CHECK(read("250 x" + line.substr(4)).error == ReplyError::too_long);
    }

    TEST_CASE("what was received behind a reply can be seen before TLS begins")
    {
        ReplyReader reader;
        reader.handle_bytes("220 2.0.0 Go\r\n");
        CHECK(reader.poll_reply());
        CHECK(reader.pending_octets() == 0);
        reader.handle_bytes("220 go\r\n250 in");
        CHECK(reader.poll_reply());
        CHECK(reader.pending_octets() == 6);
        reader.restart();
        CHECK(reader.pending_octets() == 0);
        reader.handle_bytes("250 new\r\n");
        CHECK(reader.poll_reply()->range == StreamRange{0, 9});
    }

    TEST_CASE("replies are the same however their octets are split")
    {
        const std::string wire = "220 mx ESMTP\r\n250-mx\r\n250-SIZE 1\r\nno code\r\n250 HELP\r\n"
                                 "550-5.1.1 a\r\n550 5.1.1 b\r\n354\r\nx";
        for (const std::string& given : {wire, wire + "\r\n", wire + "\n250 ok\r\n"}) {
            const Read whole = read(given);
            for (std::size_t split = 1; split < 40; ++split)
                CHECK(read(given, split) == whole);
        }
    }

    TEST_CASE("no octets whatever do harm")
    {
        Rng rng = rng_stream(1, "reply");
        const std::string_view alphabet = "2345 -.\r\n\0ax\xe3"sv;
        for (int round = 0; round < 5000; ++round) {
            std::string wire;
            const std::uint64_t size = rng.below(60);
            for (std::uint64_t i = 0; i < size; ++i) {
                const std::uint64_t pick = rng.below(alphabet.size() + 4);
                if (pick < alphabet.size()) {
                    wire += alphabet[pick];
                } else {
                    wire += pick % 2 == 0 ? "250 " : "\r\n";
                }
            }
            const Read whole = read(wire);
            CHECK(read(wire, 1) == whole);
            for (const ReceivedReply& received : whole.replies) {
                CHECK(received.reply.code >= 200);
                CHECK(received.reply.code <= 599);
                CHECK(received.reply.text.find('\r') == std::string::npos);
            }
        }
    }
}
