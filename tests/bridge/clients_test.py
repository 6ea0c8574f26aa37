"""Mail programs that we did not write, against the bridged servers: curl, swaks, msmtp, Python's
smtplib and poplib, nodemailer, openssl s_client and dig, with every protection, good and bad.

usage: clients_test.py HIKYAKU
"""

import os
import poplib
import re
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from email.message import EmailMessage

from bridge import Bridge

HIKYAKU = sys.argv.pop(1)
MSA = "mail.kumo.example"
MX = "mx1.umi.example"
USER = "hanako@kumo.example"
PASSWORD = "sakura2026"
TARO = "taro@umi.example"


def letter(subject, text="Hello Taro\n"):
    message = EmailMessage()
    message["From"] = USER
    message["To"] = TARO
    message["Subject"] = subject
    message.set_content(text)
    return message


def run(*command, text="", environment=None):
    """A command's exit code and all that it said."""
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, timeout=60,
        env={**os.environ, **(environment or {})})
    return done.returncode, done.stdout + done.stderr


class Bridged(unittest.TestCase):
    """All cases of a class share a bridge; each looks for a subject of its own."""

    lesson = "submission-587"
    options = ()
    openings = [(MSA, 25), (MSA, 587), (MSA, 465), ("pop.umi.example", 995),
                ("pop.umi.example", 110), ("ns.example", 53)]

    @classmethod
    def setUpClass(cls):
        cls.bridge = Bridge(HIKYAKU, cls.lesson, *cls.options, openings=cls.openings)

    @classmethod
    def tearDownClass(cls):
        code = cls.bridge.end()
        cls.bridge.folder.cleanup()
        if code != 0:
            raise AssertionError(f"the bridge ended with {code}:\n{cls.bridge.summary[-3000:]}")

    def port(self, host, port):
        return self.bridge.port(host, port)

    def in_mailbox(self, subject):
        """The mail with this subject, when it has come to Taro's mailbox."""
        wanted = f"Subject: {subject}\r\n".encode()
        found = self.bridge.wait_for(
            lambda: [m for m in self.bridge.mails_in("mailbox-pop") if wanted in m])
        self.assertEqual(len(found), 1)
        return found[0]

    def never_in_a_server(self, subject):
        wanted = f"Subject: {subject}".encode()
        for text in self.bridge.mails_in("accepted"):
            self.assertNotIn(wanted, text)

    def context(self):
        return ssl.create_default_context(cafile=self.bridge.ca)


class Curl(Bridged):
    def send(self, url, subject, *options, user=f"{USER}:{PASSWORD}"):
        path = os.path.join(self.bridge.folder.name, "curl.eml")
        with open(path, "wb") as file:
            file.write(bytes(letter(subject)))
        return run(
            "curl", "-sS", "--crlf", "--cacert", self.bridge.ca, "--mail-from", USER,
            "--mail-rcpt", TARO, *(("--user", user) if user else ()), *options,
            "--upload-file", path, url)

    def test_starttls_on_587(self):
        code, said = self.send(
            f"smtp://localhost:{self.port(MSA, 587)}", "curl 587", "--ssl-reqd")
        self.assertEqual(code, 0, said)
        self.assertIn(b"with ESMTPSA", self.in_mailbox("curl 587"))

    def test_tls_from_the_start_on_465(self):
        code, said = self.send(f"smtps://localhost:{self.port(MSA, 465)}", "curl 465")
        self.assertEqual(code, 0, said)
        self.assertIn(b"with ESMTPSA", self.in_mailbox("curl 465"))

    def test_auth_login(self):
        code, said = self.send(
            f"smtp://localhost:{self.port(MSA, 587)}", "curl LOGIN", "--ssl-reqd",
            "--login-options", "AUTH=LOGIN")
        self.assertEqual(code, 0, said)
        self.in_mailbox("curl LOGIN")

    def test_no_tls_no_login(self):
        code, said = self.send(f"smtp://localhost:{self.port(MSA, 587)}", "curl clear", user=None)
        self.assertNotEqual(code, 0)
        self.assertIn("530", said)
        self.never_in_a_server("curl clear")

    def test_unknown_authority(self):
        code, said = run("curl", "-sS", "--ssl-reqd", f"smtp://localhost:{self.port(MSA, 587)}")
        self.assertEqual(code, 60, said)  # CURLE_PEER_FAILED_VERIFICATION

    def test_name_that_is_not_in_the_certificate(self):
        code, said = run(
            "curl", "-sS", "--ssl-reqd", "--cacert", self.bridge.ca,
            "--resolve", f"other.example:{self.port(MSA, 587)}:127.0.0.1",
            f"smtp://other.example:{self.port(MSA, 587)}")
        self.assertEqual(code, 60, said)

    def test_clear_to_the_tls_port(self):
        code, _ = run("curl", "-sS", "-m", "10", f"smtp://localhost:{self.port(MSA, 465)}")
        self.assertNotEqual(code, 0)

    def test_pop3(self):
        self.send(f"smtps://localhost:{self.port(MSA, 465)}", "curl pop")
        self.in_mailbox("curl pop")
        for scheme, port in (("pop3s", 995), ("pop3", 110)):
            code, said = run(
                "curl", "-sS", "--ssl-reqd", "--cacert", self.bridge.ca,
                "--user", f"{TARO}:umineko7",
                f"{scheme}://localhost:{self.port('pop.umi.example', port)}/")
            self.assertEqual(code, 0, said)
            self.assertTrue(said.strip(), "no message in the list")


