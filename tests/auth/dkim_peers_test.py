"""
DKIM between hikyaku and what others wrote: dkimpy, OpenDKIM (its library) and Mail::DKIM. What
each signs, the others verify, in both kinds of key and all forms; what was changed on the way, none.
And mail that was signed by a server of a simulated world, as it lies in the mailbox, all verify.

usage: dkim_peers_test.py HIKYAKU
"""

import base64
import ctypes
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time

import dkim

HIKYAKU = sys.argv[1]
HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(os.path.dirname(HERE))
DOMAIN = "kumo.example"
FORMS = [f"{header}/{body}" for header in ("simple", "relaxed") for body in ("simple", "relaxed")]
KINDS = ("rsa", "ed25519")

HEADER = (b"From: Hanako <hanako@kumo.example>\r\n"
          b"To:  taro@soyo.example,\r\n\tjiro@soyo.example\r\n"
          b"Subject: =?utf-8?q?a?=  long \t subject\r\n that is   folded\r\n"
          b"Date: Sun, 29 Nov 2026 09:00:00 +0900\r\n"
          b"Message-ID: <1@kumo.example>\r\n")
MAILS = {
    "plain": HEADER + b"\r\nHello.\r\n",
    "white space": HEADER + b"\r\n  Hello, \t world. \r\n\t\r\nMore \r\n\r\n\r\n",
    "no body": HEADER + b"\r\n",
    "8 bit": HEADER + b"\r\n" + "花子です。\r\n".encode(),
    "dots": HEADER + b"\r\n.\r\n..\r\n-- \r\n",
}
LEAST = 130  # signed mails there are in Debian 12
# The version of Debian 12 knows no Ed25519 (RFC 8463); that of Debian 13 does.
MAIL_DKIM_ED25519 = (2023, 9, 11)


