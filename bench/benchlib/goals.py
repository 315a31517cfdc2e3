"""The goals, in one table, and whether a figure meets them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    key: str
    text: str
    must: float | None
    aim: float | None
    unit: str
    at_least: bool  # more is better

    def verdict(self, value: float | None) -> str:
        if value is None:
            return "not measured"
        if self.aim is not None and self._meets(value, self.aim):
            return "aim met"
        if self.must is None:
            return "aim missed"
        return "must met" if self._meets(value, self.must) else "MISSED"

    def _meets(self, value: float, limit: float) -> bool:
        return value >= limit if self.at_least else value <= limit


GOALS = (
    Goal("batch.rate", "Batch, rows a second", 1e6, 2e6, "rows/s", True),
    Goal("batch.memory", "Batch, peak memory", 200, 200, "MB", False),
    Goal("batch.vs_python", "Batch, speed against Python row by row", 6, 11, "x", True),
    Goal("batch.vs_pandas", "Batch, speed against pandas", 5, 5, "x", True),
    Goal("batch.vs_duckdb", "Batch, speed against DuckDB", 0.5, 1, "x", True),
    Goal("batch.vs_polars", "Batch, speed against Polars", None, 0.7, "x", True),
    Goal("http.vs_fastapi", "HTTP on one core, rate against FastAPI", 7, 10, "x", True),
    Goal("http.cpu_vs_nginx", "HTTP, CPU a request against nginx return", 2, 1.3, "x", False),
    Goal("http.ledger_rate", "HTTP after fsync, 64 connections", 40e3, 70e3, "requests/s", True),
    Goal("http.ledger_p99", "HTTP after fsync, p99 latency", 10, 3, "ms", False),
    Goal("start.ready", "From exec to ready, with a ledger", 50, 20, "ms", False),
    Goal("start.memory", "Idle memory (RSS)", 25, 15, "MB", False),
    Goal("start.size", "Stripped binary", 8, 4, "MB", False),
)


def figure(value: float | None) -> str:
    """A number for people: three significant digits, thousands apart."""
    if value is None:
        return "-"
    if abs(value) >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}"
