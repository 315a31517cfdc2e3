"""batch, prove, verify and ledger on good and on partly bad files."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import pathlib
import random
import subprocess
from collections.abc import Callable

import product
import pytest
from conftest import Desk

SAMPLE = product.ROOT / "data/samples/fuel_ledger.csv"
WRONG_ON_PURPOSE = {"R0024", "R0059", "R0092", "R0128", "R0164", "R0199", "R0237", "R0275", "R0312"}
QUESTION = json.dumps(product.QUESTION).encode()
MIXED = (
    product.HEADER
    + product.ROW
    + product.ROW.replace(b",5,", b",-5,")
    + product.ROW.replace(b"DERV", b"coal")
    + product.ROW
)


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


# ---- good files


def test_the_sample_ledger(desk: Desk) -> None:
    done = desk.run("batch", SAMPLE, "-o", "out.csv", "--json")
    report = done.json()
    assert done.code == product.DONE and done.err == ""
    assert (report["rows"], report["failed"], report["ledger_entry"], report["output"]) == (354, 9, "0", "out.csv")
    assert report["input_sha256"] == hashlib.sha256(SAMPLE.read_bytes()).hexdigest()
    assert report["output_sha256"] == hashlib.sha256(desk.read("out.csv")).hexdigest()
    rows = table(desk.read("out.csv"))
    assert {row["record_id"] for row in rows if row["error"]} == WRONG_ON_PURPOSE
    before = table(SAMPLE.read_bytes())
    assert [{name: row[name] for name in before[0]} for row in rows] == before, "the input columns are carried along"
    good = [row for row in rows if not row["error"]]
    assert all(row["co2e_kg"] and row["factor.source"] and row["factor.table"] for row in good)
    assert sum(group["rows"] for group in report["groups"]) == len(good)
    assert sum(group["co2e_kg"] for group in report["groups"]) == pytest.approx(
        sum(float(row["co2e_kg"]) for row in good)
    )
    assert desk.left() == ["out.csv", "out.csv.proof.json"]


def test_the_report_for_people(desk: Desk) -> None:
    done = desk.run("batch", SAMPLE, "-o", "out.csv")
    assert done.out == b""
    assert "354 rows answered, 9 with an error" in done.err and "natural_gas" in done.err
    assert "verify out.csv" in done.err and "\r" not in done.err and "\x1b" not in done.err
    assert desk.run("batch", SAMPLE, "-o", "out.csv", "-q").said == ""


def test_ndjson(desk: Desk) -> None:
    lines = [QUESTION, b'{"activity_value":5', b"[1]", QUESTION[:-1] + b', "year": 2025}', b"", QUESTION]
    done = desk.batch(b"\n".join(lines), "--json", name="in.ndjson", output="out.ndjson")
    assert done.code == product.DONE and (done.json()["rows"], done.json()["failed"]) == (5, 3)
    rows = [json.loads(line) for line in desk.read("out.ndjson").splitlines()]
    assert [sorted(row) for row in rows] == [["input", "output"]] + [["error", "line", "raw"]] * 3 + [
        ["input", "output"]
    ]
    assert [row["line"] for row in rows[1:4]] == [2, 3, 4] and rows[1]["raw"] == lines[1].decode()
    assert "appears twice" in rows[3]["error"][0]["detail"]
    assert rows[0]["output"]["co2e_kg"] == pytest.approx(12.8541) and rows[0] == rows[4]
    assert desk.run("verify", "out.ndjson").code == product.DONE


def test_csv_and_json_give_the_same_numbers(desk: Desk) -> None:
    desk.batch(MIXED)
    row = table(desk.read("out.csv"))[0]
    result = product.run("call", "calculate_emissions", json.dumps(product.QUESTION)).json()["result"]
    for name in ("co2e_kg", "co2_kg", "ch4_kg", "n2o_kg", "biogenic_co2_kg", "emissions_value"):
        assert float(row[name]) == result[name]
    assert (row["factor.id"], row["scope"]) == (result["factor"]["id"], "1")


@pytest.mark.parametrize("format_name", ["csv", "ndjson"])
def test_pipes(desk: Desk, format_name: str) -> None:
    content = MIXED if format_name == "csv" else QUESTION + b"\n[]\n"
    desk.batch(content, name=f"in.{format_name}", output="out")
    done = desk.run("batch", "-", "-o", "-", "--format", format_name, "--json", stdin=content)
    assert done.code == product.DONE
    assert done.out == desk.read("out")
    assert json.loads(done.err)["output_sha256"] == hashlib.sha256(done.out).hexdigest()


def test_a_row_stream_answers_a_reader_that_stops(desk: Desk) -> None:
    command = f"'{product.PROGRAM}' batch - -o - -q --no-ledger | head -n 2; echo \"${{PIPESTATUS[0]}}\""
    content = product.HEADER + product.ROW * 200_000
    done = subprocess.run(
        ["bash", "-c", command], input=content, capture_output=True, check=True, timeout=60, env=product.surroundings()
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 3 and int(lines[2]) == product.UNAVAILABLE
    assert b"Broken pipe" in done.stderr


def test_the_same_bytes_whatever_the_workers(desk: Desk, big_csv: Callable[[int], pathlib.Path]) -> None:
    content = (
        big_csv(30_000).read_bytes()
        + b'"odd\n"\n'
        + b"x" * 1_200_000
        + b"\n"
        + MIXED[len(product.HEADER) :] * 5000
        + b'"never closed,' * 3
    )
    desk.write("in.csv", content)
    reports, outputs = [], []
    for workers in ("1", "2", "5"):
        done = desk.run("batch", "in.csv", "-o", "out.csv", "--workers", workers, "--json")
        assert done.code == product.DONE
        reports.append({name: value for name, value in done.json().items() if name != "ledger_entry"})
        outputs.append(desk.read("out.csv"))
        assert desk.run("verify", "out.csv").code == product.DONE
    assert outputs[0] == outputs[1] == outputs[2]
    assert reports[0] == reports[1] == reports[2]


def test_memory_is_bounded_for_a_million_rows(desk: Desk, big_csv: Callable[[int], pathlib.Path]) -> None:
    process = product.start(
        "batch",
        big_csv(1_000_000),
        "-o",
        "out.csv",
        "--json",
        cwd=desk.folder,
        stdout=subprocess.PIPE,
        env=product.surroundings(GREENLANG_LEDGER=str(desk.ledger)),
    )
    assert process.stdout is not None
    report = json.loads(process.stdout.read())
    process.stdout.close()
    rss_kib = product.wait_rss_kib(process)
    assert process.returncode == product.DONE and (report["rows"], report["failed"]) == (1_000_000, 0)
    assert rss_kib <= 200 * 1024


def test_an_existing_output_is_replaced_whole(desk: Desk) -> None:
    desk.write("out.csv", b"old\n" * 100_000)
    assert desk.batch(MIXED).code == product.DONE
    assert len(desk.rows("out.csv")) == 4
    assert desk.run("verify", "out.csv").code == product.DONE


def test_every_other_tool_takes_rows_too(desk: Desk) -> None:
    done = desk.batch(b"value,from_unit,to_unit\n1,therm,kWh\n1,therm,furlong\n", "--tool", "convert_units", "--json")
    assert (done.json()["rows"], done.json()["failed"]) == (2, 1)
    done = desk.batch(b"fuel_type,region,year\nDERV,GB,2025\nx,GB,2025\n", "--tool", "lookup_emission_factor", "--json")
    assert (done.json()["rows"], done.json()["failed"]) == (2, 1)
    inventory = json.dumps({"activities": [product.QUESTION]}).encode()
    done = desk.batch(inventory + b"\n{}\n", "--tool", "calculate_inventory", "--json", name="in.ndjson")
    assert (done.json()["rows"], done.json()["failed"]) == (2, 1)
    assert desk.run("verify", "out.csv").code == product.DONE
    nested = desk.batch(MIXED, "--tool", "calculate_inventory")
    assert nested.code == product.INVALID and "NDJSON" in nested.err
    unknown = desk.batch(MIXED, "--tool", "calculate_emission")
    assert unknown.code == product.NOT_FOUND and '"calculate_emissions"' in unknown.err


def test_errors_as_json(desk: Desk) -> None:
    done = desk.run("batch", "nothing.csv", "-o", "out.csv", "--json")
    problem = done.json()
    assert done.code == product.NOT_FOUND and problem["status"] == 404 and "nothing.csv" in problem["detail"]
    done = desk.run("verify", "nothing.csv", "--json")
    assert done.code == product.NOT_FOUND and done.json()["title"]
    done = desk.run("ledger", "--json", "--ledger", "nowhere")
    assert done.code == product.NOT_FOUND and done.json()["title"]


# ---- proofs


def test_each_row_is_proved_alone(desk: Desk) -> None:
    desk.batch(MIXED)
    for number in range(1, 5):
        proof = f"row{number}.json"
        assert desk.run("prove", "out.csv", "--row", str(number), "-o", proof).code == product.DONE
        done = desk.run("verify", proof)
        assert done.code == product.DONE, done.said
        assert f"row {number} of 4" in done.text and "the same row" in done.text
        row = json.loads(desk.read(proof))
        text = json.dumps(row)
        assert ("must be at least 0" in text) == (number == 2) and ("ambiguous" in text) == (number == 3)
    missing = desk.run("prove", "out.csv", "--row", "5")
    assert missing.code == product.NOT_FOUND and "has 4 rows" in missing.err
    to_pipe = desk.run("prove", "out.csv", "--row", "2")
    assert to_pipe.out == desk.read("row2.json")


def test_a_row_of_another_batch_is_refused(desk: Desk) -> None:
    desk.batch(MIXED)
    desk.run("prove", "out.csv", "--row", "1", "-o", "row.json")
    proof = json.loads(desk.read("row.json"))
    changed = json.dumps(proof, separators=(",", ":"), sort_keys=True).replace("GB,2025,5,L", "GB,2025,4,L", 1)
    desk.write("row.json", changed.encode())
    done = desk.run("verify", "row.json")
    assert done.code == product.CORRUPT
    assert "FAILED  the row is in the batch" in done.text


def swap_rows(content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    lines[1], lines[2] = lines[2], lines[1]
    return b"".join(lines)


def drop_row(content: bytes) -> bytes:
    return b"".join(content.splitlines(keepends=True)[:-1])


HASH, ROOT, AGAIN, FILE = (
    "SHA-256 of the output file",
    "Merkle root over its rows",
    "every row calculated again",
    "the output file",
)


@pytest.mark.parametrize(
    ("change", "failed"),
    [
        (lambda content: content.replace(b"12.8541", b"12.8542", 1), {HASH, ROOT, AGAIN}),
        (lambda content: content.replace(b"GB,2025,5,L", b"GB,2025,6,L", 1), {HASH, ROOT, AGAIN}),
        (lambda content: content.replace(b"it is -5", b"it is -6"), {HASH, ROOT, AGAIN}),
        (swap_rows, {HASH, ROOT}),
        (drop_row, {HASH, ROOT}),
        (lambda content: content + content.splitlines(keepends=True)[1], {HASH, ROOT}),
        (lambda content: content[: len(content) // 2], {HASH, ROOT, AGAIN}),
        (lambda content: content[:-1], {HASH}),
        (lambda content: content.replace(b"\n", b"\r\n"), {HASH, ROOT, AGAIN}),
        (lambda content: content.replace(b"co2e_kg", b"co2e_Kg", 1), {FILE}),
        (lambda content: content[:10], {FILE}),
        (lambda _: b"", {FILE}),
        (lambda _: b"PK\x03\x04", {FILE}),
    ],
    ids=[
        "number",
        "input",
        "error text",
        "swapped",
        "dropped",
        "appended",
        "truncated",
        "last newline",
        "CRLF",
        "header",
        "cut header",
        "empty",
        "zip",
    ],
)
def test_a_changed_output_fails_by_check(desk: Desk, change: Callable[[bytes], bytes], failed: set[str]) -> None:
    desk.batch(MIXED)
    content = change(desk.read("out.csv"))
    assert content != desk.read("out.csv")
    desk.write("out.csv", content)
    done = desk.run("verify", "out.csv", "--json")
    assert done.code == product.CORRUPT
    answer = done.json()
    assert answer["verified"] is False
    found = {check["what"] for check in answer["checks"] if check["state"] == "failed"}
    assert found == failed
    people = desk.run("verify", "out.csv")
    assert people.code == product.CORRUPT and people.text.endswith("NOT verified\n")
    assert all(f"FAILED  {what}" in people.text for what in failed)
    if failed != {HASH}:
        proved = desk.run("prove", "out.csv", "--row", "1")
        assert proved.code in (product.CORRUPT, product.INVALID) and proved.out == b""


def test_no_byte_of_an_output_or_a_proof_can_change(desk: Desk) -> None:
    desk.batch(MIXED)
    chosen = random.Random(20250101)
    for name in ("out.csv", "out.csv.proof.json"):
        good = desk.read(name)
        for offset in sorted(chosen.sample(range(len(good)), 60)):
            bad = bytearray(good)
            bad[offset] ^= 1 << chosen.randrange(7)
            desk.write(name, bytes(bad))
            done = desk.run("verify", "out.csv")
            if name == "out.csv":
                expected: tuple[int, ...] = (product.CORRUPT,)
            else:  # a proof may also be unreadable, or name another ledger's key
                expected = (product.CORRUPT, product.INVALID)
            assert done.code in expected, f"{name} at {offset}: {done.said}"
            assert "FAILED" in done.text or "error:" in done.err
        desk.write(name, good)
    assert desk.run("verify", "out.csv").code == product.DONE


def test_a_proof_of_another_output(desk: Desk) -> None:
    desk.batch(MIXED)
    desk.batch(MIXED + product.ROW, output="other.csv")
    done = desk.run("verify", "out.csv", "--proof", "other.csv.proof.json")
    assert done.code == product.CORRUPT
    answer = desk.run("call", "calculate_emissions", json.dumps(product.QUESTION), "--record")
    desk.write("answer.json", answer.out)
    done = desk.run("verify", "out.csv", "--proof", "answer.json")
    assert done.code == product.CORRUPT and "of a single answer" in done.text


def test_the_key_of_another_ledger(desk: Desk) -> None:
    desk.batch(MIXED)
    other = desk.run("batch", "in.csv", "-o", "other.csv", "--ledger", "other")
    assert other.code == product.DONE
    key = desk.run("ledger", "--ledger", "other", "--json").json()["key"]
    done = desk.run("verify", "out.csv", "--key", key)
    assert done.code == product.CORRUPT and "FAILED  the key is the log's" in done.text
    assert desk.run("verify", "other.csv", "--key", key).code == product.DONE


def test_proofs_stay_good_as_the_ledger_grows(desk: Desk) -> None:
    for number in range(5):
        desk.batch(MIXED + product.ROW * number, output=f"out{number}.csv")
    for number in range(5):
        done = desk.run("verify", f"out{number}.csv")
        assert done.code == product.DONE and f"entry {number} of {number + 1}" in done.text
    audit = desk.run("ledger").text
    assert "5 entries" in audit and "key     greenlang.local/fuel-analyzer+" in audit


def test_without_a_ledger_nothing_is_kept(desk: Desk) -> None:
    done = desk.batch(MIXED, "--no-ledger", "--json")
    assert done.json()["ledger_entry"] is None
    assert desk.left() == ["in.csv", "out.csv"] and not desk.ledger.exists()
    missing = desk.run("verify", "out.csv")
    assert missing.code == product.NOT_FOUND and "out.csv.proof.json" in missing.err


# ---- where the output goes


def test_an_output_folder_that_is_missing(desk: Desk) -> None:
    done = desk.batch(MIXED, output="nowhere/out.csv")
    assert done.code == product.NOT_FOUND and "nowhere" in done.err
    assert desk.left() == ["in.csv"]


def test_an_output_that_is_a_folder(desk: Desk) -> None:
    (desk.folder / "out").mkdir()
    done = desk.batch(MIXED, output="out")
    assert done.code == product.INVALID and "directory" in done.err
    assert desk.left() == ["in.csv", "out"], "nothing is left, above all no proof of an output that is not there"
    assert not desk.ledger.exists() or desk.run("ledger", "--json").json()["entries"] == 0


def test_an_output_that_is_a_pipe_is_not_replaced_by_a_file(desk: Desk) -> None:
    """The same as -o /dev/null or /dev/stdout, which a program of root must not turn into files."""
    os.mkfifo(desk.folder / "pipe")
    reader = os.open(desk.folder / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        desk.batch(MIXED, output="pipe")
        assert (desk.folder / "pipe").is_fifo()
    finally:
        os.close(reader)


def test_the_input_is_never_the_output(desk: Desk) -> None:
    done = desk.batch(MIXED, output="in.csv")
    assert desk.read("in.csv") == MIXED, "the input is lost"
    assert done.code in (product.INVALID, product.CONFLICT)


def test_a_link_as_output_stays_a_link(desk: Desk) -> None:
    (desk.folder / "real.csv").write_bytes(b"old")
    (desk.folder / "link.csv").symlink_to("real.csv")
    assert desk.batch(MIXED, output="link.csv").code == product.DONE
    assert (desk.folder / "link.csv").is_symlink()
    assert desk.read("real.csv").startswith(b"fuel_type,")


# ---- the ledger


def test_one_ledger_has_one_writer(desk: Desk) -> None:
    with product.serving(desk.ledger) as server:
        done = desk.batch(MIXED)
        assert done.code == product.UNAVAILABLE
        assert f"process {server.process.pid}" in done.err and "ledger.lock" in done.err
        assert desk.left() == ["in.csv"]
        second = desk.run("serve", "--port", "0", "--metrics-port", "-1")
        assert second.code == product.UNAVAILABLE and f"process {server.process.pid}" in second.err
        call = desk.run("call", "calculate_emissions", json.dumps(product.QUESTION), "--record")
        assert call.code == product.UNAVAILABLE
        server.calculate()
        assert desk.run("ledger", "--json").json()["entries"] == 1, "reading goes on meanwhile"
    assert desk.batch(MIXED).code == product.DONE


def test_a_ledger_that_cannot_be_made(desk: Desk) -> None:
    desk.write("file", b"")
    done = desk.batch(MIXED, "--ledger", "file/ledger")
    assert done.code == product.UNAVAILABLE and "file/ledger" in done.err
    assert desk.left() == ["file", "in.csv"]


def test_key_and_ledger_belong_together(desk: Desk) -> None:
    desk.batch(MIXED)
    key = desk.ledger / "ledger.key"
    kept = key.read_bytes()
    key.unlink()
    done = desk.batch(MIXED, output="second.csv")
    assert done.code == product.CORRUPT and "key is missing" in done.err
    key.write_bytes(kept)
    (desk.ledger / "ledger.db").rename(desk.folder / "kept.db")
    done = desk.batch(MIXED, output="second.csv")
    assert done.code == product.CORRUPT and "key but no ledger" in done.err
    assert "second.csv" not in desk.left()
