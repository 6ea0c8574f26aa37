// A small scenario made by hand for tests that need a world without files: Hanako's PC, her ISP's
// router with OP25B, a provider's mail server, a name server, and Taro's mailbox host.
#pragma once

#include "sim/scenario/scenario.h"

namespace test {

inline sim::Address ip(const char* text)
{
    return *sim::parse_address(text);
}

inline sim::scenario::Host small_host(const char* key, sim::scenario::HostKind kind, const char* at)
{
    sim::scenario::Host host;
    host.key = key;
    host.name = {key, key};
    host.kind = kind;
    host.area = "area";
    host.addresses = {ip(at)};
    host.resolver = ip("198.51.100.53");
    return host;
}

inline void add_servers(sim::scenario::Scenario& s)
{
    using namespace sim::scenario;
    MailServer kumo;
    kumo.host = "mail.kumo.example";
    SmtpListener submission;
    submission.port = 587;
    submission.role = ListenerRole::submission;
    submission.tls = TlsMode::starttls;
    submission.require_tls = true;
    submission.require_auth = true;
    submission.auth = {sim::Mechanism::plain, sim::Mechanism::login};
    SmtpListener submissions = submission;
    submissions.port = 465;
    submissions.tls = TlsMode::implicit;
    SmtpListener public_port;
    public_port.port = 25;
    kumo.listeners = {public_port, submission, submissions};
    kumo.local_domains = {"kumo.example"};
    kumo.mailboxes = {{"hanako@kumo.example", 0}};
    kumo.users = {{"hanako", "sakura2026", {"hanako@kumo.example"}}};

    MailServer umi;
    umi.host = "mx.umi.example";
    umi.listeners = {public_port};
    umi.local_domains = {"umi.example"};
    umi.mailboxes = {{"taro@umi.example", 0}};
    PopServer pop;
    pop.host = "mx.umi.example";
    pop.listeners = {{995, TlsMode::implicit, true}, {110, TlsMode::starttls, true}};
    pop.users = {{"taro", "umibozu", {"taro@umi.example"}}};
    s.mail_servers = {kumo, umi};
    s.pop_servers = {pop};

    NameServer ns;
    ns.host = "ns.example";
    ns.zones = {
        {"kumo.example",
         {{"mail.kumo.example", "A", "203.0.113.25"},
          {"kumo.example", "MX", "10 mail.kumo.example"}}},
        {"umi.example",
         {{"mx.umi.example", "A", "198.51.100.25"}, {"umi.example", "MX", "10 mx.umi.example"}}}};
    s.name_servers = {ns};
}

// Hanako sends to Taro by 587, STARTTLS and AUTH; when it is delivered Taro fetches it.
inline sim::scenario::Scenario small_world()
{
    using namespace sim::scenario;
    Scenario s;
    s.key = "small";
    s.start = sim::Instant{std::chrono::seconds{1'775'001'600}}; // 2026-04-01T09:00:00+09:00
    s.areas = {{"area", AreaKind::elsewhere, {"area", "area"}}};
    s.hosts = {small_host("hanako-pc", HostKind::pc, "192.0.2.10"),
               small_host("router", HostKind::router, "192.0.2.1"),
               small_host("mail.kumo.example", HostKind::mail_server, "203.0.113.25"),
               small_host("mx.umi.example", HostKind::mailbox, "198.51.100.25"),
               small_host("ns.example", HostKind::name_server, "198.51.100.53"),
               small_host("taro-pc", HostKind::pc, "198.51.100.77")};
    s.hosts[0].system = System::windows;
    for (const char* end :
         {"hanako-pc", "mail.kumo.example", "mx.umi.example", "ns.example", "taro-pc"})
        s.links.push_back({end, end, "router", std::chrono::milliseconds{5}, 100'000'000});
    s.groups = {{"dynamic", {"dynamic", "dynamic"}, {{ip("192.0.2.0"), 24}}}};
    FirewallRule op25b;
    op25b.key = "op25b";
    op25b.host = "router";
    op25b.name = {"OP25B", "OP25B"};
    op25b.purpose = {"purpose", "purpose"};
    op25b.from = {"dynamic"};
    op25b.transport = sim::Transport::tcp;
    op25b.ports = {{25, 25}};
    op25b.verdict = sim::Verdict::drop;
    s.rules = {op25b};
    add_servers(s);

    MailProgram hanako;
    hanako.key = "hanako";
    hanako.host = "hanako-pc";
    hanako.name = {"花子", "Hanako"};
    hanako.address = "hanako@kumo.example";
    hanako.sending = AccountSettings{"mail.kumo.example",
                                     587,
                                     Protection::starttls,
                                     AuthChoice::automatic,
                                     "hanako",
                                     "sakura2026"};
    MailProgram taro;
    taro.key = "taro";
    taro.host = "taro-pc";
    taro.name = {"太郎", "Taro"};
    taro.address = "taro@umi.example";
    taro.fetching = AccountSettings{
        "mx.umi.example", 995, Protection::tls, AuthChoice::automatic, "taro", "umibozu"};
    s.programs = {hanako, taro};
    s.client = "hanako";

    Step send;
    send.program = "hanako";
    send.message.to = {"taro@umi.example"};
    send.message.subject = "こんにちは";
    send.message.text = "花見に行きませんか。\n.dot first\n";
    Step fetch;
    fetch.action = StepAction::fetch;
    fetch.when = StepWhen::after_delivery;
    fetch.delay = std::chrono::seconds{1};
    fetch.program = "taro";
    s.steps = {send, fetch};
    return s;
}

} // namespace test
