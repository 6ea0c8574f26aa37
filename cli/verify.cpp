// hikyaku verify: what a receiver's SPF, DKIM and DMARC come to for one message, with the zone from
// a file: first the field that a receiver puts on top of it, then, a line a step, why.

#include "cli/auth_words.h"
#include "cli/zone_file.h"
#include "sim/auth/results_field.h"
#include "sim/mail/checked_mail.h"
#include "sim/mail/message.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <ostream>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {

namespace {

using sim::report::Lines;
using sim::report::Role;

struct Verified {
    sim::auth::SpfOutcome spf;
    std::vector<sim::auth::DkimOutcome> dkim;
    std::size_t signatures_left_out = 0;
    sim::auth::DmarcOutcome dmarc;
    std::string field;
    std::size_t false_results = 0;
};

template <typename Query>
void answer_all(Query& query, const Zone& zone)
{
    while (query.question())
        query.handle_answer(zone.answer(*query.question()));
}

Verified look(const sim::auth::MailText& mail,
              sim::auth::SpfFacts envelope,
              const Zone& zone,
              const std::string& receiver)
{
    const std::int64_t now = envelope.unix_time_s;
    const std::string sender = envelope.mail_from;
    const std::string helo = envelope.helo;
    Verified verified;
    sim::auth::SpfQuery spf{std::move(envelope)};
    answer_all(spf, zone);
    verified.spf = spf.outcome();
    sim::auth::DkimQuery dkim{mail, now};
    answer_all(dkim, zone);
    verified.dkim = dkim.outcomes();
    verified.signatures_left_out = dkim.left_out();
    sim::auth::DmarcQuery dmarc{sim::auth::dmarc_facts(
        mail, verified.spf.result, sim::auth::spf_domain(sender, helo), verified.dkim)};
    answer_all(dmarc, zone);
    verified.dmarc = dmarc.outcome();
    verified.field =
        sim::auth::results_field({receiver,
                                  sim::auth::SpfSeen{verified.spf.result, sender, helo},
                                  verified.dkim,
                                  verified.dmarc});
    verified.false_results = sim::mail::count_false_results(mail, receiver);
    return verified;
}

void add_field(Lines& lines, const std::string& field)
{
    std::string_view rest = field;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find("\r\n"), rest.size());
        // A tab folds a field; on a screen blanks do.
        std::string line{rest.substr(0, end)};
        if (line.starts_with('\t')) line.replace(0, 1, "        ");
        lines.push_back({{{line, Role::heading}}, {}});
        rest.remove_prefix(std::min(end + 2, rest.size()));
    }
}

void explain(const Context& context, const VerifyOptions& options, const Verified& verified)
{
    const SpfOptions& envelope = options.envelope;
    Lines lines;
    add_field(lines, verified.field);
    lines.push_back({});
    if (verified.false_results > 0) {
        const auto words = context.text(
            "verify.false_results",
            {{"count", std::to_string(verified.false_results)}, {"receiver", envelope.receiver}});
        add_wrapped(lines, words, Role::blocked, context.columns);
        lines.push_back({});
    }
    lines.push_back({{{fmt::format("SPF: {}", sim::name_of(verified.spf.result)),
                       role_of(verified.spf.result)}},
                     {}});
    explain_spf(lines,
                context,
                envelope.ip,
                sim::auth::spf_domain(envelope.sender, envelope.helo),
                verified.spf);
    lines.push_back({});
    for (const auto& signature : verified.dkim) {
        explain_dkim(lines, context, signature);
        lines.push_back({});
    }
    if (verified.dkim.empty()) {
        lines.push_back({{{"DKIM: none", Role::emphasis}}, {}});
        add_wrapped(lines, context.text("dkim.result.none"), Role::plain, context.columns);
        lines.push_back({});
    }
    if (verified.signatures_left_out > 0) {
        add_wrapped(lines,
                    context.text("dkim.left_out",
                                 {{"count", std::to_string(verified.signatures_left_out)},
                                  {"most", std::to_string(sim::auth::most_signatures)}}),
                    Role::plain,
                    context.columns);
        lines.push_back({});
    }
    explain_dmarc(lines, context, verified.dmarc);
    context.print(lines);
}

void print_json(const Context& context, const Verified& verified)
{
    nlohmann::json dkim = nlohmann::json::array();
    for (const auto& signature : verified.dkim)
        dkim.push_back(to_json(signature));
    const nlohmann::json all{{"field", verified.field},
                             {"false_results", verified.false_results},
                             {"spf", to_json(verified.spf)},
                             {"dkim", dkim},
                             {"signatures_left_out", verified.signatures_left_out},
                             {"dmarc", to_json(verified.dmarc)}};
    // What a message or a record holds may be no UTF-8.
    context.environment.out << all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
                            << '\n';
}

} // namespace

ExitCode verify(const Context& context, const VerifyOptions& options)
{
    const SpfOptions& envelope = options.envelope;
    const auto ip = sim::auth::parse_ip(envelope.ip);
    if (!ip) {
        context.complain(context.text("error.no_ip", {{"option", "--ip"}, {"ip", envelope.ip}}));
        return ExitCode::unusable;
    }
    const auto message = context.read_message(options.message_file);
    if (!message) return ExitCode::unusable;
    const auto zone = read_zone(context, envelope.zone_file);
    if (!zone) return ExitCode::unusable;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const Verified verified = look(sim::mail::mail_text(sim::mail::normalise_line_ends(*message)),
                                   {*ip,
                                    envelope.helo,
                                    envelope.sender == "<>" ? "" : envelope.sender,
                                    envelope.receiver,
                                    std::chrono::duration_cast<std::chrono::seconds>(now).count()},
                                   *zone,
                                   envelope.receiver);
    if (envelope.json) {
        print_json(context, verified);
    } else {
        explain(context, options, verified);
    }
    return ExitCode::ok;
}

} // namespace cli
