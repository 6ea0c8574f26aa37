"""Reads a delivery report, given in hex, with Python's email package and prints what it finds,
one line each: an independent reader of what our servers write (RFC 3462, 3464)."""

import email
import email.policy
import sys

message = email.message_from_bytes(bytes.fromhex(sys.argv[1]), policy=email.policy.default)


def defects(part):
    found = list(part.defects)
    for value in part.values():
        found += getattr(value, "defects", [])
    if part.is_multipart():
        for inner in part.iter_parts() if part.get_content_maintype() == "multipart" else part.get_payload():
            found += defects(inner)
    return found


print("type", message.get_content_type(), message.get_param("report-type"))
print("subject", message["subject"])
print("to", message["to"])
print("auto-submitted", message["auto-submitted"])
parts = list(message.iter_parts())
print("parts", " ".join(part.get_content_type() for part in parts))
print("text", " ".join(parts[0].get_content().split()))
for index, block in enumerate(parts[1].get_payload()):
    for name, value in block.items():
        print("message" if index == 0 else "recipient%d" % index, name + ":", value)
last = parts[2]
if last.get_content_type() == "message/rfc822":
    original = last.get_payload()[0]
    print("whole", original["subject"], "|", " ".join(original.get_content().split()))
else:
    print("header", email.message_from_string(last.get_content())["subject"])
print("defects", len(defects(message)))
