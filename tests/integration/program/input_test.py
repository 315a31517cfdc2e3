"""Files as they come: odd encodings, odd columns, odd rows, and things that are no files of rows at all."""

from __future__ import annotations

import csv
import io
import json
import os
import pathlib
import random
import shutil
import socket
import stat
import subprocess
import tempfile
import zipfile

import product
import pytest
from conftest import Desk

HEADER, ROW = product.HEADER, product.ROW
csv.field_size_limit(1 << 30)


def errors_of(content: bytes) -> list[str]:
    return [row[-1] for row in csv.reader(io.StringIO(content.decode(), newline=""))][1:]


# ---- what is no file of rows


def workbook() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return buffer.getvalue()


TEXT = (HEADER + ROW).decode()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\n\n\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (TEXT.encode("utf-16"), "UTF-16"),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), "UTF-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "UTF-16"),
        (TEXT.encode("utf-16-le"), "binary"),
        (workbook(), "Excel"),
        (b"\x7fELF\x02\x01\x01\0" + bytes(200), "binary"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", ""),
        (random.Random(1).randbytes(100_000), ""),
        (b"x" * (2 << 20), "header line is longer"),
        (TEXT.replace(",", ";").encode(), "missing column"),
        (TEXT.replace(",", "\t").encode(), "missing column"),
        (b'"never closed\n' + ROW, "never closed"),
    ],
    ids=[
        "empty",
        "blank lines",
        "only a mark",
        "UTF-16",
        "UTF-16LE",
        "UTF-16BE",
        "UTF-16 without mark",
        "xlsx",
        "ELF",
        "PNG",
        "noise",
        "long header",
        "semicolons",
        "tabs",
        "quote",
    ],
)
def test_no_rows_at_all(desk: Desk, content: bytes, says: str) -> None:
    for done in (desk.batch(content), desk.run("batch", "-", "-o", "out.csv", stdin=content)):
        assert done.code == product.INVALID, done.said
        assert says in done.err and len(done.err) < 1000
        assert ("in.csv" in done.err) or ("standard input" in done.err)
    assert desk.left() == ["in.csv"]
    assert not desk.ledger.exists() or desk.run("ledger", "--json").json()["entries"] == 0


def test_only_a_header_is_a_batch_of_no_rows(desk: Desk) -> None:
    for content in (HEADER, HEADER.rstrip()):
        assert desk.batch(content, "--json").json()["rows"] == 0
        assert len(desk.read("out.csv").splitlines()) == 1
        assert desk.run("verify", "out.csv").code == product.DONE


def test_a_missing_file_a_folder_and_an_unreadable_one(desk: Desk) -> None:
    done = desk.run("batch", "nothing.csv", "-o", "out.csv")
    assert done.code == product.NOT_FOUND and "nothing.csv: cannot be opened: No such file" in done.err
    (desk.folder / "folder").mkdir()
    done = desk.run("batch", "folder", "-o", "out.csv")
    assert done.code == product.INVALID and "is a directory" in done.err
    done = desk.run("batch", "/proc/self/mem", "-o", "out.csv")
    assert done.code == product.UNAVAILABLE and "Input/output error" in done.err
    assert desk.left() == ["folder"]


def test_a_file_without_permission() -> None:
    # Root may read everything, so this runs as nobody then, with a copy of the program that nobody may run.
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o777)
        program = folder / "fuel-analyzer"
        shutil.copy(product.PROGRAM, program)
        program.chmod(0o755)
        secret = folder / "secret.csv"
        secret.write_bytes(HEADER + ROW)
        secret.chmod(0)
        identity = (
            {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 and product.can_be_nobody() else {}
        )
        done = subprocess.run(
            [program, "batch", secret, "-o", folder / "out.csv", "--no-ledger"],
            capture_output=True,
            check=False,
            **identity,  # type: ignore[call-overload]
        )
        assert done.returncode == product.INVALID and b"secret.csv: cannot be opened: Permission denied" in done.stderr
        assert not (folder / "out.csv").exists()


# ---- columns


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (HEADER.replace(b",activity_unit", b""), 'missing column "activity_unit"'),
        (b"site,comment\n", '"activity_value"'),
        (HEADER.replace(b"region", b"fuel_type"), '"fuel_type" appears twice'),
        (HEADER.replace(b"year", b"site,site,year"), '"site" appears twice'),
        (HEADER.replace(b"fuel_type", b"fuel_typ"), 'did you mean "fuel_type"'),
        (HEADER.replace(b"fuel_type", b"Fuel Type"), 'did you mean "fuel_type"'),
        (HEADER.replace(b"activity_unit", b"activity_units"), 'did you mean "activity_unit"'),
        (HEADER.replace(b"year", b"year,gwpset"), 'did you mean "gwp_set"'),
        (HEADER.replace(b"year", b"year,error"), '"error"'),
        (HEADER.replace(b"year", b"year,co2e_kg"), '"co2e_kg"'),
        (HEADER.replace(b"year", b"year,"), "column 4 has no name"),
    ],
)
def test_a_wrong_header_is_refused_by_name(desk: Desk, header: bytes, says: str) -> None:
    done = desk.batch(header + ROW)
    assert done.code == product.INVALID, done.said
    assert says in done.err
    assert desk.left() == ["in.csv"]


