"""Peer: Polars, without hashes: polars_job.py IN LOOKUP OUT streaming|eager

POLARS_MAX_THREADS limits its threads. Rows keep their order.
"""

from __future__ import annotations

import sys

import polars as pl

from batch.columns import AMOUNTS, INPUT, KEYS, LOOKUP, OUTPUT, UNKNOWN


def schema(columns: list[str], numbers: set[str]) -> dict[str, pl.DataType]:
    return {name: pl.Float64() if name in numbers else pl.String() for name in columns}


def answers(rows: pl.LazyFrame, lookup: pl.LazyFrame) -> pl.LazyFrame:
    found = rows.join(lookup, on=KEYS, how="left", nulls_equal=True, maintain_order="left")
    amounts = [(pl.col("activity_value") * pl.col(n + "_per_unit")).alias(n) for n in AMOUNTS]
    error = pl.when(pl.col("gwp_set").is_null()).then(pl.lit(UNKNOWN)).alias("error")
    return found.with_columns(*amounts, error).select(OUTPUT)


def run(source: str, lookup_path: str, out: str, mode: str) -> None:
    table_schema = schema(LOOKUP, {name + "_per_unit" for name in AMOUNTS})
    table = pl.scan_csv(lookup_path, schema=table_schema)
    input_schema = schema(INPUT, {"activity_value"})
    if mode == "streaming":
        rows = pl.scan_csv(source, schema=input_schema)
        answers(rows, table).sink_csv(out, maintain_order=True)
    else:
        frame = pl.read_csv(source, schema=input_schema)
        answers(frame.lazy(), table).collect(engine="in-memory").write_csv(out)


if __name__ == "__main__":
    run(*sys.argv[1:5])
