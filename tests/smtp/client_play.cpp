#include "tests/smtp/client_play.h"

#include <algorithm>

namespace sim::smtp::test {

namespace {

std::string masked(const client::CommandSent& sent)
{
    std::string line = sent.line;
    if (sent.secret_size > 0) line.replace(sent.secret_offset, sent.secret_size, "****");
    return line;
}

// One run; answers the session's questions and the script's turns until nothing moves.
class Player {
public:
    explicit Player(const Play& play) : play_{play}, session_{play.config}
    {
        script_.assign(play.script.begin(), play.script.end());
        answers_.assign(play.auth_answers.begin(), play.auth_answers.end());
        mails_.assign(play.mails.begin(), play.mails.end());
    }

    Played run()
    {
        begin_next();
        session_.handle_connected(start_of_test);
        if (session_.phase() == ClientPhase::awaiting_greeting) turns_ = 1;
        do {
            drain();
        } while (take_turn());
        played_.phase = session_.phase();
        played_.next_timeout = session_.next_timeout();
        return std::move(played_);
    }

private:
    void begin_next()
    {
        if (!mails_.empty()) {
            session_.start_mail(mails_.front(), start_of_test);
            mails_.pop_front();
        }
        if (mails_.empty() && !finished_) {
            finished_ = true;
            session_.finish(start_of_test);
        }
    }

    bool take_turn()
    {
        if (session_.phase() == ClientPhase::closed) return false;
        if (turns_ > 0 && !script_.empty()) {
            --turns_;
            feed(script_.front());
            script_.pop_front();
            return true;
        }
        if (script_.empty() && play_.server_hangs_up) {
            session_.handle_end_of_stream(start_of_test);
            return true;
        }
        return false;
    }

    void feed(std::string_view bytes)
    {
        for (; !bytes.empty(); bytes.remove_prefix(std::min(play_.split, bytes.size()))) {
            session_.handle_bytes(bytes.substr(0, play_.split), start_of_test);
            if (play_.split != std::string::npos) drain();
        }
    }

    void drain()
    {
        while (auto output = session_.poll_output()) {
            played_.outputs.push_back(*output);
            std::visit([&](const auto& what) { on(what); }, *output);
        }
    }

    void note(const std::string& line) { played_.log += line + '\n'; }

    void on(const client::SendBytes& sent)
    {
        played_.wire += sent.bytes;
        ++turns_;
    }
    void on(const client::BeginTls& /*begin*/)
    {
        note("(tls)");
        if (!play_.tls_succeeds) {
            session_.handle_tls_failed(start_of_test);
            return;
        }
        session_.handle_tls_established(start_of_test);
        if (session_.phase() == ClientPhase::awaiting_greeting) ++turns_;
    }
    void on(const client::AuthBegin& begin)
    {
        std::string line = "offered:";
        for (const std::string& name : begin.offered)
            line += ' ' + name;
        note(line + (begin.may_reveal_password ? "" : " (secret only)"));
        if (play_.auth_impossible) {
            session_.handle_auth_impossible(*play_.auth_impossible, start_of_test);
            return;
        }
        AuthAnswer answer{next_answer(), play_.believes_success};
        session_.handle_auth_choice(play_.mechanism, answer, start_of_test);
    }
    void on(const client::AuthChallenge& challenge)
    {
        note("challenge: " + challenge.octets);
        const auto octets = next_answer();
        if (octets) {
            session_.handle_auth_response({octets, play_.believes_success}, start_of_test);
        } else {
            session_.handle_auth_impossible(SmtpProblem::reply_malformed, start_of_test);
        }
    }
    std::optional<std::string> next_answer()
    {
        if (answers_.empty()) return std::nullopt;
        auto answer = std::move(answers_.front());
        answers_.pop_front();
        return answer;
    }
    void on(const client::MailFinished& finished)
    {
        for (const auto& result : finished.recipients)
            note("mail: " + to_line(result));
        played_.mails.push_back(finished);
        begin_next();
    }
    void on(const client::SessionFailed& failed)
    {
        std::string line = "failed: " + std::string{name_of(failed.step)};
        if (failed.problem) line += ' ' + std::string{name_of(*failed.problem)};
        if (failed.reply.code != 0) line += ' ' + std::to_string(failed.reply.code);
        note(line + (failed.temporary ? " for now" : " for good"));
        played_.failures.push_back(failed);
    }
    void on(const client::CloseConnection& /*close*/)
    {
        note("closed");
        ++played_.closes;
    }
    void on(const client::CommandSent& sent) { note("C: " + masked(sent)); }
    void on(const client::ReplySeen& seen)
    {
        note("S: " + std::string{seen.to == SmtpVerb::none ? "" : name_of(seen.to)} + ' ' +
             std::to_string(seen.reply.code));
    }
    void on(const client::TextSent& sent)
    {
        note("text: " + std::to_string(sent.lines) + " lines, " + std::to_string(sent.size));
    }
    void on(const client::ProblemSeen& seen)
    {
        note("problem: " + std::string{name_of(seen.problem)});
    }

    const Play& play_;
    ClientSession session_;
    std::deque<std::string> script_;
    std::deque<std::optional<std::string>> answers_;
    std::deque<OutgoingMail> mails_;
    bool finished_ = false;
    std::size_t turns_ = 0; // of the server
    Played played_;
};

} // namespace

std::string to_line(const client::RecipientResult& result)
{
    using enum client::RecipientResult::Outcome;
    std::string line = result.outcome == accepted          ? "accepted"
                       : result.outcome == refused_for_now ? "refused for now"
                                                           : "refused for good";
    if (result.outcome != accepted) line += ' ' + std::string{name_of(result.step)};
    if (result.problem) line += ' ' + std::string{name_of(*result.problem)};
    if (result.reply.code != 0) line += ' ' + std::to_string(result.reply.code);
    return line;
}

OutgoingMail mail_to(std::vector<std::string> recipients, std::string text)
{
    OutgoingMail mail;
    mail.reverse_path = "hanako@kumo.example";
    mail.recipients = std::move(recipients);
    mail.text = std::make_shared<const std::string>(std::move(text));
    return mail;
}

Played play(const Play& play)
{
    return Player{play}.run();
}

} // namespace sim::smtp::test