def test_a_header_in_another_encoding_is_refused(desk: Desk) -> None:
    """It would stand in the ledger's entry and in the proof, which are JSON and so UTF-8."""
    done = desk.batch(b"remark\xe9," + HEADER + b"x," + ROW)
    assert done.code == product.INVALID, (
        "and if it is taken, verify cannot even read the proof: " + desk.run("verify", "out.csv").said
    )
    assert "UTF-8" in done.err and desk.left() == ["in.csv"]


def test_an_output_is_no_input(desk: Desk) -> None:
    desk.batch(HEADER + ROW)
    done = desk.run("batch", "out.csv", "-o", "again.csv")
    assert done.code == product.INVALID and "is this an output file?" in done.err


def test_columns_in_any_order_and_strange_ones_carried_along(desk: Desk) -> None:
    desk.batch(b'"a ""b""",activity_unit,year,\xe2\x82\xac,activity_value,region,fuel_type\n"x,y",L,2025,,5,GB,DERV\n')
    rows = list(csv.DictReader(io.StringIO(desk.read("out.csv").decode())))
    assert rows[0]['a "b"'] == "x,y" and rows[0]["co2e_kg"] == "12.8541" and "€" in rows[0]


# ---- rows


def test_byte_order_mark_crlf_and_quoted_newlines(desk: Desk) -> None:
    content = (
        b"\xef\xbb\xbfremark," + HEADER + b'"two\nlines",' + ROW + b'"a ""b"", c\r\nd",' + ROW + b"," + ROW.rstrip()
    )
    for variant in (content, content.replace(b"\n", b"\r\n").replace(b"\r\r\n", b"\r\n")):
        done = desk.batch(variant, "--json")
        assert (done.json()["rows"], done.json()["failed"]) == (3, 0)
        rows = list(csv.DictReader(io.StringIO(desk.read("out.csv").decode(), newline="")))
        assert [row["remark"].replace("\r", "") for row in rows] == ["two\nlines", 'a "b", c\nd', ""]
        assert {row["co2e_kg"] for row in rows} == {"12.8541"}
        assert desk.run("verify", "out.csv").code == product.DONE
        for number in ("1", "2", "3"):
            desk.run("prove", "out.csv", "--row", number, "-o", "row.json")
            assert desk.run("verify", "row.json").code == product.DONE


@pytest.mark.parametrize(
    ("amount", "says"),
    [
        ("NaN", "must be a number"),
        ("nan", "must be a number"),
        ("inf", "must be a number"),
        ("-inf", "must be a number"),
        ("Infinity", "must be a number"),
        ("-5", "must be at least 0"),
        ("-1e-9", "must be at least 0"),
        ("1e400", "must be a number"),
        ("-1e400", "must be a number"),
        ("1e308", "must be at most"),
        ("1e-400", "must be a number"),
        ("0x10", "must be a number"),
        ("1_000", "must be a number"),
        ('"1,000"', "must be a number"),
        ("1 000", "must be a number"),
        ("1.2.3", "must be a number"),
        ("12,5oo", "cells"),
        ("٣", "must be a number"),
        ("", "is required"),
        ("9" * 400, "must be a number"),
        ("5e", "must be a number"),
        ("five", "must be a number"),
    ],
)
def test_amounts_that_are_none(desk: Desk, amount: str, says: str) -> None:
    done = desk.batch(HEADER + ROW + ROW.replace(b"5,L", f"{amount},L".encode()) + ROW, "--json")
    assert (done.json()["rows"], done.json()["failed"]) == (3, 1)
    errors = errors_of(desk.read("out.csv"))
    assert errors[0] == errors[2] == ""
    assert errors[1].startswith("line 3: ") and says in errors[1]
    assert desk.run("verify", "out.csv").code == product.DONE


@pytest.mark.parametrize(
    "amount", ["0", "-0", "5.", ".5", "+5", "1e3", "1E-3", "0.1", "123456789.123456789", "1e18", "4.9e-324"]
)
def test_amounts_that_are_some(desk: Desk, amount: str) -> None:
    done = desk.batch(HEADER + ROW.replace(b"5,L", f"{amount},L".encode()), "--json")
    assert done.json()["failed"] == 0
    row = next(csv.DictReader(io.StringIO(desk.read("out.csv").decode())))
    assert float(row["co2e_kg"]) == pytest.approx(float(amount) * 2.57082, rel=1e-12)
    assert desk.run("verify", "out.csv").code == product.DONE