def run(*words, data=None):
    done = subprocess.run(words, input=data, capture_output=True, timeout=60, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{words}: {done.returncode} {done.stderr.decode(errors='replace')}")
    return done.stdout


class Key:
    """A key that openssl made, and what is published of it."""

    def __init__(self, kind, folder):
        self.kind, self.selector = kind, f"{kind}-1"
        self.file = os.path.join(folder, f"{kind}.pem")
        options = ["rsa", "-pkeyopt", "rsa_keygen_bits:2048"] if kind == "rsa" else ["ed25519"]
        run("openssl", "genpkey", "-algorithm", *options, "-out", self.file)
        with open(self.file, "rb") as file:
            self.pem = file.read()
        self.name = f"{self.selector}._domainkey.{DOMAIN}"
        self.record = self.published(folder)
        der = base64.b64decode(b"".join(self.pem.splitlines()[1:-1]))
        self.seed = der[-32:] if kind == "ed25519" else None

    def published(self, folder):
        """What hikyaku says of it, which has to be what openssl says."""
        mail = os.path.join(folder, "any.eml")
        with open(mail, "wb") as file:
            file.write(MAILS["plain"])
        zone = json.loads(run(HIKYAKU, "sign", mail, "--domain", DOMAIN, "--selector",
                              self.selector, "--key", self.file, "--record"))
        record = zone[self.name][0][1]
        der = run("openssl", "pkey", "-in", self.file, "-pubout", "-outform", "DER")
        public = der[-32:] if self.kind == "ed25519" else der
        assert record == f"v=DKIM1; k={self.kind}; p={base64.b64encode(public).decode()}", record
        return record


class Hikyaku:
    name = "hikyaku"

    def __init__(self, folder, keys):
        self.mail = os.path.join(folder, "mail.eml")
        self.zone = os.path.join(folder, "zone.json")
        with open(self.zone, "w", encoding="ascii") as file:
            # As a zone has it: in strings of at most 255 octets.
            json.dump({key.name: [["TXT", [key.record[:200], key.record[200:]]]]
                       for key in keys}, file)

    def verifies(self, kind):
        return kind in KINDS

    def signs(self, kind, form):
        return kind in KINDS and form in FORMS

    def write(self, mail):
        with open(self.mail, "wb") as file:
            file.write(mail)

    def sign(self, mail, key, form):
        self.write(mail)
        return run(HIKYAKU, "sign", self.mail, "--domain", DOMAIN, "--selector", key.selector,
                   "--key", key.file, "--form", form)

    def verify(self, mail):
        self.write(mail)
        told = json.loads(run(HIKYAKU, "verify", self.mail, "--zone", self.zone, "--ip",
                              "192.0.2.1", "--helo", "x.example", "--mail-from", "", "--json"))
        assert len(told["dkim"]) == 1, told
        return told["dkim"][0]["result"] == "pass"


class Dkimpy:
    name = "dkimpy"

    def __init__(self, keys):
        self.records = {(key.name + ".").encode(): key.record.encode() for key in keys}

    def verifies(self, kind):
        return kind in KINDS

    def signs(self, kind, form):
        return kind in KINDS and form in FORMS

    def sign(self, mail, key, form):
        private = base64.b64encode(key.seed) if key.seed else key.pem
        field = dkim.sign(mail, key.selector.encode(), DOMAIN.encode(), private,
                          canonicalize=tuple(part.encode() for part in form.split("/")),
                          signature_algorithm=f"{key.kind}-sha256".encode())
        return field + mail

    def verify(self, mail):
        return dkim.verify(mail, dnsfunc=lambda name, timeout=5: self.records.get(name))


class OpenDkim:
    """The library under opendkim-testmsg, which asks DNS itself; it can be told to read a file."""
    name = "OpenDKIM"
    SET, QUERYMETHOD, QUERYINFO, FROM_FILE = 1, 6, 7, 1
    FORM = {"simple": 0, "relaxed": 1}
    ALGORITHM = {"rsa": 1, "ed25519": 2}

    def __init__(self, folder, keys):
        self.library = ctypes.CDLL("libopendkim.so.11")
        for function in ("dkim_init", "dkim_sign", "dkim_verify"):
            getattr(self.library, function).restype = ctypes.c_void_p
        self.handle = ctypes.c_void_p(self.library.dkim_init(None, None))
        path = os.path.join(folder, "opendkim.keys")
        with open(path, "w", encoding="ascii") as file:
            file.writelines(f"{key.name} {key.record}\n" for key in keys)
        method = ctypes.c_int(self.FROM_FILE)
        self.option(self.QUERYMETHOD, ctypes.byref(method), ctypes.sizeof(method))
        name = ctypes.create_string_buffer(path.encode(), 4096)
        self.option(self.QUERYINFO, name, len(path))

    def option(self, which, value, size):
        status = self.library.dkim_options(self.handle, self.SET, which, value,
                                           ctypes.c_size_t(size))
        assert status == 0, f"dkim_options {which}: {status}"

    def verifies(self, kind):
        return kind in KINDS

    def signs(self, kind, form):
        # Version 2.11 (beta 2) does not verify what it signs itself in this way.
        return kind == "rsa" or form.startswith("relaxed")

    def whole(self, message, mail):
        """Feeds the message. The status of its end."""
        data = ctypes.create_string_buffer(mail, len(mail))
        status = self.library.dkim_chunk(message, data, ctypes.c_size_t(len(mail)))
        if status == 0:
            status = self.library.dkim_chunk(message, None, ctypes.c_size_t(0))
        test = ctypes.c_bool(False)
        return status or self.library.dkim_eom(message, ctypes.byref(test))

    def sign(self, mail, key, form):
        status = ctypes.c_int(-1)
        header, body = (self.FORM[part] for part in form.split("/"))
        message = ctypes.c_void_p(self.library.dkim_sign(
            self.handle, b"id", None, key.pem, key.selector.encode(), DOMAIN.encode(), header,
            body, self.ALGORITHM[key.kind], ctypes.c_ssize_t(-1), ctypes.byref(status)))
        assert status.value == 0, f"dkim_sign: {status.value}"
        assert self.whole(message, mail) == 0
        text, size = ctypes.c_char_p(), ctypes.c_size_t()
        status = self.library.dkim_getsighdr_d(message, ctypes.c_size_t(16), ctypes.byref(text),
                                               ctypes.byref(size))
        assert status == 0, f"dkim_getsighdr_d: {status}"
        field = b"DKIM-Signature: " + re.sub(rb"\r?\n", b"\r\n", text.value) + b"\r\n"
        self.library.dkim_free(message)
        return field + mail

    def verify(self, mail):
        status = ctypes.c_int(-1)
        message = ctypes.c_void_p(self.library.dkim_verify(self.handle, b"id", None,
                                                           ctypes.byref(status)))
        assert status.value == 0, f"dkim_verify: {status.value}"
        result = self.whole(message, mail)
        self.library.dkim_free(message)
        return result == 0


class MailDkim:
    name = "Mail::DKIM"

    def __init__(self, folder, keys):
        self.records = os.path.join(folder, "mail_dkim.keys")
        with open(self.records, "w", encoding="ascii") as file:
            file.writelines(f"{key.name} {key.record}\n" for key in keys)
        version = run("perl", "-MMail::DKIM", "-e", "print $Mail::DKIM::VERSION").decode()
        date = re.match(r"1\.(\d{4})(\d\d)(\d\d)", version)
        self.knows_ed25519 = tuple(int(part) for part in date.groups()) >= MAIL_DKIM_ED25519

    def verifies(self, kind):
        return kind == "rsa" or self.knows_ed25519

    def signs(self, kind, form):
        return self.verifies(kind) and form in FORMS

    def perl(self, mail, *words):
        return run("perl", os.path.join(HERE, "mail_dkim.pl"), *words, data=mail)

    def sign(self, mail, key, form):
        if key.seed:
            file = key.file + ".seed"
            with open(file, "wb") as seed:
                seed.write(base64.b64encode(key.seed))
        else:
            file = key.file
        return self.perl(mail, "sign", key.kind, form, DOMAIN, key.selector, file) + mail

    def verify(self, mail):
        return self.perl(mail, "verify", self.records).strip() == b"pass"


def cases(ours, others, keys):
    """All there are, but the rarer mails not in the mixed forms."""
    pairs = [pair for other in others for pair in ((ours, other), (other, ours))]
    for (signer, verifier), key, form, title in itertools.product(pairs, keys, FORMS, MAILS):
        header, body = form.split("/")
        if header != body and title not in ("plain", "white space"):
            continue
        if signer.signs(key.kind, form) and verifier.verifies(key.kind):
            yield signer, verifier, key, form, title


def try_one(signer, verifier, key, form, title):
    """What is wrong with it; nothing: all is well."""
    signed = signer.sign(MAILS[title], key, form)
    if not verifier.verify(signed):
        print(signed.decode(errors="replace"))
        return "does not verify"
    if title == "plain":
        for what, change in ((b"Hello.", b"Hullo."), (b"folded", b"faded")):
            if verifier.verify(signed.replace(what, change)):
                return f"verifies with {change}"
    return None


class WorldKey:
    """A key of a world's server, as another server there found it in DNS."""

    def __init__(self, kind, trace):
        self.kind, self.selector = kind, f"{kind}1"
        self.name = f"{self.selector}._domainkey.{DOMAIN}"
        found = [event for event in trace if event["kind"] == "dns_resolved" and
                 event["name"].rstrip(".") == self.name and event["records"]]
        self.record = "".join(re.findall(r'"([^"]*)"', found[0]["records"]))
        assert self.record.startswith(f"v=DKIM1; k={kind}; p="), found


def mail_of_world(kind, way, folder):
    """The mail in the recipient's mailbox, and the key with which its server signs."""
    lesson = os.path.join(REPOSITORY, "scenarios", "submission-587", "scenario.toml")
    with open(lesson, encoding="utf-8") as file:
        text = file.read()
    worlds = os.path.relpath(os.path.join(REPOSITORY, "assets", "worlds"), folder)
    text = text.replace("../../assets/worlds", worlds) + f"""
[mail_server."mail.kumo.example".signing.{kind}1]
domain = "{DOMAIN}"
key = "{kind}"
"""
    scenario = os.path.join(folder, f"{kind}-{way}.toml")
    with open(scenario, "w", encoding="utf-8") as file:
        file.write(text)
    mails = os.path.join(folder, f"{kind}-{way}")
    told = run(HIKYAKU, "run", scenario, "--set", "check.mx1.umi.example.dkim=mark",
               "--set", f"server.mail.kumo.example.signing={way}", "--eml", mails, "--json")
    trace = json.loads(told)["events"]
    kept = [name for name in os.listdir(mails) if "-mailbox-" in name]
    with open(os.path.join(mails, kept[0]), "rb") as file:
        return file.read(), WorldKey(kind, trace)


def try_world(kind, folder):
    """What is wrong with the mail of a world, by verifier."""
    good, key = mail_of_world(kind, "good", folder)
    bad, _ = mail_of_world(kind, "body_changed", folder)
    verifiers = [Hikyaku(folder, [key]), Dkimpy([key]), OpenDkim(folder, [key]),
                 MailDkim(folder, [key])]
    for verifier in verifiers:
        if not verifier.verifies(kind):
            continue
        if not verifier.verify(good):
            yield f"{verifier.name}: {kind} of a world does not verify"
        if verifier.verify(bad):
            yield f"{verifier.name}: {kind} of a world verifies with another body"


def main():
    failed, count, started = [], 0, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        keys = [Key(kind, folder) for kind in KINDS]
        ours = Hikyaku(folder, keys)
        others = [Dkimpy(keys), OpenDkim(folder, keys), MailDkim(folder, keys)]
        for signer, verifier, key, form, title in cases(ours, others, keys):
            count += 1
            try:
                problem = try_one(signer, verifier, key, form, title)
            except (RuntimeError, AssertionError, dkim.DKIMException) as error:
                problem = str(error)
            if problem:
                failed.append(f"{signer.name} -> {verifier.name}: {key.kind} {form} {title}: "
                              f"{problem}")
        for kind in KINDS:
            failed += try_world(kind, folder)
    print(*failed, sep="\n")
    print(f"{count} signed mails, {len(failed)} failed, {time.monotonic() - started:.1f} s")
    return 1 if failed or count < LEAST else 0


if __name__ == "__main__":
    sys.exit(main())
