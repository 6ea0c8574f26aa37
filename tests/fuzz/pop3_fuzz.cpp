// libFuzzer target: any octets given to a POP3 server session, any given to a client session, and
// any mailbox from one to the other.
#include "sim/core/assert.h"
#include "sim/pop3/client_session.h"
#include "sim/pop3/server_session.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace sim::pop3 {

namespace {

StoredMessage message(std::string uidl, std::string_view text)
{
    return {std::move(uidl),
            static_cast<std::uint32_t>(text.size()),
            std::make_shared<const std::string>(text)};
}

class ServerHost {
public:
    explicit ServerHost(std::uint8_t choice)
        : choice_{choice},
          session_{{.hostname = "pop.example", .tls = static_cast<ServerTls>(choice % 4)}}
    {
        session_.handle_connected(now_);
        drain();
    }

    void say(std::string_view bytes)
    {
        session_.handle_bytes(bytes, now_);
        drain();
    }
    void tls(bool succeeds)
    {
        if (succeeds) {
            session_.handle_tls_established(now_);
        } else {
            session_.handle_tls_failed(now_);
        }
        drain();
    }
    void answer(int verdict)
    {
        if (verdict == 0) {
            ++opened_;
            session_.handle_login_accepted(
                {message("uid-1", ".a\r\n\r\nb\r\n"), message("uid-2", "c\n.\nd")}, now_);
        } else if (verdict == 1) {
            session_.handle_login_refused(now_);
        } else if (verdict == 2) {
            session_.handle_mailbox_locked(now_);
        } else {
            session_.handle_login_paused("Too many failed logins", now_);
        }
        drain();
    }
    void pass(Duration time)
    {
        now_ += time;
        session_.handle_timeout(now_);
        drain();
    }
    void end()
    {
        session_.handle_end_of_stream(now_);
        drain();
        SIM_ASSERT(session_.phase() == Pop3Phase::closed && closes_ == 1);
        SIM_ASSERT(opened_ == released_); // whoever locked the mailbox has let go of it
    }

private:
    void drain()
    {
        while (auto output = session_.poll_output())
            std::visit([&](const auto& what) { on(what); }, *output);
    }
    void on(const server::SendBytes& sent)
    {
        SIM_ASSERT(closes_ == 0 && sent.bytes.ends_with("\r\n"));
    }
    void on(const server::BeginTls& /*begin*/) { SIM_ASSERT(!session_.encrypted()); }
    void on(const server::CheckLogin& login)
    {
        SIM_ASSERT(!login.user.empty() && !login.password.empty());
        SIM_ASSERT(choice_ % 4 < 2 || session_.encrypted());
        if ((choice_ & 4U) != 0) answer(login.password == "x" ? 0 : 1);
    }
    void on(const server::DeleteMessages& deleted)
    {
        ++released_;
        SIM_ASSERT(deleted.uidls.size() <= 2);
    }
    void on(const server::MailboxReleased& /*released*/) { ++released_; }
    void on(const server::CloseConnection& /*close*/) { SIM_ASSERT(++closes_ == 1); }
    void on(const server::CommandSeen& seen)
    {
        SIM_ASSERT(seen.line.size() <= 510);
        SIM_ASSERT(seen.secret_offset + seen.secret_size <= seen.line.size());
    }
    void on(const server::ReplySent& sent)
    {
        SIM_ASSERT(sent.line.starts_with(sent.ok ? "+OK" : "-ERR"));
        SIM_ASSERT(sent.line.find_first_of("\r\n") == std::string::npos);
    }
    void on(const server::AuthSeen& /*seen*/) {}

    std::uint8_t choice_;
    ServerSession session_;
    Instant now_{};
    int opened_ = 0;
    int released_ = 0;
    int closes_ = 0;
};

class ClientHost {
public:
    explicit ClientHost(std::uint8_t choice) : session_{config(choice)}, choice_{choice}
    {
        session_.handle_connected(now_);
        drain();
    }

    void say(std::string_view bytes)
    {
        session_.handle_bytes(bytes, now_);
        drain();
    }
    void tls(bool succeeds)
    {
        if (succeeds) {
            session_.handle_tls_established(now_);
        } else {
            session_.handle_tls_failed(now_);
        }
        drain();
    }
    void pass(Duration time)
    {
        now_ += time;
        session_.handle_timeout(now_);
        drain();
    }
    void end()
    {
        session_.handle_end_of_stream(now_);
        drain();
        SIM_ASSERT(session_.phase() == ClientPhase::closed && closes_ == 1 && ends_ == 1);
    }

