"""The HTTP benchmark: one question an answer, under wrk with 64 connections on one thread.

One-core comparisons: the server on the first core, wrk on the second. With a ledger both share both
cores, as on a machine of two. Before a server is measured, its answers are compared with the factor
table. The cost of a request is the CPU time of the server process, not what wrk could push.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import http.client
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from batch.columns import AMOUNTS, KEYS
from batch.make_lookup import make_lookup
from benchlib.machine import (
    fdatasync_ms,
    filesystem_of,
    find_binary,
    find_program,
    loadavg,
    two_cpus,
)
from benchlib.process import (
    Failed,
    OtherWork,
    Server,
    cpu_seconds,
    free_port,
    memory_bytes,
    pinned,
    serving,
)
from benchlib.servers import CALCULATE, Program, fastapi, nginx, ours

CONNECTIONS = 64
BODIES = 20
WARM_UP_S = 2
POST_LUA = Path(__file__).with_name("post.lua")

Question = tuple[dict[str, Any], dict[str, float | None]]  # a body, and what it must answer


@dataclass
class Case:
    """One server in one setting."""

    name: str
    program: Program
    server_cpus: Sequence[int]
    client_cpus: Sequence[int]
    ledger: Path | None = None
    runs: list[dict[str, Any]] = field(default_factory=list)


def questions(lookup: Path) -> list[Question]:
    out: list[Question] = []
    with lookup.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for number in range(BODIES):
        row = rows[number * len(rows) // BODIES]
        amount = 10.25 * (number + 1) ** 2
        body = {key: row[key] for key in KEYS if row[key]}
        body |= {"activity_value": amount, "year": int(row["year"])}
        expected = {n: float(t) * amount if (t := row[n + "_per_unit"]) else None for n in AMOUNTS}
        out.append((body, expected))
    return out


def check_answer(body: dict[str, Any], expected: dict[str, float | None], data: bytes) -> None:
    value = json.loads(data)
    if not value.get("provenance"):
        raise Failed(f"no provenance in {data[:500]!r}")
    for name, number in expected.items():
        found = value["result"][name]
        if number is None or found is None:
            agrees = number is found
        else:
            agrees = math.isclose(found, number, rel_tol=1e-9)
        if not agrees:
            raise Failed(f"{name} is {found}, expected {number}, for {body}")


def check_answers(port: int, asked: list[Question]) -> int:
    """Every body once; Failed on a wrong number. Gives the mean length of an answer."""
    length = 0
    headers = {"Content-Type": "application/json"}
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as peer:
        for body, expected in asked:
            peer.request("POST", CALCULATE, json.dumps(body), headers)
            answer = peer.getresponse()
            data = answer.read()
            if answer.status != 200:
                raise Failed(f"{answer.status} for {body}: {data[:500]!r}")
            check_answer(body, expected, data)
            length += len(data)
    return length // len(asked)


def check_refusal(port: int) -> None:
    """A misspelt field must be refused: a server that does not validate is no peer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    body = '{"activity_value": 1, "activity_unit": "kWh", "no_such_field": 1}'
    connection.request("POST", CALCULATE, body, {"Content-Type": "application/json"})
    status = connection.getresponse().status
    connection.close()
    if not 400 <= status < 500:
        raise Failed(f"a body with an unknown field was answered with {status}")


