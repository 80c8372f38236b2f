#include "expose/guarded.hpp"

#include "xenmgr/config/vm_properties.hpp"

#include <utility>

namespace xm::expose {

boost::asio::awaitable<void> guarded_change(xenmgr::Manager& manager, const Uuid& vm, Plan plan) {
    auto decide = [plan = std::move(plan)](const xenmgr::VmView& view) {
        xenmgr::require_edit_allowed(view);
        return xenmgr::VmChanges{{view.uuid, plan(view)}};
    };
    return manager.configs().change(vm, xenmgr::ConfigStore::Scope::one, std::move(decide));
}

}    // namespace xm::expose
