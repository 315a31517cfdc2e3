"""The built program as tests drive it: run a command, start and stop a server, write rows.

Used by tests/integration and tests/chaos; it is not a test itself.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import pathlib
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = (ROOT / os.environ.get("GREENLANG_BIN", "build/bin") / "fuel-analyzer").absolute()

HEADER = b"fuel_type,region,year,activity_value,activity_unit\n"
ROW = b"DERV,GB,2025,5,L\n"
QUESTION: dict[str, Any] = {
    "activity_value": 5,
    "activity_unit": "L",
    "fuel_type": "DERV",
    "region": "GB",
    "year": 2025,
}

# The exit codes of src/base/error_table.cpp, and 2 for a wrong command line.
DONE, USAGE, INVALID, NOT_FOUND, CONFLICT, TOO_LARGE, UNAVAILABLE, CORRUPT, INTERRUPTED = 0, 2, 3, 4, 5, 6, 7, 8, 130

Path = str | os.PathLike[str]


@dataclass
class Done:
    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def said(self) -> str:
        """All that a person sees."""
        return self.text + self.err

    def json(self) -> Any:
        return json.loads(self.out)


def surroundings(**more: str) -> dict[str, str]:
    """An environment without the caller's ledger: a test that forgets --ledger fails rather than writes there."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TMPDIR", "ASAN_OPTIONS")}
    return kept | {"HOME": "/nonexistent"} | more


def run(
    *arguments: Path, stdin: bytes | None = None, cwd: Path | None = None, timeout_s: float = 60, **more: Any
) -> Done:
    """Runs the program to its end. Never ended by a signal: a crash fails the test here."""
    if "env" not in more:
        more["env"] = surroundings()
    source = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
    done = subprocess.run(
        [PROGRAM, *arguments],
        stdout=more.pop("stdout", subprocess.PIPE),
        stderr=subprocess.PIPE,
        cwd=cwd,
        timeout=timeout_s,
        check=False,
        **source,
        **more,
    )
    assert done.returncode >= 0, f"ended by signal {-done.returncode}: {done.stderr!r}"
    return Done(done.returncode, done.stdout or b"", done.stderr.decode())


def start(*arguments: Path, **more: Any) -> subprocess.Popen[bytes]:
    if "env" not in more:
        more["env"] = surroundings()
    return subprocess.Popen([PROGRAM, *arguments], **more)


def wait_rss_kib(process: subprocess.Popen[bytes]) -> int:
    """Waits for the end and gives the greatest resident size; sets process.returncode."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss


def until(condition: Callable[[], Any], what: str, limit_s: float = 20) -> Any:
    """Asks again and again until the answer is true; fails after `limit_s`."""
    end = time.monotonic() + limit_s
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < end, f"waited {limit_s} s for {what}"
        time.sleep(0.002)


def partials(folder: pathlib.Path) -> list[str]:
    """What is left of files that were never finished."""
    return sorted(path.name for path in folder.iterdir() if ".partial" in path.name)


class Server:
    """`serve` on a port that the system chose. Its log is read on a thread, so that it never blocks."""

    def __init__(self, ledger: Path | None, *arguments: str, **more: Any) -> None:
        where = ["--no-ledger"] if ledger is None else ["--ledger", str(ledger)]
        self.process = start(
            "serve",
            "--port",
            "0",
            "--metrics-port",
            "-1",
            *where,
            *arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            **more,
        )
        assert self.process.stderr is not None
        self.log: list[str] = []
        first = self.process.stderr.readline().decode()
        self.log.append(first)
        try:
            self.port = int(json.loads(first)["port"])
        except (ValueError, KeyError):
            code = self.process.wait(10)
            raise AssertionError(f"the server did not start: {code}: {first}") from None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line.decode())

    def connect(self, timeout_s: float = 20) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        with contextlib.closing(self.connect()) as connection:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response, response.read()

    def get_json(self, path: str) -> Any:
        response, body = self.ask("GET", path)
        assert response.status == 200, body
        return json.loads(body)

    def calculate(self, question: dict[str, Any] | None = None) -> tuple[http.client.HTTPResponse, Any]:
        body = json.dumps(question or QUESTION).encode()
        response, answer = self.ask("POST", "/v1/tools/calculate_emissions", body, {"Content-Type": "application/json"})
        return response, json.loads(answer)

    def stop(self, limit_s: float = 20) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self._wait(limit_s)

    def kill(self) -> int:
        self.process.kill()
        return self._wait(20)

    def _wait(self, limit_s: float) -> int:
        code = self.process.wait(limit_s)
        self._reader.join(10)
        if self.process.stderr is not None:
            self.process.stderr.close()
        return code


@contextlib.contextmanager
def serving(ledger: Path | None, *arguments: str, **more: Any) -> Iterator[Server]:
    """A server that answers until the block ends, and then ends cleanly."""
    server = Server(ledger, *arguments, **more)
    try:
        yield server
    except BaseException:
        server.kill()
        raise
    assert server.stop() == 0, server.log


def can_be_nobody() -> bool:
    """Root of a user namespace has no other users to become."""
    return any(
        line.split() == ["0", "0", "4294967295"] for line in pathlib.Path("/proc/self/uid_map").read_text().splitlines()
    )
