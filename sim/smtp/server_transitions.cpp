#include "sim/smtp/server_transitions.h"

#include "sim/core/assert.h"
#include "sim/core/base64.h"

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace sim::smtp::server {

namespace {

Step refuse(ServerState next, SmtpReason reason)
{
    return {std::move(next), standard_reply(reason), reason};
}

void spoil(Transaction& transaction)
{
    transaction.is_spoiled = true;
    transaction.chunks.reset();
}

// A pair of state and command that one overload below does not know is out of sequence.
struct CommandTransitions {
    const Transitions& context;

    [[nodiscard]] const ServerConfig& config() const { return context.config; }

    // ---- hello -----------------------------------------------------------------------------

    Step on(AwaitingHello&& at, const Hello& hello) const
    {
        if (!is_welcome(hello)) return refuse(at, SmtpReason::bad_hello_domain);
        return greet(hello, {});
    }
    // RFC 5321 §4.1.4: a later EHLO resets the transaction exactly as RSET would. Who has logged in
    // stays logged in.
    Step on(Ready&& at, const Hello& hello) const
    {
        if (!is_welcome(hello)) return refuse(std::move(at), SmtpReason::bad_hello_domain);
        return greet(hello, std::move(at.client.user));
    }
    Step on(InTransaction&& at, const Hello& hello) const
    {
        if (!is_welcome(hello)) return refuse(std::move(at), SmtpReason::bad_hello_domain);
        return greet(hello, std::move(at.transaction->client.user));
    }

    [[nodiscard]] bool is_welcome(const Hello& hello) const
    {
        return hello.is_name || config().takes_any_hello;
    }

    Step greet(const Hello& hello, std::string user) const
    {
        Ready next{ClientFacts{
            std::string{hello.domain}, hello.extended, context.encrypted, std::move(user)}};
        // These two replies alone have no room for an enhanced code: RFC 2034 §3.
        Reply reply{250, {}, {}};
        reply.text.reserve(config().hostname.size() + keywords_octets);
        reply.text += config().hostname;
        if (hello.extended) append_keywords(next.client, reply.text);
        return {std::move(next), std::move(reply)};
    }

    // Only what works in this state is announced.
    static constexpr std::size_t keywords_octets = 160; // about
    void append_keywords(const ClientFacts& client, std::string& text) const
    {
        const Extensions& offered = config().extensions;
        if (offered.pipelining) text += "\nPIPELINING";
        if (offered.size) text += "\nSIZE " + std::to_string(config().limits.message_octets);
        if (!context.encrypted && config().tls != TlsUse::absent) text += "\nSTARTTLS";
        if (client.user.empty() && !mechanisms().empty()) {
            text += "\nAUTH";
            for (const std::string& mechanism : mechanisms())
                (text += ' ') += mechanism;
        }
        if (offered.enhanced_status_codes) text += "\nENHANCEDSTATUSCODES";
        if (offered.eight_bit_mime) text += "\n8BITMIME";
        if (offered.smtputf8) text += "\nSMTPUTF8";
        if (offered.chunking) text += "\nCHUNKING";
        if (offered.dsn) text += "\nDSN";
    }

    [[nodiscard]] std::span<const std::string> mechanisms() const
    {
        if (context.encrypted) return config().mechanisms_under_tls;
        if (config().tls == TlsUse::required) return {};
        return config().mechanisms_in_clear;
    }

    // ---- the transaction -------------------------------------------------------------------

    Step on(Ready&& at, const MailFrom& mail) const
    {
        // RFC 3207 §4 and RFC 4954 §6: 530, and TLS first.
        if (!context.encrypted && config().tls == TlsUse::required)
            return refuse(std::move(at), SmtpReason::tls_required);
        if (at.client.user.empty() && config().auth_required)
            return refuse(std::move(at), SmtpReason::auth_required);
        if (const auto reason = objection(at.client, mail.parameters))
            return {std::move(at), standard_reply(SmtpReason::unknown_parameter), *reason};
        // RFC 6531 §3.5.
        if (!mail.path.is_ascii && !mail.parameters.smtputf8)
            return refuse(std::move(at), SmtpReason::address_needs_smtputf8);
        // RFC 1870 §6.1.
        if (mail.parameters.size.value_or(0) > config().limits.message_octets)
            return refuse(std::move(at), SmtpReason::message_too_big);

        CheckSender question{mail.path.mailbox, mail.parameters, at.client};
        AwaitingSender next{std::make_unique<Transaction>()};
        next.transaction->client = std::move(at.client);
        next.transaction->envelope.sender = mail.path.mailbox;
        next.transaction->envelope.parameters = mail.parameters;
        return {std::move(next), std::nullopt, SmtpReason::accepted, std::move(question)};
    }

    // RFC 5321 §4.1.1.11: a parameter of an extension that was not offered is unknown.
    [[nodiscard]] std::optional<SmtpReason> objection(const ClientFacts& client,
                                                      const MailParameters& said) const
    {
        const bool any_dsn = said.ret || !said.envid.empty();
        const bool any = said.size || said.body || said.smtputf8 || said.auth || any_dsn;
        if (any && !client.extended) return SmtpReason::extension_after_helo;
        const Extensions& offered = config().extensions;
        const bool all_offered = (!said.size || offered.size) &&
                                 (!said.body || offered.eight_bit_mime) &&
                                 (!said.smtputf8 || offered.smtputf8) &&
                                 (!any_dsn || offered.dsn) && (!said.auth || !mechanisms().empty());
        return all_offered ? std::nullopt : std::optional{SmtpReason::unknown_parameter};
    }

    Step on(InTransaction&& at, const RcptTo& rcpt) const
    {
        // RFC 3030 §2: once the message has begun, the envelope is closed.
        if (at.transaction->chunks || at.transaction->is_spoiled)
            return refuse(std::move(at), SmtpReason::out_of_sequence);
        if (rcpt.parameters.any() &&
            !(config().extensions.dsn && at.transaction->client.extended)) {
            at.transaction->any_refused = true;
            return refuse(std::move(at), SmtpReason::unknown_parameter);
        }
        const bool is_ascii = rcpt.path.is_ascii && !needs_smtputf8(rcpt.parameters.orcpt);
        if (!is_ascii && !at.transaction->envelope.parameters.smtputf8) {
            at.transaction->any_refused = true;
            return refuse(std::move(at), SmtpReason::address_needs_smtputf8);
        }
        // RFC 5321 §4.5.3.1.10.
        if (at.transaction->envelope.recipients.size() >= config().limits.recipients) {
            at.transaction->any_refused = true;
            return refuse(std::move(at), SmtpReason::too_many_recipients);
        }
        AwaitingRecipient next{std::move(at.transaction), rcpt.path.mailbox, rcpt.parameters};
        return {
            std::move(next), std::nullopt, SmtpReason::accepted, CheckRecipient{rcpt.path.mailbox}};
    }

    Step on(InTransaction&& at, const Data& /*data*/) const
    {
        // RFC 3030 §2: DATA and BDAT are not mixed.
        if (at.transaction->chunks || at.transaction->is_spoiled)
            return refuse(std::move(at), SmtpReason::out_of_sequence);
        if (at.transaction->envelope.recipients.empty()) {
            Reply reply = standard_reply(SmtpReason::no_recipients);
            // RFC 2920 §3.1 wants a client that pipelined to see that none was valid.
            if (at.transaction->any_refused && at.transaction->client.extended &&
                config().extensions.pipelining)
                reply.code = 554;
            return {std::move(at), std::move(reply), SmtpReason::no_recipients};
        }
        const ServerLimits& limits = config().limits;
        TextDecoder decoder{config().line_ends, {limits.text_line_octets, limits.message_octets}};
        // A declared size is believed only as far as it costs little.
        constexpr std::uint64_t most_reserved = 65536;
        if (const auto declared = at.transaction->envelope.parameters.size)
            decoder.expect(static_cast<std::size_t>(std::min(*declared, most_reserved)));
        ReceivingText next{std::move(at.transaction),
                           std::move(decoder),
                           context.position,
                           context.now + limits.text_time};
        return {
            std::move(next), standard_reply(SmtpReason::go_ahead_text), SmtpReason::go_ahead_text};
    }

    // RFC 3030 §2. Not offered: a client that sends octets behind it all the same has only itself
    // to blame.
    Step on(AwaitingHello&& at, const Bdat& bdat) const
    {
        if (!config().extensions.chunking) return refuse(at, SmtpReason::not_offered);
        return swallow({}, bdat, SmtpReason::out_of_sequence);
    }
    Step on(Ready&& at, const Bdat& bdat) const
    {
        if (!config().extensions.chunking) return refuse(std::move(at), SmtpReason::not_offered);
        ReceivingChunk next;
        next.client = std::move(at.client);
        return swallow(std::move(next), bdat, SmtpReason::out_of_sequence);
    }
    Step on(InTransaction&& at, const Bdat& bdat) const
    {
        if (!config().extensions.chunking) return refuse(std::move(at), SmtpReason::not_offered);
        ReceivingChunk next;
        next.transaction = std::move(at.transaction);
        Transaction& transaction = *next.transaction;
        if (!transaction.client.extended)
            return swallow(std::move(next), bdat, SmtpReason::extension_after_helo);
        if (transaction.is_spoiled)
            return swallow(std::move(next), bdat, SmtpReason::out_of_sequence);
        if (transaction.envelope.recipients.empty())
            return swallow(std::move(next), bdat, SmtpReason::no_recipients);
        const ServerLimits& limits = config().limits;
        if (!transaction.chunks) {
            transaction.chunks.emplace(config().line_ends,
                                       TextLimits{limits.text_line_octets, limits.message_octets},
                                       context.now + limits.text_time);
        }
        return receive(std::move(next), bdat);
    }
    Step swallow(ReceivingChunk&& next, const Bdat& bdat, SmtpReason refusal) const
    {
        next.refusal = refusal;
        return receive(std::move(next), bdat);
    }
    [[nodiscard]] Step receive(ReceivingChunk&& next, const Bdat& bdat) const
    {
        next.octets = next.left = bdat.octets;
        next.last = bdat.last;
        next.begin = context.position;
        const bool wanted = next.transaction && next.transaction->chunks;
        next.until =
            wanted ? next.transaction->chunks->until() : context.now + config().limits.text_time;
        return {std::move(next), std::nullopt};
    }

    Step on(InTransaction&& at, const Rset& rset) const
    {
        return on(Ready{std::move(at.transaction->client)}, rset);
    }
    Step on(auto at, const Rset& /*rset*/) const
    {
        return {std::move(at), standard_reply(SmtpReason::accepted)};
    }

    // ---- STARTTLS and AUTH -----------------------------------------------------------------

    Step on(Ready&& at, const StartTls& /*start*/) const
    {
        // RFC 3207 §4.2: not under TLS; nor, being an extension, after HELO.
        if (context.encrypted) return refuse(std::move(at), SmtpReason::tls_already_active);
        if (config().tls == TlsUse::absent) return refuse(std::move(at), SmtpReason::not_offered);
        if (!at.client.extended) return refuse(std::move(at), SmtpReason::extension_after_helo);
        if (config().tls == TlsUse::unready)
            return refuse(std::move(at), SmtpReason::tls_unavailable);
        return {AwaitingTls{}, standard_reply(SmtpReason::go_ahead_tls), SmtpReason::go_ahead_tls};
    }

    Step on(Ready&& at, const Auth& auth) const
    {
        if (const auto reason = objection(at.client, auth)) return refuse(std::move(at), *reason);
        std::string mechanism;
        for (const std::string& offered : mechanisms())
            if (equal_ignoring_case(offered, auth.mechanism)) mechanism = offered;
        if (mechanism.empty()) return refuse(std::move(at), SmtpReason::auth_unknown_mechanism);
        AuthStart question{std::move(mechanism), std::nullopt};
        if (auth.initial_response) {
            // RFC 4954 §4: "=" is a response of no octets, which Base64 could not tell from none.
            question.initial_response = *auth.initial_response == "="
                                            ? std::string{}
                                            : decode_base64(*auth.initial_response);
            if (!question.initial_response)
                return refuse(std::move(at), SmtpReason::auth_bad_base64);
        }
        return {AwaitingAuth{std::move(at.client)},
                std::nullopt,
                SmtpReason::accepted,
                std::move(question)};
    }

    [[nodiscard]] std::optional<SmtpReason> objection(const ClientFacts& client,
                                                      const Auth& auth) const
    {
        // RFC 4954 §4.
        if (!client.user.empty()) return SmtpReason::auth_already_done;
        const auto knows = [&](std::span<const std::string> list) {
            return std::ranges::any_of(list, [&](const std::string& mechanism) {
                return equal_ignoring_case(mechanism, auth.mechanism);
            });
        };
        // Whatever is sent, and however right: a password that came in the clear opens nothing.
        const bool could_start_tls = !context.encrypted && config().tls != TlsUse::absent;
        const bool never_in_clear =
            could_start_tls && mechanisms().empty() && !config().mechanisms_under_tls.empty();
        const bool this_needs_tls =
            could_start_tls && !knows(mechanisms()) && knows(config().mechanisms_under_tls);
        if (never_in_clear || this_needs_tls) return SmtpReason::auth_needs_tls;
        if (mechanisms().empty()) return SmtpReason::not_offered;
        if (!client.extended) return SmtpReason::extension_after_helo;
        return std::nullopt;
    }

    // ---- what may come at any time
    // ----------------------------------------------------------------

    Step on(auto at, const Noop& /*noop*/) const
    {
        return {std::move(at), standard_reply(SmtpReason::accepted)};
    }
    // RFC 5321 §7.3: neither confirms nor denies; RCPT is where an address is judged.
    Step on(auto at, const Vrfy& /*vrfy*/) const
    {
        return {std::move(at),
                standard_reply(SmtpReason::vrfy_not_confirmed),
                SmtpReason::vrfy_not_confirmed};
    }
    Step on(auto at, const Expn& /*expn*/) const
    {
        return refuse(std::move(at), SmtpReason::expn_not_offered);
    }
    Step on(auto at, const Help& /*help*/) const
    {
        return {std::move(at), standard_reply(SmtpReason::help_text), SmtpReason::help_text};
    }
    Step on(auto&& /*at*/, const Quit& /*quit*/) const
    {
        return {Closed{}, standard_reply(SmtpReason::goodbye), SmtpReason::goodbye};
    }
    // RFC 3030 §2: nobody knows how much follows a BDAT that could not be read, and its message is
    // lost: only RSET, or EHLO, begins anew.
    Step on(InTransaction&& at, const Malformed& malformed) const
    {
        if (malformed.reason == SmtpReason::spoke_http) return refuse(Closed{}, malformed.reason);
        if (context.verb == SmtpVerb::bdat && config().extensions.chunking) spoil(*at.transaction);
        return refuse(std::move(at), malformed.reason);
    }
    Step on(auto at, const Malformed& malformed) const
    {
        if (malformed.reason == SmtpReason::spoke_http) return refuse(Closed{}, malformed.reason);
        return refuse(std::move(at), malformed.reason);
    }

    // RFC 5321 §4.1.4.
    Step on(auto at, const auto& /*command*/) const
    {
        return refuse(std::move(at), SmtpReason::out_of_sequence);
    }
};

// RFC 2920 §3.1: what a client cannot sensibly guess the outcome of. QUIT, NOOP and VRFY are let
// be: nobody is harmed by a line behind them.
bool must_end_a_group(const Command& command)
{
    return std::holds_alternative<Hello>(command) || std::holds_alternative<Data>(command);
}

std::optional<SmtpReason> objection_to(TextFault fault)
{
    switch (fault) {
    case TextFault::too_big:
        return SmtpReason::message_too_big;
    case TextFault::line_too_long:
        return SmtpReason::text_line_too_long;
    case TextFault::bare_line_end:
        return SmtpReason::bare_line_end;
    case TextFault::nul:
        return SmtpReason::nul_in_text;
    case TextFault::none:
        break;
    }
    return std::nullopt;
}

bool is_refusal(const Reply& reply)
{
    return reply.code >= 400;
}

} // namespace

Step Transitions::on(ServerState&& state, const Command& command) const
{
    if (config.enforce_turns && !at_turn_end && must_end_a_group(command))
        return refuse(Closed{}, SmtpReason::talked_out_of_turn);
    // Where a question is open, or the client owes something else, no command is taken.
    const CommandTransitions transitions{*this};
    return std::visit(
        [&](const auto& what) {
            if (auto* at = std::get_if<InTransaction>(&state))
                return transitions.on(std::move(*at), what);
            if (auto* at = std::get_if<Ready>(&state)) return transitions.on(std::move(*at), what);
            SIM_ASSERT(std::holds_alternative<AwaitingHello>(state));
            return transitions.on(AwaitingHello{}, what);
        },
        command);
}

// ---- the AUTH exchange, RFC 4954 §4 --------------------------------------------------------

Step Transitions::on(AwaitingAuth&& at, const Challenge& challenge) const
{
    // An empty challenge is "334 " and nothing more.
    return {Authenticating{std::move(at.client)},
            Reply{334, {}, encode_base64(challenge.raw)},
            SmtpReason::auth_challenge};
}

Step Transitions::on(Authenticating&& at, const AuthLine& line) const
{
    SmtpReason reason = SmtpReason::auth_cancelled;
    if (line.text != "*") {
        if (auto response = decode_base64(line.text)) {
            return {AwaitingAuth{std::move(at.client)},
                    std::nullopt,
                    SmtpReason::accepted,
                    AuthResponse{*std::move(response)}};
        }
        reason = SmtpReason::auth_bad_base64;
    }
    return on(std::move(at), Malformed{reason});
}

Step Transitions::on(Authenticating&& at, const Malformed& malformed) const
{
    return {Ready{std::move(at.client)},
            standard_reply(malformed.reason),
            malformed.reason,
            AuthCancelled{}};
}

Step Transitions::on(AwaitingAuth&& at, const AuthResult& result) const
{
    switch (result.outcome) {
    case AuthResult::Outcome::succeeded:
        at.client.user = result.user;
        return {Ready{std::move(at.client)},
                standard_reply(SmtpReason::auth_succeeded),
                SmtpReason::auth_succeeded};
    case AuthResult::Outcome::malformed:
        return refuse(Ready{std::move(at.client)}, SmtpReason::auth_malformed);
    case AuthResult::Outcome::temporary_trouble:
        return {Ready{std::move(at.client)},
                Reply{454, {4, 7, 0}, "Temporary authentication failure"},
                SmtpReason::temporary_trouble};
    case AuthResult::Outcome::paused:
        return {Closed{},
                reply_for({SmtpReason::login_paused, result.text, 0, {}}, {}),
                SmtpReason::login_paused};
    case AuthResult::Outcome::failed:
        break;
    }
    // The answer is put off, longer each time, and as long for a user who does not exist.
    constexpr std::uint32_t most_doublings = 6;
    const Duration delay =
        config.limits.auth_failure_delay * (1LL << std::min(auth_failures, most_doublings));
    if (delay <= Duration{0})
        return on(DelayingAuthFailure{std::move(at.client), now}, AuthFailureDue{});
    return {DelayingAuthFailure{std::move(at.client), now + delay}, std::nullopt};
}

Step Transitions::on(DelayingAuthFailure&& at, const AuthFailureDue& /*due*/) const
{
    return refuse(Ready{std::move(at.client)}, SmtpReason::auth_failed);
}

// ---- judgements ----------------------------------------------------------------------------

Step Transitions::on(AwaitingSender&& at, const Judgement& judgement) const
{
    Reply reply = reply_for(judgement, {250, {2, 1, 0}, "Ok"});
    if (is_refusal(reply))
        return {Ready{std::move(at.transaction->client)}, std::move(reply), judgement.reason};
    return {InTransaction{std::move(at.transaction)}, std::move(reply), judgement.reason};
}

Step Transitions::on(AwaitingRecipient&& at, const Judgement& judgement) const
{
    Reply reply = reply_for(judgement, {250, {2, 1, 5}, "Ok"});
    if (is_refusal(reply)) {
        at.transaction->any_refused = true;
    } else {
        at.transaction->envelope.recipients.push_back(std::move(at.recipient));
        at.transaction->envelope.recipient_parameters.push_back(std::move(at.parameters));
    }
    return {InTransaction{std::move(at.transaction)}, std::move(reply), judgement.reason};
}

Step Transitions::on(ReceivingText&& at, const EndOfText& /*end*/) const
{
    ClientFacts& client = at.transaction->client;
    if (const auto reason = objection_to(at.decoder.fault()))
        return refuse(Ready{std::move(client)}, *reason);
    MessageReceived message{std::move(at.transaction->envelope),
                            client,
                            at.decoder.take_text(),
                            at.decoder.has_changed()};
    return {
        AwaitingMessage{std::move(client)}, std::nullopt, SmtpReason::accepted, std::move(message)};
}

Step Transitions::on(ReceivingChunk&& at, const EndOfChunk& /*end*/) const
{
    const auto back = [&]() -> ServerState {
        if (at.transaction) return InTransaction{std::move(at.transaction)};
        if (at.client) return Ready{*std::move(at.client)};
        return AwaitingHello{};
    };
    if (at.refusal) return refuse(back(), *at.refusal);
    ChunkJoiner& chunks = *at.transaction->chunks;
    ClientFacts& client = at.transaction->client;
    if (at.last) {
        if (const auto reason = objection_to(chunks.fault()))
            return refuse(Ready{std::move(client)}, *reason);
        MessageReceived message{
            std::move(at.transaction->envelope), client, chunks.take_text(), chunks.has_changed()};
        return {AwaitingMessage{std::move(client)},
                std::nullopt,
                SmtpReason::accepted,
                std::move(message)};
    }
    if (const auto reason = objection_to(chunks.fault())) {
        spoil(*at.transaction);
        return refuse(back(), *reason);
    }
    return {back(), Reply{250, {2, 0, 0}, std::to_string(at.octets) + " octets received"}};
}

Step Transitions::on(AwaitingMessage&& at, const Judgement& judgement) const
{
    // RFC 5321 §4.2.5: with 250 the server has taken responsibility for every recipient.
    Reply reply = reply_for(judgement, standard_reply(SmtpReason::message_accepted));
    const SmtpReason reason =
        judgement.reason == SmtpReason::accepted ? SmtpReason::message_accepted : judgement.reason;
    return {Ready{std::move(at.client)}, std::move(reply), reason};
}

Reply Transitions::greeting() const
{
    return {220, {}, config.hostname + " ESMTP"};
}

Step refuse_as_imposed(ServerState&& state, const Judgement& judgement)
{
    return {std::move(state), reply_for(judgement, {}), judgement.reason};
}

Reply reply_for(const Judgement& judgement, Reply accepted)
{
    Reply reply = judgement.reason == SmtpReason::accepted ? std::move(accepted)
                                                           : standard_reply(judgement.reason);
    if (judgement.code != 0) {
        reply.code = judgement.code;
        reply.enhanced = judgement.enhanced;
    }
    if (judgement.text.empty()) return reply;
    reply.text = judgement.text;
    // Whoever worded it may have quoted the client: nothing of it may begin a line of its own.
    for (char& c : reply.text)
        if (c < ' ' || c > '~') c = '?';
    return reply;
}

} // namespace sim::smtp::server
