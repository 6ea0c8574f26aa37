// The window while a real program is connected: real sockets on the loopback address, a real clock.
#include "sim/core/utf8.h"
#include "tests/gui/driver.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <string>

namespace {

using namespace std::chrono_literals;
using test::Window;

constexpr auto patience = std::chrono::seconds{60}; // for one answer: a slow machine, sanitizers

// A real program: a socket that says lines and hears what comes.
class Program {
public:
    explicit Program(Window& window) : window_{window} {}
    ~Program()
    {
        if (socket_ >= 0) close(socket_);
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    void connect(const std::string& host, std::uint16_t port)
    {
        const auto ports = window_.desk().live()->ports();
        const auto found = std::ranges::find_if(ports, [&](const gui::LivePort& each) {
            return each.host == host && each.port == port;
        });
        REQUIRE(found != ports.end());
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        to.sin_port = htons(
            static_cast<std::uint16_t>(std::stoul(found->real.substr(found->real.rfind(':') + 1))));
        socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
        REQUIRE(socket_ >= 0);
        // The system's queue takes it before anybody accepts.
        REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    }
    void say(const std::string& line) const
    {
        REQUIRE(send(socket_, line.data(), line.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(line.size()));
    }
    // Until `words` were heard; false when the connection ended first.
    bool hear(const std::string& words)
    {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (heard_.find(words) == std::string::npos) {
            if (std::chrono::steady_clock::now() > end) FAIL("never heard: ", words);
            window_.desk().follow(10ms);
            std::array<char, 4096> octets{};
            const ssize_t got = recv(socket_, octets.data(), octets.size(), MSG_DONTWAIT);
            if (got > 0) heard_.append(octets.data(), static_cast<std::size_t>(got));
            if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) return false;
        }
        return true;
    }

private:
    Window& window_;
    int socket_ = -1;
    std::string heard_;
};

// What was heard is looked at only every so often.
void look(Window& window)
{
    const auto end = std::chrono::steady_clock::now() + patience;
    const auto& playback = window.desk().playback();
    while (playback.end() < playback.trace().size() && std::chrono::steady_clock::now() < end)
        window.desk().follow(10ms);
    window.settle();
}

bool shows(const Window& window, const std::string& words)
{
    return std::ranges::any_of(window.probe().texts, [&](const gui::Probe::Text& text) {
        return text.text.find(words) != std::string::npos;
    });
}

} // namespace

TEST_SUITE("gui.bridge")
{
    TEST_CASE("what a real program says is shown, and the ports close again")
    {
        Window window{test::in("en")};
        window.open(test::lesson_path("submission-587"));
        window.key(ImGuiKey_B);
        window.settle();
        CHECK(window.desk().sheet() == gui::Sheet::bridge);
        REQUIRE(window.click("bridge/open"));
        window.settle();
        REQUIRE(window.desk().live() != nullptr);
        CHECK(window.probe().misfits.empty());
        // First who one is and one line to get in; fifteen ports only for whoever asks.
        CHECK(shows(window, "sakura2026"));
        CHECK(shows(window, "curl --cacert"));
        CHECK(shows(window, "swaks --server localhost:"));
        CHECK_FALSE(shows(window, "mail.kumo.example:587"));
        REQUIRE(window.click("bridge/ports"));
        window.settle();
        CHECK(shows(window, "mail.kumo.example:587"));
        const std::string certificate = window.desk().live()->certificate_file();
        CHECK(std::filesystem::exists(certificate));
        window.key(ImGuiKey_Escape);
        window.settle();
        CHECK(shows(window, "Nobody has connected yet"));

        Program program{window};
        program.connect("mail.kumo.example", 587);
        CHECK(program.hear("220 mail.kumo.example ESMTP\r\n"));
        program.say("EHLO real.example\r\n");
        CHECK(program.hear("250 "));
        program.say("MAIL FROM:<hanako@kumo.example>\r\n");
        CHECK(program.hear("530 "));
        look(window);
        CHECK(shows(window, "EHLO real.example"));
        CHECK(shows(window, "530 "));
        CHECK(shows(window, "connections open: 1"));
        CHECK_FALSE(window.desk().view().cards_before(window.desk().cursor()).empty());
        CHECK(window.probe().misfits.empty());

        window.desk().act(gui::action::Bridge{false});
        window.settle();
        CHECK(window.desk().live() == nullptr);
        CHECK_FALSE(program.hear("anything more"));
        CHECK_FALSE(std::filesystem::exists(certificate));
        CHECK(window.desk().is_recording());
        CHECK(shows(window, "EHLO real.example"));
        // Send plays the lesson again, as it was given.
        REQUIRE(window.click("account/send"));
        CHECK_FALSE(window.desk().is_recording());
        CHECK(window.desk().is_as_given());
        CHECK(window.desk().playing());
    }

    TEST_CASE("a rule that is switched while a program is connected counts at once")
    {
        Window window{test::in("ja")};
        window.open(test::lesson_path("op25b"));
        window.desk().act(gui::action::Bridge{true});
        REQUIRE(window.desk().live() != nullptr);
        const auto& rules = window.desk().scenario().rules;
        const auto rule = std::ranges::find(
            rules, sim::scenario::RuleKind::op25b, &sim::scenario::FirewallRule::kind);
        REQUIRE(rule != rules.end());
        // Silence would last 21 seconds; a refusal comes at once.
        const std::string key = "rule." + rule->key;
        window.desk().act(gui::action::ChangeSetting{key, "reject_rst"});
        CHECK(window.desk().setting(key)->value == "reject_rst");
        Program program{window};
        program.connect("mx1.umi.example", 25);
        CHECK_FALSE(program.hear("220 "));
        look(window);
        const auto cards = window.desk().view().cards_before(window.desk().cursor());
        REQUIRE_FALSE(cards.empty());
        CHECK(cards.back()->obstacle == sim::explain::Obstacle::op25b);
        CHECK(cards.back()->outside);
        // What would help is set in the real program: there is nothing to press.
        CHECK_FALSE(window.find("why/cure"));

        window.desk().act(gui::action::ChangeSetting{key, "off"});
        Program second{window};
        second.connect("mx1.umi.example", 25);
        CHECK(second.hear("220 mx1.umi.example"));
    }

    TEST_CASE("what cannot change while programs are connected says so and changes nothing")
    {
        Window window{test::in("en")};
        window.open(test::lesson_path("submission-587"));
        window.desk().act(gui::action::Bridge{true});
        const gui::LiveRun* live = window.desk().live();
        REQUIRE(live != nullptr);
        const std::string& fixed = window.desk().language().text("gui.notice.live_fixed");
        const auto refused = [&](const gui::Action& action) {
            window.desk().act(action);
            return window.desk().live() == live && window.desk().notice() == fixed;
        };
        CHECK(refused(gui::action::ChangeSetting{"client.port", "25"}));
        CHECK(window.desk().setting("client.port")->value == "587");
        CHECK(refused(gui::action::Restart{}));
        window.desk().reload();
        CHECK(window.desk().live() == live);
        // Another lesson closes the ports.
        window.open(test::lesson_path("path"));
        CHECK(window.desk().live() == nullptr);
        CHECK_FALSE(window.desk().is_recording());
    }

    TEST_CASE("what a real program says steers no display, wherever it is shown")
    {
        Window window{test::in("en")};
        window.open(test::lesson_path("own-isp-25"));
        window.desk().act(gui::action::Bridge{true});
        REQUIRE(window.desk().live() != nullptr);
        const std::string bad = "a\u009b31m\u202e\u2028\u2066\x1b[31m\x7f\xff\tz";
        {
            Program program{window};
            program.connect("relay.sakura.example", 25);
            CHECK(program.hear("220 "));
            for (const std::string& line : {"EHLO " + bad,
                                            std::string{"EHLO real.example"},
                                            bad,
                                            "VRFY " + bad,
                                            "MAIL FROM:<" + bad + "@sakura.example>",
                                            std::string{"MAIL FROM:<hanako@sakura.example>"},
                                            "RCPT TO:<" + bad + "@umi.example>",
                                            std::string{"RCPT TO:<taro@umi.example>"}})
                program.say(line + "\r\n");
            program.say("DATA\r\n");
            CHECK(program.hear("354 "));
            program.say("Subject: " + bad + "\r\nFrom: <hanako@sakura.example>\r\n\r\n" + bad +
                        "\r\n.\r\nAUTH PLAIN " + bad + "\r\nQUIT\r\n");
            CHECK(program.hear("221 "));
        }
        look(window);
        window.desk().act(gui::action::Bridge{false});
        std::set<std::string> seen;
        const auto check = [&] {
            window.frame();
            for (const auto& text : window.probe().texts)
                if (sim::printable(text.text) != text.text) seen.insert(text.text);
        };
        const auto& trace = window.desk().playback().trace();
        const auto tell = [&](const sim::Event& event) {
            window.desk().act(gui::action::Select{event.id});
            for (const gui::Tab tab : sim::values_of<gui::Tab>()) {
                window.desk().act(gui::action::ShowTab{tab});
                for (const auto tap : sim::values_of<gui::TapView>()) {
                    if (tab != gui::Tab::wiretap && tap != gui::TapView::last) continue;
                    window.desk().act(gui::action::ShowTap{tap});
                    check();
                }
            }
        };
        for (const auto level : sim::values_of<sim::explain::Level>()) {
            window.desk().act(gui::action::SetLevel{level});
            window.desk().act(gui::action::ShowSecrets{level == sim::explain::Level::expert});
            for (std::size_t i = 0; i < trace.size(); ++i)
                if (trace[i].kind() >= sim::Kind::smtp_command) tell(trace[i]);
            window.desk().act(gui::action::ToEnd{});
            for (std::uint32_t i = 0; i < window.desk().scenario().hosts.size(); ++i) {
                window.desk().act(gui::action::ShowHost{sim::HostId{i}});
                check();
            }
            window.desk().act(gui::action::ShowHost{});
        }
        for (const std::string& text : seen)
            MESSAGE(sim::printable(text));
        CHECK(seen.empty());
    }

    TEST_CASE("the sheet fits, open and closed, in both languages, themes and sizes")
    {
        for (const char* language : {"ja", "en"}) {
            for (const gui::ThemeName theme : sim::values_of<gui::ThemeName>()) {
                for (const ImVec2 size : {ImVec2{1280, 720}, ImVec2{1440, 900}}) {
                    CAPTURE(language);
                    CAPTURE(sim::name_of(theme));
                    CAPTURE(size.y);
                    gui::Preferences preferences = test::in(language);
                    preferences.theme = theme;
                    Window window{preferences, size};
                    window.open(test::lesson_path("op25b"));
                    window.desk().act(gui::action::ShowSheet{gui::Sheet::bridge});
                    window.settle();
                    CHECK(window.find("bridge/open"));
                    CHECK(window.probe().misfits.empty());
                    window.desk().act(gui::action::Bridge{true});
                    window.settle();
                    CHECK(window.probe().misfits.empty());
                    const auto close = window.find("bridge/close");
                    REQUIRE(close);
                    CHECK(close->max.y <= size.y);
                }
            }
        }
    }
}
