#!/usr/bin/env python3
"""Checks that no file names a package registry's host, and that src/ holds no notes to oneself.

Which mirror serves a package is the machine's business, not the repository's. Something left to do is an
issue, not a comment.
"""

import argparse
import pathlib
import re
import subprocess
import sys

# In pieces, so that this file does not name them either.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("proxy", "golang", "org"),
        ("sum", "golang", "org"),
        ("crates", "io"),
        ("repo1", "maven", "org"),
        ("repo", "maven", "apache", "org"),
    )
]
HOST = re.compile("|".join(rf"(?<![\w-]){re.escape(host)}(?![\w-])" for host in HOSTS), re.IGNORECASE)
NOTE = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
LARGEST_BYTES = 4 << 20


def files_of(root):
    """Tracked files, and new ones that are not ignored."""
    command = ["git", "-c", "safe.directory=*", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    return sorted(set(name for name in listed.split("\0") if name))


def findings_in(name, text):
    """Yields (line number, message)."""
    for number, line in enumerate(text.splitlines(), 1):
        host = HOST.search(line)
        if host:
            yield number, f"names the package registry {host.group(0)}"
        note = NOTE.search(line) if name.startswith("src/") else None
        if note:
            yield number, f"{note.group(0)}: make it an issue, or do it"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    options = parser.parse_args(arguments)

    read = findings = 0
    for name in files_of(options.root):
        path = options.root / name
        if not path.is_file() or path.is_symlink() or path.stat().st_size > LARGEST_BYTES:
            continue
        content = path.read_bytes()
        if b"\0" in content:
            continue
        read += 1
        for number, message in findings_in(name, content.decode(errors="replace")):
            findings += 1
            print(f"{name}:{number}: {message}")
    print(f"words: {read} files, {findings} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
