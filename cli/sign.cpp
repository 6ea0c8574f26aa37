// hikyaku sign: a message with a DKIM signature on top (RFC 6376), or the record for its key, as a
// zone file for hikyaku verify.

#include "cli/context.h"
#include "platform/files.h"
#include "sim/auth/dkim_sign.h"
#include "sim/auth/dkim_signature.h"
#include "sim/mail/checked_mail.h"
#include "sim/mail/message.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <ostream>
#include <random>

namespace cli {

namespace {

using sim::auth::Canonicalization;
using sim::auth::DkimPrivateKey;

std::optional<DkimPrivateKey> read_key(const Context& context, const std::string& file)
{
    const auto pem = platform::read_file(file);
    if (!pem) {
        context.complain(context.text("error.unreadable", {{"file", file}}));
        return std::nullopt;
    }
    auto key = DkimPrivateKey::read(*pem);
    if (!key) {
        context.complain(context.text("error.no_signing_key", {{"file", file}}));
        return std::nullopt;
    }
    const bool weak =
        key->kind() == sim::auth::DkimKeyKind::rsa && key->bits() < sim::auth::least_signing_bits;
    if (!weak) return key;
    context.complain(context.text("error.weak_signing_key",
                                  {{"file", file},
                                   {"bits", std::to_string(key->bits())},
                                   {"least", std::to_string(sim::auth::least_signing_bits)}}));
    return std::nullopt;
}

// What a receiver could not look up, or would not take, is told before it is signed.
bool can_be_looked_up(const Context& context, const SignOptions& options)
{
    using sim::auth::NameFault;
    const auto fault =
        sim::auth::fault_of_names(options.domain, options.selector, options.identity);
    if (!fault) return true;
    const bool identity = *fault == NameFault::identity;
    const bool domain = *fault == NameFault::domain;
    context.complain(context.text(
        identity ? "error.foreign_identity" : "error.no_dns_name",
        {{"option", identity ? "--identity" : (domain ? "--domain" : "--selector")},
         {"name", identity ? options.identity : (domain ? options.domain : options.selector)},
         {"domain", options.domain}}));
    return false;
}

// A line end is written as the file has it.
std::string with_line_ends_of(const std::string& message, std::string field)
{
    const std::size_t feed = message.find('\n');
    const bool bare = feed == 0 || (feed != std::string::npos && message[feed - 1] != '\r');
    field += "\r\n";
    if (bare) std::erase(field, '\r');
    return field + message;
}

std::int64_t unix_time_s()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

} // namespace

ExitCode sign(const Context& context, const SignOptions& options)
{
    if (!can_be_looked_up(context, options)) return ExitCode::unusable;
    const auto message = context.read_message(options.message_file);
    if (!message) return ExitCode::unusable;
    const auto key = read_key(context, options.key_file);
    if (!key) return ExitCode::unusable;
    if (options.record) {
        const nlohmann::json zone{
            {sim::auth::key_record_name(options.domain, options.selector),
             nlohmann::json::array({nlohmann::json::array({"TXT", key_record(*key)})})}};
        context.environment.out << zone.dump(2) << '\n';
        return ExitCode::ok;
    }
    sim::auth::DkimSigning signing;
    signing.domain = options.domain;
    signing.selector = options.selector;
    signing.identity = options.identity;
    const std::size_t slash = options.form.find('/');
    signing.header_form = *sim::parse_enum<Canonicalization>(options.form.substr(0, slash));
    signing.body_form = *sim::parse_enum<Canonicalization>(options.form.substr(slash + 1));
    signing.signed_s = unix_time_s();
    if (options.lasts_s)
        signing.expires_s = signing.signed_s + static_cast<std::int64_t>(*options.lasts_s);
    signing.length = options.body_length;
    const auto mail = sim::mail::mail_text(sim::mail::normalise_line_ends(*message));
    const std::string field = sign_mail(mail, signing, *key, sim::Rng{std::random_device{}()});
    context.environment.out << with_line_ends_of(*message, field);
    return ExitCode::ok;
}

} // namespace cli
