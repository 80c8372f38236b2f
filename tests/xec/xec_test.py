#!/usr/bin/python3
"""xec on a real bus, against services of every shape. usage: xec_test.py FOLDER-OF-THE-PROGRAMS"""

import json
import pathlib
import select
import subprocess
import time
import unittest

import bus
import services

TOOLS = bus.tools_from_command_line()
SERVICES = [str(pathlib.Path(__file__).with_name("services.py"))]
TYPES = ["-s", "org.example.Types", "-o", "/types"]
WIN7 = "/vm/11111111_2222_3333_4444_555555555555"
TWIN = "/vm/33333333_0000_0000_0000_000000000003"


class OnTheBus(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.bus = bus.Bus(TOOLS, SERVICES)

    @classmethod
    def tearDownClass(cls):
        cls.bus.close()

    def xec(self, *arguments, **more):
        return self.bus.run("xec", *arguments, **more)

    def prints(self, expected, *arguments):
        self.assertEqual((0, expected, ""), self.xec(*arguments), arguments)


class Values(OnTheBus):
    def test_every_type_travels_there_and_back(self):
        rows = [("y", "255", "255"), ("n", "-5", "-5"), ("q", "5", "5"), ("i", "-2147483648", "-2147483648"),
                ("u", "4294967295", "4294967295"), ("x", "-9223372036854775808", "-9223372036854775808"),
                ("t", "18446744073709551615", "18446744073709551615"), ("d", "2", "2.0"), ("d", "-1.5e-9", "-1.5e-09"),
                ("b", "1", "true"), ("b", "false", "false"), ("s", "it's [ \"verbatim\"", "it's [ \"verbatim\""),
                ("s", "", ""), ("o", "/a/b", "/a/b"), ("g", "a{sv}", "a{sv}"), ("v", "i:5", "5"),
                ("v", "as:['x', \"y\"]", "x\ny"), ("v", "s:b:c", "b:c"), ("as", "['a', 'b']", "a\nb"),
                ("ay", "[0, 65, 255]", '"\\x00A\\xff"'), ("ay", '"\\x00A"', '"\\x00A"'), ("aai", "[[1], [2, 3]]", "1\n2\n3"),
                ("(is)", "[7, 'x']", "7\nx"), ("a{ss}", "{'k': 'v'}", '{\n  "k"                            = v\n}'),
                ("a{sv}", "{'n': d:1, 'l': ai:[1, 2]}",
                 '{\n  "n"                            = 1.0\n  "l"                            = 1\n  2\n}'),
                ("a(oa{ud})", "[['/a', {1: 0.25}]]", '/a\n{\n  "1"                            = 0.25\n}'),
                ("aa{ss}", "[{}, {}]", "{\n}\n{\n}")]
        for kind, text, shown in rows:
            with self.subTest(type=kind, text=text):
                self.prints(shown + "\n", *TYPES, f"echo-{services.ECHOED.index(kind)}", text)

    def test_values_are_json_on_request(self):
        rows = [("x", "-5", "-5"), ("d", "2", "2.0"), ("ay", "[1, 2]", "[1,2]"), ("v", "b:true", "true"),
                ("a{sv}", "{'a': i:1, 'b': as:['x']}", '{"a":1,"b":["x"]}'), ("(is)", "[1, 'x']", '[1,"x"]')]
        for kind, text, shown in rows:
            with self.subTest(type=kind, text=text):
                self.prints(shown + "\n", *TYPES, "--json", f"echo-{services.ECHOED.index(kind)}", text)
        self.prints("null\n", *TYPES, "--json", "nothing")
        self.prints('["x",7]\n', *TYPES, "--json", "several")

    def test_each_result_is_a_line_and_no_result_is_no_line(self):
        self.prints("x\n7\n", *TYPES, "several")
        self.prints("", *TYPES, "nothing")

    def test_descriptors_are_shown_with_what_they_refer_to(self):
        code, out, _ = self.xec(*TYPES, "open-file")
        self.assertEqual(0, code)
        self.assertRegex(out, r"^\d+ \(/dev/null\)\n$")

    def test_a_descriptor_of_the_caller_can_be_passed(self):
        self.assertEqual((0, "from stdin\n", ""), self.xec(*TYPES, "read-file", "0", stdin="from stdin"))

    def test_bytes_are_unchanged_with_raw(self):
        done = self.xec("-o", WIN7, "--raw", "read-icon", text=False)
        self.assertEqual((0, b"\x89PNG\r\n\x1a\n\"\\", b""), done)
        self.prints('"\\x89PNG\\x0d\\x0a\\x1a\\x0a\\x22\\x5c"\n', "-o", WIN7, "read-icon")


class Properties(OnTheBus):
    def test_get_finds_the_first_interface_that_has_the_property(self):
        self.prints("0.5\n", *TYPES, "get", "Ratio")
        self.prints("2.0\n", *TYPES, "-i", "org.example.More", "get", "Ratio")
        self.prints("0.5\n", *TYPES, "-g", "Ratio", "ignored")
        self.prints("a\nb\n", *TYPES, "get", "Names", "surplus")

    def test_set_reads_the_value_as_the_property_is_declared(self):
        self.prints("", *TYPES, "set", "Names", "['--json', 'c']")
        self.prints("--json\nc\n", *TYPES, "get", "Names")
        self.prints("", *TYPES, "-x", "Names", "['a', 'b']")
        self.prints("", "-o", WIN7, "set", "name", "-q")
        self.prints("-q\n", "-o", WIN7, "get", "name")
        self.prints("", "-o", WIN7, "set", "name", "win7")

    def test_getall_shows_each_interface_that_has_properties(self):
        self.prints("org.example.Types\n{\n"
                    '  "Ratio"                           = 0.5\n'
                    '  "Names"                           = a\n  b\n'
                    '  "Nested"                          = {\n'
                    '    "list"                         = 1\n    2\n'
                    '    "flag"                         = true\n  }\n}\n'
                    "org.example.More\n{\n"
                    '  "Ratio"                           = 2.0\n}\n', *TYPES, "getall")
        self.prints('{"org.example.More":{"Ratio":2.0}}\n', *TYPES, "--json", "-i", "org.example.More", "getall")


class Introspection(OnTheBus):
    def test_without_words_the_interfaces_are_drawn(self):
        self.prints("/------- com.citrix.xenclient.xenmgr\n"
                    "|     +  list-vms                     ( OUT paths:ao )\n"
                    "|     +  find-vm-by-uuid              ( uuid:s OUT obj_path:o )\n"
                    "\n"
                    "/------- org.freedesktop.DBus.Introspectable\n"
                    "|     +  Introspect                   ( OUT data:s )\n")

    def test_listings_are_one_name_a_line(self):
        self.prints("org.example.Types\norg.example.More\norg.example.Empty\norg.freedesktop.DBus.Introspectable\n",
                    *TYPES, "--list-interfaces")
        self.prints("monitor\n", *TYPES, "-i", "org.example.More", "--list-methods")
        self.prints("Ratio\nNames\nNested\nRatio\n", *TYPES, "--list-properties")
        self.prints('["list-vms","find-vm-by-uuid","Introspect"]\n', "--list-methods", "--json")

    def test_json_of_an_object_has_everything(self):
        code, out, _ = self.xec("--json")
        description = json.loads(out)
        self.assertEqual(0, code)
        self.assertEqual({"name": "list_vms", "in": [], "out": [{"name": "paths", "type": "ao"}]},
                         description["interfaces"][0]["methods"][0])


class Calls(OnTheBus):
    def test_dashes_in_a_method_stand_for_underscores(self):
        for name in ("find-vm-by-uuid", "find_vm_by_uuid"):
            self.prints("/vm/1_2\n", name, "1-2")

    def test_a_method_named_like_a_command_is_reached_with_call(self):
        self.prints("", *TYPES, "call", "monitor")

    def test_an_error_reply_goes_to_standard_error_with_its_name(self):
        self.assertEqual((1, "", "org.example.Error.Sick: not today\n"), self.xec(*TYPES, "fail"))
        self.assertEqual((1, "", '{"error":"org.example.Error.Sick","message":"not today"}\n'),
                         self.xec("--json", *TYPES, "fail"))

    def test_errors_name_the_trouble_and_the_remedy(self):
        rows = [(["frob"], "method frob: not found in any of the interfaces\n  Run the tool without"),
                (["get", "frob"], "property frob: not found in any of the interfaces"),
                (["-i", "com.citrix.xenclient.xenmgr", "frob"], "not found in com.citrix.xenclient.xenmgr"),
                (["find-vm-by-uuid"], "takes 1 argument (s), but 0 are given"),
                ([*TYPES, "echo-0", "256"], "argument 1: expected a whole number from 0 to 255, but here is '256'"),
                ([*TYPES, "set", "Ratio", "x"], "value of Ratio: expected a number"),
                (["-s", "org.example.Nobody"], "org.freedesktop.DBus.Error.ServiceUnknown: "),
                (["-s", "not a name"], "'not a name' is not a valid bus name"),
                (["-o", "nowhere"], "'nowhere' is not a valid object path"),
                (["-o", "/nowhere"], "Check the path of the object."),
                (["-t", "5", "start"], "not supported"),
                (["--frob"], "unknown option '--frob'"),
                (["--wait", "list-vms"], "list_vms has no usual one"),
                (["--wait", "get", "x"], "only a call of a method can be waited for")]
        for arguments, expected in rows:
            with self.subTest(arguments=arguments):
                code, out, err = self.xec(*arguments)
                self.assertEqual((1, ""), (code, out))
                self.assertIn(expected, err)

    def test_errors_are_json_on_request_even_in_the_options(self):
        for arguments in (["--json", "--frob"], ["--json", "frob"], ["--json", "-s", "not a name"]):
            code, out, err = self.xec(*arguments)
            self.assertEqual((1, ""), (code, out))
            self.assertEqual({"error", "message", "remedy"}, set(json.loads(err)) - {"object"})

    def test_nothing_to_do_is_a_usage_problem(self):
        for arguments in (["get"], ["set", "name"], ["call"]):
            code, out, err = self.xec(*arguments)
            self.assertEqual((1, ""), (code, err))
            self.assertTrue(out.startswith("usage: xec "))

    def test_help_needs_no_bus(self):
        code, out, _ = self.xec("--help", DBUS_SYSTEM_BUS_ADDRESS="unix:path=/nowhere")
        self.assertEqual(0, code)
        self.assertIn("Exit codes", out)

    def test_no_bus_is_an_error_with_a_remedy(self):
        code, _, err = self.xec(DBUS_SYSTEM_BUS_ADDRESS="unix:path=/nowhere")
        self.assertEqual(1, code)
        self.assertIn("cannot connect to the system bus", err)
        self.assertIn("DBUS_SYSTEM_BUS_ADDRESS", err)

    def test_the_session_bus_is_another_one(self):
        code, out, _ = self.xec("--session", "list-vms", DBUS_SESSION_BUS_ADDRESS=self.bus.address,
                                DBUS_SYSTEM_BUS_ADDRESS="unix:path=/nowhere")
        self.assertEqual((0, 5), (code, len(out.splitlines())))

    def test_a_domain_that_is_no_number_is_ignored(self):
        self.assertEqual(0, self.xec("-t", "-1", "list-vms")[0])
        self.assertEqual(0, self.xec("-t", "none", "list-vms")[0])

    def test_a_call_without_answer_ends_after_the_timeout(self):
        before = time.monotonic()
        code, _, err = self.xec(*TYPES, "--timeout", "0.3", "hang")
        self.assertEqual(3, code)
        self.assertLess(time.monotonic() - before, 30)    # without it, two minutes
        self.assertIn("--timeout", err)

    def test_a_full_disk_is_an_error(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([self.bus.tools / "xec", "list-vms"], stdout=full, stderr=subprocess.PIPE,
                                  env=self.bus.environment, text=True, check=False)
        self.assertEqual(1, done.returncode)
        self.assertIn("No space left", done.stderr)


class Waiting(OnTheBus):
    def test_wait_returns_when_the_state_is_there(self):
        self.prints("", "-o", TWIN, "--wait", "start")
        self.prints("running\n", "-o", TWIN, "get", "state")
        self.prints("", "-o", TWIN, "--wait=stopped", "shutdown")
        self.prints("stopped\n", "-o", TWIN, "get", "state")

    def test_a_state_that_is_there_already_needs_no_news(self):
        self.prints("", "-o", WIN7, "--wait=running", "--timeout", "50", "pause")

    def test_a_reboot_is_over_when_the_vm_runs_again(self):
        before = time.monotonic()
        self.prints("", "-o", WIN7, "--wait", "--timeout", "50", "reboot")
        self.assertGreater(time.monotonic() - before, 0.05)
        self.prints("running\n", "-o", WIN7, "get", "state")

    def test_a_state_that_does_not_come_is_exit_code_3(self):
        code, out, err = self.waits_in_vain()
        self.assertEqual((3, ""), (code, out))
        self.assertIn("not paused in time; last seen running", err)

    def test_waiting_does_not_poll(self):
        self.waits_in_vain()
        self.assertEqual(["Introspect", "pause", "Get", "Get"], self.calls())

    def waits_in_vain(self):
        """What xec ends with. The limit counts for each call too: where a busy machine answers none within it, it is
        too short to tell anything."""
        for seconds in ("0.3", "3", "30"):
            self.calls()
            ended = self.xec("-o", WIN7, "--wait", "--timeout", seconds, "pause")
            if "org.freedesktop.DBus.Error" not in ended[2]:
                break
        return ended

    def calls(self):
        connection = services.dbus.bus.BusConnection(self.bus.address)
        try:
            return list(map(str, connection.call_blocking(services.MANAGER, "/", "org.example.Control", "calls", "", ())))
        finally:
            connection.close()


class Monitor(OnTheBus):
    def follow(self, *arguments):
        return self.bus.follow("xec", *arguments)

    def heard(self, program, cause, first=""):
        """Repeats the cause until the monitor has printed a line; the first that contains `first`, because the monitor
        may begin to listen in the middle of what is caused."""
        while True:
            while not select.select([program.stdout], [], [], 0.1)[0]:
                self.xec(*cause)
            line = program.stdout.readline()
            if not line or first in line:
                return line

    def test_events_are_lines(self):
        program = self.follow(*TYPES, "--raw", "monitor")
        line = self.heard(program, [*TYPES, "emit"])
        self.assertRegex(line, r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000 /types '
                               r'org\.example\.Types\.something_changed "a \\"b\\"\\u000a" \{"k": i:1\}\n$')

    def test_events_are_json_lines_on_request(self):
        program = self.follow("-s", "org.example.Types", "--json", "monitor", "elsewhere")
        event = json.loads(self.heard(program, [*TYPES, "emit"]))
        self.assertEqual(("/other", "elsewhere", []), (event["path"], event["signal"], event["arguments"]))

    def test_an_object_limits_the_events_to_those_that_concern_it(self):
        program = self.follow("-o", TWIN, "monitor")
        line = self.heard(program, ["-o", TWIN, "start"], '"creating"')
        self.assertIn(f'vm_state_changed "uuid" "{TWIN}" "creating" 0', line)

    def test_the_timeout_ends_it(self):
        self.prints("", "--timeout", "0.2", "monitor")


if __name__ == "__main__":
    unittest.main()
