// A scenario: everything that a world is built from and a lesson consists of, as plain values.
// load.h makes one from TOML files; World is made from one; settings.h changes one by a dotted key.
#pragma once

#include "sim/auth/policy.h"
#include "sim/core/address.h"
#include "sim/core/happening.h"
#include "sim/core/protection.h"
#include "sim/core/time.h"
#include "sim/mail/crowd_habits.h"
#include "sim/mail/faults.h"
#include "sim/mail/signing.h"
#include "sim/scenario/crowd_ending.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim::scenario {

// A text that a person reads, in both languages; both are always filled.
struct Text {
    std::string ja;
    std::string en;
};

// ---- places and cables ------------------------------------------------------------------------

SIM_NAMED_ENUM(AreaKind, home, isp, provider, recipient, elsewhere);

// A tinted area of the map: a household, an ISP, a company.
struct Area {
    std::string key;
    AreaKind kind = AreaKind::elsewhere;
    Text name;
};

SIM_NAMED_ENUM(HostKind, pc, router, mail_server, mailbox, name_server, other);
SIM_NAMED_ENUM(System, windows, linux); // whose connect timeouts and error codes it has

struct Host {
    std::string key; // unique; a server's is its fully qualified name
    Text name;
    Text story; // its name at story level; empty: the same
    HostKind kind = HostKind::other;
    std::string area;               // for a PC on a line: the line's area
    std::vector<Address> addresses; // none on a line: it is given the line's
    System system = System::linux;
    std::string line;                // a PC: key of the Line that it is plugged into, else empty
    std::optional<Address> resolver; // the name server that it asks; none: the line's
    // A router whose owner makes STARTTLS unreadable in what passes; switched on by settings only.
    bool strips_starttls = false;
    bool is_crowd = false; // the node of the Crowd of this key
};

// A way to get online that a PC can be plugged into: dynamic home line, fixed address, hotel, ...
struct AccessLine {
    std::string key;
    Text name;
    std::string area;
    std::string router; // host at its other end
    Address address;    // that a PC on it is given
    std::optional<Address> resolver;
    Duration latency = 5ms;
    std::uint64_t bits_per_second = 100'000'000;
};

struct Link {
    std::string key;
    std::string a; // host keys
    std::string b;
    Duration latency = 5ms;
    std::uint64_t bits_per_second = 1'000'000'000;
};

// ---- who may pass -----------------------------------------------------------------------------

// A named set of addresses that rules and relays speak of: "sakura-dynamic".
struct Group {
    std::string key;
    Text name;
    std::vector<Prefix> networks;
};

struct PortRange {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
};

// What a rule is for, so that nobody has to guess it from its ports: an ISP's block on its own
// customers' port 25, a receiver's on other ISPs' customers, or any other.
SIM_NAMED_ENUM(RuleKind, firewall, op25b, ip25b);

// One rule of a node's firewall. Rules are tried in the order in which they stand; the first that
// matches decides.
struct FirewallRule {
    std::string key; // unique in the scenario, as in --set rule.op25b=off
    RuleKind kind = RuleKind::firewall;
    std::string host;
    Text name;
    Text story; // what the guard says at story level; empty: the name
    Text purpose;
    std::vector<std::string> from; // group or host keys; empty: any
    std::vector<std::string> to;
    std::vector<std::string> except_to; // group or host keys that the rule does not mean
    std::optional<Transport> transport;
    std::vector<PortRange> ports; // destination ports; empty: any
    Verdict verdict = Verdict::pass;
    bool enabled = true;
    std::optional<Verdict> written; // when another one was set since: what the rule is named for
};

// ---- names ------------------------------------------------------------------------------------

struct DnsRecord {
    std::string name; // absolute, without the last dot
    std::string type; // "A", "MX", ...
    std::string data; // as on the right-hand side of a zone file
    Duration ttl = std::chrono::hours{1};
};

struct DnsZone {
    std::string origin; // "" is the root
    std::vector<DnsRecord> records;
};

