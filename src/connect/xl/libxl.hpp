#pragma once
// libxenlight for C++: the one place that includes its headers, which lack extern "C", and the owner of its structs.

#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <utility>

extern "C" {
#include <libxl.h>
#include <libxl_utils.h>
}

namespace xm::connect::xl {

// A libxl struct from its init function to its dispose function. Moving leaves an initialised, empty one behind.
template <class T, void (*init)(T*), void (*dispose)(T*)>
class Owned {
public:
    Owned() { init(&value_); }
    Owned(Owned&& other) noexcept : Owned{} { std::swap(value_, other.value_); }
    Owned& operator=(Owned&& other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    ~Owned() { dispose(&value_); }

    T* get() { return &value_; }
    T* operator->() { return &value_; }
    T& operator*() { return value_; }
    const T* operator->() const { return &value_; }
    const T& operator*() const { return value_; }

    // Gives the contents away, to an array that disposes of them.
    T release() {
        T contents = value_;
        init(&value_);
        return contents;
    }

private:
    T value_;
};

using DomainConfig = Owned<libxl_domain_config, libxl_domain_config_init, libxl_domain_config_dispose>;
using DeviceDisk = Owned<libxl_device_disk, libxl_device_disk_init, libxl_device_disk_dispose>;
using DeviceNic = Owned<libxl_device_nic, libxl_device_nic_init, libxl_device_nic_dispose>;
using DevicePci = Owned<libxl_device_pci, libxl_device_pci_init, libxl_device_pci_dispose>;
using DeviceVkb = Owned<libxl_device_vkb, libxl_device_vkb_init, libxl_device_vkb_dispose>;

}    // namespace xm::connect::xl
