"""The harness: costs are counted, failures fail, goals are judged, servers stop."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
import time
import unittest
from pathlib import Path
from types import ModuleType

from benchlib.goals import GOALS, Goal, figure
from benchlib.machine import BENCH, two_cpus
from benchlib.process import Failed, free_port, run_measured, serving
from benchlib.report import render
from benchlib.servers import Program, fastapi, nginx
from tests.samples import write_lookup


def http_run() -> ModuleType:
    """bench/http/run.py; the folder cannot be a package, since the standard library has an http."""
    spec = importlib.util.spec_from_file_location("http_run", BENCH / "http" / "run.py")
    if spec is None or spec.loader is None:
        raise ImportError("bench/http/run.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


class Runs(unittest.TestCase):
    def test_counts_cpu_and_memory(self) -> None:
        code = "import time\nx = bytearray(150_000_000)\nwhile time.process_time() < 0.3: pass"
        usage = run_measured(python(code), two_cpus(), 60)
        self.assertGreaterEqual(usage.cpu_s, 0.3)
        self.assertGreater(usage.max_rss_bytes, 150_000_000)
        self.assertGreaterEqual(usage.wall_s, 0.3)

    def test_a_failed_run_is_no_figure(self) -> None:
        with self.assertRaises(Failed):
            run_measured(python("raise SystemExit(3)"), two_cpus(), 60)

    def test_a_run_has_a_time_limit(self) -> None:
        begin = time.monotonic()
        with self.assertRaises(Failed):
            run_measured(python("import time; time.sleep(60)"), two_cpus(), 0.5)
        self.assertLess(time.monotonic() - begin, 30)


class Servers(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        write_lookup(self.folder / "lookup.csv")

    def start(self, program: Program) -> int:
        """Starts, checks that it is gone afterwards, and gives its port."""
        port = free_port()
        log = self.folder / "log"
        argv, environment = program.argv(port), program.environment
        with serving(argv, port, two_cpus(), log, program.ready_path, environment) as server:
            pid = server.pid
            if program.posts:
                module = http_run()
                asked = module.questions(self.folder / "lookup.csv")
                self.assertEqual(len(asked), module.BODIES)
                self.assertGreater(module.check_answers(port, asked), 300)
                module.check_refusal(port)
                body, expected = asked[0]
                with self.assertRaises(Failed):
                    module.check_answers(port, [(body, {**expected, "co2e_kg": 1.0})])
        with self.assertRaises(ProcessLookupError):
            os.kill(pid, 0)
        return port

    def test_fastapi_answers_and_validates(self) -> None:
        self.start(fastapi(self.folder / "lookup.csv"))

    def test_nginx(self) -> None:
        self.start(nginx(self.folder / "nginx"))

    def test_a_server_that_ends_is_a_failure(self) -> None:
        program = Program("broken", lambda port: python("raise SystemExit(1)"))
        with self.assertRaises(Failed):
            self.start(program)


class Goals(unittest.TestCase):
    def test_verdicts(self) -> None:
        faster = Goal("k", "t", 6, 11, "x", True)
        smaller = Goal("k", "t", 8, 4, "MB", False)
        open_must = Goal("k", "t", None, 0.7, "x", True)
        cases = [
            (faster, 11, "aim met"), (faster, 6, "must met"), (faster, 5.9, "MISSED"),
            (smaller, 4, "aim met"), (smaller, 8, "must met"), (smaller, 8.1, "MISSED"),
            (open_must, 0.7, "aim met"), (open_must, 0.6, "aim missed"),
            (faster, None, "not measured"),
        ]  # fmt: skip
        for goal, value, expected in cases:
            self.assertEqual(goal.verdict(value), expected, f"{value} of {goal}")

    def test_every_key_is_there_once(self) -> None:
        self.assertEqual(len({goal.key for goal in GOALS}), len(GOALS))

    def test_figures(self) -> None:
        self.assertEqual(
            [figure(x) for x in (None, 1234567.0, 0.12345, 12.0)], ["-", "1 234 567", "0.123", "12"]
        )

    def test_a_report_warns_of_a_disturbed_run(self) -> None:
        result = {"name": "ours", "starts": 3, "ready_ms": 9.0, "other_cpu_share": 0.5}
        section = {
            "section": "start", "settings": {"times": 3}, "results": [result],
            "loadavg_before": [0], "loadavg_after": [0], "goals": {"start.ready": 9.0},
        }  # fmt: skip
        report = {"name": "n", "machine": {}, "versions": {}, "sections": [section]}
        self.assertIn("Disturbed", render(report))
        result["other_cpu_share"] = 0.01
        self.assertNotIn("Disturbed", render(report))
        self.assertIn("| From exec to ready, with a ledger | 9 ms |", render(report))


if __name__ == "__main__":
    unittest.main()
