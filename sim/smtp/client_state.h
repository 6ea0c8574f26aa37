// The states of an SMTP client, and the pure rules that lead from one to the next. Only
// client_session.cpp and its parts include this.
#pragma once

#include "sim/core/session_timer.h"
#include "sim/core/state_phase.h"
#include "sim/smtp/client_session.h"
#include "sim/smtp/offer.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sim::smtp::client {

// ---- states: each holds exactly what is valid in it -------------------------------------------

struct AwaitingConnection {
    static constexpr SmtpClientPhase phase = SmtpClientPhase::awaiting_connection;
};
struct AwaitingGreeting {
    static constexpr SmtpClientPhase phase = SmtpClientPhase::awaiting_greeting;
};
struct AwaitingHello {
    static constexpr SmtpClientPhase phase = SmtpClientPhase::awaiting_hello;
    bool old_style = false; // HELO, because EHLO was not known
};
struct AwaitingStarttls { // the reply to it
    static constexpr SmtpClientPhase phase = SmtpClientPhase::awaiting_starttls;
    Offer offer;
};
struct AwaitingTls {
    static constexpr SmtpClientPhase phase = SmtpClientPhase::awaiting_tls;
};
struct ChoosingMechanism { // the host's turn
    static constexpr SmtpClientPhase phase = SmtpClientPhase::choosing_mechanism;
    Offer offer;
};
struct Authenticating { // AUTH, or a line of its exchange, is with the server
    static constexpr SmtpClientPhase phase = SmtpClientPhase::authenticating;
    Offer offer{};
    std::optional<std::string> held{}; // an initial response too long for the command line
    bool believes_success = true;
    std::uint32_t rounds = 0;
    bool first = true; // the reply answers AUTH itself
};
struct Challenged { // the host's turn
    static constexpr SmtpClientPhase phase = SmtpClientPhase::authenticating;
    Offer offer;
    std::uint32_t rounds = 0;
};
struct CancellingAuth { // "*" is with the server
    static constexpr SmtpClientPhase phase = SmtpClientPhase::authenticating;
    SmtpProblem why = SmtpProblem::reply_malformed;
};
struct Ready {
    static constexpr SmtpClientPhase phase = SmtpClientPhase::ready;
    Offer offer;
    bool must_reset = false; // the last transaction was left open
};
// The commands before the text. With pipelining all of them are with the server already and
// `awaits` says whose reply is next; without, it is the one command that was sent.
struct InTransaction {
    static constexpr SmtpClientPhase phase = SmtpClientPhase::in_transaction;
    enum class Awaits { rset, mail, rcpt, data };
    Offer offer;
    bool pipelined = false;
    bool chunked = false; // BDAT is to follow the envelope, never in one group with it
    Awaits awaits = Awaits::mail;
    std::size_t recipient = 0; // whose RCPT, when that is awaited
    // Only when pipelined; else the transaction ends there. The other replies are still to come.
    std::optional<RecipientResult> mail_refusal;
    std::uint32_t accepted = 0; // recipients
};
struct AwaitingVerdict { // the final dot is with the server
    static constexpr SmtpClientPhase phase = SmtpClientPhase::awaiting_verdict;
    Offer offer;
};
struct Quitting {
    static constexpr SmtpClientPhase phase = SmtpClientPhase::quitting;
};
struct Closed {
    static constexpr SmtpClientPhase phase = SmtpClientPhase::closed;
};

using State = std::variant<AwaitingConnection,
                           AwaitingGreeting,
                           AwaitingHello,
                           AwaitingStarttls,
                           AwaitingTls,
                           ChoosingMechanism,
                           Authenticating,
                           Challenged,
                           CancellingAuth,
                           Ready,
                           InTransaction,
                           AwaitingVerdict,
                           Quitting,
                           Closed>;

// The command that the next reply answers; none where nobody asked.
[[nodiscard]] SmtpVerb awaited_verb(const State& state);
// Where a mail failed that gets no further than this.
[[nodiscard]] FailureStep step_of(const State& state);
// For a session that has just come to this state; none where the server is not expected to say
// anything.
[[nodiscard]] Deadline deadline_of(const State& state, Instant now, const ClientConfig& config);

// ---- the mail under way -----------------------------------------------------------------------

