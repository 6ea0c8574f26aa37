// Cutting a stream into records and records into handshake messages.
#include "sim/tls/wire.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace sim::tls::test {

namespace {

std::string record(char type, std::string_view fragment)
{
    std::string bytes{type, '\x03', '\x03'};
    bytes += static_cast<char>(fragment.size() >> 8U);
    bytes += static_cast<char>(fragment.size());
    return bytes + std::string{fragment};
}

struct Cuts {
    std::vector<std::string> records;
    CutResult last = CutResult::need_more;
    friend bool operator==(const Cuts&, const Cuts&) = default;
};

Cuts cut_all(std::string_view stream, std::size_t piece)
{
    RecordCutter cutter;
    Cuts cuts;
    while (!stream.empty()) {
        std::string_view part = stream.substr(0, piece);
        stream.remove_prefix(part.size());
        while (true) {
            const RecordCutter::Cut cut = cutter.next(part);
            cuts.last = cut.result;
            if (cut.result != CutResult::record) break;
            cuts.records.emplace_back(cut.record);
        }
        if (cuts.last != CutResult::need_more) break;
    }
    return cuts;
}

} // namespace

TEST_SUITE("tls.wire")
{
    TEST_CASE("records come out whole, however the stream is cut")
    {
        const std::vector<std::string> wanted{record(22, "hello"),
                                              record(20, "\x01"),
                                              record(23, std::string(16384 + 256, 'd')),
                                              record(23, "")};
        std::string stream;
        for (const std::string& one : wanted)
            stream += one;
        for (const std::size_t piece : {std::size_t{1},
                                        std::size_t{4},
                                        std::size_t{5},
                                        std::size_t{6},
                                        std::size_t{1460},
                                        stream.size()}) {
            const Cuts cuts = cut_all(stream, piece);
            CHECK(cuts.records == wanted);
            CHECK(cuts.last == CutResult::need_more);
        }
    }

    TEST_CASE("a stream that is no TLS is known by the first octet that cannot be")
    {
        struct Reject {
            std::string stream;
            CutResult why;
        };
        for (const Reject& reject : {Reject{"EHLO x\r\n", CutResult::wrong_type},
                                     Reject{"\x18", CutResult::wrong_type},
                                     Reject{"\x13", CutResult::wrong_type},
                                     Reject{"\x16\x02", CutResult::wrong_version},
                                     Reject{"\x17\x03\x03\x48\x01", CutResult::too_long}}) {
            CHECK(cut_all(reject.stream, 1).last == reject.why);
            CHECK(cut_all(reject.stream, 100).last == reject.why);
            CHECK(cut_all(record(22, "ok") + reject.stream, 1) ==
                  cut_all(record(22, "ok") + reject.stream, 100));
            CHECK(cut_all(record(22, "ok") + reject.stream, 3).records.size() == 1);
        }
        CHECK(cut_all(std::string{"\x17\x03\x03\x48\x00", 5}, 100).last == CutResult::need_more);
    }

    TEST_CASE("handshake messages are put together from parts and taken apart from one record")
    {
        const std::string first{"\x01\x00\x00\x02"
                                "ab",
                                6};
        const std::string second{"\x0e\x00\x00\x00", 4};
        HandshakeAssembler whole;
        whole.feed(first + second);
        CHECK(whole.next() == first);
        CHECK(whole.next() == second);
        CHECK_FALSE(whole.next());
        HandshakeAssembler parts;
        for (const char octet : first) {
            CHECK_FALSE(parts.next());
            parts.feed({&octet, 1});
        }
        CHECK(parts.next() == first);
    }

    TEST_CASE("a ServerHello that is cut short chooses nothing and reads nothing beyond its end")
    {
        std::string hello = std::string{"\x02\x00\x00\x2e\x03\x03", 6} + std::string(32, 'r');
        hello += std::string{"\x00\x13\x02\x00\x00\x06\x00\x2b\x00\x02\x03\x04", 12};
        CHECK(chooses_tls_1_3(hello));
        for (std::size_t size = 0; size < hello.size(); ++size)
            CHECK_FALSE(chooses_tls_1_3(std::string{hello.substr(0, size)}));
        hello.back() = '\x03';
        CHECK_FALSE(chooses_tls_1_3(hello));
        CHECK(named_group(std::string{"\x0c\x00\x00\x03\x03\x00\x1d", 7}) == 29);
        CHECK(named_group(std::string{"\x0c\x00\x00\x03\x01\x00\x1d", 7}) == 0);
        CHECK(named_group(std::string{"\x0c\x00\x00\x03\x03\x00", 6}) == 0);
    }

    TEST_CASE("a ClientHello offers TLS 1.3 among its versions, and nothing when it is cut short")
    {
        const std::string begin = std::string{"\x01\x00\x00\x2e\x03\x03", 6} +
                                  std::string(32, 'r') +
                                  std::string{"\x01s\x00\x04\x13\x02\x13\x01\x01\x00", 10};
        // An extension of another kind, then supported_versions: a grease value, 1.3 and 1.2.
        const std::string hello = begin + std::string{"\x00\x0f\x00\x0a\x00\x00\x00\x2b\x00\x07"
                                                      "\x06\x0a\x0a\x03\x04\x03\x03",
                                                      17};
        CHECK(offers_tls_1_3(hello));
        for (std::size_t size = 0; size < hello.size(); ++size)
            CHECK_FALSE(offers_tls_1_3(std::string{hello.substr(0, size)}));
        CHECK_FALSE(offers_tls_1_3(
            begin + std::string{"\x00\x07\x00\x2b\x00\x03\x02\x03\x03", 9})); // 1.2 alone
        CHECK_FALSE(offers_tls_1_3(begin)); // TLS 1.2 may come without extensions
    }
}

} // namespace sim::tls::test
