// hikyaku send: the simulated mail program, or the relay, speaks to a real mail server.

#include "cli/context.h"
#include "cli/files.h"
#include "platform/bridge/ending_signals.h"
#include "platform/bridge/outlet.h"
#include "platform/files.h"
#include "sim/dns/name.h"
#include "sim/explain/cure.h"
#include "sim/mail/message.h"
#include "sim/report/events.h"
#include "sim/report/transcript.h"
#include "sim/smtp/client_session.h"
#include "sim/smtp/path.h"

#include <fmt/format.h>

#include <charconv>
#include <ostream>
#include <random>

namespace cli {

namespace {

namespace bridge = platform::bridge;
namespace scenario = sim::scenario;

constexpr sim::HostId server_host{2};
constexpr const char* relay_name = "relay.hikyaku.example";
constexpr auto patience = std::chrono::seconds{30};
constexpr auto first_silence = std::chrono::seconds{3}; // after which a word is due why it waits
constexpr auto last_words = std::chrono::seconds{3};    // for QUIT and close_notify

scenario::Text same(const std::string& text)
{
    return {text, text};
}

// "mail.example.com:587", "127.0.0.1:2525", "[::1]:2525".
std::optional<std::pair<std::string, std::uint16_t>> parse_target(const std::string& text)
{
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0) return std::nullopt;
    unsigned port = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data() + colon + 1, end, port);
    if (problem != std::errc{} || stop != end || port == 0 || port > 65535) return std::nullopt;
    std::string host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
        asio::error_code error;
        asio::ip::make_address_v6(host, error);
        if (error) return std::nullopt;
    } else if (!sim::parse_address(host) && !sim::dns::parse_name(host)) {
        return std::nullopt;
    }
    return std::pair{host, static_cast<std::uint16_t>(port)};
}

class Send {
public:
    Send(const Context& context, const SendOptions& options)
        : context_{context}, options_{options}, timer_{loop_}, silence_{loop_}
    {
    }

    ExitCode run()
    {
        const auto target = parse_target(options_.to);
        if (!target) {
            context_.complain(context_.text("error.send_to", {{"to", options_.to}}));
            return ExitCode::unusable;
        }
        if (!check_addresses() || !check_text() || !read_token()) return ExitCode::unusable;
        if (!can_write(context_, {&options_.capture_file, &options_.key_file}))
            return ExitCode::unusable;
        auto server = bridge::look_up(target->first, target->second);
        if (!server) {
            context_.complain(context_.text("error.no_address",
                                            {{"host", target->first}, {"reason", server.error()}}));
            return ExitCode::unusable;
        }
        if (!build(*server) || !read_trust()) return ExitCode::unusable;
        outlet_.emplace(loop_, server_host, std::move(*server));
        if (!reach()) return ExitCode::unusable;
        return talk();
    }

private:
    bool check_addresses()
    {
        auto addresses = options_.recipients;
        addresses.push_back(options_.sender);
        for (const std::string& address : addresses) {
            if (const auto path = sim::smtp::parse_mailbox(address)) continue;
            const auto quoted = sim::smtp::with_quotes(address);
            context_.complain(quoted ? context_.text("error.quote_address",
                                                     {{"address", address}, {"quoted", *quoted}})
                                     : context_.text("error.mail_address", {{"address", address}}));
            return false;
        }
        return true;
    }

    // Where it is a token that logs in, somebody else has issued it.
    bool read_token()
    {
        const auto choice = sim::parse_enum<scenario::AuthChoice>(options_.auth);
        if (options_.as_relay || !choice || !uses_token(*choice)) return true;
        if (options_.token_file) {
            const auto text = platform::read_file(*options_.token_file);
            if (!text) {
                context_.complain(
                    context_.text("error.unreadable", {{"file", *options_.token_file}}));
                return false;
            }
            token_ = *text;
        } else if (const auto kept = context_.environment.variable("HIKYAKU_TOKEN")) {
            token_ = *kept;
        }
        while (!token_.empty() && (token_.back() == '\n' || token_.back() == '\r'))
            token_.pop_back();
        if (!token_.empty()) return true;
        context_.complain(context_.text("error.no_token", {{"auth", options_.auth}}));
        return false;
    }

    bool check_text() const
    {
        if (!options_.message_file) return true;
        for (const auto& [option, given] :
             {std::pair{"--subject", options_.subject}, std::pair{"--text", options_.text}}) {
            if (given.empty()) continue;
            context_.complain(context_.text("error.excludes", {{"option", option}}));
            return false;
        }
        return true;
    }

