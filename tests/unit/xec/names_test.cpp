#include "xec/names.hpp"

#include "gen/db_schema.hpp"
#include "gen/db_store_schema.hpp"
#include "gen/xenmgr_schema.hpp"
#include "gen/xenmgr_vm_schema.hpp"
#include "xec/vm_select.hpp"
#include "xec/wait.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace xm;
using namespace xm::xec;

namespace {

template <class Rows>
bool has(const Rows& rows, std::string_view name) {
    return std::ranges::any_of(rows, [&](const auto& row) { return row.name == name; });
}

}    // namespace

TEST_CASE("the interfaces that the tools know are the ones that are served") {
    CHECK(gen::xenmgr::interface_name == names::manager);
    CHECK(gen::xenmgr_vm::interface_name == names::vm);
    CHECK(gen::db::interface_name == names::database);
    CHECK(gen::db_store::interface_name == names::database_store);
}

TEST_CASE("what the table of VMs and --wait ask for exists") {
    for (const auto property : vm_properties) {
        INFO(property);
        CHECK(has(gen::xenmgr_vm::properties, property));
    }
    CHECK(has(gen::xenmgr_vm::properties, "acpi-state"));
    CHECK(has(gen::xenmgr::methods, "list_vms"));
    CHECK(has(gen::xenmgr_vm::methods, "list_disks"));
    CHECK(has(gen::xenmgr_vm::methods, "list_nics"));
}

TEST_CASE("the signal that --wait follows carries uuid, path, state and ACPI state") {
    const auto signal = std::ranges::find(gen::xenmgr::signals, "vm_state_changed", &idl::Signal::name);
    REQUIRE(signal != std::end(gen::xenmgr::signals));
    CHECK(signal->signature == "sosi");
}

TEST_CASE("every method with a usual state is a method of a VM") {
    for (const auto* method : {"start", "start_internal", "shutdown", "destroy", "hibernate", "reboot", "pause",
                               "unpause", "sleep", "resume", "suspend_to_file", "resume_from_file"}) {
        INFO(method);
        CHECK(has(gen::xenmgr_vm::methods, method));
        CHECK_FALSE(target_of(method, "").state.empty());
    }
}

TEST_CASE("the methods that the db tools call exist") {
    for (const auto* method : {"read", "write", "rm", "exists", "list", "dump", "read_binary", "inject"})
        CHECK(has(gen::db::methods, method));
    for (const auto* method : {"export_tree", "import_tree"})
        CHECK(has(gen::db_store::methods, method));
}
