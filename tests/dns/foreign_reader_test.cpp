// What others wrote proves more than what we wrote: Debian's python3-dnspython reads our bytes, and
// we read its bytes.
#include "sim/dns/message.h"
#include "tests/dns/samples.h"
#include "tests/support/output_of.h"

#include <doctest/doctest.h>

#include <string>

using namespace sim;
using namespace sim::dns;
using namespace sim::dns::samples;

namespace {

// Its standard output. Fails, and does not skip, when Python or dnspython is not there.
std::string run_dnspython(const std::string& arguments)
{
    return test::output_of(
        "/usr/bin/python3 '" HIKYAKU_SOURCE_DIR "/tests/dns/foreign_reader.py' " + arguments);
}

// One line a record: section, owner, TTL, type and data, as the Python script prints it too.
std::string described(const Message& message)
{
    std::string text;
    for (const Question& question : message.questions) {
        text +=
            "question " + to_absolute_string(question.name) + " " + to_string(question.type) + "\n";
    }
    const auto add = [&](const char* section, const std::vector<Record>& records) {
        for (const Record& r : records) {
            text += std::string{section} + " " + to_absolute_string(r.name) + " " +
                    std::to_string(r.ttl_s) + " " + to_string(type_of(r.data)) + " " +
                    to_string(r.data) + "\n";
        }
    };
    add("answer", message.answers);
    add("authority", message.authority);
    add("additional", message.additional);
    if (message.edns) text += "edns " + std::to_string(message.edns->udp_octets) + "\n";
    return text;
}

} // namespace

TEST_SUITE("dns.foreign_reader")
{
    TEST_CASE("dnspython reads every kind of record that we write")
    {
        for (const Compression compression : {Compression::on, Compression::off}) {
            const std::string bytes = encode_message(all_kinds(), compression);
            CHECK(run_dnspython("read " + to_hex(bytes)) == described(all_kinds()));
        }
    }

    TEST_CASE("we read every kind of record that dnspython writes")
    {
        const std::string output = run_dnspython("write");
        const std::size_t end_of_line = output.find('\n');
        const auto message = parse_message(from_hex(output.substr(0, end_of_line)));
        REQUIRE(message);
        CHECK(message->answers.size() == 8);
        CHECK(described(*message) == output.substr(end_of_line + 1));
    }
}
