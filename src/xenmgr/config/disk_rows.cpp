#include "xenmgr/config/disk_rows.hpp"

#include "base/failure.hpp"
#include "gen/errors.hpp"

#include <algorithm>
#include <iterator>

namespace xm::xenmgr {
namespace {

using namespace std::string_view_literals;
using P = DiskProperty;
using enum Form;
using enum Chars;
using enum When;

constexpr auto disks = "config/disk"sv;

constexpr std::string_view managed_words[] = {"", "system", "application", "user"};
constexpr std::string_view snapshot_words[] = {"none",     "temporary",       "temporary-encrypted", "coalesce",
                                               "scripted", "scripted-author", "scripted-no-snapshot"};
constexpr Words type_words{model::Words<model::DiskType>::words};
constexpr Words mode_words{model::Words<model::DiskMode>::words};
constexpr Words devtype_words{model::Words<model::DiskDevtype>::words};

Value key_set(const ImageFacts& image) { return image.key_set; }
Value virtual_size(const ImageFacts& image) { return image.virtual_size_mb; }
Value utilization(const ImageFacts& image) { return image.utilization_bytes; }

// clang-format off
constexpr DiskRow rows[] = {
    {.id = P::backend_name},
    {.id = P::backend_uuid},
    {.id = P::devtype,            .stored = {.key = "devtype", .fallback = "disk"sv, .words = devtype_words}},
    {.id = P::enabled,            .stored = {.key = "enable", .fallback = true}},
    {.id = P::encryption_key_set, .when = never, .read = key_set},
    {.id = P::managed_disktype,   .stored = {.key = "managed-disktype", .form = absent_if_empty, .words = managed_words}},
    {.id = P::mode,               .stored = {.key = "mode", .fallback = "w"sv, .words = mode_words}},
    {.id = P::phys_path,          .stored = {.key = "path", .chars = path}},
    {.id = P::phys_type,          .stored = {.key = "type", .fallback = "vhd"sv, .words = type_words}},
    {.id = P::shared,             .stored = {.key = "shared"}, .when = now},
    {.id = P::snapshot,           .stored = {.key = "snapshot", .fallback = "none"sv, .form = absent_if_none,
                                             .words = snapshot_words}},
    {.id = P::utilization_bytes,  .when = never, .read = utilization},
    {.id = P::virt_path,          .stored = {.key = "device", .chars = quoted}},
    {.id = P::virtual_size_mb,    .when = never, .read = virtual_size},
};
// clang-format on

constexpr bool agrees_with_schema() {
    const auto& schema = gen::vmdisk::properties;
    if (std::size(rows) != std::size(schema)) return false;
    for (std::size_t i = 0; i < std::size(rows); ++i) {
        if (rows[i].id != static_cast<P>(i) || !fits(rows[i].stored, kind_of(schema[i].signature))) return false;
        if ((schema[i].access == idl::Access::read) != (rows[i].when == never)) return false;
    }
    return true;
}
static_assert(agrees_with_schema());

const DiskRow& row(P property) { return rows[static_cast<std::size_t>(property)]; }
const idl::Property& schema(P property) { return gen::vmdisk::properties[static_cast<std::size_t>(property)]; }
Kind kind(P property) { return kind_of(schema(property).signature); }

void require_disk(const ConfigTree& tree, Uuid vm, int disk) {
    if (!tree.has_below(join(disks, disk)))
        fail(errors::no_such_disk, disk_path(vm, disk), "there is no disk {}", disk);
}

std::string text_of(const ConfigTree& tree, int disk, P property) {
    const auto& r = row(property);
    return std::get<std::string>(read(r.stored, kind(property), tree, join(disks, disk, r.stored.key)));
}

template <class E>
E word_of(const ConfigTree& tree, int disk, P property) {
    return model::parse_word<E>(text_of(tree, disk, property)).value_or(E{});
}

}    // namespace

std::span<const DiskRow> disk_rows() { return rows; }
std::vector<int> disk_ids(const ConfigTree& tree) { return tree.ids(disks); }

bool asks_image(P property) { return static_cast<bool>(row(property).read); }

Value get_disk(const ConfigTree& tree, Uuid vm, int disk, P property, const ImageFacts& image) {
    require_disk(tree, vm, disk);
    const auto& r = row(property);
    if (r.read) return r.read(image);
    if (r.stored.key.empty()) return fallback_value(r.stored, kind(property));
    return read(r.stored, kind(property), tree, join(disks, disk, r.stored.key));
}

Change plan_set_disk(const ConfigTree& tree, Uuid vm, int disk, P property, const Value& value) {
    require_disk(tree, vm, disk);
    const auto& r = row(property);
    const auto& about = schema(property);
    if (r.when == never) fail(errors::property_not_writable, disk_path(vm, disk), "property {}", about.name);
    if (r.stored.key.empty())
        fail(errors::not_supported, disk_path(vm, disk), "property {} has no effect in this version", about.name);
    require_valid(r.stored, kind(property), value, about.name, disk_path(vm, disk), errors::bad_value);
    return plan_write(r.stored, tree, join(disks, disk, r.stored.key), value);
}

std::string free_device(const ConfigTree& tree) {
    std::vector<std::string> taken;
    for (const auto& disk : read_disks(tree))
        taken.push_back(disk.device);
    for (char letter = 'a'; letter <= 'z'; ++letter)
        if (const auto device = std::string{"hd"} + letter; std::ranges::find(taken, device) == taken.end())
            return device;
    fail(errors::duplicate_device, "hdz", "all 26 disk names are in use");
}

NewDevice plan_add_disk(const ConfigTree& tree) {
    NewDevice device{next_id(tree, disks), {}};
    const auto set = [&](std::string_view key, std::string_view value) {
        device.change.write(join(disks, device.id, key), value);
    };
    set("path", "");
    set("type", "vhd");
    set("mode", "w");
    set("device", free_device(tree));
    set("devtype", "disk");
    set("shared", "false");
    device.change.effects.config_changed = true;
    return device;
}

Change plan_attach(const ConfigTree& tree, Uuid vm, int disk, std::string_view path, model::DiskType type) {
    auto change = plan_set_disk(tree, vm, disk, P::phys_path, std::string{path});
    change += plan_set_disk(tree, vm, disk, P::phys_type, std::string{model::word(type)});
    change += plan_set_disk(tree, vm, disk, P::mode, std::string{"w"});
    change += plan_set_disk(tree, vm, disk, P::devtype, std::string{"disk"});
    return change;
}

Change plan_delete_disk(const ConfigTree& tree, int disk) {
    Change change;
    if (!tree.has_below(join(disks, disk))) return change;
    change.remove(join(disks, disk));
    change.effects.config_changed = true;
    return change;
}

model::Disk read_disk(const ConfigTree& tree, int disk) {
    model::Disk result;
    result.id = disk;
    result.path = text_of(tree, disk, P::phys_path);
    result.type = word_of<model::DiskType>(tree, disk, P::phys_type);
    result.mode = word_of<model::DiskMode>(tree, disk, P::mode);
    result.device = text_of(tree, disk, P::virt_path);
    result.devtype = word_of<model::DiskDevtype>(tree, disk, P::devtype);
    result.enabled = flag(tree, join(disks, disk, "enable"), true);
    if (const auto snapshot = text_of(tree, disk, P::snapshot); snapshot != "none") result.snapshot = snapshot;
    result.shared = flag(tree, join(disks, disk, "shared"));
    result.managed = text_of(tree, disk, P::managed_disktype);
    result.sha1sum = tree.get_or(join(disks, disk, "sha1sum"), "");
    return result;
}

std::vector<model::Disk> read_disks(const ConfigTree& tree) {
    std::vector<model::Disk> result;
    for (const int disk : disk_ids(tree))
        result.push_back(read_disk(tree, disk));
    return result;
}

bool is_private_image(const VmView& vm, const model::Disk& disk) {
    if (vm.tree.has("backend") || vm.tree.has_below("backend")) return false;
    if (disk.shared || disk.type != model::DiskType::vhd || disk.path.empty()) return false;
    bool used_elsewhere = false;
    vm.vms.each([&](Uuid other, const ConfigTree& tree, const LiveFacts&) {
        if (other == vm.uuid || used_elsewhere) return;
        for (const int id : disk_ids(tree))
            used_elsewhere |= tree.get(join(disks, id, "path")) == disk.path;
    });
    return !used_elsewhere;
}

}    // namespace xm::xenmgr
