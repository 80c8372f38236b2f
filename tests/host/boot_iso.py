#!/usr/bin/python3
"""A CD image that boots: an El Torito boot record and the program of cd/program.S, which the build has put into
$XENMGR_BIN.

  boot_iso.py FILE
"""

import os
import pathlib
import struct
import sys

SECTOR = 2048
DESCRIPTOR, BOOT_RECORD, END, CATALOG, PROGRAM, SECTORS = 16, 17, 18, 19, 20, 21
LINE = "awake"    # what it says on its serial line


def program():
    return (pathlib.Path(os.environ["XENMGR_BIN"]) / "cd_program").read_bytes().ljust(SECTOR, b"\0")


def both(number, form):
    return struct.pack("<" + form, number) + struct.pack(">" + form, number)


def volume_descriptor():
    """Of a volume without files: nobody looks at the root folder, which lies somewhere."""
    root = struct.pack("<BB", 34, 0) + both(PROGRAM, "I") + both(SECTOR, "I") + bytes(7) + b"\2\0\0" + both(1, "H") + b"\1\0"
    volume = b"\1CD001\1\0" + b" " * 32 + b"XENMGR".ljust(32) + bytes(8) + both(SECTORS, "I") + bytes(32)
    volume += both(1, "H") + both(1, "H") + both(SECTOR, "H") + both(0, "I") + bytes(16) + root
    return volume.ljust(SECTOR, b"\0")


def boot_record():
    return (b"\0CD001\1" + b"EL TORITO SPECIFICATION".ljust(32, b"\0") + bytes(32) +
            struct.pack("<I", CATALOG)).ljust(SECTOR, b"\0")


def catalog():
    validation = bytearray(b"\1\0\0\0" + b"xenmgr".ljust(24, b"\0") + b"\0\0\x55\xaa")
    total = sum(struct.unpack("<16H", validation))
    validation[28:30] = struct.pack("<H", -total & 0xFFFF)
    entry = struct.pack("<BBHBBHI", 0x88, 0, 0, 0, 0, SECTOR // 512, PROGRAM)    # no emulation, loaded at 0x7c00
    return (bytes(validation) + entry).ljust(SECTOR, b"\0")


def image():
    return b"".join([bytes(DESCRIPTOR * SECTOR), volume_descriptor(), boot_record(),
                     b"\xffCD001\1".ljust(SECTOR, b"\0"), catalog(), program()])


if __name__ == "__main__":
    pathlib.Path(sys.argv[1]).write_bytes(image())
