#include "xenvm/config_file.hpp"

#include <catch2/catch.hpp>

using namespace xm;
using xenvm::parse_config;

namespace {

constexpr const char* minimal = "hvm=true\nmemory=64\n";

std::string first_problem(const std::string& line) {
    const auto parsed = parse_config(minimal + line);
    return parsed.problems.empty() ? "" : parsed.problems.front().text;
}

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
    CHECK(first_problem("pae=maybe") == "pae: expected a boolean");
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
    CHECK(spec.pci == std::vector<std::string>{"0000:00:1b.0"});
    CHECK(spec.device_model_args == std::vector<std::string>{"-vgamem", "16", "-std-vga"});
}

TEST_CASE("every mistake is found in one pass, with its line") {
    const auto parsed = parse_config("hvm=true\nmemory=lots\nbogus=1\ndisk=nonsense\nnic=id=40\nuuid=x\n");
    std::vector<int> lines;
    for (const auto& problem : parsed.problems)
        lines.push_back(problem.line);
    CHECK(lines == std::vector<int>{2, 3, 4, 5, 6, 0});
}

TEST_CASE("a line with a mistake has no effect") {
    CHECK(parse_config("hvm=true\nmemory=64\nmemory=lots\n").config.spec.memory_mib == 64);
}

TEST_CASE("mistakes are explained") {
    CHECK(first_problem("bogus=1") == "bogus: unknown key");
    CHECK(first_problem("uuid=1234") == "uuid: expected a uuid");
    CHECK(first_problem("on_crash=explode") == "on_crash: expected preserve, reboot or destroy");
    CHECK(first_problem("nic=id=1\nnic=id=1") == "nic: id 1 is used twice");
    CHECK(first_problem("disk=/a:phy:hda:w:disk\ndisk=/b:phy:hda:w:disk") == "disk: hda is used twice");
    CHECK(first_problem("display=hologram") == "display: expected none, vnc, sdl or intel");
    CHECK(first_problem("disk=/a:phy:hda:x:disk").find("r, w") != std::string::npos);
}

TEST_CASE("a machine needs memory, and a kernel unless it is hvm") {
    CHECK(parse_config("hvm=1\n").problems.front().text == "memory is missing or not positive");
    CHECK(parse_config("memory=1\n").problems.front().text ==
          "kernel is missing, only an hvm machine boots without one");
    CHECK(parse_config("memory=1\nkernel=/boot/k\n").problems.empty());
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
    const auto parsed = parse_config(std::string{minimal} + "sim-fault=slow:5\ninject-sci = 1\n");
    CHECK(parsed.config.spec.extra == std::vector<std::string>{"sim-fault=slow:5", "inject-sci=1"});
}
