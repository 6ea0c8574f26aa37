"""A real Thunderbird at the bridge, played on a display that nobody sees: it sends on 587 and on 465,
fetches what came, and is stopped by OP25B, a wrong password, a certificate and a wrong setting.

usage: thunderbird_test.py HIKYAKU
"""

import email
import email.policy
import os
import poplib
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

from bridge import Bridge

HIKYAKU = sys.argv.pop(1)
MSA = "mail.kumo.example"
POP = "pop.umi.example"
USER = "hanako@kumo.example"
PASSWORD = "sakura2026"
TARO = ("taro@umi.example", "umineko7")
NO_TLS, STARTTLS, TLS = 0, 2, 3  # Thunderbird's numbers
NO_LOGIN, NORMAL_PASSWORD = 1, 3


class Display:
    """An X server, and a window manager, without which windows get no keys."""

    def __init__(self):
        read, write = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
            pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as numbers:
            self.name = ":" + numbers.readline().strip()
        self.manager = subprocess.Popen(
            ["openbox"], env=self.environment(), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)

    def environment(self):
        return {**os.environ, "DISPLAY": self.name}

    def xdotool(self, *words):
        return subprocess.run(
            ["xdotool", *words], env=self.environment(), capture_output=True, text=True,
            timeout=30).stdout.split()

    def window(self, title):
        """The newest visible window whose title holds these words, if there is one."""
        found = self.xdotool("search", "--onlyvisible", "--name", title)
        return found[-1] if found else None

    def end(self):
        for process in (self.manager, self.server):
            process.terminate()
            process.wait(10)


def preferences(smtp, pop, login, patience=100):
    """Hanako's account as the Account Hub leaves it, and nothing that would ask or look outside."""
    port, protection = smtp
    return {
        "mail.accountmanager.accounts": "account2,account1",
        "mail.accountmanager.defaultaccount": "account2",
        "mail.account.account1.server": "server1",
        "mail.server.server1.type": "none",
        "mail.server.server1.name": "Local Folders",
        "mail.server.server1.hostname": "Local Folders",
        "mail.server.server1.userName": "nobody",
        "mail.account.account2.server": "server2",
        "mail.account.account2.identities": "id1",
        "mail.server.server2.type": "pop3",
        "mail.server.server2.name": USER,
        "mail.server.server2.hostname": "localhost",
        "mail.server.server2.port": pop,
        "mail.server.server2.userName": USER,
        "mail.server.server2.socketType": TLS,
        "mail.server.server2.authMethod": NORMAL_PASSWORD,
        "mail.server.server2.login_at_startup": False,
        "mail.server.server2.download_on_biff": False,
        "mail.server.server2.leave_on_server": True,
        "mail.identity.id1.useremail": USER,
        "mail.identity.id1.fullName": "Hanako",
        "mail.identity.id1.valid": True,
        "mail.identity.id1.smtpServer": "smtp1",
        "mail.identity.id1.compose_html": False,
        "mail.smtpservers": "smtp1",
        "mail.smtp.defaultserver": "smtp1",
        "mail.smtpserver.smtp1.hostname": "localhost",
        "mail.smtpserver.smtp1.port": port,
        "mail.smtpserver.smtp1.try_ssl": protection,
        "mail.smtpserver.smtp1.authMethod": login,
        "mail.smtpserver.smtp1.username": USER,
        "mail.warn_on_send_accel_key": False,
        "mail.SpellCheckBeforeSend": False,
        "mail.compose.autosave": False,
        "mail.provider.suppress_dialog_on_startup": True,
        "mail.rights.version": 1,
        "mail.shell.checkDefaultClient": False,
        "mail.spotlight.firstRunDone": True,
        "mailnews.start_page.enabled": False,
        "mailnews.tcptimeout": patience,  # seconds
        "mailnews.smtp.loglevel": "All",
        "mailnews.pop3.loglevel": "All",
        "devtools.console.stdout.chrome": True,
        "datareporting.policy.dataSubmissionEnabled": False,
        "toolkit.telemetry.reportingpolicy.firstRun": False,
        "app.update.enabled": False,
        "app.donation.eoy.version.viewed": 999,
        "extensions.update.enabled": False,
        "extensions.blocklist.enabled": False,
        "network.connectivity-service.enabled": False,
        "network.captive-portal-service.enabled": False,
        "services.settings.server": "http://127.0.0.1:9",
        "signon.rememberSignons": False,
    }


