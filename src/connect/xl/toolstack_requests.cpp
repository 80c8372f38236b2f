// What is asked of a domain that exists, and its devices.

#include "base/failure.hpp"
#include "connect/xl/domain_config.hpp"
#include "connect/xl/hypercalls.hpp"
#include "connect/xl/images.hpp"
#include "connect/xl/toolstack.hpp"
#include "connect/xl/toolstack_parts.hpp"
#include "gen/errors.hpp"

namespace xm::connect::xl {
namespace {

template <class T>
using awaitable = Toolstack::awaitable<T>;

// libxl fills in what it decides about a device and uses it until the operation is over.
template <class Device, class F>
auto with_device(Device device, F call) {
    const auto kept = std::make_shared<Device>(std::move(device));
    return [kept, call](libxl_ctx* context, std::uint32_t domid, const libxl_asyncop_how* how) {
        return call(context, domid, kept->get(), how);
    };
}

auto trigger(libxl_trigger what) {
    return [what](libxl_ctx* context, std::uint32_t domid, const libxl_asyncop_how* how) {
        return libxl_send_trigger(context, domid, what, 0, how);
    };
}

}    // namespace

awaitable<void> Toolstack::save(int domid, int image) {
    const auto begin = [image](libxl_ctx* context, std::uint32_t id, const libxl_asyncop_how* how) {
        return libxl_domain_suspend(context, id, image, 0, how);
    };
    co_await parts_->context.operations().perform(parts_->request("save", domid, limits::image, begin));
}

awaitable<void> Toolstack::resume(int domid) {
    const auto begin = [](libxl_ctx* context, std::uint32_t id, const libxl_asyncop_how* how) {
        return libxl_domain_resume(context, id, 1, how);
    };
    co_await parts_->context.operations().perform(parts_->request("resume", domid, limits::request, begin));
}

awaitable<void> Toolstack::pause(int domid) {
    co_await parts_->context.operations().perform(
        parts_->request("pause", domid, limits::request, &libxl_domain_pause));
}

awaitable<void> Toolstack::unpause(int domid) {
    co_await parts_->context.operations().perform(
        parts_->request("unpause", domid, limits::request, &libxl_domain_unpause));
}

awaitable<void> Toolstack::destroy(int domid) {
    co_await parts_->context.operations().perform(
        parts_->request("destroy", domid, limits::destroy, &libxl_domain_destroy));
}

awaitable<void> Toolstack::ask_shutdown(int domid) {
    Operations& operations = parts_->context.operations();
    const int code =
        co_await operations.run(parts_->request("shutdown", domid, limits::request, &libxl_domain_shutdown));
    if (code == ERROR_NOPARAVIRT)
        co_await operations.perform(
            parts_->request("power button", domid, limits::request, trigger(LIBXL_TRIGGER_POWER)));
    else
        parts_->context.require(code, "shutdown", domid);
}

awaitable<void> Toolstack::ask_reboot(int domid) {
    const int code = co_await parts_->context.operations().run(
        parts_->request("reboot", domid, limits::request, &libxl_domain_reboot));
    if (code == ERROR_NOPARAVIRT)
        reset(domid);
    else
        parts_->context.require(code, "reboot", domid);
}

awaitable<void> Toolstack::press_sleep(int domid) {
    co_await parts_->context.operations().perform(
        parts_->request("sleep button", domid, limits::request, trigger(LIBXL_TRIGGER_SLEEP)));
}

awaitable<void> Toolstack::wake(int domid) {
    co_await parts_->context.operations().perform(
        parts_->request("wake", domid, limits::request, trigger(LIBXL_TRIGGER_S3RESUME)));
}

void Toolstack::reset(int domid) {
    if (!end_with_reboot(domid)) fail(errors::hypervisor_refused, std::to_string(domid), "reset: refused");
}

awaitable<void> Toolstack::add_disk(int domid, const model::GuestSpec& spec, const model::Disk& disk) {
    const auto begin = with_device(device_disk(spec, disk), &libxl_device_disk_add);
    require_readable(disk);
    co_await parts_->context.operations().perform(parts_->request("add disk", domid, limits::device, begin));
}

// libxl must be told which backend it had chosen.
awaitable<void> Toolstack::remove_disk(int domid, const model::GuestSpec& spec, const model::Disk& disk) {
    DeviceDisk found;
    const int code = libxl_vdev_to_device_disk(parts_->ctx(), static_cast<std::uint32_t>(domid),
                                               device_disk(spec, disk)->vdev, found.get());
    parts_->context.require(code, "remove disk", domid);
    const auto begin = with_device(std::move(found), &libxl_device_disk_remove);
    co_await parts_->context.operations().perform(parts_->request("remove disk", domid, limits::device, begin));
}

awaitable<void> Toolstack::set_medium(int domid, const model::GuestSpec& spec, const model::Disk& drive) {
    const auto begin = with_device(device_disk(spec, drive), &libxl_cdrom_insert);
    co_await parts_->context.operations().perform(parts_->request("change medium", domid, limits::device, begin));
}

awaitable<void> Toolstack::add_nic(int domid, const model::GuestSpec& spec, const model::Nic& nic) {
    const auto begin = with_device(device_nic(spec, nic), &libxl_device_nic_add);
    co_await parts_->context.operations().perform(parts_->request("add nic", domid, limits::device, begin));
}

awaitable<void> Toolstack::remove_nic(int domid, const model::GuestSpec& spec, const model::Nic& nic) {
    const auto begin = with_device(device_nic(spec, nic), &libxl_device_nic_remove);
    co_await parts_->context.operations().perform(parts_->request("remove nic", domid, limits::device, begin));
}

awaitable<void> Toolstack::add_pci(int domid, const std::string& device) {
    const auto begin = with_device(device_pci(device), &libxl_device_pci_add);
    co_await parts_->context.operations().perform(parts_->request("add pci device", domid, limits::device, begin));
}

void Toolstack::set_memory_target(int domid, std::int64_t memory_kib) {
    const auto id = static_cast<std::uint32_t>(domid);
    parts_->context.require(libxl_set_memory_target(parts_->ctx(), id, memory_kib, 0, 1), "memory target", domid);
}

}    // namespace xm::connect::xl
