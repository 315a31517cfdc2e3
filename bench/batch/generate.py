"""A fuel ledger for the batch benchmark: generate.py ROWS OUT [--unknown-every N]

The same bytes on every machine: row i depends on i alone (SplitMix64, integers only), so a shorter
file is a prefix of a longer one. Amounts are skewed, from 10 to some 600 000, with one or two
decimals.
The questions and their frequency stand in combinations.csv.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

from batch.combinations import read_combinations

HEADER = "record_id,site,fuel_type,region,year,activity_value,activity_unit,heating_value_basis\n"
Words = npt.NDArray[np.uint64]
BLOCK_ROWS = 100_000
SITES = 240


def _mixed(counter: Words, stream: int) -> Words:
    """SplitMix64 of the row number, one stream for each column."""
    z = counter * np.uint64(0x9E3779B97F4A7C15) + np.uint64(stream * 0xD1B54A32D192ED03 % 2**64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _hundredths(rows: Words) -> Words:
    """Amounts in hundredths: the smaller of two uniform exponents makes large ones rare."""
    bits = _mixed(rows, 3)
    shift = np.minimum(bits & np.uint64(15), (bits >> np.uint64(4)) & np.uint64(15))
    mantissa = np.uint64(1024) + ((bits >> np.uint64(8)) & np.uint64(1023))
    low = (bits >> np.uint64(18)) & ((np.uint64(1) << shift) - np.uint64(1))
    hundredths: Words = (mantissa << shift) + low
    return hundredths


def block(first: int, rows: int, slots: list[tuple[str, str]], unknown_every: int = 0) -> str:
    """Rows first .. first + rows - 1 (from 0) as text."""
    index = np.arange(first, first + rows, dtype=np.uint64)
    which = (_mixed(index, 1) % np.uint64(len(slots))).tolist()
    sites = (_mixed(index, 2) % np.uint64(SITES)).tolist()
    amounts = _hundredths(index).tolist()
    lines = []
    for row, (slot, site, amount) in enumerate(zip(which, sites, amounts, strict=True), first):
        before, after = slots[slot]
        if unknown_every and row % unknown_every == unknown_every - 1:
            before = "no_such_fuel" + before[before.index(",") :]
        whole, part = divmod(amount, 100)
        fraction = f"{part:02d}" if part % 10 else f"{part // 10}"
        lines.append(f"r{row + 1:08d},plant-{site:03d},{before},{whole}.{fraction},{after}\n")
    return "".join(lines)


def slots_of(combinations: list[dict[str, str]]) -> list[tuple[str, str]]:
    """Text before and after the amount, each as often as its weight."""
    return [
        (
            f"{c['fuel_type']},{c['region']},{c['year']}",
            f"{c['activity_unit']},{c['heating_value_basis']}",
        )
        for c in combinations
        for _ in range(int(c["weight"]))
    ]


def generate(rows: int, out: Path, unknown_every: int = 0) -> None:
    slots = slots_of(read_combinations())
    with out.open("w", newline="") as file:
        file.write(HEADER)
        for first in range(0, rows, BLOCK_ROWS):
            file.write(block(first, min(BLOCK_ROWS, rows - first), slots, unknown_every))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--unknown-every", type=int, default=0, help="every Nth fuel is unknown")
    arguments = parser.parse_args()
    if not 0 < arguments.rows <= 99_999_999:
        parser.error("ROWS must be 1 .. 99999999")
    generate(arguments.rows, arguments.out, arguments.unknown_every)


if __name__ == "__main__":
    main()
