"""The start benchmark: from exec to the first 200 on the readiness path, idle memory, size.

The median of many starts, each a new process. With a ledger: on an existing one, as after a
restart. FastAPI starts a few times beside it, for scale.
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
import time
from pathlib import Path
from typing import Any

from batch.make_lookup import make_lookup
from benchlib.machine import find_binary, find_program, loadavg, two_cpus
from benchlib.process import free_port, memory_bytes, serving
from benchlib.servers import Program, fastapi, ours

SETTLE_S = 1.0


def start_once(program: Program, folder: Path, *, idle: bool) -> tuple[float, dict[str, int]]:
    """Seconds to ready, and the memory after a moment of rest when asked for."""
    port = free_port()
    log = folder / f"{program.name}.log"
    argv, environment = program.argv(port), program.environment
    with serving(argv, port, two_cpus(), log, program.ready_path, environment) as server:
        if not idle:
            return server.ready_s, {}
        time.sleep(SETTLE_S)
        return server.ready_s, memory_bytes(server.pid)


def measure_program(program: Program, folder: Path, times: int) -> dict[str, Any]:
    start_once(program, folder, idle=False)  # makes what a first start makes, and warms the cache
    ready, memory = [], []
    for number in range(times):
        seconds, bytes_used = start_once(program, folder, idle=number < 3)
        ready.append(seconds * 1000)
        if bytes_used:
            memory.append(bytes_used)
    ready.sort()
    out = {
        "name": program.name,
        "starts": times,
        "ready_ms": round(statistics.median(ready), 2),
        "ready_min_ms": round(ready[0], 2),
        "ready_max_ms": round(ready[-1], 2),
    }
    for key in ("rss", "pss"):
        out[f"{key}_mb"] = round(statistics.median(used[key] for used in memory) / 1e6, 2)
    print(f"  {program.name:14} ready {out['ready_ms']} ms, RSS {out['rss_mb']} MB")
    return out


def stripped_mb(binary: Path, folder: Path) -> float:
    copy = folder / "stripped"
    shutil.copyfile(binary, copy)
    subprocess.run([find_program("strip"), "-s", str(copy)], check=True, timeout=60)
    return round(copy.stat().st_size / 1e6, 3)


def measure(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    binary, lookup = find_binary(arguments.binary), folder / "factors_lookup.csv"
    before = loadavg()
    make_lookup(binary, lookup)
    plain = measure_program(ours(binary, None, "ours"), folder, arguments.times)
    kept = ours(binary, folder / "ledger", "ours_ledger")
    with_ledger = measure_program(kept, folder, arguments.times)
    peer = measure_program(fastapi(lookup), folder, min(5, arguments.times))
    size = stripped_mb(binary, folder)
    return {
        "section": "start",
        "settings": {"times": arguments.times, "settle_s": SETTLE_S},
        "loadavg_before": before,
        "loadavg_after": loadavg(),
        "results": [plain, with_ledger, peer],
        "stripped_mb": size,
        "goals": {
            "start.ready": with_ledger["ready_ms"],
            "start.memory": max(plain["rss_mb"], with_ledger["rss_mb"]),
            "start.size": size,
        },
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--binary")
    parser.add_argument("--work", type=Path, help="where the temporary files go")
    parser.add_argument("--json", type=Path, help="write the section here")
    arguments = parser.parse_args()
    if not 3 <= arguments.times <= 200:
        parser.error("--times 3 .. 200")
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