def test_bad_rows_keep_their_place_and_line(desk: Desk) -> None:
    rows = {
        "few,1\n": "has 2 cells; the header has 6",
        "many,DERV,GB,2025,5,L,7,8\n": "has 8 cells",
        'x"y,DERV,GB,2025,5,L\n': "a quote inside",
        '"x"y,DERV,GB,2025,5,L\n': "text after a closing quote",
        "caf\udce9,DERV,GB,2025,5,L\n": "not UTF-8",
        "\udcff\udcfe\udc80,DERV,GB,2025,5,L\n": "not UTF-8",
        "x,DERV,GB,2025,5,\udce9\n": "not UTF-8",
        "x,coal,GB,2025,5,L\n": "ambiguous",
        "x,natrual gas,GB,2025,5,m3\n": "natural_gas",
        "x,DERV,GB,2025,5,furlong\n": "unknown unit",
        "x,DERV,ZZ,2025,5,L\n": "/region",
        "x,DERV,GB,1919,5,L\n": "/year",
        "x,DERV,GB,20x5,5,L\n": "/year",
    }
    good = "x," + ROW.decode()
    content = "remark," + HEADER.decode() + "".join(row + good for row in rows)
    done = desk.batch(content.encode(errors="surrogateescape"), "--json")
    assert (done.json()["rows"], done.json()["failed"]) == (2 * len(rows), len(rows))
    errors = errors_of(desk.read("out.csv"))
    for number, says in enumerate(rows.values()):
        assert errors[2 * number].startswith(f"line {2 * number + 2}: ") and says in errors[2 * number]
        assert errors[2 * number + 1] == ""
    assert desk.run("verify", "out.csv").code == product.DONE


def test_a_quote_that_is_never_closed_loses_one_line(desk: Desk) -> None:
    done = desk.batch(HEADER + b'"' + ROW * 100_000, "--json")
    assert (done.json()["rows"], done.json()["failed"]) == (100_000, 1)
    assert "line 2: malformed row: a quoted cell is never closed" in errors_of(desk.read("out.csv"))[0]
    assert desk.run("verify", "out.csv").code == product.DONE


def test_a_zero_byte_in_a_row_gives_an_output_that_verifies(desk: Desk) -> None:
    # The blank lines are dropped, which moves the byte to where a binary file would have one.
    done = desk.batch(b"remark," + HEADER + b"\n" * 5000 + b"a\0b," + ROW)
    if done.code == product.INVALID:
        return  # refused by name is as good
    assert done.code == product.DONE
    verified = desk.run("verify", "out.csv")
    assert verified.code == product.DONE, verified.text


def test_a_lone_carriage_return_cannot_make_a_row_for_others(desk: Desk) -> None:
    """Other readers of CSV end a row there: they would see an answer that nobody calculated."""
    desk.batch(b"remark," + HEADER + b"x\rDERV;GB;2025;9999;L;1," + ROW)
    rows = list(csv.reader(io.StringIO(desk.read("out.csv").decode(), newline="")))
    assert len(rows) == 2
    assert len({len(row) for row in rows}) == 1


@pytest.mark.parametrize(
    "cell",
    [
        b'"x,line 9"',
        b'"x,line 9: y"',
        b'"line 9: x"',
        b'"x,""line 9: y"',
        b'"x,line 3: malformed row: y"',
        b'"x,line 99999999999999999999: y"',
        b'"x\n,line 5: y"',
    ],
)
def test_a_cell_that_looks_like_an_error_does_not_confuse_verify(desk: Desk, cell: bytes) -> None:
    for row in (ROW.replace(b"DERV", cell), ROW.replace(b"5,L", b"5," + cell), ROW.replace(b"5,L", cell + b",L")):
        desk.batch(HEADER + ROW + row + ROW)
        assert errors_of(desk.read("out.csv"))[1].startswith("line 3: ")
        done = desk.run("verify", "out.csv")
        assert done.code == product.DONE, done.text
        assert "3 rows give the same bytes" in done.text
        desk.run("prove", "out.csv", "--row", "2", "-o", "row.json")
        done = desk.run("verify", "row.json")
        assert done.code == product.DONE and "the same row" in done.text


@pytest.mark.parametrize("remark", [b'"a,line 7: malformed row: "', b'"a,""line 7: malformed row: """'])
def test_no_remark_keeps_verify_from_calculating_a_row_again(desk: Desk, remark: bytes) -> None:
    """Else whoever records a batch could put any number beside such a remark."""
    desk.batch(b"remark," + HEADER + remark + b"," + ROW)
    done = desk.run("verify", "out.csv")
    assert done.code == product.DONE and "1 rows give the same bytes" in done.text and "malformed" not in done.text


