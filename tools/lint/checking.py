"""What the tests of the checks share: a small tree of files, and a check run over it."""

import contextlib
import io
import pathlib
import subprocess
import tempfile
import unittest


class CheckTest(unittest.TestCase):
    """Each test has an empty folder, `self.root`."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def git_init(self):
        subprocess.run(["git", "init", "-q", str(self.root)], check=True)

    @staticmethod
    def run_check(main, *arguments):
        """(exit code, what it printed)."""
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            code = main([str(argument) for argument in arguments])
        return code, printed.getvalue()
