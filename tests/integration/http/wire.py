"""HTTP by hand: bytes out, bytes in, and a reader of responses that forgives nothing."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass, field
from typing import Any

QUESTION = b'{"activity_value":5,"activity_unit":"L","fuel_type":"DERV","region":"GB","year":2025}'
CALCULATE = b"/v1/tools/calculate_emissions"
BATCH = CALCULATE + b"/batch"
JSON = b"Content-Type: application/json\r\n"
CSV = b"Content-Type: text/csv\r\n"
CSV_HEADER = b"fuel_type,region,year,activity_value,activity_unit\n"
CSV_ROW = b"DERV,GB,2025,5,L\n"


@dataclass
class Response:
    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""
    trailers: list[tuple[str, str]] = field(default_factory=list)

    def header(self, name: str) -> str:
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())

    def json(self) -> Any:
        return json.loads(self.body)


def fields_of(block: bytes) -> list[tuple[str, str]]:
    fields = []
    for line in block.split(b"\r\n"):
        if line:
            name, colon, value = line.decode("ascii").partition(": ")
            assert colon and name and name.strip() == name, line
            fields.append((name, value))
    return fields


class Wire:
    """One connection. Everything it reads must be a well-formed response."""

    def __init__(self, port: int, timeout_s: float = 15) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout_s)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._bytes = b""

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, content: bytes) -> bool:
        """False when the server has closed already, which after a refusal it may."""
        try:
            self.socket.sendall(content)
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def _more(self) -> bool:
        try:
            piece = self.socket.recv(1 << 16)
        except ConnectionResetError:
            piece = b""
        self._bytes += piece
        return piece != b""

    def _take(self, size: int) -> bytes:
        while len(self._bytes) < size:
            assert self._more(), f"closed after {len(self._bytes)} of {size} bytes"
        taken, self._bytes = self._bytes[:size], self._bytes[size:]
        return taken

    def _take_to(self, mark: bytes) -> bytes:
        while mark not in self._bytes:
            assert self._more(), f"closed before {mark!r}: {self._bytes[:200]!r}"
        at = self._bytes.index(mark) + len(mark)
        return self._take(at)[: -len(mark)]

    def response(self, to_head: bool = False) -> Response:
        head = self._take_to(b"\r\n\r\n")
        line, _, rest = head.partition(b"\r\n")
        version, status, _ = line.split(b" ", 2)
        assert version == b"HTTP/1.1", line
        answer = Response(int(status), fields_of(rest))
        if to_head or answer.status in (204, 304) or answer.status < 200:
            return answer
        if answer.header("transfer-encoding") == "chunked":
            assert not answer.header("content-length")
            while size := int(self._take_to(b"\r\n"), 16):
                answer.body += self._take(size)
                assert self._take(2) == b"\r\n"
            while line := self._take_to(b"\r\n"):
                answer.trailers += fields_of(line)
        elif answer.header("content-length"):
            answer.body = self._take(int(answer.header("content-length")))
        else:
            while self._more():
                pass
            answer.body, self._bytes = self._bytes, b""
        return answer

    def response_head(self) -> bytes:
        return self._take_to(b"\r\n\r\n")

    def rest(self) -> bytes:
        while self._more():
            pass
        taken, self._bytes = self._bytes, b""
        return taken

    def ended(self) -> bool:
        """The server closes and says nothing more."""
        return not self._bytes and not self._more()


def post(
    body: bytes = QUESTION, path: bytes = CALCULATE, headers: bytes = JSON, method: bytes = b"POST", close: bool = True
) -> bytes:
    ending = b"Connection: close\r\n" if close else b""
    return b"%s %s HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n%s\r\n%s" % (
        method,
        path,
        headers,
        len(body),
        ending,
        body,
    )


def get(path: bytes, method: bytes = b"GET", headers: bytes = b"", close: bool = True) -> bytes:
    ending = b"Connection: close\r\n" if close else b""
    return b"%s %s HTTP/1.1\r\nHost: x\r\n%s%s\r\n" % (method, path, headers, ending)


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end


def check_problem(answer: Response) -> dict[str, Any]:
    """An error is an RFC 9457 problem document that says what is wrong."""
    assert answer.header("content-type") == "application/problem+json", answer
    document = answer.json()
    assert document["status"] == answer.status
    assert isinstance(document["title"], str) and document["title"]
    assert isinstance(document["detail"], str) and len(document["detail"]) > 5
    assert isinstance(document["type"], str) and document["type"]
    return dict(document)
