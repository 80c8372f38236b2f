// Disks and CD-ROM drives.

#include "base/text.hpp"
#include "connect/xl/blocks.hpp"
#include "connect/xl/domain_config.hpp"
#include "connect/xl/fields.hpp"

#include <algorithm>

namespace xm::connect::xl {
namespace {

using model::Disk;
using model::DiskDevtype;
using model::DiskMode;
using model::DiskType;
using model::GuestSpec;
using model::VirtType;

struct Image {
    DiskType type;
    libxl_disk_format format;
    libxl_disk_backend backend;    // unknown: libxl takes the kernel's, which reads files through a loop device
};

// The device model is the only one that reads formats. There is no reader of vdi.
// clang-format off
constexpr Image images[] = {
    {DiskType::file, LIBXL_DISK_FORMAT_RAW,     LIBXL_DISK_BACKEND_UNKNOWN},
    {DiskType::phy,  LIBXL_DISK_FORMAT_RAW,     LIBXL_DISK_BACKEND_PHY},
    {DiskType::qcow, LIBXL_DISK_FORMAT_QCOW2,   LIBXL_DISK_BACKEND_QDISK},
    {DiskType::vdi,  LIBXL_DISK_FORMAT_UNKNOWN, LIBXL_DISK_BACKEND_UNKNOWN},
    {DiskType::aio,  LIBXL_DISK_FORMAT_RAW,     LIBXL_DISK_BACKEND_UNKNOWN},
    {DiskType::vhd,  LIBXL_DISK_FORMAT_VHD,     LIBXL_DISK_BACKEND_QDISK},
    {DiskType::raw,  LIBXL_DISK_FORMAT_RAW,     LIBXL_DISK_BACKEND_UNKNOWN},
};
// clang-format on

std::string field_of(const Disk& disk, std::string_view member) { return fmt::format("disk {}: {}", disk.id, member); }

const Image& image_of(const Disk& disk) {
    const auto& image = *std::ranges::find(images, disk.type, &Image::type);
    if (image.format == LIBXL_DISK_FORMAT_UNKNOWN)
        refuse(field_of(disk, "type"), "the hypervisor cannot read {} images; convert it to vhd, qcow or raw",
               model::word(disk.type));
    return image;
}

// hda, sdb, xvdc, each with an optional partition.
bool is_drive_name(std::string_view name) {
    for (const std::string_view bus : {"hd", "sd", "xvd"}) {
        if (!name.starts_with(bus)) continue;
        const auto rest = name.substr(bus.size());
        const auto digit = std::ranges::find_if(rest, [](char c) { return c >= '0' && c <= '9'; });
        const std::string_view letters = rest.substr(0, static_cast<std::size_t>(digit - rest.begin()));
        const bool plain = std::ranges::all_of(letters, [](char c) { return c >= 'a' && c <= 'z'; });
        const auto partition = rest.substr(letters.size());
        return plain && (letters.size() == 1 || letters.size() == 2) &&
               (partition.empty() || text::parse_number<std::uint8_t>(partition));
    }
    return false;
}

std::string drive_name(const GuestSpec& spec, const Disk& disk) {
    if (!is_drive_name(disk.device))
        refuse(field_of(disk, "device"), "'{}' is no drive; write hda, sda or xvda and so on",
               text::escaped(disk.device, 30));
    const bool renamed = spec.hdtype == "ahci" && disk.devtype == DiskDevtype::disk;
    return renamed ? std::string{"xvd"} + disk.device.back() : disk.device;
}

}    // namespace

DeviceDisk device_disk(const GuestSpec& spec, const Disk& disk) {
    const bool cdrom = disk.devtype == DiskDevtype::cdrom;
    if (disk.path.empty() && !cdrom) refuse(field_of(disk, "path"), "a disk needs an image or a device");
    const Image& image = image_of(disk);
    DeviceDisk made;
    copy(made->pdev_path, disk.path);
    copy(made->vdev, drive_name(spec, disk));
    made->format = disk.path.empty() ? LIBXL_DISK_FORMAT_EMPTY : image.format;
    made->backend = disk.path.empty() ? LIBXL_DISK_BACKEND_UNKNOWN : image.backend;
    made->removable = cdrom;
    made->is_cdrom = cdrom;
    made->readwrite = disk.mode == DiskMode::w && !cdrom;
    return made;
}

void add_disks(libxl_domain_config& config, const GuestSpec& spec) {
    for (const Disk& disk : spec.disks) {
        // Only emulated drives have a tray: elsewhere a drive without a medium is a drive that is not there.
        const bool nothing_in_it = disk.path.empty() && disk.devtype == DiskDevtype::cdrom;
        if (disk.enabled && !(nothing_in_it && spec.virt_type != VirtType::hvm))
            append(config.disks, config.num_disks, device_disk(spec, disk));
    }
}

}    // namespace xm::connect::xl