    // A line about the way there, beside what is said on it.
    void note(const char* key, const sim::explain::Arguments& arguments = {}) const
    {
        context_.environment.err << context_.text(key, arguments) << '\n';
    }

    bool reach()
    {
        std::string problem;
        note("send.connecting", {{"server", options_.to}});
        silence_.expires_after(first_silence);
        silence_.async_wait([this](const asio::error_code& error) {
            if (error) return;
            note("send.still_connecting",
                 {{"server", options_.to}, {"seconds", std::to_string(patience.count())}});
        });
        const auto reached = outlet_->try_server(patience, problem);
        silence_.cancel();
        if (reached != bridge::Reachable::silent) return true;
        context_.complain(problem.empty()
                              ? context_.text("error.server_silent",
                                              {{"server", options_.to},
                                               {"seconds", std::to_string(patience.count())}})
                              : context_.text("error.server_unreachable",
                                              {{"server", options_.to}, {"reason", problem}}));
        return false;
    }

    // ---- a world of a PC, a relay, the real server and the names of all three
    // -----------------------
    bool build(const bridge::RealServer& server)
    {
        auto made = std::make_shared<scenario::Scenario>();
        made->key = "send";
        made->title = made->summary = made->goal = same(context_.text("send.title"));
        made->start = bridge::LiveWorld::present();
        made->limit = std::chrono::hours{24};
        made->areas.push_back({"inside", scenario::AreaKind::home, same("hikyaku")});
        made->areas.push_back({"outside", scenario::AreaKind::elsewhere, same(server.host)});
        const sim::Address names{(198U << 24U) | (51U << 16U) | (100U << 8U) | 53U};
        add_host(*made, "pc", scenario::HostKind::pc, "inside", *sim::parse_address("192.0.2.10"));
        made->hosts.back().name = same(context_.text("send.pc"));
        add_host(*made,
                 relay_name,
                 scenario::HostKind::mail_server,
                 "inside",
                 *sim::parse_address("192.0.2.25"));
        add_host(*made,
                 server.host,
                 scenario::HostKind::mail_server,
                 "outside",
                 address_of(server.endpoints.front().address()));
        add_host(*made, "names", scenario::HostKind::name_server, "inside", names);
        for (auto& host : made->hosts)
            host.resolver = names;
        for (std::size_t i = 1; i < made->hosts.size(); ++i)
            add_cable(*made, made->hosts[0].key, made->hosts[i].key);
        add_cable(*made, relay_name, server.host);
        add_cable(*made, relay_name, "names");
        add_names(*made, server);
        if (options_.as_relay) add_relay(*made, server);
        if (!add_program(*made, server)) return false;
        scenario_ = std::move(made);
        return true;
    }

    static void add_host(scenario::Scenario& to,
                         const std::string& key,
                         scenario::HostKind kind,
                         const std::string& area,
                         sim::Address address)
    {
        scenario::Host host;
        host.key = key;
        host.name = same(key);
        host.kind = kind;
        host.area = area;
        host.addresses = {address};
        to.hosts.push_back(std::move(host));
    }

    static void add_cable(scenario::Scenario& to, const std::string& a, const std::string& b)
    {
        scenario::Link link;
        link.key = fmt::format("{}-{}", a, b);
        link.a = a;
        link.b = b;
        link.latency = std::chrono::microseconds{100};
        to.links.push_back(std::move(link));
    }

    // Its own, where the simulated network can have it.
    static sim::Address address_of(const asio::ip::address& real)
    {
        const auto stand_in = *sim::parse_address("203.0.113.25");
        if (!real.is_v4()) return stand_in;
        const auto address = sim::parse_address(real.to_string());
        return address ? *address : stand_in;
    }

    static void add_names(scenario::Scenario& to, const bridge::RealServer& server)
    {
        scenario::NameServer names;
        names.host = "names";
        scenario::DnsZone root; // of all names
        // A relay looks up where its route leads even if that is an address.
        root.records.push_back(
            {server.host, "A", sim::to_string(to.hosts[server_host.value].addresses.front())});
        root.records.push_back({relay_name, "A", "192.0.2.25"});
        names.zones.push_back(std::move(root));
        to.name_servers.push_back(std::move(names));
    }

