"""A ledger file that was changed behind the program's back: found and named, or without effect.

Never a different answer without a word, and never repaired.
"""

from __future__ import annotations

import hashlib
import json
import pathlib
import random
import shutil
import sqlite3
from typing import Any

import product
import pytest

READ_AND_WRITE = (["ledger"], ["call", "calculate_emissions", json.dumps(product.QUESTION), "--record"])
ENTRIES = 700
FLIPS = 100
TORN_ENTRIES = 40  # so few that the write-ahead log does not begin anew meanwhile
SEED = 20250108


def audit(ledger: pathlib.Path) -> product.Done:
    return product.run("ledger", "--ledger", ledger, "--json")


def digest(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fill(server: product.Server, entries: int) -> None:
    connection = server.connect()
    for number in range(entries):
        headers = {"Content-Type": "application/json"} | (
            {"Idempotency-Key": f"key-{number}"} if number % 3 == 0 else {}
        )
        connection.request(
            "POST", "/v1/tools/calculate_emissions", json.dumps(product.QUESTION | {"activity_value": number}), headers
        )
        response = connection.getresponse()
        assert response.status == 200, response.read()
        response.read()
    connection.close()


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A ledger that was closed well: one file and its key."""
    ledger = tmp_path_factory.mktemp("good") / "ledger"
    with product.serving(ledger) as server:
        fill(server, ENTRIES)
    assert sorted(path.name for path in ledger.iterdir()) == ["ledger.db", "ledger.key", "ledger.lock"]
    return ledger


@pytest.fixture(scope="module")
def torn(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A ledger whose server was killed: most of it is in the write-ahead log."""
    ledger = tmp_path_factory.mktemp("torn") / "ledger"
    server = product.Server(ledger)
    try:
        fill(server, TORN_ENTRIES)
    finally:
        server.kill()
    assert (ledger / "ledger.db-wal").stat().st_size > 100_000
    return ledger


def copy(ledger: pathlib.Path, to: pathlib.Path) -> pathlib.Path:
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(ledger, to)
    return to


def content(ledger: pathlib.Path) -> Any:
    """Every row of every table, or None when SQLite itself cannot read them."""
    try:
        with sqlite3.connect(f"file:{ledger / 'ledger.db'}?mode=ro", uri=True) as db:
            db.text_factory = bytes
            names = [
                name.decode()
                for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            ]
            return {name: list(db.execute(f"SELECT * FROM {name}")) for name in names}
    except sqlite3.Error:
        return None


def differences(before: dict[str, list[Any]], after: dict[str, list[Any]] | None) -> list[str]:
    """Tables that say something else, in what the log commits to: time and caller of an entry are beside it."""

    def committed(table: str, rows: list[Any]) -> list[Any]:
        return [(row[0], row[1], row[4]) for row in rows] if table == "entries" else rows

    tables = sorted(set(before) - {"keys"})
    return [
        table for table in tables if after is None or committed(table, after[table]) != committed(table, before[table])
    ]


def judge(ledger: pathlib.Path, original: dict[str, Any], what: str) -> str:
    """The audit of a changed copy: 'named', 'unused', or what is wrong with it."""
    before = digest(ledger / "ledger.db")
    done = audit(ledger)
    if digest(ledger / "ledger.db") != before:
        return f"{what}: the file was changed by reading"
    if done.code == product.DONE:
        same = done.json() == original
        return "unused" if same else f"{what}: a different answer without a word: {done.text}"
    if done.code == product.CORRUPT and len(done.json()["detail"]) > 10:
        return "named"
    # The header says what kind of file it is; another kind is not a ledger at all.
    if done.code == product.INVALID and "ledger.db" in done.text:
        return "named"
    return f"{what}: code {done.code}: {done.said}"


def test_single_bits(good: pathlib.Path, tmp_path: pathlib.Path) -> None:
    chosen = random.Random(SEED)
    original = audit(good).json()
    rows = content(good)
    size = (good / "ledger.db").stat().st_size
    offsets = list(range(16, 100, 7)) + chosen.sample(range(100, size), FLIPS)
    verdicts: dict[str, int] = {}
    wrong: list[str] = []
    for offset in offsets:
        changed = copy(good, tmp_path / "changed")
        with (changed / "ledger.db").open("r+b") as file:
            file.seek(offset)
            byte = file.read(1)[0]
            file.seek(offset)
            file.write(bytes([byte ^ (1 << chosen.randrange(8))]))
        verdict = judge(changed, original, f"offset {offset}")
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
        if verdict not in ("named", "unused"):
            wrong.append(verdict)
        if verdict == "unused" and offset >= 100:
            wrong += [
                f"offset {offset}: {table} differs and the audit says nothing"
                for table in differences(rows, content(changed))
            ]
    print(verdicts)
    assert wrong == []
    assert verdicts["named"] > FLIPS // 2


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entries SET body = replace(body, '\"activity_value\":17', '\"activity_value\":18') WHERE idx = 17",
        "UPDATE entries SET leaf = (SELECT leaf FROM entries WHERE idx = 4) WHERE idx = 5",
        "UPDATE nodes SET hash = zeroblob(32) WHERE idx = 1 AND level = 1",
        "DELETE FROM entries WHERE idx = 100",
        f"DELETE FROM entries WHERE idx = {ENTRIES - 1}",
        "DELETE FROM nodes WHERE idx = 0",
        f"DELETE FROM checkpoints WHERE size = {ENTRIES}",
        "DELETE FROM checkpoints",
        "UPDATE ledger SET verifier = replace(verifier, 'A', 'B')",
    ],
    ids=lambda sql: sql[:60],
)
def test_a_change_by_hand(good: pathlib.Path, tmp_path: pathlib.Path, sql: str) -> None:
    changed = copy(good, tmp_path / "changed")
    db = sqlite3.connect(changed / "ledger.db")
    assert db.execute(sql).rowcount > 0, "the statement changes something"
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    done = audit(changed)
    assert done.code == product.CORRUPT, done.said
    detail = done.json()["detail"]
    assert any(word in detail for word in ("entr", "node", "checkpoint", "key", "verifier")), detail


