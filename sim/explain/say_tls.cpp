// TLS in words: handshake messages, records, certificates, alerts.
#include "sim/explain/nouns.h"
#include "sim/explain/sentence.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace sim::explain {

namespace {

// RFC 8446 §4.1.3: a ServerHello with this random is really a HelloRetryRequest.
constexpr std::string_view retry_random =
    "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"
    "\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c";

std::vector<std::string> handshake_variants()
{
    std::vector<std::string> names;
    for (unsigned type = 0; type < 256; ++type) {
        std::string name = handshake_type_name(static_cast<std::uint8_t>(type));
        if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    }
    names.emplace_back("hello_retry_request");
    return names;
}

std::string handshake_variant(const TlsHandshakeMessage& what, const Trace& trace)
{
    constexpr std::uint8_t server_hello = 2;
    constexpr std::size_t random_at = 6; // behind header (4) and version (2)
    const std::string_view bytes = trace.view(what.bytes);
    if (what.type == server_hello && bytes.size() >= random_at + retry_random.size() &&
        bytes.substr(random_at, retry_random.size()) == retry_random)
        return "hello_retry_request";
    return handshake_type_name(what.type);
}

std::string record_variant(const TlsRecord& what)
{
    switch (what.content_type) { // RFC 8446 §5.1
    case 20:
        return "change_cipher_spec";
    case 21:
        return "alert";
    case 22:
        return "handshake";
    case 23:
        // TLS 1.3 carries handshake messages and alerts under this type too.
        return what.plaintext.size > 0 ? "application_data" : "hidden";
    default:
        return "other";
    }
}

std::vector<std::string> certificate_variants()
{
    std::vector<std::string> names;
    for (const CertificateVerdict verdict : values_of<CertificateVerdict>()) {
        if (verdict == CertificateVerdict::valid) {
            names.emplace_back("valid");
            continue;
        }
        names.push_back(fmt::format("{}_refused", name_of(verdict)));
        names.push_back(fmt::format("{}_accepted", name_of(verdict)));
    }
    return names;
}

// Who sent and who received, from the side that the event's host saw.
void add_direction(Facts& facts, const Event& event, Side side, const Context& context)
{
    const std::string here = host_name(event.host, context);
    const std::string there = host_name(peer_of(event, context), context);
    facts.add("from", side == Side::sent ? here : there)
        .add("to", side == Side::sent ? there : here);
}

std::string version_name(std::uint16_t version)
{
    switch (version) {
    case 0x0304:
        return "TLS 1.3";
    case 0x0303:
        return "TLS 1.2";
    default:
        return fmt::format("0x{:04x}", version);
    }
}

// A client that hung up before its TLS had begun.
bool is_left_silently(const Event& failed, const TlsFailed& what, const Trace& trace)
{
    if (what.why != TlsFailure::truncated ||
        trace.index().connection(failed.connection).ends.server != failed.host)
        return false;
    return last_before(trace, failed, [&](const Event& earlier) {
               return earlier.host == failed.host && earlier.kind() == Kind::tls_handshake_message;
           }) == nullptr;
}

} // namespace

std::vector<KindMessages> tls_messages()
{
    std::vector<std::string> failures = all_names<TlsFailure>();
    failures.emplace_back("left_silently");
    const std::vector<std::string> alert_variants{
        "sent", "received", "closing_sent", "closing_received"};
    return {
        {Kind::tls_started, {"client", "server"}, {""}, {"peer", "name"}},
        {Kind::tls_handshake_message,
         handshake_variants(),
         {""},
         {"from", "to", "size", "type", "message", "visibility"}},
        {Kind::tls_record,
         {"change_cipher_spec", "alert", "handshake", "application_data", "hidden", "other"},
         {""},
         {"from", "to", "size", "plain_size", "offset", "type"}},
        {Kind::certificate_judged,
         certificate_variants(),
         {"valid", "refused", "accepted"},
         {"peer", "subject", "issuer", "dialled", "not_before", "not_after", "today", "verdict"}},
        {Kind::tls_established,
         {"tls12", "tls13", "other"},
         {""},
         {"peer", "version", "cipher", "cipher_number", "key_exchange", "name"}},
        {Kind::tls_alert,
         alert_variants,
         {"sent", "received"},
         {"peer", "from", "to", "alert", "code", "meaning"}},
        {Kind::tls_failed, std::move(failures), {""}, {"peer", "alert", "meaning", "detail"}},
        {Kind::tls_ended, {"clean", "cut_off"}, {"clean", "cut_off"}, {"peer"}},
        {Kind::tls_key_logged, {""}, {""}, {"label"}},
    };
}

