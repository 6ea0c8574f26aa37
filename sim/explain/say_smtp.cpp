// SMTP and POP3 conversations in words: commands and replies from either side, what an end noticed.
#include "sim/explain/nouns.h"
#include "sim/explain/sentence.h"
#include "sim/explain/stranger.h"
#include "sim/sasl/mechanism.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace sim::explain {

namespace {

std::string_view first_line(std::string_view text)
{
    return text.substr(0, text.find('\r'));
}

// ---- SMTP commands ----------------------------------------------------------------------------

constexpr std::array<SmtpVerb, 16> real_verbs{SmtpVerb::helo,
                                              SmtpVerb::ehlo,
                                              SmtpVerb::mail,
                                              SmtpVerb::rcpt,
                                              SmtpVerb::data,
                                              SmtpVerb::bdat,
                                              SmtpVerb::rset,
                                              SmtpVerb::noop,
                                              SmtpVerb::vrfy,
                                              SmtpVerb::expn,
                                              SmtpVerb::help,
                                              SmtpVerb::quit,
                                              SmtpVerb::auth,
                                              SmtpVerb::starttls,
                                              SmtpVerb::auth_response,
                                              SmtpVerb::unknown};

std::vector<std::string> command_variants()
{
    std::vector<std::string> variants;
    for (const Side side : values_of<Side>()) {
        for (const SmtpVerb verb : real_verbs)
            variants.push_back(fmt::format("{}_{}", name_of(side), name_of(verb)));
    }
    for (const std::string_view special : {"sent_ehlo_again",
                                           "sent_mail_null",
                                           "sent_auth_clear",
                                           "sent_auth_open",
                                           "sent_auth_proof",
                                           "sent_auth_token_clear",
                                           "sent_auth_response_clear",
                                           "sent_auth_response_proof",
                                           "sent_auth_response_token_clear"})
        variants.emplace_back(special);
    return variants;
}

// `text` and `none` are no commands; a line that claims to be one is as unknown as any other.
SmtpVerb real_verb(SmtpVerb verb)
{
    return std::ranges::find(real_verbs, verb) == real_verbs.end() ? SmtpVerb::unknown : verb;
}

bool greeted_before(const Event& event, const Trace& trace)
{
    return last_before(trace, event, [&](const Event& earlier) {
               const auto* command = std::get_if<SmtpCommand>(&earlier.what);
               return command != nullptr && earlier.host == event.host &&
                      command->verb == SmtpVerb::ehlo;
           }) != nullptr;
}

// The mechanism of the exchange that this event is part of: that of the AUTH last heard of.
std::optional<Mechanism> mechanism_of(const Event& event, const Context& context)
{
    const auto begins = [&](const Event& earlier) {
        const auto* command = std::get_if<SmtpCommand>(&earlier.what);
        return command != nullptr && earlier.host == event.host && command->verb == SmtpVerb::auth;
    };
    const Event* auth = begins(event) ? &event : last_before(context.trace, event, begins);
    if (auth == nullptr) return std::nullopt;
    const Line& line = std::get<SmtpCommand>(auth->what).line;
    return sasl::mechanism_in_command(context.trace.view(line.bytes));
}

// CRAM-MD5 and SCRAM: something is proven, nothing given away.
bool is_proof(std::optional<Mechanism> mechanism)
{
    return mechanism && !sasl::reveals_password(*mechanism);
}

bool is_token(std::optional<Mechanism> mechanism)
{
    return mechanism && sasl::uses_token(*mechanism);
}

// What a line of an AUTH exchange in the clear gives away.
std::string auth_in_clear(const Event& event, const SmtpCommand& what, const Context& context)
{
    if (context.trace.view(what.line.bytes) == "*") return "";
    const std::optional<Mechanism> mechanism = mechanism_of(event, context);
    if (is_proof(mechanism)) return "_proof";
    if (what.line.secret_size == 0) return what.verb == SmtpVerb::auth ? "_open" : "";
    return is_token(mechanism) ? "_token_clear" : "_clear";
}

std::string command_variant(const Event& event, const SmtpCommand& what, const Context& context)
{
    const SmtpVerb verb = real_verb(what.verb);
    std::string variant = fmt::format("{}_{}", name_of(what.side), name_of(verb));
    if (what.side == Side::received) return variant;
    const std::string_view line = context.trace.view(what.line.bytes);
    if (verb == SmtpVerb::mail && line.find("<>") != std::string_view::npos) variant += "_null";
    if (verb == SmtpVerb::ehlo && greeted_before(event, context.trace)) variant += "_again";
    if (!what.encrypted && (verb == SmtpVerb::auth || verb == SmtpVerb::auth_response))
        variant += auth_in_clear(event, what, context);
    return variant;
}

// The second word of "AUTH PLAIN ...".
std::string mechanism_in(std::string_view line)
{
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) return "-";
    line.remove_prefix(blank + 1);
    return show_bytes(line.substr(0, line.find(' ')));
}

