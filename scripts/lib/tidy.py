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

# The static analyser may follow this many steps in a function, less than its own limit of 225,000: the
# steps beyond would take most of its time. tidy_own_code.cpp tells the other half.
ANALYZER_STEPS = 50000
LLVM_HEADERS = "/usr/lib/llvm-14/include"


def output_of(command, folder="."):
    return subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, check=True).stdout


def compile_plugin(memory, version):
    """The plugin for this clang-tidy, compiled on first use and kept."""
    source = pathlib.Path(__file__).with_name("tidy_own_code.cpp")
    digest = hashlib.sha256(source.read_bytes() + version).hexdigest()[:12]
    plugin = memory / f"own-code-{digest}.so"
    if not plugin.exists():
        unfinished = plugin.with_suffix(f".{os.getpid()}")
        compiled = subprocess.run(
            ["g++", "-std=c++17", "-O1", "-shared", "-fPIC", "-fno-rtti", "-w",
             "-I", LLVM_HEADERS, source, "-o", unfinished])
        if compiled.returncode != 0:
            sys.exit(f"    {source} does not compile; what the compiler said is above")
        unfinished.rename(plugin)
    return plugin


def fingerprint(entry, constants):
    """What clang-tidy's answer depends on, wherever the clone stands. -C keeps NOLINT comments."""
    command = shlex.split(entry["command"])
    output = command.index("-o")
    del command[output : output + 2]
    command.remove("-c")
    text = output_of(command + ["-E", "-C", "-w"], entry["directory"])
    told = "\0".join(command).encode() + text
    return hashlib.sha256(constants + told.replace(os.getcwd().encode(), b".")).hexdigest()


def check(entry, build, memory, tidy, constants):
    """Returns (file, seconds, what clang-tidy said; None when it was remembered as clean)."""
    began = time.monotonic()
    file = entry["file"]
    mark = memory / fingerprint(entry, constants)
    if mark.exists():
        mark.touch()  # so that the oldest mark is the one longest unused
        return file, time.monotonic() - began, None
    run = subprocess.run(
        tidy + ["-p", build, file], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if run.returncode == 0:
        mark.touch()
        return file, time.monotonic() - began, ""
    return file, time.monotonic() - began, run.stdout or run.stderr


def forget_unused(memory, days):
    for mark in memory.iterdir():
        if mark.stat().st_mtime < time.time() - days * 86400:
            mark.unlink(missing_ok=True)


def entries_of(build, places):
    """The database's entries at or below these places; one that is in several targets only once."""
    database = json.loads(pathlib.Path(build, "compile_commands.json").read_text())
    entries = {
        entry["file"]: entry
        for entry in database
        if any(pathlib.Path(os.path.relpath(entry["file"])).is_relative_to(place) for place in places)
    }
    if not entries:
        sys.exit(f"    no file that is compiled lies in: {' '.join(places)}")
    return list(entries.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--memory", type=pathlib.Path, required=True)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("places", nargs="+")
    options = parser.parse_args()

    options.memory.mkdir(parents=True, exist_ok=True)
    forget_unused(options.memory, days=60)
    version = output_of(["clang-tidy", "--version"])
    plugin = compile_plugin(options.memory, version)
    tidy = ["clang-tidy", "--quiet", f"--load={plugin}", "--checks=hikyaku-own-code-only"]
    for word in ["-Xclang", "-analyzer-config", "-Xclang", f"max-nodes={ANALYZER_STEPS}"]:
        tidy.append(f"--extra-arg={word}")
    constants = version + pathlib.Path(".clang-tidy").read_bytes() + " ".join(tidy[3:]).encode()
    entries = entries_of(options.build, options.places)

    unclean = remembered = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        futures = [
            pool.submit(check, entry, options.build, options.memory, tidy, constants)
            for entry in entries
        ]
        for number, future in enumerate(concurrent.futures.as_completed(futures), start=1):
            file, seconds, said = future.result()
            if said is None:
                remembered += 1
                continue
            print(f"    [{number}/{len(entries)}] {os.path.relpath(file)} {seconds:.0f} s", flush=True)
            if said:
                unclean += 1
                print(said, flush=True)
    print(f"    {len(entries)} files: {unclean} not clean, {remembered} remembered as clean")
    sys.exit(1 if unclean else 0)


if __name__ == "__main__":
    main()
