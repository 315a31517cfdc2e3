"""The columns that every peer reads and writes, once."""

from __future__ import annotations

KEYS = ["fuel_type", "region", "year", "activity_unit", "heating_value_basis"]
INPUT = [
    "record_id", "site", "fuel_type", "region", "year",
    "activity_value", "activity_unit", "heating_value_basis",
]  # fmt: skip
# Columns of an answer that grow with the amount, and those that come out of the table as they are.
AMOUNTS = ["emissions_value", "co2e_kg", "co2_kg", "ch4_kg", "n2o_kg", "biogenic_co2_kg"]
ANSWER = [
    "emissions_value", "emissions_unit", "co2e_kg", "co2_kg", "ch4_kg", "n2o_kg",
    "biogenic_co2_kg", "scope", "gwp_set", "factor.id", "factor.source", "factor.table",
    "factor.year", "factor.basis", "note", "error",
]  # fmt: skip
TEXTS = [name for name in ANSWER if name not in AMOUNTS and name != "error"]
OUTPUT = INPUT + ANSWER
# The prepared table: kilograms per activity_unit, empty where the publication gives none.
LOOKUP = KEYS + [name + "_per_unit" for name in AMOUNTS] + TEXTS
UNKNOWN = "no factor for this fuel, region, year, unit and basis"