def test_what_is_corrupt_is_not_repaired_by_writing(good: pathlib.Path, tmp_path: pathlib.Path) -> None:
    changed = copy(good, tmp_path / "changed")
    db = sqlite3.connect(changed / "ledger.db")
    db.execute("UPDATE entries SET body = '{}' WHERE idx = 17")
    db.commit()
    db.close()
    question = json.dumps(product.QUESTION)
    for _ in range(2):
        done = product.run("call", "calculate_emissions", question, "--record", "--ledger", changed)
        assert done.code in (
            product.DONE,
            product.CORRUPT,
        )  # the entry is far from the end, which is all that opening reads
        found = audit(changed)
        assert found.code == product.CORRUPT and "17" in found.json()["detail"]
    with product.serving(changed) as server:
        response, body = server.ask("GET", "/v1/provenance/17")
        assert response.status == 500 and json.loads(body)["title"] == "Stored data was changed or damaged"
        assert server.get_json("/v1/provenance/16")["entry"]
        assert server.get_json("/healthz")
    assert audit(changed).code == product.CORRUPT


@pytest.mark.parametrize("share", [0.001, 0.01, 0.25, 0.5, 0.9, 0.999])
def test_a_file_cut_short(good: pathlib.Path, tmp_path: pathlib.Path, share: float) -> None:
    changed = copy(good, tmp_path / "changed")
    size = int((changed / "ledger.db").stat().st_size * share)
    with (changed / "ledger.db").open("r+b") as file:
        file.truncate(size)
    for arguments in READ_AND_WRITE:
        done = product.run(*arguments, "--ledger", changed)
        assert done.code == product.CORRUPT, f"{arguments[0]}: {done.said}"
        assert "ledger.db" in done.err or "entr" in done.err or "checkpoint" in done.err
    assert (changed / "ledger.db").stat().st_size == size


