#include "sim/explain/nouns.h"

#include "sim/core/assert.h"
#include "sim/core/utf8.h"
#include "sim/explain/sentence.h"
#include "sim/mail/report_mail.h"
#include "sim/playback.h"
#include "sim/sasl/mechanism.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <utility>

namespace sim::explain {

namespace {

// Number and name of what RFCs number: record types, handshake messages, alerts.
struct Numbered {
    std::uint16_t number;
    std::string_view name;
};

constexpr std::array<Numbered, 9> record_types{{{1, "A"},
                                                {2, "NS"},
                                                {5, "CNAME"},
                                                {6, "SOA"},
                                                {12, "PTR"},
                                                {15, "MX"},
                                                {16, "TXT"},
                                                {28, "AAAA"},
                                                {33, "SRV"}}}; // RFC 1035 §3.2.2, 3596, 2782

constexpr std::array<Numbered, 15> handshake_types{{{0, "hello_request"},
                                                    {1, "client_hello"},
                                                    {2, "server_hello"},
                                                    {4, "new_session_ticket"},
                                                    {8, "encrypted_extensions"},
                                                    {11, "certificate"},
                                                    {12, "server_key_exchange"},
                                                    {13, "certificate_request"},
                                                    {14, "server_hello_done"},
                                                    {15, "certificate_verify"},
                                                    {16, "client_key_exchange"},
                                                    {20, "finished"},
                                                    {22, "certificate_status"},
                                                    {24, "key_update"},
                                                    {254, "message_hash"}}}; // RFC 8446 §B.3, 5246

constexpr std::array<Numbered, 25> alerts{{{0, "close_notify"},
                                           {10, "unexpected_message"},
                                           {20, "bad_record_mac"},
                                           {22, "record_overflow"},
                                           {40, "handshake_failure"},
                                           {42, "bad_certificate"},
                                           {43, "unsupported_certificate"},
                                           {44, "certificate_revoked"},
                                           {45, "certificate_expired"},
                                           {46, "certificate_unknown"},
                                           {47, "illegal_parameter"},
                                           {48, "unknown_ca"},
                                           {49, "access_denied"},
                                           {50, "decode_error"},
                                           {51, "decrypt_error"},
                                           {70, "protocol_version"},
                                           {71, "insufficient_security"},
                                           {80, "internal_error"},
                                           {86, "inappropriate_fallback"},
                                           {90, "user_canceled"},
                                           {100, "no_renegotiation"},
                                           {109, "missing_extension"},
                                           {110, "unsupported_extension"},
                                           {112, "unrecognized_name"},
                                           {116, "certificate_required"}}}; // RFC 8446 §6, 5246

template <std::size_t Count>
std::string_view name_in(const std::array<Numbered, Count>& table, std::uint16_t number)
{
    const auto* const found = std::ranges::find(table, number, &Numbered::number);
    return found == table.end() ? std::string_view{} : found->name;
}

template <std::size_t Count>
std::vector<std::string> names_in(const std::array<Numbered, Count>& table)
{
    std::vector<std::string> names;
    names.reserve(Count + 1);
    for (const Numbered& entry : table)
        names.emplace_back(entry.name);
    names.emplace_back("other");
    return names;
}

bool begins_tls_record(std::string_view payload)
{
    return payload.size() >= 3 && payload[0] >= 20 && payload[0] <= 23 && payload[1] == 3 &&
           payload[2] >= 0 && payload[2] <= 4;
}

// A packet in the middle of a large record looks like noise: the connection tells whether it had
// gone over to TLS by then.
bool is_under_tls(const Event& event, ConnectionId connection, const Trace& trace)
{
    return trace.index().connection(connection).tls_started < event.id;
}

bool looks_like_text(std::string_view payload)
{
    return payload.ends_with("\r\n") && std::ranges::all_of(payload, [](char octet) {
               const auto value = static_cast<std::uint8_t>(octet);
               return value >= 0x20 || octet == '\r' || octet == '\n' || octet == '\t';
           });
}

constexpr std::uint16_t dns_port = 53;

// A thing's name in the world of the story, where it has one and the story is what is told.
template <typename T>
const std::string& name_at_level(const T& thing, const Context& context)
{
    const bool in_story = context.level == Level::story && !thing.story.en.empty();
    return pick(in_story ? thing.story : thing.name, context.language);
}

} // namespace

// ---- connections ------------------------------------------------------------------------------

std::optional<ConnectionEnds> ends_of(const Event& event, const Context& context)
{
    const TraceIndex::Ends& known = context.trace.index().connection(event.connection).ends;
    if (!known.client.exists() && !known.server.exists()) return std::nullopt;
    ConnectionEnds ends{known.client, known.server, known.client_at, known.server_at};
    if (!ends.client.exists()) ends.client = host_at(ends.client_at.address, context.scenario);
    if (!ends.server.exists()) ends.server = host_at(ends.server_at.address, context.scenario);
    return ends;
}

HostId peer_of(const Event& event, const Context& context)
{
    const std::optional<ConnectionEnds> ends = ends_of(event, context);
    if (!ends) return HostId{};
    return event.host == ends->server ? ends->client : ends->server;
}

HostId speaker_of(const Event& event, const Context& context)
{
    return is_hearing(event) ? peer_of(event, context) : event.host;
}

// ---- packets ----------------------------------------------------------------------------------

PacketNature nature_of(const Event& event, const PacketHead& packet, const Trace& trace)
{
    if (packet.transport == Transport::icmp) {
        if (packet.icmp == Icmp::port_unreachable) return PacketNature::icmp_port;
        if (packet.icmp == Icmp::prohibited) return PacketNature::icmp_prohibited;
        return PacketNature::icmp_other;
    }
    if (packet.transport == Transport::udp) {
        if (packet.destination_port == dns_port) return PacketNature::dns_question;
        if (packet.source_port == dns_port) return PacketNature::dns_answer;
        return PacketNature::datagram;
    }
    if (packet.flags.rst) return PacketNature::rst;
    if (packet.flags.syn) return packet.flags.ack ? PacketNature::syn_ack : PacketNature::syn;
    if (packet.payload.size == 0) return packet.flags.fin ? PacketNature::fin : PacketNature::ack;
    const std::string_view payload = trace.view(packet.payload);
    if (begins_tls_record(payload)) return PacketNature::tls_data;
    if (looks_like_text(payload)) return PacketNature::data;
    return is_under_tls(event, packet.connection, trace) ? PacketNature::tls_data
                                                         : PacketNature::data;
}

// ---- rules ------------------------------------------------------------------------------------

const scenario::FirewallRule* rule_at(RuleId rule, const scenario::Scenario& scenario)
{
    return rule.value < scenario.rules.size() ? &scenario.rules[rule.value] : nullptr;
}

int number_of(RuleId rule, const scenario::Scenario& scenario)
{
    const scenario::FirewallRule* found = rule_at(rule, scenario);
    if (found == nullptr) return 0;
    int number = 1;
    for (std::uint32_t i = 0; i < rule.value; ++i)
        if (scenario.rules[i].host == found->host) ++number;
    return number;
}

// ---- scenario ---------------------------------------------------------------------------------

const std::string& pick(const scenario::Text& text, const Language& language)
{
    return language.code() == "ja" ? text.ja : text.en;
}

const scenario::Host* host_at(HostId host, const scenario::Scenario& scenario)
{
    return host.value < scenario.hosts.size() ? &scenario.hosts[host.value] : nullptr;
}

HostId host_called(std::string_view key, const scenario::Scenario& scenario)
{
    for (std::uint32_t i = 0; i < scenario.hosts.size(); ++i)
        if (scenario.hosts[i].key == key) return HostId{i};
    return HostId{};
}

HostId host_at(Address address, const scenario::Scenario& scenario)
{
    std::string_view line;
    for (const scenario::AccessLine& candidate : scenario.lines)
        if (candidate.address == address) line = candidate.key;
    for (std::uint32_t i = 0; i < scenario.hosts.size(); ++i) {
        const scenario::Host& host = scenario.hosts[i];
        if (std::ranges::find(host.addresses, address) != host.addresses.end()) return HostId{i};
        if (!line.empty() && host.line == line) return HostId{i};
        const auto crowd = host.is_crowd
                               ? std::ranges::find(scenario.crowds, host.key, &scenario::Crowd::key)
                               : scenario.crowds.end();
        if (crowd != scenario.crowds.end() && crowd->network.contains(address)) return HostId{i};
    }
    return HostId{};
}

std::string rule_name(RuleId rule, const Context& context)
{
    const scenario::FirewallRule* found = rule_at(rule, context.scenario);
    return found != nullptr ? name_at_level(*found, context) : std::string{"-"};
}

std::string host_name(HostId host, const Context& context)
{
    const scenario::Host* found = host_at(host, context.scenario);
    if (found == nullptr) return std::string{"-"};
    return name_at_level(*found, context);
}

std::string host_or_address(Address address, const Context& context)
{
    const HostId host = host_at(address, context.scenario);
    return host.exists() ? host_name(host, context) : to_string(address);
}

const scenario::MailProgram* program_at(HostId host, const scenario::Scenario& scenario)
{
    const scenario::Host* found = host_at(host, scenario);
    if (found == nullptr) return nullptr;
    for (const scenario::MailProgram& program : scenario.programs)
        if (program.host == found->key) return &program;
    return nullptr;
}

std::string person_at(HostId host, const Context& context)
{
    const scenario::MailProgram* program = program_at(host, context.scenario);
    if (program == nullptr) return host_name(host, context);
    // "the spammer" is no name, and is not addressed like one.
    const bool is_name = !program->name.en.starts_with("the ");
    if (!is_name) return pick(program->name, context.language);
    return context.language.text("noun.person", {{"name", pick(program->name, context.language)}});
}

std::string area_name(HostId host, const Context& context)
{
    const scenario::Host* found = host_at(host, context.scenario);
    if (found == nullptr) return "-";
    for (const scenario::Area& area : context.scenario.areas)
        if (area.key == found->area) return pick(area.name, context.language);
    return host_name(host, context);
}

bool is_report(MailId mail, const Trace& trace)
{
    for (const EventId id : trace.index().of(mail)) {
        const Event& event = trace.at(id);
        if (event.kind() == Kind::mail_composed) return false;
        if (event.kind() == Kind::mail_queued) return !event.connection.exists();
    }
    return false;
}

bool is_of_a_crowd(MailId mail, const Trace& trace)
{
    const TraceIndex::Events events = trace.index().of(mail);
    return !events.empty() && trace.at(events.front()).kind() == Kind::crowd_attempt;
}

// ---- values -----------------------------------------------------------------------------------

std::string show_bytes(std::string_view bytes)
{
    return printable(bytes);
}

std::string show_line(const Line& line, const Context& context)
{
    const std::string_view bytes = context.trace.view(line.bytes);
    if (line.secret_size == 0 || context.secrets == Secrets::shown) return show_bytes(bytes);
    const std::size_t from = std::min<std::size_t>(line.secret_offset, bytes.size());
    const std::size_t to = std::min<std::size_t>(from + line.secret_size, bytes.size());
    // Always eight: how long a password is is nobody's business either.
    return show_bytes(bytes.substr(0, from)) + "********" + show_bytes(bytes.substr(to));
}

std::string record_type_name(std::uint16_t type)
{
    const std::string_view name = name_in(record_types, type);
    return name.empty() ? fmt::format("TYPE{}", type) : std::string{name}; // RFC 3597 §5
}

std::string handshake_type_name(std::uint8_t type)
{
    const std::string_view name = name_in(handshake_types, type);
    return std::string{name.empty() ? "other" : name};
}

std::string alert_name(std::uint8_t code)
{
    const std::string_view name = name_in(alerts, code);
    return std::string{name.empty() ? "other" : name};
}

std::string mechanism_name(Mechanism mechanism)
{
    const std::string_view name = sasl::registered_name(mechanism);
    return std::string{name.empty() ? "USER/PASS" : name};
}

std::string noun(std::string_view group, std::string_view name, const Language& language)
{
    return language.text(fmt::format("noun.{}.{}", group, name));
}

std::string describe(Duration span, const Language& language)
{
    using namespace std::chrono;
    if (span < Duration::zero()) span = Duration::zero();
    const auto say_in = [&](std::string_view unit, const std::string& number) {
        return language.text(fmt::format("unit.{}", unit), {{"n", number}});
    };
    if (span < 1ms && span != 0ns)
        return say_in("us", fmt::format("{}", duration_cast<microseconds>(span).count()));
    if (span < 1s && span != 0ns)
        return say_in("ms", fmt::format("{}", duration_cast<milliseconds>(span).count()));
    if (span < 60s) {
        std::string number = fmt::format("{}.{:03}",
                                         duration_cast<seconds>(span).count(),
                                         duration_cast<milliseconds>(span).count() % 1000);
        while (number.ends_with('0'))
            number.pop_back();
        if (number.ends_with('.')) number.pop_back();
        return say_in("s", number);
    }
    // Two units say enough: "2 h 15 min".
    std::int64_t rest = duration_cast<seconds>(span).count();
    std::string text;
    int said = 0;
    for (const auto& [unit, size] : {std::pair<std::string_view, std::int64_t>{"d", 86'400},
                                     {"h", 3'600},
                                     {"min", 60},
                                     {"s", 1}}) {
        if (rest >= size && said < 2) {
            if (said > 0) text += language.text("unit.between");
            text += say_in(unit, fmt::format("{}", rest / size));
            ++said;
        }
        rest %= size;
    }
    return text;
}

namespace {

std::chrono::nanoseconds local_time(Instant at, const scenario::Scenario& scenario)
{
    return at.time_since_epoch() + std::chrono::minutes{scenario.utc_offset_minutes};
}

} // namespace

std::string clock_time(Instant at, const scenario::Scenario& scenario)
{
    using namespace std::chrono;
    const nanoseconds local = local_time(at, scenario);
    const auto in_day = duration_cast<milliseconds>(local - floor<days>(local)).count();
    return fmt::format("{:02}:{:02}:{:02}.{:03}",
                       in_day / 3'600'000,
                       in_day / 60'000 % 60,
                       in_day / 1000 % 60,
                       in_day % 1000);
}

std::chrono::sys_days local_day(Instant at, const scenario::Scenario& scenario)
{
    using namespace std::chrono;
    return sys_days{floor<days>(local_time(at, scenario))};
}

std::string clock_time_from(Instant seen_from, Instant at, const scenario::Scenario& scenario)
{
    const bool today = local_day(seen_from, scenario) == local_day(at, scenario);
    return (today ? "" : date_of(at, scenario) + " ") + clock_time(at, scenario);
}

std::string date_of(Instant at, const scenario::Scenario& scenario)
{
    using namespace std::chrono;
    const year_month_day date{local_day(at, scenario)};
    return fmt::format("{:04}-{:02}-{:02}",
                       static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

std::string shown_line(const Line& line, const Context& context)
{
    std::string shown = show_line(line, context);
    return shown.empty() ? context.language.text("noun.empty_line") : shown;
}

std::string label(Mark mark, const Language& language)
{
    if (mark == Mark::none || mark == Mark::quiet) return "";
    return noun("mark", name_of(mark), language);
}

std::vector<MessageGroup> noun_messages()
{
    const auto group = [](std::string_view name, std::vector<std::string> variants) {
        return MessageGroup{fmt::format("noun.{}", name), std::move(variants), {}, false};
    };
    return {
        MessageGroup{"noun", {"person"}, {"name"}, false},
        MessageGroup{"unit", {"us", "ms", "s", "min", "h", "d"}, {"n"}, false},
        MessageGroup{"unit", {"between"}, {}, false},
        MessageGroup{"noun", {"list_separator", "last_separator", "empty_line"}, {}, false},
        MessageGroup{"noun", {"after"}, {"span"}, false},
        group("mark", {"clear", "encrypted", "blocked", "secret", "accepted"}),
        group("level", all_names<Level>()),
        group("packet", all_names<PacketNature>()),
        group("alert", names_in(alerts)),
        group("step", all_names<FailureStep>()),
        group("source", all_names<DnsSource>()),
        group("dns_outcome", all_names<DnsOutcome>()),
        group("certificate", all_names<CertificateVerdict>()),
        group("handshake",
              [] {
                  std::vector<std::string> names = names_in(handshake_types);
                  names.emplace_back("hello_retry_request");
                  return names;
              }()),
        group("visibility", {"clear", "encrypted"}),
        group("origin", {"cache", "asked"}),
        group("phase", all_names<SmtpPhase>()),
        group("pop3_phase", all_names<Pop3Phase>()),
        group("verdict", all_names<Verdict>()),
        group("kept", all_names<SecretKept>()),
        group("change", all_names<MailChange>()),
        group("report_news", all_names<mail::ReportKind>()),
        group("timer", all_names<SessionTimer>()),
        group("check", all_names<PolicyCheck>()),
        group("policy", all_names<PolicyVerdict>()),
    };
}

} // namespace sim::explain
