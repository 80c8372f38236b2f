#pragma once
// Disks of a VM, config/disk/<id>/...: the table of com.citrix.xenclient.vmdisk's properties, adding, attaching and
// deleting. Functions with an id throw no_such_disk for one that is not there, unless they say otherwise.

#include "gen/vmdisk_schema.hpp"
#include "model/disk.hpp"
#include "xenmgr/config/nic_rows.hpp"
#include "xenmgr/config/row_function.hpp"
#include "xenmgr/config/setting.hpp"
#include "xenmgr/config/vm_view.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xm::xenmgr {

using DiskProperty = gen::vmdisk::Property;

// What only the image itself knows; zero and false for other types than vhd and for images that cannot be read.
struct ImageFacts {
    bool key_set = false;
    std::int32_t virtual_size_mb = 0;
    std::int64_t utilization_bytes = 0;
};

struct DiskRow {
    DiskProperty id;
    Setting stored{};    // key relative to config/disk/<id>; none and no `read`: not supported, reads empty
    When when = When::next_start;
    RowFunction<Value(const ImageFacts&)> read{};
};

std::span<const DiskRow> disk_rows();
std::vector<int> disk_ids(const ConfigTree& tree);
bool asks_image(DiskProperty property);    // only then does get_disk look at `image`
Value get_disk(const ConfigTree& tree, Uuid vm, int disk, DiskProperty property, const ImageFacts& image);
Change plan_set_disk(const ConfigTree& tree, Uuid vm, int disk, DiskProperty property, const Value& value);

NewDevice plan_add_disk(const ConfigTree& tree);    // empty path, vhd, writable, first free device
Change plan_attach(const ConfigTree& tree, Uuid vm, int disk, std::string_view path, model::DiskType type);
Change plan_delete_disk(const ConfigTree& tree, int disk);    // nothing for an unknown id

model::Disk read_disk(const ConfigTree& tree, int disk);
std::vector<model::Disk> read_disks(const ConfigTree& tree);

std::string free_device(const ConfigTree& tree);    // first of hda ... hdz; throws duplicate_device when all are taken

// Whether the image goes with its disk: vhd, not shared, used by no disk of another VM; never of a VM that is managed
// (key backend).
bool is_private_image(const VmView& vm, const model::Disk& disk);

}    // namespace xm::xenmgr