// A name server program on a host: serves zones and, when it recurses, asks others for the rest.
struct NameServer {
    std::string host;
    std::vector<DnsZone> zones;
    bool recursive = false;
    struct Forward {
        std::string suffix; // "umi.example"; "" for everything else
        Address server;
    };
    std::vector<Forward> forwards;
    mail::DnsFault fault = mail::DnsFault::off; // switched on by settings only
};

// A block list (RFC 5782), served by the name server on a host: who is on it, and why.
struct BlockList {
    std::string domain; // in which it is asked, "list.nami.example"
    std::string host;
    struct Entry {
        std::vector<std::string> of; // groups or hosts
        auth::ListMeaning meaning = auth::ListMeaning::spam;
        std::optional<Address> code; // in 127.0.0.0/8; none: what such lists mostly answer
        std::string text;            // why, as TXT
    };
    std::vector<Entry> entries;
};
// What an entry answers.
[[nodiscard]] constexpr Address code_of(const BlockList::Entry& entry)
{
    if (entry.code) return *entry.code;
    switch (entry.meaning) {
    case auth::ListMeaning::spam:
        break;
    case auth::ListMeaning::infected:
        return Address{0x7f000004};
    case auth::ListMeaning::policy:
        return Address{0x7f00000a};
    case auth::ListMeaning::asker_error:
        return Address{0x7ffffffe};
    }
    return Address{0x7f000002};
}

// ---- mail servers -----------------------------------------------------------------------------

SIM_NAMED_ENUM(TlsMode, none, starttls, implicit);
// mx: mail for its own domains from anyone; submission: from users who log in (RFC 6409); relay:
// also from its own network (relay_for) without a login, and treated as a user's.
SIM_NAMED_ENUM(ListenerRole, mx, submission, relay);
SIM_NAMED_ENUM(
    CertificateKind, good, expired, not_yet_valid, wrong_name, self_signed, unknown_issuer);

// Versions of TLS as people call them. Older ones are refused everywhere (RFC 8996).
enum class TlsVersion : std::uint8_t { v1_2, v1_3 };
constexpr std::array<std::string_view, 2> enum_names(TlsVersion /*of*/)
{
    return {"1.2", "1.3"};
}

// One port on which a mail server answers.
struct SmtpListener {
    std::uint16_t port = 25;
    ListenerRole role = ListenerRole::mx;
    TlsMode tls = TlsMode::starttls;
    bool require_tls = false;    // before AUTH and MAIL
    bool require_auth = false;   // before MAIL
    std::vector<Mechanism> auth; // offered once the line is as safe as require_tls demands
};

struct User {
    std::string name; // as in AUTH
    std::string password;
    std::vector<std::string> addresses; // that it may send as
};

// Whoever signs the tokens that a mail server takes instead of a password: the sign-in service of
// its provider. What people do there, with a browser, is not simulated.
struct TokenIssuer {
    std::string name;
    std::string scope = "mail.send";
    Duration lifetime = std::chrono::hours{1};
};

struct Mailbox {
    std::string address;
    std::uint64_t quota_bytes = 0; // 0: none
};

// As whoever sends asks for it: a mail program, or a relay on its route.
using sim::Protection;

// Where mail for a domain goes when not by MX record: "*" for all else. With a user the relay logs
// in there, as a customer at a smart host.
struct Route {
    std::string domain;
    std::string host;
    std::uint16_t port = 25;
    std::optional<Protection> protection{}; // none: what fits the port and the login
    std::string user{};
    std::string password{};
    bool enabled = true; // off: mail goes by MX
};

// What a relay asks for on this route: TLS is a must where a password goes through it, and on the
// port where it comes first.
[[nodiscard]] constexpr Protection protection_of(const Route& route)
{
    if (route.protection) return *route.protection;
    if (route.port == 465) return Protection::tls;
    return route.user.empty() ? Protection::starttls_if_available : Protection::starttls;
}

