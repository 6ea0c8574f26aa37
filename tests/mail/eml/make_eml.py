"""Writes the messages of this folder, octet for octet: each is a kind of mail that really travels.

What a file is for stands in README.md; message_test.cpp checks that each still is what it is for.
"""
import base64
import pathlib

FOLDER = pathlib.Path(__file__).parent

FROM = b"From: Hanako <hanako@kumo.example>\r\n"
TO = b"To: taro@umi.example\r\n"
DATE = b"Date: Wed, 01 Apr 2026 09:00:00 +0900\r\n"


def message_id(name):
    return b"Message-ID: <" + name.encode() + b"@hanako-pc.example>\r\n"


def basic(name, subject=b"Subject: Hello\r\n", mime=b""):
    return FROM + TO + subject + DATE + message_id(name) + mime


def mime(content_type, encoding):
    return (b"MIME-Version: 1.0\r\nContent-Type: " + content_type +
            b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n")


def encoded_word(text, charset):
    octets = text.encode(charset)
    return b"=?" + charset.upper().encode() + b"?B?" + base64.b64encode(octets) + b"?="


def base64_lines(octets):
    text = base64.b64encode(octets)
    return b"".join(text[i:i + 76] + b"\r\n" for i in range(0, len(text), 76))


def noise(size):
    """Octets of every value in no order that compresses: a stand-in for a photograph."""
    state, octets = 1, bytearray()
    for _ in range(size):
        state = (state * 1103515245 + 12345) % 2**31
        octets.append(state >> 16 & 255)
    return bytes(octets)


UTF8 = mime(b"text/plain; charset=UTF-8", b"8bit")
GREETING = "太郎さん\r\n\r\n桜が咲きました。週末に見に来ませんか。\r\n\r\n花子\r\n"
FILES = {}

FILES["plain-ascii"] = basic("plain") + b"\r\nHello Taro,\r\n\r\nthe cherry trees are in bloom.\r\n"

FILES["utf8-8bit"] = basic(
    "utf8", b"Subject: " + encoded_word("桜が咲きました", "utf-8") + b"\r\n", UTF8
) + b"\r\n" + GREETING.encode()

FILES["utf8-headers"] = (
    "From: 花子 <hanako@kumo.example>\r\nTo: 太郎 <taro@umi.example>\r\n"
    "Subject: 桜が咲きました\r\n".encode() + DATE + message_id("raw8") + UTF8 +
    b"\r\n" + GREETING.encode())

FILES["iso-2022-jp"] = (
    b"From: " + encoded_word("花子", "iso-2022-jp") + b" <hanako@kumo.example>\r\n" + TO +
    b"Subject: " + encoded_word("桜が咲きました", "iso-2022-jp") + b"\r\n" + DATE +
    message_id("jis") + mime(b"text/plain; charset=ISO-2022-JP", b"7bit") + b"\r\n" +
    GREETING.encode("iso-2022-jp"))

FILES["shift-jis-8bit"] = basic(
    "sjis", b"Subject: =?Shift_JIS?B?" + base64.b64encode("表示能力".encode("shift_jis")) + b"?=\r\n",
    mime(b"text/plain; charset=Shift_JIS", b"8bit")
) + b"\r\n" + "表示能力ソ十\r\n".encode("shift_jis")

FILES["dot-lines"] = basic("dots") + (
    b"\r\n.\r\n..\r\n...\r\n.dot first\r\n..two dots first\r\n in the middle . of a line\r\n. \r\n"
    b"\r\n.\r\nQUIT\r\nMAIL FROM:<evil@kumo.example>\r\nRCPT TO:<taro@umi.example>\r\nDATA\r\n"
    b".\r\n\r\n.")

FILES["long-line-998"] = basic(
    "long", b"X-Long: " + b"h" * 990 + b"\r\nSubject: Lines of the greatest length\r\n"
) + b"\r\n" + b"a" * 998 + b"\r\nshort\r\n." + b"b" * 997 + b"\r\n" + b"c" * 998 + b"\r\n"

FILES["no-final-newline"] = basic("nonl") + b"\r\nThe last line has no end"

FILES["ends-in-cr"] = basic("cr") + b"\r\nThe last octet is a CR\r"

FILES["attachment-base64"] = basic(
    "att", b"Subject: A photograph\r\n",
    b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="=_cut_=.here"\r\n'
) + (b"\r\nThis is a multi-part message in MIME format.\r\n--=_cut_=.here\r\n" +
     b"Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" +
     GREETING.encode() + b"\r\n--=_cut_=.here\r\n"
     b'Content-Type: image/png; name="sakura.png"\r\nContent-Transfer-Encoding: base64\r\n'
     b'Content-Disposition: attachment; filename="sakura.png"\r\n\r\n' +
     base64_lines(b"\x89PNG\r\n\x1a\n" + noise(48000)) + b"--=_cut_=.here--\r\n")

FILES["attachment-japanese-name"] = basic(
    "att2", b"Subject: " + encoded_word("見積書", "utf-8") + b"\r\n",
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b1\r\n"
) + (b"\r\n--b1\r\nContent-Type: text/plain; charset=UTF-8\r\n"
     b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
     b"=E8=A6=8B=E7=A9=8D=E6=9B=B8=E3=82=92=E9=80=81=E3=82=8A=E3=81=BE=E3=81=99=\r\n"
     b"=E3=80=82\r\n=2E\r\n--b1\r\nContent-Type: application/pdf\r\n"
     b"Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n"
     b" filename*0*=UTF-8''%E8%A6%8B%E7%A9%8D;\r\n\tfilename*1*=%E6%9B%B8.pdf\r\n\r\n" +
     base64_lines(b"%PDF-1.4\n" + noise(300)) + b"--b1--\r\n")

FILES["html-alternative"] = basic(
    "html", b"Subject: Newsletter\r\n",
    b"MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n\tboundary=\"alt\"\r\n"
) + (b"\r\n--alt\r\nContent-Type: text/plain\r\n\r\nSpring sale\r\n\r\n--alt\r\n"
     b"Content-Type: text/html; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" +
     "<html><body>\r\n<p>春のセール</p>\r\n.dot\r\n</body></html>\r\n".encode() +
     b"\r\n--alt--\r\n")

FILES["malformed-headers"] = (
    b"From: hanako@kumo.example\r\nTo : taro@umi.example\r\nthis line is no field at all\r\n"
    b"\tand this belongs to it\r\nSubject: first\r\nSubject: second\r\nX-Empty:\r\n"
    b"X-Latin: caf\xe9\r\n: no name\r\nDate: yesterday\r\nBcc: secret@umi.example,\r\n"
    b"\tother@umi.example\r\nMessage-ID: not in brackets\r\nX-Colon::: many\r\n\r\nBody.\r\n")

FILES["bcc"] = basic(
    "bcc", b"bCC: a@umi.example,\r\n b@umi.example,\r\n\tc@umi.example\r\nSubject: Bcc\r\n"
    b"Bcc: d@umi.example\r\n") + b"\r\nBcc: this is body\r\n"

FILES["folded-headers"] = basic(
    "fold", b"Subject: one\r\n two\r\n\tthree\r\n \r\n four\r\nReferences: <1@x.example>\r\n"
    b"\t<2@x.example>\r\n <3@x.example>\r\n") + b"\r\nBody.\r\n"

FILES["received-thirty"] = b"".join(
    b"Received: from hop%d.example ([192.0.2.%d])\r\n\tby hop%d.example with ESMTP id Q%d;\r\n"
    b"\tWed, 01 Apr 2026 08:%02d:00 +0900\r\n" % (i, i, i + 1, i, 59 - i) for i in range(30)
) + basic("received") + b"\r\nA long way.\r\n"

FILES["mbox-from-line"] = (b"From hanako@kumo.example Wed Apr  1 09:00:00 2026\r\n" +
                           basic("mbox") + b"\r\n>From the archive.\r\nFrom here on.\r\n")

FILES["byte-order-mark"] = b"\xef\xbb\xbf" + basic("bom") + b"\r\nSaved by an editor.\r\n"

FILES["lf-only"] = (basic("lf") + b"\r\nSaved on Unix.\r\n\r\n.\r\n.dot\r\nEnd.\r\n").replace(
    b"\r\n", b"\n")

FILES["mixed-line-ends"] = basic("mixed") + (
    b"\r\nCR LF\r\nLF\nCR\rLF LF\n\nCR CR LF\r\r\ndot LF\n.\nCR dot CR\r.\rCR LF dot CR\r\n.\r"
    b"LF dot CR LF\n.\r\nend\r\n")

FILES["empty-body"] = basic("empty") + b"\r\n"

FILES["header-only"] = basic("header")

FILES["body-only"] = b"\r\nNo header at all.\r\n"

FILES["blank-lines-and-spaces"] = basic("blank") + (
    b"\r\n\r\n\r\nspaces behind   \r\n\t\r\n \r\n-- \r\nHanako\r\n" + b"\r\n" * 20)

for file_name, octets in FILES.items():
    (FOLDER / (file_name + ".eml")).write_bytes(octets)