struct Job {
    OutgoingMail mail;
    std::string wire; // the text as DATA sends it, with the final dot; filled when it begins
    std::uint32_t lines = 0;
    std::uint32_t size = 0;
    bool changed_line_ends = false; // as TextSent has them
    bool in_ascii = false;
    // In the order of the recipients; nothing where it depends on what is still to come.
    std::vector<std::optional<RecipientResult>> results;

    // Takes the form that suits this server, before its wire is made. True: not the first one.
    bool choose_form(const Offer& offer);
    // What of it is beyond ASCII: an address, or the name of a header field.
    [[nodiscard]] std::string utf8_part() const;
    // The first undecided recipient from `from` on; the number of recipients when there is none.
    [[nodiscard]] std::size_t next_undecided(std::size_t from) const;
    [[nodiscard]] bool has_undecided() const { return next_undecided(0) < results.size(); }
};

// Takes a mail and decides at once about addresses that no command line can carry.
[[nodiscard]] Job make_job(OutgoingMail mail);

// ---- transitions ------------------------------------------------------------------------------

// What a reply decided about recipients that were undecided.
struct Decision {
    RecipientResult result;
    std::optional<std::size_t> recipient; // none: all of them
};

// One step of the conversation, computed by Transitions, carried out by commit().
struct Step {
    State next;
    SmtpVerb say = SmtpVerb::none; // what goes out; with pipelining all up to DATA
    std::string auth_line{};       // when it is a line of an AUTH exchange
    std::size_t secret_offset = 0; // in auth_line, to its end
    std::optional<Decision> decision{};
    bool mail_finished = false;
    std::vector<SmtpProblem> problems{}; // noticed, whether the session goes on or ends
    std::string detail{}; // of the problems: what the server said instead of a reply, or what of
                          // the mail does not suit it
    std::optional<SessionFailed> failure{};
    std::optional<Output> question{}; // for the host
};

struct Transitions {
    const ClientConfig& config;
    const Job* job = nullptr; // there is one in InTransaction and AwaitingVerdict
    bool encrypted = false;
    bool more_waits = false; // octets have come behind this reply

    [[nodiscard]] Step on_reply(State&& state, const Reply& reply) const;

    // Ready, and a mail to send: its first command, or why it cannot go to this server.
    [[nodiscard]] Step begin_mail(Ready&& at) const;

    // What the host's answer leads to.
    [[nodiscard]] Step
    choose(ChoosingMechanism&& at, std::string_view mechanism, const AuthAnswer& answer) const;
    [[nodiscard]] Step respond(Challenged&& at, const AuthAnswer& answer) const;
    [[nodiscard]] static Step cancel(SmtpProblem why);

    // Ends the session: with QUIT when the server can still hear it, else at once.
    enum class Farewell { quit, hang_up };
    [[nodiscard]] static Step fail(FailureStep step,
                                   std::optional<SmtpProblem> problem,
                                   const Reply& reply,
                                   Farewell farewell);

    // The same in the middle of something: what was decided about the mail before stands.
    [[nodiscard]] static Step
    cut_short(const State& state, std::optional<SmtpProblem> problem, const Reply& reply = {});

private:
    Step on(AwaitingGreeting&& at, const Reply& reply) const;
    Step on(AwaitingHello&& at, const Reply& reply) const;
    Step on(AwaitingStarttls&& at, const Reply& reply) const;
    Step on(Authenticating&& at, const Reply& reply) const;
    Step on(CancellingAuth&& at, const Reply& reply) const;
    Step on(InTransaction&& at, const Reply& reply) const;
    Step on(AwaitingVerdict&& at, const Reply& reply) const;
    Step on(Quitting&& at, const Reply& reply) const;
    template <typename Other>
    Step on(Other&& at, const Reply& reply) const;

    Step on_mail_reply(InTransaction&& at, const Reply& reply) const;
    Step on_rcpt_reply(InTransaction&& at, const Reply& reply) const;
    Step on_data_reply(InTransaction&& at, const Reply& reply) const;
    Step next_recipient(InTransaction&& at, std::size_t from) const;
    [[nodiscard]] Step begin_chunk(InTransaction&& at) const;
    Step after_hello(Offer&& offer) const;
    Step go_on_in_clear(Offer&& offer, SmtpProblem why) const;
    Step log_in(Offer&& offer) const;
};

// What a reply that is no success means for a recipient.
[[nodiscard]] RecipientResult refused(FailureStep step, const Reply& reply);

} // namespace sim::smtp::client
