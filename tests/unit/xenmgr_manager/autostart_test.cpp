#include "xenmgr/manager/autostart.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>

using namespace xm;
using namespace xm::xenmgr;

namespace {

Uuid number_of(int n) { return *Uuid::parse("00000000-0000-4000-8000-00000000000" + std::to_string(n)); }

void add(Registry& registry, int n, const char* priority, const char* slot, const char* ready = "true") {
    ConfigTree tree;
    tree.set("start_on_boot", "true");
    tree.set("start_on_boot_priority", priority);
    tree.set("slot", slot);
    tree.set("ready", ready);
    registry.put(number_of(n), tree);
}

Registry registry_of_stopped() {
    return Registry{[](const Uuid&) { return LiveFacts{}; }};
}

}    // namespace

TEST_CASE("VMs start by priority, higher first, then by slot; those not ready are left out") {
    auto registry = registry_of_stopped();
    add(registry, 1, "0", "2");
    add(registry, 2, "0", "1");
    add(registry, 3, "10", "9");
    add(registry, 4, "20", "1", "false");
    registry.put(number_of(5), ConfigTree{});
    CHECK(plan_autostart(registry) == std::vector<Uuid>{number_of(3), number_of(2), number_of(1)});
}

TEST_CASE("the host setting autostart turns it off") {
    auto registry = registry_of_stopped();
    add(registry, 1, "0", "1");
    registry.edit_host_tree().set("xenmgr/autostart", "false");
    CHECK(plan_autostart(registry).empty());
}

TEST_CASE("only the first manager after a boot starts VMs") {
    std::string pattern = (std::filesystem::temp_directory_path() / "autostart-XXXXXX").string();
    const std::filesystem::path folder = ::mkdtemp(pattern.data());
    CHECK(first_since_boot(folder / "run"));
    CHECK_FALSE(first_since_boot(folder / "run"));
    std::filesystem::remove_all(folder);
}