// A DKIM key with which a server signs the mail of its users whose addresses are in its domain. The
// public half is put into the domain's zone.
struct Signing {
    std::string selector;
    std::string domain;
    auth::DkimKeyKind key = auth::DkimKeyKind::rsa;
};

// A mail transfer agent on a host: submission server, relay, MX or mailbox host, by what it is set
// to.
struct MailServer {
    std::string host; // its key is its name in 220 and EHLO
    std::vector<SmtpListener> listeners;
    std::vector<std::string> local_domains; // whose unknown recipients it refuses as unknown
    std::vector<Mailbox> mailboxes;         // kept here, of local domains
    std::vector<std::string> recipients;    // known here but kept behind a route (an MX's list)
    std::vector<std::string> relay_for;     // groups or hosts whose mail it sends on to anywhere
    // How long an address that logged in by POP3 on this host is relayed for; zero: not at all.
    Duration pop_before_smtp{};
    bool open_relay = false; // anybody's, as no server should
    // Whether those whom it relays for without a login may send as people of other domains, as a
    // customer's own mail server has to.
    bool relays_foreign_senders = true;
    // As many a server of 2022: on mx ports LF alone ends a line, on the others what is not CR LF
    // is passed on as it came.
    bool lenient_line_ends = false;
    std::vector<User> users;
    std::optional<TokenIssuer> tokens; // none: xoauth2 and oauthbearer cannot be offered
    std::vector<Route> routes;
    std::vector<Signing> signings;                         // each of them signs
    mail::SigningWay signing_way = mail::SigningWay::good; // switched by settings only
    std::uint64_t size_limit_bytes = 10'485'760;
    // How long it refuses an address that failed to log in too often; zero: never.
    Duration login_pause = 5min;
    CertificateKind certificate = CertificateKind::good;
    TlsVersion tls_min = TlsVersion::v1_2; // the oldest that it accepts
    TlsVersion tls_max = TlsVersion::v1_3; // the newest that it speaks
    bool pipelining = true;
    // What it looks at before it takes a mail, in this order; what is not here is off.
    std::vector<PolicyCheck> checks;
    auth::CheckActions check_actions;          // switched by settings only
    std::vector<std::string> dynamic_networks; // groups or hosts, for ip25b
    std::vector<std::string> block_lists;      // domains of lists
    bool lists_at_submission = false;          // asks them about users who have logged in, too
    auth::RateLimits rate;                     // of an address
    auth::RateLimits account_rate;             // of a user who has logged in
    // On mx ports: how long a caller waits for 220; who talks meanwhile is refused. Zero: not at
    // all.
    Duration greeting_delay{};
    std::vector<Duration> retry; // waits between attempts; empty: 15m 30m 1h 2h 4h ...
    Duration give_up = std::chrono::hours{120};
    mail::SmtpFaults faults; // switched on by settings only
};

// What comes of a check at this server, as it is set now.
[[nodiscard]] auth::CheckAction action_at(const MailServer& server, PolicyCheck check);
// The same of all, and all checks in order: those of its file first.
[[nodiscard]] auth::CheckActions actions_at(const MailServer& server);
[[nodiscard]] std::vector<PolicyCheck> checks_at(const MailServer& server);

struct PopListener {
    std::uint16_t port = 110;
    TlsMode tls = TlsMode::none;
    bool require_tls = false; // before USER/PASS
};

// Lets the mailboxes of the mail server on the same host be fetched.
struct PopServer {
    std::string host;
    std::vector<PopListener> listeners;
    std::vector<User> users; // `addresses` are the mailboxes
    CertificateKind certificate = CertificateKind::good;
    TlsVersion tls_min = TlsVersion::v1_2; // as of a mail server, like all below
    TlsVersion tls_max = TlsVersion::v1_3;
    Duration login_pause = 5min;
};

// ---- mail programs ----------------------------------------------------------------------------

// `automatic` is the strongest way to log in with the password; a token is for who signed in for
// one.
SIM_NAMED_ENUM(
    AuthChoice, none, automatic, plain, login, cram_md5, scram_sha_256, xoauth2, oauthbearer);
