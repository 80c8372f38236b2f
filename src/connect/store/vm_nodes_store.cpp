#include "connect/store/vm_nodes_store.hpp"

#include "base/log.hpp"
#include "model/node_name.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>
#include <vector>

namespace xm::connect::store {
namespace asio = boost::asio;
namespace {

std::string digit(bool value) { return value ? "1" : "0"; }

bool keeps_out(unsigned char letter) { return letter < 0x20 || letter == 0x7f; }

// Names are given by users: a node's value is one line.
std::string one_line(std::string text) {
    std::erase_if(text, keeps_out);
    return text;
}

std::string folder_of(std::string path) {
    path.resize(path.rfind('/'));
    return path;
}

// Below a node that others make, and only while it is there: what is written elsewhere would stay.
void write_below(Store& store, std::string what, const std::string& above, StringMap values) {
    store.post(std::move(what), [above, values = std::move(values)](Session& session) {
        session.transact([&](Session& all) {
            if (!all.read(above)) return;
            for (const auto& [path, value] : values)
                all.write(path, value);
        });
    });
}

std::vector<Uuid> who_asks(Session& session, const std::string& all) {
    std::vector<Uuid> asking;
    for (const std::string& name : session.list(all)) {
        const auto vm = Uuid::parse(name);
        const auto word = vm ? session.read(path_of(NodeId::snapshot, {.uuid = vm})) : std::nullopt;
        if (word == model::word(model::SnapshotState::asked)) asking.push_back(*vm);
    }
    return asking;
}

Store::awaitable<> tell_who_asks(Store& store, std::string all, std::function<void(const Uuid&)> on_asked) {
    const auto look = [all = std::move(all)](Session& session) { return who_asks(session, all); };
    const std::vector<Uuid> asking = co_await store.perform(look);
    for (const Uuid& vm : asking)
        on_asked(vm);
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
    if (entry.service && model::is_node_name(entry.type)) children.emplace(entry.type, "1");
    return children;
}

// What was told since (xorg) stays.
void StoredVmNodes::show(const Uuid& vm, const SwitcherEntry& entry) {
    if (const auto [at, fresh] = shown_.try_emplace(vm, entry); !fresh && std::exchange(at->second, entry) == entry)
        return;
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
    shown_.erase(vm);
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
    const NodeOwner owner{.uuid = vm};
    for (const NodeId node : {NodeId::domain_state, NodeId::snapshot})
        store_.post("removing the VM's nodes",
                    [folder = folder_of(path_of(node, owner))](Session& session) { session.remove(folder); });
    hide(vm);
}

void StoredVmNodes::xorg_running(const Uuid& vm) {
    const NodeOwner owner{.uuid = vm};
    write_below(store_, "showing the VM's display", path_of(NodeId::vm_entry, owner),
                {{path_of(NodeId::xorg, owner), "1"}});
}

void StoredVmNodes::firewall_ready(int domid) {
    const NodeOwner owner{.domid = domid};
    write_below(store_, "telling a domain of its firewall", path_of(NodeId::domain_vm, owner),
                {{path_of(NodeId::firewall_ready, owner), "1"}});
}

// Nobody's but the host's, until the domain is there.
void StoredVmNodes::set_snapshot_state(const Uuid& vm, model::SnapshotState state) {
    store_.post("writing a snapshot's state", [path = path_of(NodeId::snapshot, {.uuid = vm}),
                                               word = std::string{model::word(state)}](Session& session) {
        session.write(path, word);
        session.set_permissions(path, {});
    });
}

void StoredVmNodes::share_snapshot_state(const Uuid& vm, int domid) {
    const NodeOwner owner{.uuid = vm, .domid = domid};
    store_.post("sharing a snapshot's state",
                [path = path_of(NodeId::snapshot, owner),
                 permissions = *permissions_of(NodeId::snapshot, owner)](Session& session) {
                    if (session.read(path)) session.set_permissions(path, permissions);
                });
}

void StoredVmNodes::follow_snapshots(std::function<void(const Uuid&)> on_asked) {
    const auto all = folder_of(folder_of(path_of(NodeId::snapshot)));
    snapshots_.emplace(store_, all, [&store = store_, all, on_asked = std::move(on_asked)] {
        asio::co_spawn(store.executor(), tell_who_asks(store, all, on_asked), [](const std::exception_ptr& failure) {
            if (failure) log::info("what guests ask in xenstore cannot be read");
        });
    });
}

void StoredVmNodes::set_network_backend(int domid) {
    store_.post("writing the network backend", [domid](Session& session) {
        const auto path = path_of(NodeId::network_backend);
        session.write(path, std::to_string(domid));
        session.set_permissions(path, *permissions_of(NodeId::network_backend));
    });
}

void StoredVmNodes::set_autolock(int domid, const std::map<std::string, bool>& drives) {
    StringMap values;
    for (const auto& [drive, locks] : drives)
        values.emplace(path_of(NodeId::cd_autolock, {.domid = domid, .drive = drive}), digit(locks));
    write_below(store_, "locking CD drives", path_of(NodeId::cd_requests, {.domid = domid}), std::move(values));
}

}    // namespace xm::connect::store
