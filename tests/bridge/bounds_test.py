"""What an idle bridge costs, what a hostile client can use up, and what is said when the machine has
no room: each with real sockets, each bounded.

usage: bounds_test.py HIKYAKU
"""

import os
import re
import signal
import smtplib
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from bridge import Bridge, cpu_seconds

HIKYAKU = sys.argv.pop(1)
MSA = "mail.kumo.example"
MX = "mx1.umi.example"
TARO = "taro@umi.example"

# The address sanitizer keeps up to 256 MiB of what was given back; here memory is measured.
os.environ["ASAN_OPTIONS"] = "quarantine_size_mb=4:" + os.environ.get("ASAN_OPTIONS", "")


def memory_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) // 1024


def read_to_end(client):
    """All that is said until the connection ends, however it ends."""
    said = b""
    try:
        while part := client.recv(65536):
            said += part
    except OSError:
        pass
    return said


class Case(unittest.TestCase):
    def bridge(self, lesson, *options, **more):
        bridge = Bridge(HIKYAKU, lesson, *options, **more)
        self.addCleanup(bridge.folder.cleanup)
        self.addCleanup(bridge.end)
        return bridge

    def client(self, port):
        client = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.addCleanup(client.close)
        return client


class Idle(Case):
    def test_an_idle_bridge_sleeps(self):
        bridge = self.bridge("submission-587", openings=[(MSA, 587)])
        client = self.client(bridge.port(MSA, 587))
        self.assertTrue(client.recv(100).startswith(b"220"))
        time.sleep(1)
        before = cpu_seconds(bridge.process.pid)
        time.sleep(3)
        self.assertLess(cpu_seconds(bridge.process.pid) - before, 0.3)

    def test_send_sleeps_while_a_server_is_silent(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(30)
            sender = subprocess.Popen(
                [HIKYAKU, "send", "--to", f"127.0.0.1:{server.getsockname()[1]}", "--rcpt", TARO],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                connection, _ = server.accept()
                time.sleep(2)
                before = cpu_seconds(sender.pid)
                time.sleep(3)
                spent = cpu_seconds(sender.pid) - before
                connection.close()
            finally:
                os.kill(sender.pid, signal.SIGINT)
                sender.wait(20)
        self.assertLess(spent, 0.3)


class Leaving(Case):
    def test_who_hangs_up_waits_no_longer(self):
        """Port 25 is blocked: nothing is ever said, and the client does not wait to the end."""
        bridge = self.bridge("op25b", "--level", "expert", openings=[(MSA, 25)])
        client = self.client(bridge.port(MSA, 25))
        bridge.wait_for(lambda: "ropped" in bridge.transcript())
        client.close()
        began = time.monotonic()
        bridge.wait_for(lambda: "hung up before there was an answer" in bridge.transcript(), 10)
        self.assertLess(time.monotonic() - began, 2)
        time.sleep(4)  # the next SYN would be due after three seconds
        self.assertEqual(bridge.transcript().count("Sent SYN"), 1)

    def test_what_was_said_before_is_still_heard(self):
        """As `printf ... | nc -N` does: all of it, and the end, before anybody has greeted."""
        bridge = self.bridge("submission-587", openings=[(MSA, 587)])
        client = self.client(bridge.port(MSA, 587))
        client.sendall(b"EHLO early.example\r\nQUIT\r\n")
        client.shutdown(socket.SHUT_WR)
        said = read_to_end(client)
        self.assertIn(b"221", said)


class Floods(Case):
    """One client cannot take the bridge from the others, nor fill the record."""

    MOST = 64 << 20  # octets that a flood may send
    HELLO = ["EHLO x.example"]
    MAIL = [*HELLO, "MAIL FROM:<a@stranger.example>", f"RCPT TO:<{TARO}>"]

    def flood(self, bridge, begin, piece, most=MOST):
        """What the server says to a client that goes on and on, and how much it took."""
        client = self.client(bridge.port(MX, 25))
        client.recv(1000)  # who speaks before the greeting is thrown out for that
        for line in begin:
            client.sendall(line.encode() + b"\r\n")
            if not line.startswith("BDAT"):
                client.recv(1000)
        said = []
        reader = threading.Thread(target=lambda: said.append(read_to_end(client)))
        reader.start()
        sent = 0
        try:
            while sent < most:
                client.sendall(piece)
                sent += len(piece)
        except OSError:
            pass
        self.assertLess(sent, most, "nobody stopped it")
        reader.join(30)
        return said[0]

    def check(self, bridge, before):
        """Others are served as ever, and little is kept."""
        with smtplib.SMTP("127.0.0.1", bridge.port(MX, 25), timeout=30) as other:
            other.sendmail("a@stranger.example", [TARO], "Subject: after\r\n\r\nhello\r\n")
        self.assertLess(memory_mib(bridge.process.pid) - before, 600)

    def try_flood(self, begin, piece):
        bridge = self.bridge("op25b", "--from", "fixed-ip", openings=[(MX, 25)])
        before = memory_mib(bridge.process.pid)
        said = self.flood(bridge, begin, piece)
        self.check(bridge, before)
        return said

    def test_a_line_without_end(self):
        self.assertIn(b"\r\n421 ", self.try_flood([], b"x" * 65536))

    def test_commands_without_end(self):
        self.assertIn(b"\r\n421 ", self.try_flood(self.HELLO, b"NOOP\r\n" * 5000))

    def test_text_without_end(self):
        begin = [*self.MAIL, "DATA"]
        self.assertIn(b"\r\n421 ", self.try_flood(begin, b"x" * 70 + b"\r\n" + b"y" * 60000))

    def test_a_chunk_of_two_billion(self):
        begin = [*self.MAIL, "BDAT 2000000000"]
        self.assertIn(b"\r\n421 ", self.try_flood(begin, b"z" * 65536))


class LettingGo(Case):
    def test_mails_of_ended_sessions_are_let_go(self):
        """The record keeps the newest; what was before makes room."""
        bridge = self.bridge("op25b", "--from", "fixed-ip", "--quiet", "--instant",
                             "--set", "server.pop.umi.example.25.tls=none",
                             openings=[(MX, 25)], eml=False)

        def send(count):
            with smtplib.SMTP("127.0.0.1", bridge.port(MX, 25), timeout=60) as client:
                for _ in range(count):
                    client.sendmail("a@stranger.example", [TARO], "Subject: x\r\n\r\nhello\r\n")

        send(200)
        before = memory_mib(bridge.process.pid)
        send(1000)
        self.assertLess(memory_mib(bridge.process.pid) - before, 30)  # it was 290 kB a mail


def mounts_are_allowed():
    return subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"],
                          stderr=subprocess.DEVNULL, check=False).returncode == 0


class FullDisk:
    """A folder with little room for one process, whose words get `launch` in front: a tiny file
    system that it alone sees; where nothing may be mounted, a limit of the size of a file."""

    ROOM = 32 << 10

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="hikyaku-full-")
        self.path = self.folder.name
        self.is_disk = mounts_are_allowed()
        if self.is_disk:
            script = f'mount -t tmpfs -o size={self.ROOM} none "$0" && exec "$@"'
            self.launch = ["unshare", "-m", "sh", "-c", script, self.path]
        else:
            limit = ("import os, resource, signal, sys; signal.signal(signal.SIGXFSZ, "
                     f"signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, ({self.ROOM},) "
                     "* 2); os.execv(sys.argv[1], sys.argv[1:])")
            self.launch = [sys.executable, "-c", limit]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def file(self, name):
        return os.path.join(self.path, name)


