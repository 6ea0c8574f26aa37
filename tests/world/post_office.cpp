#include "tests/world/post_office.h"

#include <doctest/doctest.h>

#include <utility>

namespace test {

using namespace sim;

namespace {

constexpr const char* hub_address = "198.51.100.254";
constexpr const char* pc_address = "192.0.2.10";
constexpr const char* relay_address = "203.0.113.25";
constexpr const char* mx1_address = "198.51.100.1";
constexpr const char* mx2_address = "198.51.100.2";
constexpr const char* names_address = "198.51.100.53";

Address ip(const char* text)
{
    return parse_address(text).value();
}

mail::MtaConfig mta_config(smtp::ServerConfig session, bool is_submission)
{
    mail::MtaConfig config;
    config.hostname = session.hostname;
    session.tls = smtp::TlsUse::absent;
    mail::MtaListener listener;
    listener.inbound.session = std::make_shared<const smtp::ServerConfig>(std::move(session));
    listener.is_submission = is_submission;
    config.listeners = {listener};
    config.relay.hostname = config.hostname;
    config.relay.retry = {15min, 30min, 1h, 2h, 4h};
    config.relay.give_up = 120h;
    config.relay.warn_after = 4h;
    return config;
}

// All records under one zone, those of addresses under another: who answers for a name makes no
// difference here.
dns::Server name_server(const std::vector<std::string>& records)
{
    dns::SoaRecord soa;
    soa.primary = dns::parse_name("ns.example").value();
    soa.contact = soa.primary;
    dns::Zone names{dns::parse_name("example").value(), soa};
    dns::Zone addresses{dns::parse_name("in-addr.arpa").value(), soa};
    for (const std::string& record : records) {
        dns::Zone& zone = record.find("in-addr.arpa ") == std::string::npos ? names : addresses;
        const std::size_t type = record.find(' ') + 1;
        const std::size_t data = record.find(' ', type) + 1;
        const auto kind = dns::parse_record_type(record.substr(type, data - type - 1)).value();
        const auto added = zone.add({dns::parse_name(record.substr(0, type - 1)).value(),
                                     3600,
                                     dns::parse_record_data(kind, record.substr(data)).value()});
        REQUIRE(added.has_value());
    }
    dns::Server server;
    server.add_zone(std::move(names));
    server.add_zone(std::move(addresses));
    return server;
}

} // namespace

PostOfficePlan::PostOfficePlan()
    : relay{mta_config(smtp::relay_config("relay.kumo.example"), true)},
      mx1{mta_config(smtp::mx_config("mx1.umi.example"), false)},
      mx2{mta_config(smtp::mx_config("mx2.umi.example"), false)},
      records{"relay.kumo.example A 203.0.113.25",
              "kumo.example MX 10 relay.kumo.example",
              "mx1.umi.example A 198.51.100.1",
              "mx2.umi.example A 198.51.100.2",
              "umi.example MX 10 mx1.umi.example",
              "umi.example MX 20 mx2.umi.example",
              "silent.example MX 0 ."}
{
    relay.local_domains = {"kumo.example"};
    relay.relay_for = {parse_prefix("192.0.2.0/24").value()};
    mx1.local_domains = {"umi.example"};
    mx2.local_domains = {"umi.example"};
    mx2.routed_recipients = {"taro@umi.example", "jiro@umi.example", "small@umi.example"};
}

void change(mail::MtaConfig& mta, const std::function<void(smtp::ServerConfig&)>& how)
{
    for (mail::MtaListener& listener : mta.listeners) {
        smtp::ServerConfig session = *listener.inbound.session;
        how(session);
        listener.inbound.session = std::make_shared<const smtp::ServerConfig>(std::move(session));
    }
}

// ---- sender -----------------------------------------------------------------------------------

Sender::Sender(mail::Machine& machine, Address server) : machine_{machine}, server_{server}
{
    machine_.add(*this);
}

void Sender::send(MailId mail, smtp::OutgoingMail what)
{
    const ConnectionId connection = machine_.connect(*this, Endpoint{server_, 25});
    machine_.world().in_transit[connection] = mail;
    mail::OutboundConfig config;
    config.session.hostname = "pc.kumo.example";
    config.session.protection = Protection::none;
    mail::SmtpSender& self = *this;
    auto outbound =
        std::make_unique<mail::SmtpOutbound>(machine_, self, std::move(config), connection);
    mail::SmtpOutbound& opened = *outbound;
    open_[connection] = std::move(outbound);
    mails_[connection] = mail;
    opened.start(std::move(what));
    opened.finish();
}

std::optional<smtp::client::MailFinished> Sender::result(MailId mail) const
{
    const auto found = results_.find(mail.value);
    return found == results_.end() ? std::nullopt : std::optional{found->second};
}

void Sender::handle_connected(ConnectionId connection)
{
    open_.at(connection)->handle_connected();
    arm();
}

void Sender::handle_connect_failed(ConnectionId connection, ConnectFailure /*why*/)
{
    open_.erase(connection);
}

void Sender::handle_received(ConnectionId connection, std::string_view bytes)
{
    open_.at(connection)->handle_received(bytes);
    arm();
}

void Sender::handle_peer_finished(ConnectionId connection)
{
    open_.at(connection)->handle_peer_finished();
}

void Sender::handle_ended(ConnectionId connection, ConnectionEnd /*how*/)
{
    open_.at(connection)->handle_ended();
    open_.erase(connection);
}

void Sender::handle_alarm()
{
    for (auto& [connection, outbound] : open_)
        if (outbound->next_timeout() <= machine_.now()) outbound->handle_timeout();
    arm();
}

void Sender::arm()
{
    Instant next = never;
    for (const auto& [connection, outbound] : open_)
        next = std::min(next, outbound->next_timeout());
    machine_.set_alarm(*this, next);
}

void Sender::handle_mail_finished(mail::SmtpOutbound& connection,
                                  const smtp::client::MailFinished& result)
{
    results_[mails_.at(connection.connection()).value] = result;
}

void Sender::handle_session_failed(mail::SmtpOutbound& /*connection*/,
                                   const smtp::client::SessionFailed& /*failure*/)
{
}

// ---- post office ------------------------------------------------------------------------------

PostOffice::PostOffice(const PostOfficePlan& plan)
    : start_{std::chrono::seconds{1'775'001'600}}, stage_{plan.seed, Trace::Detail::full, start_}
{
    struct Place {
        const char* name;
        const char* address;
    };
    const std::vector<Place> places{{"hub.example", hub_address},
                                    {"pc.kumo.example", pc_address},
                                    {"relay.kumo.example", relay_address},
                                    {"mx1.umi.example", mx1_address},
                                    {"mx2.umi.example", mx2_address},
                                    {"ns.example", names_address}};
    for (const Place& place : places) {
        net::HostConfig host;
        host.name = place.name;
        host.addresses = {ip(place.address)};
        const net::ConnectSchedule schedule = net::linux_connect_schedule();
        host.syn_times = schedule.syn_times;
        host.connect_timeout = schedule.connect_timeout;
        host.data_retransmissions = schedule.data_retransmissions;
        const HostId id = network().add_host(host);
        const std::uint64_t speed = id.value == mx1 ? plan.mx1_bits_per_second : 100'000'000;
        if (id.value != hub) network().add_link({HostId{hub}, id, 5ms, speed});
    }
    network().finish_topology();
    for (std::uint32_t i = 0; i < places.size(); ++i) {
        stage_.add_machine({HostId{i}, places[i].name, {ip(places[i].address)}, ip(names_address)});
    }
    stores_[mx1].open("taro@umi.example", 0);
    stores_[mx1].open("jiro@umi.example", 0);
    stores_[mx1].open("small@umi.example", 1200);
    stores_[relay].open("hanako@kumo.example", 0);
    const auto open = [&](Host host, const mail::MtaConfig& config) {
        mtas_[host] =
            std::make_unique<mail::Mta>(stage_.machine(HostId{host}), stores_[host], config);
        mtas_[host]->start();
    };
    open(relay, plan.relay);
    open(mx1, plan.mx1);
    open(mx2, plan.mx2);
    names_ = std::make_unique<mail::NameService>(
        stage_.machine(HostId{names}), name_server(plan.records), dns::ResolverConfig{});
    names_->start();
    sender_ = std::make_unique<Sender>(stage_.machine(HostId{pc}), ip(relay_address));
}

MailId PostOffice::send(smtp::OutgoingMail mail)
{
    const MailId id = stage_.surroundings().new_mail();
    sender_->send(id, std::move(mail));
    stage_.pump();
    return id;
}

MailId PostOffice::send_to(std::vector<std::string> recipients)
{
    smtp::OutgoingMail mail;
    mail.reverse_path = "hanako@kumo.example";
    mail.recipients = std::move(recipients);
    mail.text = std::make_shared<const std::string>("Subject: x\r\n\r\nHello\r\n");
    return send(std::move(mail));
}

void PostOffice::at(Instant when, std::function<void()> what)
{
    stage_.tasks().add(when, Task{TaskOwner::script, 0, 0, script_.size()});
    script_.push_back(std::move(what));
}

void PostOffice::run(Instant until)
{
    while (!stage_.tasks().empty() && stage_.tasks().next_due() <= until) {
        stage_.step([&](const Task& task) { script_.at(static_cast<std::size_t>(task.number))(); });
        for (; watch_ && watched_ < trace().size(); ++watched_)
            watch_(trace()[watched_]);
    }
}

std::vector<std::string> PostOffice::kept(Host host, const std::string& address)
{
    std::vector<std::string> texts;
    for (const mail::KeptMessage& message : stores_.at(host).messages(address))
        texts.push_back(*message.text);
    return texts;
}

std::vector<mail::StoredMessage> PostOffice::accepted(Host host)
{
    std::vector<mail::StoredMessage> found;
    for (const mail::StoredMessage& message : stage_.surroundings().stored) {
        if (message.where == mail::StoredIn::accepted_by_server && message.host.value == host)
            found.push_back(message);
    }
    return found;
}

} // namespace test
