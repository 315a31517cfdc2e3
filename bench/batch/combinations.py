"""The questions of the benchmark and how often each is asked.

Without NumPy, since the harness reads them too and must stay small.
"""

from __future__ import annotations

import csv
from pathlib import Path

COMBINATIONS = Path(__file__).with_name("combinations.csv")


def read_combinations(path: Path = COMBINATIONS) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
