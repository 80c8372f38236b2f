#pragma once
// The properties of a VM. Four short functions read the table of vm_rows.hpp; both bus interfaces of a VM are faces
// of them. Nothing here stores or waits: a set is a plan, which the manager stores and then applies.

#include "xenmgr/config/vm_rows.hpp"

#include <vector>

namespace xm::xenmgr {

// Never fails: stored text that cannot be read counts as not stored.
Value get(const VmView& vm, VmProperty property);

// Throws bad_value (or the error that the row names) for values outside kind, range or words, and
// property_not_writable. The effects hold even if nothing has to be stored.
VmChanges plan_set(const VmView& vm, VmProperty property, const Value& value);

// All properties in the order of the interface, without those that look outside (private-space).
std::vector<Value> get_all(const VmView& vm);
// Which of them differ: what must be announced after a change.
std::vector<VmProperty> differences(const std::vector<Value>& before, const std::vector<Value>& after);

// Of the .vm face; .vm.unrestricted asks no question. Throws policy_forbids_edit.
void require_edit_allowed(const VmView& vm);
void require_edit_allowed(const VmView& vm, VmProperty property);

// Keys whose stored text no row can read, for one warning when a VM is loaded.
std::vector<std::string_view> unreadable_keys(const ConfigTree& tree);

// The values of the rows that name a field; what needs more than its own row is done by make_guest_spec.
void fill_guest_spec(const VmView& vm, model::GuestSpec& spec);

}    // namespace xm::xenmgr
