#include "tests/bench/one_hop.h"

#include <cstdlib>
#include <utility>

namespace bench {

using namespace sim;

namespace {

const Address source_address = *parse_address("192.0.2.10");
const Address sink_address = *parse_address("198.51.100.25");

mail::InboundConfig plain_inbound()
{
    auto session = std::make_shared<smtp::ServerConfig>(smtp::mx_config("sink.example"));
    session->tls = smtp::TlsUse::absent;
    mail::InboundConfig config;
    config.session = std::move(session);
    return config;
}

mail::OutboundConfig plain_outbound()
{
    mail::OutboundConfig config;
    config.session.hostname = "source.example";
    config.session.protection = Protection::none;
    return config;
}

// Keeps the password, so that nobody measures PBKDF2 by mistake.
class NoAccounts final : public sasl::CredentialStore {
public:
    [[nodiscard]] SecretKept keeps() const override { return SecretKept::password; }
    [[nodiscard]] std::optional<sasl::SaltedKeys> keys_of(std::string_view /*user*/) const override
    {
        return std::nullopt;
    }
    [[nodiscard]] std::string_view stranger_key() const override { return {}; }
    [[nodiscard]] const sasl::TokenRules* token_rules() const override { return nullptr; }
    [[nodiscard]] std::optional<std::string> password_of(std::string_view user) const override
    {
        if (user == "user") return "password";
        return std::nullopt;
    }
};

} // namespace

// ---- sink -------------------------------------------------------------------------------------

Sink::Sink(mail::Machine& machine, mail::InboundConfig config, std::uint16_t port)
    : machine_{machine}, config_{std::move(config)}
{
    machine_.add(*this);
    machine_.listen(*this, port);
}

void Sink::handle_accepted(ConnectionId connection, Endpoint local, Endpoint remote)
{
    mail::SmtpReceiver& self = *this;
    auto inbound =
        std::make_unique<mail::SmtpInbound>(machine_, self, config_, connection, local, remote);
    mail::SmtpInbound& opened = *inbound;
    open_[connection] = std::move(inbound);
    opened.handle_connected();
}

void Sink::handle_received(ConnectionId connection, std::string_view bytes)
{
    open_.at(connection)->handle_received(bytes);
}

void Sink::handle_peer_finished(ConnectionId connection)
{
    open_.at(connection)->handle_peer_finished();
}

void Sink::handle_ended(ConnectionId connection, ConnectionEnd /*how*/)
{
    open_.erase(connection);
}

std::optional<smtp::server::Judgement> Sink::check_sender(const mail::InboundPeer& /*peer*/,
                                                          const smtp::server::CheckSender& /*q*/)
{
    return smtp::server::Judgement{};
}

std::optional<smtp::server::Judgement>
Sink::check_recipient(const mail::InboundPeer& /*peer*/,
                      const smtp::server::CheckSender& /*transaction*/,
                      const smtp::Mailbox& /*recipient*/)
{
    return smtp::server::Judgement{};
}

std::optional<smtp::server::Judgement> Sink::receive(const mail::InboundPeer& /*peer*/,
                                                     smtp::server::MessageReceived /*message*/)
{
    ++messages_;
    return smtp::server::Judgement{SmtpReason::message_accepted, {}, 0, {}};
}

const sasl::CredentialStore& Sink::credentials() const
{
    static const NoAccounts accounts;
    return accounts;
}

// ---- source -----------------------------------------------------------------------------------

Source::Source(mail::Machine& machine, mail::OutboundConfig config, Endpoint sink)
    : machine_{machine}, config_{std::move(config)}, sink_{sink}
{
    machine_.add(*this);
}

void Source::send(std::uint64_t count, std::shared_ptr<const std::string> text)
{
    text_ = std::move(text);
    left_ = count;
    next();
}

void Source::next()
{
    if (left_ == 0) return;
    --left_;
    const ConnectionId connection = machine_.connect(*this, sink_);
    mail::SmtpSender& self = *this;
    open_ = std::make_unique<mail::SmtpOutbound>(machine_, self, config_, connection);
    smtp::OutgoingMail outgoing;
    outgoing.reverse_path = "source@source.example";
    outgoing.recipients = {"sink@sink.example"};
    outgoing.text = text_;
    open_->start(std::move(outgoing));
    open_->finish();
}

void Source::handle_connected(ConnectionId /*connection*/)
{
    open_->handle_connected();
}

void Source::handle_received(ConnectionId /*connection*/, std::string_view bytes)
{
    open_->handle_received(bytes);
}

void Source::handle_peer_finished(ConnectionId /*connection*/)
{
    open_->handle_peer_finished();
}

void Source::handle_ended(ConnectionId /*connection*/, ConnectionEnd /*how*/)
{
    next();
}

void Source::handle_mail_finished(mail::SmtpOutbound& /*connection*/,
                                  const smtp::client::MailFinished& result)
{
    if (result.recipients.front().outcome == smtp::client::RecipientResult::Outcome::accepted)
        ++accepted_;
}

void Source::handle_session_failed(mail::SmtpOutbound& /*connection*/,
                                   const smtp::client::SessionFailed& /*failure*/)
{
}

// ---- both -------------------------------------------------------------------------------------

OneHop::OneHop(Trace::Detail detail) : OneHop{detail, plain_inbound(), plain_outbound()} {}

OneHop::OneHop(Trace::Detail detail, mail::InboundConfig inbound, mail::OutboundConfig outbound)
    : stage_{1, detail, Instant{std::chrono::seconds{1'775'001'600}}}
{
    net::Fabric& network = stage_.network();
    net::HostConfig source;
    source.name = "source.example";
    source.addresses = {source_address};
    net::HostConfig sink;
    sink.name = "sink.example";
    sink.addresses = {sink_address};
    const HostId from = network.add_host(source);
    const HostId to = network.add_host(sink);
    network.add_link({from, to, 1ms, 1'000'000'000});
    network.finish_topology();
    stage_.add_machine({from, source.name, source.addresses, std::nullopt});
    stage_.add_machine({to, sink.name, sink.addresses, std::nullopt});
    sink_ = std::make_unique<Sink>(stage_.machine(to), std::move(inbound), 25);
    source_ = std::make_unique<Source>(
        stage_.machine(from), std::move(outbound), Endpoint{sink_address, 25});
}

std::uint64_t OneHop::run(std::uint64_t count, std::size_t size)
{
    const std::uint64_t before = sink_->messages();
    source_->send(count, std::make_shared<const std::string>(message(size)));
    while (!stage_.tasks().empty())
        stage_.step([](const Task&) {});
    if (source_->accepted() != sink_->messages()) std::abort();
    return sink_->messages() - before;
}

std::string message(std::size_t size)
{
    std::string text = "From: <source@source.example>\r\nTo: <sink@sink.example>\r\n"
                       "Subject: performance\r\n\r\n";
    while (text.size() + 74 <= size)
        text += std::string(72, 'x') + "\r\n";
    if (text.size() + 2 < size) text += std::string(size - text.size() - 2, 'x') + "\r\n";
    return text;
}

} // namespace bench
