// A POP3 server for tests: a ServerSession, one user and a mailbox, and a log of what happened:
//   C: PASS ****   S: +OK 2 320   (tls)   login refused   update: uid-1   released   closed
#pragma once

#include "sim/pop3/server_session.h"

#include <string>
#include <string_view>
#include <vector>

namespace sim::pop3::test {

inline constexpr Instant start_of_test{};

StoredMessage message(std::string uidl, std::string text);

class Server {
public:
    explicit Server(ServerConfig config = {.hostname = "pop.tani.example"});

    std::vector<StoredMessage> mailbox{message("uid-1", "Subject: 1\r\n\r\nOne\r\n"),
                                       message("uid-2", "Subject: 2\r\n\r\n.Two\r\n..\r\n")};
    bool mailbox_is_locked = false;
    bool answers_logins = true; // else the test does

    void connect();
    // What the server answers, CR LF and all.
    std::string say(std::string_view bytes, Instant now = start_of_test);
    std::string log_in(); // taro, with the right password
    void end_stream();
    std::string drain(); // wire octets since the last time
    // The log since the last time.
    std::string take_log();

    ServerSession session;
    std::vector<server::Output> outputs;
    int closes = 0;
    bool wants_tls = false;

private:
    void on(const server::SendBytes& sent);
    void on(const server::BeginTls& begin);
    void on(const server::CheckLogin& login);
    void on(const server::DeleteMessages& deleted);
    void on(const server::MailboxReleased& released);
    void on(const server::CloseConnection& close);
    void on(const server::CommandSeen& seen);
    void on(const server::ReplySent& sent);
    void on(const server::AuthSeen& seen);

    std::string wire_;
    std::string log_;
};

} // namespace sim::pop3::test
