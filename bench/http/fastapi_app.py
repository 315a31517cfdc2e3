"""Peer: FastAPI and pydantic 2 with the duties of POST /v1/tools/calculate_emissions, no ledger.

Strict validation of every field, lookup, calculation, canonical JSON of input and output, SHA-256
leaf, {result, provenance}. Answers are bytes from orjson, which spares FastAPI its slower encoder.
$GREENLANG_BENCH_LOOKUP names the factor table of batch/make_lookup.py. orjson with sorted keys
stands in for RFC 8785 (they differ in the spelling of some numbers, not in the work).
"""

from __future__ import annotations

import csv
import os
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
from fastapi import FastAPI, HTTPException
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from batch.columns import AMOUNTS, KEYS

Text40 = Annotated[str, Field(max_length=40)]
Text60 = Annotated[str, Field(max_length=60)]
Percent = Annotated[float, Field(ge=0, le=1000)]


class Activity(BaseModel):
    """The seventeen fields of the tool's input, with its rules."""

    model_config = ConfigDict(extra="forbid", strict=True)

    activity_value: Annotated[float, Field(ge=0, le=1e18)]
    activity_unit: Text40
    fuel_type: Annotated[str, Field(max_length=100)] | None = None
    region: Text60 | None = None
    year: Annotated[int, Field(ge=1990, le=2100)] | None = None
    heating_value_basis: Literal["HHV", "LHV"] | None = None
    gwp_set: Literal["AR4GWP100", "AR5GWP100", "AR6GWP100"] | None = None
    dataset: Text60 | None = None
    sector: (
        Literal[
            "energy_industries", "manufacturing", "commercial_institutional",
            "residential_agriculture",
        ]
        | None
    ) = None  # fmt: skip
    category: (
        Literal[
            "direct", "mobile", "well_to_tank", "transmission_distribution",
            "well_to_tank_transmission_distribution", "outside_of_scopes",
        ]
        | None
    ) = None  # fmt: skip
    ef_value: Annotated[float, Field(ge=0, le=1e12)] | None = None
    ef_unit: Text40 | None = None
    ef_source: Annotated[str, Field(max_length=200)] | None = None
    scope: Annotated[int, Field(ge=1, le=3)] | None = None
    output_unit: Literal["kgCO2e", "tCO2e", "MtCO2e"] | None = None
    activity_uncertainty_pct: Percent | None = None
    ef_uncertainty_pct: Percent | None = None


Key = tuple[str, str, int, str, str]


def read_lookup(path: Path) -> dict[Key, dict[str, Any]]:
    out: dict[Key, dict[str, Any]] = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            fuel, region, year, unit, basis = (row[key] for key in KEYS)
            amounts = {n: float(t) if (t := row[n + "_per_unit"]) else None for n in AMOUNTS}
            factor = {
                name: row["factor." + name] or None
                for name in ("id", "source", "table", "year", "basis")
            }
            texts = {name: row[name] or None for name in ("emissions_unit", "gwp_set", "note")}
            out[fuel, region, int(year), unit, basis] = {
                "amounts": amounts,
                "rest": {**texts, "scope": int(row["scope"]), "factor": factor},
            }
    return out


LOOKUP = read_lookup(Path(os.environ["GREENLANG_BENCH_LOOKUP"]))
DATA_VERSION = sha256(Path(os.environ["GREENLANG_BENCH_LOOKUP"]).read_bytes()).hexdigest()
TOOL = {"tool": "calculate_emissions", "tool_version": "1.0.0", "data_version": DATA_VERSION}

app = FastAPI()


def canonical(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


@app.get("/readyz")
async def readyz() -> Response:
    return Response(b"ready\n", media_type="text/plain")


@app.post("/v1/tools/calculate_emissions")
async def calculate_emissions(activity: Activity) -> Response:
    unit, basis = activity.activity_unit, activity.heating_value_basis or ""
    found = LOOKUP.get(
        (activity.fuel_type or "", activity.region or "", activity.year or 0, unit, basis)
    )
    if found is None:
        raise HTTPException(422, "no factor for this fuel, region, year, unit and basis")
    amount = activity.activity_value
    result = {
        name: None if per_unit is None else amount * per_unit
        for name, per_unit in found["amounts"].items()
    }
    result |= found["rest"]
    result["conversion_factor"] = found["amounts"]["co2e_kg"]
    result["calculation_formula"] = f"{amount} {unit} x {result['conversion_factor']} kgCO2e/{unit}"
    result["uncertainty_pct"] = None
    question = activity.model_dump(exclude_none=True)
    leaf = sha256(b"\x00" + canonical({**TOOL, "input": question, "output": result})).hexdigest()
    answer = {"result": result, "provenance": {**TOOL, "leaf": leaf}}
    return Response(canonical(answer), media_type="application/json")
