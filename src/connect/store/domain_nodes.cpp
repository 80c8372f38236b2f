#include "connect/store/domain_nodes.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "model/node_name.hpp"

#include <utility>

namespace xm::connect::store {
namespace {

bool wants(const NodeOwner& domain, Made made) {
    switch (made) {
        case Made::when_told:
            return false;
        case Made::by_libxl:
        case Made::before_it_runs:
            return true;
        case Made::if_argo:
            return domain.argo;
        case Made::if_sentinel:
            return !domain.sentinel.empty();
    }
    return false;
}

void permit(Session& session, NodeId node, const NodeOwner& domain) {
    if (const auto permissions = permissions_of(node, domain))
        session.set_permissions(path_of(node, domain), *permissions);
}

// It may be written by the guest, so it must not take the place of a node that others rely on.
void check_sentinel(Session& session, const std::string& path, const std::string& name) {
    if (!model::is_node_name(name))
        fail(errors::bad_value, text::escaped(name), "a boot sentinel is a name of one node");
    if (session.read(path)) fail(errors::bad_value, name, "the domain has another node of its boot sentinel's name");
}

void make(Session& session, const NodeRow& row, const NodeOwner& domain) {
    const auto path = path_of(row.id, domain);
    if (row.made == Made::if_sentinel) check_sentinel(session, path, domain.sentinel);
    if (row.made != Made::by_libxl)
        session.write(path, value_of(row.id, domain));
    else if (!session.read(path))
        return;
    permit(session, row.id, domain);
}

}    // namespace

Store::awaitable<> make_domain_nodes(Store& store, NodeOwner domain) {
    return store.transact([domain = std::move(domain)](Session& session) {
        for (const NodeRow& row : node_rows)
            if (wants(domain, row.made)) make(session, row, domain);
    });
}

void remove_domain_nodes(Store& store, int domid) {
    store.post("removing a domain's nodes", [domain = NodeOwner{.domid = domid}](Session& session) {
        for (const NodeRow& row : node_rows)
            if (outlives_domain(row)) session.remove(path_of(row.id, domain));
    });
}

void StateNode::set(model::VmState state) {
    if (std::exchange(written_, state) == state) return;
    store_.post("writing the domain's state",
                [path = path_of(NodeId::domain_state, owner_), word = std::string{to_string(state)}](Session& session) {
                    session.write(path, word);
                });
}

void StateNode::remove() {
    if (!std::exchange(written_, std::nullopt)) return;
    auto folder = path_of(NodeId::domain_state, owner_);
    folder.resize(folder.rfind('/'));
    store_.post("removing the domain's state",
                [folder = std::move(folder)](Session& session) { session.remove(folder); });
}

}    // namespace xm::connect::store
