#include "cli/app.h"

#include "cli/arguments.h"
#include "cli/context.h"
#include "cli/zone_file.h"
#include "sim/core/setting_key.h"
#include "sim/tally.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ostream>
#include <sstream>

namespace cli {

namespace {

// Of --seed: what nineteen digits can say for certain.
constexpr std::uint64_t most_seed = 9'999'999'999'999'999'999ULL;

// Everything that the arguments can say.
struct Parsed {
    std::string language;
    std::string colour = "auto";
    ListOptions list;
    LessonOptions lesson;
    PresentOptions present;
    RunOptions run;
    CheckOptions check;
    SpfOptions spf;
    VerifyOptions verify;
    SignOptions sign;
    BridgeOptions bridge;
    SendOptions send;
    std::vector<std::string> settings;
    std::string level = "standard";
    std::optional<std::string> view;
    std::string send_as = "program";
    std::string help_about;
};

template <sim::NamedEnum E>
std::vector<std::string> names_of()
{
    std::vector<std::string> names;
    for (const E value : sim::values_of<E>())
        names.emplace_back(sim::name_of(value));
    return names;
}

// The language is needed to say what is wrong with the rest of the line.
std::string wanted_language(const std::vector<std::string>& arguments,
                            const platform::Environment& environment)
{
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        std::string value;
        if (arguments[i].starts_with("--lang=")) value = arguments[i].substr(7);
        if (arguments[i] == "--lang" && i + 1 < arguments.size()) value = arguments[i + 1];
        if (value == "ja" || value == "en") return value;
    }
    return platform::language_of_locale(environment);
}

// "--set a=b" in two parts; nothing, after saying so, when there is no "=".
bool split_settings(const Context& context,
                    const Parsed& parsed,
                    std::vector<std::pair<std::string, std::string>>& settings)
{
    for (const std::string& setting : parsed.settings) {
        auto assigned = sim::parse_assignment(setting);
        if (!assigned) {
            context.complain(context.text("error.setting_form", {{"setting", setting}}));
            return false;
        }
        settings.emplace_back(std::move(assigned->key), std::move(assigned->value));
    }
    return true;
}

class Parser {
public:
    Parser(const Context& context, Parsed& parsed)
        : context_{context}, parsed_{parsed}, app_{context.text("help.about"), "hikyaku"}
    {
        app_.require_subcommand(0, 1);
        app_.set_help_flag("-h,--help", context_.text("help.help"));
        app_.set_version_flag(
            "--version", "hikyaku " HIKYAKU_VERSION, context_.text("help.version"));
        app_.footer(context_.text("help.examples"));
        common(app_);
        add_list();
        add_lesson();
        add_present();
        add_run();
        add_check();
        add_spf();
        add_verify();
        add_sign();
        add_bridge();
        add_send();
        auto* help = app_.add_subcommand("help", context_.text("help.help_command"));
        common(*help);
        std::vector<std::string> commands;
        for (const CLI::App* sub : app_.get_subcommands([](const CLI::App*) { return true; }))
            commands.push_back(sub->get_name());
        one_of(help->add_option("command", parsed_.help_about, context_.text("help.help_about")),
               commands);
        labels(*app_.get_formatter());
        name_groups(app_);
        for (CLI::App* sub : app_.get_subcommands([](const CLI::App*) { return true; }))
            name_groups(*sub);
    }

    CLI::App& app() { return app_; }

    // The help of a subcommand, or of everything.
    [[nodiscard]] std::string help(const std::string& about)
    {
        if (about.empty()) return app_.help();
        const auto subs =
            app_.get_subcommands([&](const CLI::App* sub) { return sub->get_name() == about; });
        return subs.empty() ? app_.help() : subs.front()->help("hikyaku");
    }

private:
    void labels(CLI::FormatterBase& formatter) const
    {
        for (const char* label : {"Usage", "Options", "Subcommands", "Positionals", "OPTIONS"})
            formatter.label(label, context_.text(fmt::format("help.label.{}", label)));
        formatter.label("REQUIRED", "");
        formatter.label("Required", "");
        formatter.label("TEXT", "");
        formatter.label("UINT", "N");
        formatter.column_width(26);
    }

    // The heading over the options is no label of the formatter's, but the name of their group.
    void name_groups(CLI::App& app) const
    {
        for (CLI::Option* option : app.get_options()) {
            if (option->get_group() == "Options")
                option->group(context_.text("help.label.Options"));
        }
    }

    void one_of(CLI::Option* option, const std::vector<std::string>& words) const
    {
        allow_words(context_, *option, words);
    }