def test_an_empty_file_does_not_begin_a_new_log_under_the_old_key(good: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """It would contradict every checkpoint that was given away."""
    changed = copy(good, tmp_path / "changed")
    (changed / "ledger.db").write_bytes(b"")
    assert audit(changed).code in (product.CORRUPT, product.INVALID)
    done = product.run(*READ_AND_WRITE[1], "--ledger", changed)
    assert done.code == product.CORRUPT, f"a new log of {audit(changed).text}"


def test_garbage_instead_of_a_ledger(good: pathlib.Path, tmp_path: pathlib.Path) -> None:
    changed = copy(good, tmp_path / "changed")
    (changed / "ledger.db").write_bytes(b"garbage " * 10_000)
    before = digest(changed / "ledger.db")
    assert audit(changed).code == product.CORRUPT
    done = product.run("serve", "--port", "0", "--metrics-port", "-1", "--ledger", changed)
    assert done.code == product.CORRUPT and "ledger.db" in done.err
    assert digest(changed / "ledger.db") == before


@pytest.mark.parametrize("change", ["empty", "garbage", "flipped", "missing"])
def test_a_damaged_key(good: pathlib.Path, tmp_path: pathlib.Path, change: str) -> None:
    changed = copy(good, tmp_path / "changed")
    key = changed / "ledger.key"
    text = bytearray(key.read_bytes())
    if change == "flipped":
        text[-10] = ord("A") if text[-10] != ord("A") else ord("B")
    if change == "missing":
        key.unlink()
    else:
        key.write_bytes({"empty": b"", "garbage": b"garbage\n", "flipped": bytes(text)}[change])
    done = product.run("call", "calculate_emissions", json.dumps(product.QUESTION), "--record", "--ledger", changed)
    assert done.code == product.CORRUPT, done.said
    assert "ledger.key" in done.err
    assert audit(changed).code == product.DONE, "reading needs no private key"


# ---- the write-ahead log of a server that was killed


def test_the_rest_of_a_killed_server_is_taken_over(torn: pathlib.Path, tmp_path: pathlib.Path) -> None:
    whole = copy(torn, tmp_path / "whole")
    assert audit(whole).json()["entries"] == TORN_ENTRIES
    with product.serving(whole) as server:
        assert server.get_json("/readyz")["entries"] == TORN_ENTRIES
    assert audit(whole).json()["entries"] == TORN_ENTRIES


def transactions(wal: bytes) -> list[int]:
    """Where each transaction of the log ends; see "WAL file format" of SQLite. Frames of an older round have another salt."""
    ends, at = [], 32
    frame_bytes = 24 + int.from_bytes(wal[8:12], "big")
    while at + frame_bytes <= len(wal) and wal[at + 8 : at + 16] == wal[16:24]:
        at += frame_bytes
        if wal[at - frame_bytes + 4 : at - frame_bytes + 8] != bytes(4):
            ends.append(at)
    return ends


def test_single_bits_of_the_write_ahead_log(torn: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """SQLite takes a frame with a wrong checksum for the end of the log and goes on without what follows. That is right
    for the last transaction, which a crash may tear; when others follow it, acknowledged entries vanish."""
    chosen = random.Random(SEED)
    original = audit(copy(torn, tmp_path / "whole")).json()
    notes = dict(content(tmp_path / "whole")["checkpoints"])
    ends = transactions((torn / "ledger.db-wal").read_bytes())
    assert len(ends) > 5
    silent = []
    for offset in chosen.sample(range(ends[-1]), 40):
        changed = copy(torn, tmp_path / "changed")
        with (changed / "ledger.db-wal").open("r+b") as file:
            file.seek(offset)
            byte = file.read(1)[0]
            file.seek(offset)
            file.write(bytes([byte ^ (1 << chosen.randrange(8))]))
        done = audit(changed)
        if done.code != product.DONE:
            assert done.code in (product.CORRUPT, product.INVALID), (
                done.said
            )  # INVALID: without its first transaction it is no ledger
            continue
        found = done.json()
        if found == original:
            continue
        # At least it is a beginning of the log, signed at that length.
        assert found["entries"] < original["entries"] and found["key"] == original["key"]
        assert content(changed)["checkpoints"][-1] == (found["entries"], notes[found["entries"]])
        if offset < ends[-2]:
            silent.append((offset, found["entries"]))
    assert silent == [], f"{len(silent)} of 40 left fewer than {original['entries']} entries without a word"
