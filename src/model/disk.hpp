#pragma once
// A disk of a virtual machine as its hypervisor backend needs it.

#include "model/words.hpp"

#include <cstdint>
#include <string>

namespace xm::model {

enum class DiskType : std::uint8_t { file, phy, qcow, vdi, aio, vhd, raw };
enum class DiskMode : std::uint8_t { r, w };
enum class DiskDevtype : std::uint8_t { disk, cdrom };

template <>
struct Words<DiskType> {
    static constexpr std::array<std::string_view, 7> words{"file", "phy", "qcow", "vdi", "aio", "vhd", "raw"};
};
template <>
struct Words<DiskMode> {
    static constexpr std::array<std::string_view, 2> words{"r", "w"};
};
template <>
struct Words<DiskDevtype> {
    static constexpr std::array<std::string_view, 2> words{"disk", "cdrom"};
};

struct Disk {
    int id = 0;
    std::string path;    // image file or device node on the host
    DiskType type = DiskType::vhd;
    DiskMode mode = DiskMode::w;
    std::string device;    // guest name: "hda", "xvdb"
    DiskDevtype devtype = DiskDevtype::disk;
    bool enabled = true;
    std::string snapshot;    // empty: none; "temporary", ...
    bool shared = false;
    std::string managed;    // empty, "system", "application", "user"
    std::string sha1sum;    // 40 hexadecimal digits or empty

    bool operator==(const Disk&) const = default;
};

template <class Spec, class F>
void visit_disk_fields(Spec& disk, F&& f) {
    f("id", disk.id);
    f("path", disk.path);
    f("type", disk.type);
    f("mode", disk.mode);
    f("device", disk.device);
    f("devtype", disk.devtype);
    f("enabled", disk.enabled);
    f("snapshot", disk.snapshot);
    f("shared", disk.shared);
    f("managed", disk.managed);
    f("sha1sum", disk.sha1sum);
}

template <class F>
void visit_fields(Disk& disk, F&& f) {
    visit_disk_fields(disk, f);
}
template <class F>
void visit_fields(const Disk& disk, F&& f) {
    visit_disk_fields(disk, f);
}

}    // namespace xm::model
