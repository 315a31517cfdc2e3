"""--factors: a company's own factors, and files that are not."""

from __future__ import annotations

import hashlib
import json

import product
import pytest
from conftest import Desk

SAMPLES = product.ROOT / "data/samples"
OWN = SAMPLES / "company_factors.csv"
ELECTRICITY = json.dumps(
    {"activity_value": 100, "activity_unit": "kWh", "fuel_type": "electricity", "region": "GB", "year": 2025}
)


def test_an_own_factor_is_used_and_named() -> None:
    published = product.run("call", "calculate_emissions", ELECTRICITY).json()["result"]
    own = product.run("--factors", OWN, "call", "calculate_emissions", ELECTRICITY).json()["result"]
    assert own["co2e_kg"] == pytest.approx(4.12, rel=1e-12)
    assert own["factor"]["id"].startswith("own/") and own["factor"]["source"].startswith("own factor: Supplier B")
    assert own["co2e_kg"] != published["co2e_kg"] and "own" not in published["factor"]["source"]


def test_the_option_stands_before_or_after_the_command() -> None:
    before = product.run("--factors", OWN, "call", "calculate_emissions", ELECTRICITY)
    after = product.run("call", "calculate_emissions", ELECTRICITY, "--factors", OWN)
    assert before.out == after.out and before.code == product.DONE


def test_the_data_version_names_the_file() -> None:
    assert (
        product.run("--factors", OWN, "--version")
        .text.strip()
        .endswith("+own:" + hashlib.sha256(OWN.read_bytes()).hexdigest())
    )


def test_a_batch_with_own_factors_is_verified_with_them(desk: Desk) -> None:
    done = desk.run("--factors", OWN, "batch", SAMPLES / "fuel_ledger.csv", "-o", "out.csv", "--json")
    assert done.code == product.DONE and done.json()["failed"] == 9
    assert b"own factor: Supplier B" in desk.read("out.csv")
    with_them = desk.run("--factors", OWN, "verify", "out.csv")
    assert with_them.code == product.DONE and "354 rows give the same bytes" in with_them.text
    without = desk.run("verify", "out.csv")
    assert without.code == product.DONE and "+own:" in without.text and "calculated again" in without.text


def test_a_byte_order_mark_and_crlf_are_no_error(desk: Desk) -> None:
    desk.write("own.csv", b"\xef\xbb\xbf" + OWN.read_bytes().replace(b"\n", b"\r\n"))
    done = desk.run("--factors", "own.csv", "call", "calculate_emissions", ELECTRICITY)
    assert done.json()["result"]["co2e_kg"] == pytest.approx(4.12)


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("0.04120", "abc", "own.csv:2: co2e"),
        ("0.04120", "-1", "own.csv:2: co2e"),
        ("0.04120", "nan", "own.csv:2: co2e"),
        ("0.04120", "inf", "own.csv:2: co2e"),
        ("0.04120", "1e400", "own.csv:2: co2e"),
        ("0.04120", "", "own.csv:2: has neither"),
        ("2,kWh", "2,furlong", 'own.csv:2: unknown per_unit "furlong"'),
        ("electricity,GB", "electricity,ZZ", 'own.csv:2: unknown region "ZZ"'),
        ("electricity,GB", ",GB", "own.csv:2: fuel is empty"),
        ("AR5GWP100", "AR9", "own.csv:2: gwp_set"),
        ("2025,2,", "2025,7,", "own.csv:2: scope"),
        ("GB,2025,2", "GB,20x5,2", "own.csv:2: year"),
        ("2025-12-31", "2025-12-31,more", "own.csv:2: has 15 cells"),
        (",co2e,", ",co3e,", '"co2e" is missing'),
        ("heat_and_steam_district,GB,2025,2,kWh,,,,,0.12150", "electricity,GB,2025,2,kWh,,,,,0.1", "already"),
        ("2025-12-31", "2025-13-45", "own.csv:2: valid_to"),
        ("2025-12-31", "soon", "own.csv:2: valid_to"),
        ("2025-12-31", "2024-12-31", "own.csv:2: valid_to"),
        ("2025-01-01", "2025-02-30", "own.csv:2: valid_from"),
    ],
)
def test_a_broken_file_is_refused_by_line(desk: Desk, old: str, new: str, names: str) -> None:
    text = OWN.read_text()
    assert old in text
    desk.write("own.csv", text.replace(old, new, 1).encode())
    done = desk.run("--factors", "own.csv", "call", "calculate_emissions", ELECTRICITY)
    assert done.code == product.INVALID, done.said
    assert names in done.err


@pytest.mark.parametrize(
    ("content", "code", "names"),
    [
        (b"", product.INVALID, "is empty"),
        (b"\xff\xfef\0u\0", product.INVALID, "UTF-8"),
        (b"PK\x03\x04" + bytes(100), product.INVALID, ""),
        (b"fuel;region;year\n", product.INVALID, '"fuel" is missing'),
        (bytes(17 << 20), product.TOO_LARGE, "16777216"),
        (None, product.NOT_FOUND, "No such file"),
    ],
    ids=["empty", "UTF-16", "zip", "semicolons", "17 MiB", "missing"],
)
def test_what_is_no_factor_file(desk: Desk, content: bytes | None, code: int, names: str) -> None:
    if content is not None:
        desk.write("own.csv", content)
    for command in (["tools"], ["call", "calculate_emissions", ELECTRICITY], ["serve", "--port", "0"]):
        done = desk.run("--factors", "own.csv", *command)
        assert done.code == code and names in done.err and "own.csv" in done.err


def test_a_factor_so_great_that_the_answer_overflows_is_refused(desk: Desk) -> None:
    desk.write("own.csv", OWN.read_bytes().replace(b"0.04120", b"1e300"))
    done = desk.run("--factors", "own.csv", "call", "calculate_emissions", ELECTRICITY.replace("100", "1e18"))
    assert done.code == product.INVALID, done.said
