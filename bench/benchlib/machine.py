"""Facts about the machine and the programs, so that a report can be judged later."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import shutil
import statistics
import subprocess
import time
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
ROOT = BENCH.parent
PACKAGES = [
    line.partition("==")[0]
    for line in (BENCH / "requirements.txt").read_text().split()
    if "==" in line
]
_BINARIES = ("build/bin/fuel-analyzer", "build/release/bin/fuel-analyzer")


class MissingProgram(Exception):
    """A program that the benchmark needs is not there."""


def find_binary(given: str | None = None) -> Path:
    """Our program: the given path, $GREENLANG_BINARY, or the first release build found."""
    named = given or os.environ.get("GREENLANG_BINARY")
    candidates = [Path(named)] if named else [ROOT / name for name in _BINARIES]
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return candidate.resolve()
    looked = ", ".join(str(candidate) for candidate in candidates)
    raise MissingProgram(f"no executable fuel-analyzer; looked at {looked}")


def find_program(name: str) -> str:
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found is None:
        raise MissingProgram(f"{name} is not installed; run bench/setup.sh")
    return found


def two_cpus() -> tuple[int, ...]:
    """The two cores that everything is restricted to: the first two this process may use."""
    return tuple(sorted(os.sched_getaffinity(0))[:2])


def loadavg() -> list[float]:
    return [round(value, 2) for value in os.getloadavg()]


def first_line_of(*argv: str) -> str:
    """What a program says of itself (some print their version to stderr), or "unknown"."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0].strip() if lines and len(lines[0]) < 200 else "unknown"


def _field(path: str, key: str) -> str:
    for line in Path(path).read_text().splitlines():
        name, _, value = line.partition(":" if ":" in line else "=")
        if name.strip() == key:
            return value.strip().strip('"')
    return "unknown"


def describe() -> dict[str, object]:
    cpu = _field("/proc/cpuinfo", "model name")
    flags = _field("/proc/cpuinfo", "flags").split()
    return {
        "cpu": cpu,
        "cpus": os.cpu_count(),
        "cpus_used": list(two_cpus()),
        "virtual": "hypervisor" in flags,
        "sha_instructions": "sha_ni" in flags or "sha2" in flags,
        "memory_mb": int(_field("/proc/meminfo", "MemTotal").split()[0]) // 1024,
        "kernel": platform.release(),
        "system": _field("/etc/os-release", "PRETTY_NAME"),
        "architecture": platform.machine(),
    }


def versions(binary: Path) -> dict[str, str]:
    commit = first_line_of("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD")
    changed = first_line_of("git", "-C", str(ROOT), "status", "--porcelain", "--", "src", "data")
    out = {
        "fuel-analyzer": first_line_of(str(binary), "--version"),
        "commit": commit + ("" if changed == "unknown" else " with changes"),
        "binary_sha256": hashlib.sha256(binary.read_bytes()).hexdigest(),
        "python": platform.python_version(),
    }
    for package in PACKAGES:
        try:
            out[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            out[package] = "not installed"
    for program, flag in (("nginx", "-v"), ("wrk", "-v")):
        try:
            out[program] = first_line_of(find_program(program), flag)
        except MissingProgram:
            out[program] = "not installed"
    return out


def fdatasync_ms(folder: Path, times: int = 100) -> dict[str, float]:
    """How long this disk takes to make 4 KiB durable: the floor of an answer after fsync."""
    path = folder / "fdatasync.probe"
    spent = []
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        for _ in range(times):
            os.write(descriptor, b"\0" * 4096)
            begin = time.perf_counter()
            os.fdatasync(descriptor)
            spent.append((time.perf_counter() - begin) * 1000)
    finally:
        os.close(descriptor)
        path.unlink()
    spent.sort()
    return {
        "median": round(statistics.median(spent), 3),
        "p99": round(spent[int(len(spent) * 0.99) - 1], 3),
    }


def filesystem_of(folder: Path) -> str:
    """The type of the file system under a folder ("tmpfs" would make fsync free)."""
    best, kind = "", "unknown"
    place = str(folder.resolve())
    for line in Path("/proc/mounts").read_text().splitlines():
        _, mount, fstype, *_ = line.split()
        inside = place == mount or place.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, fstype
    return kind


if __name__ == "__main__":
    print(find_binary())
