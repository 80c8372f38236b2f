"""Debian's kernels: taken out of their packing, and only the modules somebody asks for."""

import lzma
import os
import pathlib
import shutil
import struct
import subprocess

from .places import LabError


def plain(image):
    """The ELF kernel inside a bzImage; Documentation/x86/boot.rst has the offsets."""
    packed = pathlib.Path(image).read_bytes()
    setup_sectors = packed[0x1F1] or 4
    offset, length = struct.unpack_from("<II", packed, 0x248)
    start = (setup_sectors + 1) * 512 + offset
    payload = packed[start:start + length - 4]    # its last four bytes are the size when unpacked
    if payload.startswith(b"\xfd7zXZ"):
        return lzma.decompress(payload)
    if payload.startswith(b"\x02\x21\x4c\x18"):
        return subprocess.run(["lz4", "-dc"], input=payload, stdout=subprocess.PIPE, check=True).stdout
    raise LabError(f"{image} is packed in an unknown way: {payload[:4].hex()}")


def _name(path):
    return pathlib.PurePath(path).name.removesuffix(".ko").replace("-", "_")


class Kernel:
    """A kernel package, unpacked into `folder`."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        [self.image] = (self.folder / "boot").glob("vmlinuz-*")
        [self.modules] = (self.folder / "lib/modules").iterdir()
        if not (self.modules / "modules.dep").exists():
            self._depmod(self.folder)
        self.needs = {}
        for line in (self.modules / "modules.dep").read_text().splitlines():
            path, rest = line.split(":", 1)
            self.needs[path] = rest.split()
        self.paths = {_name(path): path for path in self.needs}
        self.built_in = {_name(path) for path in (self.modules / "modules.builtin").read_text().split()}

    def install(self, target, names):
        """Copies these modules, and those they need, into the root `target`."""
        names = {name.replace("-", "_") for name in names} - self.built_in
        if missing := names - set(self.paths):
            raise LabError(f"{self.image.name} has no modules {', '.join(sorted(missing))}")
        wanted, left = set(), [self.paths[name] for name in names]
        while left:
            path = left.pop()
            if path not in wanted:
                wanted.add(path)
                left += self.needs[path]
        to = pathlib.Path(target) / "lib/modules" / self.modules.name
        for path in [*wanted, "modules.order", "modules.builtin", "modules.builtin.modinfo"]:
            (to / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.modules / path, to / path)
        self._depmod(target)

    def _depmod(self, base):
        path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
        subprocess.run(["depmod", "-b", base, self.modules.name], check=True, env={**os.environ, "PATH": path})
