// A small town: a classroom world as a plain value, for tests that need a scenario but no running
// World: Hanako's PC on a dynamic line, Sakura Net's border with OP25B, Kumo Mail, Umi Shop, and
// Taro.
#pragma once

#include "sim/core/address.h"
#include "sim/scenario/scenario.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

namespace s = sim::scenario;

inline sim::Address ip(std::string_view text)
{
    return sim::parse_address(text).value();
}

enum SmallTownHost : std::uint32_t { hanako_pc, border, isp_relay, kumo, out, mx, taro_pc, names };

inline void add_hosts(s::Scenario& world)
{
    world.areas = {{"home", s::AreaKind::home, {"自宅", "home"}},
                   {"sakura", s::AreaKind::isp, {"さくらネット", "Sakura Net"}},
                   {"kumo", s::AreaKind::provider, {"クモメール", "Kumo Mail"}},
                   {"umi", s::AreaKind::recipient, {"うみ商店", "Umi Shop"}},
                   {"elsewhere", s::AreaKind::elsewhere, {"DNS", "DNS"}}};
    const auto host = [&](std::string key,
                          s::Text name,
                          s::HostKind kind,
                          std::string area,
                          std::string_view address) {
        s::Host added;
        added.key = std::move(key);
        added.name = std::move(name);
        added.kind = kind;
        added.area = std::move(area);
        if (!address.empty()) added.addresses = {ip(address)};
        world.hosts.push_back(std::move(added));
    };
    using enum s::HostKind;
    host("hanako-pc", {"花子のPC", "Hanako's PC"}, pc, "home", "");
    host("border",
         {"さくらネットの境界ルーター", "Sakura Net's border router"},
         router,
         "sakura",
         "192.0.2.1");
    host("relay.sakura.example",
         {"さくらネットの送信サーバー", "Sakura Net's mail server"},
         mail_server,
         "sakura",
         "192.0.2.25");
    host("mail.kumo.example",
         {"クモメールの投稿サーバー", "Kumo Mail's submission server"},
         mail_server,
         "kumo",
         "203.0.113.25");
    host("out.kumo.example",
         {"クモメールの配送サーバー", "Kumo Mail's relay"},
         mail_server,
         "kumo",
         "203.0.113.26");
    host("mx1.umi.example",
         {"うみ商店の受信サーバー", "Umi Shop's mail server"},
         mail_server,
         "umi",
         "198.51.100.25");
    host("taro-pc", {"太郎のPC", "Taro's PC"}, pc, "umi", "198.51.100.80");
    host("ns.example", {"DNSサーバー", "DNS server"}, name_server, "elsewhere", "198.51.100.53");
    world.hosts[hanako_pc].line = "home-dynamic";
    world.hosts[hanako_pc].system = s::System::windows;
}

inline void add_cables(s::Scenario& world)
{
    s::AccessLine dynamic;
    dynamic.key = "home-dynamic";
    dynamic.name = {"自宅（動的IP）", "home (dynamic address)"};
    dynamic.area = "home";
    dynamic.router = "border";
    dynamic.address = ip("192.0.2.10");
    s::AccessLine fixed = dynamic;
    fixed.key = "home-fixed";
    fixed.name = {"自宅（固定IP）", "home (fixed address)"};
    fixed.address = ip("192.0.2.200");
    world.lines = {dynamic, fixed};
    const auto link = [&](std::string a, std::string b) {
        s::Link added;
        added.a = std::move(a);
        added.b = std::move(b);
        world.links.push_back(std::move(added));
    };
    link("border", "relay.sakura.example");
    link("border", "mail.kumo.example");
    link("mail.kumo.example", "out.kumo.example");
    link("out.kumo.example", "mx1.umi.example");
    link("mx1.umi.example", "taro-pc");
    link("border", "ns.example");
}

