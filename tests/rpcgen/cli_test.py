#!/usr/bin/env python3
"""cli_test.py RPCGEN [--accept]: the generator as a program, on small files of its own.

golden/ holds interfaces with every type and the files that must come out of them; --accept writes them anew, for the
author of a change to look through. broken/ holds one faulty file for each complaint, with what must be said beside it.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE / "golden"
BROKEN = HERE / "broken"
RPCGEN = ""


def run(*arguments, folder=HERE):
    return subprocess.run([RPCGEN, *map(str, arguments)], cwd=folder, capture_output=True, text=True)


def generate_golden(out, *arguments):
    return run("--strip-prefix", "com.example.", "--out", out, "--errors", "errors.xml", *arguments,
               *(file.name for file in sorted(GOLDEN.glob("com.*.xml"))), folder=GOLDEN)


def contents(folder):
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


class Generator(unittest.TestCase):
    def setUp(self):
        work = tempfile.TemporaryDirectory()
        self.addCleanup(work.cleanup)
        self.out = pathlib.Path(work.name) / "gen"

    def test_every_type_and_annotation_comes_out_as_agreed(self):
        result = generate_golden(self.out)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        expected, made = contents(GOLDEN / "expected"), contents(self.out)
        self.assertEqual(sorted(expected), sorted(made))
        for name, text in expected.items():
            self.assertMultiLineEqual(text, made[name], name)

    def test_each_fault_is_named_with_its_place_and_cure_and_nothing_is_written(self):
        for file in sorted(BROKEN.glob("*.xml")):
            with self.subTest(file.name):
                result = run("--out", self.out, file.name, folder=BROKEN)
                self.assertMultiLineEqual(file.with_suffix(".txt").read_text(), result.stderr)
                self.assertEqual(result.returncode, 2)
                self.assertFalse(self.out.exists())

    def test_one_broken_file_among_good_ones_stops_everything(self):
        result = generate_golden(self.out, BROKEN / "keyword.xml")
        self.assertEqual(result.returncode, 2)
        self.assertFalse(self.out.exists())

    def test_a_broken_catalogue_is_refused(self):
        result = run("--out", self.out, "--errors", "catalogue/errors.xml", folder=BROKEN)
        self.assertMultiLineEqual((BROKEN / "catalogue/errors.txt").read_text(), result.stderr)
        self.assertEqual(result.returncode, 2)
        self.assertFalse(self.out.exists())

    def test_what_did_not_change_is_not_touched(self):
        generate_golden(self.out)
        changed = self.out / "toy_schema.hpp"
        changed.write_text("something else")
        for file in self.out.rglob("*"):
            os.utime(file, (1, 1))
        generate_golden(self.out)
        touched = [file for file in self.out.rglob("*") if file.is_file() and file.stat().st_mtime != 1]
        self.assertEqual(touched, [changed])
        self.assertEqual(contents(self.out), contents(GOLDEN / "expected"))

    def test_only_the_products_asked_for_are_made(self):
        generate_golden(self.out, "--products", "schema,json")
        self.assertEqual(sorted(contents(self.out)),
                         ["errors.hpp", "interfaces.json", "toy_schema.hpp", "toy_twin_schema.hpp"])

    def test_a_command_line_that_cannot_be_read_is_refused_like_other_input(self):
        for words in ((), ("--bogus",), ("--out", self.out, "--products", "poems")):
            self.assertEqual(run(*words).returncode, 2, words)
        self.assertEqual(run("--help").returncode, 0)

    def test_a_missing_file_is_an_error_of_the_system_not_of_the_input(self):
        result = run("--out", self.out, "nowhere.xml")
        self.assertEqual(result.returncode, 1)
        self.assertIn("nowhere.xml", result.stderr)


if __name__ == "__main__":
    RPCGEN = os.path.abspath(sys.argv.pop(1))
    if "--accept" in sys.argv:
        sys.exit(generate_golden(GOLDEN / "expected").returncode)
    unittest.main()