class NoRoom(Case):
    def run_into_the_full(self, *words):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([HIKYAKU, *words], stdout=full, stderr=subprocess.PIPE,
                                  text=True, timeout=60)
        return done.returncode, done.stderr

    def test_what_cannot_be_said_is_an_error(self):
        for words in (("run", "op25b"), ("run", "op25b", "--json"), ("list",), ("list", "--json"),
                      ("check", "op25b"), ("--help",), ("run", "--help"), ("--version",), ("help",)):
            with self.subTest(words):
                code, errors = self.run_into_the_full(*words, "--lang", "en")
                self.assertEqual(code, 2)
                self.assertIn("could be written", errors)

    def test_a_reader_that_has_heard_enough_is_none(self):
        done = subprocess.run(["sh", "-c", '"$0" run path --view events --level expert | head -n 1',
                               HIKYAKU], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stderr, "")

    def test_mails_that_cannot_be_kept_are_told_of(self):
        with tempfile.TemporaryDirectory() as folder:
            bridge = Bridge(HIKYAKU, "op25b", "--from", "fixed-ip", "--eml", folder,
                            openings=[(MX, 25)], eml=False)
            try:
                # No file can be made in a folder that is gone.
                os.rmdir(folder)
                with smtplib.SMTP("127.0.0.1", bridge.port(MX, 25), timeout=30) as client:
                    client.sendmail("a@stranger.example", [TARO], "Subject: x\r\n\r\nhello\r\n")
                bridge.wait_for(lambda: "cannot be written" in bridge.transcript())
                self.assertEqual(bridge.end(), 2)
                self.assertEqual(bridge.summary.count("cannot be written"), 1)
            finally:
                bridge.end()
                bridge.folder.cleanup()
                os.makedirs(folder, exist_ok=True)


    def run_on_full_disk(self, disk, *words):
        return subprocess.run([*disk.launch, HIKYAKU, "run", "own-isp-25", "--lang", "en",
                               *words],
                              capture_output=True, text=True, timeout=60, check=False)

    def test_a_run_whose_files_find_no_room_says_which(self):
        """Mails, capture and TLS keys; what was cut off is not left behind as if it were whole."""
        with FullDisk() as disk, tempfile.TemporaryDirectory() as elsewhere:
            message = os.path.join(elsewhere, "large.eml")
            with open(message, "w", encoding="ascii", newline="") as file:
                file.write("Subject: large\r\n\r\n" + ("x" * 70 + "\r\n") * 1000)
            for option, name, is_folder in (("--eml", "mails", True), ("--pcap", "a.pcapng", False)):
                with self.subTest(option):
                    path = disk.file(name)
                    done = self.run_on_full_disk(disk, option, path, "--message", message)
                    self.assertEqual(done.returncode, 2)
                    self.assertIn("cannot be written", done.stderr)
                    self.assertIn(path, done.stderr)
                    self.assertFalse(os.path.isfile(path))
                    if is_folder and os.path.isdir(path):
                        self.assertEqual(os.listdir(path), [])
            # Of keys there are a few hundred octets only: the disk is full before.
            if disk.is_disk:
                keys = disk.file("keys")
                filled = [*disk.launch[:4], disk.launch[4].replace(
                    "exec", 'head -c 1M /dev/zero >"$0/rest"; exec'), disk.path]
                done = subprocess.run([*filled, HIKYAKU, "run", "submission-587", "--lang", "en",
                                       "--keylog", keys],
                                      capture_output=True, text=True, timeout=60, check=False)
                self.assertEqual(done.returncode, 2)
                self.assertIn(f"{keys}", done.stderr)

    def test_a_bridge_on_a_full_disk_goes_on_and_says_so(self):
        with FullDisk() as disk:
            bridge = self.bridge("op25b", "--from", "fixed-ip", "--eml", disk.file("mails"),
                                 "--pcap", disk.file("a.pcapng"), openings=[(MX, 25)], eml=False,
                                 launch=disk.launch)
            with smtplib.SMTP("127.0.0.1", bridge.port(MX, 25), timeout=30) as client:
                for _ in range(3):
                    client.sendmail("a@stranger.example", [TARO],
                                    "Subject: x\r\n\r\n" + ("x" * 70 + "\r\n") * 1000)
            bridge.wait_for(lambda: "cannot be written" in bridge.transcript())
            self.assertEqual(bridge.end(), 2)
            self.assertEqual(bridge.summary.count(f"{disk.file('mails')}"), 1)
            self.assertIn("a.pcapng", bridge.summary)


