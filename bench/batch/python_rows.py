"""Peer: plain Python, row by row, with the same duties as ours: python_rows.py IN LOOKUP OUT

Reads and writes with the csv module, hashes each output line as a leaf, keeps the RFC 6962 root
over all rows and the SHA-256 of both files. Prints the three digests.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from batch.columns import AMOUNTS, ANSWER, INPUT, KEYS, LOOKUP, UNKNOWN
from batch.merkle import MerkleRoot, leaf_hash

Amount = float | str  # "" where the publication gives none
Row = tuple[list[Amount], list[str]]


def read_lookup(path: Path) -> dict[tuple[str, ...], Row]:
    """Key -> kilograms per unit in the order of AMOUNTS, and the texts in the order of TEXTS."""
    out: dict[tuple[str, ...], Row] = {}
    with path.open(newline="") as file:
        reader = csv.reader(file)
        if next(reader) != LOOKUP:
            raise ValueError("unexpected columns in the lookup table")
        for row in reader:
            numbers = row[len(KEYS) : len(KEYS) + len(AMOUNTS)]
            per_unit: list[Amount] = [float(cell) if cell else "" for cell in numbers]
            out[tuple(row[: len(KEYS)])] = per_unit, row[len(KEYS) + len(AMOUNTS) :]
    return out


class HashedSource:
    """Lines of a file as text; their bytes go through SHA-256."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = sha256()

    def __iter__(self) -> Iterator[str]:
        for line in self._file:
            self.digest.update(line)
            yield line.decode()


class HashedSink:
    """What csv.writer writes to: each line is a leaf and part of the file's SHA-256."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = sha256()
        self.tree = MerkleRoot()

    def write(self, line: str) -> None:
        data = line.encode()
        self.tree.append(leaf_hash(data))
        self.digest.update(data)
        self._file.write(data)


def run(source_path: Path, lookup_path: Path, out_path: Path) -> list[str]:
    lookup = read_lookup(lookup_path)
    with source_path.open("rb") as source_file, out_path.open("wb") as out_file:
        source, sink = HashedSource(source_file), HashedSink(out_file)
        reader = csv.reader(iter(source))
        if next(reader) != INPUT:
            raise ValueError("unexpected columns in the input")
        header = ",".join(INPUT + ANSWER) + "\n"
        sink.digest.update(header.encode())
        out_file.write(header.encode())
        write = csv.writer(sink, lineterminator="\n").writerow
        unknown = [""] * (len(ANSWER) - 1) + [UNKNOWN]
        for cells in reader:
            _, _, fuel, region, year, amount_text, unit, basis = cells
            found = lookup.get((fuel, region, year, unit, basis))
            if found is None:
                write(cells + unknown)
                continue
            amount = float(amount_text)
            value, co2e, co2, ch4, n2o, biogenic = [
                "" if factor == "" else amount * factor  # type: ignore[operator]
                for factor in found[0]
            ]
            text = found[1]
            write([*cells, value, text[0], co2e, co2, ch4, n2o, biogenic, *text[1:], ""])
        digests = (source.digest.digest(), sink.digest.digest(), sink.tree.root())
    return [digest.hex() for digest in digests]


if __name__ == "__main__":
    print(*run(*(Path(name) for name in sys.argv[1:4])), sep="\n")
