#include "sim/core/rng.h"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <vector>

using namespace sim;

TEST_SUITE("core.rng")
{
    TEST_CASE("the numbers are xoshiro256** on a state from splitmix64, as published")
    {
        // The first five outputs of splitmix64 for the seed 1234567, as the reference code gives.
        const std::array<std::uint64_t, 4> state{6457827717110365317ULL,
                                                 3203168211198807973ULL,
                                                 9817491932198370423ULL,
                                                 4593380528125082431ULL};
        Rng rng{1234567};
        CHECK(rng.next() == std::rotl(state[1] * 5, 7) * 9);
        // The reference code's step turns the second word into s1 ^ s2 ^ s0.
        const std::uint64_t second = state[1] ^ (state[2] ^ state[0]);
        CHECK(rng.next() == std::rotl(second * 5, 7) * 9);
    }

    TEST_CASE("one seed and name, one stream; another seed or name, another stream")
    {
        const auto first_of = [](std::uint64_t seed, std::string_view name) {
            return rng_stream(seed, name).next();
        };
        CHECK(first_of(1, "tcp") == first_of(1, "tcp"));
        CHECK(first_of(1, "tcp") != first_of(2, "tcp"));
        CHECK(first_of(1, "tcp") != first_of(1, "tls"));
    }

    TEST_CASE("below() stays below, reaches every value and favours none")
    {
        Rng rng{7};
        std::vector<int> seen(6);
        for (int i = 0; i < 60000; ++i)
            ++seen.at(rng.below(6));
        for (const int count : seen) {
            CHECK(count > 9500);
            CHECK(count < 10500);
        }
        CHECK(rng.below(1) == 0);
        for (int i = 0; i < 1000; ++i)
            CHECK(rng.below((1ULL << 63U) + 1) <= 1ULL << 63U);
    }

    TEST_CASE("fraction() lies in [0, 1) and its mean in the middle")
    {
        Rng rng{8};
        double sum = 0;
        for (int i = 0; i < 100000; ++i) {
            const double fraction = rng.fraction();
            CHECK_UNARY(fraction >= 0.0 && fraction < 1.0);
            sum += fraction;
        }
        CHECK(sum / 100000 == doctest::Approx(0.5).epsilon(0.01));
    }

    TEST_CASE("fill() writes the octets of next(), the lowest first")
    {
        Rng numbers{9};
        const std::uint64_t first = numbers.next();
        const std::uint64_t second = numbers.next();
        std::array<std::uint8_t, 11> bytes{};
        Rng{9}.fill(bytes);
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            const std::uint64_t word = i < 8 ? first : second;
            CHECK(bytes.at(i) == static_cast<std::uint8_t>(word >> (8 * (i % 8))));
        }
    }

    TEST_CASE("FNV-1a: the published vectors")
    {
        CHECK(fnv1a("") == 0xcbf29ce484222325ULL);
        CHECK(fnv1a("a") == 0xaf63dc4c8601ec8cULL);
        CHECK(fnv1a("foobar") == 0x85944171f73967e8ULL);
        CHECK(fnv1a("bar", fnv1a("foo")) == fnv1a("foobar"));
    }
}
