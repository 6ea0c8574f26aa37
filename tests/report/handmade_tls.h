// A TLS connection between two real engines, of a version that no lesson uses, told to a trace as
// the network and the programs would tell it, in segments as small as a test wants them.
#pragma once

#include "sim/core/trace.h"
#include "sim/explain/language.h"
#include "sim/report/text.h"
#include "sim/tls/engine.h"
#include "tests/support/small_world.h"
#include "tests/support/words.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace test {

class HandmadeTls {
public:
    static constexpr sim::ConnectionId connection{0};

    explicit HandmadeTls(sim::tls::VersionRange versions,
                         const std::string& code = "en",
                         std::size_t most_octets = 1460)
        : words{language(code)}, most_octets_{most_octets}
    {
        using namespace sim;
        trace.set_now(world.start);
        client_.host = HostId{0};
        client_.at = {world.hosts[0].addresses.front(), 49152};
        client_.first_sequence = 0xfffffff0; // wraps in the middle of the handshake
        server_.host = HostId{2};
        server_.at = {world.hosts[2].addresses.front(), 465};
        server_.first_sequence = 7000;
        trace.append(client_.host, connection, ConnectionAttempted{client_.at, server_.at});
        send(client_, server_, {}, true);
        send(server_, client_, {}, true);
        trace.append(client_.host, connection, ConnectionOpened{client_.at, server_.at, false});
        trace.append(server_.host, connection, ConnectionOpened{server_.at, client_.at, true});
        const tls::Authority authority{1, world.start};
        const std::string name = "mail.kumo.example";
        trace.append(client_.host, connection, TlsStarted{TlsRole::client, trace.note(name), true});
        trace.append(server_.host, connection, TlsStarted{TlsRole::server, {}, true});
        auto client = tls::Engine::client(
            {name, authority.trust(), true, versions}, rng_stream(1, "client"), world.start);
        auto server = tls::Engine::server({authority.issue({.name = name}, world.start), versions},
                                          rng_stream(1, "server"),
                                          world.start);
        talk(client, server);
        if (client.established()) client.send("EHLO [192.0.2.10]\r\n", world.start);
        talk(client, server);
        client.close(world.start);
        talk(client, server);
    }

    [[nodiscard]] sim::report::Source source() const
    {
        return sim::report::Source{trace, world, words, trace.size()};
    }

    sim::Trace trace;
    sim::scenario::Scenario world = small_world();
    sim::explain::Language words;

private:
    struct End {
        sim::HostId host;
        sim::Endpoint at;
        std::uint32_t first_sequence = 0;
        std::uint64_t sent = 0;
    };

    void send(End& from, const End& to, std::string_view bytes, bool opening = false)
    {
        do {
            const std::string_view part = bytes.substr(0, most_octets_);
            bytes.remove_prefix(part.size());
            sim::PacketHead head;
            head.number = ++packets_;
            head.source = from.at.address;
            head.source_port = from.at.port;
            head.destination = to.at.address;
            head.destination_port = to.at.port;
            head.flags.syn = opening;
            head.flags.ack = !opening || from.host == server_.host;
            head.sequence =
                from.first_sequence + static_cast<std::uint32_t>(opening ? 0 : from.sent + 1);
            head.connection = connection;
            if (!part.empty()) head.payload = trace.payloads().store(part);
            from.sent += part.size();
            trace.append(
                from.host, connection, sim::PacketSent{head, sim::LinkId{0}, to.host, trace.now()});
        } while (!bytes.empty());
    }

    void talk(sim::tls::Engine& client, sim::tls::Engine& server)
    {
        bool spoke = true;
        while (spoke) {
            spoke = carry(client, client_, server, server_);
            spoke = carry(server, server_, client, client_) || spoke;
        }
    }

    bool carry(sim::tls::Engine& engine, End& from, sim::tls::Engine& other, const End& to)
    {
        std::string bytes;
        while (auto output = engine.poll_output()) {
            if (const auto* ready = std::get_if<sim::tls::SendBytes>(&*output)) {
                send(from, to, ready->bytes);
                bytes += ready->bytes;
            } else {
                std::visit([&](const auto& what) { tell(from.host, what); }, *output);
            }
        }
        other.handle_bytes(bytes, world.start);
        return !bytes.empty();
    }

    void tell(sim::HostId host, const sim::tls::HandshakeMessage& what)
    {
        trace.append(
            host,
            connection,
            sim::TlsHandshakeMessage{what.side, what.type, what.encrypted, trace.note(what.bytes)});
    }
    void tell(sim::HostId host, const sim::tls::Record& what)
    {
        trace.append(host,
                     connection,
                     sim::TlsRecord{what.side,
                                    what.content_type,
                                    what.wire_size,
                                    what.stream_offset,
                                    what.plaintext_offset,
                                    trace.note(what.plaintext)});
    }
    void tell(sim::HostId host, const sim::tls::CertificateJudged& what)
    {
        trace.append(host,
                     connection,
                     sim::CertificateJudged{what.verdict,
                                            what.went_on,
                                            trace.note(what.subject),
                                            trace.note(what.issuer),
                                            trace.note(what.dialled),
                                            what.not_before,
                                            what.not_after});
    }
    void tell(sim::HostId host, const sim::tls::Established& what)
    {
        trace.append(host,
                     connection,
                     sim::TlsEstablished{what.version,
                                         what.cipher,
                                         trace.note(what.cipher_name),
                                         trace.note(what.key_exchange),
                                         trace.note(what.server_name)});
    }
    void tell(sim::HostId host, const sim::tls::Alert& what)
    {
        trace.append(host, connection, sim::TlsAlert{what.side, what.fatal, what.code});
    }
    void tell(sim::HostId /*host*/, const auto& /*other*/) {}

    End client_;
    End server_;
    std::size_t most_octets_;
    std::uint32_t packets_ = 0;
};

inline constexpr sim::tls::VersionRange only_tls_1_2{sim::tls::Version::tls_1_2,
                                                     sim::tls::Version::tls_1_2};
inline constexpr sim::tls::VersionRange only_tls_1_3{sim::tls::Version::tls_1_3,
                                                     sim::tls::Version::tls_1_3};

} // namespace test
