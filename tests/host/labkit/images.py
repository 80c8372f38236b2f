"""The images of the lab, made once from Debian's packages: hypervisor, dom0, guests.

A set of images has the name of what it is made from (this folder and the package list), so that an edit gives a new
set, and two checkouts do not take each other's. A set appears by one rename; whoever comes meanwhile waits at a lock.
"""

import concurrent.futures
import contextlib
import fcntl
import gzip
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from . import packages
from .archive import archive
from .kernels import Kernel, plain
from .places import CACHE, HOST, LabError, Unavailable

DOM0_MODULES = ("xenfs", "xen-evtchn", "xen-gntdev", "xen-gntalloc", "xen-privcmd", "xen-blkback", "xen-netback",
                "loop", "bridge", "tun", "ext4", "crc32c_generic", "virtio_pci", "virtio_blk", "virtio_console",
                "9p", "9pnet_virtio")
EARLY_MODULES = ("virtio_pci", "virtio_blk", "crc32c_generic", "ext4", "overlay")
GUEST_MODULES = ("xenfs", "xen-evtchn", "xen-gntdev", "xen-gntalloc", "xen-blkfront", "xen-netfront", "ext4",
                 "isofs")
NOT_NEEDED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "usr/share/lintian",
              "usr/share/bug", "usr/share/i18n", "usr/share/zoneinfo", "usr/lib/udev/hwdb.d",
              "usr/lib/x86_64-linux-gnu/gconv", "usr/lib/systemd/catalog", "var/run", "var/lock")
TOOLS = {"qemu-system-x86_64": "qemu-system-x86", "mkfs.ext4": "e2fsprogs", "depmod": "kmod", "lz4": "lz4",
         "unshare": "util-linux", "apt-get": "apt", "dpkg-deb": "dpkg"}
KEPT = 3    # sets of images


def say(text):
    print(f"lab: {text}", file=sys.stderr, flush=True)


def check_tools():
    """The lab can be built and run here, or Unavailable says why not."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    for tool, package in TOOLS.items():
        if not shutil.which(tool, path=path):
            raise Unavailable(f"{tool} is missing: packaging/install-packages lab (package {package})")


def identity():
    """Changes with everything that goes into the images."""
    digest = hashlib.sha256("\n".join(packages.section("dom0")).encode())
    for folder in (HOST / "dom0", HOST / "guest"):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                digest.update(f"{path.relative_to(HOST)} {path.stat().st_mode:o}\n".encode() + path.read_bytes())
    for module in ("archive", "images", "kernels", "packages"):
        digest.update((HOST / f"labkit/{module}.py").read_bytes())
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def locked():
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def images():
    """The folder with xen, dom0-kernel, dom0-initrd and root.ext4; the caller holds the lock."""
    folder = CACHE / f"images-{identity()}"
    if folder.exists():
        os.utime(folder)    # which sets are in use
        return folder
    check_tools()
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="making-") as work:
        made = _make(pathlib.Path(work))
        os.rename(made, folder)
    by_use = sorted(CACHE.glob("images-*"), key=lambda path: path.stat().st_mtime)
    for old in by_use[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return folder


def _make(work):
    """Runs with the lock held; returns the folder that becomes the set."""
    say("fetching Debian's packages")
    debs = packages.fetch_with_needed(packages.section("dom0"))
    dom0_kernel = packages.fetch_alone(packages.depends_on("linux-image-amd64", "linux-image"))
    guest_kernel = packages.fetch_alone(packages.depends_on("linux-image-cloud-amd64", "linux-image"))
    hypervisor = packages.fetch_alone("xen-hypervisor-4.17-amd64")
    say("making the images")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        unpacked = [pool.submit(packages.unpack, deb, work / name) for deb, name in
                    ((dom0_kernel, "dom0-kernel"), (guest_kernel, "guest-kernel"), (hypervisor, "hypervisor"))]
        root = work / "root"
        _dom0_root(root, debs)
        for job in unpacked:
            job.result()
    big, small = Kernel(work / "dom0-kernel"), Kernel(work / "guest-kernel")
    big.install(root, DOM0_MODULES)

    guest = root / "lab/guest"
    guest.mkdir(parents=True, exist_ok=True)
    (guest / "kernel").write_bytes(plain(small.image))
    shutil.copy(small.image, guest / "bzImage")    # an HVM guest's firmware starts only this
    (guest / "initrd").write_bytes(archive(_busybox_root(work / "guest", root, HOST / "guest", small, GUEST_MODULES)))

    made = work / "made"
    made.mkdir()
    early = _busybox_root(work / "early", root, HOST / "dom0/early", big, EARLY_MODULES)
    (made / "dom0-initrd").write_bytes(archive(early))
    (made / "dom0-kernel").write_bytes(plain(big.image))
    (made / "xen").write_bytes(gzip.decompress((work / "hypervisor/boot/xen-4.17-amd64.gz").read_bytes()))
    _file_system(root, made / "root.ext4")
    return made


def _merged(root):
    """/bin, /lib and the like as links into /usr."""
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")


def _applets(root):
    """Busybox stands in for every program that is not there."""
    listed = subprocess.run([root / "usr/bin/busybox", "--list"], capture_output=True, text=True, check=True).stdout
    for applet in listed.split():
        if not any((root / folder / applet).exists() for folder in ("usr/bin", "usr/sbin")):
            (root / "usr/bin" / applet).symlink_to("busybox")


def _dom0_root(root, debs):
    _merged(root)
    for deb in debs:
        packages.unpack(deb, root)
    for name in NOT_NEEDED:
        shutil.rmtree(root / name, ignore_errors=True)
    # Folders that maintainer scripts would make; xenconsoled and libxl fail without theirs.
    for name in ("dev", "proc", "sys", "run", "tmp", "root", "mnt/ro", "mnt/rw", "var/tmp", "var/cache", "var/lib/dbus",
                 "var/lib/xen/dump", "var/lib/xenstored", "var/log/xen/console"):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "var/run").symlink_to("/run")
    (root / "var/lock").symlink_to("/run/lock")
    _applets(root)
    (root / "etc/xen/scripts/vif-bridge").rename(root / "etc/xen/scripts/vif-bridge.debian")
    shutil.copytree(HOST / "dom0/etc", root / "etc", dirs_exist_ok=True)
    shutil.copytree(HOST / "dom0/lab", root / "lab", dirs_exist_ok=True)


def _busybox_root(root, dom0, files, kernel, modules):
    """A first file system: busybox, modules and our files."""
    _merged(root)
    for name in ("dev", "proc", "sys", "run", "tmp", "mnt", "etc", "lower", "upper", "new"):
        (root / name).mkdir()
    shutil.copy(dom0 / "usr/bin/busybox", root / "usr/bin/busybox")
    _applets(root)
    shutil.copytree(files, root, dirs_exist_ok=True)
    kernel.install(root, modules)
    return root


def _file_system(root, image):
    used = int(subprocess.run(["du", "-sm", root], capture_output=True, text=True, check=True).stdout.split()[0])
    command = ["mkfs.ext4", "-q", "-F", "-O", "^has_journal", "-m", "0", "-E", "root_owner=0:0", "-d", root, image,
               f"{used * 115 // 100 + 16}M"]
    if os.getuid() != 0:    # the files' owners become root's, too
        command = ["unshare", "--map-root-user", *command]
    env = {**os.environ, "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    if done.returncode:
        raise LabError(f"mkfs.ext4 failed: {done.stderr.strip()}")
