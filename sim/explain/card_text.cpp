// A why card in words, in the rows of the design: who, rule, hit, shown, purpose, cure.
#include "sim/core/setting_key.h"
#include "sim/explain/card_messages.h"
#include "sim/explain/nouns.h"
#include "sim/explain/stranger.h"
#include "sim/explain/why.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace sim::explain {

namespace {

// A fault that was switched on is told as what it stands for: the mailbox is full, the line is cut.
WhyCard as_in_life(WhyCard card, const Trace& trace)
{
    if (!card.fault.exists() || card.obstacle != Obstacle::fault) return card;
    switch (std::get<FaultInjected>(trace.at(card.fault).what).fault) {
    case Fault::reply_replaced: {
        const auto* reply = std::get_if<SmtpReply>(&trace.at(card.stopped).what);
        card.obstacle = Obstacle::refusal;
        card.reason =
            reply == nullptr ? std::nullopt : reason_of_stranger(card.reply, reply->to, {});
        break;
    }
    case Fault::connection_cut:
        card.obstacle = Obstacle::connection_lost;
        break;
    case Fault::delayed:
        card.obstacle = Obstacle::reply_late;
        break;
    case Fault::certificate_made_wrong:
        card.obstacle = Obstacle::certificate;
        break;
    case Fault::dns_failing:
        card.obstacle = Obstacle::name_server_failed;
        break;
    }
    return card;
}

class Writer {
public:
    Writer(WhyCard card, const Context& context)
        : card_{std::move(card)}, context_{context}, language_{context.language}
    {
    }

    [[nodiscard]] CardText write() const
    {
        CardText text;
        text.title = language_.text("why.title");
        const auto add = [&](CardRow row, std::vector<std::string> lines) {
            if (lines.empty()) return;
            text.rows.push_back(
                {row, language_.text(fmt::format("why.label.{}", name_of(row))), std::move(lines)});
        };
        add(CardRow::who, {who()});
        add(CardRow::rule, rule());
        add(CardRow::hit, hit());
        add(CardRow::shown, card_.outside ? shown_outside() : shown());
        add(CardRow::purpose, {purpose()});
        add(CardRow::cure, cure());
        return text;
    }

private:
    [[nodiscard]] std::string who() const
    {
        if (!card_.who.exists()) return language_.text("why.who.nobody");
        std::string name = host_name(card_.who, context_);
        std::string area = without_brackets(area_name(card_.who, context_));
        // A name that says already whose it is needs no more; "elsewhere" is nobody's.
        const bool says_it = name.find(area) != std::string::npos || is_elsewhere(card_.who);
        return language_.text(says_it ? "why.who.host" : "why.who.host_in_area",
                              {{"name", std::move(name)}, {"area", std::move(area)}});
    }

    [[nodiscard]] bool is_elsewhere(HostId host) const
    {
        const scenario::Host* found = host_at(host, context_.scenario);
        return found != nullptr &&
               std::ranges::any_of(context_.scenario.areas, [&](const scenario::Area& area) {
                   return area.key == found->area && area.kind == scenario::AreaKind::elsewhere;
               });
    }

    [[nodiscard]] std::vector<std::string> rule() const
    {
        if (const scenario::FirewallRule* found = rule_at(card_.rule, context_.scenario)) {
            std::vector<std::string> lines{
                language_.text("why.rule.numbered",
                               {{"rule_number", fmt::format("{}", card_.rule_number)},
                                {"rule", pick(found->name, language_)}})};
            if (card_.verdict && *card_.verdict != Verdict::pass) {
                // A rule is named for what it did before somebody switched it.
                const bool switched = found->written.value_or(found->verdict) == Verdict::pass;
                lines.push_back(language_.text(fmt::format(
                    "why.{}.{}", switched ? "switched" : "verdict", name_of(*card_.verdict))));
            }
            return lines;
        }
        std::vector<std::string> lines{language_.text(rule_key())};
        if (card_.tls == TlsFailure::peer_alert && card_.alert) {
            const std::string name = alert_name(*card_.alert);
            lines.push_back(language_.text(
                "why.alert.named", {{"name", name}, {"meaning", noun("alert", name, language_)}}));
        }
        if (card_.code != 0 && !card_.reply.empty()) {
            lines.push_back(
                language_.text("why.reply.words", {{"reply", show_bytes(card_.reply)}}));
        }
        if (card_.waited) {
            lines.push_back(language_.text(
                "why.gave_up.waited",
                {{"who", host_name(card_.sender, context_)},
                 {"time",
                  describe(std::chrono::round<std::chrono::seconds>(*card_.waited), language_)}}));
        }
        if (card_.failed_logins.size() > 1) {
            std::vector<std::string> names;
            names.reserve(card_.failed_logins.size());
            for (const Mechanism mechanism : card_.failed_logins)
                names.push_back(mechanism_name(mechanism));
            lines.push_back(
                language_.text("why.logins.failed",
                               {{"count", fmt::format("{}", names.size())},
                                {"mechanisms", fmt::format("{}", fmt::join(names, ", "))}}));
        }
        return lines;
    }

