// A thousand VMs: what they cost in memory and how long loading takes. The figures are printed; the limits are
// generous, so that they hold for unoptimised builds on a busy machine.

#include "unit/xenmgr_config/host_of_vms.hpp"
#include "xenmgr/config/creation.hpp"
#include "xenmgr/config/json_tree.hpp"
#include "xenmgr/config/templates.hpp"

#include <malloc.h>

#include <catch2/catch.hpp>

#include <ctime>

using namespace xm;
using namespace xm::xenmgr;

namespace {

constexpr int vm_count = 1000;
constexpr std::size_t byte_limit = 2048;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool measures = false;    // the sanitizer's allocator has no mallinfo, and everything is slow
#else
constexpr bool measures = true;
#endif

std::size_t bytes_in_use() { return mallinfo2().uordblks; }

// Processor time, so that a busy machine does not count.
long cpu_milliseconds() { return static_cast<long>(std::clock()) / (CLOCKS_PER_SEC / 1000); }

// As `dump /vm` shows them: the new-vm template, with the disk, NIC and name that a user adds.
std::string dump_of_vms() {
    const auto base = Templates{XM_TEMPLATES}.load("new-vm");
    const test::HostOfVms nobody;
    std::string dump = "{";
    for (int i = 1; i <= vm_count; ++i) {
        auto tree = plan_create(base, {.uuid = test::uuid_of(i), .name = "desktop " + std::to_string(i)}, nobody).tree;
        tree.set("config/disk/1/path", "/storage/disks/" + test::uuid_of(i).text() + ".vhd");
        for (const auto& [key, value] :
             {std::pair{"type", "vhd"}, {"mode", "w"}, {"device", "hda"}, {"devtype", "disk"}, {"shared", "false"}})
            tree.set(std::string{"config/disk/1/"} + key, value);
        tree.set("config/nic/0/id", "0");
        tree.set("config/nic/0/network", "/wired/0/bridged");
        dump += (i > 1 ? ",\"" : "\"") + test::uuid_of(i).text() + "\":" + to_json(tree);
    }
    return dump + "}";
}

}    // namespace

TEST_CASE("a thousand VMs load quickly and cost little memory each") {
    const auto dump = dump_of_vms();
    malloc_trim(0);
    const auto before = bytes_in_use();
    const auto start = cpu_milliseconds();
    const auto store = load_vms(dump);
    const auto milliseconds = cpu_milliseconds() - start;
    const auto each = (bytes_in_use() - before) / vm_count;

    REQUIRE(store.vms.size() == vm_count);
    WARN("1000 VMs of " << store.vms.begin()->second.size() << " keys: " << milliseconds << " ms to load, "
                        << (measures ? each : 0) << " bytes each, " << SharedText::distinct() << " distinct texts");
    if (measures) CHECK(milliseconds < 3000);
    if (measures) CHECK(each < byte_limit);
}

TEST_CASE("reading every property of a thousand VMs is quick") {
    test::HostOfVms host;
    host.trees = load_vms(dump_of_vms()).vms;
    const auto start = cpu_milliseconds();
    std::size_t values = 0;
    for (const auto& [uuid, tree] : host.trees)
        values += get_all(host.view(uuid)).size();
    const auto milliseconds = cpu_milliseconds() - start;
    WARN(values << " properties of " << host.trees.size() << " VMs: " << milliseconds << " ms");
    if (measures) CHECK(milliseconds < 5000);
}