class WrongPassword(Bridged):
    """Each client is told no; so many failures would close the server to all of them."""

    options = ("--set", f"server.{MSA}.login_pause=0")

    def test_every_client_is_told_no(self):
        code, said = run(
            "curl", "-sS", "--ssl-reqd", "--cacert", self.bridge.ca, "--user", f"{USER}:wrong",
            "--mail-from", USER, "--mail-rcpt", TARO, "--upload-file", "-",
            f"smtp://localhost:{self.port(MSA, 587)}/pc.example", text=str(letter("wrong")))
        self.assertEqual(code, 67, said)  # CURLE_LOGIN_DENIED
        with smtplib.SMTP("localhost", self.port(MSA, 587)) as client:
            client.starttls(context=self.context())
            with self.assertRaises(smtplib.SMTPAuthenticationError) as caught:
                client.login(USER, "wrong")
        self.assertEqual(caught.exception.smtp_code, 535)


class PasswordGuesser(Bridged):
    """Three failed logins, and the address is not served until the pause is over."""

    pause = 12
    options = ("--set", f"server.{MSA}.login_pause={pause}")

    def greeting(self, port=587):
        with socket.create_connection(("localhost", self.port(MSA, port)), 20) as plain:
            if port == 587:
                return plain.makefile("rb").readline()
            with self.context().wrap_socket(plain, server_hostname="localhost") as secured:
                return secured.makefile("rb").readline()

    def try_password(self, password):
        """The server's answer to AUTH PLAIN on a connection of its own, and what came after it."""
        client = smtplib.SMTP("localhost", self.port(MSA, 587), timeout=30)
        client.starttls(context=self.context())
        client.ehlo()
        client.user, client.password = USER, password
        try:
            code, _ = client.auth("PLAIN", client.auth_plain)
        except smtplib.SMTPAuthenticationError as refused:
            code = refused.smtp_code
        after = client.file.readline() if code == 535 and self.failures == 2 else b""
        client.close()
        return code, after

    def test_guessing_over_many_connections_ends_in_a_pause(self):
        self.failures = 0
        for guess in ("password", "hanako", "123456"):
            code, after = self.try_password(guess)
            self.assertEqual(code, 535)
            self.failures += 1
        self.assertEqual(after, b"421 4.7.0 Too many failed logins, closing connection\r\n")

        with self.assertRaises(smtplib.SMTPConnectError) as caught:
            smtplib.SMTP("localhost", self.port(MSA, 587), timeout=30)
        self.assertEqual(caught.exception.smtp_code, 421)
        self.assertRegex(
            caught.exception.smtp_error,
            rb"^4\.7\.0 Too many failed logins from [0-9.]+, try again in \d+ seconds$")
        self.assertTrue(self.greeting(465).startswith(b"421 4.7.0 "))
        self.bridge.wait_until_told("too many logins from this address had failed")

        ended = time.monotonic()
        self.bridge.wait_for(lambda: self.greeting().startswith(b"220 "), seconds=30)
        self.assertLess(time.monotonic() - ended, self.pause + 2)
        self.assertEqual(self.try_password(PASSWORD)[0], 235)


