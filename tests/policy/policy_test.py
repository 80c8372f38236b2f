#!/usr/bin/python3
"""Who may own our names and call them, tried on a bus of its own with our policy files.

Three people: root, a member of the group that the policy names (the files are copied with a group that every Debian
has in the place of xenmgr-admin), and nobody. Each call goes to a name that a silent owner holds, so that "no answer"
shows that the bus let it through.
"""

import os
import pathlib
import select
import shutil
import signal
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
STAND_IN_GROUP = "users"
SKIPPED = 77

NAMES = ["com.citrix.xenclient.xenmgr", "com.citrix.xenclient.db", "com.citrix.xenclient.rpc_proxy",
         "org.xen.vm.uuid_00000000_0000_0000_0000_000000000001"]
PEOPLE = {
    "root": [],
    "admin": ["setpriv", "--reuid", "nobody", "--regid", STAND_IN_GROUP, "--clear-groups"],
    "nobody": ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"],
}

# Owns the names given; for each line read it broadcasts one signal, otherwise it answers nothing.
SILENT_OWNER = """
import dbus, dbus.lowlevel, sys
bus = dbus.SystemBus()
for name in sys.argv[1:]: bus.request_name(name)
print("ready", flush=True)
for line in sys.stdin:
    bus.send_message(dbus.lowlevel.SignalMessage("/", "org.example.Test", "secret"))
    bus.flush()
"""


# Asks for the manager's signals, says so, and says "heard" if any byte arrives within half a second.
LISTENER = """
import dbus, select
bus = dbus.SystemBus()
bus.add_match_string("type='signal',sender='com.citrix.xenclient.xenmgr'")
print("listening", flush=True)
print("heard" if select.select([bus.get_unix_fd()], [], [], 0.5)[0] else "silence", flush=True)
"""


class Policy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix="xenmgr-policy-")
        os.chmod(cls.dir, 0o755)
        policy = pathlib.Path(cls.dir, "policy")
        policy.mkdir()
        for file in (ROOT / "policy").glob("*.conf"):
            (policy / file.name).write_text(file.read_text().replace('"xenmgr-admin"', f'"{STAND_IN_GROUP}"'))
        started = subprocess.run([ROOT / "packaging/private-bus", cls.dir], check=True, capture_output=True, text=True,
                                 env={**os.environ, "XENMGR_POLICY_DIR": str(policy)})
        address, pid = started.stdout.split()
        cls.daemon = int(pid)
        cls.environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": address}
        cls.owner = subprocess.Popen(["/usr/bin/python3", "-c", SILENT_OWNER, *NAMES],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=cls.environment)
        assert cls.owner.stdout.readline() == "ready\n", "root could not own our names"

    @classmethod
    def tearDownClass(cls):
        cls.owner.kill()
        cls.owner.communicate()
        ending = os.pidfd_open(cls.daemon)
        os.kill(cls.daemon, signal.SIGTERM)
        select.select([ending], [], [], 10)    # it removes its socket
        os.close(ending)
        shutil.rmtree(cls.dir)

    def send(self, person, *arguments):
        """What dbus-send says; the person waits at most 300 ms for an answer."""
        done = subprocess.run([*PEOPLE[person], "dbus-send", "--system", "--print-reply", "--reply-timeout=300",
                               *arguments], capture_output=True, text=True, env=self.environment)
        return done.stdout + done.stderr

    def calls(self, person, name):
        return self.send(person, f"--dest={name}", "/", "org.example.Test.anything")

    def requests(self, person, name):
        return self.send(person, "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.RequestName",
                         f"string:{name}", "uint32:4")

    def test_root_owns_every_name(self):
        for name in NAMES:
            with self.subTest(name):
                self.assertIn("uint32 3", self.requests("root", name))    # allowed, but taken

    def test_others_own_none(self):
        for person in ("admin", "nobody"):
            for name in NAMES:
                with self.subTest(name, person=person):
                    self.assertIn("AccessDenied", self.requests(person, name))

    def test_root_and_admins_call(self):
        for person in ("root", "admin"):
            for name in NAMES:
                with self.subTest(name, person=person):
                    self.assertIn("NoReply", self.calls(person, name))

    def test_nobody_else_calls(self):
        for name in NAMES:
            with self.subTest(name):
                self.assertIn("AccessDenied", self.calls("nobody", name))

    def hears_signals(self, person):
        listener = subprocess.Popen([*PEOPLE[person], "/usr/bin/python3", "-c", LISTENER],
                                    stdout=subprocess.PIPE, text=True, env=self.environment)
        self.assertEqual(listener.stdout.readline(), "listening\n")
        self.owner.stdin.write("send\n")
        self.owner.stdin.flush()
        return listener.communicate()[0] == "heard\n"

    def test_signals_reach_root_and_admins_only(self):
        heard = [person for person in PEOPLE if self.hears_signals(person)]
        self.assertEqual(heard, ["root", "admin"])


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("only root can switch users; skipped")
        raise SystemExit(SKIPPED)
    unittest.main()
