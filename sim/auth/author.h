// Whom a message says it is from (RFC 5322 §3.4, §3.6.2), as DMARC needs it: the domains.
#pragma once

#include "sim/auth/mail_text.h"
#include "sim/core/named_enum.h"

#include <tl/expected.hpp>

#include <span>
#include <string>
#include <string_view>

namespace sim::auth {

SIM_NAMED_ENUM(AuthorProblem,
               no_from,         // there is no such field, or nobody stands in it
               several_from,    // several fields
               several_authors, // several addresses in it
               unreadable_from);

// The domain of the one author, in lower case. `values`: of each From field what is behind the
// colon.
[[nodiscard]] tl::expected<std::string, AuthorProblem>
author_domain(std::span<const std::string_view> values);
[[nodiscard]] tl::expected<std::string, AuthorProblem> author_domain(const MailText& mail);

} // namespace sim::auth