// The token that a mail program has, from the issuer of its server; all but good are refused.
SIM_NAMED_ENUM(TokenKind, good, expired, wrong_audience, wrong_scope, bad_signature);

struct AccountSettings {
    std::string server;
    std::uint16_t port = 587;
    Protection protection = Protection::starttls;
    AuthChoice auth = AuthChoice::automatic;
    std::string user;
    std::string password;
    TokenKind token = TokenKind::good;
    TlsVersion tls_min = TlsVersion::v1_2; // the oldest that it accepts
    TlsVersion tls_max = TlsVersion::v1_3; // the newest that it speaks
};

// Logs in with a token, not with the password.
[[nodiscard]] constexpr bool uses_token(AuthChoice choice)
{
    return choice == AuthChoice::xoauth2 || choice == AuthChoice::oauthbearer;
}

struct MailProgram {
    std::string key;  // "hanako"
    std::string host; // the PC that it runs on
    Text name;        // its owner's
    std::string address;
    std::optional<AccountSettings> sending;
    std::optional<AccountSettings> fetching; // POP3
};

// ---- crowds -----------------------------------------------------------------------------------

struct StolenLogins {
    std::string server; // where they are used
    std::uint16_t port = 587;
    std::vector<std::string> users; // of that server
};

// The senders' answer: when nothing that went by the crowd's way was accepted for so long, some of
// the PCs go another way, until the first is open again.
struct CrowdTurn {
    Duration after = 10min;
    int percent = 50; // of the PCs
    CrowdWay way = CrowdWay::stolen;
};

// Infected PCs that send spam: one node of many addresses on lines of one kind. Loading adds a host
// with the same key.
struct Crowd {
    std::string key;
    Text name;
    Text story;     // its name at story level; empty: the same
    Prefix network; // whose first addresses are the PCs'
    std::uint32_t count = 100;
    std::string line; // of the kind that each PC has; many PCs, so many lines
    System system = System::windows;
    Duration begins{}; // after the start of the run
    Duration duration = std::chrono::hours{1};
    std::uint32_t rate = 60;    // attempts a minute, of all together
    std::uint32_t attempts = 0; // in `duration`, whatever the rate; 0: as the rate says
    CrowdWay way = CrowdWay::direct;
    std::string isp;        // mail server of the PCs' ISP; empty: it cannot go that way
    std::string open_relay; // likewise
    std::optional<StolenLogins> stolen;
    std::string sender; // who is pretended to have written; with stolen logins their owners do
    std::vector<std::string> known;   // addresses that exist, as far as the senders know
    std::vector<std::string> traps;   // addresses that were laid out for them
    std::vector<std::string> guessed; // domains in which they guess names
    int known_percent = 0;            // of the attempts; the rest goes to guessed names
    int trap_percent = 0;
    mail::CrowdHello hello = mail::CrowdHello::address;
    int retries = 0; // of a hundred that are refused for now, so many come back ...
    Duration retry_after = 5min;
    std::optional<CrowdTurn> turn; // what they do when their way leads nowhere
};

// How many attempts it makes.
[[nodiscard]] std::uint32_t attempts_of(const Crowd& crowd);
// The address of a PC of it, from 0.
[[nodiscard]] constexpr Address address_of(const Crowd& crowd, std::uint32_t pc)
{
    const std::uint32_t skipped = crowd.network.prefix_bits < 31 ? 1 : 0; // the network's own
    return Address{crowd.network.base.value + skipped + pc};
}
// How many PCs its network has room for.
[[nodiscard]] constexpr std::uint64_t room_of(const Crowd& crowd)
{
    const std::uint64_t all = std::uint64_t{1} << (32U - crowd.network.prefix_bits);
    return crowd.network.prefix_bits < 31 ? all - 2 : all;
}
// The ways that it could go, by what its file says.
[[nodiscard]] std::vector<CrowdWay> ways_of(const Crowd& crowd);
// Its node, for Scenario::hosts.
[[nodiscard]] Host node_of(const Crowd& crowd);

