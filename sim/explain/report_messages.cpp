// The words of their own that reports need besides the sentences about events.
#include "sim/explain/card_messages.h"
#include "sim/explain/packet_words.h"
#include "sim/explain/sentence.h"

#include <utility>

namespace sim::explain {

namespace {

template <NamedEnum E>
MessageGroup plain(std::string prefix)
{
    return {std::move(prefix), all_names<E>(), {}, false};
}

} // namespace

std::vector<MessageGroup> report_messages()
{
    return {
        {"report.wire", {"heading"}, {"a", "b"}, false},
        {"report.wire", {"octets", "more"}, {"size"}, false},
        {"report.wire", {"unwrapped"}, {"text"}, false},
        {"report.wire", {"decoded"}, {"charset", "text"}, false},
        {"report", {"day"}, {"date", "day"}, false},
        {"report.wire", {"summary"}, {"clear", "sealed"}, false},
        {"report.wire", {"not_hidden", "learned", "hidden"}, {}, false},
        {"report.wire", {"learned_talks"}, {"a", "b", "port"}, false},
        {"report.wire", {"learned_name", "learned_sni"}, {"name"}, false},
        {"report.wire", {"learned_envelope"}, {"line"}, false},
        {"report.wire", {"learned_message", "hidden_message"}, {"size"}, false},
        {"report.wire", {"learned_password", "learned_cram_md5", "learned_scram"}, {}, false},
        {"report.wire", {"learned_token", "hidden_token"}, {}, false},
        {"report.wire", {"hidden_password", "hidden_behind_proof"}, {}, false},
        {"report.wire", {"token"}, {"user", "audience", "scope", "until"}, false},
        {"report.wire", {"hidden_lines", "earlier"}, {"count"}, false},
        {"report.ends", {"both_ends", "only_ends", "on_the_way", "same"}, {}, false},
        {"report.ends", {"sealed"}, {"size"}, false},
        plain<PacketRelation>("report.packet.relation"),
        plain<PacketLayer>("report.packet.title"),
        plain<PacketLayer>("report.packet.about"),
        plain<PacketField>("report.packet.name"),
        plain<PacketField>("report.packet.meaning"),
        plain<PortMeaning>("report.packet.port"),
        plain<SmtpVerb>("report.packet.verb"),
        plain<Pop3Verb>("report.packet.pop3_verb"),
        plain<ReplyMeaning>("report.packet.reply"),
        plain<EnhancedMeaning>("report.packet.enhanced"),
        plain<SmtpKeyword>("report.packet.keyword"),
        plain<DnsTypeMeaning>("report.packet.record"),
        plain<DnsRcodeMeaning>("report.packet.rcode"),
        plain<RecordMeaning>("report.packet.content"),
        {"report.packet.value", {"octet", "octets", "encrypted"}, {"size"}, false},
        plain<TlsMessageKind>("report.tls.message"),
        plain<TlsTerm>("report.tls.meaning"),
        {"report.tls.seen", {"who_talks"}, {"client", "server"}, false},
        {"report.tls.seen", {"server_name"}, {"name"}, false},
        {"report.tls.seen", {"no_server_name", "length_and_time"}, {}, false},
        {"report.tls.seen", {"offers"}, {"count"}, false},
        {"report.tls.seen", {"choice"}, {"cipher"}, false},
        {"report.tls.seen", {"certificate"}, {"subject"}, false},
        plain<TlsHidden>("report.tls.hidden"),
    };
}

} // namespace sim::explain
