#include "cli/expected.h"

namespace cli {

ExitCode add_mismatches(const Context& context,
                        const std::vector<sim::report::Mismatch>& mismatches,
                        sim::report::Lines& lines)
{
    using sim::report::Role;
    if (mismatches.empty()) return ExitCode::ok;
    lines.push_back({});
    lines.push_back({{{context.text("run.not_as_expected"), Role::heading}}, {}});
    for (const auto& mismatch : mismatches)
        add_wrapped(lines, "- " + context.text(mismatch.what), Role::blocked, context.columns);
    return ExitCode::unexpected;
}

} // namespace cli
