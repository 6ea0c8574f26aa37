// What becomes of a mail, and what is done to the world from outside, in words.
#include "sim/explain/nouns.h"
#include "sim/explain/sentence.h"
#include "sim/mail/report_mail.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <concepts>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace sim::explain {

namespace {

std::string field_variant(std::string_view field)
{
    std::string name{field.substr(0, field.find(':'))};
    std::ranges::transform(name, name.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
    });
    if (name == "received") return "received";
    if (name == "date") return "date";
    if (name == "message-id") return "message_id";
    if (name == "return-path") return "return_path";
    if (name == "authentication-results") return "results";
    if (name == "dkim-signature") return "signature";
    if (name == "x-spam-flag") return "junk_flag";
    return "other";
}

std::string fetch_variant(const FetchFinished& what)
{
    if (what.error != UserError::none) return std::string{name_of(what.error)};
    return what.messages == 0 ? "none_waiting" : what.messages == 1 ? "one" : "many";
}

// Without `none`, for which there are messages of their own.
std::vector<std::string> error_variants(std::vector<std::string> first)
{
    for (const UserError error : values_of<UserError>())
        if (error != UserError::none) first.emplace_back(name_of(error));
    return first;
}

std::string first_line(const Blob& reply, const Context& context)
{
    const std::string_view text = context.trace.view(reply);
    return text.empty() ? "-" : show_bytes(text.substr(0, text.find_first_of("\r\n")));
}

// What people call the host that a relay calls by its domain name.
std::string name_of_hop(const Blob& hop, const Context& context)
{
    const std::string_view key = context.trace.view(hop);
    const HostId host = host_called(key, context.scenario);
    return host.exists() ? host_name(host, context) : show_bytes(key);
}

std::string mail_variant(MailId mail, const Context& context)
{
    return is_report(mail, context.trace) ? "report" : "mail";
}

struct Concerned {
    MailId mail;
    Blob recipients;
};

// Which mail to whom an event tells of that a server may have to report on.
std::optional<Concerned> concerned_by(const Event& event)
{
    return std::visit(
        [](const auto& what) -> std::optional<Concerned> {
            if constexpr (requires {
                              {
                                  what.mail
                                  } -> std::convertible_to<MailId>;
                              {
                                  what.recipients
                                  } -> std::convertible_to<Blob>;
                          }) {
                return Concerned{what.mail, what.recipients};
            } else {
                return std::nullopt;
            }
        },
        event.what);
}

mail::ReportKind kind_of_report(Kind why)
{
    switch (why) {
    case Kind::mail_deferred:
        return mail::ReportKind::delayed;
    case Kind::mail_handed_over:
        return mail::ReportKind::relayed;
    case Kind::mail_queued: // and delivered at once, since the mailboxes are here
        return mail::ReportKind::delivered;
    default:
        return mail::ReportKind::failed;
    }
}

// What a report tells, and to whom the mail was that it is about: a server writes it because of
// what came of that mail, which may have been one thing for some and another for others.
void add_news(Facts& facts, MailId report, const Context& context)
{
    const Trace& trace = context.trace;
    const Event* written = last_of(trace, trace.index().of(report), trace.size(), [](auto& event) {
        return event.kind() == Kind::mail_queued && !event.connection.exists();
    });
    const Event* why =
        written != nullptr && written->cause.exists() ? &trace.at(written->cause) : nullptr;
    const auto about = why != nullptr ? concerned_by(*why) : std::nullopt;
    if (!about) {
        facts.add("about", "-").add("news", "-");
        return;
    }
    std::string all;
    for (const EventId id : trace.index().of(about->mail)) {
        const Event& event = trace.at(id);
        if (event.kind() != why->kind() || event.at != why->at || event.host != why->host) continue;
        if (!all.empty()) all += ", ";
        all += trace.view(concerned_by(event)->recipients);
    }
    const auto kind = kind_of_report(why->kind());
    facts.add("about", show_bytes(all))
        .add("news", noun("report_news", name_of(kind), context.language));
}

std::string code_text(std::uint16_t code)
{
    return code == 0 ? "-" : fmt::format("{}", code);
}

} // namespace