def mangled(chosen: random.Random, rows: int) -> bytes:
    """Rows with random bytes of CSV's grammar put into them."""
    pieces = [
        b'"',
        b'""',
        b",",
        b"\n",
        b"\r\n",
        b" ",
        b"a",
        "é".encode(),
        b"\xff",
        b"9",
        b"-",
        b"e",
        b"\t",
        b"\xe2\x82",
        b"\\",
    ]
    out = bytearray(b"remark," + HEADER)
    for _ in range(rows):
        row = bytearray(b"x," + ROW.rstrip())
        for _ in range(chosen.choice((0, 0, 1, 2, 4))):
            at = chosen.randint(0, len(row))
            row[at : at + chosen.randint(0, 1)] = chosen.choice(pieces)
        out += row + chosen.choice((b"\n", b"\r\n"))
    return bytes(out)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_rows_the_output_verifies_and_others_can_read_it(desk: Desk, seed: int) -> None:
    content = mangled(random.Random(seed), 2000)
    done = desk.batch(content, "--json")
    assert done.code == product.DONE
    verified = desk.run("verify", "out.csv")
    assert verified.code == product.DONE, verified.said
    rows = list(csv.reader(io.StringIO(desk.read("out.csv").decode(), newline=""), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows) - 1 == done.json()["rows"]
    assert sum(row[-1] != "" for row in rows[1:]) == done.json()["failed"]


# ---- very long lines


@pytest.mark.parametrize("format_name", ["csv", "ndjson"])
def test_a_line_of_a_gigabyte(desk: Desk, format_name: str) -> None:
    process = product.start(
        "batch",
        "-",
        "-o",
        "out",
        "--format",
        format_name,
        "--json",
        cwd=desk.folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=product.surroundings(GREENLANG_LEDGER=str(desk.ledger)),
    )
    assert process.stdin is not None and process.stdout is not None
    good = (
        ROW
        if format_name == "csv"
        else b'{"activity_value":5,"activity_unit":"L","fuel_type":"DERV","region":"GB","year":2025}\n'
    )
    block = b"x" * (1 << 20)
    process.stdin.write((HEADER if format_name == "csv" else b"") + good)
    for _ in range(1024):
        process.stdin.write(block)
    process.stdin.write(b"\n" + good * 3)
    process.stdin.close()
    report = json.loads(process.stdout.read())
    process.stdout.close()
    rss_kib = product.wait_rss_kib(process)
    assert process.returncode == product.DONE
    assert (report["rows"], report["failed"]) == (5, 1)
    assert rss_kib <= 200 * 1024
    rows = desk.read("out").splitlines()
    assert sum(b"12.8541" in row for row in rows) == 4 and sum(b"longer than 524288 bytes" in row for row in rows) == 1
    assert desk.run("verify", "out").code == product.DONE


def test_rows_about_the_limit(desk: Desk) -> None:
    limit = 512 * 1024
    widths = [limit - 100, limit - len(ROW), limit - len(ROW) + 1, limit, 2 * limit, 2 * limit + 1, 3 * limit]
    content = b"remark," + HEADER + b"".join(b"x" * width + b"," + ROW + b"x," + ROW for width in widths)
    done = desk.batch(content, "--json")
    errors = errors_of(desk.read("out.csv"))
    assert [bool(error) for error in errors[::2]] == [False, False] + [True] * 5
    assert not any(errors[1::2]) and done.json()["failed"] == 5
    assert desk.run("verify", "out.csv").code == product.DONE


def test_ndjson_rows_about_the_limit(desk: Desk) -> None:
    limit = 512 * 1024
    widths = [980, 992, 993, 1000, 1001, limit - 8, limit - 7, limit, 2 * limit - 8, 2 * limit, 3 * limit]
    done = desk.batch(
        b"".join(b'{"a":"' + b"x" * width + b'"}\n[]\n' for width in widths),
        "--json",
        name="in.ndjson",
        output="out.ndjson",
    )
    assert (done.json()["rows"], done.json()["failed"]) == (2 * len(widths), 2 * len(widths))
    rows = [json.loads(line) for line in desk.read("out.ndjson").splitlines()]
    assert [row["line"] for row in rows] == list(range(1, 2 * len(widths) + 1))
    verified = desk.run("verify", "out.ndjson")
    assert verified.code == product.DONE, verified.text


def test_a_socket_as_input_is_an_error_not_a_hang(desk: Desk) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        os.chdir(desk.folder)
        listening.bind("socket")
        done = desk.run("batch", "socket", "-o", "out.csv", timeout_s=20)
    assert done.code in (product.NOT_FOUND, product.INVALID, product.UNAVAILABLE) and "socket" in done.err
    assert stat.S_ISSOCK((desk.folder / "socket").stat().st_mode)
