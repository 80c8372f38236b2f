#!/usr/bin/python3
"""The db-* tools on a real bus, against a database in memory. usage: db_test.py FOLDER-OF-THE-PROGRAMS"""

import json
import pathlib
import tempfile
import unittest

import bus

TOOLS = bus.tools_from_command_line()
SERVICES = [str(pathlib.Path(__file__).with_name("services.py"))]


class Database(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.bus = bus.Bus(TOOLS, SERVICES)

    def tearDown(self):
        self.bus.close()

    def prints(self, expected, tool, *arguments, code=0, **more):
        self.assertEqual((code, expected, ""), self.bus.run(tool, *arguments, **more), (tool, arguments))

    def test_values_are_read_and_written(self):
        self.prints("win7\n", "db-read", "/vm/1/name")
        self.prints("\n", "db-read", "/vm/1/absent")
        self.prints("true\n", "db-read", "/flag")
        self.prints("", "db-write", "/vm/1/name", "--json")
        self.prints("--json\n", "db-read", "/vm/1/name")
        self.prints("--json\n", "db-cmd", "read", "/vm/1/name")

    def test_whole_trees_are_not_written(self):
        for path in ("/", "", "vm", "//vm/"):
            code, out, err = self.bus.run("db-write", path, "x")
            self.assertEqual((1, ""), (code, out))
            self.assertIn("cannot be written as a whole", err)

    def test_nodes_are_removed_but_never_all(self):
        self.prints("bad path\n", "db-rm", "//")
        self.prints("", "db-rm", "/vm/1/nics")
        self.prints("name\n", "db-nodes", "/vm/1")

    def test_existence_is_text_or_an_exit_code(self):
        self.prints("true\n", "db-exists", "/vm/1")
        self.prints("false\n", "db-exists", "/vm/2")
        self.prints("", "db-exists", "-q", "/vm/1")
        self.prints("", "db-exists", "-q", "/vm/2", code=1)

    def test_children_are_on_one_line(self):
        self.prints("name nics\n", "db-nodes", "/vm/1")
        self.prints("\n", "db-nodes", "/vm/1/name")
        self.prints('["name","nics"]\n', "db-nodes", "--json", "/vm/1")

    def test_the_tree_is_listed(self):
        self.prints('vm =\n 1 =\n  name = "win7"\n  nics =\n   0 =\n    id = "0"\n', "db-ls", "/vm")
        self.prints('/vm/1/nics =\n/vm/1/nics/0 =\n/vm/1/nics/0/id = "0"\n', "db-ls", "-f", "vm/1/nics/")
        self.prints('icon = "file:/config/icon"\n', "db-ls", "/icon")
        self.prints('absent = ""\n', "db-ls", "/absent")
        self.prints('{"0":{"id":"0"}}\n', "db-ls", "--json", "/vm/1/nics")
        code, out, _ = self.bus.run("db-ls")
        self.assertEqual((0, " =\n vm =\n  1 =\n"), (code, out[:15]))

    def test_bytes_are_unchanged(self):
        self.assertEqual((0, b"\x00\xff", b""), self.bus.run("db-cat", "/icon", text=False))
        code, out, err = self.bus.run("db-cat", "/vm")
        self.assertEqual((2, "", "org.freedesktop.DBus.Error.Failed: /vm: not a binary node\n"), (code, out, err))

    def test_trees_are_dumped_and_injected(self):
        self.prints('{\n  "id": "0"\n}\n', "db-dump", "/vm/1/nics/0")
        self.prints("", "db-inject", "/vm/2", '{"name": "a"}')
        self.prints("", "db-inject", "/vm/3", stdin='{"name": "b"}')
        self.prints('{"name":"a"}\n', "db-dump", "--json", "/vm/2")
        self.prints("b\n", "db-read", "/vm/3/name")

    def test_the_whole_database_is_exported_and_imported(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "all.json")
            self.prints("", "db-export", str(file))
            self.assertEqual("win7", json.loads(file.read_text())["vm"]["1"]["name"])
            self.prints("", "db-rm", "/vm/1")
            self.prints("", "db-import", str(file))
            self.prints("win7\n", "db-read", "/vm/1/name")
        self.assertEqual(json.loads(self.bus.run("db-export")[1])["flag"], True)
        code, _, err = self.bus.run("db-import", "/nowhere.json")
        self.assertEqual(1, code)
        self.assertIn("No such file", err)
        code, _, err = self.bus.run("db-export", "/nowhere/all.json")
        self.assertEqual((1, "db-cmd: /nowhere/all.json: No such file or directory\n"
                             "  Check the file or the pipe that the tool reads from or writes to.\n"), (code, err))

    def test_what_is_no_text_is_refused_as_such(self):
        for words in (("/vm/1/name", b"\xff"), (b"/vm/\xff", "x")):
            code, out, err = self.bus.run("db-write", *words)
            self.assertEqual((1, ""), (code, out))
            self.assertRegex(err, r"^db-cmd: '.*\\xff' is not UTF-8\n  Write the text in UTF-8")

    def test_wrong_arguments_are_a_usage_line(self):
        self.prints("usage: db-read PATH\n", "db-read", code=1)
        self.prints("usage: db-write PATH VALUE\n", "db-write", "/a", code=1)
        self.prints("usage: db-exists [-q] PATH\n", "db-cmd", "exists", code=1)
        code, out, err = self.bus.run("db-cmd", "frob")
        self.assertEqual((1, "db-cmd: there is no command 'frob'\n"), (code, err))
        self.assertIn("Commands", out)
        self.assertEqual(0, self.bus.run("db-read", "--help")[0])

    def test_no_database_is_exit_code_2(self):
        self.bus.programs[-1].terminate()
        self.bus.programs[-1].wait(10)
        code, _, err = self.bus.run("db-read", "/a")
        self.assertEqual(2, code)
        self.assertIn("org.freedesktop.DBus.Error.ServiceUnknown", err)
        self.assertEqual("org.freedesktop.DBus.Error.ServiceUnknown",
                         json.loads(self.bus.run("db-read", "--json", "/a")[2])["error"])


if __name__ == "__main__":
    unittest.main()
