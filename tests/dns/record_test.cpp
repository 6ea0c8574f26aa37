#include "sim/dns/record.h"

#include <doctest/doctest.h>

#include <string>

using namespace sim;
using namespace sim::dns;

TEST_SUITE("dns.record")
{
    TEST_CASE("the right-hand side of every kind reads as in a zone file and comes back the same")
    {
        struct Row {
            RecordType type;
            const char* text;
        };
        for (const Row& row :
             {Row{RecordType::a, "192.0.2.1"},
              Row{RecordType::aaaa, "2001:db8::25"},
              Row{RecordType::mx, "10 mx1.umi.example."},
              Row{RecordType::mx, "0 ."},
              Row{RecordType::txt, "\"v=spf1 ip4:203.0.113.0/24 -all\""},
              Row{RecordType::txt, "\"one\" \"\" \"a \\\"quoted\\\" \\\\ \\009\""},
              Row{RecordType::ptr, "hanako-pc.sakura.example."},
              Row{RecordType::cname, "mail.kumo.example."},
              Row{RecordType::ns, "ns.example."},
              Row{RecordType::soa, "ns.example. hostmaster.umi.example. 7 3600 600 604800 300"}}) {
            const auto data = parse_record_data(row.type, row.text);
            REQUIRE_MESSAGE(data, row.text);
            CHECK(type_of(*data) == row.type);
            CHECK(to_string(*data) == row.text);
            CHECK(parse_record_data(row.type, to_string(*data)) == data);
        }
    }

    TEST_CASE("what is not right for its type is refused")
    {
        struct Row {
            RecordType type;
            const char* text;
        };
        for (const Row& row : {Row{RecordType::a, "192.0.2"},
                               Row{RecordType::a, "2001:db8::1"},
                               Row{RecordType::aaaa, "192.0.2.1"},
                               Row{RecordType::mx, "mx1.umi.example."},
                               Row{RecordType::mx, "65536 mx1.umi.example."},
                               Row{RecordType::mx, "-1 mx1.umi.example."},
                               Row{RecordType::mx, "10 a..b"},
                               Row{RecordType::mx, "10 mx1.umi.example. x"},
                               Row{RecordType::txt, "\"open"},
                               Row{RecordType::txt, "\"a\" b"},
                               Row{RecordType::cname, ""},
                               Row{RecordType::soa, "ns.example. h.example. 1 2 3 4"},
                               Row{RecordType::soa, "ns.example. h.example. 1 2 3 4 4294967296"},
                               Row{RecordType::opt, ""},
                               Row{RecordType{99}, "x"}}) {
            CHECK_MESSAGE(!parse_record_data(row.type, row.text), row.text);
        }
    }

    TEST_CASE("a TXT text without quotes is taken as it stands, and cut into strings of 255")
    {
        const auto plain = parse_record_data(RecordType::txt, "v=spf1 mx -all");
        REQUIRE(plain);
        CHECK(to_string(*plain) == "\"v=spf1 mx -all\"");

        const std::string key(600, 'k');
        const TxtRecord txt = make_txt(key);
        REQUIRE(txt.strings.size() == 3);
        CHECK(txt.strings[0].size() == 255);
        CHECK(txt.strings[2].size() == 90);
        CHECK(joined(txt) == key);
        CHECK(make_txt("").strings.size() == 1);
        const auto long_string = parse_record_data(RecordType::txt, "\"" + key + "\"");
        REQUIRE(long_string);
        CHECK(std::get<TxtRecord>(*long_string) == txt);
    }

    TEST_CASE("a null MX says that a domain takes no mail, RFC 7505")
    {
        CHECK(is_null_mx({0, {}}));
        CHECK_FALSE(is_null_mx({0, *parse_name("mx.example")}));
    }

    TEST_CASE("types have names, and unknown ones numbers, RFC 3597 §5")
    {
        CHECK(to_string(RecordType::mx) == "MX");
        CHECK(to_string(RecordType{99}) == "TYPE99");
        CHECK(parse_record_type("mx") == RecordType::mx);
        CHECK(parse_record_type("AAAA") == RecordType::aaaa);
        CHECK(parse_record_type("type99") == RecordType{99});
        CHECK_FALSE(parse_record_type("TYPE65536"));
        CHECK_FALSE(parse_record_type("TYPE"));
        CHECK_FALSE(parse_record_type("MXX"));
        CHECK(to_string(RecordData{UnknownRecord{RecordType{99}, 1, "\x0a\xff"}}) == "\\# 2 0aff");
    }

    TEST_CASE("the trace gets one record a line, with aliases marked")
    {
        const Name www = *parse_name("www.umi.example");
        const Name host = *parse_name("host.umi.example");
        const std::vector<Record> records{{www, 300, CnameRecord{host}},
                                          {host, 300, ARecord{*parse_address("192.0.2.1")}}};
        CHECK(to_lines(records) == "CNAME host.umi.example.\n192.0.2.1");
        CHECK(to_lines({}).empty());
        CHECK(all_of_kind<ARecord>(records).size() == 1);
        CHECK(all_of_kind<MxRecord>(records).empty());
    }
}
