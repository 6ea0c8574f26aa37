"""Reads a delivery report, given in hex, with Python's email package and prints what it finds,
one line each: an independent reader of what our servers write (RFC 3462, 3464, 6533)."""

import base64
import email
import email.policy
import sys

whole = bytes.fromhex(sys.argv[1])
message = email.message_from_bytes(whole, policy=email.policy.default)


def defects(part):
    found = list(part.defects)
    for value in part.values():
        found += getattr(value, "defects", [])
    if part.is_multipart() and not is_encoded_message(part):
        for inner in part.iter_parts() if part.get_content_maintype() == "multipart" else part.get_payload():
            found += defects(inner)
    return found


def is_encoded_message(part):
    """RFC 6532 lets message/global be in Base64, which the package takes for an odd message."""
    return part.get_content_maintype() == "message" and part["content-transfer-encoding"] == "base64"


def octets(index):
    """What the part of type message/global... holds: the package has no name for these types."""
    raw = whole.split(b"--" + message.get_boundary().encode())[index + 1]
    held = raw.split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n")
    return base64.b64decode(held) if is_encoded_message(parts[index]) else held


def fields(block):
    """Names and values, in UTF-8."""
    read = email.message_from_bytes(block, policy=email.policy.compat32)
    for name, value in read.raw_items():
        yield name, value.encode("ascii", "surrogateescape").decode("utf-8")


print("type", message.get_content_type(), message.get_param("report-type"))
print("subject", message["subject"])
print("to", message["to"])
print("auto-submitted", message["auto-submitted"])
print("ascii", whole.isascii())
parts = list(message.iter_parts())
print("parts", " ".join(part.get_content_type() for part in parts))
print("encodings", " ".join(str(part["content-transfer-encoding"]) for part in parts))
print("text", " ".join(parts[0].get_content().split()))
if parts[1].get_content_type() == "message/delivery-status":
    blocks = [block.items() for block in parts[1].get_payload()]
else:
    blocks = [fields(block) for block in octets(1).removesuffix(b"\r\n").split(b"\r\n\r\n")]
for index, block in enumerate(blocks):
    for name, value in block:
        print("message" if index == 0 else "recipient%d" % index, name + ":", value)
last = parts[2]
if last.get_content_type() == "message/rfc822":
    original = last.get_payload()[0]
    print("whole", original["subject"], "|", " ".join(original.get_content().split()))
elif last.get_content_type() == "message/global":
    original = email.message_from_bytes(octets(2), policy=email.policy.default)
    print("whole", dict(fields(octets(2)))["Subject"], "|", " ".join(original.get_content().split()))
elif last.get_content_type() == "message/global-headers":
    print("header", dict(fields(octets(2)))["Subject"])
else:
    print("header", email.message_from_string(last.get_content())["subject"])
print("defects", len(defects(message)))
