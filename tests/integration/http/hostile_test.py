"""Requests that a server should refuse, as a table: name, bytes, status, and a word of the detail.

All go to one server. After each a good request must be answered as ever, on another connection.
"""

from __future__ import annotations

import product
import pytest
from wire import BATCH, CALCULATE, CSV, CSV_HEADER, CSV_ROW, JSON, QUESTION, Wire, check_problem, chunked, get, post

CHUNKED = b"Transfer-Encoding: chunked\r\n"
HEAD = b"POST " + CALCULATE + b" HTTP/1.1\r\nHost: x\r\n" + JSON


def numbered(count: int) -> bytes:
    return b"".join(b"X-%d: y\r\n" % number for number in range(count))


def raw(*lines: bytes) -> bytes:
    return b"\r\n".join(lines) + b"\r\n\r\n"


REQUESTS: list[tuple[str, bytes, int, str]] = [
    # the request line
    ("nothing but noise", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100) + b"\r\n\r\n", 400, ""),
    ("an HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "HTTP/1"),
    ("no version", raw(b"GET /healthz", b"Host: x"), 400, "request line"),
    ("version 0.9", raw(b"GET /healthz HTTP/0.9", b"Host: x"), 505, "HTTP/1"),
    ("version 2.0", raw(b"GET /healthz HTTP/2.0", b"Host: x"), 505, "HTTP/1"),
    ("version 1.10", raw(b"GET /healthz HTTP/1.10", b"Host: x"), 400, "request line"),
    ("version http/1.1", raw(b"GET /healthz http/1.1", b"Host: x"), 400, "request line"),
    ("two spaces", raw(b"GET  /healthz HTTP/1.1", b"Host: x"), 400, "request line"),
    ("a tab", raw(b"GET\t/healthz\tHTTP/1.1", b"Host: x"), 400, "request line"),
    ("two empty lines first", b"\r\n\r\n" + get(b"/healthz"), 400, "request line"),
    ("bare line feeds", b"GET /healthz HTTP/1.1\nHost: x\n\n", 400, "CR LF"),
    ("a bare carriage return", b"GET /healthz HTTP/1.1\rHost: x\r\r\n\r\n", 400, ""),
    ("a method that is no token", raw(b"GE(T /healthz HTTP/1.1", b"Host: x"), 400, "request line"),
    ("a zero byte in the target", raw(b"GET /health\0z HTTP/1.1", b"Host: x"), 400, "request line"),
    ("a control byte in the target", raw(b"GET /health\x7fz HTTP/1.1", b"Host: x"), 400, ""),
    ("a fragment", get(b"/healthz#top"), 400, "target"),
    ("a target without a slash", get(b"healthz"), 400, "target"),
    ("a target of another scheme", get(b"ftp://x/healthz"), 400, "target"),
    ("a star to read", get(b"*"), 400, "target"),
    ("an authority to connect to", raw(b"CONNECT example.org:443 HTTP/1.1", b"Host: example.org:443"), 400, "target"),
    ("a target of 9 KiB", get(b"/" + b"a" * 9000), 414, "too long"),
    ("a target of 1 MiB", get(b"/" + b"a" * (1 << 20)), 414, "too long"),
    ("a method of 20 KiB", get(b"/healthz", b"A" * 20_000), 414, "too long"),
    # header fields
    ("no Host", raw(b"GET /healthz HTTP/1.1"), 400, "Host"),
    ("two Hosts", get(b"/healthz", headers=b"Host: y\r\n"), 400, "Host"),
    ("101 fields", get(b"/healthz", headers=numbered(99)), 431, "fields"),
    ("10 000 fields", get(b"/healthz", headers=numbered(10_000)), 431, ""),
    ("a field of 17 KiB", get(b"/healthz", headers=b"X: " + b"y" * 17_000 + b"\r\n"), 431, "too large"),
    ("a name of 17 KiB", get(b"/healthz", headers=b"y" * 17_000 + b": x\r\n"), 431, "too large"),
    ("a folded field", get(b"/healthz", headers=b"X: a\r\n b\r\n"), 400, "folded"),
    ("a space before the colon", get(b"/healthz", headers=b"X : a\r\n"), 400, "header field"),
    ("a field without a colon", get(b"/healthz", headers=b"X\r\n"), 400, "header field"),
    ("a field without a name", get(b"/healthz", headers=b": a\r\n"), 400, "header field"),
    ("a zero byte in a field", get(b"/healthz", headers=b"X: a\0b\r\n"), 400, "header field"),
    ("a control byte in a name", get(b"/healthz", headers=b"X\x01: a\r\n"), 400, "header field"),
    ("a bare line feed in a field", get(b"/healthz", headers=b"X: a\nY: b\r\n"), 400, "CR LF"),
    # how long the body is
    (
        "Content-Length and chunked",
        HEAD + CHUNKED + b"Content-Length: 85\r\n\r\n" + chunked(QUESTION),
        400,
        "Content-Length",
    ),
    (
        "chunked and Content-Length",
        HEAD + b"Content-Length: 85\r\n" + CHUNKED + b"\r\n" + chunked(QUESTION),
        400,
        "Content-Length",
    ),
    (
        "two lengths that differ",
        HEAD + b"Content-Length: 85\r\nContent-Length: 8\r\n\r\n" + QUESTION,
        400,
        "Content-Length",
    ),
    ("two lengths in one field", HEAD + b"Content-Length: 85, 8\r\n\r\n" + QUESTION, 400, "Content-Length"),
    ("a negative length", HEAD + b"Content-Length: -1\r\n\r\n", 400, "Content-Length"),
    ("a length with a plus", HEAD + b"Content-Length: +85\r\n\r\n" + QUESTION, 400, "Content-Length"),
    ("a length in hex", HEAD + b"Content-Length: 0x55\r\n\r\n" + QUESTION, 400, "Content-Length"),
    (
        "a length beyond 64 bits",
        HEAD + b"Content-Length: 18446744073709551701\r\n\r\n" + QUESTION,
        400,
        "Content-Length",
    ),
    ("an empty length", HEAD + b"Content-Length: \r\n\r\n", 400, "Content-Length"),
    ("chunked twice", HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n" + chunked(QUESTION), 501, "chunked"),
    ("gzip as transfer coding", HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + chunked(QUESTION), 501, "chunked"),
    ("an unknown transfer coding", HEAD + b"Transfer-Encoding: xchunked\r\n\r\n" + chunked(QUESTION), 501, "chunked"),
    (
        "chunked in HTTP/1.0",
        b"POST " + CALCULATE + b" HTTP/1.0\r\nHost: x\r\n" + JSON + CHUNKED + b"\r\n" + chunked(QUESTION),
        400,
        "HTTP/1.0",
    ),
    ("a chunk size that is none", HEAD + CHUNKED + b"\r\nxyz\r\n", 400, "chunk"),
    ("a negative chunk", HEAD + CHUNKED + b"\r\n-5\r\nhello\r\n0\r\n\r\n", 400, "chunk"),
    ("a chunk beyond 64 bits", HEAD + CHUNKED + b"\r\n10000000000000005\r\nhello\r\n0\r\n\r\n", 400, "chunk"),
    ("a chunk longer than it says", HEAD + CHUNKED + b"\r\n3\r\nhello\r\n0\r\n\r\n", 400, "chunk"),
    ("chunks ended by a bare line feed", HEAD + CHUNKED + b"\r\n5\nhello\n0\n\n", 400, "chunk"),
    ("a chunk of 2 GiB", HEAD + CHUNKED + b"\r\n80000000\r\nx", 413, "too large"),
    ("a body of 1 MiB and a byte", post(b" " * ((1 << 20) + 1)), 413, "too large"),
    ("a body of 16 EiB", HEAD + b"Content-Length: 18446744073709551615\r\n\r\n", 413, "too large"),
    ("a chunked body of 2 MiB", HEAD + CHUNKED + b"\r\n" + chunked(*[b" " * 65_536] * 32), 413, "too large"),
    # what is asked
    ("an unknown tool", post(path=b"/v1/tools/calculate_emission"), 404, '"calculate_emissions"'),
    ("an unknown tool to read", get(b"/v1/tools/convert_unit"), 404, '"convert_units"'),
    (
        "an unknown tool for a batch",
        post(CSV_HEADER, b"/v1/tools/calculate_emission/batch", CSV),
        404,
        '"calculate_emissions"',
    ),
    ("no tool", post(path=b"/v1/tools/"), 404, "known: calculate_emissions"),
    ("no tool for a batch", post(path=b"/v1/tools/batch"), 404, ""),
    ("a tool named in 7 KiB", post(path=b"/v1/tools/" + b"a" * 7000), 404, ""),
    ("an unknown path", get(b"/v2/tools"), 404, "/openapi.json"),
    ("a slash too many at the end", get(b"/healthz/"), 404, ""),
    ("a slash too many in between", post(path=b"/v1//tools/calculate_emissions"), 404, ""),
    ("two slashes first", get(b"//healthz"), 404, ""),
    ("dots out of the tools", get(b"/v1/tools/../../healthz"), 404, ""),
    ("dots out of the tools, encoded", get(b"/v1/tools/%2e%2e/%2e%2e/healthz"), 404, ""),
    ("an encoded slash", post(path=b"/v1/tools%2fcalculate_emissions"), 404, ""),
    ("an encoded letter", post(path=b"/v1/tools/%63alculate_emissions"), 404, ""),
    ("an encoded zero", get(b"/healthz%00"), 404, ""),
    ("a file of the system", get(b"/ledger/../../../../etc/passwd"), 404, ""),
    ("the ledger's private key", get(b"/ledger/ledger.key"), 404, ""),
    ("a percent sign alone", get(b"/v1/tools/%"), 404, ""),
    ("bytes above 127", get(b"/\xff\xfe"), 404, ""),
    ("a backslash", get(b"/v1\\tools"), 404, ""),
    ("markup in a tool's name", get(b"/v1/tools/<script>alert(1)</script>"), 404, ""),
    ("an entry that is not there", get(b"/v1/provenance/999999999"), 404, "does not exist"),
    ("an entry beyond 64 bits", get(b"/v1/provenance/99999999999999999999"), 404, "whole number"),
    ("a negative entry", get(b"/v1/provenance/-1"), 404, "whole number"),
    ("an entry in hex", get(b"/v1/provenance/0x0"), 404, "whole number"),
    ("an entry as a word", get(b"/v1/provenance/last"), 404, "whole number"),
    ("an entry of nothing", get(b"/v1/provenance/"), 404, "whole number"),
    ("a tile of no level", get(b"/ledger/tile/9/000"), 404, ""),
    ("a tile of no width", get(b"/ledger/tile/0/000.p/0"), 404, ""),
    ("a tile of full width as partial", get(b"/ledger/tile/0/000.p/256"), 404, ""),
    ("a tile far away", get(b"/ledger/tile/0/x999/x999/x999/999"), 404, ""),
    ("the metrics, which have another port", get(b"/metrics"), 404, ""),
    # how it is asked
    ("PUT", post(method=b"PUT"), 405, "POST"),
    ("DELETE", get(CALCULATE, b"DELETE"), 405, "POST"),
    ("a method in lower case", post(method=b"post"), 405, "POST"),
    ("an unknown method", get(b"/healthz", b"BREW"), 405, "GET"),
    ("TRACE", get(b"/healthz", b"TRACE"), 405, "GET"),
    ("OPTIONS", get(CALCULATE, b"OPTIONS"), 405, "POST"),
    ("POST of a reading", post(path=b"/v1/tools"), 405, "GET"),
    ("GET of a batch", get(BATCH), 405, "POST"),
    ("no content type", post(headers=b""), 415, "application/json"),
    ("another content type", post(headers=b"Content-Type: text/plain\r\n"), 415, "application/json"),
    ("a form", post(headers=b"Content-Type: application/x-www-form-urlencoded\r\n"), 415, "application/json"),
    ("almost the content type", post(headers=b"Content-Type: application/jsonx\r\n"), 415, "application/json"),
    ("a batch of another content type", post(CSV_HEADER, BATCH, b"Content-Type: application/xml\r\n"), 415, "text/csv"),
    ("a batch without a content type", post(CSV_HEADER, BATCH, b""), 415, "text/csv"),
    # what the body says
    ("no body", post(b""), 400, "not valid JSON"),
    ("half a body", post(QUESTION[:40]), 400, "not valid JSON"),
    ("words", post(b"hello"), 400, "not valid JSON"),
    ("text after the value", post(QUESTION + b"{}"), 400, "after the JSON value"),
    ("UTF-16", post(QUESTION.decode().encode("utf-16")), 400, "not valid JSON"),
    ("100 000 arrays", post(b"[" * 100_000), 400, "too deeply"),
    ("100 000 arrays, closed", post(b"[" * 100_000 + b"]" * 100_000), 400, "too deeply"),
    ("100 000 objects", post(b'{"a":' * 100_000), 400, "too deeply"),
    ("40 arrays", post(b"[" * 40 + b"]" * 40), 400, "too deeply"),
    ("a name twice", post(QUESTION[:-1] + b',"year":2024}'), 400, "appears twice"),
    ("a name twice, once escaped", post(QUESTION[:-1] + b',"\\u0079ear":2024}'), 400, "appears twice"),
    ("bytes that are not UTF-8", post(QUESTION.replace(b"DERV", b"D\xff\xfe")), 400, "not valid JSON"),
    ("overlong UTF-8", post(QUESTION.replace(b"DERV", b"\xc0\xaf")), 400, "not valid JSON"),
    ("a surrogate in UTF-8", post(QUESTION.replace(b"DERV", b"\xed\xa0\x80")), 400, "not valid JSON"),
    ("half a surrogate pair", post(QUESTION.replace(b"DERV", b"\\ud800")), 400, "not valid JSON"),
    ("a zero byte in a string", post(QUESTION.replace(b"DERV", b"DE\0RV")), 400, "not valid JSON"),
    ("a line feed in a string", post(QUESTION.replace(b"DERV", b"DE\nRV")), 400, "not valid JSON"),
    ("NaN", post(QUESTION.replace(b":5", b":NaN")), 400, "not valid JSON"),
    ("Infinity", post(QUESTION.replace(b":5", b":Infinity")), 400, "not valid JSON"),
    ("1e400", post(QUESTION.replace(b":5", b":1e400")), 400, "does not fit"),
    ("a number of 100 000 digits", post(QUESTION.replace(b":5", b":" + b"9" * 100_000)), 400, "does not fit"),
    ("a comment", post(b"/* */" + QUESTION), 400, "not valid JSON"),
    ("an array", post(b"[]"), 422, "must be an object"),
    ("null", post(b"null"), 422, "must be an object"),
    ("a string of 1 MB", post(b'"' + b"a" * 1_000_000 + b'"'), 422, "must be an object"),
    ("a fuel of 1 MB", post(QUESTION.replace(b"DERV", b"a" * 1_000_000)), 422, "/fuel_type"),
    ("an escaped zero in a fuel", post(QUESTION.replace(b"DERV", b"DE\\u0000RV")), 422, "/fuel_type"),
    ("50 000 unknown fields", post(b"{" + b",".join(b'"%d":1' % number for number in range(50_000)) + b"}"), 422, ""),
    ("an empty object", post(b"{}"), 422, "/activity_value"),
    ("a negative amount", post(QUESTION.replace(b":5", b":-5")), 422, "/activity_value"),
    ("an amount of 1e308", post(QUESTION.replace(b":5", b":1e308")), 422, "/activity_value"),
    ("an ambiguous fuel", post(QUESTION.replace(b"DERV", b"coal")), 422, "coal_industrial"),
    ("an unknown fuel", post(QUESTION.replace(b"DERV", b"natrual gas")), 422, "natural_gas"),
    ("an unknown field", post(QUESTION[:-1] + b',"yaer":2025}'), 422, "/yaer"),
    ("an idempotency key of 15 KiB", post(headers=JSON + b"Idempotency-Key: " + b"k" * 15_000 + b"\r\n"), 413, ""),
    # batches
    ("a batch of nothing", post(b"", BATCH, CSV), 422, "empty"),
    ("a batch of an Excel workbook", post(b"PK\x03\x04" + bytes(100), BATCH, CSV), 422, "Excel"),
    ("a batch of UTF-16", post((CSV_HEADER + CSV_ROW).decode().encode("utf-16"), BATCH, CSV), 422, "UTF-16"),
    ("a batch of zeros", post(bytes(100_000), BATCH, CSV), 422, "binary"),
    ("a batch with a wrong column", post(CSV_HEADER.replace(b"year", b"yeer"), BATCH, CSV), 422, 'did you mean "year"'),
    ("a batch with a missing column", post(b"region\nGB\n", BATCH, CSV), 422, "missing column"),
    ("a batch with a header of 2 MiB", post(b"x" * (2 << 20), BATCH, CSV), 422, "header line"),
    ("a batch with a header in Latin-1", post(b"caf\xe9," + CSV_HEADER + b"x," + CSV_ROW, BATCH, CSV), 422, "UTF-8"),
    (
        "a CSV batch for a nested tool",
        post(b"activities\n1\n", b"/v1/tools/calculate_inventory/batch", CSV),
        422,
        "NDJSON",
    ),
    ("a JSON batch that is no JSON", post(b"{", BATCH, JSON), 400, ""),
    ("a JSON batch that is no array", post(QUESTION, BATCH, JSON), 422, "array"),
    ("a JSON batch of 2 MiB", post(b"[" + b" " * (2 << 20) + b"]", BATCH, JSON), 413, "1 MiB"),
    (
        "a batch with a bad chunk",
        b"POST " + BATCH + b" HTTP/1.1\r\nHost: x\r\n" + CSV + CHUNKED + b"\r\nzz\r\n",
        400,
        "chunk",
    ),
]


def test_the_table_is_long_and_its_names_differ() -> None:
    assert len(REQUESTS) >= 60
    assert len({name for name, *_ in REQUESTS}) == len(REQUESTS)


@pytest.mark.parametrize(
    ("request_bytes", "status", "says"), [row[1:] for row in REQUESTS], ids=[row[0] for row in REQUESTS]
)
def test_hostile(server: product.Server, request_bytes: bytes, status: int, says: str) -> None:
    with Wire(server.port) as wire:
        wire.send(request_bytes)
        answer = wire.response()
        assert answer.status == status, answer
        document = check_problem(answer)
        assert says in document["detail"]
        assert len(answer.body) <= 64_000, "a refusal is short"
        if status == 405:
            assert answer.header("allow")
        assert answer.header("connection") == "close" and wire.ended()
    good, result = server.calculate()
    assert good.status == 200 and result["result"]["co2e_kg"] == pytest.approx(12.8541)


def test_after_all_of_them_the_ledger_holds(server: product.Server) -> None:
    done = product.run("ledger", "--ledger", server.process.args[server.process.args.index("--ledger") + 1], "--json")  # type: ignore[union-attr,arg-type,index]
    assert done.code == product.DONE and done.json()["entries"] >= len(REQUESTS) // 2
    assert not [line for line in server.log if '"level":"error"' in line]
