#include "base/files.hpp"
#include "connect/store/domain_identity.hpp"
#include "connect/store/domain_nodes.hpp"
#include "connect/store/vm_nodes_store.hpp"

#include "store/guest.hpp"
#include "store/host.hpp"
#include "store/toolstack_played.hpp"

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <array>
#include <cstdlib>
#include <set>

namespace xm::test {
namespace {

using namespace connect::store;
using connect::SwitcherEntry;
using model::VmState;

const std::string entry_path = "/xenmgr/vms/" + vm.text();

// All nodes below `path`, with their permissions.
std::set<std::string> tree(Host& host, const std::string& path) {
    std::set<std::string> all;
    for (const auto& name : host.result_of(host.store.list(path))) {
        const auto child = (path == "/" ? "" : path) + "/" + name;
        const auto node = host.result_of(host.store.look(child));
        all.insert(child + " " + node->permissions.text());
        all.merge(tree(host, child));
    }
    return all;
}

TEST_CASE("every node has one row, one path and words about it", "[nodes]") {
    std::set<std::string> paths;
    const NodeOwner owner{.uuid = vm, .domid = 7, .drive = "1:0:0:0", .sentinel = "booted"};
    for (const NodeRow& row : node_rows) {
        const auto path = path_of(row.id, owner);
        CHECK(paths.insert(path).second);
        CHECK(path.starts_with('/'));
        CHECK(path.find_first_of("<>:") == std::string::npos);
        CHECK((!row.writer.empty() && !row.reader.empty() && !row.meaning.empty() && !row.ends_with.empty()));
    }
    CHECK(path_of(NodeId::cd_autolock, owner) == "/local/domain/7/bsgdev-req/1_0_0_0/autolock");
}

std::string shown(std::string_view words) {
    std::string text{words};
    for (auto at = text.find('<'); at != text.npos; at = text.find('<'))
        text.replace(at, 1, "&lt;");
    return text;
}

// The table of docs/XENSTORE.md.
std::string page_of_nodes() {
    std::string page;
    for (const NodeRow& row : node_rows) {
        const auto made = std::array{"when there is something to say", "with the domain", "before it runs",
                                     "before it runs, with `argo`",
                                     "before it runs, with `boot-sentinel`"}[static_cast<std::size_t>(row.made)];
        const auto may = std::array{"nothing",
                                    "as the node above",
                                    "every domain reads",
                                    "the domain reads and writes",
                                    "the domain's own; the host reads",
                                    "the stub domain's own, else the domain's"}[static_cast<std::size_t>(row.grant)];
        const auto value = row.value.empty() ? std::string{} : fmt::format(" At first `{}`.", row.value);
        page += fmt::format("| `{}` | {} | {} | {} | {} | {} | {}.{} |\n", row.path, row.writer, row.reader, made, may,
                            row.ends_with, shown(row.meaning), value);
    }
    return page;
}

TEST_CASE("the page about nodes has the table; XM_WRITE_DOCS=1 writes it anew", "[nodes][played]") {
    constexpr std::string_view last_line_before = "|---|---|---|---|---|---|---|\n";
    const auto text = files::read(XM_NODES_PAGE);
    const auto begin = text.find(last_line_before) + last_line_before.size();
    const auto end = text.find("\n\n", begin) + 1;
    REQUIRE(begin < end);
    if (std::getenv("XM_WRITE_DOCS"))
        files::replace(XM_NODES_PAGE, text.substr(0, begin) + page_of_nodes() + text.substr(end), 0644);
    else
        CHECK(text.substr(begin, end - begin) == page_of_nodes());
}

TEST_CASE("no domain but the one whose node it is may write", "[nodes]") {
    const NodeOwner owner{.uuid = vm, .domid = 7, .stubdomid = 8};
    for (const NodeRow& row : node_rows) {
        const auto permissions = permissions_of(row.id, owner);
        if (!permissions) continue;
        CHECK((permissions->others == Access::none || permissions->others == Access::read));
        CHECK((permissions->owner == 0 || permissions->owner == 7 || permissions->owner == 8));
        for (const auto& entry : permissions->entries)
            CHECK((entry.domid == 7 || (entry.domid == 0 && permissions->owner == 7)));
    }
}

TEST_CASE("a domain without a stub domain owns its power nodes", "[nodes]") {
    CHECK(permissions_of(NodeId::acpi_state, {.domid = 7})->text() == "n7");
    CHECK(permissions_of(NodeId::acpi_state, {.domid = 7, .stubdomid = 8})->text() == "n8");
    CHECK(permissions_of(NodeId::cd_locks, {.domid = 7, .stubdomid = 8})->text() == "n0,b7");
}

TEST_CASE("the nodes of a domain appear, and vanish with it", "[nodes][played]") {
    Host host;
    const Guest guest{host.daemon, 7};
    const auto before = tree(host, "/");
    make_toolstack_nodes(host, 7);
    host.run(make_domain_nodes(host.store, {.uuid = vm, .domid = 7}));
    const auto made = tree(host, "/");
    for (const char* node :
         {"/local/domain/7/acpi-state n7", "/local/domain/7/power-state n7", "/local/domain/7/bsgdev n0,b7",
          "/local/domain/7/bsgdev-req n0,b7", "/local/domain/7/vm r0"})
        CHECK(made.contains(node));
    CHECK(made.contains("/vm/" + vm.text() + "/uuid r0"));
    remove_toolstack_nodes(host, 7);
    auto after = tree(host, "/");
    std::erase_if(after, [](const std::string& node) {
        return node.starts_with("/local n0") || node.starts_with("/local/domain n0") || node.starts_with("/vm n0");
    });
    CHECK(after == before);
}

TEST_CASE("a guest uses its own nodes and no others", "[nodes][played]") {
    Host host;
    Guest seven{host.daemon, 7}, eight{host.daemon, 8};
    make_toolstack_nodes(host, 7);
    host.run(make_domain_nodes(host.store, {.uuid = vm, .domid = 7}));
    StoredVmNodes{host.store}.show(vm, {.domid = 7, .name = "Büro", .type = "svm"});
    host.settle();
    CHECK(seven.write("/local/domain/7/acpi-state", "s3") == "OK");
    CHECK(seven.write("/local/domain/7/bsgdev/1_0_0_0/lock", "1") == "OK");
    CHECK(seven.write("/local/domain/7/vm", "/vm/other") == "EACCES");
    CHECK(seven.write("/state/" + vm.text() + "/state", "running") == "EACCES");
    CHECK(seven.write(entry_path + "/domid", "8") == "EACCES");
    CHECK(eight.read(entry_path + "/name") == "Büro");
    CHECK(eight.read("/local/domain/7/vm") == "/vm/" + vm.text());
    CHECK(eight.read("/vm/" + vm.text() + "/uuid") == vm.text());
    for (const char* path : {"/local/domain/7/acpi-state", "/local/domain/7/power-state", "/local/domain/7/bsgdev"}) {
        CHECK(eight.read(path) == "EACCES");
        CHECK(eight.write(path, "s0") == "EACCES");
    }
}

TEST_CASE("a stub domain speaks for its domain", "[nodes][played]") {
    Host host;
    Guest guest{host.daemon, 7}, stub{host.daemon, 8};
    make_toolstack_nodes(host, 7);
    host.run(make_domain_nodes(host.store, {.uuid = vm, .domid = 7, .stubdomid = 8}));
    CHECK(stub.write("/local/domain/7/acpi-state", "s3") == "OK");
    CHECK(guest.write("/local/domain/7/acpi-state", "s0") == "EACCES");
}

TEST_CASE("who a domain is, is believed if no guest can have written it", "[nodes][played]") {
    Host host;
    Guest guest{host.daemon, 7};
    CHECK_FALSE(host.result_of(identity_of(host.store, 7)).exists);
    make_toolstack_nodes(host, 7);
    CHECK(host.result_of(identity_of(host.store, 7)).vm == vm);
    CHECK_FALSE(host.result_of(identity_of(host.store, 7)).stubdom);
    host.run(host.store.write("/local/domain/7/target", "5"));
    CHECK(host.result_of(identity_of(host.store, 7)).stubdom);
    const Permissions careless{.owner = 0, .others = Access::none, .entries = {{7, Access::both}}};
    for (const char* path : {"/local/domain/7/target", "/local/domain/7/vm"})
        host.run(host.store.set_permissions(path, careless));
    const auto found = host.result_of(identity_of(host.store, 7));
    CHECK(found.exists);
    CHECK_FALSE(found.vm);
    CHECK_FALSE(found.stubdom);
}

TEST_CASE("a VM that runs is shown to every domain, and hidden afterwards", "[nodes]") {
    Host host;
    StoredVmNodes nodes{host.store};
    nodes.show(vm, {.domid = 7, .stubdomid = 8, .slot = 2, .name = "a\nb", .type = "ndvm", .service = true});
    const auto value = [&](const char* name) { return host.result_of(host.store.read(entry_path + "/" + name)); };
    CHECK(value("domid") == "7");
    CHECK(value("stubdomid") == "8");
    CHECK(value("name") == "ab");
    CHECK(value("ndvm") == "1");
    CHECK(value("hide-switcher") == "0");
    CHECK(host.result_of(host.store.look(entry_path + "/slot"))->permissions.text() == "r0");
    CHECK(host.result_of(host.store.look("/xenmgr/vms"))->permissions.text() == "r0");
    nodes.show(vm, {.domid = 7, .slot = 3, .name = "renamed", .type = "ndvm", .service = true});
    CHECK(value("name") == "renamed");
    CHECK(value("slot") == "3");
    nodes.hide(vm);
    CHECK(host.result_of(host.store.list(entry_path)).empty());
    CHECK_FALSE(host.result_of(host.store.read(entry_path)));
}

TEST_CASE("a type that is no name of a node is no tag", "[nodes]") {
    for (const char* type : {"", "a/b", "../x", "name"})
        CHECK(children_of({.name = "n", .type = type, .service = true}).size() == 8);
    CHECK(children_of({.name = "n", .type = "ndvm", .service = true}).at("ndvm") == "1");
    CHECK(children_of({.name = "n", .type = "svm", .service = false}).count("svm") == 0);
}

TEST_CASE("states are written where the domain's node is, and gone when it does not run", "[nodes]") {
    Host host;
    StoredVmNodes nodes{host.store};
    const auto path = "/vm/" + vm.text() + "/state";
    nodes.set_state(vm, VmState::running);
    CHECK_FALSE(host.result_of(host.store.read(path)));
    host.run(host.store.write("/vm/" + vm.text(), ""));
    nodes.set_state(vm, VmState::running);
    CHECK(host.result_of(host.store.read(path)) == "running");
    nodes.set_state(vm, VmState::shutdown);
    CHECK_FALSE(host.result_of(host.store.read(path)));
    host.run(host.store.remove("/vm/" + vm.text()));
}

TEST_CASE("the domain's state is what the monitor last said, until it ends or the VM is deleted", "[nodes]") {
    Host host;
    const auto path = "/state/" + vm.text() + "/state";
    StateNode state{host.store, vm};
    for (const VmState now : {VmState::creating_domain, VmState::running, VmState::running}) {
        state.set(now);
        CHECK(host.result_of(host.store.read(path)) == std::string{to_string(now)});
    }
    state.remove();
    CHECK_FALSE(host.result_of(host.store.read("/state/" + vm.text())));
    state.set(VmState::paused);
    StoredVmNodes{host.store}.forget(vm);
    CHECK_FALSE(host.result_of(host.store.read("/state/" + vm.text())));
}

TEST_CASE("drives are locked in domains that have the node for it", "[nodes][played]") {
    Host host;
    const Guest guest{host.daemon, 7};
    StoredVmNodes nodes{host.store};
    nodes.set_autolock(7, {{"1:0:0:0", true}});
    CHECK_FALSE(host.result_of(host.store.read("/local/domain/7/bsgdev-req")));
    make_toolstack_nodes(host, 7);
    host.run(make_domain_nodes(host.store, {.uuid = vm, .domid = 7}));
    nodes.set_autolock(7, {{"1:0:0:0", true}, {"2:0:0:0", false}});
    const auto node = host.result_of(host.store.look("/local/domain/7/bsgdev-req/1_0_0_0/autolock"));
    CHECK(node->value == "1");
    CHECK(node->permissions.text() == "n0,b7");
    CHECK(host.result_of(host.store.read("/local/domain/7/bsgdev-req/2_0_0_0/autolock")) == "0");
}

}    // namespace
}    // namespace xm::test
