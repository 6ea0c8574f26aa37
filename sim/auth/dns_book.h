// What DNS has said to a query that is looked through anew after each answer.
#pragma once

#include "sim/auth/question.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace sim::auth {

class DnsBook {
public:
    // What stands there under the name. Null: it is what is to be asked next.
    const DnsAnswer* ask(const std::string& name, std::uint16_t type);

    [[nodiscard]] const std::optional<AskDns>& question() const { return question_; }
    void handle_answer(DnsAnswer answer);

private:
    std::map<std::pair<std::string, std::uint16_t>, DnsAnswer> answers_;
    std::optional<AskDns> question_;
};

} // namespace sim::auth
