"""Our mail program and relay (hikyaku send) against servers that we did not write: Postfix with
Cyrus SASL, and OpenSMTPD. Each runs on the loopback, in a throw-away root.

usage: servers_test.py HIKYAKU
"""

import glob
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HIKYAKU = sys.argv.pop(1)
ROOT = os.path.join(os.path.dirname(__file__), "..", "..")
USER = "hanako@kumo.example"
PASSWORD = "sakura2026"
TARO = "taro@umi.example"


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def make_certificates(folder, kind):
    """A CA that vouches for "localhost", both with keys of this kind."""
    key = {"ec": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
           "rsa": ("-newkey", "rsa:2048")}[kind]

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
    openssl("req", "-x509", *key, "-nodes",
            "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test CA")
    openssl("req", *key, "-nodes",
            "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=localhost")
    with open(os.path.join(folder, "names"), "w", encoding="ascii") as file:
        file.write("subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n")
    openssl("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "cert.pem")


class Server:
    """A real server in a throw-away root, described by a shell script that ends in exec."""

    def __init__(self, packages, key, script, ports):
        self.folder = tempfile.mkdtemp(prefix="hikyaku-server-", dir="/tmp")
        os.chmod(self.folder, 0o755)
        make_certificates(self.folder, key)
        self.ca = os.path.join(self.folder, "ca.pem")
        self.mails = os.path.join(self.folder, "mail")
        os.mkdir(self.mails)
        os.chmod(self.mails, 0o777)
        path = os.path.join(self.folder, "run.sh")
        with open(path, "w", encoding="utf-8") as file:
            file.write(script.replace("FOLDER", self.folder))
        self.log = open(os.path.join(self.folder, "log"), "wb")
        self.process = subprocess.Popen(
            ["bash", os.path.join(ROOT, "scripts/lib/throwaway_root.sh"), packages, "bash", path],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        for port in ports:
            self.wait_for(port)

    def wait_for(self, port):
        end = time.monotonic() + 180
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    said = self.said()
                    self.end()
                    raise RuntimeError("the server did not start:\n" + said) from None
                time.sleep(0.2)

    def said(self):
        self.log.flush()
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            return file.read()

    def mail_with(self, subject):
        """The mail with this subject, once it has been delivered."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            for path in glob.glob(os.path.join(self.mails, "**", "new", "*"), recursive=True):
                with open(path, "rb") as file:
                    text = file.read()
                if b"Subject: " + subject.encode() in text:
                    return text
            time.sleep(0.1)
        raise AssertionError(f"no mail with the subject {subject}:\n{self.said()}")

    def end(self):
        """Ends it by its process id; all that it began goes with it."""
        os.kill(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def send(port, subject, *options, text=None, rcpt=TARO):
    """hikyaku send: its exit code and all that it said."""
    with tempfile.NamedTemporaryFile(suffix=".eml") as letter:
        letter.write(
            b"From: " + USER.encode() + b"\r\nTo: " + rcpt.encode() + b"\r\nSubject: " +
            subject.encode() + b"\r\nMIME-Version: 1.0\r\n"
            b"Content-Type: text/plain; charset=utf-8\r\n"
            b"Content-Transfer-Encoding: 8bit\r\n\r\n" + (text or b"Hello\r\n"))
        letter.flush()
        done = subprocess.run(
            [HIKYAKU, "send", "--lang", "en", "--to", f"localhost:{port}", "--sender", USER,
             "--rcpt", rcpt, "--message", letter.name, *options],
            capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


class Common:
    """What both servers are asked. Ports: relay (25), submission (587), submissions (465)."""

    mechanisms = ()

    @classmethod
    def setUpClass(cls):
        cls.mx, cls.msa, cls.tls = free_ports(3)
        cls.server = Server(cls.packages, cls.key, cls.script(), (cls.mx, cls.msa, cls.tls))

    @classmethod
    def tearDownClass(cls):
        cls.server.end()

    def account(self, *more, password=PASSWORD):
        return ("--user", USER, "--password", password, "--ca", self.server.ca, *more)

    def test_each_mechanism_under_starttls(self):
        for mechanism in self.mechanisms:
            with self.subTest(mechanism=mechanism):
                subject = f"mechanism {mechanism}"
                code, said = send(self.msa, subject, *self.account(
                    "--protection", "starttls", "--auth", mechanism))
                self.assertEqual(code, 0, said + self.server.said())
                self.server.mail_with(subject)

    def test_automatic_authentication(self):
        code, said = send(self.msa, "automatic", *self.account("--protection", "starttls"))
        self.assertEqual(code, 0, said + self.server.said())
        self.server.mail_with("automatic")

    def test_tls_from_the_start(self):
        code, said = send(self.tls, "tls", *self.account("--protection", "tls"))
        self.assertEqual(code, 0, said + self.server.said())
        self.server.mail_with("tls")

    def test_wrong_password(self):
        code, said = send(self.msa, "wrong", *self.account(
            "--protection", "starttls", password="wrong"))
        self.assertEqual(code, 1, said)
        self.assertIn("535", said)

    def test_authority_that_nobody_knows(self):
        code, said = send(
            self.msa, "unknown", "--protection", "starttls", "--user", USER, "--password", PASSWORD)
        self.assertEqual(code, 1, said)
        self.assertIn("certificate", said)
        self.assertEqual(said.count("Why did it stop?"), 1)
        self.assertIn("--ca FILE", said)
        self.assertNotIn("= good", said)  # nothing of ours can be set there
        self.assertNotIn(PASSWORD, said)

    def test_relay_hands_over_with_opportunistic_tls(self):
        code, said = send(self.mx, "relay", "--as", "relay", "--ca", self.server.ca)
        self.assertEqual(code, 0, said + self.server.said())
        self.assertIn("TLS 1.3", said)
        text = self.server.mail_with("relay")
        self.assertIn(b"by relay.hikyaku.example", text)

    def test_relay_is_told_that_there_is_no_such_user(self):
        code, said = send(self.mx, "nobody", "--as", "relay", rcpt="nobody@elsewhere.example")
        self.assertEqual(code, 1, said)
        self.assertRegex(said, r"5[05][04] ")

    def test_large_and_eight_bit_text_arrives_to_the_octet(self):
        lines = [b".", b"..", b".dot", "海苔を二箱".encode(), b"x" * 990, b""]
        body = b"\r\n".join(lines) + b"\r\n" + b"".join(
            b"%06d %s\r\n" % (i, b"y" * 60) for i in range(40_000))
        code, said = send(self.msa, "large", *self.account("--protection", "starttls"), text=body)
        self.assertEqual(code, 0, said[-3000:])
        text = self.server.mail_with("large")
        self.assertTrue(text.replace(b"\r\n", b"\n").endswith(body.replace(b"\r\n", b"\n")))


class Postfix(Common, unittest.TestCase):
    packages = "postfix sasl2-bin libsasl2-modules"
    key = "ec"
    mechanisms = ("plain", "login", "cram_md5", "scram_sha_256")

    @classmethod
    def script(cls):
        return f"""
            set -e
            cd FOLDER
            cat >/etc/postfix/main.cf <<'CONFIGURATION'
compatibility_level = 3.6
myhostname = localhost
mydestination =
inet_interfaces = loopback-only
maillog_file = /dev/stdout
smtpd_tls_cert_file = FOLDER/cert.pem
smtpd_tls_key_file = FOLDER/key.pem
smtpd_tls_security_level = may
virtual_mailbox_domains = umi.example
virtual_mailbox_base = FOLDER/mail
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_mailbox_limit = 0
mailbox_size_limit = 0
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
broken_sasl_auth_clients = no
smtpd_sasl_local_domain = kumo.example
CONFIGURATION
            cat >/etc/postfix/sasl/smtpd.conf <<'CONFIGURATION'
pwcheck_method: auxprop
auxprop_plugin: sasldb
mech_list: PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256
CONFIGURATION
            grep -v '^smtp  *inet' /etc/postfix/master.cf >master
            {{
              cat master
              echo '127.0.0.1:{cls.mx} inet n - n - - smtpd'
              echo '127.0.0.1:{cls.msa} inet n - n - - smtpd'
              echo '  -o smtpd_tls_security_level=encrypt -o smtpd_sasl_auth_enable=yes'
              echo '127.0.0.1:{cls.tls} inet n - n - - smtpd'
              echo '  -o smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=yes'
            }} >/etc/postfix/master.cf
            echo '{PASSWORD}' | saslpasswd2 -p -c -u kumo.example hanako
            chmod 644 /etc/sasldb2
            exec postfix start-fg
        """


class OpenSmtpd(unittest.TestCase):
    """Debian 12's OpenSMTPD 6.8 cannot finish a TLS handshake with anybody: it asks OpenSSL 3 in a
    way that OpenSSL 1.1 understood (its issue 1171). So openssl s_client says first what is to be
    expected: with a newer one TLS has to stand, with this one our programs have to take a server
    that fails in the middle of a handshake as they should."""

    @classmethod
    def setUpClass(cls):
        cls.mx, cls.tls = free_ports(2)
        cls.server = Server("opensmtpd", "rsa", cls.script(), (cls.mx, cls.tls))
        seen = subprocess.run(
            ["openssl", "s_client", "-quiet", "-connect", f"127.0.0.1:{cls.tls}"],
            input=b"QUIT\r\n", capture_output=True, timeout=30, check=False)
        cls.speaks_tls = b"220 " in seen.stdout

    @classmethod
    def tearDownClass(cls):
        cls.server.end()

    @classmethod
    def script(cls):
        return f"""
            set -e
            cd FOLDER
            chmod 600 key.pem
            cat >smtpd.conf <<'CONFIGURATION'
table everyone {{ "@" = nobody }}
pki localhost cert "FOLDER/cert.pem"
pki localhost key "FOLDER/key.pem"
listen on 127.0.0.1 port {cls.mx} tls pki localhost
listen on 127.0.0.1 port {cls.tls} smtps pki localhost
action keep maildir "FOLDER/mail/all" virtual <everyone>
match from any for domain "umi.example" action keep
CONFIGURATION
            exec smtpd -d -f FOLDER/smtpd.conf
        """

    def test_relay_hands_over_with_tls_or_after_it_failed(self):
        code, said = send(self.mx, "relay", "--as", "relay", "--ca", self.server.ca)
        self.assertEqual(code, 0, said + self.server.said())
        self.assertIn("TLS 1." if self.speaks_tls else "TLS × failed", said)
        self.assertIn(b"by relay.hikyaku.example", self.server.mail_with("relay"))

    def test_mail_program_that_demands_tls(self):
        for port, protection in ((self.mx, "starttls"), (self.tls, "tls")):
            subject = f"demand {protection}"
            code, said = send(port, subject, "--protection", protection, "--ca", self.server.ca)
            if self.speaks_tls:
                self.assertEqual(code, 0, said)
                self.server.mail_with(subject)
            else:
                self.assertEqual(code, 1, said)
                self.assertIn("TLS alert", said)
                self.assertNotIn("MAIL FROM", said)

    def test_mail_in_the_clear(self):
        code, said = send(self.mx, "clear", "--protection", "none")
        self.assertEqual(code, 0, said + self.server.said())
        self.server.mail_with("clear")

    def test_recipient_of_another_domain(self):
        code, said = send(
            self.mx, "nobody", "--protection", "none", rcpt="nobody@elsewhere.example")
        self.assertEqual(code, 1, said)
        self.assertIn("550", said)

    def test_large_and_eight_bit_text_arrives_to_the_octet(self):
        nori = "海苔".encode() * 9
        body = b"".join(b"%06d %s\r\n" % (i, nori) for i in range(30_000)) + b".\r\n"
        code, said = send(self.mx, "large", "--protection", "none", text=body)
        self.assertEqual(code, 0, said[-3000:])
        text = self.server.mail_with("large")
        self.assertTrue(text.replace(b"\r\n", b"\n").endswith(body.replace(b"\r\n", b"\n")))


class Refusal(unittest.TestCase):
    """A server that refuses everybody, and notes how it is left."""

    def serve(self, server, heard):
        connection, _ = server.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 no.example ESMTP\r\n")
            try:
                for line in lines:
                    heard.append(line.decode().strip())
                    verb = line[:4].upper()
                    answer = {b"EHLO": b"250 no.example", b"MAIL": b"250 Ok", b"QUIT": b"221 Bye",
                              b"RSET": b"250 Ok"}.get(verb, b"550 5.1.1 No such user")
                    connection.sendall(answer + b"\r\n")
                heard.append("end of file")
            except ConnectionError as error:
                heard.append(repr(error))

    def test_a_relay_says_goodbye_and_does_not_reset(self):
        heard = []
        with socket.create_server(("127.0.0.1", 0)) as server:
            thread = threading.Thread(target=self.serve, args=(server, heard))
            thread.start()
            code, said = send(server.getsockname()[1], "refused", "--as", "relay")
            thread.join(20)
            server.settimeout(0.5)
            with self.assertRaises(TimeoutError):  # no report follows by the same way
                server.accept()
        self.assertEqual(code, 1, said)
        self.assertEqual(heard[-2:], ["QUIT", "end of file"])
        self.assertIn("221 Bye", said)
        self.assertIn("550 5.1.1", said)


class Silence(unittest.TestCase):
    """A server that waits for TLS, spoken to in the clear: each waits for the other."""

    def said_to(self, *options):
        with socket.create_server(("127.0.0.1", 0)) as server:
            with subprocess.Popen(
                    [HIKYAKU, "send", "--lang", "en", "--to",
                     f"127.0.0.1:{server.getsockname()[1]}", "--rcpt", TARO, *options],
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
                try:
                    said = [process.stderr.readline() for _ in range(2)]
                    os.kill(process.pid, signal.SIGINT)
                    self.assertEqual(process.wait(10), 1)
                    return "".join(said) + process.stderr.read()
                finally:
                    process.kill()

    def test_it_says_what_it_waits_for(self):
        said = self.said_to()
        self.assertIn("waiting up to 5 min", said)
        self.assertIn("--protection tls", said)

    def test_who_speaks_tls_already_gets_no_such_advice(self):
        said = self.said_to("--protection", "tls")
        self.assertIn("waiting up to 5 min", said)
        self.assertNotIn("--protection tls", said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
