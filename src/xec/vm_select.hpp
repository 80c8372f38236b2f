#pragma once
// Finding VMs: from one answer of the manager about all its objects, a row for each VM; from the selection options, one
// of those rows. Pure.

#include "bus/types.hpp"
#include "xec/options.hpp"
#include "xec/value_json.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xm::xec {

struct Vm {
    std::string path;
    std::optional<std::int32_t> domid;    // absent while the VM does not run
    std::string name;
    std::string uuid;
    std::string state;
};

// Fills in one property by its name on the bus; others are passed over.
void assign(Vm& vm, std::string_view property, const bus::Variant& value);

// The properties that a Vm is made of.
inline constexpr std::string_view vm_properties[] = {"domid", "name", "uuid", "state"};

// From a{oa{sa{sv}}}, the answer to org.freedesktop.DBus.ObjectManager.GetManagedObjects.
std::vector<Vm> vms_in(const bus::Variant& managed_objects);

struct Selection {
    enum class By { object, name, uuid, domid };
    By by;
    std::string wanted;
};

// What the options select by; object before name before uuid before domid.
std::optional<Selection> selection_of(const Options& options);

// All that match, in the order of `vms`.
std::vector<Vm> matching(const std::vector<Vm>& vms, const Selection& selection);

// Running VMs by domain id, then the others in the order of `vms`.
std::vector<Vm> sorted(const std::vector<Vm>& vms);

// `fit` makes a cell safe for where the table goes.
std::string vm_table(const std::vector<Vm>& vms, const std::function<std::string(std::string_view)>& fit);
Json vm_table_json(const std::vector<Vm>& vms);

}    // namespace xm::xec
