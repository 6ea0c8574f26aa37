#include "sim/report/tls_view.h"

#include "sim/explain/nouns.h"
#include "sim/playback.h"
#include "sim/report/tls_fields.h"
#include "sim/report/tls_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

namespace sim::report {

namespace {

using explain::TlsHidden;
using explain::TlsMessageKind;
using explain::TlsSeen;

constexpr std::size_t longest_chain = 16;
constexpr std::uint16_t tls_1_3 = 0x0304;

std::vector<std::uint8_t> octets_of(std::string_view bytes)
{
    return {bytes.begin(), bytes.end()};
}

// The certificates of a Certificate message; RFC 5246 §7.4.2, RFC 8446 §4.4.2.
std::vector<Octets> certificates_in(std::string_view message, bool is_1_3)
{
    std::vector<Octets> all;
    Octets rest{message, 0};
    if (!rest.part(4) || (is_1_3 && !rest.counted_part(1))) return all;
    auto list = rest.counted_part(3);
    while (list && !list->empty() && all.size() < longest_chain) {
        const auto one = list->counted_part(3);
        if (!one) break;
        all.push_back(*one);
        if (is_1_3 && !list->counted_part(2)) break;
    }
    return all;
}

class Inspector {
public:
    Inspector(const Source& source, ConnectionId connection)
        : source_{source}, context_{source.context()}
    {
        view_.connection = connection;
        for (const EventId id : events_before(source.trace.index().of(connection), source.end))
            events_.push_back(&source.trace.at(id));
    }

    std::optional<TlsView> inspect()
    {
        for (const Event* event : events_)
            std::visit([&](const auto& what) { on(*event, what); }, event->what);
        if (!started_) return std::nullopt;
        find_server();
        for (const Event* event : sent_)
            add_message(*event);
        view_.heading = fmt::format("{} ⇄ {}",
                                    explain::host_name(view_.client, context_),
                                    explain::host_name(view_.server, context_));
        tell_onlooker();
        return std::move(view_);
    }

private:
    [[nodiscard]] std::string_view text(const Blob& blob) const { return source_.trace.view(blob); }
    [[nodiscard]] std::string shown(const Blob& blob) const
    {
        return explain::show_bytes(text(blob));
    }
    [[nodiscard]] std::string sentence(const Event& event) const
    {
        return explain::describe(event, source_.level, context_);
    }

    // ---- collecting -------------------------------------------------------------------------

    void on(const Event& event, const TlsStarted& what)
    {
        started_ = true;
        (what.role == TlsRole::client ? view_.client : view_.server) = event.host;
    }
    void on(const Event& event, const TlsHandshakeMessage& what)
    {
        if (!is_echo(source_.trace, event)) {
            sent_.push_back(&event);
        } else {
            received_.push_back(&event);
        }
        if (chooses_tls_1_3(text(what.bytes))) is_1_3_ = true;
    }
    void on(const Event& /*event*/, const TlsRecord& what)
    {
        if (what.plaintext.size > 0) any_data_ = true;
    }
    void on(const Event& event, const CertificateJudged& what)
    {
        if (view_.judgement) return;
        view_.judgement =
            TlsJudgement{event.id,
                         what.verdict,
                         what.went_on,
                         explain::noun("certificate", name_of(what.verdict), source_.language),
                         sentence(event),
                         shown(what.dialled)};
    }
    void on(const Event& event, const TlsEstablished& what)
    {
        if (view_.agreed) return;
        if (what.version == tls_1_3) is_1_3_ = true;
        view_.agreed = TlsAgreed{event.id,
                                 tls_version_name(what.version),
                                 fmt::format("{} (0x{:04x})", shown(what.cipher_name), what.cipher),
                                 shown(what.key_exchange),
                                 shown(what.server_name),
                                 sentence(event)};
    }
    void on(const Event& event, const TlsFailed& /*what*/)
    {
        if (view_.failure) return;
        view_.failure = event.id;
        view_.failure_sentence = sentence(event);
    }
    void on(const Event& /*event*/, const auto& /*other*/) {}

    // A server that has not heard anything yet has not begun.
    void find_server()
    {
        const auto ends = explain::ends_of(*events_.back(), context_);
        if (!ends) return;
        if (!view_.client.exists()) view_.client = ends->client;
        if (!view_.server.exists()) view_.server = ends->server;
    }

