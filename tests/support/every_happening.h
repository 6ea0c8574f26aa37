// Every kind of happening with every value of every enumeration that it holds: what "no event lacks
// a text" is proved with. Written over for_each_field, so that a new kind or value is included by
// itself; the few variants that come of numbers or bytes are added by hand.
#pragma once

#include "sim/core/fields.h"
#include "sim/core/trace.h"
#include "tests/support/small_town.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace test {

// Where a session stands after what was said is told in no sentence: one value will do. (Of a
// command the server's is told.)
template <typename What>
constexpr bool tells(std::string_view field)
{
    if (field == "client") return false;
    return field != "after" || requires(const What& what)
    {
        what.before;
    };
}

// How many values each enumeration or flag of a happening has, in the order of its fields.
template <typename What>
struct CountChoices {
    std::vector<std::size_t> counts;
    template <typename T>
    void operator()(std::string_view name, const T& /*value*/)
    {
        if (!tells<What>(name)) return;
        if constexpr (std::is_same_v<T, bool>) {
            counts.push_back(2);
        } else if constexpr (sim::NamedEnum<T>) {
            counts.push_back(sim::count_of<T>());
        }
    }
};

template <typename What>
struct SetChoices {
    const std::vector<std::size_t>& chosen;
    std::size_t next = 0;
    template <typename T>
    void operator()(std::string_view name, const T& value)
    {
        if (!tells<What>(name)) return;
        // for_each_field gives const members; these are ours to fill.
        auto& member = const_cast<T&>(value);
        if constexpr (std::is_same_v<T, bool>) {
            member = chosen[next++] != 0;
        } else if constexpr (sim::NamedEnum<T>) {
            member = static_cast<T>(chosen[next++]);
        }
    }
};

// One happening of this type for each combination of its enumerations and flags.
template <typename What, typename Take>
void for_each_choice(const What& example, Take&& take)
{
    CountChoices<What> count;
    sim::for_each_field(example, count);
    std::vector<std::size_t> chosen(count.counts.size(), 0);
    for (;;) {
        What what = example;
        SetChoices<What> set{chosen};
        sim::for_each_field(what, set);
        take(what);
        std::size_t digit = 0;
        while (digit < chosen.size() && ++chosen[digit] == count.counts[digit])
            chosen[digit++] = 0;
        if (digit == chosen.size()) return;
    }
}

