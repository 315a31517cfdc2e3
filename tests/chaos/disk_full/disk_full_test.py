"""The ledger's disk fills up under a server, and is given room again. run.sh gives it a mount namespace of its own."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import pathlib
import subprocess
import threading
from collections.abc import Iterator

import product
import pytest

CSV = {"Content-Type": "text/csv"}


@pytest.fixture
def disk(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


def fill_up(disk: pathlib.Path) -> None:
    """To the last byte."""
    with (disk / "filling").open("ab", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1 << 8, 1):
            with contextlib.suppress(OSError):
                while file.write(bytes(size)) == size:
                    pass


def question(number: int) -> dict[str, object]:
    return product.QUESTION | {"activity_value": number}


def check_all(server: product.Server, acknowledged: dict[int, str]) -> None:
    connection = server.connect()
    for index, leaf in acknowledged.items():
        connection.request("GET", f"/v1/provenance/{index}")
        entry = json.loads(connection.getresponse().read())["entry"]
        assert hashlib.sha256(b"\0" + entry.encode()).hexdigest() == leaf
    connection.close()


def test_a_full_disk_is_an_outage_of_writing_only(disk: pathlib.Path) -> None:
    ledger = disk / "ledger"
    acknowledged: dict[int, str] = {}

    def ask(server: product.Server, number: int) -> http.client.HTTPResponse:
        response, answer = server.calculate(question(number))
        if response.status == 200:
            index = int(answer["provenance"]["id"])
            assert index not in acknowledged
            acknowledged[index] = answer["provenance"]["leaf"]
        else:
            assert response.status == 503
            assert response.headers["Content-Type"] == "application/problem+json"
            assert int(response.headers["Retry-After"]) >= 1
            assert "disk is full" in answer["detail"] or "space" in answer["detail"], answer
        return response

    with product.serving(ledger) as server:
        for number in range(100):
            assert ask(server, number).status == 200
        for cycle in range(3):
            fill_up(disk)
            number = 1000 * (cycle + 1)
            refused = 0
            while refused < 20:
                refused += ask(server, number).status == 503
                number += 1
                assert number % 1000, "the disk must be full by now"
            # Reading goes on.
            assert server.get_json("/healthz") and server.get_json("/v1/tools")
            assert server.get_json("/v1/provenance/50")["entry"]
            assert server.get_json(f"/v1/provenance/{max(acknowledged)}")["entry"]
            checkpoint, note = server.ask("GET", "/ledger/checkpoint")
            assert checkpoint.status == 200 and int(note.split(b"\n")[1]) == len(acknowledged)
            # A batch is calculated; that it is not recorded stands where its entry would.
            response, rows = server.ask(
                "POST", "/v1/tools/calculate_emissions/batch", product.HEADER + product.ROW * 100, CSV
            )
            assert response.status == 200 and rows.count(b"\n") == 101
            audit = product.run("ledger", "--ledger", ledger, "--json")
            assert audit.code == product.DONE and audit.json()["entries"] == len(acknowledged)
            # Room again: writing goes on by itself.
            (disk / "filling").unlink()
            assert ask(server, number).status == 200
        check_all(server, acknowledged)
    audit = product.run("ledger", "--ledger", ledger, "--json")
    assert audit.code == product.DONE and audit.json()["entries"] == len(acknowledged)
    with product.serving(ledger) as server:
        check_all(server, acknowledged)


def test_a_batch_that_cannot_be_recorded_says_so(disk: pathlib.Path) -> None:
    with product.serving(disk / "ledger") as server:
        fill_up(disk)
        while server.calculate(question(1))[0].status == 200:
            pass
        connection = server.connect()
        connection.putrequest("POST", "/v1/tools/calculate_emissions/batch")
        body = product.HEADER + product.ROW
        connection.putheader("Content-Type", "text/csv")
        connection.putheader("Content-Length", str(len(body)))
        connection.putheader("Connection", "close")
        connection.endheaders(body)
        assert connection.sock is not None
        raw = b""
        while piece := connection.sock.recv(1 << 16):
            raw += piece
        connection.close()
        assert raw.startswith(b"HTTP/1.1 200")
        trailer = raw[raw.rindex(b"\r\n0\r\n") :]
        assert b"Greenlang-Provenance: not recorded: " in trailer


def test_many_clients_while_the_disk_fills(disk: pathlib.Path) -> None:
    """The disk fills in the middle of commits of many at once."""
    ledger = disk / "ledger"
    acknowledged: dict[int, str] = {}
    statuses: dict[int, int] = {}
    lock = threading.Lock()
    full = threading.Event()
    room = threading.Event()

    def load(worker: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        refused = after = 0
        for number in range(5000):
            connection.request(
                "POST",
                "/v1/tools/calculate_emissions",
                json.dumps(question(worker * 10_000 + number)),
                {"Content-Type": "application/json"},
            )
            response = connection.getresponse()
            answer = json.loads(response.read())
            with lock:
                statuses[response.status] = statuses.get(response.status, 0) + 1
                if response.status == 200:
                    acknowledged[int(answer["provenance"]["id"])] = answer["provenance"]["leaf"]
            if response.status == 503:
                refused += 1
                full.set()
                if refused >= 10:
                    room.wait(30)
            elif room.is_set():
                after += 1
                if after >= 20:
                    break
        connection.close()

    with product.serving(ledger) as server:
        (disk / "filling").write_bytes(bytes(2 << 20))
        workers = [threading.Thread(target=load, args=(number,)) for number in range(8)]
        for worker in workers:
            worker.start()
        assert full.wait(60), statuses
        (disk / "filling").unlink()
        room.set()
        for worker in workers:
            worker.join(60)
            assert not worker.is_alive()
        assert set(statuses) == {200, 503}
        check_all(server, acknowledged)
    audit = product.run("ledger", "--ledger", ledger, "--json")
    assert audit.code == product.DONE and audit.json()["entries"] == len(acknowledged) == statuses[200]


def test_a_server_that_starts_on_a_full_disk(disk: pathlib.Path) -> None:
    ledger = disk / "ledger"
    fill_up(disk)
    done = product.run("serve", "--port", "0", "--metrics-port", "-1", "--ledger", ledger, timeout_s=20)
    assert done.code == product.UNAVAILABLE and str(disk) in done.err
    (disk / "filling").unlink()
    with product.serving(ledger) as server:
        assert server.calculate()[0].status == 200
    assert product.run("ledger", "--ledger", ledger, "--json").json()["entries"] == 1


def test_a_server_killed_on_a_full_disk(disk: pathlib.Path) -> None:
    ledger = disk / "ledger"
    server = product.Server(ledger)
    acknowledged: dict[int, str] = {}
    try:
        for number in range(50):
            _, answer = server.calculate(question(number))
            acknowledged[int(answer["provenance"]["id"])] = answer["provenance"]["leaf"]
        fill_up(disk)
        for number in range(100, 1000):
            response, answer = server.calculate(question(number))
            if response.status != 200:
                break
            acknowledged[int(answer["provenance"]["id"])] = answer["provenance"]["leaf"]
        assert response.status == 503
    finally:
        server.kill()
    audit = product.run("ledger", "--ledger", ledger, "--json")
    assert audit.code in (product.DONE, product.UNAVAILABLE), audit.said
    (disk / "filling").unlink()
    with product.serving(ledger) as again:
        check_all(again, acknowledged)
        assert again.calculate(question(5000))[0].status == 200
    audit = product.run("ledger", "--ledger", ledger, "--json")
    assert audit.code == product.DONE and audit.json()["entries"] == len(acknowledged) + 1
