// Two hosts and a cable: a source that sends one message after the other, each on a new connection,
// and a sink that accepts and forgets, as Postfix's smtp-source and smtp-sink do.
#pragma once

#include "sim/mail/smtp_inbound.h"
#include "sim/mail/smtp_outbound.h"
#include "sim/mail/stage.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace bench {

class Sink final : public sim::mail::Program, private sim::mail::SmtpReceiver {
public:
    Sink(sim::mail::Machine& machine, sim::mail::InboundConfig config, std::uint16_t port);

    [[nodiscard]] std::uint64_t messages() const { return messages_; }

    void handle_accepted(sim::ConnectionId connection,
                         sim::Endpoint local,
                         sim::Endpoint remote) override;
    void handle_received(sim::ConnectionId connection, std::string_view bytes) override;
    void handle_peer_finished(sim::ConnectionId connection) override;
    void handle_ended(sim::ConnectionId connection, sim::ConnectionEnd how) override;

private:
    std::optional<sim::smtp::server::Judgement>
    check_sender(const sim::mail::InboundPeer& peer,
                 const sim::smtp::server::CheckSender& q) override;
    std::optional<sim::smtp::server::Judgement>
    check_recipient(const sim::mail::InboundPeer& peer,
                    const sim::smtp::server::CheckSender& transaction,
                    const sim::smtp::Mailbox& recipient) override;
    std::optional<sim::smtp::server::Judgement>
    receive(const sim::mail::InboundPeer& peer,
            sim::smtp::server::MessageReceived message) override;
    [[nodiscard]] const sim::sasl::CredentialStore& credentials() const override;
    [[nodiscard]] std::optional<sim::Instant>
    refused_until(const sim::mail::InboundPeer& /*peer*/) const override
    {
        return std::nullopt;
    }
    [[nodiscard]] std::uint32_t failed_logins(const sim::mail::InboundPeer& /*peer*/) const override
    {
        return 0;
    }
    void handle_login(const sim::mail::InboundPeer& /*peer*/, bool /*succeeded*/) override {}

    sim::mail::Machine& machine_;
    sim::mail::InboundConfig config_;
    std::map<sim::ConnectionId, std::unique_ptr<sim::mail::SmtpInbound>> open_;
    std::uint64_t messages_ = 0;
};

class Source final : public sim::mail::Program, private sim::mail::SmtpSender {
public:
    Source(sim::mail::Machine& machine, sim::mail::OutboundConfig config, sim::Endpoint sink);

    void send(std::uint64_t count, std::shared_ptr<const std::string> text);
    [[nodiscard]] std::uint64_t accepted() const { return accepted_; }

    void handle_connected(sim::ConnectionId connection) override;
    void handle_received(sim::ConnectionId connection, std::string_view bytes) override;
    void handle_peer_finished(sim::ConnectionId connection) override;
    void handle_ended(sim::ConnectionId connection, sim::ConnectionEnd how) override;

private:
    void next();
    void handle_mail_finished(sim::mail::SmtpOutbound& connection,
                              const sim::smtp::client::MailFinished& result) override;
    void handle_session_failed(sim::mail::SmtpOutbound& connection,
                               const sim::smtp::client::SessionFailed& failure) override;

    sim::mail::Machine& machine_;
    sim::mail::OutboundConfig config_;
    sim::Endpoint sink_;
    std::shared_ptr<const std::string> text_;
    std::unique_ptr<sim::mail::SmtpOutbound> open_;
    std::uint64_t left_ = 0;
    std::uint64_t accepted_ = 0;
};

class OneHop {
public:
    explicit OneHop(sim::Trace::Detail detail); // in the clear
    OneHop(sim::Trace::Detail detail,
           sim::mail::InboundConfig inbound,
           sim::mail::OutboundConfig outbound);

    // Sends `count` messages of `size` octets; all must be accepted. Returns how many were.
    std::uint64_t run(std::uint64_t count, std::size_t size);
    [[nodiscard]] const sim::Trace& trace() const { return stage_.trace(); }

private:
    sim::mail::Stage stage_;
    std::unique_ptr<Sink> sink_;
    std::unique_ptr<Source> source_;
};

// A message of `size` octets with a small header and lines of 72 characters.
std::string message(std::size_t size);

} // namespace bench