class Thunderbird:
    def __init__(self, display, bridge, smtp_port, protection, login=NORMAL_PASSWORD,
                 trusts=True, **others):
        self.display = display
        self.folder = tempfile.TemporaryDirectory(prefix="hikyaku-thunderbird-")
        self.profile = os.path.join(self.folder.name, "profile")
        os.mkdir(self.profile)
        smtp = (bridge.port(MSA, smtp_port), protection)
        with open(os.path.join(self.profile, "user.js"), "w", encoding="utf-8") as file:
            for name, value in preferences(smtp, bridge.port(MSA, 995), login, **others).items():
                said = str(value).lower() if isinstance(value, bool) else repr(value).replace("'", '"')
                file.write(f'user_pref("{name}", {said});\n')
        database = f"sql:{self.profile}"
        subprocess.run(["certutil", "-N", "-d", database, "--empty-password"], check=True)
        if trusts:
            subprocess.run(["certutil", "-A", "-d", database, "-n", "hikyaku", "-t", "C,,",
                            "-i", bridge.ca], check=True)
        self.said = open(os.path.join(self.folder.name, "said"), "w+", encoding="utf-8")
        self.processes = []

    def start(self, *words):
        environment = {**self.display.environment(), "HOME": self.folder.name,
                       "GDK_BACKEND": "x11", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
                       "MOZ_CRASHREPORTER_DISABLE": "1", "NO_AT_BRIDGE": "1"}
        self.processes.append(subprocess.Popen(
            ["dbus-run-session", "--", "thunderbird", "--no-remote", "--profile", self.profile,
             *words],
            env=environment, stdout=self.said, stderr=subprocess.STDOUT, start_new_session=True))

    def heard(self):
        """All that it has said so far."""
        with open(self.said.name, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_for(self, seen, what, seconds=150):
        end = time.monotonic() + seconds
        while True:
            value = seen()
            if value:
                return value
            if time.monotonic() > end:
                windows = [self.display.xdotool("getwindowname", each) for each in
                           self.display.xdotool("search", "--onlyvisible", "--name", ".")]
                raise AssertionError(
                    f"never seen: {what}; windows: {windows}; it said:\n{self.heard()[-4000:]}")
            time.sleep(0.3)

    def send(self, subject, text, to):
        self.start("-compose", f"to='{to}',subject='{subject}',body='{text}'")
        window = self.wait_for(lambda: self.display.window(f"Write: {subject}"), "the letter")
        self.press(window, "ctrl+Return", "New SmtpClient instance created")

    def press(self, window, key, heard):
        """A window takes keys some time after it is seen: pressed again until it does what it should."""
        for _ in range(8):
            time.sleep(1.5)
            self.display.xdotool("windowactivate", "--sync", window)
            self.display.xdotool("key", "--clearmodifiers", key)
            try:
                return self.wait_for(lambda: heard in self.heard(), heard, 10)
            except AssertionError as error:
                problem = error
        raise problem

    def type_password(self, password=PASSWORD):
        window = self.wait_for(lambda: self.display.window("[Pp]assword"), "the question")
        self.display.xdotool("windowactivate", "--sync", window)
        self.display.xdotool("type", "--delay", "40", password)
        self.display.xdotool("key", "Return")

    def fetch(self):
        window = self.wait_for(lambda: self.display.window("Mozilla Thunderbird"), "its window")
        self.press(window, "F5", "Connecting to pop")

    def end(self):
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.said.close()
        self.folder.cleanup()


class ThunderbirdAtTheBridge(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.display = Display()
        cls.addClassCleanup(cls.display.end)

    def bridge(self, lesson, *openings):
        bridge = Bridge(HIKYAKU, lesson, openings=[(MSA, 995), (POP, 995), *openings])
        self.addCleanup(bridge.folder.cleanup)
        self.addCleanup(bridge.end)
        return bridge

    def thunderbird(self, *account, **others):
        program = Thunderbird(self.display, *account, **others)
        self.addCleanup(program.end)
        return program

    def wait_until_sent(self, program):
        program.wait_for(lambda: "Message sent successfully." in program.heard(), "success")

    def read_back(self, bridge):
        """The mails in Taro's mailbox, fetched from it over TLS."""
        trust = ssl.create_default_context(cafile=bridge.ca)
        bridge.wait_for(lambda: bridge.mails_in("mailbox-pop"))
        box = poplib.POP3_SSL("localhost", bridge.port(POP, 995), context=trust, timeout=30)
        box.user(TARO[0])
        box.pass_(TARO[1])
        mails = [b"\n".join(box.retr(i + 1)[1]) for i in range(box.stat()[0])]
        box.quit()
        return [email.message_from_bytes(mail, policy=email.policy.default) for mail in mails]

    def test_587_with_starttls_and_japanese(self):
        bridge = self.bridge("submission-587", (MSA, 587))
        program = self.thunderbird(bridge, 587, STARTTLS)
        program.send("Kumo 587", "桜が咲きました。", TARO[0])
        program.type_password()
        self.wait_until_sent(program)
        (mail,) = self.read_back(bridge)
        self.assertEqual(mail["Subject"], "Kumo 587")
        self.assertIn("桜が咲きました。", mail.get_content())
        self.assertIn("Thunderbird", mail["User-Agent"])
        bridge.wait_until_told("STARTTLS")

    def test_465_with_tls_and_the_mail_is_fetched_again(self):
        bridge = self.bridge("submission-587", (MSA, 465))
        program = self.thunderbird(bridge, 465, TLS)
        program.send("Kumo 465", "Hello myself", USER)
        program.type_password()
        self.wait_until_sent(program)
        bridge.wait_for(lambda: bridge.mails_in("mailbox-mail.kumo"))
        program.fetch()
        program.type_password()
        inbox = os.path.join(program.profile, "Mail", "localhost", "Inbox")
        program.wait_for(lambda: os.path.exists(inbox) and
                         b"Subject: Kumo 465" in open(inbox, "rb").read(), "the mail in the inbox")

    def test_587_without_protection_shows_530(self):
        bridge = self.bridge("submission-587", (MSA, 587))
        program = self.thunderbird(bridge, 587, NO_TLS)
        program.send("In the clear", "Hello Taro", TARO[0])
        program.wait_for(lambda: "Command failed: 530" in program.heard(), "530")
        bridge.wait_until_told("Why did it stop?", "Encryption (STARTTLS) comes first")
        self.assertFalse(bridge.mails_in("mailbox"))

    def test_a_wrong_password_is_two_failures_and_typed_again_a_pause(self):
        bridge = self.bridge("submission-587", (MSA, 587))
        program = self.thunderbird(bridge, 587, STARTTLS)
        program.send("Mistyped", "Hello Taro", TARO[0])
        program.type_password("sakura1999")
        bridge.wait_until_told("Check user name and password",
                               "2 failed logins from here lately: PLAIN, LOGIN.")
        window = program.wait_for(
            lambda: self.display.window("Login to account"), "what to do about it")
        program.press(window, "Return", "Too many failed logins")  # "Retry": the same once more
        bridge.wait_until_told("421 4.7.0 Too many failed logins, closing connection",
                               "3 failed logins from here lately: PLAIN, LOGIN, PLAIN.")
        self.assertFalse(bridge.mails_in("mailbox"))

    def test_without_the_certificate_it_does_not_trust_the_server(self):
        bridge = self.bridge("submission-587", (MSA, 587))
        program = self.thunderbird(bridge, 587, STARTTLS, trusts=False)
        program.send("Distrust", "Hello Taro", TARO[0])
        program.wait_for(lambda: "SEC_ERROR_UNKNOWN_ISSUER" in program.heard(), "the reason")
        told = bridge.wait_until_told(
            "turned TLS down with the alert unknown_ca", "Why did it stop?",
            "does not trust the server's certificate", "unknown_ca: The issuer",
            "certificate of this lesson's authority")
        self.assertNotIn(PASSWORD, told)
        self.assertFalse(bridge.mails_in("mailbox"))

    def test_465_with_starttls_waits_and_gives_up(self):
        bridge = self.bridge("submission-587", (MSA, 465))
        program = self.thunderbird(bridge, 465, STARTTLS, patience=8)
        program.send("Neither speaks", "Hello Taro", TARO[0])
        program.wait_for(lambda: self.display.window("Send Message Error"), "the error")
        bridge.wait_until_told(
            "Hanako's PC hung up. Kumo's submission server had waited for it to begin TLS",
            "Why did it stop?", "the program waits for a greeting: neither speaks",
            "and hung up", "client.protection = tls", "Tried out: then it arrives")

    def test_op25b(self):
        bridge = self.bridge("op25b", (MSA, 25))
        program = self.thunderbird(bridge, 25, NO_TLS, login=NO_LOGIN)
        program.send("Port 25", "Hello Taro", TARO[0])
        began = time.monotonic()
        program.wait_for(lambda: self.display.window("Send Message Error"), "the error")
        self.assertGreater(time.monotonic() - began, 15)
        bridge.wait_until_told("OP25B", "Why did it stop?", "this machine itself accepted it")
        self.assertFalse(bridge.mails_in(""))


if __name__ == "__main__":
    unittest.main(verbosity=2)