// ---- SMTP replies -----------------------------------------------------------------------------

// What "accepted" means depends on what was asked.
std::string accepted_variant(SmtpVerb to)
{
    switch (to) {
    case SmtpVerb::helo:
    case SmtpVerb::ehlo:
        return "accepted_hello";
    case SmtpVerb::mail:
        return "accepted_mail";
    case SmtpVerb::rcpt:
        return "accepted_rcpt";
    default:
        return "accepted_other";
    }
}

std::vector<std::string> reply_variants()
{
    std::vector<std::string> variants{"sent_accepted_hello",
                                      "sent_accepted_mail",
                                      "sent_accepted_rcpt",
                                      "sent_accepted_other",
                                      "received_greeting",
                                      "received_accepted_hello",
                                      "received_accepted_mail",
                                      "received_accepted_rcpt",
                                      "received_accepted_other",
                                      "received_go_ahead_text",
                                      "received_go_ahead_tls",
                                      "received_auth_challenge",
                                      "received_auth_succeeded",
                                      "received_message_accepted",
                                      "received_goodbye",
                                      "received_421",
                                      "received_454",
                                      "received_530",
                                      "received_535",
                                      "received_538",
                                      "received_550",
                                      "received_552",
                                      "received_553",
                                      "received_554",
                                      "received_temporary",
                                      "received_permanent"};
    for (const Side side : values_of<Side>()) {
        for (const std::string_view special : {"token_refused", "token_failed", "server_proof"})
            variants.push_back(fmt::format("{}_{}", name_of(side), special));
    }
    for (const SmtpReason reason : values_of<SmtpReason>()) {
        if (reason != SmtpReason::accepted)
            variants.push_back(fmt::format("sent_{}", name_of(reason)));
    }
    return variants;
}

std::string refusal_variant(std::uint16_t code)
{
    switch (code) {
    case 421:
    case 454:
    case 530:
    case 535:
    case 538:
    case 550:
    case 552:
    case 553:
    case 554:
        return fmt::format("{}", code);
    default:
        return code < 500 ? "temporary" : "permanent";
    }
}

// Replies of an AUTH exchange that mean something else with a token, or with SCRAM; else empty.
std::string special_variant(const Event& event, const SmtpReply& what, const Context& context)
{
    constexpr std::size_t empty_challenge = 4; // "334 "
    if (what.to != SmtpVerb::auth && what.to != SmtpVerb::auth_response) return {};
    const std::optional<Mechanism> mechanism = mechanism_of(event, context);
    const std::string_view line = context.trace.view(what.line.bytes);
    const bool asks = what.code == 334 && line.size() > empty_challenge;
    if (is_token(mechanism) && asks) return "token_refused";
    if (is_token(mechanism) && what.code == 535) return "token_failed";
    // "v=" in Base64, and what follows it is Base64 again.
    if (mechanism == Mechanism::scram_sha_256 && asks && line.starts_with("334 dj"))
        return "server_proof";
    return {};
}

// The client knows the code and what it had asked, not the server's reason.
std::string received_variant(const SmtpReply& what)
{
    if (what.code >= 400) return refusal_variant(what.code);
    switch (what.to) {
    case SmtpVerb::none:
        return "greeting";
    case SmtpVerb::data:
        return what.code == 354 ? "go_ahead_text" : "message_accepted";
    case SmtpVerb::text:
    case SmtpVerb::bdat:
        return "message_accepted";
    case SmtpVerb::starttls:
        return "go_ahead_tls";
    case SmtpVerb::auth:
    case SmtpVerb::auth_response:
        return what.code == 334 ? "auth_challenge" : "auth_succeeded";
    case SmtpVerb::quit:
        return "goodbye";
    default:
        return accepted_variant(what.to);
    }
}

// ---- POP3 -------------------------------------------------------------------------------------

