#include "sim/auth/dkim_keys.h"

#include "sim/core/rng.h"

namespace sim::auth {

const DkimPrivateKey&
DkimKeys::of(std::uint64_t seed, DkimKeyKind kind, const std::string& name) const
{
    const std::tuple key{seed, kind, name};
    const auto known = made_->find(key);
    if (known != made_->end()) return known->second;
    const Rng chance = rng_stream(seed, "dkim " + name);
    return made_->emplace(key, DkimPrivateKey::make(kind, chance)).first->second;
}

} // namespace sim::auth
