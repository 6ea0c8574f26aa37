// The POP3 server program of a mailbox host: hands out what lies in the mailboxes.
#pragma once

#include "sim/core/deadlines.h"
#include "sim/mail/accounts.h"
#include "sim/mail/channel.h"
#include "sim/mail/failed_logins.h"
#include "sim/mail/mailbox.h"
#include "sim/mail/pop_logins.h"
#include "sim/pop3/server_session.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sim::mail {

struct PopServiceListener {
    std::uint16_t port = 110;
    pop3::ServerTls tls = pop3::ServerTls::offered;
};

struct PopServiceConfig {
    std::string hostname;
    std::vector<PopServiceListener> listeners;
    FailedLoginsConfig failed_logins;
    AccountsConfig accounts; // the first address of each user is the mailbox it reads
    std::shared_ptr<const tls::ServerConfig> tls;
    std::string certificate_fault;     // as of an SMTP port
    std::shared_ptr<PopLogins> logins; // told of each, for the mail server on the host; may be null
};

class PopService final : public Program {
public:
    PopService(Machine& machine, MailboxStore& mailboxes, PopServiceConfig config);
    ~PopService() override;
    void start(); // once

    void handle_accepted(ConnectionId connection, Endpoint local, Endpoint remote) override;
    void handle_received(ConnectionId connection, std::string_view bytes) override;
    void handle_peer_finished(ConnectionId connection) override;
    void handle_ended(ConnectionId connection, ConnectionEnd how) override;
    void handle_alarm() override;

private:
    class Session;

    // Looks at the connection again when it next has to be.
    void watch(ConnectionId connection, const Session& session);

    Machine& machine_;
    MailboxStore& mailboxes_;
    PopServiceConfig config_;
    Accounts accounts_;
    FailedLogins failed_logins_;
    std::map<ConnectionId, std::unique_ptr<Session>> sessions_;
    Deadlines<ConnectionId> deadlines_; // of these
};

} // namespace sim::mail