    void add_relay(scenario::Scenario& to, const bridge::RealServer& server) const
    {
        scenario::MailServer relay;
        relay.host = relay_name;
        scenario::SmtpListener listener;
        listener.role = scenario::ListenerRole::relay;
        listener.tls = scenario::TlsMode::none;
        relay.listeners.push_back(listener);
        relay.relay_for = {"pc"};
        relay.routes.push_back({"*", server.host, server.port});
        to.mail_servers.push_back(std::move(relay));
    }

    bool add_program(scenario::Scenario& to, const bridge::RealServer& server)
    {
        scenario::MailProgram program;
        program.key = "sender";
        program.host = "pc";
        program.name = same(options_.sender);
        program.address = options_.sender;
        scenario::AccountSettings account;
        account.server = options_.as_relay ? relay_name : server.host;
        account.port = options_.as_relay ? std::uint16_t{25} : server.port;
        account.protection = options_.as_relay ? scenario::Protection::none : protection(server);
        account.user = options_.user;
        account.password = options_.password;
        if (account.password.empty()) {
            if (const auto kept = context_.environment.variable("HIKYAKU_PASSWORD"))
                account.password = *kept;
        }
        account.auth = scenario::AuthChoice::none;
        if (!options_.as_relay && !options_.auth.empty())
            account.auth = *sim::parse_enum<scenario::AuthChoice>(options_.auth);
        if (!options_.as_relay && options_.auth.empty() && !account.user.empty())
            account.auth = scenario::AuthChoice::automatic;
        if (uses_token(account.auth)) account.password = token_;
        program.sending = account;
        to.programs.push_back(std::move(program));
        to.client = "sender";

        scenario::Step step;
        step.program = "sender";
        step.message.to = options_.recipients;
        step.message.subject =
            options_.subject.empty() ? context_.text("send.subject") : options_.subject;
        step.message.text = options_.text.empty() ? context_.text("send.text") : options_.text;
        if (options_.message_file) {
            auto text = context_.read_message(*options_.message_file);
            if (!text) return false;
            if (!options_.as_relay) { // to a relay it is somebody else's letter
                for (const char* blind : {"Bcc", "Resent-Bcc"})
                    sim::mail::take_fields(*text, blind);
            }
            step.message.eml = *text;
        }
        to.steps.push_back(std::move(step));
        return true;
    }

    // What the port is for, unless the user says otherwise.
    [[nodiscard]] scenario::Protection protection(const bridge::RealServer& server) const
    {
        if (!options_.protection.empty())
            return *sim::parse_enum<scenario::Protection>(options_.protection);
        if (server.port == 465) return scenario::Protection::tls;
        if (server.port == 587) return scenario::Protection::starttls;
        return scenario::Protection::starttls_if_available;
    }

    // The machine's own list of authorities, unless the user names another.
    bool read_trust()
    {
        const std::string file =
            options_.ca_file ? *options_.ca_file : "/etc/ssl/certs/ca-certificates.crt";
        const auto text = platform::read_file(file);
        if (!text) {
            if (!options_.ca_file) {
                trust_.emplace(); // nobody is believed, which the transcript will say
                return true;
            }
            context_.complain(context_.text("error.unreadable", {{"file", file}}));
            return false;
        }
        auto trust = sim::tls::trust_in(*text);
        if (!trust) {
            context_.complain(context_.text("error.bad_certificates",
                                            {{"file", file}, {"reason", trust.error()}}));
            return false;
        }
        trust_ = *trust;
        return true;
    }

    // ---- the conversation
    // -------------------------------------------------------------------------
    ExitCode talk()
    {
        sim::WorldOptions with;
        with.seed = std::random_device{}();
        with.visited = {server_host};
        with.trust = trust_;
        world_.emplace(loop_, scenario_, std::move(with), [this] { on_advanced(); });
        source_.emplace(context_.source(world_->world().trace(), *scenario_, 0, options_));
        transcript_.emplace(*source_, sim::report::TranscriptOptions{});
        asio::signal_set signals{loop_};
        bridge::add_ending_signals(signals);
        signals.async_wait([this](const asio::error_code& error, int) {
            if (error) return;
            interrupted_ = true;
            end();
        });
        outlet_->start(*world_);
        world_->begin();
        if (outlet_->reached()) explain_silence();
        loop_.run();
        return finish();
    }

