#include "xenvm/config_file.hpp"

#include "xenvm/config_keys.hpp"

#include <fmt/format.h>
#include <catch2/catch.hpp>

using namespace xm;
using xenvm::parse_config;

namespace {

constexpr const char* minimal = "hvm=true\nmemory=64\ndisplay=none\n";

std::string first_problem(const std::string& line) {
    const auto parsed = parse_config(minimal + line);
    return parsed.problems.empty() ? "" : parsed.problems.front().text;
}

// Every key, with a value that means something and one that does not (empty: anything goes).
struct Line {
    const char* key;
    const char* good;
    const char* bad = "";
};

constexpr Line lines[] = {
    {"uuid", "11111111-2222-3333-4444-555555555555", "1111"},
    {"startup", "restore-del /a b", "resume"},
    {"debug", "y", "maybe"},
    {"output", "/tmp/x", "x"},
    {"notify", "tcp,127.0.0.1:99", "tcp,127.0.0.1"},
    {"notify", "unix,/run/x", "unix,x"},
    {"notify", "dbus", "mail"},
    {"notify", "none", ""},
    {"on_crash", "preserve", "panic"},
    {"on_halt", "reboot", "stop"},
    {"on_reboot", "restart", "again"},
    {"on_restart", "destroy", "again"},
    {"name", "a name"},
    {"hvm", "1", "hvm"},
    {"type", "hvm", "docker"},
    {"kernel", "/boot/k"},
    {"initrd", ""},
    {"cmdline", "root=/dev/xvda1 ro"},
    {"boot", "dc"},
    {"bios", "ovmf"},
    {"memory", "128", "much"},
    {"memory-max", "256", "much"},
    {"memory-min", "32", "little"},
    {"vcpus", "2", "two"},
    {"cores-per-socket", "2", "two"},
    {"cpuid", "1:ecx=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx0"},
    {"pae", "no", "nope"},
    {"acpi", "true", "on"},
    {"apic", "true", "on"},
    {"nx", "true", "on"},
    {"hap", "true", "on"},
    {"hpet", "true", "on"},
    {"viridian", "true"},
    {"nested", "true", "on"},
    {"timer-mode", "1"},
    {"timeoffset", "-3600", "late"},
    {"time-offset", "3600", "late"},
    {"flask-label", "a:b:c"},
    {"init-flask-label", "a:b:c"},
    {"disk", "/a.img:file:xvda:w:disk:temporary:cipher=aes:key-size=256:key-file=/k:key-dir=/d:backend-domid=0",
     "/a.img"},
    {"hdtype", "ahci"},
    {"nic", "id=3,bridge=br0,network=/wired/0/bridged,model=e1000,mac=random,wireless=n,backend-domid=0", "id=32"},
    {"vif", "", "bridge"},
    {"pci", "0,bind,0000:01:00.0,msitranslate=0,power_mgmt=1,guest_slot=5,vdevfn=28", "0000:01"},
    {"passthrough-io", "3f8-3ff"},
    {"passthrough-mmio", "fed40,5"},
    {"serial", "tcp:127.0.0.1:4444"},
    {"display", "vnc:use-port-unused,keymap=de,port=5901", "vnc:colour"},
    {"display", "sdl", "sdl:big"},
    {"display", "intel", "x11"},
    {"videoram", "16", "lots"},
    {"sound", "hda"},
    {"usb", "0", "off"},
    {"vkbd", "1", "on"},
    {"vfb", "vnc"},
    {"vsnd", "1", "on"},
    {"qemu-dm-path", "/usr/bin/dm"},
    {"qemu-dm-timeout", "30", "soon"},
    {"extra-hvm", "vgamem=16", "=16"},
    {"stubdom", "1", "on"},
    {"stubdom-memory", "96", "some"},
    {"stubdom-cmdline", "quiet"},
    {"stubdom-flask-label", "a:b:c"},
    {"smbios-pt", "1", "on"},
    {"smbios-oem-type-pt", "130, 131", "oem"},
    {"smbios-oem-types-pt", "130", "oem"},
    {"acpi-pt", "1", "on"},
    {"diskinfo-pt", "1", "on"},
    {"power-management", "2", "on"},
    {"oem-features", "1", "on"},
    {"inject-sci", "1", "on"},
    {"pci-msitranslate", "1"},
    {"pci-power-management", "1"},
    {"platform", "x"},
    {"extra-maxmem", "1", "x"},
    {"no_mem_check", "1", "on"},
    {"cdrom-pt", "1", "on"},
    {"sim-fault", "slow:5"},
    {"tsc_mode", "native"},
};

}    // namespace