Said say(const Event& event, const TlsStarted& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("peer", host_name(peer_of(event, context), context)).add("name", what.server_name);
    return {std::string{name_of(what.role)}, "", facts.take()};
}

Said say(const Event& event, const TlsHandshakeMessage& what, const Context& context)
{
    std::string variant = handshake_variant(what, context.trace);
    Facts facts{event, context};
    add_direction(facts, event, what.side, context);
    facts.add("size", fmt::format("{}", what.bytes.size))
        .add("type", fmt::format("{}", what.type))
        .add("message", noun("handshake", variant, context.language))
        .add("visibility",
             noun("visibility", what.encrypted ? "encrypted" : "clear", context.language));
    return {std::move(variant), "", facts.take()};
}

Said say(const Event& event, const TlsRecord& what, const Context& context)
{
    Facts facts{event, context};
    add_direction(facts, event, what.side, context);
    facts.add("size", fmt::format("{}", what.wire_size))
        .add("plain_size", fmt::format("{}", what.plaintext.size))
        .add("offset", fmt::format("{}", what.stream_offset))
        .add("type", fmt::format("{}", what.content_type));
    return {record_variant(what), "", facts.take()};
}

Said say(const Event& event, const CertificateJudged& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("peer", host_name(peer_of(event, context), context))
        .add("subject", what.subject)
        .add("issuer", what.issuer)
        .add("dialled", what.dialled)
        .add("not_before", date_of(what.not_before, context.scenario))
        .add("not_after", date_of(what.not_after, context.scenario))
        .add("today", date_of(event.at, context.scenario))
        .add("verdict", noun("certificate", name_of(what.verdict), context.language));
    if (what.verdict == CertificateVerdict::valid) return {"valid", "valid", facts.take()};
    const std::string_view then = what.went_on ? "accepted" : "refused";
    return {fmt::format("{}_{}", name_of(what.verdict), then), std::string{then}, facts.take()};
}

Said say(const Event& event, const TlsEstablished& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("peer", host_name(peer_of(event, context), context))
        .add("version", version_name(what.version))
        .add("cipher", what.cipher_name)
        .add("cipher_number", fmt::format("0x{:04x}", what.cipher))
        .add("key_exchange", what.key_exchange)
        .add("name", what.server_name);
    return {what.version == 0x0303   ? "tls12"
            : what.version == 0x0304 ? "tls13"
                                     : "other",
            "",
            facts.take()};
}

Said say(const Event& event, const TlsAlert& what, const Context& context)
{
    const std::string name = alert_name(what.code);
    const std::string side{name_of(what.side)};
    Facts facts{event, context};
    add_direction(facts, event, what.side, context);
    facts.add("peer", host_name(peer_of(event, context), context))
        .add("alert", name)
        .add("code", fmt::format("{}", what.code))
        .add("meaning", noun("alert", name, context.language));
    return {what.code == 0 ? "closing_" + side : side, side, facts.take()};
}

Said say(const Event& event, const TlsFailed& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("peer", host_name(peer_of(event, context), context))
        .add("alert", what.alert == 0 ? std::string{"-"} : alert_name(what.alert))
        .add("meaning", noun("alert", alert_name(what.alert), context.language))
        .add("detail", what.detail.size == 0 ? "-" : show_bytes(context.trace.view(what.detail)));
    const bool silent = is_left_silently(event, what, context.trace);
    return {silent ? "left_silently" : std::string{name_of(what.why)}, "", facts.take()};
}

Said say(const Event& event, const TlsEnded& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("peer", host_name(peer_of(event, context), context));
    const std::string variant = what.clean ? "clean" : "cut_off";
    return {variant, variant, facts.take()};
}

Said say(const Event& event, const TlsKeyLogged& what, const Context& context)
{
    // The line's first word says which key it is; the rest is the key itself.
    const std::string_view line = context.trace.view(what.line);
    Facts facts{event, context};
    facts.add("label", show_bytes(line.substr(0, line.find(' '))));
    return {"", "", facts.take()};
}

} // namespace sim::explain
