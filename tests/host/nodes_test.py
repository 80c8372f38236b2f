#!/usr/bin/python3
"""Nodes of xenstore as real guests find them: what is there, whose it is, and what a guest may do with another's.
Runs in a dom0."""

import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "bus")]

from guest_shell import PATIENCE, GuestShell
from guests import store_read
from labkit.archive import archive_of_programs
from stack import Stack, uuid_of, wait_until

KERNEL, INITRD = "/lab/guest/kernel", pathlib.Path("/lab/guest/initrd")
WITH_XENSTORE = pathlib.Path("/run/nodes-test-initrd")
ONE, TWO = uuid_of(1), uuid_of(2)
SENTINEL = "has-booted"
LONGEST_START = 60    # seconds, without a word of the guest


def guest(uuid, **settings):
    config = {"virt-type": "pv", "memory": "128", "vcpus": "1", "kernel": KERNEL, "initrd": str(WITH_XENSTORE),
              "cmdline": "console=hvc0 loglevel=3", "extra-xenvm": {"0": "tsc_mode=native"}, **settings.pop("config", {})}
    return {"uuid": uuid, "type": "svm", "name": f"vm {uuid[-4:]}", "slot": "-1", "config": config, **settings}


def permissions(path):
    """As xenstore-ls prints them: "n0,b7"."""
    folder, name = path.rsplit("/", 1)
    listed = subprocess.run(["xenstore-ls", "-p", folder], capture_output=True, text=True, check=True).stdout
    line = next((line for line in listed.splitlines() if line.startswith(f"{name} = ")), None)
    return line and line.rsplit("(", 1)[1].rstrip(")")


def exists(path):
    return subprocess.run(["xenstore-exists", path], check=False).returncode == 0


