// "Why did it stop?": for every mail that a run did not deliver, and every fetch that failed, who
// stopped it, by which rule, what was hit, what the sender's program shows, what the rule is for,
// and the change of settings that cures it. Read off the trace's causes, never guessed from texts;
// a cure is proved by a run with it (cure.h).
#pragma once

#include "sim/core/trace.h"
#include "sim/evaluate.h"
#include "sim/explain/describe.h"
#include "sim/scenario/scenario.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace sim::explain {

// What kind of thing said no.
SIM_NAMED_ENUM(Obstacle,
               op25b,                 // a rule of an ISP against its customers' port 25
               ip25b,                 // a rule of a receiver against other ISPs' customers
               firewall,              // any other rule
               port_closed,           // the host is there, nobody listens at that port
               no_route,              // no way leads there
               silence,               // nobody answered and no rule was to blame
               no_free_port,          // the sender has no port left
               name_unknown,          // DNS: no such name, or none with the record that is needed
               name_server_failed,    // DNS: the server could not or would not answer
               name_server_silent,    // DNS: no answer came
               certificate,           // the server's certificate was not accepted
               tls,                   // no TLS connection could be made, certificate apart
               program_too_old,       // the server wants a newer TLS than the program speaks
               tls_not_offered,       // STARTTLS is wanted and not there
               wrong_protection,      // TLS spoken to a plain port, or the other way round
               waits_for_tls,         // neither speaks: the port waits for TLS, the program for 220
               plain_instead_of_tls,  // TLS was agreed upon, and something else came
               client_certificate,    // the server wants to see one of the client's
               auth_not_offered,      // no mechanism in common, or none offered
               would_reveal_password, // the program did not send the password in the clear
               refusal,               // a server's reply: the card's `reason` says which rule
               connection_lost,       // cut or reset under way
               reply_late,            // the server fell silent under way
               peer_misbehaved,       // it did not speak SMTP or POP3 as it should
               peer_cannot,           // it lacks what this message needs (8BITMIME, SMTPUTF8, SIZE)
               tampered,              // somebody on the way made the offer of STARTTLS unreadable
               fault);                // one that the lesson switched on

// The packet that was stopped.
struct HitPacket {
    Transport transport = Transport::tcp;
    Endpoint source;
    Endpoint destination;
};
struct HitLine { // the command that was refused; `secret` octets are masked when shown
    Line line;
};
struct HitName { // the DNS name asked for
    std::string name;
    std::uint16_t type = 0;
};
struct HitCertificate {
    CertificateVerdict verdict = CertificateVerdict::valid;
    std::string subject;
    std::string dialled;
};
struct HitServer { // the conversation with this server as a whole
    Endpoint server;
};
using Hit = std::variant<HitServer, HitPacket, HitLine, HitName, HitCertificate>;

// What would help, as a choice of words; the settings below say it exactly.
SIM_NAMED_ENUM(CureKind,
               submit_starttls,    // port 587 with STARTTLS and AUTH
               submit_tls,         // port 465 with TLS and AUTH
               own_isp_relay,      // the ISP's own mail server
               turn_on_auth,       // the same port, with AUTH
               other_login,        // the same port, logging in in another way
               turn_on_tls,        // the same port, with the protection that it demands
               match_protection,   // the protection that this port speaks
               correct_server,     // the server's real name
               senders_provider,   // the server of whoever gave the sender that address
               another_line,       // the same account from another line
               without_protection, // it goes only where everybody on the way can read it
               other_fetching,     // a way to fetch that works
               switch_rule,        // a firewall rule of one's own can be opened
               switch_fault,       // somebody switched a fault on, and can switch it off
               renew_certificate,  // the server's operator has to
               trust_authority,    // a real mail program does not know the lesson's authority
               trust_issuer,     // our program does not know who signed a real server's certificate
               accept_older_tls, // the server speaks none as new as the program asks for
               speak_newer_tls,  // the program speaks none as new as the server asks for
               check_password,   // nothing to set: it has to be typed right
               wait_out_pause,   // the server refuses this address for a while; then, the same
               new_token,        // signing in anew gets a good one
               smaller_message,  // it is larger than the server takes
               check_address,    // the sender's or recipient's address is wrong
               make_room,        // the recipient's mailbox has been full for too long
               relay_through_isp, // a server at home hands its mail to the line's ISP
               fixed_address,     // a server at home on a line whose address does not change
               other_setting,     // any other setting of one's own
               wait,              // it will be tried again by itself, or can be sent again
               operators_change,  // nothing that the sender can change; this is what others can
               ask_operator);     // nothing that the sender can change

// What runs have shown of it.
SIM_NAMED_ENUM(Proof,
               not_tried,    // there was no run to try it in: it is advice
               delivers,     // a run with it did
               gets_further, // none delivers; this one gets furthest
               nothing,      // all that can be set was tried
               cut_off);     // none was found among as many as are tried

