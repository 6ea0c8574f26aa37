// The format of scenario files: every key of every table, with what it means. Written once and
// visited by the Reader, which fills a Scenario, and by the SchemaWriter, which writes the JSON
// Schema, so that the two cannot differ. Internal to sim/scenario.
//
// A visitor has the members of Reader (reader.h).
#pragma once

#include "sim/scenario/reader.h"

#include <array>

namespace sim::scenario {

// ---- places and cables ------------------------------------------------------------------------

template <typename V>
void fields(V& v, Area& area)
{
    v.about("area", "A tinted area of the map: a household, an ISP, a company.");
    v.value({"kind", "whose area it is; decides its colour", needed}, area.kind);
    v.value({"name", "what stands on the map", needed}, area.name);
}

template <typename V>
void fields(V& v, Host& host)
{
    v.about("host", "A PC, router or server. A server's key is its full name.");
    v.value({"name", "what stands on its card", needed}, host.name);
    v.value({"story", "its name in the world of the story; without one: the same"}, host.story);
    v.value({"kind", "what it is; decides its icon", needed}, host.kind);
    v.value({"area", "where it stands; on a line: that of the line", !needed, Form::area},
            host.area);
    v.list({"addresses", "its IPv4 addresses; on a line: that of the line"}, host.addresses);
    v.value({"system", "whose connection timeouts and error codes it has"}, host.system);
    v.value({"line", "the line that it is plugged into", !needed, Form::access_line}, host.line);
    v.value({"resolver", "address of the name server that it asks; on a line: that of the line"},
            host.resolver);
}

template <typename V>
void fields(V& v, AccessLine& line)
{
    v.about("line", "A way to get online that a PC can be plugged into.");
    v.value({"name", "what stands in the mail program's settings", needed}, line.name);
    v.value({"area", "where a PC on it stands", needed, Form::area}, line.area);
    v.value({"router", "the router at its other end", needed, Form::host}, line.router);
    v.value({"address", "the IPv4 address that a PC on it is given", needed}, line.address);
    v.value({"resolver", "the name server that a PC on it is given"}, line.resolver);
    v.value({"latency", "time from one end to the other"}, line.latency);
    v.value({"bandwidth", "how much goes through, in each direction", !needed, Form::bandwidth},
            line.bits_per_second);
}

template <typename V>
void fields(V& v, Link& link)
{
    v.about("link", "A cable between two hosts.");
    v.ends({"between", "the two hosts", needed, Form::host}, link.a, link.b);
    v.value({"latency", "time from one end to the other"}, link.latency);
    v.value({"bandwidth", "how much goes through, in each direction", !needed, Form::bandwidth},
            link.bits_per_second);
}

// ---- who may pass -----------------------------------------------------------------------------

template <typename V>
void fields(V& v, Group& group)
{
    v.about("group", "A named set of addresses that rules and relays speak of.");
    v.value({"name", "what it is called", needed}, group.name);
    v.list({"networks", "IPv4 networks or addresses", needed}, group.networks);
}

template <typename V>
void fields(V& v, FirewallRule& rule)
{
    v.about("rule",
            "A rule of a host's packet filter. Rules of one host are tried in the order of the "
            "file; the first that matches decides, and none means pass.");
    v.value({"kind",
             "what it is for: \"op25b\" is an ISP's block on its own customers' port 25, "
             "\"ip25b\" a receiver's on other ISPs' customers"},
            rule.kind);
    v.value({"host", "the host whose rule it is", needed, Form::host}, rule.host);
    v.value({"name", "a short name", needed}, rule.name);
    v.value({"story", "what its guard says in the story; without it: the name"}, rule.story);
    v.value({"purpose", "why the rule is there", needed}, rule.purpose);
    v.list({"from", "senders that it means; without: any", !needed, Form::host_or_group},
           rule.from);
    v.list({"to", "receivers that it means; without: any", !needed, Form::host_or_group}, rule.to);
    v.list({"except_to", "receivers that it does not mean", !needed, Form::host_or_group},
           rule.except_to);
    v.value({"transport", "the protocol that it means; without: any"}, rule.transport);
    v.list({"ports", "destination ports, as in 25 or \"1024-2047\"; without: any"}, rule.ports);
    v.value({"verdict", "what happens: \"drop\" is silence, the rejects send an answer", needed},
            rule.verdict);
    v.value({"enabled", "false: it is there to be switched on"}, rule.enabled);
    v.before({"before",
              "the rule of the same host that it stands in front of; for lessons that "
              "add a rule to the world's",
              !needed,
              Form::rule},
             rule.key);
}

// ---- names ------------------------------------------------------------------------------------

template <typename V>
void fields(V& v, DnsZone& zone)
{
    v.about("zone", "What a name server says about one domain. Names are written in full.");
    v.records({"records", "lines such as \"umi.example MX 10 mx1.umi.example\"", needed},
              {"ttl", "how long others may remember an answer"},
              zone.records);
}

template <typename V>
void fields(V& v, NameServer::Forward& forward)
{
    v.about("forward", "Another name server that knows the names below this one.");
    v.value({"server", "its address", needed}, forward.server);
}

template <typename V>
void fields(V& v, NameServer& server)
{
    v.about("name_server", "A name server on the host of this key.");
    v.value({"recursive", "whether it asks others for names that are not its own"},
            server.recursive);
    v.keyed({"zone", "its zones by origin", !needed, Form::domain_or_dot},
            server.zones,
            &DnsZone::origin);
    v.keyed({"forward",
             "whom it asks for which names; \".\" is all names",
             !needed,
             Form::domain_or_dot},
            server.forwards,
            &NameServer::Forward::suffix);
}

template <typename V>
void fields(V& v, BlockList::Entry& entry)
{
    v.about("entry", "Who is on a block list, and why.");
    v.list({"of", "whose addresses", needed, Form::host_or_group}, entry.of);
    v.value({"meaning",
             "what it says: \"spam\" and \"infected\" what was seen, \"policy\" that such an "
             "address should not deliver directly, \"asker_error\" that the asker is wrong"},
            entry.meaning);
    v.value({"code", "the answer, in 127.0.0.0/8; without: what such lists mostly answer"},
            entry.code);
    v.value({"text", "the reason that a refused sender reads", needed, Form::line}, entry.text);
}

template <typename V>
void fields(V& v, BlockList& list)
{
    v.about("dns_list",
            "A block list in DNS (RFC 5782). Its key is the domain in which it is asked.");
    v.value({"host", "the name server that answers for it", needed, Form::host}, list.host);
    v.tables({"entry", "who is on it", needed}, list.entries);
}

// ---- mail servers -----------------------------------------------------------------------------

template <typename V>
void fields(V& v, auth::RateLimits& rate)
{
    v.about("rate",
            "How much is taken within a time that slides; what is not written has no limit.");
    v.value({"window", "that time"}, rate.window);
    v.value({"connections", "connections"}, rate.connections);
    v.value({"messages", "mails begun (MAIL)"}, rate.messages);
    v.value({"recipients", "recipients named (RCPT)"}, rate.recipients);
}

template <typename V>
void fields(V& v, SmtpListener& listener)
{
    v.about("port", "How the server answers on this port.");
    v.value({"role",
             "\"mx\" takes mail for its own domains from anyone, \"submission\" from users "
             "who log in, \"relay\" also from its own network without a login",
             needed},
            listener.role);
    v.value({"tls", "\"implicit\" is TLS from the first byte"}, listener.tls);
    v.value({"require_tls", "whether AUTH and MAIL are refused without TLS"}, listener.require_tls);
    v.value({"require_auth", "whether MAIL is refused without AUTH"}, listener.require_auth);
    v.list({"auth", "the SASL mechanisms that it offers"}, listener.auth);
}

template <typename V>
void fields(V& v, User& user)
{
    v.about("user", "Someone who can log in with this name.");
    v.value({"password",
             "as it is typed; may be empty where only tokens are taken",
             !needed,
             Form::secret},
            user.password);
    v.list({"addresses",
            "SMTP: addresses it may send as; POP: mailboxes it may fetch",
            needed,
            Form::mail_address},
           user.addresses);
}

template <typename V>
void fields(V& v, TokenIssuer& tokens)
{
    v.about("tokens",
            "Whoever signs the tokens that this server takes for xoauth2 and oauthbearer.");
    v.value({"issuer", "its host name, as in \"login.kumo.example\"", needed, Form::domain},
            tokens.name);
    v.value({"scope", "what a token must allow", !needed, Form::line}, tokens.scope);
    v.value({"lifetime", "how long a token is good"}, tokens.lifetime);
}

template <typename V>
void fields(V& v, Mailbox& mailbox)
{
    v.about("mailbox", "A mailbox kept here.");
    v.value({"quota", "how much it holds; without: no limit", !needed, Form::size},
            mailbox.quota_bytes);
}

template <typename V>
void fields(V& v, Route& route)
{
    v.about("route", "Where mail for this domain goes instead of its MX.");
    v.value({"host", "the next server", needed, Form::host}, route.host);
    v.value({"port", "its port"}, route.port);
    v.value({"protection",
             "how it is protected; without: \"tls\" on port 465, else \"starttls\" with a user and "
             "\"starttls_if_available\" without"},
            route.protection);
    v.value({"user", "the name that the server logs in with there", !needed, Form::line},
            route.user);
    v.value({"password", "the password that it logs in with", !needed, Form::secret},
            route.password);
    v.value({"enabled", "false: it is there to be switched on, and mail goes by MX"},
            route.enabled);
}

// What decides whether the server takes a mail of somebody it may take it from.
template <typename V>
void check_fields(V& v, MailServer& server)
{
    v.list({"checks", "what it looks at, in this order, before it takes a mail"}, server.checks);
    v.list({"dynamic_networks",
            "whose addresses are dynamic, in other people's networks: for ip25b",
            !needed,
            Form::host_or_group},
           server.dynamic_networks);
    v.list(
        {"block_lists", "the lists that block_list asks, in this order", !needed, Form::dns_list},
        server.block_lists);
    v.value({"lists_at_submission",
             "true: asks them about users who have logged in, too, as nobody should"},
            server.lists_at_submission);
    v.table({"rate", "how much it takes from one address"}, server.rate);
    v.table({"account_rate", "how much it takes from one user who has logged in"},
            server.account_rate);
    v.value({"greeting_delay",
             "how long callers of its mx ports wait for 220, and are refused if they do not wait"},
            server.greeting_delay);
}

template <typename V>
void fields(V& v, Signing& signing)
{
    v.about("signing", "A DKIM key, by its selector; its public half is put into the zone.");
    v.value({"domain", "whose mail it is for, and in whose zone it stands", needed, Form::domain},
            signing.domain);
    v.value({"key", "its kind"}, signing.key);
}

template <typename V>
void fields(V& v, MailServer& server)
{
    v.about("mail_server",
            "A mail server (submission, relay, MX, mailbox) on the host of this key.");
    v.keyed({"port", "the ports on which it answers", needed, Form::port_number},
            server.listeners,
            &SmtpListener::port);
    v.list({"local_domains",
            "domains that it is the last word on: who has no mailbox here and is not "
            "among recipients is unknown",
            !needed,
            Form::domain},
           server.local_domains);
    v.keyed({"mailbox", "mailboxes by address", !needed, Form::mail_address},
            server.mailboxes,
            &Mailbox::address);
    v.list({"recipients",
            "addresses that it accepts mail for and passes on by its routes",
            !needed,
            Form::mail_address},
           server.recipients);
    v.list({"relay_for", "whose mail it sends on to anywhere", !needed, Form::host_or_group},
           server.relay_for);
    v.value({"open_relay", "whether it sends on anybody's mail to anywhere, as no server should"},
            server.open_relay);
    v.value({"relays_foreign_senders",
             "whether those of relay_for may send as people of other domains, as a customer's own "
             "mail server has to"},
            server.relays_foreign_senders);
    v.value({"pop_before_smtp",
             "how long it sends on mail of an address from which somebody logged in to the POP3 "
             "server on this host; \"0s\": not at all"},
            server.pop_before_smtp);
    v.value({"lenient_line_ends",
             "true, as many a server of 2022: on mx ports it takes LF alone for the end of a line "
             "and of the message, on the others it passes on line ends as they came"},
            server.lenient_line_ends);
    v.keyed({"user", "who can log in, by name", !needed, Form::line}, server.users, &User::name);
    v.table({"tokens", "whose tokens it takes instead of a password"}, server.tokens);
    v.keyed({"route",
             "ways that are not by MX, by domain; \"*\" is all other domains",
             !needed,
             Form::domain_or_star},
            server.routes,
            &Route::domain);
    v.keyed({"signing",
             "DKIM keys that sign the mail of its users, by selector",
             !needed,
             Form::identifier},
            server.signings,
            &Signing::selector);
    v.value({"size_limit", "the largest message it takes", !needed, Form::size},
            server.size_limit_bytes);
    v.value({"certificate", "whether its certificate is good, or what is wrong with it"},
            server.certificate);
    v.value({"tls_min", "the oldest version of TLS that it accepts"}, server.tls_min);
    v.value({"tls_max", "the newest version of TLS that it speaks"}, server.tls_max);
    v.value({"login_pause",
             "how long it refuses an address that failed to log in three times; \"0s\": never"},
            server.login_pause);
    v.value({"pipelining", "whether it offers PIPELINING"}, server.pipelining);
    check_fields(v, server);
    v.list({"retry", "waits between attempts of delivery, the last one again and again"},
           server.retry);
    v.value({"give_up", "age at which mail is returned to its sender"}, server.give_up);
}

template <typename V>
void fields(V& v, PopListener& listener)
{
    v.about("pop_port", "How the server answers on this port.");
    v.value({"tls", "\"implicit\" is TLS from the first byte"}, listener.tls);
    v.value({"require_tls", "whether a login without TLS is refused"}, listener.require_tls);
}

template <typename V>
void fields(V& v, PopServer& server)
{
    v.about("pop_server", "A POP3 server for the mailboxes of the mail server on the same host.");
    v.keyed({"port", "the ports on which it answers", needed, Form::port_number},
            server.listeners,
            &PopListener::port);
    v.keyed({"user", "who can log in, by name", needed, Form::line}, server.users, &User::name);
    v.value({"certificate", "whether its certificate is good, or what is wrong with it"},
            server.certificate);
    v.value({"tls_min", "the oldest version of TLS that it accepts"}, server.tls_min);
    v.value({"tls_max", "the newest version of TLS that it speaks"}, server.tls_max);
    v.value({"login_pause",
             "how long it refuses an address that failed to log in three times; \"0s\": never"},
            server.login_pause);
}

// ---- mail programs ----------------------------------------------------------------------------

template <typename V>
void fields(V& v, AccountSettings& account)
{
    v.about("account", "As a mail program asks for it.");
    v.value({"server", "name or address of the server", needed}, account.server);
    v.value({"port", "25, 587, 465; for POP3 110 or 995", needed}, account.port);
    v.value({"protection",
             "\"tls\" is from the first byte; \"starttls_if_available\" goes on in "
             "the clear when it is not",
             needed},
            account.protection);
    v.value({"auth",
             "how it logs in; \"automatic\" is the strongest with a password that both have",
             needed},
            account.auth);
    v.value({"user", "the name that it logs in with"}, account.user);
    v.value({"password", "the password that it logs in with", !needed, Form::secret},
            account.password);
    v.value({"token", "the token that it has for xoauth2 and oauthbearer"}, account.token);
    v.value({"tls_min", "the oldest version of TLS that it accepts"}, account.tls_min);
    v.value({"tls_max", "the newest version of TLS that it speaks"}, account.tls_max);
}

template <typename V>
void fields(V& v, MailProgram& program)
{
    v.about("program", "A mail program on somebody's PC.");
    v.value({"host", "the PC that it runs on", needed, Form::host}, program.host);
    v.value({"name", "its owner's name", needed}, program.name);
    v.value({"address", "its owner's mail address", needed, Form::mail_address}, program.address);
    v.table({"sending", "its SMTP account"}, program.sending);
    v.table({"fetching", "its POP3 account"}, program.fetching);
}

// ---- crowds -----------------------------------------------------------------------------------

template <typename V>
void fields(V& v, StolenLogins& stolen)
{
    v.about("stolen", "Logins that were stolen, and where they are used.");
    v.value({"server", "the submission server whose users they are of", needed, Form::host},
            stolen.server);
    v.value({"port", "its port"}, stolen.port);
    v.list({"users", "whose logins they are, by name", needed, Form::line}, stolen.users);
}

template <typename V>
void fields(V& v, CrowdTurn& turn)
{
    v.about("turn", "The senders' answer when nothing gets through by the crowd's way any more.");
    v.value({"after", "how long nothing was accepted by then"}, turn.after);
    v.value({"percent", "how many of a hundred PCs turn"}, turn.percent);
    v.value({"way", "which way they go then"}, turn.way);
}

template <typename V>
void fields(V& v, Crowd& crowd)
{
    v.about("crowd", "Infected PCs that send spam, shown as one: each has an address of its own.");
    v.value({"name", "what stands on the map", needed}, crowd.name);
    v.value({"story", "its name at story level"}, crowd.story);
    v.value({"network", "the IPv4 network whose first addresses they have", needed}, crowd.network);
    v.value({"count", "how many they are"}, crowd.count);
    v.value({"line", "the kind of line that each is plugged into", needed, Form::access_line},
            crowd.line);
    v.value({"system", "whose connection timeouts they have"}, crowd.system);
    v.value({"start", "time from the start of the run to the first attempt"}, crowd.begins);
    v.value({"duration", "how long they go on"}, crowd.duration);
    v.value({"rate", "attempts a minute, of all together"}, crowd.rate);
    v.value({"attempts", "how many attempts they make in that time, whatever the rate"},
            crowd.attempts);
    v.value({"way",
             "\"direct\" is to the MX of each recipient, \"isp\", \"stolen\" and \"open_relay\" "
             "are through the servers named below"},
            crowd.way);
    v.value({"isp", "the mail server of their ISP", !needed, Form::host}, crowd.isp);
    v.value({"open_relay", "a server that sends on anybody's mail", !needed, Form::host},
            crowd.open_relay);
    v.table({"stolen", "logins that they have"}, crowd.stolen);
    v.value({"sender", "who they pretend to be", needed, Form::mail_address}, crowd.sender);
    v.list({"known", "addresses that they have", !needed, Form::mail_address}, crowd.known);
    v.list({"traps", "addresses that they have and that nobody uses", !needed, Form::mail_address},
           crowd.traps);
    v.list({"guessed", "domains in which they guess names", !needed, Form::domain}, crowd.guessed);
    v.value({"known_percent", "how many of a hundred attempts go to known addresses"},
            crowd.known_percent);
    v.value({"trap_percent", "how many of a hundred attempts go to traps; the rest is guessed"},
            crowd.trap_percent);
    v.value({"hello", "what they call themselves"}, crowd.hello);
    v.value({"retries", "how many of a hundred come back after a refusal for now"}, crowd.retries);
    v.value({"retry_after", "when these come back"}, crowd.retry_after);
    v.table({"turn", "what they do when nothing gets through by their way"}, crowd.turn);
}

// ---- the lesson -------------------------------------------------------------------------------

template <typename V>
void fields(V& v, Message& message)
{
    v.about("message", "What is sent.");
    v.list({"to", "the recipients", needed, Form::mail_address}, message.to);
    v.value({"subject", "the subject", !needed, Form::line}, message.subject);
    v.value({"text", "what is written", !needed, Form::prose}, message.text);
    v.value(
        {"file", "a whole message as it is, instead of subject and text", !needed, Form::eml_file},
        message.eml);
    v.value({"raw", "true: the line ends of the file go out as they are, to smuggle a second mail"},
            message.raw);
}

template <typename V>
void fields(V& v, Step& step)
{
    constexpr std::array<About, count_of<StepWhen>()> times{{
        {"at", "time from the start of the run"},
        {"after_previous", "time from the end of the step before"},
        {"after_delivery", "time from when the mail lies in the mailbox"},
    }};
    v.about("step", "Something that is done in the lesson.");
    v.value({"action", "what is done", needed}, step.action);
    v.when(times, step.when, step.delay);
    v.value({"program", "send, fetch: the mail program that does it", !needed, Form::program},
            step.program);
    v.table({"message", "send: what is sent"}, step.message);
    v.value({"key", "set: the setting that is changed", !needed, Form::setting}, step.key);
    v.setting_value({"value", "set: its new value"}, step.value);
}

template <typename V>
void fields(V& v, Prediction::Choice& choice)
{
    v.about("choice", "One possible answer.");
    v.value({"text", "the answer", needed}, choice.text);
    v.value({"right", "whether it is right"}, choice.right);
}

template <typename V>
void fields(V& v, Prediction& prediction)
{
    v.about("prediction", "A question to the learner before the result is shown.");
    v.value({"question", "the question", needed}, prediction.question);
    v.tables({"choice", "the possible answers", needed}, prediction.choices);
}

template <typename V>
void fields(V& v, Expectation& expect)
{
    v.about("expect", "What ought to come of it; what is not written is not compared.");
    v.value({"sending", "what the sender's mail program shows; \"none\" is success"},
            expect.sending);
    v.list({"delivered", "mailboxes in which a message lies at the end", !needed, Form::mailbox},
           expect.delivered);
    v.list({"fetched", "mailboxes whose message reached a mail program", !needed, Form::mailbox},
           expect.fetched);
    v.value({"stopped_by_rule", "the rule that stopped a packet", !needed, Form::rule},
            expect.stopped_by_rule);
    v.list({"readable", "texts that somebody on the way could read", !needed, Form::line},
           expect.readable);
    v.list({"unreadable", "texts that nobody on the way could read", !needed, Form::line},
           expect.unreadable);
    v.counts({"count", "how often kinds of events happen"}, expect.counts);
    v.counts({"ended", "how many attempts of the crowds end where"}, expect.ended);
}

template <typename V>
void fields(V& v, Variation& variation)
{
    v.about("variation", "A change of settings that the lesson proposes, and what comes of it.");
    v.value({"name", "what is changed, in a few words", needed}, variation.name);
    v.settings({"set", "the settings, as with --set", needed}, variation.settings);
    v.table({"expect", "what ought to come of it"}, variation.expect);
}

template <typename V>
void fields(V& v, Scenario& scenario)
{
    std::string world;
    v.about("lesson", "A lesson of hikyaku, or a world that lessons share.");
    v.value({"world", "the world file that this lesson adds to", !needed, Form::toml_file}, world);
    v.value({"order", "place among the lessons"}, scenario.order);
    v.value({"title", "what the lesson is called", needed}, scenario.title);
    v.value({"summary", "one sentence for lists", needed}, scenario.summary);
    v.value({"goal", "what the learner is asked to watch", needed}, scenario.goal);
    v.list({"story", "what the story level tells beside the hops: what the lesson is about"},
           scenario.story);
    v.start({"start", "date and time at the start of the run", needed},
            scenario.start,
            scenario.utc_offset_minutes);
    v.value({"limit", "time after which a run is cut off"}, scenario.limit);

    v.keyed({"area", "the areas of the map", needed, Form::identifier}, scenario.areas, &Area::key);
    v.keyed(
        {"host", "PCs, routers and servers", needed, Form::host_name}, scenario.hosts, &Host::key);
    v.keyed({"line", "ways to get online", !needed, Form::identifier},
            scenario.lines,
            &AccessLine::key);
    v.keyed({"link", "cables; their keys are only names", !needed, Form::identifier},
            scenario.links,
            &Link::key);
    v.keyed(
        {"group", "sets of addresses", !needed, Form::identifier}, scenario.groups, &Group::key);
    v.keyed(
        {"rule", "firewall rules", !needed, Form::identifier}, scenario.rules, &FirewallRule::key);
    v.keyed({"name_server", "name servers by host", !needed, Form::host},
            scenario.name_servers,
            &NameServer::host);
    v.keyed(
        {"dns_list", "block lists by the domain in which they are asked", !needed, Form::domain},
        scenario.block_lists,
        &BlockList::domain);
    v.keyed({"mail_server", "mail servers by host", !needed, Form::host},
            scenario.mail_servers,
            &MailServer::host);
    v.keyed({"pop_server", "POP3 servers by host", !needed, Form::host},
            scenario.pop_servers,
            &PopServer::host);
    v.keyed({"program", "mail programs", needed, Form::identifier},
            scenario.programs,
            &MailProgram::key);
    v.keyed({"crowd", "crowds of infected PCs", !needed, Form::identifier},
            scenario.crowds,
            &Crowd::key);

    v.value(
        {"client", "the mail program whose settings the learner changes", needed, Form::program},
        scenario.client);
    v.tables({"step", "what is done, in order", needed}, scenario.steps);
    v.table({"prediction", "a question before the result is shown"}, scenario.prediction);
    v.table({"expect", "what ought to come of the lesson"}, scenario.expect);
    v.keyed({"variation",
             "changes that the lesson proposes: its cure, things to try",
             !needed,
             Form::identifier},
            scenario.variations,
            &Variation::key);
}

} // namespace sim::scenario
