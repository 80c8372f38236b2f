#!/usr/bin/python3
"""xenvm as a user has it who has no manager: a configuration file, signals, exit codes, and xenvm-cmd."""

import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bus"))

from descriptors import handed_on

BIN = pathlib.Path(os.environ["XENMGR_BIN"])
ROOT = pathlib.Path(__file__).resolve().parents[2]
UUID = "11111111-2222-3333-4444-555555555555"
NAMED = f"uuid = {UUID}\n"
SMALL = NAMED + "kernel = /boot/vmlinuz\nmemory = 64\n"
LIMIT = 60    # seconds; a busy machine is slow, and slow is not wrong


class Listener:
    """Collects lines from whoever connects."""

    def __init__(self, family, address):
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.bind(address)
        self.socket.listen()
        self.lines = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection, connection.makefile() as lines:
                self.lines.extend(line.rstrip("\n") for line in lines)


class Alone(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="xenvm-")
        self.addCleanup(scratch.cleanup)
        self.dir = pathlib.Path(scratch.name)
        self.config = self.dir / "vm.cfg"
        self.environment = os.environ | {"XENVM_SOCKET_DIR": str(self.dir / "run"), "TMPDIR": str(self.dir),
                                         "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent"}
        self.monitors = []
        self.addCleanup(self.end_all)

    def end_all(self):
        for monitor in self.monitors:
            if monitor.poll() is None:
                monitor.kill()
                monitor.wait()
            monitor.stderr.close()

    def start(self, text, *options):
        self.config.write_text(text)
        monitor = subprocess.Popen([BIN / "xenvm", "--no-daemonize", "--engine", "sim", *options, self.config],
                                   env=self.environment, stderr=subprocess.PIPE, text=True)
        self.monitors.append(monitor)
        return monitor

    def run_to_end(self, text, *options):
        monitor = self.start(text, *options)
        _, said = monitor.communicate(timeout=LIMIT)
        return monitor.returncode, said

    def command(self, *words, uuid=UUID):
        run = subprocess.run([BIN / "xenvm-cmd", "--use-socket", "--reply-timeout", str(LIMIT), uuid, *words],
                             env=self.environment, capture_output=True, text=True, timeout=2 * LIMIT)
        return run.stdout.rstrip("\n") if run.returncode == 0 else f"{run.returncode}: {run.stderr}"

    def wait(self, condition):
        end = time.monotonic() + LIMIT
        while not condition():
            self.assertLess(time.monotonic(), end, "not within the time")
            threading.Event().wait(0.02)

    def quit(self, monitor):
        """Its answer comes before its end, and only then there can be another one."""
        self.command("quit")
        self.assertEqual(monitor.wait(LIMIT), 0)

    def await_status(self, status):
        self.wait(lambda: self.command("get-status") == status)

    # ---- the configuration

    def test_every_mistake_is_named_with_its_line_and_strict_ends_with_3(self):
        text = NAMED + "hvm = maybe\nmemory = 64\nbogus = 1\nkernel = /boot/k\ndisk = /a.img:file:xvda:rw:disk\n"
        code, said = self.run_to_end(text, "--strict-config")
        self.assertEqual(code, 3)
        for place in ("2: hvm: expected a boolean", "4: bogus: unknown key", "6: disk: disk mode: rw where one of r, w"):
            self.assertIn(f"{self.config}:{place}", said)
        self.assertIn("mistakes: 3", said)

    def test_without_strict_a_bad_line_is_skipped(self):
        self.start(SMALL + "bogus = 1\nvcpus = two\nstartup = paused\n")
        self.await_status("created")

    def test_a_file_of_which_no_machine_can_be_made_ends_with_3(self):
        for text, place in ((NAMED + "hvm = 1\n", "memory is missing"), (NAMED + "memory = 64\n", "kernel is missing"),
                            ("uuid = 1234\nhvm = 1\nmemory = 64\n", ":1: uuid: expected a uuid")):
            code, said = self.run_to_end(text)
            self.assertEqual(code, 3)
            self.assertIn(f"{self.config}", said)
            self.assertIn(place, said)

    def test_no_file_and_no_uuid_end_with_3(self):
        for arguments in ([], ["--config", self.dir / "none"], ["--uuid", "x"]):
            run = subprocess.run([BIN / "xenvm", "--engine", "sim", *arguments], env=self.environment, timeout=LIMIT,
                                 stderr=subprocess.PIPE)
            self.assertEqual(run.returncode, 3)

    def test_a_file_without_a_uuid_describes_a_new_machine(self):
        self.start("kernel = /boot/vmlinuz\nmemory = 64\n")
        sockets = lambda: [path.name[3:] for path in (self.dir / "run").glob("vm-*") if path.is_socket()]
        self.wait(sockets)
        self.wait(lambda: self.command("get-status", uuid=sockets()[0]) == "running")

    def test_the_command_line_names_another_machine(self):
        other = UUID.replace("1", "9")
        self.start(SMALL, "--uuid", other)
        self.wait(lambda: self.command("get-status", uuid=other) == "running")

    def test_the_manual_page_names_every_key_and_every_command(self):
        page = (ROOT / "share/man/xenvm.cfg.5").read_text().replace("\\-", "-")
        table = (ROOT / "src/xenvm/config_keys.cpp").read_text()
        keys = re.findall(r'^    \{"([\w-]+)"', table, re.MULTILINE)
        self.assertGreater(len(keys), 60)
        self.assertEqual([key for key in keys if not re.search(rf"(?<![\w-]){key}(?![\w-])", page)], [])
        self.start(SMALL)
        self.await_status("running")
        page = (ROOT / "share/man/xenvm-cmd.1").read_text().replace("\\-", "-")
        commands = re.findall(r"^([\w-]+)", self.command("help"), re.MULTILINE)
        self.assertEqual([name for name in commands if not re.search(rf"(?<![\w-]){name}(?![\w-])", page)], [])

    # ---- exit codes of those who come second

    def test_a_second_monitor_ends_with_1(self):
        self.start(SMALL)
        self.await_status("running")
        self.assertEqual(self.run_to_end(SMALL)[0], 1)

    def test_a_domain_that_exists_ends_with_2_and_is_adopted_on_request(self):
        first = self.start(SMALL)
        self.await_status("running")
        domid = self.command("get-domid")
        first.kill()
        first.wait()
        self.assertEqual(self.run_to_end(SMALL)[0], 2)
        self.start(SMALL, "--adopt")
        self.await_status("running")
        self.assertEqual(self.command("get-domid"), domid)

    # ---- startup

    def test_startup_says_what_happens_first(self):
        for word, status in (("started", "running"), ("start", "running"), ("paused", "created"),
                             ("shutdown", "shutdown"), ("poweroff", "shutdown")):
            with self.subTest(word):
                monitor = self.start(SMALL + f"startup = {word}\n")
                self.await_status(status)
                self.command("destroy")
                self.quit(monitor)

    def test_a_saved_machine_is_restored_and_its_file_kept_or_removed(self):
        image = self.dir / "image"
        monitor = self.start(SMALL)
        self.await_status("running")
        self.assertEqual(self.command("suspend", f"file={image}"), "")
        self.assertEqual(self.command("get-status"), "suspended")
        self.quit(monitor)
        for word, kept in (("restore", True), ("restore-del", False)):
            monitor = self.start(SMALL + f"startup = {word} {image}\n")
            self.await_status("running")
            self.wait(lambda: image.exists() == kept)
            self.command("destroy")
            self.quit(monitor)

    # ---- signals, and what is read again

    def test_sighup_reads_the_file_again_and_keeps_the_old_one_if_it_is_bad(self):
        monitor = self.start(SMALL + "startup = shutdown\n")
        self.await_status("shutdown")
        self.config.write_text(SMALL + "name = other\n")
        monitor.send_signal(signal.SIGHUP)
        self.wait(lambda: self.command("get", "field=name") == "other")
        self.config.write_text("nothing = here\n")
        monitor.send_signal(signal.SIGHUP)
        self.assertIn("bad_config", self.command("read-config").lower())
        self.assertEqual(self.command("get", "field=name"), "other")

    def test_a_machine_that_reboots_by_itself_is_started_as_the_file_now_says(self):
        self.start(SMALL + "on_reboot = reboot\n")
        self.await_status("running")
        self.config.write_text(SMALL.replace("64", "128"))
        self.command("sim-guest", "event=reboot")
        self.wait(lambda: '"memory_kib":131072' in self.command("facts"))

    def test_actions_follow_what_the_guest_did(self):
        for event, action, status in (("halt", "on_halt=reboot", "running"), ("crash", "on_crash=restart", "running"),
                                      ("reboot", "on_restart=destroy", "rebooted"), ("halt", "on_halt=preserve", "shutdown")):
            with self.subTest(action):
                monitor = self.start(SMALL + action + "\n")
                self.await_status("running")
                generation = self.command("facts")
                self.command("sim-guest", f"event={event}")
                self.wait(lambda: self.command("facts") != generation)
                self.await_status(status)
                self.command("destroy")
                self.quit(monitor)

    def test_a_value_set_by_hand_stays_when_the_file_is_read_again(self):
        self.start(SMALL + "startup = shutdown\n")
        self.await_status("shutdown")
        self.assertEqual(self.command("set", "field=memory", "value=256"), "")
        self.assertIn("expected a decimal number", self.command("set", "field=memory", "value=lots"))
        self.assertIn("the fields are on_crash, ", self.command("get", "field=disk"))
        self.command("start")
        self.assertIn('"memory_kib":262144', self.command("facts"))

    # ---- notifications and the log

    def test_notifications_go_to_sockets_as_lines(self):
        unix = Listener(socket.AF_UNIX, str(self.dir / "ear"))
        tcp = Listener(socket.AF_INET, ("127.0.0.1", 0))
        port = tcp.socket.getsockname()[1]
        monitor = self.start(SMALL + f"notify = unix,{self.dir}/ear\nnotify = tcp,127.0.0.1:{port}\n")
        self.await_status("running")
        monitor.send_signal(signal.SIGINT)
        self.assertEqual(monitor.wait(LIMIT), 0)
        states = [f"{UUID}:61440:vm:state:{state}"
                  for state in ("creating-domain", "creating-devices", "created", "running")]
        expected = [f"{UUID}:0:ping", *states, f"{UUID}:1:hup"]
        self.wait(lambda: len(unix.lines) == len(tcp.lines) == len(expected))
        self.assertEqual(unix.lines, expected)
        self.assertEqual(tcp.lines, expected)

    def test_what_it_starts_gets_none_of_its_connections(self):
        """Or a device model would hold them open after the monitor has gone."""
        ear = Listener(socket.AF_UNIX, str(self.dir / "ear"))
        monitor = self.start(SMALL + f"notify = unix,{self.dir}/ear\n")
        self.await_status("running")
        self.wait(lambda: ear.lines)
        request = b'{"jsonrpc":"2.0","method":"subscribe","params":{},"id":1}'
        with socket.socket(socket.AF_UNIX) as subscriber:
            subscriber.connect(str(self.dir / "run" / f"vm-{UUID}"))
            subscriber.sendall(struct.pack(">I", len(request)) + request)
            self.assertTrue(subscriber.recv(4096))
            self.assertEqual(handed_on(monitor.pid), {})

    def test_nobody_listening_delays_nothing(self):
        self.start(SMALL + f"notify = unix,{self.dir}/nobody\nnotify = tcp,127.0.0.1:1\n")
        self.await_status("running")

    def test_debug_logs_operations_into_a_file(self):
        log = self.dir / "debug.log"
        self.start(SMALL + f"debug = yes\noutput = {log}\n")
        self.await_status("running")
        self.assertIn("created->running", log.read_text())

    def test_without_a_bus_the_socket_serves_commands(self):
        monitor = self.start(SMALL)
        self.await_status("running")
        monitor.send_signal(signal.SIGINT)
        self.assertIn("no commands over D-Bus", monitor.communicate(timeout=LIMIT)[1])


if __name__ == "__main__":
    unittest.main()
