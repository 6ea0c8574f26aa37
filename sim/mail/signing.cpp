#include "sim/mail/signing.h"

#include "sim/auth/author.h"
#include "sim/auth/dkim_sign.h"
#include "sim/auth/domain.h"
#include "sim/mail/checked_mail.h"
#include "sim/mail/message.h"

#include <chrono>
#include <cstdint>

namespace sim::mail {

std::vector<std::string> signatures_for(std::string_view message,
                                        const SigningConfig& config,
                                        Instant now,
                                        const Rng& chance)
{
    constexpr std::int64_t day_s = 86'400;
    std::vector<std::string> fields;
    if (config.way == SigningWay::off || config.keys.empty()) return fields;
    const auth::MailText mail = mail_text(message);
    const auto author = auth::author_domain(mail);
    if (!author) return fields;
    const std::int64_t now_s =
        std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
    for (const SigningKey& key : config.keys) {
        if (!auth::is_at_or_below(*author, key.domain)) continue;
        auth::DkimSigning signing;
        signing.domain = key.domain;
        signing.selector = key.selector;
        signing.signed_s = now_s;
        if (config.way == SigningWay::expired) {
            signing.signed_s = now_s - 2 * day_s;
            signing.expires_s = now_s - day_s;
        }
        fields.push_back(auth::sign_mail(mail, signing, key.key, chance));
    }
    return fields;
}

std::string with_changed_body(std::string_view message)
{
    std::string changed{message};
    changed.insert(parse_header(message).body, "\r\n");
    return changed;
}

} // namespace sim::mail
