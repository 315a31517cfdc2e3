"""check_words.py catches registry hosts anywhere and notes to oneself in src/."""

import unittest

import check_words
from checking import CheckTest


class Words(CheckTest):
    def check(self, name, text):
        self.git_init()
        self.write(name, text)
        return self.run_check(check_words.main, "--root", self.root)

    def test_every_host(self):
        for host in check_words.HOSTS:
            code, printed = self.check("docs/x.md", f"fine\nfrom https://{host}/simple\n")
            self.assertEqual(code, 1, host)
            self.assertIn(f"docs/x.md:2: names the package registry {host}", printed)

    def test_an_address_below_a_host(self):
        self.assertEqual(self.check("x.toml", "index = sparse+https://index." + "crates" + ".io/\n")[0], 1)

    def test_a_longer_name_is_another_host(self):
        self.assertEqual(self.check("x.md", "my-" + "crates" + ".io-notes\n")[0], 0)

    def test_notes(self):
        for note in ("TO" + "DO", "FIX" + "ME", "XX" + "X"):
            code, printed = self.check("src/a/x.cpp", f"// {note}: later\n")
            self.assertEqual(code, 1)
            self.assertIn(f"src/a/x.cpp:1: {note}", printed)

    def test_notes_elsewhere_and_inside_words(self):
        self.assertEqual(self.check("docs/x.md", "TO" + "DO\n")[0], 0)
        self.assertEqual(self.check("src/a/y.cpp", "int " + "TO" + "DOS = 1;\n")[0], 0)

    def test_ignored_files_are_not_read(self):
        self.write(".gitignore", "/build/\n")
        self.assertEqual(self.check("build/x.md", check_words.HOSTS[0])[0], 0)


if __name__ == "__main__":
    unittest.main()