std::vector<std::string> pop3_reply_variants()
{
    std::vector<std::string> variants{"received_greeting",
                                      "received_login",
                                      "received_go_ahead_tls",
                                      "received_message",
                                      "received_goodbye",
                                      "received_ok",
                                      "received_error"};
    for (const Pop3Verb verb : values_of<Pop3Verb>())
        variants.push_back(fmt::format("sent_accepted_{}", name_of(verb)));
    for (const Pop3Reason reason : values_of<Pop3Reason>()) {
        if (reason != Pop3Reason::accepted)
            variants.push_back(fmt::format("sent_{}", name_of(reason)));
    }
    return variants;
}

std::string received_variant(const Pop3Reply& what)
{
    if (!what.ok) return "error";
    switch (what.to) {
    case Pop3Verb::unknown:
        return "greeting";
    case Pop3Verb::pass:
        return "login";
    case Pop3Verb::stls:
        return "go_ahead_tls";
    case Pop3Verb::retr:
    case Pop3Verb::top:
        return "message";
    case Pop3Verb::quit:
        return "goodbye";
    default:
        return "ok";
    }
}

std::vector<std::string> auth_variants()
{
    std::vector<std::string> variants;
    for (const std::string_view how : {"password", "proof", "token"}) {
        variants.push_back(fmt::format("succeeded_{}_clear", how));
        variants.push_back(fmt::format("succeeded_{}_encrypted", how));
    }
    for (const std::string_view how :
         {"failed_password_clear", "failed_password_encrypted", "failed_proof"})
        variants.emplace_back(how);
    for (const AuthFlaw flaw : values_of<AuthFlaw>()) {
        if (flaw != AuthFlaw::none && flaw != AuthFlaw::wrong_secret)
            variants.push_back(fmt::format("failed_{}", name_of(flaw)));
    }
    return variants;
}

// By what was shown and whether others could hear it; a token by what is wrong with it.
std::string auth_variant(const AuthTried& what)
{
    const std::string_view line = what.encrypted ? "encrypted" : "clear";
    const std::string_view how = sasl::uses_token(what.mechanism)         ? "token"
                                 : sasl::reveals_password(what.mechanism) ? "password"
                                                                          : "proof";
    if (what.succeeded) return fmt::format("succeeded_{}_{}", how, line);
    if (what.flaw != AuthFlaw::none && what.flaw != AuthFlaw::wrong_secret)
        return fmt::format("failed_{}", name_of(what.flaw));
    if (how == "password") return fmt::format("failed_password_{}", line);
    return "failed_proof";
}

std::vector<std::string> pop3_command_variants()
{
    std::vector<std::string> variants = all_names<Pop3Verb>("sent_");
    append_names<Pop3Verb>(variants, "received_");
    variants.emplace_back("sent_pass_clear");
    return variants;
}

} // namespace

std::vector<KindMessages> smtp_messages()
{
    return {
        {Kind::smtp_command,
         command_variants(),
         {""},
         {"peer", "line", "mechanism", "before", "after", "size"}},
        {Kind::smtp_reply, reply_variants(), {""}, {"peer", "line", "code", "size"}},
        {Kind::smtp_text,
         {"sent_clear", "sent_encrypted", "received_clear", "received_encrypted"},
         {""},
         {"peer", "lines", "size"}},
        {Kind::smtp_problem_seen,
         all_names<SmtpProblem>(),
         all_names<SmtpProblem>(),
         {"peer", "detail"}},
    };
}

std::vector<KindMessages> pop3_messages()
{
    return {
        {Kind::pop3_command, pop3_command_variants(), {""}, {"peer", "line", "before", "after"}},
        {Kind::pop3_reply, pop3_reply_variants(), {""}, {"peer", "line", "size"}},
        {Kind::auth_tried,
         auth_variants(),
         {"succeeded", "failed"},
         {"mechanism", "user", "kept", "record"}},
        {Kind::timer_ran_out, {"held", "ran_out"}, {""}, {"peer", "timer", "name", "waited"}},
        {Kind::policy_judged, all_names<PolicyVerdict>(), {""}, {"check", "verdict", "facts"}},
    };
}

