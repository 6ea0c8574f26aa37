#include "sim/explain/catalog.h"

#include "sim/explain/card_messages.h"
#include "sim/explain/sentence.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim::explain {

namespace {

void append_kind(std::vector<MessageGroup>& groups, KindMessages messages)
{
    messages.arguments.emplace_back("host");
    messages.arguments.emplace_back("person");
    groups.push_back({fmt::format("event.{}", name_of(messages.kind)),
                      std::move(messages.variants),
                      messages.arguments,
                      true});
    groups.push_back({fmt::format("headline.{}", name_of(messages.kind)),
                      std::move(messages.headlines),
                      std::move(messages.arguments),
                      false});
}

} // namespace

std::vector<MessageGroup> catalog()
{
    std::vector<MessageGroup> groups = noun_messages();
    for (auto* const messages : {&network_messages,
                                 &dns_messages,
                                 &tls_messages,
                                 &smtp_messages,
                                 &pop3_messages,
                                 &mail_messages,
                                 &world_messages}) {
        for (KindMessages& kind : messages())
            append_kind(groups, std::move(kind));
    }
    for (MessageGroup& group : card_messages())
        groups.push_back(std::move(group));
    for (MessageGroup& group : report_messages())
        groups.push_back(std::move(group));
    for (MessageGroup& group : problem_messages())
        groups.push_back(std::move(group));
    return groups;
}

std::vector<std::string> keys_of(const MessageGroup& group)
{
    std::vector<std::string> keys;
    for (const std::string& variant : group.variants) {
        const std::string key =
            variant.empty() ? group.prefix : fmt::format("{}.{}", group.prefix, variant);
        if (!group.by_level) {
            keys.push_back(key);
            continue;
        }
        for (const Level level : values_of<Level>())
            keys.push_back(fmt::format("{}.{}", key, name_of(level)));
    }
    return keys;
}

} // namespace sim::explain
