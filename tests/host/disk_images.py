#!/usr/bin/python3
"""Empty disk images that grow: qcow2 and VHD, made by the books, so that no program has to be in the dom0.

  disk_images.py qcow2|vhd FILE
"""

import pathlib
import struct
import sys
import uuid

SIZE = 16 << 20    # of the disk inside
SECTOR = 512


def qcow2():
    """Version 3, clusters of 64 KiB: header, table of the tables of reference counts, one of these, table of the
    guest's clusters; 16 MiB need one table of each kind."""
    cluster = 1 << 16
    header = struct.pack(">4sIQIIQIIQQIIQ", b"QFI\xfb", 3, 0, 0, 16, SIZE, 0, 1, 3 * cluster, cluster, 1, 0, 0)
    header += struct.pack(">QQQII", 0, 0, 0, 4, 104)    # features, width of a count as a power of two, header's length
    counts = struct.pack(">4H", 1, 1, 1, 1)             # of the four clusters that are here
    return b"".join(part.ljust(cluster, b"\0") for part in (header, struct.pack(">Q", 2 * cluster), counts, b""))


def vhd():
    """Dynamic: copy of the footer, header, table of blocks, footer."""
    block = 2 << 20
    cylinders, heads, sectors = 481, 4, 17    # as the format's rule gives them for this size
    kind = struct.pack(">8sIIQI4sI4sQQHBBI", b"conectix", 2, 0x10000, SECTOR, 0, b"xmgr", 0x10000, b"Wi2k", SIZE, SIZE,
                       cylinders, heads, sectors, 3)
    footer = with_sum(kind + bytes(4) + uuid.uuid4().bytes + bytes(1), SECTOR, 64)
    header = with_sum(struct.pack(">8sQQIII", b"cxsparse", 2**64 - 1, 3 * SECTOR, 0x10000, SIZE // block, block), 1024,
                      36)
    table = b"\xff" * (4 * SIZE // block)
    return footer + header + table.ljust(SECTOR, b"\xff") + footer


def with_sum(text, length, place):
    """Filled up, and with the complement of the sum of its bytes."""
    text = bytearray(text.ljust(length, b"\0"))
    text[place:place + 4] = struct.pack(">I", ~sum(text) & 0xFFFFFFFF)
    return bytes(text)


if __name__ == "__main__":
    pathlib.Path(sys.argv[2]).write_bytes({"qcow2": qcow2, "vhd": vhd}[sys.argv[1]]())
