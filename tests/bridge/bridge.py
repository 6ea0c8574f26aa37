"""Starts `hikyaku bridge`, says where its ports are, and ends it by its process id."""

import json
import os
import signal
import subprocess
import tempfile
import time


def cpu_seconds(pid):
    """How much processor time the process has used so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Bridge:
    """A bridged lesson. All real ports are on the loopback and free ones: none is asked for."""

    def __init__(self, hikyaku, lesson, *options, openings=(), eml=True, launch=()):
        self.folder = tempfile.TemporaryDirectory(prefix="hikyaku-bridge-")
        self.mails = os.path.join(self.folder.name, "mails")
        self.ca = os.path.join(self.folder.name, "ca.pem")
        self.errors = open(os.path.join(self.folder.name, "transcript"), "w+", encoding="utf-8")
        listens = [
            part
            for host, port in openings
            for part in ("--listen", f"{host}:{port}=127.0.0.1:0")
        ]
        self.process = subprocess.Popen(
            [*launch, hikyaku, "bridge", lesson, "--json", "--lang", "en", "--ca", self.ca,
             *(("--eml", self.mails) if eml else ()), *listens, *options],
            stdout=subprocess.PIPE, stderr=self.errors, text=True)
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            raise RuntimeError("the bridge did not open: " + self.transcript())
        self.mapping = json.loads(line)
        self.summary = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
        self.folder.cleanup()

    def port(self, host, port):
        """The real port that leads to this simulated one."""
        for opening in self.mapping["ports"]:
            if opening["host"] == host and opening["port"] == port:
                return opening["real_port"]
        raise KeyError(f"{host}:{port}")

    def transcript(self):
        """What the bridge has said so far."""
        self.errors.flush()
        with open(self.errors.name, encoding="utf-8") as file:
            return file.read()

    def wait_for(self, seen, seconds=20):
        """Until seen() is true; what it returns."""
        end = time.monotonic() + seconds
        while True:
            value = seen()
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError("it did not happen; the transcript:\n" + self.transcript())
            time.sleep(0.05)

    def wait_until_told(self, *words, seconds=60):
        """
        Until the transcript has all of them; it with every run of blanks as one, and without a
        card's edges. Use this instead of looking once: a card follows when its cures have been
        tried, and comes in pieces.
        """
        def told():
            text = " ".join(self.transcript().replace("│", " ").split())
            return text if all(part in text for part in words) else None
        return self.wait_for(told, seconds)

    def mails_in(self, place):
        """The texts kept at a place, as in "mailbox-pop.umi.example", in the order of arrival."""
        names = sorted(os.listdir(self.mails), key=lambda name: int(name.split("-")[0]))
        texts = []
        for name in names:
            if f"-{place}" in name:
                with open(os.path.join(self.mails, name), "rb") as file:
                    texts.append(file.read())
        return texts

    def end(self):
        """Ends it with SIGINT, as Ctrl+C does; its exit code."""
        if self.errors.closed:
            return self.process.returncode
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGINT)
        try:
            code = self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()
            code = None
        self.process.stdout.close()
        self.summary = self.transcript()
        self.errors.close()
        return code
