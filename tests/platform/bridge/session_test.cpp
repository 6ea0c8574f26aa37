// A lesson on real ports: what it does while nobody says anything, and where its certificate lies.
#include "platform/bridge/session.h"
#include "tests/support/lesson.h"

#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

using namespace std::chrono_literals;
using platform::bridge::Session;

namespace {

std::unique_ptr<Session> open_session(const std::string& lesson,
                                      platform::bridge::SessionOptions options = {})
{
    options.listen = {"mail.kumo.example:587=127.0.0.1:0"};
    auto opened = Session::open(test::load_lesson(lesson), options, [] {});
    REQUIRE(opened.has_value());
    return std::move(*opened);
}

// Connects, says hello and goodbye, so often; how often it was told goodbye.
int visit(std::uint16_t port, int times)
{
    int goodbyes = 0;
    for (int i = 0; i < times; ++i) {
        asio::io_context here;
        asio::ip::tcp::socket client{here};
        asio::error_code end;
        client.connect({asio::ip::make_address("127.0.0.1"), port}, end);
        if (end) return goodbyes;
        asio::write(client, asio::buffer(std::string_view{"EHLO pc.example\r\nQUIT\r\n"}), end);
        std::string heard;
        asio::read(client, asio::dynamic_buffer(heard), end);
        if (heard.find("221 ") != std::string::npos) ++goodbyes;
    }
    return goodbyes;
}

} // namespace

TEST_SUITE("platform.bridge.session")
{
    TEST_CASE("a bridge on which nothing happens sleeps")
    {
        const auto session = open_session("submission-587");
        session->begin();
        session->loop().run_for(300ms); // what is due at the start
        CHECK(session->loop().run_for(1s) < 20);

        // A client that is connected and silent costs nothing either.
        asio::io_context here;
        asio::ip::tcp::socket client{here};
        client.connect({asio::ip::make_address("127.0.0.1"), session->openings()[0].real_port});
        session->loop().run_for(1s); // the greeting
        std::string greeting(4, ' ');
        CHECK(client.read_some(asio::buffer(greeting)) == greeting.size());
        CHECK(greeting == "220 ");
        CHECK(session->loop().run_for(1s) < 20);
        session->stop();
    }

    TEST_CASE("whoever comes again and again finds the bridge open, and little of it is kept")
    {
        platform::bridge::SessionOptions options;
        options.instant = true;
        options.detail = sim::Trace::Detail::lately;
        options.kept_events = 5000;
        const auto session = open_session("submission-587", options);
        session->begin();
        constexpr int times = 300;
        std::atomic<int> goodbyes = -1;
        std::thread client{
            [&, port = session->openings()[0].real_port] { goodbyes = visit(port, times); }};
        const auto end = std::chrono::steady_clock::now() + 120s;
        while (goodbyes < 0 && std::chrono::steady_clock::now() < end)
            session->loop().run_for(50ms);
        session->stop(); // which ends a client that still waits
        session->loop().run_for(50ms);
        client.join();
        CHECK(goodbyes == times);
        const sim::Trace& trace = session->world().trace();
        CHECK(trace.size() > 15'000);
        CHECK(trace.size() - trace.let_go() < 5000 + 2 * 4096);
        CHECK(trace.event_memory_bytes() < sizeof(sim::Event) * 4 * 4096);
        CHECK(trace.payloads().memory_bytes() < 8'000'000);
    }
}
