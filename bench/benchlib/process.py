"""Processes under measurement: a run with its cost, or a server with a beginning and an end.

Every process is started, waited for and stopped by its own id, and everything has a time limit.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    """A measured program did not do its job."""


@dataclass(frozen=True)
class Usage:
    """What one run cost. max_rss is the peak of the largest process, as the kernel reports it."""

    wall_s: float
    user_s: float
    sys_s: float
    max_rss_bytes: int
    other_cpu_share: float  # of the machine's CPU time during the run: spent by others, or stolen

    @property
    def cpu_s(self) -> float:
        return self.user_s + self.sys_s

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


def _machine_ticks() -> tuple[int, int]:
    """Busy (with stolen) and all ticks of the machine so far."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    ticks = [int(field) for field in fields]
    idle = ticks[3] + ticks[4]
    return sum(ticks) - idle, sum(ticks)


class OtherWork:
    """The share of the machine that went to somebody else between begin and share()."""

    def __init__(self) -> None:
        self._busy, self._all = _machine_ticks()

    def share(self, own_cpu_s: float) -> float:
        busy, everything = _machine_ticks()
        spent = max(1, everything - self._all)
        other = (busy - self._busy) - own_cpu_s * _TICKS
        return round(min(1.0, max(0.0, other / spent)), 4)


def pinned(argv: Sequence[str], cpus: Sequence[int]) -> list[str]:
    return ["taskset", "-c", ",".join(str(cpu) for cpu in cpus), *argv]


def run_measured(
    argv: Sequence[str],
    cpus: Sequence[int],
    limit_s: float,
    environment: dict[str, str] | None = None,
    log: Path | None = None,
) -> Usage:
    """Runs a program to its end. Failed when it does not exit with 0 within limit_s."""
    others = OtherWork()
    with contextlib.ExitStack() as stack:
        output: int | object = subprocess.DEVNULL
        if log is not None:
            output = stack.enter_context(log.open("wb"))
        begin = time.perf_counter()
        child = subprocess.Popen(
            pinned(argv, cpus),
            stdin=subprocess.DEVNULL,
            stdout=output,  # type: ignore[arg-type]
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )
        timer = threading.Timer(limit_s, child.kill)
        timer.start()
        try:
            _, status, used = os.wait4(child.pid, 0)
        except BaseException:
            child.kill()
            child.wait()
            raise
        finally:
            timer.cancel()
        wall_s = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        said = log.read_text(errors="replace")[-2000:] if log is not None else ""
        raise Failed(f"{argv[0]} ended with {child.returncode} after {wall_s:.1f} s\n{said}")
    return Usage(
        wall_s=wall_s,
        user_s=used.ru_utime,
        sys_s=used.ru_stime,
        max_rss_bytes=used.ru_maxrss * 1024,
        other_cpu_share=others.share(used.ru_utime + used.ru_stime),
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def tree(pid: int) -> list[int]:
    """A process and its descendants."""
    out = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in task.read_text().split():
                out += tree(int(child))
    return out


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its living descendants so far."""
    ticks = 0
    for member in tree(pid):
        with contextlib.suppress(OSError):
            after_name = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
            ticks += int(after_name[11]) + int(after_name[12])
    return ticks / _TICKS


def memory_bytes(pid: int) -> dict[str, int]:
    """VmRSS and PSS, summed over a process and its descendants, and the peak of the largest."""
    out = {"rss": 0, "pss": 0, "peak": 0}
    for member in tree(pid):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{member}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    out["rss"] += int(line.split()[1]) * 1024
                elif line.startswith("VmHWM:"):
                    out["peak"] = max(out["peak"], int(line.split()[1]) * 1024)
            for line in Path(f"/proc/{member}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    out["pss"] += int(line.split()[1]) * 1024
    return out


@dataclass(frozen=True)
class Server:
    pid: int
    port: int
    ready_s: float  # from exec to the first 200


def _is_ready(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def stop(child: subprocess.Popen[bytes], grace_s: float = 10) -> None:
    """SIGTERM, time to finish, then SIGKILL; always waits."""
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(grace_s)
        except subprocess.TimeoutExpired:
            child.kill()
    child.wait()


@contextlib.contextmanager
def serving(
    argv: Sequence[str],
    port: int,
    cpus: Sequence[int],
    log: Path,
    ready_path: str = "/readyz",
    environment: dict[str, str] | None = None,
    limit_s: float = 30,
) -> Iterator[Server]:
    """A server for the length of a with block; Failed when it is not ready within limit_s."""
    with log.open("wb") as output:
        begin = time.perf_counter()
        child = subprocess.Popen(
            pinned(argv, cpus),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )
    try:
        while not _is_ready(port, ready_path):
            if child.poll() is not None or time.perf_counter() - begin > limit_s:
                said = log.read_text(errors="replace")[-2000:]
                raise Failed(f"{argv[0]} is not ready on port {port}\n{said}")
            time.sleep(0.0005)
        yield Server(child.pid, port, time.perf_counter() - begin)
    finally:
        stop(child)
