#include "connect/store/vm_nodes_store.hpp"

#include <utility>

namespace xm::connect::store {
namespace {

std::string digit(bool value) { return value ? "1" : "0"; }

bool keeps_out(unsigned char letter) { return letter < 0x20 || letter == 0x7f; }

// Names are given by users: a node's value is one line.
std::string one_line(std::string text) {
    std::erase_if(text, keeps_out);
    return text;
}

bool is_node_name(const std::string& text) {
    constexpr auto most = std::size_t{64};
    return !text.empty() && text.size() <= most &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == text.npos;
}

}    // namespace

StringMap children_of(const SwitcherEntry& entry) {
    StringMap children{{"domid", std::to_string(entry.domid)},
                       {"name", one_line(entry.name)},
                       {"slot", std::to_string(entry.slot)},
                       {"image", one_line(entry.image)},
                       {"type", entry.type},
                       {"hidden", digit(entry.hidden)},
                       {"hide-switcher", digit(entry.hide_switcher)},
                       {"seamlessid", one_line(entry.seamless_id)}};
    if (entry.stubdomid >= 0) children["stubdomid"] = std::to_string(entry.stubdomid);
    if (entry.service && is_node_name(entry.type)) children.emplace(entry.type, "1");
    return children;
}

// What others have put there (xorg) stays.
void StoredVmNodes::show(const Uuid& vm, const SwitcherEntry& entry) {
    store_.post("showing the VM in xenstore", [vm, children = children_of(entry)](Session& session) {
        session.transact([&](Session& all) {
            const NodeOwner owner{.uuid = vm};
            const auto folder = path_of(NodeId::vm_entry, owner);
            for (const NodeId node : {NodeId::vms, NodeId::vm_entry}) {
                const auto path = path_of(node, owner);
                if (!all.read(path)) all.write(path, "");
                all.set_permissions(path, *permissions_of(node, owner));
            }
            for (const auto& [name, value] : children)
                all.write(folder + '/' + name, value);
        });
    });
}

void StoredVmNodes::hide(const Uuid& vm) {
    store_.post("hiding the VM in xenstore",
                [path = path_of(NodeId::vm_entry, {.uuid = vm})](Session& session) { session.remove(path); });
}

// The domain's end has removed the node, and it must not come back.
void StoredVmNodes::set_state(const Uuid& vm, model::VmState state) {
    store_.post("writing the VM's state",
                [path = path_of(NodeId::internal_state, {.uuid = vm}), state](Session& session) {
                    const auto folder = path.substr(0, path.rfind('/'));
                    if (!session.read(folder)) return;
                    if (model::is_running(state))
                        session.write(path, std::string{to_string(state)});
                    else
                        session.remove(path);
                });
}

void StoredVmNodes::forget(const Uuid& vm) {
    auto state = path_of(NodeId::domain_state, {.uuid = vm});
    state.resize(state.rfind('/'));
    store_.post("removing the VM's state", [state = std::move(state)](Session& session) { session.remove(state); });
    hide(vm);
}

void StoredVmNodes::set_network_backend(int domid) {
    store_.post("writing the network backend", [domid](Session& session) {
        const auto path = path_of(NodeId::network_backend);
        session.write(path, std::to_string(domid));
        session.set_permissions(path, *permissions_of(NodeId::network_backend));
    });
}

// Only below a node that the domain's monitor has made: what is written elsewhere would stay.
void StoredVmNodes::set_autolock(int domid, const std::map<std::string, bool>& drives) {
    store_.post("locking CD drives", [domid, drives](Session& session) {
        if (!session.read(path_of(NodeId::cd_requests, {.domid = domid}))) return;
        for (const auto& [drive, locks] : drives)
            session.write(path_of(NodeId::cd_autolock, {.domid = domid, .drive = drive}), digit(locks));
    });
}

}    // namespace xm::connect::store