    void add_message(const Event& event)
    {
        const auto& what = std::get<TlsHandshakeMessage>(event.what);
        const std::string_view bytes = text(what.bytes);
        TlsMessage message;
        message.event = event.id;
        const HostId sender = explain::speaker_of(event, context_);
        message.from_client = sender == view_.client;
        message.encrypted = what.encrypted;
        message.arrived =
            what.side == Side::received || std::ranges::any_of(received_, [&](const Event* other) {
                return other->host != event.host && other->id.value > event.id.value &&
                       text(std::get<TlsHandshakeMessage>(other->what).bytes) == bytes;
            });
        message.kind = kind_of_message(bytes);
        message.name = message_name(message.kind);
        message.sender = explain::host_name(sender, context_);
        message.meaning =
            source_.language.text(fmt::format("report.tls.message.{}", name_of(message.kind)));
        message.bytes = octets_of(bytes);
        FieldList fields{source_.language};
        add_handshake(fields, Octets{bytes, 0}, is_1_3_, 0);
        message.fields = fields.take();
        if (message.kind == TlsMessageKind::certificate && !message.from_client &&
            view_.chain.empty()) {
            for (const Octets& one : certificates_in(bytes, is_1_3_)) {
                if (auto facts = read_certificate(one.rest(), 0))
                    view_.chain.push_back({event.id, std::move(*facts), octets_of(one.rest())});
            }
        }
        view_.messages.push_back(std::move(message));
    }

    // ---- the onlooker -----------------------------------------------------------------------

    void saw(TlsSeen what, const explain::Arguments& arguments = {})
    {
        view_.onlooker_saw.push_back(
            source_.language.text(fmt::format("report.tls.seen.{}", name_of(what)), arguments));
    }
    void missed(TlsHidden what)
    {
        view_.onlooker_missed.push_back(
            source_.language.text(fmt::format("report.tls.hidden.{}", name_of(what))));
    }

    [[nodiscard]] const TlsMessage* first(TlsMessageKind kind) const
    {
        const auto found = std::ranges::find(view_.messages, kind, &TlsMessage::kind);
        return found == view_.messages.end() ? nullptr : &*found;
    }

    static std::string value_of(const TlsMessage& message, explain::TlsTerm term)
    {
        for (const Field& field : message.fields)
            if (field.name == name_of(term)) return field.value;
        return {};
    }

    void tell_onlooker()
    {
        const auto ends = explain::ends_of(*events_.back(), context_);
        if (ends) {
            saw(TlsSeen::who_talks,
                {{"client", to_string(ends->client_at)}, {"server", to_string(ends->server_at)}});
        }
        if (const TlsMessage* hello = first(TlsMessageKind::client_hello)) {
            const std::string name = value_of(*hello, explain::TlsTerm::name);
            if (name.empty()) {
                saw(TlsSeen::no_server_name);
            } else {
                saw(TlsSeen::server_name, {{"name", name}});
            }
            saw(TlsSeen::offers, {{"count", value_of(*hello, explain::TlsTerm::cipher_suites)}});
        }
        if (const TlsMessage* hello = first(TlsMessageKind::server_hello))
            saw(TlsSeen::choice, {{"cipher", value_of(*hello, explain::TlsTerm::cipher_suite)}});
        if (const TlsMessage* certificate = first(TlsMessageKind::certificate)) {
            if (certificate->encrypted) {
                missed(TlsHidden::certificate);
            } else if (!view_.chain.empty()) {
                saw(TlsSeen::certificate, {{"subject", view_.chain.front().facts.subject.value}});
            }
        }
        saw(TlsSeen::length_and_time);
        if (view_.agreed) missed(TlsHidden::keys);
        if (any_data_) missed(TlsHidden::application_data);
        if (view_.onlooker_missed.empty()) missed(TlsHidden::nothing_yet);
    }

    const Source& source_;
    explain::Context context_;
    std::vector<const Event*> events_;
    std::vector<const Event*> sent_;
    std::vector<const Event*> received_;
    bool started_ = false;
    bool is_1_3_ = false;
    bool any_data_ = false;
    TlsView view_;
};

} // namespace

std::optional<TlsView> tls_view(const Source& source, ConnectionId connection)
{
    if (!connection.exists()) return std::nullopt;
    return Inspector{source, connection}.inspect();
}

} // namespace sim::report
