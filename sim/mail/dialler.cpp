#include "sim/mail/dialler.h"

namespace sim::mail {

std::optional<Endpoint> Dialler::literal(std::string_view host, std::uint16_t port)
{
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const auto address = parse_address(host);
    if (!address) return std::nullopt;
    return Endpoint{*address, port};
}

dns::QuestionId Dialler::look_up(std::string_view host, std::uint16_t port)
{
    const dns::QuestionId question = machine_.resolve(program_, host, dns::RecordType::a);
    ports_.emplace(question, port);
    return question;
}

std::optional<Dialler::Answer> Dialler::handle_answer(const dns::Answered& answer)
{
    const auto asked = ports_.find(answer.id);
    if (asked == ports_.end()) return std::nullopt;
    Answer found{answer.id, answer.outcome, {}};
    if (answer.outcome == DnsOutcome::found) {
        for (const dns::ARecord& record : dns::all_of_kind<dns::ARecord>(answer.records))
            found.endpoints.push_back({record.address, asked->second});
    }
    ports_.erase(asked);
    return found;
}

} // namespace sim::mail