Said say(const Event& event, const SmtpCommand& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("peer", host_name(peer_of(event, context), context))
        .add("line", shown_line(what.line, context))
        .add("mechanism", mechanism_in(context.trace.view(what.line.bytes)))
        .add("before", noun("phase", name_of(what.before), context.language))
        .add("after", noun("phase", name_of(what.after), context.language))
        .add("size", fmt::format("{}", what.line.bytes.size));
    return {command_variant(event, what, context), "", facts.take()};
}

Said say(const Event& event, const SmtpReply& what, const Context& context)
{
    const std::string_view reply = context.trace.view(what.line.bytes);
    Facts facts{event, context};
    facts.add("peer", host_name(peer_of(event, context), context))
        .add("line",
             reply.empty() ? context.language.text("noun.empty_line")
                           : show_bytes(first_line(reply)))
        .add("code", fmt::format("{}", what.code))
        .add("size", fmt::format("{}", what.line.bytes.size));
    if (const std::string special = special_variant(event, what, context); !special.empty())
        return {fmt::format("{}_{}", name_of(what.side), special), "", facts.take()};
    if (what.side == Side::received)
        return {"received_" + received_variant(what), "", facts.take()};
    // A reply that a fault put there is told as what it stands for.
    const SmtpReason reason = what.reason == SmtpReason::fault_injected
                                  ? reason_of_stranger(reply, what.to, {}).value_or(what.reason)
                                  : what.reason;
    const std::string why =
        reason == SmtpReason::accepted ? accepted_variant(what.to) : std::string{name_of(reason)};
    return {"sent_" + why, "", facts.take()};
}

Said say(const Event& event, const SmtpText& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("peer", host_name(peer_of(event, context), context))
        .add("lines", fmt::format("{}", what.lines))
        .add("size", fmt::format("{}", what.size));
    return {fmt::format("{}_{}", name_of(what.side), what.encrypted ? "encrypted" : "clear"),
            "",
            facts.take()};
}

Said say(const Event& event, const TimerRanOut& what, const Context& context)
{
    const bool on_purpose =
        what.timer == SessionTimer::greeting_held || what.timer == SessionTimer::auth_delayed;
    Facts facts{event, context};
    facts.add("peer", host_name(peer_of(event, context), context))
        .add("timer", noun("timer", name_of(what.timer), context.language))
        .add("name", std::string{name_of(what.timer)})
        .add("waited", describe(what.waited, context.language));
    return {on_purpose ? "held" : "ran_out", "", facts.take()};
}

Said say(const Event& event, const PolicyJudged& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("check", noun("check", name_of(what.check), context.language))
        .add("verdict", noun("policy", name_of(what.verdict), context.language))
        .add("facts", what.facts);
    return {std::string{name_of(what.verdict)}, "", facts.take()};
}

Said say(const Event& event, const SmtpProblemSeen& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("peer", host_name(peer_of(event, context), context))
        .add("detail", what.detail.size == 0 ? "-" : show_bytes(context.trace.view(what.detail)));
    const std::string problem{name_of(what.problem)};
    return {problem, problem, facts.take()};
}

Said say(const Event& event, const Pop3Command& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("peer", host_name(peer_of(event, context), context))
        .add("line", shown_line(what.line, context))
        .add("before", noun("pop3_phase", name_of(what.before), context.language))
        .add("after", noun("pop3_phase", name_of(what.after), context.language));
    std::string variant = fmt::format("{}_{}", name_of(what.side), name_of(what.verb));
    if (variant == "sent_pass" && !what.encrypted) variant += "_clear";
    return {std::move(variant), "", facts.take()};
}

Said say(const Event& event, const Pop3Reply& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("peer", host_name(peer_of(event, context), context))
        .add("line", shown_line(what.line, context))
        .add("size", fmt::format("{}", what.size));
    if (what.side == Side::received)
        return {"received_" + received_variant(what), "", facts.take()};
    const std::string why = what.reason == Pop3Reason::accepted
                                ? fmt::format("accepted_{}", name_of(what.to))
                                : std::string{name_of(what.reason)};
    return {"sent_" + why, "", facts.take()};
}

Said say(const Event& event, const AuthTried& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("mechanism", mechanism_name(what.mechanism))
        .add("user", what.user)
        .add("kept", noun("kept", name_of(what.kept), context.language))
        .add("record",
             what.record.size == 0 ? noun("kept", name_of(what.kept), context.language)
                                   : show_bytes(context.trace.view(what.record)));
    return {auth_variant(what), what.succeeded ? "succeeded" : "failed", facts.take()};
}

} // namespace sim::explain
