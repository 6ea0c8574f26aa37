// Settings' names, dotted and in parts.
#include "sim/core/setting_key.h"

#include <doctest/doctest.h>

#include <string>

using namespace sim;

TEST_SUITE("core.setting_key")
{
    TEST_CASE("a name is what its parts say, and the other way round")
    {
        struct Case {
            std::string text;
            SettingKey key;
        };
        using enum SettingGroup;
        const Case cases[]{
            {"client.port", {client, "port", {}, 0, {}, {}}},
            {"fetch.tls_min", {fetch, "tls_min", {}, 0, {}, {}}},
            {"rule.op25b", {rule, "op25b", {}, 0, {}, {}}},
            {"rule.op25b.east", {rule, "op25b.east", {}, 0, {}, {}}},
            {"server.mail.kumo.example.tls_max",
             {server, "tls_max", "mail.kumo.example", 0, {}, {}}},
            {"server.mail.kumo.example.587.tls", {server, "tls", "mail.kumo.example", 587, {}, {}}},
            {"check.mx.umi.example.sender_domain",
             {check, "sender_domain", "mx.umi.example", 0, {}, {}}},
            {"fault.mail.kumo.example.cut", {fault, "cut", "mail.kumo.example", 0, {}, {}}},
            {"fault.mail.kumo.example.reply.rcpt",
             {fault, "reply", "mail.kumo.example", 0, "rcpt", {}}},
            {"fault.mail.kumo.example.reply.rcpt.taro@umi.example",
             {fault, "reply", "mail.kumo.example", 0, "rcpt", "taro@umi.example"}},
            {"fault.hotel-router.tamper", {fault, "tamper", "hotel-router", 0, {}, {}}},
            {"crowd.bots.count", {crowd, "count", "bots", 0, {}, {}}},
        };
        for (const Case& each : cases) {
            INFO(each.text);
            CHECK(to_text(each.key) == each.text);
            CHECK(parse_setting_key(each.text) == each.key);
        }
        CHECK(client_setting("port") == "client.port");
        CHECK(fault_setting("mx.umi.example", "reply", "rcpt") ==
              "fault.mx.umi.example.reply.rcpt");
    }

    TEST_CASE("what names no setting of any kind is none")
    {
        for (const char* const text : {"",
                                       ".",
                                       "client",
                                       "client.",
                                       "server.",
                                       "server.tls",
                                       "fault.cut",
                                       "check.sender_domain",
                                       "colour.red",
                                       "server.587.tls"})
            CHECK_FALSE(parse_setting_key(text).has_value());
    }

    TEST_CASE("an assignment is cut at its first equals sign")
    {
        CHECK(parse_assignment("client.password=a=b") == Assignment{"client.password", "a=b"});
        CHECK(parse_assignment("client.user=") == Assignment{"client.user", ""});
        CHECK_FALSE(parse_assignment("client.user").has_value());
        CHECK_FALSE(parse_assignment("=x").has_value());
        CHECK(to_text(Assignment{"rule.op25b", "off"}) == "rule.op25b=off");
    }
}
