#!/usr/bin/python3
"""The manual pages tell what --help tells: the same options, commands and exit codes. It is for people's eyes.
usage: man_test.py FOLDER-OF-THE-PROGRAMS"""

import pathlib
import re
import subprocess
import unittest

import bus

TOOLS = pathlib.Path(bus.tools_from_command_line())
PAGES = pathlib.Path(__file__).resolve().parents[2] / "share/man"
HIDDEN = {"xec-vm": "Options of xec"}    # from here on, the page of another tool tells it


def help_of(tool):
    text = subprocess.run([TOOLS / tool, "--help"], capture_output=True, text=True, check=True).stdout
    return text.split(HIDDEN.get(tool, "\0"))[0]


def page_of(tool):
    """The page without its markup."""
    text = (PAGES / f"{tool}.1").read_text(encoding="utf-8").replace("\\-", "-")
    return re.sub(r"\\f[RBIP]", "", text)


class Pages(unittest.TestCase):
    def test_options_are_the_same(self):
        for tool in ("xec", "xec-vm", "db-cmd"):
            with self.subTest(tool=tool):
                page, text = page_of(tool), help_of(tool)
                told = re.findall(r"(?m)^  (?:    |-\w, )(--[a-z-]+)", text) + re.findall(r"(?m)^  (-\w), ", text)
                self.assertEqual([], [name for name in told if name not in page])
                described = set(re.findall(r"(?<!\w)--[a-z-]+", page)) - {"--wait", "--timeout", "--session", "--object"}
                self.assertEqual([], [name for name in described if name not in text])

    def test_every_command_of_the_help_is_on_the_page(self):
        for tool in ("xec", "db-cmd"):
            page = page_of(tool)
            commands = help_of(tool).split("Commands\n")[1].split("\n\n")[0]
            for name in re.findall(r"(?m)^  ([a-z]+) ", commands):
                with self.subTest(tool=tool, command=name):
                    self.assertRegex(page, rf"(?m)^\.BI? {name}\b|^\.BR {name}\b")

    def test_exit_codes_are_the_same(self):
        for tool in ("xec", "db-cmd"):
            codes = re.findall(r"(?m)^  (\d)  ", help_of(tool).split("Exit codes\n")[1])
            page = page_of(tool).split(".SH EXIT STATUS\n")[1]
            self.assertEqual(codes, re.findall(r"(?m)^\.B (\d)$", page))

    def test_what_a_service_says_of_its_options_is_plain_text(self):
        for program in ("xenmgr", "dbd", "xenvm", "xenvm-cmd", "rpc-proxy"):
            with self.subTest(program=program):
                self.assertEqual([], re.findall(r"[^\n -~]|\{[ ,]*\}|->", help_of(program)))


if __name__ == "__main__":
    unittest.main()
