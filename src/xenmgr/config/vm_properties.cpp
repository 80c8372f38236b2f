#include "xenmgr/config/vm_properties.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"

namespace xm::xenmgr {
namespace {

using model::GuestSpec;

constexpr auto native_key = std::string_view{"native-experience"};

StringList parts(const std::string& joined) {
    StringList result;
    for (const auto part : text::split(joined, ';'))
        if (const auto trimmed = text::trim(part); !trimmed.empty()) result.emplace_back(trimmed);
    return result;
}

// Puts a value into the member that a row names; the kinds agree because of the table.
struct Fill {
    GuestSpec& spec;
    const Value& value;

    void operator()(std::monostate) const {}
    void operator()(bool GuestSpec::* field) const { spec.*field = std::get<bool>(value); }
    void operator()(int GuestSpec::* field) const { spec.*field = std::get<std::int32_t>(value); }
    void operator()(std::string GuestSpec::* field) const { spec.*field = std::get<std::string>(value); }
    void operator()(StringList GuestSpec::* field) const { spec.*field = parts(std::get<std::string>(value)); }
    void operator()(std::optional<bool> GuestSpec::* field) const { spec.*field = std::get<bool>(value); }
    void operator()(std::optional<int> GuestSpec::* field) const { spec.*field = std::get<std::int32_t>(value); }
    void operator()(std::optional<std::string> GuestSpec::* field) const { spec.*field = std::get<std::string>(value); }
};

}    // namespace

Value get(const VmView& vm, VmProperty property) {
    const auto& row = vm_row(property);
    if (row.native && flag(vm.tree, native_key)) return *row.native;
    if (row.read) return row.read(vm, row);
    return read(row.stored, vm_kind(property), vm.tree, row.stored.key);
}

VmChanges plan_set(const VmView& vm, VmProperty property, const Value& value) {
    const auto& row = vm_row(property);
    const auto& about = vm_schema(property);
    if (row.when == When::never) fail(errors::property_not_writable, vm.uuid.text(), "property {}", about.name);
    require_valid(row.stored, vm_kind(property), value, about.name, vm.uuid.text(), *row.refusal);
    auto changes = row.write ? row.write(vm, row, value)
                             : VmChanges{{vm.uuid, plan_write(row.stored, vm.tree, row.stored.key, value)}};
    for (auto& [uuid, change] : changes)
        if (uuid == vm.uuid) change.effects |= row.effects;
    return changes;
}

std::vector<Value> get_all(const VmView& vm) {
    std::vector<Value> values;
    values.reserve(vm_rows().size());
    for (const auto& row : vm_rows())
        values.push_back(row.id == VmProperty::private_space ? Value{0} : get(vm, row.id));
    return values;
}

std::vector<VmProperty> differences(const std::vector<Value>& before, const std::vector<Value>& after) {
    std::vector<VmProperty> changed;
    for (std::size_t i = 0; i < before.size() && i < after.size(); ++i)
        if (before[i] != after[i]) changed.push_back(static_cast<VmProperty>(i));
    return changed;
}

void require_edit_allowed(const VmView& vm) {
    if (!flag(vm.tree, "policies/modify-vm-settings", true))
        fail(errors::policy_forbids_edit, vm.uuid.text(), "policy modify-vm-settings is false");
}

void require_edit_allowed(const VmView& vm, VmProperty property) {
    if (vm_row(property).gated) require_edit_allowed(vm);
}

std::vector<std::string_view> unreadable_keys(const ConfigTree& tree) {
    std::vector<std::string_view> keys;
    for (const auto& row : vm_rows()) {
        const auto& stored = row.stored;
        if (stored.key.empty() || stored.form == Form::positive || !tree.has(stored.key)) continue;
        if (!read_stored(stored, vm_kind(row.id), tree, stored.key)) keys.push_back(stored.key);
    }
    return keys;
}

void fill_guest_spec(const VmView& vm, GuestSpec& spec) {
    for (const auto& row : vm_rows()) {
        if (row.field.index() != 0) std::visit(Fill{spec, get(vm, row.id)}, row.field);
        if (row.if_stored.index() == 0 || vm.tree.get_or(row.stored.key, "none") == "none") continue;
        if (const auto value = read_stored(row.stored, vm_kind(row.id), vm.tree, row.stored.key))
            std::visit(Fill{spec, *value}, row.if_stored);
    }
}

}    // namespace xm::xenmgr
