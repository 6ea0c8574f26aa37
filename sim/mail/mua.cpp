#include "sim/mail/mua.h"

#include "sim/core/assert.h"
#include "sim/core/recipients.h"
#include "sim/mail/ascii_form.h"
#include "sim/mail/conversation.h"
#include "sim/mail/message.h"
#include "sim/mail/refusal.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim::mail {

namespace {

// The dialog for something that was noticed, when that is not left to the step and the reply.
std::optional<UserError> dialog_for(SmtpProblem problem, FailureStep step)
{
    switch (problem) {
    case SmtpProblem::starttls_not_offered:
    case SmtpProblem::starttls_refused:
        return UserError::tls_not_offered;
    case SmtpProblem::auth_not_offered:
    case SmtpProblem::no_common_mechanism:
    case SmtpProblem::auth_would_reveal_password:
        return UserError::auth_not_offered;
    case SmtpProblem::reply_too_late:
        return UserError::reply_timed_out;
    case SmtpProblem::closed_too_early:
        return UserError::connection_lost;
    case SmtpProblem::response_injection:
        return UserError::tls_failed;
    case SmtpProblem::spoke_smtp_to_tls_port:
    case SmtpProblem::spoke_tls_to_smtp_port:
        return UserError::not_a_mail_server;
    case SmtpProblem::reply_malformed:
    case SmtpProblem::reply_too_long:
        return step == FailureStep::greeting ? UserError::not_a_mail_server
                                             : UserError::server_error;
    case SmtpProblem::needs_8bitmime:
    case SmtpProblem::needs_smtputf8:
    case SmtpProblem::message_too_big_for_peer:
    case SmtpProblem::nul_in_message:
        return UserError::message_refused;
    default:
        return std::nullopt;
    }
}

UserError dialog_for_reply(FailureStep step, std::uint16_t code)
{
    // RFC 4954 §6: a 4yz to AUTH says nothing about the password.
    if (code / 100 == 4) return UserError::server_busy;
    if (step == FailureStep::auth) return UserError::auth_failed;
    if (code == 530) return UserError::auth_required;
    switch (step) {
    case FailureStep::mail_from:
        return UserError::sender_refused;
    case FailureStep::rcpt_to:
        return UserError::recipient_refused;
    case FailureStep::data:
    case FailureStep::end_of_data:
        return UserError::message_refused;
    case FailureStep::login:
        return UserError::login_failed;
    default:
        return UserError::server_error;
    }
}

UserError dialog(FailureStep step,
                 std::optional<SmtpProblem> problem,
                 std::uint16_t code,
                 std::optional<TlsFailure> tls_failure)
{
    if (step == FailureStep::tls && tls_failure) {
        if (*tls_failure == TlsFailure::certificate_refused) return UserError::certificate_problem;
        return UserError::tls_failed;
    }
    if (problem) {
        if (const auto known = dialog_for(*problem, step)) return *known;
    }
    if (code != 0) return dialog_for_reply(step, code);
    if (step == FailureStep::login) return UserError::login_failed;
    return step == FailureStep::tls ? UserError::tls_failed : UserError::connection_lost;
}

UserError dialog(ConnectFailure why)
{
    switch (why) {
    case ConnectFailure::timed_out:
        return UserError::connect_timed_out;
    case ConnectFailure::refused:
        return UserError::connect_refused;
    case ConnectFailure::unreachable:
    case ConnectFailure::prohibited:
    case ConnectFailure::no_route:
    case ConnectFailure::no_free_port:
    case ConnectFailure::called_off: // a mail program of ours waits to the end
        return UserError::connect_unreachable;
    }
    return UserError::connect_unreachable;
}

} // namespace

// One POP3 session of the program.
class Mua::Fetching final : public Conversation<pop3::ClientSession> {
public:
    Fetching(Mua& mua, const FetchJob& job, ConnectionId connection)
        : Conversation{mua.machine_, connection, session_config(mua, job)}, mua_{mua}, job_{job}
    {
        tls_.server_name = job.account.server;
        tls_.trust = machine().world().trust;
        tls_.require_valid = true;
        tls_.versions = job.account.versions;
    }

