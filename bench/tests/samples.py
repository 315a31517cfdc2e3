"""A factor table and a ledger small enough to calculate by hand."""

from __future__ import annotations

import csv
from pathlib import Path

from batch.columns import AMOUNTS, INPUT, KEYS, LOOKUP, TEXTS

# Kilograms per unit of each amount ("" where none is published), and a note that needs quotes.
FACTORS = {
    ("natural_gas", "GB", "2025", "kWh", "HHV"): (
        ["0.2", "0.2", "0.19", "1e-05", "3e-07", "0"],
        "",
    ),
    ("electricity", "US-CAMX", "2025", "MWh", ""): (["195.5", "195.5", "", "", "", ""], ""),
    ("wood_pellets", "GB", "2025", "t", ""): (
        ["55.25", "55.25", "0", "", "", "1677.25"],
        'a "note", with a comma',
    ),
}
TEXT = {
    "emissions_unit": "kgCO2e", "scope": "1", "gwp_set": "AR5GWP100", "factor.id": "some/factor",
    "factor.source": "A source", "factor.table": "A table", "factor.year": "2025",
    "factor.basis": "",
}  # fmt: skip


def write_lookup(path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, LOOKUP, lineterminator="\n")
        writer.writeheader()
        for number, (key, (amounts, note)) in enumerate(FACTORS.items()):
            row = dict(zip(KEYS, key, strict=True))
            row |= {name + "_per_unit": text for name, text in zip(AMOUNTS, amounts, strict=True)}
            row |= {name: TEXT.get(name, "") for name in TEXTS}
            row |= {"factor.id": f"some/factor/{number}", "note": note}
            writer.writerow(row)


def write_ledger(path: Path, rows: int) -> None:
    """Every seventh fuel is unknown."""
    keys = list(FACTORS)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, INPUT, lineterminator="\n")
        writer.writeheader()
        for number in range(rows):
            row = dict(zip(KEYS, keys[number % len(keys)], strict=True))
            if number % 7 == 6:
                row["fuel_type"] = "no_such_fuel"
            row |= {"record_id": f"r{number + 1:08d}", "site": f"plant-{number % 5}"}
            writer.writerow({**row, "activity_value": f"{number}.25"})
