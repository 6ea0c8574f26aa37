// The words of their own that reports need besides the sentences about events.
#include "sim/explain/card_messages.h"
#include "sim/explain/journey_words.h"
#include "sim/explain/packet_words.h"
#include "sim/explain/sentence.h"
#include "sim/tally.h"

#include <utility>

namespace sim::explain {

namespace {

template <NamedEnum E>
MessageGroup plain(std::string prefix)
{
    return {std::move(prefix), all_names<E>(), {}, false};
}

// The journey and the verdict have words of their own at story level ("plain" are all others).
void add_journey(std::vector<MessageGroup>& groups, const std::string& tone)
{
    const std::string journey = "report.journey." + tone;
    groups.push_back(
        {journey, {"way", "port", "protection", "login", "readers", "time"}, {}, false});
    groups.push_back({journey, {"no_login", "nobody", "others", "cable"}, {}, false});
    groups.push_back({journey, {"logged_in", "login_refused"}, {"mechanism"}, false});
    groups.push_back({journey, {"could_read"}, {"readers", "what"}, false});
    groups.push_back({journey, {"tampered", "unproved"}, {"who"}, false});
    groups.push_back({journey, {"reports"}, {"to", "times"}, false});
    groups.push_back(plain<Shield>("report.shield." + tone));
    groups.push_back(plain<Exposed>("report.exposed." + tone));
    groups.push_back(
        {"report.verdict." + tone,
         all_names<Ending>(),
         {"who", "person", "reader", "what", "hops", "reached", "wanted", "until", "now", "copies"},
         false});
    groups.push_back({"report.verdict." + tone, {"anybody_at_cable"}, {}, false});
    groups.push_back({"report.verdict." + tone, {"and_others"}, {"reader"}, false});
    groups.push_back({"report.verdict." + tone, {"kept", "returned"}, {"person"}, false});
}

} // namespace

std::vector<MessageGroup> report_messages()
{
    std::vector<MessageGroup> groups{
        {"report.wire", {"heading"}, {"a", "b"}, false},
        {"report.wire", {"octets", "more"}, {"size"}, false},
        {"report.wire", {"unwrapped"}, {"text"}, false},
        {"report.wire", {"decoded"}, {"charset", "text"}, false},
        {"report", {"day"}, {"date", "day"}, false},
        {"report.lesson_part", {"watch", "idea", "cure", "questions", "limits"}, {}, false},
        {"report.stop", {"hook", "predict", "watch", "why", "cure"}, {}, false},
        {"report.notes", {"say", "watch", "ask", "asked", "right"}, {}, false},
        {"report.elapsed", {"seconds", "minutes", "hours", "days"}, {"number"}, false},
        {"report.exposed", {"and"}, {}, false},
        {"report", {"because"}, {"words"}, false},
        {"report.story", {"letter", "altered", "unanswered", "taken", "report"}, {}, false},
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
        plain<CrowdEnding>("report.crowd_ending"),
        plain<CrowdWay>("report.crowd_way"),
        {"report.tally", {"title", "attempts", "open", "course", "isps", "ways"}, {}, false},
        {"report.tally", {"part"}, {"label", "attempts", "endings"}, false},
        {"report.tally", {"hits"}, {"told", "hits", "share"}, false},
        {"report.tally", {"ended"}, {"ending", "count"}, false},
    };
    add_journey(groups, "plain");
    add_journey(groups, "story");
    return groups;
}

} // namespace sim::explain
