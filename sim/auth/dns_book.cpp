#include "sim/auth/dns_book.h"

#include "sim/auth/domain.h"
#include "sim/core/ascii.h"
#include "sim/core/assert.h"

namespace sim::auth {

const DnsAnswer* DnsBook::ask(const std::string& name, std::uint16_t type)
{
    static const DnsAnswer no_such_name{DnsOutcome::name_does_not_exist, {}};
    if (!fits_dns(name)) return &no_such_name;
    const auto known = answers_.find({folded(name), type});
    if (known != answers_.end()) return &known->second;
    question_ = AskDns{name, type};
    return nullptr;
}

void DnsBook::handle_answer(DnsAnswer answer)
{
    SIM_ASSERT(question_.has_value());
    answers_.insert_or_assign({folded(question_->name), question_->type}, std::move(answer));
    question_.reset();
}

} // namespace sim::auth