    // A server that waits for TLS and a program that waits for a greeting wait for each other.
    void explain_silence()
    {
        silence_.expires_after(first_silence);
        silence_.async_wait([this](const asio::error_code& error) {
            if (error || outlet_->has_heard()) return;
            const sim::smtp::ClientTimeouts timeouts;
            const auto minutes =
                std::chrono::duration_cast<std::chrono::minutes>(timeouts.greeting).count();
            note("send.silent", {{"server", options_.to}, {"minutes", std::to_string(minutes)}});
            if (scenario_->programs.front().sending->protection != scenario::Protection::tls &&
                !options_.as_relay)
                note("send.silent_hint");
        });
    }

    void on_advanced()
    {
        const sim::Trace& trace = world_->world().trace();
        for (; looked_ < trace.size(); ++looked_)
            look_at(trace[looked_]);
        tell(trace.size());
        if (decided_ && outlet_->open_connections() == 0) {
            end();
        } else {
            outlet_->drain();
        }
    }

    void tell(std::size_t end)
    {
        const auto lines = transcript_->next(end);
        if (!lines.empty())
            context_.environment.out << to_text(lines, context_.style) << std::flush;
    }

    // A relay's report on its failure would go to the sender by the same way: not from here.
    void leave_out_the_report()
    {
        tell(looked_ + 1);
        transcript_->keep_to_connections_before(next_connection_);
        told_ = looked_ + 1;
        outlet_->close_door();
    }

    void look_at(const sim::Event& event)
    {
        if (event.connection.exists() && !(event.connection < next_connection_))
            next_connection_ = sim::ConnectionId{event.connection.value + 1};
        if (const auto* sent = std::get_if<sim::SendFinished>(&event.what)) {
            const bool went = sent->error == sim::UserError::none;
            if (!options_.as_relay || !went) decide(went);
        } else if (std::holds_alternative<sim::MailHandedOver>(event.what)) {
            if (options_.as_relay) decide(true);
        } else if (std::holds_alternative<sim::MailDeferred>(event.what) ||
                   std::holds_alternative<sim::MailBounced>(event.what)) {
            decide(false);
        }
    }

    void decide(bool went)
    {
        sent_ = went && (!decided_ || sent_);
        if (std::exchange(decided_, true)) return;
        if (options_.as_relay && !went) leave_out_the_report();
        timer_.expires_after(last_words);
        timer_.async_wait([this](const asio::error_code& error) {
            if (!error) end();
        });
    }

    void end()
    {
        outlet_->stop();
        world_->stop();
        timer_.cancel();
        silence_.cancel();
        loop_.stop();
    }

    ExitCode finish()
    {
        const sim::Trace& trace = world_->world().trace();
        source_->end = told_.value_or(trace.size());
        sim::report::Lines lines;
        lines.push_back({});
        if (interrupted_) {
            lines.push_back(
                {{{context_.text("send.interrupted"), sim::report::Role::blocked}}, {}});
        } else if (sent_) {
            lines.push_back({{{context_.text("send.accepted", {{"server", options_.to}}),
                               sim::report::Role::accepted}},
                             {}});
        } else {
            for (const auto& line : sim::report::outcome(*source_))
                lines.push_back(line);
        }
        context_.print(lines);
        if (!sent_) {
            const auto cards = sim::explain::cured_cards(
                source_->trace, source_->end, sim::Plan{scenario_, 1, {}});
            context_.print(sim::report::why(*source_, cards));
        }
        source_->end = trace.size();
        const bool good =
            write_live_files(context_, *source_, options_.capture_file, options_.key_file);
        if (!good || !outlet_->reached()) return ExitCode::unusable;
        return sent_ ? ExitCode::ok : ExitCode::unexpected;
    }

    const Context& context_;
    const SendOptions& options_;
    std::string token_;
    asio::io_context loop_{1};
    asio::steady_timer timer_;
    asio::steady_timer silence_;
    std::shared_ptr<const scenario::Scenario> scenario_;
    std::optional<sim::tls::TrustStore> trust_;
    std::optional<bridge::Outlet> outlet_;
    std::optional<bridge::LiveWorld> world_;
    std::optional<sim::report::Source> source_;
    std::optional<sim::report::LiveTranscript> transcript_;
    std::size_t looked_ = 0;
    sim::ConnectionId next_connection_{0}; // after those that were seen
    std::optional<std::size_t> told_;      // events, where not all are
    bool decided_ = false;
    bool sent_ = false;
    bool interrupted_ = false;
};

} // namespace

ExitCode send(const Context& context, const SendOptions& options)
{
    return Send{context, options}.run();
}

} // namespace cli
