#!/usr/bin/env python3
"""Checks that a file of src/ fits a sitting and says which functions do not fit a screen.

A file over its limit is an error; a long function is a warning, because the way it is found is simple: in
formatted code a function at namespace level ends with a lone brace in the first column.
"""

import argparse
import pathlib
import sys

MOST_LINES = 400
MOST_LINES_OF_A_TEST = 600
MOST_LINES_OF_A_FUNCTION = 70
TEST_ENDINGS = ("_test", "_bench", "_fuzz", "testing")


def limit_of(path):
    return MOST_LINES_OF_A_TEST if path.stem.endswith(TEST_ENDINGS) else MOST_LINES


def long_functions(lines):
    """Yields (line number, name, length)."""
    start = None
    for number, line in enumerate(lines, 1):
        if line.rstrip() == "}" and start is not None:
            length = number - start + 1
            if length > MOST_LINES_OF_A_FUNCTION:
                yield start, lines[start - 1].split("(")[0].split()[-1], length
            start = None
        elif line[:1].isalpha() and "(" in line and not line.rstrip().endswith(";"):
            start = number
        elif line[:1] == "}":
            start = None


def main(arguments=None):
    root = pathlib.Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--src", type=pathlib.Path, default=root / "src")
    options = parser.parse_args(arguments)

    files = sorted(path for path in options.src.rglob("*") if path.suffix in (".hpp", ".cpp"))
    findings = warnings = 0
    for path in files:
        name = f"src/{path.relative_to(options.src)}"
        lines = path.read_text(errors="replace").splitlines()
        if len(lines) > limit_of(path):
            findings += 1
            print(f"{name}:1: {len(lines)} lines, more than {limit_of(path)}: split it by noun")
        for number, function, length in long_functions(lines):
            warnings += 1
            print(f"{name}:{number}: warning: {function} has {length} lines, more than {MOST_LINES_OF_A_FUNCTION}")
    print(f"sizes: {len(files)} files, {findings} findings, {warnings} warnings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
