// hikyaku bridge: the servers of a lesson on real ports, for real mail programs.

#include "cli/context.h"
#include "cli/files.h"
#include "platform/bridge/ending_signals.h"
#include "platform/bridge/session.h"
#include "platform/files.h"
#include "sim/explain/cure.h"
#include "sim/report/events.h"
#include "sim/report/transcript.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <ostream>
#include <random>
#include <set>
#include <system_error>
#include <utility>

namespace cli {

namespace {

namespace fs = std::filesystem;
namespace bridge = platform::bridge;
using bridge::Opening;

// What is remembered of the newest that happened, some 100 bytes each and what was said in it: for
// a card, which looks back over a connection, and for a capture of the whole.
constexpr std::size_t kept_for_cards = 1'000'000;
constexpr std::size_t kept_for_capture = 12'000'000;
// One in each event's number, which never comes again.
constexpr std::size_t most_events = 4'000'000'000;
constexpr std::chrono::steady_clock::duration card_delay = std::chrono::milliseconds{300};
constexpr std::size_t most_told_cards = 1000; // that are remembered

class Bridge {
public:
    Bridge(const Context& context, const BridgeOptions& options)
        : context_{context}, options_{options}
    {
    }

    ExitCode run()
    {
        if (!is_pid_free() || !can_write(context_, {&options_.capture_file, &options_.key_file}) ||
            !open() || !make_folder() || !write_pid())
            return ExitCode::unusable;
        source_.emplace(context_.source(session_->world().trace(), scenario(), 0, options_));
        transcript_.emplace(*source_);
        asio::signal_set signals{session_->loop()};
        bridge::add_ending_signals(signals); // before it is announced
        signals.async_wait([this](const asio::error_code& error, int) {
            if (!error) end();
        });
        announce();
        session_->begin();
        session_->loop().run();
        return finish();
    }

private:
    // ---- before
    // -----------------------------------------------------------------------------------
    bool open()
    {
        auto loaded = context_.load(options_.lesson);
        if (!loaded) return false;
        if (!use_settings(context_, *loaded, options_.settings)) return false;
        if (options_.from && !use_setting(context_,
                                          *loaded,
                                          {sim::client_setting("line"), *options_.from},
                                          fmt::format("--from {}", *options_.from)))
            return false;
        bridge::SessionOptions with;
        with.listen = options_.listen;
        with.bind = options_.bind;
        with.instant = options_.instant;
        with.seed = options_.seed ? *options_.seed : std::random_device{}();
        with.most_connections = options_.most_connections;
        with.ca_file = options_.ca_file;
        const bool captures = options_.capture_file || options_.key_file;
        with.kept_events = captures ? kept_for_capture : kept_for_cards;
        with.detail = options_.quiet && !captures && !options_.eml_folder
                          ? sim::Trace::Detail::counters // nobody asks
                          : sim::Trace::Detail::lately;
        auto opened =
            bridge::Session::open(std::move(*loaded), std::move(with), [this] { on_advanced(); });
        if (!opened) {
            sim::explain::Arguments arguments;
            for (const auto& [name, value] : opened.error().arguments)
                arguments.push_back({name, value});
            context_.complain(context_.text("error." + opened.error().key, arguments));
            return false;
        }
        session_ = std::move(*opened);
        warn();
        return true;
    }

    // What may not be as the user thinks.
    void warn() const
    {
        if (!bridge::is_loopback(options_.bind)) {
            context_.complain(context_.text(bridge::is_every_address(options_.bind)
                                                ? "bridge.warning_bind_all"
                                                : "bridge.warning_bind",
                                            {{"address", options_.bind}}));
        }
        for (const Opening& opening : session_->openings()) {
            const sim::explain::Arguments arguments{{"host", opening.host},
                                                    {"port", std::to_string(opening.port)},
                                                    {"taken", std::to_string(opening.taken_port)},
                                                    {"address", real_end(opening)}};
            if (opening.taken_port != 0)
                context_.complain(context_.text("bridge.port_taken", arguments));
            if (!session_->is_served(opening))
                context_.complain(context_.text("bridge.nobody_listens", arguments));
        }
    }

    bool make_folder()
    {
        if (!options_.eml_folder) return true;
        std::error_code error;
        fs::create_directories(*options_.eml_folder, error);
        if (!error) return true;
        context_.complain(context_.text("error.no_folder", {{"folder", *options_.eml_folder}}));
        return false;
    }

    // The file of a bridge that still runs is how its user ends it.
    bool is_pid_free() const
    {
        pid_t pid = 0;
        if (!options_.pid_file || !(std::ifstream{*options_.pid_file} >> pid)) return true;
        const bool runs = pid > 0 && pid != getpid() && (kill(pid, 0) == 0 || errno == EPERM);
        if (!runs) return true;
        context_.complain(context_.text(
            "error.pid_in_use", {{"file", *options_.pid_file}, {"pid", std::to_string(pid)}}));
        return false;
    }

