"""What clients rely on: names, types and access of every interface (tests/idl/facts.json)."""

import json

from stack import ROOT

INTERFACES = {entry["interface"]: entry for entry in json.loads((ROOT / "tests/idl/facts.json").read_text())["interfaces"]}

PREFIX = "com.citrix.xenclient"

# Interfaces that each kind of object carries.
OBJECTS = {
    "root": [f"{PREFIX}.xenmgr", *(f"{PREFIX}.xenmgr.{part}" for part in
             ("config", "config.ui", "control", "diag", "guestreq", "testing", "unrestricted")), f"{PREFIX}.policy"],
    "vm": [f"{PREFIX}.xenmgr.vm", *(f"{PREFIX}.xenmgr.vm.{part}" for part in ("unrestricted", "auth", "pci", "product"))],
    "disk": [f"{PREFIX}.vmdisk"],
    "nic": [f"{PREFIX}.vmnic"],
}


def properties(interface):
    """Rows of name, type, access."""
    return [(row["name"], row["type"], row["access"]) for row in INTERFACES[interface]["properties"]]
