#!/usr/bin/python3
"""compare_idl.py finds what it is for: each row damages a copy of idl/ and names what must be reported."""

import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
IDL = HERE.parents[1] / "idl"

VM = "com.citrix.xenclient.xenmgr.vm.xml"
AUTH = "com.citrix.xenclient.xenmgr.vm.auth.xml"
BARE = "com.citrix.xenclient.xenmgr.vm.unrestricted.xml"
DISK = "com.citrix.xenclient.vmdisk.xml"
ROOT = "com.citrix.xenclient.xenmgr.xml"
STORE = "com.citrix.xenclient.db.store.xml"
ERRORS = "errors.xml"
MEMORY = '<property name="memory" type="i" access="readwrite">'
EXPORT = 'value="Reads the whole tree."'
MODES = '"org.xenclient.Values" value="pv ignore restart snapshot"'
EXPLICIT = "org.freedesktop.systemd1.Explicit"

# what is tried, file, start of the complaint, then text and replacement, once or more
DAMAGE = [
    ("another type of a property", VM, "memory: type should be", MEMORY, MEMORY.replace('"i"', '"u"')),
    ("another access", VM, "memory: access should be", MEMORY, MEMORY.replace("readwrite", "read")),
    ("a renamed property", VM, "cmd-line: property is missing", 'name="cmd-line"', 'name="cmd_line"'),
    ("an extra property", VM, "colour: property is not among the facts",
     MEMORY, '<property name="colour" type="s" access="read"/>' + MEMORY),
    ("a missing method", VM, "switch: method is missing", 'method name="switch"', 'method name="swap"'),
    ("methods in another order", AUTH, "auth_required: method stands at another place",
     'name="auth"', 'name="x"', 'name="auth_required"', 'name="auth"', 'name="x"', 'name="auth_required"'),
    ("a method that stands twice", AUTH, "interface: a method stands twice", 'name="auth_required"', 'name="auth"'),
    ("a corrected argument name", ROOT, "notify: args should be", 'arg name="messsage"', 'arg name="message"'),
    ("an argument of no direction", VM, "add_disk: out should be", 'type="o" direction="out"', 'type="o"'),
    ("an element that means nothing", ROOT, "interface: has <sginal>", "<signal", "<sginal/><signal"),
    ("a missing word of an enumeration", VM, "s3-mode: org.xenclient.Values", MODES, MODES.replace("ignore ", "")),
    ("an undocumented method of ours", STORE, "export_tree: has no", EXPORT, 'value=""'),
    ("no default", VM, "memory-min: has no org.xenclient.Default", 'Default" value="=memory"', 'Note" value=""'),
    ("a default that names nothing", VM, "memory-min: default =mem", 'value="=memory"', 'value="=mem"'),
    ("a default of the wrong type", DISK, "enabled: default 'yes'", 'Default" value="true"', 'Default" value="yes"'),
    ("a default that is not allowed", DISK, "phys-type: default 'vdh'", 'value="vhd"', 'value="vdh"'),
    ("a default out of range", VM, "cores-per-socket: default '0'", 'Range" value="0..8192"', 'Range" value="1..8192"'),
    ("a range without limits", VM, "cores-per-socket: range '0'", 'Range" value="0..8192"', 'Range" value="0"'),
    ("a value announced twice", BARE, f"acpi: {EXPLICIT}", f'"{EXPLICIT}" value="true"', '"x" value=""'),
    ("an error whose code is taken", ERRORS, "too_many_vms: has the code 204", 'code="205"', 'code="204"'),
    ("an error that is missing", ERRORS, "too_many_vms: code 205 is missing", 'code="205"', 'code="0"'),
    ("an unknown code", ERRORS, "no_such_vm: code 247 is not among", 'code="0"', 'code="247"'),
    ("a symbol that stands twice", ERRORS, "no_such_vm: stands twice", 'symbol="invalid_uuid"', 'symbol="no_such_vm"'),
    ("an error without a remedy", ERRORS, "not_enough_memory: has no remedy", "<remedy>", "<remedy/><remedy>"),
    ("XML that is none", STORE, "file: is not XML", "</node>", ""),
]


def compare(folder):
    command = [sys.executable, HERE / "compare_idl.py", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def try_damage(folder, file, expected, *edits):
    """None if the damage was found, else what went wrong."""
    path = pathlib.Path(folder) / file
    whole = damaged = path.read_text(encoding="utf-8")
    for text, replacement in zip(edits[::2], edits[1::2]):
        if text not in damaged:
            return f"{file} does not contain {text}"
        damaged = damaged.replace(text, replacement, 1)
    path.write_text(damaged, encoding="utf-8")
    status, output = compare(folder)
    path.write_text(whole, encoding="utf-8")
    if status != 1:
        return f"exit status {status}, expected 1:\n{output}"
    if not any(line.startswith(f"{file}: {expected}") for line in output.splitlines()):
        return f"nothing said '{file}: {expected}':\n{output}"
    return None


def main():
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(IDL, folder, dirs_exist_ok=True)
        status, output = compare(folder)
        failures = [f"the unharmed copy: {output}"] if status else []
        for what, *damage in DAMAGE:
            wrong = try_damage(folder, *damage)
            if wrong:
                failures.append(f"{what}: {wrong}")
    for failure in failures:
        print(failure)
    print(f"{len(DAMAGE)} kinds of damage: " + (f"{len(failures)} not found" if failures else "each found"))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
