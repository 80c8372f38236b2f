#include "xenmgr/config/creation.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "xenmgr/config/disk_rows.hpp"
#include "xenmgr/config/json_tree.hpp"
#include "xenmgr/config/vm_rows.hpp"

#include <algorithm>
#include <array>

namespace xm::xenmgr {
namespace {

constexpr int first_slot = 1;
constexpr int last_slot = 9;
constexpr std::string_view disks = "config/disk";
constexpr std::string_view parent_override = "parent-override";

bool is_blank(std::string_view text) { return text::trim(text).empty(); }

// Every text that can reach a domain configuration, whether a row knows its key or not (devices).
void require_safe_texts(const ConfigTree& tree) {
    constexpr Setting line{.chars = Chars::line};
    constexpr Setting quoted{.chars = Chars::quoted};
    for (const auto& entry : tree.below("config")) {
        const auto& rule = entry.key.view().starts_with("config/extra-xenvm/") ? line : quoted;
        require_valid(rule, Kind::text, std::string{entry.value.view()}, entry.key.view(), "json", errors::bad_value);
    }
}

// What a property set of the same value would refuse.
void require_valid_rows(const ConfigTree& tree) {
    for (const auto& row : vm_rows()) {
        const auto kind = vm_kind(row.id);
        const auto stored = tree.get(row.stored.key);
        if (row.stored.key.empty() || !stored || (kind != Kind::text && kind != Kind::integer)) continue;
        const auto name = vm_schema(row.id).name;
        if (kind == Kind::text) {
            require_valid(row.stored, kind, std::string{*stored}, name, "json", *row.refusal);
        } else if (const auto number = text::parse_number<std::int32_t>(*stored)) {
            require_valid(row.stored, kind, *number, name, "json", *row.refusal);
        } else {
            fail(errors::bad_value, "json", "property {} = '{}': must be a whole number", name, text::escaped(*stored));
        }
    }
}

ConfigTree parse_overlay(const CreateRequest& request) {
    if (is_blank(request.json)) return {};
    auto overlay = parse_tree(request.json, errors::bad_json, "json");
    require_safe_texts(overlay);
    require_valid_rows(overlay);
    if (request.reach == Reach::full) return overlay;
    std::vector<ConfigTree::Entry> kept;
    for (const auto& entry : overlay.entries())
        if (!is_protected_key(entry.key.view())) kept.push_back(entry);
    return ConfigTree{std::move(kept)};
}

Uuid required_uuid(std::string_view text) {
    const auto uuid = Uuid::parse(text);
    if (!uuid || uuid->is_nil()) fail(errors::invalid_uuid, text::escaped(text), "it identifies no VM");
    return *uuid;
}

Uuid choose_uuid(const ConfigTree& tree, const CreateRequest& request, const VmSet& vms) {
    const auto stored = tree.get("uuid");
    const auto uuid = request.uuid ? required_uuid(request.uuid->text())
                      : stored     ? required_uuid(*stored)
                                   : Uuid::random();
    if (vms.find(uuid)) fail(errors::uuid_in_use, uuid.text(), "a VM with this uuid exists");
    return uuid;
}

int free_slot(const VmSet& vms) {
    std::array<bool, last_slot + 1> taken{};
    vms.each([&](Uuid, const ConfigTree& tree, const LiveFacts&) {
        const int slot = number(tree, "slot");
        if (slot >= first_slot && slot <= last_slot && !is_service_vm(tree))
            taken[static_cast<std::size_t>(slot)] = true;
    });
    for (int slot = first_slot; slot <= last_slot; ++slot)
        if (!taken[static_cast<std::size_t>(slot)]) return slot;
    fail(errors::too_many_vms, "", "slots {} to {} are taken", first_slot, last_slot);
}

void set_given(ConfigTree& tree, VmProperty property, std::string_view given) {
    const auto& row = vm_row(property);
    const auto trimmed = text::trim(given);
    if (trimmed.empty()) return;
    require_valid(row.stored, Kind::text, std::string{trimmed}, vm_schema(property).name, "new VM", *row.refusal);
    tree.set(row.stored.key, trimmed);
}

// Digests of measured disks survive a template that is applied again, for the disks that it still has.
void keep_digests(ConfigTree& tree, const ConfigTree& before) {
    for (const int id : disk_ids(tree))
        if (const auto digest = before.get(join(disks, id, "sha1sum"))) tree.set(join(disks, id, "sha1sum"), *digest);
}

std::string with_uuids(std::string_view text, Uuid parent, Uuid child) {
    std::string result{text};
    const auto replace = [&](std::string_view mark, const std::string& uuid) {
        for (auto at = result.find(mark); at != std::string::npos; at = result.find(mark, at + uuid.size()))
            result.replace(at, mark.size(), uuid);
    };
    replace("${PARENT_UUID}", parent.text());
    replace("${UUID}", child.text());
    return result;
}

bool may_overwrite(std::string_view tag, const ConfigTree& host) {
    const std::string group{tag.starts_with("ndvm") ? "ndvm" : tag};
    return flag(host, "xenmgr/overwrite-" + group + "-settings", true);
}

}    // namespace

NewVm plan_create(const ConfigTree& vm_template, const CreateRequest& request, const VmSet& vms) {
    NewVm vm{{}, vm_template};
    auto& tree = vm.tree;
    tree.overlay(parse_overlay(request));
    vm.uuid = choose_uuid(tree, request, vms);
    tree.set("uuid", vm.uuid.text());
    tree.set("seamless-id", vm.uuid.text());
    set_given(tree, VmProperty::name, request.name);
    if (is_blank(tree.get_or("name", ""))) tree.set("name", "name-" + vm.uuid.text());
    const bool has_slot = text::parse_number<int>(tree.get_or("slot", "")).has_value();
    if (request.allocate_slot && !has_slot) tree.set("slot", std::to_string(free_slot(vms)));
    set_given(tree, VmProperty::description, request.description);
    set_given(tree, VmProperty::image_path, request.image_path);
    return vm;
}

NewChild plan_create_child(const ConfigTree& child_template, const VmView& parent) {
    NewChild result{plan_create(child_template, {.allocate_slot = false}, parent.vms), {}};
    if (!child_template.has_below(parent_override)) return result;
    auto changed = parent.tree;
    const auto overrides = child_template.subtree(parent_override);
    for (const auto& [key, value] : overrides.entries())
        changed.set(key.view(), with_uuids(value.view(), parent.uuid, result.child.uuid));
    changed.set("uuid", parent.uuid.text());
    keep_digests(changed, parent.tree);
    result.new_parent = std::move(changed);
    return result;
}

bool is_active_service(std::string_view tag, const ConfigTree& host) {
    if (tag.starts_with("ndvm-")) return tag.substr(5) == host.get_or("xenmgr/ndvm-mode", "hvm");
    if (tag == "usbvm") return flag(host, "xenmgr/usbvm-enable");
    return true;
}

std::vector<ServiceVm> plan_service_vms(const std::map<std::string, ConfigTree>& template_by_tag,
                                        const ConfigTree& host, const VmSet& vms) {
    std::vector<ServiceVm> plan;
    for (const auto& [tag, vm_template] : template_by_tag) {
        if (!is_active_service(tag, host)) continue;
        const auto uuid = Uuid::parse(vm_template.get_or("uuid", ""));
        if (!uuid || uuid->is_nil()) fail(errors::bad_template, "service-" + tag, "it lacks a valid uuid");
        ServiceVm service{tag, *uuid, {}};
        const auto* stored = vms.find(*uuid);
        if (!stored || may_overwrite(tag, host)) {
            service.write = vm_template;
            service.write->set("uuid", uuid->text());
            if (stored) keep_digests(*service.write, *stored);
        }
        plan.push_back(std::move(service));
    }
    return plan;
}

}    // namespace xm::xenmgr
