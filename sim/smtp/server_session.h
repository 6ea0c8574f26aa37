// One SMTP server conversation without I/O (RFC 5321): bytes and answers in, outputs out.
//
// The caller owns the socket, the TLS engine, the passwords, the policy and the clock. After every
// handle_*() it drains poll_output() until nothing comes, in order, and may answer a question from
// within that loop. Each command becomes a Step computed by a pure `on(state, command)` overload
// and applied in commit(), the only writer of the state, the only sender and the only reporter.
//
//     ServerSession session{config};          // one shared config for all sessions of a service
//     session.handle_connected(now, false);   // then handle_bytes(...) as they come
#pragma once

#include "sim/core/output_list.h"
#include "sim/smtp/input.h"
#include "sim/smtp/server_config.h"
#include "sim/smtp/server_output.h"
#include "sim/smtp/server_state.h"
#include "sim/smtp/server_transitions.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim::smtp {

// One cell of the state diagram, for docs, tests and the protocol panel.
struct Transition {
    SmtpPhase from = SmtpPhase::awaiting_hello;
    bool encrypted = false;
    bool authenticated = false;
    SmtpVerb verb = SmtpVerb::unknown;
    SmtpPhase to = SmtpPhase::awaiting_hello;
    std::uint16_t code = 0; // 0: a question to the host comes first
    SmtpReason reason = SmtpReason::accepted;
    friend bool operator==(const Transition&, const Transition&) = default;
};

class ServerSession {
public:
    explicit ServerSession(std::shared_ptr<const ServerConfig> config);

    // First of all, once. `tls_from_start`: port 465; BeginTls comes at once, the greeting after
    // the handshake. `refusal`: the client is not welcome (overloaded, refused_by_policy,
    // login_paused).
    void handle_connected(Instant now,
                          bool tls_from_start,
                          std::optional<server::Judgement> refusal = std::nullopt);

    // Plaintext from the client: off the wire, or out of the TLS engine once it is established.
    void handle_bytes(std::string_view bytes, Instant now);
    // The client will send no more. What it asked before is still answered.
    void handle_end_of_stream(Instant now);

    void handle_tls_established(Instant now);
    void handle_tls_failed(Instant now);

    // Answers to questions. One that comes after the session has closed is ignored; one that was
    // never asked is our own mistake.
    void handle_auth_challenge(std::string_view raw, Instant now);
    void handle_auth_result(const server::AuthResult& result, Instant now);
    // An exchange that was cancelled had failed before: it counts like one that was not.
    void handle_login_abandoned(std::uint32_t failures_before, Instant now);
    // About the sender, the recipient or the message: the one that was asked about.
    void handle_judgement(const server::Judgement& judgement, Instant now);

    // From now on this verb is answered so, whatever the client asks with it and whether or not its
    // time has come; `text` means the message, once all of it is there. HELO counts as EHLO. The
    // host's way to refuse what it is never asked about; `accepted` takes it back.
    void impose(SmtpVerb verb, const server::Judgement& judgement);
    // The host had held back what was said, and now all of it has left: the client's time to go on
    // counts from here.
    void handle_replies_sent(Instant now) { set_deadline(now); }

    // When handle_timeout wants to be called, `never` when nothing is awaited; it may be called
    // early or late. And what it waits for until then.
    [[nodiscard]] Instant next_timeout() const { return deadline_.at; }
    [[nodiscard]] const Deadline& deadline() const { return deadline_; }
    void handle_timeout(Instant now);

    // Takes the oldest pending output.
    [[nodiscard]] std::optional<server::Output> poll_output();

    [[nodiscard]] SmtpPhase phase() const { return phase_of(state_); }
    [[nodiscard]] bool encrypted() const { return encrypted_; }

    // How many octets handle_bytes takes now without complaint. Shrinks only while a question is
    // open; a host that reads no more than this from its socket makes the client wait (TCP's
    // window), one that does not ends with 421.
    [[nodiscard]] std::size_t input_room() const;