    void common(CLI::App& app)
    {
        one_of(app.add_option("--lang", parsed_.language, context_.text("help.lang")),
               {"ja", "en"});
        one_of(app.add_option("--color", parsed_.colour, context_.text("help.color")),
               {"auto", "always", "never"});
    }

    CLI::App* subcommand(const char* name)
    {
        // "lesson" is an argument's name already.
        const std::string about = std::string_view{name} == "lesson" ? "lesson_command" : name;
        CLI::App* sub = app_.add_subcommand(name, context_.text(fmt::format("help.{}", about)));
        sub->set_help_flag("-h,--help", context_.text("help.help"));
        sub->footer(context_.text(fmt::format("help.{}_examples", name)));
        common(*sub);
        return sub;
    }

    void add_list()
    {
        auto* sub = subcommand("list");
        sub->add_option("lesson", parsed_.list.lesson, context_.text("help.list_lesson"));
        sub->add_flag("--json", parsed_.list.json, context_.text("help.json"));
    }

    void add_lesson()
    {
        auto* sub = subcommand("lesson");
        sub->add_option("lesson", parsed_.lesson.lesson, context_.text("help.lesson"))->required();
        add_level(*sub);
    }

    void add_present()
    {
        auto* sub = subcommand("present");
        sub->add_option("lesson", parsed_.present.lesson, context_.text("help.lesson"))->required();
        sub->add_flag("--notes", parsed_.present.notes, context_.text("help.notes"));
    }

    void add_check()
    {
        auto* sub = subcommand("check");
        sub->add_option("path", parsed_.check.paths, context_.text("help.check_paths"));
    }

    void add_spf()
    {
        auto* sub = subcommand("spf");
        add_envelope(*sub, parsed_.spf, "--from");
        option(*sub, "--receiver", parsed_.spf.receiver, "help.spf_receiver", "NAME");
        sub->add_flag("--json", parsed_.spf.json, context_.text("help.json"));
    }

    void add_verify()
    {
        auto* sub = subcommand("verify");
        VerifyOptions& verify = parsed_.verify;
        option(*sub, "message", verify.message_file, "help.verify_message", "FILE.eml")->required();
        add_envelope(*sub, verify.envelope, "--mail-from");
        verify.envelope.receiver = "mx.example";
        option(*sub, "--receiver", verify.envelope.receiver, "help.verify_receiver", "NAME");
        sub->add_flag("--json", verify.envelope.json, context_.text("help.json"));
    }

    void add_sign()
    {
        constexpr std::uint64_t ten_years_s = 315'360'000;
        constexpr std::uint64_t most_octets = 1'000'000'000;
        auto* sub = subcommand("sign");
        SignOptions& sign = parsed_.sign;
        option(*sub, "message", sign.message_file, "help.sign_message", "FILE.eml")->required();
        option(*sub, "--domain", sign.domain, "help.sign_domain", "NAME")->required();
        option(*sub, "--selector", sign.selector, "help.sign_selector", "NAME")->required();
        option(*sub, "--key", sign.key_file, "help.sign_key", "FILE.pem")->required();
        option(*sub, "--identity", sign.identity, "help.sign_identity", "ADDRESS");
        one_of(sub->add_option("--form", sign.form, context_.text("help.sign_form")),
               {"relaxed/relaxed", "relaxed/simple", "simple/relaxed", "simple/simple"});
        allow_numbers(
            context_,
            *sub->add_option("--expires-in", sign.lasts_s, context_.text("help.sign_lasts")),
            1,
            ten_years_s);
        allow_numbers(
            context_,
            *sub->add_option("--body-length", sign.body_length, context_.text("help.sign_length")),
            0,
            most_octets);
        sub->add_flag("--record", sign.record, context_.text("help.sign_record"));
    }

    template <typename Target>
    CLI::Option*
    option(CLI::App& sub, const char* name, Target& target, const char* help, const char* form)
    {
        return sub.add_option(name, target, context_.text(help))->type_name(form);
    }

    // Who sends, and what DNS says: the form of its file stands below the examples.
    void add_envelope(CLI::App& sub, SpfOptions& spf, const char* sender_option)
    {
        sub.footer(sub.get_footer() + std::string{zone_example});
        option(sub, "--zone", spf.zone_file, "help.zone", "FILE.json")->required();
        option(sub, "--ip", spf.ip, "help.spf_ip", "ADDRESS")->required();
        option(sub, "--helo", spf.helo, "help.spf_helo", "NAME")->required();
        option(sub, sender_option, spf.sender, "help.spf_from", "ADDRESS")->required();
    }

    void add_settings(CLI::App& sub)
    {
        option(sub, "--set", parsed_.settings, "help.set", "KEY=VALUE")->expected(1)->take_all();
    }

