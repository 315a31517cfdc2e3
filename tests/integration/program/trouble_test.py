"""A batch that is disturbed: its input changes, its disk is full, somebody stops it."""

from __future__ import annotations

import array
import fcntl
import os
import pathlib
import resource
import signal
import subprocess
import termios
from collections.abc import Callable, Iterator

import product
import pytest
from conftest import Desk

HEADER, ROW = product.HEADER, product.ROW
ROWS = 600_000  # far more than the pipes and buffers between the input and a reader that waits can hold


def begin(desk: Desk, *arguments: product.Path, **more: object) -> subprocess.Popen[bytes]:
    return product.start(
        "batch",
        *arguments,
        cwd=desk.folder,
        stderr=subprocess.PIPE,
        env=product.surroundings(GREENLANG_LEDGER=str(desk.ledger)),
        **more,  # type: ignore[arg-type]
    )


def finish(process: subprocess.Popen[bytes], limit_s: float = 20) -> tuple[int, str]:
    try:
        _, err = process.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return process.returncode, err.decode()


def waiting_bytes(pipe: int) -> int:
    answer = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, answer)
    return answer[0]


def asleep(pid: int) -> bool:
    """Every thread waits for something."""
    stats = [path.read_text() for path in pathlib.Path(f"/proc/{pid}/task").glob("*/stat")]
    return all(stat.rsplit(")", 1)[1].split()[0] == "S" for stat in stats)


def idle(process: subprocess.Popen[bytes]) -> bool:
    """It has read all that is in its pipe and dealt with it."""
    assert process.stdin is not None
    return waiting_bytes(process.stdin.fileno()) == 0 and all(asleep(process.pid) for _ in range(20))


def entries(desk: Desk) -> int:
    done = desk.run("ledger", "--json")
    assert done.code == product.DONE, done.said
    return int(done.json()["entries"])


# ---- the input changes while it is read


@pytest.fixture
def reading(
    desk: Desk, big_csv: Callable[[int], pathlib.Path]
) -> Iterator[tuple[pathlib.Path, subprocess.Popen[bytes]]]:
    """A batch in the middle of its file: nobody reads its output, so that it cannot get to the end."""
    path = desk.folder / "in.csv"
    path.write_bytes(big_csv(ROWS).read_bytes())
    process = begin(desk, "in.csv", "-o", "-", stdout=subprocess.PIPE, bufsize=0)
    assert process.stdout is not None
    output = process.stdout.fileno()
    product.until(lambda: waiting_bytes(output) > 60_000, "the batch to fill the pipe")
    yield path, process
    if process.poll() is None:
        process.kill()
        process.communicate()


def test_a_file_that_grows(desk: Desk, reading: tuple[pathlib.Path, subprocess.Popen[bytes]]) -> None:
    path, process = reading
    with path.open("ab") as file:
        file.write(ROW)
    code, err = finish(process)
    assert code == product.CONFLICT and "in.csv" in err and "changed while it was read" in err
    assert entries(desk) == 0


def test_a_file_that_shrinks(desk: Desk, reading: tuple[pathlib.Path, subprocess.Popen[bytes]]) -> None:
    path, process = reading
    os.truncate(path, path.stat().st_size - len(ROW) * 10)
    code, err = finish(process)
    assert code == product.CONFLICT and "changed while it was read" in err
    assert entries(desk) == 0


def test_a_file_that_is_written_over(desk: Desk, reading: tuple[pathlib.Path, subprocess.Popen[bytes]]) -> None:
    path, process = reading
    with path.open("r+b") as file:
        file.seek(-2 * len(ROW), os.SEEK_END)
        file.write(ROW.replace(b"5,L", b"6,L"))
    code, err = finish(process)
    assert code == product.CONFLICT and "changed while it was read" in err
    assert entries(desk) == 0


def test_a_file_whose_name_vanishes_is_read_to_its_end(
    desk: Desk, reading: tuple[pathlib.Path, subprocess.Popen[bytes]]
) -> None:
    path, process = reading
    path.unlink()
    out, err = process.communicate(timeout=20)
    assert process.returncode == product.DONE, err
    assert out.count(b"\n") == ROWS + 1
    assert entries(desk) == 1


# ---- Ctrl-C


def writing(desk: Desk, rows: int) -> subprocess.Popen[bytes]:
    """A batch that has taken `rows` rows from a pipe and waits for more."""
    process = begin(desk, "-", "-o", "out.csv", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert process.stdin is not None
    process.stdin.write(HEADER + ROW * rows)
    process.stdin.flush()
    product.until(lambda: product.partials(desk.folder), "the batch to begin")
    return process


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM], ids=lambda which: which.name)
def test_a_signal_ends_a_batch_without_a_trace(desk: Desk, which: signal.Signals) -> None:
    process = writing(desk, 100_000)
    assert process.stdin is not None
    process.send_signal(which)
    for _ in range(200):  # rows keep coming
        try:
            process.stdin.write(ROW * 10_000)
        except BrokenPipeError:
            break
    process.stdin = None
    code, err = finish(process)
    assert code == product.INTERRUPTED and "stopped by a signal" in err
    assert desk.left() == [] and entries(desk) == 0


