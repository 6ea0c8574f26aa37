// Every card is proved: over thousands of made-up situations, whoever is named did it, what is told
// as temporary is, everybody to whom the mail did not come has a card, and what a card proposes
// delivers when its plan is run. What a card says is compared with the trace and with other runs,
// never with what the card was made by.
#include "sim/explain/cure.h"
#include "sim/explain/nouns.h"
#include "sim/explain/reach.h"
#include "sim/explain/rewind.h"
#include "sim/playback.h"
#include "tests/explain/situation.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace {

using namespace sim;
using namespace sim::explain;

#if defined(__SANITIZE_ADDRESS__)
#define HIKYAKU_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HIKYAKU_SANITIZED 1
#endif
#endif

// Enough for CI where the program is slow.
std::uint64_t situations()
{
#if defined(__OPTIMIZE__) && !defined(HIKYAKU_SANITIZED)
    return 3000;
#else
    return 300;
#endif
}

std::set<std::string> failed_recipients(const Outcome& outcome, MailId mail)
{
    std::set<std::string> failed;
    for (const MailResult& each : outcome.mails) {
        if (each.mail != mail) continue;
        for (const RecipientOutcome& recipient : each.recipients) {
            if (recipient.became == Became::not_sent || recipient.became == Became::bounced ||
                recipient.became == Became::waiting)
                failed.insert(recipient.address);
        }
    }
    return failed;
}

class Judge {
public:
    explicit Judge(std::uint64_t number)
        : situation_{number},
          plan_{std::make_shared<const scenario::Scenario>(situation_.world()), 1, {}},
          run_{plan_}
    {
    }

    void judge(std::map<std::string, int>& seen, int& runs, int most_runs)
    {
        const Trace& trace = run_.trace();
        Cures cures{trace, plan_, most_runs};
        std::vector<WhyCard> cards = why_cards(trace, trace.size(), run_.scenario());
        everybody_is_told(cards);
        for (WhyCard& card : cards) {
            const int before = cures.runs();
            cures.find(card);
            CHECK(cures.runs() - before <= most_runs);
            ++seen[std::string{name_of(card.obstacle)}];
            ++seen[fmt::format("  {} {}", name_of(card.cure.kind), name_of(card.cure.proof))];
            INFO(name_of(card.obstacle)
                 << ", " << name_of(card.cure.kind) << " " << name_of(card.cure.proof) << " after "
                 << card.cure.tried << " runs: " << shown(card));
            INFO("code " << card.code << " reply " << card.reply << " reason "
                         << (card.reason ? name_of(*card.reason) : "-") << " problem "
                         << (card.problem ? name_of(*card.problem) : "-"));
            whoever_is_named_did_it(card);
            temporary_is_told(card);
            the_cure_delivers(card);
            it_has_words(card);
        }
        runs += cures.runs();
    }

private:
    static std::string shown(const WhyCard& card)
    {
        std::string text;
        for (const auto& [key, value] : card.cure.settings)
            text += fmt::format("{}={} ", key, value);
        return text;
    }

    // Each recipient to whom the mail did not come stands on one card, and nobody else.
    void everybody_is_told(const std::vector<WhyCard>& cards) const
    {
        const Outcome outcome = outcome_of(run_.trace(), run_.trace().size());
        for (const MailResult& mail : outcome.mails) {
            std::multiset<std::string> told;
            const std::set<std::string> failed = failed_recipients(outcome, mail.mail);
            for (const WhyCard& card : cards) {
                if (card.mail != mail.mail) continue;
                if (card.recipients.empty()) told.insert(failed.begin(), failed.end());
                told.insert(card.recipients.begin(), card.recipients.end());
                for (const std::string& reached : card.reached)
                    CHECK_MESSAGE(failed.count(reached) == 0, reached);
            }
            CHECK(std::set<std::string>{told.begin(), told.end()} == failed);
            CHECK(told.size() == failed.size());
        }
    }

    template <typename Wanted>
    [[nodiscard]] bool has_event(HostId host, const Wanted& wanted) const
    {
        const Trace& trace = run_.trace();
        for (std::size_t i = 0; i < trace.size(); ++i)
            if (trace[i].host == host && wanted(trace[i])) return true;
        return false;
    }