    // The most exact thing that is known: the server's own reason, the verdict on the certificate,
    // what was noticed; else what kind of obstacle it was.
    [[nodiscard]] std::string rule_key() const
    {
        if (card_.obstacle == Obstacle::client_certificate ||
            card_.obstacle == Obstacle::plain_instead_of_tls ||
            card_.obstacle == Obstacle::waits_for_tls)
            return fmt::format("why.obstacle.{}.rule", name_of(card_.obstacle));
        if (card_.flaw && is_token_flaw(*card_.flaw))
            return fmt::format("why.flaw.{}.rule", name_of(*card_.flaw));
        if (card_.reason && is_refusal(*card_.reason))
            return fmt::format("why.reason.{}.rule", name_of(*card_.reason));
        if (card_.pop3_reason && is_refusal(*card_.pop3_reason))
            return fmt::format("why.pop3.{}.rule", name_of(*card_.pop3_reason));
        if (card_.certificate && *card_.certificate != CertificateVerdict::valid)
            return fmt::format("why.certificate.{}", name_of(*card_.certificate));
        if (card_.outside && is_about_certificate(card_)) return "why.tls.certificate_distrusted";
        if (card_.tls) return fmt::format("why.tls.{}", name_of(*card_.tls));
        if (card_.dns) return fmt::format("why.dns.{}", name_of(*card_.dns));
        if (card_.only_header_is_8bit) return "why.problem.needs_smtputf8_header";
        if (card_.problem) return fmt::format("why.problem.{}", name_of(*card_.problem));
        return fmt::format("why.obstacle.{}.rule", name_of(card_.obstacle));
    }

    [[nodiscard]] std::string purpose() const
    {
        if (const scenario::FirewallRule* found = rule_at(card_.rule, context_.scenario))
            return pick(found->purpose, language_);
        if (card_.flaw && is_token_flaw(*card_.flaw))
            return language_.text(fmt::format("why.flaw.{}.purpose", name_of(*card_.flaw)));
        if (card_.reason && is_refusal(*card_.reason))
            return language_.text(fmt::format("why.reason.{}.purpose", name_of(*card_.reason)));
        if (card_.pop3_reason && is_refusal(*card_.pop3_reason))
            return language_.text(fmt::format("why.pop3.{}.purpose", name_of(*card_.pop3_reason)));
        // That both have no way in common is not for want of encryption.
        if (card_.problem == SmtpProblem::no_common_mechanism)
            return language_.text("why.reason.auth_unknown_mechanism.purpose");
        return language_.text(fmt::format("why.obstacle.{}.purpose", name_of(card_.obstacle)));
    }

    // ---- what was hit -------------------------------------------------------------------------

    [[nodiscard]] std::string hit_words() const
    {
        return std::visit([&](const auto& hit) { return on(hit); }, card_.hit);
    }
    [[nodiscard]] std::vector<std::string> hit() const
    {
        std::vector<std::string> lines{hit_words()};
        const auto add = [&](std::string_view key, const std::vector<std::string>& recipients) {
            if (recipients.empty()) return;
            std::string all = fmt::format("{}", fmt::join(recipients, ", "));
            lines.push_back(language_.text(key, {{"recipients", show_bytes(all)}}));
        };
        add("why.for.refused", card_.recipients);
        add("why.for.reached", card_.reached);
        return lines;
    }

