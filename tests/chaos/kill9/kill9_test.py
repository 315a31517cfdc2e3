"""The program is killed without warning, again and again. What it acknowledged is there afterwards."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import pathlib
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import product
import pytest

ROUNDS = 30
CONNECTIONS = 8
BATCHES = 10
SEED = 20250107


def leaf_of(entry: str) -> str:
    return hashlib.sha256(b"\0" + entry.encode()).hexdigest()


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, from the bottom up: a node without a sibling rises as it is."""
    level = leaves
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\1" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
        level = pairs + level[len(level) // 2 * 2 :]
    return level[0]


@dataclass
class Acknowledged:
    """What clients were told, by entry."""

    leaves: dict[int, str] = field(default_factory=dict)
    amounts: dict[int, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, index: int, leaf: str, amount: float) -> None:
        with self.lock:
            assert index not in self.leaves, "an entry was given twice"
            self.leaves[index] = leaf
            self.amounts[index] = amount


class Load:
    """Connections that ask distinct questions until the server is gone."""

    def __init__(self, server: product.Server, first: int, acknowledged: Acknowledged) -> None:
        self.server, self.acknowledged = server, acknowledged
        self.failures: list[str] = []
        self.begun = threading.Event()
        self.threads = [
            threading.Thread(target=self.ask, args=(first + number * 1_000_000,)) for number in range(CONNECTIONS)
        ]
        for thread in self.threads:
            thread.start()

    def ask(self, first: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        for amount in range(first, first + 1_000_000):
            body = json.dumps(product.QUESTION | {"activity_value": amount})
            try:
                connection.request("POST", "/v1/tools/calculate_emissions", body, {"Content-Type": "application/json"})
                response = connection.getresponse()
                content = response.read()
            except (OSError, http.client.HTTPException):
                return  # killed; this one was not acknowledged
            if response.status != 200:
                self.failures.append(f"{response.status} {content!r}")
                return
            provenance = json.loads(content)["provenance"]
            try:
                self.acknowledged.add(int(provenance["id"]), provenance["leaf"], amount)
            except AssertionError as error:
                self.failures.append(str(error))
                return
            self.begun.set()

    def join(self) -> None:
        for thread in self.threads:
            thread.join(30)
            assert not thread.is_alive()
        assert self.failures == []


def checkpoint_of(server: product.Server) -> tuple[int, str]:
    _, note = server.ask("GET", "/ledger/checkpoint")
    _, size, root = note.decode().splitlines()[:3]
    return int(size), root


def all_leaves(server: product.Server, size: int) -> list[bytes]:
    """The log's own tiles (C2SP tlog-tiles, level 0)."""
    leaves: list[bytes] = []
    connection = server.connect()
    for tile in range((size + 255) // 256):
        width = min(256, size - tile * 256)
        digits = f"{tile:03d}" if tile < 1000 else f"x{tile // 1000:03d}/{tile % 1000:03d}"
        connection.request("GET", f"/ledger/tile/0/{digits}" + ("" if width == 256 else f".p/{width}"))
        response = connection.getresponse()
        content = response.read()
        assert response.status == 200 and len(content) == 32 * width
        leaves += [content[at : at + 32] for at in range(0, len(content), 32)]
    connection.close()
    return leaves


def check_entry(connection: http.client.HTTPConnection, index: int, acknowledged: Acknowledged) -> None:
    connection.request("GET", f"/v1/provenance/{index}")
    response = connection.getresponse()
    content = response.read()
    assert response.status == 200, f"entry {index} was acknowledged: {content!r}"
    entry = json.loads(content)["entry"]
    assert leaf_of(entry) == acknowledged.leaves[index]
    assert json.loads(entry)["input"]["activity_value"] == acknowledged.amounts[index]


def test_a_server_killed_under_load_loses_nothing_acknowledged(tmp_path: pathlib.Path) -> None:
    chosen = random.Random(SEED)
    ledger = tmp_path / "ledger"
    acknowledged = Acknowledged()
    checkpoints: list[tuple[int, str]] = []
    for number in range(ROUNDS):
        server = product.Server(ledger)
        try:
            checkpoints.append(checkpoint_of(server))
            assert checkpoints[-1][0] >= len(acknowledged.leaves)
            connection = server.connect()
            known = sorted(acknowledged.leaves)
            for index in set(chosen.sample(known, min(20, len(known)))) | set(known[-20:]):
                check_entry(connection, index, acknowledged)
            connection.close()
            load = Load(server, (number + 1) * 10_000_000, acknowledged)
            assert load.begun.wait(20)
            time.sleep(chosen.uniform(0.05, 0.4))  # the moment of the kill is what is tested
        finally:
            server.kill()
        load.join()
    audit = product.run("ledger", "--ledger", ledger, "--json")
    assert audit.code == product.DONE, audit.said
    with product.serving(ledger) as server:
        size, root = checkpoint_of(server)
        assert audit.json()["entries"] == size >= len(acknowledged.leaves) > 30 * ROUNDS
        leaves = all_leaves(server, size)
        wrong = [index for index, leaf in acknowledged.leaves.items() if leaves[index].hex() != leaf]
        assert wrong == []
        assert root_of(leaves) == base64.b64decode(root)
        for earlier, earlier_root in checkpoints:
            assert root_of(leaves[:earlier]) == base64.b64decode(earlier_root), (
                "every earlier checkpoint is of a beginning of this log"
            )
    print(f"{ROUNDS} kills, {len(acknowledged.leaves)} entries acknowledged, {size} kept")


# ---- batches


def outcome(folder: pathlib.Path, ledger: pathlib.Path) -> bool:
    """What a kill may leave: nothing, or an output that is whole and proved. True for the latter."""
    audit = product.run("ledger", "--ledger", ledger, "--json")
    assert audit.code in (product.DONE, product.NOT_FOUND), audit.said
    output = folder / "out.csv"
    if not output.exists():
        return False
    verified = product.run("verify", output)
    assert verified.code == product.DONE, verified.said
    assert audit.code == product.DONE
    return True


def kill_when(process: Any, condition: Callable[[], bool], after_s: float) -> None:
    """Kills as soon as the condition holds, and looks without a pause: some of these moments are short."""
    end = time.monotonic() + 30
    while not condition() and process.poll() is None:
        assert time.monotonic() < end
    time.sleep(after_s)
    process.kill()
    process.wait(20)


def write_rows(path: pathlib.Path, tens_of_thousands: int) -> pathlib.Path:
    with path.open("wb") as file:
        file.write(product.HEADER)
        for _ in range(tens_of_thousands):
            file.write(product.ROW * 10_000)
    return path


def test_a_batch_killed_in_its_rows_leaves_no_output(tmp_path: pathlib.Path) -> None:
    chosen = random.Random(SEED)
    ledger, source = tmp_path / "ledger", write_rows(tmp_path / "in.csv", 40)
    assert product.run("batch", source, "-o", tmp_path / "whole.csv", "--no-ledger").code == product.DONE
    whole_bytes = (tmp_path / "whole.csv").stat().st_size
    for number in range(BATCHES):
        folder = tmp_path / str(number)
        folder.mkdir()
        process = product.start("batch", source, "-o", folder / "out.csv", "-q", "--ledger", ledger)
        partial, enough = folder / f"out.csv.partial-{process.pid}", chosen.random() * 0.9 * whole_bytes

        def far_enough(partial: pathlib.Path = partial, enough: float = enough) -> bool:
            return partial.exists() and partial.stat().st_size >= enough

        kill_when(process, far_enough, 0)
        assert not outcome(folder, ledger)
    again = product.run("batch", source, "-o", tmp_path / "again.csv", "-q", "--ledger", ledger)
    assert again.code == product.DONE, again.said
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert product.run("verify", tmp_path / "again.csv").code == product.DONE


def inode(path: pathlib.Path) -> int:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0


def end_of_batch(folder: pathlib.Path, pid: int) -> list[Callable[[], bool]]:
    """The steps between the last row and the end, as they can be seen from outside."""
    output, proof = folder / "out.csv", folder / "out.csv.proof.json"
    before = inode(output), inode(proof)
    return [
        (folder / f"out.csv.proof.json.partial-{pid}").exists,
        lambda: inode(proof) != before[1],
        lambda: inode(output) != before[0],
    ]


@pytest.mark.parametrize("older", [False, True], ids=["a new output", "an older output is replaced"])
def test_a_batch_killed_at_its_end_leaves_what_verifies(tmp_path: pathlib.Path, older: bool) -> None:
    chosen = random.Random(SEED)
    ledger = tmp_path / "ledger"
    old, new = tmp_path / "old.csv", write_rows(tmp_path / "new.csv", 1)
    old.write_bytes(product.HEADER + product.ROW * 100)
    finished = 0
    wrong = []
    for number in range(5 * BATCHES):
        folder = tmp_path / str(number)
        folder.mkdir()
        if older:
            assert product.run("batch", old, "-o", folder / "out.csv", "-q", "--ledger", ledger).code == product.DONE
        process = product.start("batch", new, "-o", folder / "out.csv", "-q", "--ledger", ledger)
        kill_when(process, end_of_batch(folder, process.pid)[number % 3], chosen.choice((0, 0, 0.001, 0.003)))
        try:
            finished += outcome(folder, ledger)
        except AssertionError as error:
            wrong.append(f"round {number}: {str(error).splitlines()[0]}")
    print(f"{5 * BATCHES} kills, {finished} with an output, {len(wrong)} that do not verify")
    assert wrong == []
    assert 0 < finished


def test_a_batch_killed_in_its_rows_leaves_an_older_output_alone(tmp_path: pathlib.Path) -> None:
    ledger, source, output = tmp_path / "ledger", tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(product.HEADER + product.ROW * 100)
    assert product.run("batch", source, "-o", output, "--ledger", ledger).code == product.DONE
    before = output.read_bytes(), (tmp_path / "out.csv.proof.json").read_bytes()
    write_rows(source, 40)
    for _ in range(5):
        process = product.start("batch", source, "-o", output, "-q", "--ledger", ledger)
        kill_when(process, (tmp_path / f"out.csv.partial-{process.pid}").exists, 0.01)
        assert (output.read_bytes(), (tmp_path / "out.csv.proof.json").read_bytes()) == before
        assert product.run("verify", output).code == product.DONE
