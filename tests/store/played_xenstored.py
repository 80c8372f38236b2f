"""Debian's xenstored in a folder of its own, without Xen (hypervisor_played.c), and what is in it."""

import ctypes
import os
import pathlib
import subprocess

PROGRAM = pathlib.Path(os.environ.get("XM_XENSTORED", "/usr/lib/xen-4.17/bin/xenstored"))


class PlayedXenstored:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.socket = self.folder / "socket"
        (self.folder / "domains").mkdir(parents=True)
        self.process = None
        self.start()

    def start(self):
        self.socket.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [PROGRAM, "--no-fork"], env=os.environ | {"XENSTORED_RUNDIR": str(self.folder),
                                                      "XENSTORED_DOMAINS": str(self.folder / "domains"),
                                                      "LD_PRELOAD": os.environ["XM_HYPERVISOR_PLAYED"]})
        os.environ["XENSTORED_PATH"] = str(self.socket)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Client:
    """As the host's services see xenstore, through the library that they use."""

    def __init__(self):
        self.library = ctypes.CDLL("libxenstore.so.4")
        self.library.xs_open.restype = ctypes.c_void_p
        self.library.xs_read.restype = ctypes.c_void_p
        self.free = ctypes.CDLL(None).free
        self.free.argtypes = [ctypes.c_void_p]

    def _with_handle(self, work):
        handle = ctypes.c_void_p(self.library.xs_open(0))
        if not handle:
            return None
        try:
            return work(handle)
        finally:
            self.library.xs_close(handle)

    def read(self, path):
        """The value, or None."""
        def work(handle):
            size = ctypes.c_uint()
            value = self.library.xs_read(handle, 0, path.encode(), ctypes.byref(size))
            text = ctypes.string_at(value, size.value).decode() if value else None
            self.free(value)
            return text
        return self._with_handle(work)

    def write(self, path, value):
        return self._with_handle(lambda handle: self.library.xs_write(handle, 0, path.encode(), value.encode(),
                                                                      len(value.encode())))