    [[nodiscard]] std::string on(const HitPacket& hit) const
    {
        const bool icmp = hit.transport == Transport::icmp;
        return language_.text(
            "why.hit.packet",
            {{"transport", std::string{name_of(hit.transport)}},
             {"source", icmp ? to_string(hit.source.address) : to_string(hit.source)},
             {"destination",
              icmp ? to_string(hit.destination.address) : to_string(hit.destination)}});
    }
    [[nodiscard]] std::string on(const HitLine& hit) const
    {
        return language_.text("why.hit.line", {{"line", show_line(hit.line, context_)}});
    }
    [[nodiscard]] std::string on(const HitName& hit) const
    {
        return language_.text(
            "why.hit.name", {{"name", show_bytes(hit.name)}, {"type", record_type_name(hit.type)}});
    }
    [[nodiscard]] std::string on(const HitCertificate& hit) const
    {
        // "CN=mail.kumo.example": the name alone, where there is nothing but a name.
        constexpr std::string_view common_name = "CN=";
        std::string_view subject = hit.subject;
        if (subject.starts_with(common_name) && subject.find(", ") == std::string_view::npos)
            subject.remove_prefix(common_name.size());
        return language_.text(
            "why.hit.certificate",
            {{"subject", show_bytes(subject)}, {"dialled", show_bytes(hit.dialled)}});
    }
    [[nodiscard]] std::string on(const HitServer& hit) const
    {
        return language_.text("why.hit.server", {{"server", to_string(hit.server)}});
    }

    // ---- what the sender sees -----------------------------------------------------------------

    [[nodiscard]] std::vector<std::string> shown() const
    {
        if (card_.shown == UserError::none) {
            const bool waits = context_.trace.at(card_.outcome).kind() == Kind::mail_deferred;
            return {language_.text(waits ? "why.shown.waiting" : "why.shown.bounce")};
        }
        // 530 has one dialog, whatever comes first.
        const bool tls_first =
            card_.shown == UserError::auth_required && card_.reason == SmtpReason::tls_required;
        std::vector<std::string> lines{
            language_.text(tls_first ? "why.shown.tls_required"
                                     : fmt::format("why.shown.{}", name_of(card_.shown)))};
        const std::vector<std::string> codes = error_codes(card_.shown, card_.system);
        if (!codes.empty()) {
            lines.push_back(
                language_.text(fmt::format("why.codes.{}", name_of(card_.system)),
                               {{"codes", fmt::format("{}", fmt::join(codes, " / "))}}));
        }
        if (card_.verdict == Verdict::reject_rst && card_.system == scenario::System::windows)
            lines.push_back(language_.text("why.shown.reset_seen_elsewhere"));
        return lines;
    }

    // Of a real program only what its machine makes of it is known: the loopback connection stands
    // before the simulated one is asked for.
    [[nodiscard]] std::vector<std::string> shown_outside() const
    {
        if (context_.trace.at(card_.outcome).kind() != Kind::connection_failed) return {};
        return {language_.text("why.shown.accepted_by_machine")};
    }

    // ---- the cure -----------------------------------------------------------------------------

    // Of an account: "fault.mail.kumo.example.reply.auth" is none of its settings.
    [[nodiscard]] std::string setting(std::string_view name) const
    {
        for (const auto& [key, value] : card_.cure.settings) {
            const auto parsed = parse_setting_key(key);
            const bool of_account = parsed && (parsed->group == SettingGroup::client ||
                                               parsed->group == SettingGroup::fetch);
            if (of_account && parsed->name == name) return value;
        }
        return {};
    }

