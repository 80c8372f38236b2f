#include "xenvm/command_table.hpp"

#include "bench.hpp"

#include "connect/guest_json.hpp"
#include "gen/errors.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace xm;
using namespace std::chrono_literals;
using test::Bench;

namespace {

class NoConfig final : public xenvm::SpecSource {
public:
    model::GuestSpec spec() const override { fail(errors::bad_config, "", "no file"); }
    void reload() override { ++reloads; }
    std::string get(const std::string& field) const override { return "value of " + field; }
    void set(const std::string& field, const std::string& value) override { set_fields[field] = value; }
    int reloads = 0;
    StringMap set_fields;
};

struct Desk {
    Bench bench;
    NoConfig config;
    bool ended = false;
    xenvm::CommandContext context{*bench.monitor, config, [this] { ended = true; }};
    std::string result;

    // The symbol of the failure; a success leaves `result`.
    std::string operator()(const std::string& name, StringMap params = {}) {
        return bench.run(carry_out(name, std::move(params)));
    }

    boost::asio::awaitable<void> carry_out(std::string name, StringMap params) {
        result = (co_await xenvm::run_command(context, name, std::move(params))).value_or("");
    }

    std::string spec() const { return connect::to_json(bench.spec()); }
};

}    // namespace

TEST_CASE("no name or alias stands for two commands, and each has a help text") {
    std::set<std::string_view> names;
    for (const xenvm::Command& row : xenvm::commands()) {
        CHECK(names.insert(row.name).second);
        if (!row.alias.empty()) CHECK(names.insert(row.alias).second);
        CHECK_FALSE(row.help.empty());
        CHECK(xenvm::find_command(row.name) == &row);
    }
}

TEST_CASE("commands are found by alias and with underscores") {
    CHECK(xenvm::find_command("halt") == xenvm::find_command("shutdown"));
    CHECK(xenvm::find_command("get_acpi_state") == xenvm::find_command("get-acpi-state"));
    CHECK(xenvm::find_command("get-acpi") == nullptr);
}

TEST_CASE("help names every command") {
    Desk desk;
    REQUIRE(desk("help").empty());
    for (const xenvm::Command& row : xenvm::commands())
        CHECK(desk.result.find(row.name) != std::string::npos);
}

TEST_CASE("unknown commands and parameters are refused") {
    Desk desk;
    CHECK(desk("nonsense") == "unknown_method");
    CHECK(desk("pause", {{"hard", "1"}}) == "invalid_arguments");
    CHECK(desk("suspend") == "invalid_arguments");
    CHECK(desk("start", {{"spec", desk.spec()}, {"paused", "perhaps"}}) == "invalid_arguments");
    CHECK(desk("set-mem-target", {{"mib", "-1"}}) == "invalid_arguments");
    CHECK(desk("set-mem-target", {{"mib", "9223372036854775807"}}) == "invalid_arguments");
    CHECK(desk("sim-advance", {{"ms", "9223372036854775807"}}) == "invalid_arguments");
    CHECK(desk("shutdown", {{"timeout", "99999999999"}}) == "invalid_arguments");
}

TEST_CASE("a medium is named by its full path, as the monitor has no folder of its caller's") {
    Desk desk;
    desk("start", {{"spec", desk.spec()}});
    CHECK(desk("cd-insert-file", {{"virtpath", "hdc"}, {"file", "a.iso"}}) == "invalid_arguments");
    CHECK(desk.bench.state() == "running");
}

TEST_CASE("a start takes its spec from the request, or from the configuration") {
    Desk desk;
    CHECK(desk("start") == "bad_config");
    CHECK(desk.config.reloads == 1);
    CHECK(desk("start", {{"spec", "{"}}) == "bad_json");
    CHECK(desk("start", {{"spec", R"({"uuid":"22222222-2222-3333-4444-555555555555"})"}}) == "invalid_arguments");
    CHECK(desk("start", {{"spec", desk.spec()}, {"paused", "true"}}).empty());
    desk("get-status");
    CHECK(desk.result == "created");
}

TEST_CASE("queries answer with and without a domain") {
    Desk desk;
    desk("get-domid");
    CHECK(desk.result == "-1");
    desk("get-acpi-state");
    CHECK(desk.result == "5");
    CHECK(desk("nic-list") == "no_domain");
    desk("start", {{"spec", desk.spec()}});
    desk("get-domid");
    CHECK(desk.result == "1");
    desk("facts");
    CHECK(connect::monitor_facts_from_json(desk.result).state == model::VmState::running);
}

TEST_CASE("network cards are added with the lowest free id, listed and moved") {
    Desk desk;
    desk("start", {{"spec", desk.spec()}});
    CHECK(desk("nic-add", {{"id", "1"}, {"bridge", "br1"}}).empty());
    CHECK(desk("nic-add", {{"network", "/wired/0/bridged"}}).empty());
    CHECK(desk.result == "0");
    CHECK(desk("nic-network-switch", {{"id", "0"}, {"network", "/internal"}}).empty());
    CHECK(desk("set-nic-backend-dom", {{"id", "1"}, {"domid", "5"}}).empty());
    desk("nic-list");
    CHECK(desk.result ==
          "id=1,bridge=br1,mac=be:c6:70:52:88:c1,backend-domid=5\n"
          "id=0,network=/internal,mac=a2:5c:2e:58:24:12\n");
    CHECK(desk("nic-network-switch", {{"id", "9"}, {"network", "x"}}) == "no_such_nic");
}

