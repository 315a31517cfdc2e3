"""Peer: pandas, vectorised, without hashes: pandas_job.py IN LOOKUP OUT"""

from __future__ import annotations

import sys

import pandas as pd

from batch.columns import AMOUNTS, INPUT, KEYS, LOOKUP, OUTPUT, UNKNOWN


def read(path: str, columns: list[str], numbers: set[str]) -> pd.DataFrame:
    kinds = {name: "float64" if name in numbers else "str" for name in columns}
    # An empty text stays a text; only an empty number is "not given".
    return pd.read_csv(
        path, dtype=kinds, keep_default_na=False, na_values={n: [""] for n in numbers}
    )


def run(source: str, lookup_path: str, out: str) -> None:
    lookup = read(lookup_path, LOOKUP, {name + "_per_unit" for name in AMOUNTS})
    frame = read(source, INPUT, {"activity_value"}).merge(lookup, on=KEYS, how="left")
    for name in AMOUNTS:
        frame[name] = frame["activity_value"] * frame[name + "_per_unit"]
    frame["error"] = ""
    frame.loc[frame["gwp_set"].isna(), "error"] = UNKNOWN
    frame.to_csv(out, columns=OUTPUT, index=False, lineterminator="\n")


if __name__ == "__main__":
    run(*sys.argv[1:4])
