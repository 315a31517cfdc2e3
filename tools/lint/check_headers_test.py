"""check_headers.py catches headers that lean on their includer, and compiles only what changed."""

import unittest

import check_headers
from checking import CheckTest


class Headers(CheckTest):
    def check(self):
        return self.run_check(check_headers.main, "--src", self.root / "src", "--memory", self.root / "memory.json")

    def test_compiles_again_only_what_changed(self):
        self.write("src/a/whole.hpp", "#pragma once\nstruct Whole {};\n")
        self.write("src/a/user.hpp", '#pragma once\n#include "a/whole.hpp"\ninline Whole made() { return {}; }\n')
        self.write("src/a/other.hpp", "#pragma once\n")
        self.assertEqual(self.check(), (0, "headers: 3 files, 3 compiled, 0 findings\n"))
        self.assertEqual(self.check(), (0, "headers: 3 files, 0 compiled, 0 findings\n"))

        self.write("src/a/whole.hpp", "#pragma once\nstruct Part {};\n")
        code, printed = self.check()
        self.assertEqual(code, 1)
        self.assertIn("src/a/user.hpp: does not compile alone", printed)
        self.assertIn("headers: 3 files, 2 compiled, 1 findings", printed)

    def test_a_missing_include(self):
        self.write("src/a/leaning.hpp", "#pragma once\ninline std::string name() { return {}; }\n")
        for _ in range(2):  # a failure is not remembered
            code, printed = self.check()
            self.assertEqual(code, 1)
            self.assertIn("src/a/leaning.hpp: does not compile alone", printed)

    def test_a_missing_guard(self):
        self.write("src/a/twice.hpp", "struct Twice {};\n")
        code, printed = self.check()
        self.assertEqual(code, 1)
        self.assertIn("redefinition", printed)

    def test_a_warning(self):
        self.write("src/a/loose.hpp", "#pragma once\ninline int of(int unused) { return 1; }\n")
        self.assertEqual(self.check()[0], 1)


if __name__ == "__main__":
    unittest.main()
