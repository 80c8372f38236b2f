#!/usr/bin/python3
"""What xenmgr shows in xenstore, seen there by others, while VMs of the simulated engine live."""

import os
import pathlib
import shutil
import sys
import tempfile
import unittest

import dbus.bus
import dbus.lowlevel

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bus"))

from bus_case import BusTest
from descriptors import handed_on
from played_xenstored import PROGRAM, Client, PlayedXenstored
from stack import BIN, ROOT, XENMGR, uuid_of, vm_tree, wait_until

SHOWN, NETWORK, KEPT, REMOVED, SERVICE, PLAIN = (uuid_of(n) for n in range(1, 7))
GUEST = "com.citrix.xenclient.guest"
PROXY = "com.citrix.xenclient.rpc_proxy"


class Nodes(BusTest):
    vms = [vm_tree(SHOWN, slot="4"), vm_tree(KEPT), vm_tree(REMOVED),
           vm_tree(NETWORK, **{"type": "ndvm", "provides-network-backend": "true"}),
           vm_tree(SERVICE, type="uivm"), vm_tree(PLAIN, type="syncvm")]

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="xenmgr-store-")
        cls.xenstored = PlayedXenstored(pathlib.Path(cls.folder) / "xenstored")
        cls.store = Client()
        wait_until(lambda: cls.store.read("/") is not None, "xenstored answers")
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        del os.environ["XENSTORED_PATH"]
        shutil.rmtree(cls.folder)

    def tearDown(self):
        for tree in self.vms:
            if tree["uuid"] not in (REMOVED, SERVICE):    # which have been deleted
                self.vm(tree["uuid"]).call("destroy")

    def reads(self, path, expected):
        wait_until(lambda: self.store.read(path) == expected,
                   lambda: f"{path} is {expected!r}; it is {self.store.read(path)!r}")

    def test_a_vm_is_shown_while_it_runs_as_it_is_configured(self):
        vm, entry = self.vm(SHOWN), f"/xenmgr/vms/{SHOWN}"
        self.assertIsNone(self.store.read(entry))
        vm.call("start")
        for name, value in {"domid": str(vm.domid), "slot": "4", "type": "svm", "hidden": "0"}.items():
            self.reads(f"{entry}/{name}", value)
        vm.set("name", "another")
        self.reads(f"{entry}/name", "another")
        vm.set("image-path", "images/another.png")
        self.reads(f"{entry}/image", "images/another.png")
        vm.set("hidden-in-switcher", True)
        self.reads(f"{entry}/hidden", "1")
        vm.set("slot", 6)
        self.reads(f"{entry}/slot", "6")
        vm.call("destroy")
        self.reads(entry, None)

    def test_the_state_is_written_where_the_toolstack_made_the_vms_node(self):
        vm, node = self.vm(KEPT), f"/vm/{KEPT}"
        self.store.write(node, "")
        vm.call("start")
        self.reads(f"{node}/state", "running")
        vm.call("pause")
        self.reads(f"{node}/state", "paused")
        vm.call("destroy")
        self.reads(f"{node}/state", None)

    def guest_emits(self, uuid, signal):
        """As a process in the VM does, through the firewall."""
        socket = self.stack.dir / "guest"
        proxy = self.stack.start("rpc-proxy", PROXY, [
            BIN / "rpc-proxy", "--server", "-i", f"unix:{socket}", "-o", f"unix:{self.stack.dir}/bus",
            "-r", ROOT / "policy/rpc-proxy.rules", "--incoming-domid", "7", "--incoming-uuid", uuid])
        self.addCleanup(proxy.kill)
        guest = dbus.bus.BusConnection(f"unix:path={socket}")
        guest.send_message(dbus.lowlevel.SignalMessage("/", GUEST, signal))
        guest.call_blocking(XENMGR, "/", f"{XENMGR}.guestreq", "request_attention", "", ())    # answered after it
        return guest

    def test_a_display_that_has_come_up_is_shown_until_the_vm_is_down(self):
        vm, entry = self.vm(SHOWN), f"/xenmgr/vms/{SHOWN}"
        vm.call("start")
        self.reads(f"{entry}/domid", str(vm.domid))
        guest = self.guest_emits(SHOWN, "xorg_running")
        self.reads(f"{entry}/xorg", "1")
        vm.set("name", "yet another")
        self.reads(f"{entry}/name", "yet another")
        self.reads(f"{entry}/xorg", "1")
        guest.close()
        vm.call("destroy")
        self.reads(entry, None)
        vm.call("start")
        self.reads(f"{entry}/domid", str(vm.domid))
        self.reads(f"{entry}/xorg", None)

    def test_a_display_of_a_vm_that_does_not_run_is_not_shown(self):
        self.guest_emits(KEPT, "xorg_running").close()
        self.vm(KEPT).call("start")
        self.reads(f"/xenmgr/vms/{KEPT}/domid", str(self.vm(KEPT).domid))
        self.reads(f"/xenmgr/vms/{KEPT}/xorg", None)

    def test_a_service_vm_that_asks_has_its_memory_kept_and_starts_from_it(self):
        vm, node = self.vm(SERVICE), f"/xenmgr/service-vm-snapshot/{SERVICE}/state"
        image = self.stack.dir / "memory"
        vm.set("start-from-suspend-image", str(image))
        vm.call("start")
        self.reads(node, "start")
        first = vm.domid
        self.store.write(node, "snapshot")
        self.reads(node, "resume")
        wait_until(lambda: vm.state == "running" and vm.domid != first, "it goes on in a new domain")
        self.assertTrue(image.exists())
        vm.call("destroy")
        vm.call("start")
        self.reads(node, "resume")
        vm.call("destroy")
        vm.call("delete")
        self.reads(node, None)

    def test_a_service_vm_without_a_file_for_its_memory_is_told_so_and_cannot_ask(self):
        vm, node = self.vm(PLAIN), f"/xenmgr/service-vm-snapshot/{PLAIN}/state"
        vm.call("start")
        self.reads(node, "start-no-snapshot")
        first = vm.domid
        self.store.write(node, "snapshot")
        self.vm(KEPT).call("start")
        self.reads(f"/xenmgr/vms/{KEPT}/domid", str(self.vm(KEPT).domid))
        self.assertEqual((vm.state, vm.domid), ("running", first))

    def test_the_network_backend_is_known_while_it_runs(self):
        vm = self.vm(NETWORK)
        vm.call("start")
        self.reads("/local/domain/0/backend-domid", str(vm.domid))
        self.reads(f"/xenmgr/vms/{NETWORK}/ndvm", "1")
        vm.call("destroy")
        self.reads("/local/domain/0/backend-domid", "0")

    def test_a_deleted_vm_leaves_nothing(self):
        self.store.write(f"/state/{REMOVED}/state", "shutdown")
        self.vm(REMOVED).call("delete")
        self.reads(f"/state/{REMOVED}", None)

    def test_a_manager_that_starts_shows_what_runs(self):
        self.vm(KEPT).call("start")
        entry = f"/xenmgr/vms/{KEPT}/domid"
        self.reads(entry, str(self.vm(KEPT).domid))
        self.stack.xenmgr.kill()
        self.xenstored.kill()
        self.xenstored.start()
        wait_until(lambda: self.store.read("/") is not None, "xenstored answers")
        self.stack.start_xenmgr()
        self.reads(entry, str(self.vm(KEPT).domid))

    def test_what_it_starts_gets_no_descriptor_of_its_connections(self):
        self.vm(SHOWN).call("start")
        self.reads(f"/xenmgr/vms/{SHOWN}/domid", str(self.vm(SHOWN).domid))
        self.assertEqual(handed_on(self.stack.xenmgr.pid), {})

    def test_without_xenstored_life_goes_on(self):
        self.xenstored.kill()
        vm = self.vm(SHOWN)
        vm.call("start")
        vm.set("slot", 5)
        self.xenstored.start()
        wait_until(lambda: self.store.read("/") is not None, "xenstored answers")
        vm.set("slot", 3)
        self.reads(f"/xenmgr/vms/{SHOWN}/slot", "3")


if __name__ == "__main__":
    if not PROGRAM.exists():
        print(f"skipped: there is no {PROGRAM}")
        sys.exit(77)
    unittest.main()
