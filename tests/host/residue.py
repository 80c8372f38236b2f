"""What VMs leave on a Xen host: domains, nodes of the store, loop devices, device models, cards on the bridge, files.

remains() of a host without VMs must be what it was before the first one. While VMs live, nothing may belong to a
domain that does not.
"""

import pathlib
import re
import subprocess

DEVICE = re.compile(r"^/local/domain/0/backend/(\w+)/(\d+)(/\d+)?$")
PER_DOMAIN = re.compile(r"^/(?:local/domain|libxl)/(\d+)$")


def said(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def triple_faults():
    """How often the emulation of the processor's virtualization ended a PVH or HVM guest, by Xen's log."""
    return len(re.findall(r"(?i)triple.fault", said("xl", "dmesg")))


def despite_the_emulator(attempt):
    """Once more, if it was that which made it fail."""
    before = triple_faults()
    try:
        return attempt()
    except AssertionError:
        if triple_faults() == before:
            raise
    return attempt()


def domains():
    """Ids of all domains, dying ones as well."""
    return {int(line.split()[-5]) for line in said("xl", "list").splitlines()[1:]}


def store_paths():
    return [line.partition(" = ")[0] for line in said("xenstore-ls", "-f").splitlines()]


def device_models():
    """Domain by process id."""
    found = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if "qemu" in words[0] and "-xen-domid" in words:
            found[int(path.parent.name)] = int(words[words.index("-xen-domid") + 1])
    return found


def remains(living=frozenset()):
    """Things as text, those that belong to living domains left out."""
    found = {f"domain {domid}" for domid in domains() - set(living)}
    paths = store_paths()
    for path in paths:
        for shape, group in ((DEVICE, 2), (PER_DOMAIN, 1)):
            match = shape.match(path)
            if match and int(match.group(group)) not in living:
                found.add(f"node {path}")
    found |= {f"device model of domain {domid}" for domid in device_models().values() if domid not in living}
    for card in pathlib.Path("/sys/class/net").glob("vif*"):
        if int(card.name[3:].split(".")[0]) not in living:
            found.add(f"card {card.name}")
    if not living:
        found |= {f"node {path}" for path in paths if re.match(r"^/vm/[^/]+$", path)}
        found |= {f"loop device {line}" for line in said("losetup", "-a").splitlines()}
        found |= {f"file {path}" for path in pathlib.Path("/var/lib/xen").glob("*") if path.is_file()}
    return found
