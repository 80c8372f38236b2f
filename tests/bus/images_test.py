#!/usr/bin/python3
"""What only a disk's image knows: its size, the space it takes, whether it is encrypted."""

import struct
import unittest

from bus_case import BusTest
from stack import uuid_of, vm_tree

VM = uuid_of(1)
DISK = "com.citrix.xenclient.vmdisk"
MIB = 1 << 20
NAMES = ("virtual-size-mb", "utilization-bytes", "encryption-key-set")
NOTHING = [0, 0, False]


def sealed(layout, checksum_at, *fields):
    """Bytes with the checksum that the format wants: the complement of the sum of all others."""
    data = bytearray(struct.pack(layout, *fields))
    struct.pack_into(">I", data, checksum_at, ~sum(data) & 0xffffffff)
    return bytes(data)


def footer(kind, size):
    header_at = 0xffffffffffffffff if kind == 2 else 512
    return sealed(">8sIIQI4sIIQQIII444x", 64, b"conectix", 2, 0x10000, header_at, 0, b"tap", 0x10003, 0, size, size, 0,
                  kind, 0)


def growing(size, key=False):
    blocks = -(-size // (2 * MIB))
    header = sealed(">8sQQIIII984x", 36, b"cxsparse", 0xffffffffffffffff, 1536, 0x10000, blocks, 2 * MIB, 0)
    table = b"\xff" * (-(-blocks * 4 // 512) * 512)
    batmap = struct.pack(">8sQIIIBB64s418x", b"tdbatmap", 0, 0, 0x10002, 0, 0, int(key), b"k" * 64 if key else b"")
    return footer(3, size) + header + table + batmap + footer(3, size)


class Images(BusTest):
    vms = [vm_tree(VM)]

    def setUp(self):
        self.path = self.vm(VM).call("add_disk")

    def tearDown(self):
        self.stack.call(self.path, DISK, "delete")

    def properties(self):
        return "org.freedesktop.DBus.Properties"

    def get(self, name):
        return self.stack.call(self.path, self.properties(), "Get", DISK, name)

    def set(self, name, value):
        self.stack.call(self.path, self.properties(), "Set", DISK, name, value, signature="ssv")

    def attach(self, name, content):
        image = self.stack.dir / name
        image.write_bytes(content)
        self.stack.call(self.path, DISK, "attach_vhd", str(image))
        return image

    def facts(self):
        return [self.get(name) for name in NAMES]

    def test_an_image_of_fixed_size(self):
        self.attach("fixed.vhd", b"x" * MIB + footer(2, MIB))
        self.assertEqual(self.facts(), [1, MIB + 512, False])

    def test_a_growing_image(self):
        image = self.attach("growing.vhd", growing(80_000 * MIB))
        self.assertEqual(self.facts(), [80_000, image.stat().st_size, False])

    def test_an_encrypted_image(self):
        image = self.attach("secret.vhd", growing(4 * MIB, key=True))
        self.assertEqual(self.facts(), [4, image.stat().st_size, True])

    def test_figures_follow_the_image(self):
        image = self.attach("changing.vhd", growing(4 * MIB))
        image.write_bytes(growing(6 * MIB, key=True))
        self.assertEqual(self.facts(), [6, image.stat().st_size, True])

    def test_one_call_for_all_properties_tells_the_same(self):
        self.attach("all.vhd", growing(4 * MIB, key=True))
        all_of_it = self.stack.call(self.path, self.properties(), "GetAll", DISK)
        self.assertEqual([all_of_it[name] for name in NAMES], self.facts())

    def test_other_types_have_no_such_figures(self):
        self.attach("typed.vhd", growing(4 * MIB, key=True))
        for kind in ("file", "phy", "aio", "raw"):
            self.set("phys-type", kind)
            self.assertEqual(self.facts(), NOTHING, kind)
        self.set("phys-type", "vhd")
        self.assertEqual(self.get("virtual-size-mb"), 4)

    def test_what_cannot_be_read_is_logged_and_nothing(self):
        self.assertEqual(self.facts(), NOTHING, "no path yet")
        self.attach("damaged.vhd", growing(4 * MIB)[:-600])
        self.assertEqual(self.get("virtual-size-mb"), 4, "the copy at its start is intact")
        self.attach("cut.vhd", growing(4 * MIB)[600:-600])
        self.assertEqual(self.facts(), NOTHING)
        self.assertIn("cut.vhd is not read: no valid footer", self.stack.xenmgr.last_words())
        self.set("phys-path", "/dev/zero")
        self.assertEqual(self.facts(), NOTHING)
        self.set("phys-path", "/nowhere/x.vhd")
        self.assertEqual(self.facts(), NOTHING)


if __name__ == "__main__":
    unittest.main()
