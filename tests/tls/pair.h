// Two engines back to back: whatever one sends is given to the other until both are silent.
#pragma once

#include "sim/tls/engine.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sim::tls::test {

inline constexpr Instant noon{std::chrono::seconds{1'760'011'200}}; // 2025-10-09T12:00:00Z

inline const std::string mx = "mx.isp.example";

struct End {
    Engine engine;
    std::vector<Output> outputs; // everything, in order

    template <typename T>
    [[nodiscard]] std::vector<T> all() const
    {
        std::vector<T> found;
        for (const Output& output : outputs)
            if (const T* one = std::get_if<T>(&output)) found.push_back(*one);
        return found;
    }
    // The only one there is; a default-made one when there is none or more.
    template <typename T>
    [[nodiscard]] T one() const
    {
        const std::vector<T> found = all<T>();
        return found.size() == 1 ? found.front() : T{};
    }
    template <typename T>
    [[nodiscard]] std::size_t count() const
    {
        return all<T>().size();
    }
    [[nodiscard]] std::string plaintext() const { return joined<Plaintext>(); }
    [[nodiscard]] std::string ciphertext() const { return joined<SendBytes>(); }
    [[nodiscard]] std::vector<std::string> key_log() const
    {
        std::vector<std::string> lines;
        for (const KeyLogLine& line : all<KeyLogLine>())
            lines.push_back(line.line);
        return lines;
    }

    // What it has to say now, and keeps it.
    std::string drain()
    {
        std::string bytes;
        while (std::optional<Output> output = engine.poll_output()) {
            if (const auto* sent = std::get_if<SendBytes>(&*output)) bytes += sent->bytes;
            outputs.push_back(std::move(*output));
        }
        return bytes;
    }

private:
    template <typename T>
    [[nodiscard]] std::string joined() const
    {
        std::string bytes;
        for (const T& part : all<T>())
            bytes += part.bytes;
        return bytes;
    }
};

struct Settings {
    LeafRequest leaf{.name = mx};
    std::string dialled = mx;
    bool require_valid = true;
    VersionRange client_versions{};
    VersionRange server_versions{};
    std::uint64_t seed = 1;
    Instant issued = noon;
    Instant now = noon;
    std::optional<TrustStore> trust{};   // whom the client believes; none: the authority
    std::size_t cut = std::string::npos; // octets that an engine is given at a time
    // Told of what is on its way, and may change it.
    std::function<void(std::string&, TlsRole from)> on_wire{};
};

class Pair {
public:
    explicit Pair(Settings settings)
        : settings_{std::move(settings)},
          authority_{settings_.seed, settings_.issued},
          client{Engine::client({.server_name = settings_.dialled,
                                 .trust = settings_.trust.value_or(authority_.trust()),
                                 .require_valid = settings_.require_valid,
                                 .versions = settings_.client_versions},
                                rng_stream(settings_.seed, "client"),
                                settings_.now),
                 {}},
          server{Engine::server({.identity = authority_.issue(settings_.leaf, settings_.issued),
                                 .versions = settings_.server_versions},
                                rng_stream(settings_.seed, "server"),
                                settings_.now),
                 {}}
    {
    }

    // Until neither has anything to send.
    void run()
    {
        bool spoke = true;
        while (spoke) {
            spoke = carry(client, server, TlsRole::client);
            spoke = carry(server, client, TlsRole::server) || spoke;
        }
    }

private:
    bool carry(End& from, End& to, TlsRole role)
    {
        std::string bytes = from.drain();
        if (bytes.empty()) return false;
        if (settings_.on_wire) settings_.on_wire(bytes, role);
        std::string_view rest = bytes;
        while (!rest.empty()) {
            const std::string_view part = rest.substr(0, settings_.cut);
            to.engine.handle_bytes(part, settings_.now);
            rest.remove_prefix(part.size());
        }
        return true;
    }

    Settings settings_;
    Authority authority_;

public:
    End client;
    End server;
};

inline constexpr VersionRange only_1_2{Version::tls_1_2, Version::tls_1_2};
inline constexpr VersionRange only_1_3{Version::tls_1_3, Version::tls_1_3};

} // namespace sim::tls::test
