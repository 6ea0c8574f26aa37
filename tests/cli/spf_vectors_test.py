"""
The SPF project's test suite for RFC 7208, as Debian's source package pyspf brings it: each zone and
each question of it. The answers are compared in cli_test, which reads the zones as hikyaku spf does.

usage: spf_vectors_test.py CLI_TEST RFC7208-TESTS.yml
"""

import json
import os
import subprocess
import sys
import tempfile

import yaml

CLI_TEST, SUITE = sys.argv[1:3]
LEAST = 190  # questions there are; fewer would mean that the file was not read to its end


def zone_of(data):
    """The suite's zone as ours. What it calls SPF stands in TXT records too, unless there are some."""
    zone = {}
    for name, entries in data.items():
        records, spf, has_txt = [], [], False
        for entry in entries:
            if entry == "TIMEOUT":
                records.append(["TIMEOUT"])
                continue
            (kind, value), = entry.items()
            if kind == "TXT":
                has_txt = True
                if value == "NONE":
                    continue
            if kind == "SPF":
                spf.append(["TXT", value])
            records.append([kind, value])
        zone[name] = records + ([] if has_txt else spf)
    return zone


def question_of(case):
    """What is asked, and what may be the answer. DEFAULT: no explanation of the domain's own."""
    result, explanation = case["result"], case.get("explanation")
    question = {"ip": case["host"], "helo": case["helo"], "from": case["mailfrom"],
                "results": result if isinstance(result, list) else [result]}
    if explanation is not None:
        question["explanation"] = "" if explanation == "DEFAULT" else explanation
    return question


def main():
    if not os.path.exists(SUITE):
        print(f"{SUITE} is missing: scripts/test fetches it.")
        return 1
    with open(SUITE, encoding="utf-8") as file:
        parts = [{"zone": zone_of(part["zonedata"]),
                  "questions": [question_of(case) for case in part["tests"].values()]}
                 for part in yaml.safe_load_all(file)]
    count = sum(len(part["questions"]) for part in parts)
    print(f"{count} questions")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "questions.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(parts, file)
        done = subprocess.run([CLI_TEST, "--no-skip", "--test-suite=spf.vectors"], check=False,
                              env=dict(os.environ, HIKYAKU_SPF_VECTORS=path), timeout=300)
    return done.returncode if count >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
