#include "sim/explain/card_messages.h"
#include "sim/explain/why.h"
#include "sim/scenario/settings.h"
#include "tests/support/small_town.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace sim;
using namespace sim::explain;

// Writes the events of a failing run by hand, as the programs and the network append them.
class Run {
public:
    Run() { trace.set_now(world.start); }

    Trace trace;
    scenario::Scenario world = test::small_town();

    static constexpr HostId pc{test::hanako_pc};
    static constexpr HostId router{test::border};
    static constexpr HostId server{test::kumo};
    static constexpr HostId relay{test::out};
    static constexpr ConnectionId connection{0};
    static constexpr MailId mail{0};

    EventId
    add(HostId host, const Happening& what, EventId cause = {}, ConnectionId on = connection)
    {
        const CauseScope scope{trace, cause};
        return trace.append(host, on, what);
    }
    EventId compose()
    {
        return add(pc, MailComposed{mail, {}, trace.note("taro@umi.example"), 100}, {}, {});
    }
    EventId attempt(HostId host, std::string_view to, std::uint16_t port)
    {
        remote_ = {test::ip(to), port};
        local_ = {host == pc ? test::ip("192.0.2.10") : test::ip("203.0.113.26"), 49152};
        return add(host, ConnectionAttempted{local_, remote_});
    }
    [[nodiscard]] PacketHead syn() const
    {
        PacketHead head;
        head.source = local_.address;
        head.source_port = local_.port;
        head.destination = remote_.address;
        head.destination_port = remote_.port;
        head.flags.syn = true;
        head.connection = connection;
        return head;
    }
    EventId drop_by(std::uint32_t rule, Verdict verdict)
    {
        return add(router, PacketDropped{syn(), DropReason::rule, verdict, RuleId{rule}});
    }
    EventId fail_to_connect(HostId host, ConnectFailure why)
    {
        trace.set_now(trace.now() + 21s);
        return add(host, ConnectionFailed{local_, remote_, why, 21s});
    }
    void not_sent(UserError error, FailureStep step, EventId cause, std::uint16_t code = 0)
    {
        const Blob reply = trace.note(code == 0 ? std::string{} : fmt::format("{} words", code));
        add(pc, SendFinished{mail, error, step, code, {}, reply}, cause);
    }
    // One reply, at the server that gave it and at the client that heard it.
    EventId reply(HostId client, HostId said_by, SmtpVerb to, SmtpReason reason, std::uint16_t code)
    {
        const Line line{trace.note(fmt::format("{} words", code)), offset_, 0, 0};
        add(said_by, SmtpReply{Side::sent, to, false, reason, code, line});
        SmtpReply received{Side::received, to, false, SmtpReason::accepted, code, line};
        received.answers = command_;
        offset_ += 100;
        return add(client, received);
    }
    void command(HostId client, SmtpVerb verb, std::string_view text, std::string_view address = {})
    {
        SmtpCommand said;
        said.verb = verb;
        said.line.bytes = trace.note(text);
        said.address = trace.note(address);
        command_ = add(client, said);
    }

    [[nodiscard]] WhyCard card() const
    {
        const std::vector<WhyCard> cards = why_cards(trace, trace.size(), world);
        REQUIRE(cards.size() == 1);
        return cards.front();
    }

private:
    Endpoint local_;
    Endpoint remote_;
    std::uint64_t offset_ = 0;
    EventId command_; // the last one
};

Run stopped_by(std::uint32_t rule, Verdict verdict, ConnectFailure why, UserError error)
{
    Run run;
    run.compose();
    run.attempt(Run::pc, "203.0.113.25", 25);
    run.drop_by(rule, verdict);
    run.not_sent(error, FailureStep::connect, run.fail_to_connect(Run::pc, why));
    return run;
}

const CardText::Row& row(const CardText& text, CardRow wanted)
{
    const auto found = std::ranges::find(text.rows, wanted, &CardText::Row::row);
    REQUIRE(found != text.rows.end());
    return *found;
}

} // namespace