    [[nodiscard]] std::string key_of(HostId host) const
    {
        return host.exists() ? run_.scenario().hosts.at(host.value).key : "nobody";
    }
    [[nodiscard]] const scenario::SmtpListener* listener_at(Endpoint at) const
    {
        for (const scenario::MailServer& server : run_.scenario().mail_servers) {
            const HostId host = host_called(server.host, run_.scenario());
            if (run_.scenario().hosts.at(host.value).addresses.front() != at.address) continue;
            for (const scenario::SmtpListener& listener : server.listeners)
                if (listener.port == at.port) return &listener;
        }
        return nullptr;
    }

    void whoever_is_named_did_it(const WhyCard& card) const
    {
        const Trace& trace = run_.trace();
        INFO("named: " << key_of(card.who));
        REQUIRE(card.stopped.exists());
        CHECK(card.stopped <= card.outcome);
        const auto said_no = [&](const Event& event) {
            const auto* smtp = std::get_if<SmtpReply>(&event.what);
            if (smtp != nullptr && smtp->side == Side::sent && smtp->code == card.code &&
                trace.view(smtp->line.bytes) == card.reply)
                return smtp->reason == card.reason;
            const auto* pop3 = std::get_if<Pop3Reply>(&event.what);
            return pop3 != nullptr && pop3->side == Side::sent && !pop3->ok;
        };
        switch (card.obstacle) {
        case Obstacle::op25b:
        case Obstacle::ip25b:
        case Obstacle::firewall:
            CHECK(has_event(card.who, [&](const Event& event) {
                const auto* dropped = std::get_if<PacketDropped>(&event.what);
                return dropped != nullptr && dropped->rule == card.rule;
            }));
            wire_and_map_agree(card);
            break;
        case Obstacle::refusal:
            if (card.mail.exists()) CHECK(card.code >= 400);
            CHECK(has_event(card.who, said_no));
            the_line_is_the_one(card);
            break;
        case Obstacle::fault:
            CHECK(trace.at(card.fault).kind() == Kind::fault_injected);
            CHECK(trace.at(card.fault).host == card.who);
            break;
        case Obstacle::port_closed:
            CHECK(has_event(card.who,
                            [](const Event& event) { return event.kind() == Kind::port_closed; }));
            break;
        case Obstacle::tampered:
            CHECK(has_event(
                card.who, [](const Event& event) { return event.kind() == Kind::packet_altered; }));
            break;
        case Obstacle::certificate:
            CHECK(has_event(card.who, [](const Event& event) {
                const auto* judged = std::get_if<CertificateJudged>(&event.what);
                return judged != nullptr && !judged->went_on;
            }));
            break;
        case Obstacle::name_unknown:
        case Obstacle::name_server_failed:
            CHECK(has_event(card.who, [&](const Event& event) {
                const auto* served = std::get_if<DnsServed>(&event.what);
                return served != nullptr &&
                       trace.view(served->name) == std::get<HitName>(card.hit).name;
            }));
            break;
        case Obstacle::connection_lost:
        case Obstacle::reply_late:
            CHECK(card.who.exists());
            break;
        case Obstacle::silence:
            CHECK_FALSE(card.who.exists());
            break;
        case Obstacle::tls_not_offered:
        case Obstacle::auth_not_offered:
        case Obstacle::waits_for_tls:
        case Obstacle::wrong_protection:
            the_server_is_such(card);
            break;
        default:
            break;
        }
    }

    // What the wire did is what is known of the network without running it.
    void wire_and_map_agree(const WhyCard& card) const
    {
        const auto* dropped = std::get_if<PacketDropped>(&run_.trace().at(card.stopped).what);
        REQUIRE(dropped != nullptr);
        const PacketHead& packet = dropped->packet;
        const auto& hit = std::get<HitPacket>(card.hit);
        CHECK(hit.source == Endpoint{packet.source, packet.source_port});
        CHECK(hit.destination == Endpoint{packet.destination, packet.destination_port});
        if (packet.transport != Transport::tcp) return;
        // A SYN, or the answer to one that a rule stopped on its way back.
        const TraceIndex::Ends& ends = run_.trace().index().connection(packet.connection).ends;
        const HostId server = host_at(ends.server_at.address, run_.scenario());
        const auto known =
            rule_that_stops(ends.client, server, ends.server_at.port, run_.scenario());
        REQUIRE(known);
        CHECK(*known == card.rule);
    }