    std::string wire;
    std::vector<client::MessageFetched> fetched;
    bool finished = false;

private:
    static ClientConfig config(std::uint8_t choice)
    {
        ClientConfig config;
        config.protection = static_cast<Protection>(choice % 4);
        config.user = "taro";
        config.password = "x";
        config.may_reveal_password = (choice & 4U) != 0;
        config.deletes_after_fetch = (choice & 8U) != 0;
        config.seen_uidls = {"uid-1"};
        config.message_size_limit = 4096;
        config.message_limit = 20;
        return config;
    }
    void drain()
    {
        while (auto output = session_.poll_output())
            std::visit([&](const auto& what) { on(what); }, *output);
    }
    void on(const client::SendBytes& sent)
    {
        SIM_ASSERT(closes_ == 0 && sent.bytes.ends_with("\r\n"));
        const bool login =
            sent.bytes.find("USER") != std::string::npos || sent.bytes.find("PASS") == 0;
        SIM_ASSERT(!login || session_.encrypted() || (choice_ & 4U) != 0);
        SIM_ASSERT(!login || session_.encrypted() || choice_ % 4 < 2);
        wire += sent.bytes;
    }
    void on(const client::BeginTls& /*begin*/) { SIM_ASSERT(!session_.encrypted()); }
    void on(const client::MessageFetched& what)
    {
        SIM_ASSERT(what.text.size() <= 4096 + 2);
        fetched.push_back(what);
        SIM_ASSERT(fetched.size() <= 20);
    }
    void on(const client::SessionFinished& /*end*/)
    {
        finished = true;
        SIM_ASSERT(++ends_ == 1);
    }
    void on(const client::SessionFailed& /*failed*/) { SIM_ASSERT(++ends_ == 1); }
    void on(const client::CloseConnection& /*close*/) { SIM_ASSERT(++closes_ == 1); }
    void on(const client::CommandSent& sent)
    {
        SIM_ASSERT(sent.secret_offset + sent.secret_size <= sent.line.size());
    }
    void on(const client::ReplySeen& /*seen*/) {}
    void on(const client::ProblemSeen& /*seen*/) {}

    ClientSession session_;
    std::uint8_t choice_;
    Instant now_{};
    int ends_ = 0;
    int closes_ = 0;
};

// Octets that nobody says in POP3 do what else can happen; what lies between is one segment.
template <typename Host>
void play(Host& host, std::string_view rest)
{
    while (!rest.empty()) {
        const std::size_t end =
            std::min(rest.find_first_of("\x01\x02\x03\x04\x05\x06\x07\x08"), rest.size());
        if (end > 0) host.say(rest.substr(0, end));
        if (end == rest.size()) break;
        const char what = rest[end];
        if (what <= 2) host.tls(what == 1);
        if (what == 3) host.pass(30s);
        if (what == 4) host.pass(10min);
        if constexpr (std::is_same_v<Host, ServerHost>)
            if (what >= 5) host.answer(what - 5);
        rest.remove_prefix(end + 1);
    }
    host.end();
}

// Any text with CR LF ends arrives as it was.
void check_transport(std::string_view text)
{
    std::string normal;
    for (const char c : text) {
        if (c == '\r') continue;
        if (c == '\n') normal += '\r';
        normal += c;
    }
    if (normal.size() > 4000) return;
    if (!normal.empty() && !normal.ends_with('\n')) normal += "\r\n";
    ServerSession server{{.hostname = "pop.example", .tls = ServerTls::none}};
    server.handle_connected(Instant{});
    ClientHost client{4};
    for (int turns = 0; turns < 20 && !client.finished; ++turns) {
        std::string heard;
        while (auto output = server.poll_output()) {
            if (const auto* sent = std::get_if<server::SendBytes>(&*output)) heard += sent->bytes;
            if (std::holds_alternative<server::CheckLogin>(*output))
                server.handle_login_accepted({message("uid-2", normal)}, Instant{});
        }
        client.say(heard);
        server.handle_bytes(std::exchange(client.wire, {}), Instant{});
    }
    SIM_ASSERT(client.finished && client.fetched.size() == 1);
    SIM_ASSERT(client.fetched[0].text == normal && client.fetched[0].uidl == "uid-2");
}

} // namespace

} // namespace sim::pop3

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name for it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace sim::pop3;
    if (size < 2) return 0;
    const std::string_view rest{reinterpret_cast<const char*>(data) + 2, size - 2};
    if (data[0] % 3 == 0) {
        ServerHost host{data[1]};
        play(host, rest);
    } else if (data[0] % 3 == 1) {
        ClientHost host{data[1]};
        play(host, rest);
    } else {
        check_transport(rest);
    }
    return 0;
}
