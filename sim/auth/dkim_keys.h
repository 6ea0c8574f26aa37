// The keys with which the servers of worlds sign. Costs nothing to make or to copy; a key is made
// when somebody first needs it, and depends on the seed and its name alone, so that nobody can tell
// when that was. Copies share what has been made: an RSA key takes longer than most runs. Not for
// two threads at once.
#pragma once

#include "sim/auth/dkim_crypto.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>

namespace sim::auth {

class DkimKeys {
public:
    // `name`: see key_record_name.
    [[nodiscard]] const DkimPrivateKey&
    of(std::uint64_t seed, DkimKeyKind kind, const std::string& name) const;

private:
    using Made = std::map<std::tuple<std::uint64_t, DkimKeyKind, std::string>, DkimPrivateKey>;
    std::shared_ptr<Made> made_ = std::make_shared<Made>();
};

} // namespace sim::auth