TEST_CASE("comments, blank lines and lines without an equals sign mean nothing") {
    const auto parsed = parse_config("# a comment = no\n\n   \njust words\n  memory =  512  \r\nhvm= yes\n");
    CHECK(parsed.problems.empty());
    CHECK(parsed.config.spec.memory_mib == 512);
    CHECK(parsed.config.spec.virt_type == model::VirtType::hvm);
}

TEST_CASE("all spellings of booleans are read") {
    for (const char* yes : {"1", "y", "yes", "true"})
        CHECK(parse_config(std::string{minimal} + "pae=" + yes).config.spec.pae == true);
    for (const char* no : {"0", "n", "no", "false"})
        CHECK(parse_config(std::string{minimal} + "pae=" + no).config.spec.pae == false);
    CHECK(first_problem("pae=maybe") == "pae: expected a boolean: true or false");
}

TEST_CASE("both spellings of a key are accepted") {
    CHECK(parse_config(std::string{minimal} + "on_restart=preserve").config.spec.on_reboot ==
          model::DeathAction::preserve);
    CHECK(parse_config(std::string{minimal} + "on_reboot=restart").config.spec.on_reboot == model::DeathAction::reboot);
    CHECK(parse_config(std::string{minimal} + "time-offset=-5").config.spec.time_offset == -5);
    CHECK(parse_config(std::string{minimal} + "timeoffset=5").config.spec.time_offset == 5);
}

TEST_CASE("repeated keys of lists accumulate") {
    const auto parsed = parse_config(std::string{minimal} +
                                     "disk=/storage/a:b.vhd:vhd:hda:w:disk\n"
                                     "disk=/dev/cdrom:phy:hdc:r:cdrom:key-size=256\n"
                                     "nic=id=1,bridge=br1\nnic=\nvif=mac=00:16:3e:01:02:03\n"
                                     "pci=0,bind,0000:00:1b.0,msitranslate=1\n"
                                     "extra-hvm=vgamem=16\nextra-hvm=std-vga\n");
    REQUIRE(parsed.problems.empty());
    const model::GuestSpec& spec = parsed.config.spec;
    REQUIRE(spec.disks.size() == 2);
    CHECK(spec.disks[0].path == "/storage/a:b.vhd");
    CHECK(spec.disks[0].type == model::DiskType::vhd);
    CHECK(spec.disks[1].devtype == model::DiskDevtype::cdrom);
    CHECK(spec.disks[1].id == 1);
    REQUIRE(spec.nics.size() == 3);
    CHECK(spec.nics[0].id == 1);
    CHECK(spec.nics[1].id == 0);
    CHECK(spec.nics[2].id == 2);
    CHECK(spec.nics[2].mac == "00:16:3e:01:02:03");
    CHECK(spec.pci == std::vector<std::string>{"0000:00:1b.0,msitranslate=1"});
    CHECK(spec.device_model_args == std::vector<std::string>{"-vgamem", "16", "-std-vga"});
}

TEST_CASE("every mistake is found in one pass, with its line") {
    const auto parsed = parse_config("hvm=true\nmemory=lots\nbogus=1\ndisk=nonsense\nnic=id=40\nuuid=x\n");
    std::vector<int> lines;
    for (const auto& problem : parsed.problems)
        lines.push_back(problem.line);
    CHECK(lines == std::vector<int>{2, 3, 4, 5, 6, 2});
}

