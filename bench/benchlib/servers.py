"""The servers of the HTTP and start benchmarks: how each is started, and on what it answers."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchlib.machine import BENCH, find_program

CALCULATE = "/v1/tools/calculate_emissions"
NGINX_BODY_BYTES = 900  # about as long as our answers


@dataclass(frozen=True)
class Program:
    name: str
    argv: Callable[[int], list[str]]  # for a port
    ready_path: str = "/readyz"
    path: str = CALCULATE
    posts: bool = True
    environment: dict[str, str] = field(default_factory=dict)


def ours(binary: Path, ledger: Path | None, name: str) -> Program:
    keep = ["--no-ledger"] if ledger is None else ["--ledger", str(ledger)]
    # Any free port for the metrics, so that a running service does not disturb.
    options = ["--metrics-port", "0", "--loops", "1"]
    return Program(name, lambda port: [str(binary), "serve", "--port", str(port), *options, *keep])


def fastapi(lookup: Path) -> Program:
    def argv(port: int) -> list[str]:
        options = "--host 127.0.0.1 --workers 1 --loop uvloop --http httptools --no-access-log"
        return [
            sys.executable, "-m", "uvicorn", *options.split(), "--log-level", "warning",
            "--port", str(port), "--app-dir", str(BENCH / "http"), "fastapi_app:app",
        ]  # fmt: skip

    environment = {
        "PYTHONPATH": str(BENCH),
        "PYTHONDONTWRITEBYTECODE": "1",
        "GREENLANG_BENCH_LOOKUP": str(lookup),
    }
    return Program("fastapi", argv, environment=environment)


def nginx_configuration(folder: Path, port: int) -> str:
    # Workers drop to an unprivileged user when the master is root; these folders must stay theirs.
    user = "user root;\n" if os.geteuid() == 0 else ""
    temporary = "\n".join(
        f"  {kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""{user}daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  default_type application/json;
{temporary}
  server {{
    listen 127.0.0.1:{port};
    location / {{ return 200 "{"x" * NGINX_BODY_BYTES}"; }}
  }}
}}
"""


def nginx(folder: Path) -> Program:
    def argv(port: int) -> list[str]:
        folder.mkdir(exist_ok=True)
        configuration = folder / "nginx.conf"
        configuration.write_text(nginx_configuration(folder, port))
        return [find_program("nginx"), "-e", "stderr", "-p", str(folder), "-c", str(configuration)]

    return Program("nginx", argv, ready_path="/", path="/", posts=False)
