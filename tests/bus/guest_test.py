#!/usr/bin/python3
"""Guests behind the firewall, as xenmgr and dbd see them: who they are, what they ask for, and their agents."""

import pathlib
import subprocess
import tempfile
import unittest

import dbus
import dbus.bus
import dbus.mainloop.glib
import dbus.service

from bus_case import BusTest
from stack import BIN, DB, ROOT, XENMGR, uuid_of, vm_tree, wait_until

WEB, OTHER, SAYING = (uuid_of(number) for number in (1, 2, 3))
PROXY = "com.citrix.xenclient.rpc_proxy"
AGENT = "com.citrix.xenclient.guest"

RULES = (ROOT / "policy/rpc-proxy.rules").read_text() + """
allow destination org.freedesktop.DBus interface org.freedesktop.DBus member RequestName
"""


class Agent(dbus.service.Object):
    """In the guest: shuts its machine down when it is asked to."""

    def __init__(self, bus, shut_down):
        super().__init__(bus, "/")
        self.asked, self.shut_down = [], shut_down

    @dbus.service.method(AGENT, in_signature="", out_signature="")
    def request_shutdown(self):
        self.asked.append("shutdown")
        self.shut_down()

    @dbus.service.signal(AGENT, signature="")
    def agent_started(self):
        pass

    @dbus.service.signal(AGENT, signature="")
    def agent_uninstalled(self):
        pass


class Guests(BusTest):
    vms = [vm_tree(WEB, **{"domstore-read-access": "true"}), vm_tree(OTHER), vm_tree(SAYING)]

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="xenmgr-guests-", dir=self.stack.dir))
        (self.dir / "rules").write_text(RULES)

    def guest(self, uuid, domid=7):
        """A connection to the bus as a process in the guest has it."""
        socket = self.dir / f"guest-{domid}"
        proxy = self.stack.start(f"rpc-proxy-{domid}", PROXY, [
            BIN / "rpc-proxy", "--server", "-i", f"unix:{socket}", "-o", f"unix:{self.stack.dir}/bus",
            "-r", self.dir / "rules", "--incoming-domid", str(domid), "--incoming-uuid", uuid,
            "--request-name", f"{AGENT}.uuid_$UUID"])
        self.addCleanup(proxy.kill)
        return dbus.bus.BusConnection(f"unix:path={socket}", mainloop=dbus.mainloop.glib.DBusGMainLoop())

    def test_attention_is_asked_for_by_the_guest_that_the_firewall_names(self):
        heard = self.stack.signals("requested_attention")
        guest = self.guest(WEB)
        guest.call_blocking(XENMGR, "/", f"{XENMGR}.guestreq", "request_attention", "", ())
        heard.wait(lambda seen: seen, "attention is asked for")
        self.assertEqual(heard.of("requested_attention"), [(WEB, self.vm(WEB).path)])

    def test_attention_asked_for_on_the_host_concerns_no_vm(self):
        heard = self.stack.signals("requested_attention")
        self.stack.call("/", f"{XENMGR}.guestreq", "request_attention")
        self.stack.manager("list_vms")
        self.assertEqual(heard.seen, [])

    def test_a_guest_reads_its_own_corner_of_the_database_only(self):
        self.stack.database("write", f"/dom-store/{WEB}/greeting", "hello")
        self.stack.database("write", f"/dom-store/{OTHER}/greeting", "not yours")
        guest = self.guest(WEB)
        read = lambda path: guest.call_blocking(DB, "/", DB, "read", "s", (path,))
        self.assertEqual(read("greeting"), "hello")
        self.assertEqual(read(f"/dom-store/{OTHER}/greeting"), "")
        with self.assertRaisesRegex(dbus.DBusException, "AccessDenied"):
            guest.call_blocking(DB, "/", DB, "write", "ss", ("greeting", "mine"))

    def test_rules_in_the_database_come_and_go_with_the_next_message(self):
        guest = self.guest(WEB)
        attention = lambda: guest.call_blocking(XENMGR, "/", f"{XENMGR}.guestreq", "request_attention", "", ())

        def refused():
            try:
                return bool(attention())
            except dbus.DBusException as error:
                return "AccessDenied" in str(error)
        attention()
        self.stack.database("write", f"/vm/{WEB}/rpc-firewall-rules/0", "deny destination com.citrix.xenclient.xenmgr")
        wait_until(refused, "the VM's own rule denies")
        self.stack.database("rm", f"/vm/{WEB}/rpc-firewall-rules/0")
        wait_until(lambda: not refused(), "the rule is gone")

    def drivers_become(self, vm, there):
        wait_until(lambda: bool(vm.get("pv-addons")) == there, f"pv-addons is {there}")

    def test_a_guest_whose_agent_starts_has_drivers_until_it_is_removed(self):
        vm, other = self.vm(SAYING), self.vm(OTHER)
        vm.call("start")
        other.call("start")
        self.assertFalse(vm.get("pv-addons"))
        agent = Agent(self.guest(SAYING, 10), None)
        agent.agent_started()
        self.drivers_become(vm, True)
        vm.call("sleep")    # which a guest without drivers is not sent to
        vm.call("resume")
        agent.agent_uninstalled()
        self.drivers_become(vm, False)
        self.assertFalse(other.get("pv-addons"))

    def test_what_is_said_on_the_host_is_of_no_guest(self):
        vm = self.vm(WEB)
        vm.call("start")
        agent = Agent(self.stack.connect(), None)
        agent.agent_started()
        self.stack.manager("list_vms")
        self.assertFalse(vm.get("pv-addons"))
        vm.call("destroy")

    def test_a_guest_with_an_agent_is_shut_down_by_it(self):
        vm = self.vm(WEB)
        vm.call("start")
        guest = self.guest(WEB, 9)
        monitor = lambda: subprocess.run([BIN / "xenvm-cmd", WEB, "shutdown"], check=True, timeout=30,
                                         env={**self.stack.environment, "XENVM_SOCKET_DIR": str(self.stack.run_dir)})
        agent = Agent(guest, monitor)
        guest.request_name("org.example.whatever")    # it gets its own name, whatever it asks for
        wait_until(lambda: self.stack.bus.name_has_owner(f"{AGENT}.uuid_{WEB.replace('-', '_')}"), "the agent is there")
        done = vm.call_later("shutdown")
        done.wait(30)
        self.assertEqual(agent.asked, ["shutdown"])
        self.assertEqual(vm.state, "stopped")


if __name__ == "__main__":
    unittest.main()
