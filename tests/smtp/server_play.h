// Drives a ServerSession as a client would and plays its host: answers its questions, keeps what it
// sent and what it reported.
#pragma once

#include "sim/smtp/server_session.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim::smtp::test {

// What this host thinks of addresses: local part nobody: unknown; full: mailbox full; later:
// temporary trouble; domain not under server.example: relay denied. As senders: spoof: not yours.
// Users: hanako with the password secret, by PLAIN and LOGIN.
class ServerPlay {
public:
    explicit ServerPlay(ServerConfig config, bool tls_from_start = false);

    // Sends octets (in pieces of `split`) and returns what the server sent back.
    std::string say(std::string_view octets);
    // The same with CR LF behind each.
    std::string lines(const std::vector<std::string_view>& lines);

    // EHLO, what it takes to be allowed MAIL (STARTTLS, AUTH), and nothing of it in what is kept.
    void become_ready();
    // become_ready, MAIL and RCPT.
    void become_transacting();

    void establish_tls();      // where the session asked for it
    void pass(Duration time);  // handles what falls due meanwhile
    std::string answer_held(); // with `holds_answers`: answers the open question
    void forget();             // outputs and wire so far

    // What the server sent since the last call.
    std::string take_wire();

    [[nodiscard]] std::vector<server::CommandSeen> commands() const;
    [[nodiscard]] std::vector<server::ReplySent> replies() const;
    [[nodiscard]] SmtpReason last_reason() const;
    [[nodiscard]] std::size_t count_sends() const { return sends_; }

    ServerSession session;
    Instant now{};
    std::size_t split = std::string_view::npos;
    bool holds_answers = false; // questions wait for answer_held()
    bool tls_asked = false;
    bool closed = false;
    std::string wire;                    // all of it
    std::vector<server::Output> outputs; // but for SendBytes
    std::vector<server::MessageReceived> messages;
    std::vector<server::CheckSender> senders;
    std::size_t most_memory = 0;
    std::optional<server::Judgement> message_verdict; // instead of accepting
    std::optional<server::Judgement> sender_verdict;

private:
    void drain();
    void note(server::Output output);
    void answer(const server::Output& question);
    void answer_auth(const std::string& response);
    [[nodiscard]] static server::Judgement judge(const Mailbox& recipient);

    std::optional<server::Output> held_;
    std::string mechanism_;
    std::optional<std::string> login_user_;
    std::size_t taken_wire_ = 0;
    std::size_t sends_ = 0;
};

// All that a session says and reports, for comparing runs; what depends on how octets are grouped
// into segments (SendBytes) is joined.
struct Record {
    std::string wire;
    std::vector<server::Output> outputs;
    friend bool operator==(const Record&, const Record&) = default;
};
Record record(const ServerPlay& play);

} // namespace sim::smtp::test
