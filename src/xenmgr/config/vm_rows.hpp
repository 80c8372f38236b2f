#pragma once
// The table of VM properties: one row per property of com.citrix.xenclient.xenmgr.vm.unrestricted, in the order of
// its IDL. com.citrix.xenclient.xenmgr.vm is a second face of the same rows. To learn what a property does, where it
// is stored and what is allowed, read its row in vm_rows.cpp.

#include "base/error_info.hpp"
#include "gen/errors.hpp"
#include "gen/xenmgr_vm_schema.hpp"
#include "gen/xenmgr_vm_unrestricted_schema.hpp"
#include "model/guest_spec.hpp"
#include "xenmgr/config/row_function.hpp"
#include "xenmgr/config/setting.hpp"
#include "xenmgr/config/vm_view.hpp"

#include <optional>
#include <span>
#include <variant>

namespace xm::xenmgr {

using VmProperty = gen::xenmgr_vm_unrestricted::Property;

using SpecField =
    std::variant<std::monostate, bool model::GuestSpec::*, int model::GuestSpec::*, std::string model::GuestSpec::*,
                 std::vector<std::string> model::GuestSpec::*, std::optional<bool> model::GuestSpec::*,
                 std::optional<int> model::GuestSpec::*, std::optional<std::string> model::GuestSpec::*>;

struct VmRow {
    VmProperty id;
    Setting stored{};
    When when = When::next_start;

    // Where stored text is not the whole truth. Without `read` the stored value or the fallback counts; without
    // `write` the value is stored under the key, if the IDL allows writing.
    RowFunction<Value(const VmView&, const VmRow&)> read{};
    RowFunction<VmChanges(const VmView&, const VmRow&, const Value&)> write{};

    std::optional<bool> native{};    // what it reads while the VM has native-experience
    Effects effects{};               // of every successful set, beside config_changed
    bool gated = true;               // the .vm face refuses to set it when policy modify-vm-settings is false
    const ErrorInfo* refusal = &errors::bad_value;

    // Where the value goes at the next start. `if_stored` leaves the backend's own default in place when there is no
    // key or its text is "none".
    SpecField field{};
    SpecField if_stored{};
};

std::span<const VmRow> vm_rows();
const VmRow& vm_row(VmProperty id);
const idl::Property& vm_schema(VmProperty id);
Kind vm_kind(VmProperty id);

VmProperty vm_property(gen::xenmgr_vm::Property id);    // the same property on the other face

}    // namespace xm::xenmgr