class Certificate(Case):
    def test_a_link_that_somebody_laid_is_not_followed(self):
        with tempfile.TemporaryDirectory() as folder:
            victim = os.path.join(folder, "victim")
            with open(victim, "w", encoding="ascii") as file:
                file.write("precious")
            # The process number is known before the name is used: the shell's own, by exec.
            script = ('ln -s "$1" "$TMPDIR/hikyaku-ca-$$.pem"; '
                      'exec "$2" bridge op25b --json --listen mail.kumo.example:587=127.0.0.1:0')
            process = subprocess.Popen(
                ["sh", "-c", script, "sh", victim, HIKYAKU], stdout=subprocess.PIPE, text=True,
                stderr=subprocess.DEVNULL, env={**os.environ, "TMPDIR": folder})
            try:
                line = process.stdout.readline()
                self.assertIn('"ca_file"', line)
                with open(victim, encoding="ascii") as file:
                    self.assertEqual(file.read(), "precious")
                path = re.search(r'"ca_file":"([^"]+)"', line).group(1)
                mode = os.lstat(path).st_mode
                self.assertTrue(stat.S_ISREG(mode))
                self.assertEqual(stat.S_IMODE(mode), 0o600)
            finally:
                os.kill(process.pid, signal.SIGINT)
                process.wait(20)
                process.stdout.close()
            self.assertFalse(os.path.exists(path))


if __name__ == "__main__":
    unittest.main(verbosity=2)
