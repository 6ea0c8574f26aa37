#include "sim/mail/pop_service.h"

#include "sim/core/assert.h"
#include "sim/mail/conversation.h"
#include "sim/mail/faults.h"
#include "sim/mail/unanswered.h"
#include "sim/sasl/password.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace sim::mail {

class PopService::Session final : public Conversation<pop3::ServerSession> {
public:
    Session(PopService& service,
            const PopServiceListener& listener,
            ConnectionId connection,
            Address client)
        : Conversation{service.machine_, connection, session_config(service, listener)},
          service_{service},
          client_{client}
    {
    }

    void handle_connected()
    {
        session().handle_connected(machine().now(), pause());
        drain();
    }

private:
    static pop3::ServerConfig session_config(const PopService& service,
                                             const PopServiceListener& listener)
    {
        pop3::ServerConfig config;
        config.hostname = service.config_.hostname;
        config.tls = listener.tls;
        return config;
    }

    void drain() override
    {
        hand_out([&](const auto& what) { on(what); });
    }

    void on(const pop3::server::SendBytes& what) { channel().send(what.bytes); }
    void on(const pop3::server::BeginTls& /*what*/)
    {
        const PopServiceConfig& config = service_.config_;
        if (!config.certificate_fault.empty())
            tell_certificate_fault(machine(), channel().connection(), config.certificate_fault);
        channel().begin_tls(*config.tls);
    }
    void on(const pop3::server::CloseConnection& /*what*/) { channel().close(); }

    // What the client hears that failed to log in too often; nothing: it is welcome.
    [[nodiscard]] std::optional<std::string> pause() const
    {
        const Instant now = machine().now();
        const auto until = service_.failed_logins_.refused_until(client_, now);
        if (!until) return std::nullopt;
        return words_of_pause(client_, *until, now);
    }

    void on(const pop3::server::CheckLogin& what)
    {
        if (const auto refused = pause()) { // it was here already when the pause began
            session().handle_login_paused(*refused, machine().now());
            return;
        }
        const UserAccount* account = service_.accounts_.find(what.user);
        const auto step = sasl::check_password(service_.accounts_, what.user, what.password);
        const bool right = std::holds_alternative<sasl::Success>(step);
        if (!right || account == nullptr || account->addresses.empty()) {
            service_.failed_logins_.handle_failure(client_, machine().now());
            session().handle_login_refused(machine().now());
            return;
        }
        service_.failed_logins_.handle_success(client_, machine().now());
        if (service_.config_.logins != nullptr)
            service_.config_.logins->handle_login(client_, machine().now());
        const std::string& mailbox = account->addresses.front();
        if (!service_.mailboxes_.lock(mailbox)) {
            session().handle_mailbox_locked(machine().now());
            return;
        }
        mailbox_ = mailbox;
        std::vector<pop3::StoredMessage> snapshot;
        for (const KeptMessage& message : service_.mailboxes_.messages(mailbox)) {
            snapshot.push_back(pop3::StoredMessage{
                message.uidl, static_cast<std::uint32_t>(message.text->size()), message.text});
        }
        session().handle_login_accepted(std::move(snapshot), machine().now());
    }
    void on(const pop3::server::DeleteMessages& what)
    {
        service_.mailboxes_.remove(mailbox_, what.uidls);
        service_.mailboxes_.unlock(mailbox_);
    }
    void on(const pop3::server::MailboxReleased& /*what*/) { service_.mailboxes_.unlock(mailbox_); }

    void on(const pop3::server::CommandSeen& what)
    {
        const EventId command = machine().append(channel().connection(),
                                                 Pop3Command{Side::received,
                                                             what.verb,
                                                             what.encrypted,
                                                             what.before,
                                                             what.after,
                                                             Line{machine().note(what.line),
                                                                  what.stream_offset,
                                                                  what.secret_offset,
                                                                  what.secret_size}});
        unanswered_.add(what.verb, command);
    }
    void on(const pop3::server::ReplySent& what)
    {
        machine().append(channel().connection(),
                         Pop3Reply{Side::sent,
                                   what.to,
                                   what.encrypted,
                                   what.ok,
                                   what.reason,
                                   Line{machine().note(what.line), what.stream_offset, 0, 0},
                                   what.size,
                                   what.after,
                                   {},
                                   unanswered_.take(what.to)});
    }
    void on(const pop3::server::AuthSeen& what)
    {
        machine().append(channel().connection(),
                         AuthTried{Mechanism::pop3_user,
                                   what.encrypted,
                                   what.succeeded,
                                   what.succeeded ? AuthFlaw::none : AuthFlaw::wrong_secret,
                                   service_.accounts_.keeps(),
                                   machine().note(what.user),
                                   machine().note(record_of(service_.accounts_, what.user))});
    }

    PopService& service_;
    Address client_;
    std::string mailbox_; // while it is locked for this session
    Unanswered<Pop3Verb> unanswered_;
};

PopService::PopService(Machine& machine, MailboxStore& mailboxes, PopServiceConfig config)
    : machine_{machine},
      mailboxes_{mailboxes},
      config_{std::move(config)},
      accounts_{config_.accounts, machine.chance("accounts")},
      failed_logins_{config_.failed_logins}
{
}

PopService::~PopService() = default;

void PopService::start()
{
    machine_.add(*this);
    for (const PopServiceListener& listener : config_.listeners)
        machine_.listen(*this, listener.port);
}

void PopService::handle_accepted(ConnectionId connection, Endpoint local, Endpoint remote)
{
    const auto listener =
        std::ranges::find(config_.listeners, local.port, &PopServiceListener::port);
    SIM_ASSERT(listener != config_.listeners.end());
    auto session = std::make_unique<Session>(*this, *listener, connection, remote.address);
    Session& opened = *session;
    sessions_[connection] = std::move(session);
    opened.handle_connected();
    watch(connection, opened);
}

void PopService::handle_received(ConnectionId connection, std::string_view bytes)
{
    Session& session = *sessions_.at(connection);
    session.handle_received(bytes);
    watch(connection, session);
}

void PopService::handle_peer_finished(ConnectionId connection)
{
    Session& session = *sessions_.at(connection);
    session.handle_peer_finished();
    watch(connection, session);
}

void PopService::handle_ended(ConnectionId connection, ConnectionEnd /*how*/)
{
    sessions_.at(connection)->handle_ended(); // releases the mailbox if it is still locked
    deadlines_.forget(connection);
    sessions_.erase(connection);
}

void PopService::handle_alarm()
{
    const Instant now = machine_.now();
    for (const ConnectionId connection : deadlines_.take_due(now)) {
        Session& session = *sessions_.at(connection);
        if (session.next_timeout() <= now) session.handle_timeout();
        deadlines_.set(connection, session.next_timeout());
    }
    machine_.set_alarm(*this, deadlines_.next());
}

void PopService::watch(ConnectionId connection, const Session& session)
{
    deadlines_.set(connection, session.next_timeout());
    machine_.set_alarm(*this, session.next_timeout());
}

} // namespace sim::mail