    void handle_connected()
    {
        session().handle_connected(machine().now());
        drain();
    }

private:
    static pop3::ClientConfig session_config(const Mua& mua, const FetchJob& job)
    {
        pop3::ClientConfig config;
        config.protection = job.account.protection;
        config.user = job.account.user;
        config.password = job.account.password;
        config.may_reveal_password = job.account.protection == Protection::none;
        config.seen_uidls = mua.seen_uidls_;
        return config;
    }

    void handle_tls_failed(const tls::Failed& why) override
    {
        tls_failure_ = why.why;
        Conversation::handle_tls_failed(why);
    }

    void drain() override
    {
        hand_out([&](const auto& what) { on(what); });
    }

    void on(const pop3::client::SendBytes& what) { channel().send(what.bytes); }
    void on(const pop3::client::BeginTls& /*what*/) { channel().begin_tls(tls_); }
    void on(const pop3::client::CloseConnection& /*what*/) { channel().close(); }
    void on(const pop3::client::MessageFetched& what)
    {
        // The number of the mail that this text is: the simulator's own knowledge.
        MailId mail;
        for (const StoredMessage& stored : machine().world().stored)
            if (stored.where == StoredIn::mailbox && *stored.text == what.text) mail = stored.mail;
        machine().append(channel().connection(),
                         MailRetrieved{mail,
                                       machine().note(job_.mailbox),
                                       static_cast<std::uint32_t>(what.text.size())});
        machine().world().store(StoredMessage{StoredIn::fetched_by_program,
                                              machine().host(),
                                              mail,
                                              machine().now(),
                                              mua_.key(),
                                              {},
                                              {job_.mailbox},
                                              std::make_shared<const std::string>(what.text)});
        if (!what.uidl.empty()) mua_.seen_uidls_.push_back(what.uidl);
    }
    void on(const pop3::client::SessionFinished& what)
    {
        fetched_ = what.fetched;
        finish(UserError::none, FailureStep::retrieve, {});
    }
    void on(const pop3::client::SessionFailed& what)
    {
        // A POP3 reply has no number: whether one was given is what matters.
        const std::uint16_t code = what.reply.empty() ? 0 : 500;
        finish(dialog(what.step, what.problem, code, tls_failure_), what.step, what.reply);
    }
    void on(const pop3::client::CommandSent& what)
    {
        Pop3Command command;
        command.side = Side::sent;
        command.verb = what.verb;
        command.encrypted = what.encrypted;
        command.line = Line{
            machine().note(what.line), what.stream_offset, what.secret_offset, what.secret_size};
        command.client = what.after;
        unanswered_.add(what.verb, machine().append(channel().connection(), command));
    }
    void on(const pop3::client::ReplySeen& what)
    {
        Pop3Reply reply;
        reply.side = Side::received;
        reply.to = what.to;
        reply.encrypted = what.encrypted;
        reply.ok = what.ok;
        reply.line = Line{machine().note(what.line), what.stream_offset, 0, 0};
        reply.size = what.size;
        reply.client = what.after;
        reply.answers = unanswered_.take(what.to);
        machine().append(channel().connection(), reply);
    }
    void on(const pop3::client::ProblemSeen& what)
    {
        machine().append(channel().connection(),
                         SmtpProblemSeen{what.problem, machine().note(what.detail)});
    }

    void finish(UserError error, FailureStep step, std::string_view reply)
    {
        mua_.fetched_messages_ = fetched_;
        mua_.fetch_finished(error, step, reply);
    }

    Mua& mua_;
    FetchJob job_;
    tls::ClientConfig tls_;
    std::optional<TlsFailure> tls_failure_;
    std::uint32_t fetched_ = 0;
    Unanswered<Pop3Verb> unanswered_;
};

Mua::Mua(Machine& machine, std::string key)
    : machine_{machine}, key_{std::move(key)}, dialler_{machine, *this}
{
}

Mua::~Mua() = default;

void Mua::start()
{
    machine_.add(*this);
}

// ---- jobs -------------------------------------------------------------------------------------

void Mua::send(SendJob job)
{
    jobs_.emplace_back(std::move(job));
    causes_.push_back(machine_.trace().cause());
    if (!busy_) begin_next();
}

void Mua::fetch(FetchJob job)
{
    jobs_.emplace_back(std::move(job));
    causes_.push_back(machine_.trace().cause());
    if (!busy_) begin_next();
}

const Account& Mua::account() const
{
    return std::visit([](const auto& job) -> const Account& { return job.account; }, jobs_.front());
}

