// The yardstick: the least that sd-bus itself does for one property and one method. Owns org.xenclient.bench.Minimal.

#include <systemd/sd-bus.h>

namespace {

const char* name = "vm 0";

int on_required(sd_bus_message* call, void*, sd_bus_error*) { return sd_bus_reply_method_return(call, "b", 0); }

const sd_bus_vtable members[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("auth_required", "", "b", on_required, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_PROPERTY("name", "s", nullptr, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_VTABLE_END,
};

}    // namespace

int main() {
    sd_bus* bus = nullptr;
    if (sd_bus_open_system(&bus) < 0) return 1;
    if (sd_bus_add_object_vtable(bus, nullptr, "/vm", "org.xenclient.bench.Minimal", members, &name) < 0) return 1;
    if (sd_bus_request_name(bus, "org.xenclient.bench.Minimal", 0) < 0) return 1;
    for (;;) {
        const int handled = sd_bus_process(bus, nullptr);
        if (handled < 0) return 0;    // the bus has gone
        if (handled == 0) sd_bus_wait(bus, UINT64_MAX);
    }
}
