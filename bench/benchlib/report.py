"""Sections in, one JSON and one Markdown report out."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from benchlib.goals import GOALS, figure
from benchlib.machine import describe, find_binary, versions

Section = dict[str, Any]
BUSY = 0.05  # of the machine; above it the report warns

# Per section: a heading, the columns of its table (key, title), and what is compared.
TABLES = {
    "batch": (
        "Batch: a CSV of activities",
        [
            ("name", "program"), ("rows", "rows"), ("wall_s", "s"), ("rows_per_s", "rows/s"),
            ("cpu_us_per_row", "CPU us/row"), ("peak_mb", "peak MB"),
            ("other_cpu_share", "other load"),
        ],
        "`ours` and `python_rows` also hash every row, keep the Merkle root and hash both files; "
        "the others only calculate. All have two cores.",
    ),
    "http": (
        "HTTP: one question an answer",
        [
            ("name", "server"), ("requests_per_s", "requests/s"), ("p50_ms", "p50 ms"),
            ("p99_ms", "p99 ms"), ("cpu_us_per_request", "CPU us/request"),
            ("server_cores", "server cores"), ("wrk_cores", "wrk cores"), ("rss_mb", "RSS MB"),
            ("errors", "errors"), ("other_cpu_share", "other load"),
        ],
        "`ours`, `fastapi` and `nginx` have one core and wrk the other; `ours_ledger` shares both "
        "with wrk and answers after fsync. Where `server cores` is well below 1, wrk or the disk "
        "was the limit and CPU per request is the fairer figure.",
    ),
    "start": (
        "Start and size",
        [
            ("name", "server"), ("starts", "starts"), ("ready_ms", "ready ms"),
            ("ready_min_ms", "min"), ("ready_max_ms", "max"), ("rss_mb", "RSS MB"),
            ("pss_mb", "PSS MB"),
        ],
        "From exec (through taskset) to the first 200 on the readiness path; memory a second "
        "later.",
    ),
}  # fmt: skip


def markdown_table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows] + [""]


def cell(value: object) -> str:
    return figure(value) if isinstance(value, int | float) else str(value)


def goal_rows(measured: dict[str, float | None]) -> list[list[str]]:
    rows = []
    for goal in GOALS:
        value = measured.get(goal.key)
        sign = ">=" if goal.at_least else "<="
        limits = [f"{sign} {figure(x)}" if x is not None else "-" for x in (goal.must, goal.aim)]
        rows.append([goal.text, f"{figure(value)} {goal.unit}", *limits, goal.verdict(value)])
    return rows


def section_lines(section: Section) -> list[str]:
    heading, columns, explanation = TABLES[section["section"]]
    lines = [f"## {heading}", "", explanation, ""]
    rows = [[cell(result.get(key, "-")) for key, _ in columns] for result in section["results"]]
    lines += markdown_table([title for _, title in columns], rows)
    settings = ", ".join(f"{key} {value}" for key, value in section["settings"].items())
    lines += [f"Settings: {settings}."]
    load = " -> ".join(str(section[f"loadavg_{when}"]) for when in ("before", "after"))
    lines += [f"Load average before -> after: {load}.", ""]
    busy = [r["name"] for r in section["results"] if r.get("other_cpu_share", 0) > BUSY]
    if busy:
        lines += [
            f"**Disturbed:** other programs took more than {BUSY:.0%} of the machine during "
            f"{', '.join(busy)}; times are worse than on an idle machine. CPU per row or request "
            "and ratios within this run suffer less.",
            "",
        ]
    return lines


def render(report: dict[str, Any]) -> str:
    measured = {k: v for section in report["sections"] for k, v in section["goals"].items()}
    machine, programs = report["machine"], report["versions"]
    lines = [f"# Benchmark report {report['name']}", "", "## Goals", ""]
    lines += markdown_table(["figure", "measured", "must", "aim", ""], goal_rows(measured))
    for section in report["sections"]:
        lines += section_lines(section)
    lines += ["## Machine and versions", ""]
    lines += markdown_table(
        ["", ""],
        [[key, str(value)] for facts in (machine, programs) for key, value in facts.items()],
    )
    lines += ["How it is measured, and what it does not say: `bench/README.md`.", ""]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sections", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--binary")
    arguments = parser.parse_args()
    report = {
        "name": arguments.name,
        "machine": describe(),
        "versions": versions(find_binary(arguments.binary)),
        "sections": [json.loads(path.read_text()) for path in arguments.sections],
    }
    text = render(report)
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / f"{arguments.name}.json").write_text(json.dumps(report, indent=1) + "\n")
    (arguments.out / f"{arguments.name}.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
