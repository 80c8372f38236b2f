#!/usr/bin/env python3
"""udisks_interfaces.py LIBUDISKS2 DIR: writes the interfaces of udisks2 as introspection files into DIR.

Debian's udisks2 installs no interface files, but its client library carries every description, ready for GLib to print.
"""

import ctypes
import pathlib
import re
import sys


class GString(ctypes.Structure):
    _fields_ = [("text", ctypes.c_char_p), ("length", ctypes.c_size_t), ("allocated", ctypes.c_size_t)]


class InterfaceInfo(ctypes.Structure):    # the start of GDBusInterfaceInfo
    _fields_ = [("ref_count", ctypes.c_int), ("name", ctypes.c_char_p)]


def main(library, folder):
    glib = ctypes.CDLL("libglib-2.0.so.0")
    gio = ctypes.CDLL("libgio-2.0.so.0")
    udisks = ctypes.CDLL(library)
    glib.g_string_new.restype = ctypes.POINTER(GString)
    names = set(re.findall(rb"udisks_[a-z0-9_]+_interface_info", pathlib.Path(library).read_bytes()))
    for name in sorted(names):
        describe = getattr(udisks, name.decode())
        describe.restype = ctypes.POINTER(InterfaceInfo)
        info = describe()
        text = glib.g_string_new(b"")
        gio.g_dbus_interface_info_generate_xml(info, 2, text)
        xml = b"<node>\n" + text.contents.text + b"</node>\n"
        (folder / (info.contents.name.decode() + ".xml")).write_bytes(xml)


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]))
