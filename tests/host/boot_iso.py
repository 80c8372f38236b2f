#!/usr/bin/python3
"""A CD image that boots: an El Torito boot record and 2 KiB of program that says the same line on the serial port, about
once a second, for ever.

  boot_iso.py FILE [LINE]
"""

import pathlib
import struct
import sys

SECTOR = 2048
DESCRIPTOR, BOOT_RECORD, END, CATALOG, PROGRAM, SECTORS = 16, 17, 18, 19, 20, 21
LOADED_AT = 0x7C00
LINE = "xenmgr hvm up"


def program(line):
    """16-bit code. The timer's interrupt, 18 times a second, ends each hlt."""
    begin = bytes.fromhex(
        "fa fc 31c0 8ed8 8ed0"    # cli; cld; ds = ss = 0
        "bc007c fb")              # sp = 0x7c00; sti
    say = bytes.fromhex(
        "ac 84c0 7412"            # next: lodsb; nothing left: to rest
        "88c4 bafd03"             # keep the character
        "ec a820 74fb"            # until the port is ready
        "88e0 baf803 ee"          # out it goes
        "ebe9")                   # to next
    rest = bytes.fromhex(
        "b91200"                  # 18 times
        "f4 e2fd")                # hlt
    text = line.encode() + b"\r\n\0"
    again = len(begin)
    size = again + 3 + len(say) + len(rest) + 2
    load = b"\xbe" + struct.pack("<H", LOADED_AT + size)
    back = b"\xeb" + struct.pack("b", again - size)
    code = begin + load + say + rest + back + text
    assert say[4] == len(say) - 5 and say[-1] == 256 - len(say)
    return code.ljust(SECTOR, b"\0")


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


def image(line=LINE):
    return b"".join([bytes(DESCRIPTOR * SECTOR), volume_descriptor(), boot_record(),
                     b"\xffCD001\1".ljust(SECTOR, b"\0"), catalog(), program(line)])


if __name__ == "__main__":
    pathlib.Path(sys.argv[1]).write_bytes(image(*sys.argv[2:3]))
