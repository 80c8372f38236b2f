#include "xec/vm_select.hpp"

#include "xec/names.hpp"
#include "xec/table.hpp"

#include <algorithm>

namespace xm::xec {
namespace {

using Elements = std::vector<bus::Variant>;

constexpr Column columns[] = {{"ID", 3, Align::right}, {"Name", 18}, {"UUID", 36}, {"State", 10}};

const Elements& elements_of(const bus::Variant& container) { return std::get<Elements>(container.value); }
const std::string& text_of(const bus::Variant& text) { return std::get<std::string>(text.value); }

// Null if the dictionary (a{s...}) has no such key.
const bus::Variant* entry(const bus::Variant& dictionary, std::string_view key) {
    for (const auto& candidate : elements_of(dictionary))
        if (text_of(elements_of(candidate).at(0)) == key) return &elements_of(candidate).at(1);
    return nullptr;
}

std::string domid_text(const Vm& vm) { return vm.domid ? std::to_string(*vm.domid) : ""; }

bool matches(const Vm& vm, const Selection& selection) {
    switch (selection.by) {
        case Selection::By::object:
            return vm.path == selection.wanted;
        case Selection::By::name:
            return vm.name == selection.wanted;
        case Selection::By::uuid:
            return vm.uuid == selection.wanted;
        case Selection::By::domid:
            return vm.domid && domid_text(vm) == selection.wanted;
    }
    return false;
}

}    // namespace

void assign(Vm& vm, std::string_view property, const bus::Variant& value) {
    if (const auto* number = std::get_if<std::int32_t>(&value.value)) {
        if (property == "domid" && *number >= 0) vm.domid = *number;
        return;
    }
    const auto* text = std::get_if<std::string>(&value.value);
    if (text == nullptr) return;
    if (property == "name") vm.name = *text;
    if (property == "uuid") vm.uuid = *text;
    if (property == "state") vm.state = *text;
}

std::vector<Vm> vms_in(const bus::Variant& managed_objects) {
    std::vector<Vm> vms;
    for (const auto& object : elements_of(managed_objects)) {
        const auto* properties = entry(elements_of(object).at(1), names::vm);
        if (properties == nullptr) continue;
        Vm vm{.path = text_of(elements_of(object).at(0)), .domid = {}, .name = {}, .uuid = {}, .state = {}};
        for (const auto name : vm_properties)
            if (const auto* value = entry(*properties, name)) assign(vm, name, elements_of(*value).at(0));
        vms.push_back(std::move(vm));
    }
    return vms;
}

std::optional<Selection> selection_of(const Options& options) {
    using By = Selection::By;
    if (options.vm_object) return Selection{By::object, *options.vm_object};
    if (options.vm_name) return Selection{By::name, *options.vm_name};
    if (options.vm_uuid) return Selection{By::uuid, *options.vm_uuid};
    if (options.vm_domid) return Selection{By::domid, *options.vm_domid};
    return std::nullopt;
}

std::vector<Vm> matching(const std::vector<Vm>& vms, const Selection& selection) {
    std::vector<Vm> found;
    std::ranges::copy_if(vms, std::back_inserter(found), [&](const Vm& vm) { return matches(vm, selection); });
    return found;
}

std::vector<Vm> sorted(const std::vector<Vm>& vms) {
    std::vector<Vm> result;
    std::ranges::copy_if(vms, std::back_inserter(result), [](const Vm& vm) { return vm.domid.has_value(); });
    std::ranges::sort(result, {}, &Vm::domid);    // no two VMs run as one domain
    std::ranges::copy_if(vms, std::back_inserter(result), [](const Vm& vm) { return !vm.domid.has_value(); });
    return result;
}

std::string vm_table(const std::vector<Vm>& vms, const std::function<std::string(std::string_view)>& fit) {
    std::vector<Cells> rows;
    for (const auto& vm : vms)
        rows.push_back({domid_text(vm), fit(vm.name), fit(vm.uuid), fit(vm.state)});
    return render_table(columns, rows);
}

Json vm_table_json(const std::vector<Vm>& vms) {
    Json array = Json::array();
    for (const auto& vm : vms)
        array.push_back({{"domid", vm.domid ? Json(*vm.domid) : Json(nullptr)},
                         {"name", vm.name},
                         {"uuid", vm.uuid},
                         {"state", vm.state},
                         {"path", vm.path}});
    return array;
}

}    // namespace xm::xec
