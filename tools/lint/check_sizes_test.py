"""check_sizes.py catches files over their limit and names long functions."""

import unittest

import check_sizes
from checking import CheckTest


class Sizes(CheckTest):
    def check(self, name, text):
        self.write(f"src/{name}", text)
        return self.run_check(check_sizes.main, "--src", self.root / "src")

    def test_a_file_at_its_limit(self):
        self.assertEqual(self.check("a/x.cpp", "\n" * 400)[0], 0)

    def test_a_file_over_its_limit(self):
        code, printed = self.check("a/x.cpp", "\n" * 401)
        self.assertEqual(code, 1)
        self.assertIn("src/a/x.cpp:1: 401 lines, more than 400", printed)

    def test_a_test_may_be_longer(self):
        self.assertEqual(self.check("a/x_test.cpp", "\n" * 600)[0], 0)
        self.assertEqual(self.check("a/x_test.cpp", "\n" * 601)[0], 1)

    def test_a_long_function_is_a_warning(self):
        body = "  work();\n" * 69
        code, printed = self.check("a/x.cpp", f"namespace a {{\nvoid long_one(int a,\n              int b) {{\n{body}}}\n}}  // namespace a\n")
        self.assertEqual(code, 0)
        self.assertIn("src/a/x.cpp:2: warning: long_one has 72 lines", printed)

    def test_other_blocks_are_not_functions(self):
        body = "  int a = call();\n" * 90
        code, printed = self.check("a/x.cpp", f"struct A {{\n{body}}};\nnamespace b {{\n{body}}}  // namespace b\nvoid f();\nvoid g() {{\n}}\n")
        self.assertEqual(code, 0)
        self.assertIn("0 warnings", printed)


if __name__ == "__main__":
    unittest.main()