    bool write_pid()
    {
        if (!options_.pid_file) return true;
        if (!write_file(context_, *options_.pid_file, fmt::format("{}\n", getpid()))) return false;
        own_pid_ = platform::OwnFile{*options_.pid_file};
        return true;
    }

    // ---- what it says
    // -----------------------------------------------------------------------------
    [[nodiscard]] const sim::scenario::Scenario& scenario() const { return *session_->scenario(); }
    [[nodiscard]] const sim::scenario::Host& from() const
    {
        return scenario().hosts[session_->from().value];
    }

    // none, starttls, implicit; empty where nobody listens.
    [[nodiscard]] std::string protection_at(const Opening& opening) const
    {
        const auto tls = session_->tls_at(opening);
        return tls ? std::string{sim::name_of(*tls)} : std::string{};
    }

    void announce()
    {
        if (options_.json) {
            announce_as_json();
            return;
        }
        std::ostream& out = context_.environment.out;
        const std::string line = from().line;
        const auto access =
            std::ranges::find(scenario().lines, line, &sim::scenario::AccessLine::key);
        out << context_.text("bridge.open",
                             {{"place", context_.text(from().name)},
                              {"line",
                               access == scenario().lines.end() ? std::string{"-"}
                                                                : context_.text(access->name)}})
            << '\n';
        for (const Opening& opening : session_->openings()) {
            const std::string protection = protection_at(opening);
            out << fmt::format(
                "  {:<22} → {}:{}{}\n",
                real_end(opening),
                opening.host,
                opening.port,
                protection.empty()
                    ? std::string{}
                    : fmt::format("  ({})", context_.text("bridge.tls." + protection)));
        }
        out << context_.text("bridge.accounts") << '\n';
        for (const bridge::Account& account : session_->accounts()) {
            out << fmt::format("  {}  {}  {}{}\n",
                               account.host,
                               account.user,
                               account.password,
                               account.protocol == "pop3" ? "  (POP3)" : "");
            if (!account.token.empty())
                out << "    " << context_.text("bridge.token", {{"token", account.token}}) << '\n';
        }
        out << context_.text("bridge.certificate", {{"file", session_->ca_file()}}) << '\n'
            << context_.text("bridge.how_to_end") << '\n'
            << std::endl;
    }

    void announce_as_json()
    {
        nlohmann::ordered_json json;
        json["lesson"] = scenario().key;
        json["from"] = {{"host", from().key},
                        {"line", from().line},
                        {"address", sim::to_string(session_->address_of(from().key))}};
        json["ca_file"] = session_->ca_file();
        json["pid"] = getpid();
        auto& ports = json["ports"] = nlohmann::ordered_json::array();
        for (const Opening& opening : session_->openings()) {
            ports.push_back({{"host", opening.host},
                             {"port", opening.port},
                             {"transport", sim::name_of(opening.transport)},
                             {"tls", protection_at(opening)},
                             {"address", opening.real_address},
                             {"real_port", opening.real_port}});
        }
        auto& accounts = json["accounts"] = nlohmann::ordered_json::array();
        for (const bridge::Account& account : session_->accounts()) {
            accounts.push_back({{"protocol", account.protocol},
                                {"host", account.host},
                                {"user", account.user},
                                {"password", account.password},
                                {"addresses", account.addresses}});
            if (account.takes_tokens) accounts.back()["token"] = account.token;
        }
        context_.environment.out << json.dump() << std::endl;
    }

    // ---- while it runs
    // ----------------------------------------------------------------------------
    void on_advanced()
    {
        const auto& world = session_->world();
        if (!options_.quiet) {
            const auto lines = transcript_->next(world.trace().size());
            if (!lines.empty()) stream() << to_text(lines, context_.style) << std::flush;
            if (!stream() && !ending_) {
                unheard_ = true;
                context_.complain(context_.text("bridge.unheard"));
                end();
            }
            look_for_trouble();
        }
        if (options_.eml_folder) store_messages(world);
        session_->let_go_of_messages();
        if (world.trace().let_go() > 0 && !std::exchange(told_of_letting_go_, true) &&
            (options_.capture_file || options_.key_file)) {
            context_.complain(
                context_.text("bridge.let_go", {{"count", std::to_string(kept_for_capture)}}));
        }
        if (world.trace().size() < most_events || ending_) return;
        context_.complain(context_.text("bridge.full", {{"count", std::to_string(most_events)}}));
        end();
    }

    // A file that cannot be written is complained of once: the next one cannot be either.
    void store_messages(const sim::World& world)
    {
        for (const auto& message : world.stored_messages()) {
            const auto path =
                fs::path{*options_.eml_folder} / message_file_name(++stored_, message, scenario());
            if (!platform::write_file(path, *message.text) && std::exchange(all_stored_, false))
                context_.complain(context_.text("error.unwritable", {{"file", path.string()}}));
        }
    }

