// A check that is one query to DNS, of as many questions as it takes. Internal to sim/auth.
#pragma once

#include "sim/auth/checks.h"

#include <memory>
#include <optional>

namespace sim::auth {

template <typename Query>
class QueryCheck : public Check {
public:
    std::optional<Step> start(Facts& facts) override
    {
        if (is_known(facts)) return std::nullopt;
        query_ = begin(facts);
        if (query_ == nullptr) return std::nullopt;
        return go_on(facts);
    }
    Step handle_answer(Facts& facts, const DnsAnswer& answer) override
    {
        query_->handle_answer(answer);
        return go_on(facts);
    }

private:
    // Null: there is nothing to look at.
    [[nodiscard]] virtual std::unique_ptr<Query> begin(const Facts& facts) const = 0;
    // What has come out, for the decision and for whoever looks later.
    [[nodiscard]] virtual Judged judge(Facts& facts, const Query& query) const = 0;

    [[nodiscard]] Step go_on(Facts& facts) const
    {
        if (query_->question()) return *query_->question();
        return judge(facts, *query_);
    }

    std::unique_ptr<Query> query_;
};

} // namespace sim::auth
