"""Every rule of check_layers.py has a sample that breaks it."""

import unittest

import check_layers
from checking import CheckTest

TABLE = """\
# comment
base:
tool: base
agents/one: base tool
agents/two: base tool agents/one
service: base tool
adapters/disk: base
adapters/net: base
programs: base service agents/* adapters/*
"""


class Layers(CheckTest):
    def check(self, files, table=TABLE):
        for folder in ("base/b", "tool/t", "agents/one/o", "agents/two/w", "service/s", "adapters/disk/d", "adapters/net/n"):
            self.write(f"src/{folder}.hpp", "#pragma once\n")
        for name, text in files.items():
            self.write(f"src/{name}", text)
        return self.run_check(check_layers.main, "--src", self.root / "src", "--table", self.write("layers.txt", table))

    def refuses(self, name, included, *said):
        code, printed = self.check({name: f'#include <vector>\n#include "{included}"\n'})
        self.assertEqual(code, 1, printed)
        self.assertIn(f"src/{name}:2:", printed)
        for words in said:
            self.assertIn(words, printed)

    def accepts(self, name, included):
        code, printed = self.check({name: f'#include "{included}"\n'})
        self.assertEqual(code, 0, printed)

    def test_an_arrow_of_the_table(self):
        self.accepts("tool/x.cpp", "base/b.hpp")

    def test_the_same_folder(self):
        self.accepts("base/x.cpp", "base/b.hpp")

    def test_a_folder_inside_a_row(self):
        self.accepts("service/mcp/x.cpp", "tool/t.hpp")
        self.accepts("service/y.cpp", "service/mcp/z.hpp")

    def test_a_pattern_allows_every_agent(self):
        self.accepts("programs/x.cpp", "agents/two/w.hpp")
        self.accepts("programs/factory/x.cpp", "adapters/net/n.hpp")

    def test_an_arrow_upwards(self):
        self.refuses("base/x.hpp", "tool/t.hpp", "base -> tool is not allowed", "may include: nothing else")

    def test_the_allowed_folders_are_named(self):
        self.refuses("tool/x.cpp", "service/s.hpp", "tool -> service", "tool may include: base")

    def test_an_agent_never_sees_service(self):
        self.refuses("agents/one/x.cpp", "service/s.hpp", "agents/one -> service")

    def test_siblings_even_when_a_row_allows_them(self):
        self.refuses("agents/two/x.cpp", "agents/one/o.hpp", "agents/two -> agents/one")
        self.refuses("adapters/net/x.cpp", "adapters/disk/d.hpp", "adapters/net -> adapters/disk")

    def test_an_arrow_the_row_of_programs_lacks(self):
        self.refuses("programs/x.cpp", "tool/t.hpp", "programs -> tool")

    def test_a_test_obeys_too(self):
        self.refuses("base/x_test.cpp", "tool/t.hpp", "base -> tool")

    def test_an_include_without_its_folder(self):
        self.refuses("base/x.cpp", "b.hpp", '"b.hpp" is not written from src/')

    def test_spaces_in_the_directive(self):
        code, printed = self.check({"base/x.cpp": '  #  include "tool/t.hpp"\n'})
        self.assertEqual(code, 1, printed)

    def test_a_folder_without_a_row(self):
        code, printed = self.check({"misc/x.cpp": "\n"})
        self.assertEqual(code, 1)
        self.assertIn("misc/x.cpp has no row", printed)

    def test_a_broken_table(self):
        for table, said in (
            ("base:\nbase:\n", "two rows"),
            ("base: tool\ntool:\n", "allows tool, which has no row above"),
            ("Base:\n", "not of the form"),
            ("base: a, b\n", "not of the form"),
            ("base:\nprograms: agents/*\n", "allows agents/*, which has no row above"),
            ("# nothing\n", "no rows"),
        ):
            code, printed = self.check({}, table)
            self.assertEqual(code, 1, table)
            self.assertIn(said, printed)


if __name__ == "__main__":
    unittest.main()
