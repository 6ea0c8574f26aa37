// A lesson's network without its script, and someone from outside at Hanako's PC.
#pragma once

#include "sim/mail/visitor.h"
#include "sim/net/fabric.h"
#include "sim/scenario/settings.h"
#include "sim/world.h"
#include "tests/support/lesson.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace test {

struct Visited {
    using Settings = std::vector<std::pair<std::string, std::string>>;
    using Edit = std::function<void(sim::scenario::Scenario&)>; // what no setting reaches
    explicit Visited(const std::string& lesson,
                     const Settings& settings = {},
                     const Edit& edit = {})
    {
        auto made = std::make_shared<sim::scenario::Scenario>(load_lesson(lesson));
        if (edit) edit(*made);
        for (const auto& [key, value] : settings)
            REQUIRE(sim::scenario::apply_setting(*made, key, value));
        made->steps.clear();
        plan.scenario = made;
        pc = host("hanako-pc");
        server = host("mail.kumo.example");
        sim::WorldOptions options;
        options.visited = {pc};
        world = std::make_shared<sim::World>(plan.scenario, std::move(options));
    }

    [[nodiscard]] sim::HostId host(std::string_view key) const
    {
        const auto& hosts = plan.scenario->hosts;
        const auto found = std::ranges::find(hosts, key, &sim::scenario::Host::key);
        return sim::HostId{static_cast<std::uint32_t>(found - hosts.begin())};
    }

    sim::ConnectionId connect(std::uint16_t port) { return connect(server, port); }
    sim::ConnectionId connect(sim::HostId to, std::uint16_t port)
    {
        sim::ConnectionId connection;
        const sim::Endpoint at{world->network().host(to).addresses.front(), port};
        world->visit(pc, [&](sim::mail::Visitor& visitor) { connection = visitor.connect(at); });
        return connection;
    }
    void wait(sim::Duration span)
    {
        world->advance_to(world->now() + span);
        world->visit(pc, [&](sim::mail::Visitor& visitor) {
            while (auto output = visitor.poll_output())
                heard.push_back(std::move(*output));
        });
    }
    void say(sim::ConnectionId connection, std::string_view line)
    {
        world->visit(pc, [&](sim::mail::Visitor& visitor) { visitor.send(connection, line); });
    }
    [[nodiscard]] std::string text() const
    {
        std::string all;
        for (const auto& output : heard) {
            if (const auto* received = std::get_if<sim::mail::visit::Received>(&output))
                all += received->bytes;
        }
        return all;
    }
    template <typename What>
    [[nodiscard]] bool has() const
    {
        return std::ranges::any_of(
            heard, [](const auto& output) { return std::holds_alternative<What>(output); });
    }

    sim::Plan plan;
    sim::HostId pc;
    sim::HostId server;
    std::shared_ptr<sim::World> world;
    std::vector<sim::mail::visit::Output> heard;
};

} // namespace test
