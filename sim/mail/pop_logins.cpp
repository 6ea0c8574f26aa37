#include "sim/mail/pop_logins.h"

#include <algorithm>

namespace sim::mail {

void PopLogins::handle_login(Address address, Instant now)
{
    last_[address] = now;
    if (last_.size() <= most_addresses) return;
    last_.erase(
        std::ranges::min_element(last_, {}, [](const auto& entry) { return entry.second; }));
}

bool PopLogins::covers(Address address, Instant now) const
{
    const auto login = last_.find(address);
    return login != last_.end() && now - login->second <= lasting_;
}

} // namespace sim::mail