    // Octets of memory held for what the client sent.
    [[nodiscard]] std::size_t memory_octets() const;

    // Evaluates every (state, command) pair, so that the drawn diagram cannot drift from the code.
    [[nodiscard]] static std::vector<Transition> transition_table(const ServerConfig& config);

private:
    // How often the client has done what it should not, over the whole connection.
    struct Tally {
        std::uint32_t bad_commands = 0;
        std::uint32_t idle_commands = 0; // these two since the last message that was accepted
        std::uint32_t recipients_tried = 0;
        std::uint32_t unknown_recipients = 0;
        std::uint32_t auth_failures = 0;
    };
    // The front of a line that is too long; the rest of it is not kept.
    struct LongLine {
        std::string front;
        std::uint64_t begin = 0;
    };
    struct Heard; // a line, where it stood, and what it is

    [[nodiscard]] server::Transitions transitions(Instant now) const;

    void greet(Instant now, const std::optional<server::Judgement>& refusal);
    void answer_input(Instant now);
    void finish_group(Instant now);
    bool take_next(Instant now);
    bool take_line(Instant now);
    bool take_text(Instant now);
    bool take_chunk(Instant now);
    // All of the message is there; `end` is the step unless the host has imposed an answer.
    template <typename State, typename End>
    void answer_message(State& at, const End& end, Instant now);
    void answer_command(Heard& heard, Instant now);
    [[nodiscard]] const server::Judgement* imposed(SmtpVerb verb) const;
    void answer_auth_line(Heard& heard, Instant now);
    bool answer_tls_record(Instant now);
    [[nodiscard]] std::size_t line_limit(std::string_view line) const;
    void swallow_long_line(Instant now);
    void answer_line(Heard& heard, Instant now);
    // What the client has sent of this is far beyond what it may be.
    [[nodiscard]] bool is_excess(std::uint64_t octets, std::uint64_t limit) const;
    [[nodiscard]] bool is_one_too_many(const ParsedCommand& said);
    void drop_plaintext_before_tls();
    void discard_input();

    // Applies a step; `heard` is null when it is no line that leads to it.
    void commit(const Heard* heard, server::Step&& step, Instant now);
    void refuse_and_close(SmtpReason reason, Instant now);
    void refuse_and_close(SmtpReason reason, SmtpReason last_word, Instant now);
    // 421 behind the reply that was given, if that has not closed the connection already.
    void give_up(SmtpReason reason, Instant now);
    void say(Reply reply, SmtpReason reason, SmtpVerb to);
    void count_misdeed(SmtpReason reason, std::uint16_t code);
    void close(Instant now);
    void flush();
    void set_deadline(Instant now) { deadline_ = server::deadline_of(state_, now, *config_); }
    [[nodiscard]] bool is_waiting() const { return phase() == SmtpPhase::awaiting_verdict; }

    std::shared_ptr<const ServerConfig> config_;
    ServerState state_;
    bool encrypted_ = false;
    bool peer_finished_ = false;
    bool auth_refused_ = false; // and what follows may be the rest of an exchange sent blindly
    std::vector<std::pair<SmtpVerb, server::Judgement>> imposed_; // by the host, mostly none
    SmtpVerb answering_ = SmtpVerb::none;
    Tally tally_;
    Deadline deadline_;

    Input input_;
    std::optional<LongLine> long_line_;
    // An LF alone has come, and no CR LF behind it yet: what stands between is no command. Else a
    // client that lets an LF into an argument would say more than it means to, or hear more replies
    // than it has said lines.
    bool is_broken_ = false;

    std::string sending_;           // replies to the group that is being answered
    std::uint64_t sent_octets_ = 0; // position of the end of sending_ in the stream

    OutputList<server::Output> outputs_;
};

} // namespace sim::smtp