TEST_CASE("a line with a mistake has no effect") {
    CHECK(parse_config("hvm=true\nmemory=64\nmemory=lots\n").config.spec.memory_mib == 64);
}

TEST_CASE("mistakes are explained") {
    CHECK(first_problem("bogus=1") == "bogus: unknown key");
    CHECK(first_problem("uuid=1234") == "uuid: expected a uuid, 8-4-4-4-12 hexadecimal digits");
    CHECK(first_problem("on_crash=explode") == "on_crash: expected one of destroy, reboot, preserve");
    CHECK(first_problem("nic=id=1\nnic=id=1") == "nic: id 1 is used twice");
    CHECK(first_problem("disk=/a:phy:hda:w:disk\ndisk=/b:phy:hda:w:disk") == "disk: hda is used twice");
    CHECK(first_problem("display=hologram") == "display: expected none, vnc, sdl or intel");
    CHECK(first_problem("disk=/a:phy:hda:x:disk").find("r, w") != std::string::npos);
}

TEST_CASE("a machine needs memory, and a kernel unless it is hvm") {
    CHECK(parse_config("hvm=1\n").problems.front().text == "memory is missing or not positive; give it in MiB");
    CHECK(parse_config("memory=1\n").problems.front().text ==
          "kernel is missing, only an hvm machine boots without one");
    CHECK(parse_config("memory=1\nkernel=/boot/k\n").problems.empty());
    const auto problems = parse_config("vcpus=0\n\nmemory=0\nhvm=1\n").problems;
    REQUIRE(problems.size() == 2);
    CHECK((problems[0].line == 3 && problems[1].line == 1));
}

TEST_CASE("startup says what happens first") {
    using xenvm::Startup;
    const auto startup = [](const std::string& value) { return parse_config(minimal + ("startup=" + value)).config; };
    CHECK(startup("start").startup == Startup::started);
    CHECK(startup("paused").startup == Startup::paused);
    CHECK(startup("poweroff").startup == Startup::shutdown);
    CHECK(startup("restore /tmp/a b").restore_file == "/tmp/a b");
    CHECK_FALSE(startup("restore /tmp/image").remove_restore_file);
    CHECK(startup("restore-del /tmp/image").remove_restore_file);
    CHECK(first_problem("startup=restore") != "");
}

TEST_CASE("settings for the hypervisor alone are handed on as they are") {
    const auto parsed =
        parse_config(std::string{minimal} + "sim-fault=slow:5\ntsc_mode = native\npci-msitranslate=0\n");
    CHECK(parsed.config.spec.extra ==
          std::vector<std::string>{"sim-fault=slow:5", "tsc_mode=native", "pci_msitranslate=0"});
}

TEST_CASE("every key is read, and says what it expects of a value that it cannot take") {
    for (const Line& line : lines) {
        INFO(line.key << " = " << line.good << " | " << line.bad);
        CHECK(first_problem(fmt::format("{}={}\n", line.key, line.good)) == "");
        if (*line.bad == '\0') continue;
        const auto problem = first_problem(fmt::format("{}={}\n", line.key, line.bad));
        CHECK(problem.starts_with(std::string{line.key} + ": "));
        CHECK(problem.find("expected") != problem.npos);
    }
}

TEST_CASE("what has no effect on this hypervisor is read, checked and remarked upon") {
    const auto parsed = parse_config(std::string{minimal} + "smbios-pt=1\ndisk=/a:vhd:hda:w:disk:key-file=/k\n");
    REQUIRE(parsed.remarks.size() == 2);
    CHECK(parsed.remarks[0].line == 4);
    CHECK(parsed.remarks[0].text == "smbios-pt: has no effect on this hypervisor");
    CHECK(parsed.remarks[1].text == "disk: key-file has no effect on this hypervisor");
    CHECK(parsed.config.spec.extra.empty());
}