std::vector<KindMessages> mail_messages()
{
    const std::vector<std::string> said{"replied", "silent"};
    const std::vector<std::string> mail_or_report{"mail", "report"};
    return {
        {Kind::mail_composed, {""}, {""}, {"sender", "recipients", "size"}},
        {Kind::field_added,
         {"received",
          "date",
          "message_id",
          "return_path",
          "results",
          "signature",
          "junk_flag",
          "other"},
         {""},
         {"field", "name"}},
        {Kind::mail_changed, all_names<MailChange>(), {""}, {"change", "detail"}},
        {Kind::mail_queued,
         mail_or_report,
         mail_or_report,
         {"queue_id", "recipients", "about", "news"}},
        {Kind::delivery_attempted,
         {"first", "again"},
         {""},
         {"next_hop", "next_name", "address", "preference", "attempt"}},
        {Kind::mail_handed_over,
         {"by_program", "by_server"},
         {""},
         {"next_hop", "next_name", "recipients"}},
        {Kind::mail_delivered,
         mail_or_report,
         mail_or_report,
         {"mailbox", "size", "about", "news"}},
        {Kind::mail_junked, {""}, {""}, {"mailbox"}},
        {Kind::mail_deferred,
         said,
         {""},
         {"step", "code", "wait", "until", "recipients", "said_by", "said_by_name", "reply"}},
        {Kind::mail_bounced,
         said,
         {""},
         {"step", "code", "recipients", "said_by", "said_by_name", "reply"}},
        {Kind::recipient_refused, said, {""}, {"step", "code", "recipient", "reply"}},
        {Kind::mail_retrieved,
         mail_or_report,
         mail_or_report,
         {"mailbox", "size", "about", "news"}},
        {Kind::send_finished,
         error_variants({"none"}),
         error_variants({"none"}),
         {"server", "step", "code", "reply"}},
        {Kind::fetch_finished,
         error_variants({"none_waiting", "one", "many"}),
         error_variants({"none_waiting", "one", "many"}),
         {"server", "step", "messages", "reply"}},
        {Kind::crowd_attempt, {""}, {""}, {"number", "pc", "recipient"}},
        {Kind::crowd_attempt_ended,
         {"accepted", "replied", "silent"},
         {"accepted", "replied", "silent"},
         {"number", "step", "code"}},
    };
}

std::vector<KindMessages> world_messages()
{
    return {
        {Kind::step_started, {"send", "fetch", "set", "other"}, {""}, {"step", "actor", "target"}},
        {Kind::setting_changed, {""}, {""}, {"key", "value"}},
        {Kind::rule_switched,
         [] {
             std::vector<std::string> names = all_names<Verdict>();
             names.emplace_back("off");
             return names;
         }(),
         {""},
         {"rule", "rule_number", "purpose", "verdict"}},
        {Kind::fault_injected, all_names<Fault>(), {""}, {"detail"}},
    };
}

Said say(const Event& event, const MailComposed& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("sender", what.sender)
        .add("recipients", what.recipients)
        .add("size", fmt::format("{}", what.size));
    return {"", "", facts.take()};
}

Said say(const Event& event, const FieldAdded& what, const Context& context)
{
    const std::string_view field = context.trace.view(what.field);
    Facts facts{event, context};
    facts.add("field", what.field).add("name", show_bytes(field.substr(0, field.find(':'))));
    return {field_variant(field), "", facts.take()};
}

Said say(const Event& event, const MailChanged& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("change", noun("change", name_of(what.change), context.language))
        .add("detail", first_line(what.detail, context));
    return {std::string{name_of(what.change)}, "", facts.take()};
}

Said say(const Event& event, const MailQueued& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("queue_id", what.queue_id).add("recipients", what.recipients);
    add_news(facts, what.mail, context);
    const std::string variant = mail_variant(what.mail, context);
    return {variant, variant, facts.take()};
}

Said say(const Event& event, const DeliveryAttempted& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("next_hop", what.next_hop)
        .add("next_name", name_of_hop(what.next_hop, context))
        .add("address", to_string(what.address))
        .add("preference", fmt::format("{}", what.preference))
        .add("attempt", fmt::format("{}", what.attempt));
    return {what.attempt > 1 ? "again" : "first", "", facts.take()};
}

Said say(const Event& event, const MailHandedOver& what, const Context& context)
{
    const bool by_program = program_at(event.host, context.scenario) != nullptr;
    Facts facts{event, context};
    facts.add("next_hop", what.next_hop)
        .add("next_name", name_of_hop(what.next_hop, context))
        .add("recipients", what.recipients);
    return {by_program ? "by_program" : "by_server", "", facts.take()};
}

Said say(const Event& event, const MailDelivered& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("mailbox", what.mailbox).add("size", fmt::format("{}", what.size));
    add_news(facts, what.mail, context);
    const std::string variant = mail_variant(what.mail, context);
    return {variant, variant, facts.take()};
}

Said say(const Event& event, const MailJunked& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("mailbox", what.mailbox);
    return {"", "", facts.take()};
}

