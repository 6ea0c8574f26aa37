// How a setting is called. People, files and events write it with dots, programs hold its parts;
// only here is one made of the other.
//
//   client.port  fetch.user  rule.op25b  server.mail.kumo.example.tls_max
//   server.mail.kumo.example.587.require_tls  check.mx.umi.example.sender_domain
//   fault.mail.kumo.example.reply.data
//   fault.mail.kumo.example.reply.rcpt.taro@umi.example  crowd.bots.count
#pragma once

#include "sim/core/named_enum.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim {

SIM_NAMED_ENUM(SettingGroup, client, fetch, rule, server, check, fault, crowd);

struct SettingKey {
    SettingGroup group = SettingGroup::client;
    std::string name;       // of a rule its key; of a certificate "certificate"; of a reply "reply"
    std::string host;       // of server, check and fault; of a crowd its key
    std::uint16_t port = 0; // of a server's listener; 0: of the whole server
    std::string point;      // of a reply: to what
    std::string recipient;  // of a reply to RCPT: to whose alone; empty: to any

    friend bool operator==(const SettingKey&, const SettingKey&) = default;
};

[[nodiscard]] std::string to_text(const SettingKey& key);
// Whether there is such a setting is not known here.
[[nodiscard]] std::optional<SettingKey> parse_setting_key(std::string_view text);

// "fault.mail.kumo.example.cut=mail"
struct Assignment {
    std::string key;
    std::string value;

    friend bool operator==(const Assignment&, const Assignment&) = default;
};
[[nodiscard]] std::string to_text(const Assignment& assignment);
[[nodiscard]] std::optional<Assignment> parse_assignment(std::string_view text);

// Short ways to say which.
[[nodiscard]] std::string client_setting(std::string name);
[[nodiscard]] std::string fetch_setting(std::string name);
[[nodiscard]] std::string rule_setting(std::string rule);
[[nodiscard]] std::string server_setting(std::string host, std::string name);
[[nodiscard]] std::string check_setting(std::string host, std::string name);
[[nodiscard]] std::string fault_setting(std::string host, std::string name, std::string point = {});

} // namespace sim