def wrk(case: Case, port: int, bodies: Path, duration_s: int) -> dict[str, Any]:
    url = f"http://127.0.0.1:{port}{case.program.path}"
    argv = [find_program("wrk"), "-t1", f"-c{CONNECTIONS}", f"-d{duration_s}s", "--latency"]
    argv += ["-s", str(POST_LUA), url, "--", *([str(bodies)] if case.program.posts else [])]
    done = subprocess.run(
        pinned(argv, case.client_cpus), capture_output=True, text=True, timeout=duration_s + 60,
        check=False,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        raise Failed(f"wrk ended with {done.returncode}: {done.stdout}{done.stderr}")
    out: dict[str, Any] = json.loads(lines[-1])
    return out


def load(case: Case, server: Server, bodies: Path, duration_s: int) -> dict[str, Any]:
    """Warm up, then measure."""
    warm = wrk(case, server.port, bodies, min(WARM_UP_S, duration_s))
    others, before = OtherWork(), cpu_seconds(server.pid)
    waited = os.times()
    run = wrk(case, server.port, bodies, duration_s)
    cpu_s = cpu_seconds(server.pid) - before
    after = os.times()
    wrk_s = after.children_user - waited.children_user
    wrk_s += after.children_system - waited.children_system
    memory = memory_bytes(server.pid)
    if run["errors"] or run["bad_status"] or not run["requests"]:
        raise Failed(f"{case.name}: {run}")
    return run | {
        "acknowledged": warm["requests"] + run["requests"],
        "requests_per_s": run["requests"] / run["duration_s"],
        "cpu_us_per_request": cpu_s / run["requests"] * 1e6,
        "server_cores": cpu_s / run["duration_s"],
        "wrk_cores": wrk_s / run["duration_s"],
        "rss_mb": memory["rss"] / 1e6,
        "peak_mb": memory["peak"] / 1e6,
        "other_cpu_share": others.share(cpu_s + wrk_s),
    }


def ledger_size(port: int) -> int | None:
    """Entries in the log by its checkpoint (second line), or None when it is not served."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/ledger/checkpoint")
        answer = connection.getresponse()
        lines = answer.read().decode().splitlines()
        return int(lines[1]) if answer.status == 200 else None
    except (OSError, http.client.HTTPException, ValueError, IndexError):
        return None
    finally:
        connection.close()


def measure_case(case: Case, asked: list[Question], bodies: Path, duration_s: int) -> None:
    port = free_port()
    log = bodies.with_name(f"{case.name}.log")
    program = case.program
    argv, environment = program.argv(port), program.environment
    with serving(argv, port, case.server_cpus, log, program.ready_path, environment) as server:
        answer_bytes, checked = 0, 0
        if program.posts:
            answer_bytes, checked = check_answers(port, asked), len(asked)
            check_refusal(port)
        run = load(case, server, bodies, duration_s)
        run["answer_bytes"] = answer_bytes
        if case.ledger is not None:
            run["ledger_entries"] = size = ledger_size(port)
            if size is not None and size < run["acknowledged"] + checked:
                raise Failed(f"{run['acknowledged']} answers, but {size} entries in the ledger")
    if case.ledger is not None:
        shutil.rmtree(case.ledger, ignore_errors=True)
    case.runs.append(run)
    print(
        f"  {case.name:22} {run['requests_per_s']:10,.0f}/s  p99 {run['p99_ms']:7.2f} ms  "
        f"{run['cpu_us_per_request']:8.2f} us CPU a request"
    )


def result(case: Case) -> dict[str, Any]:
    keys = "requests_per_s p50_ms p90_ms p99_ms p999_ms cpu_us_per_request server_cores wrk_cores"
    out: dict[str, Any] = {"name": case.name}
    for key in keys.split():
        out[key] = round(statistics.median(run[key] for run in case.runs), 4)
    for key in ("rss_mb", "peak_mb", "other_cpu_share", "answer_bytes"):
        out[key] = round(max(run[key] for run in case.runs), 4)
    if case.ledger is not None:
        out["ledger_entries"] = [run["ledger_entries"] for run in case.runs]
    return out | {"errors": 0, "runs": case.runs}


def cases(binary: Path, lookup: Path, folder: Path) -> list[Case]:
    first, second = (two_cpus() * 2)[:2]
    one, other, both = [first], [second], two_cpus()
    ledger = folder / "ledger"
    return [
        Case("ours", ours(binary, None, "ours"), one, other),
        Case("fastapi", fastapi(lookup), one, other),
        Case("nginx", nginx(folder / "nginx"), one, other),
        Case("ours_ledger", ours(binary, ledger, "ours_ledger"), both, both, ledger),
    ]


def goals(results: dict[str, dict[str, Any]]) -> dict[str, float | None]:
    mine, with_ledger = results["ours"], results["ours_ledger"]
    peer, floor = results["fastapi"], results["nginx"]
    return {
        "http.vs_fastapi": round(mine["requests_per_s"] / peer["requests_per_s"], 3),
        "http.cpu_vs_nginx": round(mine["cpu_us_per_request"] / floor["cpu_us_per_request"], 3),
        "http.ledger_rate": with_ledger["requests_per_s"],
        "http.ledger_p99": with_ledger["p99_ms"],
    }


def measure(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    binary, lookup, bodies = (
        find_binary(arguments.binary), folder / "factors_lookup.csv", folder / "bodies.txt",
    )  # fmt: skip
    before = loadavg()
    make_lookup(binary, lookup)
    asked = questions(lookup)
    bodies.write_text("".join(json.dumps(body) + "\n" for body, _ in asked))
    everything = cases(binary, lookup, folder)
    for number in range(arguments.repeat):
        print(f"round {number + 1} of {arguments.repeat}")
        for case in everything if number % 2 == 0 else reversed(everything):
            measure_case(case, asked, bodies, arguments.duration)
    results = {case.name: result(case) for case in everything}
    return {
        "section": "http",
        "settings": {
            "connections": CONNECTIONS,
            "duration_s": arguments.duration,
            "repeat": arguments.repeat,
            "bodies": BODIES,
            "filesystem": filesystem_of(folder),
            "fdatasync_ms": fdatasync_ms(folder),
        },
        "loadavg_before": before,
        "loadavg_after": loadavg(),
        "results": list(results.values()),
        "goals": goals(results),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--duration", type=int, default=10, help="seconds under load")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--binary")
    parser.add_argument("--work", type=Path, help="where the temporary files go")
    parser.add_argument("--json", type=Path, help="write the section here")
    arguments = parser.parse_args()
    if not (1 <= arguments.duration <= 120 and 1 <= arguments.repeat <= 20):
        parser.error("--duration 1 .. 120, --repeat 1 .. 20")
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
