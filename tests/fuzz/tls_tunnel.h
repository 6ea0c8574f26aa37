// A session's host behind real TLS: its engine, and at the other end of the wire an honest engine
// that a fuzzer speaks through, or past which it puts octets of its own on the wire.
//
// A host says octets in `wire`, asks for TLS with `wants_tls`, and has say(), tls(), end(), now()
// and closed(). What must hold: each end is told what the other said, in order and nothing else,
// whatever happened to the octets between them.
#pragma once

#include "sim/core/assert.h"
#include "sim/tls/engine.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace sim::tls::fuzz {

inline constexpr Instant noon{std::chrono::seconds{1'760'011'200}}; // 2025-10-09T12:00:00Z

// Keys are dear and the same for every input.
struct Papers {
    Authority authority{1, noon};
    Identity identity = authority.issue({.name = "mx.server.example"}, noon);
    TrustStore trust = authority.trust();
};
inline const Papers& papers()
{
    static const Papers made;
    return made;
}

// Either end as a fuzzer wants it: `strict` is whether the client insists on a valid certificate.
inline Engine engine_for(TlsRole role, VersionRange versions, bool strict)
{
    if (role == TlsRole::client) {
        return Engine::client({.server_name = "mx.server.example",
                               .trust = strict ? papers().trust : TrustStore{},
                               .require_valid = strict,
                               .versions = versions},
                              rng_stream(1, "client"),
                              noon);
    }
    return Engine::server(
        {.identity = papers().identity, .versions = versions}, rng_stream(1, "server"), noon);
}

template <typename Host>
class Tunnel {
public:
    Tunnel(Host& host, TlsRole own_role, VersionRange versions, bool strict)
        : host_{host}, own_role_{own_role}, versions_{versions}, strict_{strict}
    {
        follow();
    }

    // Through the other end: under TLS once the handshake is done, in the clear before it began.
    void say(std::string_view text)
    {
        settle();
        if (!own_) {
            if (!host_.closed()) host_.say(text);
            follow();
        } else if (other_->established() && !other_->ended()) {
            said_ += text;
            other_->send(text, noon);
        }
        settle();
    }

    // Octets on the wire that no engine made, at this very moment of a handshake.
    void put_on_wire(std::string_view octets)
    {
        if (!own_) return say(octets);
        tampered_ = true;
        own_->handle_bytes(octets, noon);
        listen();
    }

    // Changes an octet of what the other end sends next; a mask of 0 cuts it off there.
    void spoil_next(std::uint8_t at, std::uint8_t mask) { spoil_ = {at, mask}; }

    // One flight each way. False: neither had anything to send.
    bool step()
    {
        if (!own_) return false;
        std::string there = drain_other();
        if (!there.empty()) {
            spoil(there);
            own_->handle_bytes(there, noon);
            listen();
        }
        const std::string back = std::exchange(sealed_, {});
        if (!back.empty()) other_->handle_bytes(back, noon);
        return !there.empty() || !back.empty();
    }
    void settle()
    {
        while (step()) {
        }
    }

    // After time has passed or the host was told something: what it has to say goes out.
    void follow()
    {
        if (host_.wants_tls && !own_) {
            host_.wire.clear(); // said in the clear, to whoever may have heard
            own_.emplace(engine_for(own_role_, versions_, strict_));
            const auto other = own_role_ == TlsRole::client ? TlsRole::server : TlsRole::client;
            other_.emplace(engine_for(other, versions_, strict_));
            listen();
        }
        const std::string text = std::exchange(host_.wire, {});
        if (own_ && !text.empty()) {
            SIM_ASSERT(own_->established()); // never in the clear on a wire that is TLS's
            // After the end the engine drops it: the host has not been told yet.
            if (!own_->ended()) answered_ += text;
            own_->send(text, noon);
        }
        if (own_ && host_.closed() && !own_->ended()) own_->close(noon);
        if (own_) listen();
    }

    // The stream ends: in good order, or cut off.
    void end(bool in_order)
    {
        if (in_order) {
            settle();
            if (other_ && other_->established()) other_->close(noon);
            settle();
        }
        if (own_) {
            own_->handle_end_of_stream(noon);
            listen();
        }
        host_.end();
        follow();
        settle();
        if (!own_ || tampered_) return;
        if (in_order) SIM_ASSERT(host_.closed() || heard_ == said_);
        if (in_order && other_->established()) SIM_ASSERT(heard_by_other_ == answered_);
    }

private:
    // Everything that our engine has to tell, until it is silent.
    void listen()
    {
        if (listening_) return;
        listening_ = true;
        while (auto output = own_->poll_output()) {
            SIM_ASSERT(!over_);
            std::visit([&](const auto& what) { on(what); }, *output);
        }
        listening_ = false;
    }
    void on(const SendBytes& what) { sealed_ += what.bytes; }
    void on(const Plaintext& what)
    {
        SIM_ASSERT(own_->established() && !what.bytes.empty());
        heard_ += what.bytes;
        SIM_ASSERT(std::string_view{said_}.starts_with(heard_));
        if (!host_.closed()) host_.say(what.bytes);
        follow();
    }
    void on(const Established& what)
    {
        SIM_ASSERT(what.version >= static_cast<std::uint16_t>(versions_.minimum));
        SIM_ASSERT(what.version <= static_cast<std::uint16_t>(versions_.maximum));
        if (!host_.closed()) host_.tls(true);
        follow();
    }
    void on(const Failed& /*what*/)
    {
        over_ = true;
        if (!host_.closed()) host_.tls(false);
        follow();
    }
    void on(const Ended& /*what*/)
    {
        over_ = true;
        if (!host_.closed()) host_.end();
        follow();
    }
    void on(const HandshakeMessage& what) { SIM_ASSERT(what.bytes.size() >= 4); }
    void on(const Record& what) { SIM_ASSERT(what.wire_size >= 5); }
    void on(const CertificateJudged& what)
    {
        SIM_ASSERT(own_role_ == TlsRole::client);
        if (strict_ && what.went_on) SIM_ASSERT(what.verdict == CertificateVerdict::valid);
    }
    void on(const Alert& /*what*/) {}
    void on(const KeyLogLine& what) { SIM_ASSERT(what.line.find('\n') == std::string::npos); }

    std::string drain_other()
    {
        std::string sealed;
        while (auto output = other_->poll_output()) {
            if (const auto* sent = std::get_if<SendBytes>(&*output)) sealed += sent->bytes;
            if (const auto* text = std::get_if<Plaintext>(&*output)) {
                heard_by_other_ += text->bytes;
                SIM_ASSERT(std::string_view{answered_}.starts_with(heard_by_other_));
            }
        }
        return sealed;
    }

    void spoil(std::string& flight)
    {
        const auto spoil = std::exchange(spoil_, std::nullopt);
        if (!spoil) return;
        tampered_ = true;
        const std::size_t at = spoil->at * flight.size() / 256;
        if (spoil->mask == 0) {
            flight.resize(at);
        } else {
            flight[at] = static_cast<char>(static_cast<std::uint8_t>(flight[at]) ^ spoil->mask);
        }
    }

    struct Spoil {
        std::uint8_t at = 0; // in 256ths of the flight
        std::uint8_t mask = 0;
    };

    Host& host_;
    TlsRole own_role_;
    VersionRange versions_;
    bool strict_;
    std::optional<Engine> own_;
    std::optional<Engine> other_;
    std::optional<Spoil> spoil_{};
    std::string sealed_{};         // from our engine, still on the wire
    std::string said_{};           // by the other end
    std::string heard_{};          // of that by the host
    std::string answered_{};       // by the host
    std::string heard_by_other_{}; // of that
    bool tampered_ = false;        // with the wire
    bool listening_ = false;
    bool over_ = false; // Failed or Ended
};

} // namespace sim::tls::fuzz