void Mua::begin_next()
{
    busy_ = true;
    reported_ = false;
    const CauseScope because{machine_.trace(), causes_.front()};
    EventId begun = causes_.front();
    if (const auto* send = std::get_if<SendJob>(&jobs_.front())) {
        mail_ = machine_.world().new_mail();
        begun = machine_.append({},
                                MailComposed{mail_,
                                             machine_.note(send->reverse_path),
                                             machine_.note(join_recipients(send->recipients)),
                                             static_cast<std::uint32_t>(send->text.size())});
        machine_.world().store(StoredMessage{StoredIn::sent_by_program,
                                             machine_.host(),
                                             mail_,
                                             machine_.now(),
                                             key_,
                                             send->reverse_path,
                                             send->recipients,
                                             std::make_shared<const std::string>(send->text)});
    }
    const CauseScope scope{machine_.trace(), begun};
    if (const auto known = Dialler::literal(account().server, account().port)) {
        endpoints_ = {*known};
        connect_to_next();
        return;
    }
    question_ = dialler_.look_up(account().server, account().port);
}

void Mua::handle_answer(const dns::Answered& answer)
{
    const auto dialled = dialler_.handle_answer(answer);
    if (!busy_ || !dialled || dialled->question != question_) return;
    if (dialled->endpoints.empty()) {
        job_failed(UserError::server_not_found, FailureStep::name_lookup);
        return;
    }
    endpoints_.assign(dialled->endpoints.begin(), dialled->endpoints.end());
    connect_to_next();
}

void Mua::connect_to_next()
{
    connection_ = machine_.connect(*this, endpoints_.front());
    endpoints_.pop_front();
    const auto* send = std::get_if<SendJob>(&jobs_.front());
    if (send == nullptr) {
        fetching_ =
            std::make_unique<Fetching>(*this, std::get<FetchJob>(jobs_.front()), connection_);
        return;
    }
    machine_.world().in_transit[connection_] = mail_;
    OutboundConfig config;
    // RFC 5321 §4.1.4: a PC without a name of its own says its address.
    config.session.hostname = fmt::format("[{}]", to_string(machine_.addresses().front()));
    config.session.protection = send->account.protection;
    config.session.wants_auth = !send->account.mechanisms.empty();
    config.session.may_reveal_password = send->account.protection == Protection::none;
    config.session.keeps_line_ends = send->raw;
    config.tls.server_name = send->account.server;
    config.tls.trust = machine_.world().trust;
    config.tls.require_valid = true;
    config.tls.versions = send->account.versions;
    config.credentials = credentials(send->account);
    config.allowed = send->account.mechanisms;
    if (config.credentials.token.empty())
        std::erase_if(config.allowed, [](Mechanism each) { return sasl::uses_token(each); });
    SmtpSender& self = *this;
    outbound_ = std::make_unique<SmtpOutbound>(machine_, self, std::move(config), connection_);
    smtp::OutgoingMail mail;
    mail.reverse_path = send->reverse_path;
    mail.recipients = send->recipients;
    mail.text = std::make_shared<const std::string>(send->text);
    prepare_own_mail(mail);
    outbound_->start(std::move(mail));
    outbound_->finish();
}

sasl::Credentials Mua::credentials(const Account& account) const
{
    sasl::Credentials all;
    all.user = account.user;
    all.password = account.password;
    all.nonce =
        sasl::draw_nonce(machine_.chance(fmt::format("auth/{}/{}", key_, connection_.value)));
    all.host = account.server;
    all.port = account.port;
    all.token = account.bearer;
    if (account.token) {
        sasl::TokenClaims claims = account.token->claims;
        claims.issued = machine_.now() - account.token->age;
        claims.expires = claims.issued + account.token->lifetime;
        all.token = sasl::issue_token(claims, account.token->signing_seed);
    }
    return all;
}

void Mua::send_finished(UserError error,
                        FailureStep step,
                        std::uint16_t code,
                        std::string_view reply)
{
    if (std::exchange(reported_, true)) return;
    machine_.append(
        connection_,
        SendFinished{mail_,
                     error,
                     step,
                     code,
                     machine_.note(fmt::format("{}:{}", account().server, account().port)),
                     machine_.note(reply)});
}

