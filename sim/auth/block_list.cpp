// Block lists in DNS (RFC 5782): 203.0.113.9 is asked for as 9.113.0.203.list.nami.example.
#include "sim/auth/checks.h"
#include "sim/auth/ip.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace sim::auth {

namespace {

// §2.1: the octets of the address, last one first.
std::string name_in_list(Address client, const BlockList& list)
{
    const std::string reversed = reverse_name(Ip{client});
    constexpr std::string_view end = ".in-addr.arpa";
    return fmt::format("{}.{}", reversed.substr(0, reversed.size() - end.size()), list.domain);
}

constexpr Prefix listings{Address{0x7f000000}, 8};      // 127.0.0.0/8, §2.1
constexpr Prefix asker_errors{Address{0x7fffff00}, 24}; // 127.255.255.x, by custom
constexpr Address policy_by_operator{0x7f00000a};       // 127.0.0.10 and .11, by custom:
constexpr Address policy_by_list{0x7f00000b};           // "should not deliver directly"

ListMeaning meaning_of(Address code, const BlockList& list)
{
    const auto published = list.meanings.find(code);
    if (published != list.meanings.end()) return published->second;
    if (asker_errors.contains(code)) return ListMeaning::asker_error;
    return code == policy_by_operator || code == policy_by_list ? ListMeaning::policy
                                                                : ListMeaning::spam;
}

class InBlockList final : public Check {
public:
    explicit InBlockList(const CheckConfig& config) : config_{config} {}
    // It says from where mail should not come in. Who logs in may sit anywhere, in a hotel or on a
    // home line, just where such lists say that no mail server is.
    std::optional<Step> start(Facts& facts) override
    {
        if (!facts.user.empty() && !config_.lists_at_submission) return std::nullopt;
        if (facts.user.empty() && facts.may_relay) return std::nullopt;
        if (config_.block_lists.empty()) return std::nullopt;
        return ask(facts);
    }
    Step handle_answer(Facts& facts, const DnsAnswer& answer) override
    {
        if (asked_.type == type_txt) return listed(facts, answer);
        std::vector<std::string> codes;
        for (const std::string& record : answer.records) {
            const auto code = parse_address(record);
            // A domain that has been given up answers to every question, with a web server's
            // address: no listing.
            if (!code || !listings.contains(*code)) continue;
            const ListMeaning meaning = meaning_of(*code, list());
            codes.push_back(fmt::format("{} ({})", record, sim::name_of(meaning)));
            if (meaning == ListMeaning::asker_error) {
                asked_wrongly_ = true;
            } else if (!meaning_ || *meaning_ == ListMeaning::policy) {
                meaning_ = meaning; // what it has done counts more than where it stands
            }
        }
        seen_ += fmt::format("{}{} A: {}",
                             seen_.empty() ? "" : "; ",
                             asked_.name,
                             !codes.empty() ? fmt::format("{}", fmt::join(codes, ", "))
                             : answer.records.empty()
                                 ? std::string{sim::name_of(answer.outcome)}
                                 : fmt::format("{} (no listing)", fmt::join(answer.records, ", ")));
        if (meaning_) {
            asked_.type = type_txt; // why, §2.1
            return asked_;
        }
        if (++at_ < config_.block_lists.size()) return ask(facts);
        return Judged{asked_wrongly_ ? PolicyVerdict::marked : PolicyVerdict::passed,
                      SmtpReason::accepted,
                      seen_};
    }

private:
    [[nodiscard]] const BlockList& list() const { return config_.block_lists.at(at_); }
    Step ask(const Facts& facts)
    {
        asked_ = {name_in_list(facts.client, list()), type_a};
        return asked_;
    }
    Step listed(const Facts& facts, const DnsAnswer& answer)
    {
        const bool is_policy = *meaning_ == ListMeaning::policy;
        std::string text =
            fmt::format("[{}] is listed by {}", to_string(facts.client), list().domain);
        if (!answer.records.empty()) {
            const std::string why = quotable(answer.records.front());
            text += ": " + why;
            seen_ += fmt::format("; TXT: {}", why);
        }
        return Judged{PolicyVerdict::rejected,
                      is_policy ? SmtpReason::listed_by_policy : SmtpReason::listed,
                      seen_,
                      std::move(text)};
    }

    const CheckConfig& config_;
    std::size_t at_ = 0; // which list
    AskDns asked_;
    std::optional<ListMeaning> meaning_;
    bool asked_wrongly_ = false;
    std::string seen_;
};

} // namespace

std::unique_ptr<Check> make_block_list_check(const CheckConfig& config)
{
    return std::make_unique<InBlockList>(config);
}

} // namespace sim::auth
