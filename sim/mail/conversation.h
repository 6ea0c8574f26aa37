// One end of a conversation: a channel, and the session that speaks on it. What comes is told to
// the session; after all that it is told, its outputs are handed out.
#pragma once

#include "sim/mail/channel.h"
#include "sim/mail/drain.h"
#include "sim/mail/machine.h"

#include <string_view>

namespace sim::mail {

template <typename Session>
class Conversation : protected ChannelUser {
public:
    void handle_received(std::string_view bytes) { channel_.handle_received(bytes); }
    void handle_peer_finished() { channel_.handle_peer_finished(); }
    void handle_ended() { handle_end(); }
    void handle_timeout()
    {
        const CauseScope timer{machine_.trace(),
                               machine_.tell_deadline(channel_.connection(), session_.deadline())};
        session_.handle_timeout(machine_.now());
        drain();
    }
    [[nodiscard]] Instant next_timeout() const { return session_.next_timeout(); }

protected:
    template <typename Config>
    Conversation(Machine& machine, ConnectionId connection, const Config& config)
        : machine_{machine}, channel_{machine, *this, connection}, session_{config}
    {
    }

    virtual void drain() = 0; // by hand_out(), to whoever knows what each output asks for
    template <typename On>
    void hand_out(const On& on)
    {
        drain_(session_, on);
    }

    [[nodiscard]] Machine& machine() const { return machine_; }
    [[nodiscard]] Channel& channel() { return channel_; }
    [[nodiscard]] Session& session() { return session_; }

    void handle_plaintext(std::string_view bytes) override
    {
        session_.handle_bytes(bytes, machine_.now());
        drain();
    }
    void handle_tls_established(const tls::Established& /*what*/) override
    {
        session_.handle_tls_established(machine_.now());
        drain();
    }
    void handle_tls_failed(const tls::Failed& /*why*/) override
    {
        session_.handle_tls_failed(machine_.now());
        drain();
    }
    void handle_end() override
    {
        session_.handle_end_of_stream(machine_.now());
        drain();
    }

private:
    Machine& machine_;
    Channel channel_;
    Session session_;
    Drain drain_;
};

} // namespace sim::mail
