#include "tests/pop3/pop3_server.h"

#include <memory>
#include <utility>

namespace sim::pop3::test {

StoredMessage message(std::string uidl, std::string text)
{
    const auto size = static_cast<std::uint32_t>(text.size());
    return {std::move(uidl), size, std::make_shared<const std::string>(std::move(text))};
}

Server::Server(ServerConfig config) : session{std::move(config)} {}

void Server::connect()
{
    session.handle_connected(start_of_test);
    drain();
}

std::string Server::say(std::string_view bytes, Instant now)
{
    session.handle_bytes(bytes, now);
    return drain();
}

std::string Server::log_in()
{
    return say("USER taro\r\nPASS secret\r\n");
}

void Server::end_stream()
{
    session.handle_end_of_stream(start_of_test);
    drain();
}

std::string Server::drain()
{
    while (auto output = session.poll_output()) {
        outputs.push_back(*output);
        std::visit([&](const auto& what) { on(what); }, *output);
    }
    return std::exchange(wire_, {});
}

std::string Server::take_log()
{
    return std::exchange(log_, {});
}

void Server::on(const server::SendBytes& sent)
{
    wire_ += sent.bytes;
}

void Server::on(const server::BeginTls& /*begin*/)
{
    log_ += "(tls)\n";
    wants_tls = true;
}

void Server::on(const server::CheckLogin& login)
{
    log_ += "login? " + login.user + '\n';
    if (!answers_logins) return;
    if (login.user != "taro" || login.password != "secret") {
        session.handle_login_refused(start_of_test);
    } else if (mailbox_is_locked) {
        session.handle_mailbox_locked(start_of_test);
    } else {
        session.handle_login_accepted(mailbox, start_of_test);
    }
}

void Server::on(const server::DeleteMessages& deleted)
{
    log_ += "update:";
    for (const std::string& uidl : deleted.uidls)
        log_ += ' ' + uidl;
    log_ += '\n';
}

void Server::on(const server::MailboxReleased& /*released*/)
{
    log_ += "released\n";
}

void Server::on(const server::CloseConnection& /*close*/)
{
    log_ += "closed\n";
    ++closes;
}

void Server::on(const server::CommandSeen& seen)
{
    std::string line = seen.line;
    if (seen.secret_size > 0) line.replace(seen.secret_offset, seen.secret_size, "****");
    log_ += "C: " + line + '\n';
}

void Server::on(const server::ReplySent& sent)
{
    log_ += "S: " + sent.line + " [" + std::string{name_of(sent.reason)} + "]\n";
}

void Server::on(const server::AuthSeen& seen)
{
    log_ += (seen.succeeded ? "login right: " : "login wrong: ") + seen.user + '\n';
}

} // namespace sim::pop3::test