using Settings = std::vector<std::pair<std::string, std::string>>; // dotted key, value

struct Cure {
    CureKind kind = CureKind::ask_operator;
    Settings settings; // may be empty
    Proof proof = Proof::not_tried;
    int tried = 0;                  // runs
    std::optional<Setback> further; // gets_further: where it ends then
    std::string server;             // that the words name, where no setting says it
    std::uint16_t port = 0;
    std::vector<std::string> lines; // what no setting reaches: as it is written into a file
    // check_address: whose address it arrives at, or is sent from.
    std::string recipient;
    std::string sender;
    std::vector<CureKind> also; // each of them delivers by itself, too
};

struct WhyCard {
    MailId mail; // none when a fetch failed before there was a mail
    // Of a mail to several: whom this card speaks of, and whom the mail has reached all the same.
    // Empty where it is about all of them.
    std::vector<std::string> recipients;
    std::vector<std::string> reached;
    // SendFinished, MailDeferred, MailBounced or FetchFinished; of a real mail program on a bridge
    // the event itself at which it stopped: ConnectionFailed, SmtpReply, Pop3Reply or TlsFailed.
    EventId outcome;
    EventId stopped; // the event at which it stopped
    EventId fault;   // the FaultInjected that is to blame; none without one
    HostId who;      // who said no; none when nobody is known to have
    Obstacle obstacle = Obstacle::silence;
    RuleId rule; // op25b, ip25b, firewall
    int rule_number = 0;
    std::optional<Verdict> verdict;        // of that rule
    std::optional<SmtpReason> reason;      // refusal: the server's rule, from its own event
    std::optional<AuthFlaw> flaw;          // auth_failed: what the server knows to be wrong
    std::optional<Pop3Reason> pop3_reason; // the same of a POP3 server
    std::optional<CertificateVerdict> certificate;
    std::optional<TlsFailure> tls;
    std::optional<DnsOutcome> dns;
    std::optional<SmtpProblem> problem;
    std::optional<std::uint8_t> alert; // tls: the other end's (RFC 8446 §6)
    std::optional<Duration> waited;    // waits_for_tls: how long, until the program hung up
    // Of a refused login or a pause: how those who came from there failed to log in lately, this
    // time included. Some programs try one password in several ways.
    std::vector<Mechanism> failed_logins;
    bool offered_starttls = false;    // by a server that takes no login without it
    bool only_header_is_8bit = false; // needs_smtputf8: the addresses are plain
    std::uint16_t code = 0;           // reply code; 0 when there was none
    Hit hit;
    HostId sender;                     // whose program shows the error
    std::optional<Endpoint> outside;   // a real program's server; what it shows is not known here
    UserError shown = UserError::none; // none: the sender is told later, by a bounce, or not at all
    scenario::System system = scenario::System::linux; // of the sender's PC
    std::string reply; // the server's words, raw; empty when there were none
    Cure cure;
};

// Whether trying the same again later may help: a 4yz, or nothing that anybody said for good.
[[nodiscard]] bool is_temporary(const WhyCard& card);
// The other end ended TLS because of the certificate that it was shown.
[[nodiscard]] bool is_about_certificate(const WhyCard& card);

// Of everything that failed in trace[0, end), in the order of the outcomes; the cures are not
// looked for yet. One card for each recipient of a mail who was refused in other words.
std::vector<WhyCard>
why_cards(const Trace& trace, std::size_t end, const scenario::Scenario& scenario);

// For a trace that grows: the cards of trace[0, end) that are not among those of trace[0, since),
// and which of those are out of date: more has come of their mail, or of the connection of a real
// program, so that they are among the new ones again, if anything of theirs has still failed.
std::vector<WhyCard> new_why_cards(const Trace& trace,
                                   std::size_t since,
                                   std::size_t end,
                                   const scenario::Scenario& scenario);
[[nodiscard]] bool
is_out_of_date(const WhyCard& card, const Trace& trace, std::size_t since, std::size_t end);

SIM_NAMED_ENUM(CardRow, who, rule, hit, shown, purpose, cure);

struct CardText {
    struct Row {
        CardRow row = CardRow::who;
        std::string label;              // "止めた人"
        std::vector<std::string> lines; // words first, then codes and exact facts
    };
    std::string title;
    std::vector<Row> rows; // in the order of CardRow; rows with nothing to say are left out
};

CardText describe(const WhyCard& card, const Context& context);

// The codes and words that programs of this system show for this error, exactly as they write them:
// "10060", "0x800CCC0E", "ETIMEDOUT". Empty where there is none that we are sure of.
std::vector<std::string> error_codes(UserError error, scenario::System system);

} // namespace sim::explain
