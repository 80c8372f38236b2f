#!/usr/bin/python3
"""The properties of a VM: what they are when nothing is stored, what clients of every kind read back after writing,
what is announced, and what is refused."""

import subprocess
import unittest

import dbus

from bus_case import BusTest
from facts import properties
from stack import XENMGR, uuid_of, vm_tree, wait_until

BARE, WRITTEN, FOREIGN, TOLD, POLICY, SLOTS, JOINED = (uuid_of(n) for n in range(1, 8))
VM = f"{XENMGR}.vm"

# What a VM has of which nothing but its uuid is stored. Not listed: false, 0, the empty text.
DEFAULTS = {
    "acpi-state": 5, "authenforce": True, "bios": "seabios", "dependencies": [], "domid": -1,
    "greedy-pciback-bind": True, "hdtype": "ide", "hpet": True, "os": "unknown", "policy-audio-access": True,
    "policy-audio-recording": True, "policy-cd-access": True, "policy-cd-recording": True,
    "policy-modify-vm-settings": True, "policy-print-screen": True, "policy-wired-networking": True,
    "policy-wireless-networking": True, "qemu-dm-path": "/opt/xensource/libexec/qemu-dm-wrapper", "qemu-dm-timeout": 30,
    "ready": True, "s3-mode": "pv", "s4-mode": "pv", "seamless-mouse-left": -1, "seamless-mouse-right": -1,
    "show-switcher": True, "state": "stopped", "timer-mode": "no_delay_for_missed_ticks", "type": "svm",
    "usb-auto-passthrough": True, "usb-enabled": True, "uuid": BARE, "virt-type": "pv",
}
NOTHING = {"b": False, "i": 0, "s": "", "ao": []}

# What is written: values that are not free, free ones, and of a switch the opposite of what it says.
FREE = {"i": 7, "s": "some text"}
WORDS = {"os": "linux", "s3-mode": "ignore", "s4-mode": "restart", "virt-type": "hvm", "hdtype": "ahci",
         "boot": "cdn", "extra-hvm": "a=b;c=d", "extra-xenvm": "sim-fault=slow:5", "mosaic_mode": 2, "type": "svm",
         "memory": 64, "memory-min": 32, "memory-static-max": 128, "slot": 5,
         "serial": "pty", "display": "none", "sound": "ac97",
         "timer-mode": "delay_for_missed_ticks", "boot-sentinel": "booted", "bios": "ovmf"}
# Written elsewhere: they depend on devices or on the host, change other VMs, or forbid the next write.
ELSEWHERE = {"cd", "gpu", "wired-network", "wireless-network", "native-experience", "policy-modify-vm-settings",
             "image_path_vg", "viridian"}