void Mua::fetch_finished(UserError error, FailureStep step, std::string_view reply)
{
    if (std::exchange(reported_, true)) return;
    machine_.append(
        connection_,
        FetchFinished{error,
                      step,
                      fetched_messages_,
                      machine_.note(fmt::format("{}:{}", account().server, account().port)),
                      machine_.note(reply)});
}

// Without a connection: the job is over.
void Mua::job_failed(UserError error, FailureStep step)
{
    if (std::holds_alternative<SendJob>(jobs_.front())) {
        send_finished(error, step, 0, {});
    } else {
        fetched_messages_ = 0;
        fetch_finished(error, step, {});
    }
    end_job();
}

void Mua::end_job()
{
    SIM_ASSERT(busy_);
    machine_.world().in_transit.erase(connection_);
    outbound_.reset();
    fetching_.reset();
    connection_ = {};
    question_ = {};
    endpoints_.clear();
    jobs_.pop_front();
    causes_.pop_front();
    busy_ = false;
    ++finished_jobs_;
    if (!jobs_.empty()) begin_next();
}

// ---- the connection ---------------------------------------------------------------------------

void Mua::handle_connected(ConnectionId /*connection*/)
{
    if (outbound_) outbound_->handle_connected();
    if (fetching_) fetching_->handle_connected();
    arm();
}

void Mua::handle_connect_failed(ConnectionId connection, ConnectFailure why)
{
    if (!endpoints_.empty()) { // the user waits until none is left
        machine_.world().in_transit.erase(connection);
        connect_to_next();
        return;
    }
    job_failed(dialog(why), FailureStep::connect);
}

void Mua::handle_received(ConnectionId /*connection*/, std::string_view bytes)
{
    if (outbound_) outbound_->handle_received(bytes);
    if (fetching_) fetching_->handle_received(bytes);
    arm();
}

void Mua::handle_peer_finished(ConnectionId /*connection*/)
{
    if (outbound_) outbound_->handle_peer_finished();
    if (fetching_) fetching_->handle_peer_finished();
}

void Mua::handle_ended(ConnectionId /*connection*/, ConnectionEnd /*how*/)
{
    if (outbound_) outbound_->handle_ended();
    if (fetching_) fetching_->handle_ended();
    end_job();
}

void Mua::handle_alarm()
{
    if (outbound_ && outbound_->next_timeout() <= machine_.now()) outbound_->handle_timeout();
    if (fetching_ && fetching_->next_timeout() <= machine_.now()) fetching_->handle_timeout();
    arm();
}

void Mua::arm()
{
    if (outbound_) machine_.set_alarm(*this, outbound_->next_timeout());
    if (fetching_) machine_.set_alarm(*this, fetching_->next_timeout());
}

void Mua::handle_mail_finished(SmtpOutbound& connection, const smtp::client::MailFinished& result)
{
    using Outcome = smtp::client::RecipientResult::Outcome;
    // One recipient that was refused is what the user has to be told.
    const auto refused =
        std::ranges::find_if(result.recipients, [](const smtp::client::RecipientResult& r) {
            return r.outcome != Outcome::accepted;
        });
    const auto& recipients = std::get<SendJob>(jobs_.front()).recipients;
    for (std::size_t i = 0; i < result.recipients.size(); ++i) {
        const smtp::client::RecipientResult& one = result.recipients[i];
        const bool its_own = one.step == FailureStep::rcpt_to || one.step == FailureStep::local;
        // What all the others were told, too, is said once, at the end.
        if (one.outcome == Outcome::accepted || (!its_own && one == *refused)) continue;
        machine_.append(connection_,
                        RecipientRefused{mail_,
                                         one.step,
                                         one.reply.code,
                                         machine_.note(recipients[i]),
                                         machine_.note(reply_line(one.reply))});
    }
    if (refused == result.recipients.end()) {
        const auto& reply = result.recipients.front().reply;
        send_finished(UserError::none, FailureStep::end_of_data, reply.code, reply_line(reply));
        return;
    }
    send_finished(
        dialog(refused->step, refused->problem, refused->reply.code, connection.tls_failure()),
        refused->step,
        refused->reply.code,
        reply_line(refused->reply));
}

void Mua::handle_session_failed(SmtpOutbound& connection,
                                const smtp::client::SessionFailed& failure)
{
    send_finished(
        dialog(failure.step, failure.problem, failure.reply.code, connection.tls_failure()),
        failure.step,
        failure.reply.code,
        reply_line(failure.reply));
}

} // namespace sim::mail