    void add_level(CLI::App& sub)
    {
        one_of(sub.add_option("--level", parsed_.level, context_.text("help.level")),
               names_of<sim::report::Level>());
    }

    void add_captures(CLI::App& sub,
                      std::optional<std::string>& capture,
                      std::optional<std::string>& keys,
                      const char* help = "help.pcap")
    {
        option(sub, "--pcap", capture, help, "FILE.pcapng");
        option(sub, "--keylog", keys, "help.keylog", "FILE");
    }

    void add_bridge()
    {
        auto* sub = subcommand("bridge");
        BridgeOptions& bridge = parsed_.bridge;
        sub->add_option("lesson", bridge.lesson, context_.text("help.lesson"))->required();
        option(*sub, "--listen", bridge.listen, "help.listen", "HOST:PORT=ADDRESS:PORT")
            ->expected(1)
            ->take_all();
        option(*sub, "--from", bridge.from, "help.from", "LINE");
        option(*sub, "--bind", bridge.bind, "help.bind", "ADDRESS");
        add_settings(*sub);
        add_level(*sub);
        sub->add_flag("--json", bridge.json, context_.text("help.bridge_json"));
        sub->add_flag("--quiet", bridge.quiet, context_.text("help.quiet"));
        sub->add_flag("--instant", bridge.instant, context_.text("help.instant"));
        option(*sub, "--eml", bridge.eml_folder, "help.eml", "DIR");
        option(*sub, "--ca", bridge.ca_file, "help.bridge_ca", "FILE");
        option(*sub, "--pid-file", bridge.pid_file, "help.pid_file", "FILE");
        add_captures(*sub, bridge.capture_file, bridge.key_file, "help.live_pcap");
        allow_numbers(context_,
                      *sub->add_option("--most-connections",
                                       bridge.most_connections,
                                       context_.text("help.most")),
                      1,
                      15'000);
        allow_numbers(context_,
                      *sub->add_option("--seed", bridge.seed, context_.text("help.bridge_seed")),
                      0,
                      most_seed);
        sub->add_flag("--show-secrets", bridge.show_secrets, context_.text("help.show_secrets"));
    }

    void add_send()
    {
        auto* sub = subcommand("send");
        SendOptions& send = parsed_.send;
        option(*sub, "--to", send.to, "help.send_to", "HOST:PORT")->required();
        option(*sub, "--rcpt", send.recipients, "help.rcpt", "ADDRESS")
            ->expected(1)
            ->take_all()
            ->required();
        option(*sub, "--sender", send.sender, "help.sender", "ADDRESS");
        option(*sub, "--message", send.message_file, "help.send_message", "FILE.eml");
        option(*sub, "--subject", send.subject, "help.subject", "WORDS");
        option(*sub, "--text", send.text, "help.text", "WORDS");
        one_of(sub->add_option("--protection", send.protection, context_.text("help.protection")),
               names_of<sim::scenario::Protection>());
        one_of(sub->add_option("--auth", send.auth, context_.text("help.auth")),
               names_of<sim::scenario::AuthChoice>());
        option(*sub, "--user", send.user, "help.user", "NAME");
        option(*sub, "--password", send.password, "help.password", "PASSWORD");
        option(*sub, "--token", send.token_file, "help.token", "FILE");
        option(*sub, "--ca", send.ca_file, "help.send_ca", "FILE");
        add_level(*sub);
        one_of(sub->add_option("--as", parsed_.send_as, context_.text("help.send_as")),
               {"program", "relay"});
        add_captures(*sub, send.capture_file, send.key_file, "help.live_pcap");
        sub->add_flag("--show-secrets", send.show_secrets, context_.text("help.show_secrets"));
    }

    void add_run()
    {
        auto* sub = subcommand("run");
        RunOptions& run = parsed_.run;
        sub->add_option("lesson", run.lesson, context_.text("help.lesson"))->required();
        option(*sub, "--variation", run.variation, "help.variation", "NAME");
        add_settings(*sub);
        option(*sub, "--message", run.message_file, "help.message", "FILE.eml");
        add_level(*sub);
        one_of(sub->add_option("--view", parsed_.view, context_.text("help.view")),
               names_of<View>());
        option(*sub, "--link", run.link, "help.link", "HOST/HOST");
        sub->add_flag("--json", run.json, context_.text("help.json"));
        option(*sub, "--eml", run.eml_folder, "help.eml", "DIR");
        add_captures(*sub, run.capture_file, run.key_file);
        sub->add_option("--csv", run.csv_file, context_.text("help.csv"))->type_name("FILE.csv");
        one_of(sub->add_option("--sample", run.sample, context_.text("help.sample")),
               names_of<sim::CrowdEnding>());
        allow_numbers(context_,
                      *sub->add_option("--seed", run.seed, context_.text("help.seed")),
                      0,
                      most_seed);
        sub->add_flag("--show-secrets", run.show_secrets, context_.text("help.show_secrets"));
    }

    const Context& context_;
    Parsed& parsed_;
    CLI::App app_;
};

std::size_t columns_for(const platform::Environment& environment)
{
    constexpr std::size_t usual = 80;
    constexpr std::size_t widest = 120; // longer lines are hard to read
    constexpr std::size_t narrowest = 60;
    return std::clamp(environment.terminal_columns.value_or(usual), narrowest, widest);
}

ExitCode dispatch(Context& context, Parser& parser, Parsed& parsed)
{
    if (parsed.colour != "auto" || platform::wants_colour(context.environment)) {
        const bool colour =
            parsed.colour != "never" &&
            (parsed.colour == "always" || platform::wants_colour(context.environment));
        if (colour) context.style = sim::report::terminal_style();
    }
    CLI::App& app = parser.app();
    if (app.got_subcommand("list")) return list(context, parsed.list);
    if (app.got_subcommand("lesson")) {
        parsed.lesson.level = *sim::parse_enum<sim::report::Level>(parsed.level);
        return lesson(context, parsed.lesson);
    }
    if (app.got_subcommand("present")) return present(context, parsed.present);
    if (app.got_subcommand("check")) return check(context, parsed.check);
    if (app.got_subcommand("spf")) return spf(context, parsed.spf);
    if (app.got_subcommand("verify")) return verify(context, parsed.verify);
    if (app.got_subcommand("sign")) return sign(context, parsed.sign);
    if (app.got_subcommand("run")) {
        if (!split_settings(context, parsed, parsed.run.settings)) return ExitCode::unusable;
        parsed.run.level = *sim::parse_enum<sim::report::Level>(parsed.level);
        if (parsed.view) parsed.run.view = sim::parse_enum<View>(*parsed.view);
        return run(context, parsed.run);
    }
    if (app.got_subcommand("bridge")) {
        if (!split_settings(context, parsed, parsed.bridge.settings)) return ExitCode::unusable;
        parsed.bridge.level = *sim::parse_enum<sim::report::Level>(parsed.level);
        return open_bridge(context, parsed.bridge);
    }
    if (app.got_subcommand("send")) {
        parsed.send.level = *sim::parse_enum<sim::report::Level>(parsed.level);
        parsed.send.as_relay = parsed.send_as == "relay";
        return send(context, parsed.send);
    }
    context.environment.out << parser.help(parsed.help_about);
    return ExitCode::ok;
}

ExitCode parse_and_do(Context& context, const std::vector<std::string>& arguments)
{
    Parsed parsed;
    Parser parser{context, parsed};
    std::vector<std::string> reversed{arguments.rbegin(), arguments.rend()}; // as CLI11 takes them
    try {
        parser.app().parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) {
        const auto subs = parser.app().get_subcommands();
        context.environment.out << parser.help(subs.empty() ? "" : subs.front()->get_name());
        return ExitCode::ok;
    } catch (const CLI::CallForVersion& version) {
        context.environment.out << version.what() << '\n';
        return ExitCode::ok;
    } catch (const CLI::ParseError& error) {
        return complain_about(context, parser.app(), error);
    }
    return dispatch(context, parser, parsed);
}

} // namespace

ExitCode run(const std::vector<std::string>& arguments,
             const platform::Environment& environment,
             platform::Languages& languages)
{
    const auto home = platform::find_home(environment);
    if (!home) {
        // Its words are in those folders.
        environment.err
            << (wanted_language(arguments, environment) == "ja"
                    ? "hikyaku: プログラムのそばに assets/ と scenarios/ のフォルダーがありません。"
                      "それらのあるフォルダーを HIKYAKU_HOME に設定してください。\n"
                    : "hikyaku: the folders assets/ and scenarios/ were not found beside "
                      "the program; set HIKYAKU_HOME to the folder that holds them\n");
        return ExitCode::unusable;
    }
    const auto language = languages.find(*home, wanted_language(arguments, environment));
    if (!language) {
        environment.err << "hikyaku: " << language.error() << '\n';
        return ExitCode::unusable;
    }
    Context context{
        environment, *home, **language, sim::report::plain_style(), columns_for(environment)};
    const ExitCode code = parse_and_do(context, arguments);
    environment.out.flush();
    if (environment.out || environment.reader_has_gone()) return code;
    context.complain(context.text("error.unwritten"));
    return ExitCode::unusable;
}

} // namespace cli