class Swaks(Bridged):
    def send(self, subject, *options):
        return run(
            "swaks", "--server", "127.0.0.1", "--from", USER, "--to", TARO,
            "--header", f"Subject: {subject}", *options)

    def login(self, mechanism):
        return ("--auth", mechanism, "--auth-user", USER, "--auth-password", PASSWORD)

    def test_starttls_plain(self):
        code, said = self.send(
            "swaks plain", "--port", str(self.port(MSA, 587)), "--tls", *self.login("PLAIN"))
        self.assertEqual(code, 0, said)
        self.in_mailbox("swaks plain")

    def test_starttls_login(self):
        code, said = self.send(
            "swaks login", "--port", str(self.port(MSA, 587)), "--tls", *self.login("LOGIN"))
        self.assertEqual(code, 0, said)
        self.in_mailbox("swaks login")

    def test_tls_on_connect(self):
        code, said = self.send(
            "swaks 465", "--port", str(self.port(MSA, 465)), "--tls-on-connect",
            *self.login("PLAIN"))
        self.assertEqual(code, 0, said)
        self.in_mailbox("swaks 465")

    def test_login_in_the_clear_is_not_offered(self):
        code, said = self.send(
            "swaks clear", "--port", str(self.port(MSA, 587)), *self.login("PLAIN"))
        self.assertEqual(code, 28, said)  # swaks: error in AUTH
        self.never_in_a_server("swaks clear")

    def test_pipelining(self):
        code, said = self.send(
            "swaks pipeline", "--port", str(self.port(MSA, 587)), "--tls", "--pipeline",
            *self.login("PLAIN"))
        self.assertEqual(code, 0, said)
        self.in_mailbox("swaks pipeline")

    def test_sender_of_somebody_else(self):
        code, said = run(
            "swaks", "--server", "127.0.0.1", "--port", str(self.port(MSA, 587)), "--tls",
            "--from", "boss@kumo.example", "--to", TARO, *self.login("PLAIN"))
        self.assertNotEqual(code, 0)
        self.assertIn("553 5.7.1", said)


class Msmtp(Bridged):
    def send(self, subject, *options):
        return run(
            "msmtp", "--file=/dev/null", "--host=localhost", f"--from={USER}", *options, TARO,
            text=str(letter(subject)))

    def account(self, port, *more):
        return (f"--port={self.port(MSA, port)}", "--auth=plain", f"--user={USER}",
                f"--passwordeval=echo {PASSWORD}", *more)

    def test_starttls(self):
        code, said = self.send(
            "msmtp 587", *self.account(587, "--tls=on", f"--tls-trust-file={self.bridge.ca}"))
        self.assertEqual(code, 0, said)
        self.in_mailbox("msmtp 587")

    def test_tls_from_the_start(self):
        code, said = self.send(
            "msmtp 465", *self.account(
                465, "--tls=on", "--tls-starttls=off", f"--tls-trust-file={self.bridge.ca}"))
        self.assertEqual(code, 0, said)
        self.in_mailbox("msmtp 465")

    def test_the_machines_own_authorities_do_not_vouch(self):
        code, said = self.send("msmtp unknown", *self.account(587, "--tls=on"))
        self.assertNotEqual(code, 0)
        self.assertIn("certificate", said)
        self.never_in_a_server("msmtp unknown")


class Smtplib(Bridged):
    def client(self, port=587):
        if port == 465:
            return smtplib.SMTP_SSL("localhost", self.port(MSA, 465), context=self.context())
        client = smtplib.SMTP("localhost", self.port(MSA, port))
        client.starttls(context=self.context())
        return client

    def test_send(self):
        for port in (587, 465):
            subject = f"smtplib {port}"
            with self.client(port) as client:
                client.login(USER, PASSWORD)
                client.send_message(letter(subject))
            self.in_mailbox(subject)

    def test_dots_and_japanese_arrive_unharmed(self):
        lines = [".", "..", ".a", "", "海苔を二箱、きょう発送しました。", "last"]
        message = letter("smtplib dots")
        message.set_content("\n".join(lines) + "\n", cte="8bit")
        with self.client() as client:
            client.login(USER, PASSWORD)
            client.send_message(message)
        text = self.in_mailbox("smtplib dots")
        self.assertTrue(text.endswith("\r\n".join(lines).encode() + b"\r\n"), text)

    def test_large_message(self):
        body = "".join(f"{i:06d} {'x' * 60}\n" for i in range(30_000))  # two megabytes
        with self.client() as client:
            client.login(USER, PASSWORD)
            client.send_message(letter("smtplib large", body))
        text = self.in_mailbox("smtplib large")
        self.assertIn(body.replace("\n", "\r\n").encode(), text)

    def test_beyond_the_limit(self):
        with self.client() as client:
            client.login(USER, PASSWORD)
            with self.assertRaises(smtplib.SMTPResponseException) as caught:
                client.sendmail(USER, [TARO], "Subject: huge\r\n\r\n" + "x" * 70 * 160_000)
        self.assertEqual(caught.exception.smtp_code, 552)

    def test_poplib_fetches_what_smtplib_sent(self):
        with self.client() as client:
            client.login(USER, PASSWORD)
            client.send_message(letter("smtplib pop"))
        self.in_mailbox("smtplib pop")
        box = poplib.POP3_SSL(
            "localhost", self.port("pop.umi.example", 995), context=self.context())
        box.user(TARO)
        box.pass_("umineko7")
        count, _ = box.stat()
        subjects = [line for i in range(1, count + 1) for line in box.retr(i)[1]
                    if line.startswith(b"Subject:")]
        box.quit()
        self.assertIn(b"Subject: smtplib pop", subjects)

    def test_bare_line_feeds_from_a_client_are_made_whole(self):
        with self.client() as client:
            client.login(USER, PASSWORD)
            client.mail(USER)
            client.rcpt(TARO)
            client.putcmd("data")
            client.getreply()
            client.send(b"Subject: smtplib bare\n\none\ntwo\r\n.\r\n")
            self.assertEqual(client.getreply()[0], 250)
        self.assertNotIn(b"\n", self.in_mailbox("smtplib bare").replace(b"\r\n", b""))