inline void add_rules(s::Scenario& world)
{
    world.groups = {
        {"sakura-dynamic",
         {"さくらネットの動的IP", "Sakura Net's dynamic addresses"},
         {sim::parse_prefix("192.0.2.0/26").value()}},
        {"sakura", {"さくらネット", "Sakura Net"}, {sim::parse_prefix("192.0.2.0/24").value()}}};
    s::FirewallRule submission;
    submission.key = "submission";
    submission.host = "border";
    submission.name = {"投稿（tcp/587, 465）は通す", "submission (tcp/587, 465) passes"};
    submission.purpose = {"認証して差し出す道を残すため", "to leave a way to hand in mail"};
    submission.transport = sim::Transport::tcp;
    submission.ports = {{587, 587}, {465, 465}};
    s::FirewallRule op25b;
    op25b.key = "op25b";
    op25b.kind = s::RuleKind::op25b;
    op25b.host = "border";
    op25b.name = {"動的IP → 外部 tcp/25 を破棄", "dynamic address → outside tcp/25: drop"};
    op25b.purpose = {"ウイルスに感染したPCが、直接よそへ迷惑メールを配るのを防ぐ",
                     "keeps infected PCs from sending spam straight to others"};
    op25b.from = {"sakura-dynamic"};
    op25b.except_to = {"sakura"};
    op25b.transport = sim::Transport::tcp;
    op25b.ports = {{25, 25}};
    op25b.verdict = sim::Verdict::drop;
    s::FirewallRule own = op25b;
    own.key = "pc-firewall";
    own.kind = s::RuleKind::firewall;
    own.host = "hanako-pc";
    own.name = {"PCのファイアウォール tcp/587", "PC firewall tcp/587"};
    own.purpose = {"知らないプログラムの通信を止める", "stops programs that it does not know"};
    own.from = {};
    own.except_to = {};
    own.ports = {{587, 587}};
    own.enabled = false;
    world.rules = {submission, op25b, own};
}

inline void add_mail(s::Scenario& world)
{
    s::MailServer server;
    server.host = "mail.kumo.example";
    s::SmtpListener relay;
    s::SmtpListener submission;
    submission.port = 587;
    submission.role = s::ListenerRole::submission;
    submission.require_tls = true;
    submission.require_auth = true;
    submission.auth = {sim::Mechanism::plain, sim::Mechanism::login};
    s::SmtpListener submissions = submission;
    submissions.port = 465;
    submissions.tls = s::TlsMode::implicit;
    server.listeners = {relay, submission, submissions};
    server.users = {{"hanako", "sakura2026", {"hanako@kumo.example"}}};
    s::MailServer isp;
    isp.host = "relay.sakura.example";
    isp.listeners = {relay};
    isp.relay_for = {"sakura"};
    s::MailServer mx_server;
    mx_server.host = "mx1.umi.example";
    mx_server.listeners = {relay};
    mx_server.local_domains = {"umi.example"};
    mx_server.mailboxes = {{"taro@umi.example", 0}};
    world.mail_servers = {server, isp, mx_server};
    s::PopServer pop;
    pop.host = "mx1.umi.example";
    pop.listeners = {{110, s::TlsMode::starttls, true}, {995, s::TlsMode::implicit, false}};
    pop.users = {{"taro", "umi2026", {"taro@umi.example"}}};
    world.pop_servers = {pop};

    s::MailProgram hanako;
    hanako.key = "hanako";
    hanako.host = "hanako-pc";
    hanako.name = {"花子", "Hanako"};
    hanako.address = "hanako@kumo.example";
    hanako.sending = s::AccountSettings{
        "mail.kumo.example", 25, s::Protection::none, s::AuthChoice::none, "hanako", "sakura2026"};
    s::MailProgram taro;
    taro.key = "taro";
    taro.host = "taro-pc";
    taro.name = {"太郎", "Taro"};
    taro.address = "taro@umi.example";
    taro.fetching = s::AccountSettings{
        "mx1.umi.example", 995, s::Protection::tls, s::AuthChoice::plain, "taro", "umi2026"};
    world.programs = {hanako, taro};
    world.client = "hanako";
}

inline s::Scenario small_town()
{
    s::Scenario world;
    world.key = "small";
    world.title = {"小さな世界", "A small world"};
    world.start = sim::Instant{std::chrono::seconds{1'775'001'600}}; // 2026-04-01T00:00:00Z
    add_hosts(world);
    add_cables(world);
    add_rules(world);
    add_mail(world);
    s::Step send;
    send.program = "hanako";
    send.message.to = {"taro@umi.example"};
    s::Step fetch;
    fetch.action = s::StepAction::fetch;
    fetch.program = "taro";
    s::Step set;
    set.action = s::StepAction::set;
    set.key = "rule.op25b";
    set.value = "off";
    world.steps = {send, fetch, set};
    return world;
}

} // namespace test
