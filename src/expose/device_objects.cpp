#include "expose/device_objects.hpp"

#include "expose/disk_face.hpp"
#include "expose/nic_face.hpp"
#include "expose/paths.hpp"
#include "xenmgr/config/disk_rows.hpp"
#include "xenmgr/config/nic_rows.hpp"

#include <algorithm>
#include <array>

namespace xm::expose {
namespace {

using Ids = std::vector<int> (*)(const xenmgr::ConfigTree&);
using Path = std::string (*)(Uuid, int);

template <class Face, bus::Face (*face_of)(typename Face::Server&)>
class DeviceObject final : public bus::Object {
public:
    DeviceObject(xenmgr::Manager& manager, const DevicePath& device) : face_{manager, device.vm, device.id} {}
    std::span<const bus::Face> faces() override { return faces_; }

private:
    Face face_;
    const std::array<bus::Face, 1> faces_{face_of(face_)};
};

std::vector<std::string> all_paths(const xenmgr::Registry& registry, Ids ids, Path path) {
    std::vector<std::string> paths;
    for (const auto& vm : registry.uuids())
        for (const int id : ids(registry.tree(vm)))
            paths.push_back(path(vm, id));
    return paths;
}

std::optional<DevicePath> find_device(const xenmgr::Registry& registry, std::string_view path, std::string_view kind,
                                      Ids ids) {
    const auto device = parse_device_path(path, kind);
    const auto* tree = device ? registry.find(device->vm) : nullptr;
    if (tree == nullptr) return std::nullopt;
    const auto known = ids(*tree);
    return std::find(known.begin(), known.end(), device->id) == known.end() ? std::nullopt : device;
}

}    // namespace

std::span<const bus::Interface* const> DiskFamily::interfaces() const {
    static const std::array all{&gen::vmdisk::interface()};
    return all;
}
std::vector<std::string> DiskFamily::paths() const {
    return all_paths(manager_.registry(), xenmgr::disk_ids, xenmgr::disk_path);
}
std::unique_ptr<bus::Object> DiskFamily::find(std::string_view path) {
    const auto device = find_device(manager_.registry(), path, "disk", xenmgr::disk_ids);
    if (!device) return nullptr;
    return std::make_unique<DeviceObject<DiskFace, gen::vmdisk::face>>(manager_, *device);
}

std::span<const bus::Interface* const> NicFamily::interfaces() const {
    static const std::array all{&gen::vmnic::interface()};
    return all;
}
std::vector<std::string> NicFamily::paths() const {
    return all_paths(manager_.registry(), xenmgr::nic_ids, xenmgr::nic_path);
}
std::unique_ptr<bus::Object> NicFamily::find(std::string_view path) {
    const auto device = find_device(manager_.registry(), path, "nic", xenmgr::nic_ids);
    if (!device) return nullptr;
    return std::make_unique<DeviceObject<NicFace, gen::vmnic::face>>(manager_, *device);
}

}    // namespace xm::expose