TEST_SUITE("explain.why")
{
    TEST_CASE("a run in which nothing failed has no card")
    {
        Run run;
        run.compose();
        run.add(Run::pc, SendFinished{Run::mail, UserError::none, {}, 250, {}, {}});
        run.add(HostId{test::mx}, MailDelivered{Run::mail, {}, 100});
        CHECK(why_cards(run.trace, run.trace.size(), run.world).empty());
    }

    TEST_CASE("a SYN that OP25B dropped: who, which rule, what it hit, what shows")
    {
        const Run run =
            stopped_by(1, Verdict::drop, ConnectFailure::timed_out, UserError::connect_timed_out);
        const WhyCard card = run.card();
        CHECK(card.obstacle == Obstacle::op25b);
        CHECK(card.who == Run::router);
        CHECK(card.rule == RuleId{1});
        CHECK(card.rule_number == 2);
        CHECK(card.sender == Run::pc);
        CHECK(card.system == scenario::System::windows);
        CHECK(card.shown == UserError::connect_timed_out);

        const Language words = test::language("ja");
        const CardText text = describe(card, Context{run.world, run.trace, words});
        CHECK(text.title == "なぜ止まった？");
        std::vector<std::string> labels;
        for (const CardText::Row& each : text.rows)
            labels.push_back(each.label);
        CHECK(labels ==
              std::vector<std::string>{"止めた人", "規則", "対象", "PCの表示", "ねらい", "直し方"});
        CHECK(row(text, CardRow::who).lines.front() == "さくらネットの境界ルーター");
        CHECK(row(text, CardRow::rule).lines.front() == "#2 動的IP → 外部 tcp/25 を破棄");
        CHECK(row(text, CardRow::hit).lines.front() == "tcp 192.0.2.10:49152 → 203.0.113.25:25");
        CHECK(row(text, CardRow::shown).lines.front().find("「サーバーに接続できません」") == 0);
        CHECK(row(text, CardRow::shown).lines.back().find("10060 / 0x800CCC0E") == 0);
        CHECK(row(text, CardRow::purpose).lines.front() ==
              "ウイルスに感染したPCが、直接よそへ迷惑メールを配るのを防ぐ");
    }

    TEST_CASE("a rule that rejects is told apart by what the sender's program shows")
    {
        const Run icmp = stopped_by(
            1, Verdict::reject_icmp, ConnectFailure::prohibited, UserError::connect_unreachable);
        CHECK(icmp.card().obstacle == Obstacle::op25b);
        CHECK(icmp.card().verdict == Verdict::reject_icmp);
        CHECK(error_codes(icmp.card().shown, icmp.card().system) ==
              std::vector<std::string>{"10051", "0x800CCC0E"});

        const Run rst =
            stopped_by(1, Verdict::reject_rst, ConnectFailure::refused, UserError::connect_refused);
        const Language words = test::language("en");
        const CardText text = describe(rst.card(), Context{rst.world, rst.trace, words});
        CHECK(row(text, CardRow::shown).lines.back().find("10054 / 0x800CCC0F") !=
              std::string::npos);
    }

    TEST_CASE("a rule on the sender's own PC is the sender's own")
    {
        Run run;
        run.compose();
        run.attempt(Run::pc, "203.0.113.25", 587);
        run.add(Run::pc, PacketDropped{run.syn(), DropReason::rule, Verdict::drop, RuleId{2}});
        run.not_sent(UserError::connect_timed_out,
                     FailureStep::connect,
                     run.fail_to_connect(Run::pc, ConnectFailure::timed_out));
        CHECK(run.card().obstacle == Obstacle::firewall);
        CHECK(run.card().who == Run::pc);
    }

    TEST_CASE("a closed port, silence and a missing route are told apart")
    {
        Run closed;
        closed.compose();
        closed.attempt(Run::pc, "203.0.113.25", 2525);
        closed.add(Run::server,
                   PortClosed{{test::ip("203.0.113.25"), 2525}, {test::ip("192.0.2.10"), 49152}});
        closed.not_sent(UserError::connect_refused,
                        FailureStep::connect,
                        closed.fail_to_connect(Run::pc, ConnectFailure::refused));
        CHECK(closed.card().obstacle == Obstacle::port_closed);
        CHECK(closed.card().who == Run::server);

        Run silent;
        silent.compose();
        silent.attempt(Run::pc, "203.0.113.25", 25);
        silent.not_sent(UserError::connect_timed_out,
                        FailureStep::connect,
                        silent.fail_to_connect(Run::pc, ConnectFailure::timed_out));
        CHECK(silent.card().obstacle == Obstacle::silence);
        CHECK_FALSE(silent.card().who.exists());

        Run lost;
        lost.compose();
        lost.attempt(Run::pc, "203.0.113.25", 25);
        lost.add(Run::router, PacketDropped{lost.syn(), DropReason::no_route, {}, {}});
        lost.not_sent(UserError::connect_unreachable,
                      FailureStep::connect,
                      lost.fail_to_connect(Run::pc, ConnectFailure::no_route));
        CHECK(lost.card().obstacle == Obstacle::no_route);
        CHECK(lost.card().who == Run::router);
    }

    TEST_CASE("a name that does not resolve names the name server that said so")
    {
        Run run;
        run.compose();
        const HostId dns{test::names};
        run.add(Run::pc, DnsAsked{run.trace.note("mail.kmo.example"), 1, {}, 1}, {}, {});
        run.add(dns,
                DnsServed{run.trace.note("mail.kmo.example"),
                          1,
                          DnsOutcome::name_does_not_exist,
                          DnsSource::authority,
                          {}},
                {},
                {});
        const EventId resolved = run.add(
            Run::pc,
            DnsResolved{
                run.trace.note("mail.kmo.example"), 1, DnsOutcome::name_does_not_exist, false, {}},
            {},
            {});
        run.not_sent(UserError::server_not_found, FailureStep::name_lookup, resolved);
        const WhyCard card = run.card();
        CHECK(card.obstacle == Obstacle::name_unknown);
        CHECK(card.who == dns);
        REQUIRE(std::holds_alternative<HitName>(card.hit));
        CHECK(std::get<HitName>(card.hit).name == "mail.kmo.example");
    }

    TEST_CASE("a name server that fails, and one that is silent, are told apart")
    {
        for (const auto& [outcome, obstacle] :
             {std::pair{DnsOutcome::server_failure, Obstacle::name_server_failed},
              std::pair{DnsOutcome::timed_out, Obstacle::name_server_silent}}) {
            Run run;
            run.compose();
            const Blob name = run.trace.note("mail.kumo.example");
            run.add(Run::pc, DnsAsked{name, 1, {}, 1}, {}, {});
            const EventId resolved =
                run.add(Run::pc, DnsResolved{name, 1, outcome, false, {}}, {}, {});
            run.not_sent(UserError::server_not_found, FailureStep::name_lookup, resolved);
            CHECK(run.card().obstacle == obstacle);
        }
    }

    TEST_CASE("a sender without a free port is its own obstacle")
    {
        Run run;
        run.compose();
        run.attempt(Run::pc, "203.0.113.25", 25);
        run.not_sent(UserError::connect_unreachable,
                     FailureStep::connect,
                     run.fail_to_connect(Run::pc, ConnectFailure::no_free_port));
        CHECK(run.card().obstacle == Obstacle::no_free_port);
    }

    TEST_CASE("a server that breaks off, falls silent or speaks no SMTP: three obstacles")
    {
        for (const auto& [problem, obstacle] :
             {std::pair{SmtpProblem::closed_too_early, Obstacle::connection_lost},
              std::pair{SmtpProblem::reply_too_late, Obstacle::reply_late},
              std::pair{SmtpProblem::reply_malformed, Obstacle::peer_misbehaved},
              std::pair{SmtpProblem::response_injection, Obstacle::peer_misbehaved}}) {
            Run run;
            run.compose();
            run.attempt(Run::pc, "203.0.113.25", 587);
            const EventId seen = run.add(Run::pc, SmtpProblemSeen{problem, run.trace.note("x")});
            run.not_sent(UserError::connection_lost, FailureStep::mail_from, seen);
            CHECK(run.card().obstacle == obstacle);
        }
    }

    TEST_CASE("a receiver's rule against other networks' customers is IP25B, not OP25B")
    {
        Run run =
            stopped_by(0, Verdict::drop, ConnectFailure::timed_out, UserError::connect_timed_out);
        run.world.rules[0].kind = scenario::RuleKind::op25b;
        CHECK(run.card().obstacle == Obstacle::op25b);
        run.world.rules[0].kind = scenario::RuleKind::ip25b;
        CHECK(run.card().obstacle == Obstacle::ip25b);
    }

    TEST_CASE("a question to the name server that a rule stopped is that rule's card")
    {
        Run run;
        run.compose();
        run.add(Run::pc, DnsAsked{run.trace.note("mail.kumo.example"), 1, {}, 1}, {}, {});
        PacketHead question;
        question.transport = Transport::udp;
        question.source = test::ip("192.0.2.10");
        question.destination = test::ip("198.51.100.53");
        question.destination_port = 53;
        run.add(Run::router,
                PacketDropped{question, DropReason::rule, Verdict::drop, RuleId{0}},
                {},
                {});
        const EventId resolved = run.add(
            Run::pc,
            DnsResolved{run.trace.note("mail.kumo.example"), 1, DnsOutcome::timed_out, false, {}},
            {},
            {});
        run.not_sent(UserError::server_not_found, FailureStep::name_lookup, resolved);
        CHECK(run.card().rule == RuleId{0});
        CHECK(run.card().who == Run::router);
    }

    TEST_CASE("a refusal is explained by the server's own reason, not by its words")
    {
        Run run;
        run.compose();
        run.attempt(Run::pc, "203.0.113.25", 587);
        run.command(Run::pc, SmtpVerb::ehlo, "EHLO [192.0.2.10]");
        run.reply(Run::pc, Run::server, SmtpVerb::ehlo, SmtpReason::accepted, 250);
        run.command(Run::pc, SmtpVerb::mail, "MAIL FROM:<hanako@kumo.example>");
        const EventId heard =
            run.reply(Run::pc, Run::server, SmtpVerb::mail, SmtpReason::auth_required, 530);
        run.not_sent(UserError::auth_required, FailureStep::mail_from, heard, 530);
        const WhyCard card = run.card();
        CHECK(card.obstacle == Obstacle::refusal);
        CHECK(card.reason == SmtpReason::auth_required);
        CHECK(card.who == Run::server);
        REQUIRE(std::holds_alternative<HitLine>(card.hit));
        CHECK(run.trace.view(std::get<HitLine>(card.hit).line.bytes) ==
              "MAIL FROM:<hanako@kumo.example>");
    }

    TEST_CASE("a wrong password is the server's own reason")
    {
        Run run;
        run.compose();
        run.attempt(Run::pc, "203.0.113.25", 587);
        run.command(Run::pc, SmtpVerb::auth, "AUTH PLAIN xxxx");
        const EventId heard =
            run.reply(Run::pc, Run::server, SmtpVerb::auth, SmtpReason::auth_failed, 535);
        run.not_sent(UserError::auth_failed, FailureStep::auth, heard, 535);
        CHECK(run.card().reason == SmtpReason::auth_failed);
    }

    TEST_CASE("a certificate that was refused is the card, not the TLS failure that follows")
    {
        Run run;
        run.compose();
        run.attempt(Run::pc, "203.0.113.25", 587);
        run.add(Run::pc, TlsStarted{});
        run.add(Run::pc,
                CertificateJudged{CertificateVerdict::expired,
                                  false,
                                  run.trace.note("CN=mail.kumo.example"),
                                  {},
                                  run.trace.note("mail.kumo.example"),
                                  {},
                                  {}});
        const EventId failed = run.add(Run::pc, TlsFailed{TlsFailure::certificate_refused, 45, {}});
        run.not_sent(UserError::certificate_problem, FailureStep::tls, failed);
        CHECK(run.card().obstacle == Obstacle::certificate);
        CHECK(run.card().certificate == CertificateVerdict::expired);
    }

    TEST_CASE("what an end noticed is its own kind of card")
    {
        const auto card_of = [](SmtpProblem problem, UserError error, FailureStep step) {
            Run run;
            run.compose();
            run.attempt(Run::pc, "203.0.113.25", 25);
            const EventId seen = run.add(Run::pc, SmtpProblemSeen{problem, {}});
            run.not_sent(error, step, seen);
            return run.card();
        };
        const WhyCard stripped = card_of(
            SmtpProblem::starttls_not_offered, UserError::tls_not_offered, FailureStep::tls);
        CHECK(stripped.obstacle == Obstacle::tls_not_offered);
        CHECK(card_of(SmtpProblem::auth_not_offered, UserError::auth_not_offered, FailureStep::auth)
                  .obstacle == Obstacle::auth_not_offered);
        CHECK(card_of(SmtpProblem::auth_would_reveal_password,
                      UserError::auth_not_offered,
                      FailureStep::auth)
                  .obstacle == Obstacle::would_reveal_password);
        CHECK(card_of(SmtpProblem::spoke_tls_to_smtp_port,
                      UserError::not_a_mail_server,
                      FailureStep::tls)
                  .obstacle == Obstacle::wrong_protection);
        CHECK(card_of(SmtpProblem::needs_smtputf8, UserError::message_refused, FailureStep::data)
                  .obstacle == Obstacle::peer_cannot);
    }

    TEST_CASE("a conversation that falls silent because a rule came into force is the rule's card")
    {
        Run run;
        run.compose();
        run.attempt(Run::pc, "203.0.113.25", 25);
        run.add(Run::pc, ConnectionOpened{{}, {test::ip("203.0.113.25"), 25}, false});
        PacketHead data = run.syn();
        data.flags = {};
        data.payload = run.trace.note("DATA\r\n");
        run.add(Run::router, PacketDropped{data, DropReason::rule, Verdict::drop, RuleId{1}});
        const EventId late = run.add(Run::pc, SmtpProblemSeen{SmtpProblem::reply_too_late, {}});
        run.not_sent(UserError::reply_timed_out, FailureStep::data, late);
        CHECK(run.card().rule == RuleId{1});
        CHECK(run.card().obstacle == Obstacle::op25b);
    }

    TEST_CASE("a server that wants a certificate of the client is told as that")
    {
        for (const std::uint8_t alert : {std::uint8_t{116}, std::uint8_t{40}}) {
            Run run;
            run.compose();
            run.attempt(Run::pc, "203.0.113.25", 587);
            run.add(Run::pc, TlsStarted{});
            TlsHandshakeMessage request;
            request.side = Side::received;
            request.type = 13;
            run.add(Run::pc, request);
            const EventId failed = run.add(Run::pc, TlsFailed{TlsFailure::peer_alert, alert, {}});
            run.not_sent(UserError::tls_failed, FailureStep::tls, failed);
            CHECK(run.card().obstacle == Obstacle::client_certificate);
            CHECK(run.card().who == Run::server);
        }
    }

    TEST_CASE("raw letters in the header are not said to be an address")
    {
        Run run;
        run.add(Run::pc,
                MailComposed{Run::mail,
                             run.trace.note("hanako@kumo.example"),
                             run.trace.note("taro@umi.example"),
                             100},
                {},
                {});
        run.attempt(Run::pc, "203.0.113.25", 587);
        const EventId seen = run.add(Run::pc, SmtpProblemSeen{SmtpProblem::needs_smtputf8, {}});
        run.not_sent(UserError::message_refused, FailureStep::mail_from, seen);
        CHECK(run.card().only_header_is_8bit);
        const Language words = test::language("en");
        const CardText text = describe(run.card(), Context{run.world, run.trace, words});
        CHECK(row(text, CardRow::rule).lines.front().find("header") != std::string::npos);
    }

    TEST_CASE("a bounce is told of the server far away; the sender's program shows nothing")
    {
        Run run;
        run.compose();
        run.attempt(Run::relay, "198.51.100.25", 25);
        run.command(Run::relay, SmtpVerb::rcpt, "RCPT TO:<taro@umi.example>", "taro@umi.example");
        const EventId heard = run.reply(
            Run::relay, HostId{test::mx}, SmtpVerb::rcpt, SmtpReason::recipient_unknown, 550);
        run.add(Run::relay,
                MailBounced{Run::mail,
                            FailureStep::rcpt_to,
                            550,
                            run.trace.note("taro@umi.example"),
                            {},
                            run.trace.note("550 5.1.1 no such mailbox")},
                heard,
                {});
        const WhyCard card = run.card();
        CHECK(card.sender == Run::pc);
        CHECK(card.shown == UserError::none);
        CHECK(card.who == HostId{test::mx});
        CHECK(card.reason == SmtpReason::recipient_unknown);
        const Language words = test::language("en");
        const CardText text = describe(card, Context{run.world, run.trace, words});
        CHECK(row(text, CardRow::rule).lines.back().find("550 5.1.1 no such mailbox") !=
              std::string::npos);
    }

    TEST_CASE("a mail that waits because nobody answered")
    {
        Run run;
        run.compose();
        run.attempt(Run::relay, "198.51.100.25", 25);
        const EventId failed = run.fail_to_connect(Run::relay, ConnectFailure::timed_out);
        run.add(Run::relay,
                MailDeferred{Run::mail,
                             FailureStep::connect,
                             0,
                             run.trace.now() + 15min,
                             run.trace.note("taro@umi.example"),
                             {},
                             {}},
                failed,
                {});
        CHECK(run.card().obstacle == Obstacle::silence);
    }

    TEST_CASE("a fetch that fails has a card too")
    {
        Run run;
        const HostId taro{test::taro_pc};
        run.add(taro, ConnectionAttempted{{}, {test::ip("198.51.100.25"), 995}});
        Pop3Command pass;
        pass.verb = Pop3Verb::pass;
        pass.line.bytes = run.trace.note("PASS x");
        run.add(taro, pass);
        Pop3Reply no;
        no.to = Pop3Verb::pass;
        no.ok = false;
        no.reason = Pop3Reason::login_failed;
        run.add(HostId{test::mx}, no);
        no.side = Side::received;
        const EventId heard = run.add(taro, no);
        run.add(taro, FetchFinished{UserError::login_failed, FailureStep::login, 0, {}, {}}, heard);
        CHECK(run.card().pop3_reason == Pop3Reason::login_failed);
        CHECK(run.card().who == HostId{test::mx});
    }

    TEST_CASE("looking at the past shows only what had failed by then")
    {
        const Run run =
            stopped_by(1, Verdict::drop, ConnectFailure::timed_out, UserError::connect_timed_out);
        CHECK(why_cards(run.trace, run.trace.size() - 1, run.world).empty());
    }

    TEST_CASE("no obstacle, reason, verdict or cure lacks words in either language")
    {
        const Run run =
            stopped_by(1, Verdict::drop, ConnectFailure::timed_out, UserError::connect_timed_out);
        for (const char* code : {"ja", "en"}) {
            const Language words = test::language(code);
            const Context context{run.world, run.trace, words};
            const auto check = [&](const WhyCard& card) {
                for (const CardText::Row& each : describe(card, context).rows) {
                    for (const std::string& line : each.lines)
                        CHECK_FALSE(line.empty());
                }
            };
            WhyCard blank;
            blank.outcome = EventId{0};
            const auto each_of = [&](auto example, auto set) {
                for (const auto value : values_of<decltype(example)>()) {
                    WhyCard card = blank;
                    set(card, value);
                    check(card);
                }
            };
            each_of(Obstacle{}, [](WhyCard& card, Obstacle value) {
                // A fault is told as what it stands for (fault_card_test).
                card.obstacle = value == Obstacle::fault ? Obstacle::silence : value;
                // A card of a rule always says which.
                if (value == Obstacle::op25b || value == Obstacle::ip25b ||
                    value == Obstacle::firewall)
                    card.rule = RuleId{1};
            });
            each_of(SmtpReason{}, [](WhyCard& card, SmtpReason value) { card.reason = value; });
            each_of(Pop3Reason{},
                    [](WhyCard& card, Pop3Reason value) { card.pop3_reason = value; });
            each_of(CertificateVerdict{},
                    [](WhyCard& card, CertificateVerdict value) { card.certificate = value; });
            each_of(TlsFailure{}, [](WhyCard& card, TlsFailure value) { card.tls = value; });
            each_of(DnsOutcome{}, [](WhyCard& card, DnsOutcome value) { card.dns = value; });
            each_of(SmtpProblem{}, [](WhyCard& card, SmtpProblem value) { card.problem = value; });
            each_of(UserError{}, [](WhyCard& card, UserError value) { card.shown = value; });
            each_of(CureKind{}, [](WhyCard& card, CureKind value) { card.cure.kind = value; });
            each_of(Verdict{}, [](WhyCard& card, Verdict value) {
                card.rule = RuleId{1};
                card.verdict = value;
            });
            for (const Hit& hit :
                 {Hit{HitServer{}}, Hit{HitPacket{}}, Hit{HitName{}}, Hit{HitCertificate{}}}) {
                WhyCard card = blank;
                card.hit = hit;
                check(card);
            }
        }
    }
}
