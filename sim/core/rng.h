// Chance from one seed: every consumer draws from its own named stream, so that adding a consumer
// changes nobody else's numbers. The same on every compiler and machine.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace sim {

// xoshiro256** (Blackman and Vigna, 2018), seeded through splitmix64.
class Rng {
public:
    explicit Rng(std::uint64_t seed);

    std::uint64_t next();
    // Uniform in [0, bound); bound must not be 0. No modulo bias (Lemire's rejection).
    std::uint64_t below(std::uint64_t bound);
    // Uniform in [0, 1).
    double fraction();
    void fill(std::span<std::uint8_t> bytes);

private:
    std::array<std::uint64_t, 4> state_{};
};

// The stream called `name` of the run's seed; the same pair always gives the same stream.
[[nodiscard]] Rng rng_stream(std::uint64_t seed, std::string_view name);

// FNV-1a, 64 bits. Not for secrets: for stream names and for comparing traces.
inline constexpr std::uint64_t fnv1a_basis = 0xcbf29ce484222325ULL;
[[nodiscard]] constexpr std::uint64_t fnv1a(std::string_view bytes,
                                            std::uint64_t hash = fnv1a_basis)
{
    for (const char byte : bytes) {
        hash ^= static_cast<std::uint8_t>(byte);
        hash *= 0x100000001b3ULL;
    }
    return hash;
}

} // namespace sim
