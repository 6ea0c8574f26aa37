#include "sim/dns/name.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace sim;
using namespace sim::dns;

namespace {

Name name(std::string_view text)
{
    const auto parsed = parse_name(text);
    REQUIRE_MESSAGE(parsed, std::string{text});
    return *parsed;
}

} // namespace

TEST_SUITE("dns.name")
{
    TEST_CASE("a name reads and writes as it is spelled, with or without the last dot")
    {
        CHECK(to_string(name("mx1.umi.example")) == "mx1.umi.example");
        CHECK(to_string(name("mx1.Umi.Example.")) == "mx1.Umi.Example");
        CHECK(to_absolute_string(name("mx1.umi.example")) == "mx1.umi.example.");
        CHECK(to_string(name(".")) == ".");
        CHECK(to_absolute_string(name(".")) == ".");
        CHECK(name(".").is_root());
    }

    TEST_CASE("odd octets are escaped as in zone files, RFC 1035 §5.1")
    {
        const Name odd = name("a\\.b.\\000\\255.c\\\\d");
        CHECK(odd.label_count() == 3);
        CHECK(odd.labels().at(0) == "a.b");
        CHECK(odd.labels().at(1) == std::string("\0\xff", 2));
        CHECK(odd.labels().at(2) == "c\\d");
        CHECK(to_string(odd) == "a\\.b.\\000\\255.c\\\\d");
        CHECK(name(to_string(odd)) == odd);
    }

    TEST_CASE("what is no name is refused")
    {
        for (const char* text :
             {"", "..", ".a", "a..b", "a.b..", "\\", "a\\", "\\25", "\\256", "\\2x5"})
            CHECK_MESSAGE(!parse_name(text), text);
    }

    TEST_CASE("a label has at most 63 octets and a name 255 on the wire, RFC 1035 §2.3.4")
    {
        const std::string label(63, 'a');
        CHECK(parse_name(label));
        CHECK_FALSE(parse_name(label + "a"));
        const std::string three = label + "." + label + "." + label + ".";
        CHECK(parse_name(three + std::string(61, 'b')));
        CHECK_FALSE(parse_name(three + std::string(62, 'b')));
        CHECK(name(three + std::string(61, 'b')).wire().size() == 254); // and the closing zero

        std::string many = "a";
        for (int i = 1; i < 127; ++i)
            many += ".a";
        CHECK(name(many).label_count() == 127);
        CHECK_FALSE(parse_name(many + ".a"));
        CHECK(name(many) == name(many));
        CHECK((name(many) <=> name(many)) == std::strong_ordering::equal);
    }

    TEST_CASE("case makes no difference, RFC 4343")
    {
        CHECK(name("UMI.example") == name("umi.EXAMPLE"));
        CHECK((name("UMI.example") <=> name("umi.EXAMPLE")) == std::strong_ordering::equal);
        CHECK(name("umi.example") != name("kumo.example"));
        // Only ASCII letters have a case: Ä and ä as octets are two names.
        CHECK(name("\\196.example") != name("\\228.example"));
    }

    TEST_CASE("names sort as in RFC 4034 §6.1")
    {
        const std::vector<std::string> sorted{"example",
                                              "a.example",
                                              "yljkjljk.a.example",
                                              "Z.a.example",
                                              "zABC.a.EXAMPLE",
                                              "z.example",
                                              "\\001.z.example",
                                              "*.z.example",
                                              "\\200.z.example"};
        std::vector<Name> names;
        names.reserve(sorted.size());
        for (const std::string& text : sorted)
            names.push_back(name(text));
        std::vector<Name> mixed{names.rbegin(), names.rend()};
        std::ranges::sort(mixed);
        CHECK((mixed == names));
        for (std::size_t i = 0; i < sorted.size(); ++i)
            CHECK(to_string(mixed[i]) == sorted[i]);
    }

    TEST_CASE("within means: the same name or below it, label by label")
    {
        CHECK(name("mx1.umi.example").is_within(name("UMI.example")));
        CHECK(name("umi.example").is_within(name("umi.example")));
        CHECK(name("umi.example").is_within(name(".")));
        CHECK_FALSE(name("notumi.example").is_within(name("umi.example")));
        CHECK_FALSE(name("example").is_within(name("umi.example")));
        // The octets of "3umi" end in the octets of the name "umi" without being below it.
        CHECK_FALSE(name("xx\\003umi.example").is_within(name("umi.example")));
        CHECK(to_string(name("a.b.c").parent()) == "b.c");
        CHECK(name("a").parent().is_root());
        CHECK(Name{}.parent().is_root());
    }

    TEST_CASE("reverse names turn the octets of an address around, RFC 1035 §3.5")
    {
        const Address address = *parse_address("192.0.2.10");
        CHECK(to_string(reverse_name(address)) == "10.2.0.192.in-addr.arpa");
        CHECK(parse_reverse_name(reverse_name(address)) == address);
        CHECK(parse_reverse_name(name("10.2.0.192.IN-ADDR.ARPA")) == address);
        CHECK_FALSE(parse_reverse_name(name("2.0.192.in-addr.arpa")));
        CHECK_FALSE(parse_reverse_name(name("10.2.0.256.in-addr.arpa")));
        CHECK_FALSE(parse_reverse_name(name("10.2.0.192.dnsbl.example")));
        CHECK_FALSE(parse_reverse_name(name("0\\.2.2.0.192.in-addr.arpa")));
        CHECK(to_string(*reversed_under(address, name("dnsbl.example"))) ==
              "10.2.0.192.dnsbl.example");
        const std::string label(63, 'a');
        CHECK_FALSE(reversed_under(
            address, name(label + "." + label + "." + label + "." + std::string(51, 'b'))));
    }
}
