// The settings of a scenario that a user may change, each with a dotted key and a value in words:
// --set on the command line, the account dialog and the switches in the window, `set` steps and
// cures all go through here.
//
//   client.line client.server client.port client.protection client.auth client.user client.password
//   client.tls_min                  1.2 | 1.3: the oldest version of TLS that the program accepts
//   client.token                    a TokenKind; where a server takes tokens
//   fetch.server fetch.port fetch.protection fetch.auth fetch.user fetch.password fetch.tls_min
//       (of the program that the first fetch step names)
//   rule.<key>                      off | pass | drop | reject_icmp | reject_rst
//   server.<host>.certificate       a CertificateKind
//   server.<host>.tls_max           1.2 | 1.3: the newest version of TLS that it speaks
//   server.<host>.login_pause       seconds, or "5m": how long an address is refused after too many
//       failed logins; 0 is never. Where logins are offered
//   server.<host>.greeting_delay    the same: how long a caller of an mx port waits for 220
//   server.<host>.open_relay        true, false; where mail is sent on for somebody at all
//   server.<host>.<port>.tls        none | starttls | implicit
//   server.<host>.<port>.require_tls, .require_auth    true | false
//   server.<host>.<port>.auth       none, or mechanisms separated by "+"
//   fault.<host>.reply.<point>      off, or the code that the mail server there answers instead: to
//       connect, ehlo, starttls, auth, mail, rcpt, data or text (the message)
//   fault.<host>.cut                off, or the point at which the mail server resets the
//       connection
//   fault.<host>.delay              off | 5s | 60s | 10m: its replies are held back so long
//   fault.<host>.dns                off | servfail | nxdomain | silent: of the name server there
//   fault.<host>.tamper             off | starttls: the router there makes STARTTLS unreadable
//
// Live are rule.*, fault.* and the account settings, which count from the next send or fetch.
// client.line and server.* are not: the run starts anew with them.
#pragma once

#include "sim/core/named_enum.h"
#include "sim/core/setting_key.h"
#include "sim/scenario/scenario.h"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim::scenario {

// now: at once. next_send: a mail program reads its account when it begins to send or to fetch.
// anew: it cannot change while a world runs.
SIM_NAMED_ENUM(TakesEffect, now, next_send, anew);

struct Setting {
    SettingKey is;                        // what it is, in parts
    std::string key;                      // the same, dotted
    std::string value;                    // as it is now
    std::vector<std::string> choices;     // all that it can be; empty: free text or a number
    std::vector<std::string> suggestions; // of free text: what is usual
    TakesEffect takes_effect = TakesEffect::anew;
    bool secret = false;  // not to be shown on a screen
    bool unusual = false; // of an account: no row of a mail program's usual dialog

    [[nodiscard]] bool is_live() const { return takes_effect != TakesEffect::anew; }
};

struct SettingProblem {
    std::string key;
    std::string what; // English: what is wrong and what was expected
    std::string hint; // "did you mean ...?" or empty
};

// All settings of this scenario, in the order above.
std::vector<Setting> settings_of(const Scenario& scenario);

// The setting that is called so, as it is now; nothing when there is none.
std::optional<Setting> setting_of(const Scenario& scenario, std::string_view key);

// Changes one; on a problem the scenario is unchanged.
tl::expected<void, SettingProblem>
apply_setting(Scenario& scenario, std::string_view key, std::string_view value);

// The candidate nearest in spelling, when near enough to be a slip; else empty.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

} // namespace sim::scenario
