"""Archives as the kernel unpacks them into its first file system (cpio, "newc"): plain, because unpacking costs
emulated time. Archives may follow each other in one file, later ones win."""

import os
import pathlib
import stat
import subprocess

LOADER = "/lib64/ld-linux-x86-64.so.2"


def _entry(number, name, mode, data):
    fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
    return b"".join((head, bytes(-len(head) % 4), data, bytes(-len(data) % 4)))


def archive(folder):
    """A folder's content, all of it owned by root."""
    folder = pathlib.Path(folder)
    parts = []
    for path in sorted(folder.rglob("*")):
        info = path.lstat()
        data = b""
        if stat.S_ISLNK(info.st_mode):
            data = os.fsencode(os.readlink(path))
        elif stat.S_ISREG(info.st_mode):
            data = path.read_bytes()
        parts.append(_entry(len(parts) + 1, str(path.relative_to(folder)), info.st_mode, data))
    parts.append(_entry(0, "TRAILER!!!", 0, b""))
    whole = b"".join(parts)
    return whole + bytes(-len(whole) % 512)


def libraries(*programs):
    """Paths of the shared libraries that programs of this computer load, and of the loader, which is asked itself: the
    dom0 has no ldd."""
    found = set()
    for program in programs:
        listed = subprocess.run([LOADER, "--list", program], capture_output=True, text=True, check=False).stdout
        for line in listed.splitlines():
            found.update(word for word in line.split() if word.startswith("/"))
    return sorted(found)


def archive_of_programs(*programs):
    """Programs of this computer in /usr/bin, with the libraries they load: to append to a guest's first file system."""
    parts = []
    folders = set()

    def add(name, source):
        for parent in reversed(pathlib.PurePath(name).parents[:-1]):
            if str(parent) not in folders:
                folders.add(str(parent))
                parts.append(_entry(len(parts) + 1, str(parent), 0o40755, b""))
        parts.append(_entry(len(parts) + 1, name, 0o100755, pathlib.Path(source).read_bytes()))

    for program in programs:
        add(f"usr/bin/{pathlib.Path(program).name}", program)
    for library in libraries(*programs):
        # In a guest /lib and /lib64 are links into /usr, as on any Debian.
        name = library.lstrip("/")
        add(name if name.startswith("usr/") else f"usr/{name}", library)
    parts.append(_entry(0, "TRAILER!!!", 0, b""))
    whole = b"".join(parts)
    return whole + bytes(-len(whole) % 512)
