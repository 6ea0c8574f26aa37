// A lesson on real ports: what it does while nobody says anything, and where its certificate lies.
#include "platform/bridge/session.h"
#include "tests/support/lesson.h"

#include <asio/ip/tcp.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>

using namespace std::chrono_literals;
using platform::bridge::Session;

namespace {

std::unique_ptr<Session> open_session(const std::string& lesson)
{
    platform::bridge::SessionOptions options;
    options.listen = {"mail.kumo.example:587=127.0.0.1:0"};
    auto opened = Session::open(test::load_lesson(lesson), options, [] {});
    REQUIRE(opened.has_value());
    return std::move(*opened);
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
}