class EveryHappening {
public:
    EveryHappening()
    {
        trace.set_now(sim::Instant{std::chrono::seconds{1'775'001'600}});
        dialled_ = {{ip("192.0.2.10"), 49152}, {ip("203.0.113.25"), 587}};
        // A connection that every event can belong to.
        trace.append(sim::HostId{hanako_pc}, connection, dialled_);
        everything(std::make_index_sequence<std::variant_size_v<sim::Happening>>{});
        packets();
        names();
        tls();
        conversations();
        exchanges();
        outcomes();
        add(dialled_); // a connection whose end the trace does not tell comes last
    }

    sim::Trace trace;
    static constexpr sim::ConnectionId connection{0};

private:
    void add(const sim::Happening& what, sim::HostId host = sim::HostId{hanako_pc})
    {
        // As in real runs, the beginning of an event's connection is not far before it.
        constexpr std::size_t near = 32;
        if (trace.size() % near == 0) trace.append(sim::HostId{hanako_pc}, connection, dialled_);
        trace.append(host, connection, what);
    }

    template <std::size_t... Index>
    void everything(std::index_sequence<Index...> /*all*/)
    {
        (for_each_choice(std::variant_alternative_t<Index, sim::Happening>{},
                         [&](const auto& what) { add(what); }),
         ...);
    }

    [[nodiscard]] sim::PacketHead packet(sim::TcpFlags flags, std::string_view payload = {})
    {
        sim::PacketHead head;
        head.source = ip("192.0.2.10");
        head.source_port = 49152;
        head.destination = ip("203.0.113.25");
        head.destination_port = 25;
        head.flags = flags;
        head.payload = trace.note(payload);
        head.connection = connection;
        return head;
    }

    void packets()
    {
        using sim::TcpFlags;
        sim::PacketHead icmp = packet({});
        icmp.transport = sim::Transport::icmp;
        icmp.source_port = icmp.destination_port = 0;
        sim::PacketHead udp = packet({});
        udp.transport = sim::Transport::udp;
        std::vector<sim::PacketHead> heads{packet({.syn = true}),
                                           packet({.syn = true, .ack = true}),
                                           packet({.ack = true}),
                                           packet({.ack = true, .fin = true}),
                                           packet({.rst = true}),
                                           packet({.ack = true}, "EHLO hanako-pc\r\n"),
                                           packet({.ack = true}, "\x17\x03\x03\x00\x05hello")};
        for (const sim::Icmp what : sim::values_of<sim::Icmp>()) {
            icmp.icmp = what;
            heads.push_back(icmp);
        }
        heads.push_back(udp);
        udp.destination_port = 53;
        heads.push_back(udp);
        std::swap(udp.source_port, udp.destination_port);
        heads.push_back(udp);
        for (const sim::PacketHead& head : heads) {
            add(sim::PacketSent{head, sim::LinkId{0}, sim::HostId{border}, trace.now()});
            add(sim::PacketSent{head, sim::LinkId{1}, sim::HostId{kumo}, trace.now()},
                sim::HostId{border});
            add(sim::PacketDelivered{head}, sim::HostId{kumo});
            add(sim::PacketPassedRule{head, sim::RuleId{0}}, sim::HostId{border});
            for (const sim::Tampering how : sim::values_of<sim::Tampering>())
                add(sim::PacketAltered{head, head.payload, how}, sim::HostId{border});
            for (const sim::Verdict verdict : sim::values_of<sim::Verdict>()) {
                for (std::uint32_t rule = 0; rule < 5; ++rule) {
                    add(sim::PacketDropped{head, sim::DropReason::rule, verdict, sim::RuleId{rule}},
                        sim::HostId{border});
                }
            }
        }
        for (const std::uint16_t port : std::vector<std::uint16_t>{25, 110, 465, 587, 995, 2525})
            add(sim::ConnectionAttempted{{}, {ip("203.0.113.25"), port}});
        patience();
    }

    // A SYN that is dropped, repeated and given up, on a connection of its own for each rule.
    void patience()
    {
        for (std::uint32_t rule = 0; rule < 5; ++rule) {
            const sim::ConnectionId own{100 + rule};
            sim::PacketHead head = packet({.syn = true});
            head.connection = own;
            trace.append(sim::HostId{hanako_pc}, own, dialled_);
            trace.append(sim::HostId{border},
                         own,
                         sim::PacketDropped{
                             head, sim::DropReason::rule, sim::Verdict::drop, sim::RuleId{rule}});
            trace.set_now(trace.now() + std::chrono::seconds{3});
            trace.append(sim::HostId{hanako_pc},
                         own,
                         sim::SegmentRetransmitted{1, true, trace.now() + std::chrono::seconds{6}});
            trace.append(sim::HostId{hanako_pc},
                         own,
                         sim::ConnectionFailed{{}, {}, sim::ConnectFailure::timed_out, {}});
        }
    }

    void names()
    {
        for (const std::uint16_t type : std::vector<std::uint16_t>{1, 15, 16, 12, 28, 5, 65}) {
            add(sim::DnsAsked{trace.note("umi.example"), type, ip("198.51.100.53"), 1});
            for (const sim::DnsOutcome outcome : sim::values_of<sim::DnsOutcome>()) {
                add(sim::DnsResolved{trace.note("umi.example"),
                                     type,
                                     outcome,
                                     false,
                                     trace.note("10 mx1.umi.example.\n20 mx2.umi.example.")});
            }
        }
        add(sim::DnsAsked{trace.note("umi.example"), 1, ip("198.51.100.53"), 2});
        add(sim::DnsResolved{
            trace.note("nomail.example"), 15, sim::DnsOutcome::found, false, trace.note("0 .")});
    }

    void tls()
    {
        for (unsigned type = 0; type < 256; ++type) {
            const auto number = static_cast<std::uint8_t>(type);
            for (const sim::Side side : sim::values_of<sim::Side>()) {
                add(sim::TlsHandshakeMessage{side, number, false, {}});
                add(sim::TlsRecord{side, number, 64, 0, 0, {}});
                add(sim::TlsAlert{side, true, number});
            }
        }
        add(sim::TlsRecord{sim::Side::sent, 23, 64, 0, 0, trace.note("EHLO\r\n")});
        std::string retry{"\x02\x00\x00\x26\x03\x03", 6};
        retry += "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"
                 "\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c";
        add(sim::TlsHandshakeMessage{sim::Side::received, 2, false, trace.note(retry)});
        for (const std::uint16_t version : std::vector<std::uint16_t>{0x0303, 0x0304, 0x0302})
            add(sim::TlsEstablished{version, 0x1302, {}, {}, {}});
        add(sim::TlsKeyLogged{trace.note("CLIENT_RANDOM 00 11")});
    }

    [[nodiscard]] sim::Line line(std::string_view text, std::uint32_t secret_at = 0)
    {
        const auto size = static_cast<std::uint32_t>(text.size());
        return {trace.note(text), 0, secret_at, secret_at == 0 ? 0 : size - secret_at};
    }

    void conversations()
    {
        sim::SmtpCommand command;
        command.verb = sim::SmtpVerb::ehlo;
        command.line = line("EHLO [192.0.2.10]");
        trace.append(sim::HostId{hanako_pc}, sim::ConnectionId{7}, dialled_);
        trace.append(sim::HostId{hanako_pc}, sim::ConnectionId{7}, command);
        trace.append(sim::HostId{hanako_pc}, sim::ConnectionId{7}, command); // under TLS, again
        // Who dials a TLS port and says nothing.
        const sim::ConnectionId silent{8};
        trace.append(sim::HostId{kumo},
                     silent,
                     sim::ConnectionOpened{dialled_.remote, dialled_.local, true});
        trace.append(sim::HostId{kumo}, silent, sim::TlsFailed{sim::TlsFailure::truncated, 0, {}});
        command.verb = sim::SmtpVerb::mail;
        command.line = line("MAIL FROM:<>");
        add(command);
        for (const sim::SmtpVerb verb : {sim::SmtpVerb::auth, sim::SmtpVerb::auth_response}) {
            command.verb = verb;
            command.line = line("AUTH PLAIN AGhhbmFrbwBzYWt1cmEyMDI2", 11);
            add(command);
        }
        for (const sim::SmtpVerb verb : sim::values_of<sim::SmtpVerb>()) {
            for (const std::uint16_t code : std::vector<std::uint16_t>{220,
                                                                       221,
                                                                       235,
                                                                       250,
                                                                       334,
                                                                       354,
                                                                       421,
                                                                       450,
                                                                       454,
                                                                       500,
                                                                       530,
                                                                       535,
                                                                       538,
                                                                       550,
                                                                       552,
                                                                       553,
                                                                       554}) {
                sim::SmtpReply reply;
                reply.side = sim::Side::received;
                reply.to = verb;
                reply.code = code;
                add(reply);
            }
        }
    }

    // What the lines of an AUTH exchange mean depends on the mechanism that it began with.
    void exchanges()
    {
        std::uint32_t number = 20;
        for (const std::string_view begun :
             {"AUTH LOGIN", "AUTH CRAM-MD5", "AUTH SCRAM-SHA-256", "AUTH XOAUTH2 dXNlcj1o"}) {
            const sim::ConnectionId talk{number++};
            const auto secret_at = begun.ends_with("dXNlcj1o") ? 13U : 0U;
            for (const sim::HostId host : {sim::HostId{hanako_pc}, sim::HostId{kumo}}) {
                sim::SmtpCommand command;
                command.side = host == sim::HostId{kumo} ? sim::Side::received : sim::Side::sent;
                command.verb = sim::SmtpVerb::auth;
                command.line = line(begun, secret_at);
                trace.append(host, talk, command);
                command.verb = sim::SmtpVerb::auth_response;
                command.line = line("dXNlcj1o");
                if (secret_at != 0) command.line.secret_size = command.line.bytes.size;
                trace.append(host, talk, command);
                sim::SmtpReply reply;
                reply.side = host == sim::HostId{kumo} ? sim::Side::sent : sim::Side::received;
                reply.to = sim::SmtpVerb::auth_response;
                reply.code = 334;
                reply.reason = sim::SmtpReason::auth_challenge;
                reply.line = line("334 dj1zaWduYXR1cmU=");
                trace.append(host, talk, reply);
                reply.code = 535;
                reply.reason = sim::SmtpReason::auth_failed;
                reply.line = line("535 5.7.8 Authentication credentials invalid");
                trace.append(host, talk, reply);
            }
        }
    }

    void outcomes()
    {
        for (const std::string_view field : {"Received: from x",
                                             "Date: today",
                                             "Message-ID: <a@b>",
                                             "Return-Path: <a@b>",
                                             "Authentication-Results: b; none",
                                             "DKIM-Signature: v=1",
                                             "X-Spam-Flag: YES",
                                             "X: y"})
            add(sim::FieldAdded{sim::MailId{0}, trace.note(field)}, sim::HostId{kumo});
        for (const sim::MailChange change : sim::values_of<sim::MailChange>())
            add(sim::MailChanged{sim::MailId{0}, change, trace.note("Bcc: x")}, sim::HostId{kumo});
        for (const sim::PolicyCheck check : sim::values_of<sim::PolicyCheck>()) {
            for (const sim::PolicyVerdict verdict : sim::values_of<sim::PolicyVerdict>())
                add(sim::PolicyJudged{check, verdict, trace.note("a")}, sim::HostId{kumo});
        }
        for (const std::uint16_t code : std::vector<std::uint16_t>{0, 550}) {
            add(sim::RecipientRefused{
                sim::MailId{0}, sim::FailureStep::rcpt_to, code, trace.note("a@b"), {}});
        }
        add(sim::DeliveryAttempted{sim::MailId{0}, {}, {}, 10, 2, {}}, sim::HostId{out});
        add(sim::MailHandedOver{sim::MailId{0}, {}, {}}, sim::HostId{out});
        for (const sim::FailureStep step : sim::values_of<sim::FailureStep>()) {
            for (const std::uint16_t code : std::vector<std::uint16_t>{0, 450}) {
                add(sim::MailDeferred{sim::MailId{0}, step, code, trace.now(), {}, {}, {}});
                add(sim::MailBounced{sim::MailId{0}, step, code, {}, {}, {}});
            }
        }
        // A report: its server has it from nobody.
        const sim::MailId report{1};
        trace.append(sim::HostId{kumo}, {}, sim::MailQueued{report, {}, {}});
        add(sim::MailDelivered{report, {}, 0}, sim::HostId{kumo});
        add(sim::MailJunked{report, {}}, sim::HostId{kumo});
        add(sim::MailRetrieved{report, {}, 0});
        for (const std::uint32_t messages : {0U, 1U, 2U}) {
            add(sim::FetchFinished{
                sim::UserError::none, sim::FailureStep::retrieve, messages, {}, {}});
        }
        for (const auto way : sim::values_of<sim::CrowdWay>()) {
            for (const auto target : sim::values_of<sim::CrowdTarget>())
                add(sim::CrowdAttempt{sim::MailId{0}, 0, 1, {}, way, target, trace.note("a@b")});
        }
        for (const bool accepted : {true, false}) {
            for (const std::uint16_t code : std::vector<std::uint16_t>{0, 550}) {
                add(sim::CrowdAttemptEnded{
                    sim::MailId{0}, 0, 1, accepted, sim::FailureStep::rcpt_to, code});
            }
        }
        for (const std::uint16_t index : std::vector<std::uint16_t>{0, 1, 2, 99})
            add(sim::StepStarted{index});
    }

    sim::ConnectionAttempted dialled_;
};

} // namespace test
