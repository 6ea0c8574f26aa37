#include "sim/scenario/checks.h"

#include "sim/scenario/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace sim::scenario {

bool Checking::is_name_server(Address address) const
{
    return std::ranges::any_of(scenario.name_servers, [&](const NameServer& server) {
        const Host* runs_on = host(server.host);
        return runs_on != nullptr && std::ranges::count(runs_on->addresses, address) > 0;
    });
}

void check_references(Checking& c)
{
    struct Names {
        std::vector<std::string> all;
        std::set<std::string> lookup;
    };
    std::map<Form, Names> names;
    for (const Reference& reference : c.reading.references) {
        if (c.reading.problems.full()) return;
        const auto [known, is_new] = names.try_emplace(reference.form);
        if (is_new) {
            known->second.all = names_of(reference.form, c.scenario);
            known->second.lookup.insert(known->second.all.begin(), known->second.all.end());
        }
        if (known->second.lookup.contains(reference.name)) continue;
        c.reading.problems.add(reference.place,
                               reference.path,
                               ProblemKind::unknown_name,
                               {{"noun", noun_of(reference.form)}, {"name", reference.name}},
                               did_you_mean(reference.name, known->second.all));
    }
}

} // namespace sim::scenario