// ---- the lesson -------------------------------------------------------------------------------

struct Message {
    std::vector<std::string> to;
    std::string subject;
    std::string text;
    std::string eml;  // when not empty: the whole message as it is, instead of subject and text
    bool raw = false; // its line ends stay as the file has them, as no mail program leaves them
};

SIM_NAMED_ENUM(StepAction, send, fetch, set);
SIM_NAMED_ENUM(StepWhen, at, after_previous, after_delivery);

struct Step {
    StepAction action = StepAction::send;
    StepWhen when = StepWhen::at;
    Duration delay{};    // from the start of the run, or from what it waits for
    std::string program; // send, fetch: key of the mail program
    Message message;     // send
    std::string key;     // set: as in --set
    std::string value;
};

// A question to the learner before the result is shown.
struct Prediction {
    struct Choice {
        Text text;
        bool right = false;
    };
    Text question;
    std::vector<Choice> choices;
};

// What a lesson's story tells beside the hops of its letters: that which it is about. Of boxes,
// crests and passes, those of the client's own program.
SIM_NAMED_ENUM(StoryPoint,
               signpost, // where DNS sent somebody
               road,     // by which port somebody set out
               gate,     // that a rule let somebody pass
               door,     // that nobody waits at a port
               box,      // whether what is said is encrypted
               crest,    // whether the certificate is good
               pass,     // whether the login succeeds
               refusal,  // that a server says no
               words);   // that something is wrong with what was said

// What ought to come of the lesson; compared with the run's trace. Absent members are not compared.
struct Expectation {
    std::optional<UserError> sending;           // what the sender's mail program shows
    std::vector<std::string> delivered;         // mailboxes that hold a message at the end
    std::vector<std::string> fetched;           // mailboxes whose message reached a mail program
    std::optional<std::string> stopped_by_rule; // key of the rule that dropped a packet
    std::vector<std::string> readable;          // seen in the clear by someone on some link
    std::vector<std::string> unreadable;        // by nobody on any link
    template <typename What>
    struct CountOf {
        What what{};
        std::uint64_t at_least = 1;
        std::uint64_t at_most = ~std::uint64_t{0};
    };
    using Count = CountOf<Kind>;
    using Ended = CountOf<CrowdEnding>;
    std::vector<Count> counts;
    std::vector<Ended> ended; // how many attempts of the crowds end so
};

// A change of settings that a lesson proposes: its cure, or something to try. As --set would do it.
struct Variation {
    std::string key;
    Text name;
    std::vector<std::pair<std::string, std::string>> settings; // dotted key, value
    Expectation expect;
};

struct Scenario {
    std::string key;  // folder name of the lesson
    std::string path; // file that it was loaded from
    int order = 0;    // place among the lessons
    Text title;
    Text summary; // one sentence for lists
    Text goal;    // what the learner is asked to watch
    std::vector<StoryPoint> story;
    Instant start{};
    int utc_offset_minutes = 540;

    std::vector<Area> areas;
    std::vector<Host> hosts;
    std::vector<AccessLine> lines;
    std::vector<Link> links;
    std::vector<Group> groups;
    std::vector<FirewallRule> rules;
    std::vector<NameServer> name_servers;
    std::vector<BlockList> block_lists;
    std::vector<MailServer> mail_servers;
    std::vector<PopServer> pop_servers;
    std::vector<MailProgram> programs;
    std::vector<Crowd> crowds;

    std::string client; // key of the program whose account settings the learner changes
    std::vector<Step> steps;
    Duration limit = std::chrono::hours{24 * 7}; // virtual time after which a run is cut off
    std::optional<Prediction> prediction;
    Expectation expect;
    std::vector<Variation> variations;
};

// The zone into which a name belongs: the origin of the closest one around it; empty: there is
// none.
[[nodiscard]] std::string zone_around(const Scenario& scenario, std::string_view name);

} // namespace sim::scenario
