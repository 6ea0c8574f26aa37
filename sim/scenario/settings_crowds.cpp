// Settings of crowds: how many, how much, and by which way.
#include "sim/scenario/forms.h"
#include "sim/scenario/quantities.h"
#include "sim/scenario/reader.h"
#include "sim/scenario/settings_handles.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace sim::scenario::handles {

namespace {

// A whole number of a crowd's.
template <typename Number>
void add_number(Handles& handles,
                const Crowd& crowd,
                std::size_t index,
                std::string name,
                Number Crowd::*member,
                std::uint64_t least,
                std::uint64_t most)
{
    handles.push_back({setting({SettingGroup::crowd, std::move(name), crowd.key, 0, {}, {}},
                               fmt::format("{}", crowd.*member),
                               TakesEffect::anew),
                       [index, member, least, most](Scenario& changed, const std::string& value) {
                           const auto number = parse_whole_number(value, most);
                           if (!number || *number < least) {
                               return Answer{Wrong{ProblemKind::wrong_number,
                                                   {{"number", value},
                                                    {"least", std::to_string(least)},
                                                    {"most", std::to_string(most)}}}};
                           }
                           changed.crowds[index].*member = static_cast<Number>(*number);
                           return Answer{};
                       }});
}

void add_way(Handles& handles, const Crowd& crowd, std::size_t index)
{
    std::vector<std::string> choices;
    for (const CrowdWay way : ways_of(crowd))
        choices.push_back(text_of(way));
    handles.push_back({setting({SettingGroup::crowd, "way", crowd.key, 0, {}, {}},
                               text_of(crowd.way),
                               TakesEffect::now,
                               std::move(choices)),
                       [index](Scenario& changed, const std::string& value) {
                           changed.crowds[index].way = *parse_enum<CrowdWay>(value);
                           return Answer{};
                       }});
}

} // namespace

void add_crowds(Handles& handles, const Scenario& scenario)
{
    for (std::size_t i = 0; i < scenario.crowds.size(); ++i) {
        const Crowd& crowd = scenario.crowds[i];
        const std::uint64_t room = std::min<std::uint64_t>(room_of(crowd), max_pcs);
        add_number(handles, crowd, i, "count", &Crowd::count, 1, room);
        add_number(handles, crowd, i, "attempts", &Crowd::attempts, 0, max_amount);
        add_number(handles, crowd, i, "rate", &Crowd::rate, 1, max_amount);
        add_way(handles, crowd, i);
        add_number(handles, crowd, i, "retries", &Crowd::retries, 0, 100);
    }
}

} // namespace sim::scenario::handles
