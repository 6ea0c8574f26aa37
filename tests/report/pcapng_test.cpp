// Captures as tshark, which we did not write, reads them.
#include "sim/report/pcapng.h"
#include "tests/report/packet_support.h"
#include "tests/support/output_of.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace sim;
using namespace sim::report;
using test::Seen;

constexpr auto lessons = std::to_array<const char*>({"path",
                                                     "op25b",
                                                     "submission-587",
                                                     "submissions-465",
                                                     "own-isp-25",
                                                     "fixed-ip",
                                                     "plain-password",
                                                     "auth-methods",
                                                     "oauth"});

// A capture on disk for as long as it is looked at.
class File {
public:
    explicit File(std::string_view bytes)
        : path_{std::filesystem::temp_directory_path() /
                ("hikyaku-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)) + ".pcapng")}
    {
        std::ofstream out{path_, std::ios::binary};
        out << bytes;
    }
    ~File() { std::filesystem::remove(path_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    [[nodiscard]] std::string path() const { return path_.string(); }

    // The lines that tshark prints about it.
    [[nodiscard]] std::vector<std::string> read(const std::string& options) const
    {
        const std::string output = test::output_of(
            "LC_ALL=C /usr/bin/tshark -r '" + path_.string() + "' " + options + " 2>/dev/null");
        std::vector<std::string> lines;
        std::istringstream in{output};
        for (std::string line; std::getline(in, line);)
            lines.push_back(line);
        return lines;
    }

private:
    std::filesystem::path path_;
};

// "MAIL FROM:<a@b>" without its blanks: Wireshark cuts STARTTLS after four letters.
std::string without_blanks(std::string_view text)
{
    std::string rest{text};
    std::erase(rest, ' ');
    std::erase(rest, '\t');
    return rest;
}

std::vector<std::string> commands_said(const Trace& trace)
{
    std::vector<std::string> commands;
    bool cram = false; // was asked for just now
    for (std::size_t i = 0; i < trace.size(); ++i) {
        const auto* command = std::get_if<SmtpCommand>(&trace[i].what);
        if (command == nullptr || command->side != Side::sent) continue;
        const std::string_view line = trace.view(command->line.bytes);
        // tshark does not know CRAM-MD5: its answer is "Line-based text data" there, no command.
        if (!cram) commands.push_back(without_blanks(line));
        cram = line == "AUTH CRAM-MD5";
    }
    std::ranges::sort(commands);
    return commands;
}

// One field's values, however many a frame has.
std::vector<std::string> split(const std::string& line, char at)
{
    std::vector<std::string> parts;
    std::istringstream in{line};
    for (std::string part; std::getline(in, part, at);)
        parts.push_back(part);
    return parts;
}

std::vector<std::string> commands_dissected(const File& file)
{
    std::vector<std::string> commands;
    for (const std::string& line :
         file.read("-Y smtp.req -T fields -E 'aggregator=|' -e smtp.command_line")) {
        for (std::string command : split(line, '|')) {
            const std::size_t end = command.find("\\r\\n");
            if (end != std::string::npos) command.resize(end);
            commands.push_back(without_blanks(command));
        }
    }
    std::ranges::sort(commands);
    return commands;
}

// What Wireshark finds remarkable, but for what every connection has and what is a lesson.
std::vector<std::string> complaints(const File& file)
{
    std::vector<std::string> found;
    for (const std::string& line : file.read("-Y '_ws.expert' -T fields -e frame.number "
                                             "-e _ws.expert.severity -e _ws.expert.message")) {
        const bool usual = line.find("initiates the connection closing") != std::string::npos ||
                           line.find("undergoes the connection closing") != std::string::npos ||
                           line.find("Connection establish") != std::string::npos ||
                           line.find("Connection finish") != std::string::npos ||
                           line.find("base64 decode failed or is not enabled") != std::string::npos;
        if (!usual) found.push_back(line);
    }
    return found;
}

std::uint32_t number_at(std::string_view file, std::size_t at)
{
    std::uint32_t number = 0;
    for (unsigned i = 0; i < 4; ++i)
        number |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(file[at + i])) << (8 * i);
    return number;
}

// The capture without its Decryption Secrets Block.
std::string without_secrets(const std::string& file)
{
    std::string rest;
    for (std::size_t at = 0; at + 12 <= file.size();) {
        const std::uint32_t size = number_at(file, at + 4);
        REQUIRE(size >= 12);
        REQUIRE(number_at(file, at + size - 4) == size);
        if (number_at(file, at) != 10) rest += file.substr(at, size);
        at += size;
    }
    REQUIRE(rest.size() < file.size());
    return rest;
}

// Handshakes that ended in this version of TLS.
std::size_t version_count(const Trace& trace, std::uint16_t version)
{
    std::size_t ends = 0;
    for (std::size_t i = 0; i < trace.size(); ++i) {
        const auto* made = std::get_if<TlsEstablished>(&trace[i].what);
        if (made != nullptr && made->version == version) ++ends;
    }
    return ends / 2;
}

std::size_t count_of_kind(const Trace& trace, Kind kind)
{
    return static_cast<std::size_t>(trace.count(kind));
}

} // namespace

TEST_SUITE("report.pcapng")
{
    TEST_CASE("tshark decrypts every lesson and finds the commands that were said")
    {
        for (const char* lesson : lessons) {
            INFO(lesson);
            const Seen seen{lesson};
            const File file{pcapng(seen.source(), std::nullopt)};
            CHECK(commands_dissected(file) == commands_said(seen.run.trace()));
            CHECK(file.read("-Y _ws.malformed").empty());
        }
    }

    TEST_CASE("TLS 1.2, after STARTTLS and from the first octet: tshark decrypts it as well")
    {
        // The submission server alone, then every server on the way.
        const test::Settings submission{{"server.mail.kumo.example.tls_max", "1.2"}};
        const test::Settings all{{"server.mail.kumo.example.tls_max", "1.2"},
                                 {"server.out.kumo.example.tls_max", "1.2"},
                                 {"server.mx1.umi.example.tls_max", "1.2"},
                                 {"server.pop.umi.example.tls_max", "1.2"}};
        for (const char* lesson : {"submission-587", "submissions-465", "path"}) {
            for (const test::Settings& settings : {submission, all}) {
                INFO(lesson);
                const Seen seen{lesson, "en", settings};
                const Trace& trace = seen.run.trace();
                const File file{pcapng(seen.source(), std::nullopt)};
                const auto old = file.read("-Y 'tls.handshake.type == 12'"); // ServerKeyExchange
                CHECK(old.size() == version_count(trace, 0x0303));
                CHECK(version_count(trace, 0x0303) > 0);
                if (settings.size() > 1) CHECK(version_count(trace, 0x0304) == 0);
                CHECK(commands_dissected(file) == commands_said(trace));
                CHECK(file.read("-Y 'smtp.req.command == AUTH'").size() == 1);
                CHECK(file.read("-Y _ws.malformed").empty());
                CHECK(complaints(file).empty());

                const std::string keys = key_log(trace, trace.size());
                const auto lines = split(keys, '\n');
                CHECK(static_cast<std::size_t>(
                          std::ranges::count_if(lines, [](const std::string& line) {
                              return line.starts_with("CLIENT_RANDOM ") &&
                                     line.size() == 14 + 64 + 1 + 96;
                          })) == version_count(trace, 0x0303));
                const File locked{without_secrets(pcapng(seen.source(), std::nullopt))};
                CHECK(locked.read("-Y 'smtp.req.command == AUTH'").empty());
                const File key_file{keys};
                CHECK(locked
                          .read("-o tls.keylog_file:" + key_file.path() +
                                " -Y 'smtp.req.command == AUTH'")
                          .size() == 1);
            }
        }
    }

    TEST_CASE("tshark has nothing to complain of but repetitions where nothing answers")
    {
        for (const char* lesson : lessons) {
            INFO(lesson);
            const Seen seen{lesson};
            const File file{pcapng(seen.source(), std::nullopt)};
            for (const std::string& line : complaints(file)) {
                INFO(line);
                CHECK(std::string_view{lesson} == "op25b");
            }
        }
    }

    TEST_CASE("a tapped cable holds what was sent on it, without complaint")
    {
        const Seen seen{"path"};
        const Source source = seen.source();
        for (const TappedLink& link : tapped_links(source.trace, source.end)) {
            const File file{pcapng(source, link)};
            std::size_t sent = 0;
            for (std::size_t i = 0; i < source.end; ++i) {
                const auto* packet = std::get_if<PacketSent>(&source.trace[i].what);
                if (packet != nullptr && packet->link == link.link) ++sent;
            }
            CHECK(file.read("").size() == sent);
            CHECK(complaints(file).empty());
            CHECK(file.read("-Y _ws.malformed").empty());
        }
    }

    TEST_CASE("checksums are right")
    {
        const Seen seen{"submission-587"};
        const File file{pcapng(seen.source(), std::nullopt)};
        const std::string checking = "-o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE "
                                     "-o udp.check_checksum:TRUE ";
        const std::string good = "ip.checksum.status == 1 && "
                                 "(tcp.checksum.status == 1 || udp.checksum.status == 1)";
        const std::size_t all = file.read("").size();
        REQUIRE(all > 100);
        CHECK(file.read(checking + "-Y '" + good + "'").size() == all);
    }

    TEST_CASE("a packet that was stopped says by which rule")
    {
        const Seen seen{"op25b"};
        const Trace& trace = seen.run.trace();
        const File file{pcapng(seen.source(), std::nullopt)};
        const auto comments =
            file.read("-Y 'frame.comment && tcp.flags.syn == 1' -T fields -e frame.comment");
        REQUIRE(count_of_kind(trace, Kind::packet_dropped) == 3);
        REQUIRE(comments.size() == 3);
        for (const std::string& comment : comments)
            CHECK(comment.find("OP25B") != std::string::npos);
    }

    TEST_CASE("so does one that its own host let nobody see")
    {
        auto scenario = test::load_lesson("op25b");
        const auto op25b =
            std::ranges::find(scenario.rules, "op25b", &sim::scenario::FirewallRule::key);
        REQUIRE(op25b != scenario.rules.end());
        op25b->host = "hanako-pc";
        const Playback run = test::play(scenario);
        const Seen words{"op25b"};
        const Source source{run.trace(), run.scenario(), words.words, run.trace().size()};
        const File file{pcapng(source, std::nullopt)};
        const auto interfaces =
            file.read("-Y 'frame.comment && tcp' -T fields -e frame.interface_name");
        REQUIRE(interfaces.size() == 3);
        CHECK(interfaces.front() == "hanako-pc");
    }

    TEST_CASE("an ICMP answer quotes the packet that it answers")
    {
        const Seen seen{"op25b", "en", {{"rule.op25b", "reject_icmp"}}};
        const File file{pcapng(seen.source(), std::nullopt)};
        CHECK(file.read("-Y 'icmp.type == 3 && icmp.code == 13 && tcp.dstport == 25'").size() == 1);
        CHECK(file.read("-Y _ws.malformed").empty());
    }

    TEST_CASE("names, times and ports are those of the run")
    {
        const Seen seen{"op25b"};
        const File file{pcapng(seen.source(), std::nullopt)};
        const auto lines =
            file.read("-N n -Y tcp -T fields -e frame.time_epoch -e tcp.dstport -e ip.dst_host "
                      "-e frame.interface_name");
        REQUIRE(lines.size() == 3);
        const auto fields = split(lines.front(), '\t');
        REQUIRE(fields.size() == 4);
        const Event* attempt = nullptr;
        for (std::size_t i = 0; attempt == nullptr; ++i) {
            const Event& event = seen.run.trace()[i];
            if (event.kind() == Kind::connection_attempted) attempt = &event;
        }
        const auto nanoseconds = attempt->at.time_since_epoch().count();
        CHECK(fields[0] ==
              std::to_string(nanoseconds / 1'000'000'000) + "." +
                  std::to_string(1'000'000'000 + nanoseconds % 1'000'000'000).substr(1));
        CHECK(fields[1] == "25");
        CHECK(fields[2] == "mail.kumo.example");
        CHECK(fields[3] == "hanako-pc/sakura-router");
    }

    TEST_CASE("the keys of a run open a capture that has none")
    {
        const Seen seen{"submissions-465"};
        const Source source = seen.source();
        const std::string keys = key_log(source.trace, source.end);
        // TLS 1.3 logs five secrets a session; both ends log the same.
        const auto sessions =
            static_cast<std::ptrdiff_t>(seen.run.trace().count(Kind::tls_established) / 2);
        CHECK(std::ranges::count(keys, '\n') == 5 * sessions);
        const File locked{without_secrets(pcapng(source, std::nullopt))};
        CHECK(locked.read("-Y 'smtp.req.command == AUTH'").empty());
        const File key_file{keys};
        CHECK(
            locked.read("-o tls.keylog_file:" + key_file.path() + " -Y 'smtp.req.command == AUTH'")
                .size() == 1);
        CHECK(key_log(Seen{"own-isp-25"}.run.trace(), 0).empty());
    }

    TEST_CASE("editcap and mergecap take a capture and lose nothing of it")
    {
        const Seen seen{"submission-587"};
        const std::string whole = pcapng(seen.source(), std::nullopt);
        const auto link = tapped_links(seen.run.trace(), seen.source().end).front();
        const File file{whole};
        const File cable{pcapng(seen.source(), link)};
        const File edited{""};
        const File merged{""};
        test::output_of("/usr/bin/editcap " + file.path() + " " + edited.path() + " 2>&1");
        test::output_of("/usr/bin/mergecap -w " + merged.path() + " " + file.path() + " " +
                        cable.path() + " 2>&1");
        const std::string fields =
            "-N n -T fields -e frame.time_epoch -e frame.interface_name -e tcp.seq_raw";
        CHECK(edited.read(fields) == file.read(fields));
        CHECK(commands_dissected(edited) == commands_said(seen.run.trace())); // with its keys
        CHECK(merged.read("").size() == file.read("").size() + cable.read("").size());
    }

    TEST_CASE("equal runs give equal captures")
    {
        CHECK(pcapng(Seen{"path"}.source(), std::nullopt) ==
              pcapng(Seen{"path"}.source(), std::nullopt));
    }
}
