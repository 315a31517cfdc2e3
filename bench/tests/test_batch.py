"""The batch benchmark's own correctness: its peers agree, and what disagrees is caught."""

from __future__ import annotations

import csv
import hashlib
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from batch.agreement import differences
from batch.columns import AMOUNTS, KEYS, UNKNOWN
from batch.combinations import read_combinations
from batch.generate import HEADER, block, generate, slots_of
from batch.merkle import MerkleRoot, leaf_hash
from batch.summarize import summarize
from tests.samples import FACTORS, write_ledger, write_lookup

PEERS = {
    "python_rows": ["batch.python_rows"],
    "pandas": ["batch.pandas_job"],
    "polars_streaming": ["batch.polars_job", "streaming"],
    "polars_eager": ["batch.polars_job", "eager"],
    "duckdb": ["batch.duckdb_job"],
}


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = naive_root(leaves[:split]), naive_root(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


class Merkle(unittest.TestCase):
    def test_agrees_with_the_definition(self) -> None:
        leaves: list[bytes] = []
        tree = MerkleRoot()
        for size in range(70):
            self.assertEqual(tree.root(), naive_root(leaves), f"size {size}")
            leaves.append(leaf_hash(str(size).encode()))
            tree.append(leaves[-1])


class Generate(unittest.TestCase):
    def setUp(self) -> None:
        self.slots = slots_of(read_combinations())

    def test_the_same_bytes_on_every_machine(self) -> None:
        digest = hashlib.sha256(block(0, 10_000, self.slots).encode()).hexdigest()
        self.assertEqual(digest, "eab9b80068349aa8260ec7972a4f97c816f5a30fb3fb22f8714911abc43a20be")

    def test_a_shorter_file_is_a_prefix(self) -> None:
        self.assertEqual(
            block(0, 500, self.slots),
            block(0, 123, self.slots) + block(123, 377, self.slots),
        )

    def test_unknown_fuels_where_asked(self) -> None:
        lines = block(0, 100, self.slots, unknown_every=10).splitlines()
        unknown = [n for n, line in enumerate(lines) if ",no_such_fuel," in line]
        self.assertEqual(unknown, list(range(9, 100, 10)))

    def test_file(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "ledger.csv"
            generate(1000, path)
            self.assertEqual(path.read_text(), HEADER + block(0, 1000, self.slots))


class Peers(unittest.TestCase):
    ROWS = 1000

    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.source, self.lookup = self.folder / "ledger.csv", self.folder / "lookup.csv"
        write_ledger(self.source, self.ROWS)
        write_lookup(self.lookup)

    def output(self, name: str) -> Path:
        module, *mode = PEERS[name]
        out = self.folder / f"{name}.csv"
        argv = [sys.executable, "-m", module, str(self.source), str(self.lookup), str(out), *mode]
        subprocess.run(argv, check=True, timeout=120, stdout=subprocess.DEVNULL)
        return out

    def test_numbers_of_every_row(self) -> None:
        for name in PEERS:
            with self.subTest(name), self.output(name).open(newline="") as file:
                rows = list(csv.DictReader(file))
                self.assertEqual(len(rows), self.ROWS)
                for row in rows:
                    self.check_row(row)

    def check_row(self, row: dict[str, str]) -> None:
        found = FACTORS.get((row[KEYS[0]], row[KEYS[1]], row[KEYS[2]], row[KEYS[3]], row[KEYS[4]]))
        if found is None:
            self.assertEqual((row["error"], row["co2e_kg"]), (UNKNOWN, ""))
            return
        self.assertEqual((row["error"], row["note"]), ("", found[1]))
        for amount, per_unit in zip(AMOUNTS, found[0], strict=True):
            if per_unit == "":
                self.assertEqual(row[amount], "")
            else:
                expected = float(row["activity_value"]) * float(per_unit)
                self.assertAlmostEqual(float(row[amount]), expected, delta=1e-12 * expected)

    def test_agreement_catches_a_changed_output(self) -> None:
        text = self.output("python_rows").read_text()
        reference = summarize(self.folder / "python_rows.csv")
        lines = text.splitlines(keepends=True)
        changed = {
            "": text,
            "rows": "".join(lines[:-1]),
            "order": "".join([*lines[:-2], lines[-1], lines[-2]]),
            "co2e_kg": text.replace(",kgCO2e,", ",kgCO2e,9", 1),
            "some/factor/2": text.replace("some/factor/2", "some/factor/x", 1),
            "errors": text.replace(UNKNOWN, "", 1),
            "factor.table": text.replace("factor.table", "factor.tabel", 1),
        }
        for finding, content in changed.items():
            path = self.folder / "changed.csv"
            path.write_text(content)
            with self.subTest(finding or "unchanged"):
                found = differences(reference, summarize(path))
                if finding:
                    self.assertIn(finding, "\n".join(found))
                else:
                    self.assertEqual(found, [])


if __name__ == "__main__":
    unittest.main()