    // What was hit is what the reply answers; of several recipients, one whom the card is about.
    void the_line_is_the_one(const WhyCard& card) const
    {
        const auto* reply = std::get_if<SmtpReply>(&run_.trace().at(card.stopped).what);
        const auto* hit = std::get_if<HitLine>(&card.hit);
        if (reply == nullptr || hit == nullptr) return;
        const std::string_view line = run_.trace().view(hit->line.bytes);
        INFO(line);
        CHECK(reply->code == card.code);
        if (reply->to == SmtpVerb::mail) CHECK(line.starts_with("MAIL FROM:"));
        if (reply->to == SmtpVerb::auth) CHECK(line.starts_with("AUTH "));
        if (reply->to == SmtpVerb::text) CHECK((line == "DATA" || line.starts_with("BDAT ")));
        if (reply->to != SmtpVerb::rcpt) return;
        CHECK(line.starts_with("RCPT TO:"));
        CHECK((card.recipients.empty() ||
               std::ranges::any_of(card.recipients, [&](const std::string& each) {
                   return line.find("<" + each + ">") != std::string_view::npos;
               })));
    }

    void the_server_is_such(const WhyCard& card) const
    {
        const TraceIndex::Ends& ends =
            run_.trace().index().connection(run_.trace().at(card.stopped).connection).ends;
        const scenario::SmtpListener* listener = listener_at(ends.server_at);
        if (listener == nullptr) return; // POP3
        CHECK(card.who == ends.server);
        using scenario::TlsMode;
        if (card.obstacle == Obstacle::waits_for_tls) CHECK(listener->tls == TlsMode::implicit);
        if (card.obstacle == Obstacle::tls_not_offered) CHECK(listener->tls == TlsMode::none);
    }

    // RFC 5321 §4.2.1: a 4yz is "not now". Nobody is sent to look for a wrong address or password.
    static void temporary_is_told(const WhyCard& card)
    {
        if (card.code / 100 != 4) return;
        CHECK(is_temporary(card));
        CHECK(card.cure.kind != CureKind::check_address);
        CHECK(card.cure.kind != CureKind::check_password);
        CHECK(card.shown != UserError::auth_failed);
    }

    [[nodiscard]] bool arrives(const Plan& plan, const WhyCard& card) const
    {
        return arrives(plan, card, card.recipients);
    }
    static bool
    arrives(const Plan& plan, const WhyCard& card, const std::vector<std::string>& recipients)
    {
        const Playback run{plan};
        const Outcome outcome = outcome_of(run.trace(), run.trace().size());
        const bool fetched = std::ranges::any_of(outcome.jobs, [](const Job& job) {
            return job.fetches && job.error == UserError::none;
        });
        if (!card.mail.exists()) return fetched;
        const std::set<std::string> failed = failed_recipients(outcome, MailId{0});
        const bool composed = !outcome.mails.empty() && !outcome.mails.front().by_server;
        REQUIRE(composed);
        if (recipients.empty()) return failed.empty();
        return std::ranges::none_of(recipients,
                                    [&](const auto& each) { return failed.count(each) > 0; });
    }

    void the_cure_delivers(const WhyCard& card) const
    {
        const Cure& cure = card.cure;
        if (cure.proof == Proof::delivers && !cure.settings.empty()) {
            const std::size_t kept = rewind_to(card, run_.trace(), run_.scenario());
            std::vector<SettingChange> changes;
            for (const auto& [key, value] : cure.settings)
                changes.push_back({key, value});
            const auto cured =
                with(plan_, changes, kept > 0 ? run_.trace()[kept].at : run_.scenario().start);
            REQUIRE(cured);
            CHECK(arrives(*cured, card));
        }
        if (cure.proof == Proof::nothing) nothing_cures(card);
        // Where a reply blames settings, the card does not stop at "ask".
        if (cure.proof == Proof::not_tried) {
            CHECK_MESSAGE((cure.kind == CureKind::check_address || !card.mail.exists() ||
                           !composed_by_program(card)),
                          name_of(cure.kind));
        }
        if (cure.proof == Proof::delivers && !cure.recipient.empty()) {
            auto changed = std::make_shared<scenario::Scenario>(*plan_.scenario);
            changed->steps.front().message.to = {cure.recipient};
            Plan plan = plan_;
            plan.scenario = std::move(changed);
            CHECK(arrives(plan, card, {cure.recipient}));
        }
    }

    [[nodiscard]] bool composed_by_program(const WhyCard& card) const
    {
        return std::ranges::any_of(run_.trace().index().of(card.mail), [&](EventId id) {
            return run_.trace().at(id).kind() == Kind::mail_composed;
        });
    }