def test_ctrl_c_while_the_input_is_silent(desk: Desk) -> None:
    """A terminal, or another program that has nothing to say yet."""
    process = writing(desk, 100_000)
    product.until(lambda: idle(process), "the batch to wait for rows")
    process.send_signal(signal.SIGINT)
    stdin, process.stdin = process.stdin, None
    code, err = finish(process, 5)
    assert code == product.INTERRUPTED and "stopped by a signal" in err
    assert stdin is not None
    stdin.close()
    assert desk.left() == []


def test_ctrl_c_before_the_header(desk: Desk) -> None:
    process = begin(desk, "-", "-o", "out.csv", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    product.until(lambda: product.partials(desk.folder), "the batch to begin")
    product.until(lambda: catches(process.pid, signal.SIGINT), "the batch to watch for signals")
    process.send_signal(signal.SIGINT)
    stdin, process.stdin = process.stdin, None
    code, _ = finish(process, 5)
    assert code == product.INTERRUPTED
    assert stdin is not None
    stdin.close()
    assert desk.left() == []


def test_ctrl_c_while_nobody_reads_the_output(reading: tuple[pathlib.Path, subprocess.Popen[bytes]]) -> None:
    """As when `less` shows the first page."""
    _, process = reading
    process.send_signal(signal.SIGINT)
    assert process.wait(5) == product.INTERRUPTED


def catches(pid: int, which: signal.Signals) -> bool:
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    mask = int(next(line for line in status.splitlines() if line.startswith("SigCgt")).split()[1], 16)
    return bool(mask >> (which - 1) & 1)


def test_an_older_output_outlives_an_interrupted_batch(desk: Desk) -> None:
    assert desk.batch(HEADER + ROW).code == product.DONE
    before = desk.read("out.csv"), desk.read("out.csv.proof.json")
    process = writing(desk, 100_000)
    assert process.stdin is not None
    process.send_signal(signal.SIGINT)
    process.stdin.close()
    process.stdin = None
    assert finish(process)[0] == product.INTERRUPTED
    assert (desk.read("out.csv"), desk.read("out.csv.proof.json")) == before
    assert desk.run("verify", "out.csv").code == product.DONE


# ---- no room


@pytest.fixture
def small_disk(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """1 MB, in the mount namespace that run.sh makes."""
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_no_room_for_the_output(desk: Desk, small_disk: pathlib.Path, big_csv: Callable[[int], pathlib.Path]) -> None:
    (small_disk / "out.csv").write_bytes(b"older\n")
    done = desk.run("batch", big_csv(50_000), "-o", small_disk / "out.csv")
    assert done.code == product.UNAVAILABLE and "No space left on device" in done.err
    assert sorted(path.name for path in small_disk.iterdir()) == ["out.csv"]
    assert (small_disk / "out.csv").read_bytes() == b"older\n"
    assert entries(desk) == 0


def test_no_room_for_the_ledger(desk: Desk, small_disk: pathlib.Path) -> None:
    (small_disk / "filling").write_bytes(bytes((1 << 20) - 3 * 4096))
    done = desk.run("batch", desk.write("in.csv", HEADER + ROW), "-o", "out.csv", "--ledger", small_disk / "ledger")
    assert done.code == product.UNAVAILABLE and str(small_disk) in done.err
    assert desk.left() == ["in.csv", "small"], "an output without its proof is not left behind"
    (small_disk / "filling").unlink()
    done = desk.run("batch", "in.csv", "-o", "out.csv", "--ledger", small_disk / "ledger")
    assert done.code == product.DONE, done.err
    assert desk.run("verify", "out.csv").code == product.DONE


def test_a_limit_on_the_size_of_a_file(desk: Desk, big_csv: Callable[[int], pathlib.Path]) -> None:
    # Not ending by SIGXFSZ, as a service manager may set it.
    done = desk.run(
        "batch",
        big_csv(50_000),
        "-o",
        "out.csv",
        restore_signals=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)),
    )
    assert done.code == product.UNAVAILABLE and "File too large" in done.err
    assert desk.left() == []


def test_a_full_device_behind_standard_output(desk: Desk) -> None:
    with pathlib.Path("/dev/full").open("wb") as full:
        done = desk.run("batch", desk.write("in.csv", HEADER + ROW * 1000), "-o", "-", stdout=full)
    assert done.code == product.UNAVAILABLE and "No space left on device" in done.err
    assert entries(desk) == 0
