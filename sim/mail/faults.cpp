#include "sim/mail/faults.h"

#include "sim/core/setting_key.h"
#include "sim/mail/machine.h"

#include <string>

namespace sim::mail {

namespace {

using smtp::EnhancedCode;

struct Wording {
    std::uint16_t code = 0;
    EnhancedCode enhanced;
    std::string_view text;
};

// What a code says wherever it is given.
constexpr std::array<Wording, 8> wordings{{
    {421, {4, 3, 2}, "Service not available, closing connection"},
    {450, {4, 2, 0}, "Mailbox unavailable, try again later"},
    {451, {4, 3, 0}, "Local error in processing, try again later"},
    {452, {4, 3, 1}, "Insufficient system storage, try again later"},
    {502, {5, 5, 1}, "Command not implemented"},
    {550, {5, 7, 1}, "Requested action not taken"},
    {552, {5, 2, 2}, "Exceeded storage allocation"},
    {554, {5, 3, 0}, "Transaction failed"},
}};

// What it says at one point only; looked at first.
struct SpecialWording {
    FaultPoint point = FaultPoint::connect;
    Wording wording;
};
constexpr std::array<SpecialWording, 5> special_wordings{{
    {FaultPoint::connect, {554, {5, 3, 2}, "No SMTP service here"}},
    {FaultPoint::starttls, {454, {4, 7, 0}, "TLS not available due to temporary reason"}},
    {FaultPoint::auth, {454, {4, 7, 0}, "Temporary authentication failure"}},
    {FaultPoint::auth, {535, {5, 7, 8}, "Authentication credentials invalid"}},
    {FaultPoint::rcpt, {550, {5, 1, 1}, "User unknown"}},
}};

} // namespace

std::optional<FaultPoint> fault_point(SmtpVerb verb)
{
    return parse_enum<FaultPoint>(name_of(verb == SmtpVerb::helo ? SmtpVerb::ehlo : verb));
}

SmtpVerb verb_of(FaultPoint point)
{
    return parse_enum<SmtpVerb>(name_of(point)).value_or(SmtpVerb::none);
}

std::span<const std::uint16_t> fault_codes(FaultPoint point)
{
    static constexpr std::array<std::uint16_t, 2> connect{421, 554};
    static constexpr std::array<std::uint16_t, 3> ehlo{421, 502, 550};
    static constexpr std::array<std::uint16_t, 2> starttls{421, 454};
    static constexpr std::array<std::uint16_t, 3> auth{421, 454, 535};
    static constexpr std::array<std::uint16_t, 5> mail{421, 451, 452, 550, 552};
    static constexpr std::array<std::uint16_t, 6> rcpt{421, 450, 451, 452, 550, 552};
    static constexpr std::array<std::uint16_t, 3> data{421, 451, 554};
    static constexpr std::array<std::uint16_t, 6> text{421, 450, 451, 452, 552, 554};
    switch (point) {
    case FaultPoint::connect:
        return connect;
    case FaultPoint::ehlo:
        return ehlo;
    case FaultPoint::starttls:
        return starttls;
    case FaultPoint::auth:
        return auth;
    case FaultPoint::mail:
        return mail;
    case FaultPoint::rcpt:
        return rcpt;
    case FaultPoint::data:
        return data;
    case FaultPoint::text:
        return text;
    }
    return {};
}

std::string_view name_of_delay(Duration delay)
{
    for (const FaultDelay& each : fault_delays)
        if (each.length == delay) return each.name;
    return "off";
}

smtp::server::Judgement fault_judgement(FaultPoint point, std::uint16_t code)
{
    const Wording* found = nullptr;
    for (const Wording& wording : wordings)
        if (wording.code == code) found = &wording;
    for (const SpecialWording& special : special_wordings)
        if (special.point == point && special.wording.code == code) found = &special.wording;
    smtp::server::Judgement judgement;
    judgement.reason = SmtpReason::fault_injected;
    judgement.code = code;
    if (found == nullptr) return judgement; // the words of the reason do for any code
    judgement.text = std::string{found->text};
    judgement.enhanced = found->enhanced;
    return judgement;
}

void tell_certificate_fault(Machine& machine, ConnectionId connection, std::string_view kind)
{
    const Assignment setting{server_setting(machine.name(), "certificate"), std::string{kind}};
    machine.append(connection,
                   FaultInjected{Fault::certificate_made_wrong, machine.note(to_text(setting))});
}

} // namespace sim::mail
