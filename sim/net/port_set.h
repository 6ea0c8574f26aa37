// Which ports of a host are taken, and the search for a free ephemeral one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sim::net {

// RFC 6335 §6: the dynamic ports.
inline constexpr std::uint16_t first_ephemeral_port = 49152;
inline constexpr std::uint16_t last_ephemeral_port = 65535;

class PortSet {
public:
    [[nodiscard]] bool contains(std::uint16_t port) const
    {
        return !words_.empty() && (words_[port / 64U] >> (port % 64U) & 1U) != 0;
    }
    void insert(std::uint16_t port)
    {
        if (words_.empty()) words_.resize(65536 / 64);
        words_[port / 64U] |= std::uint64_t{1} << (port % 64U);
    }
    void erase(std::uint16_t port)
    {
        if (!words_.empty()) words_[port / 64U] &= ~(std::uint64_t{1} << (port % 64U));
    }

    // Takes the next free ephemeral port, going round; 0 when all are taken.
    std::uint16_t take_ephemeral()
    {
        for (unsigned tries = 0; tries <= last_ephemeral_port - first_ephemeral_port; ++tries) {
            const std::uint16_t port = next_;
            next_ = port == last_ephemeral_port ? first_ephemeral_port
                                                : static_cast<std::uint16_t>(port + 1U);
            if (contains(port)) continue;
            insert(port);
            return port;
        }
        return 0;
    }

    // Calls f(port) for each member, the lowest first.
    template <typename F>
    void for_each(F&& f) const
    {
        for (std::size_t word = 0; word < words_.size(); ++word) {
            for (std::size_t bit = 0; bit < 64 && words_[word] >> bit != 0; ++bit)
                if ((words_[word] >> bit & 1U) != 0) f(static_cast<std::uint16_t>(word * 64 + bit));
        }
    }

private:
    std::vector<std::uint64_t> words_; // empty until the first port is taken
    std::uint16_t next_ = first_ephemeral_port;
};

// The ephemeral ports of one of many addresses of a node: few of them are taken at a time.
class FewPorts {
public:
    // As PortSet::take_ephemeral.
    std::uint16_t take()
    {
        if (taken_.size() > last_ephemeral_port - first_ephemeral_port) return 0;
        for (;;) {
            const std::uint16_t port = next_;
            next_ = port == last_ephemeral_port ? first_ephemeral_port
                                                : static_cast<std::uint16_t>(port + 1U);
            if (std::ranges::find(taken_, port) != taken_.end()) continue;
            taken_.push_back(port);
            return port;
        }
    }
    void give_back(std::uint16_t port) { std::erase(taken_, port); }

private:
    std::vector<std::uint16_t> taken_;
    std::uint16_t next_ = first_ephemeral_port;
};

} // namespace sim::net
