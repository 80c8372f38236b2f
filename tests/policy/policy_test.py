#!/usr/bin/python3
"""Who may own our names and call them, tried on a bus of its own with our policy files.

Four people: root, a member of the group that the policy names (the files are copied with a group and a user that every
Debian has in the place of xenmgr-admin and xenmgr-proxy), the firewall's user, and nobody. Each call goes to a name that a silent owner holds, so that "no answer"
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
STAND_IN_PROXY = "games"
SKIPPED = 77

NAMES = ["com.citrix.xenclient.xenmgr", "com.citrix.xenclient.db", "com.citrix.xenclient.rpc_proxy",
         "org.xen.vm.uuid_00000000_0000_0000_0000_000000000001", "com.citrix.xenclient.rpc_proxy.p1",
         "com.citrix.xenclient.guest.uuid_11111111_2222_3333_4444_555555555555"]
PEOPLE = {
    "root": [],
    "admin": ["setpriv", "--reuid", "nobody", "--regid", STAND_IN_GROUP, "--clear-groups"],
    "proxy": ["setpriv", "--reuid", STAND_IN_PROXY, "--regid", "nogroup", "--clear-groups"],
    "nobody": ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"],
}

# What the firewall's user is for: it calls the manager and the database for its guests, owns its own names, and those
# that it gives to agents in guests.
OF_THE_PROXY = ["com.citrix.xenclient.rpc_proxy", "com.citrix.xenclient.rpc_proxy.p77",
                "com.citrix.xenclient.guest.uuid_00000000_0000_0000_0000_000000000001"]
CALLED_BY_THE_PROXY = ["com.citrix.xenclient.xenmgr", "com.citrix.xenclient.db"]

# Owns the names given; for each line read it broadcasts one signal and says when the bus has it, otherwise it answers
# nothing.
SILENT_OWNER = """
import dbus, dbus.lowlevel, sys
bus = dbus.SystemBus()
for name in sys.argv[1:]: bus.request_name(name)
print("ready", flush=True)
for line in sys.stdin:
    bus.send_message(dbus.lowlevel.SignalMessage("/", "org.example.Test", "secret"))
    bus.get_name_owner("org.freedesktop.DBus")
    print("sent", flush=True)
"""


# Asks for the manager's signals and says so. At the next line, what the bus had for it before the answer to a question
# of its own is there; it says whether a signal is.
LISTENER = """
import sys, dbus, dbus.mainloop.glib
from gi.repository import GLib
bus = dbus.SystemBus(mainloop=dbus.mainloop.glib.DBusGMainLoop())
heard = []
bus.add_signal_receiver(lambda: heard.append("secret"), "secret")
bus.add_match_string("type='signal',sender='com.citrix.xenclient.xenmgr'")
print("listening", flush=True)
sys.stdin.readline()
bus.get_name_owner("org.freedesktop.DBus")
while GLib.MainContext.default().iteration(False):
    pass
print("heard" if heard else "silence", flush=True)
"""


class Policy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix="xenmgr-policy-")
        os.chmod(cls.dir, 0o755)
        policy = pathlib.Path(cls.dir, "policy")
        policy.mkdir()
        for file in (ROOT / "policy").glob("*.conf"):
            (policy / file.name).write_text(file.read_text().replace('"xenmgr-admin"', f'"{STAND_IN_GROUP}"')
                                            .replace('"xenmgr-proxy"', f'"{STAND_IN_PROXY}"'))
        started = subprocess.run([ROOT / "packaging/private-bus", cls.dir], check=True, capture_output=True, text=True,
                                 env={**os.environ, "XENMGR_POLICY_DIR": str(policy)})
        address, pid = started.stdout.split()
        cls.daemon = int(pid)
        cls.environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": address}
        # One process for each name: to the bus, whoever may call one name of a process may call the process.
        cls.owners = [subprocess.Popen(["/usr/bin/python3", "-c", SILENT_OWNER, name], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, text=True, env=cls.environment) for name in NAMES]
        cls.manager = cls.owners[0]
        for owner in cls.owners:
            assert owner.stdout.readline() == "ready\n", "root could not own our names"

    @classmethod
    def tearDownClass(cls):
        for owner in cls.owners:
            owner.kill()
            owner.communicate()
        ending = os.pidfd_open(cls.daemon)
        os.kill(cls.daemon, signal.SIGTERM)
        select.select([ending], [], [], 10)    # it removes its socket
        os.close(ending)
        shutil.rmtree(cls.dir)

    def send(self, person, patience_ms, *arguments):
        """What dbus-send says."""
        done = subprocess.run([*PEOPLE[person], "dbus-send", "--system", "--print-reply",
                               f"--reply-timeout={patience_ms}", *arguments], capture_output=True, text=True,
                              env=self.environment)
        return done.stdout + done.stderr

    def assert_calls(self, person, name, allowed):
        """An owner never answers, the bus says at once that a call is denied; when it is busy, a little later."""
        for patience_ms in [300] if allowed else [300, 60_000]:
            answer = self.send(person, patience_ms, f"--dest={name}", "/", "org.example.Test.anything")
            if "NoReply" not in answer:
                break
        self.assertIn("NoReply" if allowed else "AccessDenied", answer)

    def requests(self, person, name):
        return self.send(person, 60_000, "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.RequestName",
                         f"string:{name}", "uint32:4")

    def test_root_owns_every_name(self):
        for name in NAMES:
            with self.subTest(name):
                self.assertIn("uint32 3", self.requests("root", name))    # allowed, but taken

    def test_others_own_none(self):
        for person in ("admin", "nobody"):
            for name in NAMES + OF_THE_PROXY:
                with self.subTest(name, person=person):
                    self.assertIn("AccessDenied", self.requests(person, name))

    def test_the_firewall_owns_its_names_and_no_others(self):
        for name in NAMES + OF_THE_PROXY:
            with self.subTest(name):
                answer = self.requests("proxy", name)
                if name in CALLED_BY_THE_PROXY or name.startswith("org.xen.vm"):
                    self.assertIn("AccessDenied", answer)
                else:
                    self.assertRegex(answer, "uint32 [13]")

    def test_the_firewall_calls_what_its_guests_may_be_allowed_to_call(self):
        for name in NAMES:
            with self.subTest(name):
                self.assert_calls("proxy", name, allowed=name in CALLED_BY_THE_PROXY)

    def test_root_calls_everything_and_admins_all_but_guests(self):
        for person in ("root", "admin"):
            for name in NAMES:
                with self.subTest(name, person=person):
                    inner = name.startswith(("com.citrix.xenclient.guest", "com.citrix.xenclient.rpc_proxy."))
                    self.assert_calls(person, name, allowed=not inner or person == "root")

    def test_nobody_else_calls(self):
        for name in NAMES:
            with self.subTest(name):
                self.assert_calls("nobody", name, allowed=False)

    def hears_signals(self, person):
        listener = subprocess.Popen([*PEOPLE[person], "/usr/bin/python3", "-c", LISTENER], stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE, text=True, env=self.environment)
        self.assertEqual(listener.stdout.readline(), "listening\n")
        self.manager.stdin.write("send\n")
        self.manager.stdin.flush()
        self.assertEqual(self.manager.stdout.readline(), "sent\n")
        return listener.communicate("\n")[0] == "heard\n"

    def test_signals_reach_root_admins_and_the_firewall_only(self):
        heard = [person for person in PEOPLE if self.hears_signals(person)]
        self.assertEqual(heard, ["root", "admin", "proxy"])


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("only root can switch users; skipped")
        raise SystemExit(SKIPPED)
    unittest.main()
