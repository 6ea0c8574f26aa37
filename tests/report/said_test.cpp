// What events say of each other and of their state, so that no view has to find it out: compared
// with the conversations of all lessons.
#include "tests/support/lesson.h"
#include "tests/support/lesson_names.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <variant>

namespace {

using namespace sim;

// The path in a MAIL or RCPT line of a lesson: no lesson has a bracket in an address.
std::string path_in(std::string_view line)
{
    const std::size_t open = line.find('<');
    const std::size_t close = line.find('>');
    if (open == std::string_view::npos || close == std::string_view::npos) return {};
    return std::string{line.substr(open + 1, close - open - 1)};
}

template <typename Command, typename Verb>
void check_answer(const Trace& trace, const Event& event, EventId answers, Verb to)
{
    if (to == Verb::none) {
        CHECK_FALSE(answers.exists());
        return;
    }
    REQUIRE(answers.exists());
    const Event& command = trace.at(answers);
    CHECK(command.id < event.id);
    CHECK(command.host == event.host);
    CHECK(command.connection == event.connection);
    REQUIRE(std::holds_alternative<Command>(command.what));
    Verb asked = to;
    if constexpr (std::is_same_v<Verb, SmtpVerb>) {
        if (to == SmtpVerb::text) asked = SmtpVerb::data;
    }
    CHECK(std::get<Command>(command.what).verb == asked);
}

} // namespace

TEST_SUITE("report.said")
{
    TEST_CASE("a reply names the command that it answers, at the end that heard both")
    {
        for (const std::string& name : test::lesson_names) {
            INFO(name);
            const Playback run = test::play_lesson(name);
            const Trace& trace = run.trace();
            std::map<EventId, int> smtp_answers; // a command is answered once, DATA with its text
            for (std::size_t i = 0; i < trace.size(); ++i) {
                const Event& event = trace[i];
                if (const auto* smtp = std::get_if<SmtpReply>(&event.what)) {
                    check_answer<SmtpCommand>(trace, event, smtp->answers, smtp->to);
                    if (smtp->to != SmtpVerb::none && smtp->to != SmtpVerb::text)
                        CHECK(++smtp_answers[smtp->answers] == 1);
                }
                if (const auto* pop3 = std::get_if<Pop3Reply>(&event.what))
                    check_answer<Pop3Command>(trace, event, pop3->answers, pop3->to);
            }
        }
    }

    TEST_CASE("MAIL and RCPT say whom they name, whoever said them")
    {
        std::size_t named = 0;
        for (const std::string& name : test::lesson_names) {
            INFO(name);
            const Playback run = test::play_lesson(name);
            for (std::size_t i = 0; i < run.trace().size(); ++i) {
                if (run.trace()[i].kind() != Kind::smtp_command) continue;
                const auto& command = std::get<SmtpCommand>(run.trace()[i].what);
                const std::string_view address = run.trace().view(command.address);
                const bool names = command.verb == SmtpVerb::mail || command.verb == SmtpVerb::rcpt;
                CHECK(address == (names ? path_in(run.trace().view(command.line.bytes)) : ""));
                if (!address.empty()) ++named;
            }
        }
        CHECK(named > 50);
    }

    TEST_CASE("TLS says whether it began before a word was said: on 465 and 995, and only there")
    {
        std::size_t started = 0;
        for (const std::string& name : test::lesson_names) {
            INFO(name);
            const Playback run = test::play_lesson(name);
            const TraceIndex& index = run.trace().index();
            for (std::size_t i = 0; i < run.trace().size(); ++i) {
                const Event& event = run.trace()[i];
                if (event.kind() != Kind::tls_started) continue;
                const std::uint16_t port = index.connection(event.connection).ends.server_at.port;
                CHECK(std::get<TlsStarted>(event.what).from_start == (port == 465 || port == 995));
                ++started;
            }
        }
        CHECK(started > 10);
    }

    TEST_CASE("an attempt says for whom it is: some of those whom the server has queued")
    {
        std::size_t attempts = 0;
        for (const std::string& name : test::lesson_names) {
            INFO(name);
            const Playback run = test::play_lesson(name);
            const Trace& trace = run.trace();
            std::map<std::pair<HostId, MailId>, std::string> queued;
            for (std::size_t i = 0; i < trace.size(); ++i) {
                const Event& event = trace[i];
                if (const auto* accepted = std::get_if<MailQueued>(&event.what))
                    queued[{event.host, accepted->mail}] = trace.view(accepted->recipients);
                // A crowd's PC has no queue: it has the one recipient.
                if (const auto* begun = std::get_if<CrowdAttempt>(&event.what))
                    queued[{event.host, begun->mail}] = trace.view(begun->recipient);
                const auto* attempted = std::get_if<DeliveryAttempted>(&event.what);
                if (attempted == nullptr) continue;
                const std::string& all = queued[{event.host, attempted->mail}];
                const std::string_view some = trace.view(attempted->recipients);
                REQUIRE_FALSE(some.empty());
                CHECK(all.find(some) != std::string::npos);
                ++attempts;
            }
        }
        CHECK(attempts > 5);
    }
}
