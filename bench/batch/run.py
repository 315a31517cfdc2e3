"""The batch benchmark: the same CSV through our program and its peers, in one run.

Rounds alternate their order. Each output is compared with ours before it is deleted; a peer that
gives other numbers ends the benchmark. Figures are medians over the rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from batch.agreement import Summary, differences
from batch.make_lookup import make_lookup
from benchlib.machine import BENCH, filesystem_of, find_binary, loadavg, two_cpus
from benchlib.process import Failed, Usage, memory_bytes, run_measured

OURS = "ours"
PEERS = ("python_rows", "pandas", "polars_streaming", "polars_eager", "duckdb")
LIMIT_S = 1800
ENVIRONMENT = {"PYTHONPATH": str(BENCH), "PYTHONDONTWRITEBYTECODE": "1", "POLARS_MAX_THREADS": "2"}


@dataclass
class Job:
    """One program on one input file."""

    name: str
    rows: int
    source: Path
    runs: list[Usage] = field(default_factory=list)

    def result(self) -> dict[str, Any]:
        wall_s = statistics.median(run.wall_s for run in self.runs)
        cpu_s = statistics.median(run.cpu_s for run in self.runs)
        return {
            "name": self.name,
            "rows": self.rows,
            "wall_s": round(wall_s, 3),
            "rows_per_s": round(self.rows / wall_s),
            "cpu_us_per_row": round(cpu_s / self.rows * 1e6, 4),
            "cpu_s": round(cpu_s, 3),
            "peak_mb": round(max(run.max_rss_bytes for run in self.runs) / 1e6, 1),
            "other_cpu_share": max(run.other_cpu_share for run in self.runs),
            "runs": [run.as_dict() for run in self.runs],
        }


def python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def command(name: str, binary: Path, source: Path, lookup: Path, out: Path) -> list[str]:
    if name == OURS:
        ledger = str(out.with_suffix(".ledger"))
        return [str(binary), "batch", str(source), "-o", str(out), "--ledger", ledger]
    files = [str(source), str(lookup), str(out)]
    if name.startswith("polars_"):
        return python("batch.polars_job", *files, name.removeprefix("polars_"))
    return python("batch." + (name if name == "python_rows" else name + "_job"), *files)


def prepare(*arguments: str) -> str:
    """Runs one of our helpers in a process of its own and gives what it printed."""
    environment = {**os.environ, **ENVIRONMENT}
    done = subprocess.run(
        python(*arguments), env=environment, capture_output=True, text=True, timeout=LIMIT_S,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise Failed(f"{arguments[0]} failed: {done.stderr[-2000:]}")
    return done.stdout


def read_through(path: Path) -> None:
    """Brings a file into the page cache, so that everybody reads from memory."""
    with path.open("rb", buffering=0) as file:
        while file.read(1 << 20):
            pass


class Bench:
    def __init__(self, binary: Path, folder: Path) -> None:
        self.binary = binary
        self.folder = folder
        self.lookup = folder / "factors_lookup.csv"
        self.expected: dict[Path, Summary] = {}

    def generate(self, rows: int, unknown_every: int) -> Path:
        path = self.folder / f"ledger_{rows}.csv"
        if not path.exists():
            prepare("batch.generate", str(rows), str(path), "--unknown-every", str(unknown_every))
        return path

    def run(self, job: Job, *, keep: bool = True) -> None:
        """One run: measured, compared with ours, cleaned up."""
        out = self.folder / f"{job.name}.csv"
        read_through(job.source)
        os.sync()  # what the run before left to write
        argv = command(job.name, self.binary, job.source, self.lookup, out)
        log = self.folder / f"{job.name}.log"
        usage = run_measured(argv, two_cpus(), LIMIT_S, ENVIRONMENT, log)
        summary: Summary = json.loads(prepare("batch.summarize", str(out)))
        found = differences(
            self.expected.setdefault(job.source, summary), summary, ordered=job.name not in UNORDERED
        )
        if summary.get("totals", {}).get("rows") != job.rows:
            found.append(f"{summary.get('totals', {}).get('rows')} rows, expected {job.rows}")
        if found:
            raise Failed(f"{job.name} disagrees:\n  " + "\n  ".join(found[:20]))
        if keep:
            job.runs.append(usage)
        shutil.rmtree(out.with_suffix(".ledger"), ignore_errors=True)
        for path in self.folder.glob(out.name + "*"):  # with the proof beside it
            path.unlink()
        print(f"  {job.name:18} {usage.wall_s:8.2f} s  {job.rows / usage.wall_s:12,.0f} rows/s")


# DuckDB's join gives up the order of the input above some millions of rows. Keeping it would need a
# sort, so it is measured without: this favours DuckDB.
UNORDERED = {"duckdb"}


def goals(results: dict[str, dict[str, Any]]) -> dict[str, float | None]:
    ours = results[OURS]

    def against(*names: str) -> float | None:
        rates = [results[name]["rows_per_s"] for name in names if name in results]
        return round(ours["rows_per_s"] / max(rates), 3) if rates else None

    return {
        "batch.rate": ours["rows_per_s"],
        "batch.memory": ours["peak_mb"],
        "batch.vs_python": against("python_rows"),
        "batch.vs_pandas": against("pandas"),
        "batch.vs_duckdb": against("duckdb"),
        "batch.vs_polars": against("polars_streaming", "polars_eager"),
    }


def measure(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    binary = find_binary(arguments.binary)
    bench = Bench(binary, folder)
    before = loadavg()
    make_lookup(binary, bench.lookup)
    peers = [name for name in arguments.peers.split(",") if name]
    python_rows = min(arguments.python_rows, arguments.rows)
    jobs = []
    for name in (OURS, *peers):
        rows = python_rows if name == "python_rows" else arguments.rows
        jobs.append(Job(name, rows, bench.generate(rows, arguments.unknown_every)))
    # Ours once on every input, unmeasured: what the others are compared with.
    for rows, source in sorted({(job.rows, job.source) for job in jobs}):
        print(f"reference, {rows} rows")
        bench.run(Job(OURS, rows, source), keep=False)
    for number in range(arguments.repeat):
        print(f"round {number + 1} of {arguments.repeat}")
        for job in jobs if number % 2 == 0 else reversed(jobs):
            bench.run(job)
    results = {job.name: job.result() for job in jobs}
    return {
        "section": "batch",
        "settings": {
            "rows": arguments.rows,
            "python_rows": python_rows,
            "repeat": arguments.repeat,
            "input_mb": round(jobs[0].source.stat().st_size / 1e6, 1),
            "filesystem": filesystem_of(folder),
            "peak_floor_mb": round(memory_bytes(os.getpid())["peak"] / 1e6, 1),
        },
        "loadavg_before": before,
        "loadavg_after": loadavg(),
        "results": list(results.values()),
        "goals": goals(results),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--python-rows", type=int, default=500_000, help="for the row-by-row peer")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--unknown-every", type=int, default=0)
    parser.add_argument("--binary")
    parser.add_argument("--work", type=Path, help="where the temporary files go")
    parser.add_argument("--json", type=Path, help="write the section here")
    arguments = parser.parse_args()
    if unknown := set(arguments.peers.split(",")) - {*PEERS, ""}:
        parser.error(f"unknown peers {sorted(unknown)}; known are {', '.join(PEERS)}")
    if not (0 < arguments.rows <= 50_000_000 and 0 < arguments.repeat <= 20):
        parser.error("--rows 1 .. 50000000, --repeat 1 .. 20")
    with tempfile.TemporaryDirectory(prefix="greenlang-bench-", dir=arguments.work) as folder:
        section = measure(arguments, Path(folder))
    if arguments.json:
        arguments.json.write_text(json.dumps(section, indent=1) + "\n")
    print(json.dumps(section["goals"], indent=1))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Exception as problem:  # a message for the operator instead of a trace
        if os.environ.get("GREENLANG_BENCH_TRACE"):
            raise
        sys.exit(f"{type(problem).__name__}: {problem}")
