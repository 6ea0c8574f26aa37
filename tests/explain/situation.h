// A made-up world in which one mail is sent: of random shape, line, port, protection, login, rule,
// fault, certificate and recipients. The same number always makes the same situation.
#pragma once

#include "sim/core/rng.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/settings.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace test {

class Situation {
public:
    explicit Situation(std::uint64_t number) : chance_{sim::rng_stream(number, "situation")}
    {
        make_network();
        make_names();
        make_provider();
        make_isp();
        make_recipient();
        make_rules();
        make_programs();
        make_faults();
        make_another_sender();
    }

    [[nodiscard]] const sim::scenario::Scenario& world() const { return s_; }

private:
    using Text = sim::scenario::Text;

    [[nodiscard]] bool once_in(std::uint64_t n) { return chance_.below(n) == 0; }
    template <typename T>
    const T& one_of(const std::vector<T>& list)
    {
        return list[chance_.below(list.size())];
    }
    template <typename E>
    E any()
    {
        return sim::values_of<E>()[chance_.below(sim::count_of<E>())];
    }

    static sim::Address ip(const std::string& text) { return *sim::parse_address(text); }

    // ---- hosts and cables -----------------------------------------------------------------------

    void add_host(const std::string& key,
                  sim::scenario::HostKind kind,
                  const std::string& address,
                  const std::string& area)
    {
        sim::scenario::Host host;
        host.key = key;
        host.name = {key, key};
        host.kind = kind;
        host.area = area;
        if (!address.empty()) host.addresses = {ip(address)};
        host.resolver = ip("198.51.100.53");
        s_.hosts.push_back(std::move(host));
    }
    void join(const std::string& a, const std::string& b)
    {
        sim::scenario::Link link;
        link.key = fmt::format("link-{}", s_.links.size());
        link.a = a;
        link.b = b;
        // Few lengths, so that many ways are equally good.
        link.latency = std::chrono::milliseconds{1 + 4 * chance_.below(2)};
        s_.links.push_back(std::move(link));
    }
    const std::string& any_router() { return one_of(routers_); }

