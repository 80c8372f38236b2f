#pragma once
// NICs of a VM, config/nic/<id>/...: the table of com.citrix.xenclient.vmnic's properties, adding and deleting.
// Functions with an id throw no_such_nic for one that is not there.

#include "gen/vmnic_schema.hpp"
#include "model/nic.hpp"
#include "xenmgr/config/row_function.hpp"
#include "xenmgr/config/setting.hpp"
#include "xenmgr/config/vm_view.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xm::xenmgr {

using NicProperty = gen::vmnic::Property;

struct NicRow {
    NicProperty id;
    Setting stored{};    // key relative to config/nic/<id>
    When when = When::next_start;
    RowFunction<Value(const ConfigTree&, Uuid vm, int nic)> read{};
    // From the client's value to the stored one; nothing: it is refused, since it `must` be another.
    RowFunction<std::optional<std::string>(std::string_view untrusted_text)> normalise{};
    std::string_view must{};
    Effects effects{};
};

std::span<const NicRow> nic_rows();
std::vector<int> nic_ids(const ConfigTree& tree);
Value get_nic(const ConfigTree& tree, Uuid vm, int nic, NicProperty property);
Change plan_set_nic(const ConfigTree& tree, Uuid vm, int nic, NicProperty property, const Value& value);

struct NewDevice {
    int id;
    Change change;
};
NewDevice plan_add_nic(const ConfigTree& tree);
Change plan_delete_nic(const ConfigTree& tree, Uuid vm, int nic);

model::Nic read_nic(const ConfigTree& tree, Uuid vm, int nic);    // with the actual MAC; backend_domid not resolved
std::vector<model::Nic> read_nics(const ConfigTree& tree, Uuid vm);

// Old bridge names become paths of network objects; everything else stays.
std::string network_path(std::string_view stored);

}    // namespace xm::xenmgr