class Nodes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack([guest(ONE, config={"argo": "true"}, **{"boot-sentinel": SENTINEL}), guest(TWO)])
        cls.stack.__enter__()
        cls.addClassCleanup(cls.stack.__exit__, None, None, None)
        for uuid in (ONE, TWO):
            cls.addClassCleanup(cls.stack.vm(uuid).call, "destroy", timeout=PATIENCE)
        cls.start_with_sentinel()
        cls.stack.vm(TWO).call("start", timeout=PATIENCE)
        cls.two = GuestShell(cls.stack.vm(TWO).get("name"), cls.stack.vm(TWO).domid)
        cls.domid = cls.stack.vm(ONE).domid
        cls.home = f"/local/domain/{cls.domid}"

    @classmethod
    def start_with_sentinel(cls):
        """The start ends when the guest has written, which it does only then. One that boots longer than a start waits is
        started again."""
        vm = cls.stack.vm(ONE)
        for _ in range(5):
            start = vm.call_later("start", timeout=PATIENCE)
            wait_until(lambda: vm.state == "running", "the guest runs", PATIENCE)
            node = f"/local/domain/{vm.domid}/{SENTINEL}"
            cls.sentinel_before = permissions(node), start.done()
            cls.one = GuestShell(vm.get("name"), vm.domid)
            cls.one.run(f"xenstore write {SENTINEL} up")
            start.wait(PATIENCE)
            cls.waited = start.took
            if cls.waited < LONGEST_START:
                return
            vm.call("destroy", timeout=PATIENCE)

    def test_a_start_waits_for_the_boot_sentinel_which_is_the_guests(self):
        self.assertEqual(self.sentinel_before, (f"n0,b{self.domid}", False))
        self.assertLess(self.waited, LONGEST_START)

    def test_a_domain_has_its_nodes_with_their_rights(self):
        argo = f"/local/domain/0/backend/argo/{self.domid}/0"
        d = self.domid
        for path, value, rights in (
                (f"{self.home}/vm", f"/vm/{ONE}", "r0"),
                (f"/vm/{ONE}/uuid", ONE, "r0"),
                (f"/vm/{ONE}/state", "running", None),
                (f"/state/{ONE}/state", "running", "n0"),
                (f"{self.home}/acpi-state", "", f"n{d}"),
                (f"{self.home}/power-state", "", f"n{d}"),
                (f"{self.home}/bsgdev", "", f"n0,b{d}"),
                (f"{self.home}/bsgdev-req", "", f"n0,b{d}"),
                (f"{self.home}/argo-firewall-ready", "1", f"n0,r{d}"),
                (f"{self.home}/device/argo/0/backend", argo, f"n{d},r0"),
                (f"{self.home}/device/argo/0/backend-id", "0", f"n{d},r0"),
                (f"{self.home}/device/argo/0/state", "1", f"n{d},r0"),
                (f"{argo}/frontend", f"{self.home}/device/argo/0", None),
                (f"{argo}/frontend-id", str(d), None),
                (f"{argo}/state", "0", None),
                (f"/xenmgr/vms/{ONE}/domid", str(d), "r0"),
                (f"/xenmgr/vms/{ONE}/name", f"vm {ONE[-4:]}", "r0")):
            with self.subTest(path=path):
                wait_until(lambda: permissions(path) is not None, f"there is {path}", PATIENCE)
                wait_until(lambda: store_read(path) == value, lambda: f"{value}, it is {store_read(path)}", PATIENCE)
                if rights:
                    self.assertEqual(permissions(path), rights)

    def test_the_other_domain_has_no_argo_and_no_sentinel(self):
        home = f"/local/domain/{self.stack.vm(TWO).domid}"
        self.assertEqual(store_read(f"{home}/device/argo/0/state"), "")
        self.assertIsNone(permissions(f"{home}/{SENTINEL}"))
        self.assertEqual(store_read(f"{home}/argo-firewall-ready"), "1")

    def test_a_guest_writes_its_own_nodes_and_no_other_guests(self):
        for name in ("bsgdev", "acpi-state", "power-state", SENTINEL, "attr/PVAddons/Installed", "device/argo/0/state",
                     "argo-firewall-ready", "vm"):
            with self.subTest(name=name):
                before = store_read(f"{self.home}/{name}")
                status, text = self.two.run(f"xenstore write {self.home}/{name} stolen")
                self.assertNotEqual(status, 0, text)
                self.assertEqual(store_read(f"{self.home}/{name}"), before)
        for path in (f"/xenmgr/vms/{ONE}/domid", f"/xenmgr/vms/{TWO}/domid", f"/state/{TWO}/state", f"/vm/{TWO}/state",
                     "/local/domain/0/backend-domid", f"/local/domain/0/backend/argo/{self.domid}/0/state"):
            with self.subTest(path=path):
                self.assertNotEqual(self.two.run(f"xenstore write {path} stolen")[0], 0)
                self.assertNotEqual(store_read(path), "stolen")
        self.assertEqual(self.one.run("xenstore write bsgdev/1_0_0_0/lock 1")[0], 0)
        self.assertEqual(store_read(f"{self.home}/bsgdev/1_0_0_0/lock"), "1")
        self.assertNotEqual(self.one.run("xenstore write argo-firewall-ready 0")[0], 0)

    def test_every_guest_may_see_who_runs(self):
        status, text = self.two.run(f"xenstore read /xenmgr/vms/{ONE}/name")
        self.assertEqual((status, text.strip()), (0, f"vm {ONE[-4:]}"))

    def test_what_a_guest_says_of_its_drivers_is_a_property(self):
        vm = self.stack.vm(TWO)
        parts = zip(("MajorVersion", "MinorVersion", "MicroVersion", "BuildVersion"), ("7", "0", "0", "1; evil"))
        for name, number in parts:
            self.two.run(f"xenstore write attr/PVAddons/{name} '{number}'")
        self.two.run("xenstore write attr/PVAddons/Installed 1")
        wait_until(lambda: vm.get("pv-addons"), "there are drivers", PATIENCE)
        self.assertEqual(vm.get("pv-addons-version"), "")
        self.two.run("xenstore write attr/PVAddons/BuildVersion 1; xenstore write attr/PVAddons/Installed 1")
        wait_until(lambda: vm.get("pv-addons-version") == "7.0.0.1", "they have a version", PATIENCE)
        self.two.run("xenstore rm attr/PVAddons; xenstore write attr/PVAddonsUninstalled 1")
        wait_until(lambda: not vm.get("pv-addons"), "they are gone", PATIENCE)
        self.assertEqual(vm.get("pv-addons-version"), "")
        self.assertFalse(self.stack.vm(ONE).get("pv-addons"))


class Ends(unittest.TestCase):
    def test_nothing_of_a_domain_is_left_but_what_is_the_vms(self):
        with Stack([guest(ONE, config={"argo": "true"})]) as stack:
            vm = stack.vm(ONE)
            vm.call("start", timeout=PATIENCE)
            domid = vm.domid
            node = f"/local/domain/0/backend/argo/{domid}/0/state"
            wait_until(lambda: store_read(node) == "0", "there is a device", PATIENCE)
            vm.call("destroy", timeout=PATIENCE)
            for path in (node, f"/local/domain/0/backend/argo/{domid}", f"/local/domain/{domid}", f"/xenmgr/vms/{ONE}",
                         f"/vm/{ONE}"):
                wait_until(lambda: not exists(path), f"{path} is gone", PATIENCE)

    def test_a_sentinel_that_another_node_has_the_name_of_leaves_no_domain(self):
        with Stack([guest(ONE, **{"boot-sentinel": "vm"})]) as stack:
            vm = stack.vm(ONE)
            start = vm.call_later("start", timeout=PATIENCE)
            wait_until(start.done, "the start ends", PATIENCE)
            self.assertTrue(start.failed())
            self.assertIn("sentinel", str(start.outcome), stack.xenmgr.last_words(60))
            wait_until(lambda: vm.state == "stopped", "it is stopped", PATIENCE)
            self.assertEqual(vm.domid, -1)


if __name__ == "__main__":
    WITH_XENSTORE.write_bytes(INITRD.read_bytes() + archive_of_programs("/usr/bin/xenstore"))
    unittest.main(verbosity=2)