    void make_network()
    {
        using enum sim::scenario::HostKind;
        s_.key = "made-up";
        s_.title = {"作り話", "made up"};
        s_.start = sim::Instant{std::chrono::seconds{1'775'001'600}};
        s_.areas = {
            {"area", sim::scenario::AreaKind::elsewhere, {"ある場所（町）", "A place (town)"}}};
        const auto routers = 2 + chance_.below(5);
        for (std::uint64_t i = 0; i < routers; ++i) {
            routers_.push_back(fmt::format("router-{}", i));
            add_host(routers_.back(), router, fmt::format("198.51.100.{}", 100 + i), "area");
            if (i > 0) join(routers_.back(), routers_[chance_.below(i)]);
        }
        for (std::uint64_t i = chance_.below(4); i > 0; --i) {
            const std::string a = any_router();
            const std::string b = any_router();
            if (a != b) join(a, b);
        }
        add_host("pc", pc, "", "area");
        for (int i = 0; i < 3; ++i) {
            sim::scenario::AccessLine line;
            line.key = fmt::format("line-{}", i);
            line.name = {line.key, line.key};
            line.area = "area";
            line.router = any_router();
            line.address = ip(fmt::format("192.0.2.{}", 10 + 64 * i));
            line.resolver = ip("198.51.100.53");
            s_.lines.push_back(std::move(line));
        }
        s_.hosts.back().line = "line-0";
        s_.hosts.back().system = any<sim::scenario::System>();
        const std::vector<std::pair<std::string, std::string>> servers{
            {"mail.kumo.example", "203.0.113.25"},
            {"relay.isp.example", "192.0.2.130"},
            {"mx.umi.example", "203.0.113.71"},
            {"home.pc.example", "192.0.2.12"}};
        for (const auto& [key, address] : servers) {
            add_host(key, mail_server, address, "area");
            join(key, any_router());
        }
        add_host("ns.example", name_server, "198.51.100.53", "area");
        join("ns.example", any_router());
        add_host("taro-pc", pc, "203.0.113.90", "area");
        join("taro-pc", any_router());
        s_.groups = {{"dynamic", {"dynamic", "dynamic"}, {{ip("192.0.2.0"), 26}}},
                     {"customers", {"customers", "customers"}, {{ip("192.0.2.0"), 25}}}};
    }

    void make_names()
    {
        sim::scenario::NameServer names;
        names.host = "ns.example";
        names.zones = {
            {"kumo.example",
             {{"mail.kumo.example", "A", "203.0.113.25"},
              {"kumo.example", "MX", "10 mail.kumo.example"}}},
            {"isp.example",
             {{"relay.isp.example", "A", "192.0.2.130"},
              {"isp.example", "MX", "10 relay.isp.example"}}},
            {"pc.example",
             {{"home.pc.example", "A", "192.0.2.12"}, {"pc.example", "MX", "10 home.pc.example"}}},
            {"umi.example",
             {{"mx.umi.example", "A", "203.0.113.71"}, {"umi.example", "MX", "10 mx.umi.example"}}},
            {"nomail.example", {{"nomail.example", "MX", "0 ."}}},
            {"", {}}};
        s_.name_servers = {std::move(names)};
    }

    // ---- servers --------------------------------------------------------------------------------

    sim::scenario::SmtpListener listener(std::uint16_t port)
    {
        using sim::Mechanism;
        sim::scenario::SmtpListener it;
        it.port = port;
        it.role =
            port == 25 ? sim::scenario::ListenerRole::mx : sim::scenario::ListenerRole::submission;
        it.tls = port == 465 ? sim::scenario::TlsMode::implicit : sim::scenario::TlsMode::starttls;
        if (once_in(6)) it.tls = any<sim::scenario::TlsMode>();
        if (port != 25 || once_in(3)) {
            it.auth = one_of(std::vector<std::vector<Mechanism>>{
                {Mechanism::plain, Mechanism::login},
                {Mechanism::plain, Mechanism::login, Mechanism::cram_md5},
                {Mechanism::cram_md5},
                {Mechanism::scram_sha_256}});
        }
        it.require_auth = port != 25 && !once_in(5);
        it.require_tls = port != 25 && it.tls != sim::scenario::TlsMode::none && !once_in(3);
        return it;
    }
    void spoil(sim::scenario::MailServer& server)
    {
        if (once_in(8)) server.certificate = any<sim::scenario::CertificateKind>();
        if (once_in(8)) server.tls_max = sim::scenario::TlsVersion::v1_2;
        server.pipelining = !once_in(3);
        if (once_in(12)) server.size_limit_bytes = 300;
    }

    void make_provider()
    {
        sim::scenario::MailServer kumo;
        kumo.host = "mail.kumo.example";
        kumo.local_domains = {"kumo.example"};
        kumo.mailboxes = {{"hanako@kumo.example", 0}, {"full@kumo.example", 1}};
        kumo.users = {{"hanako", "sakura", {"hanako@kumo.example"}}};
        kumo.listeners = {listener(25)};
        for (const int port : {587, 465, 2525})
            if (!once_in(4)) kumo.listeners.push_back(listener(static_cast<std::uint16_t>(port)));
        spoil(kumo);
        s_.mail_servers.push_back(std::move(kumo));
    }

    void make_isp()
    {
        sim::scenario::MailServer relay;
        relay.host = "relay.isp.example";
        relay.local_domains = {"isp.example"};
        relay.mailboxes = {{"hanako@isp.example", 0}};
        relay.users = {{"hanako@isp", "momiji", {"hanako@isp.example"}}};
        if (!once_in(3)) relay.relay_for = {once_in(2) ? "customers" : "dynamic"};
        relay.listeners = {listener(25)};
        relay.listeners.front().role = sim::scenario::ListenerRole::relay;
        if (!once_in(3)) relay.listeners.push_back(listener(587));
        spoil(relay);
        s_.mail_servers.push_back(std::move(relay));

        sim::scenario::MailServer home;
        home.host = "home.pc.example";
        home.local_domains = {"pc.example"};
        home.mailboxes = {{"me@pc.example", 0}};
        home.relay_for = {"customers"};
        home.listeners = {listener(25)};
        home.listeners.front().role = sim::scenario::ListenerRole::relay;
        home.listeners.front().auth.clear();
        if (once_in(3)) {
            home.routes.emplace_back();
            home.routes.back().domain = "*";
            home.routes.back().host = "relay.isp.example";
        }
        s_.mail_servers.push_back(std::move(home));
    }

    void make_recipient()
    {
        sim::scenario::MailServer umi;
        umi.host = "mx.umi.example";
        umi.local_domains = {"umi.example"};
        umi.mailboxes = {{"taro@umi.example", 0}, {"full@umi.example", 1}};
        umi.listeners = {listener(25)};
        umi.listeners.front().auth.clear();
        spoil(umi);
        s_.mail_servers.push_back(std::move(umi));
        sim::scenario::PopServer pop;
        pop.host = "mx.umi.example";
        pop.listeners = {{995, sim::scenario::TlsMode::implicit, true},
                         {110, sim::scenario::TlsMode::starttls, true}};
        pop.users = {{"taro", "umibozu", {"taro@umi.example"}}};
        s_.pop_servers = {std::move(pop)};
    }

    // ---- rules ----------------------------------------------------------------------------------

    void make_rules()
    {
        for (std::uint64_t i = chance_.below(4); i > 0; --i) {
            sim::scenario::FirewallRule rule;
            rule.key = fmt::format("rule-{}", i);
            rule.name = {rule.key, rule.key};
            rule.purpose = {"purpose", "purpose"};
            rule.host = once_in(5) ? "pc" : any_router();
            rule.transport = sim::Transport::tcp;
            const auto port = one_of(std::vector<std::uint16_t>{25, 25, 25, 587, 465, 53, 0});
            if (port != 0) rule.ports = {{port, port}};
            if (port == 53) rule.transport = sim::Transport::udp;
            if (port == 25) rule.kind = sim::scenario::RuleKind::op25b;
            if (!once_in(3)) rule.from = {once_in(3) ? "customers" : "dynamic"};
            rule.verdict = any<sim::Verdict>();
            if (rule.verdict == sim::Verdict::reject_rst && port == 53)
                rule.verdict = sim::Verdict::drop;
            if (port == 0) rule.verdict = sim::Verdict::pass;
            s_.rules.push_back(std::move(rule));
        }
    }

    // ---- who sends ------------------------------------------------------------------------------

    void make_programs()
    {
        using namespace sim::scenario;
        MailProgram hanako;
        hanako.key = "hanako";
        hanako.host = "pc";
        hanako.name = {"花子", "Hanako"};
        hanako.address = once_in(6) ? "hanako@isp.example" : "hanako@kumo.example";
        AccountSettings account;
        account.server = one_of(std::vector<std::string>{"mail.kumo.example",
                                                         "mail.kumo.example",
                                                         "mail.kumo.example",
                                                         "mail.kumo.example",
                                                         "relay.isp.example",
                                                         "home.pc.example",
                                                         "mail.kmo.example"});
        account.port = one_of(std::vector<std::uint16_t>{25, 25, 587, 587, 587, 465, 465, 2525});
        account.protection = any<Protection>();
        account.auth = one_of(std::vector<AuthChoice>{AuthChoice::none,
                                                      AuthChoice::automatic,
                                                      AuthChoice::automatic,
                                                      AuthChoice::plain,
                                                      AuthChoice::cram_md5});
        account.user = "hanako";
        account.password = once_in(6) ? "wrong" : "sakura";
        if (account.server == "relay.isp.example") {
            hanako.address = "hanako@isp.example";
            account.user = "hanako@isp";
            account.password = once_in(6) ? "wrong" : "momiji";
        }
        if (account.server == "home.pc.example") {
            hanako.address = "me@pc.example";
            if (!once_in(4)) {
                account.port = 25;
                account.auth = AuthChoice::none;
            }
        }
        if (once_in(10)) account.tls_min = TlsVersion::v1_3;
        hanako.sending = account;
        MailProgram taro;
        taro.key = "taro";
        taro.host = "taro-pc";
        taro.name = {"太郎", "Taro"};
        taro.address = "taro@umi.example";
        taro.fetching = AccountSettings{
            "mx.umi.example", 995, Protection::tls, AuthChoice::automatic, "taro", "umibozu"};
        if (once_in(8)) taro.fetching->port = 110;
        if (once_in(8)) taro.fetching->protection = any<Protection>();
        if (once_in(8)) taro.fetching->password = "wrong";
        s_.programs = {std::move(hanako), std::move(taro)};
        s_.client = "hanako";
        make_steps();
    }

    void make_steps()
    {
        using namespace sim::scenario;
        Step send;
        send.program = "hanako";
        send.message.to = {"taro@umi.example"};
        const std::vector<std::string> others{"nobody@umi.example",
                                              "hanako@kumo.example",
                                              "nobody@kumo.example",
                                              "full@umi.example",
                                              "full@kumo.example",
                                              "x@nowhere.example",
                                              "x@nomail.example"};
        for (std::uint64_t i = chance_.below(6); i > 3; --i) {
            const std::string& other = one_of(others);
            if (std::ranges::count(send.message.to, other) == 0) send.message.to.push_back(other);
        }
        if (once_in(8)) send.message.to.erase(send.message.to.begin());
        if (send.message.to.empty()) send.message.to = {others.front()};
        if (once_in(3)) std::ranges::reverse(send.message.to);
        send.message.subject = "Hello";
        send.message.text = once_in(2) ? "Hello!\n" : "こんにちは。\n";
        Step fetch;
        fetch.action = StepAction::fetch;
        fetch.when = StepWhen::after_delivery;
        fetch.delay = std::chrono::seconds{1};
        fetch.program = "taro";
        s_.steps = {std::move(send), std::move(fetch)};
    }

    // Somebody else's PC beside Hanako's, whose account no setting reaches.
    void make_another_sender()
    {
        if (!once_in(8)) return;
        add_host("other-pc", sim::scenario::HostKind::pc, "192.0.2.20", "area");
        join("other-pc", s_.lines.front().router);
        sim::scenario::MailProgram other = s_.programs.front();
        other.key = "other";
        other.host = "other-pc";
        s_.programs.push_back(std::move(other));
        s_.steps.front().program = "other";
    }

    // One that is switched on from the start.
    void make_faults()
    {
        if (!once_in(4)) return;
        std::vector<sim::scenario::Setting> faults;
        for (sim::scenario::Setting& setting : sim::scenario::settings_of(s_))
            if (setting.key.starts_with("fault.")) faults.push_back(std::move(setting));
        const sim::scenario::Setting& fault = one_of(faults);
        if (fault.choices.size() < 2) return;
        const std::string& value = fault.choices[1 + chance_.below(fault.choices.size() - 1)];
        (void)sim::scenario::apply_setting(s_, fault.key, value);
    }

    sim::Rng chance_;
    sim::scenario::Scenario s_;
    std::vector<std::string> routers_;
};

} // namespace test