    // The account as it will be: what the cure changes, else what it is now.
    [[nodiscard]] std::vector<std::string> cure() const
    {
        std::string server = setting("server");
        std::string port = setting("port");
        if (!card_.cure.server.empty()) {
            server = card_.cure.server;
            port = fmt::format("{}", card_.cure.port);
        } else if (card_.outside) {
            const HostId host = host_at(card_.outside->address, context_.scenario);
            const scenario::Host* known = host_at(host, context_.scenario);
            if (server.empty() && known != nullptr) server = known->key;
            if (port.empty()) port = fmt::format("{}", card_.outside->port);
        } else if (const auto* program = program_at(card_.sender, context_.scenario)) {
            const bool fetching = context_.trace.at(card_.outcome).kind() == Kind::fetch_finished;
            const auto& account = fetching ? program->fetching : program->sending;
            if (account && server.empty()) server = account->server;
            if (account && port.empty()) port = fmt::format("{}", account->port);
        }
        const scenario::FirewallRule* found = rule_at(card_.rule, context_.scenario);
        const std::string protection = setting("protection");
        const std::string auth = setting("auth");
        const auto words_of = [&](CureKind kind) {
            return language_.text(
                fmt::format("why.cure.{}", name_of(kind)),
                {{"server", server},
                 {"port", port},
                 {"protection", choice("protection", protection)},
                 {"auth", choice("auth", auth)},
                 {"rule", found != nullptr ? pick(found->name, language_) : std::string{"-"}},
                 {"who", who()}});
        };
        std::vector<std::string> lines{words_of(card_.cure.kind)};
        // Half of what is to be set is no cure.
        const bool about_protection = card_.cure.kind == CureKind::turn_on_tls ||
                                      card_.cure.kind == CureKind::match_protection;
        if (about_protection && !auth.empty())
            lines.push_back(language_.text("why.cure_too.auth", {{"auth", choice("auth", auth)}}));
        for (const auto& [key, value] : card_.cure.settings) {
            const bool hide = key.ends_with(".password") && context_.secrets == Secrets::masked;
            lines.push_back(
                language_.text("why.cure_setting.key",
                               {{"key", key}, {"value", hide ? std::string{"********"} : value}}));
        }
        lines.insert(lines.end(), card_.cure.lines.begin(), card_.cure.lines.end());
        lines.push_back(proof());
        for (const CureKind kind : card_.cure.also) {
            lines.push_back(language_.text("why.proof.also", {{"cure", words_of(kind)}}));
        }
        if (asks_somebody()) {
            const Instant when = context_.trace.at(card_.outcome).at;
            lines.push_back(
                language_.text("why.tell.facts",
                               {{"time",
                                 fmt::format("{} {}",
                                             date_of(when, context_.scenario),
                                             clock_time(when, context_.scenario))},
                                {"hit", hit_words()},
                                {"rule", fmt::format("{}", fmt::join(rule(), " / "))}}));
        }
        return lines;
    }

    // What a setting is switched to, as the settings call it.
    [[nodiscard]] std::string choice(std::string_view group, const std::string& value) const
    {
        return value.empty() ? std::string{"-"}
                             : language_.text(fmt::format("why.{}.{}", group, value));
    }

    // Somebody else has to act, and wants to know what happened.
    [[nodiscard]] bool asks_somebody() const
    {
        const Proof proof = card_.cure.proof;
        if (proof == Proof::gets_further || proof == Proof::nothing || proof == Proof::cut_off)
            return true;
        return card_.cure.kind == CureKind::ask_operator ||
               card_.cure.kind == CureKind::operators_change ||
               card_.cure.kind == CureKind::renew_certificate;
    }

    // What the runs have shown.
    [[nodiscard]] std::string proof() const
    {
        const Cure& cure = card_.cure;
        const std::string key = fmt::format("why.proof.{}", name_of(cure.proof));
        switch (cure.proof) {
        case Proof::delivers:
            return proof_of_delivery();
        case Proof::gets_further: {
            const Setback& end = *cure.further;
            const std::string step = noun("step", name_of(end.step), language_);
            const std::string& said = end.reply.empty() ? end.said_by : end.reply;
            // The mail program itself: there is no server to be named.
            if (said.empty()) return language_.text(key + "_silently", {{"step", step}});
            return language_.text(key, {{"step", step}, {"said", show_bytes(said)}});
        }
        case Proof::nothing:
        case Proof::cut_off:
            return language_.text(key, {{"count", fmt::format("{}", cure.tried)}});
        case Proof::not_tried:
            break;
        }
        return language_.text(key);
    }

    // Of what is no setting the words say what it was tried with.
    [[nodiscard]] std::string proof_of_delivery() const
    {
        const Cure& cure = card_.cure;
        if (!cure.recipient.empty() || !cure.sender.empty()) {
            const bool is_sender = cure.recipient.empty();
            return language_.text(
                is_sender ? "why.proved.sender" : "why.proved.recipient",
                {{"address", show_bytes(is_sender ? cure.sender : cure.recipient)}});
        }
        if (cure.kind == CureKind::make_room || cure.kind == CureKind::smaller_message)
            return language_.text(fmt::format("why.proved.{}", name_of(cure.kind)));
        return language_.text("why.proof.delivers");
    }

    // "Kumo Mail" of "Kumo Mail (provider)", since it stands in brackets itself.
    [[nodiscard]] static std::string without_brackets(std::string name)
    {
        for (const std::string_view bracket : {" (", "（"}) {
            const std::size_t at = name.find(bracket);
            if (at != std::string::npos && at > 0) name.resize(at);
        }
        return name;
    }

    WhyCard card_;
    const Context& context_;
    const Language& language_;
};

} // namespace

CardText describe(const WhyCard& card, const Context& context)
{
    return Writer{as_in_life(card, context.trace), context}.write();
}

} // namespace sim::explain
