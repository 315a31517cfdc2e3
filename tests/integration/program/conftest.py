"""Each test has a folder of its own, with the ledger in it."""

from __future__ import annotations

import pathlib
from collections.abc import Callable

import product
import pytest


class Desk:
    """A folder with a ledger, and the commands that people run there."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.ledger = folder / "ledger"

    def run(self, *arguments: product.Path, **more: object) -> product.Done:
        environment = product.surroundings(GREENLANG_LEDGER=str(self.ledger))
        return product.run(*arguments, cwd=self.folder, env=environment, **more)  # type: ignore[arg-type]

    def write(self, name: str, content: bytes) -> str:
        (self.folder / name).write_bytes(content)
        return name

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def rows(self, name: str) -> list[bytes]:
        """Without the header."""
        return self.read(name).splitlines()[1:]

    def batch(self, content: bytes, *more: str, name: str = "in.csv", output: str = "out.csv") -> product.Done:
        return self.run("batch", self.write(name, content), "-o", output, *more)

    def left(self) -> list[str]:
        """Everything in the folder but the ledger."""
        return sorted(path.name for path in self.folder.iterdir() if path != self.ledger)


@pytest.fixture
def desk(tmp_path: pathlib.Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(scope="session")
def big_csv(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], pathlib.Path]:
    """Files of so many rows, each made once and without holding it in memory."""
    folder = tmp_path_factory.mktemp("big")
    block = product.ROW * 10_000

    def make(rows: int) -> pathlib.Path:
        path = folder / f"{rows}.csv"
        if not path.exists():
            with path.open("wb") as file:
                file.write(product.HEADER)
                for _ in range(rows // 10_000):
                    file.write(block)
                file.write(product.ROW * (rows % 10_000))
        return path

    return make