TEST_CASE("a medium goes into CD drives only") {
    Desk desk;
    auto spec = desk.bench.spec();
    spec.disks.resize(2);
    spec.disks[0].device = "hda";
    spec.disks[1].device = "hdc";
    spec.disks[1].devtype = model::DiskDevtype::cdrom;
    desk("start", {{"spec", connect::to_json(spec)}});
    CHECK(desk("cd-insert-file", {{"virtpath", "hdc"}, {"file", "/iso/x.iso"}}).empty());
    CHECK(desk.bench.monitor->spec().disks[1].path == "/iso/x.iso");
    CHECK(desk("cd-eject", {{"virtpath", "hdc"}}).empty());
    CHECK(desk.bench.monitor->spec().disks[1].path.empty());
    CHECK(desk("cd-eject", {{"virtpath", "hda"}}) == "no_such_disk");
    CHECK(desk("disk-add", {{"disk", "/a:phy:hda:w:disk"}}) == "duplicate_device");
    CHECK(desk("disk-add", {{"disk", "/a:phy:hdb:w:disk"}}).empty());
}

TEST_CASE("the host's own drive can be what a CD drive holds") {
    Desk desk;
    auto spec = desk.bench.spec();
    spec.disks.resize(1);
    spec.disks[0].device = "hdc";
    spec.disks[0].devtype = model::DiskDevtype::cdrom;
    desk("start", {{"spec", connect::to_json(spec)}});
    CHECK(desk("cd-insert-real", {{"virtpath", "hdc"}}).empty());
    CHECK(desk.bench.monitor->spec().disks[0].path == "/dev/cdrom");
    CHECK(desk("cd-insert-real", {{"virtpath", "hdc"}, {"device", "/dev/sr1"}}).empty());
    CHECK(desk("cd-insert-real", {{"virtpath", "hdc"}, {"device", "/etc/passwd"}}) == "invalid_arguments");
}

TEST_CASE("a device is passed through once, and listed with the others") {
    Desk desk;
    desk("start", {{"spec", desk.spec()}});
    CHECK(desk("disk-add", {{"disk", "/a:phy:hdb:w:disk"}}).empty());
    CHECK(desk("nic-add", {{"bridge", "br1"}, {"mac", "00:16:3e:00:00:01"}}).empty());
    CHECK(desk("pci-add", {{"pci", "0,01:00.0,guest_slot=5"}}).empty());
    CHECK(desk("pci-add", {{"pci", "0000:01:00.0"}}) == "duplicate_device");
    CHECK(desk("pci-add", {{"pci", "slot 3"}}) == "bad_value");
    desk("device");
    CHECK(desk.result == "disk /a:phy:hdb:w:disk\nnic id=0,bridge=br1,mac=00:16:3e:00:00:01\npci 0000:01:00.0@5\n");
}

TEST_CASE("a key of the configuration is read and changed") {
    Desk desk;
    CHECK(desk("get", {{"field", "memory"}}).empty());
    CHECK(desk.result == "value of memory");
    CHECK(desk("set", {{"field", "memory"}, {"value", "512"}}).empty());
    CHECK(desk.config.set_fields == StringMap{{"memory", "512"}});
}

TEST_CASE("the file of an image is an absolute path") {
    Desk desk;
    desk("start", {{"spec", desk.spec()}});
    for (const char* path : {"image", "../image"}) {
        CHECK(desk("checkpoint", {{"file", path}}) == "image_not_usable");
        CHECK(desk("suspend", {{"file", path}}) == "image_not_usable");
        CHECK(desk("restore", {{"file", path}}) == "image_not_usable");
    }
    CHECK(desk.bench.state() == "running");
}

TEST_CASE("the memory target is told in MiB and kept in KiB") {
    Desk desk;
    desk("start", {{"spec", desk.spec()}});
    CHECK(desk("set-mem-target", {{"mib", "100"}}).empty());
    CHECK(desk.bench.monitor->facts().memory_kib == 100 * 1024);
    CHECK(desk("set-mem-target", {{"mib", "257"}}) == "hypervisor_refused");
    CHECK(desk.bench.monitor->facts().memory_kib == 100 * 1024);
}

TEST_CASE("tests can move the time of a guest and make it act") {
    Desk desk;
    desk("start", {{"spec", desk.spec()}});
    CHECK(desk("sim-advance", {{"ms", "50"}}).empty());
    desk.bench.news.take();
    CHECK(desk("sim-guest", {{"event", "rtc:3600"}}).empty());
    CHECK(desk("sim-guest", {{"event", "sleep"}}).empty());
    CHECK(desk("trigger", {{"params", "s3resume"}}).empty());
    desk.bench.pass(10ms);
    CHECK(desk("sim-guest", {{"event", "crash"}}).empty());
    CHECK(desk("sim-guest", {{"event", "crash"}}) == "no_domain");
    CHECK(desk.bench.news.take() == std::vector<std::string>{"rtc:3600", "power-state:3", "power-state:0",
                                                             "error:domain crashed", "vm:state:shutdown"});
}

TEST_CASE("quit ends the monitor, not the domain") {
    Desk desk;
    desk("start", {{"spec", desk.spec()}});
    CHECK(desk("quit").empty());
    CHECK(desk.ended);
    desk.bench.restart_monitor();
    CHECK(desk.bench.state() == "running");
}
