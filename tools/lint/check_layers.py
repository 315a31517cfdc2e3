#!/usr/bin/env python3
"""Checks that every include in src/ follows an arrow that tools/lint/layers.txt allows.

A file belongs to the longest row that its path starts with. It may include its own folder and the
folders its row allows; agents, adapters and operations never include a sibling, whatever a row says.
"""

import argparse
import fnmatch
import pathlib
import re
import sys

SIBLINGS_ARE_STRANGERS = ("agents", "adapters", "operations")
SOURCES = (".hpp", ".cpp", ".h", ".cc")
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')
ROW = re.compile(r"^([a-z][a-z0-9_/]*):((?:\s+[a-z][a-z0-9_/]*(?:/\*)?)*)\s*$")


class TableError(Exception):
    """layers.txt itself is wrong."""


def read_table(path):
    """{folder: [allowed patterns]}; allowed folders stand above, so that arrows cannot form a circle."""
    table = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = ROW.match(line)
        if not match:
            raise TableError(f"{path}:{number}: not of the form 'folder: allowed...': {line}")
        folder, allowed = match.group(1), match.group(2).split()
        if folder in table:
            raise TableError(f"{path}:{number}: {folder} has two rows")
        for pattern in allowed:
            if not fnmatch.filter(table, pattern):
                raise TableError(f"{path}:{number}: {folder} allows {pattern}, which has no row above")
        table[folder] = allowed
    if not table:
        raise TableError(f"{path}: no rows")
    return table


def folder_of(path, table):
    """The longest row that the path (relative to src) lies in, or None."""
    parts = pathlib.PurePosixPath(path).parts[:-1]
    for length in range(len(parts), 0, -1):
        row = "/".join(parts[:length])
        if row in table:
            return row
    return None


def is_allowed(source, target, table):
    if source == target:
        return True
    head = source.split("/")[0]
    if head in SIBLINGS_ARE_STRANGERS and target.split("/")[0] == head:
        return False
    return any(fnmatch.fnmatch(target, pattern) for pattern in table[source])


def check_file(path, src, table):
    """Yields (line number, message)."""
    name = path.relative_to(src).as_posix()
    source = folder_of(name, table)
    if source is None:
        yield 1, f"the folder of {name} has no row in layers.txt"
        return
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        included = match.group(1)
        target = folder_of(included, table)
        if target is None:
            yield number, f'"{included}" is not written from src/, or its folder has no row in layers.txt'
        elif not is_allowed(source, target, table):
            allowed = " ".join(table[source]) or "nothing else"
            yield number, f"{source} -> {target} is not allowed; {source} may include: {allowed}"


def main(arguments=None):
    root = pathlib.Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--src", type=pathlib.Path, default=root / "src")
    parser.add_argument("--table", type=pathlib.Path, default=root / "tools/lint/layers.txt")
    options = parser.parse_args(arguments)
    try:
        table = read_table(options.table)
    except TableError as error:
        print(error)
        return 1

    files = sorted(path for path in options.src.rglob("*") if path.suffix in SOURCES)
    findings = 0
    for path in files:
        for number, message in check_file(path, options.src, table):
            findings += 1
            print(f"src/{path.relative_to(options.src)}:{number}: {message}")
    print(f"layers: {len(files)} files, {len(table)} rows, {findings} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