class Nodemailer(Bridged):
    def send(self, subject, port, secure):
        script = """
            const mail = require("nodemailer").createTransport({
              host: "localhost", port: Number(process.env.PORT), secure: process.env.SECURE === "1",
              requireTLS: true, auth: {user: process.env.WHO, pass: process.env.SECRET},
              tls: {ca: require("fs").readFileSync(process.env.CA)}});
            mail.sendMail({from: process.env.WHO, to: process.env.TO,
                           subject: process.env.SUBJECT, text: "from node"})
              .then(done => { console.log(done.response); mail.close(); })
              .catch(bad => { console.error(bad.message); process.exit(1); });
        """
        return run("node", "-e", script, environment={
            "NODE_PATH": "/usr/share/nodejs", "PORT": str(port), "SECURE": str(int(secure)),
            "WHO": USER, "SECRET": PASSWORD, "TO": TARO, "SUBJECT": subject,
            "CA": self.bridge.ca})

    def test_send(self):
        for port in (587, 465):
            subject = f"nodemailer {port}"
            code, said = self.send(subject, self.port(MSA, port), port == 465)
            self.assertEqual(code, 0, said)
            self.assertIn("250 2.0.0", said)
            self.in_mailbox(subject)


class OpenSsl(Bridged):
    def s_client(self, *options, text="QUIT\r\n"):
        return run(
            "openssl", "s_client", "-CAfile", self.bridge.ca, "-verify_return_error", "-quiet",
            *options, text=text)

    def test_starttls_verifies(self):
        code, said = self.s_client(
            "-connect", f"localhost:{self.port(MSA, 587)}", "-starttls", "smtp",
            "-verify_hostname", MSA, text="EHLO [127.0.0.1]\r\nQUIT\r\n")
        self.assertEqual(code, 0, said)
        self.assertIn("221 2.0.0", said)

    def test_implicit_tls_verifies(self):
        code, said = self.s_client(
            "-connect", f"localhost:{self.port(MSA, 465)}", "-verify_hostname", MSA)
        self.assertEqual(code, 0, said)
        self.assertIn("220 mail.kumo.example", said)

    def test_tls_1_2_is_spoken_and_1_1_is_not(self):
        address = f"localhost:{self.port(MSA, 465)}"
        code, said = self.s_client("-connect", address, "-tls1_2")
        self.assertEqual(code, 0, said)
        code, said = self.s_client("-connect", address, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
        self.assertNotEqual(code, 0)


class Mechanisms(Bridged):
    """Logins that do not send the password, as several programs make them."""

    options = ("--set", f"server.{MSA}.587.auth=plain+login+cram_md5+scram_sha_256")
    openings = [(MSA, 587), ("pop.umi.example", 995)]

    def test_curl_and_swaks_cram_md5(self):
        code, said = run(
            "curl", "-sS", "--crlf", "--ssl-reqd", "--cacert", self.bridge.ca,
            "--login-options", "AUTH=CRAM-MD5", "--user", f"{USER}:{PASSWORD}",
            "--mail-from", USER, "--mail-rcpt", TARO, "--upload-file", "-",
            f"smtp://localhost:{self.port(MSA, 587)}/pc.example", text=str(letter("curl cram")))
        self.assertEqual(code, 0, said)
        self.in_mailbox("curl cram")
        code, said = run(
            "swaks", "--server", "127.0.0.1", "--port", str(self.port(MSA, 587)), "--tls",
            "--from", USER, "--to", TARO, "--auth", "CRAM-MD5", "--auth-user", USER,
            "--auth-password", PASSWORD, "--header", "Subject: swaks cram")
        self.assertEqual(code, 0, said)
        self.in_mailbox("swaks cram")

    def test_smtplib_cram_md5(self):
        with smtplib.SMTP("localhost", self.port(MSA, 587)) as client:
            client.starttls(context=self.context())
            client.ehlo()
            client.user, client.password = USER, PASSWORD
            self.assertEqual(client.auth("CRAM-MD5", client.auth_cram_md5)[0], 235)
            client.send_message(letter("smtplib cram"))
        self.in_mailbox("smtplib cram")

    def test_msmtp_scram_sha_256_and_cram_md5(self):
        for mechanism in ("scram-sha-256", "cram-md5"):
            code, said = run(
                "msmtp", "--file=/dev/null", "--host=localhost", f"--from={USER}",
                f"--port={self.port(MSA, 587)}", f"--auth={mechanism}", f"--user={USER}",
                f"--passwordeval=echo {PASSWORD}", "--tls=on",
                f"--tls-trust-file={self.bridge.ca}", TARO, text=str(letter(f"msmtp {mechanism}")))
            self.assertEqual(code, 0, said)
            self.in_mailbox(f"msmtp {mechanism}")

    def test_msmtp_scram_with_a_wrong_password(self):
        code, said = run(
            "msmtp", "--file=/dev/null", "--host=localhost", f"--from={USER}",
            f"--port={self.port(MSA, 587)}", "--auth=scram-sha-256", f"--user={USER}",
            "--passwordeval=echo wrong", "--tls=on", f"--tls-trust-file={self.bridge.ca}", TARO,
            text=str(letter("msmtp wrong")))
        self.assertNotEqual(code, 0)
        self.assertIn("535", said)


class Distrust(Bridged):
    """A program that does not know who signed the certificate."""

    openings = [(MSA, 465)]

    def test_the_alert_is_named_and_explained(self):
        code, _ = run("curl", "-sS", "--mail-from", USER, "--mail-rcpt", TARO, "--upload-file",
                      "-", f"smtps://localhost:{self.port(MSA, 465)}", text="x")
        self.assertEqual(code, 60)
        self.bridge.wait_until_told("Why did it stop?", "with the alert unknown_ca",
                                    "The issuer of the certificate is unknown.")


class Tokens(Bridged):
    """The lesson oauth: a token instead of a password."""

    lesson = "oauth"
    openings = [(MSA, 587), ("pop.umi.example", 995)]

    def token(self):
        return next(account["token"] for account in self.bridge.mapping["accounts"]
                    if account["host"] == MSA and "token" in account)

    def curl(self, mechanism, token, subject):
        return run(
            "curl", "-sS", "--crlf", "--ssl-reqd", "--cacert", self.bridge.ca,
            "--login-options", f"AUTH={mechanism}", "--user", USER, "--oauth2-bearer", token,
            "--mail-from", USER, "--mail-rcpt", TARO, "--upload-file", "-",
            f"smtp://localhost:{self.port(MSA, 587)}/pc.example", text=str(letter(subject)))

    def test_curl(self):
        for mechanism in ("XOAUTH2", "OAUTHBEARER"):
            code, said = self.curl(mechanism, self.token(), f"curl {mechanism}")
            self.assertEqual(code, 0, said)
            self.in_mailbox(f"curl {mechanism}")

    def test_curl_with_a_token_that_somebody_changed(self):
        token = self.token()
        code, said = self.curl("XOAUTH2", token[:-8] + "AAAAAAAA", "curl forged")
        self.assertEqual(code, 67, said)
        self.never_in_a_server("curl forged")

    def send(self, subject, *options, environment=None):
        """The program that we simulate, at the servers that we simulate."""
        return run(HIKYAKU, "send", "--lang", "en", "--to", f"localhost:{self.port(MSA, 587)}",
                   "--ca", self.bridge.ca, "--user", USER, "--sender", USER, "--rcpt", TARO,
                   "--subject", subject, *options, environment=environment)

    def test_our_own_program(self):
        with tempfile.NamedTemporaryFile("w", suffix=".token") as file:
            file.write(self.token() + "\n")
            file.flush()
            code, said = self.send("own XOAUTH2", "--auth", "xoauth2", "--token", file.name)
        self.assertEqual(code, 0, said)
        self.assertNotIn(self.token(), said)
        code, said = self.send("own OAUTHBEARER", "--auth", "oauthbearer",
                               environment={"HIKYAKU_TOKEN": self.token()})
        self.assertEqual(code, 0, said)
        self.in_mailbox("own XOAUTH2")
        self.in_mailbox("own OAUTHBEARER")

    def test_our_own_program_with_a_token_that_somebody_changed(self):
        code, said = self.send("own forged", "--auth", "xoauth2",
                               environment={"HIKYAKU_TOKEN": self.token()[:-8] + "AAAAAAAA"})
        self.assertEqual(code, 1, said)
        self.assertIn("535", said)

    def test_our_own_program_without_a_token(self):
        code, said = self.send("own none", "--auth", "xoauth2", environment={"HIKYAKU_TOKEN": ""})
        self.assertEqual(code, 2, said)
        self.assertIn("--token", said)

    def test_nodemailer(self):
        script = """
            const mail = require("nodemailer").createTransport({
              host: "localhost", port: Number(process.env.PORT), requireTLS: true,
              auth: {type: "OAuth2", user: process.env.WHO, accessToken: process.env.TOKEN},
              tls: {ca: require("fs").readFileSync(process.env.CA)}});
            mail.sendMail({from: process.env.WHO, to: process.env.TO,
                           subject: "node token", text: "from node"})
              .then(done => { console.log(done.response); mail.close(); })
              .catch(bad => { console.error(bad.message); process.exit(1); });
        """
        code, said = run("node", "-e", script, environment={
            "NODE_PATH": "/usr/share/nodejs", "PORT": str(self.port(MSA, 587)), "WHO": USER,
            "TOKEN": self.token(), "TO": TARO, "CA": self.bridge.ca})
        self.assertEqual(code, 0, said)
        self.in_mailbox("node token")


class Dig(Bridged):
    def ask(self, name, kind):
        code, said = run(
            "dig", "@127.0.0.1", "-p", str(self.port("ns.example", 53)), "+short", "+tries=1",
            name, kind)
        self.assertEqual(code, 0, said)
        return said.split("\n")

    def test_exchangers_and_addresses(self):
        self.assertEqual(self.ask("umi.example", "MX")[:2],
                         ["10 mx1.umi.example.", "20 mx2.umi.example."])
        self.assertEqual(self.ask("mx1.umi.example", "A")[0], "203.0.113.71")

    def test_the_same_over_tcp(self):
        port = str(self.port("ns.example", 53))
        for name, kind, wanted in (("umi.example", "MX", "10 mx1.umi.example."),
                                   ("nobody.example", "A", "NXDOMAIN")):
            code, said = run("dig", "@127.0.0.1", "-p", port, "+tcp", "+tries=1", name, kind)
            self.assertEqual(code, 0, said)
            self.assertIn(wanted, said)
            self.assertIn("(TCP)", said)

    def test_no_such_name(self):
        _, said = run("dig", "@127.0.0.1", "-p", str(self.port("ns.example", 53)), "nobody.example")
        self.assertIn("NXDOMAIN", said)


class HomeLine(Bridged):
    """OP25B is the simulated ISP's; the real client feels it."""

    lesson = "op25b"
    openings = [(MSA, 25), (MSA, 587)]

    def test_port_25_is_silent_and_587_answers(self):
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", self.port(MSA, 25))) as client:
            client.settimeout(3)
            with self.assertRaises(TimeoutError):
                client.recv(1)
        self.assertGreater(time.monotonic() - began, 2.5)
        with socket.create_connection(("127.0.0.1", self.port(MSA, 587))) as client:
            client.settimeout(10)
            self.assertTrue(client.recv(100).startswith(b"220 mail.kumo.example"))
        self.bridge.wait_until_told("blocked")


class FixedLine(Bridged):
    """From a fixed address port 25 is open: strangers' mail at the recipient's MX."""

    lesson = "op25b"
    options = ("--from", "fixed-ip")
    openings = [(MX, 25), ("pop.umi.example", 25)]

    def conversation(self):
        client = socket.create_connection(("127.0.0.1", self.port(MX, 25)), timeout=20)
        return client, client.makefile("rwb", buffering=0)

    def reply(self, stream):
        """One reply, of any number of lines."""
        lines = []
        while True:
            line = stream.readline()
            lines.append(line.decode())
            if line[3:4] != b"-":
                return "".join(lines)

    def say(self, stream, line):
        stream.write(line.encode() + b"\r\n")
        return self.reply(stream)

    def test_stranger_delivers(self):
        code, said = run(
            "swaks", "--server", "127.0.0.1", "--port", str(self.port(MX, 25)), "--tls",
            "--from", "a@stranger.example", "--to", TARO, "--header", "Subject: swaks mx")
        self.assertEqual(code, 0, said)
        self.assertIn(b"with ESMTPS ", self.in_mailbox("swaks mx"))

    def test_our_program_keeps_bcc_to_itself(self):
        path = os.path.join(self.bridge.folder.name, "bcc.eml")
        with open(path, "wb") as file:
            file.write(b"Bcc: jiro@umi.example,\r\n hanako@kumo.example\r\n"
                       b"Subject: send bcc\r\nResent-Bcc: jiro@umi.example\r\n\r\nHello\r\n")
        code, said = run(
            HIKYAKU, "send", "--to", f"127.0.0.1:{self.port(MX, 25)}", "--sender",
            "a@stranger.example", "--rcpt", TARO, "--message", path, "--ca", self.bridge.ca)
        self.assertEqual(code, 0, said)
        self.assertNotIn(b"bcc:", self.in_mailbox("send bcc").lower())

    def test_nobody_relays(self):
        code, said = run(
            "swaks", "--server", "127.0.0.1", "--port", str(self.port(MX, 25)),
            "--from", "a@stranger.example", "--to", "b@elsewhere.example")
        self.assertNotEqual(code, 0)
        self.assertIn("550 5.7.1", said)

    def test_smuggling_is_one_mail_or_none(self):
        """SEC Consult 2023: every end of data that is not CR LF . CR LF."""
        for number, end in enumerate(
                [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\n.\r", b"\r\n\0.\r\n"]):
            client, stream = self.conversation()
            self.reply(stream)
            for line in ("EHLO x.example", "MAIL FROM:<a@stranger.example>",
                         f"RCPT TO:<{TARO}>", "DATA"):
                self.say(stream, line)
            stream.write(
                f"Subject: smuggle {number}\r\n\r\nfirst".encode() + end +
                b"MAIL FROM:<evil@stranger.example>\r\nRCPT TO:<" + TARO.encode() +
                b">\r\nDATA\r\nSubject: smuggled\r\n\r\nsecond\r\n.\r\n")
            said = self.reply(stream)
            self.assertTrue(said.startswith("550 5.5.2") or said.startswith("501")
                            or said.startswith("554") or said.startswith("500"), said)
            self.assertTrue(self.say(stream, "QUIT").startswith("221"), end)
            client.close()
        self.assertNotIn(b"Subject: smuggled", b"".join(
            text.split(b"\r\n\r\n")[0] for text in self.bridge.mails_in("mailbox")))

    def test_starttls_injection_is_dropped(self):
        """CVE-2011-0411: what is said behind STARTTLS in the clear is not heard under TLS."""
        client, stream = self.conversation()
        self.reply(stream)
        self.say(stream, "EHLO x.example")
        stream.write(b"STARTTLS\r\nRSET\r\nMAIL FROM:<evil@stranger.example>\r\n")
        self.assertTrue(self.reply(stream).startswith("220"))
        context = self.context()
        secure = context.wrap_socket(client, server_hostname=MX)
        secure.settimeout(2)
        with self.assertRaises(TimeoutError):
            secure.recv(1)  # nobody answers what was injected
        secure.settimeout(20)
        secure.sendall(b"EHLO x.example\r\n")
        self.assertTrue(secure.recv(4096).startswith(b"250-mx1.umi.example"))
        secure.close()

    def test_client_that_resets_in_the_middle_leaves_nothing(self):
        client, stream = self.conversation()
        self.reply(stream)
        for line in ("EHLO x.example", "MAIL FROM:<a@stranger.example>", f"RCPT TO:<{TARO}>",
                     "DATA"):
            self.say(stream, line)
        stream.write(b"Subject: half\r\n\r\nhalf a mess")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        stream.close()
        client.close()
        # One that comes afterwards is served, and the half one is nowhere.
        code, said = run(
            "swaks", "--server", "127.0.0.1", "--port", str(self.port(MX, 25)),
            "--from", "a@stranger.example", "--to", TARO, "--header", "Subject: after half")
        self.assertEqual(code, 0, said)
        self.in_mailbox("after half")
        self.never_in_a_server("half")


class Refusals(unittest.TestCase):
    """What the bridge itself is told wrongly."""

    def complain(self, *options):
        return run(HIKYAKU, "bridge", *options, "--lang", "en")

    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            code, said = self.complain("op25b", "--listen", f"{MSA}:587=127.0.0.1:{port}")
        self.assertEqual(code, 2)
        self.assertIn(f"127.0.0.1:{port}: another program", said)

    def test_mistakes_get_a_sentence(self):
        for options, words in (
                (("nosuch",), "no lesson"),
                (("op25b", "--listen", "nonsense"), "HOST:PORT=ADDRESS:PORT"),
                (("op25b", "--listen", "nobody.example:25=127.0.0.1:0"), "nobody.example"),
                (("op25b", "--listen", f"{MSA}:25=192.0.2.1:0"), "--bind"),
                (("op25b", "--from", "moon"), "moon"),
                (("op25b", "--bind", "here"), "here"),
                (("op25b", "--bind", "192.0.2.1"), "no network interface"),
                (("op25b", "--listen", f"{MSA}:25=4000", "--listen", f"{MSA}:587=4000"), "twice"),
                (("op25b", "--ca", "/nonexistent/ca.pem"), "/nonexistent/ca.pem")):
            code, said = self.complain(*options)
            self.assertEqual(code, 2, said)
            self.assertIn(words, said)

    def test_files_of_the_bridge_go_with_it(self):
        with Bridge(HIKYAKU, "op25b", "--pid-file", "bridge-test.pid",
                    openings=[(MSA, 587)]) as bridge:
            with open("bridge-test.pid", encoding="ascii") as file:
                self.assertEqual(int(file.read()), bridge.process.pid)
            self.assertEqual(bridge.end(), 0)
            self.assertFalse(os.path.exists("bridge-test.pid"))
            self.assertIn("0 connections", bridge.summary)

    def test_default_port_that_is_taken_is_told(self):
        with Bridge(HIKYAKU, "op25b") as first, Bridge(HIKYAKU, "op25b") as second:
            self.assertNotEqual(first.port(MSA, 587), second.port(MSA, 587))
            self.assertIn(
                f"Port 2587 was in use: {MSA}:587 is at 127.0.0.1:{second.port(MSA, 587)}",
                second.transcript())

    def test_port_where_nobody_listens_is_told(self):
        with Bridge(HIKYAKU, "op25b", openings=[(MSA, 80), (MSA, 587)]) as bridge:
            self.assertIn(f"nobody listens at {MSA}:80", bridge.transcript())
            self.assertNotIn(f"nobody listens at {MSA}:587", bridge.transcript())

    def test_stale_pid_file_and_a_terminal_that_is_closed(self):
        gone = subprocess.Popen(["true"])
        gone.wait()
        with tempfile.TemporaryDirectory() as folder:
            pid, capture = os.path.join(folder, "pid"), os.path.join(folder, "all.pcapng")
            with open(pid, "w", encoding="ascii") as file:
                file.write(f"{gone.pid}\n")
            with Bridge(HIKYAKU, "op25b", "--pid-file", pid, "--pcap", capture,
                        openings=[(MSA, 587)]) as bridge:
                with socket.create_connection(("127.0.0.1", bridge.port(MSA, 587))) as client:
                    self.assertTrue(client.recv(100).startswith(b"220"))
                    os.kill(bridge.process.pid, signal.SIGHUP)
                    self.assertEqual(bridge.process.wait(10), 0)
                    with self.assertRaises(ConnectionResetError):
                        client.recv(1)
                bridge.end()
                self.assertIn("1 were open at the end", bridge.summary)
            self.assertFalse(os.path.exists(pid))
            self.assertGreater(os.path.getsize(capture), 0)

    def test_reader_that_goes_away_ends_it_in_good_order(self):
        with tempfile.TemporaryDirectory() as folder:
            pid, capture = os.path.join(folder, "pid"), os.path.join(folder, "all.pcapng")
            with subprocess.Popen(
                    [HIKYAKU, "bridge", "op25b", "--lang", "en", "--pid-file", pid, "--pcap",
                     capture, "--listen", f"{MSA}:587=127.0.0.1:0"],
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
                try:
                    said = ""
                    while "Ctrl+C" not in said:
                        said += process.stdout.readline()
                    process.stdout.close()
                    port = int(re.search(r"127\.0\.0\.1:(\d+)", said).group(1))
                    with socket.create_connection(("127.0.0.1", port)):
                        self.assertEqual(process.wait(10), 0)
                    self.assertIn("its reader has gone", process.stderr.read())
                finally:
                    process.kill()
            self.assertFalse(os.path.exists(pid))
            self.assertGreater(os.path.getsize(capture), 0)


if __name__ == "__main__":
    for program in ("curl", "swaks", "msmtp", "node", "openssl", "dig"):
        if shutil.which(program) is None:
            sys.exit(f"clients_test.py: {program} is not installed; scripts/test installs it")
    unittest.main(verbosity=2)
