#!/usr/bin/env python3
"""Runs clang-tidy on the .cpp files of a compilation database, several at a time, and remembers which
were clean: the same preprocessed text, options, checks and clang-tidy need not be looked at twice."""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import time


def output_of(command, folder):
    return subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, check=True).stdout


def fingerprint(entry, constants):
    """What clang-tidy's answer depends on. -C keeps comments, since NOLINT is one."""
    command = shlex.split(entry["command"])
    output = command.index("-o")
    del command[output : output + 2]
    command.remove("-c")
    text = output_of(command + ["-E", "-C", "-w"], entry["directory"])
    digest = hashlib.sha256(constants)
    digest.update("\0".join(command).encode())
    digest.update(text)
    return digest.hexdigest()


def check(entry, options, constants):
    """Returns (file, seconds, what clang-tidy said; None when it was remembered as clean)."""
    began = time.monotonic()
    file = entry["file"]
    mark = options.memory / fingerprint(entry, constants)
    if mark.exists():
        mark.touch()  # so that the oldest mark is the one longest unused
        return file, time.monotonic() - began, None
    run = subprocess.run(
        ["clang-tidy", "--quiet", "-p", options.build, file],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if run.returncode == 0:
        mark.touch()
        return file, time.monotonic() - began, ""
    return file, time.monotonic() - began, run.stdout + run.stderr


def forget_unused(memory, days):
    for mark in memory.iterdir():
        if mark.stat().st_mtime < time.time() - days * 86400:
            mark.unlink(missing_ok=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--memory", type=pathlib.Path, required=True)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("folders", nargs="+")
    options = parser.parse_args()

    options.memory.mkdir(parents=True, exist_ok=True)
    forget_unused(options.memory, days=60)
    constants = output_of(["clang-tidy", "--version"], ".") + pathlib.Path(".clang-tidy").read_bytes()
    entries = [
        entry
        for entry in json.loads(pathlib.Path(options.build, "compile_commands.json").read_text())
        if os.path.relpath(entry["file"]).split(os.sep)[0] in options.folders
    ]
    if not entries:
        sys.exit("tidy: the compilation database names no file of ours")
    # A file compiled into several targets is one file to a reader.
    entries = list({entry["file"]: entry for entry in entries}.values())

    unclean = remembered = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        futures = [pool.submit(check, entry, options, constants) for entry in entries]
        for number, future in enumerate(concurrent.futures.as_completed(futures), start=1):
            file, seconds, said = future.result()
            name = os.path.relpath(file)
            if said is None:
                remembered += 1
                continue
            print(f"    [{number}/{len(entries)}] {name} {seconds:.0f} s", flush=True)
            if said:
                unclean += 1
                print(said, flush=True)
    print(f"    {len(entries)} files: {unclean} not clean, {remembered} remembered as clean")
    sys.exit(1 if unclean else 0)


if __name__ == "__main__":
    main()
