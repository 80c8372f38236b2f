"""What must happen to a VM, as rows: what it is, where it begins, what is done, and what is the case afterwards.

The same rows hold on the simulated engine and on Xen; run_rows.py performs them. An action is a list of steps:

    vm METHOD [ARGUMENT...]       a method of the VM's interface on the bus
    set PROPERTY VALUE            a property of the VM
    monitor COMMAND [NAME=VALUE]  a command of its xenvm
    kill monitor                  its xenvm dies, and another takes over
    guest DEED                    the guest does something by itself: see guests.py
    check FACT                    something must be true at this point: see checks.py
    meet STATE                    what was begun with "&" is in this state; if it is over already, the row is tried again
    connect CARD NETWORK          the property "network" of one of the VM's cards

IMAGE stands for a file that does not exist yet, DISK, QCOW, VHD, ISO and OTHER_ISO for files that do.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Row:
    kind: str              # which VM, of KINDS
    what: str              # a sentence
    begin: str             # stopped, running, paused, suspended, asleep
    act: tuple             # steps
    end: str               # the property "state"
    domain: str = ""       # afterwards there is a "new" one, the "same", "none"; empty: whichever the state says
    heard: str = ""        # states in the signals, repetitions joined, a regular expression; empty: any
    error: str = ""        # what the last step fails with, a regular expression; empty: all steps succeed
    answers: bool = True   # a VM that runs at the end has a guest that answers


def do(*steps):
    return steps


# Settings of each kind: stored values below config/, and what else is unusual about it. "sim" are faults that give the
# simulated guest the same nature; "only" names the engine that can have such a VM; "disks" are type and file of each,
# "programs" those of the dom0 that its guest has.
KINDS = {
    "pv": {"config": {"virt-type": "pv", "memory": "128", "cmdline": "console=hvc0 loglevel=5"}},
    "pvh": {"config": {"virt-type": "pvh", "memory": "128", "cmdline": "console=hvc0 loglevel=5"}},
    # Its firmware finds nothing to boot, which is a way of running, too, and takes no minutes.
    "hvm": {"config": {"virt-type": "hvm", "memory": "96", "display": "nogfx", "qemu-dm-path": "", "cdrom": "ISO"},
            "silent": True},
    # Its guest sleeps and wakes as an operating system does, and has no drivers for Xen: cd/program.S.
    "sleeper": {"config": {"virt-type": "hvm", "memory": "96", "display": "nogfx", "qemu-dm-path": "", "serial": "pty",
                           "cdrom": "GUEST_ISO"},
                "settings": {"pv-addons-installed": "true"}, "sim": ["no-drivers"]},
    "deaf": {"config": {"virt-type": "pv", "memory": "128", "cmdline": "console=hvc0 loglevel=5 lab.deaf"},
             "sim": ["refuse-shutdown"]},
    "equipped": {"config": {"virt-type": "pv", "memory": "128", "nic": "/wired/0/bridged",
                            "cmdline": "console=hvc0 loglevel=5 lab.address=192.168.128.7/24"},
                 "disks": {"xvda": "file DISK"}, "settings": {"pv-addons-installed": "true"}},
    "reader": {"config": {"virt-type": "pv", "memory": "128", "cmdline": "console=hvc0 loglevel=5"},
               "disks": {"xvda": "raw DISK", "xvdb": "qcow QCOW", "xvdc": "vhd VHD"}},
    # It takes long to start on either engine.
    "slow": {"config": {"virt-type": "pv", "memory": "128", "cmdline": "console=hvc0 loglevel=5"}, "sim": ["slow:300"]},
    # It says things of itself in xenstore.
    "telling": {"config": {"virt-type": "pv", "memory": "128", "cmdline": "console=hvc0 loglevel=5"},
                "settings": {"boot-sentinel": "has-booted"}, "programs": ["/usr/bin/xenstore"]},
    "greedy": {"config": {"virt-type": "pv", "memory": "65536"}, "sim": ["no-memory"]},
    "kernelless": {"config": {"virt-type": "pv", "memory": "128", "kernel": "/nowhere/kernel"}, "only": "xl"},
    "bridgeless": {"config": {"virt-type": "pv", "memory": "128", "nic": "nowhere"}, "only": "xl"},
    "spoiled": {"config": {"virt-type": "pv", "memory": "128", "kernel": "DISK"}, "only": "xl"},
    "foreign": {"config": {"virt-type": "pv", "memory": "128"}, "disks": {"xvda": "vdi DISK"}, "only": "xl"},
    "misnamed": {"config": {"virt-type": "pv", "memory": "128"}, "disks": {"xvda": "qcow DISK"}, "only": "xl"},
}


def life(kind):
    """What every kind of guest that boots can do."""
    return [
        Row(kind, "a stopped VM starts", "stopped", do("vm start"), "running", "new", "creating running"),
        Row(kind, "starting a VM that runs changes nothing", "running", do("vm start"), "running", "same"),
        Row(kind, "a running VM pauses", "running", do("vm pause"), "paused", "same", "paused"),
        Row(kind, "a paused VM goes on", "paused", do("vm unpause"), "running", "same", "running"),
        Row(kind, "a VM that is asked to reboot comes back in a new domain, with nothing remembered", "running",
            do("guest remember", "vm reboot"), "running", "new", "rebooting stopped creating running"),
        Row(kind, "a VM is saved to a file", "running", do("guest remember", "vm suspend_to_file IMAGE"), "suspended",
            "none", "suspending suspended"),
        Row(kind, "a saved VM goes on where it was", "suspended", do("vm resume_from_file IMAGE", "guest recall"),
            "running", "new", "(creating )?restoring (paused )?running"),
        Row(kind, "a guest that powers off by itself leaves a stopped VM", "running", do("guest poweroff"), "stopped",
            "none"),
        Row(kind, "a running VM is destroyed", "running", do("vm destroy"), "stopped", "none", "stopped"),
        Row(kind, "a VM that is asked to shut down does", "running", do("vm shutdown"), "stopped", "none",
            "stopping stopped"),
    ]


ROWS = [
    *life("pv"),
    Row("pv", "a paused VM is destroyed", "paused", do("vm destroy"), "stopped", "none", "stopped"),
    Row("pv", "a guest that reboots by itself comes back in a new domain", "running", do("guest reboot"), "running",
        "new"),
    Row("pv", "a guest that crashes leaves a stopped VM", "running", do("guest crash"), "stopped", "none"),
    Row("pv", "a VM that crashed starts again", "stopped", do("vm start"), "running", "new", "creating running"),
    Row("pv", "a checkpoint is a file, and the guest goes on", "running",
        do("guest remember", "monitor checkpoint file=IMAGE", "check image", "guest recall"), "running", "same"),
    Row("pv", "a guest that went on after a checkpoint is seen to end", "running",
        do("monitor checkpoint file=IMAGE", "guest poweroff"), "stopped", "none"),
    Row("pv", "a card is added while it runs, a ping crosses, on another bridge as well", "running",
        do("monitor nic-add network=/wired/0/bridged", "check device network=/wired/0/bridged", "guest address",
           "check ping 192.168.128.8", "monitor nic-network-switch id=0 network=/wired/1/bridged bridge=xenbr1",
           "check device bridge=xenbr1", "check ping 192.168.129.8"), "running", "same"),
    Row("pv", "a disk is added while it runs, and what the guest writes is in the image", "running",
        do("monitor disk-add disk=DISK:file:xvdb:w:disk", "check device DISK:file:xvdb", "guest write xvdb",
           "check written DISK"), "running", "same"),
    Row("pv", "what was added comes back with a saved VM", "running",
        do("guest remember", "vm suspend_to_file IMAGE", "vm resume_from_file IMAGE", "guest recall",
           "check device bridge=xenbr1", "check ping 192.168.129.8", "check device DISK:file:xvdb", "guest write xvdb"),
        "running", "new"),
    Row("pv", "and not with one that starts anew", "running", do("vm destroy", "vm start", "check no-device xvdb"),
        "running", "new"),
    Row("pv", "memory goes back to the host, and is had again", "running",
        do("monitor set-mem-target mib=100", "check memory 100", "monitor set-mem-target mib=128", "check memory 128"),
        "running", "same"),
    Row("pv", "a guest without drivers is not sent to sleep", "running", do("vm sleep"), "running", "same", error="213"),
    Row("pv", "nor told to hibernate", "running", do("vm hibernate"), "running", "same", error="213"),
    Row("pv", "a saved VM stays saved when the name of its image is wrong", "suspended",
        do("vm resume_from_file /nowhere/image"), "suspended", "none", error="/nowhere/image"),
    Row("pv", "a saved VM that is destroyed is stopped", "suspended", do("vm destroy"), "stopped", "none"),
    Row("pv", "a file that is no image leaves a stopped VM", "stopped", do("vm resume_from_file DISK"), "stopped",
        "none", error="image_not_usable|hypervisor_refused"),
    Row("pv", "no image at all leaves a stopped VM", "stopped", do("vm resume_from_file /nowhere/image"), "stopped",
        "none", error="/nowhere/image"),

    Row("deaf", "a guest that is asked to shut down and does not is destroyed", "running",
        do("vm shutdown &", "check state stopping", "vm destroy"), "stopped", "none", "stopping stopped"),

    Row("equipped", "a VM with a disk and a card starts, and a ping crosses", "stopped", do("vm start", "check ping"),
        "running", "new", "creating running"),
    Row("equipped", "what the guest writes is in the image", "running",
        do("guest write xvda", "vm shutdown", "check written DISK"), "stopped", "none"),
    Row("equipped", "disk and card work again after a save", "suspended",
        do("vm resume_from_file IMAGE", "guest recall", "check ping", "guest write xvda"), "running", "new"),
    Row("equipped", "a VM with a disk and a card reboots", "running", do("vm reboot", "check ping"), "running", "new"),
    Row("equipped", "a paravirtual guest has no sleep button, drivers or not", "running", do("vm sleep"), "running",
        "same", error="not_supported"),
    Row("equipped", "its card is put on another network, and a ping crosses", "running",
        do("guest address", "connect 0 /wired/1/bridged", "check device network=/wired/1/bridged",
           "check ping 192.168.128.8"), "running", "same"),
    Row("equipped", "nothing stays of it when it is destroyed", "running", do("vm destroy"), "stopped", "none"),

    Row("reader", "raw, qcow2 and VHD images are a guest's disks", "stopped",
        do("vm start", "guest write xvda", "guest write xvdb", "guest write xvdc"), "running", "new"),
    Row("reader", "they are after a save", "suspended",
        do("vm resume_from_file IMAGE", "guest recall", "guest read xvda", "guest read xvdb", "guest read xvdc"),
        "running", "new"),
    Row("reader", "what the guest has written is in them", "running",
        do("vm shutdown", "check written DISK", "check written QCOW", "check written VHD"), "stopped", "none"),

    Row("slow", "a VM that is being started is not started twice", "stopped",
        do("vm start &", "meet creating", "vm start"), "running", "new", "creating running",
        error="start_in_flight"),
    Row("slow", "a VM that is being started is destroyed", "stopped",
        do("vm start &", "meet creating", "vm destroy"), "stopped", "none", "creating stopped"),
    Row("slow", "a VM that is being started cannot shut down yet", "stopped",
        do("vm start &", "meet creating", "vm shutdown"), "running", "new", error="vm_busy"),

    Row("telling", "a start ends when the guest says that it has booted", "stopped",
        do("vm start &", "check state running", "guest tell-booted"), "running", "new"),
    Row("telling", "a guest that announces its drivers has them, and is not refused for lack of them", "running",
        do("check property pv-addons false", "guest tell-drivers", "check property pv-addons true",
           "check property pv-addons-version 7.0.0.1", "vm sleep"), "running", "same", error="not_supported"),
    Row("telling", "a guest that removes its drivers has none", "running",
        do("guest tell-drivers-removed", "check property pv-addons false", "check property pv-addons-version ''",
           "vm sleep"), "running", "same", error="213"),

    Row("greedy", "a VM that the host has no memory for is refused", "stopped", do("vm start"), "stopped", "none",
        error="memory"),
    Row("kernelless", "a VM without its kernel is refused", "stopped", do("vm start"), "stopped", "none",
        error="/nowhere/kernel"),
    Row("spoiled", "a kernel that is none is refused", "stopped", do("vm start"), "stopped", "none",
        error="hypervisor_refused"),
    Row("foreign", "a disk that nothing here can read is refused", "stopped", do("vm start"), "stopped", "none",
        error="vdi"),
    Row("misnamed", "a disk that is not what it is said to be is refused", "stopped", do("vm start"), "stopped", "none",
        error="disk.img: disk 0: not a qcow image"),
    Row("bridgeless", "a card whose bridge does not exist leaves no half of a VM", "stopped", do("vm start"), "stopped",
        "none", error="hypervisor_refused"),

    *life("pvh"),

    Row("hvm", "an HVM guest starts", "stopped", do("vm start"), "running", "new", "creating running"),
    Row("hvm", "it pauses", "running", do("vm pause"), "paused", "same", "paused"),
    Row("hvm", "it goes on", "paused", do("vm unpause"), "running", "same", "running"),
    Row("hvm", "it gets another medium", "running", do("set cd OTHER_ISO", "check medium OTHER_ISO"), "running", "same"),
    Row("hvm", "its medium is taken out, and put in again", "running",
        do("monitor cd-eject virtpath=hdc", "check medium", "monitor cd-insert-file virtpath=hdc file=ISO",
           "check medium ISO"), "running", "same"),
    Row("hvm", "it is destroyed, and its device model with it", "running", do("vm destroy"), "stopped", "none",
        "(paused )?stopped"),

    Row("sleeper", "a guest that boots by itself starts", "stopped", do("vm start"), "running", "new"),
    Row("sleeper", "a guest sleeps when it is told to, and is running", "running", do("vm sleep", "check acpi 3"),
        "running", "same", answers=False),
    Row("sleeper", "whoever sleeps is not told again", "asleep", do("vm sleep", "check acpi 3"), "running", "same",
        answers=False),
    Row("sleeper", "a guest that sleeps is woken where it was", "asleep",
        do("vm resume", "check acpi 0", "guest wake"), "running", "same"),
    Row("sleeper", "a guest sleeps by itself", "running", do("guest sleep", "check acpi 3"), "running", "same",
        answers=False),
    Row("sleeper", "one that shall not sleep is woken at once", "running",
        do("set auto-s3-wake true", "guest remember", "guest sleep", "guest wake", "check acpi 0",
           "set auto-s3-wake false"), "running", "same"),
    Row("sleeper", "a guest sleeps on while it is paused", "asleep",
        do("vm pause", "check state paused", "check acpi 3", "vm unpause", "check acpi 3", "vm resume", "guest wake"),
        "running", "same", "paused running"),
    Row("sleeper", "a new monitor knows that its guest sleeps, and hears it wake", "asleep",
        do("kill monitor", "check acpi 3", "vm resume", "check acpi 0", "guest wake"), "running", "same"),
    Row("sleeper", "a guest that sleeps is woken to shut down", "asleep", do("vm shutdown"), "stopped", "none",
        "running stopping stopped"),
    Row("sleeper", "a guest without drivers shuts down by its power button", "running", do("vm shutdown"), "stopped",
        "none", "stopping stopped"),
    Row("sleeper", "a guest that sleeps is destroyed", "asleep", do("vm destroy"), "stopped", "none", "stopped"),
    Row("sleeper", "a guest without drivers is reset", "running", do("vm reboot"), "running", "new",
        "rebooting stopped creating running"),
    Row("sleeper", "a guest powers itself off", "running", do("guest poweroff"), "stopped", "none"),
    Row("sleeper", "a guest resets itself", "running", do("guest reboot"), "running", "new"),
    Row("sleeper", "a guest without drivers is not told to hibernate", "running", do("vm hibernate"), "running", "same",
        error="not_supported"),
    Row("sleeper", "a guest without drivers is saved", "running",
        do("guest remember", "vm suspend_to_file IMAGE"), "suspended", "none", "suspending suspended"),
    Row("sleeper", "and goes on where it was", "suspended", do("vm resume_from_file IMAGE", "guest recall"), "running",
        "new"),
]
