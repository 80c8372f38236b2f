#pragma once
// Object paths of VMs and their devices, taken apart: /vm/<uuid>, /vm/<uuid>/disk/<n>, /vm/<uuid>/nic/<n>.

#include "base/uuid.hpp"

#include <optional>
#include <string_view>

namespace xm::expose {

struct DevicePath {
    Uuid vm;
    int id;
};

std::optional<Uuid> parse_vm_path(std::string_view path);
std::optional<DevicePath> parse_device_path(std::string_view path, std::string_view kind);    // "disk", "nic"

}    // namespace xm::expose