TEST_CASE("only an hvm machine has a screen: vnc unless the file says otherwise") {
    const auto extra = [](const std::string& text) { return parse_config(text + "memory=64\n").config.spec.extra; };
    CHECK(extra("hvm=1\n") == std::vector<std::string>{"vnc=1", "vncunused=1"});
    CHECK(extra("display=vnc:port=5903,keymap=de\nhvm=1\n") ==
          std::vector<std::string>{"vnc=1", "vncunused=0", "vncdisplay=3", "keymap=de"});
    CHECK(extra("display=sdl\nhvm=1\n") == std::vector<std::string>{"sdl=1"});
    CHECK(extra("display=none\nhvm=1\n").empty());
    CHECK(extra("kernel=/k\n").empty());
    CHECK(parse_config("hvm=1\nmemory=64\ndisplay=none\n").config.spec.vga == "none");
    CHECK(parse_config("kernel=/k\nmemory=64\ndisplay=vnc\n").remarks.size() == 1);
}

TEST_CASE("notifications go where the lines say, to the bus without any") {
    using xenvm::NotifyTarget;
    const auto notify = [](const std::string& text) { return parse_config(minimal + text).config.notify; };
    CHECK(notify("") == std::vector<NotifyTarget>{{}});
    CHECK(notify("notify=none").empty());
    const NotifyTarget tcp{.kind = NotifyTarget::Kind::tcp, .address = "::1", .port = 80};
    CHECK(notify("notify=tcp,[::1]:80\nnotify=dbus") == std::vector<NotifyTarget>{tcp, {}});
}

TEST_CASE("a passed-through device is found by its address, with or without its PCI domain") {
    const auto pci = [](const std::string& value) { return parse_config(minimal + ("pci=" + value)).config.spec.pci; };
    CHECK(pci("0,01:00.1") == std::vector<std::string>{"0000:01:00.1"});
    CHECK(pci("0001:01:00.1, guest_slot=1a, power_mgmt=n") == std::vector<std::string>{"0001:01:00.1@1a,power_mgmt=0"});
    CHECK(first_problem("pci=0000:01:00.0\npci=1,bind,01:00.0") == "pci: 0000:01:00.0 is given twice");
}

TEST_CASE("the loader of firmware is implied and no kernel; another kernel is booted") {
    CHECK(parse_config(std::string{minimal} + "kernel=/usr/lib/xen/boot/hvmloader").config.spec.kernel.empty());
    CHECK(parse_config(std::string{minimal} + "kernel=/boot/bzImage").config.spec.kernel == "/boot/bzImage");
    CHECK(parse_config(minimal).config.spec.boot == "cd");
}

TEST_CASE("a file is usable unless no machine can be made of it, or its uuid is none") {
    CHECK(parse_config(std::string{minimal} + "bogus=1\nvcpus=two\n").usable);
    CHECK_FALSE(parse_config("hvm=1\n").usable);
    CHECK_FALSE(parse_config("memory=64\n").usable);
    CHECK_FALSE(parse_config(std::string{minimal} + "uuid=1234\n").usable);
    CHECK_FALSE(parse_config(std::string{minimal} + "memory-max=32\n").usable);
}

TEST_CASE("settings given by hand replace lines of the file") {
    const auto parsed = parse_config(minimal, {{"memory", "128"}, {"vcpus", "x"}});
    CHECK(parsed.config.spec.memory_mib == 128);
    REQUIRE(parsed.problems.size() == 1);
    CHECK(parsed.problems[0].text == "vcpus: expected a decimal number");
    CHECK(xenvm::value_of(parsed.config.spec, "memory") == "128");
    CHECK(xenvm::value_of(parsed.config.spec, "hap") == "");
    CHECK_FALSE(xenvm::value_of(parsed.config.spec, "disk").has_value());
}
