#pragma once
// A network card of a virtual machine as its hypervisor backend needs it.

#include <string>

namespace xm::model {

struct Nic {
    int id = 0;
    std::string network;    // object path of the network: "/wired/0/bridged"
    std::string bridge;     // what the backend attaches to; empty: same as the network
    std::string mac;        // aa:bb:cc:dd:ee:ff, configured or generated; never empty in a spec made for a start
    std::string model;      // emulated card, only with a device model: "e1000"
    bool wireless = false;
    std::string backend_uuid;    // virtual machine that serves the network; empty: the host
    std::string backend_name;    // the same by name; the uuid wins
    int backend_domid = 0;
    bool enabled = true;

    bool operator==(const Nic&) const = default;
};

template <class Spec, class F>
void visit_nic_fields(Spec& nic, F&& f) {
    f("id", nic.id);
    f("network", nic.network);
    f("bridge", nic.bridge);
    f("mac", nic.mac);
    f("model", nic.model);
    f("wireless", nic.wireless);
    f("backend-uuid", nic.backend_uuid);
    f("backend-name", nic.backend_name);
    f("backend-domid", nic.backend_domid);
    f("enabled", nic.enabled);
}

template <class F>
void visit_fields(Nic& nic, F&& f) {
    visit_nic_fields(nic, f);
}
template <class F>
void visit_fields(const Nic& nic, F&& f) {
    visit_nic_fields(nic, f);
}

}    // namespace xm::model
