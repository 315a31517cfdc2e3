"""One server for all hostile requests, one for each test that stops it."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator

import product
import pytest


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[product.Server]:
    with product.serving(tmp_path_factory.mktemp("shared") / "ledger") as running:
        yield running


@pytest.fixture
def ledger(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "ledger"
