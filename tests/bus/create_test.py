#!/usr/bin/python3
"""Creating, finding and deleting VMs, and the news of it."""

import json
import unittest
import uuid

from bus_case import BusTest, UNKNOWN_OBJECT
from stack import ROOT, XENMGR

MANAGER = "org.freedesktop.DBus.ObjectManager"
UNRESTRICTED = f"{XENMGR}.unrestricted"
CONFIG = f"{XENMGR}.config"
TEMPLATES = sorted(path.name for path in (ROOT / "share/templates/default").iterdir())


class Create(BusTest):
    def setUp(self):
        self.made = []

    def tearDown(self):
        for vm in self.made:
            self.unrestricted("unrestricted_delete_vm", vm.uuid)

    def keep(self, path):
        """The VM behind a new path; deleted after the test."""
        vm = self.vm(path.rpartition("/")[2].replace("_", "-"))
        self.assertEqual(vm.path, path)
        self.made.append(vm)
        return vm

    def create(self, member, *args):
        return self.keep(self.stack.manager(member, *args))

    def unrestricted(self, member, *args):
        return self.stack.call("/", UNRESTRICTED, member, *args)

    # -- forms

    def test_create_vm_uses_the_template_new_vm(self):
        vm = self.create("create_vm")
        template = json.loads((ROOT / "share/templates/default/new-vm").read_text())
        self.assertEqual(vm.get("memory"), int(template["config"]["memory"]))
        self.assertEqual(vm.get("virt-type"), "hvm")
        self.assertEqual(vm.get("name"), f"name-{vm.uuid}")
        self.assertEqual((vm.get("seamless-id"), vm.get("uuid"), vm.state), (vm.uuid, vm.uuid, "stopped"))
        self.assertEqual(vm.call("list_disks"), [f"{vm.path}/disk/0"])

    def test_create_vm_with_template(self):
        vm = self.create("create_vm_with_template", "new-vm-linux")
        self.assertEqual((vm.get("os"), vm.get("memory"), vm.get("description")),
                         ("linux", 1024, "Linux (Debian, Ubuntu)"))

    def test_an_empty_template_is_an_empty_vm(self):
        vm = self.create("create_vm_with_template", " ")
        self.assertEqual((vm.get("virt-type"), vm.get("memory"), list(vm.call("list_disks"))), ("pv", 0, []))

    def test_create_vm_with_template_and_uuid(self):
        wanted = str(uuid.uuid4())
        vm = self.create("create_vm_with_template_and_uuid", "new-vm-empty", wanted.upper())
        self.assertEqual(vm.uuid, wanted)
        self.assertEqual(self.stack.manager("find_vm_by_uuid", wanted), vm.path)

    def test_create_vm_with_template_and_json(self):
        vm = self.create("create_vm_with_template_and_json", "new-vm-empty",
                         json.dumps({"name": "mine", "config": {"memory": "77", "nic": {"0": {"id": "0"}}}}))
        self.assertEqual((vm.get("name"), vm.get("memory"), vm.get("virt-type")), ("mine", 77, "hvm"))
        self.assertEqual(vm.call("list_nics"), [f"{vm.path}/nic/0"])

    def test_create_vm_with_json_only(self):
        vm = self.create("create_vm_with_template_and_json", "", '{"slot": "0", "os": "linux"}')
        self.assertEqual((vm.get("os"), vm.get("slot")), ("linux", 0))

    def test_create_vm_with_ui(self):
        vm = self.create("create_vm_with_ui", "new-vm", "office", "for letters", "images/office.png")
        self.assertEqual([vm.get(name) for name in ("name", "description", "image-path")],
                         ["office", "for letters", "images/office.png"])

    def test_the_unrestricted_forms(self):
        vm = self.keep(self.unrestricted("unrestricted_create_vm"))
        self.assertEqual(vm.get("os"), "windows")
        vm = self.keep(self.unrestricted("unrestricted_create_vm_with_template_and_json", "new-vm-xp", '{"name": "old"}'))
        self.assertEqual((vm.get("name"), vm.get("memory")), ("old", 1024))

    # -- refusals

    def test_bad_input_creates_nothing(self):
        before = self.stack.manager("list_vms")
        for member, args, says in (
                ("create_vm_with_template", ("no-such",), "no-such"),
                ("create_vm_with_template", ("../../../etc/passwd",), "etc/passwd"),
                ("create_vm_with_template_and_json", ("new-vm", "{oops"), "bad_json"),
                ("create_vm_with_template_and_json", ("new-vm", "[1]"), ""),
                ("create_vm_with_template_and_uuid", ("new-vm", "x"), "invalid_uuid"),
                ("create_vm_with_template_and_uuid", ("new-vm", "00000000-0000-0000-0000-000000000000"), "invalid_uuid"),
        ):
            with self.subTest(member, args=args):
                self.assert_fails(self.stack.manager, member, *args, says=says)
        self.assertEqual(self.stack.manager("list_vms"), before)

    def test_a_uuid_is_not_used_twice(self):
        vm = self.create("create_vm_with_template", "new-vm-empty")
        self.assert_fails(self.stack.manager, "create_vm_with_template_and_uuid", "new-vm", vm.uuid,
                          says=("uuid_in_use", vm.uuid))

    def test_host_policy_forbids_creation_and_deletion(self):
        vm = self.create("create_vm_with_template", "new-vm-empty")
        host = self.vm(vm.uuid)
        host.path = "/"
        host.set("vm-creation-allowed", False, CONFIG)
        host.set("vm-deletion-allowed", False, CONFIG)
        self.assert_fails(self.stack.manager, "create_vm", code=220)
        self.assert_fails(vm.call, "delete", code=220)
        self.keep(self.unrestricted("unrestricted_create_vm"))
        host.set("vm-creation-allowed", True, CONFIG)
        host.set("vm-deletion-allowed", True, CONFIG)

    def test_nine_user_vms_have_a_slot_of_their_own(self):
        slots = [self.create("create_vm_with_template", "new-vm-empty").get("slot") for _ in range(9)]
        self.assertEqual(sorted(slots), list(range(1, 10)))
        self.assert_fails(self.stack.manager, "create_vm", code=205)
        self.create("create_vm_with_template_and_json", "new-vm-empty", '{"slot": "-1"}')

    # -- lists

    def test_templates_are_listed_by_name(self):
        self.assertEqual(self.stack.manager("list_templates"),
                         [name for name in TEMPLATES if not name.startswith("service-")])
        offered = {str(row["template"]): str(row["description"]) for row in self.stack.manager("list_ui_templates")}
        self.assertEqual(sorted(offered), ["new-vm", "new-vm-linux", "new-vm-windows8", "new-vm-xp"])
        self.assertEqual(offered["new-vm-linux"], "Linux (Debian, Ubuntu)")
        self.assertEqual(list(self.stack.manager("list_child_service_vm_templates")), [])

    def test_service_vms_exist_from_the_start(self):
        paths = self.stack.manager("list_vms")
        for number, kind in ((1, "uivm"), (2, "ndvm")):
            vm = self.vm(f"00000000-0000-0000-0000-{number:012}")
            self.assertIn(vm.path, paths)
            self.assertEqual(vm.get("type"), kind)

    def test_vms_that_do_not_exist_are_not_found(self):
        missing = str(uuid.uuid4())
        self.assert_fails(self.stack.manager, "find_vm_by_uuid", missing, says=missing)
        self.assert_fails(self.stack.manager, "find_vm_by_uuid", "nonsense", says="nonsense")
        self.assert_fails(self.stack.manager, "find_vm_by_domid", 4711, says="4711")

    # -- news

    def test_creation_and_deletion_are_announced(self):
        told = self.stack.signals("vm_created", "vm_deleted", "InterfacesAdded", "InterfacesRemoved")
        vm = self.vm(self.stack.manager("create_vm").rpartition("/")[2].replace("_", "-"))
        disk = f"{vm.path}/disk/0"
        told.wait(lambda _: told.of("vm_created") == [(vm.uuid, vm.path)] and
                  {vm.path, disk} <= {args[0] for args in told.of("InterfacesAdded")}, "the new objects")
        added = dict(told.of("InterfacesAdded"))
        self.assertEqual(added[vm.path][f"{XENMGR}.vm"]["uuid"], vm.uuid)
        self.assertEqual(added[disk]["com.citrix.xenclient.vmdisk"]["virt-path"], "hdc")
        self.assertIn(vm.path, self.stack.manager("list_vms"))

        vm.call("delete")
        told.wait(lambda _: told.of("vm_deleted") == [(vm.uuid, vm.path)] and
                  {vm.path, disk} <= {args[0] for args in told.of("InterfacesRemoved")}, "that they are gone")
        self.assertIn(f"{XENMGR}.vm", dict(told.of("InterfacesRemoved"))[vm.path])
        self.assertNotIn(vm.path, self.stack.manager("list_vms"))
        self.assertNotIn(vm.path, self.stack.call("/", MANAGER, "GetManagedObjects"))
        self.assert_fails(vm.get, "name", name=UNKNOWN_OBJECT)
        self.assert_fails(self.stack.call, disk, "org.freedesktop.DBus.Properties", "GetAll", "", name=UNKNOWN_OBJECT)

    def test_deletion_takes_the_private_store_along(self):
        vm = self.vm(self.stack.manager("create_vm_with_template", "new-vm-empty").rpartition("/")[2].replace("_", "-"))
        vm.call("set_domstore_key", "secret", "x")
        vm.call("delete")
        self.assertFalse(self.stack.database("exists", f"/dom-store/{vm.uuid}"))

    def test_what_was_created_survives_a_restart(self):
        vm = self.create("create_vm_with_template_and_json", "new-vm-linux", '{"name": "lasting"}')
        paths = self.stack.manager("list_vms")
        self.stack.xenmgr.kill()
        self.stack.start_xenmgr()
        self.assertEqual(sorted(self.stack.manager("list_vms")), sorted(paths))
        self.assertEqual(vm.get("name"), "lasting")


if __name__ == "__main__":
    unittest.main()
