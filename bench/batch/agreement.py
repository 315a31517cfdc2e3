"""Whether two outputs say the same: rows, order, sums and counts in all, and for each factor."""

from __future__ import annotations

import math
from typing import Any

RELATIVE = 1e-9

Summary = dict[str, Any]


def _same(left: object, right: object) -> bool:
    if isinstance(left, float) or isinstance(right, float):
        return math.isclose(float(left), float(right), rel_tol=RELATIVE)  # type: ignore[arg-type]
    return left == right


def differences(reference: Summary, other: Summary, *, ordered: bool = True) -> list[str]:
    """Empty when they agree; otherwise each finding in words. `ordered` False forgives other row orders."""
    for name, summary in (("reference", reference), ("output", other)):
        if summary["missing"]:
            return [f"{name} lacks the columns {', '.join(summary['missing'])}"]
    out = []
    if other["columns"] != reference["columns"]:
        out.append(f"columns {other['columns']}, expected {reference['columns']}")
    for name, expected in reference["totals"].items():
        if name == "in_order" and not ordered:
            continue
        found = other["totals"].get(name)
        if found is None or not _same(expected, found):
            out.append(f"{name}: {found}, expected {expected}")
    if ordered and not other["totals"]["in_order"]:
        out.append("rows are not in the order of the input")
    for factor in sorted(reference["factors"].keys() | other["factors"].keys()):
        expected = reference["factors"].get(factor)
        found = other["factors"].get(factor)
        if expected is None or found is None or not all(map(_same, expected, found)):
            out.append(f"factor {factor}: {found}, expected {expected}")
    return out
