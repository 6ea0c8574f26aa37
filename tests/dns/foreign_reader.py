"""Reads and writes DNS messages with dnspython, for foreign_reader_test.cpp.

read HEX   prints what dnspython finds in the message
write      prints a message made by dnspython in hexadecimal, then what is in it
"""
import sys

import dns.edns
import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset


def print_message(message):
    for rrset in message.question:
        print("question", rrset.name, dns.rdatatype.to_text(rrset.rdtype))
    sections = (("answer", message.answer), ("authority", message.authority),
                ("additional", message.additional))
    for section, rrsets in sections:
        for rrset in rrsets:
            for rdata in rrset:
                print(section, rrset.name, rrset.ttl, dns.rdatatype.to_text(rrset.rdtype), rdata)
    if message.edns >= 0:
        print("edns", message.payload)


def made_message():
    query = dns.message.make_query("umi.example", "MX", use_edns=0, payload=1232)
    reply = dns.message.make_response(query, recursion_available=True)
    reply.use_edns(0, payload=1232)
    reply.flags |= dns.flags.AA
    for owner, ttl, kind, data in (
            # One record a set: dnspython writes the records of a set in random order.
            ("umi.example.", 3600, "MX", "10 mx1.umi.example."),
            ("kumo.example.", 3600, "MX", "20 mx.kumo.example."),
            ("nomail.example.", 60, "MX", "0 ."),
            ("umi.example.", 300, "TXT", '"v=spf1 mx -all" "second"'),
            ("www.umi.example.", 300, "CNAME", "host.umi.example."),
            ("host.umi.example.", 300, "A", "203.0.113.80"),
            ("host.umi.example.", 300, "AAAA", "2001:db8::80"),
            ("80.113.0.203.in-addr.arpa.", 300, "PTR", "host.umi.example.")):
        reply.answer.append(dns.rrset.from_text(owner, ttl, "IN", kind, data))
    reply.authority.append(dns.rrset.from_text(
        "umi.example.", 3600, "IN", "SOA",
        "ns.example. hostmaster.umi.example. 2026040101 3600 600 604800 300"))
    reply.additional.append(
        dns.rrset.from_text("mx1.umi.example.", 3600, "IN", "A", "203.0.113.25"))
    return reply


if sys.argv[1] == "read":
    print_message(dns.message.from_wire(bytes.fromhex(sys.argv[2]), one_rr_per_rrset=True))
else:
    message = made_message()
    print(message.to_wire().hex())
    print_message(message)
