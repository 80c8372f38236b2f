#include "expose/nic_face.hpp"

#include "expose/guarded.hpp"
#include "expose/values.hpp"
#include "xenmgr/config/nic_rows.hpp"
#include "xenmgr/config/vm_properties.hpp"

namespace xm::expose {
namespace asio = boost::asio;
using namespace xenmgr;

void NicFace::get(Property property, bus::Writer& into) const {
    const auto value = get_nic(manager_.registry().tree(vm_), vm_, nic_, property);
    put(into, value, gen::vmnic::properties[static_cast<std::size_t>(property)].signature);
}

asio::awaitable<void> NicFace::set(Property property, bus::Variant value, bus::Caller) {
    return guarded_change(manager_, vm_,
                          [nic = nic_, property, value = to_value(std::move(value))](const VmView& view) {
                              return plan_set_nic(view.tree, view.uuid, nic, property, value);
                          });
}

asio::awaitable<void> NicFace::delete_(bus::Caller) {
    return guarded_change(manager_, vm_,
                          [nic = nic_](const VmView& view) { return plan_delete_nic(view.tree, view.uuid, nic); });
}

}    // namespace xm::expose
