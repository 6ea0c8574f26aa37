// Ways to break tests/scenario/lab.toml in one place, and every problem that ought to be found
// then.
#pragma once

#include <string>
#include <vector>

struct BrokenFile {
    std::string why;
    std::string good; // occurs once in the file
    std::string bad;
    std::vector<std::string> problems;
};

inline const std::vector<BrokenFile> broken_files{
    {"a file that is no TOML",
     "order = 3\n",
     "order = \n",
     {"lab.toml:2:9: is not valid TOML: expected a value behind \"=\", saw '\\n'"}},
    {"a key twice",
     "limit = \"2d\"\n",
     "limit = \"2d\"\nlimit = \"3d\"\n",
     {"lab.toml:8:9: is not valid TOML: the key \"limit\" stands here already"}},
    {"an unknown key in a table",
     "system = \"windows\"",
     "sytem = \"windows\"",
     {"lab.toml:21:1: host.ann-pc.sytem: there is no such key here; expected name, story, kind, "
      "area, addresses, system, line or resolver (did you mean \"system\"?)"}},
    {"an unknown key at the top",
     "order = 3\n",
     "ordre = 3\n",
     {"lab.toml:2:1: ordre: there is no such key here; expected world, order, title, summary, "
      "goal, story, start, limit, area, host, line, link, group, rule, name_server, "
      "dns_list, mail_server, pop_server, program, crowd, client, step, prediction, expect or "
      "variation "
      "(did you "
      "mean "
      "\"order\"?)"}},
    {"a table of an unknown kind",
     "[group.homes]",
     "[groups.homes]",
     {"lab.toml:64:2: groups: there is no such key here; expected world, order, title, summary, "
      "goal, story, start, limit, area, host, line, link, group, rule, name_server, "
      "dns_list, mail_server, pop_server, program, crowd, client, step, prediction, expect or "
      "variation "
      "(did you "
      "mean "
      "\"group\"?)",
      "lab.toml:73:9: rule.no-25.from[1]: there is no host or group \"homes\""}},
    {"a key that is missing",
     "kind = \"router\"\n",
     "",
     {"lab.toml:24:1: host.gate.kind: is missing: what it is; decides its icon"}},
    {"a top-level key that is missing",
     "goal = { ja = \"めあて\", en = \"Goal\" }\n",
     "",
     {"lab.toml: goal: is missing: what the learner is asked to watch"}},
    {"a number instead of a string",
     "address = \"192.0.2.130\"",
     "address = 192",
     {"lab.toml:56:11: line.spare.address: is a number, expected an IPv4 address, as in "
      "\"192.0.2.10\""}},
    {"a string instead of a number",
     "order = 3\n",
     "order = \"three\"\n",
     {"lab.toml:2:9: order: is a string, expected a number from 0 to 9999"}},
    {"a string instead of a list",
     "local_domains = [\"far.example\"]",
     "local_domains = \"far.example\"",
     {"lab.toml:90:17: mail_server.\"mx.far.example\".local_domains: is a string, expected a "
      "list"}},
    {"a list instead of a table",
     "sending = { server = \"mx.far.example\", port = 587, protection = \"starttls\", auth = "
     "\"plain\", user = \"ann\", password = \"secret\" }",
     "sending = []",
     {"lab.toml:115:11: program.ann.sending: is a list, expected a table"}},
    {"a string instead of a boolean",
     "recursive = true",
     "recursive = \"yes\"",
     {"lab.toml:80:13: name_server.\"ns.example\".recursive: is a string, expected true or false"}},
    {"a number with a fraction",
     "order = 3\n",
     "order = 3.5\n",
     {"lab.toml:2:9: order: is a number with a fraction, expected a number from 0 to 9999"}},
    {"a number that is out of range",
     "order = 3\n",
     "order = 30000\n",
     {"lab.toml:2:9: order: is 30000, expected a number from 0 to 9999"}},
    {"a text in one language",
     "name = { ja = \"門\", en = \"Gate\" }",
     "name = { ja = \"門\" }",
     {"lab.toml:26:8: host.gate.name.en: is missing: the English text; a text stands in both "
      "languages"}},
    {"a text that is a string",
     "name = { ja = \"門\", en = \"Gate\" }",
     "name = \"Gate\"",
     {"lab.toml:26:8: host.gate.name: is a string, expected both languages: { ja = \"…\", en = "
      "\"…\" }"}},
    {"a text that is empty",
     "name = { ja = \"門\", en = \"Gate\" }",
     "name = { ja = \"門\", en = \" \" }",
     {"lab.toml:26:25: host.gate.name.en: expected a text that is not empty"}},
    {"a text in a third language",
     "name = { ja = \"門\", en = \"Gate\" }",
     "name = { ja = \"門\", en = \"Gate\", fr = \"Porte\" }",
     {"lab.toml:26:33: host.gate.name.fr: there is no such key here; expected ja or en"}},
    {"a value that is no choice",
     "verdict = \"drop\"",
     "verdict = \"dorp\"",
     {"lab.toml:77:11: rule.no-25.verdict: expected pass, drop, reject_icmp or reject_rst (did you "
      "mean \"drop\"?)"}},
    {"a choice that is far from all",
     "kind = \"router\"",
     "kind = \"pipe\"",
     {"lab.toml:25:8: host.gate.kind: expected pc, router, mail_server, mailbox, name_server or "
      "other"}},
    {"a mechanism that is POP3's own",
     "auth = [\"plain\"]",
     "auth = [\"pop3_user\"]",
     {"lab.toml:101:9: mail_server.\"mx.far.example\".port.587.auth[1]: expected plain, login, "
      "cram_md5, scram_sha_256, xoauth2 or oauthbearer"}},
    {"tokens that nobody signs",
     "auth = [\"plain\"]",
     "auth = [\"oauthbearer\"]",
     {"lab.toml:101:8: mail_server.\"mx.far.example\".port.587.auth: nobody signs tokens for this "
      "server: tokens is missing"}},
    {"a start without an offset",
     "start = 2026-04-01T09:00:00+09:00",
     "start = 2026-04-01T09:00:00",
     {"lab.toml:6:9: start: is a date and time without an offset, expected a date and time with "
      "its offset and without quotes, as in 2026-04-01T09:00:00+09:00"}},
    {"a start in quotes",
     "start = 2026-04-01T09:00:00+09:00",
     "start = \"2026-04-01T09:00:00+09:00\"",
     {"lab.toml:6:9: start: is a string, expected a date and time with its offset and without "
      "quotes, as in 2026-04-01T09:00:00+09:00"}},
    {"a start before 1970",
     "start = 2026-04-01T09:00:00+09:00",
     "start = 1066-04-01T09:00:00+09:00",
     {"lab.toml:6:9: start: is a date before 1970 or after 2200, expected a date and time with its "
      "offset and without quotes, as in 2026-04-01T09:00:00+09:00"}},
    {"a duration without a unit",
     "limit = \"2d\"",
     "limit = \"2\"",
     {"lab.toml:7:9: limit: expected a whole number and ns, us, ms, s, m, h or d, as in \"10ms\""}},
    {"a duration with two units",
     "latency = \"5ms\"",
     "latency = \"1s5ms\"",
     {"lab.toml:49:11: line.dsl.latency: expected a whole number and ns, us, ms, s, m, h or d, as "
      "in \"10ms\""}},
    {"a bandwidth in bytes",
     "bandwidth = \"100Mbit/s\"",
     "bandwidth = \"100MB/s\"",
     {"lab.toml:50:13: line.dsl.bandwidth: expected a whole number and bit/s, kbit/s, Mbit/s or "
      "Gbit/s, as in \"100Mbit/s\""}},
    {"a size with a comma",
     "quota = \"1MiB\"",
     "quota = \"1,5MiB\"",
     {"lab.toml:91:39: mail_server.\"mx.far.example\".mailbox.\"bob@far.example\".quota: expected "
      "a whole number and B, KiB, MiB or GiB, as in \"10MiB\""}},
    {"an address that is none",
     "address = \"192.0.2.130\"",
     "address = \"192.0.2.300\"",
     {"lab.toml:56:11: line.spare.address: expected an IPv4 address, as in \"192.0.2.10\""}},
    {"a network with host bits",
     "networks = [\"192.0.2.128/25\"]",
     "networks = [\"192.0.2.129/25\"]",
     {"lab.toml:66:13: group.homes.networks[1]: expected a network whose bits behind the prefix "
      "are zero, as in \"192.0.2.0/26\""}},
    {"port 0",
     "ports = [25, \"1024-2047\"]",
     "ports = [0, \"1024-2047\"]",
     {"lab.toml:76:10: rule.no-25.ports[1]: expected a port from 1 to 65535, or ports as in "
      "\"1024-2047\""}},
    {"ports the wrong way round",
     "ports = [25, \"1024-2047\"]",
     "ports = [25, \"2047-1024\"]",
     {"lab.toml:76:14: rule.no-25.ports[2]: expected a port from 1 to 65535, or ports as in "
      "\"1024-2047\""}},
    {"port 65536",
     "sending = { server = \"mx.far.example\", port = 587,",
     "sending = { server = \"mx.far.example\", port = 65536,",
     {"lab.toml:115:47: program.ann.sending.port: is 65536, expected a number from 1 to 65535"}},
    {"a listener on port 0",
     "[mail_server.\"mx.far.example\".port.25]",
     "[mail_server.\"mx.far.example\".port.0]",
     {"lab.toml:94:36: mail_server.\"mx.far.example\".port.0: the key has to be a port from 1 to "
      "65535"}},
    {"a mail address without a domain",
     "address = \"ann@far.example\"",
     "address = \"ann\"",
     {"lab.toml:114:11: program.ann.address: expected a mail address, as in \"taro@umi.example\""}},
    {"a mailbox that is no address",
     "mailbox.\"bob@far.example\"",
     "mailbox.\"bob\"",
     {"lab.toml:91:9: mail_server.\"mx.far.example\".mailbox.bob: the key has to be a mail "
      "address, as in \"taro@umi.example\"",
      "lab.toml:109:48: pop_server.\"mx.far.example\".user.bob.addresses[1]: there is no mailbox "
      "bob@far.example on this host",
      "lab.toml:148:14: expect.delivered[1]: there is no mailbox \"bob@far.example\""}},
    {"a line end in a subject",
     "subject = \"Hello\"",
     "subject = \"Hello\\r\\nBcc: eve@far.example\"",
     {"lab.toml:126:49: step[1].message.subject: expected one line of text, not empty"}},
    {"a key with a blank",
     "[area.far]",
     "[area.\"far away\"]",
     {("lab.toml:14:7: area.\"far away\": the key has to be letters, digits, \"-\" and \"_\", at "
       "most 64"),
      "lab.toml:27:8: host.gate.area: there is no area \"far\"",
      "lab.toml:33:8: host.\"mx.far.example\".area: there is no area \"far\"",
      "lab.toml:40:8: host.\"ns.example\".area: there is no area \"far\"",
      "lab.toml:54:8: line.spare.area: there is no area \"far\""}},
    {"a host key that is no name",
     "[host.gate]",
     "[host.\"-gate\"]",
     {("lab.toml:24:7: host.-gate: the key has to be a host name, as in \"mx1.umi.example\" or "
       "\"taro-pc\""),
      "lab.toml:46:10: line.dsl.router: there is no host \"gate\" (did you mean \"-gate\"?)",
      "lab.toml:55:10: line.spare.router: there is no host \"gate\" (did you mean \"-gate\"?)",
      "lab.toml:59:12: link.mx.between[1]: there is no host \"gate\" (did you mean \"-gate\"?)",
      "lab.toml:62:12: link.ns.between[1]: there is no host \"gate\" (did you mean \"-gate\"?)",
      "lab.toml:70:8: rule.no-25.host: there is no host \"gate\" (did you mean \"-gate\"?)"}},
    {"a link with one end",
     "between = [\"gate\", \"ns.example\"]",
     "between = [\"gate\"]",
     {"lab.toml:62:11: link.ns.between: expected two hosts, as in [\"taro-pc\", \"umi-router\"]"}},
    {"a record without data",
     "\"far.example MX 10 mx.far.example\"",
     "\"far.example\"",
     {"lab.toml:85:3: name_server.\"ns.example\".zone.\"far.example\".records[1]: expected a full "
      "name, a type and its data, as in \"umi.example MX 10 mx1.umi.example\""}},
    {"a record of an unknown type",
     "\"mx.far.example A 192.0.2.25\"",
     "\"mx.far.example MXX 192.0.2.25\"",
     {"lab.toml:86:3: name_server.\"ns.example\".zone.\"far.example\".records[2]: expected a "
      "record type: A, AAAA, CNAME, MX, NS, PTR or TXT (did you mean \"MX\"?)"}},
    {"an MX record without a preference",
     "\"far.example MX 10 mx.far.example\"",
     "\"far.example MX mx.far.example\"",
     {"lab.toml:85:3: name_server.\"ns.example\".zone.\"far.example\".records[1]: is no MX record, "
      "which is written as in 'umi.example MX 10 mx1.umi.example'"}},
    {"a count of an unknown event",
     "count.packet_dropped = 0",
     "count.packet_droped = 0",
     {"lab.toml:149:7: expect.count.packet_droped: expected a kind of event, as in packet_dropped "
      "(did you mean \"packet_dropped\"?)"}},
    {"a count the wrong way round",
     "count.smtp_command = { at_least = 2 }",
     "count.smtp_command = { at_least = 2, at_most = 1 }",
     {"lab.toml:150:7: expect.count.smtp_command: at_least is more than at_most"}},
    {"a step with two times",
     "after_delivery = \"3s\"",
     "after_delivery = \"3s\"\nat = \"5s\"",
     {"lab.toml:130:18: step[2].after_delivery: at is there already: a step has one time"}},
    {"a setting that is a list",
     "client.port = 25,",
     "client.port = [25],",
     {"lab.toml:154:23: variation.blocked.set.client.port: is a list, expected a string, a number, "
      "true or false"}},
    {"a host in an unknown area",
     "name = { ja = \"門\", en = \"Gate\" }\narea = \"far\"",
     "name = { ja = \"門\", en = \"Gate\" }\narea = \"fra\"",
     {"lab.toml:27:8: host.gate.area: there is no area \"fra\" (did you mean \"far\"?)"}},
    {"a link to an unknown host",
     "between = [\"gate\", \"ns.example\"]",
     "between = [\"gate\", \"ns.exampel\"]",
     {"lab.toml:62:20: link.ns.between[2]: there is no host \"ns.exampel\" (did you mean "
      "\"ns.example\"?)"}},
    {"a PC on an unknown line",
     "line = \"dsl\"",
     "line = \"dls\"",
     {"lab.toml:22:8: host.ann-pc.line: there is no line \"dls\" (did you mean \"dsl\"?)"}},
    {"a line to an unknown router",
     "area = \"home\"\nrouter = \"gate\"",
     "area = \"home\"\nrouter = \"gaet\"",
     {"lab.toml:46:10: line.dsl.router: there is no host \"gaet\" (did you mean \"gate\"?)"}},
    {"a rule of an unknown host",
     "kind = \"op25b\"\nhost = \"gate\"",
     "kind = \"op25b\"\nhost = \"gates\"",
     {"lab.toml:70:8: rule.no-25.host: there is no host \"gates\" (did you mean \"gate\"?)"}},
    {"a rule about an unknown group",
     "from = [\"homes\"]",
     "from = [\"homs\"]",
     {"lab.toml:73:9: rule.no-25.from[1]: there is no host or group \"homs\" (did you mean "
      "\"homes\"?)"}},
    {"a server on an unknown host",
     "[name_server.\"ns.example\"]\n",
     "[name_server.\"ns.exmaple\"]\n",
     {"lab.toml:79:14: name_server.\"ns.exmaple\": there is no host \"ns.exmaple\" (did you mean "
      "\"ns.example\"?)"}},
    {"a step of an unknown program",
     "after_delivery = \"3s\"\nprogram = \"bob\"",
     "after_delivery = \"3s\"\nprogram = \"bop\"",
     {"lab.toml:131:11: step[2].program: there is no program \"bop\" (did you mean \"bob\"?)"}},
    {"an unknown client",
     "client = \"ann\"",
     "client = \"anna\"",
     {"lab.toml:8:10: client: there is no program \"anna\" (did you mean \"ann\"?)"}},
    {"an unknown mailbox is expected to get mail",
     "delivered = [\"bob@far.example\"]",
     "delivered = [\"bop@far.example\"]",
     {"lab.toml:148:14: expect.delivered[1]: there is no mailbox \"bop@far.example\" (did you mean "
      "\"bob@far.example\"?)"}},
    {"an unknown rule is expected to stop a packet",
     "stopped_by_rule = \"no-25\"",
     "stopped_by_rule = \"no25\"",
     {"lab.toml:155:30: variation.blocked.expect.stopped_by_rule: there is no rule \"no25\" (did "
      "you mean \"no-25\"?)"}},
    {"two hosts with one address",
     "addresses = [\"192.0.2.53\"]",
     "addresses = [\"192.0.2.53\", \"192.0.2.1\"]",
     {"lab.toml:41:28: host.\"ns.example\".addresses[2]: 192.0.2.1 is the address of "
      "host.gate.addresses[1] too"}},
    {"an address of the real Internet",
     "addresses = [\"192.0.2.1\"]",
     "addresses = [\"8.8.8.8\"]",
     {"lab.toml:28:14: host.gate.addresses[1]: 8.8.8.8 may be a real machine's: expected an "
      "address from 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24, a private network, "
      "100.64.0.0/10 or 198.18.0.0/15"}},
    {"a host without an address",
     "addresses = [\"192.0.2.1\"]\n",
     "",
     {"lab.toml:24:7: host.gate: has no address: expected addresses, or a line that it is plugged "
      "into"}},
    {"a mail server on a host without an address",
     "addresses = [\"192.0.2.25\", \"192.0.2.26\"]\n",
     "",
     {"lab.toml:30:7: host.\"mx.far.example\": has no address: expected addresses, or a line that "
      "it is plugged into"}},
    {"a host with a line and an address",
     "line = \"dsl\"",
     "line = \"dsl\"\naddresses = [\"192.0.2.140\"]",
     {"lab.toml:23:13: host.ann-pc.addresses: a host on a line is given the line's address and has "
      "no others"}},
    {"a host without an area",
     "name = { ja = \"門\", en = \"Gate\" }\narea = \"far\"",
     "name = { ja = \"門\", en = \"Gate\" }",
     {"lab.toml:24:7: host.gate.area: is missing: where the host stands on the map"}},
    {"two PCs on one line",
     "[host.gate]",
     "[host.eve-pc]\nkind = \"pc\"\nname = { ja = \"イブ\", en = \"Eve\" }\nline = "
     "\"dsl\"\n\n[host.gate]",
     {"lab.toml:27:8: host.eve-pc.line: ann-pc is plugged into dsl already, which has one "
      "address"}},
    {"a resolver where there is no name server",
     "latency = \"5ms\"",
     "latency = \"5ms\"\n[line.third]\nname = { ja = \"三\", en = \"3\" }\narea = \"home\"\nrouter "
     "= \"gate\"\naddress = \"192.0.2.131\"\nresolver = \"192.0.2.1\"",
     {"lab.toml:55:12: line.third.resolver: there is no name server at 192.0.2.1"}},
    {"a link from a host to itself",
     "between = [\"gate\", \"ns.example\"]",
     "between = [\"gate\", \"gate\"]",
     {"lab.toml:62:11: link.ns.between: both ends are the same host"}},
    {"the same link twice",
     "[group.homes]",
     "[link.again]\nbetween = [\"ns.example\", \"gate\"]\n\n[group.homes]",
     {"lab.toml:65:11: link.again.between: link.ns joins the same hosts"}},
    {"a host that no link leads to",
     "[link.ns]\nbetween = [\"gate\", \"ns.example\"]\n",
     "",
     {"lab.toml:37:7: host.\"ns.example\": no link leads to it, and it is on no line"}},
    {"a part of the network that is cut off",
     "between = [\"gate\", \"ns.example\"]",
     "between = [\"ns.example\", \"islet\"]\n\n[host.islet]\nkind = \"router\"\nname = { ja = "
     "\"島\", en = \"Islet\" }\narea = \"far\"\naddresses = [\"192.0.2.99\"]",
     {"lab.toml:37:7: host.\"ns.example\": there is no way from it to ann-pc",
      "lab.toml:64:7: host.islet: there is no way from it to ann-pc"}},
    {"a rule on a host without links",
     "kind = \"op25b\"\nhost = \"gate\"",
     "kind = \"op25b\"\nhost = \"islet\"\n[host.islet]\nkind = \"router\"\nname = { ja = \"島\", "
     "en = \"Islet\" }\narea = \"far\"\naddresses = [\"192.0.2.99\"]\n[rule.no-25.x]",
     {"lab.toml:68:1: rule.no-25.name: is missing: a short name",
      "lab.toml:68:1: rule.no-25.purpose: is missing: why the rule is there",
      ("lab.toml:68:1: rule.no-25.verdict: is missing: what happens: \"drop\" is silence, the "
       "rejects send an answer"),
      "lab.toml:70:8: rule.no-25.host: islet has no links, so the rule never meets a packet",
      "lab.toml:71:7: host.islet: no link leads to it, and it is on no line",
      ("lab.toml:76:13: rule.no-25.x: there is no such key here; expected kind, host, name, "
       "story, purpose, from, to, except_to, transport, ports, verdict, enabled or before")}},
    {"a group with a host's key",
     "[group.homes]",
     "[group.gate]\nname = { ja = \"門\", en = \"Gate\" }\nnetworks = []\n\n[group.homes]",
     {"lab.toml:64:8: group.gate: a host has the same key"}},
    {"ports of ICMP",
     "transport = \"tcp\"",
     "transport = \"icmp\"",
     {"lab.toml:76:9: rule.no-25.ports: ICMP has no ports"}},
    {"a RST for more than TCP",
     "transport = \"tcp\"\nports = [25, \"1024-2047\"]\nverdict = \"drop\"",
     "verdict = \"reject_rst\"",
     {"lab.toml:75:11: rule.no-25.verdict: a RST answers TCP only: expected transport = \"tcp\""}},
    {"a rule in front of another host's",
     "verdict = \"drop\"",
     "verdict = \"drop\"\n\n[rule.mine]\nhost = \"ann-pc\"\nname = { ja = \"私\", en = \"Mine\" "
     "}\npurpose = { ja = \"試\", en = \"Try\" }\nverdict = \"drop\"\nbefore = \"no-25\"",
     {"lab.toml:84:10: rule.mine.before: no-25 is a rule of another host, gate"}},
    {"a record outside its zone",
     "\"mx.far.example A 192.0.2.25\"",
     "\"mx.near.example A 192.0.2.25\"",
     {"lab.toml:86:3: name_server.\"ns.example\".zone.\"far.example\".records[2]: the name is not "
      "far.example and not below it"}},
    {"a record twice",
     "\"mx.far.example A 192.0.2.25\"",
     "\"mx.far.example A 192.0.2.25\", \"mx.far.example A 192.0.2.25\"",
     {"lab.toml:86:34: name_server.\"ns.example\".zone.\"far.example\".records[3]: the same record "
      "stands above"}},
    {"an alias beside other records",
     "\"mx.far.example A 192.0.2.25\"",
     "\"mx.far.example A 192.0.2.25\", \"mx.far.example CNAME far.example\"",
     {"lab.toml:86:34: name_server.\"ns.example\".zone.\"far.example\".records[3]: where a CNAME "
      "is, no other record can be (RFC 1034 §3.6.2)"}},
    {"no mail beside mail",
     "\"mx.far.example A 192.0.2.25\"",
     "\"mx.far.example A 192.0.2.25\", \"far.example MX 0 .\"",
     {"lab.toml:86:34: name_server.\"ns.example\".zone.\"far.example\".records[3]: \"MX 0 .\" says "
      "that no mail is taken, and cannot stand beside another MX (RFC 7505 §3)"}},
    {"a zone twice",
     "[mail_server.\"mx.far.example\"]\n",
     "[name_server.\"ns.example\".zone.\"FAR.example\"]\nrecords = "
     "[]\n\n[mail_server.\"mx.far.example\"]\n",
     {"lab.toml:89:32: name_server.\"ns.example\".zone.\"FAR.example\": the same zone stands above "
      "(case does not count)"}},
    {"a forward to no name server",
     "recursive = true",
     "recursive = true\nforward.\".\" = { server = \"192.0.2.1\" }",
     {"lab.toml:81:26: name_server.\"ns.example\".forward.\".\".server: there is no name server at "
      "192.0.2.1"}},
    {"a forward of a server that asks nobody",
     "recursive = true",
     "forward.\".\" = { server = \"192.0.2.53\" }",
     {"lab.toml:80:9: name_server.\"ns.example\".forward.\".\": only a server with recursive = "
      "true asks others",
      "lab.toml:80:26: name_server.\"ns.example\".forward.\".\".server: the server would ask "
      "itself"}},
    {"a mail server without ports",
     "[mail_server.\"mx.far.example\".port.25]\nrole = "
     "\"mx\"\n\n[mail_server.\"mx.far.example\".port.587]\nrole = \"submission\"\nrequire_tls = "
     "true\nrequire_auth = true\nauth = [\"plain\"]\n",
     "[mail_server.\"mx.far.example\".port]\n",
     {"lab.toml:94:1: mail_server.\"mx.far.example\".port: the server answers on no port"}},
    {"TLS required and not spoken",
     "role = \"mx\"\n",
     "role = \"mx\"\ntls = \"none\"\nrequire_tls = true\n",
     {"lab.toml:97:15: mail_server.\"mx.far.example\".port.25.require_tls: there is no TLS to "
      "require: tls is \"none\""}},
    {"a login required and not offered",
     "auth = [\"plain\"]",
     "auth = []",
     {"lab.toml:100:16: mail_server.\"mx.far.example\".port.587.require_auth: there is nothing to "
      "log in with: auth is empty"}},
    {"a mailbox of a domain that is not local",
     "mailbox.\"bob@far.example\"",
     "mailbox.\"bob@near.example\"",
     {"lab.toml:91:9: mail_server.\"mx.far.example\".mailbox.\"bob@near.example\": near.example is "
      "not in local_domains",
      "lab.toml:109:48: pop_server.\"mx.far.example\".user.bob.addresses[1]: there is no mailbox "
      "bob@far.example on this host",
      "lab.toml:148:14: expect.delivered[1]: there is no mailbox \"bob@far.example\" (did you mean "
      "\"bob@near.example\"?)"}},
    {"a recipient without a route",
     "retry = [\"1m\", \"5m\"]",
     "recipients = [\"carl@far.example\"]",
     {"lab.toml:92:15: mail_server.\"mx.far.example\".recipients[1]: there is no route for "
      "far.example"}},
    {"a recipient of a domain that is not local",
     "retry = [\"1m\", \"5m\"]",
     "recipients = [\"carl@near.example\"]\nroute.\"*\" = { host = \"ns.example\" }",
     {"lab.toml:92:15: mail_server.\"mx.far.example\".recipients[1]: near.example is not in "
      "local_domains",
      "lab.toml:93:22: mail_server.\"mx.far.example\".route.\"*\".host: ns.example has no mail "
      "server"}},
    {"a route to the server itself",
     "retry = [\"1m\", \"5m\"]",
     "route.\"*\" = { host = \"mx.far.example\" }",
     {"lab.toml:92:22: mail_server.\"mx.far.example\".route.\"*\".host: the server would send mail "
      "to itself"}},
    {"a port for mail and POP",
     "port.995 = { tls = \"implicit\" }",
     "port.587 = { tls = \"implicit\" }",
     {"lab.toml:108:6: pop_server.\"mx.far.example\".port.587: the mail server on this host has "
      "this port"}},
    {"a POP user of a mailbox elsewhere",
     "addresses = [\"bob@far.example\"] }",
     "addresses = [\"eve@far.example\"] }",
     {"lab.toml:109:48: pop_server.\"mx.far.example\".user.bob.addresses[1]: there is no mailbox "
      "eve@far.example on this host"}},
    {"a POP server without a mail server",
     "[program.ann]",
     "[pop_server.\"ns.example\"]\nport.110 = {}\nuser.x = { password = \"y\", addresses = [] "
     "}\n\n[program.ann]",
     {"lab.toml:111:13: pop_server.\"ns.example\": there is no mail server on this host whose "
      "mailboxes it could serve"}},
    {"an account without a user",
     "auth = \"plain\", user = \"ann\", password = \"secret\"",
     "auth = \"plain\"",
     {"lab.toml:115:11: program.ann.sending.user: is missing: auth needs a user",
      "lab.toml:115:11: program.ann.sending.password: is missing: auth needs a password"}},
    {"a client that cannot send",
     "client = \"ann\"",
     "client = \"bob\"",
     {"lab.toml:8:10: client: bob has no settings for sending"}},
    {"a program that cannot fetch",
     "after_delivery = \"3s\"\nprogram = \"bob\"",
     "after_delivery = \"3s\"\nprogram = \"ann\"",
     {"lab.toml:131:11: step[2].program: ann has no settings for fetching: expected a "
      "[program.ann.fetching] table"}},
    {"a send step without a message",
     "message = { to = [\"bob@far.example\"], subject = \"Hello\", text = \"Hello\" }\n",
     "",
     {"lab.toml:123:1: step[1].message: is missing: what is sent"}},
    {"a message to nobody",
     "message = { to = [\"bob@far.example\"], subject",
     "message = { to = [], subject",
     {"lab.toml:126:18: step[1].message.to: nobody is to get it"}},
    {"a step that fetches a message",
     "after_delivery = \"3s\"\n",
     "after_delivery = \"3s\"\nmessage = { to = [\"bob@far.example\"] }\n",
     {"lab.toml:131:11: step[2].message: has no meaning for \"fetch\""}},
    {"a step without a program",
     "after_delivery = \"3s\"\nprogram = \"bob\"\n",
     "after_delivery = \"3s\"\n",
     {"lab.toml:128:1: step[2].program: is missing: the mail program that does it"}},
    {"a first step after the step before",
     "action = \"send\"\n",
     "action = \"send\"\nafter_previous = \"1s\"\n",
     {"lab.toml:125:18: step[1].after_previous: there is no step before the first one"}},
    {"a delivery that nobody waits for",
     "action = \"send\"\n",
     "action = \"send\"\nafter_delivery = \"1s\"\n",
     {"lab.toml:125:18: step[1].after_delivery: no step before it sends anything"}},
    {"a step behind the limit",
     "after_previous = \"1s\"",
     "after_previous = \"3d\"",
     {"lab.toml:135:18: step[3].after_previous: is later than limit, 2d"}},
    {"a set step with an unknown setting",
     "key = \"rule.no-25\"",
     "key = \"rule.no25\"",
     {"lab.toml:136:7: step[3].key: there is no such setting here (did you mean \"rule.no-25\"?)"}},
    {"a set step with a wrong value",
     "value = \"off\"",
     "value = \"of\"",
     {"lab.toml:137:9: step[3].value: expected off, pass, drop, reject_icmp or reject_rst (did you "
      "mean \"off\"?)"}},
    {"a set step that would start anew",
     "key = \"rule.no-25\"\nvalue = \"off\"",
     "key = \"client.line\"\nvalue = \"spare\"",
     {"lab.toml:136:7: step[3].key: client.line cannot change while a world runs: write it in the "
      "world, or as a variation"}},
    {"a prediction with one answer",
     "  { text = { ja = \"いいえ\", en = \"No\" } },\n",
     "",
     {"lab.toml:141:10: prediction.choice: expected two answers or more"}},
    {"a prediction without a right answer",
     ", right = true },",
     " },",
     {"lab.toml:141:10: prediction.choice: no answer is right"}},
    {"a variation with an unknown setting",
     "client.port = 25,",
     "client.prot = 25,",
     {"lab.toml:154:16: variation.blocked.set.client.prot: there is no such setting here (did you "
      "mean \"client.port\"?)"}},
    {"a variation with a wrong value",
     "client.port = 25,",
     "client.port = 70000,",
     {"lab.toml:154:16: variation.blocked.set.client.port: expected a port from 1 to 65535"}},
    {"a message file that is not there",
     "subject = \"Hello\", text = \"Hello\"",
     "file = \"letter.eml\"",
     {"lab.toml:126:46: step[1].message.file: letter.eml cannot be read"}},
    {"a message file above the folder's root",
     "subject = \"Hello\", text = \"Hello\"",
     "file = \"/etc/passwd.eml\"",
     {"lab.toml:126:46: step[1].message.file: expected an .eml file, relative to the lesson's "
      "folder"}},
    {"a world that is not there",
     "order = 3\n",
     "order = 3\nworld = \"worlds/no.toml\"\n",
     {"lab.toml:3:9: world: worlds/no.toml cannot be read"}},
    {"a crowd that is called like a host",
     "[variation.blocked]",
     "[crowd.gate]\n"
     "name = { ja = \"群れ\", en = \"Bots\" }\n"
     "network = \"198.18.0.0/24\"\n"
     "line = \"dsl\"\n"
     "sender = \"ann@far.example\"\n"
     "guessed = [\"far.example\"]\n"
     "\n[variation.blocked]",
     {"lab.toml:152:8: crowd.gate: a host is called like this, and a crowd is a host of its own"}},
    {"more PCs than the network has addresses",
     "[variation.blocked]",
     "[crowd.bots]\n"
     "name = { ja = \"群れ\", en = \"Bots\" }\n"
     "network = \"198.18.0.0/24\"\n"
     "line = \"dsl\"\n"
     "sender = \"ann@far.example\"\n"
     "guessed = [\"far.example\"]\n"
     "count = 300\n"
     "\n[variation.blocked]",
     {"lab.toml:158:9: crowd.bots.count: the network has room for 254 PCs"}},
    {"a crowd with addresses of others",
     "[variation.blocked]",
     "[crowd.bots]\n"
     "name = { ja = \"群れ\", en = \"Bots\" }\n"
     "network = \"192.0.2.0/24\"\n"
     "line = \"dsl\"\n"
     "sender = \"ann@far.example\"\n"
     "guessed = [\"far.example\"]\n"
     "\n[variation.blocked]",
     {"lab.toml:154:11: crowd.bots.network: 192.0.2.1 is the address of host.gate.addresses[1] "
      "too"}},
    {"a crowd with real people's addresses",
     "[variation.blocked]",
     "[crowd.bots]\n"
     "name = { ja = \"群れ\", en = \"Bots\" }\n"
     "network = \"198.51.101.0/24\"\n"
     "line = \"dsl\"\n"
     "sender = \"ann@far.example\"\n"
     "guessed = [\"far.example\"]\n"
     "\n[variation.blocked]",
     {"lab.toml:154:11: crowd.bots.network: 198.51.101.1 may be a real machine's: expected an "
      "address from 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24, a private network, "
      "100.64.0.0/10 or 198.18.0.0/15"}},
    {"more than all go to known addresses",
     "[variation.blocked]",
     "[crowd.bots]\n"
     "name = { ja = \"群れ\", en = \"Bots\" }\n"
     "network = \"198.18.0.0/24\"\n"
     "line = \"dsl\"\n"
     "sender = \"ann@far.example\"\n"
     "guessed = [\"far.example\"]\n"
     "known = [\"bob@far.example\"]\n"
     "known_percent = 150\n"
     "\n[variation.blocked]",
     {"lab.toml:159:17: crowd.bots.known_percent: is more than a hundred of a hundred"}},
    {"a crowd with nobody to send to",
     "[variation.blocked]",
     "[crowd.bots]\n"
     "name = { ja = \"群れ\", en = \"Bots\" }\n"
     "network = \"198.18.0.0/24\"\n"
     "line = \"dsl\"\n"
     "sender = \"ann@far.example\"\n"
     "\n[variation.blocked]",
     {"lab.toml:152:8: crowd.bots: has nobody to send to: guessed is missing, or the percentages "
      "leave something over"}},
    {"a crowd that goes a way without a server",
     "[variation.blocked]",
     "[crowd.bots]\n"
     "name = { ja = \"群れ\", en = \"Bots\" }\n"
     "network = \"198.18.0.0/24\"\n"
     "line = \"dsl\"\n"
     "sender = \"ann@far.example\"\n"
     "guessed = [\"far.example\"]\n"
     "way = \"stolen\"\n"
     "\n[variation.blocked]",
     {"lab.toml:158:7: crowd.bots.way: cannot go the way stolen: the server or the logins for it "
      "are missing"}},
    {"a stolen login that nobody has",
     "[variation.blocked]",
     "[crowd.bots]\n"
     "name = { ja = \"群れ\", en = \"Bots\" }\n"
     "network = \"198.18.0.0/24\"\n"
     "line = \"dsl\"\n"
     "sender = \"ann@far.example\"\n"
     "guessed = [\"far.example\"]\n"
     "stolen = { server = \"mx.far.example\", users = [\"eve\"] }\n"
     "\n[variation.blocked]",
     {"lab.toml:158:48: crowd.bots.stolen.users[1]: mx.far.example has no user eve with an address "
      "to send as"}},
    {"a crowd that goes on after the end",
     "[variation.blocked]",
     "[crowd.bots]\n"
     "name = { ja = \"群れ\", en = \"Bots\" }\n"
     "network = \"198.18.0.0/24\"\n"
     "line = \"dsl\"\n"
     "sender = \"ann@far.example\"\n"
     "guessed = [\"far.example\"]\n"
     "duration = \"3d\"\n"
     "\n[variation.blocked]",
     {"lab.toml:158:12: crowd.bots.duration: is later than limit, 2d"}},
    {"a crowd that turns to a way without a server",
     "[variation.blocked]",
     "[crowd.bots]\n"
     "name = { ja = \"群れ\", en = \"Bots\" }\n"
     "network = \"198.18.0.0/24\"\n"
     "line = \"dsl\"\n"
     "sender = \"ann@far.example\"\n"
     "guessed = [\"far.example\"]\n"
     "turn = { way = \"isp\" }\n"
     "\n[variation.blocked]",
     {"lab.toml:158:16: crowd.bots.turn.way: cannot go the way isp: the server or the logins for "
      "it are missing"}},
    {"more than all PCs of a crowd turn",
     "[variation.blocked]",
     "[crowd.bots]\n"
     "name = { ja = \"群れ\", en = \"Bots\" }\n"
     "network = \"198.18.0.0/24\"\n"
     "line = \"dsl\"\n"
     "sender = \"ann@far.example\"\n"
     "guessed = [\"far.example\"]\n"
     "turn = { way = \"direct\", percent = 101 }\n"
     "\n[variation.blocked]",
     {"lab.toml:158:36: crowd.bots.turn.percent: is more than a hundred of a hundred"}},
    {"more than all of a crowd come back",
     "[variation.blocked]",
     "[crowd.bots]\n"
     "name = { ja = \"群れ\", en = \"Bots\" }\n"
     "network = \"198.18.0.0/24\"\n"
     "line = \"dsl\"\n"
     "sender = \"ann@far.example\"\n"
     "guessed = [\"far.example\"]\n"
     "retries = 200\n"
     "\n[variation.blocked]",
     {"lab.toml:158:11: crowd.bots.retries: is more than a hundred of a hundred"}},
    {"a crowd with traps that are not there",
     "[variation.blocked]",
     "[crowd.bots]\n"
     "name = { ja = \"群れ\", en = \"Bots\" }\n"
     "network = \"198.18.0.0/24\"\n"
     "line = \"dsl\"\n"
     "sender = \"ann@far.example\"\n"
     "guessed = [\"far.example\"]\n"
     "trap_percent = 5\n"
     "\n[variation.blocked]",
     {"lab.toml:152:8: crowd.bots: has nobody to send to: traps is missing, or the percentages "
      "leave something over"}},
    {"a crowd whose open relay is no mail server",
     "[variation.blocked]",
     "[crowd.bots]\n"
     "name = { ja = \"群れ\", en = \"Bots\" }\n"
     "network = \"198.18.0.0/24\"\n"
     "line = \"dsl\"\n"
     "sender = \"ann@far.example\"\n"
     "guessed = [\"far.example\"]\n"
     "open_relay = \"gate\"\n"
     "\n[variation.blocked]",
     {"lab.toml:158:14: crowd.bots.open_relay: gate has no mail server"}},
    {"an ending that there is not",
     "[variation.blocked]",
     "[expect.ended]\n"
     "op52b = 3\n"
     "\n[variation.blocked]",
     {"lab.toml:153:1: expect.ended.op52b: expected where an attempt may end, as in op25b (did you "
      "mean \"op25b\"?)"}},
};
