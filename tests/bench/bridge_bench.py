#!/usr/bin/env python3
"""How many messages a second the bridged MX takes, beside Postfix's smtp-sink: the same smtp-source
command to both in turn, the ratio at the end. smtp-sink throws the messages away; the MX hands each
on to the mailbox server, in the clear or, as in the lessons, with a TLS handshake of its own.

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
from bridge import Bridge  # noqa: E402

ROUNDS = 3
MX = "mx1.umi.example"


def find(name):
    path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    if path is None:
        sys.exit(f"bridge_bench.py: {name} is not installed; it comes with Debian's postfix")
    return path


def seconds_for(port, messages, sessions):
    began = time.monotonic()
    subprocess.run(
        [find("smtp-source"), "-s", str(sessions), "-m", str(messages), "-l", "1000",
         "-f", "a@stranger.example", "-t", "taro@umi.example", f"127.0.0.1:{port}"],
        check=True, timeout=600)
    return time.monotonic() - began


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


def seconds_for_ours(hikyaku, messages, sessions, *options):
    with Bridge(hikyaku, "op25b", "--from", "fixed-ip", "--quiet", "--instant", *options,
                openings=[(MX, 25)], eml=False) as bridge:
        return seconds_for(bridge.port(MX, 25), messages, sessions)


def main():
    hikyaku = sys.argv[1]
    messages = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    sessions = int(sys.argv[3]) if len(sys.argv) > 3 else 50
    process, port = sink()
    ours = with_tls = theirs = 0.0
    try:
        for _ in range(ROUNDS):
            theirs += seconds_for(port, messages, sessions)
            ours += seconds_for_ours(
                hikyaku, messages, sessions, "--set", "server.pop.umi.example.25.tls=none")
            with_tls += seconds_for_ours(hikyaku, messages, sessions)
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.wait()
    count = ROUNDS * messages
    print(f"{sessions} sessions, {count} messages of 1000 octets each to both")
    print(f"smtp-sink                  {count / theirs:8.0f} messages/s")
    print(f"bridged MX                 {count / ours:8.0f} messages/s, ratio {theirs / ours:.2f}")
    print(f"bridged MX, TLS afterwards {count / with_tls:8.0f} messages/s, "
          f"ratio {theirs / with_tls:.2f}")


if __name__ == "__main__":
    main()
