// hikyaku spf: what RFC 7208 says about one client and one sender, with the zone from a file. The
// result stands first, then what the domain says to those it refuses, then why.

#include "sim/auth/spf.h"

#include "cli/auth_words.h"
#include "cli/zone_file.h"
#include "sim/core/utf8.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <ostream>

namespace cli {

namespace {

using sim::auth::SpfOutcome;

void explain(const Context& context, const SpfOptions& options, const SpfOutcome& outcome)
{
    sim::report::Lines lines;
    lines.push_back({{{std::string{sim::name_of(outcome.result)}, role_of(outcome.result)}}, {}});
    if (outcome.explanation) {
        lines.push_back({{{sim::printable(*outcome.explanation), sim::report::Role::plain}}, {}});
    }
    lines.push_back({});
    explain_spf(
        lines, context, options.ip, sim::auth::spf_domain(options.sender, options.helo), outcome);
    context.print(lines);
}

} // namespace

ExitCode spf(const Context& context, const SpfOptions& options)
{
    const auto ip = sim::auth::parse_ip(options.ip);
    if (!ip) {
        context.complain(context.text("error.no_ip", {{"option", "--ip"}, {"ip", options.ip}}));
        return ExitCode::unusable;
    }
    const auto zone = read_zone(context, options.zone_file);
    if (!zone) return ExitCode::unusable;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    sim::auth::SpfQuery query{{*ip,
                               options.helo,
                               options.sender == "<>" ? "" : options.sender,
                               options.receiver,
                               std::chrono::duration_cast<std::chrono::seconds>(now).count()}};
    while (query.question())
        query.handle_answer(zone->answer(*query.question()));
    if (options.json) {
        // What a record holds may be no UTF-8.
        context.environment.out << to_json(query.outcome())
                                       .dump(
                                           2, ' ', false, nlohmann::json::error_handler_t::replace)
                                << '\n';
    } else {
        explain(context, options, query.outcome());
    }
    return ExitCode::ok;
}

} // namespace cli
