#pragma once
// What the life of a VM needs to know of its configuration and of the host, as plain values. The manager fills these
// from the database at the moment they are needed; nothing here is kept.

#include "base/uuid.hpp"
#include "model/disk.hpp"
#include "model/guest_spec.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace xm::xenmgr {

// How long each kind of wait may take. Tests shorten them; the manager may read them from its settings.
struct Limits {
    using ms = std::chrono::milliseconds;

    ms hook = std::chrono::seconds{120};
    ms launch = std::chrono::seconds{10};
    ms relaunch = std::chrono::milliseconds{20};    // after one that met a monitor on its way out; doubled each time
    ms create = std::chrono::seconds{60};
    ms created = std::chrono::seconds{30};
    ms others = std::chrono::seconds{2};    // that are being built at the same time
    ms dependency = std::chrono::seconds{180};
    ms command = std::chrono::seconds{10};    // pause, unpause, triggers
    ms unpaused = std::chrono::seconds{60};
    ms booted = std::chrono::seconds{60};       // until the guest writes to its boot sentinel
    ms shutdown = std::chrono::seconds{300};    // a guest may take its time, but not for ever
    ms wake = std::chrono::seconds{30};
    ms resume = std::chrono::seconds{10};
    ms sleep = std::chrono::seconds{30};     // without an agent
    ms agent = std::chrono::seconds{180};    // until sleep or hibernation shows
    ms save = std::chrono::seconds{600};
    ms destroy = std::chrono::seconds{60};    // of a monitor that answers; libxl gives a hotplug script 40 s
    ms replace = std::chrono::seconds{20};
    ms down = std::chrono::seconds{10};
    ms adopt = std::chrono::seconds{10};
    ms look = std::chrono::seconds{2};
    ms retry_first = std::chrono::seconds{1};    // keep-alive and adoption: doubled up to retry_last,
    ms retry_last = std::chrono::seconds{60};    // begun anew after the VM was up that long

    bool operator==(const Limits&) const = default;
};

// Properties that plans look at.
struct LifeSettings {
    std::string run_insteadof_start;
    std::string run_pre_boot;
    std::string run_pre_delete;
    std::string run_on_state_change;
    std::string run_on_acpi_state_change;
    bool keep_alive = false;
    bool auto_s3_wake = false;
    bool pv_addons = false;
    bool hibernated = false;
    bool managed = false;    // its disks belong to somebody else
    bool service_vm = false;
    bool track_dependencies = false;
    std::string start_from_suspend_image;
    std::string boot_sentinel;
    std::vector<model::Disk> disks;    // also the disabled ones
};

// A VM whose network this one uses.
struct Dependency {
    Uuid uuid;
    bool running = false;
};

// First look at a start: is it to happen at all?
struct StartContext {
    Uuid uuid;
    bool exists = true;
    bool running = false;
    bool honour_insteadof = true;    // false: start_internal
    std::string host_state = "idle";
    int runlevel = 5;
    std::vector<Dependency> dependencies = {};      // deeper ones first; empty unless the VM tracks them
    std::vector<std::string> missing_disks = {};    // "0: /storage/disks/x.vhd"
    LifeSettings settings = {};
};

// What a passed-through device is known by.
struct PassthroughDevice {
    std::string address = {};    // "0000:01:00.0"
    std::string name = {};
    bool intel_display = false;           // vendor 8086, class 0300 or 0380
    std::optional<bool> boot_vga = {};    // absent: sysfs does not say
};

// A NIC that names the VM which serves it.
struct NamedBackend {
    int nic_id = 0;
    std::string backend = {};
    bool resolved = false;
};

// Another VM that runs, as far as it can be in the way.
struct Neighbour {
    std::string name = {};
    bool guest = true;    // not a service VM
    bool amt_passthrough = false;
    bool oem_features = false;
    std::vector<std::string> pci = {};
};

// Second look, with the configuration complete: may this domain be built beside those that run?
struct BootContext {
    Uuid uuid;
    bool amt_passthrough = false;
    bool oem_features = false;
    std::vector<PassthroughDevice> pci = {};
    std::vector<std::string> missing_pci = {};    // addresses of devices that the host does not have
    std::vector<NamedBackend> backends = {};
    std::vector<Neighbour> neighbours = {};
    bool suspend_image_exists = false;
    LifeSettings settings = {};
};

// What a running guest can be asked.
struct GuestContext {
    Uuid uuid;
    bool running = true;
    int acpi = 0;
    bool agent = false;    // a guest agent is on the bus
    bool pv_addons = false;
};

}    // namespace xm::xenmgr
