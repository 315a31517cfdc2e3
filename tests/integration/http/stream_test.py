"""Batches over HTTP, and a server that is told to stop."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import pathlib
import signal
import threading

import product
import pytest
from wire import BATCH, CALCULATE, CSV, CSV_HEADER, CSV_ROW, QUESTION, Response, Wire, chunked, get, post

MIXED = CSV_HEADER + CSV_ROW + CSV_ROW.replace(b",5,", b",-5,") + b'"x\ny",GB,2025,5,L\nfew\n' + CSV_ROW


def upload(server: product.Server, body: bytes, headers: bytes = CSV) -> Response:
    with Wire(server.port) as wire:
        wire.send(post(body, BATCH, headers))
        return wire.response()


def test_a_batch_is_the_same_as_on_the_command_line(server: product.Server, tmp_path: pathlib.Path) -> None:
    answer = upload(server, MIXED)
    assert answer.status == 200 and answer.header("content-type").startswith("text/csv")
    (tmp_path / "in.csv").write_bytes(MIXED)
    done = product.run("batch", tmp_path / "in.csv", "-o", "-", "--no-ledger")
    assert answer.body == done.out
    [(name, entry)] = answer.trailers
    assert name == "Greenlang-Provenance" and answer.header("trailer") == name
    bundle = server.get_json("/v1/provenance/" + entry)
    output = json.loads(bundle["entry"])["output"]
    assert output["rows"] == 5 and output["failed"] == 3
    assert output["output_sha256"] == hashlib.sha256(answer.body).hexdigest()
    (tmp_path / "out.csv").write_bytes(answer.body)
    (tmp_path / "out.csv.proof.json").write_text(
        json.dumps(bundle, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    )
    assert product.run("verify", tmp_path / "out.csv").code == product.DONE


def test_however_the_bytes_arrive_the_answer_is_the_same(server: product.Server) -> None:
    whole = upload(server, MIXED).body
    for size in (1, 7, 64):
        with Wire(server.port) as wire:
            pieces = [MIXED[at : at + size] for at in range(0, len(MIXED), size)]
            wire.send(
                b"POST "
                + BATCH
                + b" HTTP/1.1\r\nHost: x\r\n"
                + CSV
                + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                + chunked(*pieces)
            )
            assert wire.response().body == whole


@pytest.mark.parametrize("content_type", [b"application/x-ndjson", b"application/json"])
def test_rows_as_json(server: product.Server, content_type: bytes) -> None:
    rows = [QUESTION, b"{}", QUESTION.replace(b":5", b":6")]
    body = b"\n".join(rows) if content_type.endswith(b"ndjson") else b"[" + b",".join(rows) + b"]"
    answer = upload(server, body, b"Content-Type: " + content_type + b"\r\n")
    assert answer.status == 200
    lines = [json.loads(line) for line in answer.body.splitlines()]
    assert ["error" in line for line in lines] == [False, True, False]
    assert lines[2]["output"]["co2e_kg"] == pytest.approx(6 * 2.57082)


def test_a_byte_order_mark_is_no_row(server: product.Server) -> None:
    assert upload(server, b"\xef\xbb\xbf" + MIXED).body == upload(server, MIXED).body
    ndjson = b"Content-Type: application/x-ndjson\r\n"
    assert upload(server, b"\xef\xbb\xbf" + QUESTION, ndjson).body == upload(server, QUESTION, ndjson).body


def test_20_mb_go_in_while_answers_come_out(server: product.Server) -> None:
    """One direction alone must not be enough: more than all buffers between hold goes each way."""
    block = CSV_ROW * 4000
    blocks = 20_000_000 // len(block) + 1
    hashes: list[bytes] = []
    counted = hashlib.sha256()
    counted.update(CSV_HEADER + block * blocks)
    with Wire(server.port) as wire:

        def send() -> None:
            wire.send(
                b"POST "
                + BATCH
                + b" HTTP/1.1\r\nHost: x\r\n"
                + CSV
                + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % (len(CSV_HEADER) + len(block) * blocks)
            )
            wire.send(CSV_HEADER)
            for _ in range(blocks):
                assert wire.send(block)

        sender = threading.Thread(target=send)
        sender.start()
        reader = http.client.HTTPResponse(wire.socket)
        reader.begin()
        assert reader.status == 200
        rows = early = 0
        total = hashlib.sha256()
        while piece := reader.read1(1 << 18):
            rows += piece.count(b"\n")
            total.update(piece)
            early += sender.is_alive()
        sender.join()
        hashes.append(total.digest())
    assert rows == 4000 * blocks + 1
    assert early > 10, "answers came while rows were still sent"
    entry = server.get_json(f"/v1/provenance/{server.get_json('/readyz')['entries'] - 1}")["entry"]
    assert json.loads(entry)["output"]["output_sha256"] == hashes[0].hex()
    assert json.loads(entry)["input"]["batch"]["input_sha256"] == counted.hexdigest()


def test_clients_that_leave_a_batch(ledger: pathlib.Path) -> None:
    with product.serving(ledger) as server:
        before = server.get_json("/readyz")["entries"]
        for _ in range(5):
            with Wire(server.port) as wire:  # in the middle of sending
                wire.send(
                    b"POST "
                    + BATCH
                    + b" HTTP/1.1\r\nHost: x\r\n"
                    + CSV
                    + b"Content-Length: 50000000\r\n\r\n"
                    + CSV_HEADER
                    + CSV_ROW * 20_000
                )
                assert wire.response_head().startswith(b"HTTP/1.1 200")
            with Wire(server.port) as wire:  # in the middle of a chunk
                wire.send(
                    b"POST "
                    + BATCH
                    + b" HTTP/1.1\r\nHost: x\r\n"
                    + CSV
                    + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n"
                    + CSV_HEADER
                )
        answer = upload(server, MIXED)
        assert answer.status == 200 and len(answer.trailers) == 1
        assert server.get_json("/readyz")["entries"] == before + 1, "what was not sent to its end is not recorded"
    done = product.run("ledger", "--ledger", ledger, "--json")
    assert done.code == product.DONE and done.json()["entries"] == 1


def test_a_client_that_sends_but_never_reads_does_not_fill_memory(ledger: pathlib.Path) -> None:
    with product.serving(ledger) as server:
        with Wire(server.port, timeout_s=3) as wire:
            wire.send(
                b"POST " + BATCH + b" HTTP/1.1\r\nHost: x\r\n" + CSV + b"Content-Length: 500000000\r\n\r\n" + CSV_HEADER
            )
            sent = 0
            with contextlib.suppress(TimeoutError):
                while sent < 400_000_000:
                    sent += wire.socket.send(CSV_ROW * 10_000)
            assert sent < 100_000_000, "the server stops reading when its answers are not read"
            status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
            rss_kib = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
            assert rss_kib <= 200 * 1024
            response, _ = server.calculate()
            assert response.status == 200


# ---- SIGTERM


def test_sigterm_answers_what_is_in_flight(ledger: pathlib.Path) -> None:
    server = product.Server(ledger)
    with Wire(server.port) as half, Wire(server.port) as idle, Wire(server.port) as batch:
        idle.send(get(b"/healthz", close=False))
        assert idle.response().status == 200
        whole = post(close=False)
        half.send(whole[:-20])
        batch.send(
            b"POST "
            + BATCH
            + b" HTTP/1.1\r\nHost: x\r\n"
            + CSV
            + b"Transfer-Encoding: chunked\r\n\r\n"
            + chunked(CSV_HEADER + CSV_ROW * 10_000, end=b"")
        )
        assert batch.response_head().startswith(b"HTTP/1.1 200")
        server.process.send_signal(signal.SIGTERM)
        product.until(lambda: any('"stopping"' in line for line in server.log), "the server to hear of it")
        assert idle.ended(), "an idle connection is closed"
        half.send(whole[-20:])
        answer = half.response()
        assert answer.status == 200 and answer.json()["provenance"]["id"]
        batch.send(chunked(CSV_ROW * 10_000))
        assert batch.rest().endswith(b"\r\n\r\n")
        with contextlib.suppress(ConnectionRefusedError), Wire(server.port) as late:
            assert late.ended() or not late.send(get(b"/healthz"))
    assert server.stop() == 0
    assert '"stopped"' in server.log[-1]
    done = product.run("ledger", "--ledger", ledger, "--json")
    assert done.code == product.DONE and done.json()["entries"] == 2


def test_sigterm_under_load_loses_no_answer(ledger: pathlib.Path) -> None:
    server = product.Server(ledger)
    answered: list[tuple[str, str]] = []
    broken: list[str] = []
    enough = threading.Event()

    def load(worker: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        for number in range(100_000):
            body = QUESTION.replace(b":5", b":%d.%d" % (number, worker))
            try:
                connection.request("POST", CALCULATE.decode(), body, {"Content-Type": "application/json"})
                response = connection.getresponse()
                content = response.read()
            except (ConnectionError, http.client.RemoteDisconnected):
                return  # refused whole: never half an answer
            except http.client.HTTPException as error:
                broken.append(repr(error))
                return
            if response.status != 200:
                broken.append(f"{response.status} {content!r}")
                return
            provenance = json.loads(content)["provenance"]
            answered.append((provenance["id"], provenance["leaf"]))
            if len(answered) > 500:
                enough.set()
            if response.headers["Connection"] == "close":
                return

    workers = [threading.Thread(target=load, args=(number,)) for number in range(8)]
    for worker in workers:
        worker.start()
    assert enough.wait(30)
    server.process.send_signal(signal.SIGTERM)
    for worker in workers:
        worker.join(30)
    assert server.stop() == 0
    assert broken == []
    assert product.run("ledger", "--ledger", ledger).code == product.DONE
    with product.serving(ledger) as again:
        connection = again.connect()
        for entry, leaf in answered:
            connection.request("GET", "/v1/provenance/" + entry)
            bundle = json.loads(connection.getresponse().read())
            assert hashlib.sha256(b"\0" + bundle["entry"].encode()).hexdigest() == leaf
        connection.close()


def test_a_second_sigterm_and_sigint_end_it_too(ledger: pathlib.Path) -> None:
    for which in (signal.SIGTERM, signal.SIGINT):
        server = product.Server(ledger)
        server.process.send_signal(which)
        server.process.send_signal(which)
        assert server._wait(20) == 0
