"""The factor table that the peers look up in: make_lookup.py OUT [--binary PATH]

Asks our program for one unit of each combination, so that all peers must give the same numbers.
Knows nothing of the program but its command line and its CSV.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import tempfile
from pathlib import Path

from batch.columns import AMOUNTS, INPUT, KEYS, LOOKUP, TEXTS
from batch.combinations import read_combinations
from benchlib.machine import find_binary
from benchlib.process import Failed


def ask(binary: Path, combinations: list[dict[str, str]], folder: Path) -> list[dict[str, str]]:
    """Our program's answer to each combination with an amount of 1."""
    question, answer = folder / "one_of_each.csv", folder / "answers.csv"
    with question.open("w", newline="") as file:
        writer = csv.DictWriter(file, INPUT, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        for number, combination in enumerate(combinations, 1):
            extra = {"record_id": f"r{number:08d}", "site": "plant-000", "activity_value": "1"}
            writer.writerow({**combination, **extra})
    argv = [str(binary), "batch", str(question), "-o", str(answer)]
    argv += ["--ledger", str(folder / "ledger")]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise Failed(f"{' '.join(argv)} ended with {done.returncode}: {done.stderr[-2000:]}")
    with answer.open(newline="") as file:
        return list(csv.DictReader(file))


def make_lookup(binary: Path, out: Path) -> int:
    """Writes the table; Failed when a combination has no answer."""
    combinations = read_combinations()
    with tempfile.TemporaryDirectory() as folder:
        answers = ask(binary, combinations, Path(folder))
    if len(answers) != len(combinations):
        raise Failed(f"{len(combinations)} questions, {len(answers)} answers")
    with out.open("w", newline="") as file:
        writer = csv.DictWriter(file, LOOKUP, lineterminator="\n")
        writer.writeheader()
        for answer in answers:
            if answer["error"] or not answer["co2e_kg"]:
                raise Failed(f"no number for {[answer[k] for k in KEYS]}: {answer['error']}")
            row = {key: answer[key] for key in KEYS + TEXTS}
            row |= {name + "_per_unit": answer[name] for name in AMOUNTS}
            writer.writerow(row)
    return len(answers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--binary")
    arguments = parser.parse_args()
    print(make_lookup(find_binary(arguments.binary), arguments.out), "combinations")


if __name__ == "__main__":
    main()
