// Follows one conversation through its events: in which state of its transition table each end's
// session is. For host_view.cpp.
#pragma once

#include "sim/core/trace.h"
#include "sim/report/host_view.h"

#include <string_view>

namespace sim::report {

class SessionTrack {
public:
    explicit SessionTrack(Application application) : application_{application} {}

    // An event of this connection; `at_server` says at which end.
    void follow(const Happening& what, bool at_server);

    [[nodiscard]] std::string_view client_phase() const { return client_; }
    [[nodiscard]] std::string_view server_phase() const;
    [[nodiscard]] bool encrypted() const { return client_encrypted_ && server_encrypted_; }

private:
    void at_client(const Happening& what);
    void at_server(const Happening& what);
    void say(SmtpVerb verb);
    void say(Pop3Verb verb);
    void answer(const SmtpReply& reply);
    void answer(const Pop3Reply& reply);
    void begin();
    void await_tls();
    void begin_under_tls();
    void hang_up();
    void close_server();

    Application application_;
    bool server_exists_ = false;
    SmtpPhase smtp_ = SmtpPhase::awaiting_client;
    Pop3Phase pop3_ = Pop3Phase::authorization;
    std::string_view client_;
    bool greeted_ = false; // the client has heard the greeting
    bool client_encrypted_ = false;
    bool server_encrypted_ = false;
};

} // namespace sim::report
