#!/usr/bin/env python3
"""How many messages a second the bridged MX takes, and how much processor time each costs it, beside
Postfix's smtp-sink: the same smtp-source command to both in turn. smtp-sink throws the messages
away; the MX hands each on to the mailbox server, in the clear or, as in the lessons, with a TLS
handshake of its own. Processor time is what a busy machine changes least.

usage: bridge_bench.py HIKYAKU [MESSAGES [SESSIONS]]
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "bridge"))
from bridge import Bridge, cpu_seconds  # noqa: E402

ROUNDS = 3
MX = "mx1.umi.example"


def find(name):
    path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    if path is None:
        sys.exit(f"bridge_bench.py: {name} is not installed; it comes with Debian's postfix")
    return path


class Spent:
    """Of one server over all rounds: seconds on the clock, and of the processor."""

    def __init__(self, name):
        self.name = name
        self.clock = self.processor = 0.0

    def tell(self, count, theirs):
        print(f"{self.name:26} {count / self.clock:8.0f} messages/s, "
              f"{1000 * self.processor / count:6.3f} ms of the processor a message, "
              f"ratio {theirs.clock / self.clock:.2f}")


def take(spent, pid, port, messages, sessions):
    used, began = cpu_seconds(pid), time.monotonic()
    subprocess.run(
        [find("smtp-source"), "-s", str(sessions), "-m", str(messages), "-l", "1000",
         "-f", "a@stranger.example", "-t", "taro@umi.example", f"127.0.0.1:{port}"],
        check=True, timeout=600)
    spent.clock += time.monotonic() - began
    spent.processor += cpu_seconds(pid) - used


def sink():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    process = subprocess.Popen([find("smtp-sink"), "-u", "nobody", f"127.0.0.1:{port}", "1000"])
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return process, port
        except OSError:
            time.sleep(0.05)
    sys.exit("bridge_bench.py: smtp-sink did not start")


def take_ours(spent, hikyaku, messages, sessions, *options):
    with Bridge(hikyaku, "op25b", "--from", "fixed-ip", "--quiet", "--instant", *options,
                openings=[(MX, 25)], eml=False) as bridge:
        take(spent, bridge.process.pid, bridge.port(MX, 25), messages, sessions)


def main():
    hikyaku = sys.argv[1]
    messages = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    sessions = int(sys.argv[3]) if len(sys.argv) > 3 else 50
    process, port = sink()
    theirs, ours, with_tls = (
        Spent(name) for name in ("smtp-sink", "bridged MX", "bridged MX, TLS afterwards"))
    try:
        for _ in range(ROUNDS):
            take(theirs, process.pid, port, messages, sessions)
            take_ours(ours, hikyaku, messages, sessions, "--set",
                      "server.pop.umi.example.25.tls=none")
            take_ours(with_tls, hikyaku, messages, sessions)
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.wait()
    count = ROUNDS * messages
    print(f"{sessions} sessions, {count} messages of 1000 octets each to both")
    for each in (theirs, ours, with_tls):
        each.tell(count, theirs)


if __name__ == "__main__":
    main()