Said say(const Event& event, const MailDeferred& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("step", noun("step", name_of(what.step), context.language))
        .add("code", code_text(what.code))
        .add("wait", describe(what.until - event.at, context.language))
        .add("until", clock_time_from(event.at, what.until, context.scenario))
        .add("recipients", what.recipients)
        .add("said_by", what.said_by)
        .add("said_by_name", name_of_hop(what.said_by, context))
        .add("reply", first_line(what.reply, context));
    return {what.code != 0 ? "replied" : "silent", "", facts.take()};
}

Said say(const Event& event, const MailBounced& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("step", noun("step", name_of(what.step), context.language))
        .add("code", code_text(what.code))
        .add("recipients", what.recipients)
        .add("said_by", what.said_by)
        .add("said_by_name", name_of_hop(what.said_by, context))
        .add("reply", first_line(what.reply, context));
    return {what.code != 0 ? "replied" : "silent", "", facts.take()};
}

Said say(const Event& event, const RecipientRefused& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("step", noun("step", name_of(what.step), context.language))
        .add("code", code_text(what.code))
        .add("recipient", what.recipient)
        .add("reply", first_line(what.reply, context));
    return {what.code != 0 ? "replied" : "silent", "", facts.take()};
}

Said say(const Event& event, const MailRetrieved& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("mailbox", what.mailbox).add("size", fmt::format("{}", what.size));
    add_news(facts, what.mail, context);
    const std::string variant = mail_variant(what.mail, context);
    return {variant, variant, facts.take()};
}

Said say(const Event& event, const SendFinished& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("server", what.server)
        .add("step", noun("step", name_of(what.step), context.language))
        .add("code", code_text(what.code))
        .add("reply", first_line(what.reply, context));
    const std::string variant{name_of(what.error)};
    return {variant, variant, facts.take()};
}

Said say(const Event& event, const FetchFinished& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("server", what.server)
        .add("step", noun("step", name_of(what.step), context.language))
        .add("messages", fmt::format("{}", what.messages))
        .add("reply", first_line(what.reply, context));
    const std::string variant = fetch_variant(what);
    return {variant, variant, facts.take()};
}

Said say(const Event& event, const CrowdAttempt& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("number", fmt::format("{}", std::uint64_t{what.number} + 1))
        .add("pc", to_string(what.pc))
        .add("recipient", what.recipient);
    return {"", "", facts.take()};
}

Said say(const Event& event, const CrowdAttemptEnded& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("number", fmt::format("{}", std::uint64_t{what.number} + 1))
        .add("step", noun("step", name_of(what.step), context.language))
        .add("code", code_text(what.code));
    const std::string variant = what.accepted ? "accepted" : what.code != 0 ? "replied" : "silent";
    return {variant, variant, facts.take()};
}

Said say(const Event& event, const StepStarted& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("step", fmt::format("{}", what.index + 1));
    if (what.index >= context.scenario.steps.size()) {
        facts.add("actor", "-").add("target", "-");
        return {"other", "", facts.take()};
    }
    const scenario::Step& step = context.scenario.steps[what.index];
    std::string actor = step.program;
    for (const scenario::MailProgram& program : context.scenario.programs) {
        if (program.key == step.program)
            actor = person_at(host_called(program.host, context.scenario), context);
    }
    std::string target;
    for (const std::string& to : step.message.to)
        target += (target.empty() ? "" : context.language.text("noun.list_separator")) + to;
    if (step.action == scenario::StepAction::set)
        target = fmt::format("{} = {}", step.key, step.value);
    facts.add("actor", std::move(actor)).add("target", std::move(target));
    return {std::string{name_of(step.action)}, "", facts.take()};
}

Said say(const Event& event, const SettingChanged& what, const Context& context)
{
    const bool is_secret = context.trace.view(what.key).ends_with(".password");
    Facts facts{event, context};
    facts.add("key", what.key);
    if (is_secret && context.secrets == Secrets::masked) {
        facts.add("value", "********");
    } else {
        facts.add("value", what.value);
    }
    return {"", "", facts.take()};
}

Said say(const Event& event, const RuleSwitched& what, const Context& context)
{
    const scenario::FirewallRule* rule = rule_at(what.rule, context.scenario);
    Facts facts{event, context};
    facts.add("rule", rule_name(what.rule, context))
        .add("rule_number", fmt::format("{}", number_of(what.rule, context.scenario)))
        .add("purpose", rule != nullptr ? pick(rule->purpose, context.language) : std::string{"-"})
        .add("verdict", noun("verdict", name_of(what.verdict), context.language));
    return {what.enabled ? std::string{name_of(what.verdict)} : "off", "", facts.take()};
}

Said say(const Event& event, const FaultInjected& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("detail", what.detail.size == 0 ? "-" : show_bytes(context.trace.view(what.detail)));
    return {std::string{name_of(what.fault)}, "", facts.take()};
}

} // namespace sim::explain