    // ---- why something stopped
    // --------------------------------------------------------------------------
    // An event that a card is likely to be about.
    [[nodiscard]] static bool is_trouble(const sim::Trace& trace, const sim::Event& event)
    {
        if (event.kind() == sim::Kind::mail_deferred || event.kind() == sim::Kind::mail_bounced)
            return true;
        if (!trace.leads_outside(event.connection)) return false;
        if (const auto* reply = std::get_if<sim::SmtpReply>(&event.what)) return reply->code >= 400;
        if (const auto* reply = std::get_if<sim::Pop3Reply>(&event.what)) return !reply->ok;
        return event.kind() == sim::Kind::connection_failed ||
               event.kind() == sim::Kind::tls_failed;
    }

    // A card is told a little later, with what the two said to it; and not all the time.
    void look_for_trouble()
    {
        const sim::Trace& trace = session_->world().trace();
        for (; looked_ < trace.size(); ++looked_)
            trouble_ = trouble_ || is_trouble(trace, trace[looked_]);
        if (!trouble_ || ending_ || std::exchange(card_planned_, true)) return;
        card_timer_.emplace(session_->loop(), std::max(card_delay, 3 * card_cost_));
        card_timer_->async_wait([this](const asio::error_code& error) {
            card_planned_ = false;
            if (!error) tell_cards();
        });
    }

    void tell_cards()
    {
        const auto begin = std::chrono::steady_clock::now();
        trouble_ = false;
        source_->end = session_->world().trace().size();
        sim::report::Lines lines;
        // A few runs only: real programs wait meanwhile.
        constexpr int runs_of_a_card = 8;
        sim::explain::Cures cures{
            source_->trace, sim::Plan{session_->scenario(), 1, {}}, runs_of_a_card};
        for (auto& card : sim::explain::new_why_cards(
                 source_->trace, carded_, source_->end, source_->scenario)) {
            if (card.outcome.value < carded_) continue;
            cures.find(card);
            sim::report::Lines more = sim::report::why_card(card, *source_);
            if (!told_cards_.insert(to_text(more, sim::report::plain_style())).second) continue;
            lines.push_back({});
            lines.insert(lines.end(), more.begin(), more.end());
        }
        carded_ = source_->end;
        if (told_cards_.size() > most_told_cards) told_cards_.clear();
        if (!lines.empty()) stream() << to_text(lines, context_.style) << std::flush;
        card_cost_ = std::chrono::steady_clock::now() - begin;
    }

    void end()
    {
        if (std::exchange(ending_, true)) return;
        cut_ = session_->connections();
        session_->stop();
        session_->loop().stop();
    }

    // ---- after
    // ------------------------------------------------------------------------------------
    ExitCode finish()
    {
        const sim::Trace& trace = session_->world().trace();
        source_->end = trace.size();
        if (trouble_ && !unheard_) tell_cards();
        source_->end = trace.size();
        const auto& counts = session_->counts();
        stream() << '\n'
                 << context_.text(
                        "bridge.summary",
                        {{"connections", std::to_string(counts.connections)},
                         {"most", std::to_string(counts.most_at_once)},
                         {"in", std::to_string(counts.bytes_in)},
                         {"out", std::to_string(counts.bytes_out)},
                         {"queued", std::to_string(trace.count(sim::Kind::mail_queued))},
                         {"delivered", std::to_string(trace.count(sim::Kind::mail_delivered))},
                         {"dropped", std::to_string(trace.count(sim::Kind::packet_dropped))},
                         {"given_up", std::to_string(counts.given_up)},
                         {"cut", std::to_string(cut_)}})
                 << std::endl;
        const bool good =
            write_live_files(context_, *source_, options_.capture_file, options_.key_file);
        return good && all_stored_ ? ExitCode::ok : ExitCode::unusable;
    }

    // What is said while it runs; with --json the other stream is for programs.
    [[nodiscard]] std::ostream& stream() const
    {
        return options_.json ? context_.environment.err : context_.environment.out;
    }

    const Context& context_;
    const BridgeOptions& options_;
    std::unique_ptr<bridge::Session> session_;
    std::optional<sim::report::Source> source_;
    std::optional<sim::report::LiveTranscript> transcript_;
    platform::OwnFile own_pid_;
    std::size_t stored_ = 0;
    bool all_stored_ = true;
    std::size_t looked_ = 0; // events, for trouble
    std::size_t carded_ = 0; // events, for cards
    bool trouble_ = false;
    bool card_planned_ = false;
    bool told_of_letting_go_ = false;
    bool unheard_ = false;
    std::optional<asio::steady_timer> card_timer_;
    std::chrono::steady_clock::duration card_cost_{};
    std::set<std::string> told_cards_;
    std::size_t cut_ = 0; // connections that were open when it ended
    bool ending_ = false;
};

} // namespace

ExitCode open_bridge(const Context& context, const BridgeOptions& options)
{
    return Bridge{context, options}.run();
}

} // namespace cli
