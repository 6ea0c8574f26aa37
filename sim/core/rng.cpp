#include "sim/core/rng.h"

#include "sim/core/assert.h"

#include <bit>

namespace sim {

namespace {

std::uint64_t splitmix64(std::uint64_t& state)
{
    state += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
}

} // namespace

Rng::Rng(std::uint64_t seed)
{
    for (std::uint64_t& word : state_)
        word = splitmix64(seed);
}

std::uint64_t Rng::next()
{
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

std::uint64_t Rng::below(std::uint64_t bound)
{
    SIM_ASSERT(bound != 0);
    const std::uint64_t threshold = (0 - bound) % bound;
    std::uint64_t draw = next();
    while (draw < threshold)
        draw = next();
    return draw % bound;
}

double Rng::fraction()
{
    return static_cast<double>(next() >> 11U) * 0x1.0p-53;
}

void Rng::fill(std::span<std::uint8_t> bytes)
{
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i % 8 == 0) word = next();
        bytes[i] = static_cast<std::uint8_t>(word >> (8 * (i % 8)));
    }
}

Rng rng_stream(std::uint64_t seed, std::string_view name)
{
    return Rng{seed ^ fnv1a(name)};
}

} // namespace sim
