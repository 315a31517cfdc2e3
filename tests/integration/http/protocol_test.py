"""What HTTP/1.1 promises and a client may use: keep-alive, pipelining, HEAD, HTTP/1.0, 100-continue."""

from __future__ import annotations

import hashlib
import http.client
import json
import time

import product
import pytest
from wire import BATCH, CALCULATE, CSV, CSV_HEADER, CSV_ROW, JSON, QUESTION, Wire, check_problem, chunked, get, post

ONE_HEAD = b"POST " + CALCULATE + b" HTTP/1.1\r\nHost: x\r\n" + JSON


def test_every_page_answers(server: product.Server) -> None:
    server.calculate()
    pages = {
        "/v1/tools": "application/json",
        "/v1/tools/convert_units": "application/json",
        "/openapi.json": "application/json",
        "/docs": "text/html",
        "/": "text/html",
        "/healthz": "application/json",
        "/readyz": "application/json",
        "/startupz": "application/json",
        "/v1/provenance/0": "application/json",
        "/ledger/checkpoint": "text/plain",
        "/ledger/key": "text/plain",
        "/ledger/tile/0/000.p/1": "application/octet-stream",
    }
    for path, content_type in pages.items():
        response, body = server.ask("GET", path)
        assert response.status == 200 and body, path
        assert response.headers["Content-Type"].startswith(content_type), path
        assert response.headers["X-Content-Type-Options"] == "nosniff" and response.headers["Date"]
        head, nothing = server.ask("HEAD", path)
        assert head.status == 200 and nothing == b""
        assert path in ("/ledger/checkpoint", "/readyz", "/v1/provenance/0") or head.headers["Content-Length"] == str(
            len(body)
        )


def test_the_docs_page_needs_nothing_from_outside(server: product.Server) -> None:
    _, body = server.ask("GET", "/docs")
    for word in (b"http://", b"https://", b"src=", b"@import", b"<link"):
        assert word not in body.replace(b"http://www.w3.org/2000/svg", b""), word


def test_http_and_the_command_line_say_the_same(server: product.Server) -> None:
    assert server.get_json("/openapi.json") == product.run("openapi").json()
    assert server.get_json("/v1/tools") == product.run("tools", "--json").json()
    by_hand = product.run("call", "calculate_emissions", json.dumps(product.QUESTION), "--explain").json()
    _, body = server.ask(
        "POST", "/v1/tools/calculate_emissions?explain=1", QUESTION, {"Content-Type": "application/json"}
    )
    by_http = json.loads(body)
    assert by_http["result"] == by_hand["result"] and by_http["explanation"] == by_hand["explanation"]


def test_an_answer_is_in_the_ledger_with_its_proof(server: product.Server, tmp_path: object) -> None:
    response, answer = server.calculate()
    provenance = answer["provenance"]
    bundle = server.get_json("/v1/provenance/" + provenance["id"])
    assert hashlib.sha256(b"\0" + bundle["entry"].encode()).hexdigest() == provenance["leaf"]
    assert json.loads(bundle["entry"])["output"] == answer["result"]
    file = tmp_path / "proof.json"  # type: ignore[operator]
    file.write_text(json.dumps(bundle, separators=(",", ":"), sort_keys=True, ensure_ascii=False))
    _, key = server.ask("GET", "/ledger/key")
    assert product.run("verify", file, "--key", key.decode().strip()).code == product.DONE


def test_an_idempotency_key_asks_once(server: product.Server) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": "once"}
    first, one = server.ask("POST", CALCULATE.decode(), QUESTION, headers)
    second, two = server.ask("POST", CALCULATE.decode(), QUESTION, headers)
    assert (
        one == two
        and first.headers["Idempotency-Replayed"] is None
        and second.headers["Idempotency-Replayed"] == "true"
    )
    third, body = server.ask("POST", CALCULATE.decode(), QUESTION.replace(b":5", b":6"), headers)
    assert third.status == 409 and "different question" in json.loads(body)["detail"]


def test_head_of_what_is_not_there(server: product.Server) -> None:
    with Wire(server.port) as wire:
        wire.send(get(b"/nothing", b"HEAD"))
        answer = wire.response(to_head=True)
        assert answer.status == 404 and int(answer.header("content-length")) > 0
        assert wire.ended()


def test_allow_names_what_a_path_answers(server: product.Server) -> None:
    for path, methods in (
        (CALCULATE, {"GET", "HEAD", "POST"}),
        (b"/healthz", {"GET", "HEAD"}),
        (BATCH, {"POST"}),
        (b"/v1/tools", {"GET", "HEAD"}),
    ):
        with Wire(server.port) as wire:
            wire.send(get(path, b"PATCH"))
            allowed = {name.strip() for name in wire.response().header("allow").split(",")}
            # HEAD goes with GET and need not be said.
            assert allowed | {"HEAD"} == methods | {"HEAD"}


def test_options_for_the_whole_server(server: product.Server) -> None:
    with Wire(server.port) as wire:
        wire.send(get(b"*", b"OPTIONS"))
        assert wire.response().status in (200, 204, 404, 405)


def test_an_absolute_target(server: product.Server) -> None:
    with Wire(server.port) as wire:
        wire.send(get(b"http://x/healthz?a=b"))
        assert wire.response().status == 200


def test_one_empty_line_before_a_request_is_skipped(server: product.Server) -> None:
    with Wire(server.port) as wire:
        wire.send(b"\r\n" + get(b"/healthz"))
        assert wire.response().status == 200


