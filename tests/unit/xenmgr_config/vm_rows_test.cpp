#include "xenmgr/config/vm_rows.hpp"

#include "unit/xenmgr_config/host_of_vms.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using namespace xm;
using namespace xm::xenmgr;
using P = VmProperty;

namespace {

bool is_writable(const VmRow& row) { return vm_schema(row.id).access != idl::Access::read; }

// Stored under its own key without any special reading or writing.
bool is_plain(const VmRow& row) { return !row.stored.key.empty() && !row.read && !row.write && is_writable(row); }

// A value that every check of the row accepts and that differs from the fallback.
Value other_value(const VmRow& row) {
    const auto before = fallback_value(row.stored, vm_kind(row.id));
    if (const auto* flag = std::get_if<bool>(&before)) return !*flag;
    if (const auto* number = std::get_if<std::int32_t>(&before)) return *number + 7;
    for (const auto word : row.stored.words)
        if (word != std::get<std::string>(before)) return std::string{word};
    return std::string{"value"};
}

}    // namespace

TEST_CASE("every row of the table reads its fallback when nothing is stored") {
    test::HostOfVms host;
    const auto vm = host.add(1);
    for (const auto& row : vm_rows()) {
        INFO(vm_schema(row.id).name);
        if (row.read) continue;
        CHECK(host.get(vm, row.id) == fallback_value(row.stored, vm_kind(row.id)));
    }
}

TEST_CASE("every plain row reads back what was set, stores it once and says that the configuration changed") {
    for (const auto& row : vm_rows()) {
        if (!is_plain(row)) continue;
        INFO(vm_schema(row.id).name);
        test::HostOfVms host;
        const auto vm = host.add(1);
        const auto value = other_value(row);
        CHECK(host.set(vm, row.id, value).config_changed);
        CHECK(host.get(vm, row.id) == value);
        CHECK(plan_set(host.view(vm), row.id, value).front().change.empty());
    }
}

TEST_CASE("every row refuses a value of another kind") {
    test::HostOfVms host;
    const auto vm = host.add(1);
    for (const auto& row : vm_rows()) {
        if (!is_writable(row)) continue;
        INFO(vm_schema(row.id).name);
        const Value wrong = vm_kind(row.id) == Kind::boolean ? Value{5} : Value{true};
        CHECK_FALSE(test::failure_of([&] { plan_set(host.view(vm), row.id, wrong); }).empty());
    }
}

TEST_CASE("a property that the interface declares read-only cannot be set") {
    test::HostOfVms host;
    const auto vm = host.add(1);
    for (const auto& row : vm_rows()) {
        if (is_writable(row)) continue;
        INFO(vm_schema(row.id).name);
        CHECK(test::failure_of([&] { plan_set(host.view(vm), row.id, true); }) == "property_not_writable");
    }
}

TEST_CASE("no text of any row can break out of its line") {
    for (const auto& row : vm_rows()) {
        if (vm_kind(row.id) != Kind::text || !is_writable(row) || row.stored.key.empty()) continue;
        INFO(vm_schema(row.id).name);
        test::HostOfVms host;
        const auto vm = host.add(1);
        const auto set = [&](std::string value) { plan_set(host.view(vm), row.id, value); };
        CHECK_FALSE(test::failure_of([&] { set(std::string{"a\0b", 3}); }).empty());
        const bool reaches_domain = row.field.index() != 0 || row.if_stored.index() != 0;
        if (!reaches_domain) continue;
        CHECK(row.stored.chars != Chars::any);
        CHECK_FALSE(test::failure_of([&] { set("a\nb"); }).empty());
        if (row.id != P::extra_xenvm) CHECK_FALSE(test::failure_of([&] { set("a'b"); }).empty());
    }
}

TEST_CASE("keys are shared only by properties that are meant to be two names of one thing") {
    std::map<std::string_view, int> uses;
    for (const auto& row : vm_rows())
        if (!row.stored.key.empty()) ++uses[row.stored.key];
    for (const auto& [key, count] : uses) {
        INFO(key);
        CHECK(count == (key == "image_path" ? 2 : 1));
    }
}

TEST_CASE("every property of the guarded interface is served by the row of the same name") {
    for (std::size_t i = 0; i < std::size(gen::xenmgr_vm::properties); ++i) {
        const auto& guarded = gen::xenmgr_vm::properties[i];
        const auto& served = vm_schema(vm_property(static_cast<gen::xenmgr_vm::Property>(i)));
        CHECK(served.name == guarded.name);
        CHECK(served.signature == guarded.signature);
        CHECK(served.access == guarded.access);
    }
}
