"""Peer: DuckDB, one SQL COPY, without hashes: duckdb_job.py IN LOOKUP OUT

Two threads. Rows keep their order in small files only: above some millions the join loses it.
Column types are given, not guessed.
"""

from __future__ import annotations

import sys
import tempfile

import duckdb

from batch.columns import AMOUNTS, ANSWER, INPUT, KEYS, LOOKUP, UNKNOWN


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def types(columns: list[str], numbers: set[str]) -> str:
    pairs = [f"{quoted(n)}: '{'DOUBLE' if n in numbers else 'VARCHAR'}'" for n in columns]
    return "{" + ", ".join(pairs) + "}"


def table(path: str, columns: list[str], numbers: set[str], null: str) -> str:
    return (
        f"read_csv({quoted(path)}, header = true, auto_detect = false, delim = ',', quote = '\"', "
        f"escape = '\"', nullstr = {quoted(null)}, columns = {types(columns, numbers)})"
    )


def expression(name: str) -> str:
    if name in AMOUNTS:
        return f'i.activity_value * l."{name}_per_unit" AS "{name}"'
    if name == "error":
        return f'CASE WHEN l.gwp_set IS NULL THEN {quoted(UNKNOWN)} END AS "error"'
    return f'l."{name}"'


def run(source: str, lookup_path: str, out: str) -> None:
    per_unit = {name + "_per_unit" for name in AMOUNTS}
    connection = duckdb.connect()
    with tempfile.TemporaryDirectory() as spill:
        connection.execute("SET threads = 2")
        connection.execute(f"SET temp_directory = {quoted(spill)}")
        # The lookup table is the hash side, as written: turned around, the join is slower here and
        # loses the order of the rows.
        connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
        connection.execute(
            "CREATE TABLE lookup AS SELECT * REPLACE (coalesce(heating_value_basis, '') AS "
            f"heating_value_basis) FROM {table(lookup_path, LOOKUP, per_unit, '')}"
        )
        on = " AND ".join(
            f"coalesce(i.{key}, '') = l.{key}"
            if key == "heating_value_basis"
            else f"i.{key} = l.{key}"
            for key in KEYS
        )
        selected = ", ".join([f"i.{name}" for name in INPUT] + [expression(n) for n in ANSWER])
        rows = table(source, INPUT, {"activity_value"}, "")
        connection.execute(
            f"COPY (SELECT {selected} FROM {rows} i LEFT JOIN lookup l ON {on}) "
            f"TO {quoted(out)} (FORMAT csv, HEADER)"
        )
        connection.close()


if __name__ == "__main__":
    run(*sys.argv[1:4])