@pytest.mark.parametrize(
    "content_type",
    [b"application/json", b"APPLICATION/JSON", b"application/json; charset=utf-8", b"application/json ;x=y"],
)
def test_content_types_that_are_json(server: product.Server, content_type: bytes) -> None:
    with Wire(server.port) as wire:
        wire.send(post(headers=b"content-type:" + content_type + b"\r\n"))
        assert wire.response().status == 200


def test_http_1_0(server: product.Server) -> None:
    with Wire(server.port) as wire:
        wire.send(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert wire.response().status == 200
        assert wire.ended()
    with Wire(server.port) as wire:  # a streamed answer: no chunks, ended by closing
        body = CSV_HEADER + CSV_ROW
        wire.send(b"POST " + BATCH + b" HTTP/1.0\r\n" + CSV + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        answer = wire.response()
        assert answer.status == 200 and not answer.header("transfer-encoding")
        assert answer.body.count(b"\n") == 2 and b"12.8541" in answer.body


def test_keep_alive_and_pipelining(server: product.Server) -> None:
    with Wire(server.port) as wire:
        requests = [
            post(QUESTION.replace(b":5", b":%d" % number), close=False) if number % 3 else get(b"/healthz", close=False)
            for number in range(50)
        ]
        wire.send(b"".join(requests))
        for number in range(50):
            answer = wire.response()
            assert answer.status == 200
            if number % 3:
                assert answer.json()["result"]["co2e_kg"] == pytest.approx(2.57082 * number), (
                    "answers come in the order of the questions"
                )
        wire.send(get(b"/healthz", b"HEAD", close=False) + get(b"/healthz"))
        assert wire.response(to_head=True).status == 200
        assert wire.response().status == 200
        assert wire.ended()


def test_a_refusal_of_a_question_keeps_the_connection(server: product.Server) -> None:
    with Wire(server.port) as wire:
        for _ in range(3):
            wire.send(post(b"{", close=False))
            assert wire.response().status == 400
            wire.send(post(b"{}", close=False))
            assert wire.response().status == 422
            wire.send(get(b"/nothing", close=False))
            assert wire.response().status == 404
            wire.send(post(close=False))
            assert wire.response().status == 200


def test_after_a_malformed_request_the_rest_of_a_pipeline_is_not_read(server: product.Server) -> None:
    with Wire(server.port) as wire:
        wire.send(
            get(b"/healthz", close=False)
            + b"GET /healthz HTTP/1.1\r\nBad Name: x\r\nHost: x\r\n\r\n"
            + get(b"/healthz")
        )
        assert wire.response().status == 200
        check_problem(wire.response())
        assert wire.ended()


def test_one_byte_at_a_time(server: product.Server) -> None:
    with Wire(server.port) as wire:
        for byte in post():
            assert wire.send(bytes([byte]))
        assert wire.response().status == 200


def test_chunks_with_extensions_and_trailers(server: product.Server) -> None:
    with Wire(server.port) as wire:
        body = (
            b"1e;name=value\r\n"
            + QUESTION[:30]
            + b"\r\n"
            + chunked(QUESTION[30:31], QUESTION[31:], end=b"0\r\nX-Trailer: y\r\n\r\n")
        )
        wire.send(ONE_HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + body)
        assert wire.response().status == 200


def test_a_client_that_waits_for_100_continue(server: product.Server) -> None:
    with Wire(server.port) as wire:
        wire.send(ONE_HEAD + b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(QUESTION))
        assert wire.response().status == 100
        wire.send(QUESTION)
        assert wire.response().status == 200
    with Wire(server.port) as wire:  # refused before the body leaves
        wire.send(ONE_HEAD + b"Content-Length: 5000000\r\nExpect: 100-continue\r\n\r\n")
        answer = wire.response()
        assert answer.status == 413
        check_problem(answer)


def test_at_the_limits_a_request_is_answered(server: product.Server) -> None:
    with Wire(server.port) as wire:
        wire.send(get(b"/healthz", headers=b"".join(b"X-%d: y\r\n" % number for number in range(98)), close=True))
        assert wire.response().status == 200
    with Wire(server.port) as wire:
        wire.send(post(QUESTION + b" " * ((1 << 20) - len(QUESTION))))
        assert wire.response().status == 200
    with Wire(server.port) as wire:
        wire.send(get(b"/healthz?" + b"a" * 8000))
        assert wire.response().status == 200


def test_a_slow_sender_is_told_and_let_go(server: product.Server) -> None:
    with Wire(server.port) as wire:
        began = time.monotonic()
        wire.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        answer = wire.response()
        assert answer.status == 408
        check_problem(answer)
        assert wire.ended()
        assert 9 <= time.monotonic() - began <= 12


def test_clients_that_vanish(server: product.Server) -> None:
    for content in (
        b"",
        b"GET",
        ONE_HEAD,
        ONE_HEAD + b"Content-Length: 85\r\n\r\n" + QUESTION[:50],
        post(),
        post() * 20,
    ):
        for _ in range(10):
            with Wire(server.port) as wire:
                wire.send(content)
    response, _ = server.calculate()
    assert response.status == 200


def test_many_connections_that_say_nothing(server: product.Server) -> None:
    silent = [Wire(server.port) for _ in range(500)]
    try:
        response, _ = server.calculate()
        assert response.status == 200
    finally:
        for wire in silent:
            wire.socket.close()


def test_python_s_own_client(server: product.Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    for number in range(1, 20):
        connection.request(
            "POST", CALCULATE.decode(), QUESTION.replace(b":5", b":%d" % number), {"Content-Type": "application/json"}
        )
        assert json.loads(connection.getresponse().read())["result"]["co2e_kg"] == pytest.approx(2.57082 * number)
    connection.close()