class Properties(BusTest):
    vms = [{"uuid": BARE}, *(vm_tree(uuid) for uuid in (WRITTEN, FOREIGN, TOLD, POLICY, SLOTS, JOINED))]

    def test_a_vm_of_which_nothing_is_stored_has_the_documented_defaults(self):
        found = self.vm(BARE).get_all()
        for name, kind, _ in properties(VM):
            with self.subTest(name):
                self.assertEqual(found[name], DEFAULTS.get(name, NOTHING[kind]))
                self.assertEqual(found[name], self.vm(BARE).get(name))

    def test_get_all_has_every_property_with_its_type(self):
        for interface in (VM, f"{VM}.unrestricted"):
            found = self.vm(BARE).get_all(interface)
            self.assertEqual(sorted(found), sorted(name for name, _, _ in properties(interface)))
            for name, kind, _ in properties(interface):
                python_type = {"b": dbus.Boolean, "i": dbus.Int32, "s": dbus.String, "ao": dbus.Array}[kind]
                self.assertIsInstance(found[name], python_type, name)

    def test_every_writable_property_reads_back_what_was_written(self):
        vm = self.vm(WRITTEN)
        for name, kind, access in properties(VM):
            if access != "readwrite" or name in ELSEWHERE:
                continue
            with self.subTest(name):
                value = WORDS[name] if name in WORDS else not vm.get(name) if kind == "b" else FREE[kind]
                vm.set(name, value)
                self.assertEqual(vm.get(name), value)
                self.assertEqual(vm.get(name, f"{VM}.unrestricted"), value)

    def test_what_was_written_is_in_the_database(self):
        self.vm(FOREIGN).set("memory-static-max", 96)
        stored = self.stack.database("read", f"/vm/{FOREIGN}/config/memory-static-max")
        self.assertEqual(stored, "96")

    # -- clients of every kind, hyphens and underscores

    def run_client(self, *words):
        done = subprocess.run(words, capture_output=True, text=True, env=self.stack.environment, timeout=30)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def test_busctl(self):
        path = self.vm(FOREIGN).path
        self.run_client("busctl", "--system", "set-property", XENMGR, path, VM, "start-on-boot", "b", "true")
        self.run_client("busctl", "--system", "set-property", XENMGR, path, VM, "start-on-boot-priority", "i", "3")
        self.assertEqual(self.run_client("busctl", "--system", "get-property", XENMGR, path, VM, "start-on-boot",
                                         "start-on-boot-priority", "border_height_vg"), "b true\ni 3\ni 0")

    def test_busctl_introspects(self):
        listed = self.run_client("busctl", "--system", "introspect", XENMGR, self.vm(FOREIGN).path)
        for word in (".start-on-boot", ".windowed_h", ".create_child_service_vm", f"{VM}.product"):
            self.assertIn(word, listed)

    def test_gdbus(self):
        call = ["gdbus", "call", "--system", "--dest", XENMGR, "--object-path", self.vm(FOREIGN).path, "--method"]
        self.run_client(*call, "org.freedesktop.DBus.Properties.Set", VM, "hidden-in-ui", "<true>")
        self.assertEqual(self.run_client(*call, "org.freedesktop.DBus.Properties.Get", VM, "hidden-in-ui"), "(<true>,)")

    def test_dbus_send(self):
        send = ["dbus-send", "--system", "--print-reply=literal", f"--dest={XENMGR}", self.vm(FOREIGN).path]
        self.run_client(*send, "org.freedesktop.DBus.Properties.Set", f"string:{VM}", "string:cmd-line",
                        "variant:string:quiet splash")
        self.assertIn("quiet splash", self.run_client(*send, "org.freedesktop.DBus.Properties.Get", f"string:{VM}",
                                                      "string:cmd-line"))

    def test_python(self):
        proxy = self.stack.bus.get_object(XENMGR, self.vm(FOREIGN).path)    # reads the introspection text
        proxy.Set(VM, "time-offset", dbus.Int32(-60), dbus_interface=dbus.PROPERTIES_IFACE)
        self.assertEqual(proxy.Get(VM, "time-offset", dbus_interface=dbus.PROPERTIES_IFACE), -60)

    # -- news

    def changes(self, vm, seen):
        """All new values that PropertiesChanged told of a VM's restricted interface."""
        told = {}
        for path, (_, (interface, values, _)) in zip(seen.paths, seen.seen):
            if path == vm.path and interface == VM:
                told.update(values)
        return told

    def test_a_write_is_announced_with_the_new_value(self):
        vm, seen = self.vm(TOLD), self.stack.signals("PropertiesChanged")
        vm.set("description", "changed")
        seen.wait(lambda _: self.changes(vm, seen).get("description") == "changed", "the new description")
        self.assertEqual([args[2] for _, args in seen.seen], [[]] * len(seen.seen), "nothing is merely invalidated")

    def test_writing_the_same_value_again_announces_nothing(self):
        vm = self.vm(TOLD)
        seen = self.stack.signals("PropertiesChanged")
        vm.set("keep-alive", True)
        seen.wait(lambda _: "keep-alive" in self.changes(vm, seen), "the news of the first write")
        seen.seen.clear(), seen.paths.clear()
        vm.set("keep-alive", True)
        vm.set("usb-control", True)    # whose news comes later than that of the write before
        seen.wait(lambda _: "usb-control" in self.changes(vm, seen), "the news of usb-control")
        self.assertNotIn("keep-alive", self.changes(vm, seen))

    def test_what_one_write_changes_comes_in_one_signal(self):
        vm, seen = self.vm(JOINED), self.stack.signals("PropertiesChanged", path=self.vm(JOINED).path)
        vm.set("memory", 40)
        seen.wait(lambda _: self.changes(vm, seen), "the new memory")
        self.assertEqual([dict(args[1]) for _, args in seen.seen if args[0] == VM],
                         [{"memory": 40, "memory-min": 40, "memory-static-max": 40}])

    def test_a_write_announces_that_the_configuration_changed(self):
        vm, seen = self.vm(TOLD), self.stack.signals("vm_config_changed", "vm_name_changed")
        vm.set("name", "another name")
        seen.wait(lambda events: {("vm_config_changed", (TOLD, vm.path)), ("vm_name_changed", (TOLD, vm.path))} <=
                  {(name, tuple(map(str, args))) for name, args in events}, "both signals")

    def test_a_running_vm_announces_its_state(self):
        vm, seen = self.vm(TOLD), self.stack.signals("PropertiesChanged")
        vm.call("start")
        seen.wait(lambda _: self.changes(vm, seen).get("state") == "running" and
                  self.changes(vm, seen).get("domid") == vm.domid, "state and domid")
        vm.call("destroy")
        seen.wait(lambda _: self.changes(vm, seen).get("state") == "stopped" and
                  self.changes(vm, seen).get("domid") == -1, "state and domid")

    # -- refusals

    def test_words_outside_the_list_are_refused(self):
        for name, value in (("virt-type", "qemu"), ("s3-mode", "maybe"), ("s4-mode", ""), ("os", "beos")):
            with self.subTest(name):
                before = self.vm(BARE).get(name)
                self.assert_fails(self.vm(BARE).set, name, value, says=name if name != "os" else "beos")
                self.assertEqual(self.vm(BARE).get(name), before)

    def test_the_wrong_type_is_refused(self):
        for name, value in (("memory", "much"), ("acpi", 1), ("name", True), ("memory", dbus.Int64(5))):
            with self.subTest(name):
                self.assert_fails(self.vm(BARE).set, name, value, name="org.freedesktop.DBus.Error.InvalidArgs",
                                  says=name)

    def test_read_only_properties_cannot_be_written(self):
        for name, kind, access in properties(VM):
            if access == "read" and kind != "ao":
                self.assert_fails(self.vm(BARE).set, name, {"b": True, "i": 1, "s": "x"}[kind],
                                  name="org.freedesktop.DBus.Error.PropertyReadOnly", says=name)

    def test_unknown_names_are_refused(self):
        unknown_property = "org.freedesktop.DBus.Error.UnknownProperty"
        self.assert_fails(self.vm(BARE).get, "no-such-property", name=unknown_property, says="no-such-property")
        self.assert_fails(self.vm(BARE).set, "no-such-property", 1, name=unknown_property, says="no-such-property")
        self.assert_fails(self.vm(BARE).get, "name", "org.example.Nothing",
                          name="org.freedesktop.DBus.Error.UnknownInterface", says="org.example.Nothing")
        self.assert_fails(self.vm(BARE).get_all, "org.example.Nothing",
                          name="org.freedesktop.DBus.Error.UnknownInterface", says="org.example.Nothing")
        self.assert_fails(self.vm(uuid_of(0xdead)).get, "name", name="org.freedesktop.DBus.Error.UnknownObject")

    # -- properties with a life of their own

    def test_a_policy_forbids_restricted_writes_only(self):
        vm = self.vm(POLICY)
        vm.set("policy-modify-vm-settings", False)
        self.assert_fails(vm.set, "memory", 99, code=202, says=POLICY)
        self.assert_fails(vm.set, "policy-modify-vm-settings", True, code=202)
        vm.set("memory", 99, f"{VM}.unrestricted")
        self.assertEqual(vm.get("memory"), 99)
        vm.set("policy-modify-vm-settings", True, f"{VM}.unrestricted")
        vm.set("memory", 98)

    def test_policies_are_enforced_as_words(self):
        policy = "com.citrix.xenclient.policy"
        self.stack.call("/", policy, "enforce", POLICY, "block-cd-access;nonsense;block-audio-rec")
        self.assertEqual(sorted(self.stack.call("/", policy, "retrieve", POLICY).split(";")),
                         ["block-audio-rec", "block-cd-access"])
        self.assertFalse(self.vm(POLICY).get("policy-cd-access"))
        self.assertTrue(self.vm(POLICY).get("policy-audio-access"))
        self.stack.call("/", policy, "enforce", POLICY, "")

    def test_a_taken_slot_is_exchanged(self):
        first, second = self.vm(SLOTS), self.vm(TOLD)
        first.set("slot", 3)
        second.set("slot", 4)
        second.set("slot", 3)
        self.assertEqual((first.get("slot"), second.get("slot")), (4, 3))

    def test_memory_bounds_follow_memory_until_they_are_set(self):
        vm = self.vm(SLOTS)
        vm.set("memory", 48)
        self.assertEqual((vm.get("memory-min"), vm.get("memory-static-max")), (48, 48))
        vm.set("memory-min", 32)
        vm.set("memory-min", 0)
        self.assertEqual(vm.get("memory-min"), 48)

    def test_native_experience_belongs_to_one_vm_and_forces_others_settings(self):
        first, second = self.vm(SLOTS), self.vm(TOLD)
        first.set("native-experience", True)
        second.set("native-experience", True)
        self.assertFalse(first.get("native-experience"))
        forced = {name: bool(second.get(name)) for name in ("start-on-boot", "show-switcher", "wireless-control",
                                                            "usb-grab-devices", "control-platform-power-state")}
        self.assertEqual(forced, {"start-on-boot": True, "show-switcher": False, "wireless-control": True,
                                  "usb-grab-devices": True, "control-platform-power-state": True})
        second.set("native-experience", False)

    def test_an_alias_is_the_same_property(self):
        vm = self.vm(SLOTS)
        vm.set("image_path_vg", "plugins/x.png")
        self.assertEqual(vm.get("image-path"), "plugins/x.png")

    def test_keys_of_the_database_and_the_private_store(self):
        vm = self.vm(SLOTS)
        vm.call("set_db_key", "config.colour", "blue")
        self.assertEqual(vm.call("get_db_key", "config.colour"), "blue")
        self.assertEqual(self.stack.database("read", f"/vm/{SLOTS}/config/colour"), "blue")
        vm.call("set_domstore_key", "mood", "good")
        self.assertEqual(vm.call("get_domstore_key", "mood"), "good")
        self.assertEqual(vm.call("get_db_key", "nothing.here"), "")

    def test_what_others_write_into_the_database_is_seen(self):
        vm = self.vm(SLOTS)
        self.stack.database("write", f"/vm/{SLOTS}/description", "from outside")
        wait_until(lambda: vm.get("description") == "from outside", "the value written into the database")


if __name__ == "__main__":
    unittest.main()
