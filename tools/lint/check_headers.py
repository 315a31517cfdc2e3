#!/usr/bin/env python3
"""Compiles every header of src/ alone, twice in one file: it must include what it uses, and only once.

A header that passed is not compiled again until it, or a header of ours that it includes, changes; the
memory is build/lint/headers.json.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-Wno-missing-field-initializers"]


def digest_of(paths, salt):
    """One hash over the bytes of all files, or None when one of them is gone."""
    total = hashlib.sha256(salt.encode())
    try:
        for path in sorted(paths):
            total.update(path.encode() + b"\0" + hashlib.sha256(pathlib.Path(path).read_bytes()).digest())
    except OSError:
        return None
    return total.hexdigest()


def compile_alone(compiler, src, header, scratch):
    """(what the compiler said, or None when all is well; the headers of ours that it read)."""
    depends = pathlib.Path(scratch) / (header.replace("/", "_") + ".d")
    command = [compiler, *FLAGS, f"-I{src}", "-MMD", "-MF", str(depends), "-x", "c++", "-"]
    text = f'#include "{header}"\n#include "{header}"\n'
    result = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        return result.stderr.strip() or f"the compiler ended with {result.returncode}", []
    names = depends.read_text().replace("\\\n", " ").split(":", 1)[1].split()
    return None, [name for name in names if name != "-" and os.path.exists(name)]


def check(src, compiler, memory_file):
    """Prints findings; returns the number of headers, of those compiled, and of those that failed."""
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True).stdout
    salt = version + " ".join(FLAGS)
    try:
        memory = json.loads(memory_file.read_text())
    except (OSError, ValueError):
        memory = {}

    headers = sorted(path.relative_to(src).as_posix() for path in src.rglob("*.hpp"))
    stale = [
        header
        for header in headers
        if header not in memory or digest_of(memory[header]["reads"], salt) != memory[header]["digest"]
    ]

    failed = 0
    with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = pool.map(lambda header: compile_alone(compiler, src, header, scratch), stale)
        for header, (complaint, reads) in zip(stale, answers):
            if complaint is None:
                memory[header] = {"reads": reads, "digest": digest_of(reads, salt)}
                continue
            failed += 1
            memory.pop(header, None)
            print(f"src/{header}: does not compile alone")
            print("    " + "\n    ".join(complaint.splitlines()[:8]))

    memory = {header: memory[header] for header in headers if header in memory}
    memory_file.parent.mkdir(parents=True, exist_ok=True)
    memory_file.write_text(json.dumps(memory, indent=1))
    return len(headers), len(stale), failed


def main(arguments=None):
    root = pathlib.Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--src", type=pathlib.Path, default=root / "src")
    parser.add_argument("--compiler", default=os.environ.get("CXX", "g++"))
    parser.add_argument("--memory", type=pathlib.Path, default=root / "build/lint/headers.json")
    options = parser.parse_args(arguments)
    count, compiled, failed = check(options.src.resolve(), options.compiler, options.memory)
    print(f"headers: {count} files, {compiled} compiled, {failed} findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
