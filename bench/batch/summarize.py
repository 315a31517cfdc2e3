"""What an output file says, for comparison with the others: summarize.py FILE -> JSON

Runs as a process of its own, so that its memory is not counted to anybody.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl

from batch.columns import AMOUNTS, OUTPUT


def summarize(path: Path) -> dict[str, object]:
    with path.open() as file:
        header = file.readline().rstrip("\r\n").split(",")
    if missing := [name for name in OUTPUT if name not in header]:
        return {"columns": header, "missing": missing}
    numbers = {*AMOUNTS, "activity_value"}
    schema = {n: pl.Float64() if n in numbers else pl.String() for n in header}
    rows = pl.scan_csv(path, schema=schema)
    failed = pl.col("error").is_not_null() & (pl.col("error") != "")
    whole = rows.select(
        pl.len().alias("rows"),
        failed.sum().alias("errors"),
        (pl.col("record_id").str.slice(1).cast(pl.Int64).diff().drop_nulls() == 1)
        .all()
        .alias("in_order"),
        pl.col("activity_value").sum(),
        *[pl.col(name).sum() for name in AMOUNTS],
        *[pl.col(name).count().alias(name + " given") for name in AMOUNTS],
    ).collect(engine="streaming")
    factors = (
        rows.filter(~failed)
        .group_by("factor.id", "scope", "gwp_set", "note")
        .agg(pl.len(), pl.col("co2e_kg").sum())
        .collect(engine="streaming")
    )
    return {
        "columns": header,
        "missing": [],
        "totals": whole.row(0, named=True),
        "factors": {
            "|".join(cell or "" for cell in row[:4]): list(row[4:]) for row in factors.rows()
        },
        "bytes": path.stat().st_size,
    }


if __name__ == "__main__":
    print(json.dumps(summarize(Path(sys.argv[1]))))
