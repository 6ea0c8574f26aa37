// What every subcommand is given, and the options of each as values.
#pragma once

#include "cli/app.h"
#include "platform/environment.h"
#include "platform/resources.h"
#include "sim/report/text.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cli {

struct Context {
    const platform::Environment& environment;
    const std::filesystem::path& home;
    const sim::explain::Language& language;
    sim::report::Style style;
    std::size_t columns = 80;

    // The command line's own words: key "cli.<name>" of the language file.
    [[nodiscard]] std::string text(std::string_view name,
                                   const sim::explain::Arguments& arguments = {}) const;
    // A text of a scenario in the language.
    [[nodiscard]] const std::string& text(const sim::scenario::Text& text) const;
    void print(const sim::report::Lines& lines) const;
    // "hikyaku: " and the sentence, on the error stream.
    void complain(std::string_view sentence) const;
    // The scenario that the user named, or nothing after saying what is wrong.
    [[nodiscard]] std::optional<sim::scenario::Scenario> load(const std::string& name) const;
    // The message in a file, without a byte order mark or mbox line in front of it; or nothing
    // after saying what is wrong.
    [[nodiscard]] std::optional<std::string> read_message(const std::string& file) const;
    // The first `end` events of a run, for views at the level and with the secrets of these
    // options.
    template <typename Options>
    [[nodiscard]] sim::report::Source source(const sim::Trace& trace,
                                             const sim::scenario::Scenario& scenario,
                                             std::size_t end,
                                             const Options& options) const
    {
        const auto secrets =
            options.show_secrets ? sim::report::Secrets::shown : sim::report::Secrets::masked;
        return {trace, scenario, language, end, options.level, secrets, columns};
    }
};

SIM_NAMED_ENUM(View, transcript, wire, ladder, why, events, tally);

struct ListOptions {
    std::optional<std::string> lesson; // its variations; none: all lessons
    bool json = false;
};

struct LessonOptions {
    std::string lesson;
    sim::report::Level level = sim::report::Level::standard;
};

struct PresentOptions {
    std::string lesson;
    bool notes = false; // for the speaker, instead of the window
};

struct RunOptions {
    std::string lesson;
    std::optional<std::string> message_file;
    std::vector<std::pair<std::string, std::string>> settings;
    std::optional<std::string> variation; // its settings come before those above
    bool titled = true;                   // begins with the lesson's title
    std::optional<std::size_t> guess;     // which choice of the prediction, to be judged
    sim::report::Level level = sim::report::Level::standard;
    std::optional<View> view;        // none: why, or with a crowd tally
    std::optional<std::string> link; // "a/b", for wire and the capture
    bool json = false;
    bool show_secrets = false;
    std::optional<std::string> eml_folder;
    std::optional<std::string> capture_file;
    std::optional<std::string> key_file;
    std::optional<std::string> csv_file; // the tally's curve
    std::optional<std::string> sample;   // name of an ending, whose first attempt is printed
    std::uint64_t seed = 1;
};

struct CheckOptions {
    std::vector<std::string> paths; // lessons, files, folders; none: all lessons
};

struct SpfOptions {
    std::string zone_file;
    std::string ip; // of the client
    std::string helo;
    std::string sender; // "" or "<>": the null reverse-path
    std::string receiver = "unknown";
    bool json = false;
};

struct VerifyOptions {
    std::string message_file;
    SpfOptions envelope; // zone, client, HELO, sender; `receiver` is the name in the results
};

struct SignOptions {
    std::string message_file;
    std::string domain;
    std::string selector;
    std::string key_file;
    std::string identity;                     // empty: the signature names none
    std::string form = "relaxed/relaxed";     // of header and body
    std::optional<std::uint64_t> lasts_s;     // until the signature expires
    std::optional<std::uint64_t> body_length; // octets of the body to be signed
    bool record = false;                      // the key's record instead of the message
};

struct BridgeOptions {
    std::string lesson;
    std::vector<std::string> listen;
    std::optional<std::string> from; // key of an access line
    std::string bind = "127.0.0.1";
    std::vector<std::pair<std::string, std::string>> settings;
    sim::report::Level level = sim::report::Level::standard;
    bool json = false;
    bool quiet = false;
    bool instant = false; // packets take no time on their way
    bool show_secrets = false;
    std::optional<std::string> eml_folder;
    std::optional<std::string> ca_file;
    std::optional<std::string> pid_file;
    std::optional<std::string> capture_file;
    std::optional<std::string> key_file;
    std::optional<std::uint64_t> seed; // without one, another each time
    std::size_t most_connections = 2000;
};

struct SendOptions {
    std::string to; // "host:port"
    bool as_relay = false;
    std::string sender = "hanako@kumo.example";
    std::vector<std::string> recipients;
    std::string subject;
    std::string text;
    std::optional<std::string> message_file;
    std::string protection;
    std::string auth;
    std::string user;
    std::string password;
    std::optional<std::string> token_file;
    std::optional<std::string> ca_file;
    sim::report::Level level = sim::report::Level::standard;
    bool show_secrets = false;
    std::optional<std::string> capture_file;
    std::optional<std::string> key_file;
};

// Text in lines of at most so many columns.
void add_wrapped(sim::report::Lines& lines,
                 const std::string& text,
                 sim::report::Role role,
                 std::size_t columns);

ExitCode list(const Context& context, const ListOptions& options);
ExitCode run(const Context& context, const RunOptions& options);
ExitCode lesson(const Context& context, const LessonOptions& options);
ExitCode present(const Context& context, const PresentOptions& options);
ExitCode check(const Context& context, const CheckOptions& options);
ExitCode spf(const Context& context, const SpfOptions& options);
ExitCode verify(const Context& context, const VerifyOptions& options);
ExitCode sign(const Context& context, const SignOptions& options);
// Until a signal ends it.
ExitCode open_bridge(const Context& context, const BridgeOptions& options);
ExitCode send(const Context& context, const SendOptions& options);

} // namespace cli
