#include "sim/auth/dkim.h"

#include "sim/auth/tags.h"
#include "sim/core/ascii.h"
#include "sim/core/assert.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

namespace sim::auth {

namespace {

void fail(DkimOutcome& outcome, DkimStage stage, const DkimFault& fault, std::string about = {})
{
    outcome.steps.push_back({stage, false, std::move(about)});
    outcome.problem = fault.problem;
    outcome.term = fault.term;
    outcome.result = result_of(fault.problem);
}

void hold(DkimOutcome& outcome, DkimStage stage, std::string about = {})
{
    outcome.steps.push_back({stage, true, std::move(about)});
}

std::string key_name(const DkimSignature& signature)
{
    return fmt::format("{}._domainkey.{}", signature.selector, signature.domain);
}

// §6.1.2. Of several records the first that this signature can use; else what is wrong with the
// first.
tl::expected<DkimKeyRecord, DkimFault> key_of(const DnsAnswer& answer,
                                              const DkimSignature& signature)
{
    constexpr std::size_t most_records = 5;
    const std::size_t count = std::min(answer.records.size(), most_records);
    std::optional<DkimFault> first;
    for (std::size_t i = 0; i < count; ++i) {
        auto key = parse_key(answer.records[i], signature);
        if (key) return key;
        if (!first) first = key.error();
    }
    return tl::unexpected{first.value_or(DkimFault{DkimProblem::no_key, {}})};
}

// §3.7: the hash of as much of the body as the signature is about.
std::optional<DkimProblem>
look_at_body(const std::string& body, const DkimSignature& signature, DkimOutcome& outcome)
{
    const std::string form = canonical_body(body, signature.body_form);
    outcome.body_octets = form.size();
    outcome.signed_octets = form.size();
    if (signature.length) {
        if (*signature.length > form.size()) return DkimProblem::body_too_short;
        outcome.signed_octets = static_cast<std::size_t>(*signature.length);
    }
    const auto part = std::string_view{form}.substr(0, outcome.signed_octets);
    if (sha_256(part) == signature.body_hash) return std::nullopt;
    return DkimProblem::body_changed;
}

} // namespace

std::string signed_header(const MailText& mail,
                          const std::vector<std::string>& names,
                          std::string_view own_field,
                          Canonicalization form)
{
    std::map<std::string, std::vector<const MailField*>> left; // the lowest is the last
    for (const MailField& field : mail.fields)
        left[folded(field.name)].push_back(&field);
    std::string text;
    for (const std::string& name : names) {
        const auto found = left.find(name);
        if (found == left.end() || found->second.empty()) continue;
        text += canonical_field(found->second.back()->raw, form);
        found->second.pop_back();
    }
    std::string own = canonical_field(unsigned_field(own_field) + "\r\n", form);
    own.resize(own.size() - 2); // without the line end
    return text + own;
}

DkimQuery::DkimQuery(MailText mail, std::int64_t unix_time_s)
    : mail_{std::move(mail)}, unix_time_s_{unix_time_s}
{
    for (std::size_t i = 0; i < mail_.fields.size(); ++i) {
        if (folded(mail_.fields[i].name) != "dkim-signature") continue;
        if (fields_.size() < most_signatures) {
            fields_.push_back(i);
        } else {
            ++left_out_;
        }
    }
    go_on();
}

// The part that needs no key. Nothing: there is an outcome already.
std::optional<DkimSignature> DkimQuery::begin(DkimOutcome& outcome) const
{
    const MailField& field = mail_.fields[fields_[next_]];
    outcome.names = read_names(field.value());
    auto signature = parse_signature(field.value());
    if (!signature) {
        fail(outcome, DkimStage::field, signature.error());
        return std::nullopt;
    }
    hold(outcome, DkimStage::field);
    if (signature->expires_s) {
        if (*signature->expires_s < unix_time_s_) {
            fail(outcome,
                 DkimStage::time,
                 {DkimProblem::expired, fmt::format("x={}", *signature->expires_s)});
            return std::nullopt;
        }
        hold(outcome, DkimStage::time);
    }
    return *std::move(signature);
}

void DkimQuery::go_on()
{
    for (; next_ < fields_.size(); ++next_) {
        outcomes_.emplace_back();
        waiting_ = begin(outcomes_.back());
        if (!waiting_) continue;
        question_ = AskDns{key_name(*waiting_), type_txt};
        return;
    }
}

void DkimQuery::handle_answer(const DnsAnswer& answer)
{
    SIM_ASSERT(question_.has_value() && waiting_.has_value());
    finish(answer);
    question_.reset();
    waiting_.reset();
    ++next_;
    go_on();
}

void DkimQuery::finish(const DnsAnswer& answer)
{
    DkimOutcome& outcome = outcomes_.back();
    const DkimSignature& signature = *waiting_;
    const std::string name = question_->name;
    if (is_failure(answer.outcome))
        return fail(outcome, DkimStage::key, {DkimProblem::dns_failed, name}, name);
    if (answer.records.empty())
        return fail(outcome, DkimStage::key, {DkimProblem::no_key, name}, name);
    hold(outcome, DkimStage::key, name);
    const auto record = key_of(answer, signature);
    if (!record) return fail(outcome, DkimStage::rules, record.error());
    outcome.testing = record->testing;
    outcome.key_bits = record->key.bits();
    hold(outcome, DkimStage::rules);
    if (const auto problem = look_at_body(mail_.body, signature, outcome))
        return fail(outcome, DkimStage::body, {*problem, {}});
    hold(outcome, DkimStage::body);
    const std::string fields = fmt::format("{}", fmt::join(signature.headers, ", "));
    const std::string text = signed_header(
        mail_, signature.headers, mail_.fields[fields_[next_]].raw, signature.header_form);
    if (!record->key.has_signed(text, signature.signature))
        return fail(outcome, DkimStage::header, {DkimProblem::signature_wrong, {}}, fields);
    hold(outcome, DkimStage::header, fields);
    outcome.result = DkimResult::pass;
}

} // namespace sim::auth
