// The state diagram of a client, computed from its transitions.

#include "sim/smtp/client_session.h"
#include "sim/smtp/client_state.h"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sim::smtp {

using namespace client;

namespace {

struct ReplyClass {
    std::string_view name;
    std::uint16_t code;
};
constexpr std::array<ReplyClass, 5> reply_classes{
    {{"2yz", 250}, {"3yz", 354}, {"4yz", 450}, {"5yz", 550}, {"421", 421}}};

std::vector<State> states_that_hear(const ClientConfig& config)
{
    using enum InTransaction::Awaits;
    std::vector<State> states{AwaitingGreeting{},
                              AwaitingHello{},
                              AwaitingHello{true},
                              AwaitingStarttls{},
                              Authenticating{},
                              Authenticating{.first = false},
                              CancellingAuth{},
                              Ready{}};
    for (const auto awaits : {rset, mail, rcpt, data}) {
        InTransaction at;
        at.pipelined = config.wants_pipelining;
        at.awaits = awaits;
        at.accepted = awaits == data ? 1 : 0;
        states.emplace_back(at);
    }
    states.emplace_back(AwaitingVerdict{});
    states.emplace_back(Quitting{});
    return states;
}

} // namespace

std::vector<ClientSession::Transition> ClientSession::transition_table(const ClientConfig& config)
{
    const Job job = make_job(OutgoingMail{.reverse_path = "a@example.org",
                                          .recipients = {"b@example.com", "c@example.com"},
                                          .text = std::make_shared<const std::string>()});
    const Transitions transitions{config, &job};
    std::vector<Transition> table;
    for (const State& state : states_that_hear(config)) {
        for (const ReplyClass& kind : reply_classes) {
            Reply reply{kind.code, {}, {}};
            if (std::holds_alternative<AwaitingHello>(state))
                reply.text = "mx.example.com\nPIPELINING\nSTARTTLS\nAUTH PLAIN LOGIN";
            if (std::holds_alternative<AwaitingStarttls>(state) && reply.is_success())
                reply.code = 220;
            const Step step = transitions.on_reply(State{state}, reply);
            table.push_back({phase_of(state),
                             awaited_verb(state),
                             kind.name,
                             phase_of(step.next),
                             step.say,
                             step.mail_finished,
                             step.failure.has_value()});
        }
    }
    return table;
}

} // namespace sim::smtp
