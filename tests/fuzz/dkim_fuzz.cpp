// Fuzzes DKIM: a signed message and key records, with whatever anybody writes into either. Each
// signature has an outcome, whose last step says whether it held; there are never too many
// questions. And what is signed here verifies, whatever the message.

#include "sim/auth/dkim.h"
#include "sim/auth/dkim_sign.h"
#include "sim/auth/results_field.h"
#include "sim/core/assert.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

// RFC 8463 appendix A.1
constexpr std::string_view pem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";

// Fields as they come: with folds, names of any kind, and a line end that may be missing.
sim::auth::MailText mail_of(std::string_view text)
{
    sim::auth::MailText mail;
    while (!text.empty() && !text.starts_with('\n')) {
        std::size_t end = text.find('\n');
        while (end != std::string_view::npos && end + 1 < text.size() &&
               (text[end + 1] == ' ' || text[end + 1] == '\t'))
            end = text.find('\n', end + 1);
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        std::string raw;
        for (const char byte : line)
            raw += byte == '\n' ? std::string{"\r\n"} : std::string{byte};
        mail.fields.push_back({std::string{line.substr(0, colon)}, raw + "\r\n"});
    }
    for (const char byte : text)
        mail.body += byte == '\n' ? std::string{"\r\n"} : std::string{byte};
    return mail;
}

void sign_and_verify(sim::auth::MailText mail)
{
    const auto key = sim::auth::DkimPrivateKey::read(pem);
    std::erase_if(mail.fields, [](const sim::auth::MailField& field) {
        return field.raw.starts_with('D') || field.raw.starts_with('d'); // other signatures
    });
    sim::auth::DkimSigning signing;
    signing.domain = "example.com";
    signing.selector = "s";
    const std::string field = sign_mail(mail, signing, *key, sim::Rng{1});
    mail.fields.insert(mail.fields.begin(), {"DKIM-Signature", field + "\r\n"});
    sim::auth::DkimQuery query{mail, 0};
    SIM_ASSERT(query.question().has_value());
    query.handle_answer({sim::DnsOutcome::found, {key_record(*key)}});
    SIM_ASSERT(query.outcomes().front().result == sim::auth::DkimResult::pass);
}

} // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name for it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    // Two lines that key questions are answered with in turn, then the message.
    std::string_view text{reinterpret_cast<const char*>(data), size};
    std::vector<std::string> records;
    for (int i = 0; i < 2; ++i) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        records.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    const sim::auth::MailText mail = mail_of(text);
    sim::auth::DkimQuery query{mail, 1'000'000'000};
    std::size_t questions = 0;
    while (query.question()) {
        SIM_ASSERT(++questions <= sim::auth::most_signatures);
        query.handle_answer({sim::DnsOutcome::found, {records[questions % 2], records[0]}});
    }
    for (const auto& outcome : query.outcomes()) {
        const bool passed = outcome.result == sim::auth::DkimResult::pass;
        SIM_ASSERT(!outcome.steps.empty() && outcome.steps.back().held == passed);
        SIM_ASSERT(outcome.problem.has_value() != passed);
    }
    const std::string field =
        sim::auth::results_field({"mx.example", std::nullopt, query.outcomes()});
    SIM_ASSERT(sim::auth::is_results_of(field.substr(field.find(':') + 1), "MX.example"));
    sign_and_verify(mail);
    return 0;
}
