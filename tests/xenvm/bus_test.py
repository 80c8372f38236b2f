#!/usr/bin/python3
"""xenvm and xenvm-cmd over D-Bus, on a bus of their own: commands, results, refusals, notifications."""

import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

import dbus
import dbus.bus
import dbus.mainloop.glib
from gi.repository import GLib

BIN = pathlib.Path(os.environ["XENMGR_BIN"])
UUID = "11111111-2222-3333-4444-555555555555"
NAME = "org.xen.vm.uuid_" + UUID.replace("-", "_")
CONFIG = f"uuid = {UUID}\nhvm = yes\nmemory = 64\nnic = id=2,bridge=br0,mac=00:16:3e:00:00:01\nstartup = poweroff\non_reboot = destroy\n"
BUS_CONFIG = """<busconfig><type>session</type><listen>unix:dir={}</listen><policy context="default">
<allow send_destination="*"/><allow own="*"/><allow receive_sender="*"/></policy></busconfig>"""


class OverTheBus(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="xenvm-bus-")
        self.addCleanup(scratch.cleanup)
        self.dir = pathlib.Path(scratch.name)
        (self.dir / "bus.conf").write_text(BUS_CONFIG.format(self.dir))
        (self.dir / "vm.conf").write_text(CONFIG)
        daemon = subprocess.Popen(["dbus-daemon", f"--config-file={self.dir}/bus.conf", "--nofork", "--print-address"],
                                  stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end, daemon)
        self.environment = os.environ | {"XENVM_SOCKET_DIR": str(self.dir / "run"),
                                         "DBUS_SESSION_BUS_ADDRESS": daemon.stdout.readline().strip()}
        dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
        self.bus = dbus.bus.BusConnection(self.environment["DBUS_SESSION_BUS_ADDRESS"])
        self.news = []
        self.bus.add_signal_receiver(self.hear, "notify", "xenvm.signal.notify",
                                     path="/org/xen/vm/" + UUID.replace("-", "_"))
        self.monitor = subprocess.Popen([BIN / "xenvm", "--no-daemonize", "--monitor-dbus-session", "--engine", "sim",
                                         self.dir / "vm.conf"], env=self.environment, stderr=subprocess.DEVNULL)
        self.addCleanup(self.end, self.monitor)
        self.wait(lambda: self.bus.name_has_owner(NAME))

    def hear(self, uuid, code, message):
        if code != 0:    # that it has started
            self.news.append((uuid, code, message))

    @staticmethod
    def end(process):
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()

    def wait(self, condition, seconds=60):
        late = []
        timer = GLib.timeout_add_seconds(seconds, lambda: late.append(True) or False)
        tick = GLib.timeout_add(20, lambda: True)
        while not condition():
            self.assertFalse(late, "not within the time")
            GLib.MainContext.default().iteration(True)
        GLib.source_remove(tick)
        if not late:
            GLib.source_remove(timer)

    def command(self, *words):
        run = subprocess.run([BIN / "xenvm-cmd", "--session-bus", "--reply-timeout", "60", UUID, *words], text=True,
                             env=self.environment, capture_output=True, timeout=90)
        return run.returncode, run.stdout, run.stderr

    def call(self, method, **params):
        interface = dbus.Interface(self.bus.get_object(NAME, "/", introspect=False), NAME)
        return getattr(interface, method)(dbus.Dictionary(params, signature="ss"))

    def test_commands_have_a_result_or_none(self):
        self.assertEqual(self.command("start"), (0, "", ""))
        self.assertEqual(self.command("get-status"), (0, "running\n", ""))
        self.assertEqual(self.command("nic-list"), (0, "id=2,bridge=br0,mac=00:16:3e:00:00:01\n", ""))
        self.assertIsNone(self.call("pause"))
        self.assertEqual(self.call("get_status"), "paused")

    def test_a_refusal_keeps_its_word_and_its_code(self):
        with self.assertRaises(dbus.DBusException) as raised:
            self.call("pause")
        self.assertEqual(raised.exception.get_dbus_name(), "org.freedesktop.DBus.Error.Failed")
        self.assertIn("Vm_bad_state", raised.exception.get_dbus_message())
        code, _, text = self.command("pause")
        self.assertEqual(code, 1)
        self.assertIn("102:vm_bad_state", text)

    def test_a_machine_without_a_monitor_is_an_error(self):
        other = [BIN / "xenvm-cmd", "--session-bus", UUID.replace("1", "2"), "get-status"]
        run = subprocess.run(other, env=self.environment, capture_output=True, text=True, timeout=90)
        self.assertEqual(run.returncode, 1)
        self.assertIn("monitor_unreachable", run.stderr)

    def test_every_state_is_told_with_its_code(self):
        self.call("start", paused="true")
        self.call("unpause")
        self.call("destroy")
        self.wait(lambda: len(self.news) >= 5)
        self.assertEqual([tuple(map(str, (uuid, message))) for uuid, _, message in self.news],
                         [(UUID, f"vm:state:{state}") for state in
                          ("creating-domain", "creating-devices", "created", "running", "shutdown")])
        self.assertEqual({int(code) for _, code, _ in self.news}, {61440})

    def test_sigint_says_goodbye_and_ends(self):
        self.monitor.send_signal(signal.SIGINT)
        self.assertEqual(self.monitor.wait(60), 0)
        self.wait(lambda: self.news)
        self.assertEqual([str(message) for _, _, message in self.news], ["hup"])

    def test_introspection_lists_the_commands(self):
        proxy = self.bus.get_object(NAME, "/", introspect=False)
        text = str(proxy.Introspect(dbus_interface="org.freedesktop.DBus.Introspectable"))
        for method in ("start", "get_acpi_state", "halt", "cd_eject"):
            self.assertIn(f'<method name="{method}">', text)


if __name__ == "__main__":
    unittest.main()
