#include "sim/explain/describe.h"

#include "sim/explain/nouns.h"
#include "sim/explain/sentence.h"

#include <fmt/format.h>

namespace sim::explain {

Facts::Facts(const Event& event, const Context& context) : context_{context}
{
    add("host", host_name(event.host, context));
    add("person", person_at(event.host, context));
}

Facts& Facts::add(std::string_view name, std::string value) &
{
    arguments_.push_back({name, std::move(value)});
    return *this;
}

Facts& Facts::add(std::string_view name, const Blob& text) &
{
    return add(name, show_bytes(context_.trace.view(text)));
}

namespace {

std::string key_of(std::string_view prefix, Kind kind, const std::string& variant)
{
    std::string key = fmt::format("{}.{}", prefix, name_of(kind));
    if (!variant.empty()) key += "." + variant;
    return key;
}

Mark mark_of_packet(const Event& event, const PacketHead& packet, const Trace& trace)
{
    switch (nature_of(event, packet, trace)) {
    case PacketNature::syn:
    case PacketNature::data:
        return Mark::clear;
    case PacketNature::tls_data:
        return Mark::encrypted;
    default:
        return Mark::quiet;
    }
}

Mark mark_of_line(bool encrypted)
{
    return encrypted ? Mark::encrypted : Mark::clear;
}

// One overload for each kind that has a mark of its own; the others have none.
struct Marker {
    const Event& event;
    const Trace& trace;

    Mark operator()(const PacketSent& what) const
    {
        return mark_of_packet(event, what.packet, trace);
    }
    Mark operator()(const PacketDelivered& what) const
    {
        return mark_of_packet(event, what.packet, trace);
    }
    Mark operator()(const PacketDropped& /*what*/) const { return Mark::blocked; }
    Mark operator()(const PacketAltered& /*what*/) const { return Mark::blocked; }
    Mark operator()(const PortClosed& /*what*/) const { return Mark::blocked; }
    Mark operator()(const ConnectionFailed& /*what*/) const { return Mark::blocked; }
    Mark operator()(const TlsFailed& /*what*/) const { return Mark::blocked; }
    Mark operator()(const MailBounced& /*what*/) const { return Mark::blocked; }
    Mark operator()(const RecipientRefused& /*what*/) const { return Mark::blocked; }
    Mark operator()(const PolicyJudged& what) const
    {
        const bool stops =
            what.verdict == PolicyVerdict::deferred || what.verdict == PolicyVerdict::rejected;
        return stops ? Mark::blocked : Mark::none;
    }
    Mark operator()(const DnsAsked& /*what*/) const { return Mark::quiet; }
    Mark operator()(const DnsServed& /*what*/) const { return Mark::quiet; }
    Mark operator()(const DnsResolved& /*what*/) const { return Mark::quiet; }
    Mark operator()(const TlsHandshakeMessage& what) const { return mark_of_line(what.encrypted); }
    Mark operator()(const TlsRecord& what) const { return mark_of_line(what.content_type == 23); }
    Mark operator()(const TlsEstablished& /*what*/) const { return Mark::encrypted; }
    Mark operator()(const CertificateJudged& what) const
    {
        return what.went_on ? Mark::none : Mark::blocked;
    }
    Mark operator()(const SmtpCommand& what) const { return mark_of_line(what.encrypted); }
    Mark operator()(const SmtpReply& what) const { return mark_of_line(what.encrypted); }
    Mark operator()(const SmtpText& what) const { return mark_of_line(what.encrypted); }
    Mark operator()(const Pop3Command& what) const { return mark_of_line(what.encrypted); }
    Mark operator()(const Pop3Reply& what) const { return mark_of_line(what.encrypted); }
    Mark operator()(const AuthTried& what) const
    {
        return what.succeeded ? Mark::secret : Mark::blocked;
    }
    Mark operator()(const MailQueued& /*what*/) const { return Mark::accepted; }
    Mark operator()(const MailHandedOver& /*what*/) const { return Mark::accepted; }
    Mark operator()(const MailDelivered& /*what*/) const { return Mark::accepted; }
    Mark operator()(const MailRetrieved& /*what*/) const { return Mark::accepted; }
    Mark operator()(const SendFinished& what) const
    {
        return what.error == UserError::none ? Mark::accepted : Mark::blocked;
    }
    Mark operator()(const CrowdAttemptEnded& what) const
    {
        return what.accepted ? Mark::accepted : Mark::blocked;
    }
    Mark operator()(const FetchFinished& what) const
    {
        return what.error == UserError::none ? Mark::accepted : Mark::blocked;
    }
    template <typename Other>
    Mark operator()(const Other& /*what*/) const
    {
        return Mark::none;
    }
};

} // namespace

std::string describe(const Event& event, Level level, const Context& context)
{
    const Said said =
        said_of(event, {context.scenario, context.trace, context.language, context.secrets, level});
    std::string key = key_of("event", event.kind(), said.variant);
    key += '.';
    key += name_of(level);
    return context.language.text(key, said.arguments);
}

std::string headline(const Event& event, const Context& context)
{
    const Said said = said_of(event, context);
    return context.language.text(key_of("headline", event.kind(), said.headline), said.arguments);
}

std::string wording_of(const Event& event, const Context& context)
{
    return key_of("event", event.kind(), said_of(event, context).variant);
}

Mark mark_of(const Event& event, const Context& context)
{
    return std::visit(Marker{event, context.trace}, event.what);
}

} // namespace sim::explain
