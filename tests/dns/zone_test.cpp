#include "sim/dns/zone.h"
#include "tests/dns/samples.h"

#include <doctest/doctest.h>

using namespace sim;
using namespace sim::dns;
using namespace sim::dns::samples;

namespace {

using Kind = ZoneAnswer::Kind;

Zone umi()
{
    Zone zone{name("umi.example"), {name("ns.example"), name("hostmaster.umi.example")}};
    for (const Record& r : {record("umi.example", 3600, "MX", "10 mx1.umi.example."),
                            record("umi.example", 3600, "MX", "20 mx2.umi.example."),
                            record("umi.example", 3600, "NS", "ns.example."),
                            record("mx1.umi.example", 300, "A", "203.0.113.25"),
                            record("www.umi.example", 300, "CNAME", "mx1.umi.example."),
                            record("a.deep.umi.example", 300, "A", "203.0.113.1"),
                            record("nomail.umi.example", 300, "MX", "0 .")})
        REQUIRE(zone.add(r));
    return zone;
}

} // namespace

TEST_SUITE("dns.zone")
{
    TEST_CASE("a name that exists without that type is not a name that does not exist")
    {
        const Zone zone = umi();
        CHECK(zone.find(name("mx1.umi.example"), RecordType::a).kind == Kind::found);
        CHECK(zone.find(name("mx1.umi.example"), RecordType::mx).kind == Kind::no_data);
        CHECK(zone.find(name("mx3.umi.example"), RecordType::a).kind == Kind::no_such_name);
        CHECK(zone.find(name("x.mx1.umi.example"), RecordType::a).kind == Kind::no_such_name);
        CHECK(zone.find(name("umi.example"), RecordType::soa).records.at(0) == zone.soa());
    }

    TEST_CASE("a name that only has names below it exists, RFC 8020")
    {
        CHECK(umi().find(name("deep.umi.example"), RecordType::a).kind == Kind::no_data);
        CHECK(umi().find(name("eep.umi.example"), RecordType::a).kind == Kind::no_such_name);
    }

    TEST_CASE("a set comes whole, in the order of the file, with the name as it was asked for")
    {
        const auto answer = umi().find(name("UMI.Example"), RecordType::mx);
        REQUIRE(answer.kind == Kind::found);
        CHECK(to_lines(answer.records) == "10 mx1.umi.example.\n20 mx2.umi.example.");
        CHECK(to_string(answer.records.at(0).name) == "UMI.Example");
    }

    TEST_CASE("an alias answers for every type but its own")
    {
        const Zone zone = umi();
        CHECK(zone.find(name("www.umi.example"), RecordType::a).kind == Kind::alias);
        CHECK(zone.find(name("www.umi.example"), RecordType::mx).kind == Kind::alias);
        CHECK(zone.find(name("www.umi.example"), RecordType::cname).kind == Kind::found);
        CHECK(zone.find(name("www.umi.example"), RecordType::any).kind == Kind::found);
        CHECK(zone.find(name("umi.example"), RecordType::any).records.size() == 4);
    }

    TEST_CASE("a null MX is found like any other MX")
    {
        const auto answer = umi().find(name("nomail.umi.example"), RecordType::mx);
        REQUIRE(answer.kind == Kind::found);
        CHECK(is_null_mx(all_of_kind<MxRecord>(answer.records).at(0)));
    }

    TEST_CASE("what cannot be in a zone is refused with the reason")
    {
        Zone zone = umi();
        const auto problem = [&](const Record& r) {
            const auto added = zone.add(r);
            REQUIRE_FALSE(added);
            return added.error();
        };
        CHECK(problem(record("kumo.example", 1, "A", "192.0.2.1")) == ZoneProblem::outside_zone);
        CHECK(problem(record("umi.example", 1, "MX", "10 MX1.umi.example.")) ==
              ZoneProblem::duplicate);
        CHECK(problem(record("umi.example", 1, "SOA", "a. b. 1 2 3 4 5")) ==
              ZoneProblem::second_soa);
        CHECK(problem(record("mx1.umi.example", 1, "CNAME", "x.example.")) ==
              ZoneProblem::alias_with_other_data);
        CHECK(problem(record("www.umi.example", 1, "A", "192.0.2.1")) ==
              ZoneProblem::alias_with_other_data);
        CHECK(problem(record("umi.example", 1, "CNAME", "x.example.")) ==
              ZoneProblem::alias_with_other_data); // the SOA is there
        CHECK(problem(record("umi.example", 1, "MX", "0 .")) == ZoneProblem::null_mx_with_other_mx);
        CHECK(problem(record("nomail.umi.example", 1, "MX", "10 mx1.umi.example.")) ==
              ZoneProblem::null_mx_with_other_mx);
        CHECK(problem(record("x.umi.example", 1, "MX", "10 .")) == ZoneProblem::exchange_is_root);
        CHECK(problem(record("sub.umi.example", 1, "NS", "ns.example.")) ==
              ZoneProblem::delegation);
        CHECK(problem(record("x.umi.example", 1, "TXT", std::string(1100, 'x'))) ==
              ZoneProblem::too_big);
        CHECK(problem({name("x.umi.example"), 1, UnknownRecord{RecordType{99}, 1, "x"}}) ==
              ZoneProblem::not_for_zones);
        CHECK(zone.size() == 8); // nothing of this got in
    }

    TEST_CASE("RFC 4592 §2.2.1: what the wildcard of the example answers, and what not")
    {
        Zone zone{name("example"), {name("ns.example.com"), name("hostmaster.example")}};
        for (const Record& r : {record("*.example", 3600, "TXT", "\"this is a wildcard\""),
                                record("*.example", 3600, "MX", "10 host1.example."),
                                record("sub.*.example", 3600, "TXT", "\"this is not a wildcard\""),
                                record("host1.example", 3600, "A", "192.0.2.1"),
                                record("_ssh._tcp.host1.example", 3600, "TXT", "stands for SRV"),
                                record("_ssh._tcp.host2.example", 3600, "TXT", "stands for SRV")})
            REQUIRE(zone.add(r));
        const auto find = [&](std::string_view who, RecordType type) {
            return zone.find(name(who), type);
        };
        const auto mx = find("host3.example", RecordType::mx);
        REQUIRE(mx.kind == Kind::found);
        CHECK(mx.records.at(0) == record("host3.example", 3600, "MX", "10 host1.example."));
        CHECK(find("host3.example", RecordType::a).kind == Kind::no_data);
        CHECK(find("foo.bar.example", RecordType::txt).kind == Kind::found);
        CHECK(find("host1.example", RecordType::mx).kind == Kind::no_data);
        CHECK(find("sub.*.example", RecordType::mx).kind == Kind::no_data);
        CHECK(find("_telnet._tcp.host1.example", RecordType::txt).kind == Kind::no_such_name);
        CHECK(find("ghost.*.example", RecordType::mx).kind == Kind::no_such_name);
        CHECK(find("host2.example", RecordType::mx).kind == Kind::no_data);
    }

    TEST_CASE("a wildcard makes a list of a whole range of addresses, as DNS block lists do")
    {
        Zone zone{name("dnsbl.example"), {name("ns.example"), name("hostmaster.example")}};
        REQUIRE(zone.add(record("*.2.0.192.dnsbl.example", 300, "A", "127.0.0.11")));
        const auto asked = [&](std::string_view address) {
            return zone.find(reversed_under(ipv4(address), name("dnsbl.example")).value(),
                             RecordType::a);
        };
        CHECK(to_lines(asked("192.0.2.10").records) == "127.0.0.11");
        CHECK(asked("192.0.3.10").kind == Kind::no_such_name);
    }

    TEST_CASE("a reverse zone finds the name of an address")
    {
        Zone zone{name("2.0.192.in-addr.arpa"), {name("ns.example"), name("hostmaster.example")}};
        REQUIRE(zone.add(record("10.2.0.192.in-addr.arpa", 300, "PTR", "dyn10.sakura.example.")));
        const auto answer = zone.find(reverse_name(ipv4("192.0.2.10")), RecordType::ptr);
        CHECK(to_lines(answer.records) == "dyn10.sakura.example.");
    }
}