    // Neither does any account that this test can think of.
    void nothing_cures(const WhyCard& card) const
    {
        if (!card.mail.exists()) return;
        const scenario::AccountSettings& now = *run_.scenario().programs.front().sending;
        Rng chance = rng_stream(card.outcome.value, "another account");
        for (int i = 0; i < 4; ++i) {
            std::vector<SettingChange> changes;
            const auto& server = run_.scenario().mail_servers[chance.below(2)];
            const auto& listener = server.listeners[chance.below(server.listeners.size())];
            changes.push_back({"client.server", server.host});
            changes.push_back({"client.port", fmt::format("{}", listener.port)});
            const auto protection = listener.tls == scenario::TlsMode::implicit ? "tls"
                                    : listener.tls == scenario::TlsMode::none   ? "none"
                                                                                : "starttls";
            changes.push_back({"client.protection", protection});
            changes.push_back({"client.auth", listener.auth.empty() ? "none" : "automatic"});
            // Only what the person knows: no password of anybody else.
            const auto& user = server.users.front();
            if (user.name != now.user || user.password != now.password)
                changes.back().value = "none";
            add_repair(changes, chance);
            const auto other = with(plan_, changes, run_.scenario().start);
            REQUIRE(other);
            INFO(server.host << " " << listener.port << " " << protection << " "
                             << changes.back().value);
            CHECK_FALSE(arrives(*other, card));
        }
    }

    // Something else of one's own beside it: another line, or a rule or a fault switched off.
    void add_repair(std::vector<SettingChange>& changes, Rng& chance) const
    {
        std::vector<SettingChange> repairs;
        for (const scenario::Setting& setting : scenario::settings_of(run_.scenario())) {
            const bool own_rule = setting.is.group == SettingGroup::rule &&
                                  std::ranges::any_of(run_.scenario().rules, [&](const auto& rule) {
                                      return rule.key == setting.is.name && rule.host == "pc";
                                  });
            const bool fault = setting.is.group == SettingGroup::fault && setting.value != "off";
            if (own_rule || fault) repairs.push_back({setting.key, "off"});
            if (setting.key != "client.line") continue;
            for (const std::string& line : setting.choices)
                repairs.push_back({setting.key, line});
        }
        if (!repairs.empty()) changes.push_back(repairs[chance.below(repairs.size())]);
    }

    void it_has_words(const WhyCard& card) const
    {
        for (const char* code : {"ja", "en"}) {
            const Language& words = language(code);
            const CardText text = describe(card, Context{run_.scenario(), run_.trace(), words});
            CHECK(text.rows.size() == count_of<CardRow>());
            for (const CardText::Row& row : text.rows) {
                for (const std::string& line : row.lines) {
                    CHECK_FALSE(line.empty());
                    for (const char* twice :
                         {"((", "))", "（（", "））", "「「", "」」", "()", "（）"})
                        CHECK_MESSAGE(line.find(twice) == std::string::npos, line);
                }
            }
        }
    }
    static const Language& language(const std::string& code)
    {
        static const Language ja = test::language("ja");
        static const Language en = test::language("en");
        return code == "ja" ? ja : en;
    }

    test::Situation situation_;
    Plan plan_;
    Playback run_;
};

} // namespace

TEST_SUITE("explain.situations")
{
    TEST_CASE("every card of thousands of made-up situations is true, and its cure cures")
    {
        std::uint64_t first = 0;
        std::uint64_t count = situations();
        if (const char* asked = std::getenv("HIKYAKU_SITUATIONS")) { // FIRST:COUNT
            char* colon = nullptr;
            first = std::strtoull(asked, &colon, 10);
            REQUIRE(*colon == ':');
            count = std::strtoull(colon + 1, nullptr, 10);
        }
        std::map<std::string, int> seen;
        int runs = 0;
        for (std::uint64_t number = first; number < first + count; ++number) {
            INFO("situation " << number);
            // Most get a few runs only: what is hopeless costs the most, and one in five tells.
            Judge{number}.judge(seen, runs, number % 5 == 0 ? Cures::most_runs : 10);
        }
        std::string told;
        for (const auto& [what, times] : seen)
            told += fmt::format("\n{:5} {}", times, what);
        MESSAGE(count << " situations from " << first << ", " << runs << " runs for cures" << told);
    }
}
