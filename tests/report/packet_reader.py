"""Reads packets, one a line in hexadecimal, as their receiver would, for packet_view_test.cpp.

Prints protocol, addresses, TTL and "ok" of each; or what is wrong with it.
"""
import socket
import struct
import sys


def ones_complement_sum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def problem_of(packet):
    if packet[0] != 0x45:
        return "not IPv4 with 20 octets of header"
    if struct.unpack("!H", packet[2:4])[0] != len(packet):
        return "total length"
    if ones_complement_sum(packet[:20]) != 0xFFFF:
        return "header checksum"
    behind = packet[20:]
    protocol = packet[9]
    if protocol == 1:
        if ones_complement_sum(behind) != 0xFFFF:
            return "ICMP checksum"
        # Of the packet that is quoted, the header is whole.
        if ones_complement_sum(behind[8:28]) != 0xFFFF:
            return "header checksum of the quoted packet"
        return "ok" if len(behind) == 36 else "ICMP length"
    pseudo = packet[12:20] + struct.pack("!BBH", 0, protocol, len(behind))
    if ones_complement_sum(pseudo + behind) != 0xFFFF:
        return "checksum"
    if protocol == 17:
        return "ok" if struct.unpack("!H", behind[4:6])[0] == len(behind) else "UDP length"
    return "ok" if behind[12] >> 4 == 5 else "TCP header length"


def main(path):
    names = {1: "icmp", 6: "tcp", 17: "udp"}
    with open(path, encoding="ascii") as lines:
        for line in lines:
            packet = bytes.fromhex(line)
            print(names[packet[9]], socket.inet_ntoa(packet[12:16]),
                  socket.inet_ntoa(packet[16:20]), packet[8], problem_of(packet))


main(sys.argv[1])
